//! The template as a value: what is deployed, what is there already, and what is asked for.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::expression::Expression;

/// A type of resource.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Kind {
    Workspace,
    BatchEndpoint,
    StorageAccount,
    BlobService,
    Container,
    Vault,
    Secret,
    SystemTopic,
    EventSubscription,
    LogicApp,
    RoleAssignment,
}

impl Kind {
    /// Its name, and the version of its contract.
    fn contract(self) -> (&'static str, &'static str) {
        match self {
            Self::Workspace => ("Microsoft.MachineLearningServices/workspaces", "2026-05-01"),
            Self::BatchEndpoint => {
                ("Microsoft.MachineLearningServices/workspaces/batchEndpoints", "2026-05-01")
            }
            Self::StorageAccount => ("Microsoft.Storage/storageAccounts", "2025-06-01"),
            Self::BlobService => ("Microsoft.Storage/storageAccounts/blobServices", "2025-06-01"),
            Self::Container => {
                ("Microsoft.Storage/storageAccounts/blobServices/containers", "2025-06-01")
            }
            Self::Vault => ("Microsoft.KeyVault/vaults", "2025-05-01"),
            Self::Secret => ("Microsoft.KeyVault/vaults/secrets", "2025-05-01"),
            Self::SystemTopic => ("Microsoft.EventGrid/systemTopics", "2025-02-15"),
            Self::EventSubscription => {
                ("Microsoft.EventGrid/systemTopics/eventSubscriptions", "2025-02-15")
            }
            Self::LogicApp => ("Microsoft.Logic/workflows", "2019-05-01"),
            Self::RoleAssignment => ("Microsoft.Authorization/roleAssignments", "2022-04-01"),
        }
    }

    pub(super) fn name(self) -> &'static str {
        self.contract().0
    }

    pub(super) fn version(self) -> &'static str {
        self.contract().1
    }
}

/// A resource that has a name: to be deployed, or there already.
#[derive(PartialEq, Debug)]
pub(super) struct Known {
    /// What Bicep calls it; unique in the template.
    pub(super) symbol: String,
    /// Its type.
    pub(super) kind: Kind,
    /// The last part of its name.
    pub(super) name: Expression,
    /// What it is a part of.
    pub(super) parent: Option<Arc<Known>>,
    /// What it is about, when it is no part of that.
    pub(super) scope: Option<Arc<Known>>,
}

impl Known {
    /// One that stands alone.
    pub(super) fn new(symbol: impl Into<String>, kind: Kind, name: Expression) -> Arc<Self> {
        Arc::new(Self { symbol: symbol.into(), kind, name, parent: None, scope: None })
    }

    /// One that is a part of another.
    pub(super) fn within(
        parent: &Arc<Known>,
        symbol: impl Into<String>,
        kind: Kind,
        name: Expression,
    ) -> Arc<Self> {
        let parent = Some(Arc::clone(parent));
        Arc::new(Self { symbol: symbol.into(), kind, name, parent, scope: None })
    }

    /// One that is about another.
    pub(super) fn about(
        scope: &Arc<Known>,
        symbol: impl Into<String>,
        kind: Kind,
        name: Expression,
    ) -> Arc<Self> {
        let scope = Some(Arc::clone(scope));
        Arc::new(Self { symbol: symbol.into(), kind, name, parent: None, scope })
    }

    /// The parts of its name, from the outermost on.
    pub(super) fn path(&self) -> Vec<&Expression> {
        let mut path = self.parent.iter().flat_map(|parent| parent.path()).collect::<Vec<_>>();
        path.push(&self.name);
        path
    }

    /// Its whole name.
    pub(super) fn full_name(&self) -> Expression {
        let mut parts: Vec<Expression> = Vec::new();
        for part in self.path() {
            if !parts.is_empty() {
                parts.push(Expression::text("/"));
            }
            parts.push(part.clone());
        }
        let texts: Option<String> = parts.iter().map(as_text).collect();
        match (texts, parts.len()) {
            (Some(text), _) => Expression::Text(text),
            (None, 1) => parts.remove(0),
            (None, _) => Expression::Join(parts),
        }
    }

    /// The resources that its name, its parent and its scope lead to, the outermost first.
    fn visit<'k>(self: &'k Arc<Self>, note: &mut dyn FnMut(&'k Arc<Self>)) {
        for other in self.parent.iter().chain(&self.scope) {
            other.visit(note);
            note(other);
        }
        self.name.visit(note);
    }
}

