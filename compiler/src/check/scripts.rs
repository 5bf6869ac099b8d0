//! Commands with their references bound, as each engine reads them.

use std::collections::{BTreeMap, BTreeSet};

use super::binder::StepBinder;
use super::names::what_there_is;
use std::ops::Range;

use crate::diagnostics::{BAD_SHELL, BAD_VALUE, CONFLICT, Diagnostic, UNKNOWN_REFERENCE};
use crate::plan::{Piece, Reference, Scalar, ScriptPiece, Source, Variable};
use crate::source::Span;
use crate::source::Spanned;
use crate::spec::expr::{Part, Path};
use crate::spec::shell;
use crate::spec::steps::Bound;
use crate::spec::text::{Script, Text};

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
                Reference::Matrix(name) => format!("MATRIX_{}", name.to_ascii_uppercase()),
                Reference::GitSha => "GIT_SHA".to_owned(),
                Reference::GitBranch => "GIT_BRANCH".to_owned(),
                Reference::GitTag => "GIT_TAG".to_owned(),
                Reference::RunId => "RUN_ID".to_owned(),
                Reference::StageName => "STAGE_NAME".to_owned(),
                Reference::Parameter(_) | Reference::Output(..) => String::new(),
            },
        }
    }

    pub(crate) fn ci_script(&mut self, script: &Script, bound: &[Variable]) -> Bound {
        let names: Vec<String> = bound.iter().map(|it| self.variable_name(it)).collect();
        let text = &script.text;
        let text_span = text.span;
        let text = script.shell.for_ci(&text.text, &text.template, &|at| names[at].clone());
        let mut variables: Vec<(String, Variable)> = Vec::new();
        let mut known = BTreeSet::new();
        let own: BTreeMap<&str, &Spanned<String>> =
            self.body.env.items.iter().map(|item| (item.name.value.as_str(), &item.name)).collect();
        for (name, variable) in names.into_iter().zip(bound) {
            if !known.insert(name.clone()) {
                continue;
            }
            if let Some(own) = own.get(name.as_str()) {
                let message = format!("`{name}` is the variable that a reference in `run` becomes");
                self.sink.report(Diagnostic::new(&CONFLICT, own.span, message).help("rename it"));
            } else if let Some(shared) =
                self.cx.spec.env.items.iter().find(|it| it.name.value == name)
            {
                let message = format!(
                    "a reference here becomes the variable `{name}`, which the root's `env` has too"
                );
                self.sink.report(
                    Diagnostic::new(&CONFLICT, text_span, message)
                        .related(shared.name.span, "rename it here"),
                );
            }
            variables.push((name, variable.clone()));
        }
        Bound { script: vec![ScriptPiece::Literal(text)], variables }
    }

    /// The arguments of a script over mini-batches, whose references stand as they are: the service
    /// would hand quotes on to the script. Literals are its words already.
    pub(crate) fn bare_arguments(
        &mut self,
        script: &Script,
        bound: &[Variable],
    ) -> Option<Vec<ScriptPiece>> {
        let text = &script.text;
        let before = self.sink.errors();
        let mut pieces = Vec::new();
        let mut variables = bound.iter();
        for part in &text.template.parts {
            match part {
                Part::Literal(range) | Part::Broken(range) => {
                    if !script.verbatim {
                        self.no_shell(text, range);
                    }
                    pieces.push(ScriptPiece::Literal(text.text[range.clone()].to_owned()));
                }
                Part::Open(_) => pieces.push(ScriptPiece::OptionalStart),
                Part::Close(_) => pieces.push(ScriptPiece::OptionalEnd),
                Part::Reference { .. } => pieces.extend(variables.next().and_then(piece)),
            }
        }
        if text.template.parts.is_empty() {
            if !script.verbatim {
                self.no_shell(text, &(0..text.text.len()));
            }
            pieces.push(ScriptPiece::Literal(text.text.clone()));
        }
        if !script.verbatim {
            self.one_word_each(text.span, &pieces);
        }
        (self.sink.errors() == before).then_some(pieces)
    }

    /// Characters that a shell would take away, and that nobody takes away here.
    fn no_shell(&mut self, text: &Text, range: &Range<usize>) {
        let words = &text.text[range.clone()];
        let Some(at) = words.find(['\'', '"', '\\', '$', '`']) else { return };
        let found = &words[at..=at];
        let kind = self.body.kind().map_or("", |kind| kind.key());
        let message =
            format!("no shell reads the arguments of a `{kind}` step, so `{found}` would stay");
        self.sink.report(
            Diagnostic::new(&BAD_SHELL, text.span, message).help(if kind == "spark" {
                "Azure ML splits them at blanks; a value with blanks goes into a file in `code`"
            } else {
                "Azure ML splits them at blanks; a value with blanks goes into `env`, or into a file in `code`"
            }),
        );
    }

    /// A text with blanks would be several arguments.
    fn one_word_each(&mut self, at: Span, pieces: &[ScriptPiece]) {
        for piece in pieces {
            let ScriptPiece::Input(index) = piece else { continue };
            let input = &self.inputs[*index as usize];
            let literals: Vec<&str> = match &input.source {
                Source::Literal(Scalar::Text(text)) => vec![text],
                Source::Text(text) => text.iter().filter_map(literal).collect(),
                Source::Literal(_) | Source::Reference(_) => Vec::new(),
            };
            if input.kind.is_scalar()
                && literals.iter().any(|text| text.contains(char::is_whitespace))
            {
                let message = format!(
                    "the input `{}` holds blanks, at which Azure ML splits the arguments",
                    input.name
                );
                let help = "put it into `env`, or into a file in `code`";
                self.sink.report(Diagnostic::new(&BAD_VALUE, at, message).help(help));
            }
        }
    }

    /// The command of a sweep, which may read these hyperparameters too.
    pub(crate) fn trial_script(
        &mut self,
        script: &Script,
        searched: &[Spanned<String>],
    ) -> Option<Vec<ScriptPiece>> {
        let count = script.text.spans.len();
        let mut bound: Vec<ScriptPiece> = Vec::with_capacity(count);
        for (site, may_vanish) in script.text.sites_in_command() {
            bound.extend(if let Path::Searched(name) = site.path {
                if may_vanish {
                    self.inside(site);
                }
                self.searched(site.name(name), site.place(name), searched)
            } else {
                self.bind_in_command(site, may_vanish).as_ref().and_then(piece)
            });
        }
        for name in searched {
            super::outputs::reserved(&name.value, name.span, self.sink);
            if self.by_name.contains_key(&name.value) {
                let message = format!("the step has an input `{}` too", name.value);
                let help = "both would be inputs of the trial: rename one";
                self.sink.report(Diagnostic::new(&CONFLICT, name.span, message).help(help));
            }
        }
        (bound.len() == count).then(|| Self::azure_ml_script(script, &bound))
    }

    /// A hyperparameter of the step's sweep.
    fn searched(
        &mut self,
        name: &str,
        at: Span,
        searched: &[Spanned<String>],
    ) -> Option<ScriptPiece> {
        if searched.iter().any(|known| known.value == name) {
            return Some(ScriptPiece::Searched(name.to_owned()));
        }
        let message = format!("the search space has no `{name}`");
        let known = what_there_is(name, searched.iter().map(|known| known.value.as_str()));
        let help = known.unwrap_or_else(|| "declare it in `search_space`".to_owned());
        self.sink.report(Diagnostic::new(&UNKNOWN_REFERENCE, at, message).help(help));
        None
    }

    pub(crate) fn azure_ml_script(script: &Script, bound: &[ScriptPiece]) -> Vec<ScriptPiece> {
        let pieces = script.shell.for_azure_ml(&script.text.text, &script.text.template);
        let pieces = pieces.into_iter().filter_map(|part| match part {
            shell::ScriptPart::Literal(text) => Some(ScriptPiece::Literal(text)),
            shell::ScriptPart::Reference(at) => bound.get(at).cloned(),
            shell::ScriptPart::Open => Some(ScriptPiece::OptionalStart),
            shell::ScriptPart::Close => Some(ScriptPiece::OptionalEnd),
        });
        pieces.collect()
    }
}

/// `bind` makes inputs of all but outputs on Azure ML.
pub(crate) fn piece(variable: &Variable) -> Option<ScriptPiece> {
    match variable {
        Variable::Output(index) => Some(ScriptPiece::Output(*index)),
        Variable::Input(index) => Some(ScriptPiece::Input(*index)),
        Variable::Reference(_) => None,
    }
}

fn literal(piece: &Piece) -> Option<&str> {
    match piece {
        Piece::Literal(text) => Some(text),
        Piece::Reference(_) => None,
    }
}
