//! `automl`: tries algorithms on tables, images or texts, and gives the best model.

mod images;
mod tables;
mod texts;

use super::tuning::{self, ALGORITHM, EARLY_TERMINATION, Search};
use super::{Binder, Engine, Kind, Need, StepSpec, Takes};
use crate::diagnostics::{BAD_VALUE, CONFLICT, Diagnostic, NOT_SUPPORTED, excerpt};
use crate::plan::{Native, NativeKind, Task, ValueType};
use crate::source::Span;
use crate::spec::shape::{COUNT, Form, Record, Row, Shape, Shaped, Tabled, Tag, Value, may, must};
use crate::spec::text::Text;

/// An AutoML step.
pub type AutoMl = Tabled<AutoMlTable>;

/// The table of AutoML's keys.
#[derive(Clone, Copy, Debug)]
pub enum AutoMlTable {}

impl Shaped for AutoMlTable {
    const SHAPE: Shape = Shape::Record(&AUTOML);
    const LABEL: &'static str = "an `automl` step";
}

static COMMON: [Row; 4] = [
    must("training_data", Shape::Data, "What is learned from: a reference to an mltable."),
    may("validation_data", Shape::Data, "What models are compared on: a reference to an mltable."),
    may(
        "log_verbosity",
        Shape::Word(&["not_set", "debug", "info", "warning", "error", "critical"]),
        "How much is logged; by default `info`.",
    ),
    may(
        ENVIRONMENT,
        Shape::Text,
        "The software that trials run in, in place of AutoML's own: `azureml:<name>:<version>`, an \
         ARM id, or an environment of a registry. Azure ML gets it as it stands here.",
    ),
];

const ENVIRONMENT: &str = "environment_id";

/// The column that is learned.
const TARGET: Row = must("target_column_name", Shape::Text, "The column that is learned.");
static TARGETED: [Row; 1] = [TARGET];

const METRIC: &str = "The metric that models are compared by. Classification has the first five (images with several \
                      labels `iou` too; texts with several labels and `text_ner` have `accuracy` alone), regression \
                      and forecasting the next four, the other image tasks `mean_average_precision`.";
const CLASSES: &[&str] = &[
    "auc_weighted",
    "accuracy",
    "norm_macro_recall",
    "average_precision_score_weighted",
    "precision_score_weighted",
];
static OF_CLASSES: [Row; 1] = [may("primary_metric", Shape::Word(CLASSES), METRIC)];
static OF_LABELS: [Row; 1] = [may(
    "primary_metric",
    Shape::Word(&[
        "iou",
        "auc_weighted",
        "accuracy",
        "norm_macro_recall",
        "average_precision_score_weighted",
        "precision_score_weighted",
    ]),
    METRIC,
)];
static OF_NUMBERS: [Row; 1] = [may(
    "primary_metric",
    Shape::Word(&[
        "spearman_correlation",
        "normalized_root_mean_squared_error",
        "r2_score",
        "normalized_mean_absolute_error",
    ]),
    METRIC,
)];
static OF_BOXES: [Row; 1] =
    [may("primary_metric", Shape::Word(&["mean_average_precision"]), METRIC)];
static OF_TEXTS: [Row; 1] = [may("primary_metric", Shape::Word(&["accuracy"]), METRIC)];

