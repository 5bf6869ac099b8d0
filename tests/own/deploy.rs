//! Deploying models: first and next deployments, traffic bit by bit, and what goes wrong on the way.

use serde_json::{Value, json};

use super::{Outcome, PLATFORMS, Platform, Script, Stage};

pub(super) const AZ: &str = concat!(include_str!("endpoints.sh"), "endpoints \"$@\"\n");

/// An endpoint with its deployments, and the repository of the case.
pub(super) struct World {
    pub(super) stage: Stage,
    platform: Platform,
    run: &'static str,
}

impl World {
    pub(super) fn new(platform: Platform) -> Self {
        let stage = Stage::new(AZ);
        stage.write_files("deploy");
        stage.write_files("deploy_online");
        Self { stage, platform, run: "1" }
    }

    pub(super) fn script(&self, step: &str, title: &str) -> Script {
        let uri = self.stage.path("temp/outputs/scoring_uri");
        let case = if step == "shadowed" { "deploy_online" } else { "deploy" };
        Script::of(case, self.platform, step, title)
            .set("RUN", self.run)
            .set("TAG_1", "0123")
            .set("OUTPUT_SCORING_URI", uri.to_str().expect("text"))
    }

    /// Deploys a version, as the step does: the script, and when it does not end well what takes back.
    pub(super) fn deploy(&self, step: &str, version: &str) -> Outcome {
        let model = format!("azureml:churn:{version}");
        let script = self.script(step, step).set("MODEL", &model);
        let outcome = self.stage.run(&script);
        if outcome.fine {
            return outcome;
        }
        let undo = self.script(step, &format!("Take back {step}"));
        let undone = self.stage.run(&undo);
        assert!(undone.fine, "{}", undone.said);
        Outcome {
            fine: false,
            said: outcome.said + &undone.said,
            calls: [outcome.calls, undone.calls].concat(),
        }
    }

    pub(super) fn goes_wrong(&self, faults: &str) {
        self.stage.write("faults", faults);
    }

    fn live(&self) -> Value {
        serde_json::from_str(&self.stage.read("live.json")).unwrap_or_default()
    }

    fn traffic(&self) -> Value {
        self.live()["online"]["churn-prod"]["traffic"].clone()
    }

    /// The deployments: name and model.
    fn deployments(&self) -> Vec<(String, String)> {
        let live = self.live();
        let all = live["online"]["churn-prod"]["deployments"].as_array().cloned();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        all.unwrap_or_default().iter().map(|it| (text(&it["name"]), text(&it["model"]))).collect()
    }

    fn is(&self, name: &str, version: &str) {
        assert_eq!(self.traffic(), json!({ name: 100 }));
        let expected = [(name.to_owned(), format!("azureml:churn:{version}"))];
        assert_eq!(self.deployments(), expected);
    }

    /// An endpoint that somebody else has made, with these deployments.
    pub(super) fn given(&self, endpoint: &Value, deployments: &Value) {
        let mut endpoint = endpoint.clone();
        endpoint["deployments"] = deployments.clone();
        endpoint["name"] = json!("churn-prod");
        endpoint["scoring_uri"] = json!("https://churn-prod.example/score");
        let live = json!({ "online": { "churn-prod": endpoint } });
        self.stage.write("live.json", &live.to_string());
    }
}

/// The copies of calls that deployments got, one after the other.
fn copies(outcome: &Outcome) -> Vec<String> {
    let set = outcome.calls.iter().filter_map(|call| call.split_once("--mirror-traffic "));
    set.map(|(_, rest)| rest.trim_end_matches(" --output none").to_owned()).collect()
}

/// The shares that the traffic had, one after the other.
fn moves(outcome: &Outcome) -> Vec<String> {
    let moved = outcome.calls.iter().filter_map(|call| call.split_once("--traffic "));
    moved.map(|(_, rest)| rest.trim_end_matches(" --output none").to_owned()).collect()
}

