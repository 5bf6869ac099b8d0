//! Values on their way into a script's environment.
//!
//! The service pastes template expressions first and replaces macros, `$(…)`, in what came of that.
//! So a text that ends in `$` and one that starts with `(` must not meet before the shell joins
//! them: neither of the two holds a macro that a check could find.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::step::Script;

/// A value, in parts that only the shell may join.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Value {
    parts: Vec<Part>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Part {
    text: String,
    /// What stands before the name of a branch or tag, which [`GIT_REF`] reads.
    prefix: Option<&'static str>,
    /// Whether what the service pastes may end in `$`.
    may_end: bool,
    /// Whether it may start with `(`, or be empty.
    may_start: bool,
}

/// The function that reads the name of a branch or tag.
const GIT_REF: &str = include_str!("scripts/git_ref.sh");

impl Value {
    /// Text that is fixed when the file is written; `written` is how the file has it.
    pub(super) fn fixed(text: &str, written: String) -> Self {
        if text.is_empty() {
            return Self::default();
        }
        Self::one(written, text.ends_with('$'), text.starts_with('('))
    }

    /// A template expression that gives any text.
    pub(super) fn pasted(expression: String) -> Self {
        Self::one(expression, true, true)
    }

    /// What is replaced once, when the task starts, or cannot hold such signs.
    pub(super) fn safe(text: String) -> Self {
        Self::one(text, false, false)
    }

    /// A variable with the full name of a branch or tag, hidden as [`GIT_REF`] has it.
    pub(super) fn git_ref(text: String, prefix: &'static str) -> Self {
        let part = Part { text, prefix: Some(prefix), may_end: false, may_start: false };
        Self { parts: vec![part] }
    }

    fn one(text: String, may_end: bool, may_start: bool) -> Self {
        Self { parts: vec![Part { text, prefix: None, may_end, may_start }] }
    }

    /// Adds what follows.
    pub(super) fn append(&mut self, next: Self) {
        for next in next.parts {
            match self.parts.last_mut() {
                Some(last) if last.can_meet(&next) => {
                    last.text.push_str(&next.text);
                    last.may_end = next.may_end;
                }
                _ => self.parts.push(next),
            }
        }
    }

    /// The text of a setting of the project, which is one part.
    pub(super) fn into_text(self) -> String {
        self.parts.into_iter().map(|part| part.text).collect()
    }
}

impl Part {
    fn can_meet(&self, next: &Self) -> bool {
        self.prefix.is_none() && next.prefix.is_none() && !(self.may_end && next.may_start)
    }
}

/// Puts values into the environment of a script; of equal names the last counts.
pub(super) fn put(script: &mut Script, values: &[(String, Value)]) {
    let mut lines = String::new();
    for (name, value) in last_of_each(values) {
        put_one(script, &mut lines, name, value);
    }
    if lines.contains("git_ref ") {
        lines.insert_str(0, GIT_REF);
        lines.push_str("unset -f git_ref\n");
    }
    script.text.insert_str(0, &lines);
}

/// Of the pairs with equal names the last, in order.
pub(super) fn last_of_each<T>(pairs: &[(String, T)]) -> impl Iterator<Item = &(String, T)> {
    let last: BTreeMap<&str, usize> =
        pairs.iter().enumerate().map(|(at, (name, _))| (name.as_str(), at)).collect();
    pairs
        .iter()
        .enumerate()
        .filter_map(move |(at, pair)| (last.get(pair.0.as_str()) == Some(&at)).then_some(pair))
}

fn put_one(script: &mut Script, lines: &mut String, name: &str, value: &Value) {
    let mut put = |name: &str, part: &Part| {
        script.env.push((name.to_owned(), part.text.clone()));
        if let Some(prefix) = part.prefix {
            let _ = writeln!(lines, "git_ref {name} {prefix}");
        }
    };
    match value.parts.as_slice() {
        [] => script.env.push((name.to_owned(), String::new())),
        [only] => put(name, only),
        parts => {
            let names: Vec<String> =
                (1..=parts.len()).map(|number| format!("PART_{number}_OF_{name}")).collect();
            for (name, part) in names.iter().zip(parts) {
                put(name, part);
            }
            let _ = writeln!(lines, "export {name}=\"${}\"", names.join("$"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed(text: &str) -> Value {
        Value::fixed(text, text.to_owned())
    }

    fn joined(values: &[Value]) -> Script {
        let mut whole = Value::default();
        for value in values {
            whole.append(value.clone());
        }
        let mut script = Script::new("", "run\n");
        put(&mut script, &[("X".to_owned(), whole)]);
        script
    }

    #[test]
    fn what_cannot_make_a_macro_stays_one_text() {
        let a = Value::pasted("${{ parameters.a }}".to_owned());
        let run = Value::safe("$(Build.BuildId)".to_owned());
        let script = joined(&[fixed("v-"), a, fixed("-"), run, fixed("(x)")]);
        assert_eq!(script.env[0].1, "v-${{ parameters.a }}-$(Build.BuildId)(x)");
        assert_eq!((script.env.len(), script.text.as_str()), (1, "run\n"));
    }

    #[test]
    fn what_could_make_one_is_joined_by_the_shell() {
        let pasted = |name: &str| Value::pasted(format!("${{{{ parameters.{name} }}}}"));
        for pair in
            [[pasted("a"), pasted("b")], [pasted("a"), fixed("(x)")], [fixed("a$"), fixed("(x)")]]
        {
            let script = joined(&pair);
            assert_eq!(script.env.len(), 2, "{pair:?}");
            let join = "export X=\"$PART_1_OF_X$PART_2_OF_X\"\n";
            assert_eq!(script.text, format!("{join}run\n"));
        }
        let empty_between = joined(&[pasted("a"), fixed(""), fixed("(x)")]);
        assert_eq!(empty_between.env.len(), 2);
    }

    #[test]
    fn of_equal_names_the_last_counts() {
        let mut script = Script::new("", "run\n");
        let first = Value::git_ref("$(git_branch)".to_owned(), "refs/heads/");
        put(&mut script, &[("X".to_owned(), first), ("X".to_owned(), fixed("own"))]);
        assert_eq!(script.env, [("X".to_owned(), "own".to_owned())]);
        assert_eq!(script.text, "run\n");
    }
}
