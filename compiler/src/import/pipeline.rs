//! A pipeline job or pipeline component becomes a spec.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::component;
use super::context::{Cx, put_claimed, put_from};
use super::names;
use super::ports;
use super::read::{Field, Foreign, Keys, Node};
use super::schedule::Trigger;
use super::scope::Scope;
use super::step::{compute, step};
use super::values;
use crate::diagnostics::{Diagnostic, IMPORT_CHANGE, excerpt};
use crate::emit::{Doc, Map, yaml};
use crate::spec::Spec;

/// A spec: its name and text.
pub(super) struct Written {
    pub(super) name: String,
    pub(super) text: String,
}

/// The spec that a file becomes; `None` when nothing sensible can be said.
pub(super) fn pipeline(
    cx: &mut Cx<'_>,
    file: &Foreign<'_>,
    trigger: Option<Trigger>,
) -> Option<Written> {
    let root = file.root()?;
    let keys = Keys::of(root);
    keys.take("$schema");
    keys.take("type");
    if let Some(jobs) = keys.take("jobs").filter(|jobs| jobs.value.is_map()) {
        let inputs = keys.take("inputs");
        let outputs = keys.take("outputs");
        let graph = Graph { jobs, inputs, outputs, values: None, stored: None };
        return Some(spec(cx, file, &keys, &graph, trigger));
    }
    let Some(component) = keys.take("component") else {
        let message = "this file has no `jobs`: only pipelines with their steps are imported";
        cx.lost(root.span(), message);
        return None;
    };
    of_component(cx, file, &keys, component, trigger)
}

/// What a pipeline does.
struct Graph<'a> {
    jobs: Field<'a>,
    inputs: Option<Field<'a>>,
    outputs: Option<Field<'a>>,
    /// Values for its inputs, where the job runs a component.
    values: Option<Node<'a>>,
    /// What the job says of the component's outputs.
    stored: Option<Node<'a>>,
}

/// A job that runs a pipeline component: the spec is that component, with the values of the job.
fn of_component(
    cx: &mut Cx<'_>,
    file: &Foreign<'_>,
    keys: &Keys<'_>,
    component: Field<'_>,
    trigger: Option<Trigger>,
) -> Option<Written> {
    let local = component.value.text().is_some_and(|text| !component::is_registered(text));
    if !local {
        let message = "only a component in a file of the project can become a spec";
        cx.lost(component.value.span(), message);
        return None;
    }
    let path = cx.inside(component.value)?;
    cx.with_file(&path, Some(component.value.span()), |cx, inner| {
        let root = inner.root()?;
        let own = Keys::without(root, &["$schema", "type", "name", "version", "is_deterministic"]);
        let Some(jobs) = own.take("jobs").filter(|jobs| jobs.value.is_map()) else {
            cx.lost(component.value.span(), "the component is no pipeline with `jobs`");
            return None;
        };
        let (inputs, outputs) = (own.take("inputs"), own.take("outputs"));
        let values = keys.take("inputs").map(|field| field.value);
        let stored = keys.take("outputs").map(|field| field.value);
        for title in ["display_name", "description", "tags"] {
            own.take(title); // those of the job are shown
        }
        cx.finish(&own, "a pipeline component");
        let graph = Graph { jobs, inputs, outputs, values, stored };
        Some(spec(cx, file, keys, &graph, trigger))
    })
}