fn count(outcome: &Outcome, words: &str) -> usize {
    outcome.calls.iter().filter(|call| call.contains(words)).count()
}

#[test]
fn the_first_deployment_gets_all_calls_once_it_answers() {
    for platform in PLATFORMS {
        let world = World::new(platform);
        let outcome = world.deploy("release", "7");
        assert!(outcome.fine, "{}", outcome.said);
        world.is("blue", "7");
        assert_eq!(moves(&outcome), ["blue=100"]);
        assert_eq!(count(&outcome, "online-endpoint create"), 1);
        // Before it gets calls, and when it has them.
        assert_eq!(count(&outcome, "online-endpoint invoke"), 2);
        let uri = world.stage.read("temp/outputs/scoring_uri");
        assert_eq!(uri, "https://churn-prod.example/score\n");
        let deployment = &world.live()["online"]["churn-prod"]["deployments"][0];
        assert_eq!(deployment["tags"]["commit"], "0123");
        assert_eq!(deployment["tags"]["mlopsc_step"], "deploy/release");
        assert_eq!(deployment["code_configuration"]["code"], "../../serve");
        assert!(!outcome.said.contains("##vso[task.complete]"), "{}", outcome.said);
        let obeyed = outcome.said.lines().any(|line| line.starts_with("::error"));
        assert!(!obeyed, "{}", outcome.said);
    }
}

#[test]
fn the_next_deployment_takes_over_bit_by_bit() {
    for platform in PLATFORMS {
        let mut world = World::new(platform);
        assert!(world.deploy("release", "7").fine);
        for (run, version, new, old) in [("2", "8", "green", "blue"), ("3", "9", "blue", "green")] {
            world.run = run;
            let outcome = world.deploy("release", version);
            assert!(outcome.fine, "{}", outcome.said);
            let shares =
                [(90, 10), (50, 50), (0, 100)].map(|(o, n)| format!("{old}={o} {new}={n}"));
            assert_eq!(moves(&outcome), shares);
            assert_eq!(count(&outcome, "online-endpoint create"), 0);
            assert_eq!(count(&outcome, "online-endpoint invoke"), 4);
            world.is(new, version);
        }
    }
}

#[test]
fn the_next_deployment_gets_copies_before_it_gets_calls() {
    for platform in PLATFORMS {
        let mut world = World::new(platform);
        let outcome = world.deploy("shadowed", "7");
        assert!(outcome.fine, "{}", outcome.said);
        // There is nobody else to answer.
        assert!(copies(&outcome).is_empty());
        world.is("blue", "7");
        world.run = "2";
        let outcome = world.deploy("shadowed", "8");
        assert!(outcome.fine, "{}", outcome.said);
        assert_eq!(copies(&outcome), ["green=20", "green=0"]);
        assert_eq!(moves(&outcome), ["blue=50 green=50", "blue=0 green=100"]);
        let at = |words: &str| outcome.calls.iter().position(|call| call.contains(words));
        assert!(at("green=20") < at("green=0") && at("green=0") < at("blue=50"));
        // Alone, with copies, and with each share.
        assert_eq!(count(&outcome, "online-endpoint invoke"), 4);
        world.is("green", "8");
    }
}

#[test]
fn copies_end_with_the_rollout_that_began_them() {
    for platform in PLATFORMS {
        let mut world = World::new(platform);
        assert!(world.deploy("shadowed", "7").fine);
        world.run = "2";
        world.goes_wrong("interrupt green=20");
        let outcome = world.deploy("shadowed", "8");
        assert!(!outcome.fine);
        assert_eq!(copies(&outcome), ["green=20", "green=0"]);
        assert!(moves(&outcome).is_empty(), "{:?}", outcome.calls);
        world.is("blue", "7");
        // With its machine lost, nobody takes back; the next run does.
        let script = world.script("shadowed", "shadowed").set("MODEL", "azureml:churn:8");
        assert!(!world.stage.run(&script).fine);
        assert_eq!(world.live()["online"]["churn-prod"]["mirror_traffic"], json!({ "green": 20 }));
        world.goes_wrong("");
        world.run = "3";
        let outcome = world.deploy("shadowed", "9");
        assert!(outcome.fine, "{}", outcome.said);
        assert_eq!(copies(&outcome), ["green=0", "green=20", "green=0"]);
        world.is("green", "9");
    }
}

