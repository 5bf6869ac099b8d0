//! Types, literals and references.

use super::{ParameterId, StepId};

/// The type of a parameter, input or output.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ValueType {
    /// Text.
    String,
    /// A floating-point number.
    Number,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// A file.
    UriFile,
    /// A folder.
    UriFolder,
    /// A table definition (MLTable).
    Mltable,
    /// A model in MLflow format.
    MlflowModel,
    /// A model in any other format.
    CustomModel,
    /// A model for Triton.
    TritonModel,
}

impl ValueType {
    /// All types, in the order of the manual.
    pub const ALL: [Self; 10] = [
        Self::String,
        Self::Number,
        Self::Integer,
        Self::Boolean,
        Self::UriFile,
        Self::UriFolder,
        Self::Mltable,
        Self::MlflowModel,
        Self::CustomModel,
        Self::TritonModel,
    ];

    /// Whether what is of this type takes what is of another.
    pub fn takes(self, given: Self) -> bool {
        let wider = matches!(
            (self, given),
            (Self::Number, Self::Integer)
                // A string takes any value; models are folders or files underneath.
                | (Self::String, Self::Integer | Self::Number | Self::Boolean)
                | (Self::UriFolder, Self::MlflowModel | Self::CustomModel | Self::TritonModel)
        );
        self == given || wider
    }

    /// The word that authors and Azure ML use.
    pub fn word(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Number => "number",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
            Self::UriFile => "uri_file",
            Self::UriFolder => "uri_folder",
            Self::Mltable => "mltable",
            Self::MlflowModel => "mlflow_model",
            Self::CustomModel => "custom_model",
            Self::TritonModel => "triton_model",
        }
    }

    /// A value as against data: string, number, integer, boolean.
    pub fn is_scalar(self) -> bool {
        matches!(self, Self::String | Self::Number | Self::Integer | Self::Boolean)
    }

    /// A single file as against a folder. Models may be either and count as folders.
    pub fn is_single_file(self) -> bool {
        self == Self::UriFile
    }
}

/// A literal.
#[derive(Clone, PartialEq, Debug)]
pub enum Scalar {
    /// Text (also the path or URI of a data parameter).
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number, as the author spelt it (`0.5`, `1e-5`), so that no target invents digits.
    Number(String),
    /// `true` or `false`.
    Boolean(bool),
}

impl Scalar {
    /// The text of the value on CI: booleans are `true` and `false`.
    pub fn text(&self) -> String {
        match self {
            Self::Text(text) | Self::Number(text) => text.clone(),
            Self::Integer(number) => number.to_string(),
            Self::Boolean(value) => value.to_string(),
        }
    }
}

/// Something that a value comes from.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Reference {
    /// A parameter of the pipeline.
    Parameter(ParameterId),
    /// An output of another step: its index in that step's outputs.
    Output(StepId, u32),
    /// A value of the combination that the step runs for, as text; empty where the combination has
    /// none of this name.
    Matrix(String),
    /// The commit, as 40 hex digits.
    GitSha,
    /// The branch's name without `refs/heads/`; empty when a tag runs.
    GitBranch,
    /// The tag's name without `refs/tags/`; empty when a branch runs.
    GitTag,
    /// The id of the CI run.
    RunId,
    /// The name of the stage that is run in.
    StageName,
    /// A CI variable (GitHub `vars`, Azure Pipelines variables).
    Variable(String),
    /// A CI secret; CI steps only.
    Secret(String),
}

impl Reference {
    /// The name of the Azure ML pipeline input that carries a fact of the CI run: `git__sha`,
    /// `git__branch`, `git__tag`, `run__id`, `stage__name`, `variables__X`. `None` for parameters, outputs, secrets.
    pub fn ambient_input(&self) -> Option<String> {
        match self {
            Self::GitSha => Some("git__sha".to_owned()),
            Self::GitBranch => Some("git__branch".to_owned()),
            Self::GitTag => Some("git__tag".to_owned()),
            Self::RunId => Some("run__id".to_owned()),
            Self::StageName => Some("stage__name".to_owned()),
            Self::Variable(name) => Some(format!("variables__{name}")),
            Self::Parameter(_) | Self::Output(..) | Self::Matrix(_) | Self::Secret(_) => None,
        }
    }
}

/// A part of a text with references in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Piece {
    /// Taken as it is.
    Literal(String),
    /// Replaced by the value.
    Reference(Reference),
}

/// Text with references: pieces in order, no two literals beside each other.
pub type Text = Vec<Piece>;

/// How data arrives at or leaves an Azure ML node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// Mounted read-only.
    ReadOnlyMount,
    /// Mounted for writing.
    ReadWriteMount,
    /// Copied before the step.
    Download,
    /// Copied after the step.
    Upload,
    /// The address only.
    Direct,
    /// A table, evaluated to its files and mounted.
    EvalMount,
    /// A table, evaluated to its files and copied.
    EvalDownload,
}

impl Mode {
    /// The word of specs and of Azure ML's files.
    pub fn word(self) -> &'static str {
        match self {
            Self::ReadOnlyMount => "ro_mount",
            Self::ReadWriteMount => "rw_mount",
            Self::Download => "download",
            Self::Upload => "upload",
            Self::Direct => "direct",
            Self::EvalMount => "eval_mount",
            Self::EvalDownload => "eval_download",
        }
    }
}
