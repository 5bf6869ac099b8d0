//! `AutoMLStep` with its `AutoMLConfig`.

use super::draft::{Draft, reference};
use super::steps::{Step, flow};
use super::value::{Object, Value};
use crate::emit::{Doc, Map};
use crate::spec::shape::{Shaped as _, Spelling};
use crate::spec::steps::AutoMlTable;

/// Names of version 1, where in the step they belong (empty: the top), and the new names.
const SETTINGS: [(&str, &str, &str); 24] = [
    ("n_cross_validations", "", "n_cross_validations"),
    ("label_column_name", "", "target_column_name"),
    ("weight_column_name", "", "weight_column_name"),
    ("cv_split_column_names", "", "cv_split_column_names"),
    ("validation_size", "", "validation_data_size"),
    ("test_size", "", "test_data_size"),
    ("iteration_timeout_minutes", "limits", "trial_timeout_minutes"),
    ("iterations", "limits", "max_trials"),
    ("max_concurrent_iterations", "limits", "max_concurrent_trials"),
    ("max_cores_per_iteration", "limits", "max_cores_per_trial"),
    ("experiment_exit_score", "limits", "exit_score"),
    ("enable_early_stopping", "limits", "enable_early_termination"),
    ("enable_stack_ensembling", "training", "enable_stack_ensemble"),
    ("enable_voting_ensemble", "training", "enable_vote_ensemble"),
    ("model_explainability", "training", "enable_model_explainability"),
    ("enable_dnn", "training", "enable_dnn_training"),
    ("enable_onnx_compatible_models", "training", "enable_onnx_compatible_models"),
    ("time_column_name", "forecasting", "time_column_name"),
    ("forecast_horizon", "forecasting", "forecast_horizon"),
    ("time_series_id_column_names", "forecasting", "time_series_id_column_names"),
    ("freq", "forecasting", "frequency"),
    ("target_lags", "forecasting", "target_lags"),
    ("target_rolling_window_size", "forecasting", "target_rolling_window_size"),
    ("seasonality", "forecasting", "seasonality"),
];

/// Lists of algorithms.
const ALGORITHMS: [(&str, &str); 2] = [
    ("allowed_models", "allowed_training_algorithms"),
    ("blocked_models", "blocked_training_algorithms"),
];

/// Arguments that say something else, or nothing any more.
const KNOWN: [&str; 14] = [
    "task",
    "primary_metric",
    "training_data",
    "validation_data",
    "compute_target",
    "experiment_timeout_hours",
    "experiment_timeout_minutes",
    "featurization",
    "forecasting_parameters",
    "debug_log",
    "path",
    "verbosity",
    "allowed_models",
    "blocked_models",
];

pub(super) fn write(draft: &mut Draft<'_>, step: &mut Step<'_>) -> Map {
    let object = step.object;
    let Some((_, config)) = object.keyword("automl_config").and_then(|it| draft.object(it)) else {
        draft.remarks.lost(object.span, "its `AutoMLConfig` was not found", "write it by hand");
        return Map::new();
    };
    let mut doc = Map::new();
    let target = config.keyword("compute_target").or(object.keyword("compute_target"));
    doc.put_some("compute", draft.compute(target, config.place("compute_target")));
    doc.put("automl", body(draft, step, config));
    step.outputs = Map::new();
    step.outputs.put("best_model", "mlflow_model");
    doc
}

/// The output that data of the step is: AutoML gives its best model, and nothing else.
pub(super) fn output(draft: &mut Draft<'_>, data: &Object) -> Option<String> {
    let trained = data.keyword("training_output").and_then(|it| draft.object(it));
    let kind = trained.and_then(|(_, output)| output.argument("type", 0)).and_then(Value::text);
    if kind == Some("Model") {
        return Some("best_model".to_owned());
    }
    draft.remarks.lost(
        data.place("training_output"),
        "AutoML gives its best model in version 2, and no other output",
        "read the metrics from the job with `mlflow`",
    );
    None
}

