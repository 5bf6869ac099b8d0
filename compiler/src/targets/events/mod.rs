//! The `events` target: what brings events of Azure to what they start. For each pipeline one template
//! for Azure Resource Manager, the same as Bicep, and a file of values: system topics of Event Grid,
//! event subscriptions, and for each trigger a Logic App that calls what it starts.
//!
//! All is one value, [`model::Template`], said in two languages. Nobody's secret is in it.

mod app;
mod arm;
mod bicep;
mod calls;
mod expression;
mod filter;
mod flow;
mod guard;
mod model;
mod roles;
mod sources;
mod state;
mod storage;
mod subscription;

use super::{Artifact, Target};
use crate::emit::{Map, mark};
use crate::plan::{Handoff, Home, Plan};
use expression::Expression;
use model::{Object, Parameter, Resource, Template};
use sources::Source;
use storage::Storage;

/// Azure Resource Manager takes templates of so many bytes
/// (<https://learn.microsoft.com/azure/azure-resource-manager/templates/best-practices>).
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// The target.
pub const TARGET: Target = Target {
    name: "events",
    engine: Home::Events,
    most_bytes: Some((MOST_BYTES, "Azure Resource Manager")),
    apart: None,
    write,
};

fn write(plan: &Plan) -> Vec<Artifact> {
    plan.each_stage().flat_map(write_one).collect()
}

/// The files of one stage; none when no event starts anything in it.
fn write_one(plan: &Plan) -> Vec<Artifact> {
    let wired: Vec<Handoff<'_>> = plan.wired().collect();
    if wired.is_empty() {
        return Vec::new();
    }
    let template = template(plan, &wired);
    let values = plan.deployment_parameters().into_iter();
    let values = values.filter_map(|one| Some((one.name, one.value.literal()?)));
    let parameters = arm::parameters(&values.collect::<Vec<_>>());
    let mut metadata = Map::new();
    metadata.put("generated_by", mark::blank(&plan.spec_path));
    metadata.put(mark::KEPT, mark::digest_of_kept(&parameters));
    let artifact = |ending, text| Artifact { path: plan.wiring_path(ending), text };
    let bicep = bicep::template(&template, &comment(plan));
    vec![
        artifact("json", mark::stamp(arm::template(&template, metadata))),
        artifact("bicep", mark::stamp(bicep)),
        artifact("parameters.json", parameters),
    ]
}

/// What stands above the template in Bicep.
fn comment(plan: &Plan) -> Vec<String> {
    let spec = &plan.spec_path;
    let word = super::script::quote(spec);
    let mut lines = vec![
        mark::blank(spec),
        format!("Written by mlopsc: edit {spec}, then run `mlopsc build {word}`."),
        String::new(),
        format!("What brings events to {}.", plan.display_name),
    ];
    for handoff in plan.wired() {
        let (name, words) = (&handoff.trigger.name, handoff.event.words());
        let off = if handoff.trigger.enabled { "" } else { " Switched off." };
        lines.push(format!("Trigger {name}: {words}.{off}"));
    }
    lines
}

fn template(plan: &Plan, wired: &[Handoff<'_>]) -> Template {
    let storage = Storage::of(plan);
    let mut template = Template {
        parameters: vec![location()],
        variables: Vec::new(),
        resources: storage.iter().flat_map(Storage::resources).collect(),
        principals: Object::new(),
    };
    for handoff in wired {
        let source = Source::of(plan, handoff);
        if handoff.trigger.enabled {
            put_topic(&mut template, &source);
        }
        put_trigger(&mut template, plan, handoff, &source, storage.as_ref());
    }
    let told = plan.deployment_parameters().into_iter();
    template.parameters.extend(told.map(|one| Parameter {
        name: one.name,
        about: one.about.to_owned(),
        default: None,
    }));
    template
}

fn location() -> Parameter {
    let about = "the region of what is deployed".to_owned();
    Parameter { name: "location".to_owned(), about, default: Some(Expression::GroupLocation) }
}

/// Each source has one topic, however many triggers it fires.
fn put_topic(template: &mut Template, source: &Source) {
    let is_there = |known: &Resource| known.known.symbol == source.topic.symbol;
    if template.resources.iter().any(is_there) {
        return;
    }
    template.variables.extend(source.name.clone());
    if let Some(topic) = source.resource() {
        let name = sources::region(&source.topic.symbol);
        let default = Some(Expression::Parameter("location".to_owned()));
        let about = "the region of what the topic tells of".to_owned();
        template.parameters.push(Parameter { name, about, default });
        template.resources.push(topic);
    }
}

fn put_trigger(
    template: &mut Template,
    plan: &Plan,
    handoff: &Handoff<'_>,
    source: &Source,
    storage: Option<&Storage>,
) {
    let app = app::known(plan, handoff);
    template.resources.push(app::resource(plan, handoff, source));
    let roles = roles::of(handoff, &app, storage);
    if handoff.trigger.enabled {
        let beside = (storage, roles.as_slice());
        let subscription = subscription::resource(plan, handoff, source, &app, beside);
        template.resources.extend(roles);
        template.resources.push(subscription);
    } else {
        template.resources.extend(roles);
    }
    let name = plan.logic_app_name(handoff.id);
    template.principals.put(name, Expression::Principal(app));
}
