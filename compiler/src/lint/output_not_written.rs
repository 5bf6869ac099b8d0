//! `output-not-written`: a command that is never told where an output goes does not write it.

use crate::check::Checked;
use crate::diagnostics::{Diagnostic, OUTPUT_NOT_WRITTEN, Sink};
use crate::plan::{NativeKind, ScriptPiece, Task, Variable};

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    for (item, step) in checked.spec.steps.items.iter().zip(&checked.steps) {
        let Some(body) = &item.value else { continue };
        if step.task.component().is_some() {
            continue;
        }
        let written = written(&step.task);
        for (index, output) in (0u32..).zip(&body.outputs.items) {
            if written.contains(&index) {
                continue;
            }
            let name = &output.name.value;
            let message = format!("nothing in the step `{}` writes its output `{name}`", step.name);
            sink.report(Diagnostic::new(&OUTPUT_NOT_WRITTEN, output.name.span, message).help(
                format!("hand `${{{{ outputs.{name} }}}}` to the command, or remove the output"),
            ));
        }
    }
}

fn output(piece: &ScriptPiece) -> Option<u32> {
    match piece {
        ScriptPiece::Output(index) => Some(*index),
        ScriptPiece::Literal(_)
        | ScriptPiece::Input(_)
        | ScriptPiece::Searched(_)
        | ScriptPiece::OptionalStart
        | ScriptPiece::OptionalEnd => None,
    }
}

/// The outputs whose place the task is told.
fn written(task: &Task) -> Vec<u32> {
    let pieces =
        |script: &[ScriptPiece]| -> Vec<u32> { script.iter().filter_map(output).collect() };
    match task {
        Task::Command(command) => {
            let variables = command.variables.iter().filter_map(|(_, variable)| match variable {
                Variable::Output(index) => Some(*index),
                Variable::Input(_) | Variable::Reference(_) => None,
            });
            pieces(&command.script).into_iter().chain(variables).collect()
        }
        Task::FanOut(fan_out) => {
            pieces(&fan_out.arguments).into_iter().chain(fan_out.append_row_to).collect()
        }
        // AutoML writes its model by itself.
        Task::Native(native) if native.kind == NativeKind::AutoMl => vec![0],
        Task::Component(_) | Task::Own(_) => Vec::new(),
        Task::Native(native) => native.pieces().filter_map(output).collect(),
    }
}
