//! Steps whose work is not a command of the author's: what they take, and what they read.

use super::binder::StepBinder;
use super::surroundings;
use crate::diagnostics::{BAD_VALUE, CONFLICT, Diagnostic, Sink, UNKNOWN_REFERENCE};
use crate::plan::{Text as PlanText, Variable};
use crate::source::Span;
use crate::spec::expr::Path;
use crate::spec::steps::{Kind, StepSpec, a_step};
use crate::spec::text::Text;

/// Keys for a command of the author's, where the work is ours.
pub(crate) fn keys(
    body: &StepSpec,
    kind: &dyn Kind,
    ci_keys: &[(&'static str, Option<Span>)],
    sink: &mut Sink,
) {
    if !kind.is_own_work() {
        return;
    }
    let ports = [
        ("env", body.env.items.first().map(|it| it.name.span)),
        ("code", body.code.as_ref().map(|it| it.span)),
        ("inputs", body.inputs.items.first().map(|it| it.name.span)),
        ("outputs", body.outputs.items.first().map(|it| it.name.span)),
        ("services", body.services.items.first().map(|it| it.name.span)),
    ];
    for (key, span) in ci_keys.iter().copied().chain(ports) {
        let Some(span) = span else { continue };
        let taken = matches!(key, "ci_environment" | "when" | "permissions" | "stage")
            || key == "variant" && kind.key() == "image";
        let is_said =
            key == "azure" && kind.needs_azure() && body.azure.as_ref().is_some_and(|it| it.value);
        if taken || is_said {
            continue;
        }
        let message = format!("{} takes no `{key}`", a_step(kind.key()));
        let help = match key {
            "outputs" => given(kind),
            "azure" if kind.needs_azure() => "it is signed in to Azure always".to_owned(),
            "env" => {
                "nothing of yours runs there, and the variables could change what does".to_owned()
            }
            _ => kind.instead(key).unwrap_or("remove it").to_owned(),
        };
        sink.report(Diagnostic::new(&CONFLICT, span, message).help(help));
    }
}

/// What a kind gives without being asked.
fn given(kind: &dyn Kind) -> String {
    let names: Vec<String> = kind.gives().iter().map(|(name, _)| format!("`{name}`")).collect();
    if names.is_empty() {
        return "it gives nothing".to_owned();
    }
    format!("it gives {} without being asked", names.join(", "))
}

impl StepBinder<'_, '_> {
    /// What another step gives, as an input.
    pub(crate) fn given_output(&mut self, text: &Text) -> Option<u32> {
        let site = text.whole().filter(|site| matches!(site.path, Path::Output { .. }));
        let Some(site) = site else {
            let message = "expected what an earlier step gives, and nothing else";
            let help = "write `${{ steps.<step>.outputs.<output> }}`";
            self.sink.report(Diagnostic::new(&BAD_VALUE, text.span, message).help(help));
            return None;
        };
        match self.bind(site)? {
            Variable::Input(index) => Some(index),
            Variable::Output(_) | Variable::Reference(_) => None,
        }
    }

    /// Whether a text is nothing but data that a step gives.
    pub(crate) fn names_data(&self, text: &Text) -> bool {
        let Some(site) = text.whole() else { return false };
        let Path::Output { step, output } = site.path else { return false };
        let Some(from) = self.cx.steps.get(site.name(step)).copied() else { return false };
        let known =
            self.cx.output(from, site.name(output)).zip(self.outputs[from as usize].as_ref());
        let found = known.and_then(|(at, all)| all[at as usize].as_ref());
        found.is_some_and(|output| !output.kind.is_scalar())
    }

    /// Text around values, which everybody may read.
    pub(crate) fn text_for_all(&mut self, text: &Text) -> Option<PlanText> {
        surroundings::no_macro(text, self.sink);
        let secret = text.sites().find(|site| matches!(site.path, Path::Secret(_)));
        if let Some(site) = secret {
            let message = "a secret would stand here where everybody reads it";
            let help = "only a `run` step reads secrets, in `run` or `env`";
            self.sink.report(Diagnostic::new(&UNKNOWN_REFERENCE, site.span, message).help(help));
            return None;
        }
        self.plan_text(text)
    }
}
