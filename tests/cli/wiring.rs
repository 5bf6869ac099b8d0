//! Files of events: whose they are, though values of a template have no place for a mark.

use super::Sandbox;

const PROJECT: &str = "\
mlopsc: 1
ci: github
targets: [github, events]
azure: { workspace: mlw }
events: { key_vault: kv-ml, storage: stml }
";

const SPEC: &str = "\
mlopsc: 1
name: hear
parameters: { version: string }
steps:
  tell: { runner: ubuntu-latest, run: echo \"$V\", env: { V: \"${{ parameters.version }}\" } }
triggers:
  registered: { model_registered: diabetes, with: { version: \"${{ event.version }}\" } }
";

const FILES: [&str; 3] =
    [".azure/hear-events.json", ".azure/hear-events.bicep", ".azure/hear-events.parameters.json"];

fn built() -> Sandbox {
    let sandbox = Sandbox::new(&[("mlopsc.yaml", PROJECT), ("hear.mlops.yaml", SPEC)]);
    sandbox.run(&["build"]).code(0);
    sandbox
}

#[test]
fn what_is_written_is_fresh_and_goes_with_its_trigger() {
    let sandbox = built();
    sandbox.run(&["build", "--check"]).code(0);
    assert!(FILES.iter().all(|file| sandbox.has(file)));
    let without = SPEC.split("triggers:").next().unwrap().replace("string", "{ default: x }");
    sandbox.write("hear.mlops.yaml", &without);
    sandbox.run(&["build"]).code(0);
    assert!(FILES.iter().all(|file| !sandbox.has(file)));
}

#[test]
fn values_change_with_their_project() {
    let sandbox = built();
    sandbox.write("mlopsc.yaml", &PROJECT.replace("workspace: mlw", "workspace: other"));
    sandbox.run(&["build"]).code(0);
    assert!(sandbox.read(FILES[2]).contains("\"other\""));
    sandbox.run(&["build", "--check"]).code(0);
}

#[test]
fn edited_values_and_bicep_are_refused_unless_forced() {
    for file in &FILES[1..] {
        let sandbox = built();
        let edited = sandbox.read(file).replace("mlw", "mine").replace("diabetes", "mine");
        sandbox.write(file, &edited);
        sandbox.write("mlopsc.yaml", &PROJECT.replace("kv-ml", "kv-other"));
        let run = sandbox.run(&["build"]).code(1);
        assert!(run.out.contains("edited-output"), "{file}: {}", run.out);
        assert_eq!(sandbox.read(file), edited);
        sandbox.run(&["build", "--force"]).code(0);
        assert!(!sandbox.read(file).contains("mine"));
    }
}

#[test]
fn values_of_somebody_else_are_never_touched() {
    let foreign = "{\"parameters\": {}}\n";
    let sandbox = Sandbox::new(&[("mlopsc.yaml", PROJECT), ("hear.mlops.yaml", SPEC)]);
    sandbox.write(FILES[2], foreign);
    let run = sandbox.run(&["build", "--force"]).code(1);
    assert!(run.out.contains("foreign-output"), "{}", run.out);
    assert_eq!(sandbox.read(FILES[2]), foreign);
    assert!(!sandbox.has(FILES[0]));
    sandbox.remove(FILES[2]);
    sandbox.run(&["build"]).code(0);
    sandbox.write(".azure/other.parameters.json", foreign);
    sandbox.write("hear.mlops.yaml", SPEC.split("triggers:").next().unwrap());
    sandbox.run(&["build"]);
    assert_eq!(sandbox.read(".azure/other.parameters.json"), foreign);
}

#[test]
fn places_in_values_lead_to_the_author() {
    let sandbox = built();
    let run = sandbox.run(&["locate", &format!("{}:1", FILES[2])]).code(0);
    assert!(run.out.contains("hear.mlops.yaml"), "{}", run.out);
}
