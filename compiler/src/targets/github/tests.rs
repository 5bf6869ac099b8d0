use super::*;

/// Every value must reach a script through `env`: what the platform pastes into a script could be
/// code.
#[test]
fn scripts_hold_no_expression() {
    let bracket = expression::expression("")[..3].to_owned();
    for plan in fixture::all() {
        for artifact in write(&plan) {
            let doc: serde_yaml::Value = serde_yaml::from_str(&artifact.text).unwrap();
            let runs: Vec<_> =
                steps(&doc).into_iter().filter_map(|step| step["run"].as_str()).collect();
            assert!(!runs.is_empty());
            assert!(runs.iter().all(|run| !run.contains(&bracket)), "{}", artifact.path);
        }
    }
}

fn steps(doc: &serde_yaml::Value) -> Vec<&serde_yaml::Value> {
    let jobs = doc["jobs"].as_mapping().unwrap();
    jobs.values().flat_map(|job| job["steps"].as_sequence().unwrap()).collect()
}
