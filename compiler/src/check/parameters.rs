//! Parameters, and every literal that stands for one.

use super::matching::Left;
use super::names::{Context, MOST_NAMES};
use crate::diagnostics::{
    BAD_VALUE, CONFLICT, Diagnostic, LIMIT, MISSING_FILE, Sink, WRONG_TYPE, excerpt,
};
use crate::plan::{Mode, Parameter, Scalar, ValueType};
use crate::source::{EntryKind, Span, join};
use crate::spec::hints;
use crate::spec::ports::{LongParameter, ParameterSpec};
use crate::spec::values::Literal;

/// What text and addresses may hold when the author says nothing: it means nothing to a shell, to
/// YAML or to the platforms' own expressions.
pub(crate) const SAFE_TEXT: &str = "^[A-Za-z0-9._:/@=+-]*$";

/// Whether an address holds the signature by which Azure's storage lets anybody in.
pub(crate) fn is_signed(text: &str) -> bool {
    text.contains("?sig=") || text.contains("&sig=")
}

/// Whether a text holds only what every text may hold.
pub(crate) fn is_safe(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._:/@=+-".contains(&byte))
}

/// Reads all parameters; `None` in the place of those that were refused.
pub(crate) fn parameters(cx: &Context<'_>, sink: &mut Sink) -> Vec<Option<Parameter>> {
    let items = cx.spec.parameters.items.iter();
    items.map(|item| parameter(cx, &item.name.value, item.value.as_ref()?, sink)).collect()
}

fn parameter(
    cx: &Context<'_>,
    name: &str,
    spec: &ParameterSpec,
    sink: &mut Sink,
) -> Option<Parameter> {
    let Some(kind) = spec.kind() else {
        if spec.is_broken() {
            return None;
        }
        let message = format!("the parameter `{name}` has neither `type` nor `default`");
        sink.report(
            Diagnostic::new(&crate::diagnostics::MISSING_KEY, spec.span(), message)
                .help("write one of them; a default tells the type"),
        );
        return None;
    };
    let mut parameter = Parameter { optional: spec.is_optional(), ..Parameter::new(name, kind) };
    if let ParameterSpec::Long(long) = spec {
        super::optional::no_default(long, sink)?;
        constrain(cx, &mut parameter, long, sink)?;
    }
    if parameter.pattern.is_none() && parameter.choices.is_empty() && is_text(kind) {
        parameter.pattern = Some(SAFE_TEXT.to_owned());
    }
    if let Some(default) = spec.default() {
        parameter.default = Some(value_of(cx, &parameter, default, sink)?);
    }
    Some(parameter)
}

/// What has a pattern.
pub(crate) fn is_text(kind: ValueType) -> bool {
    kind == ValueType::String || !kind.is_scalar()
}

fn constrain(
    cx: &Context<'_>,
    parameter: &mut Parameter,
    long: &LongParameter,
    sink: &mut Sink,
) -> Option<()> {
    parameter.description = long.description.as_ref().map(|text| text.value.clone());
    let number = matches!(parameter.kind, ValueType::Integer | ValueType::Number);
    for (key, bound, slot) in
        [("min", &long.min, &mut parameter.min), ("max", &long.max, &mut parameter.max)]
    {
        let Some(bound) = bound else { continue };
        if !number {
            refuse_key(key, bound.span, "numbers", sink);
            return None;
        }
        *slot = Some(typed(cx, bound, parameter.kind, sink)?);
    }
    if let (Some(min), Some(max), Some(at)) = (&parameter.min, &parameter.max, &long.max)
        && number_of(min) > number_of(max)
    {
        let mut diagnostic = Diagnostic::new(&BAD_VALUE, at.span, "`max` is below `min`");
        if let Some(min) = &long.min {
            diagnostic = diagnostic.related(min.span, "`min`");
        }
        sink.report(diagnostic.help("no value can be both; change one of the two"));
        return None;
    }
    for choice in &long.choices.0 {
        parameter.choices.push(typed(cx, choice, parameter.kind, sink)?);
    }
    parameter.mode = mode(parameter.kind, long, sink);
    pattern(cx, parameter, long, sink)
}

