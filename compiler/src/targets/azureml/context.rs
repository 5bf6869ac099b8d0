//! What the writers of one submission share.

use std::collections::BTreeMap;

use crate::plan::{
    AzureMlPlace, Parameter, Place, Plan, Reference, Scalar, Step, StepId, Submission,
    SubmissionOutput, Wire,
};
use crate::source;

/// One submission in its plan.
pub(super) struct Context<'a> {
    /// The plan.
    pub(super) plan: &'a Plan,
    /// The submission.
    pub(super) submission: &'a Submission,
    /// Root-relative folder of the files, which local paths are relative to.
    pub(super) folder: String,
    roles: BTreeMap<StepId, Role<'a>>,
}

/// What a step does for the others of its submission, beside its own inputs and outputs.
#[derive(Default)]
pub(super) struct Role<'a> {
    /// Steps that it waits for though no data flows from them.
    pub(super) waits: Vec<&'a Wire>,
    /// Whether it has an output for no purpose but that others wait for it.
    pub(super) signals: bool,
    /// Its outputs that are outputs of the pipeline.
    pub(super) promoted: Vec<&'a SubmissionOutput>,
}

impl Role<'_> {
    /// The pipeline output that stands for an output of the step.
    pub(super) fn promotion(&self, output: u32) -> Option<&SubmissionOutput> {
        self.promoted.iter().copied().find(|one| one.output == output)
    }
}

impl<'a> Context<'a> {
    /// Gathers the roles of the steps.
    pub(super) fn new(plan: &'a Plan, submission: &'a Submission) -> Self {
        let mut roles: BTreeMap<StepId, Role<'a>> =
            submission.steps.iter().map(|id| (*id, Role::default())).collect();
        for wire in &submission.wires {
            if let Some(head) = roles.get_mut(&wire.head) {
                head.waits.push(wire);
            }
            if let Some(tail) = roles.get_mut(&wire.tail) {
                tail.signals |= wire.tail_output.is_none();
            }
        }
        for output in &submission.outputs {
            if let Some(role) = roles.get_mut(&output.step) {
                role.promoted.push(output);
            }
        }
        let folder = source::folder_of(&plan.azure_ml_path("")).to_owned();
        Self { plan, submission, folder, roles }
    }

    /// The steps with their clusters and roles, in the author's order.
    pub(super) fn steps(&self) -> impl Iterator<Item = (&'a Step, &'a AzureMlPlace, &Role<'a>)> {
        self.roles.iter().filter_map(|(id, role)| {
            let step = self.plan.step(*id);
            match &step.place {
                Place::AzureMl(place) => Some((step, place.as_ref(), role)),
                Place::Ci(_) => None,
            }
        })
    }

    /// What people read: the pipeline's title, and which of its jobs where there are several.
    pub(super) fn title(&self) -> String {
        let which = self.submission.suffix.trim_start_matches(['.', '-']);
        let title = &self.plan.display_name;
        if which.is_empty() { title.clone() } else { format!("{title} ({which})") }
    }

    /// Whether a step is part of the same job.
    pub(super) fn holds(&self, step: StepId) -> bool {
        self.roles.contains_key(&step)
    }

    /// The parameter behind a reference.
    pub(super) fn parameter(&self, reference: &Reference) -> Option<&'a Parameter> {
        let Reference::Parameter(id) = reference else { return None };
        Some(self.plan.parameter(*id))
    }

    /// The value that a parameter has in this component, whoever submits it; and the stage's name.
    pub(super) fn fixed(&self, reference: &Reference) -> Option<&'a Scalar> {
        let id = match reference {
            Reference::Parameter(id) => id,
            Reference::StageName => return self.plan.stage_value.as_ref(),
            Reference::Output(..)
            | Reference::Matrix(_)
            | Reference::GitSha
            | Reference::GitBranch
            | Reference::GitTag
            | Reference::RunId
            | Reference::Variable(_)
            | Reference::Secret(_) => return None,
        };
        let mut fixed = self.submission.fixed.iter();
        fixed.find(|(known, _)| known == id).map(|(_, value)| value)
    }

    /// The way from the files' folder to a root-relative path.
    pub(super) fn way_to(&self, path: &str) -> String {
        source::relative(&self.folder, path)
    }
}
