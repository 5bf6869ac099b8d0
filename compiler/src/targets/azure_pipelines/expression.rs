//! The platform's expressions: the only file that knows their brackets.
//!
//! Azure Pipelines has three syntaxes (Microsoft Learn, «Define variables»): a *macro* is replaced
//! just before a task runs, a *runtime* expression is the whole value of a job's variable, and a
//! *template* expression is pasted when the run is queued.

use crate::plan::ValueType;

/// The run's number: day and count of the day. It may stand in tags and file names.
pub(super) const RUN_NUMBER: &str = "$(Date:yyyyMMdd)$(Rev:.r)";

/// A variable's value, in the input or environment of a task.
pub(super) fn variable(name: &str) -> String {
    format!("$({name})")
}

/// An expression as the value of a job's variable.
pub(super) fn runtime(expression: &str) -> String {
    format!("$[ {expression} ]")
}

/// A parameter's value. The service spells booleans `True` and `False`; here they are lower case,
/// as everywhere else.
pub(super) fn parameter(name: &str, kind: ValueType) -> String {
    if kind == ValueType::Boolean {
        format!("${{{{ lower(parameters.{name}) }}}}")
    } else {
        format!("${{{{ parameters.{name} }}}}")
    }
}

/// A stage's name, and the text in it.
pub(super) type Choice<'a> = (&'a str, String);

/// The name of the stage that a person chose.
pub(super) fn chosen_stage() -> String {
    "${{ parameters.stage }}".to_owned()
}

/// A key whose entries count in one stage alone.
pub(super) fn in_stage(name: &str) -> String {
    format!("${{{{ if eq(parameters.stage, {}) }}}}", inner_quoted(name))
}

/// Text that differs by stage, that of the first where nobody chose; plain where it does not.
pub(super) fn by_stage(choices: Vec<Choice<'_>>) -> String {
    let is_plain = choices.iter().all(|(_, text)| *text == choices[0].1);
    if is_plain {
        return choices.into_iter().next().map(|(_, text)| text).unwrap_or_default();
    }
    format!("${{{{ {} }}}}", operand(&choices))
}

