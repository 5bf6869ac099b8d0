//! A plan as people read it: one line for each thing that was decided.

use mlopsc_compiler::plan::{
    AzureMlRule, AzureMlTiming, Cron, Edge, EventPiece, Job, Parameter, Place, Plan, Release,
    Scalar, Staging, Step, StepId, Submission, Timing, Trigger, TriggerKind, Work, Workflow,
};

/// The whole plan.
pub(crate) fn plan(plan: &Plan) -> String {
    let mut lines = vec![format!("pipeline {} «{}»", plan.name, plan.display_name)];
    lines.extend(plan.parameters.iter().map(parameter));
    lines.extend(plan.steps.iter().map(|one| step(plan, one)));
    lines.extend(plan.edges.iter().map(|one| edge(plan, one)));
    lines.extend(plan.triggers.iter().map(|one| trigger(plan, one)));
    lines.extend(plan.submissions.iter().map(|one| submission(plan, one)));
    lines.extend(plan.workflows.iter().map(|one| workflow(plan, one)));
    lines.extend(plan.release.iter().map(|one| release(plan, one)));
    lines.extend(plan.stages.iter().map(|one| stage(one)));
    lines.join("\n")
}

fn stage(plan: &Plan) -> String {
    let name = plan.stage_name().unwrap_or_default();
    let approval = plan.stage_approval().unwrap_or("nobody");
    let defaults = plan.parameters.iter().filter_map(|one| Some((one, one.default.as_ref()?)));
    let defaults = defaults.map(|(one, value)| format!("{}={}", one.name, value.words()));
    let off = plan.triggers.iter().filter(|trigger| !trigger.enabled);
    let off = list(off.map(|trigger| &trigger.name));
    format!("stage {name} asks {approval}, defaults {}, switched off {off}", list(defaults))
}

fn list(items: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| item.as_ref().to_owned()).collect();
    format!("[{}]", items.join(", "))
}

fn names<'a>(plan: &'a Plan, steps: impl IntoIterator<Item = &'a StepId>) -> String {
    list(steps.into_iter().map(|id| plan.step(*id).name.as_str()))
}

fn parameter(parameter: &Parameter) -> String {
    let Parameter { name, kind, default, choices, min, max, pattern, .. } = parameter;
    let limits = [("default", default), ("min", min), ("max", max)];
    let mut words: Vec<String> = limits
        .into_iter()
        .filter_map(|(word, value)| value.as_ref().map(|value| format!("{word} {}", value.words())))
        .collect();
    words.extend(pattern.iter().map(|pattern| format!("like {pattern}")));
    if !choices.is_empty() {
        words.push(format!("one of {}", list(choices.iter().map(Scalar::words))));
    }
    format!("parameter {name}: {} {}", kind.word(), list(words))
}

fn step(plan: &Plan, step: &Step) -> String {
    let place = match &step.place {
        Place::AzureMl(place) => {
            let compute = place.compute.as_ref().map(|it| plan.setting_words(it));
            format!("Azure ML {}", compute.as_deref().unwrap_or("of its own"))
        }
        Place::Ci(place) => format!("CI {}", place.runner.github.join("+")),
    };
    let inputs = step.inputs.iter().map(|input| {
        format!("{}: {} = {}", input.name, input.kind.word(), plan.source_words(&input.source))
    });
    let outputs = step.outputs.iter().map(|it| format!("{}: {}", it.name, it.kind.word()));
    let (name, task) = (&step.name, step.task.word());
    format!("step {name} ({task} on {place}) {} -> {}", list(inputs), list(outputs))
}

fn edge(plan: &Plan, edge: &Edge) -> String {
    let (from, to) = (plan.step(edge.from), plan.step(edge.to));
    let output = edge.output.map(|output| from.outputs[output as usize].name.as_str());
    format!("edge {} -{}-> {}", from.name, output.unwrap_or(""), to.name)
}

