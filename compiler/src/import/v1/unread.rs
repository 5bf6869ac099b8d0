//! What a script says and nobody carries over: listed at its place.

use std::collections::BTreeSet;

use super::value::{Object, Program, Remarks, Value};
use crate::source::Span;

/// Classes and functions, and their arguments that are read, or that change nothing.
const READ: &[(&str, &[&str])] = &[
    (
        "PythonScriptStep",
        &[
            "script_name",
            "name",
            "arguments",
            "compute_target",
            "runconfig",
            "inputs",
            "outputs",
            "source_directory",
            "allow_reuse",
            "hash_paths",
        ],
    ),
    (
        "CommandStep",
        &[
            "command",
            "name",
            "arguments",
            "compute_target",
            "runconfig",
            "inputs",
            "outputs",
            "source_directory",
            "allow_reuse",
        ],
    ),
    (
        "ParallelRunStep",
        &[
            "name",
            "parallel_run_config",
            "inputs",
            "output",
            "side_inputs",
            "arguments",
            "allow_reuse",
        ],
    ),
    (
        "ParallelRunConfig",
        &[
            "environment",
            "entry_script",
            "error_threshold",
            "output_action",
            "compute_target",
            "node_count",
            "process_count_per_node",
            "mini_batch_size",
            "source_directory",
            "logging_level",
            "run_invocation_timeout",
            "run_max_try",
            "append_row_file_name",
            "allowed_failed_count",
            "allowed_failed_percent",
            "partition_keys",
            "environment_variables",
        ],
    ),
    (
        "AutoMLStep",
        &[
            "name",
            "automl_config",
            "inputs",
            "outputs",
            "allow_reuse",
            "compute_target",
            "hash_paths",
            "enable_default_model_output",
            "enable_default_metrics_output",
        ],
    ),
    (
        "HyperDriveStep",
        &[
            "name",
            "hyperdrive_config",
            "estimator_entry_script_arguments",
            "inputs",
            "outputs",
            "allow_reuse",
        ],
    ),
    (
        "HyperDriveConfig",
        &[
            "hyperparameter_sampling",
            "primary_metric_name",
            "primary_metric_goal",
            "max_total_runs",
            "max_concurrent_runs",
            "max_duration_minutes",
            "policy",
            "run_config",
            "estimator",
        ],
    ),
    ("Pipeline", &["workspace", "steps", "description", "default_datastore", "resolve_closure"]),
    ("publish", &["name", "description", "version", "continue_on_step_failure"]),
    (
        "submit",
        &[
            "pipeline",
            "config",
            "workspace",
            "experiment_name",
            "tags",
            "pipeline_parameters",
            "continue_on_step_failure",
        ],
    ),
    ("Schedule.create", SCHEDULE),
    ("Schedule.create_for_pipeline_endpoint", SCHEDULE),
    (
        "ScheduleRecurrence",
        &[
            "frequency",
            "interval",
            "start_time",
            "time_zone",
            "hours",
            "minutes",
            "week_days",
            "time_of_day",
        ],
    ),
    ("PipelineEndpoint.publish", &["workspace", "name", "pipeline", "description"]),
    ("PipelineParameter", &["name", "default_value"]),
    ("OutputFileDatasetConfig", &["name", "destination"]),
    ("PipelineData", &["name", "datastore", "output_mode", "is_directory", "training_output"]),
    ("RunConfiguration", &["framework", "conda_dependencies", "auto_prepare_environment"]),
    ("as_mount", &[]),
    ("as_download", &[]),
    (
        "CondaDependencies.create",
        &["pip_packages", "conda_packages", "python_version", "pin_sdk_version"],
    ),
    ("add_channel", &[]),
    ("set_pip_option", &[]),
    ("set_pip_index_url", &[]),
];

/// What scripts name things of the workspace with.
const NAMED: &[&str] = &[
    "ComputeTarget",
    "ComputeTarget.create",
    "AmlCompute",
    "Dataset.get_by_name",
    "Datastore",
    "Datastore.get",
    "Environment.get",
    "Experiment",
];

const SCHEDULE: &[&str] = &[
    "workspace",
    "name",
    "pipeline_id",
    "pipeline_endpoint_id",
    "experiment_name",
    "recurrence",
    "description",
    "pipeline_parameters",
    "wait_for_provisioning",
    "wait_timeout",
    "datastore",
    "polling_interval",
    "path_on_datastore",
    "data_path_parameter_name",
];

