//! Reads the graph back from the body that Azure ML would get.

use std::collections::BTreeSet;

use mlopsc_compiler::plan::{Plan, StepId, Submission};
use serde_json::Value;

/// Pairs of steps, the earlier one first.
pub(crate) type Edges = BTreeSet<(String, String)>;

/// The edges between the nodes of a pipeline component's or pipeline job's REST body: an input that
/// reads `${{parent.jobs.X.outputs.Y}}` comes after X.
pub(crate) fn edges_of(body: &Value) -> Edges {
    let nodes = body
        .pointer("/properties/componentSpec/jobs")
        .or_else(|| body.pointer("/properties/jobs"))
        .and_then(Value::as_object);
    let nodes = nodes.into_iter().flatten();
    nodes
        .flat_map(|(name, node)| {
            let inputs = node["inputs"].as_object().into_iter().flatten();
            let inputs =
                inputs.filter_map(|(_, input)| input["value"].as_str().or(input["uri"].as_str()));
            // The data of AutoML are keys of the node.
            let keys = node.as_object().into_iter().flatten();
            let keys = keys.filter_map(|(_, value)| value.as_str());
            inputs.chain(keys).filter_map(producer).map(|from| (from.to_owned(), name.clone()))
        })
        .collect()
}

/// `X` of `${{parent.jobs.X.outputs.Y}}`.
fn producer(value: &str) -> Option<&str> {
    let (_, rest) = value.split_once("${{parent.jobs.")?;
    rest.split_once(".outputs.").map(|(step, _)| step)
}

/// Pairs of which the second comes after the first by one edge or several.
pub(crate) fn closure(edges: &Edges) -> Edges {
    let mut all = edges.clone();
    loop {
        let further: Vec<_> = all
            .iter()
            .flat_map(|(a, b)| {
                edges
                    .iter()
                    .filter(move |(from, _)| from == b)
                    .map(move |(_, c)| (a.clone(), c.clone()))
            })
            .filter(|pair| !all.contains(pair))
            .collect();
        if further.is_empty() {
            return all;
        }
        all.extend(further);
    }
}

/// What must come before what in a submission, by the plan's graph.
pub(crate) fn demanded(plan: &Plan, submission: &Submission) -> Edges {
    let name = |id: StepId| plan.step(id).name.clone();
    let all: Edges = plan.edges.iter().map(|edge| (name(edge.from), name(edge.to))).collect();
    let inside: BTreeSet<String> = submission.steps.iter().map(|id| name(*id)).collect();
    let both = |pair: &(String, String)| inside.contains(&pair.0) && inside.contains(&pair.1);
    closure(&all).into_iter().filter(both).collect()
}

/// Data edges of the plan inside a submission.
pub(crate) fn data_edges(plan: &Plan, submission: &Submission) -> Edges {
    let inside = |id: &StepId| submission.steps.contains(id);
    let data = plan.edges.iter().filter(|edge| edge.output.is_some());
    data.filter(|edge| inside(&edge.from) && inside(&edge.to))
        .map(|edge| (plan.step(edge.from).name.clone(), plan.step(edge.to).name.clone()))
        .collect()
}

#[test]
fn edges_are_read_from_a_body() {
    let body = serde_json::json!({ "properties": { "componentSpec": { "jobs": {
        "a": { "inputs": { "raw": { "value": "${{parent.inputs.raw}}" } } },
        "b": { "inputs": { "a__o": { "value": "${{parent.jobs.a.outputs.o}}" } } },
        "d": { "type": "automl", "training_data": "${{parent.jobs.a.outputs.o}}" },
        "c": { "inputs": { "mlopsc__after_b": { "uri": "${{parent.jobs.b.outputs.mlopsc__done}}" } } },
    } } } });
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    let edges = edges_of(&body);
    assert_eq!(edges, Edges::from([pair("a", "b"), pair("a", "d"), pair("b", "c")]));
    assert!(closure(&edges).contains(&pair("a", "c")));
}