fn as_text(part: &Expression) -> Option<&str> {
    if let Expression::Text(text) = part { Some(text) } else { None }
}

/// A value inside of a resource.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Value {
    Text(String),
    Expression(Expression),
    Boolean(bool),
    Integer(i64),
    /// In the spelling of the author.
    Number(String),
    List(Vec<Value>),
    Object(Object),
}

/// Keys and values, in order.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Object(pub(super) Vec<(Cow<'static, str>, Value)>);

impl Object {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Adds a key.
    pub(super) fn put(
        &mut self,
        key: impl Into<Cow<'static, str>>,
        value: impl Into<Value>,
    ) -> &mut Self {
        self.0.push((key.into(), value.into()));
        self
    }

    /// One key, for what nests.
    pub(super) fn of(key: impl Into<Cow<'static, str>>, value: impl Into<Value>) -> Self {
        let mut object = Self::new();
        object.put(key, value);
        object
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Expression> for Value {
    fn from(expression: Expression) -> Self {
        if let Expression::Text(text) = expression {
            Self::Text(text)
        } else {
            Self::Expression(expression)
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Integer(i64::from(value))
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::Object(object)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(items: Vec<T>) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

impl Value {
    fn visit<'v>(&'v self, note: &mut dyn FnMut(&'v Arc<Known>)) {
        match self {
            Self::Text(_) | Self::Boolean(_) | Self::Integer(_) | Self::Number(_) => {}
            Self::Expression(expression) => expression.visit(note),
            Self::List(items) => items.iter().for_each(|item| item.visit(note)),
            Self::Object(object) => object.0.iter().for_each(|(_, value)| value.visit(note)),
        }
    }
}

/// A resource to be deployed.
#[derive(Debug)]
pub(super) struct Resource {
    /// What it is called.
    pub(super) known: Arc<Known>,
    /// What comes before it though it does not name it.
    pub(super) after: Vec<Arc<Known>>,
    /// What it says: `location`, `tags`, `identity`, `properties`.
    pub(super) body: Object,
}

impl Resource {
    /// The resources that it names.
    fn named(&self) -> Vec<&Arc<Known>> {
        let mut named = Vec::new();
        let mut note = |known| named.push(known);
        self.known.visit(&mut note);
        self.body.0.iter().for_each(|(_, value)| value.visit(&mut note));
        named
    }
}

/// A parameter of the template; all are texts.
#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) about: String,
    /// What it is when nobody says.
    pub(super) default: Option<Expression>,
}

/// A template.
#[derive(Debug)]
pub(super) struct Template {
    pub(super) parameters: Vec<Parameter>,
    pub(super) variables: Vec<(String, Expression)>,
    pub(super) resources: Vec<Resource>,
    /// The principal of each Logic App, by its name.
    pub(super) principals: Object,
}

impl Template {
    /// Whether the template deploys it.
    fn deploys(&self, known: &Known) -> bool {
        self.resources.iter().any(|resource| resource.known.symbol == known.symbol)
    }

    /// What is there already and is named, parents first.
    pub(super) fn existing(&self) -> Vec<&Arc<Known>> {
        let (mut seen, mut all) = (BTreeSet::new(), Vec::new());
        let mut note = |known: &'_ Arc<Known>| seen.insert(known.symbol.clone());
        for resource in &self.resources {
            for named in resource.named() {
                let mut chain = Vec::new();
                named.visit(&mut |known| chain.push(known));
                chain.push(named);
                all.extend(chain.into_iter().filter(|it| !self.deploys(it) && note(it)));
            }
        }
        all
    }

    /// What must be deployed before a resource: with what it names, and without.
    pub(super) fn needs<'t>(&'t self, resource: &'t Resource) -> Needs<'t> {
        let mut needs = Needs { named: Vec::new(), unnamed: Vec::new() };
        for known in resource.named() {
            let is_new = !needs.named.iter().any(|other| other.symbol == known.symbol);
            if is_new && self.deploys(known) {
                needs.named.push(known);
            }
        }
        for known in &resource.after {
            let is_named = needs.named.iter().any(|other| other.symbol == known.symbol);
            if !is_named && self.deploys(known) {
                needs.unnamed.push(known);
            }
        }
        needs
    }
}

/// What comes before a resource.
pub(super) struct Needs<'t> {
    /// What it names, so that Bicep sees it.
    pub(super) named: Vec<&'t Arc<Known>>,
    /// What must be said.
    pub(super) unnamed: Vec<&'t Arc<Known>>,
}
