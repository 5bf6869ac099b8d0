//! Stages: what a spec and its project say of them must lead somewhere.

use super::names::{Context, unknown};
use super::triggers::Ground;
use crate::diagnostics::{
    BAD_VALUE, CANNOT_EXPRESS, CONFLICT, Diagnostic, LIMIT, NOT_SUPPORTED, Sink, UNKNOWN_COMPUTE,
    UNKNOWN_ENVIRONMENT, UNKNOWN_REFERENCE,
};
use crate::plan::{Home, OwnWork, Project, Reference, Source, Stage, StageId, Step, StepId, Task};
use crate::source::{Span, Spanned};
use crate::spec::Spec;
use crate::spec::matrix::OrMatrix;
use crate::spec::project::{AzureSpec, LoginWord, ProjectSpec};
use crate::spec::stages::SpecStage;
use crate::spec::steps::StepSpec;

/// Each stage is checked and written anew, and people choose one of them.
const MOST_STAGES: usize = 10;
/// Names of schedules and jobs hold the stage's.
const LONGEST_NAME: usize = 30;

/// The stages of a project.
pub(crate) fn stages(spec: &ProjectSpec) -> Vec<Stage> {
    let stage = |item: &crate::spec::dict::Item<crate::spec::stages::StageSpec>| {
        let said = item.value.as_ref();
        let approval = said.and_then(|stage| stage.approval.as_ref());
        let approval = approval.map(|it| it.value.0.clone());
        let groups = said.into_iter().flat_map(|stage| &stage.variable_groups.0);
        let variable_groups = groups.map(|group| group.value.clone()).collect();
        Stage { name: item.name.value.clone(), approval, variable_groups }
    };
    spec.stages.items.iter().map(stage).collect()
}

/// What is wrong with the stages of a project file.
pub(crate) fn project_holds(spec: &ProjectSpec, sink: &mut Sink) {
    if let Some(item) = spec.stages.items.get(MOST_STAGES) {
        let message = format!("a project has at most {MOST_STAGES} stages");
        let help = "a stage is a place such as dev, test and prod; what varies more is a parameter";
        sink.report(Diagnostic::new(&LIMIT, item.name.span, message).help(help));
    }
    if let Some(stage) = spec.defaults.as_ref().and_then(|defaults| defaults.stage.as_ref()) {
        let message = "a project has no default stage of steps";
        let help = "runs for which nobody chooses are in the first of `stages`: put that one first; or write `stage` in a spec";
        sink.report(Diagnostic::new(&CONFLICT, stage.span, message).help(help));
    }
    for item in &spec.stages.items {
        if item.name.value.len() > LONGEST_NAME {
            let message = format!("a stage's name has at most {LONGEST_NAME} letters");
            sink.report(Diagnostic::new(&LIMIT, item.name.span, message).help("shorten it"));
        }
        let Some(stage) = &item.value else { continue };
        for name in stage.compute.items.iter().map(|it| &it.name) {
            if spec.compute.get(&name.value).is_none() {
                let known = spec.compute.names();
                sink.report(unknown(&UNKNOWN_COMPUTE, name.span, "compute", &name.value, known));
            }
        }
        for name in stage.environments.items.iter().map(|it| &it.name) {
            if spec.environments.get(&name.value).is_none() {
                let (rule, known) = (&UNKNOWN_ENVIRONMENT, spec.environments.names());
                sink.report(unknown(rule, name.span, "environment", &name.value, known));
            }
        }
        for name in stage.datastores.items.iter().map(|it| &it.name) {
            if spec.datastores.get(&name.value).is_none() {
                let (rule, known) = (&UNKNOWN_REFERENCE, spec.datastores.names());
                sink.report(unknown(rule, name.span, "datastore", &name.value, known));
            }
        }
        super::events::datastores(&stage.datastores, sink);
        super::events::wiring(stage.events.as_ref(), &spec.datastores, sink);
        if let Some(azure) = &stage.azure {
            super::project::azure(Some(azure), sink);
            same_login(spec, azure, sink);
        }
    }
}

