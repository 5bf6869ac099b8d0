//! Azure ML jobs: what crosses their borders, and what their files are called.

use std::collections::BTreeSet;

use crate::check::cut::GroupKind;
use crate::check::slice::EdgeKind;
use crate::check::{Checked, CheckedTrigger, Sliced};
use crate::plan::{
    ParameterId, Plan, Reference, Scalar, StepId, Submission, SubmissionId, SubmissionInput,
    SubmissionOutput, TriggerKind, ValueType, Wire,
};

/// The submissions of a slice, by the index of their group. Equal ones are shared with what is
/// known already.
pub(crate) fn of_slice(
    checked: &Checked<'_>,
    plan: &Plan,
    sliced: &Sliced,
    trigger: Option<&CheckedTrigger>,
    known: &mut Vec<Submission>,
) -> Vec<(u32, SubmissionId)> {
    let mut ids = Vec::new();
    let mut names: BTreeSet<String> = BTreeSet::new();
    let alone = sliced.cut.groups.len() == 1;
    for (group, kind) in (0u32..).zip(sliced.cut.groups.iter().map(|group| &group.kind)) {
        let GroupKind::Submission { name, steps } = kind else { continue };
        let mut submission = build(plan, checked, sliced, group, steps);
        if alone {
            submission.inputs.extend(unread(plan));
        }
        if let Some(trigger) = trigger.filter(|one| matches!(one.kind, TriggerKind::Http(_))) {
            fix(&mut submission, &trigger.with);
        }
        let first = &plan.steps[steps[0] as usize].name;
        let own = name.map(|name| checked.submissions[name as usize].as_str());
        let own = own.filter(|own| !names.contains(*own));
        let further = !ids.is_empty();
        let name = unused(own.unwrap_or(first), &names);
        submission.suffix = suffix(trigger.map(|one| &*one.name.value), further, &name);
        names.insert(name);
        submission.label = match (own, further) {
            (Some(own), _) => own.to_owned(),
            (None, false) => "azureml".to_owned(),
            (None, true) => format!("azureml_{first}"),
        };
        let same = |other: &Submission| {
            other.steps == submission.steps
                && other.fixed == submission.fixed
                && other.inputs == submission.inputs
                && other.outputs == submission.outputs
                && other.wires == submission.wires
        };
        let id = known.iter().position(same).unwrap_or_else(|| {
            known.push(submission);
            known.len() - 1
        });
        #[allow(clippy::cast_possible_truncation)]
        ids.push((group, SubmissionId(id as u32)));
    }
    ids
}

/// The parameters that no step reads. A job that is the whole pipeline takes them too, since who
/// starts it may set them.
fn unread(plan: &Plan) -> impl Iterator<Item = SubmissionInput> {
    let mut read = BTreeSet::new();
    for step in &plan.steps {
        step.references(&mut |reference| {
            if let Reference::Parameter(id) = reference {
                read.insert(id.0);
            }
        });
    }
    let all = (0..).zip(&plan.parameters).filter(move |(id, _)| !read.contains(id));
    all.filter_map(|(id, _)| input(plan, &Reference::Parameter(ParameterId(id))))
}

/// Puts values into the component, as far as its steps read them.
fn fix(submission: &mut Submission, with: &[(ParameterId, Scalar)]) {
    for (id, value) in with {
        let source = Reference::Parameter(*id);
        let before = submission.inputs.len();
        submission.inputs.retain(|input| input.source != source);
        if submission.inputs.len() < before {
            submission.fixed.push((*id, value.clone()));
        }
    }
}

/// The name, with a number behind it when a step and a submission share it.
fn unused(wish: &str, names: &BTreeSet<String>) -> String {
    let numbered = (2..).map(|number| format!("{wish}_{number}"));
    let mut wishes = std::iter::once(wish.to_owned()).chain(numbered);
    wishes.find(|wish| !names.contains(wish)).unwrap_or_default()
}

fn suffix(trigger: Option<&str>, further: bool, name: &str) -> String {
    match (trigger, further) {
        (None, false) => String::new(),
        (None, true) => format!("-{name}"),
        (Some(trigger), false) => format!(".{trigger}"),
        (Some(trigger), true) => format!(".{trigger}-{name}"),
    }
}

