//! Words that authors bring from other languages, and ours for them.

use crate::diagnostics::excerpt;

/// Keys of GitHub workflows, Azure Pipelines, Azure ML's v1 and v2 files.
const KEYS: [(&str, &str); 47] = [
    ("on", "triggers"),
    ("trigger", "triggers"),
    ("jobs", "steps"),
    ("tasks", "steps"),
    ("stages", "steps"),
    ("inputs", "parameters"),
    ("with", "inputs"),
    ("params", "parameters"),
    ("parameter", "parameters"),
    ("variables", "parameters"),
    ("settings", "defaults"),
    ("runs-on", "runner"),
    ("runs_on", "runner"),
    ("pool", "runner"),
    ("vmImage", "runner"),
    ("compute_target", "compute"),
    ("compute_name", "compute"),
    ("target", "compute"),
    ("queue_settings", "queue"),
    ("limits", "timeout"),
    ("command", "run"),
    ("script", "run"),
    ("bash", "run"),
    ("cmd", "run"),
    ("source_directory", "code"),
    ("depends_on", "needs"),
    ("dependsOn", "needs"),
    ("after", "needs"),
    ("if", "when"),
    ("condition", "when"),
    ("image", "container"),
    ("timeout-minutes", "timeout"),
    ("timeoutInMinutes", "timeout"),
    ("timeout_minutes", "timeout"),
    ("working-directory", "working_dir"),
    ("workingDirectory", "working_dir"),
    ("workflow_dispatch", "manual"),
    ("dispatch", "manual"),
    ("pr", "pull_request"),
    ("timezone", "time_zone"),
    ("days", "on_days"),
    ("weekdays", "on_weekdays"),
    ("run_invocation_timeout", "mini_batch_timeout"),
    ("run_max_try", "max_retries"),
    ("output_action", "append_row_to"),
    ("append_row_file_name", "append_row_to"),
    ("choices", "enum"),
];

/// Keys that stand one level deeper, under another key.
const DEEPER: [(&str, &[&str]); 5] = [
    ("push", &["branches", "tags", "paths"]),
    ("schedule", &["every", "cron", "at", "on_days", "on_weekdays", "time_zone"]),
    ("parallel", &["entry_script", "input_data", "mini_batch_size", "append_row_to"]),
    ("resources", &["instance_count", "instance_type", "shm_size", "docker_args"]),
    ("defaults", &["runner", "environment", "container", "skip"]),
];

/// Keys of v1's `AutoMLConfig`: the key that ours stands under, and ours.
const AUTOML: [(&str, &str, &str); 21] = [
    ("label_column_name", "", "target_column_name"),
    ("validation_size", "", "validation_data_size"),
    ("test_size", "", "test_data_size"),
    ("verbosity", "", "log_verbosity"),
    ("forecasting_parameters", "", "forecasting"),
    ("freq", "", "frequency"),
    ("experiment_timeout_hours", "limits", "timeout_minutes"),
    ("experiment_timeout_minutes", "limits", "timeout_minutes"),
    ("enable_early_stopping", "limits", "enable_early_termination"),
    ("max_concurrent_iterations", "limits", "max_concurrent_trials"),
    ("iterations", "limits", "max_trials"),
    ("iteration_timeout_minutes", "limits", "trial_timeout_minutes"),
    ("max_cores_per_iteration", "limits", "max_cores_per_trial"),
    ("experiment_exit_score", "limits", "exit_score"),
    ("allowed_models", "training", "allowed_training_algorithms"),
    ("blocked_models", "training", "blocked_training_algorithms"),
    ("enable_stack_ensembling", "training", "enable_stack_ensemble"),
    ("enable_voting_ensemble", "training", "enable_vote_ensemble"),
    ("model_explainability", "training", "enable_model_explainability"),
    ("enable_dnn", "training", "enable_dnn_training"),
    ("time_column_name", "forecasting", "time_column_name"),
];

/// Our key for one of v1's `AutoMLConfig`, and the key that it stands under: none where it is
/// allowed at the place itself.
pub(crate) fn automl(found: &str, allowed: &[&str]) -> Option<(&'static str, &'static str)> {
    let (_, above, ours) = AUTOML.iter().find(|(theirs, ..)| *theirs == found)?;
    if allowed.contains(ours) {
        return Some(("", ours));
    }
    (allowed.contains(above)).then_some((above, ours))
}

/// Keys of v1's `ParallelRunConfig` and of v2's parallel jobs, and where ours stands.
const PARALLEL: [(&str, &str); 10] = [
    ("inputs", "`input_data: …` here for what is cut, and `inputs: …` of the step for the rest"),
    (
        "max_concurrency_per_instance",
        "`resources: { max_concurrency_per_instance: … }` of the step",
    ),
    ("process_count_per_node", "`resources: { max_concurrency_per_instance: … }` of the step"),
    ("node_count", "`resources: { instance_count: … }` of the step"),
    ("instance_count", "`resources: { instance_count: … }` of the step"),
    ("compute_target", "`compute` of the step"),
    ("environment", "`environment` of the step"),
    ("retry_settings", "`max_retries: …` and `mini_batch_timeout: …`, both here"),
    ("task", "`code: …`, `entry_script: …` and `arguments: …`, all here"),
    ("program_arguments", "`arguments: …`, here"),
];