/// Arguments that people read, for which a spec has another place or none.
const TITLES: &[(&str, &str, &str)] = &[
    ("publish", "version", "the versions of what is published come from releases"),
    ("Schedule.create", "description", "a trigger has no description; write a comment above it"),
    (
        "Schedule.create_for_pipeline_endpoint",
        "description",
        "a trigger has no description; write a comment above it",
    ),
    (
        "PipelineEndpoint.publish",
        "description",
        "an endpoint has no description; the pipeline's is shown",
    ),
    (
        "submit",
        "pipeline_parameters",
        "hand them over when the pipeline is run: `--set name=value`",
    ),
];

/// Settings of a run configuration or an environment that are read, or that change nothing.
const FIELDS: &[&str] = &[
    "target",
    "node_count",
    "framework",
    "auto_prepare_environment",
    "environment",
    "run_config.environment",
    "run_config.target",
    "environment.python.conda_dependencies",
    "environment.docker.base_image",
    "environment.docker.enabled",
    "environment.python.user_managed_dependencies",
    "docker.use_docker",
    "docker.base_image",
    "docker.enabled",
    "python.conda_dependencies",
    "python.user_managed_dependencies",
];

/// Lists what was not carried over.
pub(super) fn list(program: &Program, remarks: &mut Remarks) {
    let mut said = BTreeSet::new();
    for object in &program.objects {
        let read = READ.iter().any(|(class, _)| *class == object.class);
        if read || NAMED.contains(&object.class.as_str()) {
            for value in &object.arguments {
                variables(value, object.span, &mut said, remarks);
            }
            for (_, value, at) in &object.named {
                variables(value, *at, &mut said, remarks);
            }
        }
        if let Some((class, read)) = READ.iter().find(|(class, _)| *class == object.class) {
            arguments(object, class, read, remarks);
        }
        let has_settings = object.class == "RunConfiguration"
            || object.class == "ScriptRunConfig"
            || object.class.starts_with("Environment");
        if has_settings {
            fields(object, remarks);
        }
        if object.class == "run_after" && object.receiver.is_none() {
            order(object.span, remarks);
        }
    }
}

/// Says that an order is not known.
pub(super) fn order(at: Span, remarks: &mut Remarks) {
    let message = "it is not known which steps this puts in order";
    remarks.lost(at, message, "write the order under `needs` of the step in the spec");
}

fn arguments(object: &Object, class: &str, read: &[&str], remarks: &mut Remarks) {
    if read.is_empty() && !(object.arguments.is_empty() && object.named.is_empty()) {
        let message = format!("what `{class}` is called with here has no counterpart");
        remarks.lost(object.span, message, "look for it in the spec, or leave it out");
    }
    for (name, value, at) in &object.named {
        let title = TITLES.iter().find(|(of, title, _)| *of == class && title == name);
        if let Some((.., help)) = title {
            remarks.doubt(*at, format!("the spec does not have this `{name}`"), help);
        } else if !read.is_empty() && !read.contains(&name.as_str()) && *value != Value::Nothing {
            let message = format!("`{name}` of `{class}` was not carried over");
            remarks.lost(*at, message, "look for its counterpart in the manual, or leave it out");
        }
    }
}

/// Defaults of variables that were read where the script ran, each once.
fn variables(value: &Value, at: Span, said: &mut BTreeSet<String>, remarks: &mut Remarks) {
    match value {
        Value::Variable(name, Some(_)) if said.insert(name.clone()) => remarks.doubt(
            at,
            format!(
                "the script reads the variable `{name}` when it runs; the spec has its default"
            ),
            "make it a parameter, or refer to a variable of the pipeline: `${{ variables.X }}`",
        ),
        Value::List(items) => items.iter().for_each(|item| variables(item, at, said, remarks)),
        Value::Dict(pairs) => {
            for (_, value) in pairs {
                variables(value, at, said, remarks);
            }
        }
        _ => {}
    }
}

fn fields(object: &Object, remarks: &mut Remarks) {
    for (path, _, at) in &object.fields {
        if !FIELDS.contains(&path.as_str()) {
            let message = format!("the setting `{path}` was not carried over");
            remarks.lost(*at, message, "look for its counterpart in the manual, or leave it out");
        }
    }
}
