//! Every place is right, in every notation and for any text.

use proptest::prelude::*;

use super::tests::{good, kind_of, nodes, read};
use super::*;

/// Each character of the text is found in the file at its place.
fn check_positions(tree: &Tree<'_>, id: NodeId) {
    if matches!(tree.written(id), Written::Alias(_)) {
        return; // its text stands elsewhere
    }
    let decoded = tree.text_of(id).to_owned();
    let mut last = 0;
    for (offset, character) in decoded.char_indices() {
        let at = tree.position(id, offset);
        let span = tree.span(id);
        assert!(
            at >= last && (span.start..=span.end).contains(&at),
            "{:?} {offset}",
            tree.source()
        );
        last = at;
        let written = tree.source()[at as usize..].chars().next();
        let blank = matches!(written, None | Some('\n' | '\r' | ' ' | '\t'));
        let fits = written == Some(character)
            || (tree.kind(id) == kind_of(&decoded, Style::Double) && written == Some('\\'))
            || (matches!(character, ' ' | '\n') && blank)
            // Line breaks at a block's end lie behind its place.
            || (character == '\n' && at == span.end);
        assert!(fits, "{:?}: {character:?} at {at} is {written:?}", tree.source());
    }
}

#[test]
fn positions_follow_every_style() {
    let text = concat!(
        "plain: one\n  two\n\n  three ${{ a }}\n",
        "single: 'it''s ${{ b }}\n  more'\n",
        "double: \"\\u00e9\\uD834\\uDD1E\\x41 \\\n   x\\\n\n   \\tq ${{ c }}\"\n",
        "literal: |2-\n   a\n    b\n\n  ${{ d }}\n  \n",
        "folded: >\n\n  a\n  b\n\n  c\n    d\n  e ${{ f }}\n\n",
        "keep: |+\n  x\n\n\n",
        "crlf: |\r\n  a\r\n  é${{ g }}\r\n",
    );
    let tree = good(text);
    for id in nodes(&tree) {
        check_positions(&tree, id);
        let decoded = tree.text_of(id);
        if let Some(offset) = decoded.find("${{") {
            let at = tree.position(id, offset) as usize;
            assert_eq!(&text[at..at + 8], &decoded[offset..offset + 8]);
        }
    }
}

#[test]
fn positions_behind_the_text_are_its_end() {
    let text = "a: 'xy'\nb: |\n  z\n";
    let tree = good(text);
    assert_eq!(tree.position(NodeId(2), 2), 6);
    assert_eq!(tree.position(NodeId(2), 99), 6);
    assert_eq!(tree.position(NodeId(0), 5), 0);
    assert_eq!(tree.position(NodeId(4), 99), tree.span(NodeId(4)).end);
}

/// Scraps of YAML that meet in every order.
pub(crate) fn soup() -> impl Strategy<Value = String> {
    const SCRAPS: &[&str] = &[
        "a",
        "b: ",
        "c:",
        "- ",
        "\n",
        "\n",
        "\n  ",
        "\n    ",
        "\n   ",
        " ",
        "\t",
        "'",
        "\"",
        "\\n",
        "\\",
        "|",
        ">",
        "|-",
        ">+",
        "|2",
        "[",
        "]",
        "{",
        "}",
        ", ",
        "# x",
        " # mlopsc: allow(z)",
        "&a ",
        "*a",
        "<<: ",
        "? ",
        ": ",
        "---",
        "é",
        "𝄞",
        "\r\n",
        "\\u00e9",
        "''",
        "!!x ",
        "~",
        "%",
    ];
    prop::collection::vec(prop::sample::select(SCRAPS), 0..40).prop_map(|it| it.concat())
}

fn scrutinize(text: &str) {
    let (tree, said) = read(text);
    assert!(!tree.broken() || !said.is_empty(), "{text:?}");
    for id in nodes(&tree) {
        let span = tree.span(id);
        assert!(span.start <= span.end, "{text:?} {span:?}");
        assert!(text.get(span.start as usize..span.end as usize).is_some(), "{text:?} {span:?}");
        if !tree.broken() {
            check_positions(&tree, id);
        }
    }
    for allow in tree.allows() {
        assert!(allow.covers.start <= allow.covers.end, "{text:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(text in any::<String>()) {
        scrutinize(&text);
    }

    #[test]
    fn any_mixture_is_read(text in soup()) {
        scrutinize(&text);
    }

    #[test]
    fn text_in_quotes_and_blocks_is_located(
        lines in prop::collection::vec("[ ]{0,3}[a-zé\\\\'\" ]{0,6}", 1..6),
        header in prop::sample::select(&["|", ">", "|-", ">-", "|+", ">+", "|1", ">1-", "'", "\"", ""][..]),
    ) {
        let (open, close) = if matches!(header, "'" | "\"") { (header, header) } else { (header, "") };
        scrutinize(&format!("k:\n - {open}{}\n  {}{close}\n", if open.len() == 1 && !close.is_empty() { "" } else { "\n" }, lines.join("\n  ")));
    }
}
