//! Whether the values that may flow into a component's input lie within what it takes.

use super::binder::StepBinder;
use super::interface::Demand;
use super::interface::is_unchecked;
use super::names::MOST_NAMES;
use super::parameters::{self, SAFE_TEXT};
use crate::diagnostics::{BAD_VALUE, Diagnostic, Sink, excerpt};
use crate::plan::{Parameter, Piece, Reference, Scalar, Source, ValueType};
use crate::spec::ports::InputSpec;

impl StepBinder<'_, '_> {
    /// Whether all that the source may hold is allowed where it flows.
    pub(crate) fn source_fits(
        &mut self,
        spec: &InputSpec,
        source: &Source,
        demand: &Demand,
    ) -> Option<()> {
        if is_unchecked(spec) {
            return Some(());
        }
        match source {
            Source::Reference(Reference::Parameter(id)) => {
                self.parameter_fits(spec, id.0 as usize, demand)
            }
            Source::Text(pieces) => self.text_fits(spec, pieces, demand),
            Source::Reference(reference) => self.unknown_fits(spec, reference, demand),
            Source::Literal(_) => Some(()),
        }
    }

    /// Whether a value of which nothing is known before the run is allowed, whatever it is.
    fn unknown_fits(
        &mut self,
        spec: &InputSpec,
        reference: &Reference,
        demand: &Demand,
    ) -> Option<()> {
        let inner = &demand.parameter;
        if !inner.kind.is_scalar() || has_no_rule(inner) {
            return Some(());
        }
        let name = &inner.name;
        let message = format!(
            "nothing is known of this value before the run, and `{name}` does not take every one"
        );
        let is_fact = reference.ambient_input().is_some();
        let help = if is_fact && self.body.pipeline.is_some() {
            "the other spec can read it by itself, without a parameter; or remove the rule there"
                .to_owned()
        } else if is_fact {
            format!("remove the rule that `{name}` has there")
        } else {
            format!(
                "hand on a parameter with the rule that `{name}` has, or remove that rule there"
            )
        };
        self.refuse(spec, demand, message, help)
    }

    fn parameter_fits(&mut self, spec: &InputSpec, id: usize, demand: &Demand) -> Option<()> {
        let outer = self.parameters[id].as_ref()?;
        let inner = &demand.parameter;
        let is_truth = outer.kind == ValueType::Boolean && inner.kind == ValueType::String;
        if is_truth && !inner.choices.is_empty() {
            let name = &inner.name;
            let message = format!("a truth value is none of the texts that `{name}` takes");
            self.sink.report(
                Diagnostic::new(&BAD_VALUE, spec.from.text.span, message)
                    .related(demand.declared, "the input that it is for")
                    .help("it arrives as `True` or `False`; make the parameter a text with the same `enum`"),
            );
            return None;
        }
        self.values_fit(spec, id, demand)?;
        let Some(rule) = missing_rule(outer, inner) else { return Some(()) };
        let (from, to) = (&outer.name, &inner.name);
        let message = format!("`{from}` may hold values that `{to}` does not take");
        let declared = self.cx.spec.parameters.items[id].name.span;
        let help = self.or_unchecked(rule);
        self.sink.report(
            Diagnostic::new(&BAD_VALUE, spec.from.text.span, message)
                .related(declared, "the parameter")
                .related(demand.declared, "the input that it is for")
                .help(help),
        );
        None
    }

    /// Whether each value that the author gives to a parameter is allowed.
    fn values_fit(&mut self, spec: &InputSpec, id: usize, demand: &Demand) -> Option<()> {
        let outer = self.parameters[id].as_ref()?;
        let written = self.cx.spec.parameters.items[id].value.as_ref()?;
        let choices = written.long().into_iter().flat_map(|long| &long.choices.0);
        let places = written.default().into_iter().chain(choices).map(|literal| literal.span);
        for (value, place) in outer.default.iter().chain(&outer.choices).zip(places) {
            let value = arriving(value, demand.parameter.kind);
            let mut found = Sink::new();
            let at = spec.from.text.span;
            parameters::allowed(self.cx, &demand.parameter, &value, at, &mut found);
            if let Some(diagnostic) = found.into_items().into_iter().next() {
                self.sink.report(
                    diagnostic
                        .related(place, "the value")
                        .related(demand.declared, "the input that it is for"),
                );
                return None;
            }
        }
        Some(())
    }

