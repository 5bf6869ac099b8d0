//! Opinions: one file a rule. A project sets their levels, a comment allows them.

mod unused_parameter;

use crate::ProjectFile;
use crate::check::Checked;
use crate::diagnostics::{Diagnostic, Level, Rule, Sink, UNKNOWN_REFERENCE, UNUSED_ALLOW, rule};
use crate::source::Span;
use crate::spec::Allow;
use crate::spec::project::{LintLevel, ProjectSpec};

/// Looks at a spec that holds.
type Lint = fn(&Checked<'_>, &mut Sink);

/// Every rule.
static LINTS: &[Lint] = &[unused_parameter::lint];

/// Runs all rules.
pub fn lint(checked: &Checked<'_>, _: &ProjectSpec, sink: &mut Sink) {
    for lint in LINTS {
        lint(checked, sink);
    }
}

/// Takes away what the author allows, sets the levels that the project wants, and says which
/// permissions are not needed.
pub fn settle(found: Vec<Diagnostic>, allows: &[Allow], project: &ProjectFile) -> Vec<Diagnostic> {
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
    for (allow, used) in allows.iter().zip(used) {
        kept.extend(unused(allow, used || errors));
    }
    kept
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
fn level(rule: &Rule, project: &ProjectFile) -> Option<Level> {
    let said = project.spec.lint.get(rule.name).and_then(|item| item.value.as_ref());
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
        None => Some(Diagnostic::new(
            &UNKNOWN_REFERENCE,
            span,
            format!("there is no diagnostic `{name}`"),
        )),
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
