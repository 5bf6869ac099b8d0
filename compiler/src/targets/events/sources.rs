//! What tells of events: the workspace and storage accounts, with the system topic of each.

use std::sync::Arc;

use super::expression::Expression;
use super::model::{Kind, Known, Object, Resource};
use crate::plan::{Event, EventSourceKind, Handoff, Plan};

/// The region of a source, by the symbol of its topic: a topic is where its source is.
pub(super) fn region(topic: &str) -> String {
    format!("{topic}Location")
}

/// The workspace.
pub(super) fn workspace() -> Arc<Known> {
    let name = Expression::Parameter("workspaceName".to_owned());
    Known::new("workspace", Kind::Workspace, name)
}

/// A source, with its topic.
pub(super) struct Source {
    /// The workspace or the account.
    pub(super) known: Arc<Known>,
    /// Its system topic.
    pub(super) topic: Arc<Known>,
    /// Whether the project names a topic that exists.
    pub(super) exists: bool,
    /// The name of the topic, when it is ours: a variable of the template.
    pub(super) name: Option<(String, Expression)>,
    kind: EventSourceKind,
}

impl Source {
    /// What tells of the event of a handoff.
    pub(super) fn of(plan: &Plan, handoff: &Handoff<'_>) -> Self {
        let Event::DataChanged(data) = handoff.event else {
            return Self::new(plan, EventSourceKind::Workspace, workspace(), None);
        };
        let account = plan.project.datastore(&data.datastore).map(|it| it.account.clone());
        let account = account.unwrap_or_default();
        let accounts = plan.watched_accounts();
        let parameter = accounts.into_iter().find(|(_, known)| *known == account);
        let parameter = parameter.map(|(parameter, _)| parameter).unwrap_or_default();
        let symbol = format!("account_{account}");
        let known = Known::new(symbol, Kind::StorageAccount, Expression::Parameter(parameter));
        Self::new(plan, EventSourceKind::Account, known, Some(&account))
    }

    fn new(plan: &Plan, kind: EventSourceKind, known: Arc<Known>, account: Option<&str>) -> Self {
        let symbol = format!("topic_{}", account.unwrap_or("workspace"));
        let variable = format!("{symbol}Name");
        let (topic, name) = if let Some(named) = plan.named_topic(account) {
            (Expression::text(named), None)
        } else {
            let start = Expression::text("evgt-");
            let joined = Expression::Join(vec![start, known.name.clone()]);
            // Names of workspaces may hold `_`, those of topics not.
            let words = vec![joined, Expression::text("_"), Expression::text("-")];
            let name = Expression::Call("replace", words);
            (Expression::Variable(variable.clone()), Some((variable, name)))
        };
        let topic = Known::new(symbol, Kind::SystemTopic, topic);
        Self { known, topic, exists: name.is_none(), name, kind }
    }

    /// The topic, unless it exists. It is the same whichever pipeline deploys it.
    pub(super) fn resource(&self) -> Option<Resource> {
        if self.exists {
            return None;
        }
        let topic_type = match self.kind {
            EventSourceKind::Workspace => "Microsoft.MachineLearningServices.Workspaces",
            EventSourceKind::Account => "Microsoft.Storage.StorageAccounts",
        };
        let mut properties = Object::of("source", Expression::Id(Arc::clone(&self.known)));
        properties.put("topicType", topic_type);
        let location = Expression::Parameter(region(&self.topic.symbol));
        let mut body = Object::of("location", location);
        body.put("properties", properties);
        Some(Resource { known: Arc::clone(&self.topic), after: Vec::new(), body })
    }
}
