//! The outputs of steps.

use super::context::{Cx, put_claimed};
use super::ports::{Called, adapted, called, has_name};
use super::read::{Field, Keys, Node};
use super::scalar::Value;
use super::scope::Scope;
use super::text;
use crate::emit::{Doc, Map};

/// The outputs of a step; those bound to outputs of the pipeline are remembered.
pub(super) fn outputs(
    cx: &mut Cx<'_>,
    scope: &mut Scope<'_>,
    step: &str,
    field: Option<Field<'_>>,
) -> Map {
    let mut outputs = Map::new();
    let closed = scope.is_closed(step);
    let component = scope.component(step).is_some();
    let called = if component { Called::new() } else { called(field) };
    for field in field.iter().flat_map(|field| field.value.fields()) {
        if component && !has_name(cx, field, "output") {
            continue;
        }
        if closed && field.value.value() == Value::Null {
            continue; // the component says it
        }
        let name = adapted(cx, field, &called);
        let doc = output(cx, scope, field.value);
        if let Some((pipeline, _)) = scope.pipeline_output(field.value) {
            let path = format!("${{{{ steps.{step}.outputs.{name} }}}}");
            scope.bound.push((pipeline.to_owned(), path));
        }
        put_claimed(&mut outputs, name, doc, field.key.file().claim(&field));
    }
    outputs
}

/// An output, with what the pipeline's output says that it is bound to: both are one place.
fn output(cx: &mut Cx<'_>, scope: &Scope<'_>, node: Node<'_>) -> Doc {
    let kind = scope.kind_of_output(node);
    let bound = scope.pipeline_output(node).map(|(_, output)| output);
    let keys: Vec<Keys<'_>> =
        [Some(node), bound].into_iter().flatten().filter(Node::is_map).map(Keys::of).collect();
    let mut long = Map::new();
    long.put("type", kind);
    let all = [("mode", "mode"), ("path", "path"), ("name", "register"), ("version", "version")];
    for (theirs, ours) in all {
        let found: Vec<Field<'_>> = keys.iter().filter_map(|keys| keys.take(theirs)).collect();
        let mine = found.into_iter().find(|field| {
            let whole = field.value.text().and_then(text::whole);
            whole.is_none_or(|inner| !inner.starts_with("parent."))
        });
        let text = cx.text(mine).map(|text| if ours == "mode" { mode(&text) } else { text });
        long.put_some(ours, text);
    }
    for keys in &keys {
        keys.take("type");
        cx.finish(keys, "an output");
    }
    if long.0.len() == 1 { kind.into() } else { long.into() }
}

/// `mount` is what older files say.
fn mode(text: &str) -> String {
    if text == "mount" { "rw_mount".to_owned() } else { text.to_ascii_lowercase() }
}
