//! Logging commands of Azure Pipelines: `##vso[task.logissue …]message`.
//!
//! <https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands>

use super::render::{Finding, harmless};

pub(super) fn render(findings: &[Finding<'_>]) -> String {
    findings.iter().map(line).collect()
}

fn line(finding: &Finding<'_>) -> String {
    let place = &finding.place;
    let properties = [
        ("type", finding.level().to_owned()),
        ("sourcepath", place.path.clone()),
        ("linenumber", place.start.line.to_string()),
        ("columnnumber", place.start.column.to_string()),
        ("code", finding.name().to_owned()),
    ];
    let properties = properties.map(|(key, value)| format!("{key}={};", property(&value))).concat();
    format!("##vso[task.logissue {properties}]{}\n", data(&message(finding)))
}

fn message(finding: &Finding<'_>) -> String {
    let help = finding.diagnostic.help.as_deref();
    let help = help.map(|help| format!("\nhelp: {help}")).unwrap_or_default();
    format!("{}{help}", finding.diagnostic.message)
}

/// The agent reads `%AZP25` as `%`, and the rest as their codes.
fn data(text: &str) -> String {
    harmless(text).replace('%', "%AZP25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(';', "%3B").replace(']', "%5D")
}

#[cfg(test)]
mod tests {
    use super::super::render::tests::sample;
    use super::super::{Format, render};
    use crate::diagnostics::{CYCLE, Diagnostic};
    use crate::source::{SourceFile, Sources, Span};

    #[test]
    fn a_command_is_one_line() {
        let (sources, diagnostics) = sample();
        let text = render(Format::Azure, &diagnostics[..1], &sources);
        assert_eq!(
            text,
            "##vso[task.logissue type=error;sourcepath=specs/train, 1.mlops.yaml;linenumber=3;\
             columnnumber=15;code=cycle;]steps wait in a circle: 100%AZP25\
             %0Ahelp: remove one of%0Athe two\n"
        );
    }

    #[test]
    fn a_path_cannot_end_the_command() {
        let mut sources = Sources::default();
        let id = sources.add(SourceFile::new("a];b.yaml", ""));
        let diagnostic = Diagnostic::new(&CYCLE, Span::top(id), "x");
        let text = render(Format::Azure, &[diagnostic], &sources);
        assert!(text.contains("sourcepath=a%5D%3Bb.yaml;"), "{text}");
    }
}