/// Keys of a spec, and those of other languages for them, that the project file does not have.
const OF_SPECS: [&str; 9] =
    ["name", "parameters", "steps", "triggers", "outputs", "tags", "on", "jobs", "inputs"];

/// Keys of the project file that a spec does not have.
const OF_PROJECTS: [&str; 9] = [
    "root",
    "ci",
    "targets",
    "default_branch",
    "azure",
    "runners",
    "write_to",
    "azure_devops",
    "lint",
];

/// What to write in place of a key that belongs elsewhere.
pub(crate) fn elsewhere(found: &str, of: &str) -> Option<String> {
    if of == "the project file" && OF_SPECS.contains(&found) {
        return Some("it belongs into a spec, a file `<name>.mlops.yaml`".to_owned());
    }
    if of == "a spec" && OF_PROJECTS.contains(&found) {
        return Some("it belongs into the project file, `mlopsc.yaml`".to_owned());
    }
    if of == "a stage" && ["parameters", "triggers", "endpoints"].contains(&found) {
        return Some("it stands in a spec: `stages: { prod: { parameters: { … } } }`".to_owned());
    }
    let known = PARALLEL.iter().filter(|_| of == "a `parallel` step");
    let ours = known.into_iter().find(|(theirs, _)| *theirs == found);
    ours.map(|(_, ours)| format!("write {ours}"))
}

/// The allowed key under which a key stands.
pub(crate) fn deeper(found: &str, allowed: &[&str]) -> Option<&'static str> {
    let above =
        DEEPER.iter().find(|(above, keys)| allowed.contains(above) && keys.contains(&found));
    above.map(|(above, _)| *above)
}

/// What an author may have meant by a value in the place of a record.
pub(crate) fn value(expected: &str, text: &str) -> Option<String> {
    let text = excerpt(text);
    match expected {
        "a `push` trigger" | "a `pull_request` trigger" => {
            Some(format!("write `{{ branches: [{text}] }}`"))
        }
        "a `schedule` trigger" if text.split_whitespace().count() == 5 => {
            Some(format!("write `{{ cron: \"{text}\" }}`"))
        }
        "a `schedule` trigger" => Some("write `{ every: day, at: \"02:10\" }`".to_owned()),
        "permissions" => Some("name each: `{ contents: write }`".to_owned()),
        "a `parallel` step" => {
            Some("write a map with `code`, `entry_script` and `input_data`".to_owned())
        }
        _ => None,
    }
}

/// What an author may have meant by a list in the place of a record.
pub(crate) fn list(expected: &str) -> Option<&'static str> {
    match expected {
        "a spec" => Some("a spec is a map; it starts with `mlopsc: 1`"),
        "the project file" => Some("it is a map; it starts with `mlopsc: 1`"),
        "a `push` trigger" | "a `pull_request` trigger" => Some("write `{ branches: [ … ] }`"),
        "a distribution" => Some("write `{ type: choice, values: [ … ] }`"),
        "a trigger" | "a step" => Some("a list cannot stand here; write its keys without `-`"),
        _ => None,
    }
}

/// Types of Python, JSON Schema and Azure ML's v1, conditions of CI platforms, names of targets.
const WORDS: [(&str, &str); 24] = [
    ("str", "string"),
    ("text", "string"),
    ("int", "integer"),
    ("float", "number"),
    ("double", "number"),
    ("bool", "boolean"),
    ("file", "uri_file"),
    ("path", "uri_folder"),
    ("folder", "uri_folder"),
    ("directory", "uri_folder"),
    ("table", "mltable"),
    ("model", "custom_model"),
    ("failed", "failure"),
    ("failed()", "failure"),
    ("failure()", "failure"),
    ("succeeded()", "success"),
    ("succeeded", "success"),
    ("succeededOrFailed()", "always"),
    ("always()", "always"),
    ("github-actions", "github"),
    ("github_actions", "github"),
    ("actions", "github"),
    ("azure_devops", "azure_pipelines"),
    ("azure_ml", "azureml"),
];

fn ours(words: &[(&str, &'static str)], found: &str, allowed: &[&str]) -> Option<&'static str> {
    let known = words.iter().filter(|(theirs, _)| *theirs == found);
    known.map(|(_, ours)| *ours).find(|ours| allowed.contains(ours))
}

/// Our key for one of another language, if it stands among the allowed ones.
pub(crate) fn key(found: &str, allowed: &[&str]) -> Option<&'static str> {
    ours(&KEYS, found, allowed)
}

/// Our word for another language's, if it stands among the allowed ones.
pub(crate) fn word(found: &str, allowed: &[&str]) -> Option<&'static str> {
    ours(&WORDS, found, allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_place() {
        assert_eq!(key("on", &["triggers", "steps"]), Some("triggers"));
        assert_eq!(key("inputs", &["needs", "run"]), None);
        assert_eq!(word("int", &["string", "integer"]), Some("integer"));
    }
}
