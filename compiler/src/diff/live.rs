//! What pipelines keep in workspaces, what a change leaves behind there, and whom it leaves without
//! an answer.

use crate::plan::{Plan, Serving};

/// Something that a pipeline keeps in a workspace.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Live {
    /// A schedule of Azure ML, by its name.
    Schedule(String),
    /// A batch endpoint, by its name.
    Endpoint(String),
    /// An online endpoint, by its name.
    OnlineEndpoint(String),
    /// A deployment of a batch endpoint that a step makes.
    Deployment {
        /// The endpoint.
        endpoint: String,
        /// Its own name.
        name: String,
    },
}

impl Live {
    /// The name in the workspace.
    pub fn name(&self) -> &str {
        match self {
            Self::Schedule(name)
            | Self::Endpoint(name)
            | Self::OnlineEndpoint(name)
            | Self::Deployment { name, .. } => name,
        }
    }
}

/// A workspace in the author's words.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Workspace {
    /// The subscription.
    pub subscription: String,
    /// The resource group.
    pub resource_group: String,
    /// The workspace.
    pub name: String,
}

/// Something that nobody takes out of a workspace any more.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Leftover {
    /// What it is.
    pub what: Live,
    /// Where, when that is not the only workspace there is.
    pub workspace: Option<Workspace>,
}

/// Something alive, and where.
struct Settled {
    what: Live,
    workspace: Workspace,
    stage: Option<String>,
    /// Whether a release deletes it when nobody asks for it any more.
    released: bool,
}

/// What a plan keeps in workspaces: the schedules and endpoints that its release looks after, and what
/// its steps deploy.
pub fn live(plan: &Plan) -> Vec<Live> {
    settled(plan).into_iter().map(|one| one.what).collect()
}

fn settled(plan: &Plan) -> Vec<Settled> {
    let mut all = Vec::new();
    for stage in plan.each_stage() {
        let mut put = |what, released| {
            let (workspace, stage) = (workspace(stage), stage.stage_name().map(str::to_owned));
            all.push(Settled { what, workspace, stage, released });
        };
        if let Some(release) = plan.written_release() {
            let all = release.triggers.iter();
            for id in all.filter(|id| stage.trigger(**id).published().is_none()) {
                put(Live::Schedule(stage.schedule_name(*id)), true);
            }
            for endpoint in stage.endpoints() {
                put(Live::Endpoint(endpoint.name.to_owned()), true);
            }
        }
        for (_, deploy) in stage.deployments() {
            let endpoint = deploy.endpoint.clone();
            match &deploy.serving {
                Serving::Online(_) => put(Live::OnlineEndpoint(endpoint), false),
                Serving::Batch(batch) => {
                    put(Live::Endpoint(endpoint.clone()), false);
                    put(Live::Deployment { endpoint, name: batch.deployment.clone() }, false);
                }
            }
        }
    }
    all
}

fn workspace(plan: &Plan) -> Workspace {
    let azure = &plan.project.azure;
    Workspace {
        subscription: plan.text_words(&azure.subscription),
        resource_group: plan.text_words(&azure.resource_group),
        name: plan.text_words(&azure.workspace),
    }
}

/// What stays in workspaces after a change: a release deletes what its own pipeline does not ask for
/// any more, in the workspaces of its stages. When there is none left, when the pipeline is called
/// differently now, or its stage is elsewhere, nobody does; nor does anybody delete what steps
/// deployed. What the new plan asks for itself is taken over.
pub fn left(old: &Plan, new: Option<&Plan>) -> Vec<Leftover> {
    let kept = new.map(settled).unwrap_or_default();
    let stages = |plan: &Plan| -> Vec<(Workspace, Option<String>)> {
        let stages = plan.each_stage();
        stages.map(|it| (workspace(it), it.stage_name().map(str::to_owned))).collect()
    };
    let (before, after) = (stages(old), new.map(stages).unwrap_or_default());
    let releases = new.is_some_and(|new| new.name == old.name && new.written_release().is_some());
    let deletes = |one: &Settled| {
        let is_known = after.iter().any(|(_, stage)| *stage == one.stage);
        let mut reached = after.iter().filter(|(place, _)| *place == one.workspace);
        releases && one.released && reached.any(|(_, stage)| *stage == one.stage || !is_known)
    };
    let is_kept =
        |one: &Settled| kept.iter().any(|it| it.what == one.what && it.workspace == one.workspace);
    let gone: Vec<Settled> =
        settled(old).into_iter().filter(|one| !is_kept(one) && !deletes(one)).collect();
    let goes_along = |one: &Settled| {
        let Live::Deployment { endpoint, .. } = &one.what else { return false };
        let whole = Live::Endpoint(endpoint.clone());
        gone.iter().any(|it| it.what == whole && it.workspace == one.workspace)
    };
    let is_only = |place: &Workspace| before.iter().chain(&after).all(|(it, _)| it == place);
    let mut all: Vec<Leftover> = Vec::new();
    for one in gone.iter().filter(|one| !goes_along(one)) {
        let workspace = Some(&one.workspace).filter(|it| !is_only(it)).cloned();
        let left = Leftover { what: one.what.clone(), workspace };
        if !all.contains(&left) {
            all.push(left);
        }
    }
    all
}

