//! Opinions: one file a rule. A project sets their levels, a comment allows them.

mod address_as_text;
mod aging_runner;
mod artifact_elsewhere;
mod boolean_spelling;
mod build_id_kills_reuse;
mod busy_minute;
mod bytes_of_table;
mod dangerous_option;
mod fixed_version;
mod ignored_failure;
mod literal_secret;
mod lost_cache;
mod lost_concurrency;
mod lost_events;
mod lost_fail_fast;
mod lost_failure;
mod lost_retry;
mod lost_timeout;
mod lost_title;
mod missing_code;
mod missing_data;
mod missing_path;
mod name_style;
mod never_true;
mod output_not_written;
mod platform_command;
mod rare_schedule_day;
mod root_above;
mod runner_variable;
mod secret_outside_environment;
mod self_hosted_runner;
mod shared_output;
mod subject_per_branch;
mod token_publishing;
mod unapplied_trigger;
mod unknown_python;
mod unpinned_component;
mod unpinned_image;
mod unpinned_install;
mod unread_input;
mod unused_parameter;
mod verbatim_command;

use crate::check::Checked;
use crate::diagnostics::{
    Diagnostic, Level, RULES, Rule, Sink, UNKNOWN_REFERENCE, UNUSED_ALLOW, near_miss, rule,
};
use crate::plan::TriggerKind;
use crate::source::{FileId, Span};
use crate::spec::Allow;
use crate::spec::project::{LintLevel, ProjectSpec};

/// Looks at a spec that holds.
type Lint = fn(&Checked<'_>, &mut Sink);
/// Looks at a project file.
type ProjectLint = fn(&ProjectSpec, &mut Sink);

/// Every rule for specs.
static LINTS: &[Lint] = &[
    address_as_text::lint,
    aging_runner::lint,
    artifact_elsewhere::lint,
    boolean_spelling::lint,
    build_id_kills_reuse::lint,
    busy_minute::lint,
    bytes_of_table::lint,
    dangerous_option::lint,
    fixed_version::lint,
    ignored_failure::lint,
    literal_secret::lint,
    lost_cache::lint,
    lost_concurrency::lint,
    lost_events::lint,
    lost_fail_fast::lint,
    lost_failure::lint,
    lost_retry::lint,
    lost_timeout::lint,
    lost_title::lint,
    missing_code::lint,
    missing_data::lint,
    missing_path::lint,
    name_style::lint,
    never_true::lint,
    output_not_written::lint,
    platform_command::lint,
    rare_schedule_day::lint,
    runner_variable::lint,
    secret_outside_environment::lint,
    shared_output::lint,
    subject_per_branch::lint,
    token_publishing::lint,
    unapplied_trigger::lint,
    unknown_python::lint,
    unpinned_component::lint,
    unpinned_image::lint,
    unpinned_install::lint,
    unread_input::lint,
    unused_parameter::lint,
    verbatim_command::lint,
];

/// Every rule for project files.
static PROJECT_LINTS: &[ProjectLint] = &[
    self_hosted_runner::lint_project,
    secret_outside_environment::lint_project,
    unknown_python::lint_project,
    unpinned_image::lint_project,
];

/// Runs all rules for specs.
pub fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    for lint in LINTS {
        lint(checked, sink);
    }
}

/// Runs all rules for project files; `above` is the way from this one to the repository's root.
pub fn lint_project(project: &ProjectSpec, file: FileId, above: &str, sink: &mut Sink) {
    root_above::lint_project(project, file, above, sink);
    for lint in PROJECT_LINTS {
        lint(project, sink);
    }
}

/// Takes away what the author allows, sets the levels that the project wants, and says which
/// permissions are not needed.
pub fn settle(found: Vec<Diagnostic>, allows: &[Allow], project: &ProjectSpec) -> Vec<Diagnostic> {
    let mut used = vec![false; allows.len()];
    let mut kept = Vec::with_capacity(found.len());
    for mut diagnostic in found {
        if diagnostic.rule.level == Level::Error {
            kept.push(diagnostic);
            continue;
        }
        if let Some(allow) = allows.iter().position(|allow| covers(allow, &diagnostic)) {
            used[allow] = true;
            continue;
        }
        match level(diagnostic.rule, project) {
            Some(level) => diagnostic.level = level,
            None => continue,
        }
        kept.push(diagnostic);
    }
    let errors = kept.iter().any(|diagnostic| diagnostic.level == Level::Error);
    let mut unneeded = Sink::new();
    for (allow, used) in allows.iter().zip(used) {
        if let Some(diagnostic) = unused(allow, used || errors) {
            unneeded.report(diagnostic);
        }
    }
    kept.extend(unneeded.into_items());
    kept
}

/// The other way out for a trigger that lives on Azure ML, where there is one.
fn or_ci(checked: &Checked<'_>, kind: &TriggerKind) -> String {
    let ci = checked.project.ci;
    if matches!(kind, TriggerKind::Schedule(_)) && checked.project.targets.contains(&ci) {
        format!(", or let it live on CI with `home: {}`", ci.word())
    } else {
        String::new()
    }
}

fn covers(allow: &Allow, diagnostic: &Diagnostic) -> bool {
    let inside = |covers: Span| {
        covers.file == diagnostic.span.file
            && covers.start <= diagnostic.span.start
            && diagnostic.span.start <= covers.end
    };
    allow.name.value == diagnostic.rule.name && allow.covers.is_none_or(inside)
}

/// The project's level for a rule; `None`: it is off.
fn level(rule: &Rule, project: &ProjectSpec) -> Option<Level> {
    let said = project.lint.get(rule.name).and_then(|item| item.value.as_ref());
    match said.map(|level| level.value) {
        Some(LintLevel::Error) => Some(Level::Error),
        Some(LintLevel::Warning) => Some(Level::Warning),
        Some(LintLevel::Off) => None,
        None => Some(rule.level),
    }
}

/// What is wrong with a permission itself.
fn unused(allow: &Allow, used: bool) -> Option<Diagnostic> {
    let (name, span) = (&allow.name.value, allow.name.span);
    match rule(name) {
        None => {
            let message = format!("there is no diagnostic `{name}`");
            let diagnostic = Diagnostic::new(&UNKNOWN_REFERENCE, span, message);
            Some(match near_miss(name, RULES.iter().map(|rule| rule.name)) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(span, near),
                None => diagnostic.help("`mlopsc explain` lists all"),
            })
        }
        Some(rule) if rule.level == Level::Error => {
            let message = format!("`{name}` is an error and cannot be allowed");
            Some(Diagnostic::new(&UNUSED_ALLOW, span, message))
        }
        Some(_) if used => None,
        Some(_) => {
            let message = format!("nothing here needs `allow({name})`");
            Some(Diagnostic::new(&UNUSED_ALLOW, span, message).help("remove it"))
        }
    }
}
