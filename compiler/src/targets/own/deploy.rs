//! `deploy`: a model behind an endpoint, over the files that stand beside the pipeline's.

use super::{QUOTED, Value, Work, asset_tags, literal};
use crate::plan::{Deploy, OnlineServing, Plan, Reference, Serving, Step, Variable};

/// The ids of models that Azure ML takes.
const MODEL_FORM: &str = "^azureml:([A-Za-z0-9][A-Za-z0-9._-]*[:@]\
    |//registries/[A-Za-z0-9][A-Za-z0-9._-]*/models/[A-Za-z0-9][A-Za-z0-9._-]*/(versions|labels)/)\
    [A-Za-z0-9][A-Za-z0-9._-]*$";

/// The work of a step that deploys.
pub(super) fn work(plan: &Plan, step: &Step, own: &Deploy) -> Work {
    let staged = |text: fn(&Plan, &Step, &Deploy) -> String| {
        let each = plan.deployed(step).into_iter();
        of_stages(each.map(|(plan, own)| text(plan, step, own)).collect())
    };
    let mut variables = vec![
        ("ENDPOINT".to_owned(), staged(|_, _, own| own.endpoint.clone())),
        ("ENDPOINT_FILE".to_owned(), staged(|plan, step, _| plan.step_endpoint_file(step))),
        ("DEPLOYMENT_FILE".to_owned(), staged(|plan, step, _| plan.step_deployment_file(step))),
        ("MODEL".to_owned(), Value::Text(own.model.clone())),
        ("MODEL_FORM".to_owned(), Value::Text(literal(MODEL_FORM))),
        ("RUN".to_owned(), Value::Of(Variable::Reference(Reference::RunId))),
        ("OUTPUT_SCORING_URI".to_owned(), Value::Of(Variable::Output(0))),
    ];
    variables.extend(asset_tags(&own.tags));
    match &own.serving {
        Serving::Online(serving) => {
            variables.extend(online(serving));
            Work {
                undo: Some(QUOTED.to_owned() + include_str!("scripts/online_undo.sh")),
                ..Work::ours(&[QUOTED, include_str!("scripts/online.sh")].concat(), variables)
            }
        }
        Serving::Batch(serving) => {
            variables.push(("DEPLOYMENT".to_owned(), Value::Text(literal(&serving.deployment))));
            Work::ours(&[QUOTED, include_str!("scripts/batch.sh")].concat(), variables)
        }
    }
}

/// Text that may differ by stage.
fn of_stages(texts: Vec<String>) -> Value {
    match texts.as_slice() {
        [first, others @ ..] if others.iter().all(|text| text == first) => {
            Value::Text(literal(first))
        }
        _ => Value::Staged(texts),
    }
}

fn online(serving: &OnlineServing) -> Vec<(String, Value)> {
    let shares: Vec<String> = serving.traffic.iter().map(u8::to_string).collect();
    let texts = [
        ("AUTH_MODE", serving.auth_mode.to_owned()),
        ("TRAFFIC", shares.join(" ")),
        ("PAUSE", serving.pause_seconds.to_string()),
        ("MIRROR", serving.mirror.map_or_else(String::new, |it| it.to_string())),
        ("SMOKE_TEST", serving.smoke_test.clone().unwrap_or_default()),
        ("KEEP_OLD", serving.keep_old.to_string()),
    ];
    texts.map(|(name, text)| (name.to_owned(), Value::Text(literal(text)))).into()
}
