//! What a spec under construction has, so that what comes later can refer to it.

use super::tape::Tape;

/// Types of values.
pub(crate) const SCALARS: [&str; 4] = ["string", "number", "integer", "boolean"];
/// Types of data.
pub(crate) const DATA: [&str; 6] =
    ["uri_folder", "uri_file", "mltable", "mlflow_model", "custom_model", "triton_model"];

/// Whether a type is that of data.
pub(crate) fn is_data(kind: &str) -> bool {
    DATA.contains(&kind)
}

/// A parameter.
#[derive(Clone)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    pub(crate) has_default: bool,
    /// Whether it may have no value.
    pub(crate) optional: bool,
    /// Values that it takes.
    pub(crate) values: Vec<String>,
}

/// A step.
#[derive(Clone)]
pub(crate) struct Made {
    pub(crate) name: String,
    pub(crate) on_ci: bool,
    pub(crate) outputs: Vec<(String, &'static str)>,
    pub(crate) feeds: Vec<usize>,
}

/// Everything that has a name by now.
#[derive(Default)]
pub(crate) struct World {
    /// The way from the spec to the root: `../` or nothing.
    pub(crate) up: &'static str,
    /// Those that run something.
    pub(crate) targets: Vec<&'static str>,
    /// Whether what brings events remembers what happened; `None`: nothing does.
    pub(crate) events: Option<bool>,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) steps: Vec<Made>,
    pub(crate) computes: Vec<String>,
    pub(crate) environments: Vec<String>,
    pub(crate) runners: Vec<String>,
    /// The stages of the project.
    pub(crate) stages: Vec<&'static str>,
    /// Steps that deploy in each of them.
    pub(crate) deployed: Vec<String>,
    /// Images that the project builds.
    pub(crate) images: Vec<&'static str>,
    /// Those that steps build for themselves.
    pub(crate) built: Vec<String>,
    pub(crate) default_compute: bool,
    pub(crate) default_runner: bool,
    pub(crate) default_environment: bool,
    /// How many marked values there are.
    pub(crate) marks: usize,
}

/// What marked values start with: nothing else in a project does.
pub(crate) const MARK: &str = "mrk";

/// Something to refer to.
#[derive(Clone)]
pub(crate) struct Referable {
    /// Without brackets: `parameters.x`.
    pub(crate) path: String,
    pub(crate) kind: &'static str,
}

impl World {
    /// A text that stands for a value, and may be in no script.
    pub(crate) fn mark(&mut self) -> String {
        self.marks += 1;
        format!("{MARK}{}.v", self.marks)
    }

    /// What a step may refer to, beside its own ports.
    pub(crate) fn referable(&self, on_ci: bool) -> Vec<Referable> {
        let parameters = self
            .parameters
            .iter()
            .filter(|it| !it.optional)
            .map(|it| Referable { path: format!("parameters.{}", it.name), kind: it.kind });
        let outputs = self.steps.iter().flat_map(|step| {
            step.outputs.iter().map(|(name, kind)| Referable {
                path: format!("steps.{}.outputs.{name}", step.name),
                kind,
            })
        });
        let facts = ["git.sha", "git.branch", "run.id", "variables.REGION", "git.tag"];
        let facts = facts.iter().map(|path| Referable { path: (*path).to_owned(), kind: "string" });
        let secret = Referable { path: "secrets.API_KEY".to_owned(), kind: "string" };
        let stage = Referable { path: "stage.name".to_owned(), kind: "string" };
        let stage = (!self.stages.is_empty()).then_some(stage);
        let facts = facts.chain(stage);
        parameters.chain(outputs).chain(facts).chain(on_ci.then_some(secret)).collect()
    }

    /// The parameters that may have no value.
    pub(crate) fn optional(&self) -> Vec<Referable> {
        let optional = self.parameters.iter().filter(|it| it.optional);
        let each =
            optional.map(|it| Referable { path: format!("parameters.{}", it.name), kind: it.kind });
        each.collect()
    }

    /// The step that a reference reads from.
    pub(crate) fn producer(&self, path: &str) -> Option<usize> {
        let (step, _) = path.strip_prefix("steps.")?.split_once('.')?;
        self.steps.iter().position(|made| made.name == step)
    }
}

/// Words for people, of the kind that breaks careless writers.
pub(crate) fn prose(tape: &mut Tape<'_>) -> String {
    let all = [
        "Plain words.",
        "it's: \"quoted\" # not a comment",
        "größe 🚀 – «ü»",
        "two\nlines\n",
        "$(Build.BuildId) $[variables.x] %PATH%",
        "##vso[task.setvariable variable=x]y",
        "::set-output name=a::b",
        "- item",
        "yes",
        "0x10",
        "1e5",
        "2026-01-01",
        "*star &and !bang %percent @at `tick`",
        "{ a: [b] }, c",
        "tab\there",
        "back\\slash \\n",
        "null",
        "  spaces  around  ",
        "a very long line that goes on and on, beyond the width at which a writer might like to \
         fold it, so that it must show whether folding keeps the words as they are, all of them",
        "| pipe > greater",
        "<b>html</b> &amp;",
        "12:30:45",
        "é",
        "bell \u{7} inside",
        "= equals",
        "? question: mark",
    ];
    tape.pick(&all).to_owned()
}

/// A name that was not taken yet; platforms fold letter case.
pub(crate) fn fresh(tape: &mut Tape<'_>, pool: &[&str], taken: &[&str]) -> String {
    let free = |name: &str| !taken.iter().any(|it| it.eq_ignore_ascii_case(name));
    let wish = tape.pick(pool);
    if free(wish) {
        return wish.to_owned();
    }
    let mut others = (2..=taken.len() + 2).map(|number| format!("{wish}{number}"));
    others.find(|name| free(name)).expect("more names than are taken")
}
