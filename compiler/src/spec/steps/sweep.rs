//! `sweep`: a command with many values of its hyperparameters.

use super::component::ComponentName;
use super::tuning::{self, ALGORITHM, EARLY_TERMINATION, Search};
use super::{Binder, Engine, Kind, Need, StepSpec, Takes};
use crate::diagnostics::{BAD_NAME, BAD_VALUE, CONFLICT, Diagnostic, MISSING_KEY};
use crate::plan::{Fields, Native, NativeKind, ScriptPiece, Task, Trial, ValueType};
use crate::source::Spanned;
use crate::spec::decode::NameRule;
use crate::spec::record::record;
use crate::spec::shape::{Form, Pair, Record, Shape, Shaped, Spelling, Tabled, Value, may, must};
use crate::spec::text::{Script, Text};
use crate::spec::values::{PathText, PortName};

/// Azure ML's limit of trials.
const TRIALS: Shape = Shape::Integer(1, 1000);

/// What is searched.
#[derive(Clone, Copy, Debug)]
pub enum SearchSpace {}

impl Shaped for SearchSpace {
    const SHAPE: Shape = Shape::Map(&[], &Shape::Distribution);
    const LABEL: &'static str = "a search space";
}

/// What is sought.
#[derive(Clone, Copy, Debug)]
pub enum Objective {}

static OBJECTIVE: Record = Record {
    name: "Objective",
    label: "an objective",
    doc: "What is sought.\n\n```yaml\ngoal: maximize\nprimary_metric: accuracy\n```",
    rows: &[&[
        must("goal", Shape::Word(&["minimize", "maximize"]), "Whether less or more is better."),
        must("primary_metric", Shape::Text, "The metric, as the command logs it with MLflow."),
    ]],
    search: None,
    tag: None,
};

impl Sweep {
    /// The words that may stand under a key of a sweep.
    pub(crate) fn words(key: &str) -> Spelling {
        match key {
            "sampling_algorithm" => Spelling::of(Sampling::SHAPE),
            "objective" => Spelling::of(Objective::SHAPE),
            "early_termination" => Spelling::of(EarlyTermination::SHAPE),
            _ => Spelling::default(),
        }
    }
}

impl Shaped for Objective {
    const SHAPE: Shape = Shape::Record(&OBJECTIVE);
    const LABEL: &'static str = "an objective";
}

/// How values are picked.
#[derive(Clone, Copy, Debug)]
pub enum Sampling {}

impl Shaped for Sampling {
    const SHAPE: Shape = ALGORITHM;
    const LABEL: &'static str = "a sampling algorithm";
}

/// When a hopeless trial ends.
#[derive(Clone, Copy, Debug)]
pub enum EarlyTermination {}

impl Shaped for EarlyTermination {
    const SHAPE: Shape = Shape::Record(&EARLY_TERMINATION);
    const LABEL: &'static str = "an early termination policy";
}

/// How much is tried.
#[derive(Clone, Copy, Debug)]
pub enum SweepLimits {}

static LIMITS: Record = Record {
    name: "SweepLimits",
    label: "`limits` of a sweep",
    doc: "How much is tried.\n\n```yaml\nmax_total_trials: 20\nmax_concurrent_trials: 4\ntimeout: 2h\n```",
    rows: &[&[
        must("max_total_trials", TRIALS, "Trials in all."),
        may("max_concurrent_trials", TRIALS, "Trials at a time; by default all of them."),
        may("timeout", Shape::Duration, "The longest time for the whole sweep."),
        may("trial_timeout", Shape::Duration, "The longest time for a trial."),
    ]],
    search: None,
    tag: None,
};

impl Shaped for SweepLimits {
    const SHAPE: Shape = Shape::Record(&LIMITS);
    const LABEL: &'static str = "`limits` of a sweep";
}

record! {
    /// The command that is tried: one that stands here, or a component. The software and machines of
    /// a command are those of the step; a component brings its own software, takes the
    /// hyperparameters as inputs of these names, and what else it needs from the step's `inputs`.
    ///
    /// ```yaml
    /// code: ../src
    /// command: python train.py --data ${{ parameters.data }} --rate ${{ search_space.rate }}
    /// ```
    TrialSpec as "a trial" {
        /// The folder of the command.
        opt code = "code": Spanned<PathText>,
        /// The command; `${{ search_space.x }}` stands for the value of the hyperparameter x.
        opt command = "command": Script,
        /// A command component in place of the command: the path of its file, from this file on, or
        /// `azureml:<name>:<version>`.
        opt component = "component": Spanned<String>,
    }
    short command
}

