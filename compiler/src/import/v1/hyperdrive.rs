//! `HyperDriveStep`: a sweep.

use super::super::names::Taken;
use super::draft::{Draft, FILL_IN, identifier, reference, word};
use super::steps::{Step, arguments, placed};
use super::value::{Object, Value};
use crate::emit::{Doc, Map};

/// Distributions, and what their arguments are called.
const DISTRIBUTIONS: [(&str, &[&str]); 9] = [
    ("uniform", &["min_value", "max_value"]),
    ("loguniform", &["min_value", "max_value"]),
    ("quniform", &["min_value", "max_value", "q"]),
    ("qloguniform", &["min_value", "max_value", "q"]),
    ("normal", &["mu", "sigma"]),
    ("lognormal", &["mu", "sigma"]),
    ("qnormal", &["mu", "sigma", "q"]),
    ("qlognormal", &["mu", "sigma", "q"]),
    ("randint", &["upper"]),
];

/// Policies, and the arguments that they have in both versions.
const POLICIES: [(&str, &str, &[&str]); 3] = [
    ("BanditPolicy", "bandit", &["slack_factor", "slack_amount"]),
    ("MedianStoppingPolicy", "median_stopping", &[]),
    ("TruncationSelectionPolicy", "truncation_selection", &["truncation_percentage"]),
];

pub(super) fn write(draft: &mut Draft<'_>, step: &mut Step<'_>) -> Map {
    let config = step.object.argument("hyperdrive_config", 1).and_then(|it| draft.object(it));
    let Some((_, config)) = config else {
        let message = "its `HyperDriveConfig` was not found";
        draft.remarks.lost(step.object.span, message, "write it by hand");
        return Map::new();
    };
    let run = config.keyword("run_config").or_else(|| config.keyword("estimator"));
    let (space, options) = space(draft, config);
    trained(draft, step.object);
    let mut doc = Map::new();
    let mut trial = Map::new();
    if let Some((_, object)) = run.and_then(|run| draft.object(run)) {
        doc = placed(draft, object, run);
        trial.put("code", draft.code(object));
        trial.put("command", command(draft, step, object, &options));
    } else {
        let message = "what is tried was not understood";
        draft.remarks.lost(config.span, message, "write `command` in the spec");
        trial.put("command", FILL_IN);
    }
    let mut sweep = Map::new();
    sweep.put("trial", trial).put("search_space", space);
    sweep.put("sampling_algorithm", sampling(config, draft));
    sweep.put("objective", objective(draft, config));
    sweep.put("limits", limits(draft, config));
    sweep.put_some("early_termination", policy(draft, config));
    doc.put("sweep", sweep);
    doc
}

/// Version 1 hands hyperparameters over behind the arguments.
fn command(draft: &mut Draft<'_>, step: &mut Step<'_>, run: &Object, options: &Options) -> String {
    let script = run.keyword("script").or_else(|| run.keyword("entry_script"));
    let script = script.and_then(Value::text);
    if script.is_none() {
        draft.remarks.lost(run.span, "the script is not known", "name it in `command`");
    }
    let mut words = vec!["python".to_owned(), word(script.unwrap_or("fill_in.py"))];
    let own = step.object.keyword("estimator_entry_script_arguments");
    if own.is_none() {
        step.listed = run.place("arguments");
    }
    words.extend(arguments(draft, step, own.or_else(|| run.keyword("arguments"))));
    for (option, name) in options {
        words.extend([word(option), reference(&format!("search_space.{name}"))]);
    }
    words.join(" ")
}

fn sampled<'p>(draft: &Draft<'p>, config: &'p Object) -> Option<&'p Object> {
    draft.object(config.keyword("hyperparameter_sampling")?).map(|(_, sampling)| sampling)
}

/// The options that hand over hyperparameters, as the script reads them, and their names.
type Options = Vec<(String, String)>;

/// Says which outputs version 1 fills by itself.
fn trained(draft: &mut Draft<'_>, step: &Object) {
    for value in step.keyword("outputs").map_or(&[][..], Value::items) {
        let Some((_, output)) = draft.data(value).and_then(|data| data.object) else { continue };
        if output.keyword("training_output").is_some() {
            draft.remarks.lost(
                output.place("training_output"),
                "version 1 fills this output from the best run; in version 2 the script writes it",
                "hand its path to the command, and write the file in the script",
            );
        }
    }
}

