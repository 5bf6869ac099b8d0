//! What may have no value: optional parameters and inputs, and where they may stand.

use super::binder::StepBinder;
use super::interface::Demand;
use super::names::Context;
use crate::diagnostics::{CONFLICT, Diagnostic, OPTIONAL_INPUT, Sink};
use crate::plan::{Reference, Source, Variable};
use crate::source::Span;
use crate::spec::ports::{InputSpec, LongParameter};
use crate::spec::text::Site;

/// What to do where a value is needed.
const NEEDS_VALUE: &str =
    "give the parameter a default; a command may leave it out with `$[[--name ${{ … }}]]`";

/// Whether a parameter may have no value.
fn is_optional(cx: &Context<'_>, reference: &Reference) -> bool {
    let Reference::Parameter(id) = reference else { return false };
    let item = &cx.spec.parameters.items[id.0 as usize];
    item.value.as_ref().is_some_and(crate::spec::ports::ParameterSpec::is_optional)
}

/// Reports a reference to an optional parameter where a value is needed.
pub(crate) fn has_value(
    cx: &Context<'_>,
    reference: &Reference,
    at: Span,
    sink: &mut Sink,
) -> Option<()> {
    let Reference::Parameter(id) = reference else { return Some(()) };
    if !is_optional(cx, reference) {
        return Some(());
    }
    let declared = &cx.spec.parameters.items[id.0 as usize].name;
    let message =
        format!("the parameter `{}` may have no value, and one is needed", declared.value);
    sink.report(
        Diagnostic::new(&OPTIONAL_INPUT, at, message)
            .related(declared.span, "declared here, as optional")
            .help(NEEDS_VALUE),
    );
    None
}

/// Says that an optional parameter has a default.
pub(crate) fn no_default(long: &LongParameter, sink: &mut Sink) -> Option<()> {
    let optional = long.optional.as_ref().filter(|it| it.value);
    let (Some(optional), Some(default)) = (optional, &long.default) else { return Some(()) };
    let message = "a parameter with a default always has a value";
    sink.report(
        Diagnostic::new(&CONFLICT, optional.span, message)
            .related(default.span, "the default")
            .help("remove `optional`, or the default"),
    );
    None
}

impl StepBinder<'_, '_> {
    pub(crate) fn may_be_unset(&self, reference: &Reference) -> bool {
        is_optional(self.cx, reference)
    }

    pub(crate) fn has_value(&mut self, reference: &Reference, at: Span) -> Option<()> {
        has_value(self.cx, reference, at, self.sink)
    }

    /// Reports an optional input where a value is needed.
    pub(crate) fn input_has_value(&mut self, input: u32, at: Span) -> Option<()> {
        let input = &self.inputs[input as usize];
        if !input.optional {
            return Some(());
        }
        let message = format!("the input `{}` may have no value, and one is needed", input.name);
        self.sink.report(Diagnostic::new(&OPTIONAL_INPUT, at, message).help(NEEDS_VALUE));
        None
    }

    /// Whether a declared input may have no value, which its author, its component and its source
    /// must agree on.
    pub(crate) fn input_is_optional(
        &mut self,
        spec: &InputSpec,
        source: &Source,
        demand: Option<&Demand>,
    ) -> bool {
        let unset = matches!(source, Source::Reference(it) if is_optional(self.cx, it));
        let said = spec.optional.as_ref();
        let is_component = self.cx.interface(self.step).is_some();
        if let Some(said) = said.filter(|_| is_component) {
            let message = "a component says itself which of its inputs are optional";
            let diagnostic = Diagnostic::new(&CONFLICT, said.span, message);
            self.sink.report(diagnostic.help("remove the key"));
        }
        let needs = demand.map(|demand| (!demand.parameter.optional, demand.declared));
        let needs = needs.or(said.map(|said| (!said.value, said.span)));
        if let (true, Some((true, declared))) = (unset, needs) {
            let message = "the parameter may have no value, and the input needs one";
            self.sink.report(
                Diagnostic::new(&OPTIONAL_INPUT, spec.from.text.span, message)
                    .related(declared, "the input, which is not optional")
                    .help("make the input `optional: true`, or give the parameter a default"),
            );
            return false; // as its author has it
        }
        unset || said.is_some_and(|said| said.value)
    }

    /// A reference in a command: inside `$[[ … ]]` exactly when it may have no value.
    pub(crate) fn bind_in_command(&mut self, site: Site<'_>, may_vanish: bool) -> Option<Variable> {
        let variable = self.bind(site)?;
        let optional = match &variable {
            Variable::Input(index) => self.inputs[*index as usize].optional,
            Variable::Output(_) | Variable::Reference(_) => false,
        };
        match (optional, may_vanish) {
            (true, false) => self.outside(site),
            (false, true) => self.inside(site),
            (true, true) | (false, false) => {}
        }
        Some(variable)
    }

    fn outside(&mut self, site: Site<'_>) {
        let written = site.written();
        let name = site.last_name();
        let message = format!("`{name}` may have no value, and stands outside of `$[[ … ]]`");
        self.sink.report(Diagnostic::new(&OPTIONAL_INPUT, site.span, message).help(format!(
            "write `$[[--{name} {written}]]`, which is left out when there is no value"
        )));
    }

    /// Reports what always has a value inside the brackets.
    pub(crate) fn inside(&mut self, site: Site<'_>) {
        let name = site.last_name();
        let message = format!("`{name}` always has a value, and stands inside of `$[[ … ]]`");
        self.sink.report(
            Diagnostic::new(&OPTIONAL_INPUT, site.span, message)
                .help("only optional parameters and inputs may stand there: move it out"),
        );
    }
}