fn spec(
    cx: &mut Cx<'_>,
    file: &Foreign<'_>,
    keys: &Keys<'_>,
    graph: &Graph<'_>,
    trigger: Option<Trigger>,
) -> Written {
    let field = keys.take("name");
    let own = cx.text(field);
    let titles_of = |key: &str| keys.node.get(key).and_then(|title| title.text());
    let shown = titles_of("experiment_name").or_else(|| titles_of("display_name"));
    let name = names::pipeline(own.as_deref(), shown, &file.path);
    if let (Some(own), Some(field)) = (&own, field)
        && *own != name
    {
        cx.changed(field.value.span(), format!("the pipeline is called `{name}` in the spec"));
    }
    let mut spec = Map::new();
    put_from(&mut spec, "mlopsc", Some(1_i64), None);
    put_from(&mut spec, "name", Some(&name), field);
    titles(cx, keys, &mut spec);
    experiment(cx, keys, trigger.as_ref(), &mut spec);
    let mut parameters = ports::parameters(cx, graph.inputs, graph.values);
    let parameter_names = called(graph.inputs, names::port);
    let given = trigger.as_ref().map_or(&[][..], |trigger| &trigger.given);
    values::given(given, &parameter_names, &mut parameters);
    values::narrowed(cx, graph.inputs, &parameters, &parameter_names);
    let mut settings = Map::new();
    let default = defaults(cx, keys, &mut settings);
    let default = default.or_else(|| nobodys(cx, keys.node, graph.jobs));
    let mut scope = Scope {
        jobs: graph.jobs.value,
        inputs: graph.inputs.map(|field| field.value),
        outputs: graph.outputs.map(|field| field.value),
        stored: graph.stored,
        steps: called(Some(graph.jobs), names::step),
        parameters: parameter_names,
        compute: default.clone(),
        environments: Vec::new(),
        components: component::ports(cx, graph.jobs.value),
        pasted: RefCell::default(),
        added: Vec::new(),
        bound: Vec::new(),
    };
    let aside = aside(cx, keys.node);
    let steps = steps(cx, &mut scope, graph.jobs, &aside);
    for (name, doc) in std::mem::take(&mut scope.added) {
        parameters.put(name, doc);
    }
    put_map(&mut spec, "parameters", parameters, graph.inputs);
    values::pasted(cx, &scope, graph.values, given);
    let environment = common(&steps, "environment");
    let mut defaults = Map::new();
    defaults.put_some("compute", default).put_some("environment", environment.clone());
    spec.put_filled("defaults", defaults);
    let mut environments = Map::new();
    for (name, map) in std::mem::take(&mut scope.environments) {
        environments.put(name, map);
    }
    spec.put_filled("environments", environments);
    spec.0.extend(settings.0);
    let claimed = graph.jobs.key.file().claim(&graph.jobs);
    put_claimed(&mut spec, "steps".to_owned(), without(steps, environment.as_ref()), claimed);
    root_outputs(cx, &scope, graph.outputs, &mut spec);
    if let Some(trigger) = trigger {
        replaced(cx, &name, &trigger);
        same_settings(cx, keys.node, &trigger);
        spec.put("triggers", triggers(&scope, trigger));
    }
    cx.finish(keys, "a pipeline");
    values::foreign(cx, keys.node);
    if graph.jobs.value.file().path != file.path {
        values::foreign(cx, graph.jobs.value);
    }
    let mut header = file.claim_rest(None);
    header.extend(graph.jobs.key.file().claim_rest(None));
    Written { name, text: yaml(&spec, &header) }
}

/// The schedule, which binds parameters by their names in the spec.
fn triggers(scope: &Scope<'_>, mut trigger: Trigger) -> Map {
    for entry in &mut trigger.with.0 {
        if let Some(name) = scope.parameters.get(entry.key.as_ref()) {
            entry.key = name.clone().into();
        }
    }
    trigger.doc.put_filled("with", trigger.with);
    let mut triggers = Map::new();
    triggers.put(trigger.name, trigger.doc);
    triggers
}

/// Says that the schedule has another name in the workspace from now on.
fn replaced(cx: &mut Cx<'_>, pipeline: &str, trigger: &Trigger) {
    let (old, at) = &trigger.live;
    let new = format!("{pipeline}-{}", trigger.name);
    if new == *old {
        return;
    }
    let message = format!(
        "the schedule is called `{new}` in the workspace from now on, and `{old}` goes on firing beside it"
    );
    let help = format!(
        "delete the old one when the new one runs: `az ml schedule disable --name {old}`, then `az ml schedule delete --name {old} --yes`"
    );
    cx.sink.report(Diagnostic::new(&IMPORT_CHANGE, *at, message).help(help));
}

