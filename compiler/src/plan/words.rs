//! The plan in words: what people read in graphs and in comparisons.

use super::{
    Batching, ComponentPlace, Condition, Fact, FanOut, Input, Piece, Plan, PullRequest, Push,
    Reference, Scalar, ScriptPiece, Setting, Source, Staging, Step, Task, TriggerKind, Variable,
};

impl Plan {
    /// A reference as an author writes it, without the brackets: `steps.a.outputs.o`.
    pub fn reference_words(&self, reference: &Reference) -> String {
        match reference {
            Reference::Parameter(id) => format!("parameters.{}", self.parameter(*id).name),
            Reference::Output(id, output) => {
                let step = self.step(*id);
                format!("steps.{}.outputs.{}", step.name, step.outputs[*output as usize].name)
            }
            Reference::Matrix(name) => format!("matrix.{name}"),
            Reference::GitSha => "git.sha".to_owned(),
            Reference::GitBranch => "git.branch".to_owned(),
            Reference::GitTag => "git.tag".to_owned(),
            Reference::RunId => "run.id".to_owned(),
            Reference::StageName => "stage.name".to_owned(),
            Reference::Variable(name) => format!("variables.{name}"),
            Reference::Secret(name) => format!("secrets.{name}"),
        }
    }

    /// A stage in words: `stage prod`, or `the chosen stage`.
    pub fn staging_words(&self, staging: Staging) -> String {
        match staging {
            Staging::Fixed(id) => format!("stage {}", self.project.stage(id).name),
            Staging::Chosen => "the chosen stage".to_owned(),
            Staging::None => "any stage".to_owned(),
        }
    }

    /// Text with its references in brackets.
    pub fn text_words(&self, text: &[Piece]) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Literal(text) => text.clone(),
            Piece::Reference(reference) => self.bracketed(reference),
        };
        text.iter().map(piece).collect()
    }

    /// A setting: the value, or the reference in brackets.
    pub fn setting_words(&self, setting: &Setting) -> String {
        match setting {
            Setting::Fixed(value) => value.text(),
            Setting::Reference(reference) => self.bracketed(reference),
        }
    }

    /// A condition over values, as an author writes it.
    pub fn condition_words(&self, condition: &Condition) -> String {
        let join = |parts: &[Condition], word: &str| {
            let parts: Vec<_> = parts.iter().map(|part| self.condition_words(part)).collect();
            format!("({})", parts.join(word))
        };
        let fact = |fact: &Fact| match fact {
            Fact::Literal(text) => format!("'{text}'"),
            Fact::Reference(reference) => self.reference_words(reference),
        };
        match condition {
            Condition::Compare { left, right, same } => {
                format!("{} {} {}", fact(left), if *same { "==" } else { "!=" }, fact(right))
            }
            Condition::Not(inner) => format!("!({})", self.condition_words(inner)),
            Condition::All(parts) => join(parts, " && "),
            Condition::Any(parts) => join(parts, " || "),
        }
    }

    /// Where an input comes from.
    pub fn source_words(&self, source: &Source) -> String {
        match source {
            Source::Literal(value) => value.text(),
            Source::Reference(reference) => self.bracketed(reference),
            Source::Text(text) => self.text_words(text),
        }
    }

    /// What a step runs, with references in brackets.
    pub fn script_words(&self, step: &Step, script: &[ScriptPiece]) -> String {
        let piece = |piece: &ScriptPiece| match piece {
            ScriptPiece::Literal(text) => text.clone(),
            ScriptPiece::OptionalStart => "$[[".to_owned(),
            ScriptPiece::OptionalEnd => "]]".to_owned(),
            ScriptPiece::Searched(name) => format!("${{{{ search_space.{name} }}}}"),
            ScriptPiece::Input(index) => format!("${{{{ inputs.{} }}}}", input(step, *index).name),
            ScriptPiece::Output(index) => {
                format!("${{{{ outputs.{} }}}}", step.outputs[*index as usize].name)
            }
        };
        script.iter().map(piece).collect()
    }

    /// Where a variable of a CI script comes from.
    pub fn variable_words(&self, step: &Step, variable: &Variable) -> String {
        match variable {
            Variable::Input(index) => format!("inputs.{}", input(step, *index).name),
            Variable::Output(index) => {
                format!("outputs.{}", step.outputs[*index as usize].name)
            }
            Variable::Reference(reference) => self.reference_words(reference),
        }
    }

    /// How a fan-out cuts its input.
    pub fn batching_words(&self, work: &FanOut) -> String {
        match &work.batching {
            Batching::Size(size) => self.setting_words(size),
            Batching::PartitionKeys(keys) => format!("by {}", keys.join(", ")),
            Batching::Default => "the service's choice".to_owned(),
        }
    }

    fn bracketed(&self, reference: &Reference) -> String {
        format!("${{{{ {} }}}}", self.reference_words(reference))
    }
}

fn input(step: &Step, index: u32) -> &Input {
    &step.inputs[index as usize]
}

impl Task {
    /// The kind as authors write it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Command(_) => "run",
            Self::FanOut(_) => "parallel",
            Self::Native(native) => native.word(),
            Self::Own(own) => own.word(),
            Self::Component(component) => match component.component {
                ComponentPlace::Made(_) => "pipeline",
                ComponentPlace::Registered(_) | ComponentPlace::File(_) => "component",
            },
        }
    }
}

impl TriggerKind {
    /// What fires the trigger, in a few words: `push to main, paths src/**`.
    pub fn words(&self) -> String {
        match self {
            Self::Push(push) => push_words(push),
            Self::PullRequest(request) => pull_request_words(request),
            Self::Schedule(timing) => timing.words.clone(),
            Self::Http(http) => {
                format!("a call of {}, deployment {}", http.endpoint, http.deployment_name())
            }
            Self::Call(name) => format!("a call of {name}, which starts a run on CI"),
            Self::Event(event) => event.words(),
            Self::Completed(completed) => completed.words(),
            Self::Manual => "by hand".to_owned(),
        }
    }
}

fn push_words(push: &Push) -> String {
    let mut words = "push".to_owned();
    words += &listed(" to ", &push.branches);
    words += &listed(", tags ", &push.tags);
    words + &listed(", paths ", &push.paths)
}

fn pull_request_words(request: &PullRequest) -> String {
    let mut words = "pull request".to_owned();
    words += &listed(" to ", &request.branches);
    words += &listed(", paths ", &request.paths);
    words + if request.drafts { "" } else { ", no drafts" }
}

fn listed(before: &str, items: &[String]) -> String {
    if items.is_empty() { String::new() } else { format!("{before}{}", items.join(" ")) }
}

impl Scalar {
    /// The value as JSON writes it: text in quotes, so that `"0"` is not `0`.
    pub fn words(&self) -> String {
        match self {
            Self::Text(text) => format!("{text:?}"),
            Self::Integer(_) | Self::Number(_) | Self::Boolean(_) => self.text(),
        }
    }
}
