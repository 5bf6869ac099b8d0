//! Values that a person or another job can set are checked before anything uses them, and never
//! printed: the runner would read commands in them.

use crate::emit::Map;
use crate::plan::{ParameterId, Reference};
use crate::targets::script::{self, DEMAND};

use super::expression;
use super::scope::Scope;
use super::step;

/// Bash: `fail MESSAGE` ends the script; `%` starts an escape in the runner's messages.
pub(super) const FAIL: &str = "fail() { echo \"::error::${1//%/%25}\"; exit 1; }\n";

/// The start of a script that checks values.
pub(super) fn start() -> String {
    [step::STRICT, FAIL, DEMAND].concat()
}

/// A step that checks parameters; `None` without any.
pub(super) fn step(scope: &Scope<'_>, parameters: &[ParameterId]) -> Option<Map> {
    if parameters.is_empty() {
        return None;
    }
    let mut env = Map::new();
    let mut lines = start();
    for id in parameters {
        let parameter = scope.plan.parameter(*id);
        let variable = script::variable("INPUT", &parameter.name);
        lines.push_str(&script::demand_parameter(&variable, parameter));
        env.put(variable, expression::reference(scope, &Reference::Parameter(*id)));
    }
    Some(step::script("Check the parameters", env, lines))
}
