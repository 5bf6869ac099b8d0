//! What lives in Azure, and what its release waits for.

use std::collections::BTreeSet;

use super::workflows;
use crate::check::Checked;
use crate::plan::{
    ComponentPlace, Environment, Home, ParameterId, Place, Plan, Release, Scalar, Source, StageId,
    Staging, Step, Task, TriggerId, ValueType,
};

/// The release of a plan whose triggers and submissions are there; `None` when nothing lives in
/// Azure.
pub(crate) fn release(checked: &Checked<'_>, plan: &Plan) -> Option<Release> {
    let triggers: Vec<TriggerId> = (0u32..)
        .zip(&plan.triggers)
        // Events start what is published, and are nothing of their own there.
        .filter(|(_, it)| it.homes.contains(&Home::AzureMl) && it.event().is_none())
        .map(|(index, _)| TriggerId(index))
        .collect();
    let is_wired = plan.project.targets.contains(&Home::Events) && plan.handoffs().next().is_some();
    if triggers.is_empty() && !is_wired {
        return None;
    }
    let checks = checked.release_checks.as_ref();
    let staging = plan.stage.map_or(Staging::None, |_| Staging::Fixed(StageId::FIRST));
    let checks = checks.map(|sliced| workflows::jobs(plan, sliced, &[], staging));
    Some(Release {
        id: format!("{}-release", plan.name),
        home: plan.project.release_home(),
        inputs: inputs(plan, &triggers),
        triggers,
        checks: checks.unwrap_or_default(),
        staging,
    })
}

/// Files and folders that the jobs refer to.
fn inputs(plan: &Plan, triggers: &[TriggerId]) -> Vec<String> {
    let mut paths = BTreeSet::new();
    for trigger in triggers.iter().map(|id| plan.trigger(*id)) {
        for (id, value) in &trigger.with {
            data(plan, *id, value, &mut paths);
        }
        let Some(submission) = trigger.submission else { continue };
        for step in &plan.submission(submission).steps {
            step_inputs(plan.step(*step), &mut paths);
            used_inputs(plan, plan.step(*step), &mut BTreeSet::new(), &mut paths);
        }
    }
    for (id, parameter) in (0..).map(ParameterId).zip(&plan.parameters) {
        if let Some(value) = &parameter.default {
            data(plan, id, value, &mut paths);
        }
    }
    if plan.project.targets.contains(&Home::Events) && plan.wired().next().is_some() {
        paths.extend(["json", "bicep", "parameters.json"].map(|ending| plan.wiring_path(ending)));
    }
    outermost(paths)
}

/// The value of a data parameter.
fn data(plan: &Plan, id: ParameterId, value: &Scalar, paths: &mut BTreeSet<String>) {
    let kind = plan.parameter(id).kind;
    if let (false, Scalar::Text(text)) = (kind.is_scalar(), value) {
        local(text, kind, paths);
    }
}

/// What no folder of the list holds already. In their order, a folder comes before all in it.
pub(crate) fn outermost(paths: BTreeSet<String>) -> Vec<String> {
    if paths.contains(ROOT) {
        return vec![ROOT.to_owned()];
    }
    let mut kept: Vec<String> = Vec::with_capacity(paths.len());
    for path in paths {
        let covers = |folder: &String| folder.ends_with('/') && path.starts_with(folder.as_str());
        if !kept.last().is_some_and(covers) {
            kept.push(path);
        }
    }
    kept
}

/// What the steps of another spec refer to, and of those that it uses.
fn used_inputs<'a>(
    plan: &'a Plan,
    step: &'a Step,
    seen: &mut BTreeSet<&'a str>,
    paths: &mut BTreeSet<String>,
) {
    let Task::Component(component) = &step.task else { return };
    let ComponentPlace::Made(path) = &component.component else { return };
    for step in plan.used_at(path).filter(|_| seen.insert(path)).iter().flat_map(|it| &it.steps) {
        step_inputs(step, paths);
        used_inputs(plan, step, seen, paths);
    }
}

fn step_inputs(step: &Step, paths: &mut BTreeSet<String>) {
    match &step.task {
        Task::Command(command) => paths.extend(command.code.as_deref().map(folder)),
        Task::Component(_) | Task::Own(_) => {}
        Task::Native(native) => paths.extend(native.code.as_deref().map(folder)),
        Task::FanOut(fan_out) => {
            paths.insert(folder(&fan_out.code));
        }
    }
    if let Some(component) = step.task.component() {
        match &component.component {
            ComponentPlace::File(path) => {
                paths.insert(path.clone());
            }
            ComponentPlace::Made(_) | ComponentPlace::Registered(_) => {}
        }
        paths.extend(component.files.iter().cloned());
    }
    if let Place::AzureMl(place) = &step.place {
        match &place.environment {
            Some(Environment::Image { conda: Some(conda), .. }) => {
                paths.insert(conda.clone());
            }
            Some(Environment::Build { folder: built, .. }) => {
                paths.insert(folder(built));
            }
            Some(Environment::Image { conda: None, .. } | Environment::Reference(_)) | None => {}
        }
    }
    for input in &step.inputs {
        if let (false, Source::Literal(Scalar::Text(text))) =
            (input.kind.is_scalar(), &input.source)
        {
            local(text, input.kind, paths);
        }
    }
}

/// The project's root, as a folder.
const ROOT: &str = "/";

/// A folder ends in `/`, so that targets can tell it from a file.
fn folder(path: &str) -> String {
    format!("{path}/")
}

/// Data in the repository, as against an address.
fn local(text: &str, kind: ValueType, paths: &mut BTreeSet<String>) {
    if !text.contains(':') {
        paths.insert(if kind.is_single_file() { text.to_owned() } else { folder(text) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_stands_for_all_in_it() {
        let kept = |paths: &[&str]| outermost(paths.iter().map(|&path| path.to_owned()).collect());
        assert_eq!(kept(&["src/score/", "src/", "src/a.py", "src.py"]), ["src.py", "src/"]);
        assert_eq!(kept(&["a/b/", "a/c/"]), ["a/b/", "a/c/"]);
        assert_eq!(kept(&["/", ".env", "src/"]), ["/"]);
    }
}
