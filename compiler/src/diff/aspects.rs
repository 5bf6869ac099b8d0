//! What can be said of a plan's parts, as pairs of property and value in the author's words. Ids
//! never appear, so that the pairs of two plans compare.

mod command;
mod event;
mod native;
mod own;

use super::Pair;
use crate::plan::{
    AzureMlPlace, CiExtras, CiPlace, ComponentPlace, Concurrency, DockerArguments, Environment,
    FanOut, Input, Keys, Leg, Login, Matrix, Mode, NodeSettings, Output, Parameter, Passthrough,
    Place, Plan, Pool, Scalar, Setting, Step, StepId, Task, Trigger, When,
};

/// Collects pairs; what is not set leaves none.
#[derive(Default)]
struct Pairs(Vec<Pair>);

impl Pairs {
    fn put(&mut self, what: impl Into<String>, value: impl Into<String>) {
        self.0.push((what.into(), value.into()));
    }

    fn put_some(&mut self, what: &str, value: Option<impl Into<String>>) {
        if let Some(value) = value {
            self.put(what, value);
        }
    }

    fn put_list(&mut self, what: &str, items: &[String]) {
        if !items.is_empty() {
            self.put(what, items.join(", "));
        }
    }

    fn put_if(&mut self, what: &str, differs: bool, value: &str) {
        if differs {
            self.put(what, value);
        }
    }
}

/// The pipeline's own settings, and how its steps are grouped into jobs.
pub(super) fn settings(plan: &Plan) -> Vec<Pair> {
    let mut pairs = Pairs::default();
    passed_through(&plan.passthrough, &mut pairs);
    pairs.put("name", &plan.name);
    pairs.put_if("display_name", plan.display_name != plan.name, &plan.display_name);
    pairs.put_some("description", plan.description.as_ref());
    pairs.put_if("experiment", plan.experiment != plan.name, &plan.experiment);
    for (name, value) in &plan.tags {
        pairs.put(format!("tag {name}"), value);
    }
    pairs.put("timeout", format!("{} minutes", plan.timeout_minutes));
    pairs.put_some("default_datastore", plan.settings.default_datastore.as_ref());
    pairs.put("continue_on_step_failure", plan.settings.continue_on_step_failure.to_string());
    for (name, value) in &plan.settings.properties {
        pairs.put(format!("property {name}"), value);
    }
    pairs.put("force_rerun", plan.settings.force_rerun.to_string());
    pairs.put_list("identity", &keys_words(&plan.settings.identity));
    for (name, text) in &plan.env {
        pairs.put(format!("env {name}"), plan.text_words(text));
    }
    for output in &plan.outputs {
        let step = plan.step(output.step);
        let from = format!("{}.{}", step.name, step.outputs[output.output as usize].name);
        pairs.put(format!("output {}", output.name), from);
    }
    for submission in &plan.submissions {
        // Labels may be shared by the jobs of several triggers; files are not.
        let what = format!("Azure ML job {}", submission.job_file());
        pairs.put(what, step_names(plan, &submission.steps));
    }
    for workflow in &plan.workflows {
        // Without the pipeline's name, so that renaming it is one change.
        let trigger = workflow.id.strip_prefix(&plan.name).unwrap_or(&workflow.id);
        let what = format!("concurrency {}", trigger.trim_start_matches('-'));
        pairs.put(what.trim_end(), concurrency(workflow.concurrency));
    }
    project(plan, &mut pairs);
    pairs.0
}

fn project(plan: &Plan, pairs: &mut Pairs) {
    let project = &plan.project;
    pairs.put("ci", project.ci.word());
    pairs.put("default_branch", &project.default_branch);
    let words = project.targets.iter().map(|home| home.word());
    let targets: Vec<String> =
        words.chain(project.also.iter().copied()).map(str::to_owned).collect();
    pairs.put_list("targets", &targets);
    let azure = &project.azure;
    let login = match &azure.login {
        Login::Oidc { client_id } => format!("oidc, client_id {}", plan.text_words(client_id)),
        Login::ServicePrincipal { secret } => format!("service_principal, secret {secret}"),
    };
    pairs.put("azure login", login);
    let texts = [
        ("azure tenant", &azure.tenant),
        ("azure subscription", &azure.subscription),
        ("azure resource_group", &azure.resource_group),
        ("azure workspace", &azure.workspace),
        ("azure service_connection", &azure.service_connection),
    ];
    for (what, text) in texts {
        pairs.put(what, plan.text_words(text));
    }
    pairs.put_some("azure github_environment", azure.github_environment.as_ref());
    pairs.put_list("variable_groups", &project.variable_groups);
    event::wiring(project, pairs);
    for stage in &project.stages {
        let approval = stage.approval.as_ref().map(|name| format!("approval {name}"));
        pairs.put(
            format!("stage {}", stage.name),
            approval.unwrap_or_else(|| "no approval".to_owned()),
        );
        let key = format!("stage {} variable_groups", stage.name);
        pairs.put_list(&key, &stage.variable_groups);
    }
}

