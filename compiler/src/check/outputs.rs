//! What steps give.

use super::names::Context;
use crate::diagnostics::{BAD_NAME, BAD_VALUE, CONFLICT, Diagnostic, Sink, excerpt};
use crate::plan::Output;
use crate::source::{Span, Spanned};
use crate::spec::ports::OutputSpec;
use crate::spec::steps::{Engine, StepSpec};

/// Names that clash with environment variables on Azure ML nodes (Azure ML's pipeline reference).
const RESERVED: [&str; 7] = ["path", "ld_library_path", "user", "logname", "home", "pwd", "shell"];

/// Refuses a port's name that Azure ML reserves.
pub(crate) fn reserved(name: &str, at: Span, sink: &mut Sink) {
    if RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(name)) {
        let message = format!("Azure ML reserves the name `{name}`");
        sink.report(
            Diagnostic::new(&BAD_NAME, at, message)
                .help("it is an environment variable there; choose another name"),
        );
    }
}

/// The outputs of a step; `None` in the place of those that were refused.
pub(crate) fn outputs(
    _: &Context<'_>,
    body: &StepSpec,
    engine: Engine,
    sink: &mut Sink,
) -> Vec<Option<Output>> {
    let items = body.outputs.items.iter();
    let each = items.map(|item| {
        let spec = item.value.as_ref()?;
        if engine == Engine::AzureMl {
            reserved(&item.name.value, item.name.span, sink);
        }
        fits(spec, engine, sink)?;
        Some(Output {
            name: item.name.value.clone(),
            kind: spec.kind.value,
            mode: spec.mode.as_ref().map(|mode| mode.value.plan()),
            path: spec.path.as_ref().map(|path| path.0.value.clone()),
            register: spec
                .register
                .as_ref()
                .map(|name| (name.value.clone(), spec.version.as_ref().map(|it| it.value.clone()))),
        })
    });
    each.collect()
}

fn fits(spec: &OutputSpec, engine: Engine, sink: &mut Sink) -> Option<()> {
    let scalar = spec.kind.value.is_scalar();
    if engine == Engine::AzureMl && scalar {
        let message = "steps on Azure ML give files, not values";
        sink.report(
            Diagnostic::new(&BAD_VALUE, spec.kind.span, message)
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
