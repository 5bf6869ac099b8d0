//! Bash that CI files share, whatever the platform: what a value must be like, and how values get
//! into a copy of a job file. The lines call a function `fail MESSAGE`, which ends the script in
//! the platform's own way.

use std::fmt::Write as _;

use crate::plan::{
    Mode, Parameter, Plan, Reference, Scalar, Staging, Submission, SubmissionInput, ValueType,
};

/// Bash: `demand VALUE FORM MESSAGE` fails unless the value is one line that matches the form.
pub(crate) const DEMAND: &str =
    "demand() { [[ $1 =~ $2 && $1 != *[[:cntrl:]]* ]] || fail \"$3\"; }\n";

/// Bash: `failed_steps` names the steps of a job that failed.
pub(crate) const FAILED_STEPS: &str = include_str!("scripts/failed_steps.sh");

/// Text that Azure ML may paste into a command line between quotes: not empty, and nothing that
/// ends a quotation or starts a substitution.
const PASTEABLE: &str = r#"^[^'"$`\]+$"#;

/// The same without blanks, at which Azure ML splits the arguments of a script over mini-batches.
const WORD: &str = r#"^[^'"$`\[:space:]]+$"#;

/// A line that fails unless Azure ML can paste the text of a submission's input wherever its steps
/// want it.
pub(crate) fn demand_pasteable(
    plan: &Plan,
    submission: &Submission,
    input: &SubmissionInput,
    variable: &str,
) -> String {
    let is_bare = submission.steps.iter().any(|step| {
        let mut found = false;
        for argument in plan.step(*step).argument_inputs() {
            argument.references(&mut |reference| found |= *reference == input.source);
        }
        found
    });
    let (form, blanks) = if is_bare { (WORD, "blanks, ") } else { (PASTEABLE, "") };
    let message = format!(
        "{} must neither be empty nor hold {blanks}quotes, dollars, backticks or backslashes",
        input.name
    );
    demand(variable, form, &message)
}

/// Data as Azure ML reads it, or a path in the repository whose parts do not start with a dot: what
/// Azure ML pastes holds nothing that ends a quotation, and nobody can have it upload files of the
/// machine that submits the job.
pub(crate) const ADDRESS: &str = concat!(
    r#"^((azureml|https|wasbs|abfss|adl):[^'"$`\]+"#,
    r"|[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*/?)$"
);

/// What bash reads as exactly this text, quoted only where it must be.
pub(crate) fn quote(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_./:@%+,-".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) {
        text.to_owned()
    } else {
        ["'", &text.replace('\'', r"'\''"), "'"].concat()
    }
}

/// The name of an environment variable for a value: upper case, and three underscores for a dot,
/// which no name has.
pub(crate) fn variable(prefix: &str, name: &str) -> String {
    [prefix, "_", &name.to_ascii_uppercase().replace('.', "___")].concat()
}

/// The form of a type's values (POSIX extended, as bash's `=~` reads it), and the words for it.
/// Whole numbers have at most 18 digits and no leading zero, so that bash can compare them.
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
        | ValueType::TritonModel => ("", "one line of text"),
    }
}

/// A line that fails unless the variable's value is one line that matches.
pub(crate) fn demand(variable: &str, form: &str, message: &str) -> String {
    ["demand \"$", variable, "\" ", &quote(form), " ", &quote(message), "\n"].concat()
}

/// Lines that fail unless the variable's value is one that the parameter takes.
pub(crate) fn demand_parameter(variable: &str, parameter: &Parameter) -> String {
    let lines = if parameter.choices.is_empty() {
        demand_form(variable, parameter)
    } else {
        demand_choice(variable, &parameter.name, &parameter.choices)
    };
    when_set(variable, Some(parameter), lines)
}

/// Lines that count only if the variable holds something, when the parameter may have no value.
pub(crate) fn when_set(variable: &str, parameter: Option<&Parameter>, lines: String) -> String {
    if !parameter.is_some_and(|parameter| parameter.optional) {
        return lines;
    }
    let indented: String = lines.lines().flat_map(|line| ["  ", line, "\n"]).collect();
    format!("if [[ ${variable} ]]; then\n{indented}fi\n")
}

