//! Commands with their references bound, as each engine reads them.

use super::binder::StepBinder;
use crate::diagnostics::{CONFLICT, Diagnostic};
use crate::plan::{Reference, ScriptPiece, Source, Variable};
use crate::spec::shell;
use crate::spec::steps::Bound;
use crate::spec::text::Script;

impl StepBinder<'_, '_> {
    /// The variable that a CI script reads. The prefixes keep clear of the runner's own variables.
    fn variable_name(&self, variable: &Variable) -> String {
        match variable {
            Variable::Output(index) => {
                let name = &self.body.outputs.items[*index as usize].name.value;
                format!("OUTPUT_{}", name.to_ascii_uppercase())
            }
            Variable::Input(index) => {
                let input = &self.inputs[*index as usize];
                let prefix = match &input.source {
                    _ if (*index as usize) < self.declared => "INPUT",
                    Source::Reference(Reference::Parameter(_)) => "PARAM",
                    Source::Reference(_) | Source::Literal(_) | Source::Text(_) => "STEP",
                };
                format!("{prefix}_{}", input.name.to_ascii_uppercase())
            }
            Variable::Reference(reference) => match reference {
                Reference::Secret(name) => format!("SECRET_{}", name.to_ascii_uppercase()),
                Reference::Variable(name) => format!("VAR_{}", name.to_ascii_uppercase()),
                Reference::GitSha => "GIT_SHA".to_owned(),
                Reference::GitBranch => "GIT_BRANCH".to_owned(),
                Reference::GitTag => "GIT_TAG".to_owned(),
                Reference::RunId => "RUN_ID".to_owned(),
                Reference::Parameter(_) | Reference::Output(..) => String::new(),
            },
        }
    }

    pub(crate) fn ci_script(&mut self, script: &Script, bound: &[Variable]) -> Bound {
        let names: Vec<String> = bound.iter().map(|it| self.variable_name(it)).collect();
        let text = &script.text;
        let text = script.shell.for_ci(&text.text, &text.template, &|at| names[at].clone());
        let mut variables: Vec<(String, Variable)> = Vec::new();
        for (name, variable) in names.into_iter().zip(bound) {
            if variables.iter().any(|(known, _)| *known == name) {
                continue;
            }
            if let Some(item) = self.body.env.get(&name) {
                let message = format!("`{name}` is the variable that a reference in `run` becomes");
                self.sink
                    .report(Diagnostic::new(&CONFLICT, item.name.span, message).help("rename it"));
            }
            variables.push((name, variable.clone()));
        }
        Bound { script: vec![ScriptPiece::Literal(text)], variables }
    }

    pub(crate) fn azure_ml_script(script: &Script, bound: &[Variable]) -> Bound {
        let pieces = script.shell.for_azure_ml(&script.text.text, &script.text.template);
        let pieces = pieces.into_iter().map(|piece| match piece {
            shell::ScriptPart::Literal(text) => ScriptPiece::Literal(text),
            shell::ScriptPart::Reference(at) => match &bound[at] {
                Variable::Output(index) => ScriptPiece::Output(*index),
                Variable::Input(index) => ScriptPiece::Input(*index),
                // `bind` makes inputs of all else on Azure ML.
                Variable::Reference(_) => ScriptPiece::Literal(String::new()),
            },
        });
        Bound { script: pieces.collect(), variables: Vec::new() }
    }
}
