//! What a script says and nobody carries over: listed at its place.

use super::draft::is_reference;
use super::software::VARIABLES;
use super::value::{Object, Program, Remarks, Value};
use crate::diagnostics::Diagnostic;
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
            "description",
        ],
    ),
    (
        "ScriptRunConfig",
        &["source_directory", "script", "arguments", "compute_target", "environment", "run_config"],
    ),
    ("register_on_complete", &["name"]),
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
            "regenerate_outputs",
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
    for object in &program.objects {
        let read = READ.iter().any(|(class, _)| *class == object.class);
        if read || NAMED.contains(&object.class.as_str()) {
            for value in &object.arguments {
                variables(value, object.span, remarks);
                references(value, object.span, remarks);
            }
            for (name, value, at) in &object.named {
                variables(value, *at, remarks);
                if !is_quoted(object, name) {
                    references(value, *at, remarks);
                }
            }
        }
        if let Some((class, read)) = READ.iter().find(|(class, _)| *class == object.class) {
            arguments(object, class, read, remarks);
        }
        if has_settings(object) {
            fields(object, remarks);
        } else if READ.iter().any(|(class, _)| *class == object.class) {
            set_later(object, remarks);
        }
        packages(program, object, remarks);
        if object.class == "run_after" && object.receiver.is_none() {
            order(object.span, remarks);
        }
    }
}

/// Says which packages are added to what no spec holds: the file of an environment.
fn packages(program: &Program, call: &Object, remarks: &mut Remarks) {
    let adds = call.class.starts_with("add_") || call.class.starts_with("remove_");
    if !adds || !call.class.ends_with("_package") {
        return;
    }
    let holder = call.receiver.as_ref().and_then(|it| program.object(it)).map(|(_, it)| it);
    let written = holder.is_some_and(|it| {
        it.class.starts_with("CondaDependencies")
            && it.keyword("conda_dependencies_file_path").is_none()
    });
    let known = ADDED.iter().any(|(method, _)| *method == call.class);
    if !written || !known {
        remarks.lost(
            call.span,
            format!(
                "`{}` here changes packages, and the spec's conda file stays as it is",
                call.class
            ),
            "change the conda file that the spec names",
        );
    }
}

/// Whether attributes that a script sets on an object are read.
pub(super) fn has_settings(object: &Object) -> bool {
    object.class == "RunConfiguration"
        || object.class == "ScriptRunConfig"
        || object.class.starts_with("Environment")
}

/// Whether a class or function of the SDK is read.
pub(super) fn is_read(class: &str) -> bool {
    READ.iter().any(|(known, _)| *known == class)
        || NAMED.contains(&class)
        || class.starts_with("Environment")
}

/// Lists what is set on an object that is read from its call alone.
fn set_later(object: &Object, remarks: &mut Remarks) {
    for (path, _, at) in &object.fields {
        let message = format!(
            "`{path}` is set after this `{}` was made, and was not carried over",
            object.class
        );
        remarks.lost(*at, message, "write it in the call, or correct it in the spec");
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

/// Arguments that a spec says as scalars, or as lists and maps of scalars.
const SCALARS: &[&str] = &[
    "append_row_file_name",
    "conda_package",
    "conda_packages",
    "continue_on_step_failure",
    "description",
    "entry_script",
    "environment_variables",
    "experiment_name",
    "frequency",
    "hours",
    "interval",
    "minutes",
    "name",
    "output_action",
    "partition_keys",
    "pip_package",
    "pip_packages",
    "python_version",
    "run_invocation_timeout",
    "script_name",
    "start_time",
    "time_of_day",
    "week_days",
];

/// Methods that add to what is built, by the name of their first argument.
const ADDED: &[(&str, &str)] =
    &[("add_pip_package", "pip_package"), ("add_conda_package", "conda_package")];

/// Lists arguments whose values are not known, unless something was said of them already.
pub(super) fn unknown(program: &Program, said: &mut Vec<Diagnostic>) {
    let mut remarks = Remarks::default();
    for object in &program.objects {
        let added = ADDED.iter().find(|(method, _)| *method == object.class);
        if !READ.iter().any(|(class, _)| *class == object.class) && added.is_none() {
            continue;
        }
        let first = object.arguments.first().zip(added);
        let first = first.map(|(value, (_, name))| (*name, value, object.span));
        let named = object.named.iter().map(|(name, value, at)| (name.as_str(), value, *at));
        for (name, value, at) in first.into_iter().chain(named) {
            let known = said.iter().any(|it| it.span.start == at.start);
            if SCALARS.contains(&name) && !is_scalar(program, value) && !known {
                let message = format!("the value of `{name}` was not understood");
                remarks.lost(at, message, "write it in the spec");
            }
        }
    }
    said.append(&mut remarks.0);
}

fn is_scalar(program: &Program, value: &Value) -> bool {
    match value {
        Value::List(items) => items.iter().all(|item| is_scalar(program, item)),
        Value::Dict(pairs) => pairs.iter().all(|(_, item)| is_scalar(program, item)),
        Value::Object(id) => {
            let object = &program.objects[*id];
            object.class == "PipelineParameter" || super::schedule::is_datetime(object)
        }
        Value::Variable(_, default) => default.as_ref().is_some_and(|it| is_scalar(program, it)),
        Value::Path(_) | Value::Part(..) | Value::Unknown => false,
        _ => true,
    }
}

/// Whether the texts of an argument become words of a command, which are quoted.
fn is_quoted(object: &Object, argument: &str) -> bool {
    let listed = matches!(object.keyword(argument), Some(Value::List(_)));
    match argument {
        "arguments" => object.class != "ParallelRunStep",
        "command" => listed,
        "script_name" | "estimator_entry_script_arguments" => true,
        _ => false,
    }
}

/// Says which texts a spec reads in another way.
fn references(value: &Value, at: Span, remarks: &mut Remarks) {
    match value {
        Value::Text(text) if is_reference(text) => remarks.lost(
            at,
            "a spec reads `${{ … }}` and `$[[ … ]]` as its own, and cannot say them as text",
            "write the text in another way in the spec",
        ),
        Value::Variable(_, Some(default)) => references(default, at, remarks),
        Value::List(items) => items.iter().for_each(|item| references(item, at, remarks)),
        Value::Dict(pairs) => {
            for (key, value) in pairs {
                references(&Value::Text(key.clone()), at, remarks);
                references(value, at, remarks);
            }
        }
        _ => {}
    }
}

/// Defaults of variables that were read where the script ran, each once.
fn variables(value: &Value, at: Span, remarks: &mut Remarks) {
    match value {
        Value::Variable(name, Some(_)) => remarks.baked(at, name),
        Value::List(items) => items.iter().for_each(|item| variables(item, at, remarks)),
        Value::Dict(pairs) => {
            for (_, value) in pairs {
                variables(value, at, remarks);
            }
        }
        _ => {}
    }
}

fn fields(object: &Object, remarks: &mut Remarks) {
    for (path, _, at) in &object.fields {
        if !FIELDS.contains(&path.as_str()) && !path.contains(VARIABLES) {
            let message = format!("the setting `{path}` was not carried over");
            remarks.lost(*at, message, "look for its counterpart in the manual, or leave it out");
        }
    }
}
