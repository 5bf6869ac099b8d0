//! Conditions over values: each value can be compared on both platforms, and is one that may differ.

use std::ops::Range;

use super::binder::StepBinder;
use super::stages;
use crate::diagnostics::{CANNOT_EXPRESS, Diagnostic, TYPE_CLASH, UNKNOWN_REFERENCE, excerpt};
use crate::plan::{Condition, Fact, ParameterId, Reference, Scalar, ValueType};
use crate::source::Span;
use crate::spec::expr::{self, Operand, Value};
use crate::spec::text::{Site, Text};
use crate::spec::when::{ConditionSpec, WhenSpec};

/// A value of a condition, with its type.
struct Typed {
    fact: Fact,
    kind: ValueType,
    /// The only texts that it can be; none when they are not known.
    choices: Vec<String>,
    at: Span,
}

/// The condition of a step in the plan's words; `None` without one, or when a mistake was reported.
pub(crate) fn bind(binder: &mut StepBinder<'_, '_>) -> Option<Box<Condition>> {
    let Some(WhenSpec::Condition(spec)) = &binder.body.when else { return None };
    let ConditionSpec { text, condition } = &**spec;
    Conditions { text, binder }.condition(condition).map(Box::new)
}

/// Where a part of a text is written; the whole text, where YAML's notation stretches it.
fn place(text: &Text, part: &Range<usize>) -> Span {
    let Span { file, start, end } = text.span;
    let at = |offset: usize| start + u32::try_from(offset).unwrap_or(0);
    let is_plain = (end - start) as usize == text.text.len();
    if is_plain { Span::new(file, at(part.start), at(part.end)) } else { text.span }
}

fn a_kind(kind: ValueType) -> &'static str {
    match kind {
        ValueType::String => "a text",
        ValueType::Integer => "a whole number",
        ValueType::Boolean => "a boolean",
        other if other.is_scalar() => "a number",
        ValueType::Number
        | ValueType::UriFile
        | ValueType::UriFolder
        | ValueType::Mltable
        | ValueType::MlflowModel
        | ValueType::CustomModel
        | ValueType::TritonModel => "data",
    }
}

struct Conditions<'t, 'b, 'a, 'c> {
    text: &'t Text,
    binder: &'b mut StepBinder<'a, 'c>,
}

impl Conditions<'_, '_, '_, '_> {
    fn condition(&mut self, condition: &expr::Condition) -> Option<Condition> {
        match condition {
            expr::Condition::Is(operand) => self.truth(operand),
            expr::Condition::Compare { left, right, same } => {
                let (left, right) = (self.operand(left), self.operand(right));
                self.compare(left?, right?, *same)
            }
            expr::Condition::Not(inner) => {
                self.condition(inner).map(|inner| Condition::Not(Box::new(inner)))
            }
            expr::Condition::All(parts) => self.each(parts).map(Condition::All),
            expr::Condition::Any(parts) => self.each(parts).map(Condition::Any),
        }
    }

    /// All parts are looked at, so that each mistake is found.
    fn each(&mut self, parts: &[expr::Condition]) -> Option<Vec<Condition>> {
        let all: Vec<_> = parts.iter().map(|part| self.condition(part)).collect();
        all.into_iter().collect()
    }

    /// A value that stands alone is true or false.
    fn truth(&mut self, operand: &Operand) -> Option<Condition> {
        let value = self.operand(operand)?;
        if value.kind != ValueType::Boolean {
            let message = format!("{} is neither true nor false", a_kind(value.kind));
            let help = "compare it: `== 'text'`, or `!= ''` for whether there is one";
            self.report(Diagnostic::new(&TYPE_CLASH, value.at, message).help(help));
            return None;
        }
        let right = Fact::Literal("true".to_owned());
        self.varies(&value.fact, &right, value.at)?;
        Some(Condition::Compare { left: value.fact, right, same: true })
    }

    fn compare(&mut self, left: Typed, right: Typed, same: bool) -> Option<Condition> {
        if left.kind != right.kind {
            let message = format!("{} is compared with {}", a_kind(left.kind), a_kind(right.kind));
            let help = "texts stand in single quotes; numbers, `true` and `false` do not";
            self.report(Diagnostic::new(&TYPE_CLASH, right.at, message).help(help));
            return None;
        }
        self.varies(&left.fact, &right.fact, left.at)?;
        self.is_a_choice(&left, &right)?;
        self.is_a_choice(&right, &left)?;
        Some(Condition::Compare { left: left.fact, right: right.fact, same })
    }