fn demand_form(variable: &str, parameter: &Parameter) -> String {
    let name = &parameter.name;
    let mut lines = if let Some(pattern) = &parameter.pattern {
        demand(variable, pattern, &format!("{name} must match {pattern}"))
    } else {
        let (form, words) = form(parameter.kind);
        demand(variable, form, &format!("{name} must be {words}"))
    };
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
    /// The environment variable that holds the value; a path without scheme is root-relative.
    pub(crate) variable: String,
    /// Whether an empty text is no value.
    pub(crate) optional: bool,
    /// How data arrives, which a value does not change.
    pub(crate) mode: Option<Mode>,
}

impl Binding {
    /// A value for an input of a submission.
    pub(crate) fn new(plan: &Plan, input: &SubmissionInput, variable: String) -> Self {
        let Reference::Parameter(id) = input.source else {
            let (input, kind) = (input.name.clone(), input.kind);
            return Self { input, kind, variable, optional: false, mode: None };
        };
        let Parameter { optional, mode, .. } = *plan.parameter(id);
        Self { input: input.name.clone(), kind: input.kind, variable, optional, mode }
    }
}

/// The folder of Azure ML files, as bash reads it.
pub(crate) struct Folder {
    text: String,
    /// Folders on the way from the root, its own included.
    depth: usize,
    /// Whether `STAGE` holds the name of the stage.
    pub(crate) reads_stage: bool,
}

impl Folder {
    /// That of what runs in a stage.
    pub(crate) fn of(plan: &Plan, staging: Staging) -> Self {
        let variants = plan.variants(staging);
        let path = variants[0].azure_ml_path("");
        let depth = path.bytes().filter(|byte| *byte == b'/').count();
        if let [_] = variants.as_slice() {
            return Self { text: path, depth, reads_stage: false };
        }
        Self { text: plan.azure_ml_folder() + "/", depth, reads_stage: true }
    }

    fn word(&self, file: &str) -> String {
        if self.reads_stage {
            format!("{}\"$STAGE\"{}", quote(&self.text), quote(&format!("/{file}")))
        } else {
            quote(&format!("{}{file}", self.text))
        }
    }
}

