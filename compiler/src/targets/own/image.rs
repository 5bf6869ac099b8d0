//! `image`: the same lines as those of the job that others wait for, and what the registry calls it.

use super::{Value, Work, literal};
use crate::plan::{ImageBuild, Plan, Variable};
use crate::targets::image;

/// The work of a step that builds an image.
pub(super) fn work(plan: &Plan, own: ImageBuild) -> Work {
    let built = plan.image(own.image);
    let image::Script { text, env, facts } =
        if own.push { image::publish(built) } else { image::try_out(built) };
    let fixed = env.into_iter().map(|(name, value)| (name, Value::Text(literal(value))));
    let facts = facts.into_iter();
    let facts = facts.map(|(name, fact)| (name.to_owned(), Value::Of(Variable::Reference(fact))));
    let given = own.push.then_some(("OUTPUT_IMAGE".to_owned(), Value::Of(Variable::Output(0))));
    Work::ours(&text, fixed.chain(facts).chain(given).collect())
}