/// One file signs in to all stages.
fn same_login(spec: &ProjectSpec, own: &AzureSpec, sink: &mut Sink) {
    let shared = spec.azure.as_ref().and_then(|azure| azure.login.as_ref());
    let shared = shared.map_or(LoginWord::Oidc, |login| login.value);
    if let Some(login) = own.login.as_ref().filter(|login| login.value != shared) {
        let message = "stages that sign in in different ways are not supported yet";
        let help = format!("all stages sign in with `login: {}`; remove this", shared.word());
        sink.report(Diagnostic::new(&NOT_SUPPORTED, login.span, message).help(help));
    }
}

/// The names of the stages.
pub(crate) fn names<'a>(cx: &Context<'a>) -> impl Iterator<Item = &'a str> {
    cx.project.stages.names()
}

/// The stage of a name, or a report.
pub(crate) fn find(cx: &Context<'_>, name: &Spanned<String>, sink: &mut Sink) -> Option<StageId> {
    let found = number(cx, &name.value);
    if found.is_none() {
        sink.report(no_such_stage(cx.project, name));
    }
    found
}

fn number(cx: &Context<'_>, name: &str) -> Option<StageId> {
    let at = names(cx).position(|known| known == name)?;
    u32::try_from(at).ok().map(StageId)
}

fn no_such_stage(project: &ProjectSpec, name: &Spanned<String>) -> Diagnostic {
    if project.stages.items.is_empty() {
        let message = format!("there is no stage `{}`: the project has none", name.value);
        return Diagnostic::new(&UNKNOWN_REFERENCE, name.span, message).help(NO_STAGES);
    }
    unknown(&UNKNOWN_REFERENCE, name.span, "stage", &name.value, project.stages.names())
}

const NO_STAGES: &str =
    "write `stages: { dev: {}, prod: {} }` in mlopsc.yaml, each with what is different in it";

/// `stage.name`, where there are stages.
pub(crate) fn name(cx: &Context<'_>, at: Span, sink: &mut Sink) -> Option<Reference> {
    if cx.project.stages.items.is_empty() {
        let message = "the project has no stages";
        sink.report(Diagnostic::new(&UNKNOWN_REFERENCE, at, message).help(NO_STAGES));
        return None;
    }
    Some(Reference::StageName)
}

/// The stage that a step always runs in; that it exists was proved.
pub(crate) fn of_step(cx: &Context<'_>, body: &StepSpec) -> Option<StageId> {
    number(cx, &said(cx, body)?.value)
}

/// Where the author says the stage of a step.
fn said<'a>(cx: &Context<'a>, body: &'a StepSpec) -> Option<&'a Spanned<String>> {
    body.stage.as_ref().or_else(|| by_default(cx))
}

/// Where the author says the stage of steps that say none.
fn by_default<'a>(cx: &Context<'a>) -> Option<&'a Spanned<String>> {
    cx.spec.defaults.as_ref()?.stage.as_ref()
}

/// The stage of a whole spec; that it exists was proved.
pub(crate) fn of_spec(cx: &Context<'_>) -> Option<StageId> {
    number(cx, &cx.spec.stage.as_ref()?.value)
}

/// Whether the stages that the spec and its steps name are there.
pub(crate) fn hold(cx: &Context<'_>, sink: &mut Sink) {
    for stage in cx.spec.stage.iter().chain(by_default(cx)) {
        find(cx, stage, sink);
    }
    for (_, body) in cx.spec.steps.good() {
        if let Some(stage) = &body.stage {
            find(cx, stage, sink);
        }
    }
}

/// What is wrong with what a spec changes in stages.
pub(crate) fn spec_holds(spec: &Spec, project: &ProjectSpec, sink: &mut Sink) {
    for item in &spec.stages.items {
        if project.stages.get(&item.name.value).is_none() {
            sink.report(no_such_stage(project, &item.name));
        } else if let Some(stage) = &item.value {
            parameters_hold(spec, stage, sink);
            entries_hold(spec, project, stage, sink);
            triggers_hold(spec, stage, sink);
            steps_hold(spec, stage, &item.name.value, sink);
        }
    }
    if !project.stages.items.is_empty() {
        no_parameter_called_stage(spec, sink);
    }
}

