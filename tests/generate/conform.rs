//! The platforms' own parsers take what is written for generated projects. `MLOPSC_PARSED=1000` asks
//! them about so many specs that build; `MLOPSC_KEEP=<folder>` leaves the files there.

use std::cell::RefCell;
use std::path::PathBuf;

use mlopsc_compiler::plan::Plan;

use super::{for_all, setting};
use crate::ci::{Scripts, Written, compare as compare_graphs, faults, shellcheck};
use crate::conformance::{
    Emitted, Finding, Report, check, closure, demanded, edges_of, parsers, stage,
};
use crate::memory::compile;

/// What came of one spec: its folder, its plan, and its text.
struct Staged {
    root: PathBuf,
    plan: Plan,
    spec: String,
    /// Names of what the compiler itself says of it.
    said: Vec<&'static str>,
}

/// What a parser says of files that are as the author wants them, and the name under which the
/// compiler says the same at the spec's own line.
const SAID_BEFORE: [(&str, &str); 4] = [
    ("secrets-outside-env", "secret-outside-environment"),
    ("unpinned-images", "unpinned-image"),
    ("self-hosted-runner", "self-hosted-runner"),
    ("adhoc-packages", "unpinned-install"),
];

#[test]
fn parsers_take_what_is_generated() {
    let Some(tools) = parsers() else { return };
    let wanted = setting("MLOPSC_PARSED", 40);
    let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let kept = std::env::var_os("MLOPSC_KEEP").map(PathBuf::from);
    let folder = kept.unwrap_or_else(|| home.path().to_owned());
    let state = RefCell::new((Vec::<Staged>::new(), Emitted::default(), Scripts::default()));
    // Some have the mistakes that the generator does not know to avoid.
    for_all(2 * wanted, true, |generated| {
        let (staged, files, scripts) = &mut *state.borrow_mut();
        for spec in generated.specs.iter().take((wanted as usize).saturating_sub(staged.len())) {
            let compiled = compile(&generated.files, spec);
            if let Some(plan) = compiled.plan.clone() {
                let root = folder.join(staged.len().to_string());
                stage(&root, &generated.files, &compiled, &plan, files);
                let written = Written { plan: &plan, artifacts: &compiled.artifacts };
                compare_graphs(&written)?;
                if let Some(fault) = faults(&written).first() {
                    return Err(fault.clone());
                }
                scripts.take(spec, &written);
                let said = compiled.diagnostics.iter().map(|it| it.rule.name).collect();
                staged.push(Staged { root, plan, spec: generated.files.0[spec].clone(), said });
            }
        }
        Ok(())
    });
    let (staged, files, scripts) = state.into_inner();
    assert_eq!(staged.len(), wanted as usize, "so many were to be asked about");
    let report = check(tools, &files);
    let found = shellcheck(tools, &scripts);
    assert!(found.is_empty(), "{} findings:\n{}", found.len(), found.join("\n"));
    findings(&staged, &report);
    orders(&staged, &report);
}

fn findings(staged: &[Staged], report: &Report) {
    let (mut lines, mut example) = (Vec::new(), "");
    for one in staged {
        let mine = report.findings.iter().filter(|it| it.file.starts_with(&one.root));
        for finding in mine.filter(|finding| !is_matter_of_taste(finding) && !one.has_said(finding))
        {
            lines.push(finding.to_string());
            example = &one.spec;
        }
    }
    assert!(lines.is_empty(), "{} findings:\n{}\n{example}", lines.len(), lines.join("\n"));
}

/// A value of `env` that ends with a line break in the spec ends with one in the workflow.
fn is_matter_of_taste(finding: &Finding) -> bool {
    finding.message.starts_with("Block scalar '|' implicitly adds a trailing newline")
}

impl Staged {
    fn has_said(&self, finding: &Finding) -> bool {
        let known = SAID_BEFORE.iter().find(|(words, _)| finding.message.starts_with(words));
        known.is_some_and(|(_, name)| self.said.contains(name))
    }
}

/// The order in each Azure ML job is that of the plan.
fn orders(staged: &[Staged], report: &Report) {
    let mut compared = 0;
    let plans = staged.iter().flat_map(|one| {
        let used = one.plan.used.iter().map(AsRef::as_ref);
        std::iter::once(&one.plan).chain(used).map(move |plan| (one, plan))
    });
    for (Staged { root, spec, .. }, plan) in plans {
        for submission in &plan.submissions {
            let path = root.join(plan.azure_ml_path(&submission.component_file()));
            let Some(body) = report.bodies.get(&path) else {
                panic!("no body for {}", path.display())
            };
            let wanted = demanded(plan, submission);
            compared += wanted.len();
            assert_eq!(closure(&edges_of(body)), wanted, "{}\n{spec}", path.display());
        }
    }
    assert!(compared > 0, "there are edges to compare");
}
