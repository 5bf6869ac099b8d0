//! Formatting keeps meaning and comments, and is done after one time.

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::syntax::properties::soup;

fn check(text: &str) {
    let text = normal_breaks(text);
    let tree = glance(&text);
    // A file that is one text is no spec, and plain `---` cannot start a line.
    if tree.broken() || tree.root().is_some_and(|root| !tree.text_of(root).is_empty()) {
        return;
    }
    let once = print(&tree);
    let again = glance(&once);
    assert!(!again.broken(), "broken by formatting:\n{text}\n---\n{once}");
    assert!(short::same(&tree, &again), "changed by formatting:\n{text}\n---\n{once}");
    let twice = print(&again);
    assert_eq!(once, twice, "changed again:\n{text}");
}

/// A tree to print in an odd layout.
#[derive(Clone, Debug)]
enum Odd {
    Nothing,
    Alias,
    Text(OddText),
    List(bool, Vec<Child>),
    Map(bool, Vec<Child>),
}

#[derive(Clone, Debug)]
struct OddText {
    header: &'static str,
    lines: Vec<String>,
}

#[derive(Clone, Debug)]
struct Child {
    node: Odd,
    anchor: Option<&'static str>,
    /// Comments above, with what they are indented by.
    above: Vec<(usize, String)>,
    behind_key: Option<String>,
    behind: Option<String>,
    empty: usize,
    step: usize,
    own_line: bool,
}

fn text() -> impl Strategy<Value = OddText> {
    let headers = ["", "", "'", "\"", "|", "|-", "|+", ">", ">-", ">+", "|1", ">2-"];
    let line = "( {0,2}[a-z\\-?:#'\"\\\\é]{0,3}[a-z]{1,40} ?){0,2}";
    let texts = (select(headers.to_vec()), vec(line, 1..4));
    texts.prop_map(|(header, lines)| OddText { header, lines })
}

fn comment() -> impl Strategy<Value = String> {
    "#[ #a-z:\\-]{0,6}"
}

fn child(node: impl Strategy<Value = Odd>) -> impl Strategy<Value = Child> {
    let spare = (
        weighted(0.1, select(&["x", "y"][..])),
        vec((0..6_usize, comment()), 0..2),
        weighted(0.2, comment()),
        weighted(0.2, comment()),
        0..3_usize,
        1..4_usize,
        any::<bool>(),
    );
    (node, spare).prop_map(|(node, (anchor, above, behind_key, behind, empty, step, own_line))| {
        Child { node, anchor, above, behind_key, behind, empty, step, own_line }
    })
}

fn odd() -> impl Strategy<Value = Odd> {
    let leaf = prop_oneof![
        1 => Just(Odd::Nothing),
        1 => Just(Odd::Alias),
        8 => text().prop_map(Odd::Text),
    ];
    leaf.prop_recursive(4, 40, 4, |inner| {
        let children = vec(child(inner), 0..4);
        (any::<bool>(), any::<bool>(), children).prop_map(|(map, flow, children)| {
            if map { Odd::Map(flow, children) } else { Odd::List(flow, children) }
        })
    })
}

impl OddText {
    fn print(&self, column: usize, flow: bool, out: &mut String) {
        let block = self.header.starts_with(['|', '>']);
        let indent = " ".repeat(column);
        match self.header {
            _ if block && flow => out.push_str("flat"),
            _ if block => {
                out.push_str(self.header);
                out.extend(self.lines.iter().flat_map(|line| ["\n", &indent, line]));
            }
            "" => {
                let words =
                    self.lines.iter().map(|line| line.replace(|c: char| !c.is_alphabetic(), " "));
                let words: Vec<String> = words.filter(|line| !line.trim().is_empty()).collect();
                out.extend(["p", &words.join(&format!("\n\n{indent}"))]);
            }
            quote => {
                let text = self.lines.join(&format!("\n{indent}"));
                let text = match quote {
                    "'" => text.replace('\'', "''"),
                    _ => text.replace('\\', "\\\\").replace('"', "\\\""),
                };
                out.extend([quote, &text, quote]);
            }
        }
    }
}

