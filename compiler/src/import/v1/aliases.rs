//! Lists and dictionaries with several names: what is done to one is done to all of them.

// The parser's enums grow with the language, so that every match on them has to end in `_`.
#![allow(clippy::wildcard_enum_match_arm)]

use std::collections::BTreeSet;

use ruff_python_ast::{Expr, ExprCall};

use super::python::Machine;
use super::state::Key;
use super::value::{ObjectId, Value};

/// What holds a value.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Holder {
    Name(Key),
    Field(ObjectId, String),
}

/// Two holders of one value, or of parts of it.
#[derive(Clone, Debug)]
pub(super) struct Link {
    one: Holder,
    other: Holder,
    /// Whether both hold all of it.
    exact: bool,
}

impl<'a> Machine<'a> {
    /// The names whose lists and dictionaries may be inside of what an expression gives.
    pub(super) fn holders(&self, expression: &Expr) -> Vec<Holder> {
        let mut found = Vec::new();
        let mut open = vec![expression];
        while let Some(next) = open.pop() {
            match next {
                Expr::Name(name) => found.extend(self.container(name.id.as_str())),
                Expr::List(list) => open.extend(&list.elts),
                Expr::Tuple(tuple) => open.extend(&tuple.elts),
                Expr::Dict(dict) => open.extend(dict.items.iter().map(|item| &item.value)),
                Expr::Subscript(item) if !item.slice.is_slice_expr() => open.push(&item.value),
                Expr::If(choice) => open.extend([choice.body.as_ref(), choice.orelse.as_ref()]),
                Expr::BoolOp(both) => open.extend(&both.values),
                Expr::Named(named) => open.push(&named.value),
                Expr::Attribute(attribute) => {
                    if let Expr::Name(name) = attribute.value.as_ref()
                        && let Some(Value::Object(id)) = self.lookup(name.id.as_str())
                    {
                        found.push(Holder::Field(*id, attribute.attr.to_string()));
                    }
                }
                Expr::Call(call) => open.extend(self.handed_on(call)),
                _ => {}
            }
        }
        found
    }

    fn container(&self, name: &str) -> Option<Holder> {
        let scope = self.place_of(name)?;
        let value = self.scopes[scope].get(name)?;
        let holds = matches!(value, Value::List(_) | Value::Dict(_));
        holds.then(|| Holder::Name((scope, name.to_owned())))
    }

    /// What a call may give as it was: arguments of the script's own functions, parts of a dictionary.
    fn handed_on<'e>(&self, call: &'e ExprCall) -> Vec<&'e Expr> {
        let own = |name: &str| matches!(self.lookup(name), Some(Value::Function(_)));
        match call.func.as_ref() {
            Expr::Name(name) if own(name.id.as_str()) => {
                let named = call.arguments.keywords.iter().map(|it| &it.value);
                call.arguments.args.iter().chain(named).collect()
            }
            Expr::Name(name) if ["enumerate", "zip", "reversed"].contains(&name.id.as_str()) => {
                call.arguments.args.iter().collect()
            }
            Expr::Attribute(of) if of.attr.as_str() != "copy" => vec![&of.value],
            _ => Vec::new(),
        }
    }

    /// Notes that a name got what others may hold as well.
    pub(super) fn alias(&mut self, target: &Expr, from: &Expr) {
        let holders = self.holders(from);
        let exact = from.is_name_expr() && target.is_name_expr();
        let names = targets(target);
        for name in names {
            if let Some(holder) = self.container(name) {
                self.forget(&holder);
                self.link(&holder, &holders, exact);
            }
        }
        if let [Holder::Field(..)] = self.holders(target).as_slice()
            && let Some(field) = self.holders(target).pop()
            && target.is_attribute_expr()
        {
            self.link(&field, &holders, false);
        }
    }

    /// A name that gets another value no longer shares what it had.
    fn forget(&mut self, holder: &Holder) {
        if self.is_sure() {
            self.links.retain(|link| link.one != *holder && link.other != *holder);
        } else {
            let mine = |link: &&mut Link| link.one == *holder || link.other == *holder;
            self.links.iter_mut().filter(mine).for_each(|link| link.exact = false);
        }
    }

    pub(super) fn link(&mut self, holder: &Holder, others: &[Holder], exact: bool) {
        let exact = exact && self.is_sure();
        let mut all: Vec<(Holder, bool)> = Vec::new();
        for other in others.iter().filter(|other| *other != holder) {
            all.push((other.clone(), exact));
            for link in &self.links {
                let next = match (link.one == *other, link.other == *other) {
                    (true, false) => &link.other,
                    (false, true) => &link.one,
                    _ => continue,
                };
                all.push((next.clone(), exact && link.exact));
            }
        }
        for (other, exact) in all {
            if other != *holder && self.budget.takes(1 + self.links.len() / 16) {
                self.links.push(Link { one: holder.clone(), other, exact });
            }
        }
    }

    /// Forgets the names of a scope that ends.
    pub(super) fn unlink(&mut self, scope: usize) {
        let inside = |it: &Holder| matches!(it, Holder::Name((at, _)) if *at >= scope);
        self.links.retain(|link| !inside(&link.one) && !inside(&link.other));
    }

    /// A list or a dictionary changes in place.
    pub(super) fn store(&mut self, place: &'a Expr, value: Value) {
        match place {
            Expr::Name(name) => {
                if let Some(scope) = self.place_of(name.id.as_str()) {
                    let key = (scope, name.id.to_string());
                    self.write(key.clone(), value.clone());
                    self.spread(Holder::Name(key), &value);
                }
            }
            Expr::Subscript(item) => {
                let holder = self.value(&item.value);
                let key = self.value(&item.slice);
                let whole = replaced(holder, &key, value);
                self.store(&item.value, whole);
            }
            Expr::Attribute(attribute) => {
                let holder = self.value(&attribute.value);
                let at = self.span(attribute.range);
                self.set(&holder, attribute.attr.as_str(), &value, at);
                if let Value::Object(id) = holder {
                    self.spread(Holder::Field(id, attribute.attr.to_string()), &value);
                }
            }
            other => {
                for holder in self.holders(other) {
                    self.put(&holder, Value::Unknown);
                    self.spread(holder, &Value::Unknown);
                }
            }
        }
    }

    /// What holds the same changes with it.
    fn spread(&mut self, from: Holder, value: &Value) {
        let mut seen = BTreeSet::from([from.clone()]);
        let mut open = vec![(from, true)];
        while let Some((holder, all)) = open.pop() {
            let of_it = |link: &Link| {
                let other = if link.one == holder { &link.other } else { &link.one };
                let here = link.one == holder || link.other == holder;
                here.then(|| (other.clone(), all && link.exact))
            };
            let found: Vec<_> = self.links.iter().filter_map(of_it).collect();
            for (other, exact) in found {
                if seen.insert(other.clone()) {
                    self.put(&other, if exact { value.clone() } else { Value::Unknown });
                    open.push((other, exact));
                }
            }
        }
    }

    fn put(&mut self, holder: &Holder, value: Value) {
        match holder {
            Holder::Name(key) => {
                if key.0 < self.scopes.len() {
                    self.write(key.clone(), value);
                }
            }
            Holder::Field(id, path) => {
                let object = &mut self.program.objects[*id];
                let at = object.fields.iter().rev().find(|(known, ..)| known == path);
                let at = at.map_or(object.span, |(.., at)| *at);
                object.fields.push((path.clone(), value, at));
            }
        }
    }
}

