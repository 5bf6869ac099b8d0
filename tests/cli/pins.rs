//! `pins`: what bots change in generated workflows, and where the project's own pins are kept.

use super::{PROJECT, Sandbox, TINY, WORKFLOW};

const OLD: &str = "3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1";
const NEW: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa # v7.0.2";
const NEWER: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb # v7.1.0";
const PINS: &str = ".github/mlopsc-pins.yaml";

/// Two specs that are built.
fn built() -> Sandbox {
    let sandbox = Sandbox::tiny();
    sandbox.write("other.mlops.yaml", &TINY.replace("tiny", "other"));
    sandbox.run(&["build"]).code(0);
    sandbox
}

/// As a bot would change one workflow.
fn bumped(path: &str, to: &str) -> Sandbox {
    let sandbox = built();
    let text = sandbox.read(path);
    assert!(text.contains(OLD), "{text}");
    sandbox.write(path, &text.replace(OLD, to));
    sandbox
}

#[test]
fn show_says_which_output_uses_what() {
    let sandbox = built();
    let run = sandbox.run(&["pins"]).code(0);
    assert!(run.out.starts_with("actions/checkout  v7.0.1  3d3c"), "{}", run.out);
    assert!(run.out.contains("  mlopsc\n    .github/workflows/other.yml\n"), "{}", run.out);
    let json = sandbox.run(&["pins", "show", "--message-format", "json"]).code(0).out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json[0]["action"], "actions/checkout");
    assert_eq!(json[0]["outputs"][1], WORKFLOW);
    assert!(json[0]["from"].is_null());
}

#[test]
fn adopted_pins_hold_for_all_workflows() {
    let sandbox = bumped(WORKFLOW, NEW);
    let check = sandbox.run(&["build", "--check"]).code(1);
    assert!(check.out.contains("only pins differ"), "{}", check.out);
    assert!(check.out.contains("mlopsc pins adopt"), "{}", check.out);
    let run = sandbox.run(&["pins", "adopt"]).code(0);
    assert!(run.err.contains("adopted actions/checkout v7.0.2"), "{}", run.err);
    assert!(sandbox.read("mlopsc.yaml").starts_with(PROJECT), "comments and keys stay");
    assert!(sandbox.read(PINS).contains("    'actions/checkout@v7.0.2':\n"));
    sandbox.run(&["build", "--check"]).code(0);
    for path in [WORKFLOW, ".github/workflows/other.yml"] {
        assert!(sandbox.read(path).contains(NEW), "{path}");
    }
    let shown = sandbox.run(&["pins"]).code(0).out;
    assert!(shown.contains(&format!("  {PINS}:5\n")), "{shown}");
    sandbox.run(&["pins", "adopt"]).code(0);
}

#[test]
fn the_next_bump_changes_the_pin_in_place() {
    let sandbox = bumped(WORKFLOW, NEW);
    sandbox.run(&["pins", "adopt"]).code(0);
    let before = format!("# mine\n{}", sandbox.read(PINS));
    sandbox.write(PINS, &before);
    sandbox.write(WORKFLOW, &sandbox.read(WORKFLOW).replace(NEW, NEWER));
    sandbox.run(&["pins", "adopt"]).code(0);
    let wanted = before.replace("v7.0.2", "v7.1.0").replace(&NEW[..40], &NEWER[..40]);
    assert_eq!(sandbox.read(PINS), wanted);
    sandbox.run(&["build", "--check"]).code(0);
}

#[test]
fn other_edits_are_refused_and_shown() {
    let sandbox = bumped(WORKFLOW, NEW);
    let edited = sandbox.read(WORKFLOW).replace("echo hello", "echo mine");
    sandbox.write(WORKFLOW, &edited);
    let run = sandbox.run(&["pins", "adopt", "--message-format", "concise"]).code(1);
    assert!(run.out.contains("error[edited-output]"), "{}", run.out);
    let shown: Vec<&str> = run.out.lines().filter(|line| line.starts_with('-')).collect();
    assert!(shown.iter().any(|line| line.contains("echo mine")), "{}", run.out);
    assert!(!shown.iter().any(|line| line.contains("actions/checkout")), "{}", run.out);
    assert_eq!(sandbox.read(WORKFLOW), edited);
    assert!(!sandbox.has(PINS));
}