fn end_line(behind: Option<&String>, out: &mut String) {
    if let Some(comment) = behind {
        out.push(' ');
        out.push_str(comment);
    }
    out.push('\n');
}

/// Prints a node behind a key or a dash, and ends its line.
fn print_child(child: &Child, column: usize, flow: bool, out: &mut String) {
    if let Some(name) = child.anchor {
        out.extend([" &", name]);
    }
    let block = match &child.node {
        Odd::List(block, children) | Odd::Map(block, children) => *block && !children.is_empty(),
        Odd::Nothing | Odd::Alias | Odd::Text(_) => false,
    };
    if block && !flow {
        end_line(child.behind_key.as_ref(), out);
        return print_block(&child.node, column + child.step, out);
    }
    let below = child.own_line || child.behind_key.is_some();
    let leaf = matches!(&child.node, Odd::Text(text) if !text.header.starts_with(['|', '>']));
    if below && leaf {
        end_line(child.behind_key.as_ref(), out);
        out.push_str(&" ".repeat(column + child.step));
    } else {
        out.push(' ');
    }
    print_flow(&child.node, column + child.step, flow, out);
}

fn print_flow(node: &Odd, column: usize, flow: bool, out: &mut String) {
    let (brackets, children) = match node {
        Odd::Nothing => return,
        Odd::Alias => return out.push_str("*x "),
        Odd::Text(text) => return text.print(column, flow, out),
        Odd::List(_, children) => ("[]", children),
        Odd::Map(_, children) => ("{}", children),
    };
    out.push_str(&brackets[..1]);
    for (at, child) in children.iter().enumerate() {
        for (_, comment) in &child.above {
            out.extend([" ", comment, "\n", &" ".repeat(column + 1)]);
        }
        let key = if brackets == "{}" { format!(" k{at}: ") } else { " ".to_owned() };
        out.push_str(&key);
        if brackets == "[]" && matches!(child.node, Odd::Nothing) {
            out.push('w');
        }
        print_child(child, column + 1, true, out);
        out.push(',');
        if child.behind.is_some() {
            end_line(child.behind.as_ref(), out);
            out.push_str(&" ".repeat(column + 1));
        }
    }
    out.push_str(&brackets[1..]);
}

fn print_block(node: &Odd, column: usize, out: &mut String) {
    let (map, children) = match node {
        Odd::List(_, children) => (false, children),
        Odd::Map(_, children) => (true, children),
        Odd::Nothing | Odd::Alias | Odd::Text(_) => return,
    };
    for (at, child) in children.iter().enumerate() {
        out.push_str(&"\n".repeat(child.empty));
        for (jitter, comment) in &child.above {
            let indent = " ".repeat((column + jitter).saturating_sub(2));
            out.extend([&indent, &**comment, "\n"]);
        }
        out.push_str(&" ".repeat(column));
        let key = if map { format!("k{at}:") } else { "-".to_owned() };
        out.push_str(&key);
        print_child(child, column, false, out);
        end_line(child.behind.as_ref(), out);
    }
}

fn print_odd(node: &Odd) -> String {
    let mut out = String::new();
    match node {
        Odd::List(true, _) => {
            out.push_str("- &x a\n");
            print_block(node, 0, &mut out);
        }
        Odd::Map(true, _) => {
            out.push_str("k: &x a\n");
            print_block(node, 0, &mut out);
        }
        Odd::Nothing | Odd::Alias | Odd::Text(_) | Odd::List(..) | Odd::Map(..) => {
            print_flow(node, 1, false, &mut out);
        }
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_mixture_keeps_its_meaning(text in soup()) {
        check(&text);
    }

    #[test]
    fn any_tree_keeps_its_meaning(node in odd()) {
        check(&print_odd(&node));
    }
}

#[test]
fn many_odd_layouts_are_yaml() {
    use proptest::strategy::ValueTree as _;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let texts = (0..300).map(|_| print_odd(&odd().new_tree(&mut runner).unwrap().current()));
    let read = texts.filter(|text| text.len() > 30 && !glance(text).broken()).count();
    assert!(read > 100, "{read} of 300");
}
