//! `run`: a command on either engine.

use super::{Binder, Engine, Kind, StepSpec};
use crate::diagnostics::{BAD_SHELL, CONFLICT, Diagnostic};
use crate::plan::{Command, Task};
use crate::source::Spanned;
use crate::spec::text::Script;

impl Kind for Script {
    fn key(&self) -> &'static str {
        "run"
    }

    fn engine(&self) -> Option<Engine> {
        None
    }

    fn keys(&self) -> &'static [&'static str] {
        &[
            "code",
            "env",
            "timeout",
            "resources",
            "distribution",
            "identity",
            "queue",
            "services",
            "reuse",
        ]
    }

    fn task(&self, step: &StepSpec, binder: &mut dyn Binder) -> Option<Task> {
        let code = match (binder.engine(), &step.code) {
            (Engine::AzureMl, Some(path)) => binder.folder(path),
            (Engine::Ci, Some(path)) => {
                binder.report(code_on_ci(path.span));
                None
            }
            (_, None) => None,
        };
        if self.verbatim && binder.engine() == Engine::Ci {
            binder.report(verbatim_on_ci(self.text.span));
            return None;
        }
        if binder.engine() == Engine::AzureMl {
            self.on_azure_ml(code.as_deref(), binder);
        }
        // A folder that is missing was reported and ends the step, but what is wrong with the
        // command is said in the same run.
        let bound = binder.script(self)?;
        Some(Task::Command(Command { code, script: bound.script, variables: bound.variables }))
    }
}

fn verbatim_on_ci(span: crate::source::Span) -> Diagnostic {
    Diagnostic::new(&CONFLICT, span, "`verbatim` is for steps on Azure ML")
        .help("on CI values reach a command through variables; write the command itself: `run: …`")
}

fn code_on_ci(span: crate::source::Span) -> Diagnostic {
    Diagnostic::new(&CONFLICT, span, "`code` is for steps on Azure ML")
        .help("a CI step has the whole repository; use `working_dir` to choose its folder")
}

impl Script {
    /// What Azure ML does not take, and scripts that are not there.
    pub(super) fn on_azure_ml(&self, code: Option<&str>, binder: &mut dyn Binder) {
        self.no_continuations(binder);
        self.programs_exist(code, binder);
    }

    /// Azure ML hands the command on in one line, so that the backslash would quote a blank.
    fn no_continuations(&self, binder: &mut dyn Binder) {
        for span in &self.continuations {
            let message = "Azure ML does not take a backslash at the end of a line";
            let diagnostic = Diagnostic::new(&BAD_SHELL, *span, message)
                .help("fold the lines with `>-` and leave the backslashes out");
            binder.report(diagnostic);
        }
    }

    /// `python train.py` runs in the code folder, where the script must be.
    fn programs_exist(&self, code: Option<&str>, binder: &mut dyn Binder) {
        let Some(code) = code else { return };
        for Spanned { value, span } in &self.programs {
            binder.file_in(code, value, *span);
        }
    }
}
