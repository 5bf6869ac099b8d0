//! AutoML on tables: classification, regression, forecasting.

use super::{CONCURRENT, MINUTES, NODES, TRIAL_MINUTES, TRIALS, words};
use crate::diagnostics::{BAD_VALUE, CONFLICT, Diagnostic};
use crate::spec::shape::{COUNT, NUMBER, Record, Row, SHARE, Shape, Value, may, must};
use crate::spec::steps::Binder;

pub(super) static ROWS: [Row; 8] = [
    may(
        "n_cross_validations",
        Shape::Or(&["auto"], &Shape::Integer(2, i64::MAX)),
        "Folds of cross-validation, where there is no `validation_data`.",
    ),
    may(
        "validation_data_size",
        SHARE,
        "The share of the training data that models are compared on.",
    ),
    may("test_data", Shape::Data, "What the best model is tested on: a reference to an mltable."),
    may(
        "test_data_size",
        SHARE,
        "The share of the training data that the best model is tested on.",
    ),
    may(
        "cv_split_column_names",
        Shape::List(&Shape::Text),
        "Columns that say which fold a row belongs to.",
    ),
    may("weight_column_name", Shape::Text, "The column with the weights of the rows."),
    may("featurization", Shape::Record(&FEATURIZATION), "How columns become features."),
    may("limits", Shape::Record(&LIMITS), "How much is tried."),
];

static LIMITS: Record = Record {
    name: "AutoMlLimits",
    label: "`limits` of AutoML on tables",
    doc: "How much is tried on a table.\n\n```yaml\ntimeout_minutes: 60\nmax_trials: 10\nmax_concurrent_trials: 4\nenable_early_termination: true\n```",
    rows: &[&[
        MINUTES,
        TRIAL_MINUTES,
        TRIALS,
        CONCURRENT,
        may("max_cores_per_trial", Shape::Integer(-1, i64::MAX), "Cores for a trial; -1: all."),
        NODES,
        may("enable_early_termination", Shape::Boolean, "Ends when scores get no better."),
        may("exit_score", NUMBER, "The score at which all ends."),
    ]],
    search: None,
    tag: None,
};

static FEATURIZATION: Record = Record {
    name: "AutoMlFeaturization",
    label: "the featurization of a table",
    doc: "How columns become features.\n\n```yaml\nmode: custom\ncolumn_name_and_types: { age: numeric }\nblocked_transformers: [label_encoder]\n```",
    rows: &[&[
        may("mode", Shape::Word(&["auto", "off", "custom"]), "Who decides; by default `auto`."),
        may(
            "dataset_language",
            Shape::Text,
            "The language of texts: three letters, such as `eng`.",
        ),
        may("enable_dnn_featurization", Shape::Boolean, "Uses neural networks for texts."),
        may(
            "column_name_and_types",
            Shape::Map(&[], &Shape::Text),
            "What columns hold, where AutoML guesses wrong.",
        ),
        may(
            "blocked_transformers",
            Shape::List(&Shape::Word(&[
                "text_target_encoder",
                "one_hot_encoder",
                "cat_target_encoder",
                "tf_idf",
                "wo_e_target_encoder",
                "label_encoder",
                "word_embedding",
                "naive_bayes",
                "count_vectorizer",
                "hash_one_hot_encoder",
            ])),
            "Transformers that are not used.",
        ),
        may(
            "transformer_params",
            Shape::Map(
                &["imputer", "tf_idf", "hash_one_hot_encoder"],
                &Shape::List(&Shape::Record(&TRANSFORMER)),
            ),
            "Settings of transformers, for some columns each.",
        ),
    ]],
    search: None,
    tag: None,
};

static TRANSFORMER: Record = Record {
    name: "AutoMlTransformer",
    label: "an entry of `transformer_params`",
    doc: "Settings of a transformer for some columns.\n\n```yaml\nfields: [age]\nparameters: { strategy: median }\n```",
    rows: &[&[
        may("fields", Shape::List(&Shape::Text), "The columns."),
        may("parameters", Shape::Map(&[], &Shape::Scalar), "The settings."),
    ]],
    search: None,
    tag: None,
};

