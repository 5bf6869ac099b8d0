//! Names of container images.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::decode::{Cx, Decode};
use crate::source::Spanned;
use crate::syntax::NodeId;

/// The name of a container image: `[registry/]path[:tag][@sha256:digest]`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Image(pub String);

impl Decode for Spanned<Image> {
    const EXPECTED: &'static str = "the name of an image";

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        let (text, _) = cx.scalar(node, Self::EXPECTED)?;
        if let Some((message, help)) = fault(text) {
            return cx.bad_value(node, message, help);
        }
        Some(Self::new(Image(text.to_owned()), cx.span(node)))
    }
}

impl JsonSchema for Spanned<Image> {
    fn schema_name() -> Cow<'static, str> {
        "Image".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "title": "image",
            "description": "The name of a container image: `[registry/]path[:tag][@sha256:digest]`.",
            "type": ["string", "number", "boolean"],
        })
    }
}

/// What is wrong with a name, and what to do.
pub(crate) fn fault(text: &str) -> Option<(&'static str, &'static str)> {
    let (name, digest) = match text.split_once('@') {
        Some((name, digest)) => (name, Some(digest)),
        None => (text, None),
    };
    if digest.is_some_and(|digest| !is_digest(digest)) {
        return Some((
            "the digest is not one",
            "write `@sha256:` and 64 hex digits, as `docker buildx imagetools inspect` shows them",
        ));
    }
    let (folder, last) = name.rsplit_once('/').map_or((None, name), |(a, b)| (Some(a), b));
    let (last, tag) = last.split_once(':').map_or((last, None), |(a, b)| (a, Some(b)));
    if tag.is_some_and(|tag| !is_tag(tag)) {
        return Some(("the tag is not one", "a tag has letters, digits, `_`, `.` and `-`"));
    }
    let mut parts = folder.iter().flat_map(|folder| folder.split('/')).chain([last]);
    let registry = folder.and_then(|_| parts.next());
    let fits = registry.is_none_or(|it| is_registry(it) || is_part(it)) && parts.all(is_part);
    (!fits).then_some((
        "this cannot name an image",
        "write `[registry/]path[:tag][@sha256:digest]`; the path has lower-case letters only",
    ))
}

fn is_digest(text: &str) -> bool {
    let hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    text.strip_prefix("sha256:").is_some_and(|text| text.len() == 64 && text.bytes().all(hex))
}

pub(crate) fn is_tag(text: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (1..=128).contains(&text.len())
        && word(text.as_bytes()[0])
        && text.bytes().all(|byte| word(byte) || b".-".contains(&byte))
}

pub(super) fn is_registry(text: &str) -> bool {
    let (host, port) = text.split_once(':').map_or((text, None), |(a, b)| (a, Some(b)));
    let digits = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let label = |byte: u8| byte.is_ascii_alphanumeric() || b".-".contains(&byte);
    let known = host.contains('.') || port.is_some() || host == "localhost";
    known && !host.is_empty() && host.bytes().all(label) && port.is_none_or(digits)
}

pub(super) fn is_part(text: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    bytes.first().is_some_and(|byte| word(*byte))
        && bytes.last().is_some_and(|byte| word(*byte))
        && bytes.iter().all(|byte| word(*byte) || b"._-".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images() {
        let digest = format!("python:3.11-slim@sha256:{}", "0f".repeat(32));
        for good in [
            "python",
            "python:3.11",
            "localhost:5000/tools/python:v1_x",
            "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:20260715.v1",
            "ghcr.io/a/b__c",
            &digest,
        ] {
            assert_eq!(fault(good), None, "{good}");
        }
        for bad in [
            "",
            " ",
            "Python",
            "a b",
            "a//b",
            "/a",
            "a:",
            "a:b:c",
            "a@sha256:0f",
            "a@md5:0",
            "-a",
            "a:-",
            "a/b:5000/c",
            "üx",
            "${{ parameters.x }}",
            "docker://python",
        ] {
            assert!(fault(bad).is_some(), "{bad}");
        }
    }
}