fn parameters_hold(spec: &Spec, stage: &SpecStage, sink: &mut Sink) {
    for name in stage.parameters.items.iter().map(|item| &item.name) {
        let Some(item) = spec.parameters.get(&name.value) else {
            let known = spec.parameters.names();
            sink.report(unknown(&UNKNOWN_REFERENCE, name.span, "parameter", &name.value, known));
            continue;
        };
        if item.value.as_ref().is_some_and(|it| it.default().is_none() && !it.is_broken()) {
            let message = format!("the parameter `{}` has no default to replace", name.value);
            let help = "give it one; a stage replaces the defaults that there are";
            sink.report(Diagnostic::new(&BAD_VALUE, name.span, message).help(help));
        }
    }
}

fn entries_hold(spec: &Spec, project: &ProjectSpec, stage: &SpecStage, sink: &mut Sink) {
    for name in stage.compute.items.iter().map(|item| &item.name) {
        let mut known = spec.compute.names().chain(project.compute.names());
        if !known.any(|it| it == name.value) {
            let known = spec.compute.names().chain(project.compute.names());
            sink.report(unknown(&UNKNOWN_COMPUTE, name.span, "compute", &name.value, known));
        }
    }
    for name in stage.environments.items.iter().map(|item| &item.name) {
        let mut known = spec.environments.names().chain(project.environments.names());
        if !known.any(|it| it == name.value) {
            let known = spec.environments.names().chain(project.environments.names());
            let rule = &UNKNOWN_ENVIRONMENT;
            sink.report(unknown(rule, name.span, "environment", &name.value, known));
        }
    }
}

fn triggers_hold(spec: &Spec, stage: &SpecStage, sink: &mut Sink) {
    for item in &stage.triggers.items {
        let name = &item.name;
        let Some(known) = spec.triggers.get(&name.value) else {
            let known = spec.triggers.names();
            sink.report(unknown(&UNKNOWN_REFERENCE, name.span, "trigger", &name.value, known));
            continue;
        };
        let endpoint = item.value.as_ref().and_then(|change| change.endpoint.as_ref());
        let publishes = known.value.as_ref().is_none_or(|it| it.http.is_some() || it.broken);
        if let Some(endpoint) = endpoint.filter(|_| !publishes) {
            let message = format!("the trigger `{}` publishes at no endpoint", name.value);
            let help = "only triggers of the kind `http` have one";
            sink.report(Diagnostic::new(&CONFLICT, endpoint.span, message).help(help));
        }
    }
}

fn steps_hold(spec: &Spec, changes: &SpecStage, stage: &str, sink: &mut Sink) {
    for item in &changes.steps.items {
        let name = &item.name;
        let Some(known) = spec.steps.get(&name.value) else {
            let known = spec.steps.names();
            sink.report(unknown(&UNKNOWN_REFERENCE, name.span, "step", &name.value, known));
            continue;
        };
        let Some(step) = known.value.as_ref().filter(|it| !it.broken) else { continue };
        let default = spec.defaults.as_ref().and_then(|defaults| defaults.stage.as_ref());
        let own = step.stage.as_ref().or(default).filter(|own| own.value != stage);
        if step.deploy.is_none() {
            let message = format!("the step `{}` deploys to no endpoint", name.value);
            let help = "only steps of the kind `deploy` have one";
            sink.report(Diagnostic::new(&CONFLICT, name.span, message).help(help));
        } else if let Some(own) = own {
            let message =
                format!("the step `{}` runs in the stage `{}` alone", name.value, own.value);
            let help = "remove it here, and name the endpoint in the step";
            sink.report(
                Diagnostic::new(&CONFLICT, name.span, message)
                    .related(own.span, "the stage")
                    .help(help),
            );
        }
    }
}

/// Where people choose a stage, that is what the choice is called.
fn no_parameter_called_stage(spec: &Spec, sink: &mut Sink) {
    let mut items = spec.parameters.items.iter();
    let taken = items.find(|item| item.name.value.eq_ignore_ascii_case("stage"));
    if let Some(item) = taken {
        let message =
            "in a project with stages, `stage` is what people choose when they start a run";
        let help = "rename the parameter, or refer to `stage.name`";
        sink.report(Diagnostic::new(&CONFLICT, item.name.span, message).help(help));
    }
}

