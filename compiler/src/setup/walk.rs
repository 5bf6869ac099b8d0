//! Ways through a document.

use crate::syntax::{Kind, NodeId, Tree};

/// What a key of a map holds.
pub(super) fn value(tree: &Tree<'_>, map: NodeId, key: &str) -> Option<NodeId> {
    let Kind::Map(entries) = tree.kind(map) else { return None };
    entries.iter().find(|entry| tree.text_of(entry.key) == key).map(|entry| entry.value)
}

/// The text that a key of a map holds.
pub(super) fn text<'t>(tree: &'t Tree<'_>, map: NodeId, key: &str) -> Option<&'t str> {
    value(tree, map, key).map(|node| tree.text_of(node)).filter(|text| !text.is_empty())
}

/// The entries of a map: key and value.
pub(super) fn entries<'t>(
    tree: &'t Tree<'_>,
    map: NodeId,
) -> impl Iterator<Item = (&'t str, NodeId)> {
    let entries = if let Kind::Map(entries) = tree.kind(map) { entries } else { &[] };
    entries.iter().map(|entry| (tree.text_of(entry.key), entry.value))
}

/// The items of a list; the node itself where there is no list.
pub(super) fn items(tree: &Tree<'_>, node: NodeId) -> Vec<NodeId> {
    match tree.kind(node) {
        Kind::List(items) => items.to_vec(),
        Kind::Null => Vec::new(),
        Kind::Scalar(_) | Kind::Map(_) => vec![node],
    }
}

/// Every map and text below a node, the node first: with the key that holds it.
pub(super) fn all<'t>(tree: &'t Tree<'_>, from: NodeId) -> Vec<(&'t str, NodeId)> {
    let (mut found, mut open) = (Vec::new(), vec![("", from)]);
    while let Some((key, node)) = open.pop() {
        found.push((key, node));
        match tree.kind(node) {
            Kind::Map(entries) => {
                let below = entries.iter().rev();
                open.extend(below.map(|entry| (tree.text_of(entry.key), entry.value)));
            }
            Kind::List(items) => open.extend(items.iter().rev().map(|item| (key, *item))),
            Kind::Scalar(_) | Kind::Null => {}
        }
    }
    found
}

/// The names that follow a word in a text: `secrets.A` gives `A`.
pub(super) fn names<'t>(text: &'t str, word: &str) -> Vec<&'t str> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let mut found = Vec::new();
    for (at, _) in text.match_indices(word) {
        let is_inside = text[..at].chars().next_back().is_some_and(|it| is_part(it) || it == '.');
        let rest = &text[at + word.len()..];
        let end = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
        if end > 0 && !is_inside {
            found.push(&rest[..end]);
        }
    }
    found
}

/// The expressions in a text of GitHub's.
pub(super) fn expressions(text: &str) -> Vec<&str> {
    let parts = text.split("${{").skip(1);
    parts.map(|part| part.split("}}").next().unwrap_or_default()).collect()
}

/// What a text may be: each outcome of the one expression that it is, where that chooses by stage;
/// else the text itself.
pub(super) fn outcomes(text: &str) -> Vec<String> {
    let whole = text.trim().strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}"));
    let Some(found) = whole.and_then(|body| chosen(body.trim())) else {
        return vec![text.to_owned()];
    };
    let word = |part: &str| literal(part).unwrap_or_else(|| format!("${{{{ {part} }}}}"));
    found.into_iter().map(word).collect()
}

/// The text that a literal of an expression stands for.
fn literal(part: &str) -> Option<String> {
    let inner = part.strip_prefix('\'')?.strip_suffix('\'')?;
    Some(inner.replace("''", "'"))
}

/// The outcomes of `case(test, outcome, …, outcome)` and `iif(test, outcome, outcome)`.
fn chosen(body: &str) -> Option<Vec<&str>> {
    let (name, rest) = body.split_once('(')?;
    let arguments = arguments(rest.strip_suffix(')')?);
    let (last, arms) = arguments.split_last()?;
    let mut found: Vec<&str> = match name {
        "case" | "iif" => arms.chunks(2).filter_map(|arm| arm.get(1).copied()).collect(),
        _ => return None,
    };
    match chosen(last) {
        Some(inner) => found.extend(inner),
        None => found.push(last),
    }
    Some(found)
}

/// An expression of GitHub's that chooses by the run's stage: `case(condition, value, …, other)`.
pub(super) struct Choice<'t> {
    /// The conditions, each with its value.
    pub(super) cases: Vec<(&'t str, &'t str)>,
    other: &'t str,
    /// Whether the values are those of an expression, where texts stand in quotes.
    is_expression: bool,
}

impl<'t> Choice<'t> {
    /// A text that is no choice has one value.
    pub(super) fn read(text: &'t str) -> Self {
        let inner = text.trim().strip_prefix("${{").and_then(|it| it.strip_suffix("}}"));
        let is_expression = inner.is_some();
        let inner = inner.map_or(text, str::trim);
        let list = inner.strip_prefix("case(").and_then(|it| it.strip_suffix(')'));
        let Some(list) = list else {
            return Self { cases: Vec::new(), other: inner, is_expression };
        };
        let parts = arguments(list);
        let (pairs, rest) = parts.as_chunks::<2>();
        let cases = pairs.iter().map(|[condition, value]| (*condition, *value)).collect();
        Self { cases, other: rest.first().copied().unwrap_or_default(), is_expression }
    }

    /// The value under a condition; `None`: under none of them.
    pub(super) fn value(&self, condition: Option<&str>) -> String {
        let case = self.cases.iter().find(|(known, _)| Some(*known) == condition);
        let value = case.map_or(self.other, |(_, value)| *value);
        literal(value).filter(|_| self.is_expression).unwrap_or_else(|| value.to_owned())
    }
}

/// Arguments, at commas that stand neither in quotes nor in brackets.
fn arguments(text: &str) -> Vec<&str> {
    let (mut found, mut start, mut depth, mut quoted) = (Vec::new(), 0, 0_usize, false);
    for (at, letter) in text.char_indices() {
        match letter {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            ',' if !quoted && depth == 0 => {
                found.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(text[start..].trim());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_stage_decides_is_each_of_its_outcomes() {
        for (text, expected) in [
            ("azure-ml", vec!["azure-ml"]),
            ("${{ vars.A }}", vec!["${{ vars.A }}"]),
            (
                "${{ case(inputs.stage == 'b', 'It''s (b, c)', vars.A) }}",
                vec!["It's (b, c)", "${{ vars.A }}"],
            ),
            (
                "${{ iif(eq(p.stage, 'b'), 'b', iif(eq(p.stage, 'c'), '', 'a')) }}",
                vec!["b", "", "a"],
            ),
        ] {
            assert_eq!(outcomes(text), expected, "{text}");
        }
    }

    #[test]
    fn texts_of_a_choice_are_those_that_the_platform_reads() {
        let choice = Choice::read("${{ case(inputs.stage == 'b', 'it''s b', '''a''') }}");
        assert_eq!(choice.value(Some("inputs.stage == 'b'")), "it's b");
        assert_eq!(choice.value(None), "'a'");
        assert_eq!(Choice::read("it''s").value(None), "it''s");
        assert_eq!(Choice::read("${{ vars.A }}").value(None), "vars.A");
    }
}
