//! Nodes of Azure ML's own kinds: AutoML, sweeps, Spark jobs.

use std::borrow::Cow;

use super::{ComponentUse, Reference, ScriptPiece, Setting, ValueType};

/// A node of one of Azure ML's own kinds. Most of it is said under the platform's own keys.
#[derive(Clone, PartialEq, Debug)]
pub struct Native {
    /// The kind.
    pub kind: NativeKind,
    /// Root-relative folder that is uploaded with the step.
    pub code: Option<String>,
    /// The keys of the node, in Azure ML's order.
    pub fields: Fields,
}

/// One of Azure ML's own kinds.
#[derive(Clone, PartialEq, Debug)]
pub enum NativeKind {
    /// Tries algorithms on a table, images or texts, and gives the best model.
    AutoMl,
    /// Runs a command with many values of its hyperparameters.
    Sweep(Box<Trial>),
    /// A Spark job.
    Spark,
}

/// The command of a sweep.
#[derive(Clone, PartialEq, Debug)]
pub struct Trial {
    /// The command; [`ScriptPiece::Searched`] stands where a hyperparameter's value does.
    pub script: Vec<ScriptPiece>,
    /// The hyperparameters and their types, in the author's order.
    pub searched: Vec<(String, ValueType)>,
    /// The component that stands in place of the command.
    pub component: Option<Box<ComponentUse>>,
}

/// Keys and what they hold, in order.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Fields(pub Vec<(Cow<'static, str>, Field)>);

/// What a key of a node holds.
#[derive(Clone, PartialEq, Debug)]
pub enum Field {
    /// Text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number, as the author spelt it.
    Number(String),
    /// `true` or `false`.
    Boolean(bool),
    /// A list.
    List(Vec<Field>),
    /// A map.
    Map(Fields),
    /// A value that may be left to a parameter.
    Setting(Setting),
    /// The source of one of the step's inputs, by index.
    Input(u32),
    /// Text around the step's inputs and outputs.
    Script(Vec<ScriptPiece>),
}

impl Fields {
    /// Adds a key.
    pub fn put(&mut self, key: impl Into<Cow<'static, str>>, field: Field) {
        self.0.push((key.into(), field));
    }

    /// What a key holds.
    pub fn get(&self, key: &str) -> Option<&Field> {
        self.0.iter().find(|(known, _)| known == key).map(|(_, field)| field)
    }

    /// Every reference of the settings, in order.
    pub(crate) fn references(&self, visit: &mut dyn FnMut(&Reference)) {
        self.0.iter().for_each(|(_, field)| field.references(visit));
    }

    /// Every piece of the texts around inputs and outputs, in order.
    pub fn pieces(&self) -> impl Iterator<Item = &ScriptPiece> {
        let scripts = self.0.iter().filter_map(|(_, field)| {
            let Field::Script(pieces) = field else { return None };
            Some(pieces)
        });
        scripts.flatten()
    }

    /// The inputs whose sources the keys hold, by index.
    pub fn inputs(&self) -> impl Iterator<Item = u32> {
        self.0.iter().filter_map(|(_, field)| {
            let Field::Input(index) = field else { return None };
            Some(*index)
        })
    }
}

impl Field {
    fn references(&self, visit: &mut dyn FnMut(&Reference)) {
        match self {
            Self::Setting(Setting::Reference(reference)) => visit(reference),
            Self::List(items) => items.iter().for_each(|item| item.references(visit)),
            Self::Map(fields) => fields.references(visit),
            Self::Text(_)
            | Self::Integer(_)
            | Self::Number(_)
            | Self::Boolean(_)
            | Self::Setting(Setting::Fixed(_))
            | Self::Input(_)
            | Self::Script(_) => {}
        }
    }
}

impl Native {
    /// The component that a sweep tries.
    pub fn component(&self) -> Option<&ComponentUse> {
        match &self.kind {
            NativeKind::Sweep(trial) => trial.component.as_deref(),
            NativeKind::AutoMl | NativeKind::Spark => None,
        }
    }

    /// The kind as authors and Azure ML write it.
    pub fn word(&self) -> &'static str {
        match self.kind {
            NativeKind::AutoMl => "automl",
            NativeKind::Sweep(_) => "sweep",
            NativeKind::Spark => "spark",
        }
    }

    /// What the command or the arguments are made of.
    pub fn pieces(&self) -> impl Iterator<Item = &ScriptPiece> {
        let trial: &[ScriptPiece] = match &self.kind {
            NativeKind::Sweep(trial) => &trial.script,
            NativeKind::AutoMl | NativeKind::Spark => &[],
        };
        trial.iter().chain(self.fields.pieces())
    }
}