    /// Whether a text around references is allowed, whatever they are.
    fn text_fits(&mut self, spec: &InputSpec, pieces: &[Piece], demand: &Demand) -> Option<()> {
        let inner = &demand.parameter;
        let is_safe = inner.pattern.as_deref() == Some(SAFE_TEXT)
            && pieces.iter().all(|piece| self.is_safe(piece));
        if inner.choices.is_empty() && (is_safe || takes_all(inner)) {
            return Some(());
        }
        let name = &inner.name;
        let message = format!("this text may hold values that `{name}` does not take");
        let rule = same_rule(inner);
        let help = if inner.pattern.as_deref() == Some(SAFE_TEXT) {
            format!("in its parameters, {rule}")
        } else {
            format!("hand a parameter on alone, and in the parameter, {rule}")
        };
        self.refuse(spec, demand, message, help)
    }

    fn refuse(
        &mut self,
        spec: &InputSpec,
        demand: &Demand,
        message: String,
        help: String,
    ) -> Option<()> {
        let help = self.or_unchecked(help);
        self.sink.report(
            Diagnostic::new(&BAD_VALUE, spec.from.text.span, message)
                .related(demand.declared, "the input that it is for")
                .help(help),
        );
        None
    }

    fn is_safe(&self, piece: &Piece) -> bool {
        match piece {
            Piece::Literal(text) => parameters::is_safe(text),
            Piece::Reference(Reference::Parameter(id)) => {
                self.parameters[id.0 as usize].as_ref().is_none_or(is_safe)
            }
            // They have no rule of their own, here or where they are handed on alone.
            Piece::Reference(_) => true,
        }
    }

    /// A component may be handed values that nothing is proved of; another spec may not.
    fn or_unchecked(&self, mut help: String) -> String {
        if self.body.pipeline.is_none() {
            help += "; `unchecked: true` at the input hands them on all the same";
        }
        help
    }
}

/// A value as it arrives at an input of a type that takes it.
fn arriving(value: &Scalar, kind: ValueType) -> Scalar {
    match (kind, value) {
        (ValueType::Number, Scalar::Integer(number)) => Scalar::Number(number.to_string()),
        (ValueType::String, Scalar::Integer(_) | Scalar::Number(_)) => Scalar::Text(value.text()),
        // Python, which reads it, writes these words.
        (ValueType::String, Scalar::Boolean(true)) => Scalar::Text("True".to_owned()),
        (ValueType::String, Scalar::Boolean(false)) => Scalar::Text("False".to_owned()),
        _ => value.clone(),
    }
}

/// What a parameter must be given, so that it holds nothing that the inner one does not take;
/// `None` when it is so. Its choices, if any, are allowed.
fn missing_rule(outer: &Parameter, inner: &Parameter) -> Option<String> {
    if !outer.choices.is_empty() {
        return None;
    }
    let is_within = inner.choices.is_empty()
        && is_bounded(outer.min.as_ref(), inner.min.as_ref(), |own, bound| own >= bound)
        && is_bounded(outer.max.as_ref(), inner.max.as_ref(), |own, bound| own <= bound)
        && matches_within(outer, inner);
    if is_within {
        return None;
    }
    if inner.pattern.is_some() && !parameters::is_text(outer.kind) {
        let name = &inner.name;
        return Some(format!("list its values with `enum`, such that `{name}` takes each"));
    }
    Some(format!("in the parameter, {}", same_rule(inner)))
}

fn is_bounded(own: Option<&Scalar>, bound: Option<&Scalar>, holds: fn(f64, f64) -> bool) -> bool {
    let Some(bound) = bound else { return true };
    own.is_some_and(|own| holds(parameters::number_of(own), parameters::number_of(bound)))
}

fn matches_within(outer: &Parameter, inner: &Parameter) -> bool {
    match &inner.pattern {
        None => true,
        Some(pattern) if pattern == SAFE_TEXT => is_safe(outer),
        Some(_) => inner.pattern == outer.pattern || takes_all(inner),
    }
}

/// Whether an input takes every value that may be handed to its type.
fn has_no_rule(inner: &Parameter) -> bool {
    let is_free = takes_all(inner) || inner.pattern.as_deref() == Some(SAFE_TEXT);
    inner.choices.is_empty() && inner.min.is_none() && inner.max.is_none() && is_free
}

/// Whether an input without choices takes every text.
fn takes_all(inner: &Parameter) -> bool {
    inner.pattern.as_deref().is_none_or(|pattern| pattern == "^(.*)$")
}

