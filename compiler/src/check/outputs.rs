//! What steps give.

use super::interface::{self, Closed, Interface, OutPort};
use super::names::Context;
use crate::diagnostics::{BAD_NAME, BAD_VALUE, CONFLICT, Diagnostic, MISSING_KEY, Sink, excerpt};
use crate::plan::{Mode, Output, ValueType};
use crate::source::{Span, Spanned};
use crate::spec::ports::{ModeWord, OutputSpec, is_reserved};
use crate::spec::steps::{Engine, Kind, StepSpec};

/// Refuses a port's name that Azure ML reserves.
pub(crate) fn reserved(name: &str, at: Span, sink: &mut Sink) {
    if is_reserved(name) {
        let message = format!("Azure ML reserves the name `{name}`");
        sink.report(
            Diagnostic::new(&BAD_NAME, at, message)
                .help("it is an environment variable there; choose another name"),
        );
    }
}

/// The outputs of a step; `None` in the place of those that were refused.
pub(crate) fn outputs(
    cx: &Context<'_>,
    step: u32,
    body: &StepSpec,
    engine: Engine,
    sink: &mut Sink,
) -> Vec<Option<Output>> {
    if let Some(closed) = cx.interface(step).and_then(Interface::closed) {
        interface::only_its_outputs(body, closed, sink);
        let ports = closed.outputs.iter();
        return ports.map(|port| of_component(closed, port, body, sink)).collect();
    }
    let items = body.outputs.items.iter();
    let each = items.map(|item| {
        let spec = item.value.as_ref()?;
        // A component has names of its own.
        if engine == Engine::AzureMl && cx.interface(step).is_none() {
            reserved(&item.name.value, item.name.span, sink);
        }
        let Some(kind) = &spec.kind else {
            if !spec.broken && !matches!(cx.interface(step), Some(Interface::Broken)) {
                let head = Span::new(spec.span.file, spec.span.start, spec.span.start);
                let message = "an output needs the key `type`";
                sink.report(Diagnostic::new(&MISSING_KEY, head, message));
            }
            return None;
        };
        fits(spec, kind, engine, sink)?;
        let only = body.kind().and_then(Kind::only_mode);
        one_mode(spec.mode.as_ref(), only, sink);
        let output = output(&item.name.value, kind.value, Some(spec));
        Some(Output { mode: only.or(output.mode), ..output })
    });
    let given = body.kind().map_or(&[][..], |kind| kind.gives());
    let given = given.iter().map(|(name, kind)| Some(output(name, *kind, None)));
    each.chain(given).collect()
}

/// An output that the component declares; the author may say more of it.
fn of_component(
    closed: &Closed,
    port: &OutPort,
    body: &StepSpec,
    sink: &mut Sink,
) -> Option<Output> {
    let own = &port.output;
    let Some(item) = body.outputs.get(&own.name) else { return Some(own.clone()) };
    let spec = item.value.as_ref()?;
    let kind = interface::output_kind((closed, port), spec, sink)?;
    fits(spec, &Spanned::new(kind, spec.span), Engine::AzureMl, sink)?;
    let said = output(&own.name, kind, Some(spec));
    Some(Output {
        mode: said.mode.or(own.mode),
        path: said.path.or_else(|| own.path.clone()),
        register: said.register.or_else(|| own.register.clone()),
        ..said
    })
}

fn output(name: &str, kind: ValueType, spec: Option<&OutputSpec>) -> Output {
    let text = |it: &Spanned<String>| it.value.clone();
    let register = spec.and_then(|spec| spec.register.as_ref());
    let version = spec.and_then(|spec| spec.version.as_ref());
    Output {
        name: name.to_owned(),
        kind,
        mode: spec.and_then(|spec| spec.mode.as_ref()).map(|mode| mode.value.plan()),
        path: spec.and_then(|spec| spec.path.as_ref()).map(|path| text(&path.0)),
        register: register.map(|name| (text(name), version.map(text))),
    }
}

/// Refuses a mode that the kind of step does not know.
pub(crate) fn one_mode(written: Option<&Spanned<ModeWord>>, only: Option<Mode>, sink: &mut Sink) {
    if let (Some(mode), Some(only)) = (written, only)
        && mode.value.plan() != only
    {
        let message = "data of this kind of step have the mode `direct` only";
        sink.report(
            Diagnostic::new(&BAD_VALUE, mode.span, message)
                .help("leave the mode out: the step gets the address and reads it itself"),
        );
    }
}

fn fits(
    spec: &OutputSpec,
    kind: &Spanned<ValueType>,
    engine: Engine,
    sink: &mut Sink,
) -> Option<()> {
    let scalar = kind.value.is_scalar();
    if engine == Engine::AzureMl && scalar {
        let message = "steps on Azure ML give files, not values";
        sink.report(
            Diagnostic::new(&BAD_VALUE, kind.span, message)
                .help("give a uri_file; a CI step can read it and give the value"),
        );
        return None;
    }
    if let Some(mode) = &spec.mode
        && !mode.value.fits_output()
    {
        let message = "an output cannot have this mode";
        sink.report(
            Diagnostic::new(&BAD_VALUE, mode.span, message)
                .help("outputs take rw_mount, upload and direct"),
        );
        return None;
    }
    let azure_ml_only = [
        ("mode", spec.mode.as_ref().map(|it| it.span)),
        ("path", spec.path.as_ref().map(|it| it.0.span)),
        ("register", spec.register.as_ref().map(|it| it.span)),
    ];
    for (key, span) in azure_ml_only {
        if let (Engine::Ci, Some(span)) = (engine, span) {
            let message = format!("`{key}` is for outputs of steps on Azure ML");
            let help = "an output of a CI step travels as an artifact; remove the key";
            sink.report(Diagnostic::new(&CONFLICT, span, message).help(help));
            return None;
        }
    }
    version_needs_name(spec, sink);
    if let Some(wrong) = spec.register.as_ref().and_then(crate::spec::asset::bad_name) {
        sink.report(wrong);
        return None;
    }
    path_is_address(spec.path.as_ref().map(|path| &path.0), sink)
}

fn version_needs_name(spec: &OutputSpec, sink: &mut Sink) {
    if let (Some(version), None) = (&spec.version, &spec.register) {
        let message = "`version` is that of the asset in `register`";
        sink.report(
            Diagnostic::new(&CONFLICT, version.span, message).help("add `register: <name>`"),
        );
    }
}

fn path_is_address(path: Option<&Spanned<String>>, sink: &mut Sink) -> Option<()> {
    let Some(path) = path else { return Some(()) };
    if path.value.starts_with("azureml://") {
        return Some(());
    }
    let message = format!("`{}` is not a place where Azure ML can store", excerpt(&path.value));
    sink.report(
        Diagnostic::new(&BAD_VALUE, path.span, message)
            .help("write azureml://datastores/<store>/paths/<path>"),
    );
    None
}
