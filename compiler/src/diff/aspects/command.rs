//! Commands in the author's words: on CI a reference became a variable, which nobody wrote.

use super::Pairs;
use crate::plan::{Command, Plan, Source, Step, Task, Variable};

pub(super) fn command(plan: &Plan, step: &Step, command: &Command, pairs: &mut Pairs) {
    let mut run = plan.script_words(step, &command.script);
    for (name, variable) in &command.variables {
        let words = words(plan, step, (name, variable));
        run = run.replace(&format!("\"${name}\""), &words);
        run = run.replace(&format!("${{{name}}}"), &words);
    }
    pairs.put("run", run);
    pairs.put_some("code", command.code.as_ref());
}

/// Whether an input is nothing but a reference in the command, which says it.
pub(super) fn is_in_command(step: &Step, index: usize) -> bool {
    let Task::Command(command) = &step.task else { return false };
    let is_it =
        |variable: &Variable| matches!(variable, Variable::Input(at) if *at as usize == index);
    command.variables.iter().any(|(name, variable)| is_it(variable) && !is_declared(name))
}

/// Whether a variable stands for an input that the author declared.
fn is_declared(variable: &str) -> bool {
    variable.starts_with("INPUT_")
}

fn words(plan: &Plan, step: &Step, (name, variable): (&str, &Variable)) -> String {
    if let Variable::Input(index) = variable
        && let source @ Source::Reference(_) = &step.inputs[*index as usize].source
        && !is_declared(name)
    {
        return plan.source_words(source);
    }
    format!("${{{{ {} }}}}", plan.variable_words(step, variable))
}