/// The names that a target gives values to.
pub(super) fn targets(target: &Expr) -> Vec<&str> {
    let (mut names, mut open) = (Vec::new(), vec![target]);
    while let Some(next) = open.pop() {
        match next {
            Expr::Name(name) => names.push(name.id.as_str()),
            Expr::Tuple(tuple) => open.extend(&tuple.elts),
            Expr::List(list) => open.extend(&list.elts),
            Expr::Starred(starred) => open.push(&starred.value),
            _ => {}
        }
    }
    names
}

/// A list or a dictionary with another item.
fn replaced(whole: Value, key: &Value, item: Value) -> Value {
    match (whole, key) {
        (Value::Dict(mut pairs), Value::Text(key)) => {
            pairs.retain(|(known, _)| known != key);
            pairs.push((key.clone(), item));
            Value::Dict(pairs)
        }
        (Value::List(mut items), Value::Integer(at)) => {
            let slot = usize::try_from(*at).ok().and_then(|at| items.get_mut(at));
            match slot {
                Some(slot) => *slot = item,
                None => return Value::Unknown,
            }
            Value::List(items)
        }
        _ => Value::Unknown,
    }
}

/// What a method leaves of a list or a dictionary; none for one that changes nothing.
pub(super) fn changed(
    whole: &Value,
    method: &str,
    arguments: &[Value],
    named: &[(String, Value, crate::source::Span)],
) -> Option<Value> {
    let changes = [
        "append",
        "clear",
        "extend",
        "insert",
        "pop",
        "popitem",
        "remove",
        "reverse",
        "setdefault",
        "sort",
        "update",
    ];
    if !changes.contains(&method) {
        return None;
    }
    Some(match (whole, method, arguments) {
        (Value::List(items), "append", [item]) => {
            Value::List(items.iter().chain([item]).cloned().collect())
        }
        (Value::List(items), "extend", [Value::List(more)]) => {
            Value::List(items.iter().chain(more).cloned().collect())
        }
        (Value::List(items), "insert", [Value::Integer(0), item]) => {
            Value::List([item].into_iter().chain(items).cloned().collect())
        }
        (Value::Dict(pairs), "update", [] | [Value::Dict(_)]) => {
            let given = match arguments {
                [Value::Dict(given)] => given.as_slice(),
                _ => &[],
            };
            let more = given.iter().map(|(key, value)| (key.clone(), value.clone()));
            let named = named.iter().map(|(key, value, _)| (key.clone(), value.clone()));
            Value::Dict(merged(pairs.iter().cloned().chain(more).chain(named)))
        }
        _ => Value::Unknown,
    })
}

/// Pairs of which the last with a key holds, at the place of the first.
pub(super) fn merged(pairs: impl Iterator<Item = (String, Value)>) -> Vec<(String, Value)> {
    let mut places = std::collections::BTreeMap::new();
    let mut all: Vec<(String, Value)> = Vec::new();
    for (key, value) in pairs {
        let place = *places.entry(key.clone()).or_insert(all.len());
        match all.get_mut(place) {
            Some(known) => known.1 = value,
            None => all.push((key, value)),
        }
    }
    all
}
