//! Calls of a script: of the SDK's classes, which become objects, and of the script's own functions,
//! which are followed.

use std::collections::BTreeMap;

use ruff_python_ast::{Arguments, Expr, ExprCall, StmtFunctionDef};
use ruff_text_size::{Ranged, TextRange};

use super::aliases::{Holder, changed};
use super::pure::{class, format, joined, of_text, pairs_of, system};
use super::python::Machine;
use super::signature::argument_at;
use super::state::{Flow, Frame};
use super::unread;
use super::value::{Object, ObjectId, Value};
use crate::source::Span;

/// Calls of the script's own functions inside each other.
const DEEPEST_CALL: usize = 8;

/// A parameter, what else holds its value, and whether it is all of it.
type Shared<'a> = (&'a str, Vec<Holder>, bool);

impl<'a> Machine<'a> {
    pub(super) fn call(&mut self, call: &'a ExprCall) -> Value {
        let function = match call.func.as_ref() {
            Expr::Attribute(attribute) => {
                let holder = self.value(&attribute.value);
                match holder {
                    Value::Path(path) => Value::Path(format!("{path}.{}", attribute.attr)),
                    Value::Unknown | Value::Function(_) => {
                        let (mut arguments, mut named) = self.arguments(&call.arguments);
                        let class = attribute.attr.to_string();
                        self.by_name(&class, &call.arguments.args, &mut arguments, &mut named);
                        return self.make(class, None, arguments, named, call.range());
                    }
                    holder => return self.method(call, holder, attribute.attr.as_str()),
                }
            }
            other => self.value(other),
        };
        if let Value::Function(own) = function {
            return self.own_function(self.functions[own], &call.arguments);
        }
        let Value::Path(path) = function else {
            self.arguments(&call.arguments);
            return Value::Unknown;
        };
        if self.classes.contains(path.as_str()) && !path.ends_with("Step")
            || self.classes.contains(path.as_str()) && unread::is_read(&path)
        {
            return self.own_class(call, &path);
        }
        let (mut arguments, mut named) = self.arguments(&call.arguments);
        if path == "setattr" {
            return self.set_attribute(call, &arguments);
        }
        if let Some(known) = system(&path, &arguments) {
            self.baked(&path, &arguments, call.range());
            return known;
        }
        let class = class(&path);
        self.by_name(&class, &call.arguments.args, &mut arguments, &mut named);
        self.make(class, None, arguments, named, call.range())
    }

    /// Arguments by position become arguments by name where the class is known.
    fn by_name(
        &self,
        class: &str,
        written: &[Expr],
        arguments: &mut Vec<Value>,
        named: &mut Vec<(String, Value, Span)>,
    ) {
        if written.iter().any(Expr::is_starred_expr) {
            return;
        }
        let known = (0..arguments.len()).map_while(|at| argument_at(class, at));
        let known: Vec<&str> = known.collect();
        let values = arguments.drain(..known.len());
        for ((name, value), from) in known.iter().zip(values).zip(written) {
            named.push(((*name).to_owned(), value, self.span(from.range())));
        }
    }

    fn method(&mut self, call: &'a ExprCall, holder: Value, name: &str) -> Value {
        let (arguments, named) = self.arguments(&call.arguments);
        if let (Value::List(_) | Value::Dict(_), Expr::Attribute(attribute)) =
            (&holder, call.func.as_ref())
            && let Some(value) = changed(&holder, name, &arguments, &named)
        {
            if self.pays(&value, call.range()) {
                self.store(&attribute.value, value);
            }
            return if matches!(name, "pop" | "popitem" | "setdefault") {
                Value::Unknown
            } else {
                Value::Nothing
            };
        }
        if let (Value::List(_) | Value::Dict(_), "copy") = (&holder, name) {
            return holder;
        }
        if let (Value::Dict(pairs), "get", [Value::Text(key), rest @ ..]) =
            (&holder, name, arguments.as_slice())
        {
            let known = pairs.iter().find(|(known, _)| known == key).map(|(_, value)| value);
            return known.or(rest.first()).cloned().unwrap_or(Value::Nothing);
        }
        if let (Value::Dict(pairs), true) = (&holder, arguments.is_empty())
            && let Some(items) = pairs_of(pairs, name)
        {
            return items;
        }
        if let Some(text) = holder.text() {
            self.baked(name, std::slice::from_ref(&holder), call.range());
            let words: Vec<_> = named.iter().map(|(name, it, _)| (name.as_str(), it)).collect();
            let made = match name {
                "format" => format(text, &arguments, &words),
                "join" => joined(text, &arguments),
                _ => of_text(text, name, &arguments),
            };
            return made.unwrap_or(Value::Unknown);
        }
        self.make(name.to_owned(), Some(holder), arguments, named, call.range())
    }

    /// A class of the script is not followed, nor read as one of the SDK.
    fn own_class(&mut self, call: &'a ExprCall, name: &str) -> Value {
        self.arguments(&call.arguments);
        if unread::is_read(name) {
            self.program.remarks.lost(
                self.span(call.range()),
                format!("`{name}` is a class of this script here, which is not followed"),
                "write what it makes in the spec",
            );
        }
        Value::Unknown
    }

    fn set_attribute(&mut self, call: &'a ExprCall, arguments: &[Value]) -> Value {
        let at = self.span(call.range());
        match arguments {
            [holder, Value::Text(name), value] => self.set(holder, name, value, at),
            _ => self.program.remarks.lost(
                at,
                "it is not known what this sets",
                "correct the spec by hand",
            ),
        }
        Value::Nothing
    }

