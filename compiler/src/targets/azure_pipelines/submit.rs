//! A submission: a job that submits the Azure ML job, one that waits for it without a machine, one
//! that demands that it is completed, and one that cancels it with the run.

use std::fmt::Write as _;

use crate::emit::Map;
use crate::plan::{Job, Place, Plan, Reference, Submission, SubmissionInput, ValueType, When};
use crate::targets::script::{self, Binding, DEMAND};

use super::reader::{self, JOB_NAME, Reader};
use super::scope::{self, Scope};
use super::step::{self, FAIL, STRICT, Script};
use super::value::{self, Value};
use super::{condition, expression, job, parameters, stage};

/// The variable that holds the name of the Azure ML job.
const JOB: &str = "azure_ml_job";

/// The jobs of a submission.
pub(super) fn write(scope: &Scope<'_>, job: &Job, submission: &Submission) -> Vec<Map> {
    vec![
        submit(scope, job, submission),
        wait(scope, job, submission),
        done(scope, job, submission),
        cancel(scope, job, submission),
    ]
}

/// What people read of one of the jobs: the steps of the submission, and what the job does.
fn title(scope: &Scope<'_>, submission: &Submission, does: &str) -> String {
    const NAMED: usize = 3;
    let steps = submission.steps.iter().map(|id| scope.plan.step(*id).display_name.as_str());
    let names: Vec<&str> = steps.take(NAMED).collect();
    let names = expression::literal(&names.join(", "));
    match submission.steps.len().saturating_sub(NAMED) {
        0 => format!("Azure ML: {names} ({does})"),
        more => format!("Azure ML: {names} and {more} more ({does})"),
    }
}

fn submit(scope: &Scope<'_>, job: &Job, submission: &Submission) -> Map {
    let mut reader = Reader::new(scope);
    let file = stage::file(scope, &submission.job_file());
    let copy = stage::file(scope, &submission.run_file());
    let bind = (!submission.inputs.is_empty()).then(|| bind(scope, &mut reader, submission));
    let submitted = if bind.is_some() { copy } else { file };
    let script = submit_script(&mut reader, job, submitted);
    let demands = parameter_demands(scope, submission);
    let checked = parameters::checked(scope, job, &reader.parameters);
    let check = parameters::check(scope, &checked, &demands);
    let mut steps: Vec<Map> = check.into_iter().collect();
    steps.push(step::checkout(true));
    steps.extend(job::downloads(&mut reader, false));
    steps.extend(bind);
    steps.push(script);
    let mut depends_on = scope.needs(job);
    depends_on.extend(std::mem::take(&mut reader.jobs));
    let mut map = Map::new();
    map.put("job", scope.id_of(job));
    map.put("displayName", title(scope, submission, "submit"));
    map.put_filled("dependsOn", scope::one_or_more(depends_on));
    let is_first = job.needs.is_empty();
    map.put_some("condition", condition::of(When::Success, is_first, scope.guards_forks, &[]));
    map.put("timeoutInMinutes", 60_u32);
    map.put("pool", step::hosted());
    map.put_filled("variables", job::variables(&reader));
    map.put("steps", steps);
    map
}

fn submit_script(reader: &mut Reader<'_>, job: &Job, file: String) -> Map {
    let setup = step::azure_setup();
    let text = [STRICT, &setup, include_str!("scripts/submit.sh")].concat();
    let mut script = Script::new("Submit the Azure ML job", text);
    script.name = Some(JOB_NAME.0);
    let run = expression::variable("Build.BuildId");
    let attempt = expression::variable("System.JobAttempt");
    let name = format!("{}-{}-{run}-{attempt}", reader.plan().name, job.id);
    script.env = vec![("JOB_NAME".to_owned(), name), ("JOB_FILE".to_owned(), file)];
    script.azure(reader)
}

