//! Work of ours, in the author's words.

use super::Pairs;
use crate::plan::{Data, Deploy, Keys, OwnWork, Plan, Serving};

pub(super) fn own(plan: &Plan, own: &OwnWork, pairs: &mut Pairs) {
    match own {
        OwnWork::Register(it) => {
            pairs.put(it.asset.word(), format!("{} ({})", it.name, it.kind.word()));
        }
        OwnWork::Image(it) => {
            let name = plan.image(it.image).reference();
            pairs.put("image", if it.push { name } else { format!("{name} (not pushed)") });
        }
        OwnWork::Deploy(it) => deploy(it, pairs),
    }
    for (name, text) in own.texts() {
        pairs.put(name, plan.text_words(text));
    }
}

fn deploy(deploy: &Deploy, pairs: &mut Pairs) {
    pairs.put("endpoint", &deploy.endpoint);
    let mut all = |of: &str, keys: &Keys| {
        let dot = if of.is_empty() { "" } else { "." };
        for (key, value) in keys {
            pairs.put(format!("{of}{dot}{key}"), value.words());
        }
    };
    match &deploy.serving {
        Serving::Online(it) => {
            all("", &it.endpoint);
            all("", &it.deployment);
            for (key, data) in &it.endpoint_maps {
                maps(pairs, &format!("endpoint.{key}"), data);
            }
            for (key, data) in &it.deployment_maps {
                maps(pairs, key, data);
            }
            pairs.put_some("compute", it.cluster.as_ref());
            pairs.put_some("mirror_traffic", it.mirror.map(|it| it.to_string()));
            pairs.put("auth_mode", it.auth_mode);
            let shares: Vec<String> = it.traffic.iter().map(u8::to_string).collect();
            pairs.put("traffic", shares.join(", "));
            pairs.put("pause", format!("{} s", it.pause_seconds));
            pairs.put_some("smoke_test", it.smoke_test.as_ref());
            pairs.put("keep_old", it.keep_old.to_string());
        }
        Serving::Batch(it) => {
            all("", &it.resources);
            all("", &it.settings);
            all("retry_settings", &it.retry_settings);
            pairs.put("deployment", &it.deployment);
            pairs.put("compute", &it.compute);
        }
    }
    pairs.put_some("environment", deploy.environment.as_ref().map(super::environment_words));
    if let Some(code) = &deploy.code {
        pairs.put("code", &code.folder);
        pairs.put("scoring_script", &code.script);
    }
    for (name, value) in &deploy.environment_variables {
        pairs.put(format!("environment_variables.{name}"), value);
    }
}

/// Each value of a map, however deep.
fn maps(pairs: &mut Pairs, key: &str, data: &Data) {
    match data {
        Data::Map(entries) => {
            for (name, data) in entries {
                maps(pairs, &format!("{key}.{name}"), data);
            }
        }
        Data::Null | Data::Scalar(_) | Data::List(_) => pairs.put(key.to_owned(), data.words()),
    }
}