/// What must hold of CI steps in stages.
pub(crate) fn jobs_hold(cx: &Context<'_>, ground: &Ground<'_>, project: &Project, sink: &mut Sink) {
    default_fits(cx, ground, sink);
    nothing_moves(cx, ground, sink);
    versions_stay(cx, ground, sink);
    approvals_hold(cx, ground, project, sink);
    groups_hold(cx, ground, project, sink);
}

/// What a step fetches from Azure ML is found with the variables of the run's stage, and a job has
/// those of one.
fn groups_hold(cx: &Context<'_>, ground: &Ground<'_>, project: &Project, sink: &mut Sink) {
    let has_groups = project.stages.iter().any(|stage| !stage.variable_groups.is_empty());
    if !has_groups || !super::project::targets(cx.project).contains(&Home::AzurePipelines) {
        return;
    }
    for (index, step) in (0u32..).zip(ground.steps) {
        let Some((step, body)) = step.as_ref().zip(cx.step(index)) else { continue };
        if let Some(stage) = body.stage.as_ref().filter(|_| fetches(ground, step)) {
            let message = "this step reads what Azure ML gave in the run's stage, and stages have `variable_groups`";
            let help = "a job of Azure Pipelines has the groups of one stage: read it in a step of the run's stage, which hands it on";
            sink.report(Diagnostic::new(&CANNOT_EXPRESS, stage.span, message).help(help));
        }
    }
}

/// What a run does on Azure ML is in one workspace, that of the run's stage.
fn default_fits(cx: &Context<'_>, ground: &Ground<'_>, sink: &mut Sink) {
    let Some(stage) = by_default(cx).filter(|stage| number(cx, &stage.value).is_some()) else {
        return;
    };
    let on_azure_ml = |step: &Option<Step>| step.as_ref().is_some_and(Step::is_on_azure_ml);
    let Some(at) = ground.steps.iter().position(on_azure_ml) else { return };
    let at = u32::try_from(at).unwrap_or_default();
    let message = format!("`{}` runs on Azure ML, in the stage of the run", cx.step_name(at));
    let help = format!(
        "write `stage: {}` at the root of the spec, for all that it runs, or on each CI step",
        stage.value
    );
    sink.report(
        Diagnostic::new(&CONFLICT, stage.span, message)
            .related(cx.step_span(at), "this step")
            .help(help),
    );
}

/// What a job that signs in to Azure may be in a stage with an approval: it is in the stage's
/// environment, and never the first of the stage when something failed.
fn approvals_hold(cx: &Context<'_>, ground: &Ground<'_>, project: &Project, sink: &mut Sink) {
    if project.stages.iter().all(|stage| stage.approval.is_none()) {
        return;
    }
    for (index, step) in (0u32..).zip(ground.steps) {
        let Some((step, body)) = step.as_ref().zip(cx.step(index)) else { continue };
        let fetches = fetches(ground, step);
        if !step.signs_in() && !fetches {
            continue;
        }
        // What it fetches is in the stage of the run.
        let may_be = |at: usize| fetches || step.stage.is_none_or(|own| own.0 as usize == at);
        let own = body.approval.as_ref().or(body.ci_environment.as_ref());
        let own = own.map(|own| (own.value.0.clone(), own.span, None));
        let own = own.or_else(|| of_image(cx, step, body).filter(|_| step.signs_in()));
        let stages = project.stages.iter().enumerate().filter(|(at, _)| may_be(*at));
        let clash = stages.filter_map(|(_, stage)| Some((stage, stage.approval.as_ref()?)));
        if let Some((own, at, image)) = own
            && let Some((stage, approval)) = clash.into_iter().find(|(_, it)| **it != own)
        {
            let message = format!(
                "a CI job belongs to one environment, and in the stage `{}` that is `{approval}`",
                stage.name
            );
            let help = "name the same one, give the step a `stage` of its own, or leave this out";
            let of_stage = cx.project.stages.get(&stage.name).and_then(|item| item.value.as_ref());
            let of_stage = of_stage.and_then(|stage| stage.approval.as_ref());
            let others = [
                (of_stage.map(|approval| approval.span), "the environment of the stage"),
                (image, "the environment of the image's registry"),
            ];
            let diagnostic = Diagnostic::new(&CONFLICT, at, message).help(help);
            sink.report(others.into_iter().fold(diagnostic, |said, (other, label)| match other {
                Some(other) => said.related(other, label),
                None => said,
            }));
        }
    }
}

