//! What triggers bind: values, and what their events bring.

use super::names::{Context, unknown};
use super::parameters as proved;
use super::triggers::Ground;
use crate::diagnostics::{
    BAD_EXPRESSION, BAD_VALUE, Diagnostic, NOT_SUPPORTED, Sink, UNKNOWN_REFERENCE, WRONG_TYPE,
    excerpt,
};
use crate::plan::{
    ComponentPlace, Event, EventField, EventPiece, EventSource, EventText, Parameter, ParameterId,
    Reference, Scalar, Step, TriggerKind, ValueType,
};
use crate::source::Span;
use crate::spec::expr::{Part, Path};
use crate::spec::text::{Site, Text};
use crate::spec::triggers::{BoundValue, TriggerSpec};

/// What the `with` of a trigger says, in the order of the parameters.
#[derive(Default)]
pub(crate) struct Bound {
    /// Values.
    pub(crate) with: Vec<(ParameterId, Scalar)>,
    /// What comes with the event.
    pub(crate) from_event: Vec<(ParameterId, EventText)>,
}

/// Reads `with`, which holds or not whatever the graph is.
pub(crate) fn read(
    cx: &Context<'_>,
    (parameters, pasted): (&[Option<Parameter>], &[Pasted]),
    (spec, kind): (&TriggerSpec, Option<&TriggerKind>),
    sink: &mut Sink,
) -> Bound {
    let mut bound = Bound::default();
    for (name, value) in spec.with.good() {
        let Some(index) = cx.find_parameter(&name.value, name.span, sink) else { continue };
        let Some(parameter) = &parameters[index as usize] else { continue };
        let id = ParameterId(index);
        match value {
            BoundValue::Literal(literal) => {
                if let Some(value) = proved::value_of(cx, parameter, literal, sink) {
                    pasteable(pasted, id, &value, literal.span, sink);
                    bound.with.push((id, value));
                }
            }
            BoundValue::Text(text) => match brought(cx, parameter, text, kind, sink) {
                Some(Brought::Now(value)) => bound.with.push((id, value)),
                Some(Brought::Later(text)) => bound.from_event.push((id, text)),
                None => {}
            },
        }
    }
    bound.with.sort_by_key(|(id, _)| *id);
    bound.from_event.sort_by_key(|(id, _)| *id);
    bound
}

/// A text with references.
enum Brought {
    /// It is known already.
    Now(Scalar),
    /// The event completes it.
    Later(EventText),
}

fn brought(
    cx: &Context<'_>,
    parameter: &Parameter,
    text: &Text,
    kind: Option<&TriggerKind>,
    sink: &mut Sink,
) -> Option<Brought> {
    let event = match kind? {
        TriggerKind::Event(event) => event,
        TriggerKind::Completed(_) => return of_run(text, sink),
        TriggerKind::Push(_)
        | TriggerKind::PullRequest(_)
        | TriggerKind::Schedule(_)
        | TriggerKind::Http(_)
        | TriggerKind::Call(_)
        | TriggerKind::Manual => {
            let message = "`with` binds values, and this trigger has no event that brings any";
            let help = "write the value itself";
            sink.report(Diagnostic::new(&BAD_VALUE, text.span, message).help(help));
            return None;
        }
    };
    let pieces = pieces(text, event, sink)?;
    if let [EventPiece::Field(field)] = pieces.as_slice() {
        fits(parameter, field, text.span, sink)?;
    } else {
        joined(parameter, &pieces, text.span, sink)?;
        takes_words(parameter, &pieces, text.span, sink)?;
    }
    if pieces.iter().any(|piece| matches!(piece, EventPiece::Field(_)))
        && !pieces.iter().all(is_fixed)
    {
        return Some(Brought::Later(pieces.into_iter().map(settled).collect()));
    }
    let value = Scalar::Text(pieces.into_iter().map(words).collect());
    proved::allowed(cx, parameter, &value, text.span, sink).then_some(Brought::Now(value))
}

