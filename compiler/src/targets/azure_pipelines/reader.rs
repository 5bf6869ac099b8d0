//! What references become, and what a job must bring along so that they can be read.

use crate::plan::{
    Input, Matrix, ParameterId, Piece, Place, Plan, Reference, Source, StepId, Text,
};

use super::expression;
use super::scope::{self, Scope};
use super::stage;
use super::value::Value;

/// Name of the output variable that holds the name of an Azure ML job, and of its step.
pub(super) const JOB_NAME: (&str, &str) = ("submit", "JOB_NAME");
/// Name of the step that gives a CI job's outputs.
pub(super) const OUTPUTS: &str = "outputs";

/// Folder of what flows into a job, under the repository's root.
pub(super) const INPUTS: &str = ".mlopsc/inputs";

/// Turns references into text for one job, and notes what they need.
pub(super) struct Reader<'a> {
    scope: &'a Scope<'a>,
    /// Variables of the job: name, and a runtime expression.
    pub(super) variables: Vec<(String, String)>,
    /// Artifacts of earlier CI steps: the folder, `<step>__<output>` or one of a combination in that,
    /// and the variable with the artifact's real name.
    pub(super) artifacts: Vec<(String, String)>,
    /// Outputs of Azure ML jobs that must be downloaded.
    pub(super) downloads: Vec<Download>,
    /// Jobs to depend on beside those of the plan, since their outputs are read.
    pub(super) jobs: Vec<String>,
    /// Parameters that are read.
    pub(super) parameters: Vec<ParameterId>,
}

/// An output of an Azure ML job.
#[derive(PartialEq)]
pub(super) struct Download {
    /// The variable that holds the name of the Azure ML job.
    pub(super) job: String,
    /// `<step>__<output>`.
    pub(super) port: String,
    /// The name of the one file that it is; `None`: a folder.
    pub(super) file: Option<String>,
}

impl<'a> Reader<'a> {
    /// A reader for one job.
    pub(super) fn new(scope: &'a Scope<'a>) -> Self {
        Self {
            scope,
            variables: Vec::new(),
            artifacts: Vec::new(),
            downloads: Vec::new(),
            jobs: Vec::new(),
            parameters: Vec::new(),
        }
    }

    /// What is being written.
    pub(super) fn scope(&self) -> &'a Scope<'a> {
        self.scope
    }

