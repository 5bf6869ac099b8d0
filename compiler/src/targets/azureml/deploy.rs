//! Endpoints and deployments of steps: what CI creates, with values put into a copy.

use super::{node, value};
use crate::emit::{Map, mark};
use crate::plan::{
    BatchServing, Deploy, Keys, Maps, OnlineServing, Piece, Plan, Scalar, Serving, Step, Text,
};
use crate::source;
use crate::targets::passthrough;

const SCHEMAS: &str = "https://azuremlschemas.azureedge.net/latest/";

/// The name that a deployment has in the file; CI writes another one into the copy when this one
/// answers calls.
const COLOUR: &str = "blue";

/// The endpoint, as it is made when it is not there.
pub(super) fn endpoint(plan: &Plan, step: &Step, own: &Deploy) -> Map {
    let mut doc = Map::new();
    let schema = match own.serving {
        Serving::Online(ref serving) if serving.cluster.is_some() => {
            "kubernetesOnlineEndpoint.schema.json"
        }
        Serving::Online(_) => "managedOnlineEndpoint.schema.json",
        Serving::Batch(_) => "batchEndpoint.schema.json",
    };
    head(&mut doc, plan, step, schema);
    doc.put("name", &own.endpoint);
    doc.put_some("description", plan.description.as_ref());
    match &own.serving {
        Serving::Online(serving) => {
            doc.put("auth_mode", serving.auth_mode);
            doc.put_some("compute", serving.cluster.as_ref());
            put(&mut doc, &serving.endpoint);
            put_maps(&mut doc, &serving.endpoint_maps);
        }
        Serving::Batch(_) => {
            doc.put("auth_mode", "aad_token");
        }
    }
    doc
}

/// The deployment. Without a model where that is known in a run only.
pub(super) fn deployment(plan: &Plan, step: &Step, own: &Deploy) -> Map {
    let mut doc = Map::new();
    match &own.serving {
        Serving::Online(serving) => {
            let schema = match serving.cluster {
                Some(_) => "kubernetesOnlineDeployment.schema.json",
                None => "managedOnlineDeployment.schema.json",
            };
            head(&mut doc, plan, step, schema);
            doc.put("name", COLOUR).put("endpoint_name", &own.endpoint);
            common(&mut doc, plan, step, own);
            doc.put_filled("environment_variables", variables(own));
            online(&mut doc, serving);
        }
        Serving::Batch(serving) => {
            head(&mut doc, plan, step, "modelBatchDeployment.schema.json");
            doc.put("type", "model");
            doc.put("name", &serving.deployment).put("endpoint_name", &own.endpoint);
            common(&mut doc, plan, step, own);
            batch(&mut doc, serving, variables(own));
        }
    }
    doc
}

/// The ownership mark first, and whose the thing is.
fn head(doc: &mut Map, plan: &Plan, step: &Step, schema: &str) {
    let mut tags = Map::new();
    tags.put("generated_by", mark::blank(&plan.spec_path));
    tags.put("mlopsc_step", format!("{}/{}", plan.name, step.name));
    doc.put("$schema", format!("{SCHEMAS}{schema}")).put("tags", tags);
}

fn common(doc: &mut Map, plan: &Plan, step: &Step, own: &Deploy) {
    let folder = plan.azure_ml_path("");
    let folder = source::folder_of(&folder);
    doc.put_some("description", step.description.as_ref());
    doc.put_some("model", fixed(&own.model));
    if let Some(code) = &own.code {
        let mut configuration = Map::new();
        configuration.put("code", source::relative(folder, &code.folder));
        configuration.put("scoring_script", &code.script);
        doc.put("code_configuration", configuration);
    }
    let environment = own.environment.as_ref();
    doc.put_some("environment", environment.map(|it| node::software(folder, it)));
}

/// A text without values in it.
fn fixed(text: &Text) -> Option<&String> {
    match text.as_slice() {
        [Piece::Literal(text)] => Some(text),
        _ => None,
    }
}

fn variables(own: &Deploy) -> Map {
    let mut doc = Map::new();
    for (name, value) in &own.environment_variables {
        doc.put(name.clone(), value);
    }
    doc
}

fn online(doc: &mut Map, serving: &OnlineServing) {
    put(doc, &serving.deployment);
    put_maps(doc, &serving.deployment_maps);
}

fn put_maps(doc: &mut Map, maps: &Maps) {
    for (key, data) in maps {
        doc.put(*key, passthrough::doc(data));
    }
}

fn batch(doc: &mut Map, serving: &BatchServing, variables: Map) {
    doc.put("compute", &serving.compute);
    // The file must have it, though it says what the service does by itself.
    let mut resources = map(&serving.resources);
    if resources.0.is_empty() {
        put(&mut resources, &vec![("instance_count", Scalar::Integer(1))]);
    }
    doc.put("resources", resources);
    let mut settings = map(&serving.settings);
    settings.put_filled("retry_settings", map(&serving.retry_settings));
    settings.put_filled("environment_variables", variables);
    doc.put("settings", settings);
}

fn map(keys: &Keys) -> Map {
    let mut doc = Map::new();
    put(&mut doc, keys);
    doc
}

fn put(doc: &mut Map, keys: &Keys) {
    for (key, scalar) in keys {
        doc.put(*key, value::literal(scalar));
    }
}
