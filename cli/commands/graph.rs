//! `graph`: the DAG with its engines, borders and triggers.

mod dot;
mod drawing;
mod mermaid;
mod text;

use mlopsc_compiler::chains::{Link, links};
use mlopsc_compiler::plan::{
    Edge, Event, Home, Place, Plan, Setting, Step, StepId, SubmissionId, Task, Trigger, TriggerId,
    Work,
};

use crate::analysis::{Analysed, analyse};
use crate::args::{GraphArgs, GraphFormat};
use crate::output::{Outcome, Output, Trouble, product};
use crate::workspace;

use super::check;

pub(crate) fn run(output: &Output, args: &GraphArgs) -> Result<Outcome, Trouble> {
    let paths: Vec<_> = args.spec.iter().cloned().collect();
    let analysed = analyse(workspace::find(&paths)?);
    let outcome = check::report_aside(output, &analysed)?;
    let plans: Vec<&Plan> = analysed.iter().flat_map(Analysed::plans).collect();
    if plans.is_empty() {
        // An empty picture would pass for the answer.
        return Ok(outcome);
    }
    match args.format {
        GraphFormat::Text => output.text(&text::draw(&plans, &set_off(&plans)))?,
        GraphFormat::Mermaid => product(&mermaid::draw(&plans))?,
        GraphFormat::Dot => product(&dot::draw(&plans))?,
    }
    Ok(outcome)
}

/// A job of the whole graph: a box around one CI step or the steps of one Azure ML job.
struct Group<'a> {
    /// The heading; `None` for a CI step, which is its own job.
    title: Option<String>,
    steps: Vec<(StepId, &'a Step)>,
    /// Jobs with equal layers do not wait for each other.
    layer: usize,
    /// The jobs before it, by their place among all.
    needs: Vec<usize>,
    /// Whether people approve what comes after it.
    is_gate: bool,
}

/// The jobs of the whole graph, in order; the plain steps where there is no CI file.
fn groups(plan: &Plan) -> Vec<Group<'_>> {
    let Some(workflow) = plan.workflows.first() else {
        return bare_groups(plan);
    };
    let mut layers: Vec<usize> = Vec::new();
    let mut groups = Vec::new();
    for job in &workflow.jobs {
        let before = job.needs.iter().filter_map(|id| layers.get(id.0 as usize)).max();
        let layer = before.map_or(0, |layer| layer + 1);
        layers.push(layer);
        let mut group = group_of(plan, &job.work, layer);
        group.needs = job.needs.iter().map(|id| id.0 as usize).collect();
        groups.push(group);
    }
    groups
}

fn group_of<'a>(plan: &'a Plan, work: &Work, layer: usize) -> Group<'a> {
    let job = |title: Option<String>, steps, is_gate| Group {
        title,
        steps,
        layer,
        needs: Vec::new(),
        is_gate,
    };
    match work {
        Work::Step(id) => job(None, vec![(*id, plan.step(*id))], false),
        Work::Gate { environment, .. } => {
            job(Some(format!("approval in {environment}")), Vec::new(), true)
        }
        Work::StageGate(gate) => {
            let words = gate.condition.as_ref().map(|it| plan.condition_words(it));
            let when = words.map(|words| format!(" when {words}")).unwrap_or_default();
            let stage = plan.staging_words(gate.staging);
            job(Some(format!("approval of {stage}{when}")), Vec::new(), true)
        }
        Work::Submit(id) => submission(plan, *id, layer),
        Work::Image(id) => {
            let title = format!("image {}", plan.image(*id).reference());
            job(Some(title), Vec::new(), false)
        }
    }
}

fn bare_groups(plan: &Plan) -> Vec<Group<'_>> {
    let ids = 0..u32::try_from(plan.submissions.len()).unwrap_or_default();
    ids.map(|id| submission(plan, SubmissionId(id), id as usize)).collect()
}

fn submission(plan: &Plan, id: SubmissionId, layer: usize) -> Group<'_> {
    let job = plan.submission(id);
    let steps = job.steps.iter().map(|id| (*id, plan.step(*id))).collect();
    let title = Some(format!("Azure ML job pipeline{}.json", job.suffix));
    Group { title, steps, layer, needs: Vec::new(), is_gate: false }
}