/// How data arrives.
fn mode(kind: ValueType, long: &LongParameter, sink: &mut Sink) -> Option<Mode> {
    let mode = long.mode.as_ref()?;
    if kind.is_scalar() {
        refuse_key("mode", mode.span, "data", sink);
        return None;
    }
    if !mode.value.fits_input(kind) {
        let message = "a parameter of this type cannot have the mode";
        let help = "data arrives by ro_mount, download and direct; an mltable also by eval_mount and eval_download";
        sink.report(Diagnostic::new(&BAD_VALUE, mode.span, message).help(help));
        return None;
    }
    Some(mode.value.plan())
}

fn refuse_key(key: &str, at: Span, of: &str, sink: &mut Sink) {
    sink.report(Diagnostic::new(&CONFLICT, at, format!("`{key}` is for {of}")));
}

/// A pattern runs in bash and, for defaults, here: both must read it alike.
fn pattern(
    cx: &Context<'_>,
    parameter: &mut Parameter,
    long: &LongParameter,
    sink: &mut Sink,
) -> Option<()> {
    let Some(pattern) = &long.pattern else { return Some(()) };
    if !is_text(parameter.kind) {
        refuse_key("pattern", pattern.span, "text", sink);
        return None;
    }
    if !parameter.choices.is_empty() {
        refuse_key("pattern", pattern.span, "parameters without `enum`", sink);
        return None;
    }
    let text = pattern.value.strip_prefix('^').unwrap_or(&pattern.value);
    let text = text.strip_suffix('$').unwrap_or(text);
    affordable(cx.matching.pay(text, ""), pattern.span, sink)?;
    if let Some(problem) = not_portable(text) {
        sink.report(
            Diagnostic::new(&BAD_VALUE, pattern.span, problem)
                .help("there are . [a-z] ( ) | * + ? {n,m}; write [0-9] for \\d, [A-Za-z0-9_] for \\w, [[:space:]] for \\s"),
        );
        return None;
    }
    parameter.pattern = Some(format!("^({text})$"));
    Some(())
}

/// Whether a comparison was paid for; that it was too much is reported once.
fn affordable(left: Left, at: Span, sink: &mut Sink) -> Option<()> {
    match left {
        Left::Enough => return Some(()),
        Left::NoMore => {}
        Left::Nothing => return None,
    }
    let message = "up to here, it takes too long to compare values with what is allowed";
    sink.report(
        Diagnostic::new(&LIMIT, at, message)
            .help("repeat less with `{n,m}`, shorten the values, or list fewer in `enum`"),
    );
    None
}

fn not_portable(text: &str) -> Option<String> {
    let mut escaped = false;
    for letter in text.chars() {
        if escaped && letter.is_ascii_alphanumeric() {
            return Some(format!("`\\{letter}` is no part of a POSIX regular expression"));
        }
        if letter.is_control() || !letter.is_ascii() {
            return Some("a pattern holds ASCII characters only".to_owned());
        }
        escaped = letter == '\\' && !escaped;
    }
    if text.contains("(?") || text.contains("*?") || text.contains("+?") || text.contains("??") {
        return Some(
            "`(?…)`, `*?`, `+?` and `??` are no parts of a POSIX regular expression".to_owned(),
        );
    }
    if text.len() > LONGEST_PATTERN {
        return Some(format!("a pattern has at most {LONGEST_PATTERN} characters"));
    }
    regex(text).err().map(|error| format!("the pattern is not valid: {error}"))
}

/// Longer patterns are no rule that people can read, and cost memory for each character matched.
const LONGEST_PATTERN: usize = 1000;
/// GitHub takes texts of this length for all inputs together; matching costs memory, too.
const LONGEST_VALUE: usize = 4096;

fn regex(pattern: &str) -> Result<regex_lite::Regex, regex_lite::Error> {
    regex_lite::RegexBuilder::new(pattern).size_limit(1 << 20).build()
}