/// A parameter's value, or where a person left it empty, text that differs by stage.
pub(super) fn else_by_stage(name: &str, choices: &[Choice<'_>]) -> String {
    let value = format!("parameters.{name}");
    format!("${{{{ iif(eq(trim({value}), ''), {}, {value}) }}}}", operand(choices))
}

fn operand(choices: &[Choice<'_>]) -> String {
    let Some(((_, default), others)) = choices.split_first() else { return "''".to_owned() };
    let differs = |choice: &&Choice<'_>| choice.1 != *default;
    let arms: Vec<&Choice<'_>> = others.iter().filter(differs).collect();
    let mut text = String::new();
    for (stage, own) in &arms {
        let (stage, own) = (inner_quoted(stage), inner_quoted(own));
        text.extend(["iif(eq(parameters.stage, ", &stage, "), ", &own, ", "]);
    }
    text + &inner_quoted(default) + &")".repeat(arms.len())
}

/// A text inside an expression; in it, brackets have no meaning.
fn inner_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Whether any of the parameters holds a macro, as `True` or `False`. It is decided before macros
/// are replaced: afterwards nobody can tell that a value was one.
pub(super) fn any_holds_macro(names: &[&str]) -> Option<String> {
    let holds = |name: &&str| format!("contains(parameters.{name}, '$(')");
    let tests: Vec<String> = names.iter().map(holds).collect();
    match tests.as_slice() {
        [] => None,
        [one] => Some(format!("${{{{ {one} }}}}")),
        many => Some(format!("${{{{ or({}) }}}}", many.join(", "))),
    }
}

/// Text of the author's, which the service shall not take for a template expression.
pub(super) fn literal(text: &str) -> String {
    text.replace("${{", "${{ '${{' }}")
}

/// A text in an expression.
pub(super) fn quoted(text: &str) -> String {
    literal(&format!("'{}'", text.replace('\'', "''")))
}

/// An output variable of an earlier job, which must be in `dependsOn`. A deployment's outputs carry
/// the name of their job once more.
pub(super) fn output(job: &str, is_deployment: bool, step: &str, name: &str) -> String {
    if is_deployment {
        format!("dependencies.{job}.outputs['{job}.{step}.{name}']")
    } else {
        format!("dependencies.{job}.outputs['{step}.{name}']")
    }
}

/// The same of one combination of a job with a matrix.
pub(super) fn output_of_leg(job: &str, leg: &str, step: &str, name: &str) -> String {
    format!("dependencies.{job}.outputs['{leg}.{step}.{name}']")
}

/// The full name of a branch or tag that the run is for.
pub(super) struct GitRef {
    /// What the full name starts with.
    pub(super) prefix: &'static str,
    expression: &'static str,
    /// The same where nothing may be left to a script: for pull requests on GitHub the service gives
    /// the short name.
    full: &'static str,
}

/// The branch; for a pull request, the branch that asks to be merged; for a tag, nothing.
pub(super) const BRANCH: GitRef = GitRef {
    prefix: "refs/heads/",
    expression: "coalesce(variables['System.PullRequest.SourceBranch'], \
        iif(startsWith(variables['Build.SourceBranch'], 'refs/heads/'), \
        variables['Build.SourceBranch'], ''), '')",
    full: "coalesce(iif(or(eq(variables['System.PullRequest.SourceBranch'], ''), \
        startsWith(variables['System.PullRequest.SourceBranch'], 'refs/heads/')), \
        variables['System.PullRequest.SourceBranch'], \
        format('refs/heads/{0}', variables['System.PullRequest.SourceBranch'])), \
        iif(startsWith(variables['Build.SourceBranch'], 'refs/heads/'), \
        variables['Build.SourceBranch'], ''), '')",
};

/// The tag, else nothing.
pub(super) const TAG: GitRef = GitRef {
    prefix: "refs/tags/",
    expression: "iif(startsWith(variables['Build.SourceBranch'], 'refs/tags/'), \
        variables['Build.SourceBranch'], '')",
    full: "iif(startsWith(variables['Build.SourceBranch'], 'refs/tags/'), \
        variables['Build.SourceBranch'], '')",
};

impl GitRef {
    /// Whether it is, or is not, what an expression gives as a short name. Full names are compared: to
    /// take the prefix away would make `main` of a branch that somebody calls `refs/heads/main`.
    pub(super) fn compared(&self, word: &str, name: &str) -> String {
        let full = format!("format('{}{{0}}', {name})", self.prefix);
        format!("{word}({}, iif(eq({name}, ''), '', {full}))", self.full)
    }

    /// The full name without `$`: whoever pushes chooses the name, and the service replaces macros in
    /// the value of a variable. The prefix is left to the script, since `replace` would take it away
    /// in the middle of a name, too.
    pub(super) fn hidden(&self) -> String {
        runtime(&format!("replace(replace({}, '%', '%25'), '$', '%24')", self.expression))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_text_stay_text() {
        assert_eq!(literal("echo '${{ x }}'"), "echo '${{ '${{' }} x }}'");
    }

    #[test]
    fn one_test_needs_no_or() {
        assert_eq!(any_holds_macro(&[]), None);
        let one = any_holds_macro(&["a"]).unwrap();
        assert_eq!(one, "${{ contains(parameters.a, '$(') }}");
        let two = any_holds_macro(&["a", "b"]).unwrap();
        assert!(two.starts_with("${{ or(contains(parameters.a,"), "{two}");
    }

    #[test]
    fn a_deployment_names_its_job_twice() {
        assert_eq!(output("j", true, "s", "v"), "dependencies.j.outputs['j.s.v']");
        assert_eq!(output("j", false, "s", "v"), "dependencies.j.outputs['s.v']");
    }
}
