//! What Azure ML knows and says may be chosen by others: none of it is a command of a platform.

use serde_json::{Value, json};

use super::deploy::{AZ, World};
use super::{EVIL, PLATFORMS};

#[test]
fn nothing_that_azure_ml_says_of_an_error_is_a_command() {
    const SAYS: &str = "printf 'x ##vso[task.complete]\\n##[error]a\\n::error::b\\r::add-mask::c\\r\\n ::stop-commands::d' >&2\n";
    for platform in PLATFORMS {
        for (step, fault) in [
            ("release", ""),
            ("release", "invoke at 0"),
            ("release", "refuse\n"),
            ("release", "endpoint create"),
            ("nightly", ""),
            ("nightly", "refuse"),
        ] {
            let world = World::new(platform);
            world
                .stage
                .program("az", &["#!/bin/bash\n[[ $1 == ml ]] || exit 0\n", SAYS, AZ].concat());
            world.goes_wrong(fault);
            let outcome =
                world.stage.run(&world.script(step, step).set("MODEL", "azureml:churn:7"));
            assert_eq!(outcome.fine, fault.is_empty(), "{}", outcome.said);
            let mut said = outcome.said;
            if !outcome.fine && step == "release" {
                said += &world.stage.run(&world.script(step, "Take back release")).said;
            }
            super::is_harmless(&said);
        }
    }
}

#[test]
fn nothing_that_azure_ml_knows_is_a_command() {
    let ours = json!({ "mlopsc_step": "deploy/release" });
    let good = |name: &str, tags: &Value| json!({ "name": name, "provisioning_state": "Succeeded", "model": "m", "tags": tags });
    let state = |state: &str| json!([{ "name": "blue", "provisioning_state": state, "tags": ours }, good("green", &ours)]);
    let replaced = json!({ "mlopsc_step": "deploy/release", "mlopsc_replaces": EVIL });
    let endpoint = |auth: &str, traffic: Value| json!({ "auth_mode": auth, "provisioning_state": "Succeeded", "traffic": traffic });
    for platform in PLATFORMS {
        for (step, given, deployments) in [
            ("release", endpoint(EVIL, json!({})), json!([])),
            ("release", endpoint("aad_token", json!({ EVIL: 40, "blue": 60 })), json!([])),
            ("release", endpoint("aad_token", json!({ EVIL: 100 })), json!([good(EVIL, &ours)])),
            (
                "release",
                endpoint("aad_token", json!({ EVIL: 50, "green": 50 })),
                json!([good(EVIL, &ours), good("green", &replaced)]),
            ),
            ("release", endpoint("aad_token", json!({ "green": 100 })), state(EVIL)),
            (
                "shadowed",
                json!({ "auth_mode": "key", "provisioning_state": "Succeeded", "mirror_traffic": { EVIL: 10 } }),
                json!([good("blue", &ours)]),
            ),
        ] {
            let world = World::new(platform);
            world.given(&given, &deployments);
            super::is_inert(&world.deploy(step, "8").said);
        }
    }
}

#[test]
fn nothing_that_azure_ml_says_beside_an_answer_is_a_command() {
    for platform in PLATFORMS {
        let world = World::new(platform);
        let says = format!("[[ $* == *none* ]] && printf '%s\\n' '{EVIL}'\n");
        world.stage.program("az", &["#!/bin/bash\n[[ $1 == ml ]] || exit 0\n", &says, AZ].concat());
        let outcome =
            world.stage.run(&world.script("release", "release").set("MODEL", "azureml:churn:7"));
        assert!(outcome.fine && outcome.said.contains("EVIL"), "{}", outcome.said);
        super::is_inert(&outcome.said);
    }
}
