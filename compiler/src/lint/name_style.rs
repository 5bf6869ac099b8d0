//! `name-style`: parameters, inputs and outputs in `snake_case`, as scripts' options are and as both
//! Azure ML's own names and environment variables show them.

use crate::check::Checked;
use crate::diagnostics::{Diagnostic, NAME_STYLE, Sink};
use crate::source::Spanned;
use crate::spec::decode::Dict;

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    names(&checked.spec.parameters, "parameter", sink);
    for (_, step) in checked.spec.steps.good() {
        names(&step.inputs, "input", sink);
        names(&step.outputs, "output", sink);
    }
}

fn names<N, T>(all: &Dict<N, T>, what: &str, sink: &mut Sink) {
    let capitals = all.items.iter().map(|item| &item.name);
    for Spanned { value: name, span } in capitals.filter(|name| !is_snake_case(&name.value)) {
        let message = format!("the {what} `{name}` is not in snake_case");
        let help = format!("call it `{}`", snake_case(name));
        sink.report(Diagnostic::new(&NAME_STYLE, *span, message).help(help));
    }
}

fn is_snake_case(name: &str) -> bool {
    !name.bytes().any(|byte| byte.is_ascii_uppercase())
}

/// `rawData` and `RawData` are `raw_data`; `HTTPPort` is `http_port`.
fn snake_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut out = String::with_capacity(name.len() + 4);
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| letters[before]);
        let starts = letter.is_ascii_uppercase()
            && before.is_some_and(|before| {
                let lower_follows = letters.get(at + 1).is_some_and(char::is_ascii_lowercase);
                before != '_' && (!before.is_ascii_uppercase() || lower_follows)
            });
        if starts {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_styles_become_snake_case() {
        for (name, wanted) in [
            ("rawData", "raw_data"),
            ("RawData", "raw_data"),
            ("HTTPPort", "http_port"),
            ("RATE", "rate"),
            ("Max_Depth", "max_depth"),
            ("l2Rate", "l2_rate"),
        ] {
            assert_eq!(snake_case(name), wanted);
            assert!(!is_snake_case(name) && is_snake_case(wanted));
        }
    }
}