/// A step that writes the values into a copy of the job file, beside it, so that relative paths in
/// it keep their meaning.
fn bind(scope: &Scope<'_>, reader: &mut Reader<'_>, submission: &Submission) -> Map {
    let (mut demands, mut bindings, mut env) = (String::new(), Vec::new(), Vec::new());
    for input in &submission.inputs {
        let variable = script::variable("VALUE", &input.name);
        demands.push_str(&demand(scope.plan, submission, input, &variable));
        env.push((variable.clone(), value_of(scope, reader, input)));
        bindings.push(Binding::new(scope.plan, input, variable));
    }
    if !demands.is_empty() {
        demands.insert_str(0, &format!("{FAIL}{DEMAND}"));
    }
    let folder = script::Folder::of(scope.plan, scope.staging);
    if folder.reads_stage {
        env.push(("STAGE".to_owned(), Value::safe(stage::name(scope))));
    }
    let jq = script::bind(&bindings, &folder, &submission.job_file(), &submission.run_file());
    let mut script = Script::new("Bind the inputs", [STRICT, &demands, &jq].concat());
    value::put(&mut script, &env);
    script.bash()
}

/// What must hold of parameters that go to Azure ML: it drops empty texts and pastes others into
/// command lines.
fn parameter_demands(scope: &Scope<'_>, submission: &Submission) -> String {
    let mut demands = String::new();
    for input in &submission.inputs {
        let Reference::Parameter(id) = input.source else { continue };
        let parameter = scope.plan.parameter(id);
        if !parameter.choices.is_empty() {
            continue;
        }
        let (name, variable) = (&parameter.name, parameters::variable(parameter));
        if input.kind == ValueType::String {
            let pasteable = script::demand_pasteable(scope.plan, submission, input, &variable);
            demands.push_str(&script::when_set(&variable, Some(parameter), pasteable));
        } else if !input.kind.is_scalar() {
            let message =
                format!("{name} must be an address of Azure ML, or a path in the repository");
            let address = script::demand(&variable, script::ADDRESS, &message);
            demands.push_str(&script::when_set(&variable, Some(parameter), address));
        }
    }
    demands
}

/// The same of other values.
fn demand(plan: &Plan, submission: &Submission, input: &SubmissionInput, variable: &str) -> String {
    let is_parameter = matches!(input.source, Reference::Parameter(_));
    if is_parameter || !input.kind.is_scalar() {
        String::new()
    } else if input.kind == ValueType::String {
        script::demand_pasteable(plan, submission, input, variable)
    } else {
        let (form, words) = script::form(input.kind);
        script::demand(variable, form, &format!("{} must be {words}", input.name))
    }
}

fn value_of(scope: &Scope<'_>, reader: &mut Reader<'_>, input: &SubmissionInput) -> Value {
    let Reference::Output(producer, output) = &input.source else {
        return reader.reference(&input.source);
    };
    let step = scope.plan.step(*producer);
    if let Place::AzureMl(_) = step.place {
        let job = expression::variable(&reader.azure_ml_job(*producer));
        let port = scope.plan.port(*producer, *output);
        return Value::safe(format!("azureml://jobs/{job}/outputs/{port}/paths/"));
    }
    let value = reader.reference(&input.source);
    if input.kind.is_scalar() {
        return value;
    }
    Value::safe(reader::input_path(scope.plan, *producer, *output))
}

/// The service calls back when the job ends, so no machine is held. What it says is not decisive:
/// the next job asks for the status itself.
fn wait(scope: &Scope<'_>, job: &Job, submission: &Submission) -> Map {
    let mut reader = Reader::new(scope);
    let mut map = Map::new();
    map.put("job", scope::wait(&job.id));
    map.put("displayName", title(scope, submission, "wait"));
    map.put("dependsOn", scope.id_of(job));
    map.put("timeoutInMinutes", scope.plan.timeout_minutes);
    map.put_beside("continueOnError", true, "the check that follows decides");
    map.put("pool", "server");
    map.put("variables", vec![job_variable(scope, job)]);
    map.put("steps", vec![call_back(&mut reader)]);
    map
}