fn build(
    plan: &Plan,
    checked: &Checked<'_>,
    sliced: &Sliced,
    group: u32,
    steps: &[u32],
) -> Submission {
    let inside = |step: u32| sliced.cut.group_of[step as usize] == Some(group);
    let mut inputs: Vec<SubmissionInput> = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for step in steps {
        plan.steps[*step as usize].references(&mut |reference| {
            if let Reference::Output(step, _) = reference
                && inside(step.0)
            {
                return;
            }
            if seen.insert(reference.clone()) {
                inputs.extend(input(plan, reference));
            }
        });
    }
    Submission {
        suffix: String::new(),
        label: String::new(),
        steps: steps.iter().map(|step| StepId(*step)).collect(),
        fixed: Vec::new(),
        inputs,
        outputs: promoted(plan, checked, sliced, &inside),
        wires: wires(plan, checked, sliced, &inside),
    }
}

fn input(plan: &Plan, reference: &Reference) -> Option<SubmissionInput> {
    let (name, kind) = match reference {
        Reference::Parameter(id) => {
            let parameter = plan.parameter(*id);
            (parameter.name.clone(), parameter.kind)
        }
        Reference::Output(step, output) => {
            (plan.input_port(*step, *output), plan.step(*step).given(*output))
        }
        // The files of each stage say it.
        Reference::StageName => return None,
        Reference::Matrix(_)
        | Reference::GitSha
        | Reference::GitBranch
        | Reference::GitTag
        | Reference::RunId
        | Reference::Variable(_)
        | Reference::Secret(_) => (reference.ambient_input()?, ValueType::String),
    };
    Some(SubmissionInput { name, kind, source: reference.clone() })
}

/// Outputs of the pipeline, and those that something of the slice outside the job reads.
fn promoted(
    plan: &Plan,
    checked: &Checked<'_>,
    sliced: &Sliced,
    inside: &dyn Fn(u32) -> bool,
) -> Vec<SubmissionOutput> {
    let crossing = sliced.slice.edges.iter().filter_map(|edge| {
        let site = checked.edges[*edge];
        let output = site.output?;
        (inside(site.from) && !inside(site.to)).then_some((site.from, output))
    });
    let own = plan.outputs.iter().filter(|own| inside(own.step.0));
    let mut ports: Vec<(u32, u32)> =
        crossing.chain(own.map(|own| (own.step.0, own.output))).collect();
    ports.sort_unstable();
    ports.dedup();
    let each = ports.into_iter().map(|(step, output)| SubmissionOutput {
        name: plan.port(StepId(step), output),
        step: StepId(step),
        output,
    });
    each.collect()
}

/// Order that no data keeps, as far as it is not implied.
fn wires(
    plan: &Plan,
    checked: &Checked<'_>,
    sliced: &Sliced,
    inside: &dyn Fn(u32) -> bool,
) -> Vec<Wire> {
    let (mut data, mut order) = (std::collections::BTreeSet::new(), Vec::new());
    for edge in sliced.slice.all_edges(&edges_of(checked)) {
        if !inside(edge.from) || !inside(edge.to) {
            continue;
        }
        match edge.kind {
            EdgeKind::Data => {
                data.insert((edge.from, edge.to));
            }
            EdgeKind::Order | EdgeKind::Handover => order.push((edge.from, edge.to)),
        }
    }
    order.retain(|edge| !data.contains(edge));
    order.sort_unstable_by_key(|(from, to)| (*to, *from));
    order.dedup();
    let implied = sliced.slice.dag.implied(&order, |_| true);
    let kept = order.into_iter().zip(implied).filter(|(_, implied)| !implied);
    let each = kept.map(|((tail, head), _)| Wire {
        tail: StepId(tail),
        tail_output: (!plan.steps[tail as usize].outputs.is_empty()).then_some(0),
        head: StepId(head),
    });
    each.collect()
}

fn edges_of(checked: &Checked<'_>) -> Vec<crate::check::slice::Edge> {
    let each = checked.edges.iter().map(|site| crate::check::slice::Edge {
        from: site.from,
        to: site.to,
        kind: if site.output.is_some() { EdgeKind::Data } else { EdgeKind::Order },
    });
    each.collect()
}
