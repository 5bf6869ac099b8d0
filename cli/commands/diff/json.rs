//! Changes as an array of objects.

use mlopsc_compiler::diff::{Aspect, Change, Diff, Leftover};
use serde_json::{Value, json};

use super::{Entry, Fate};

pub(super) fn write(entries: &[Entry]) -> String {
    let entries: Vec<Value> = entries.iter().map(one).collect();
    format!("{:#}\n", Value::from(entries))
}

fn one(entry: &Entry) -> Value {
    let spec = &entry.path;
    match &entry.fate {
        Fate::Added(plan) => json!({ "spec": spec, "kind": "added", "pipeline": plan.name }),
        Fate::Removed(plan, left) => json!({
            "spec": spec, "kind": "removed", "pipeline": plan.name, "left_in_workspace": names(left),
        }),
        Fate::Unknown(why) => json!({ "spec": spec, "kind": "unknown", "cause": why }),
        Fate::Changed(name, diff) => {
            let mut object = json!({ "spec": spec, "kind": "changed", "pipeline": name });
            if let Some(was) = &entry.was {
                object["was"] = json!(was);
            }
            put(&mut object, diff);
            object
        }
    }
}

fn put(object: &mut Value, diff: &Diff) {
    let edge = |(kind, edge): &(_, String)| {
        let kind: &mlopsc_compiler::diff::Kind = kind;
        json!({ "kind": kind.word(), "edge": edge })
    };
    object["breaks"] = json!(diff.breaks);
    object["settings"] = diff.settings.iter().map(aspect).collect();
    object["parameters"] = diff.parameters.iter().map(change).collect();
    object["steps"] = diff.steps.iter().map(change).collect();
    object["edges"] = diff.edges.iter().map(edge).collect();
    object["triggers"] = diff.triggers.iter().map(change).collect();
    object["runs_again"] = json!(diff.runs_again);
    object["left_in_workspace"] = names(&diff.left);
}

fn names(left: &[Leftover]) -> Value {
    left.iter().map(|left| left.what.name()).collect()
}

fn change(change: &Change) -> Value {
    let aspects: Value = change.aspects.iter().map(aspect).collect();
    json!({ "kind": change.kind.word(), "name": change.name, "aspects": aspects })
}

fn aspect(aspect: &Aspect) -> Value {
    json!({ "what": aspect.what, "before": aspect.before, "after": aspect.after })
}