/// A literal where a type is expected.
pub(crate) fn typed(
    cx: &Context<'_>,
    literal: &Literal,
    kind: ValueType,
    sink: &mut Sink,
) -> Option<Scalar> {
    let Some(value) = literal.of_kind(kind) else {
        let quote = if literal.quoted { "\"" } else { "" };
        let found = excerpt(&literal.text);
        let message = format!("expected {}, found `{quote}{found}{quote}`", noun(kind));
        let mut diagnostic = Diagnostic::new(&WRONG_TYPE, literal.span, message);
        let found = hints::Found { text: &literal.text, quoted: literal.quoted };
        diagnostic.help = match kind {
            ValueType::Integer => hints::whole_number(found),
            ValueType::Number => hints::number(found),
            ValueType::Boolean => hints::boolean(found),
            ValueType::String
            | ValueType::UriFile
            | ValueType::UriFolder
            | ValueType::Mltable
            | ValueType::MlflowModel
            | ValueType::CustomModel
            | ValueType::TritonModel => None,
        };
        sink.report(diagnostic);
        return None;
    };
    if kind.is_scalar() {
        return Some(value);
    }
    address(cx, literal, kind, sink).map(Scalar::Text)
}

fn noun(kind: ValueType) -> &'static str {
    match kind {
        ValueType::Integer => "a whole number",
        ValueType::Number => "a number",
        ValueType::Boolean => "true or false",
        ValueType::String => "text",
        ValueType::UriFile
        | ValueType::UriFolder
        | ValueType::Mltable
        | ValueType::MlflowModel
        | ValueType::CustomModel
        | ValueType::TritonModel => "a path or an address",
    }
}

const SCHEMES: [&str; 5] = ["azureml:", "https://", "wasbs://", "abfss://", "adl://"];

/// Azure ML refuses an asset without a version, but only when the job is made.
fn has_version(literal: &Literal, sink: &mut Sink) -> bool {
    let asset = literal.text.strip_prefix("azureml:").filter(|rest| !rest.starts_with('/'));
    if asset.is_none_or(|asset| asset.contains([':', '@'])) {
        return true;
    }
    let message = format!("`{}` does not say which version of the asset", excerpt(&literal.text));
    let help = if asset.is_some_and(|asset| asset.contains('/')) {
        "write azureml://datastores/<store>/paths/<path> for a path, `azureml:<asset>:<version>` for an asset"
    } else {
        "write `azureml:<asset>:<version>`, or `azureml:<asset>@latest` for the newest"
    };
    sink.report(Diagnostic::new(&BAD_VALUE, literal.span, message).help(help));
    false
}

/// Data: an address that Azure ML reads, or a path in the repository.
fn address(
    cx: &Context<'_>,
    literal: &Literal,
    kind: ValueType,
    sink: &mut Sink,
) -> Option<String> {
    if SCHEMES.iter().any(|scheme| literal.text.starts_with(scheme)) {
        return has_version(literal, sink).then(|| literal.text.clone());
    }
    let broken = literal.text.is_empty()
        || literal.text.contains("://")
        || literal.text.starts_with('/')
        || literal.text.contains('\\');
    if broken {
        let message = format!("`{}` is not data that Azure ML reads", excerpt(&literal.text));
        let help = "write azureml://datastores/<store>/paths/<path>, azureml:<asset>:<version>, https://…, or a relative path in the repository";
        sink.report(Diagnostic::new(&BAD_VALUE, literal.span, message).help(help));
        return None;
    }
    if kind.is_single_file() {
        return super::files::data(cx, &literal.text, EntryKind::File, literal.span, sink);
    }
    let full = join(cx.folder, &literal.text);
    let is_file = full.as_deref().and_then(|full| cx.files.kind(full)) == Some(EntryKind::File);
    if is_file && kind != ValueType::UriFolder && kind != ValueType::Mltable {
        return full; // a model may be a single file
    }
    let folder = super::files::data(cx, &literal.text, EntryKind::Folder, literal.span, sink)?;
    has_definition(cx, kind, &folder, literal, sink).then_some(folder)
}

/// Azure ML reads a table and an MLflow model by a file in their folder.
fn has_definition(
    cx: &Context<'_>,
    kind: ValueType,
    folder: &str,
    literal: &Literal,
    sink: &mut Sink,
) -> bool {
    let name = match kind {
        ValueType::Mltable => "MLTable",
        ValueType::MlflowModel => "MLmodel",
        ValueType::String
        | ValueType::Number
        | ValueType::Integer
        | ValueType::Boolean
        | ValueType::UriFile
        | ValueType::UriFolder
        | ValueType::CustomModel
        | ValueType::TritonModel => return true,
    };
    let definition = join(folder, name);
    let is_there = definition.is_some_and(|file| cx.files.kind(&file) == Some(EntryKind::File));
    // A folder that is not there was reported, or is fetched later.
    if is_there || cx.files.kind(folder).is_none() {
        return true;
    }
    let message = format!("the folder `{}` has no file `{name}`", literal.text);
    let help = format!("a {} is a folder with such a file, which says what is in it", kind.word());
    sink.report(Diagnostic::new(&MISSING_FILE, literal.span, message).help(help));
    false
}