/// The environment that has the secrets of the registry of a step's image: where the step names the
/// image, and where the image has the environment.
fn of_image(
    cx: &Context<'_>,
    step: &Step,
    body: &StepSpec,
) -> Option<(String, Span, Option<Span>)> {
    let images = cx.built.borrow();
    let image = images.get(step.image()?.0 as usize)?;
    let name = image.environment.clone()?;
    let spec = cx.project.images.get(&image.name).and_then(|item| item.value.as_ref());
    let said = spec.and_then(|image| image.registry.ci_environment.as_ref()).map(|it| it.span);
    Some((name, body.container.as_ref().map_or(body.span, OrMatrix::span), said))
}

/// Whether a step needs files that an Azure ML job gave.
fn fetches(ground: &Ground<'_>, step: &Step) -> bool {
    !matches!(step.task, Task::Own(_)) && reads_azure_ml(ground, step)
}

/// Whether a CI step reads what an Azure ML job gave.
fn reads_azure_ml(ground: &Ground<'_>, step: &Step) -> bool {
    let on_azure_ml =
        |id: StepId| ground.steps[id.0 as usize].as_ref().is_some_and(Step::is_on_azure_ml);
    !step.is_on_azure_ml()
        && step.inputs.iter().any(|input| match &input.source {
            Source::Reference(Reference::Output(from, _)) => {
                !input.kind.is_scalar() && on_azure_ml(*from)
            }
            Source::Reference(_) | Source::Literal(_) | Source::Text(_) => false,
        })
}

/// Versions count anew in each workspace: what was registered in one stage is another model in the
/// next.
fn versions_stay(cx: &Context<'_>, ground: &Ground<'_>, sink: &mut Sink) {
    for (index, step) in (0u32..).zip(ground.steps) {
        let Some((step, body)) = step.as_ref().zip(cx.step(index)) else { continue };
        let Task::Own(own) = &step.task else { continue };
        let mut foreign = None;
        own.references(&mut |reference| {
            let Reference::Output(from, _) = reference else { return };
            let registers = ground.steps[from.0 as usize].as_ref().filter(|it| is_register(it));
            if own.deploy().is_some() && registers.is_some_and(|it| it.stage != step.stage) {
                foreign = Some(*from);
            }
        });
        let Some(from) = foreign else { continue };
        let message = format!(
            "the version that `{}` registers counts in another stage's workspace",
            cx.step_name(from.0)
        );
        let help = "register the model in this stage, too, and deploy that version";
        let at = said(cx, body).map_or(cx.step_span(index), |stage| stage.span);
        sink.report(Diagnostic::new(&CONFLICT, at, message).help(help));
    }
}

fn is_register(step: &Step) -> bool {
    matches!(&step.task, Task::Own(own) if matches!(**own, OwnWork::Register(_)))
}

/// What a run made on Azure ML is in the workspace of its stage, and nowhere else.
fn nothing_moves(cx: &Context<'_>, ground: &Ground<'_>, sink: &mut Sink) {
    for (index, step) in (0u32..).zip(ground.steps) {
        let Some((step, body)) = step.as_ref().zip(cx.step(index)) else { continue };
        let stage = body.stage.as_ref().filter(|_| matches!(step.task, Task::Own(_)));
        if let Some(stage) = stage.filter(|_| reads_azure_ml(ground, step)) {
            let message = "what a run made on Azure ML in its own stage cannot be taken to another one by itself yet";
            let help =
                "leave `stage` out; or fetch the output in a CI step, and give it on from there";
            sink.report(Diagnostic::new(&NOT_SUPPORTED, stage.span, message).help(help));
        }
    }
}
