//! Every reference of a step, wherever it stands.

use super::step::{Batching, FanOut, Input, Place, Setting, Source, Step, Task, Variable};
use super::{Piece, Reference, Text};

impl Step {
    /// Every reference of the step, in order; some come more than once.
    pub fn references(&self, visit: &mut dyn FnMut(&Reference)) {
        for input in &self.inputs {
            input.references(visit);
        }
        for (_, text) in &self.env {
            in_text(text, visit);
        }
        self.condition.iter().flat_map(|it| it.references()).for_each(&mut *visit);
        if let Place::AzureMl(place) = &self.place {
            in_setting(place.compute.as_ref(), visit);
            in_setting(place.resources.instance_count.as_ref(), visit);
        }
        if let Place::Ci(place) = &self.place {
            let env = place.extras.services.iter().flat_map(|service| &service.env);
            env.for_each(|(_, text)| in_text(text, visit));
        }
        match &self.task {
            Task::Command(command) => {
                for (_, variable) in &command.variables {
                    if let Variable::Reference(reference) = variable {
                        visit(reference);
                    }
                }
            }
            Task::FanOut(fan_out) => fan_out.references(visit),
            Task::Native(native) => native.fields.references(visit),
            Task::Component(component) => component.overrides.references(visit),
            Task::Own(own) => own.references(visit),
        }
    }
}

impl Input {
    /// Every reference of the input, in order.
    pub fn references(&self, visit: &mut dyn FnMut(&Reference)) {
        match &self.source {
            Source::Literal(_) => {}
            Source::Reference(reference) => visit(reference),
            Source::Text(text) => in_text(text, visit),
        }
    }
}

impl FanOut {
    fn references(&self, visit: &mut dyn FnMut(&Reference)) {
        let size = match &self.batching {
            Batching::Size(size) => Some(size),
            Batching::PartitionKeys(_) | Batching::Default => None,
        };
        for setting in [
            size,
            self.error_threshold.as_ref(),
            self.mini_batch_error_threshold.as_ref(),
            self.mini_batch_timeout.as_ref(),
            self.max_retries.as_ref(),
            self.logging_level.as_ref(),
            self.max_concurrency_per_instance.as_ref(),
        ] {
            in_setting(setting, visit);
        }
    }
}

fn in_setting(setting: Option<&Setting>, visit: &mut dyn FnMut(&Reference)) {
    if let Some(Setting::Reference(reference)) = setting {
        visit(reference);
    }
}

pub(super) fn in_text(text: &Text, visit: &mut dyn FnMut(&Reference)) {
    for piece in text {
        if let Piece::Reference(reference) = piece {
            visit(reference);
        }
    }
}
