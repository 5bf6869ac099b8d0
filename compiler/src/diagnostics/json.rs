//! An array of objects, for programs.

use serde_json::{Value, json};

use super::render::{Finding, Place};
use crate::source::{LineColumn, Span};

pub(super) fn render(findings: &[Finding<'_>]) -> String {
    let items: Vec<Value> = findings.iter().map(object).collect();
    format!("{:#}\n", Value::from(items))
}

fn object(finding: &Finding<'_>) -> Value {
    let diagnostic = finding.diagnostic;
    let related = diagnostic.related.iter().map(|related| {
        let mut item = located(finding, related.span);
        item["message"] = related.text.as_str().into();
        item
    });
    let fixes = diagnostic.fix.iter().map(|edit| {
        let mut item = located(finding, edit.span);
        item["text"] = edit.text.as_str().into();
        item
    });
    json!({
        "name": finding.name(),
        "level": finding.level(),
        "message": diagnostic.message,
        "file": finding.place.path,
        "range": range(&finding.place, diagnostic.span),
        "label": diagnostic.label,
        "help": diagnostic.help,
        "related": related.collect::<Vec<_>>(),
        "fixes": fixes.collect::<Vec<_>>(),
    })
}

fn located(finding: &Finding<'_>, span: Span) -> Value {
    let place = finding.place_of(span);
    json!({ "file": place.path, "range": range(&place, span) })
}

fn range(place: &Place, span: Span) -> Value {
    json!({ "start": point(place.start, span.start), "end": point(place.end, span.end) })
}

fn point(at: LineColumn, offset: u32) -> Value {
    json!({ "line": at.line, "column": at.column, "offset": offset })
}

#[cfg(test)]
mod tests {
    use super::super::render::tests::sample;
    use super::super::{Format, render};

    #[test]
    fn everything_a_diagnostic_holds_is_there() {
        let (sources, diagnostics) = sample();
        let text = render(Format::Json, &diagnostics, &sources);
        let items: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(items[1]["fixes"][0]["range"]["end"]["line"], 2);
        assert_eq!(items[2]["name"], "cycle");
        assert_eq!(items[2]["range"]["start"]["offset"], 30);
        assert_eq!(items[2]["related"][1]["file"], "mlopsc.yaml");
        assert_eq!(items[2]["help"], "remove one of\nthe two");
    }

    #[test]
    fn nothing_to_say_is_an_empty_array() {
        assert_eq!(render(Format::Json, &[], &crate::source::Sources::default()), "[]\n");
    }
}