/// A parameter.
pub(super) fn parameter(parameter: &Parameter) -> Vec<Pair> {
    let mut pairs = Pairs::default();
    pairs.put("type", parameter.kind.word());
    pairs.put_some("default", parameter.default.as_ref().map(Scalar::words));
    pairs.put_some("optional", parameter.optional.then_some("true"));
    pairs.put_some("description", parameter.description.as_ref());
    let choices: Vec<String> = parameter.choices.iter().map(Scalar::words).collect();
    pairs.put_list("enum", &choices);
    pairs.put_some("min", parameter.min.as_ref().map(Scalar::text));
    pairs.put_some("max", parameter.max.as_ref().map(Scalar::text));
    pairs.put_some("pattern", parameter.pattern.as_ref());
    pairs.put_some("mode", parameter.mode.map(Mode::word));
    pairs.0
}

/// A trigger.
pub(super) fn trigger(plan: &Plan, trigger: &Trigger) -> Vec<Pair> {
    let mut pairs = Pairs::default();
    pairs.put("fires on", trigger.kind.words());
    pairs.put("enabled", trigger.enabled.to_string());
    let homes: Vec<String> = trigger.homes.iter().map(|home| home.word().to_owned()).collect();
    pairs.put_list("home", &homes);
    let stage = trigger.stage.map(|id| plan.project.stage(id).name.clone());
    pairs.put_some("stage", stage);
    pairs.put("starts", step_names(plan, &trigger.slice));
    for (id, value) in &trigger.with {
        pairs.put(format!("with {}", plan.parameter(*id).name), value.words());
    }
    event::event(plan, trigger, &mut pairs);
    passed_through(&trigger.passthrough, &mut pairs);
    pairs.0
}

/// A step.
pub(super) fn step(plan: &Plan, step: &Step) -> Vec<Pair> {
    let mut pairs = Pairs::default();
    pairs.put_if("display_name", step.display_name != step.name, &step.display_name);
    pairs.put_some("description", step.description.as_ref());
    pairs.put_some("stage", step.stage.map(|id| plan.project.stage(id).name.clone()));
    match &step.place {
        Place::AzureMl(place) => azure_ml_place(plan, place, &mut pairs),
        Place::Ci(place) => ci_place(plan, place, &mut pairs),
    }
    match &step.task {
        Task::Command(command) => command::command(plan, step, command, &mut pairs),
        Task::FanOut(work) => fan_out(plan, step, work, &mut pairs),
        Task::Component(component) => {
            let kind = component.kind.word();
            match &component.component {
                ComponentPlace::Registered(text) | ComponentPlace::File(text) => {
                    pairs.put("component", format!("{text} ({kind})"));
                }
                made @ ComponentPlace::Made(_) => {
                    pairs.put(kind, made.pipeline().unwrap_or_default());
                }
            }
            native::fields(plan, step, "", &component.overrides, &mut pairs);
        }
        Task::Native(native) => native::native(plan, step, native, &mut pairs),
        Task::Own(own) => own::own(plan, own, &mut pairs),
    }
    let inputs = step.inputs.iter().enumerate();
    for (_, input) in inputs.filter(|(at, _)| !command::is_in_command(step, *at)) {
        pairs.put(format!("input {}", input.name), input_words(plan, input));
    }
    for output in &step.outputs {
        pairs.put(format!("output {}", output.name), output_words(output));
    }
    for (name, text) in &step.env {
        pairs.put(format!("env {name}"), plan.text_words(text));
    }
    pairs.put_some("timeout", step.timeout_seconds.map(|seconds| format!("{seconds}s")));
    pairs.put_some("approval", step.approval.as_ref());
    pairs.put_if("when", step.when != When::Success, when_word(step.when));
    pairs.put_some("condition", step.condition.as_ref().map(|it| plan.condition_words(it)));
    pairs.put_if("needs", !step.needs.is_empty(), &step_names(plan, &step.needs));
    let tags: Vec<String> = step.tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
    pairs.put_list("tags", &tags);
    pairs.0
}

