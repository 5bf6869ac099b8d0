//! What names stand for, and what becomes of that where it is not known whether code is run: a name
//! that may stand for two things stands for something unknown.

use std::collections::{BTreeMap, BTreeSet};

use super::python::Machine;
use super::steps;
use super::value::{Object, Value};

/// A name, and the scope that it stands in.
pub(super) type Key = (usize, String);

/// A name that got a value, and what it stood for before.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) key: Key,
    old: Option<Value>,
}

/// How a block is left before its end.
#[derive(Debug)]
pub(super) enum Flow {
    Return(Value),
    Break,
    Continue,
    /// `raise`, or the end of the script.
    Raise,
}

/// What code that may not be run does to names, and how it ends.
#[derive(Default, Debug)]
pub(super) struct Branch {
    pub(super) ends: BTreeMap<Key, Value>,
    /// Names that stood for several things on the way.
    pub(super) unsteady: BTreeSet<Key>,
    pub(super) flow: Option<Flow>,
}

/// Where a function's names outside of it stand.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Outer {
    Global,
    Enclosing,
}

/// What belongs to a scope beside its names.
#[derive(Default, Debug)]
pub(super) struct Frame {
    /// Its number among all that were entered.
    pub(super) number: usize,
    /// The scope that its function was defined in.
    pub(super) parent: usize,
    /// Names that are not its own.
    pub(super) outer: BTreeMap<String, Outer>,
}

impl Machine<'_> {
    pub(super) fn assign(&mut self, name: &str, value: Value) {
        if let Value::Object(id) = &value {
            self.program.objects[*id].variable.get_or_insert_with(|| name.to_owned());
        }
        let top = self.scopes.len() - 1;
        match self.frames[top].outer.get(name) {
            Some(Outer::Global) => self.write((0, name.to_owned()), value),
            Some(Outer::Enclosing) => {
                for scope in 1..top {
                    if self.scopes[scope].contains_key(name) {
                        self.write((scope, name.to_owned()), Value::Unknown);
                    }
                }
                self.write((top, name.to_owned()), value);
            }
            None => self.write((top, name.to_owned()), value),
        }
    }

    pub(super) fn write(&mut self, key: Key, value: Value) {
        let old = self.scopes[key.0].insert(key.1.clone(), value);
        self.journal.push(Change { key, old });
    }

    /// Where a name stands that is read.
    pub(super) fn place_of(&self, name: &str) -> Option<usize> {
        let mut scope = self.scopes.len() - 1;
        loop {
            if self.scopes[scope].contains_key(name) {
                return Some(scope);
            }
            if scope == 0 {
                return None;
            }
            scope = self.frames[scope].parent;
        }
    }

    pub(super) fn lookup(&self, name: &str) -> Option<&Value> {
        self.scopes[self.place_of(name)?].get(name)
    }

    /// Whether it is known that what is followed is run.
    pub(super) fn is_sure(&self) -> bool {
        self.unsure == 0 && !self.escaped
    }

    /// Follows code that may not be run, and takes back what it does to names.
    pub(super) fn branch(&mut self, follow: impl FnOnce(&mut Self) -> Option<Flow>) -> Branch {
        let mark = self.journal.len();
        self.unsure += 1;
        let flow = follow(self);
        self.unsure -= 1;
        Branch { flow, ..self.taken_back(mark) }
    }

    /// Takes back what was done to names since a mark.
    pub(super) fn taken_back(&mut self, mark: usize) -> Branch {
        let mut branch = Branch::default();
        while self.journal.len() > mark {
            let Some(Change { key, old }) = self.journal.pop() else { break };
            let current = self.scopes[key.0].remove(&key.1).unwrap_or(Value::Unknown);
            let end = branch.ends.entry(key.clone()).or_insert(current);
            let Some(old) = old else { continue };
            if !self.program.is_same(&old, end) {
                branch.unsteady.insert(key.clone());
            }
            self.scopes[key.0].insert(key.1, old);
        }
        branch
    }

    /// Goes on where one of some branches was taken.
    pub(super) fn merge(&mut self, branches: Vec<Branch>) -> Option<Flow> {
        let (live, left): (Vec<Branch>, Vec<Branch>) =
            branches.into_iter().partition(|branch| branch.flow.is_none());
        let keys: BTreeSet<Key> = live.iter().flat_map(|it| it.ends.keys().cloned()).collect();
        for key in keys {
            let before = self.scopes[key.0].get(&key.1).cloned();
            let ends = live.iter().filter_map(|it| it.ends.get(&key).or(before.as_ref()));
            let end = ends.cloned().reduce(|one, other| self.program.joined(&one, &other));
            if let Some(end) = end.filter(|end| before.as_ref() != Some(end)) {
                self.write(key, end);
            }
        }
        let flows = left.into_iter().filter_map(|branch| branch.flow);
        self.left_by(flows.collect(), !live.is_empty())
    }

    /// How a block is left that some of its branches leave.
    fn left_by(&mut self, flows: Vec<Flow>, goes_on: bool) -> Option<Flow> {
        let several = goes_on || flows.len() > 1;
        let (mut returned, mut turned, mut raised) = (None, None, None);
        for flow in flows {
            match flow {
                Flow::Return(value) => {
                    returned = Some(match returned {
                        Some(other) => self.program.joined(&other, &value),
                        None => value,
                    });
                }
                Flow::Break | Flow::Continue => {
                    self.escaped |= several;
                    turned = Some(flow);
                }
                Flow::Raise => raised = Some(flow),
            }
        }
        if goes_on {
            if let Some(value) = returned {
                self.may_return(value);
            }
            return None;
        }
        returned.map(Flow::Return).or(turned).or(raised)
    }

    /// Remembers what a function may return; `return` alone leaves it early.
    pub(super) fn may_return(&mut self, value: Value) {
        if value == Value::Nothing {
            return;
        }
        self.returns = Some(match self.returns.take() {
            Some(other) => self.program.joined(&other, &value),
            None => value,
        });
    }
}

