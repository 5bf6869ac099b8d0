//! Bash that CI files share, whatever the platform: what a value must be like, and how values get
//! into a copy of a job file. Every line expects a function `fail MESSAGE` that ends the script.

use std::fmt::Write as _;

use crate::plan::{Parameter, Scalar, ValueType};

/// Text that Azure ML may paste into a command line between quotes: not empty, and nothing that
/// ends a quotation or starts a substitution.
pub(crate) const PASTEABLE: &str = r#"^[^[:cntrl:]'"$`\]+$"#;

/// What bash reads as exactly this text, quoted only where it must be.
pub(crate) fn quote(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_./:@%+,-".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// The name of an environment variable for a value: upper case, dots as underscores.
pub(crate) fn variable(prefix: &str, name: &str) -> String {
    format!("{prefix}_{}", name.to_ascii_uppercase().replace('.', "_"))
}

/// What the text of a value must match (POSIX extended, as bash's `=~` reads it), and the words
/// for it. Whole numbers have at most 18 digits and no leading zero, so that bash can compare them.
pub(crate) fn form(kind: ValueType) -> (&'static str, &'static str) {
    match kind {
        ValueType::Integer => ("^(0|-?[1-9][0-9]{0,17})$", "a whole number"),
        ValueType::Number => (r"^[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?$", "a number"),
        ValueType::Boolean => ("^(true|false)$", "true or false"),
        ValueType::String
        | ValueType::UriFile
        | ValueType::UriFolder
        | ValueType::Mltable
        | ValueType::MlflowModel
        | ValueType::CustomModel
        | ValueType::TritonModel => ("^[^[:cntrl:]]*$", "one line of text"),
    }
}

/// A line that ends the script unless the variable's text matches.
pub(crate) fn demand(variable: &str, pattern: &str, message: &str) -> String {
    let (pattern, message) = (quote(pattern), quote(message));
    format!("form={pattern}\n[[ ${variable} =~ $form ]] || fail {message}\n")
}

/// Lines that end the script unless the variable's text is a value that the parameter takes.
pub(crate) fn demand_parameter(variable: &str, parameter: &Parameter) -> String {
    let name = &parameter.name;
    if !parameter.choices.is_empty() {
        return demand_choice(variable, name, &parameter.choices);
    }
    let (pattern, words) = form(parameter.kind);
    let mut lines = demand(variable, pattern, &format!("{name} must be {words}"));
    if let Some(pattern) = &parameter.pattern {
        lines.push_str(&demand(variable, pattern, &format!("{name} must match {pattern}")));
    }
    for (bound, sign, words) in
        [(&parameter.min, ">=", "at least"), (&parameter.max, "<=", "at most")]
    {
        if let Some(bound) = bound {
            let message = format!("{name} must be {words} {}", bound.text());
            lines.push_str(&demand_bound(variable, parameter.kind, sign, bound, &message));
        }
    }
    lines
}

fn demand_choice(variable: &str, name: &str, choices: &[Scalar]) -> String {
    let choices: Vec<String> = choices.iter().map(Scalar::text).collect();
    let cases: Vec<String> = choices.iter().map(|choice| quote(choice)).collect();
    let message = quote(&format!("{name} must be one of: {}", choices.join(", ")));
    format!("case ${variable} in {}) ;; *) fail {message} ;; esac\n", cases.join(" | "))
}

fn demand_bound(
    variable: &str,
    kind: ValueType,
    sign: &str,
    bound: &Scalar,
    message: &str,
) -> String {
    let (bound, message) = (bound.text(), quote(message));
    let whole =
        kind == ValueType::Integer && bound.bytes().all(|b| b == b'-' || b.is_ascii_digit());
    if whole {
        format!("(( {variable} {sign} {bound} )) || fail {message}\n")
    } else {
        let program = quote(&format!("BEGIN {{ exit !(value {sign} {bound}) }}"));
        format!("awk -v value=\"${variable}\" {program} || fail {message}\n")
    }
}

/// A value that goes into an input of a job file.
pub(crate) struct Binding {
    /// The input's name.
    pub(crate) input: String,
    /// The input's type.
    pub(crate) kind: ValueType,
    /// The environment variable that holds the value.
    pub(crate) variable: String,
}

/// A command that writes a copy of a job file with its inputs set. Values travel as text, so none
/// can become part of the program; data inputs get their type and path, and booleans become
/// booleans, which Azure ML hands to steps as `True` and `False` however the job was started.
pub(crate) fn bind(bindings: &[Binding], from: &str, to: &str) -> String {
    let mut command = String::from("jq");
    for Binding { input, variable, .. } in bindings {
        let _ = write!(command, " --arg {} \"${variable}\" \\\n  ", quote(input));
    }
    let mut program = String::from(".inputs += $ARGS.named");
    for Binding { input, kind, .. } in bindings {
        let place = format!(".inputs[\"{input}\"]");
        if *kind == ValueType::Boolean {
            let _ = write!(program, "\n    | {place} = ({place} == \"true\")");
        } else if !kind.is_scalar() {
            let kind = kind.word();
            let _ = write!(program, "\n    | {place} = {{type: \"{kind}\", path: {place}}}");
        }
    }
    format!("{command} {} \\\n   {} > {}\n", quote(&program), quote(from), quote(to))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::process::Command;

    fn parameter(kind: ValueType) -> Parameter {
        Parameter {
            name: "x".to_owned(),
            kind,
            default: None,
            description: None,
            choices: Vec::new(),
            min: None,
            max: None,
            pattern: None,
        }
    }

    fn bash(script: &str, value: &str) -> (bool, String) {
        let script = format!("set -euo pipefail\nfail() {{ echo \"$1\"; exit 1; }}\n{script}");
        let mut bash = Command::new("bash");
        let run = bash.args(["-c", &script]).env("X", value).output().unwrap();
        (run.status.success(), String::from_utf8(run.stdout).unwrap())
    }

    fn takes(parameter: &Parameter, value: &str) -> bool {
        bash(&demand_parameter("X", parameter), value).0
    }

    #[test]
    fn whole_numbers_keep_their_bounds() {
        let mut depth = parameter(ValueType::Integer);
        depth.min = Some(Scalar::Integer(-1));
        depth.max = Some(Scalar::Integer(32));
        for good in ["-1", "0", "9", "32"] {
            assert!(takes(&depth, good), "{good}");
        }
        for bad in ["-2", "33", "08", "1.5", "", " 1", "1\n2", "a[0]", "9999999999999999999"] {
            assert!(!takes(&depth, bad), "{bad}");
        }
    }

    #[test]
    fn numbers_compare_as_numbers() {
        let mut rate = parameter(ValueType::Number);
        rate.min = Some(Scalar::Number("1e-3".to_owned()));
        rate.max = Some(Scalar::Integer(10));
        for good in ["0.001", "1E-02", "9.5", ".5", "10"] {
            assert!(takes(&rate, good), "{good}");
        }
        for bad in ["0.0001", "10.1", "1e", "nan", "0x1", "1;2", ""] {
            assert!(!takes(&rate, bad), "{bad}");
        }
    }

    #[test]
    fn texts_match_their_pattern_as_a_whole() {
        let mut path = parameter(ValueType::String);
        path.pattern = Some("^[a-z'/]*$".to_owned());
        assert!(takes(&path, "raw/it's"));
        assert!(!takes(&path, "raw/\nit"));
        assert!(!takes(&path, "RAW"));
    }

    #[test]
    fn choices_are_words_not_patterns() {
        let mut size = parameter(ValueType::String);
        size.choices = vec![Scalar::Text("a b".to_owned()), Scalar::Text("*".to_owned())];
        assert!(takes(&size, "a b") && takes(&size, "*"));
        assert!(!takes(&size, "anything"));
        let (_, said) = bash(&demand_parameter("X", &size), "no");
        assert_eq!(said, "x must be one of: a b, *\n");
    }

    #[test]
    fn pasted_text_holds_nothing_that_a_shell_reads() {
        let line = demand("X", PASTEABLE, "no");
        for bad in ["", "it's", "a\"b", "$x", "`x`", "a\\b", "a\nb"] {
            assert!(!bash(&line, bad).0, "{bad}");
        }
        assert!(bash(&line, "refs/heads/größe#1 {x}").0);
    }

    #[test]
    fn values_are_bound_as_text_beside_the_job_file() {
        let folder = std::env::temp_dir().join(format!("mlopsc-bind-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
        std::fs::write(path("job.json"), r#"{"inputs":{"a.b":1,"kept":true}}"#).unwrap();
        let binding =
            |input: &str, kind| Binding { input: input.to_owned(), kind, variable: "X".to_owned() };
        let both = [binding("a.b", ValueType::String), binding("end", ValueType::UriFile)];
        let command = bind(&both, &path("job.json"), &path("run.json"));
        let (fine, said) = bash(&command, r#"") | error("x"#);
        assert!(fine, "{said}");
        let copy = std::fs::read_to_string(path("run.json")).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        let copy: serde_json::Value = serde_json::from_str(&copy).unwrap();
        assert_eq!(copy["inputs"]["a.b"], r#"") | error("x"#);
        assert_eq!(copy["inputs"]["end"]["type"], "uri_file");
        assert_eq!(copy["inputs"]["end"]["path"], r#"") | error("x"#);
        assert_eq!(copy["inputs"]["kept"], true);
    }

    #[test]
    fn booleans_are_bound_as_booleans() {
        let input = "b".to_owned();
        let binding = Binding { input, kind: ValueType::Boolean, variable: "X".to_owned() };
        let command = bind(&[binding], "-", "/dev/stdout");
        for (value, bound) in [("true", true), ("false", false)] {
            let (fine, said) = bash(&format!("echo '{{}}' | {command}"), value);
            assert!(fine, "{said}");
            let copy: serde_json::Value = serde_json::from_str(&said).unwrap();
            assert_eq!(copy["inputs"]["b"], bound);
        }
    }
}
