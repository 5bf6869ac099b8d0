//! Which of the author's keys stand behind which keys of an output.

/// Keys of a job or one of its steps on a CI platform, and the keys of the author's step.
pub(super) const JOB: &[(&str, &[&str])] = &[
    ("name", &["display_name"]),
    ("displayName", &["display_name"]),
    ("needs", &["needs"]),
    ("dependsOn", &["needs"]),
    ("if", &["when"]),
    ("condition", &["when"]),
    ("runs-on", &["runner"]),
    ("pool", &["runner"]),
    ("timeout-minutes", &["timeout"]),
    ("timeoutInMinutes", &["timeout"]),
    ("environment", &["approval", "ci_environment"]),
    ("permissions", &["permissions"]),
    ("container", &["container"]),
    ("services", &["services"]),
    ("matrix", &["matrix"]),
    ("working-directory", &["working_dir"]),
    ("workingDirectory", &["working_dir"]),
    ("retryCountOnTaskFailure", &["retry"]),
    ("checkout", &["checkout"]),
    ("shell", &["shell"]),
];

/// What a step of a job does, and the keys of the author's step that ask for it.
pub(super) const TOOLS: &[(&str, &[&str])] = &[
    ("actions/checkout", &["checkout"]),
    ("actions/setup-python", &["python"]),
    ("UsePythonVersion", &["python"]),
    ("actions/cache", &["cache"]),
    ("Cache@", &["cache"]),
    ("PublishTestResults", &["test_results"]),
    ("TEST_RESULTS", &["test_results"]),
    ("azure/login", &["azure"]),
    ("AzureCLI", &["azure"]),
    ("ManualValidation", &["approval"]),
];

/// Variables of an author's script that another key than `env` brings.
pub(super) const VARIABLES: &[(&str, &str)] =
    &[("PIP_CACHE_DIR", "cache"), ("CONDA_PKGS_DIRS", "cache"), ("TEST_RESULTS", "test_results")];

/// Names of values that come from the project's `azure`.
pub(super) const AZURE: &[(&str, &str)] = &[
    ("client-id", "client_id"),
    ("tenant-id", "tenant"),
    ("subscription-id", "subscription"),
    ("creds", "login"),
    ("AZURE_CLIENT_ID", "client_id"),
    ("AZURE_TENANT_ID", "tenant"),
    ("AZURE_SUBSCRIPTION_ID", "subscription"),
    ("AZURE_RESOURCE_GROUP", "resource_group"),
    ("AZUREML_WORKSPACE", "workspace"),
    ("azureSubscription", "service_connection"),
    ("azureServiceConnection", "service_connection"),
];

/// Names of values in the job that builds an image, and the way to what they are in the project's.
pub(super) const IMAGE: &[(&str, &[&str])] = &[
    ("IMAGE", &["repository"]),
    ("IMAGE_PATH", &["repository"]),
    ("CACHE", &["repository"]),
    ("CONTEXT", &["context"]),
    ("DOCKERFILE", &["dockerfile"]),
    ("RECIPE", &["conda"]),
    ("REGISTRY", &["registry", "login_server"]),
    ("REGISTRY_USERNAME", &["registry", "username"]),
    ("REGISTRY_PASSWORD", &["registry", "password"]),
    ("containerRegistry", &["registry", "service_connection"]),
    ("environment", &["registry", "ci_environment"]),
];

/// Keys at the root of a CI file.
pub(super) const ROOT: &[(&str, &[&str])] = &[
    ("name", &["display_name", "name"]),
    ("concurrency", &["concurrency", "name"]),
    ("lockBehavior", &["concurrency", "name"]),
    ("env", &["env"]),
];

/// Keys of a parameter.
pub(super) const PARAMETER: &[(&str, &str)] = &[
    ("displayName", "description"),
    ("options", "enum"),
    ("values", "enum"),
    ("required", "optional"),
    ("optional", "optional"),
];

/// Keys of Azure ML that are called otherwise in specs.
pub(super) const AZURE_ML: &[(&str, &str)] = &[
    ("experiment_name", "experiment"),
    ("experimentName", "experiment"),
    ("displayName", "display_name"),
    ("environment_variables", "env"),
    ("environmentVariables", "env"),
    ("queue_settings", "queue"),
    ("queueSettings", "queue"),
    ("program_arguments", "arguments"),
    ("comment", "description"),
    ("component", "component"),
    ("computeId", "compute"),
    ("environmentId", "environment"),
    ("codeId", "code"),
    ("frequency", "every"),
    ("interval", "every"),
    ("hours", "at"),
    ("minutes", "at"),
    ("week_days", "on_weekdays"),
    ("weekDays", "on_weekdays"),
    ("month_days", "on_days"),
    ("monthDays", "on_days"),
    ("expression", "cron"),
    ("start_time", "start"),
    ("startTime", "start"),
    ("end_time", "end"),
    ("endTime", "end"),
    ("timeZone", "time_zone"),
    ("endpoint_name", "endpoint"),
    ("isEnabled", "enabled"),
];

/// Words that stand in many places for different reasons.
pub(super) const COMMON: &[&str] = &[
    "true",
    "false",
    "True",
    "False",
    "string",
    "number",
    "integer",
    "boolean",
    "uri_file",
    "uri_folder",
    "mltable",
    "mlflow_model",
    "custom_model",
    "triton_model",
    "command",
    "parallel",
    "pipeline",
    "self",
    "none",
    "bash",
    "error",
    "read",
    "write",
    "main",
];

/// What a table says of a key.
pub(super) fn find<'t, T: ?Sized>(table: &[(&str, &'t T)], key: &str) -> Option<&'t T> {
    table.iter().find(|(known, _)| *known == key).map(|(_, own)| *own)
}
