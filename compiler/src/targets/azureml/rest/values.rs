//! Values in the spelling of the REST bodies.

use crate::emit::{Doc, Map};

use super::requests::Requests;

/// The text of a scalar, as Azure ML's tools write it.
pub(super) fn text(value: &Doc) -> Option<String> {
    match value {
        Doc::Text(text) | Doc::Folded(text) => Some(text.clone()),
        Doc::Integer(number) => Some(number.to_string()),
        Doc::Number(spelling) => Some(spelling.clone()),
        Doc::Bool(true) => Some("True".to_owned()),
        Doc::Bool(false) => Some("False".to_owned()),
        Doc::Null | Doc::Words(_) | Doc::List(_) | Doc::Map(_) => None,
    }
}

/// Whether a text is left to an input or an output of the pipeline.
pub(super) fn is_binding(text: &str) -> bool {
    text.contains("${{")
}

/// How data arrives or leaves.
pub(super) fn mode(word: &str) -> &str {
    match word {
        "ro_mount" => "ReadOnlyMount",
        "rw_mount" => "ReadWriteMount",
        "download" => "Download",
        "upload" => "Upload",
        "direct" => "Direct",
        "eval_mount" => "EvalMount",
        "eval_download" => "EvalDownload",
        other => other,
    }
}

/// `light_gbm` as `LightGbm`.
pub(super) fn pascal(word: &str) -> String {
    let part = |part: &str| {
        let mut letters = part.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    word.split('_').map(part).collect()
}

/// `dashboard_port` as `dashboardPort`.
pub(super) fn camel(word: &str) -> String {
    let pascal = pascal(word);
    let mut letters = pascal.chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

/// Seconds as a duration of ISO 8601.
pub(super) fn duration(seconds: u64) -> String {
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let part = |count: u64, unit: char| match count {
        0 => String::new(),
        count => format!("{count}{unit}"),
    };
    let (hours, minutes) = (part(rest / 3600, 'H'), part(rest / 60 % 60, 'M'));
    let time = [hours, minutes, part(rest % 60, 'S')].concat();
    match (days, time.as_str()) {
        (0, "") => "PT0S".to_owned(),
        (days, "") => format!("P{days}D"),
        (days, time) => format!("P{}T{time}", part(days, 'D')),
    }
}

/// The names of keys that differ between jobs and nodes.
#[derive(Clone, Copy)]
pub(super) struct Style {
    /// The type of an input.
    input: &'static str,
    /// The type of an output.
    output: &'static str,
}

/// A job's own inputs and outputs.
pub(super) const OF_JOB: Style = Style { input: "jobInputType", output: "jobOutputType" };
/// Those of its nodes.
pub(super) const OF_NODE: Style = Style { input: "job_input_type", output: "job_output_type" };

/// Inputs with their values. Data on the author's disk are uploaded first.
pub(super) fn inputs(requests: &mut Requests<'_>, style: Style, inputs: Option<&Map>) -> Map {
    let mut doc = Map::new();
    for entry in inputs.iter().flat_map(|inputs| &inputs.0) {
        doc.put(entry.key.clone(), input(requests, style, &entry.value));
    }
    doc
}

fn input(requests: &mut Requests<'_>, style: Style, value: &Doc) -> Map {
    let mut doc = Map::new();
    let Doc::Map(data) = value else {
        doc.put(style.input, "literal").put_some("value", text(value));
        return doc;
    };
    let path = data.text("path").unwrap_or_default();
    if is_binding(path) {
        doc.put(style.input, "literal").put("value", path);
    } else {
        let kind = data.text("type").unwrap_or_default();
        doc.put(style.input, kind).put("uri", requests.data(kind, path));
    }
    doc.put_some("mode", data.text("mode").map(mode));
    doc
}

/// Outputs with the places where they go.
pub(super) fn outputs(style: Style, outputs: Option<&Map>) -> Map {
    let mut doc = Map::new();
    for entry in outputs.iter().flat_map(|outputs| &outputs.0) {
        let mut bound = Map::new();
        bound.put_some("path", entry.value.as_text());
        let data = entry.value.as_map().unwrap_or(&bound);
        doc.put(entry.key.clone(), output(style, data));
    }
    doc
}

fn output(style: Style, data: &Map) -> Map {
    let mut doc = Map::new();
    let path = data.text("path");
    if let Some(path) = path.filter(|path| path.starts_with("${{parent.outputs.")) {
        doc.put("type", "literal").put("value", path);
        doc.put_some("mode", data.text("mode").map(mode));
        return doc;
    }
    doc.put_some(style.output, data.text("type"));
    doc.put_some("mode", data.text("mode").map(mode));
    doc.put_some("uri", path);
    let [name, version] = if style.output == OF_JOB.output {
        ["assetName", "assetVersion"]
    } else {
        ["name", "version"]
    };
    doc.put_some(name, data.text("name")).put_some(version, data.text("version"));
    doc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_those_of_iso_8601() {
        let cases = [
            (0, "PT0S"),
            (60, "PT1M"),
            (3600, "PT1H"),
            (90, "PT1M30S"),
            (86_400, "P1D"),
            (90_061, "P1DT1H1M1S"),
        ];
        for (seconds, text) in cases {
            assert_eq!(duration(seconds), text);
        }
    }

    #[test]
    fn words_change_their_case() {
        assert_eq!(pascal("truncation_selection"), "TruncationSelection");
        assert_eq!(camel("head_node_additional_args"), "headNodeAdditionalArgs");
    }
}
