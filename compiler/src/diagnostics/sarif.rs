//! SARIF 2.1.0: what GitHub code scanning reads, and fixes beside it.
//!
//! <https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::render::{Finding, Place};
use super::{Edit, Rule};

pub(super) fn render(findings: &[Finding<'_>]) -> String {
    let rules: BTreeMap<&str, &Rule> =
        findings.iter().map(|finding| (finding.name(), finding.diagnostic.rule)).collect();
    let driver = json!({
        "name": "mlopsc",
        "version": env!("CARGO_PKG_VERSION"),
        "rules": rules.values().map(|rule| descriptor(rule)).collect::<Vec<_>>(),
    });
    let results = findings.iter().map(|finding| {
        let index = rules.keys().position(|name| *name == finding.name());
        result(finding, index.unwrap_or_default())
    });
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": driver },
            // Columns count characters; SARIF's default is UTF-16 units.
            "columnKind": "unicodeCodePoints",
            "results": results.collect::<Vec<_>>(),
        }],
    });
    format!("{document:#}\n")
}

fn descriptor(rule: &Rule) -> Value {
    json!({
        "id": rule.name,
        "shortDescription": { "text": first_paragraph(rule) },
        "help": { "text": rule.page, "markdown": rule.page },
        "defaultConfiguration": { "level": rule.level.word() },
    })
}

/// The sentence under the title of the rule's page; its name where there is none.
fn first_paragraph(rule: &Rule) -> String {
    let mut paragraphs = rule.page.split("\n\n").map(str::trim);
    let paragraph = paragraphs.find(|text| !text.is_empty() && !text.starts_with('#'));
    paragraph.map_or_else(|| rule.name.to_owned(), |text| text.replace('\n', " "))
}

fn result(finding: &Finding<'_>, rule_index: usize) -> Value {
    let diagnostic = finding.diagnostic;
    let help = diagnostic.help.as_deref().map(|help| format!("\n{help}")).unwrap_or_default();
    let mut result = json!({
        "ruleId": finding.name(),
        "ruleIndex": rule_index,
        "level": finding.level(),
        "message": { "text": format!("{}{help}", diagnostic.message) },
        "locations": [{ "physicalLocation": physical(&finding.place) }],
    });
    if !diagnostic.related.is_empty() {
        result["relatedLocations"] = related(finding);
    }
    if !diagnostic.fix.is_empty() {
        result["fixes"] = json!([{ "artifactChanges": changes(finding) }]);
    }
    result
}

fn related(finding: &Finding<'_>) -> Value {
    let items = finding.diagnostic.related.iter().enumerate().map(|(index, related)| {
        json!({
            "id": index,
            "message": { "text": related.text },
            "physicalLocation": physical(&finding.place_of(related.span)),
        })
    });
    items.collect()
}

fn changes(finding: &Finding<'_>) -> Value {
    finding.diagnostic.fix.iter().map(|edit| change(finding, edit)).collect()
}

fn change(finding: &Finding<'_>, edit: &Edit) -> Value {
    let place = finding.place_of(edit.span);
    json!({
        "artifactLocation": { "uri": uri(&place.path) },
        "replacements": [{
            "deletedRegion": region(&place),
            "insertedContent": { "text": edit.text },
        }],
    })
}

fn physical(place: &Place) -> Value {
    json!({ "artifactLocation": { "uri": uri(&place.path) }, "region": region(place) })
}

fn region(place: &Place) -> Value {
    json!({
        "startLine": place.start.line,
        "startColumn": place.start.column,
        "endLine": place.end.line,
        "endColumn": place.end.column,
    })
}

/// A path as a relative URI reference: what RFC 3986 does not allow in a path is percent-encoded,
/// and so is `:`, which would make the first part a scheme.
fn uri(path: &str) -> String {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&byte);
    let encode = |byte: u8| {
        if allowed(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    path.bytes().map(encode).collect()
}

#[cfg(test)]
mod tests {
    use super::super::render::tests::sample;
    use super::super::{Format, render};
    use serde_json::Value;

    fn run() -> Value {
        let (sources, diagnostics) = sample();
        let text = render(Format::Sarif, &diagnostics, &sources);
        serde_json::from_str::<Value>(&text).unwrap()["runs"][0].clone()
    }

    #[test]
    fn rules_are_listed_once_and_indexed() {
        let run = run();
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        assert_eq!(rules.len(), 2);
        for result in run["results"].as_array().unwrap() {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(rules[index]["id"], result["ruleId"]);
        }
    }

    #[test]
    fn places_are_uris_and_regions() {
        let place = &run()["results"][2]["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "specs/train,%201.mlops.yaml");
        assert_eq!(place["region"]["startLine"], 3);
        assert_eq!(place["region"]["endColumn"], 16);
    }

    #[test]
    fn fixes_and_related_places_travel() {
        let run = run();
        let fix = &run["results"][1]["fixes"][0]["artifactChanges"][0];
        assert_eq!(fix["replacements"][0]["deletedRegion"]["endLine"], 2);
        assert_eq!(fix["replacements"][0]["insertedContent"]["text"], "");
        assert_eq!(run["results"][2]["relatedLocations"][1]["id"], 1);
    }
}
