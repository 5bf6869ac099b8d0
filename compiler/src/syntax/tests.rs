use super::*;
use crate::diagnostics::Sink;
use crate::source::{FileId, SourceFile};

/// The tree, and what was said: place, name, message.
pub(super) fn read(text: &str) -> (Tree<'_>, Vec<String>) {
    let mut sink = Sink::new();
    let tree = parse(FileId(0), text, &mut sink);
    let said = sink
        .items()
        .iter()
        .map(|it| format!("{}..{} {}: {}", it.span.start, it.span.end, it.rule.name, it.message));
    (tree, said.collect())
}

pub(super) fn good(text: &str) -> Tree<'_> {
    let (tree, said) = read(text);
    assert_eq!(said, Vec::<String>::new(), "{text}");
    assert!(!tree.broken());
    tree
}

/// What the one mistake in a text is.
fn mistake(text: &str) -> String {
    let (_, mut said) = read(text);
    assert_eq!(said.len(), 1, "{}: {said:?}", &text[..text.len().min(200)]);
    said.remove(0)
}

/// The tree in one line: what it means.
fn show(tree: &Tree<'_>, id: NodeId) -> String {
    match tree.kind(id) {
        Kind::Null => "~".to_owned(),
        Kind::Scalar(scalar) => format!("{:?}", scalar.text),
        Kind::List(items) => {
            let items: Vec<String> = items.iter().map(|item| show(tree, *item)).collect();
            format!("[{}]", items.join(", "))
        }
        Kind::Map(entries) => {
            let show = |it: &Entry| format!("{}: {}", tree.text_of(it.key), show(tree, it.value));
            format!("{{{}}}", entries.iter().map(show).collect::<Vec<_>>().join(", "))
        }
    }
}

fn meaning(text: &str) -> String {
    let (tree, _) = read(text);
    tree.root().map_or_else(String::new, |root| show(&tree, root))
}

/// The nodes of a text in the order written.
pub(super) fn nodes(tree: &Tree<'_>) -> Vec<NodeId> {
    (0..u32::try_from(tree.nodes.len()).unwrap()).map(NodeId).collect()
}

/// The text under each node.
fn spans(text: &str) -> Vec<&str> {
    let tree = good(text);
    let places = nodes(&tree).into_iter().map(|id| tree.span(id));
    places.map(|span| &text[span.start as usize..span.end as usize]).collect()
}

pub(super) fn kind_of(text: &str, style: Style) -> Kind<'_> {
    Kind::Scalar(Scalar { text, style })
}