fn trigger(plan: &Plan, trigger: &Trigger) -> String {
    let homes = list(trigger.homes.iter().map(|home| home.word()));
    let with = trigger.with.iter();
    let with = with.map(|(id, value)| format!("{}={}", plan.parameter(*id).name, value.words()));
    let disabled = if trigger.enabled { "" } else { ", disabled" };
    let slice = names(plan, &trigger.slice);
    let mut text = format!(
        "trigger {} ({}{disabled}) at {homes} starts {slice} with {}",
        trigger.name,
        trigger.kind.words(),
        list(with)
    );
    if !trigger.from_event.is_empty() {
        let brought = trigger.from_event.iter().map(|(id, pieces)| {
            let words: String = pieces.iter().map(EventPiece::words).collect();
            format!("{}={words}", plan.parameter(*id).name)
        });
        text += &format!(", brought {}", list(brought));
    }
    if let TriggerKind::Schedule(timing) = &trigger.kind {
        text += &schedule(timing);
    }
    text
}

fn schedule(timing: &Timing) -> String {
    let lines = |crons: &[Cron]| list(crons.iter().map(Cron::text));
    let utc = timing.utc.as_deref().map_or("none".to_owned(), lines);
    let azure_ml = timing.azure_ml.as_ref().map_or("none".to_owned(), azure_ml_timing);
    let Timing { zone, local, .. } = timing;
    format!("\n  {zone} {}\n  UTC {utc}\n  Azure ML {azure_ml}", lines(local))
}

fn azure_ml_timing(timing: &AzureMlTiming) -> String {
    let rule = match &timing.rule {
        AzureMlRule::Cron(cron) => cron.text(),
        AzureMlRule::Recurrence { frequency, interval, hours, minutes, week_days, month_days } => {
            format!(
                "every {interval} {frequency}, days {week_days:?} {month_days:?}, \
                 at {hours:?}:{minutes:?}"
            )
        }
    };
    let AzureMlTiming { time_zone, start, end, .. } = timing;
    format!("{rule} in {time_zone} from {start} to {}", end.as_deref().unwrap_or("ever"))
}

fn submission(plan: &Plan, submission: &Submission) -> String {
    let inputs = submission.inputs.iter().map(|input| {
        format!("{}: {} = {}", input.name, input.kind.word(), plan.reference_words(&input.source))
    });
    let fixed = submission.fixed.iter();
    let fixed = fixed.map(|(id, value)| format!("{} := {value:?}", plan.parameter(*id).name));
    let inputs = inputs.chain(fixed);
    let outputs = submission.outputs.iter().map(|output| &output.name);
    let name = |id| &plan.step(id).name;
    let wires = submission.wires.iter().map(|it| format!("{} ~> {}", name(it.tail), name(it.head)));
    format!(
        "submission {} ({}) runs {} {} -> {} wires {}",
        submission.job_file(),
        submission.label,
        names(plan, &submission.steps),
        list(inputs),
        list(outputs),
        list(wires)
    )
}

fn workflow(plan: &Plan, workflow: &Workflow) -> String {
    let triggers = list(workflow.triggers.iter().map(|id| &plan.trigger(*id).name));
    let jobs: String = workflow.jobs.iter().map(|one| job(plan, workflow, one)).collect();
    let Workflow { id, concurrency, trusted, .. } = workflow;
    let staging = match workflow.staging {
        Staging::None => String::new(),
        staging => format!(", {}", plan.staging_words(staging)),
    };
    format!("workflow {id} on {triggers} ({concurrency:?}, trusted: {trusted}{staging}){jobs}")
}

fn job(plan: &Plan, workflow: &Workflow, job: &Job) -> String {
    let work = match &job.work {
        Work::Step(id) => format!("runs {}", plan.step(*id).name),
        Work::Gate { step, environment } => {
            format!("asks {environment} about {}", plan.step(*step).name)
        }
        Work::StageGate(gate) => {
            let when =
                gate.condition.as_ref().map(|it| format!(" when {}", plan.condition_words(it)));
            format!("asks about {}{}", plan.staging_words(gate.staging), when.unwrap_or_default())
        }
        Work::Submit(id) => format!("submits {}", plan.submission(*id).job_file()),
        Work::Image(id) => format!("builds {}", plan.image(*id).reference()),
    };
    let needs = list(job.needs.iter().map(|id| &workflow.job(*id).id));
    format!("\n  job {} {work} after {needs}", job.id)
}

fn release(plan: &Plan, release: &Release) -> String {
    let triggers = list(release.triggers.iter().map(|id| &plan.trigger(*id).name));
    let home = release.home.word();
    let checks = list(release.checks.iter().map(|job| &job.id));
    let inputs = list(&release.inputs);
    format!("release {} at {home} of {triggers} after {checks} when {inputs}", release.id)
}
