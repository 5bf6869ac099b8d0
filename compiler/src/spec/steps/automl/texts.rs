//! AutoML on texts: classes, labels, named entities.

use super::{CONCURRENT, MINUTES, NODES, SWEEP, TRIAL_MINUTES, TRIALS};
use crate::spec::shape::{COUNT, Record, Row, SHARE, Shape, may};

/// Named entities need no target: labels stand beside the words.
pub(super) static TARGET: [Row; 1] =
    [may("target_column_name", Shape::Text, "The column that is learned.")];

pub(super) static ROWS: [Row; 5] = [
    may("limits", Shape::Record(&LIMITS), "How much is tried."),
    may("featurization", Shape::Record(&FEATURIZATION), "What the texts are."),
    may("sweep", Shape::Record(&SWEEP), "How the `search_space` is searched."),
    may("training_parameters", Shape::Record(&PARAMETERS), "Hyperparameters that are fixed."),
    may("search_space", Shape::List(&Shape::Record(&SPACE)), "Hyperparameters that are tried."),
];

static LIMITS: Record = Record {
    name: "AutoMlTextLimits",
    label: "`limits` of AutoML on texts",
    doc: "How much is tried on texts.\n\n```yaml\ntimeout_minutes: 120\nmax_trials: 4\nmax_concurrent_trials: 2\n```",
    rows: &[&[MINUTES, TRIAL_MINUTES, TRIALS, CONCURRENT, NODES]],
    search: None,
    tag: None,
};

static FEATURIZATION: Record = Record {
    name: "AutoMlTextFeaturization",
    label: "the featurization of texts",
    doc: "What the texts are.\n\n```yaml\ndataset_language: eng\n```",
    rows: &[&[may(
        "dataset_language",
        Shape::Text,
        "The language: three letters, such as `eng`; `mul` for several.",
    )]],
    search: None,
    tag: None,
};

static VALUES: [Row; 9] = [
    may("model_name", Shape::Text, "The model, such as `bert-base-cased`."),
    may("number_of_epochs", COUNT, "Passes over the training data."),
    may("learning_rate", SHARE, "The learning rate."),
    may(
        "learning_rate_scheduler",
        Shape::Word(&[
            "none",
            "linear",
            "cosine",
            "cosine_with_restarts",
            "polynomial",
            "constant",
            "constant_with_warmup",
        ]),
        "How the learning rate changes.",
    ),
    may("training_batch_size", COUNT, "Texts in a batch while it trains."),
    may("validation_batch_size", COUNT, "Texts in a batch while models are compared."),
    may("gradient_accumulation_steps", COUNT, "Batches between two updates."),
    may("warmup_ratio", SHARE, "The share of updates that warm up."),
    may("weight_decay", SHARE, "The decay of weights."),
];

static PARAMETERS: Record = Record {
    name: "AutoMlTextParameters",
    label: "`training_parameters` of texts",
    doc: "Hyperparameters of models of texts.\n\n```yaml\nmodel_name: bert-base-cased\nnumber_of_epochs: 3\n```",
    rows: &[&VALUES],
    search: None,
    tag: None,
};

static SPACE: Record = Record {
    name: "AutoMlTextSpace",
    label: "a search space of texts",
    doc: "Hyperparameters of models of texts: a value, or a distribution of values.\n\n```yaml\nmodel_name: bert-base-cased\nlearning_rate: { type: uniform, min_value: 0.00001, max_value: 0.0001 }\n```",
    rows: &[&VALUES],
    search: Some(&["choice", "randint"]),
    tag: None,
};