static AUTOML: Record = Record {
    name: "AutoMl",
    label: "an `automl` step",
    doc: "Tries algorithms on tables, images or texts. Which keys there are depends on the task; data \
          are references to an mltable. Its only output is `best_model`, an mlflow_model.\n\n\
          ```yaml\n\
          task: classification\n\
          primary_metric: auc_weighted\n\
          target_column_name: churned\n\
          training_data: ${{ steps.prepare.outputs.table }}\n\
          n_cross_validations: 3\n\
          limits: { timeout_minutes: 60, max_trials: 10, max_concurrent_trials: 4 }\n\
          ```",
    rows: &[&COMMON],
    search: None,
    tag: Some(Tag {
        key: "task",
        label: "a task of AutoML",
        doc: "What is learned.",
        words: &[
            ("classification", &[&TARGETED, &OF_CLASSES, &tables::ROWS, &tables::CLASSIFICATION]),
            ("regression", &[&TARGETED, &OF_NUMBERS, &tables::ROWS, &tables::REGRESSION]),
            ("forecasting", &[&TARGETED, &OF_NUMBERS, &tables::ROWS, &tables::FORECASTING]),
            (
                "image_classification",
                &[&TARGETED, &OF_CLASSES, &images::ROWS, &images::CLASSIFICATION],
            ),
            (
                "image_classification_multilabel",
                &[&TARGETED, &OF_LABELS, &images::ROWS, &images::CLASSIFICATION],
            ),
            ("image_object_detection", &[&TARGETED, &OF_BOXES, &images::ROWS, &images::DETECTION]),
            (
                "image_instance_segmentation",
                &[&TARGETED, &OF_BOXES, &images::ROWS, &images::DETECTION],
            ),
            ("text_classification", &[&TARGETED, &OF_CLASSES, &texts::ROWS]),
            ("text_classification_multilabel", &[&TARGETED, &OF_TEXTS, &texts::ROWS]),
            ("text_ner", &[&texts::TARGET, &OF_TEXTS, &texts::ROWS]),
        ],
    }),
};

/// How hyperparameters of images and texts are searched.
static SWEEP: Record = Record {
    name: "AutoMlSweep",
    label: "a `sweep` of AutoML",
    doc: "How the `search_space` is searched.\n\n```yaml\nsampling_algorithm: random\nearly_termination: { type: median_stopping }\n```",
    rows: &[&[
        must("sampling_algorithm", ALGORITHM, "How values are picked."),
        may(
            "early_termination",
            Shape::Record(&EARLY_TERMINATION),
            "When a hopeless trial ends; by default none does.",
        ),
    ]],
    search: None,
    tag: None,
};

const MINUTES: Row = may("timeout_minutes", COUNT, "The longest time for all trials, in minutes.");
const TRIAL_MINUTES: Row =
    may("trial_timeout_minutes", COUNT, "The longest time for a trial, in minutes.");
const TRIALS: Row = may("max_trials", COUNT, "Trials in all.");
const CONCURRENT: Row = may("max_concurrent_trials", COUNT, "Trials at a time; by default 1.");
const NODES: Row = may("max_nodes", COUNT, "Machines in all.");

impl Kind for AutoMl {
    fn key(&self) -> &'static str {
        "automl"
    }

    fn engine(&self) -> Option<Engine> {
        Some(Engine::AzureMl)
    }

    fn keys(&self) -> &'static [&'static str] {
        &["env", "resources", "identity", "queue", "services"]
    }

    fn instead(&self, key: &str) -> Option<&'static str> {
        match key {
            "code" => Some("AutoML brings its own code; remove it"),
            "timeout" => Some("write `limits: { timeout_minutes: 60 }` in `automl`"),
            "environment" => {
                Some("AutoML brings its own; another one is `environment_id` in `automl`")
            }
            _ => None,
        }
    }

    fn takes(&self) -> Takes {
        Takes { compute: Need::Must, environment: Need::No }
    }

    fn task(&self, step: &StepSpec, binder: &mut dyn Binder) -> Option<Task> {
        no_inputs(step, binder);
        only_best_model(step, binder);
        exclusive(&self.value, binder);
        self.sendable(binder);
        self.environment(binder);
        self.limits(binder);
        self.search(binder);
        tables::check(&self.value, binder);
        let fields = self.value.fields(binder)?;
        Some(Task::Native(Box::new(Native { kind: NativeKind::AutoMl, code: None, fields })))
    }
}