#[test]
fn collections_of_both_notations_mean_the_same() {
    let wanted = r#"{a: "1", b: ["x", {y: "z"}], c: ["d", ~], e: {}}"#;
    assert_eq!(meaning("a: 1\nb: [x, {y: z}]\nc:\n  - d\n  -\ne: {}\n"), wanted);
    assert_eq!(meaning("{a: 1, b: [x, y: z], 'c': [d, ], e: {}}"), wanted.replace(", ~", ""));
    assert_eq!(meaning("\u{feff}a:\r\n- x\r\n- y"), r#"{a: ["x", "y"]}"#);
    assert_eq!(meaning("--- # one\na: b\n...\n"), r#"{a: "b"}"#);
    assert_eq!(meaning("a: [\n  b,\n]\nc: {\n}\n"), r#"{a: ["b"], c: {}}"#);
    assert_eq!(meaning("# nothing\n"), "");
}

#[test]
fn scalars_keep_their_style_and_text() {
    let text = "- a b\n- 'c''d'\n- \"e\\n\"\n- |\n  f\n- >-\n  g\n  h\n- 3.10\n- null\n";
    let tree = good(text);
    let Kind::List(items) = tree.kind(tree.root().unwrap()) else { panic!() };
    let found: Vec<Kind<'_>> = items.iter().map(|item| tree.kind(*item)).collect();
    let wanted = [
        kind_of("a b", Style::Plain),
        kind_of("c'd", Style::Single),
        kind_of("e\n", Style::Double),
        kind_of("f\n", Style::Literal),
        kind_of("g h", Style::Folded),
        kind_of("3.10", Style::Plain),
        kind_of("null", Style::Plain),
    ];
    assert_eq!(found, wanted);
}

#[test]
fn spans_hold_quotes_brackets_and_headers() {
    let text =
        "a: 'x' # c\nb:\n  - [1, \"2\"] \n  - k: |- # c\n\n      t\n\n      u \n\nc: >\nd: {}\n";
    let block = "|- # c\n\n      t\n\n      u";
    let inner = &text[text.find("k:").unwrap()..text.find(" \n\nc:").unwrap()];
    let list = &text[text.find("- [").unwrap()..text.find(" \n\nc:").unwrap()];
    let wanted = [
        text.trim_end(),
        "a",
        "'x'",
        "b",
        list,
        "[1, \"2\"]",
        "1",
        "\"2\"",
        inner,
        "k",
        block,
        "c",
        ">",
        "d",
        "{}",
    ];
    assert_eq!(spans(text), wanted);
}

#[test]
fn empty_values_stand_behind_their_colon_or_dash() {
    let text = "a:\nb:   # none\nc: &x\nd: {e: , f, g}\nh:\n  -\n  - # none\n  - i\n";
    let tree = good(text);
    let nulls = nodes(&tree).into_iter().filter(|id| tree.kind(*id) == Kind::Null);
    let before = |id| &text[..tree.span(id).start as usize];
    let found: Vec<String> = nulls.map(|id| before(id).lines().last().unwrap().into()).collect();
    let wanted = ["a:", "b:", "c:", "d: {e:", "d: {e: , f", "d: {e: , f, g", "  -", "  - # none"];
    assert_eq!(found, wanted);
}

#[test]
fn aliases_mean_what_they_name_and_keep_their_own_place() {
    let text = "a: &x {k: \"${{ v }}\"}\nb: *x\nc: [*x, &y z, *y]\n";
    assert_eq!(
        meaning(text),
        r#"{a: {k: "${{ v }}"}, b: {k: "${{ v }}"}, c: [{k: "${{ v }}"}, "z", "z"]}"#
    );
    let tree = good(text);
    let Kind::Map(entries) = tree.kind(tree.root().unwrap()) else { panic!() };
    let span = tree.span(entries[1].value);
    assert_eq!(&text[span.start as usize..span.end as usize], "*x");
    assert_eq!(tree.written(entries[1].value), Written::Alias("x"));
    assert_eq!(tree.anchor(entries[0].value).map(|name| name.value), Some("x"));
    assert_eq!(tree.anchor(entries[1].value), None);
}

#[test]
fn own_keys_win_over_merged_ones_and_earlier_maps_over_later() {
    let base = "a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\n";
    let merged = meaning(&format!("{base}c: {{<<: [*a, *b], x: 0}}\n"));
    assert!(merged.ends_with(r#"c: {x: "0", y: "2", z: "4"}}"#), "{merged}");
    let quoted = meaning("'<<': {a: b}");
    assert_eq!(quoted, r#"{<<: {a: "b"}}"#);
    assert_eq!(mistake("<<: [a]\nb: 1"), "4..7 syntax: `<<` takes a map, or a list of maps");
}

#[test]
fn a_repeated_key_is_reported_once_each_and_the_first_counts() {
    let (tree, said) = read("a: 1\nb: 2\n\"a\": 3\na: 4\n");
    let wanted = [
        "10..13 duplicate-key: the key `a` stands here a second time",
        "17..18 duplicate-key: the key `a` stands here a second time",
    ];
    assert_eq!(said, wanted);
    assert_eq!(show(&tree, tree.root().unwrap()), r#"{a: "1", b: "2"}"#);
    assert!(!tree.broken());
}

#[test]
fn repeated_keys_of_a_large_map_are_found() {
    use std::fmt::Write as _;
    let mut text = String::new();
    for key in 0..30_000 {
        writeln!(text, "k{key}: 1").unwrap();
    }
    text.push_str("k7: 2\nk29999: 2\nk7: 3\n");
    let (_, said) = read(&text);
    assert_eq!(said.len(), 3, "{said:?}");
    assert!(said[0].contains("`k7`") && said[1].contains("`k29999`") && said[2].contains("`k7`"));
}

#[test]
fn mistakes_say_in_plain_words_what_was_found() {
    let cases = [
        ("a:\n\tb: 1", "3..4 syntax: a tab cannot indent"),
        ("a:\n  b: c\n\td: e", "10..11 syntax: a tab cannot indent"),
        ("a: \"x\nb: 1", "3..4 syntax: this quote is never closed"),
        ("a: [1, 2\n", "3..4 syntax: `[` is never closed"),
        ("a: [1}\n", "3..4 syntax: `[` is closed by `}`"),
        (
            "a:\n  b: 1\n c: 2\n",
            "11..12 syntax: the indentation of this line fits nothing above it",
        ),
        ("a: b: c\n", "4..5 syntax: a `:` cannot stand here"),
        ("a: 1\nfoo\nb: 2\n", "5..6 syntax: a key needs a `:` on its line"),
        ("a: @b\n", "3..4 syntax: text cannot start with `@`"),
        ("a: 1\0b: 2", "4..5 syntax: the control character U+0000 is not allowed"),
        ("a: 'b' c\n", "7..8 syntax: something follows the closing quote"),
        ("a: \"\\q\"\n", "4..5 syntax: this is no escape that YAML knows"),
        ("a: - b\n", "3..4 syntax: a list with `-` cannot start here"),
        ("- a\nb: 1\n", "4..5 syntax: a list item has to start with `- `"),
        ("a: *b\n", "3..5 syntax: no anchor for `*b` stands above"),
        ("a: &x [*x]\n", "7..9 syntax: an alias cannot stand inside what it names"),
        ("{a: 1}: b\n", "0..6 syntax: a key has to be text, not a list or a map"),
        (": b\n", "0..0 syntax: a key is missing here"),
        (
            "%YAML 1.2\n---\na: 1\n",
            "0..1 syntax: YAML directives (lines that start with `%`) are not used here",
        ),
        (
            "a: 1\n---\nb: 2\n",
            "5..8 syntax: a file holds one document, and a second one starts here",
        ),
        (
            "a: !!python/object x\n",
            "3..18 syntax: tags such as `!!python/object` or `!include` are not used here",
        ),
        (
            "a: 1\n<<<<<<< HEAD\nb: 2\n=======\nb: 3\n>>>>>>> other\n",
            "5..17 syntax: an unresolved merge conflict starts here",
        ),
    ];
    for (text, wanted) in cases {
        assert_eq!(mistake(text), wanted, "{text}");
        assert!(read(text).0.broken(), "{text}");
    }
}

#[test]
fn what_was_complete_before_a_mistake_is_kept() {
    assert_eq!(meaning("a: {b: 1, c: [x, y"), r#"{a: {b: "1", c: ["x"]}}"#);
    assert_eq!(meaning("a: 1\nb:\n  - c\n  - d: e\n  f"), r#"{a: "1", b: ["c", {d: "e"}]}"#);
    assert_eq!(meaning("a: 1\nb: \"x"), r#"{a: "1"}"#);
    assert_eq!(meaning("a: 1\n---\nb: 1"), r#"{a: "1"}"#);
    assert_eq!(meaning("a: {b: 1,\n<<<<<<< x\nc: 1,\n=======\n>>>>>>> y\n}"), r#"{a: {b: "1"}}"#);
}

/// What the allowances of a text cover.
fn covered(text: &str) -> Vec<(Vec<&str>, &str, bool)> {
    let tree = good(text);
    let allows = tree.allows().iter().map(|allow| {
        let names = allow.names.iter().map(|name| {
            let place = &text[name.span.start as usize..name.span.end as usize];
            assert_eq!(name.value, place);
            place
        });
        let covers = &text[allow.covers.start as usize..allow.covers.end as usize];
        (names.collect(), covers, allow.whole_file)
    });
    allows.collect()
}

#[test]
fn an_allowance_on_its_own_line_covers_what_follows() {
    let text =
        "a: 1\n# mlopsc: allow(x, y ) since\nb:\n  # mlopsc: allow(z)\n  c:\n    d: 1\n  e: 2\n";
    let whole = "b:\n  # mlopsc: allow(z)\n  c:\n    d: 1\n  e: 2";
    assert_eq!(covered(text), [(vec!["x", "y"], whole, false), (vec!["z"], "c:\n    d: 1", false)]);
    assert_eq!(
        covered("a:\n  # mlopsc: allow(z)\n  - b: 1\n    c: 2\n  - d\n")[0].1,
        "b: 1\n    c: 2"
    );
    assert_eq!(covered("a: 1\n# mlopsc: allow(z)\n")[0].1, "");
}

#[test]
fn an_allowance_behind_something_covers_its_line() {
    assert_eq!(
        covered("s:\n  a: # mlopsc: allow(z)\n    b: 1\n  c: 2\n")[0].1,
        "a: # mlopsc: allow(z)\n    b: 1"
    );
    assert_eq!(
        covered("s:\n  a: {b: 1, c: 2} # mlopsc: allow(z)\n  d: 1\n")[0].1,
        "a: {b: 1, c: 2}"
    );
    assert_eq!(
        covered("a: [\n  b,\n  c\n  ] # mlopsc: allow(z)\nd: 1\n")[0].1,
        "a: [\n  b,\n  c\n  ]"
    );
    assert_eq!(
        covered("a: | # mlopsc: allow(z)\n  b\nc: 1\n")[0].1,
        "a: | # mlopsc: allow(z)\n  b"
    );
}

#[test]
fn an_allowance_above_everything_covers_the_file() {
    assert!(covered("# mlopsc: allow(z)\n\na: 1\n")[0].2);
    assert!(covered("# other\n# mlopsc: allow(z)\na: 1\n")[0].2);
    assert!(!covered("a: 1 # mlopsc: allow(z)\n")[0].2);
    let (tree, said) = read("# mlopsc: alow(z)\na: 1\n# mlopsc: allow()\n");
    assert!(tree.allows().is_empty() && !tree.broken());
    assert_eq!(said.len(), 2);
    assert!(said[0].starts_with("0..17 unused-allow: this comment speaks to the compiler"));
}

#[test]
fn comments_are_kept_in_order() {
    let text = "# a\nb: | # c\n  # text\n# d\ne: [ # f\n  g ] # h\n";
    let tree = glance(text);
    assert!(!tree.broken());
    let said = tree.comments().iter();
    let said = said.map(|it| (&text[it.span.start as usize..it.span.end as usize], it.own_line));
    let wanted = [("# a", true), ("# c", false), ("# d", true), ("# f", false), ("# h", false)];
    assert_eq!(said.collect::<Vec<_>>(), wanted);
}

/// Anchors, each with a value made of the one before.
fn chain(first: &str, levels: usize, next: impl Fn(&str) -> String) -> String {
    let line = |level: usize| match level {
        0 => format!("a0: &a0 {first}\n"),
        _ => format!("a{level}: &a{level} {}\n", next(&format!("a{}", level - 1))),
    };
    (0..levels).map(line).collect::<Vec<_>>().concat()
}

#[test]
fn budgets_hold_against_hostile_files() {
    let laughs =
        chain("[x]", 20, |below| format!("[{}]", vec![format!("*{below}"); 10].join(", ")));
    assert!(mistake(&laughs).contains("too-large: the file holds too much"));
    let deep = chain("[x]", 200, |below| format!("[*{below}]"));
    assert!(mistake(&deep).contains("too-large: lists and maps are nested too deeply"));
    let merges = chain("{k: 1}", 3_000, |below| format!("{{<<: *{below}, k{below}: 1}}"));
    assert!(mistake(&merges).contains("too-large"));
    assert!(mistake(&"[".repeat(100_000)).contains("too-large: lists and maps are nested"));
    assert!(mistake(&"- ".repeat(100_000)).contains("too-large: lists and maps are nested"));
    let deep: Vec<String> = (0..1_000).map(|level| " ".repeat(level) + "a:\n").collect();
    let deep = deep.concat();
    assert!(mistake(&deep).contains("too-large: lists and maps are nested"));
    let items = usize::try_from(MAX_VISITS / 1_000).unwrap();
    let wide = format!("- &a [{}]\n{}", "x, ".repeat(1_000), "- *a\n".repeat(items));
    assert!(mistake(&wide).contains("too-large: the file holds too much"));
    let scripts = format!("- &a {}\n{}", "x".repeat(1 << 20), "- *a\n".repeat(17));
    assert!(mistake(&scripts).contains("too-large: the file holds too much"));
    let nested = format!("- &a [{}]\n{}", "x".repeat(1 << 20), "- *a\n".repeat(17));
    assert!(mistake(&nested).contains("too-large: the file holds too much"));
    assert!(mistake(&" ".repeat(MAX_BYTES + 1)).contains("too-large: the file is larger than"));
}

/// The fenced blocks of a diagnostic's page, in turn.
fn blocks(page: &str) -> Vec<&str> {
    let fenced = page.split("```").skip(1).step_by(2);
    fenced.map(|block| block.split_once('\n').map_or("", |(_, text)| text)).collect()
}

#[test]
fn the_pages_show_what_is_said() {
    use crate::diagnostics::{DUPLICATE_KEY, SYNTAX, TOO_LARGE};
    for rule in [&SYNTAX, &TOO_LARGE, &DUPLICATE_KEY] {
        let [bad, wanted, repaired] = blocks(rule.page)[..] else { panic!("{}", rule.name) };
        let mut sink = Sink::new();
        parse(FileId(0), bad, &mut sink);
        let file = SourceFile::new("spec.mlops.yaml", bad);
        let lines = sink.items().iter().map(|it| {
            let at = file.line_column(it.span.start);
            let name = it.rule.name;
            format!("{}:{}:{}: error[{name}]: {}\n", file.path, at.line, at.column, it.message)
        });
        assert_eq!(lines.collect::<Vec<_>>().concat(), wanted);
        good(repaired);
    }
}
