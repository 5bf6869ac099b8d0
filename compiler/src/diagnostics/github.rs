//! Workflow commands of GitHub Actions: `::error file=…,line=…::message`.
//!
//! <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>

use std::fmt::Write as _;

use super::render::{Finding, harmless};

pub(super) fn render(findings: &[Finding<'_>]) -> String {
    findings.iter().map(line).collect()
}

fn line(finding: &Finding<'_>) -> String {
    let place = &finding.place;
    let title = format!("mlopsc({})", finding.name());
    let properties = [
        ("file", place.path.clone()),
        ("line", place.start.line.to_string()),
        ("col", place.start.column.to_string()),
        ("endLine", place.end.line.to_string()),
        ("endColumn", place.end.column.to_string()),
        ("title", title),
    ];
    let properties = properties.map(|(key, value)| format!("{key}={}", property(&value))).join(",");
    format!("::{} {properties}::{}\n", finding.level(), data(&message(finding)))
}

/// Annotations have no field for help and further places, so the text carries them.
fn message(finding: &Finding<'_>) -> String {
    let mut text = finding.diagnostic.message.clone();
    for related in &finding.diagnostic.related {
        let place = finding.place_of(related.span);
        let _ = write!(text, "\n{}:{}: {}", place.path, place.start.line, related.text);
    }
    if let Some(help) = &finding.diagnostic.help {
        text.push_str("\nhelp: ");
        text.push_str(help);
    }
    text
}

fn data(text: &str) -> String {
    harmless(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::render::tests::sample;
    use super::super::{Format, render};

    #[test]
    fn values_cannot_end_a_property_or_the_command() {
        let (sources, diagnostics) = sample();
        let text = render(Format::Github, &diagnostics, &sources);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[0],
            "::error file=mlopsc.yaml,line=1,col=5,endLine=1,endColumn=11,title=mlopsc(cycle)\
             ::a;b]?[31m%0Ac,d:e"
        );
        assert_eq!(
            lines[2],
            "::error file=specs/train%2C 1.mlops.yaml,line=3,col=15,endLine=3,endColumn=16,\
             title=mlopsc(cycle)::steps wait in a circle: 100%25\
             %0Aspecs/train, 1.mlops.yaml:4: waits for `a`%0Amlopsc.yaml:1: asked for here\
             %0Ahelp: remove one of%0Athe two"
        );
    }
}
