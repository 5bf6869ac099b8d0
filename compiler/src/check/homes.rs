//! The one home of each trigger, and whether it can fire there.

use super::names::Context;
use super::steps::needs_ci_fact;
use super::triggers::{Ground, Named, Sliced};
use super::{calls, events};
use crate::diagnostics::{CANNOT_EXPRESS, Diagnostic, HOME, Sink};
use crate::plan::{Home, Reference, Source, Timing, TriggerKind};
use crate::spec::timing;
use crate::spec::triggers::HomeWord;

/// Azure Pipelines starts about so many scheduled runs of a pipeline in a week ("Configure schedules
/// for pipelines", limits).
const MOST_RUNS_A_WEEK: u32 = 1_000;

/// The slice that a trigger starts, and where it lives. Depends on spec and project alone.
pub(crate) fn choose(
    cx: &Context<'_>,
    ground: &Ground<'_>,
    (named, others): (&Named<'_>, &[Named<'_>]),
    default_skip: &[u32],
    sink: &mut Sink,
) -> Option<(Sliced, Vec<Home>)> {
    let skip: Vec<u32> = named.skip.iter().map(|(step, _)| *step).collect();
    let goals: Option<Vec<u32>> =
        named.goals.as_ref().map(|goals| goals.iter().map(|(step, _)| *step).collect());
    let wanted: Vec<HomeWord> = named.spec.home.0.iter().map(|home| home.value).collect();
    let azure_ml = wanted.is_empty() || wanted.contains(&HomeWord::AzureMl);
    if azure_ml {
        let all: Vec<u32> = skip.iter().chain(default_skip).copied().collect();
        let sliced = ground.sliced(goals.as_deref(), &all);
        let why = why_not_azure_ml(cx, ground, named, &sliced);
        let why =
            why.or_else(|| events::why_no_endpoint(ground, named, (others, default_skip), &sliced));
        match why {
            None => return Some((sliced, vec![Home::AzureMl])),
            Some(why) if wanted.contains(&HomeWord::AzureMl) => {
                let at = named.spec.home.0.first().map_or(named.name.span, |home| home.span);
                let message = format!("the trigger `{}` cannot live on Azure ML", named.name.value);
                sink.report(Diagnostic::new(&HOME, at, message).help(why));
                return None;
            }
            Some(why) => calls::holds(named, &why, sink),
        }
    } else {
        calls::holds(named, "`home` says so", sink);
    }
    let homes = ci_homes(ground, named, &wanted, sink)?;
    Some((ground.sliced(goals.as_deref(), &skip), homes))
}

fn why_not_azure_ml(
    cx: &Context<'_>,
    ground: &Ground<'_>,
    named: &Named<'_>,
    sliced: &Sliced,
) -> Option<String> {
    if !named.kind.may_live_on_azure_ml() {
        return Some(format!("Azure ML does not know `{}` triggers", named.kind.key()));
    }
    if !ground.project.targets.contains(&Home::AzureMl) {
        return Some("`targets` does not have azureml".to_owned());
    }
    if sliced.slice.is_empty() || !sliced.slice.findings.severed.is_empty() {
        return Some("without the steps in `defaults.skip` nothing whole is left".to_owned());
    }
    if sliced.is_one_submission() {
        return None;
    }
    let ci = sliced.slice.steps.iter().find(|step| {
        ground.steps[**step as usize].as_ref().is_some_and(|step| !step.is_on_azure_ml())
    });
    Some(match ci {
        Some(step) => format!(
            "the step `{}` runs on CI; a step that counts as done there belongs into `defaults.skip`",
            cx.step_name(*step)
        ),
        None => "its steps are more than one Azure ML job".to_owned(),
    })
}

fn ci_homes(
    ground: &Ground<'_>,
    named: &Named<'_>,
    wanted: &[HomeWord],
    sink: &mut Sink,
) -> Option<Vec<Home>> {
    let manual = named.plan == TriggerKind::Manual;
    let homes: Vec<Home> = match (wanted, manual) {
        ([], true) => ground.project.targets.iter().copied().filter(|home| home.is_ci()).collect(),
        ([], false) => vec![ground.project.ci],
        _ => wanted.iter().map(|home| home.plan()).collect(),
    };
    let missing = homes.iter().find(|home| !ground.project.targets.contains(home));
    if let Some(missing) = missing {
        let at = named.spec.home.0.first().map_or(named.name.span, |home| home.span);
        let message = format!(
            "the trigger `{}` lives on {}, which the project does not write",
            named.name.value,
            missing.word()
        );
        sink.report(
            Diagnostic::new(&HOME, at, message)
                .help("add it to `targets` in mlopsc.yaml, or change `ci` or `home`"),
        );
        return None;
    }
    Some(homes)
}