    /// The plan that the references belong to.
    pub(super) fn plan(&self) -> &'a Plan {
        self.scope.plan
    }

    /// Text around references.
    pub(super) fn text(&mut self, text: &Text) -> Value {
        let mut value = Value::default();
        for piece in text {
            value.append(match piece {
                Piece::Literal(text) => fixed(text),
                Piece::Reference(reference) => self.reference(reference),
            });
        }
        value
    }

    /// A setting of the project: text, or one variable of CI.
    pub(super) fn setting(&mut self, text: &Text) -> String {
        self.text(text).into_text()
    }

    /// The value or path of an input of a CI step.
    pub(super) fn input(&mut self, input: &Input) -> Value {
        match &input.source {
            Source::Reference(reference) => self.reference(reference),
            Source::Text(text) => self.text(text),
            Source::Literal(value) => {
                let text = value.text();
                let is_path = !input.kind.is_scalar() && !text.contains(':');
                if is_path { Value::safe(in_sources(&text)) } else { fixed(&text) }
            }
        }
    }

    /// The value of a reference; for data of another step, the path of the file or folder.
    pub(super) fn reference(&mut self, reference: &Reference) -> Value {
        Value::safe(match reference {
            Reference::Parameter(id) => return self.parameter(*id),
            Reference::GitBranch => return self.git_ref("git_branch", &expression::BRANCH),
            Reference::GitTag => return self.git_ref("git_tag", &expression::TAG),
            Reference::Output(step, output) => self.output(*step, *output),
            Reference::Matrix(name) => expression::variable(&super::matrix::variable(name)),
            Reference::GitSha => expression::variable("Build.SourceVersion"),
            Reference::RunId => expression::variable("Build.BuildId"),
            Reference::StageName => stage::name(self.scope),
            Reference::Variable(name) | Reference::Secret(name) => {
                self.scope.reads_variables.set(true);
                expression::variable(name)
            }
        })
    }

    fn parameter(&mut self, id: ParameterId) -> Value {
        let (parameter, declared) = self.scope.parameter(id);
        let Some(declared) = declared else {
            let variants = self.scope.plan.variants(self.scope.staging);
            let default = variants[0].parameter(id).default.as_ref();
            return default.map_or_else(Value::default, |value| fixed(&value.text()));
        };
        note(&mut self.parameters, id);
        super::parameters::value(self.scope, parameter, declared)
    }

    fn output(&mut self, step: StepId, output: u32) -> String {
        let port = self.scope.plan.port(step, output);
        let producer = self.scope.plan.step(step);
        let what = &producer.outputs[output as usize];
        let file = producer.given(output).is_single_file().then(|| what.name.clone());
        let path = in_sources(&input_path(self.scope.plan, step, output));
        if let Place::AzureMl(_) = producer.place {
            let job = self.azure_ml_job(step);
            note(&mut self.downloads, Download { job, port, file });
            return path;
        }
        if let Some(matrix) = producer.matrix() {
            self.gather(matrix, (step, output));
            return path;
        }
        let variable = self.ci_output(step, output);
        if what.kind.is_scalar() {
            return expression::variable(&variable);
        }
        note(&mut self.artifacts, (port, variable));
        path
    }

    /// Notes the artifacts of a matrix: each combination has outputs of its own.
    fn gather(&mut self, matrix: &Matrix, (step, output): (StepId, u32)) {
        let port = self.scope.plan.port(step, output);
        let job = self.scope.job_of(step).map(|job| self.scope.id(job)).unwrap_or_default();
        let name = &self.scope.plan.step(step).outputs[output as usize].name;
        for leg in &matrix.legs {
            let variable = format!("from_{port}__{}", leg.name);
            let value = expression::output_of_leg(&job, &leg.name, OUTPUTS, name);
            note(&mut self.variables, (variable.clone(), expression::runtime(&value)));
            note(&mut self.artifacts, (format!("{port}/{}", leg.label), variable));
        }
        note(&mut self.jobs, job);
    }

    /// The variable that holds an output of a CI job: a value, or the name of an artifact.
    pub(super) fn ci_output(&mut self, step: StepId, output: u32) -> String {
        let name = format!("from_{}", self.scope.plan.port(step, output));
        let producer = self.scope.plan.step(step);
        let job = self.scope.job_of(step).map(|job| self.scope.id(job)).unwrap_or_default();
        let value = &producer.outputs[output as usize].name;
        let value = expression::output(&job, scope::is_deployment(producer), OUTPUTS, value);
        note(&mut self.variables, (name.clone(), expression::runtime(&value)));
        note(&mut self.jobs, job);
        name
    }

    /// A value in an expression.
    pub(super) fn fact(&mut self, reference: &Reference) -> String {
        match reference {
            Reference::Output(step, output) => {
                let producer = self.scope.plan.step(*step);
                let job =
                    self.scope.job_of(*step).map(|job| self.scope.id(job)).unwrap_or_default();
                let value = &producer.outputs[*output as usize].name;
                note(&mut self.jobs, job.clone());
                expression::output(&job, scope::is_deployment(producer), OUTPUTS, value)
            }
            // Of plain words only, or none of its own: nothing in it ends the quotes.
            Reference::Parameter(_)
            | Reference::Matrix(_)
            | Reference::GitSha
            | Reference::GitBranch
            | Reference::GitTag
            | Reference::RunId
            | Reference::StageName
            | Reference::Variable(_)
            | Reference::Secret(_) => format!("'{}'", self.reference(reference).into_text()),
        }
    }

    /// The variable that holds the name of the Azure ML job that runs a step.
    pub(super) fn azure_ml_job(&mut self, step: StepId) -> String {
        let job = self.scope.job_of(step).map(|job| self.scope.id(job)).unwrap_or_default();
        let name = format!("job_{job}");
        let value = expression::output(&job, false, JOB_NAME.0, JOB_NAME.1);
        note(&mut self.variables, (name.clone(), expression::runtime(&value)));
        note(&mut self.jobs, job);
        name
    }

    fn git_ref(&mut self, name: &str, kind: &expression::GitRef) -> Value {
        note(&mut self.variables, (name.to_owned(), kind.hidden()));
        Value::git_ref(expression::variable(name), kind.prefix)
    }
}

/// The root-relative path of data from another step. An output of one file lies in a folder of its
/// own, under the output's name.
pub(super) fn input_path(plan: &Plan, step: StepId, output: u32) -> String {
    let port = plan.port(step, output);
    let producer = plan.step(step);
    if producer.given(output).is_single_file() {
        format!("{INPUTS}/{port}/{}", producer.outputs[output as usize].name)
    } else {
        format!("{INPUTS}/{port}")
    }
}

/// A path under the repository's root, for scripts that may start in another folder.
pub(super) fn in_sources(path: &str) -> String {
    format!("{}/{path}", expression::variable("Build.SourcesDirectory"))
}

/// Text of the author's.
fn fixed(text: &str) -> Value {
    Value::fixed(text, expression::literal(text))
}

fn note<T: PartialEq>(all: &mut Vec<T>, one: T) {
    if !all.contains(&one) {
        all.push(one);
    }
}
