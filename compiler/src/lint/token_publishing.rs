//! `token-publishing`: a package published with a token that does not expire (zizmor's
//! `use-trusted-publishing`), at the spec's line.

use crate::check::Checked;
use crate::diagnostics::{Diagnostic, Sink, TOKEN_PUBLISHING};
use crate::plan::Home;
use crate::spec::text::Install;

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    if !checked.project.targets.contains(&Home::GitHub) {
        return;
    }
    for (item, step) in checked.spec.steps.items.iter().zip(&checked.steps) {
        let run = item.value.as_ref().and_then(|body| body.run.as_ref());
        let Some(run) = run.filter(|_| !step.is_on_azure_ml()) else { continue };
        run.installs.iter().for_each(|command| judge(command, sink));
    }
}

fn judge(command: &Install, sink: &mut Sink) {
    let words: Vec<&str> = command.words.iter().map(|word| word.value.as_str()).collect();
    let Some(first) = command.words.first().filter(|_| publishes(&words)) else { return };
    let message = format!("`{}` publishes with a token that does not expire", first.value);
    sink.report(
        Diagnostic::new(&TOKEN_PUBLISHING, first.span, message).help(
            "publish from a workflow of its own that the registry trusts (trusted publishing)",
        ),
    );
}

fn publishes(words: &[&str]) -> bool {
    if words.contains(&"--dry-run") {
        return false;
    }
    match words {
        ["uvx", rest @ ..] | ["uv" | "pipx", "run", rest @ ..] => publishes(rest),
        ["twine", "upload", ..]
        | ["cargo" | "npm" | "pnpm" | "uv" | "poetry" | "pdm" | "hatch", "publish", ..]
        | ["yarn", "npm", "publish", ..]
        | ["gem" | "nuget", "push", ..]
        | ["dotnet", "nuget", "push", ..] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands() {
        let publishes = |line: &str| publishes(&line.split(' ').collect::<Vec<_>>());
        for yes in [
            "twine upload dist/*",
            "uvx twine upload x",
            "uv run twine upload x",
            "cargo publish",
            "yarn npm publish",
            "gem push a.gem",
            "dotnet nuget push a",
        ] {
            assert!(publishes(yes), "{yes}");
        }
        for no in ["cargo publish --dry-run", "twine check dist/*", "uv sync", "npm ci", "uvx ruff"]
        {
            assert!(!publishes(no), "{no}");
        }
    }
}