/// Reports what a home would not run as written.
pub(crate) fn can_fire(
    cx: &Context<'_>,
    ground: &Ground<'_>,
    named: &Named<'_>,
    sliced: &Sliced,
    homes: &[Home],
    sink: &mut Sink,
) {
    if homes.contains(&Home::AzureMl) {
        no_ci_facts(cx, ground, named, sliced, sink);
    }
    let (TriggerKind::Schedule(planned), Some(spec)) = (&named.plan, &named.spec.schedule) else {
        return;
    };
    for home in homes {
        if let Some((why, help)) = why_not_then(*home, planned, spec) {
            let message = format!("{} cannot run this schedule as written: {why}", home.title());
            sink.report(Diagnostic::new(&CANNOT_EXPRESS, spec.span, message).help(help));
        }
    }
}

fn why_not_then(
    home: Home,
    planned: &Timing,
    spec: &crate::spec::triggers::ScheduleSpec,
) -> Option<(String, String)> {
    let reasons = spec.reasons();
    match home {
        Home::AzureMl if planned.azure_ml.is_none() => {
            Some((reasons.azure_ml.reason, reasons.azure_ml.help))
        }
        Home::GitHub if planned.local.is_empty() => {
            Some((reasons.local.reason, reasons.local.help))
        }
        Home::GitHub => {
            let gap = timing::shortest_gap_minutes(&planned.local);
            (gap < 5).then(|| {
                (
                    format!("two runs are {gap} min apart"),
                    "GitHub starts runs at most every 5 minutes".to_owned(),
                )
            })
        }
        Home::AzurePipelines if planned.utc.is_none() => {
            Some((reasons.utc.reason, reasons.utc.help))
        }
        Home::AzurePipelines => {
            let runs = timing::most_runs_a_week(planned.utc.as_deref().unwrap_or_default());
            (runs > MOST_RUNS_A_WEEK).then(|| {
                (
                    format!("it has {runs} runs a week"),
                    format!("Azure Pipelines stops at about {MOST_RUNS_A_WEEK}: run it less often, or let it live elsewhere with `home`"),
                )
            })
        }
        Home::AzureMl | Home::Events => None,
    }
}

/// Azure ML's scheduler knows the released commit, and nothing else of CI.
fn no_ci_facts(
    cx: &Context<'_>,
    ground: &Ground<'_>,
    named: &Named<'_>,
    sliced: &Sliced,
    sink: &mut Sink,
) {
    for index in &sliced.slice.steps {
        let Some(step) = &ground.steps[*index as usize] else { continue };
        let Some(input) = needs_ci_fact(step) else { continue };
        let fact = match &step.inputs[input].source {
            Source::Reference(reference) => fact(reference),
            Source::Literal(_) | Source::Text(_) => "a fact of the CI run".to_owned(),
        };
        let message = format!(
            "the trigger `{}` lives on Azure ML, where {fact} is not known",
            named.name.value
        );
        sink.report(
            Diagnostic::new(&HOME, named.name.span, message)
                .related(cx.step_span(*index), "the step reads it")
                .help(if named.spec.http.is_some() {
                    "make it a parameter, which callers give, or do without"
                } else {
                    "let it live on CI with `home: github`, or do without"
                }),
        );
    }
}

fn fact(reference: &Reference) -> String {
    match reference {
        Reference::GitBranch => "`git.branch`".to_owned(),
        Reference::GitTag => "`git.tag`".to_owned(),
        Reference::RunId => "`run.id`".to_owned(),
        Reference::Variable(name) => format!("`variables.{name}`"),
        Reference::Parameter(_)
        | Reference::Output(..)
        | Reference::Matrix(_)
        | Reference::GitSha
        | Reference::StageName
        | Reference::Secret(_) => "it".to_owned(),
    }
}