/// Something that is called from outside.
struct Callable {
    /// The trigger or step, for people.
    owner: String,
    /// What it does at the endpoint.
    verb: &'static str,
    stage: Option<String>,
    endpoint: String,
    deployment: Option<String>,
    auth_mode: Option<&'static str>,
    workspace: Workspace,
    /// Whether callers lose it when nobody asks for it any more.
    is_published: bool,
}

fn callables(plan: &Plan) -> Vec<Callable> {
    let mut all = Vec::new();
    for stage in plan.each_stage() {
        let callable = |owner: &str, verb, endpoint: &str| Callable {
            owner: owner.to_owned(),
            verb,
            stage: stage.stage_name().map(str::to_owned),
            endpoint: endpoint.to_owned(),
            deployment: None,
            auth_mode: None,
            workspace: workspace(stage),
            is_published: false,
        };
        let published = stage.published().map(|(id, http)| (stage.trigger(id), http));
        for (trigger, http) in published.filter(|(trigger, _)| trigger.enabled) {
            let call = callable(&trigger.name, "is published at", &http.endpoint);
            let deployment = Some(http.deployment.clone());
            all.push(Callable { deployment, is_published: true, ..call });
        }
        for (id, deploy) in stage.deployments() {
            let call = callable(&stage.step(id).name, "deploys to", &deploy.endpoint);
            all.push(match &deploy.serving {
                Serving::Online(it) => Callable { auth_mode: Some(it.auth_mode), ..call },
                Serving::Batch(it) => Callable { deployment: Some(it.deployment.clone()), ..call },
            });
        }
    }
    all
}

/// Why callers of endpoints must change: a sentence each.
pub(super) fn breaks(old: &Plan, new: &Plan) -> Vec<String> {
    let after = callables(new);
    callables(old).iter().flat_map(|before| one_breaks(before, &after)).collect()
}

fn one_breaks(before: &Callable, all: &[Callable]) -> Vec<String> {
    let is_own = |it: &&Callable| it.owner == before.owner && it.verb == before.verb;
    let there = |it: &&Callable| it.endpoint == before.endpoint && it.workspace == before.workspace;
    let after = all.iter().find(|it| is_own(it) && it.stage == before.stage);
    let after = after.or_else(|| all.iter().find(there)).or_else(|| all.iter().find(is_own));
    let stage = before.stage.as_ref().map(|stage| format!(" in stage {stage}")).unwrap_or_default();
    let (owner, verb, endpoint) = (&before.owner, before.verb, &before.endpoint);
    let Some(after) = after else {
        let is_gone = before.is_published;
        let said = format!("`{owner}` {verb} the endpoint `{endpoint}` no longer{stage}");
        return is_gone.then_some(said).into_iter().collect();
    };
    let mut breaks = Vec::new();
    if after.endpoint != before.endpoint {
        breaks.push(format!(
            "`{owner}` {verb} the endpoint `{}` and no longer `{endpoint}`{stage}: callers must follow",
            after.endpoint
        ));
    } else if after.workspace != before.workspace {
        breaks.push(format!(
            "the endpoint `{endpoint}`{stage} is in another workspace: its address and its keys are \
             others"
        ));
    }
    if let (Some(old), Some(new)) = (before.auth_mode, after.auth_mode)
        && old != new
    {
        breaks.push(format!(
            "the endpoint `{endpoint}`{stage} has the `auth_mode` {new} and no longer {old}: callers \
             must sign in in that way"
        ));
    }
    if let (Some(old), Some(new)) = (&before.deployment, &after.deployment)
        && old != new
    {
        breaks.push(format!(
            "the endpoint `{endpoint}`{stage} has the deployment `{new}` and no longer `{old}`: who \
             calls it by name must follow"
        ));
    }
    breaks
}
