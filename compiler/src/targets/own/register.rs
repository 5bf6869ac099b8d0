//! `register`: an asset of what lies in Azure ML, or of files of a CI step.

use super::{QUOTED, Value, Work, asset_tags, left_in_azure_ml, literal};
use crate::plan::{Plan, Register, Step, Variable};

/// A line that fails unless Azure ML takes the version, which nobody has seen before.
const DEMAND_VERSION: &str = "[[ $VERSION =~ ^[A-Za-z0-9][A-Za-z0-9._-]{0,29}$ ]] || \
  fail \"the version must be up to 30 letters, digits, '.', '_' and '-'\"\n";

/// The work of a step that registers.
pub(super) fn work(plan: &Plan, step: &Step, own: &Register) -> Work {
    let source = step.inputs.get(own.from as usize).map(|input| &input.source);
    let lies = source.and_then(|source| left_in_azure_ml(plan, step, source));
    let mut variables = vec![
        ("ASSET", Value::Text(literal(own.asset.word()))),
        ("NAME", Value::Text(literal(&own.name))),
        ("TYPE", Value::Text(literal(own.kind.word()))),
        ("DESCRIPTION", Value::Text(own.description.clone().unwrap_or_default())),
    ];
    let mut script = QUOTED.to_owned();
    if let Some(version) = &own.version {
        variables.push(("VERSION", Value::Text(version.clone())));
        script.push_str(DEMAND_VERSION);
    } else {
        script.push_str("VERSION=\n");
    }
    if let Some((from, output)) = lies {
        variables.push(("JOB_NAME", Value::JobOf(from)));
        variables.push(("PORT", Value::Text(literal(plan.port(from, output)))));
        script.push_str(
            "SOURCE=$JOB_NAME/$PORT FROM=azureml://jobs/$JOB_NAME/outputs/$PORT/paths/\n",
        );
    } else {
        variables.push(("FROM", Value::Of(Variable::Input(own.from))));
        script.push_str("SOURCE=\n");
    }
    variables.push(("OUTPUT_VERSION", Value::Of(Variable::Output(0))));
    script.push_str(include_str!("scripts/register.sh"));
    let variables = variables.into_iter().map(|(name, value)| (name.to_owned(), value));
    Work::ours(&script, variables.chain(asset_tags(&own.tags)).collect())
}