/// Settings of a schedule's job are those of the pipeline, or lost.
fn same_settings(cx: &mut Cx<'_>, job: Node<'_>, trigger: &Trigger) {
    let own = job.get("settings");
    for (name, value, at) in &trigger.settings {
        let plain = |text: &str| text.trim_start_matches("azureml:").to_owned();
        let known = own.and_then(|own| own.get(name)).and_then(|it| it.text()).map(plain);
        let known = known.or_else(|| {
            let compute = job.get("compute").filter(|_| name == "default_compute")?;
            compute.text().map(plain)
        });
        if known != Some(plain(value)) {
            let message =
                format!("a spec cannot say another `{}` for one trigger alone", excerpt(name));
            cx.lost(*at, message);
        }
    }
}

/// What the keys of a map are called.
fn called(field: Option<Field<'_>>, adapt: fn(&str) -> String) -> BTreeMap<String, String> {
    let fields = field.map(|field| field.value.fields()).unwrap_or_default();
    names::unique(fields.iter().map(Field::name), adapt)
}

/// What people read.
fn titles(cx: &mut Cx<'_>, keys: &Keys<'_>, spec: &mut Map) {
    for (theirs, ours) in [
        ("display_name", "display_name"),
        ("description", "description"),
        ("experiment_name", "experiment"),
    ] {
        let field = keys.take(theirs);
        put_from(spec, ours, cx.plain(field), field);
    }
    let field = keys.take("tags");
    let mut tags = cx.words(field);
    tags.0.retain(|tag| !OWN_TAGS.contains(&tag.key.as_ref()));
    put_map(spec, "tags", tags, field);
    let field = keys.take("properties");
    put_map(spec, "properties", cx.words(field), field);
    keys.take("is_deterministic");
    if let Some(field) = keys.take("version") {
        let message = "a spec has no `version`: what uses it is built with it";
        cx.changed(field.key.span(), message);
    }
}

/// The experiment of a schedule's jobs is that of all jobs, or lost.
fn experiment(cx: &mut Cx<'_>, keys: &Keys<'_>, trigger: Option<&Trigger>, spec: &mut Map) {
    let Some((name, at)) = trigger.and_then(|trigger| trigger.experiment.as_ref()) else { return };
    let own = keys.node.get("experiment_name").and_then(|it| it.text());
    match own {
        Some(own) if own == name => {}
        Some(_) => {
            cx.lost(*at, "a spec cannot say another `experiment_name` for one trigger alone");
        }
        None => {
            spec.put("experiment", name.as_str());
            cx.changed(*at, "the spec has this experiment for all of its jobs");
        }
    }
}

/// Tags that the compiler writes itself, into files that may be imported again.
const OWN_TAGS: [&str; 3] = ["generated_by", "mlopsc_pipeline", "mlopsc_project"];

/// Adds a map with the comments of the field that it became.
pub(super) fn put_map(spec: &mut Map, key: &'static str, map: Map, field: Option<Field<'_>>) {
    put_from(spec, key, (!map.is_empty()).then_some(map), field);
}

/// The settings of the job; gives the default cluster.
fn defaults(cx: &mut Cx<'_>, keys: &Keys<'_>, spec: &mut Map) -> Option<String> {
    let own = keys.take("compute").and_then(|field| compute(cx, field.value));
    let mut default = None;
    if let Some(settings) = keys.take("settings").map(|field| Keys::of(field.value)) {
        default = settings.take("default_compute").and_then(|field| compute(cx, field.value));
        let field = settings.take("default_datastore");
        let store = cx.text(field);
        let store = store.map(|store| store.trim_start_matches("azureml:").to_owned());
        put_from(spec, "default_datastore", store, field);
        for key in ["continue_on_step_failure", "force_rerun"] {
            let field = settings.take(key);
            put_from(spec, key, cx.boolean(field), field);
        }
        for key in ASIDE {
            settings.take(key); // said with the steps
        }
        cx.finish(&settings, "`settings`");
    }
    if Spec::KEYS.contains(&"identity")
        && let Some(field) = keys.take("identity")
    {
        put_from(spec, "identity", Some(super::step::settings(field.value)), Some(field));
    }
    own.or(default)
}