record! {
    /// A command with many values of its hyperparameters; outputs are those of the best trial.
    ///
    /// ```yaml
    /// trial:
    ///   code: ../src
    ///   command: python train.py --rate ${{ search_space.rate }} --model ${{ outputs.model }}
    /// search_space:
    ///   rate: { type: uniform, min_value: 0.01, max_value: 0.5 }
    /// sampling_algorithm: random
    /// objective: { goal: maximize, primary_metric: accuracy }
    /// limits: { max_total_trials: 20, max_concurrent_trials: 4 }
    /// ```
    Sweep as "a `sweep` step" {
        /// The command that is tried.
        req trial = "trial": TrialSpec,
        /// The hyperparameters, and what each is drawn from.
        req search_space = "search_space": Tabled<SearchSpace>,
        /// How values are picked.
        req sampling_algorithm = "sampling_algorithm": Tabled<Sampling>,
        /// What is sought.
        req objective = "objective": Tabled<Objective>,
        /// How much is tried.
        req limits = "limits": Tabled<SweepLimits>,
        /// When a hopeless trial ends; by default none does.
        opt early_termination = "early_termination": Tabled<EarlyTermination>,
    }
}

impl Kind for Sweep {
    fn key(&self) -> &'static str {
        "sweep"
    }

    fn engine(&self) -> Option<Engine> {
        Some(Engine::AzureMl)
    }

    fn keys(&self) -> &'static [&'static str] {
        if self.trial.component.is_some() {
            &["resources", "queue"]
        } else {
            &["resources", "distribution", "queue"]
        }
    }

    fn takes(&self) -> Takes {
        let environment = if self.trial.component.is_some() { Need::No } else { Need::Must };
        Takes { compute: Need::Must, environment }
    }

    fn instead(&self, key: &str) -> Option<&'static str> {
        match key {
            "code" if self.trial.component.is_none() => {
                Some("`code` is a key of `trial`: move it there")
            }
            "code" | "environment" | "distribution" => Some("the component brings its own"),
            "timeout" => Some("write `timeout` or `trial_timeout` in `limits`"),
            "env" => {
                Some("Azure ML drops it from a trial; set it in the command: `NAME=value python …`")
            }
            _ => None,
        }
    }

    fn task(&self, _: &StepSpec, binder: &mut dyn Binder) -> Option<Task> {
        let code = match &self.trial.code {
            Some(code) => Some(binder.folder(code)?),
            None => None,
        };
        self.check(binder);
        let searched = self.searched(binder);
        let (script, component) = match self.tried(binder)? {
            Tried::Command(command) => {
                command.on_azure_ml(code.as_deref(), binder);
                (Self::command(command, &searched, binder)?, None)
            }
            Tried::Component => {
                for (name, kind) in &searched {
                    binder.swept(name, *kind);
                }
                (Vec::new(), Some(binder.component()?))
            }
        };
        let mut fields = Fields::default();
        fields.put("sampling_algorithm", self.sampling_algorithm.value.field(binder)?);
        fields.put("search_space", self.search_space.value.field(binder)?);
        fields.put("objective", self.objective.value.field(binder)?);
        if let Some(policy) = &self.early_termination {
            fields.put("early_termination", policy.value.field(binder)?);
        }
        fields.put("limits", self.limits.value.field(binder)?);
        let searched = searched.into_iter().map(|(name, kind)| (name.value, kind)).collect();
        let kind = NativeKind::Sweep(Box::new(Trial { script, searched, component }));
        Some(Task::Native(Box::new(Native { kind, code, fields })))
    }
}