#[test]
fn copies_of_somebody_else_are_not_taken() {
    for platform in PLATFORMS {
        let world = World::new(platform);
        let good =
            |name: &str| json!({ "name": name, "provisioning_state": "Succeeded", "model": "m" });
        let given = json!({ "auth_mode": "key", "provisioning_state": "Succeeded",
            "traffic": { "mine": 100 }, "mirror_traffic": { "theirs": 10 } });
        world.given(&given, &json!([good("mine"), good("theirs")]));
        let before = world.live();
        let outcome = world.deploy("shadowed", "8");
        assert!(!outcome.fine && outcome.said.contains("Nothing was changed"), "{}", outcome.said);
        assert_eq!(world.live(), before);
    }
}

#[test]
fn a_deployment_that_does_not_answer_gets_no_calls() {
    for platform in PLATFORMS {
        let mut world = World::new(platform);
        assert!(world.deploy("release", "7").fine);
        world.run = "2";
        for (faults, moved) in [
            ("invoke at 0", &[][..]),
            ("invoke at 10", &["blue=90 green=10", "blue=100 green=0"][..]),
            (
                "invoke at 100",
                &["blue=90 green=10", "blue=50 green=50", "blue=0 green=100", "blue=100 green=0"],
            ),
        ] {
            world.goes_wrong(faults);
            let outcome = world.deploy("release", "8");
            assert!(!outcome.fine);
            assert_eq!(moves(&outcome), moved, "{faults}");
            world.is("blue", "7");
            let said = &outcome.said;
            assert!(
                said.contains("green of churn-prod does not answer serve/request.json"),
                "{said}"
            );
            assert!(said.contains("| Traceback # # vso[task.complete]"), "{said}");
            assert!(said.contains("All calls of churn-prod go to blue again"), "{said}");
        }
    }
}

#[test]
fn a_deployment_that_cannot_be_made_changes_nothing() {
    for platform in PLATFORMS {
        let mut world = World::new(platform);
        assert!(world.deploy("release", "7").fine);
        world.run = "2";
        for (faults, said) in
            [("create", "green of churn-prod is Failed"), ("refuse", "green of churn-prod is gone")]
        {
            world.goes_wrong(faults);
            let outcome = world.deploy("release", "8");
            assert!(!outcome.fine && outcome.said.contains(said), "{}", outcome.said);
            assert!(moves(&outcome).is_empty(), "{:?}", outcome.calls);
            world.is("blue", "7");
        }
        world.goes_wrong("");
        assert!(world.deploy("release", "8").fine);
        world.is("green", "8");
    }
}

#[test]
fn the_first_deployment_that_fails_leaves_an_endpoint_without_calls() {
    for platform in PLATFORMS {
        let world = World::new(platform);
        world.goes_wrong("invoke at 100");
        let outcome = world.deploy("release", "7");
        assert!(!outcome.fine);
        assert_eq!(moves(&outcome), ["blue=100", "blue=0"]);
        assert_eq!((world.traffic(), world.deployments()), (json!({}), Vec::new()));
        world.goes_wrong("");
        assert!(world.deploy("release", "7").fine);
        world.is("blue", "7");
    }
}

#[test]
fn a_run_that_is_cancelled_gives_the_calls_back() {
    for platform in PLATFORMS {
        let mut world = World::new(platform);
        assert!(world.deploy("release", "7").fine);
        world.run = "2";
        world.goes_wrong("interrupt blue=50 green=50");
        let outcome = world.deploy("release", "8");
        assert!(!outcome.fine);
        let all = ["blue=90 green=10", "blue=50 green=50", "blue=100 green=0"];
        assert_eq!(moves(&outcome), all);
        world.is("blue", "7");
        // Started again, it goes all the way.
        world.goes_wrong("");
        let outcome = world.deploy("release", "8");
        assert!(outcome.fine, "{}", outcome.said);
        world.is("green", "8");
    }
}