    /// Two fixed values need no comparison.
    fn varies(&mut self, left: &Fact, right: &Fact, at: Span) -> Option<()> {
        if !matches!((left, right), (Fact::Literal(_), Fact::Literal(_))) {
            return Some(());
        }
        let help = "one side is a reference, such as `steps.s.outputs.o`";
        self.report(Diagnostic::new(&TYPE_CLASH, at, "this is the same each time").help(help));
        None
    }

    /// A value that a parameter never has is a slip.
    fn is_a_choice(&mut self, of: &Typed, value: &Typed) -> Option<()> {
        let Fact::Literal(text) = &value.fact else { return Some(()) };
        let choices = &of.choices;
        if choices.is_empty() || choices.iter().any(|choice| choice.eq_ignore_ascii_case(text)) {
            return Some(());
        }
        let what =
            if of.fact == Fact::Reference(Reference::StageName) { "stage" } else { "parameter" };
        let message = format!("the {what} is never `{}`", excerpt(text));
        let help = format!("it is one of: {}", choices.join(", "));
        self.report(Diagnostic::new(&TYPE_CLASH, value.at, message).help(help));
        None
    }

    fn operand(&mut self, operand: &Operand) -> Option<Typed> {
        let literal = |kind, text: String| Typed {
            fact: Fact::Literal(text),
            kind,
            choices: Vec::new(),
            at: place(self.text, &operand.at),
        };
        match &operand.value {
            Value::Text(text) => Some(literal(ValueType::String, text.clone())),
            Value::Integer(number) => Some(literal(ValueType::Integer, number.to_string())),
            Value::Boolean(truth) => Some(literal(ValueType::Boolean, truth.to_string())),
            Value::Reference(number) => {
                let text = self.text;
                let site = text.sites().nth(*number)?;
                self.reference(site)
            }
        }
    }

    fn reference(&mut self, site: Site<'_>) -> Option<Typed> {
        let (reference, kind) = self.binder.reference_at(site)?;
        let choices = match &reference {
            Reference::Parameter(id) => self.choices(*id, kind, site.span)?,
            Reference::Output(..) | Reference::GitBranch | Reference::GitTag => Vec::new(),
            Reference::Matrix(_) => {
                return self.refuse(
                    site.span,
                    "whether a step runs is decided once, before there are combinations",
                    "leave combinations out with `exclude`, or look at the value in `run`",
                );
            }
            Reference::StageName => stages::names(self.binder.cx).map(str::to_owned).collect(),
            Reference::GitSha
            | Reference::RunId
            | Reference::Variable(_)
            | Reference::Secret(_) => {
                return self.refuse(
                    site.span,
                    "a condition over this cannot be written on both platforms",
                    "it may look at outputs of CI steps, parameters, `git.branch` and `git.tag`; read others in a script, which gives the answer as an output",
                );
            }
        };
        if !kind.is_scalar() {
            let message = "a condition compares values, and this is a file or a folder";
            let help = "read it in a CI step that gives the answer as an output of type `boolean` or `string`";
            self.report(Diagnostic::new(&TYPE_CLASH, site.span, message).help(help));
            return None;
        }
        if kind == ValueType::Number {
            return self.refuse(
                site.span,
                "numbers with fractions are no good to compare: the platforms would compare their spelling",
                "compare it in a script, which gives the answer as an output of type `boolean`",
            );
        }
        Some(Typed { fact: Fact::Reference(reference), kind, choices, at: site.span })
    }

    /// What a parameter can be; nothing when that is not said. Azure Pipelines pastes parameters into conditions, so that a free
    /// text could say anything there.
    fn choices(&mut self, id: ParameterId, kind: ValueType, at: Span) -> Option<Vec<String>> {
        let parameter = self.binder.parameters.get(id.0 as usize)?.as_ref()?;
        let texts: Vec<String> = parameter.choices.iter().map(Scalar::text).collect();
        let is_tame = kind == ValueType::Boolean || kind == ValueType::Integer;
        let is_plain = |text: &String| {
            text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._:/@=+- ".contains(&byte))
        };
        if !parameter.optional && (is_tame || !texts.is_empty() && texts.iter().all(is_plain)) {
            return Some(texts);
        }
        self.report(
            Diagnostic::new(
                &CANNOT_EXPRESS,
                at,
                "Azure Pipelines would paste this parameter's text into the condition",
            )
            .help(
                "give it an `enum` of plain words, or make it a boolean; it must not be optional",
            ),
        );
        None
    }

    fn refuse(&mut self, at: Span, message: &str, help: &str) -> Option<Typed> {
        self.report(Diagnostic::new(&UNKNOWN_REFERENCE, at, message).help(help));
        None
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.binder.sink.report(diagnostic);
    }
}