static TRAINING: [Row; 8] = [
    may("enable_dnn_training", Shape::Boolean, "Tries neural networks too."),
    may("enable_model_explainability", Shape::Boolean, "Explains the best model."),
    may("enable_onnx_compatible_models", Shape::Boolean, "Tries what ONNX can hold only."),
    may("enable_stack_ensemble", Shape::Boolean, "Tries a stack of models too."),
    may("enable_vote_ensemble", Shape::Boolean, "Tries a vote of models too."),
    may(
        "ensemble_model_download_timeout_minutes",
        COUNT,
        "The longest time to fetch the models of an ensemble, in minutes.",
    ),
    may(
        "training_mode",
        Shape::Word(&["auto", "distributed", "non_distributed"]),
        "Whether one model trains on many machines.",
    ),
    may("stack_ensemble_settings", Shape::Record(&STACK), "What learns from the stacked models."),
];

static STACK: Record = Record {
    name: "AutoMlStackEnsemble",
    label: "`stack_ensemble_settings`",
    doc: "What learns from the stacked models.\n\n```yaml\nstack_meta_learner_type: elastic_net\nstack_meta_learner_train_percentage: 0.2\n```",
    rows: &[&[
        must(
            "stack_meta_learner_type",
            Shape::Word(&[
                "none",
                "logistic_regression",
                "logistic_regression_cv",
                "light_gbm_classifier",
                "elastic_net",
                "elastic_net_cv",
                "light_gbm_regressor",
                "linear_regression",
            ]),
            "The algorithm.",
        ),
        may(
            "stack_meta_learner_train_percentage",
            SHARE,
            "The share of the data that it learns from; by default 0.2.",
        ),
        may("stack_meta_learner_kwargs", Shape::Map(&[], &Shape::Scalar), "Its settings."),
    ]],
    search: None,
    tag: None,
};

const ALLOWED: &str = "The only algorithms that are tried.";
const BLOCKED: &str = "Algorithms that are not tried.";

macro_rules! training {
    ($record:ident $name:literal $label:literal $algorithms:ident [$($word:literal),* $(,)?]) => {
        const $algorithms: Shape = Shape::List(&Shape::Word(&[$($word),*]));

        static $record: Record = Record {
            name: $name,
            label: $label,
            doc: concat!(
                "What is tried.\n\n```yaml\nenable_stack_ensemble: false\n",
                "blocked_training_algorithms: [light_gbm]\n```"
            ),
            rows: &[
                &TRAINING,
                &[
                    may("allowed_training_algorithms", $algorithms, ALLOWED),
                    may("blocked_training_algorithms", $algorithms, BLOCKED),
                ],
            ],
            search: None,
            tag: None,
        };
    };
}

training! {
    TRAINING_CLASSES "AutoMlClassificationTraining"
    "the training of a classification" CLASSIFIERS [
        "logistic_regression", "sgd", "multinomial_naive_bayes", "bernoulli_naive_bayes", "svm",
        "linear_svm", "knn", "decision_tree", "random_forest", "extreme_random_trees", "light_gbm",
        "gradient_boosting", "xg_boost_classifier",
    ]
}
training! {
    TRAINING_NUMBERS "AutoMlRegressionTraining" "the training of a regression"
    REGRESSORS [
        "elastic_net", "gradient_boosting", "decision_tree", "knn", "lasso_lars", "sgd",
        "random_forest", "extreme_random_trees", "light_gbm", "xg_boost_regressor",
    ]
}
training! {
    TRAINING_SERIES "AutoMlForecastingTraining" "the training of a forecast"
    FORECASTERS [
        "auto_arima", "prophet", "naive", "seasonal_naive", "average", "seasonal_average",
        "exponential_smoothing", "arimax", "tcn_forecaster", "elastic_net", "gradient_boosting",
        "decision_tree", "knn", "lasso_lars", "sgd", "random_forest", "extreme_random_trees",
        "light_gbm", "xg_boost_regressor",
    ]
}

const TRAINED: &str = "What is tried.";