/// A literal for a parameter: its type and all that the parameter demands.
pub(crate) fn value_of(
    cx: &Context<'_>,
    parameter: &Parameter,
    literal: &Literal,
    sink: &mut Sink,
) -> Option<Scalar> {
    let value = typed(cx, literal, parameter.kind, sink)?;
    allowed(cx, parameter, &value, literal.span, sink).then_some(value)
}

/// Whether a value of a parameter's type is one that it takes.
pub(crate) fn allowed(
    cx: &Context<'_>,
    parameter: &Parameter,
    value: &Scalar,
    at: Span,
    sink: &mut Sink,
) -> bool {
    if let Some(pattern) = parameter.pattern.as_deref().filter(|it| *it != SAFE_TEXT)
        && affordable(cx.matching.pay(pattern, &value.text()), at, sink).is_none()
    {
        return false;
    }
    if affordable(cx.matching.spend(parameter.choices.len()), at, sink).is_none() {
        return false;
    }
    let Some((message, help)) = refusal(parameter, value) else { return true };
    sink.report(Diagnostic::new(&BAD_VALUE, at, message).help(help));
    false
}

/// Why a value is none for a parameter, and what is allowed.
pub(crate) fn refusal(parameter: &Parameter, value: &Scalar) -> Option<(String, String)> {
    outside_choices(parameter, value)
        .or_else(|| outside_range(parameter, value))
        .or_else(|| outside_pattern(parameter, &value.text()))
}

fn outside_choices(parameter: &Parameter, value: &Scalar) -> Option<(String, String)> {
    if parameter.choices.is_empty() || parameter.choices.contains(value) {
        return None;
    }
    let choices = parameter.choices.iter();
    let words: Vec<String> = choices.take(MOST_NAMES).map(|it| excerpt(&it.text())).collect();
    let more = if parameter.choices.len() > MOST_NAMES { ", …" } else { "" };
    Some((
        format!("`{}` is not one of the values of `{}`", excerpt(&value.text()), parameter.name),
        format!("allowed: {}{more}", words.join(", ")),
    ))
}

fn outside_range(parameter: &Parameter, value: &Scalar) -> Option<(String, String)> {
    let (text, name, number) = (value.text(), &parameter.name, number_of(value));
    let min = parameter.min.as_ref().filter(|min| number < number_of(min));
    let max = parameter.max.as_ref().filter(|max| number > number_of(max));
    let below = min.map(|min| {
        (format!("{text} is below the `min` of `{name}`"), format!("at least {}", min.text()))
    });
    below.or_else(|| {
        max.map(|max| {
            (format!("{text} is above the `max` of `{name}`"), format!("at most {}", max.text()))
        })
    })
}

fn outside_pattern(parameter: &Parameter, text: &str) -> Option<(String, String)> {
    let (name, pattern) = (&parameter.name, parameter.pattern.as_deref()?);
    if pattern == SAFE_TEXT {
        if is_signed(text) {
            return Some((
                format!("`{}` is signed, and whoever reads it can use it", excerpt(text)),
                "keep the signature out of the repository: write azureml://datastores/<store>/paths/<path>".to_owned(),
            ));
        }
        return (!is_safe(text)).then(|| {
            (
                format!("`{}` holds characters that `{name}` does not take by itself", excerpt(text)),
                "without `pattern` or `enum`, a text takes letters, digits and . _ : / @ = + -; write a `pattern` that allows more".to_owned(),
            )
        });
    }
    let fits = text.len() <= LONGEST_VALUE && regex(pattern).is_ok_and(|it| it.is_match(text));
    (!fits).then(|| {
        (
            format!("`{}` does not match the pattern of `{name}`", excerpt(text)),
            format!("the pattern is `{pattern}`"),
        )
    })
}

/// A number to compare with others.
pub(crate) fn number_of(value: &Scalar) -> f64 {
    value.text().parse().unwrap_or(f64::NAN)
}
