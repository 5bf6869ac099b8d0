//! Software of steps: a reference, or an image that becomes an entry of `environments`.

use super::NewFile;
use super::context::{Cx, copied};
use super::read::{Field, Foreign, Keys, Node};
use super::scope::Scope;
use crate::emit::{Doc, Map, yaml};

/// What a step writes for its environment.
pub(super) fn environment(
    cx: &mut Cx<'_>,
    scope: &mut Scope<'_>,
    step: &str,
    field: Option<Field<'_>>,
) -> Option<String> {
    let node = field?.value;
    let image = match node.text() {
        Some(text) if text.starts_with("azureml:") => return Some(text.to_owned()),
        Some(_) => {
            let full = cx.inside(node)?;
            cx.with_file(&full, Some(node.span()), |cx, file: &Foreign<'_>| {
                image(cx, step, file.root()?)
            })?
        }
        None => image(cx, step, node)?,
    };
    if let Some((name, _)) = scope.environments.iter().find(|(_, known)| *known == image) {
        return Some(name.clone());
    }
    scope.environments.push((step.to_owned(), image));
    Some(step.to_owned())
}

fn image(cx: &mut Cx<'_>, step: &str, node: Node<'_>) -> Option<Map> {
    let keys = Keys::of(node);
    keys.take("$schema");
    let system = keys.take("os_type");
    if let Some(field) =
        system.filter(|it| it.value.text().is_none_or(|text| !text.eq_ignore_ascii_case("linux")))
    {
        cx.lost(
            field.value.span(),
            "a spec's environments run on Linux, and not on another system",
        );
    }
    for named in ["name", "version", "description", "tags"] {
        if let Some(field) = keys.take(named) {
            let message =
                format!("the `{named}` of an environment that stands in a step is left out");
            cx.changed(field.key.span(), message);
        }
    }
    if let Some(field) = keys.take("build") {
        let map = build(cx, field.value);
        cx.finish(&keys, "an environment");
        return map;
    }
    let image = cx.text(keys.take("image"));
    let conda = keys.take("conda_file").and_then(|field| conda(cx, step, field.value));
    cx.finish(&keys, "an environment");
    let mut map = Map::new();
    map.put("image", image?);
    map.put_some("conda", conda);
    Some(map)
}

fn build(cx: &mut Cx<'_>, node: Node<'_>) -> Option<Map> {
    let keys = Keys::of(node);
    let path = keys.take("path").and_then(|field| cx.path(field.value))?;
    let dockerfile = cx.text(keys.take("dockerfile_path")).filter(|it| it != "Dockerfile");
    cx.finish(&keys, "`build`");
    let mut map = Map::new();
    map.put("build", path).put_some("dockerfile", dockerfile);
    Some(map)
}

/// The path of a conda file; one that stands in the step becomes a file beside the spec.
fn conda(cx: &mut Cx<'_>, step: &str, node: Node<'_>) -> Option<String> {
    if !node.is_map() {
        return cx.path(node);
    }
    let Doc::Map(content) = copied(node) else { return None };
    let text = yaml(&content, &[]);
    if let Some(known) = cx.beside.iter().find(|file| file.text == text) {
        return Some(known.path.clone());
    }
    let path = format!("{}.conda.yaml", step.replace('_', "-"));
    cx.beside.push(NewFile { path: path.clone(), text });
    Some(path)
}