/// A pipeline component leaves the cluster to whoever uses it.
fn nobodys(cx: &mut Cx<'_>, root: Node<'_>, jobs: Field<'_>) -> Option<String> {
    let schema = root.get("$schema").and_then(|it| it.text()).unwrap_or("");
    let open = |job: Field<'_>| job.value.get("compute").is_none();
    if !schema.contains("Component") || !jobs.value.fields().into_iter().any(open) {
        return None;
    }
    let message =
        "the component leaves the cluster to the pipelines that use it; the spec says `serverless`";
    cx.changed(jobs.key.span(), message);
    Some("serverless".to_owned())
}

/// Settings that name steps which run before all others, and after them.
const ASIDE: [&str; 2] = ["on_init", "on_finalize"];

/// The nodes that a spec cannot say when to run: as ordinary steps they would run with the others.
fn aside<'a>(cx: &mut Cx<'_>, root: Node<'a>) -> Vec<&'a str> {
    let mut found = Vec::new();
    for key in ASIDE {
        let Some(value) = root.get("settings").and_then(|it| it.get(key)) else { continue };
        let Some(name) = value.text().filter(|name| !name.is_empty()) else { continue };
        let message = format!(
            "a spec cannot say `{key}`, and leaves the step `{}` out: as any other it would run at the wrong time",
            excerpt(name)
        );
        cx.lost(value.span(), message);
        found.push(name);
    }
    found
}

fn steps(cx: &mut Cx<'_>, scope: &mut Scope<'_>, jobs: Field<'_>, aside: &[&str]) -> Map {
    let mut steps = Map::new();
    for node in jobs.value.fields().into_iter().filter(|node| !aside.contains(&node.name())) {
        let name = scope.step(node.name());
        if name != node.name() {
            let message = format!("`{}` is called `{name}` in the spec", node.name());
            cx.changed(node.key.span(), message);
        }
        let mut claimed = node.key.file().claim(&node);
        if let Some(step) = step(cx, scope, node) {
            claimed.above.extend(node.key.file().claim_rest(Some(node.value.span())));
            put_claimed(&mut steps, name, step, claimed);
        }
    }
    steps
}

/// The value that all steps have under a key, where there are several.
fn common(steps: &Map, key: &str) -> Option<Doc> {
    let value = |step: &Doc| {
        let Doc::Map(step) = step else { return None };
        step.0.iter().find(|entry| entry.key == key).map(|it| it.value.clone())
    };
    let first = value(&steps.0.first()?.value)?;
    let same = steps.0.iter().all(|step| value(&step.value).as_ref() == Some(&first));
    (same && steps.0.len() > 1).then_some(first)
}

/// The steps without what is a default of all.
fn without(mut steps: Map, environment: Option<&Doc>) -> Map {
    if environment.is_some() {
        for step in &mut steps.0 {
            if let Doc::Map(step) = &mut step.value {
                step.0.retain(|entry| entry.key != "environment");
            }
        }
    }
    steps
}

/// Outputs of the pipeline by what gives them.
fn root_outputs(cx: &mut Cx<'_>, scope: &Scope<'_>, field: Option<Field<'_>>, spec: &mut Map) {
    let mut outputs = Map::new();
    for output in field.iter().flat_map(|field| field.value.fields()) {
        let bound = scope.bound.iter().find(|(name, _)| name == output.name());
        if let Some((name, path)) = bound {
            let claimed = output.key.file().claim(&output);
            let name = names::among(field.map(|field| field.value), name, names::port);
            put_claimed(&mut outputs, name, path, claimed);
        } else {
            let message =
                format!("no step that was imported writes the output `{}`", output.name());
            cx.lost(output.key.span(), message);
        }
    }
    if !Spec::KEYS.contains(&"outputs")
        && let (Some(field), false) = (field, outputs.is_empty())
    {
        cx.lost(field.key.span(), "a spec cannot say `outputs` of a pipeline yet");
        return;
    }
    put_map(spec, "outputs", outputs, field);
}