fn azure_ml_place(plan: &Plan, place: &AzureMlPlace, pairs: &mut Pairs) {
    pairs.put("engine", "Azure ML");
    let compute = place.compute.as_ref().map(|compute| plan.setting_words(compute));
    pairs.put_some("compute", compute);
    pairs.put_some("environment", place.environment.as_ref().map(environment_words));
    let resources = &place.resources;
    let count = resources.instance_count.as_ref().map(|count| plan.setting_words(count));
    let settings = [
        ("instance_count", count.as_ref()),
        ("instance_type", resources.instance_type.as_ref()),
        ("shm_size", resources.shm_size.as_ref()),
    ];
    let words =
        settings.iter().filter_map(|(key, value)| value.map(|value| format!("{key} {value}")));
    let mut words: Vec<String> = words.collect();
    words.extend(resources.docker_args.as_ref().map(|it| match it {
        DockerArguments::Text(text) => format!("docker_args {text}"),
        DockerArguments::List(all) => format!("docker_args [{}]", all.join(", ")),
    }));
    words.extend(resources.max_instance_count.map(|it| format!("max_instance_count {it}")));
    words.extend(resources.locations.iter().map(|it| format!("location {it}")));
    let properties = resources.properties.iter();
    words.extend(properties.map(|(name, value)| format!("{name} {}", value.words())));
    pairs.put_list("resources", &words);
    node_settings(&place.settings, pairs);
    pairs.put_some("submission", place.submission.as_ref());
}

fn node_settings(settings: &NodeSettings, pairs: &mut Pairs) {
    let own = [
        ("distribution", &settings.distribution),
        ("identity", &settings.identity),
        ("queue", &settings.queue),
    ];
    for (what, keys) in own {
        pairs.put_list(what, &keys_words(keys));
    }
    for (name, service) in &settings.services {
        let mut words = keys_words(&service.keys);
        words.extend(service.properties.iter().map(|(name, text)| format!("{name} {text}")));
        pairs.put_list(&format!("service {name}"), &words);
    }
    pairs.put_if("reuse", settings.runs_always, "false");
}

fn keys_words(keys: &Keys) -> Vec<String> {
    keys.iter().map(|(key, value)| format!("{key} {}", value.words())).collect()
}

fn environment_words(environment: &Environment) -> String {
    match environment {
        Environment::Reference(reference) => reference.clone(),
        Environment::Image { image, conda: None } => image.clone(),
        Environment::Image { image, conda: Some(conda) } => format!("{image} with {conda}"),
        Environment::Build { folder, dockerfile } => format!("{dockerfile} in {folder}"),
    }
}

fn ci_place(plan: &Plan, place: &CiPlace, pairs: &mut Pairs) {
    pairs.put("engine", "CI");
    let pool = match &place.runner.azure_pipelines {
        Pool::Hosted(image) => image.clone(),
        Pool::Named { name, demands } if demands.is_empty() => format!("pool {name}"),
        Pool::Named { name, demands } => format!("pool {name} with {}", demands.join(", ")),
    };
    let labels = place.runner.github.join(", ");
    let runner = if labels == pool { pool } else { format!("{labels}; {pool}") };
    pairs.put("runner", runner);
    pairs.put_some("container", place.container.as_ref());
    pairs.put_some("working_dir", place.working_dir.as_ref().map(|it| plan.text_words(it)));
    pairs.put_some("python", place.python.as_ref().map(|it| plan.text_words(it)));
    pairs.put_if("checkout", !place.checkout, "false");
    pairs.put_if("azure", place.azure, "true");
    pairs.put_some("ci_environment", place.environment.as_ref());
    let artifacts =
        place.artifacts.iter().map(|(name, path)| format!("{name}: {}", plan.text_words(path)));
    pairs.put_list("artifacts", &artifacts.collect::<Vec<_>>());
    ci_extras(&place.extras, pairs);
    passed_through(&place.extras.passthrough, pairs);
    for service in &place.extras.services {
        let mut words = vec![service.image.clone()];
        words
            .extend(service.env.iter().map(|(name, it)| format!("{name} {}", plan.text_words(it))));
        words.extend(service.ports.iter().map(|port| format!("port {}", port.text())));
        words.extend(service.options.clone());
        pairs.put_list(&format!("service {}", service.name), &words);
    }
    place.extras.matrix.iter().for_each(|it| matrix(plan, it, pairs));
}