/// What a run of another pipeline would bring.
fn of_run<T>(text: &Text, sink: &mut Sink) -> Option<T> {
    for site in text.sites() {
        let Path::Event(range) = site.path else {
            let message = "`with` binds values, and what the event brings";
            let help = "`event.x` alone can be referred to here";
            sink.report(Diagnostic::new(&BAD_EXPRESSION, site.span, message).help(help));
            continue;
        };
        let name = site.name(range);
        if name == "job" || name.starts_with("outputs.") {
            let message = format!("`event.{name}` is not supported yet");
            let help = "write the value itself, or read what the other pipeline wrote by its path";
            let at = site.place(range);
            sink.report(Diagnostic::new(&NOT_SUPPORTED, at, message).help(help));
            continue;
        }
        let what = "field of a `pipeline_completed` event";
        let known = ["job", "outputs"].into_iter();
        sink.report(unknown(&UNKNOWN_REFERENCE, site.place(range), what, name, known));
    }
    None
}

fn is_fixed(piece: &EventPiece) -> bool {
    match piece {
        EventPiece::Literal(_) => true,
        EventPiece::Field(field) => matches!(field.source, EventSource::Fixed(_)),
    }
}

/// What is known is said.
fn settled(piece: EventPiece) -> EventPiece {
    if is_fixed(&piece) { EventPiece::Literal(words(piece)) } else { piece }
}

fn words(piece: EventPiece) -> String {
    match piece {
        EventPiece::Literal(text)
        | EventPiece::Field(EventField { source: EventSource::Fixed(text), .. }) => text,
        EventPiece::Field(field) => field.name,
    }
}

fn pieces(text: &Text, event: &Event, sink: &mut Sink) -> Option<EventText> {
    let mut sites = text.sites();
    let mut pieces = Vec::new();
    for part in &text.template.parts {
        match part {
            Part::Literal(range) => {
                pieces.push(EventPiece::Literal(text.text[range.clone()].to_owned()));
            }
            Part::Reference { .. } => {
                pieces.push(EventPiece::Field(field(sites.next()?, event, sink)?));
            }
            Part::Broken(_) | Part::Open(_) | Part::Close(_) => return None,
        }
    }
    if text.whole().is_some() {
        pieces.retain(|piece| matches!(piece, EventPiece::Field(_)));
    }
    Some(pieces)
}

fn field(site: Site<'_>, event: &Event, sink: &mut Sink) -> Option<EventField> {
    let Path::Event(range) = site.path else {
        let message = "`with` binds values, and what the event brings";
        let help = "`event.x` alone can be referred to here";
        sink.report(Diagnostic::new(&BAD_EXPRESSION, site.span, message).help(help));
        return None;
    };
    let name = site.name(range);
    let found = event.field(name);
    if found.is_none() {
        let fields = event.fields();
        let what = format!("field of a `{}` event", event.word());
        let names = fields.iter().map(|field| field.name.as_str());
        sink.report(unknown(&UNKNOWN_REFERENCE, site.place(range), &what, name, names));
    }
    found
}

/// One value and nothing else.
fn fits(parameter: &Parameter, field: &EventField, at: Span, sink: &mut Sink) -> Option<()> {
    if parameter.kind.takes(field.kind) {
        return Some(());
    }
    let (name, kind) = (&parameter.name, parameter.kind.word());
    let message = format!(
        "`event.{}` is of the type {}, and `{name}` of {kind}",
        field.name,
        field.kind.word()
    );
    let help = format!("give `{name}` the type {}, or bind another value", field.kind.word());
    sink.report(Diagnostic::new(&WRONG_TYPE, at, message).help(help));
    None
}

/// A text that is put together: for texts, and for addresses whose start is known.
fn joined(parameter: &Parameter, pieces: &[EventPiece], at: Span, sink: &mut Sink) -> Option<()> {
    let is_address = match pieces.first() {
        Some(EventPiece::Literal(start)) => start.starts_with("azureml:"),
        Some(EventPiece::Field(_)) | None => false,
    };
    let (name, kind) = (&parameter.name, parameter.kind);
    if kind == ValueType::String || !kind.is_scalar() && is_address {
        return Some(());
    }
    let (message, help) = if kind.is_scalar() {
        (
            format!("`{name}` is of the type {}, and this is text", kind.word()),
            "bind one value alone: `${{ event.x }}`",
        )
    } else {
        (
            format!("`{name}` takes data, and this is no address"),
            "such as `azureml:diabetes:${{ event.version }}`",
        )
    };
    sink.report(Diagnostic::new(&WRONG_TYPE, at, message).help(help));
    None
}