impl AutoMl {
    /// Every text in which references may stand.
    pub(super) fn texts<'a>(&'a self, texts: &mut Vec<&'a Text>) {
        self.value.texts(texts);
    }

    /// Keys that Azure ML has, and that its own tools fail to send from a pipeline (azure-ai-ml 1.35).
    fn sendable(&self, binder: &mut dyn Binder) {
        let task = self.value.text("task").unwrap_or_default();
        let mut keys = Vec::new();
        if task.starts_with("image") {
            keys.extend(["test_data", "test_data_size"].map(|key| (key, self.value.place(key))));
        }
        if task.starts_with("text") {
            keys.push(("sweep", self.value.place("sweep")));
        }
        let stack = self.value.get("training").and_then(|it| it.get("stack_ensemble_settings"));
        let kwargs = "stack_meta_learner_kwargs";
        keys.push((kwargs, stack.and_then(|stack| stack.place(kwargs))));
        for (key, span) in keys {
            let Some(span) = span else { continue };
            let message = format!("`{key}` with `task: {task}` is not supported yet");
            binder.report(
                Diagnostic::new(&NOT_SUPPORTED, span, message)
                    .help("Azure ML's own tools fail at it in a pipeline; leave it out"),
            );
        }
    }

    fn environment(&self, binder: &mut dyn Binder) {
        let (Some(name), Some(at)) = (self.value.text(ENVIRONMENT), self.value.place(ENVIRONMENT))
        else {
            return;
        };
        if !is_environment(name) {
            let message = format!("`{}` does not say which environment", excerpt(name));
            let help = "write `azureml:<name>:<version>`, or `azureml://registries/<registry>/environments/<name>/versions/<version>`";
            binder.report(Diagnostic::new(&BAD_VALUE, at, message).help(help));
        }
    }

    fn limits(&self, binder: &mut dyn Binder) {
        if let Some(limits) = self.value.get("limits") {
            tuning::concurrent(limits, "max_trials", binder);
        }
    }

    fn search(&self, binder: &mut dyn Binder) {
        let spaces = self.value.get("search_space").map_or(&[][..], Value::items);
        let values = spaces.iter().flat_map(Value::pairs).filter_map(|pair| pair.value.as_ref());
        let sweep = self.value.get("sweep");
        let search = Search {
            algorithm: sweep.and_then(|sweep| sweep.get("sampling_algorithm")),
            distributions: values.filter(|value| matches!(value.form, Form::Map(_))).collect(),
            early_termination: sweep.and_then(|sweep| sweep.get("early_termination")),
        };
        search.check(binder);
    }
}

/// Whether a text names one version of an environment. Azure ML's tools do not look at it.
fn is_environment(text: &str) -> bool {
    let id = text.strip_prefix("azureml:").unwrap_or(text);
    if id.starts_with("/subscriptions/") || id.starts_with("//registries/") {
        return id.contains("/environments/") && id.contains("/versions/");
    }
    let parts: Vec<&str> = id.split(':').collect();
    text.len() > id.len()
        && parts.len() == 2
        && parts.iter().all(|part| !part.is_empty() && !part.contains('/'))
}

/// Inputs would arrive nowhere: the data are keys.
fn no_inputs(step: &StepSpec, binder: &mut dyn Binder) {
    if let Some(item) = step.inputs.items.first() {
        let message = "an `automl` step takes no `inputs`";
        binder.report(
            Diagnostic::new(&CONFLICT, item.name.span, message)
                .help("its data are references in `training_data` and `validation_data`"),
        );
    }
}

/// The model is all that AutoML gives.
fn only_best_model(step: &StepSpec, binder: &mut dyn Binder) {
    for item in &step.outputs.items {
        let kind = item.value.as_ref().and_then(|it| it.kind.as_ref());
        let message = if item.name.value != "best_model" {
            format!("AutoML gives no output `{}`", item.name.value)
        } else if kind.is_some_and(|kind| kind.value != ValueType::MlflowModel) {
            "the `best_model` of AutoML is an mlflow_model".to_owned()
        } else {
            continue;
        };
        binder.report(
            Diagnostic::new(&BAD_VALUE, item.name.span, message)
                .help("write `outputs: { best_model: mlflow_model }`"),
        );
    }
}

/// Keys that answer the same question.
fn exclusive(value: &Value, binder: &mut dyn Binder) {
    let pairs = [
        ("validation_data", "n_cross_validations"),
        ("validation_data", "validation_data_size"),
        ("test_data", "test_data_size"),
    ];
    for (one, other) in pairs {
        if let (Some(first), Some(second)) = (value.place(one), value.place(other)) {
            let message = format!("`{one}` and `{other}` exclude each other");
            binder.report(
                Diagnostic::new(&CONFLICT, second, message).related(first, "the other one"),
            );
        }
    }
}

/// The texts of a list, and their places.
fn words(value: Option<&Value>) -> impl Iterator<Item = (&str, Span)> {
    let items = value.map_or(&[][..], Value::items);
    items.iter().filter_map(|item| {
        let Form::Text(text) = &item.form else { return None };
        Some((text.as_str(), item.span))
    })
}