/// A command, run at the root, that writes a copy of a job file with its inputs set. Values travel
/// as text, so none can become part of the program. Booleans become booleans, which Azure ML hands
/// to steps as `True` and `False` however the job was started.
pub(crate) fn bind(bindings: &[Binding], folder: &Folder, from: &str, to: &str) -> String {
    let mut command = String::from("jq");
    for Binding { input, variable, .. } in bindings {
        let _ = write!(command, " --arg {} \"${variable}\" \\\n  ", quote(input));
    }
    let mut program = String::new();
    if bindings.iter().any(|one| !one.kind.is_scalar()) {
        // Paths in a job file are relative to the file.
        let root = "../".repeat(folder.depth);
        let local = format!("if test(\"^/|:\") then . else \"{root}\" + . end");
        let _ = write!(program, "def place: {local};\n    ");
    }
    program.push_str(".inputs += $ARGS.named");
    for binding in bindings {
        let place = format!(".inputs[\"{}\"]", binding.input);
        let value = if !binding.kind.is_scalar() {
            let mode = binding.mode.map(|mode| format!(", mode: \"{}\"", mode.word()));
            let (kind, mode) = (binding.kind.word(), mode.unwrap_or_default());
            Some(format!("{place} |= {{type: \"{kind}\", path: place{mode}}}"))
        } else if binding.kind == ValueType::Boolean {
            Some(format!("{place} |= fromjson"))
        } else {
            None
        };
        if binding.optional {
            let value = value.as_deref().unwrap_or(".");
            let _ =
                write!(program, "\n    | if {place} == \"\" then del({place}) else {value} end");
        } else if let Some(value) = value {
            let _ = write!(program, "\n    | {value}");
        }
    }
    let (from, to) = (folder.word(from), folder.word(to));
    format!("{command} {} \\\n   {from} > {to}\n", quote(&program))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::process::Command;

    fn parameter(kind: ValueType) -> Parameter {
        Parameter::new("x", kind)
    }

    fn bash(script: &str, value: &str) -> (bool, String) {
        let script =
            format!("set -euo pipefail\nfail() {{ echo \"$1\"; exit 1; }}\n{DEMAND}{script}");
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
        let line = demand("X", WORD, "no");
        for bad in ["", "a b", "a\tb", "it's", "a\\b", "$x"] {
            assert!(!bash(&line, bad).0, "{bad}");
        }
        assert!(bash(&line, "refs/heads/größe#1").0);
    }

    fn bound(binding: Binding, value: &str) -> serde_json::Value {
        let folder = Folder { text: String::new(), depth: 2, reads_stage: false };
        let command = bind(&[binding], &folder, "-", "/dev/stdout");
        let job = r#"{"inputs":{"a.b":1,"kept":true}}"#;
        let (fine, said) = bash(&format!("echo '{job}' | {command}"), value);
        assert!(fine, "{said}");
        let copy: serde_json::Value = serde_json::from_str(&said).unwrap();
        assert_eq!(copy["inputs"]["kept"], true);
        copy["inputs"].clone()
    }

    fn binding(input: &str, kind: ValueType) -> Binding {
        let variable = "X".to_owned();
        Binding { input: input.to_owned(), kind, variable, optional: false, mode: None }
    }

    #[test]
    fn an_optional_value_is_proved_only_when_there_is_one() {
        let mut depth = parameter(ValueType::Integer);
        depth.max = Some(Scalar::Integer(32));
        depth.optional = true;
        assert!(takes(&depth, "") && takes(&depth, "32"));
        assert!(!takes(&depth, "33") && !takes(&depth, "x"));
    }

    #[test]
    fn an_optional_value_that_is_empty_is_none() {
        for (kind, value, expected) in [
            (ValueType::Integer, "7", serde_json::json!("7")),
            (ValueType::Boolean, "true", serde_json::json!(true)),
            (ValueType::UriFile, "a:b", serde_json::json!({"type": "uri_file", "path": "a:b"})),
        ] {
            let optional = || Binding { optional: true, ..binding("a.b", kind) };
            assert_eq!(bound(optional(), "").get("a.b"), None, "{kind:?}");
            assert_eq!(bound(optional(), value)["a.b"], expected);
        }
    }

    #[test]
    fn values_cannot_become_part_of_the_program() {
        let value = r#"") | error("x"#;
        assert_eq!(bound(binding("a.b", ValueType::String), value)["a.b"], value);
        assert_eq!(bound(binding("end", ValueType::Number), "1e-5")["end"], "1e-5");
    }

    #[test]
    fn paths_are_written_as_the_job_file_reads_them() {
        for (value, path) in [
            ("data/raw", "../../data/raw"),
            ("/mnt/raw", "/mnt/raw"),
            ("azureml:raw:1", "azureml:raw:1"),
        ] {
            let inputs = bound(binding("raw", ValueType::UriFolder), value);
            assert_eq!(inputs["raw"], serde_json::json!({"type": "uri_folder", "path": path}));
        }
    }

    #[test]
    fn data_arrives_as_the_job_file_says() {
        for optional in [false, true] {
            let mode = Some(Mode::EvalMount);
            let table = Binding { optional, mode, ..binding("a.b", ValueType::Mltable) };
            let expected =
                serde_json::json!({"type": "mltable", "path": "a:b", "mode": "eval_mount"});
            assert_eq!(bound(table, "a:b")["a.b"], expected);
        }
    }

    #[test]
    fn booleans_are_bound_as_booleans() {
        for (value, expected) in [("true", true), ("false", false)] {
            assert_eq!(bound(binding("b", ValueType::Boolean), value)["b"], expected);
        }
    }
}