/// What receives a text refuses signs that the author did not allow: nothing would ever arrive.
fn takes_words(
    parameter: &Parameter,
    pieces: &[EventPiece],
    at: Span,
    sink: &mut Sink,
) -> Option<()> {
    if parameter.pattern.as_deref() != Some(proved::SAFE_TEXT) {
        return Some(());
    }
    let literals = pieces.iter().filter_map(|piece| match piece {
        EventPiece::Literal(text) => Some(text),
        EventPiece::Field(_) => None,
    });
    let is_safe = |it: &char| it.is_ascii_alphanumeric() || "._:/@=+-".contains(*it);
    let Some(strange) = literals.flat_map(|text| text.chars()).find(|it| !is_safe(it)) else {
        return Some(());
    };
    let name = &parameter.name;
    let message =
        format!("without a `pattern`, `{name}` takes no `{}`", excerpt(&strange.to_string()));
    let help = format!("say what it takes, such as `pattern: \".*\"` in the parameter `{name}`");
    sink.report(Diagnostic::new(&BAD_VALUE, at, message).help(help));
    None
}

/// How Azure ML puts a parameter's value into what it runs; the worst of all places counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Pasted {
    /// Not at all.
    Never,
    /// Handed to a component, which quotes it in its own way.
    HandedOn,
    /// Between quotes.
    Quoted,
    /// Bare, in arguments that are split at blanks.
    Bare,
}

/// How the steps on Azure ML read each parameter.
pub(crate) fn pasted(steps: &[Option<Step>], parameters: usize) -> Vec<Pasted> {
    let mut pasted = vec![Pasted::Never; parameters];
    let mut note = |reference: &Reference, how: Pasted| {
        if let Reference::Parameter(id) = reference {
            let known = &mut pasted[id.0 as usize];
            *known = how.max(*known);
        }
    };
    for step in steps.iter().flatten().filter(|step| step.is_on_azure_ml()) {
        let component = step.task.component().map(|it| &it.component);
        let is_foreign = component.is_some_and(|it| !matches!(it, ComponentPlace::Made(_)));
        let how = if is_foreign { Pasted::HandedOn } else { Pasted::Quoted };
        step.references(&mut |reference| note(reference, how));
        for input in step.argument_inputs().filter(|input| input.kind.is_scalar()) {
            input.references(&mut |reference| note(reference, Pasted::Bare));
        }
    }
    pasted
}

/// Azure ML pastes values into commands, and drops empty ones.
fn pasteable(pasted: &[Pasted], id: ParameterId, value: &Scalar, at: Span, sink: &mut Sink) {
    if let Scalar::Text(text) = value {
        text_pasteable(pasted[id.0 as usize], text, at, sink);
    }
}

/// Refuses a text that Azure ML cannot paste.
pub(crate) fn text_pasteable(pasted: Pasted, text: &str, at: Span, sink: &mut Sink) {
    if pasted == Pasted::Never {
        return;
    }
    let (message, help) = if text.is_empty() {
        ("an empty text does not reach Azure ML", "the service drops it; choose a word for «none»")
    } else if pasted == Pasted::HandedOn {
        return;
    } else if text.contains(['\'', '"', '$', '`', '\\']) || text.chars().any(char::is_control) {
        (
            "this text cannot be handed to Azure ML",
            "Azure ML pastes it into a command line, so it may not hold quotes, `$`, backticks, backslashes or control characters",
        )
    } else if pasted == Pasted::Bare && text.contains(char::is_whitespace) {
        (
            "this text would be several arguments of a `parallel` step",
            "Azure ML splits the arguments at blanks; write it without, or read it from a file in `code`",
        )
    } else {
        return;
    };
    sink.report(Diagnostic::new(&BAD_VALUE, at, message).help(help));
}

/// The defaults and choices of parameters that reach Azure ML.
pub(crate) fn parameters_pasteable(cx: &Context<'_>, ground: &Ground<'_>, sink: &mut Sink) {
    for (index, parameter) in (0u32..).zip(ground.parameters) {
        let Some(parameter) = parameter else { continue };
        let Some(spec) = &cx.spec.parameters.items[index as usize].value else { continue };
        if let (Some(value), Some(literal)) = (&parameter.default, spec.default()) {
            pasteable(ground.pasted, ParameterId(index), value, literal.span, sink);
        }
        for choice in &parameter.choices {
            if parameter.default.as_ref() != Some(choice) {
                pasteable(ground.pasted, ParameterId(index), choice, spec.span(), sink);
            }
        }
    }
}
