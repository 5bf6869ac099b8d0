//! Names in the lines that nobody wrote: a parameter that is checked, an output that is handed over.

use crate::plan::{Reference, Step};

use super::{Goal, Guide, spec};

impl Guide<'_> {
    /// What the names in a text lead to: outputs and inputs of a step, parameters, steps, triggers.
    pub(super) fn named(&self, text: &str, step: Option<&Step>) -> Vec<Goal> {
        let is_part = |letter: char| letter.is_alphanumeric() || "_.-".contains(letter);
        let words = text.split(|letter| !is_part(letter)).filter(|word| !word.is_empty());
        words.flat_map(|word| self.name(word.trim_end_matches(['.', '-']), step)).collect()
    }

    fn name(&self, word: &str, step: Option<&Step>) -> Vec<Goal> {
        let mut goals = Vec::new();
        for word in forms(word) {
            if let Some(step) =
                step.filter(|step| step.outputs.iter().any(|it| same(&it.name, word)))
            {
                let output = step.outputs.iter().find(|it| same(&it.name, word));
                goals.extend(output.map(|it| spec(&["steps", &step.name, "outputs", &it.name])));
            }
            goals.extend(self.port(word));
            let parameter = self.plan.parameters.iter().find(|it| same(&it.name, word));
            goals.extend(parameter.map(|it| spec(&["parameters", &it.name])));
        }
        goals
    }

    /// `<step>__<output>`.
    pub(super) fn port(&self, word: &str) -> Option<Goal> {
        let steps = self.plan.steps.iter();
        let ports = steps.flat_map(|step| step.outputs.iter().map(move |output| (step, output)));
        let mut found = ports.filter(|(step, output)| {
            word.len() == step.name.len() + output.name.len() + 2
                && word.to_ascii_lowercase().starts_with(&step.name.to_ascii_lowercase())
                && same(&word[word.len() - output.name.len()..], &output.name)
        });
        let (step, output) = found.next()?;
        Some(spec(&["steps", &step.name, "outputs", &output.name]))
    }

    /// What the expressions in a text read: parameters, secrets, variables, outputs.
    pub(super) fn read(&self, text: &str, step: Option<&Step>) -> Vec<Goal> {
        let mut goals = Vec::new();
        let within: Vec<String> =
            step.map_or_else(Vec::new, |step| vec!["steps".to_owned(), step.name.clone()]);
        let mention = |words: String| Goal::Mention(within.clone(), words);
        for (kind, name) in reads(text) {
            let own = match kind {
                "secrets" => format!("secrets.{name}"),
                "vars" | "$(" => format!("variables.{name}"),
                _ => {
                    let parameter = self.plan.parameters.iter();
                    let parameter = parameter.map(|it| &it.name);
                    let Some(known) = parameter.into_iter().find(|it| is_called(it, name)) else {
                        continue;
                    };
                    goals.push(mention(format!("parameters.{known}")));
                    goals.push(spec(&["parameters", known]));
                    continue;
                }
            };
            goals.push(mention(own.clone()));
            goals.push(Goal::Mention(Vec::new(), own.clone()));
            goals.push(Goal::ProjectMention(own));
        }
        goals
    }

    /// Where the source of an input of a step is read.
    pub(super) fn source(&self, step: &Step, reference: &Reference) -> Vec<Goal> {
        let within = vec!["steps".to_owned(), step.name.clone()];
        let words = match reference {
            Reference::Parameter(id) => format!("parameters.{}", self.plan.parameter(*id).name),
            Reference::Output(producer, output) => {
                let producer = self.plan.step(*producer);
                let output = &producer.outputs[*output as usize].name;
                format!("steps.{}.outputs.{output}", producer.name)
            }
            Reference::Variable(name) => format!("variables.{name}"),
            Reference::Secret(name) => format!("secrets.{name}"),
            Reference::GitSha => "git.sha".to_owned(),
            Reference::GitBranch => "git.branch".to_owned(),
            Reference::GitTag => "git.tag".to_owned(),
            Reference::RunId => "run.id".to_owned(),
            Reference::StageName => "stage.name".to_owned(),
            Reference::Matrix(name) => format!("matrix.{name}"),
        };
        vec![Goal::Mention(within, words)]
    }
}

/// A name as scripts spell it: `INPUT_DEPTH` is `depth`.
fn forms(word: &str) -> Vec<&str> {
    let is_variable = word.chars().all(|letter| !letter.is_lowercase());
    let is_made = is_variable || word.starts_with("from_");
    let tail = word.split_once('_').map(|(_, tail)| tail).filter(|_| is_made);
    std::iter::once(word).chain(tail).collect()
}

fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

/// Whether a parameter goes by a name in an output.
pub(super) fn is_called(parameter: &str, name: &str) -> bool {
    parameter == name || parameter.replace('.', "___") == name
}

/// Pairs of a namespace and a name, as expressions of the platforms have them.
fn reads(text: &str) -> Vec<(&'static str, &str)> {
    const SPACES: [&str; 5] = ["parameters", "inputs", "secrets", "vars", "$("];
    let mut found = Vec::new();
    for space in SPACES {
        for (at, _) in text.match_indices(space) {
            let rest = &text[at + space.len()..];
            let rest = if space == "$(" { Some(rest) } else { rest.strip_prefix('.') };
            let Some(rest) = rest else { continue };
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'));
            let name = &rest[..end.unwrap_or(rest.len())];
            if !name.is_empty() {
                found.push((space, name));
            }
        }
    }
    found
}