fn ci_extras(extras: &CiExtras, pairs: &mut Pairs) {
    for cache in &extras.caches {
        pairs.put(format!("cache {}", cache.tool.word()), cache.files.join(", "));
    }
    pairs.put_list("test_results", &extras.test_results);
    pairs.put_list("variable_groups", &extras.variable_groups);
    let problems: Vec<String> = extras.problems.iter().map(|tool| (*tool).to_owned()).collect();
    pairs.put_list("problems", &problems);
    pairs.put_if("retry", extras.retries > 0, &extras.retries.to_string());
    for (name, write) in &extras.permissions {
        pairs.put(format!("permission {name}"), if *write { "write" } else { "read" });
    }
}

fn passed_through(all: &Passthrough, pairs: &mut Pairs) {
    for (platform, keys) in [("github", &all.github), ("azure_pipelines", &all.azure_pipelines)] {
        for (key, value) in keys {
            pairs.put(format!("passthrough {platform} {key}"), value.words());
        }
    }
}

fn matrix(plan: &Plan, matrix: &Matrix, pairs: &mut Pairs) {
    let words = |leg: &Leg| {
        let values = leg.values.iter().filter(|(_, value)| !value.is_empty());
        let values: Vec<String> = values.map(|(name, value)| format!("{name} {value}")).collect();
        values.join(" and ")
    };
    pairs.put_list("matrix", &matrix.legs.iter().map(words).collect::<Vec<_>>());
    pairs.put_some("max_parallel", matrix.max_parallel.map(|it| it.to_string()));
    pairs.put_if("fail_fast", matrix.fail_fast, "true");
    pairs.put_some("runner of each", matrix.runner.as_ref().map(|it| plan.text_words(it)));
    pairs.put_some("container of each", matrix.container.as_ref().map(|it| plan.text_words(it)));
}

fn fan_out(plan: &Plan, step: &Step, work: &FanOut, pairs: &mut Pairs) {
    pairs.put("parallel", format!("{} in {}", work.entry_script, work.code));
    let arguments = plan.script_words(step, &work.arguments);
    pairs.put_if("arguments", !arguments.is_empty(), &arguments);
    pairs.put("input_data", &step.inputs[work.input_data as usize].name);
    pairs.put("mini_batch_size", plan.batching_words(work));
    let settings: [(&str, &Option<Setting>); 6] = [
        ("error_threshold", &work.error_threshold),
        ("mini_batch_error_threshold", &work.mini_batch_error_threshold),
        ("mini_batch_timeout", &work.mini_batch_timeout),
        ("max_retries", &work.max_retries),
        ("logging_level", &work.logging_level),
        ("max_concurrency_per_instance", &work.max_concurrency_per_instance),
    ];
    for (what, setting) in settings {
        pairs.put_some(what, setting.as_ref().map(|setting| plan.setting_words(setting)));
    }
    let collected = work.append_row_to.map(|index| step.outputs[index as usize].name.clone());
    pairs.put_some("append_row_to", collected);
}

fn input_words(plan: &Plan, input: &Input) -> String {
    let mode = input.mode.map(|mode| format!(", {}", mode.word())).unwrap_or_default();
    let kind = if input.optional { "optional " } else { "" };
    format!("{kind}{} from {}{mode}", input.kind.word(), plan.source_words(&input.source))
}

fn output_words(output: &Output) -> String {
    let mut words = output.kind.word().to_owned();
    if let Some(mode) = output.mode {
        words = format!("{words}, {}", mode.word());
    }
    if let Some(path) = &output.path {
        words = format!("{words}, at {path}");
    }
    match &output.register {
        Some((name, Some(version))) => format!("{words}, registered as {name}:{version}"),
        Some((name, None)) => format!("{words}, registered as {name}"),
        None => words,
    }
}

fn step_names(plan: &Plan, steps: &[StepId]) -> String {
    steps.iter().map(|id| &*plan.step(*id).name).collect::<Vec<_>>().join(", ")
}

fn when_word(when: When) -> &'static str {
    match when {
        When::Success => "success",
        When::Failure => "failure",
        When::Always => "always",
    }
}

fn concurrency(concurrency: Concurrency) -> &'static str {
    match concurrency {
        Concurrency::Queue => "queue",
        Concurrency::Cancel => "cancel",
        Concurrency::Parallel => "parallel",
    }
}