/// Whether a parameter holds nothing but what every text may hold.
fn is_safe(outer: &Parameter) -> bool {
    if !outer.choices.is_empty() {
        return outer.choices.iter().all(|choice| parameters::is_safe(&choice.text()));
    }
    outer.pattern.as_deref().is_none_or(|pattern| pattern == SAFE_TEXT || only_safe(pattern))
}

/// Whether a pattern matches nothing but letters, digits and . _ : / @ = + -, as far as its letters
/// alone tell.
fn only_safe(pattern: &str) -> bool {
    let safe = |byte: u8| parameters::is_safe(char::from(byte).encode_utf8(&mut [0; 4]));
    let mut rest = pattern.as_bytes();
    while let [byte, after @ ..] = rest {
        rest = match byte {
            b'^' | b'$' | b'(' | b')' | b'|' | b'*' | b'+' | b'?' => after,
            b'{' => match after.iter().position(|byte| *byte == b'}') {
                Some(end) => &after[end + 1..],
                None => return false,
            },
            b'[' => match safe_class(after) {
                Some(after) => after,
                None => return false,
            },
            b'\\' if after.first().copied().is_some_and(safe) => &after[1..],
            b'.' => return false,
            byte if safe(*byte) => after,
            _ => return false,
        };
    }
    true
}

/// What stands after a `[…]` that holds safe letters alone.
fn safe_class(mut rest: &[u8]) -> Option<&[u8]> {
    const NAMED: [&[u8]; 6] =
        [b"[:alnum:]", b"[:alpha:]", b"[:digit:]", b"[:lower:]", b"[:upper:]", b"[:xdigit:]"];
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || b"._:/@=+-".contains(&byte);
    loop {
        if let Some(named) = NAMED.iter().find(|named| rest.starts_with(named)) {
            rest = &rest[named.len()..];
            continue;
        }
        match rest {
            [b']', after @ ..] => return Some(after),
            [from, b'-', to, after @ ..] if *to != b']' => {
                if from > to || !(*from..=*to).all(safe) {
                    return None;
                }
                rest = after;
            }
            [byte, after @ ..] if safe(*byte) => rest = after,
            _ => return None,
        }
    }
}

/// How a parameter gets the rule of an inner one.
fn same_rule(inner: &Parameter) -> String {
    if !inner.choices.is_empty() {
        let words = inner.choices.iter().take(MOST_NAMES).map(|it| excerpt(&it.text()));
        let words: Vec<String> = words.collect();
        let more = if inner.choices.len() > MOST_NAMES { ", …" } else { "" };
        return format!("write `enum: [{}{more}]`", words.join(", "));
    }
    let bounds = [("min", &inner.min), ("max", &inner.max)];
    let bounds = bounds.iter().filter_map(|(key, bound)| Some((key, bound.as_ref()?)));
    let bounds: Vec<String> =
        bounds.map(|(key, bound)| format!("`{key}: {}`", bound.text())).collect();
    if !bounds.is_empty() {
        return format!("write {}, or narrower bounds", bounds.join(" and "));
    }
    match inner.pattern.as_deref() {
        None | Some(SAFE_TEXT) => {
            "leave `pattern` out, or allow no more than letters, digits and . _ : / @ = + -"
                .to_owned()
        }
        Some(pattern) => {
            let body = pattern.strip_prefix("^(").and_then(|it| it.strip_suffix(")$"));
            format!("write `pattern: {}`", quoted(body.unwrap_or(pattern)))
        }
    }
}

/// Text in YAML.
fn quoted(text: &str) -> String {
    if text.contains(['"', '\\']) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    format!("\"{text}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_safe_letters_are_told_from_others() {
        let safe = [
            "[a-z]+",
            "^(v[0-9]{1,3}(\\.[0-9]+)?)$",
            "[[:alnum:]_/-]*",
            "a|b",
            "[+-]?[0-9]",
            "release/[0-9]{4}",
            "",
        ];
        for pattern in safe {
            assert!(only_safe(pattern), "{pattern}");
        }
        let others = [
            ".*",
            "[^a]",
            "a b",
            "[a-z ]",
            "[A-z]",
            "\\$",
            "[[:space:]]",
            "[[:punct:]]",
            "[]a]",
            "[a",
            "a{2",
            "[\\]",
            "'",
            "[,--]",
            "é",
            "a;b",
            "\\",
        ];
        for pattern in others {
            assert!(!only_safe(pattern), "{pattern}");
        }
    }
}