#[test]
fn pins_that_differ_between_workflows_name_both_places() {
    let sandbox = bumped(WORKFLOW, NEW);
    let other = ".github/workflows/other.yml";
    sandbox.write(other, &sandbox.read(other).replace(OLD, NEWER));
    let run = sandbox.run(&["pins", "adopt", "--message-format", "json"]).code(1);
    assert!(run.out.contains("v7.0.2 here, and at v7.1.0 elsewhere"), "{}", run.out);
    assert!(run.out.contains(WORKFLOW) && run.out.contains(other), "{}", run.out);
    assert!(!sandbox.has(PINS));
}

#[test]
fn only_commits_with_a_version_of_known_actions_are_adopted() {
    for (to, said) in [
        ("v7.0.2 # v7.0.2", "`v7.0.2` is no commit"),
        ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa # main", "the comment `main` is no version"),
        ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "the comment `` is no version"),
    ] {
        let run = bumped(WORKFLOW, to).run(&["pins", "adopt"]).code(1);
        assert!(run.out.contains(said), "{}", run.out);
    }
    let sandbox = built();
    let text = sandbox.read(WORKFLOW).replace("actions/checkout@", "someone/checkout@");
    sandbox.write(WORKFLOW, &text);
    let run = sandbox.run(&["pins", "adopt"]).code(1);
    assert!(run.out.contains("other changes than pins"), "{}", run.out);
}

#[test]
fn a_new_major_version_is_adopted_with_a_warning() {
    let sandbox = bumped(WORKFLOW, "cccccccccccccccccccccccccccccccccccccccc # v8.0.0");
    let run = sandbox.run(&["pins", "adopt"]).code(0);
    assert!(run.err.contains("other-major"), "{}", run.err);
    sandbox.run(&["build", "--check"]).code(0);
}

#[test]
fn update_takes_what_is_newer_and_is_used() {
    let sandbox = built();
    let lines = format!(
        "# list\nactions/checkout@{NEW}\n- uses: someone/else@{NEW}\nazure/login@{}\n",
        "dddddddddddddddddddddddddddddddddddddddd # v1.0.0"
    );
    sandbox.write("pins.txt", &lines);
    let run = sandbox.run(&["pins", "update", "--from", "pins.txt"]).code(0);
    assert!(run.err.contains("updated actions/checkout v7.0.2"), "{}", run.err);
    assert!(run.err.contains("someone/else is not used"), "{}", run.err);
    assert!(run.err.contains("azure/login stays at"), "{}", run.err);
    assert!(!sandbox.read(PINS).contains("azure/login"));
    sandbox.run(&["build", "--check"]).code(0);
    // A file of the same shape.
    sandbox.write("more.yaml", &sandbox.read(PINS).replace("v7.0.2", "v7.0.3"));
    sandbox.run(&["pins", "update", "--from", "more.yaml"]).code(0);
    assert!(sandbox.read(PINS).contains("'actions/checkout@v7.0.3'"));
}

#[test]
fn update_refuses_what_cannot_be() {
    let sandbox = built();
    let moved = format!("actions/checkout@{}", NEW.replace("v7.0.2", "v7.0.1"));
    let twice = format!("actions/checkout@{NEW}\nactions/checkout@{NEWER}\n");
    for (text, said) in [
        (moved.as_str(), "a release never moves"),
        (twice.as_str(), "is offered at v7.0.2 and at v7.1.0"),
        ("actions/checkout@v7\n", "pins.txt:1: `v7` is no commit"),
        ("hello\n", "pins.txt:1: this is no"),
    ] {
        sandbox.write("pins.txt", text);
        let run = sandbox.run(&["pins", "update", "--from", "pins.txt"]).code(2);
        assert!(run.err.contains(said), "{}", run.err);
    }
    assert!(!sandbox.has(PINS));
}

#[test]
fn a_project_file_that_cannot_be_edited_gets_an_instruction() {
    let sandbox = bumped(WORKFLOW, NEW);
    sandbox.write("mlopsc.yaml", "{ mlopsc: 1, ci: github, targets: [github] }\n");
    let run = sandbox.run(&["pins", "adopt"]).code(2);
    assert!(run.err.contains("add `github: { pins: .github/mlopsc-pins.yaml }`"), "{}", run.err);
    assert!(!sandbox.has(PINS));
}

#[test]
fn every_action_of_the_workflows_can_be_pinned() {
    for name in crate::cases::CASES {
        for artifact in crate::cases::compiled(name).artifacts {
            let lines = artifact.text.lines().map(|line| line.trim().trim_start_matches("- "));
            for action in lines.filter_map(|line| line.strip_prefix("uses: ")) {
                let action = action.split('@').next().unwrap();
                assert!(mlopsc_compiler::pins::own(action).is_some(), "{name}: {action}");
            }
        }
    }
}
