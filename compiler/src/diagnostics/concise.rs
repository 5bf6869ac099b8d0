//! `file:line:col: level[name]: message`: one line each, as editors and `grep` read it.

use super::render::{Finding, one_line};

pub(super) fn render(findings: &[Finding<'_>]) -> String {
    findings.iter().map(line).collect()
}

fn line(finding: &Finding<'_>) -> String {
    let (place, level, name) = (&finding.place, finding.level(), finding.name());
    let (line, column) = (place.start.line, place.start.column);
    let message = one_line(&finding.diagnostic.message);
    format!("{}:{line}:{column}: {level}[{name}]: {message}\n", one_line(&place.path))
}

#[cfg(test)]
mod tests {
    use super::super::render::tests::sample;
    use super::super::{Format, render};

    #[test]
    fn a_message_is_one_harmless_line() {
        let (sources, diagnostics) = sample();
        let text = render(Format::Concise, &diagnostics[2..], &sources);
        assert_eq!(text, "mlopsc.yaml:1:5: error[cycle]: a;b]?[31m c,d:e\n");
    }
}
