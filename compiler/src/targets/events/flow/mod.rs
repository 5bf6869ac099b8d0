//! The definition of a Logic App's workflow, as a value
//! (<https://learn.microsoft.com/azure/logic-apps/logic-apps-workflow-actions-triggers>).

mod expression;

pub(super) use expression::{Read, joined};

use super::expression::Expression;
use super::model::{Object, Value};

const SCHEMA: &str = "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#";

/// The one trigger of every workflow.
pub(super) const TRIGGER: &str = "When_an_event_arrives";

/// A workflow: what it is told when it is deployed, and what it does.
#[derive(Debug)]
pub(super) struct Flow {
    /// Its parameters, all of them texts, with their values.
    pub(super) parameters: Vec<(&'static str, Expression)>,
    /// What it does.
    pub(super) actions: Actions,
}

/// Actions by name, in order.
#[derive(Debug, Default)]
pub(super) struct Actions(Vec<(&'static str, Action)>);

/// One action.
#[derive(Debug)]
struct Action {
    /// What it waits for, and how that may have ended.
    after: Vec<(&'static str, &'static [Ended])>,
    work: Work,
}

/// How an action ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ended {
    Succeeded,
    Failed,
    TimedOut,
}

impl Ended {
    fn word(self) -> &'static str {
        match self {
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
            Self::TimedOut => "TimedOut",
        }
    }
}

/// An action that ended, in whatever way.
pub(super) const ANYHOW: &[Ended] = &[Ended::Succeeded, Ended::Failed, Ended::TimedOut];
/// One that did not do what it should.
pub(super) const BADLY: &[Ended] = &[Ended::Failed, Ended::TimedOut];
const WELL: &[Ended] = &[Ended::Succeeded];

/// What an action does.
#[derive(Debug)]
pub(super) enum Work {
    /// Fails unless the event is of this shape, and gives it.
    Parse(Object),
    /// Calls something.
    Http(Box<Http>),
    /// Goes on when a test holds, else does something first.
    Unless(Test, Actions),
    /// Waits, in seconds.
    Wait(u32),
    /// Ends the run.
    End(End),
    /// Does several things.
    Scope(Actions),
}

/// How a run ends before its last action.
#[derive(Debug)]
pub(super) enum End {
    /// There is nothing to be done.
    Cancelled,
    /// With a reason for people.
    Failed(&'static str, String),
}

/// What a condition asks.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Test {
    /// A comparison of the language.
    Is(&'static str, Read, Read),
    /// The reverse.
    Not(Box<Test>),
    /// All of them.
    All(Vec<Test>),
    /// One of them.
    Any(Vec<Test>),
}

impl Test {
    /// Whether both are the same, letter case included.
    pub(super) fn equal(one: Read, other: Read) -> Self {
        Self::Is("equals", one, other)
    }

    pub(super) fn not(test: Self) -> Self {
        Self::Not(Box::new(test))
    }

    fn object(&self) -> Object {
        let each =
            |tests: &[Self]| -> Value { tests.iter().map(Self::object).collect::<Vec<_>>().into() };
        match self {
            Self::Is(word, one, other) => Object::of(*word, vec![one.operand(), other.operand()]),
            Self::Not(test) => Object::of("not", test.object()),
            Self::All(tests) => Object::of("and", each(tests)),
            Self::Any(tests) => Object::of("or", each(tests)),
        }
    }

    /// With `and` or `or` outermost, as the language wants it.
    fn expression(&self) -> Object {
        match self {
            Self::All(_) | Self::Any(_) => self.object(),
            Self::Is(..) | Self::Not(_) => Object::of("and", vec![self.object()]),
        }
    }
}

impl Read {
    fn operand(&self) -> Value {
        if let Self::Integer(number) = self { (*number).into() } else { self.whole() }
    }
}

/// A call over HTTP.
#[derive(Debug)]
pub(super) struct Http {
    pub(super) method: &'static str,
    pub(super) uri: Value,
    pub(super) headers: Vec<(&'static str, Value)>,
    pub(super) body: Option<Value>,
    /// For whom the app's identity gets a token; `None`: a header says who calls.
    pub(super) audience: Option<&'static str>,
    /// Whether it is tried again.
    pub(super) retries: bool,
    /// What the history of runs must not show: `inputs`, `outputs`.
    pub(super) secret: &'static [&'static str],
}

impl Http {
    /// A call by the app's identity, without headers and body.
    pub(super) fn new(method: &'static str, uri: Value, audience: &'static str) -> Self {
        Self {
            method,
            uri,
            headers: Vec::new(),
            body: None,
            audience: Some(audience),
            retries: true,
            secret: &[],
        }
    }