    fn make(
        &mut self,
        class: String,
        receiver: Option<Value>,
        arguments: Vec<Value>,
        named: Vec<(String, Value, Span)>,
        range: TextRange,
    ) -> Value {
        let (span, variable, fields) = (self.span(range), None, Vec::new());
        let object = Object { class, receiver, arguments, named, span, variable, fields };
        let id: ObjectId = self.program.objects.len();
        if let Some(Value::Object(of)) = object.receiver {
            self.program.calls.entry(of).or_default().push(id);
        }
        self.program.objects.push(object);
        Value::Object(id)
    }

    fn arguments(&mut self, arguments: &'a Arguments) -> (Vec<Value>, Vec<(String, Value, Span)>) {
        let positional = self.values(&arguments.args);
        arguments.args.iter().for_each(|it| self.places(it, it.range()));
        let mut named = Vec::new();
        for keyword in &arguments.keywords {
            let value = self.value(&keyword.value);
            let span = self.span(keyword.range);
            self.places(&keyword.value, keyword.range);
            match (&keyword.arg, value) {
                (Some(name), value) => named.push((name.to_string(), value, span)),
                (None, Value::Dict(pairs)) => {
                    named.extend(pairs.into_iter().map(|(key, value)| (key, value, span)));
                }
                (None, _) => self.program.remarks.lost(
                    span,
                    "it is not known what these arguments hold",
                    "write them out, or add them to the spec by hand",
                ),
            }
        }
        (positional, named)
    }

    /// Remembers where the items of a list stand that is an argument.
    fn places(&mut self, value: &Expr, argument: TextRange) {
        if let Expr::List(list) = value {
            let places = list.elts.iter().map(|it| self.span(it.range())).collect();
            self.program.elements.insert(argument.start().into(), places);
        }
    }

    /// A function of the script itself is followed with its arguments.
    fn own_function(
        &mut self,
        function: (&'a StmtFunctionDef, usize),
        arguments: &'a Arguments,
    ) -> Value {
        let (positional, named) = self.arguments(arguments);
        let starred = arguments.args.iter().any(Expr::is_starred_expr);
        let parameters = function.0.parameters.iter_non_variadic_params();
        let parameters = parameters.map(|parameter| parameter.name().as_str());
        let by_position = parameters.zip(&arguments.args).filter(|_| !starred);
        let by_name = arguments.keywords.iter();
        let by_name = by_name.filter_map(|it| Some((it.arg.as_ref()?.as_str(), &it.value)));
        let shared: Vec<Shared<'a>> = by_position
            .chain(by_name)
            .map(|(name, from)| (name, self.holders(from), from.is_name_expr()))
            .filter(|(_, holders, _)| !holders.is_empty())
            .collect();
        self.enter(function, positional, &named, &shared)
    }

    pub(super) fn enter(
        &mut self,
        (function, home): (&'a StmtFunctionDef, usize),
        positional: Vec<Value>,
        named: &[(String, Value, Span)],
        shared: &[Shared<'a>],
    ) -> Value {
        if self.scopes.len() > DEEPEST_CALL {
            return Value::Unknown;
        }
        let mut scope = BTreeMap::new();
        let mut positional = positional.into_iter();
        for parameter in function.parameters.iter_non_variadic_params() {
            let name = parameter.name().as_str();
            let by_name = named.iter().find(|(known, ..)| known == name);
            let given = by_name.map(|(_, value, _)| value.clone()).or_else(|| positional.next());
            let value = match (given, parameter.default()) {
                (Some(value), _) => value,
                (None, Some(default)) => self.value(default),
                (None, None) => Value::Unknown,
            };
            if !self.budget.takes(named.len()) || !self.pays(&value, parameter.range()) {
                break;
            }
            scope.insert(name.to_owned(), value);
        }
        if let Some(rest) = &function.parameters.vararg {
            scope.insert(rest.name.to_string(), Value::List(positional.collect()));
        }
        if let Some(rest) = &function.parameters.kwarg {
            let known = |name: &str| {
                let mut all = function.parameters.iter_non_variadic_params();
                all.any(|parameter| parameter.name().as_str() == name)
            };
            let rest_of = named.iter().filter(|(name, ..)| !known(name));
            let pairs = rest_of.map(|(name, value, _)| (name.clone(), value.clone()));
            scope.insert(rest.name.to_string(), Value::Dict(pairs.collect()));
        }
        self.run(function, home, scope, shared)
    }

    /// Follows the body of a function.
    fn run(
        &mut self,
        function: &'a StmtFunctionDef,
        home: usize,
        scope: BTreeMap<String, Value>,
        shared: &[Shared<'a>],
    ) -> Value {
        let parent = self.frames.iter().position(|frame| frame.number == home).unwrap_or(0);
        self.entered += 1;
        let frame = Frame { number: self.entered, parent, outer: BTreeMap::new() };
        let (top, mark) = (self.scopes.len(), self.journal.len());
        let returns = self.returns.take();
        let escaped = self.escaped;
        self.scopes.push(scope);
        self.frames.push(frame);
        for (name, holders, exact) in shared {
            self.link(&Holder::Name((top, (*name).to_owned())), holders, *exact);
        }
        let flow = self.block(&function.body);
        self.escaped = escaped;
        self.scopes.pop();
        self.frames.pop();
        self.unlink(top);
        let kept = self.journal.split_off(mark).into_iter().filter(|it| it.key.0 < top);
        self.journal.extend(kept);
        let maybe = std::mem::replace(&mut self.returns, returns);
        match (flow, maybe) {
            (Some(Flow::Return(value)), Some(other)) => self.program.joined(&other, &value),
            (Some(Flow::Return(value)), None) | (_, Some(value)) => value,
            (_, None) => Value::Nothing,
        }
    }
}