pub(super) static CLASSIFICATION: [Row; 2] = [
    may("training", Shape::Record(&TRAINING_CLASSES), TRAINED),
    may("positive_label", Shape::Text, "The class that counts as positive, where there are two."),
];
pub(super) static REGRESSION: [Row; 1] =
    [may("training", Shape::Record(&TRAINING_NUMBERS), TRAINED)];
pub(super) static FORECASTING: [Row; 2] = [
    may("training", Shape::Record(&TRAINING_SERIES), TRAINED),
    must("forecasting", Shape::Record(&SERIES), "What the series are, and how far to look ahead."),
];

const AUTO_OR_COUNT: Shape = Shape::Or(&["auto"], &COUNT);

static SERIES: Record = Record {
    name: "AutoMlForecasting",
    label: "`forecasting` of AutoML",
    doc: "What the series are, and how far to look ahead.\n\n```yaml\ntime_column_name: day\nforecast_horizon: 14\ntime_series_id_column_names: [store]\n```",
    rows: &[&[
        must("time_column_name", Shape::Text, "The column with the time."),
        may("forecast_horizon", AUTO_OR_COUNT, "How many periods to look ahead; by default 1."),
        may(
            "time_series_id_column_names",
            Shape::Many(&Shape::Text),
            "Columns that tell one series from another.",
        ),
        may("frequency", Shape::Text, "The period, as pandas names it: `D`, `W`, `MS`."),
        may(
            "target_lags",
            Shape::Or(&["auto"], &Shape::Many(&COUNT)),
            "How many periods back the target is a feature.",
        ),
        may(
            "target_rolling_window_size",
            AUTO_OR_COUNT,
            "How many periods the averages of the target span.",
        ),
        may(
            "feature_lags",
            Shape::Word(&["none", "auto"]),
            "Whether features are used of earlier periods too.",
        ),
        may("seasonality", AUTO_OR_COUNT, "Periods of a season."),
        may(
            "short_series_handling_config",
            Shape::Word(&["none", "auto", "pad", "drop"]),
            "What becomes of series that are too short.",
        ),
        may(
            "use_stl",
            Shape::Word(&["none", "season", "seasontrend"]),
            "What is taken apart from the series first.",
        ),
        may(
            "target_aggregate_function",
            Shape::Word(&["none", "sum", "max", "min", "mean"]),
            "How rows of one period become one.",
        ),
        may("cv_step_size", COUNT, "Periods between two folds of cross-validation."),
        may(
            "country_or_region_for_holidays",
            Shape::Text,
            "The country whose holidays are features: two letters, such as `JP`.",
        ),
        may(
            "features_unknown_at_forecast_time",
            Shape::Many(&Shape::Text),
            "Columns that are known of the past only.",
        ),
    ]],
    search: None,
    tag: None,
};

/// What the keys of a table's task say together.
pub(super) fn check(automl: &Value, binder: &mut dyn Binder) {
    if let Some(training) = automl.get("training") {
        algorithms(training, binder);
    }
    let country = automl.get("forecasting").and_then(|it| it.get("country_or_region_for_holidays"));
    if let Some((code, span)) = country.and_then(|it| Some((it.as_text()?, it.span)))
        && !(code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_alphabetic()))
    {
        let message = format!("`{code}` is not the code of a country");
        binder.report(
            Diagnostic::new(&BAD_VALUE, span, message).help("write two letters, such as `JP`"),
        );
    }
}

/// An algorithm is allowed or blocked.
fn algorithms(training: &Value, binder: &mut dyn Binder) {
    let allowed = words(training.get("allowed_training_algorithms"));
    let allowed: Vec<_> = allowed.collect();
    for (word, span) in words(training.get("blocked_training_algorithms")) {
        if let Some((_, first)) = allowed.iter().find(|(known, _)| *known == word) {
            let message = format!("`{word}` is allowed and blocked");
            binder.report(
                Diagnostic::new(&CONFLICT, span, message)
                    .related(*first, "allowed here")
                    .help("where some algorithms are allowed, no other is tried anyway"),
            );
        }
    }
}