/// Where a step runs, in a word or two; `None` when its task says that itself.
fn place(step: &Step) -> Option<String> {
    match &step.place {
        Place::AzureMl(place) => Some(match place.compute.as_ref()? {
            Setting::Fixed(name) => name.text(),
            Setting::Reference(_) => "a cluster that a parameter names".to_owned(),
        }),
        Place::Ci(place) => Some(match &place.container {
            Some(container) => {
                // What an image of the project is built of is not for people to read.
                let own = place.image.and_then(|_| container.split(":src-").next());
                let container = own.unwrap_or(container);
                format!("{} in {container}", place.runner.github.join(" "))
            }
            None => place.runner.github.join(" "),
        }),
    }
}

/// The kind, the approval, and what else people look for at a step.
fn notes(step: &Step) -> Vec<String> {
    let mut notes = Vec::new();
    match (&step.task, step.task.word()) {
        (_, "run") => {}
        (Task::Component(component), kind) => {
            let pipeline = component.component.pipeline().map(|name| format!("{kind} {name}"));
            notes.push(pipeline.unwrap_or_else(|| kind.to_owned()));
        }
        (Task::Own(own), _) => notes.push(own.words()),
        (_, kind) => notes.push(kind.to_owned()),
    }
    notes.extend(step.approval.iter().map(|environment| format!("approval in {environment}")));
    let registered = step.outputs.iter().filter_map(|output| output.register.as_ref());
    notes.extend(registered.map(|(name, _)| format!("registers {name}")));
    notes
}

/// The output that flows along an edge; empty when only order does.
fn flow<'a>(plan: &'a Plan, edge: &Edge) -> &'a str {
    edge.output.map_or("", |index| &plan.step(edge.from).outputs[index as usize].name)
}

/// Where a trigger lives; several only when the author asked.
fn homes(trigger: &Trigger) -> String {
    let homes: Vec<&str> = trigger.homes.iter().map(|home: &Home| home.word()).collect();
    homes.join(", ")
}

/// What fires a trigger, whether it does, and in which stages.
fn firing(plan: &Plan, id: TriggerId) -> String {
    let trigger = plan.trigger(id);
    let tags = trigger.event().map_or(&[][..], Event::tags).iter();
    let tags = tags.map(|(name, value)| format!(", tag {name}: {value}"));
    let words = trigger.kind.words() + &tags.collect::<String>();
    match plan.fires_in(id).as_deref() {
        None => format!("{words} (disabled)"),
        Some([]) => words,
        Some(stages) => format!("{words} (in {})", stages.join(", ")),
    }
}

/// What pipelines start of each other by what they do, whatever starts them.
fn set_off(plans: &[&Plan]) -> Vec<Link> {
    links(plans).into_iter().filter(|link| link.trigger.is_none()).collect()
}

/// What brings the events of a trigger to what it starts; empty for triggers of other kinds.
fn brought_by(plan: &Plan, id: TriggerId) -> String {
    let is_event = plan.trigger(id).event().is_some();
    let stage = plan.each_stage().find(|plan| plan.wired().any(|handoff| handoff.id == id));
    stage.filter(|_| is_event).map(|plan| plan.logic_app_name(id)).unwrap_or_default()
}

/// The triggers, with their ids.
fn triggers(plan: &Plan) -> impl Iterator<Item = (TriggerId, &Trigger)> {
    (0..).map(TriggerId).zip(&plan.triggers)
}

/// The steps that start first: those of the slice that wait for nothing in it.
fn heads<'a>(plan: &'a Plan, trigger: &'a Trigger) -> impl Iterator<Item = StepId> + 'a {
    let mut inside = vec![false; plan.steps.len()];
    trigger.slice.iter().for_each(|step| inside[step.0 as usize] = true);
    let mut waits = vec![false; plan.steps.len()];
    for edge in plan.edges.iter().filter(|edge| inside[edge.from.0 as usize]) {
        waits[edge.to.0 as usize] = true;
    }
    trigger.slice.iter().copied().filter(move |step| !waits[step.0 as usize])
}

/// The edges that lead to each step.
fn edges_into(plan: &Plan) -> Vec<Vec<&Edge>> {
    let mut into = vec![Vec::new(); plan.steps.len()];
    for edge in &plan.edges {
        into[edge.to.0 as usize].push(edge);
    }
    into
}

/// The id of a step's vertex, among the plans that are drawn together.
fn node(index: usize, id: StepId) -> String {
    format!("p{index}s{}", id.0)
}

/// What stands in a step's vertex, a line each.
fn label(step: &Step) -> String {
    let mut lines = vec![step.name.clone()];
    lines.extend(place(step));
    lines.extend(notes(step));
    lines.join("\n")
}
