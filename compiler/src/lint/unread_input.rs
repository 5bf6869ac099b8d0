//! `unread-input`: an input that the command is never told of arrives for nothing: data is copied or
//! mounted, and every change of it runs the step again.

use crate::check::Checked;
use crate::diagnostics::{Diagnostic, Sink, UNREAD_INPUT};
use crate::plan::{ScriptPiece, Task, Variable};

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    for (item, step) in checked.spec.steps.items.iter().zip(&checked.steps) {
        let Some(body) = &item.value else { continue };
        if step.task.component().is_some() {
            continue; // the component says what it reads
        }
        let read = read(&step.task);
        for (index, input) in (0u32..).zip(&body.inputs.items) {
            if read.contains(&index) {
                continue;
            }
            let name = &input.name.value;
            let message = format!("nothing in the step `{}` reads its input `{name}`", step.name);
            sink.report(Diagnostic::new(&UNREAD_INPUT, input.name.span, message).help(format!(
                "hand `${{{{ inputs.{name} }}}}` to the command, or remove the input"
            )));
        }
    }
}

fn input(piece: &ScriptPiece) -> Option<u32> {
    match piece {
        ScriptPiece::Input(index) => Some(*index),
        ScriptPiece::Literal(_)
        | ScriptPiece::Output(_)
        | ScriptPiece::Searched(_)
        | ScriptPiece::OptionalStart
        | ScriptPiece::OptionalEnd => None,
    }
}

/// The inputs that the task is told of.
fn read(task: &Task) -> Vec<u32> {
    let pieces = |script: &[ScriptPiece]| -> Vec<u32> { script.iter().filter_map(input).collect() };
    match task {
        Task::Command(command) => {
            let variables = command.variables.iter().filter_map(|(_, variable)| match variable {
                Variable::Input(index) => Some(*index),
                Variable::Output(_) | Variable::Reference(_) => None,
            });
            pieces(&command.script).into_iter().chain(variables).collect()
        }
        Task::FanOut(fan_out) => {
            let mut read = pieces(&fan_out.arguments);
            read.push(fan_out.input_data);
            read
        }
        Task::Component(_) | Task::Own(_) => Vec::new(),
        Task::Native(native) => {
            native.pieces().filter_map(input).chain(native.fields.inputs()).collect()
        }
    }
}