impl super::value::Program {
    /// What stands for one of two values.
    pub(super) fn joined(&self, one: &Value, other: &Value) -> Value {
        if self.is_same(one, other) {
            return other.clone();
        }
        match (one, other) {
            // A step that may not be there is said where it is made.
            (Value::List(less), Value::List(more)) | (Value::List(more), Value::List(less))
                if more.starts_with(less) && more[less.len()..].iter().all(|it| self.steps(it)) =>
            {
                Value::List(more.clone())
            }
            _ => Value::Unknown,
        }
    }

    fn steps(&self, value: &Value) -> bool {
        let is_step = |it: &Value| self.object(it).is_some_and(|(_, it)| steps::is_step(it));
        value.items().iter().all(is_step)
    }

    /// Whether two values stand for one thing: what a script looks up in the workspace, or else
    /// creates, has the same name.
    pub(super) fn is_same(&self, one: &Value, other: &Value) -> bool {
        one == other
            || match (self.named(one), self.named(other)) {
                (Some(one), Some(other)) => one == other,
                _ => false,
            }
    }

    /// The kind and the name of a thing of the workspace.
    fn named(&self, value: &Value) -> Option<(&'static str, Value)> {
        match value {
            Value::Part(holder, item) => {
                let Value::Part(_, of) = holder.as_ref() else { return None };
                let (kind, _) = KINDS.iter().find(|(_, all)| all == of)?;
                let name = item.strip_prefix('[')?.strip_suffix(']')?;
                Some((kind, Value::Text(name.to_owned())))
            }
            Value::Object(id) => of_object(&self.objects[*id]),
            _ => None,
        }
    }
}

/// What the parts of a workspace are called.
const KINDS: [(&str, &str); 4] = [
    ("ComputeTarget", "compute_targets"),
    ("Environment", "environments"),
    ("Datastore", "datastores"),
    ("Dataset", "datasets"),
];

fn of_object(object: &Object) -> Option<(&'static str, Value)> {
    let (class, method) = object.class.split_once('.').unwrap_or((&object.class, ""));
    let class = if class == "AmlCompute" { "ComputeTarget" } else { class };
    let (kind, _) = KINDS.iter().find(|(kind, _)| *kind == class)?;
    let position = usize::from(class != "Environment" || method == "get");
    let name = object.argument("name", position)?;
    let name = name.text().map_or_else(|| name.clone(), |text| Value::Text(text.to_owned()));
    let known = matches!(name, Value::Text(_) | Value::Variable(..) | Value::Object(_));
    known.then_some((*kind, name))
}