fn body(draft: &mut Draft<'_>, step: &mut Step<'_>, config: &Object) -> Map {
    let mut body = Map::new();
    let text = |name: &str| config.keyword(name).and_then(Value::text);
    let words = Spelling::of(AutoMlTable::SHAPE);
    body.put("task", text("task").unwrap_or("classification"));
    body.put_some(
        "primary_metric",
        text("primary_metric").map(|it| spelt(&words, "primary_metric", it)),
    );
    for key in ["training_data", "validation_data"] {
        if let Some(value) = config.keyword(key) {
            match table(draft, value).or_else(|| flow(draft, step, value)) {
                Some(path) => {
                    if path.starts_with("steps.") {
                        draft.remarks.lost(
                            config.place(key),
                            "AutoML reads tables, and the step before writes a folder",
                            "write an `MLTable` file in that step, and give its output the type `mltable`",
                        );
                    }
                    body.put(key, reference(&path));
                }
                None => draft.remarks.lost(
                    config.place(key),
                    format!("`{key}` was not understood"),
                    "refer to data that flows in",
                ),
            }
        }
    }
    let mut groups =
        [("limits", Map::new()), ("training", Map::new()), ("forecasting", Map::new())];
    let forecasting = config.keyword("forecasting_parameters").and_then(|it| draft.object(it));
    for (old, group, new) in SETTINGS {
        let inner = forecasting.and_then(|(_, parameters)| parameters.keyword(old));
        let Some(value) = config.keyword(old).or(inner) else { continue };
        let Some(value) = listed(value) else { continue };
        let to = groups.iter_mut().find(|(name, _)| *name == group);
        to.map_or(&mut body, |(_, map)| map).put(new, value);
    }
    timeout(config, &mut groups[0].1);
    for (old, new) in ALGORITHMS {
        let names = config.keyword(old).map_or(&[][..], Value::items);
        let names = names.iter().filter_map(Value::text);
        let names: Vec<Doc> = names.map(|it| spelt(&words.under("training"), new, it)).collect();
        groups[1].1.put_filled(new, names);
    }
    if let Some(mode) = text("featurization") {
        let mut featurization = Map::new();
        featurization.put("mode", mode);
        body.put("featurization", featurization);
    }
    for (name, map) in groups {
        body.put_filled(name, map);
    }
    body.put_some("log_verbosity", verbosity(draft, config));
    unknown(draft, config);
    body
}

/// A table from outside becomes a parameter: such a step has no inputs of its own.
fn table(draft: &mut Draft<'_>, value: &Value) -> Option<String> {
    let data = draft.data(value).filter(|data| !data.is_between())?;
    let (name, address) = (Draft::outside_name(&data), draft.address(&data.base)?);
    draft.foreign(&data, true);
    let mut doc = Map::new();
    doc.put("type", "mltable").put("default", address);
    let doc = Doc::from(doc);
    let same = draft.parameters.iter().find(|(_, known)| *known == doc);
    if let Some((known, _)) = same {
        return Some(format!("parameters.{known}"));
    }
    let name = draft.taken.unique(name);
    draft.parameters.push((name.clone(), doc));
    Some(format!("parameters.{name}"))
}

/// A word in the spelling of version 2.
fn spelt(words: &Spelling, key: &str, text: &str) -> Doc {
    words.under(key).word(text).unwrap_or(text).into()
}

/// How much is logged: `logging.INFO`, or its number.
fn verbosity(draft: &mut Draft<'_>, config: &Object) -> Option<&'static str> {
    let word = match config.keyword("verbosity")? {
        Value::Path(path) => path.rsplit('.').next().map(str::to_ascii_lowercase),
        Value::Integer(number) => number.checked_div(10).map(|level| level.to_string()),
        _ => None,
    };
    let levels = ["not_set", "debug", "info", "warning", "error", "critical"];
    let known = levels.iter().enumerate().find(|(number, name)| {
        word.as_deref()
            .is_some_and(|word| word == name.replace('_', "") || word == number.to_string())
    });
    if known.is_none() {
        let message = "it is not known how much is logged";
        draft.remarks.lost(config.place("verbosity"), message, "write `log_verbosity` in the spec");
    }
    known.map(|(_, name)| *name)
}

fn timeout(config: &Object, limits: &mut Map) {
    let hours = config.keyword("experiment_timeout_hours");
    let minutes = match hours {
        Some(Value::Integer(hours)) => Some(hours * 60),
        #[allow(clippy::cast_possible_truncation)] // a few hours
        Some(Value::Number(text)) => text.parse::<f64>().ok().map(|hours| (hours * 60.0) as i64),
        _ => config.keyword("experiment_timeout_minutes").and_then(Value::integer),
    };
    limits.put_some("timeout_minutes", minutes);
}

fn listed(value: &Value) -> Option<Doc> {
    match value {
        Value::List(items) => {
            Some(Doc::List(items.iter().map(Draft::scalar).collect::<Option<Vec<Doc>>>()?))
        }
        other => Draft::scalar(other),
    }
}

fn unknown(draft: &mut Draft<'_>, config: &Object) {
    for (name, _, span) in &config.named {
        let known = KNOWN.contains(&name.as_str()) || SETTINGS.iter().any(|(old, ..)| old == name);
        if !known {
            draft.remarks.lost(
                *span,
                format!("`{name}` has no counterpart"),
                "leave it out, or look for it among the keys of `automl`",
            );
        }
    }
}
