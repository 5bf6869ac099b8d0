//! `artifact-elsewhere`: paths in a spec start at its folder, and commands on CI at the repository's
//! root. A command that names the artifact's path just as the artifact does means another file.

use crate::check::Checked;
use crate::diagnostics::{ARTIFACT_ELSEWHERE, Diagnostic, Sink};
use crate::plan::{Piece, Place, Text};
use crate::source::{join, relative};
use crate::spec::matrix::OrMatrix;
use crate::spec::text::Script;

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    for (item, step) in checked.spec.steps.items.iter().zip(&checked.steps) {
        let (Some(body), Place::Ci(place)) = (&item.value, &step.place) else { continue };
        let Some(run) = body.run.as_ref().filter(|run| !names(run, "cd")) else { continue };
        let here = place.working_dir.as_ref().map(only).unwrap_or_default();
        let here = here.as_str();
        for (name, path) in body.artifacts.good() {
            let found = place.artifacts.iter().find(|(known, _)| *known == name.value);
            let (Some((_, found)), OrMatrix::Fixed(path)) = (found, path) else { continue };
            let found = only(found);
            let written = path.value.0.trim_start_matches("./");
            let (Some(meant), Some(folder)) = (join(here, written), found.strip_suffix(written))
            else {
                continue;
            };
            if meant == found || !names(run, written) {
                continue;
            }
            let folder = folder.trim_end_matches('/');
            let message = format!(
                "`{written}` is looked for in {}, and the command runs in {}",
                shown(folder),
                shown(here)
            );
            let way = relative(folder, &meant);
            let way = way.strip_prefix("./").unwrap_or(&way);
            let help = format!("paths in a spec start at its folder: write `{way}`");
            sink.report(Diagnostic::new(&ARTIFACT_ELSEWHERE, path.span, message).help(help));
        }
    }
}

/// A text without values of a matrix.
fn only(text: &Text) -> String {
    let literal = |piece: &Piece| match piece {
        Piece::Literal(text) => text.clone(),
        Piece::Reference(_) => "*".to_owned(),
    };
    text.iter().map(literal).collect()
}

fn shown(folder: &str) -> String {
    if folder.is_empty() { "the repository's root".to_owned() } else { format!("`{folder}`") }
}

/// Whether a word stands in the command, with nothing of a longer path before or behind it.
fn names(run: &Script, word: &str) -> bool {
    let text = run.text.text.as_str();
    let of_path = |c: char| c.is_alphanumeric() || "_-./*".contains(c);
    text.match_indices(word).any(|(start, _)| {
        let before = text[..start].strip_suffix("./").unwrap_or(&text[..start]);
        let behind = &text[start + word.len()..];
        !before.ends_with(of_path) && !behind.starts_with(of_path)
    })
}