#[test]
fn a_rollout_whose_machine_was_lost_is_begun_anew() {
    for platform in PLATFORMS {
        let mut world = World::new(platform);
        assert!(world.deploy("release", "7").fine);
        world.run = "2";
        world.goes_wrong("interrupt blue=50 green=50");
        // Nobody takes back.
        let script = world.script("release", "release").set("MODEL", "azureml:churn:8");
        assert!(!world.stage.run(&script).fine);
        assert_eq!(world.traffic(), json!({ "blue": 50, "green": 50 }));
        world.goes_wrong("");
        world.run = "3";
        let outcome = world.deploy("release", "9");
        assert!(outcome.fine, "{}", outcome.said);
        assert!(outcome.said.contains("An earlier rollout of green"), "{}", outcome.said);
        let all = ["blue=100 green=0", "blue=90 green=10", "blue=50 green=50", "blue=0 green=100"];
        assert_eq!(moves(&outcome), all);
        world.is("green", "9");
    }
}

#[test]
fn a_run_that_is_started_twice_deploys_once() {
    for platform in PLATFORMS {
        let mut world = World::new(platform);
        assert!(world.deploy("release", "7").fine);
        world.run = "2";
        world.goes_wrong("delete blue");
        let outcome = world.deploy("release", "8");
        assert!(outcome.fine, "{}", outcome.said);
        assert!(
            outcome.said.contains("blue of churn-prod has no calls any more"),
            "{}",
            outcome.said
        );
        assert_eq!(world.deployments().len(), 2);
        world.goes_wrong("");
        let outcome = world.deploy("release", "8");
        assert!(outcome.fine, "{}", outcome.said);
        assert!(moves(&outcome).is_empty() && count(&outcome, "deployment create") == 0);
        assert!(outcome.said.contains("since an earlier attempt of this run"), "{}", outcome.said);
        world.is("green", "8");
    }
}

#[test]
fn an_endpoint_of_another_kind_is_left_alone() {
    let ours = json!({ "mlopsc_step": "deploy/release" });
    let good = |name: &str, tags: &Value| json!({ "name": name, "provisioning_state": "Succeeded", "model": "m", "tags": tags });
    let endpoint = |auth: &str, state: &str, traffic: Value| json!({ "auth_mode": auth, "provisioning_state": state, "traffic": traffic });
    let both = json!([good("blue", &ours), good("green", &ours)]);
    let foreign = json!([good("mine", &json!({})), good("blue", &json!({}))]);
    for platform in PLATFORMS {
        for (given, deployments, said) in [
            (endpoint("key", "Succeeded", json!({})), &json!([]), "has auth_mode key"),
            (endpoint("aad_token", "Failed", json!({})), &json!([]), "has failed"),
            (
                endpoint("aad_token", "Succeeded", json!({ "blue": 40, "green": 60 })),
                &both,
                "Several deployments of churn-prod share the calls: blue, green",
            ),
            (
                endpoint("aad_token", "Succeeded", json!({ "mine": 100 })),
                &foreign,
                "blue of churn-prod has no calls and was not made by mlopsc",
            ),
        ] {
            let world = World::new(platform);
            world.given(&given, deployments);
            let before = world.live();
            let outcome = world.deploy("release", "8");
            assert!(!outcome.fine && outcome.said.contains(said), "{}", outcome.said);
            assert!(outcome.said.contains("Nothing was changed"), "{}", outcome.said);
            assert!(outcome.said.contains("Nothing to take back"), "{}", outcome.said);
            assert_eq!(world.live(), before);
        }
    }
}

