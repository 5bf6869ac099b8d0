//! What would not mean in a command what its author thinks.

use super::span_in;
use crate::diagnostics::{BAD_SHELL, Diagnostic};
use crate::source::Span;
use crate::spec::decode::Cx;
use crate::spec::expr;
use crate::syntax::{Kind, NodeId, Style};

/// Folding makes a blank of the line break, which the backslash before it then quotes.
pub(super) fn folded_backslashes(cx: &mut Cx<'_, '_>, node: NodeId) {
    let Kind::Scalar(scalar) = cx.tree.kind(node) else { return };
    if !matches!(scalar.style, Style::Folded | Style::Plain) {
        return;
    }
    let span = cx.span(node);
    let written = &cx.tree.source()[span.start as usize..span.end as usize];
    let breaks = written.match_indices('\n').map(|(at, _)| written[..at].trim_end_matches('\r'));
    let ends: Vec<usize> = breaks.filter(|line| line.ends_with('\\')).map(str::len).collect();
    for end in ends {
        #[allow(clippy::cast_possible_truncation)] // files are at most 16 MiB
        let end = span.start + end as u32;
        let message = "the lines are joined already, so that this backslash quotes a blank";
        let at = Span::new(cx.tree.file(), end - 1, end);
        cx.report(Diagnostic::new(&BAD_SHELL, at, message).help("leave it out").fix(at, ""));
    }
}

/// `$(Build.BuildId)` is a macro of Azure Pipelines, pasted into the script, and nonsense elsewhere.
/// So is `$(BUILD_ID)`, since no program is called like that.
pub(super) fn macros(cx: &mut Cx<'_, '_>, node: NodeId, text: &str) {
    for (at, _) in text.match_indices("$(") {
        let inner = &text[at + 2..];
        let name = &inner[..inner.find(')').unwrap_or(0)];
        let part = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        let is_shouted = name.contains('_') && !name.bytes().any(|byte| byte.is_ascii_lowercase());
        if !(name.contains('.') || is_shouted) || !name.split('.').all(part) {
            continue;
        }
        let span = span_in(cx, node, &(at..at + name.len() + 3));
        let message = format!("`$({name})` is a macro of Azure Pipelines, not a value");
        let help = if expr::is_path(name) {
            format!("write `${{{{ {name} }}}}`")
        } else {
            "refer to git.sha, git.branch, git.tag, run.id or variables.X instead".to_owned()
        };
        cx.report(Diagnostic::new(&BAD_SHELL, span, message).help(help));
    }
}