fn space(draft: &mut Draft<'_>, config: &Object) -> (Map, Options) {
    let (mut space, mut options) = (Map::new(), Options::new());
    let sampling = config.keyword("hyperparameter_sampling").and_then(|it| draft.object(it));
    let pairs = sampling.and_then(|(_, sampling)| sampling.argument("parameter_space", 0));
    let Some(Value::Dict(pairs)) = pairs else {
        let at = config.place("hyperparameter_sampling");
        draft.remarks.lost(at, "the search space was not understood", "write it in the spec");
        return (space, options);
    };
    let mut taken = Taken::default();
    for (key, value) in pairs {
        let bare = key.trim_start_matches('-');
        let name = taken.unique(identifier(bare));
        options.push((format!("--{bare}"), name.clone()));
        match draft.object(value).and_then(|(_, object)| distribution(object)) {
            Some(distribution) => {
                space.put(name, distribution);
            }
            None => draft.remarks.lost(
                config.place("hyperparameter_sampling"),
                format!("the values of `{name}` were not understood"),
                "write them in the spec",
            ),
        }
    }
    (space, options)
}

fn distribution(object: &Object) -> Option<Map> {
    let mut map = Map::new();
    if object.class == "choice" {
        let listed = object.argument("options", 0).filter(|it| matches!(it, Value::List(_)));
        let values = listed.map_or(object.arguments.as_slice(), Value::items);
        let values: Vec<Doc> = values.iter().map(Draft::scalar).collect::<Option<_>>()?;
        map.put("type", "choice").put("values", Doc::List(values));
        return Some(map);
    }
    let (name, keys) = DISTRIBUTIONS.iter().find(|(name, _)| *name == object.class)?;
    map.put("type", *name);
    for (position, key) in keys.iter().enumerate() {
        map.put(*key, Draft::scalar(object.argument(key, position)?)?);
    }
    Some(map)
}

fn sampling(config: &Object, draft: &mut Draft<'_>) -> &'static str {
    match sampled(draft, config).map(|sampling| sampling.class.as_str()) {
        Some("GridParameterSampling") => "grid",
        Some("BayesianParameterSampling") => "bayesian",
        _ => "random",
    }
}

fn objective(draft: &mut Draft<'_>, config: &Object) -> Map {
    let goal = config.keyword("primary_metric_goal").map(|goal| match goal {
        Value::Path(path) | Value::Part(_, path) | Value::Text(path) => path.to_ascii_lowercase(),
        _ => String::new(),
    });
    let goal = goal
        .as_deref()
        .and_then(|goal| ["maximize", "minimize"].into_iter().find(|known| goal.ends_with(known)));
    let metric = config.keyword("primary_metric_name").and_then(Value::text);
    if goal.is_none() || metric.is_none() {
        let message = "what is sought was not understood";
        draft.remarks.lost(config.span, message, "write `objective` in the spec");
    }
    let mut map = Map::new();
    map.put("goal", goal.unwrap_or("maximize")).put("primary_metric", metric.unwrap_or(FILL_IN));
    map
}

fn limits(draft: &mut Draft<'_>, config: &Object) -> Map {
    let mut map = Map::new();
    let total = config.keyword("max_total_runs").and_then(|it| draft.setting(it));
    if total.is_none() {
        let message = "the number of runs was not understood";
        draft.remarks.lost(config.span, message, "write `max_total_trials` in the spec");
    }
    map.put("max_total_trials", total.unwrap_or_else(|| 1_i64.into()));
    let runs = config.keyword("max_concurrent_runs").and_then(|it| draft.setting(it));
    map.put_some("max_concurrent_trials", runs);
    let minutes = config.keyword("max_duration_minutes").and_then(Value::integer);
    map.put_some("timeout", minutes.map(|minutes| format!("{minutes} minutes")));
    map
}

fn policy(draft: &mut Draft<'_>, config: &Object) -> Option<Map> {
    let (_, object) = draft.object(config.keyword("policy")?)?;
    let known = POLICIES.iter().find(|(class, ..)| *class == object.class);
    let Some((_, name, keys)) = known else {
        if object.class != "NoTerminationPolicy" {
            let message = format!("there is no counterpart for `{}`", object.class);
            draft.remarks.lost(config.place("policy"), message, "write `early_termination`");
        }
        return None;
    };
    let mut map = Map::new();
    map.put("type", *name);
    for key in keys.iter().chain(&["evaluation_interval", "delay_evaluation"]) {
        map.put_some(key, object.keyword(key).and_then(Draft::scalar));
    }
    Some(map)
}