impl Sweep {
    /// Every text in which references may stand.
    pub(super) fn texts<'a>(&'a self, texts: &mut Vec<&'a Text>) {
        texts.extend(self.trial.command.iter().map(|command| &command.text));
        self.search_space.value.texts(texts);
        self.sampling_algorithm.value.texts(texts);
        self.objective.value.texts(texts);
        self.limits.value.texts(texts);
        self.early_termination.iter().for_each(|policy| policy.value.texts(texts));
    }

    /// What is tried: a command, or a component.
    fn tried(&self, binder: &mut dyn Binder) -> Option<Tried<'_>> {
        let TrialSpec { code, command, component, span, broken } = &self.trial;
        let Some(component) = component else {
            if command.is_none() && !broken {
                let message = "a trial needs the key `command`";
                let help = "write the command, or a `component` in its place";
                binder.report(Diagnostic::new(&MISSING_KEY, *span, message).help(help));
            }
            return command.as_ref().map(Tried::Command);
        };
        let code = code.as_ref().map(|code| ("code", code.span));
        let own = code.or(command.as_ref().map(|command| ("command", command.text.span)));
        if let Some((key, at)) = own {
            let message = format!("a trial is a component or has a `{key}`, not both");
            binder.report(
                Diagnostic::new(&CONFLICT, at, message)
                    .related(component.span, "the component")
                    .help("the component brings its own; remove one of the two"),
            );
            return None;
        }
        let from = ComponentName::of(&component.value);
        if from.file().is_some() || from.is_complete() && !from.is_of_registry() {
            return Some(Tried::Component);
        }
        let (message, help) = if from.is_of_registry() {
            (
                "Azure ML's tools take no component of a registry as a trial".to_owned(),
                "register it in the workspace too, and write `azureml:<name>:<version>`; or the path of its file",
            )
        } else {
            (
                format!("`{}` does not say which component", component.value),
                "write the path of a component file, or `azureml:<name>:<version>`",
            )
        };
        binder.report(Diagnostic::new(&BAD_VALUE, component.span, message).help(help));
        None
    }

    /// The names of the hyperparameters.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.search_space.value.pairs().iter().map(|pair| pair.key.value.as_ref())
    }

    fn check(&self, binder: &mut dyn Binder) {
        let pairs = self.search_space.value.pairs();
        let early = self.early_termination.as_ref();
        let search = Search {
            algorithm: Some(&self.sampling_algorithm.value),
            distributions: pairs.iter().filter_map(|pair| pair.value.as_ref()).collect(),
            early_termination: early.map(|it| &it.value),
        };
        search.check(binder);
        tuning::concurrent(&self.limits.value, "max_total_trials", binder);
        if pairs.is_empty() {
            let message = "the search space is empty";
            binder.report(
                Diagnostic::new(&BAD_VALUE, self.search_space.value.span, message)
                    .help("a command without hyperparameters is a `run` step"),
            );
        }
    }

    /// The hyperparameters and their types.
    fn searched(&self, binder: &mut dyn Binder) -> Vec<(Spanned<String>, ValueType)> {
        let mut searched = Vec::new();
        for Pair { key, value } in self.search_space.value.pairs() {
            if !PortName::allows(&key.value) {
                let message = format!("`{}` cannot name a hyperparameter", key.value);
                let help = format!("it must match `{}`{}", PortName::PATTERN, PortName::BESIDES);
                binder.report(Diagnostic::new(&BAD_NAME, key.span, message).help(help));
                continue;
            }
            if let Some(value) = value {
                no_shell(value, binder);
            }
            let kind = value.as_ref().map_or(ValueType::String, kind_of);
            searched.push((Spanned::new(key.value.to_string(), key.span), kind));
        }
        searched
    }

    fn command(
        command: &Script,
        searched: &[(Spanned<String>, ValueType)],
        binder: &mut dyn Binder,
    ) -> Option<Vec<ScriptPiece>> {
        let names: Vec<Spanned<String>> = searched.iter().map(|(name, _)| name.clone()).collect();
        let script = binder.trial(command, &names)?;
        for name in &names {
            let reads = |piece: &ScriptPiece| matches!(piece, ScriptPiece::Searched(it) if *it == name.value);
            if !script.iter().any(reads) {
                let message =
                    format!("the command does not read the hyperparameter `{}`", name.value);
                let help =
                    format!("hand `${{{{ search_space.{} }}}}` to it, or remove it", name.value);
                binder.report(Diagnostic::new(&CONFLICT, name.span, message).help(help));
            }
        }
        Some(script)
    }
}

/// What is tried.
enum Tried<'a> {
    Command(&'a Script),
    Component,
}

/// The type of what a distribution gives.
fn kind_of(distribution: &Value) -> ValueType {
    match distribution.text("type") {
        Some("choice") => {
            let values = distribution.get("values").map_or(&[][..], Value::items);
            let all = |kind: fn(&Form) -> bool| values.iter().all(|value| kind(&value.form));
            if all(|form| matches!(form, Form::Integer(_))) {
                ValueType::Integer
            } else if all(|form| matches!(form, Form::Integer(_) | Form::Number(_))) {
                ValueType::Number
            } else if all(|form| matches!(form, Form::Boolean(_))) {
                ValueType::Boolean
            } else {
                ValueType::String
            }
        }
        Some("randint") => ValueType::Integer,
        _ => ValueType::Number,
    }
}

/// Azure ML pastes values into the command line.
fn no_shell(distribution: &Value, binder: &mut dyn Binder) {
    for value in distribution.get("values").map_or(&[][..], Value::items) {
        let Form::Text(text) = &value.form else { continue };
        if text.contains(['\'', '"', '$', '`', '\\']) || text.chars().any(char::is_control) {
            let message = "this value would not reach the command as it is";
            binder.report(
                Diagnostic::new(&BAD_VALUE, value.span, message)
                    .help("leave out quotes, `$`, backticks and backslashes: Azure ML pastes it into the command line"),
            );
        }
    }
}