fn call_back(reader: &mut Reader<'_>) -> Map {
    let subscription = stage::azure(reader, |azure| &azure.subscription);
    let group = stage::azure(reader, |azure| &azure.resource_group);
    let workspace = stage::azure(reader, |azure| &azure.workspace);
    let mut inputs = Map::new();
    inputs.put("connectionType", "connectedServiceNameARM");
    inputs.put("azureServiceConnection", stage::azure(reader, |azure| &azure.service_connection));
    inputs.put("method", "PATCH");
    inputs.put("headers", "{\"Content-Type\": \"application/json\"}");
    let job = expression::variable(JOB);
    inputs.put(
        "urlSuffix",
        format!(
            "subscriptions/{subscription}/resourceGroups/{group}/providers\
             /Microsoft.MachineLearningServices/workspaces/{workspace}/jobs/{job}\
             ?api-version=2024-04-01"
        ),
    );
    inputs.put("body", call_back_body());
    inputs.put("waitForCompletion", "true");
    step::task("InvokeRESTAPI@1", "Azure ML job".to_owned(), inputs)
}

fn call_back_body() -> String {
    let timeline = expression::variable("system.TimelineId");
    let mut body = format!(
        "{{\"Properties\": {{\"NotificationSetting\": {{\"Webhooks\": \
         {{\"ADO_Webhook_{timeline}\": {{\n  \
         \"WebhookType\": \"AzureDevOps\",\n  \"EventType\": \"RunTerminated\""
    );
    for (key, variable) in [
        ("PlanUri", "system.CollectionUri"),
        ("ProjectId", "system.teamProjectId"),
        ("HubName", "system.HostType"),
        ("PlanId", "system.planId"),
        ("JobId", "system.jobId"),
        ("TimelineId", "system.TimelineId"),
        ("TaskInstanceId", "system.TaskInstanceId"),
        ("AuthToken", "system.AccessToken"),
    ] {
        let _ = write!(body, ",\n  \"{key}\": \"{}\"", expression::variable(variable));
    }
    body + "\n}}}}}\n"
}

fn done(scope: &Scope<'_>, job: &Job, submission: &Submission) -> Map {
    let mut map = Map::new();
    map.put("job", scope::done(&job.id));
    map.put("displayName", title(scope, submission, "check"));
    let condition = condition::submitted(&scope.id_of(job));
    let text = [script::FAILED_STEPS, include_str!("scripts/done.sh")].concat();
    after_wait(scope, job, map, condition, &text)
}

fn cancel(scope: &Scope<'_>, job: &Job, submission: &Submission) -> Map {
    let mut map = Map::new();
    map.put("job", scope::cancel(&job.id));
    map.put("displayName", title(scope, submission, "cancel"));
    let condition = condition::cancelled(&job_name(scope, job));
    after_wait(scope, job, map, condition, include_str!("scripts/cancel.sh"))
}

/// A job that asks Azure ML about the job once the wait for it is over.
fn after_wait(scope: &Scope<'_>, job: &Job, mut map: Map, condition: String, text: &str) -> Map {
    let setup = step::azure_setup();
    let mut script = Script::new("Ask Azure ML", [STRICT, FAIL, &setup, text].concat());
    script.env = vec![("JOB_NAME".to_owned(), expression::variable(JOB))];
    map.put("dependsOn", vec![scope.id_of(job), scope::wait(&job.id)]);
    map.put("condition", condition);
    map.put("timeoutInMinutes", 30_u32);
    map.put("pool", step::hosted());
    map.put("variables", vec![job_variable(scope, job)]);
    map.put("steps", vec![step::checkout(false), script.azure(&mut Reader::new(scope))]);
    map
}

fn job_variable(scope: &Scope<'_>, job: &Job) -> Map {
    let mut map = Map::new();
    map.put("name", JOB);
    map.put("value", expression::runtime(&job_name(scope, job)));
    map
}

/// The output that holds the name of the Azure ML job.
fn job_name(scope: &Scope<'_>, job: &Job) -> String {
    expression::output(&scope.id_of(job), false, JOB_NAME.0, JOB_NAME.1)
}
