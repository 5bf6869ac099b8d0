//! Names of the arguments that the SDK's classes take by position, so that both ways of writing a
//! call are read alike.

/// Classes and functions whose arguments are read by name.
const SIGNATURES: &[(&str, &[&str])] = &[
    (
        "PythonScriptStep",
        &[
            "script_name",
            "name",
            "arguments",
            "compute_target",
            "runconfig",
            "runconfig_pipeline_params",
            "inputs",
            "outputs",
            "params",
            "source_directory",
            "allow_reuse",
            "version",
            "hash_paths",
        ],
    ),
    (
        "CommandStep",
        &[
            "command",
            "name",
            "compute_target",
            "runconfig",
            "runconfig_pipeline_params",
            "inputs",
            "outputs",
            "params",
            "source_directory",
            "allow_reuse",
            "version",
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
            "description",
            "logging_level",
            "run_invocation_timeout",
            "run_max_try",
            "append_row_file_name",
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
            "metrics_output",
            "allow_reuse",
            "version",
        ],
    ),
    ("AutoMLStep", &["name", "automl_config", "inputs", "outputs"]),
    ("AutoMLConfig", &["task"]),
    ("Pipeline", &["workspace", "steps", "description", "default_datastore"]),
    (
        "Schedule.create",
        &[
            "workspace",
            "name",
            "pipeline_id",
            "experiment_name",
            "recurrence",
            "description",
            "pipeline_parameters",
        ],
    ),
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
    (
        "Schedule.create_for_pipeline_endpoint",
        &["workspace", "name", "pipeline_endpoint_id", "experiment_name", "recurrence"],
    ),
    ("ScriptRunConfig", &["source_directory", "script", "arguments", "run_config"]),
];

/// The name of the argument at a position; none where nobody reads it by name.
pub(super) fn argument_at(class: &str, position: usize) -> Option<&'static str> {
    let (_, names) = SIGNATURES.iter().find(|(known, _)| *known == class)?;
    names.get(position).copied()
}
