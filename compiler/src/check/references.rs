//! What the references of a step lead to.

use std::ops::Range;

use super::binder::{EdgeSite, StepBinder};
use super::interface::Interface;
use super::names::what_there_is;
use super::stages;
use super::surroundings::stored;
use crate::diagnostics::{Diagnostic, UNKNOWN_REFERENCE};
use crate::plan::{Output, ParameterId, Reference, StepId, ValueType};
use crate::source::{Span, Spanned};
use crate::spec::expr::Path;
use crate::spec::steps::Engine;
use crate::spec::text::Site;

impl StepBinder<'_, '_> {
    /// What a reference leads to, and its type. Outputs make an edge on the way.
    pub(crate) fn reference_at(&mut self, site: Site<'_>) -> Option<(Reference, ValueType)> {
        let string = |reference| Some((reference, ValueType::String));
        match site.path {
            Path::Parameter(name) => self.parameter(site.name(name), site.place(name)),
            Path::Output { step, output } => self.output_of(site, step, output),
            Path::Input(_) | Path::OwnOutput(_) => {
                let message = "an input or output of the step itself cannot stand here";
                self.sink.report(
                    Diagnostic::new(&UNKNOWN_REFERENCE, site.span, message)
                        .help("refer to where the value comes from"),
                );
                None
            }
            Path::Searched(_) => {
                let message = "hyperparameters are known in the command of a sweep only";
                let help = "a step with `sweep` has a `search_space`";
                self.sink
                    .report(Diagnostic::new(&UNKNOWN_REFERENCE, site.span, message).help(help));
                None
            }
            Path::Event(_) => {
                let message = "what an event brings is known in the `with` of its trigger only";
                let help = "bind it to a parameter there, and read the parameter here";
                self.sink
                    .report(Diagnostic::new(&UNKNOWN_REFERENCE, site.span, message).help(help));
                None
            }
            Path::Matrix(name) => self.combination(site, name),
            Path::RunId => string(Reference::RunId),
            Path::StageName => stages::name(self.cx, site.span, self.sink).and_then(string),
            Path::GitSha => string(Reference::GitSha),
            Path::GitBranch => string(Reference::GitBranch),
            Path::GitTag => string(Reference::GitTag),
            Path::Variable(name) => stored(self.cx, site.name(name), site.place(name), self.sink)
                .then(|| (Reference::Variable(site.name(name).to_owned()), ValueType::String)),
            Path::Secret(name) => self.secret(site, name),
        }
    }

    fn secret(&mut self, site: Site<'_>, name: &Range<usize>) -> Option<(Reference, ValueType)> {
        if self.engine == Engine::Ci {
            let secret = Reference::Secret(site.name(name).to_owned());
            return stored(self.cx, site.name(name), site.place(name), self.sink)
                .then_some((secret, ValueType::String));
        }
        self.sink.report(
            Diagnostic::new(
                &UNKNOWN_REFERENCE,
                site.span,
                "there are no secrets in steps on Azure ML",
            )
            .help("read it in the script from a key vault with the cluster's identity"),
        );
        None
    }

    /// A value of the combination that the step runs for.
    fn combination(
        &mut self,
        site: Site<'_>,
        name: &Range<usize>,
    ) -> Option<(Reference, ValueType)> {
        let (name, at) = (site.name(name), site.place(name));
        let combinations = self.combinations.as_ref();
        let named = (site, Spanned::new(name, at));
        let kind = super::matrix::kind(self.body, combinations, named, self.sink)?;
        Some((Reference::Matrix(name.to_owned()), kind))
    }

    fn parameter(&mut self, name: &str, at: Span) -> Option<(Reference, ValueType)> {
        let index = self.cx.find_parameter(name, at, self.sink)?;
        self.used[index as usize] = true;
        let kind = self.cx.spec.parameters.items[index as usize].value.as_ref()?.kind()?;
        Some((Reference::Parameter(ParameterId(index)), kind))
    }

    fn output_of(
        &mut self,
        site: Site<'_>,
        step: &Range<usize>,
        output: &Range<usize>,
    ) -> Option<(Reference, ValueType)> {
        let from = self.cx.find_step(site.name(step), site.place(step), self.sink)?;
        let found = self.find_output(from, site.name(output), site.place(output));
        let index = found.map(|(index, _)| index);
        self.edges.push(EdgeSite { from, to: self.step, output: index, span: site.span });
        let (index, kind) = found?;
        Some((Reference::Output(StepId(from), index), kind?))
    }

    /// Where an output that the step lacks may be.
    pub(crate) fn elsewhere(&self, output: &str) -> String {
        let mut steps = (0u32..).zip(&self.cx.spec.steps.items);
        let other = steps.find(|(step, _)| self.cx.output(*step, output).is_some());
        let other = other.map(|(_, item)| &item.name.value);
        other.map_or_else(
            || {
                let known = what_there_is(output, self.body.outputs.names());
                known.unwrap_or_else(|| "declare it in the `outputs` of the step".to_owned())
            },
            |step| format!("did you mean `steps.{step}.outputs.{output}`?"),
        )
    }

    fn find_output(
        &mut self,
        from: u32,
        output: &str,
        at: Span,
    ) -> Option<(u32, Option<ValueType>)> {
        let body = self.cx.step(from)?;
        let Some(index) = self.cx.output(from, output) else {
            if !body.broken && !matches!(self.cx.interface(from), Some(Interface::Broken)) {
                let step = self.cx.step_name(from);
                let message = format!("the step `{step}` has no output `{output}`");
                let help = what_there_is(output, self.cx.output_names(from));
                let help =
                    help.unwrap_or_else(|| format!("declare it in the `outputs` of `{step}`"));
                self.sink.report(Diagnostic::new(&UNKNOWN_REFERENCE, at, message).help(help));
            }
            return None;
        };
        let resolved =
            self.outputs[from as usize].as_ref().and_then(|all| all[index as usize].as_ref());
        // A folder with what each combination gives.
        let gathered = body.matrix.as_ref().map(|_| ValueType::UriFolder);
        let kind = |output: &Output| match gathered {
            Some(folder) if !output.kind.is_scalar() => folder,
            Some(_) | None => output.kind,
        };
        Some((index, resolved.map(kind)))
    }
}