#[test]
fn a_deployment_that_somebody_else_made_hands_over_and_stays() {
    for platform in PLATFORMS {
        let world = World::new(platform);
        let mine = json!({ "name": "mine", "provisioning_state": "Succeeded", "model": "m" });
        let given = json!({ "auth_mode": "aad_token", "provisioning_state": "Succeeded", "traffic": { "mine": 100 } });
        world.given(&given, &json!([mine]));
        let outcome = world.deploy("release", "8");
        assert!(outcome.fine, "{}", outcome.said);
        assert_eq!(world.traffic(), json!({ "blue": 100 }));
        assert_eq!(world.deployments().len(), 2);
        assert!(outcome.said.contains("it was not made by mlopsc"), "{}", outcome.said);
    }
}

#[test]
fn an_endpoint_without_traffic_is_served_at_once() {
    for platform in PLATFORMS {
        let world = World::new(platform);
        let blue = json!({ "name": "blue", "provisioning_state": "Succeeded", "model": "m", "tags": { "mlopsc_step": "deploy/release" } });
        let given = json!({ "auth_mode": "aad_token", "provisioning_state": "Succeeded" });
        world.given(&given, &json!([blue]));
        let outcome = world.deploy("release", "8");
        assert!(outcome.fine, "{}", outcome.said);
        assert_eq!(moves(&outcome), ["blue=100"]);
        world.is("blue", "8");
    }
}

#[test]
fn a_model_is_one_of_azure_ml() {
    for platform in PLATFORMS {
        let world = World::new(platform);
        for bad in ["", "churn:1", "azureml:churn", "azureml:churn:1 --help", "azureml:churn:1\nx"]
        {
            let script = world.script("release", "release").set("MODEL", bad);
            let outcome = world.stage.run(&script);
            assert!(!outcome.fine && outcome.calls.is_empty(), "{bad}: {:?}", outcome.calls);
            assert!(outcome.said.contains("The model must be"), "{}", outcome.said);
        }
        for good in ["azureml:churn@latest", "azureml://registries/r/models/m/versions/2"] {
            let script = world.script("release", "release").set("MODEL", good);
            assert!(world.stage.run(&script).fine, "{good}");
        }
    }
}

#[test]
fn a_batch_deployment_becomes_the_default() {
    for platform in PLATFORMS {
        let world = World::new(platform);
        for attempt in 0..2 {
            let script = world.script("nightly", "nightly");
            let outcome = world.stage.run(&script);
            assert!(outcome.fine, "{}", outcome.said);
            assert_eq!(count(&outcome, "batch-endpoint create"), 1 - attempt);
            let live = world.live();
            let endpoint = &live["batch"]["churn-batch"];
            assert_eq!(endpoint["defaults"]["deployment_name"], "nightly");
            assert_eq!(endpoint["deployments"][0]["model"], "azureml:churn@latest");
            assert_eq!(endpoint["deployments"].as_array().map(Vec::len), Some(1));
            let uri = world.stage.read("temp/outputs/scoring_uri");
            assert_eq!(uri, "https://churn-batch.example/score\n");
        }
        world.goes_wrong("refuse");
        let outcome = world.stage.run(&world.script("nightly", "nightly"));
        assert!(!outcome.fine && count(&outcome, "batch-endpoint update") == 0);
        assert!(
            outcome.said.contains("The default of the endpoint is as it was"),
            "{}",
            outcome.said
        );
    }
}

#[test]
fn a_batch_deployment_of_somebody_else_is_not_replaced() {
    for platform in PLATFORMS {
        let world = World::new(platform);
        let foreign = json!({ "name": "nightly", "model": "m" });
        let live = json!({ "batch": { "churn-batch": { "deployments": [foreign] } } });
        world.stage.write("live.json", &live.to_string());
        let outcome = world.stage.run(&world.script("nightly", "nightly"));
        assert!(
            !outcome.fine && outcome.said.contains("was not made by mlopsc"),
            "{}",
            outcome.said
        );
        assert_eq!(world.live(), live);
    }
}