    fn inputs(&self) -> Object {
        let mut inputs = Object::new();
        inputs.put("method", self.method).put("uri", self.uri.clone());
        let mut headers = Object::new();
        for (name, value) in &self.headers {
            headers.put(*name, value.clone());
        }
        if !self.headers.is_empty() {
            inputs.put("headers", headers);
        }
        if let Some(body) = &self.body {
            inputs.put("body", body.clone());
        }
        if let Some(audience) = self.audience {
            let mut identity = Object::of("type", "ManagedServiceIdentity");
            identity.put("audience", audience);
            inputs.put("authentication", identity);
        }
        let mut retries = Object::new();
        if self.retries {
            retries.put("type", "exponential").put("count", 4_u32).put("interval", "PT10S");
        } else {
            retries.put("type", "none");
        }
        inputs.put("retryPolicy", retries);
        inputs
    }
}

impl Actions {
    /// Adds an action behind the last one, which must have succeeded.
    pub(super) fn then(&mut self, name: &'static str, work: Work) -> &mut Self {
        let last = self.0.last().map(|(name, _)| (*name, WELL));
        self.put(name, last.into_iter().collect(), work)
    }

    /// Adds an action behind the last one, however that ended.
    pub(super) fn then_anyhow(&mut self, name: &'static str, work: Work) -> &mut Self {
        let last = self.0.last().map(|(name, _)| (*name, ANYHOW));
        self.put(name, last.into_iter().collect(), work)
    }

    /// Adds an action behind others.
    pub(super) fn put(
        &mut self,
        name: &'static str,
        after: Vec<(&'static str, &'static [Ended])>,
        work: Work,
    ) -> &mut Self {
        self.0.push((name, Action { after, work }));
        self
    }

    /// One action.
    pub(super) fn of(name: &'static str, work: Work) -> Self {
        let mut actions = Self::default();
        actions.then(name, work);
        actions
    }

    fn object(&self) -> Object {
        let mut object = Object::new();
        for (name, action) in &self.0 {
            object.put(*name, action.object());
        }
        object
    }
}

impl Action {
    fn object(&self) -> Object {
        let mut after = Object::new();
        for (name, ended) in &self.after {
            let words: Vec<&str> = ended.iter().map(|it| it.word()).collect();
            after.put(*name, words);
        }
        let mut object = Object::of("type", self.work.kind());
        object.put("runAfter", after);
        self.work.write(&mut object);
        object
    }
}

impl Work {
    fn kind(&self) -> &'static str {
        match self {
            Self::Parse(_) => "ParseJson",
            Self::Http(_) => "Http",
            Self::Unless(..) => "If",
            Self::Wait(_) => "Wait",
            Self::End(_) => "Terminate",
            Self::Scope(_) => "Scope",
        }
    }

    fn write(&self, object: &mut Object) {
        match self {
            Self::Parse(schema) => {
                let mut inputs = Object::of("content", Read::Arrived(Vec::new()).whole());
                inputs.put("schema", schema.clone());
                object.put("inputs", inputs);
            }
            Self::Http(http) => {
                object.put("inputs", http.inputs());
                if !http.secret.is_empty() {
                    let hidden = Object::of("properties", http.secret.to_vec());
                    object.put("runtimeConfiguration", Object::of("secureData", hidden));
                }
            }
            Self::Unless(test, otherwise) => {
                object.put("expression", test.expression()).put("actions", Object::new());
                object.put("else", Object::of("actions", otherwise.object()));
            }
            Self::Wait(seconds) => {
                let mut interval = Object::of("count", *seconds);
                interval.put("unit", "Second");
                object.put("inputs", Object::of("interval", interval));
            }
            Self::End(end) => _ = object.put("inputs", end.inputs()),
            Self::Scope(actions) => _ = object.put("actions", actions.object()),
        }
    }
}

impl End {
    fn inputs(&self) -> Object {
        match self {
            Self::Cancelled => Object::of("runStatus", "Cancelled"),
            Self::Failed(code, message) => {
                let mut error = Object::of("code", *code);
                error.put("message", message.as_str());
                let mut inputs = Object::of("runStatus", "Failed");
                inputs.put("runError", error);
                inputs
            }
        }
    }
}

impl Flow {
    /// The definition.
    pub(super) fn definition(&self) -> Object {
        let mut parameters = Object::new();
        for (name, _) in &self.parameters {
            parameters.put(*name, Object::of("type", "string"));
        }
        let mut inputs = Object::of("method", "POST");
        inputs.put("schema", Object::of("type", "array"));
        let mut trigger = Object::of("type", "Request");
        trigger.put("kind", "Http").put("inputs", inputs).put("splitOn", "@triggerBody()");
        let mut definition = Object::of("$schema", SCHEMA);
        definition.put("contentVersion", "1.0.0.0").put("parameters", parameters);
        definition.put("triggers", Object::of(TRIGGER, trigger));
        definition.put("actions", self.actions.object()).put("outputs", Object::new());
        definition
    }

    /// The values of its parameters.
    pub(super) fn values(&self) -> Object {
        let mut values = Object::new();
        for (name, value) in &self.parameters {
            values.put(*name, Object::of("value", value.clone()));
        }
        values
    }
}
