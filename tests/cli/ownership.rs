//! What `build` writes, replaces, removes, and leaves alone.

use std::fs;

use super::{PROJECT, Run, Sandbox, TINY, WORKFLOW};

fn built() -> Sandbox {
    let sandbox = Sandbox::tiny();
    sandbox.run(&["build"]).code(0);
    sandbox
}

#[test]
fn build_writes_and_then_rests() {
    let sandbox = Sandbox::tiny();
    let first = sandbox.run(&["build"]).code(0);
    assert!(first.err.contains(&format!("wrote {WORKFLOW}\n")), "{}", first.err);
    let text = sandbox.read(WORKFLOW);
    let second = sandbox.run(&["build", "--fail-on-change"]).code(0);
    assert!(second.err.contains("unchanged 1\n"), "{}", second.err);
    assert!(!second.err.contains("wrote"), "{}", second.err);
    assert_eq!(sandbox.read(WORKFLOW), text);
    sandbox.run(&["build", "--check"]).code(0);
}

#[test]
fn a_build_that_wrote_can_fail_for_a_hook() {
    Sandbox::tiny().run(&["build", "--fail-on-change"]).code(1);
}

#[test]
fn check_lists_what_is_missing_with_a_diff_and_writes_nothing() {
    let sandbox = Sandbox::tiny();
    let run = sandbox.run(&["build", "--check", "--message-format", "concise"]).code(1);
    let line = format!("tiny.mlops.yaml:2:7: error[stale-output]: `{WORKFLOW}` is missing\n");
    assert!(run.out.starts_with(&line), "{}", run.out);
    assert!(run.out.contains(&format!("+++ b/{WORKFLOW}")), "{}", run.out);
    assert!(run.out.contains("+name: "), "{}", run.out);
    assert!(!sandbox.has(".github"));
}

#[test]
fn a_changed_spec_replaces_its_file() {
    let sandbox = built();
    sandbox.write("tiny.mlops.yaml", &TINY.replace("hello", "goodbye"));
    let check = sandbox.run(&["build", "--check"]).code(1);
    assert!(check.out.contains("is not what this spec gives"), "{}", check.out);
    assert!(check.out.lines().any(|line| line.starts_with('-') && line.contains("hello")));
    sandbox.run(&["build"]).code(0);
    assert!(sandbox.read(WORKFLOW).contains("goodbye"));
}

#[test]
fn an_edited_file_is_refused_with_a_diff_unless_forced() {
    let sandbox = built();
    let edited = sandbox.read(WORKFLOW) + "# mine\n";
    sandbox.write(WORKFLOW, &edited);
    let run = sandbox.run(&["build"]).code(1);
    assert!(run.out.contains("edited-output"), "{}", run.out);
    assert!(run.out.contains("-# mine"), "{}", run.out);
    assert_eq!(sandbox.read(WORKFLOW), edited);
    sandbox.run(&["build", "--force"]).code(0);
    assert!(!sandbox.read(WORKFLOW).contains("# mine"));
}

#[test]
fn one_refused_file_keeps_all_files_of_its_spec() {
    let project = PROJECT.replace("[github]", "[github, azure_pipelines]");
    let sandbox = Sandbox::new(&[("mlopsc.yaml", &project), ("tiny.mlops.yaml", TINY)]);
    sandbox.write("other.mlops.yaml", &TINY.replace("tiny", "other"));
    sandbox.write(WORKFLOW, "on: push\n");
    sandbox.run(&["build"]).code(1);
    assert!(!sandbox.has(".azure-pipelines/tiny.yml"));
    assert!(sandbox.has(".azure-pipelines/other.yml"));
}

#[test]
fn a_merge_conflict_is_resolved_by_building() {
    let sandbox = built();
    let (first, rest) = sandbox.read(WORKFLOW).split_once('\n').map(own).unwrap();
    let text = format!("<<<<<<< HEAD\n{first}\n=======\n{first} \n>>>>>>> topic\n{rest}");
    sandbox.write(WORKFLOW, &text);
    sandbox.run(&["build"]).code(0);
    assert!(!sandbox.read(WORKFLOW).contains("<<<<<<<"));
}

fn own((a, b): (&str, &str)) -> (String, String) {
    (a.to_owned(), b.to_owned())
}

#[test]
fn a_file_without_a_mark_is_never_touched() {
    let sandbox = Sandbox::tiny();
    sandbox.write(WORKFLOW, "on: push\n");
    for arguments in [&["build"][..], &["build", "--force"], &["build", "--check"]] {
        let run = sandbox.run(arguments).code(1);
        assert!(run.out.contains("foreign-output"), "{}", run.out);
    }
    assert_eq!(sandbox.read(WORKFLOW), "on: push\n");
}

#[test]
fn a_file_that_quotes_a_mark_is_never_touched() {
    let sandbox = built();
    let mark = sandbox.read(WORKFLOW).lines().next().unwrap().to_owned();
    let foreign = format!("on: push\n{mark}\n");
    sandbox.write(WORKFLOW, &foreign);
    sandbox.write(".github/workflows/other.yml", &foreign);
    let run = sandbox.run(&["build", "--force"]).code(1);
    assert!(run.out.contains("foreign-output"), "{}", run.out);
    assert_eq!(sandbox.read(WORKFLOW), foreign);
    assert!(sandbox.has(".github/workflows/other.yml"));
}

#[test]
fn two_specs_cannot_have_one_file() {
    let sandbox = built();
    sandbox.write("again.mlops.yaml", TINY);
    let text = sandbox.read(WORKFLOW);
    let run = sandbox.run(&["build", "again.mlops.yaml"]).code(1);
    assert!(run.out.contains("belongs to tiny.mlops.yaml"), "{}", run.out);
    let run = sandbox.run(&["build", "--message-format", "concise"]).code(1);
    assert_eq!(run.out.matches("error[conflict]").count(), 1, "{}", run.out);
    assert_eq!(sandbox.read(WORKFLOW), text);
}

#[test]
fn a_renamed_spec_takes_its_files_along() {
    let sandbox = built();
    sandbox.remove("tiny.mlops.yaml");
    sandbox.write("small.mlops.yaml", TINY);
    sandbox.run(&["build"]).code(0);
    assert!(sandbox.read(WORKFLOW).contains("spec=small.mlops.yaml"));
}

#[test]
fn a_renamed_pipeline_leaves_no_orphan() {
    let sandbox = built();
    sandbox.write("tiny.mlops.yaml", &TINY.replace("name: tiny", "name: grown"));
    let check = sandbox.run(&["build", "--check"]).code(1);
    assert!(check.out.contains("orphan"), "{}", check.out);
    assert!(sandbox.has(WORKFLOW));
    let run = sandbox.run(&["build"]).code(0);
    assert!(run.err.contains(&format!("removed {WORKFLOW}")), "{}", run.err);
    assert!(!sandbox.has(WORKFLOW));
    assert!(sandbox.has(".github/workflows/grown.yml"));
}

#[test]
fn an_edited_orphan_is_kept_unless_forced() {
    let sandbox = built();
    sandbox.write(WORKFLOW, &(sandbox.read(WORKFLOW) + "# mine\n"));
    sandbox.write("tiny.mlops.yaml", &TINY.replace("name: tiny", "name: grown"));
    sandbox.run(&["build"]).code(1);
    assert!(sandbox.has(WORKFLOW));
    sandbox.run(&["build", "--force"]).code(0);
    assert!(!sandbox.has(WORKFLOW));
}

#[test]
fn files_of_a_deleted_spec_go_when_the_whole_project_is_built() {
    let sandbox = built();
    sandbox.write("other.mlops.yaml", &TINY.replace("tiny", "other"));
    sandbox.remove("tiny.mlops.yaml");
    sandbox.run(&["build", "other.mlops.yaml"]).code(0);
    assert!(sandbox.has(WORKFLOW), "a part of the project judges only its own files");
    sandbox.run(&["build"]).code(0);
    assert!(!sandbox.has(WORKFLOW));
    sandbox.remove("other.mlops.yaml");
    sandbox.run(&["build"]).code(0);
    assert!(!sandbox.has(".github/workflows/other.yml"));
}

const SCHEDULED: &str = "\
mlopsc: 1
name: tiny
steps:
  greet: { compute: serverless, environment: \"azureml:e:1\", run: echo hello }
triggers:
  nightly: { schedule: { every: day, at: \"02:00\" } }
  weekly: { schedule: { every: week, on_weekdays: [monday], at: \"03:00\" } }
";

fn scheduled() -> Sandbox {
    let project = PROJECT.replace("[github]", "[azureml, github]");
    let sandbox = Sandbox::new(&[("mlopsc.yaml", &project), ("tiny.mlops.yaml", SCHEDULED)]);
    sandbox.run(&["build"]).code(0);
    sandbox
}

/// What a build says of schedules that stay in the workspace, before and after it removes files.
#[track_caller]
fn left(sandbox: &Sandbox) -> Vec<String> {
    let check = sandbox.run(&["build", "--check", "--message-format", "concise"]).code(1);
    let run = sandbox.run(&["build"]).code(0);
    let name = |line: &str| {
        let (_, rest) = line.split_once("the schedule `")?;
        rest.split_once("` stays in the workspace").map(|(name, _)| name.to_owned())
    };
    let said: Vec<String> = run.err.lines().filter_map(name).collect();
    assert_eq!(check.out.lines().filter_map(name).collect::<Vec<_>>(), said);
    for name in &said {
        let command = format!("`az ml schedule delete --name {name}`");
        assert!(run.err.contains(&command), "{}", run.err);
    }
    said
}

#[test]
fn schedules_that_no_release_deletes_are_named() {
    let both = ["tiny-nightly", "tiny-weekly"];
    let sandbox = scheduled();
    sandbox.write("tiny.mlops.yaml", &SCHEDULED.replace("name: tiny", "name: grown"));
    assert_eq!(left(&sandbox), both);

    let sandbox = scheduled();
    sandbox.write("tiny.mlops.yaml", SCHEDULED.split("triggers").next().unwrap());
    assert_eq!(left(&sandbox), both);

    let sandbox = scheduled();
    sandbox.write("tiny.mlops.yaml", &SCHEDULED.replace("schedule:", "home: github, schedule:"));
    assert_eq!(left(&sandbox), both);

    let sandbox = scheduled();
    sandbox.remove("tiny.mlops.yaml");
    sandbox.write("other.mlops.yaml", &TINY.replace("tiny", "other"));
    assert_eq!(left(&sandbox), both);
}

#[test]
fn schedules_that_the_release_deletes_are_not_named() {
    let sandbox = scheduled();
    sandbox.write("tiny.mlops.yaml", &SCHEDULED.replace("nightly:", "daily:"));
    assert_eq!(left(&sandbox), [""; 0]);
    sandbox.remove("tiny.mlops.yaml");
    sandbox.write("moved.mlops.yaml", &SCHEDULED.replace("nightly:", "late:"));
    assert_eq!(left(&sandbox), [""; 0]);
}

#[test]
fn an_edited_orphan_keeps_all_files_of_its_spec() {
    let sandbox = scheduled();
    let file = ".azureml/tiny/pipeline.json";
    sandbox.write(file, &(sandbox.read(file) + "\n"));
    sandbox.write("tiny.mlops.yaml", &SCHEDULED.replace("name: tiny", "name: grown"));
    let run = sandbox.run(&["build"]).code(1);
    assert!(!run.err.contains("wrote") && !run.err.contains("removed"), "{}", run.err);
    let run = sandbox.run(&["build", "--force"]).code(0);
    assert!(run.err.contains(&format!("removed {file}, with its edits by hand\n")), "{}", run.err);
}

#[test]
fn what_a_killed_build_left_goes_when_it_is_old() {
    let sandbox = built();
    let name = |name: &str| format!(".github/workflows/{name}");
    let (old, young) = (name(".mlopsc-aB3dE6"), name(".mlopsc-new456"));
    let others =
        [name(".mlopsc-"), name(".mlopsc-aB3dE67"), name(".mlopsc-a.b-c6"), name("aB3dE6")];
    let text = sandbox.read(WORKFLOW);
    for path in others.iter().chain([&old, &young]) {
        sandbox.write(path, &text[text.len() / 2..]);
        if *path != young {
            let file = fs::File::options().write(true).open(sandbox.path(path)).unwrap();
            let hours = std::time::Duration::from_hours(2);
            let written = file.metadata().unwrap().modified().unwrap();
            file.set_modified(written - hours).unwrap();
        }
    }
    sandbox.run(&["build", "--check"]).code(0);
    assert!(sandbox.has(&old));
    let run = sandbox.run(&["build"]).code(0);
    assert!(run.err.contains(&format!("removed {old}, which")), "{}", run.err);
    assert!(!sandbox.has(&old) && sandbox.has(&young));
    assert!(others.iter().all(|path| sandbox.has(path)));
}

#[test]
fn a_broken_spec_loses_nothing() {
    let sandbox = built();
    let text = sandbox.read(WORKFLOW);
    sandbox.write("tiny.mlops.yaml", &TINY.replace("run:", "runn:"));
    sandbox.run(&["build"]).code(1);
    assert_eq!(sandbox.read(WORKFLOW), text);
}

#[test]
fn a_target_leaves_the_others_alone() {
    let project = PROJECT.replace("[github]", "[github, azure_pipelines]");
    let sandbox = Sandbox::new(&[("mlopsc.yaml", &project), ("tiny.mlops.yaml", TINY)]);
    sandbox.run(&["build", "--target", "github"]).code(0);
    assert!(sandbox.has(WORKFLOW) && !sandbox.has(".azure-pipelines"));
    sandbox.run(&["build"]).code(0);
    sandbox.write("tiny.mlops.yaml", &TINY.replace("name: tiny", "name: grown"));
    sandbox.run(&["build", "--target", "azure_pipelines"]).code(0);
    assert!(sandbox.has(WORKFLOW) && !sandbox.has(".azure-pipelines/tiny.yml"));
}

#[test]
fn out_writes_elsewhere_and_removes_nothing() {
    let sandbox = built();
    sandbox.write("tiny.mlops.yaml", &TINY.replace("name: tiny", "name: grown"));
    sandbox.run(&["build", "--out", "copy"]).code(0);
    assert!(sandbox.has("copy/.github/workflows/grown.yml"));
    assert!(sandbox.has(WORKFLOW) && !sandbox.has(".github/workflows/grown.yml"));
}

#[test]
fn line_ends_of_version_control_are_no_edit() {
    let sandbox = built();
    sandbox.write(WORKFLOW, &sandbox.read(WORKFLOW).replace('\n', "\r\n"));
    sandbox.run(&["build", "--check"]).code(0);
    sandbox.write("tiny.mlops.yaml", &TINY.replace("hello", "goodbye").replace('\n', "\r\n"));
    sandbox.run(&["build"]).code(0);
    let text = sandbox.read(WORKFLOW);
    assert!(text.contains("goodbye") && !text.contains('\r'));
}

#[test]
fn a_spec_with_other_line_ends_gives_the_same_file() {
    let sandbox = built();
    sandbox.write("tiny.mlops.yaml", &TINY.replace('\n', "\r\n"));
    sandbox.run(&["build", "--check"]).code(0);
}

#[cfg(unix)]
mod unix {
    use std::fs::Permissions;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn a_link_is_no_file_of_ours() {
        let sandbox = built();
        fs::rename(sandbox.path(WORKFLOW), sandbox.path("elsewhere.yml")).unwrap();
        symlink(sandbox.path("elsewhere.yml"), sandbox.path(WORKFLOW)).unwrap();
        let run: Run = sandbox.run(&["build"]).code(1);
        assert!(run.out.contains("is a symbolic link"), "{}", run.out);
    }

    #[test]
    fn a_folder_that_leads_out_of_the_root_is_not_written_to() {
        let sandbox = Sandbox::tiny();
        let outside = Sandbox::new(&[]);
        symlink(outside.path(""), sandbox.path(".github")).unwrap();
        let run = sandbox.run(&["build"]).code(2);
        assert!(run.err.contains("leaves the project's root"), "{}", run.err);
        assert!(!outside.has("workflows"));
    }

    #[test]
    fn permissions_stay_and_new_files_are_ordinary() {
        let sandbox = built();
        let mode = |path: &str| fs::metadata(sandbox.path(path)).unwrap().permissions().mode();
        assert_eq!(mode(WORKFLOW) & 0o777, mode("tiny.mlops.yaml") & 0o777);
        fs::set_permissions(sandbox.path(WORKFLOW), Permissions::from_mode(0o664)).unwrap();
        sandbox.write("tiny.mlops.yaml", &TINY.replace("hello", "goodbye"));
        sandbox.run(&["build"]).code(0);
        assert_eq!(mode(WORKFLOW) & 0o777, 0o664);
    }

    #[test]
    fn a_read_only_file_is_the_machines_fault_and_nothing_is_half_written() {
        let project = PROJECT.replace("[github]", "[github, azure_pipelines]");
        let sandbox = Sandbox::new(&[("mlopsc.yaml", &project), ("tiny.mlops.yaml", TINY)]);
        sandbox.run(&["build"]).code(0);
        let other = ".azure-pipelines/tiny.yml";
        fs::set_permissions(sandbox.path(other), Permissions::from_mode(0o444)).unwrap();
        let text = sandbox.read(WORKFLOW);
        sandbox.write("tiny.mlops.yaml", &TINY.replace("hello", "goodbye"));
        let run = sandbox.run(&["build"]).code(2);
        assert!(run.err.contains("tiny.yml: the file is read-only"), "{}", run.err);
        assert_eq!(sandbox.read(WORKFLOW), text);
        let names = fs::read_dir(sandbox.path(".github/workflows")).unwrap();
        assert_eq!(names.count(), 1, "no temporary file stays");
    }

    #[test]
    fn empty_folders_of_removed_files_go() {
        let sandbox = Sandbox::tiny();
        let nested = ".github/workflows/deep/tiny.yml";
        sandbox.run(&["build"]).code(0);
        fs::create_dir(sandbox.path(".github/workflows/deep")).unwrap();
        fs::rename(sandbox.path(WORKFLOW), sandbox.path(nested)).unwrap();
        sandbox.run(&["build"]).code(0);
        assert!(!sandbox.has(".github/workflows/deep") && sandbox.has(WORKFLOW));
    }
}

#[test]
fn an_endpoint_that_no_release_deletes_is_named() {
    let sandbox = scheduled();
    let published = SCHEDULED.split("triggers").next().unwrap().to_owned()
        + "triggers:\n  call: { http: tiny-greetings }\n";
    sandbox.write("tiny.mlops.yaml", &published);
    sandbox.run(&["build"]).code(0);
    sandbox.remove("tiny.mlops.yaml");
    sandbox.write("other.mlops.yaml", &TINY.replace("tiny", "other"));
    let run = sandbox.run(&["build"]).code(0);
    let advice = "the endpoint `tiny-greetings` stays in the workspace and can be called; delete it \
                  with `az ml batch-endpoint delete --name tiny-greetings`";
    assert!(run.err.contains(advice), "{}", run.err);
}

#[test]
fn two_specs_do_not_publish_at_one_endpoint() {
    let sandbox = scheduled();
    let published = SCHEDULED.replace(
        "nightly: { schedule: { every: day, at: \"02:00\" } }",
        "call: { http: greetings }",
    );
    sandbox.write("tiny.mlops.yaml", &published);
    sandbox.run(&["build"]).code(0);
    sandbox.write("other.mlops.yaml", &published.replace("name: tiny", "name: other"));
    let run = sandbox.run(&["build", "--message-format", "concise"]).code(1);
    for other in ["tiny", "other"] {
        let message = format!("`{other}.mlops.yaml` publishes at the endpoint `greetings` too");
        assert!(run.out.contains(&message), "{}", run.out);
    }
}

#[test]
fn two_specs_do_not_differ_in_letter_case_or_dashes_alone_where_azure_does_not() {
    for (own, [first, second], said) in [
        ("other", ["greetings", "Greetings"], "publishes at the endpoint `greetings` too"),
        ("ti_ny", ["greetings", "farewells"], "registers the component `ti_ny` too"),
    ] {
        let sandbox = scheduled();
        let published = |name: &str, endpoint: &str| {
            SCHEDULED.replace("name: tiny", &format!("name: {name}")).replace(
                "nightly: { schedule: { every: day, at: \"02:00\" } }",
                &format!("call: {{ http: {endpoint} }}"),
            )
        };
        sandbox.write("tiny.mlops.yaml", &published("ti-ny", first));
        sandbox.run(&["build"]).code(0);
        sandbox.write("other.mlops.yaml", &published(own, second));
        let run = sandbox.run(&["build", "--message-format", "concise"]).code(1);
        for other in ["tiny", "other"] {
            let message = format!("`{other}.mlops.yaml` {said}");
            assert!(run.out.contains(&message), "{}", run.out);
        }
    }
}

const TRAIN: &str = "mlopsc: 1\nname: train\nsteps:\n  fit:\n    compute: azureml:cpu\n    \
                     environment: azureml:sklearn:4\n    run: echo fit\n";
const REQUESTS: &str = ".azureml/train/rest.api/requests.json";

fn training(targets: &str) -> Sandbox {
    let project = format!("mlopsc: 1\ntargets: [{targets}]\n");
    Sandbox::new(&[("mlopsc.yaml", &project), ("train.mlops.yaml", TRAIN)])
}

#[test]
fn rest_bodies_are_written_only_when_they_are_named() {
    let sandbox = training("azureml");
    sandbox.run(&["build"]).code(0);
    assert!(sandbox.has(".azureml/train/pipeline.json") && !sandbox.has(".azureml/train/rest.api"));
    sandbox.run(&["build", "--target", "azureml-rest"]).code(0);
    let requests = sandbox.read(REQUESTS);
    assert!(sandbox.has(".azureml/train/rest.api/step-fit.json"));
    sandbox.run(&["build", "--check", "--target", "azureml-rest"]).code(0);
    // What a plain build does not write is no orphan to it, and not stale.
    sandbox.write("train.mlops.yaml", &TRAIN.replace("fit", "learn"));
    sandbox.run(&["build"]).code(0);
    sandbox.run(&["build", "--check"]).code(0);
    assert!(sandbox.has(".azureml/train/rest.api/step-fit.json"));
    assert_eq!(sandbox.read(REQUESTS), requests);
    let check = sandbox.run(&["build", "--check", "--target", "azureml-rest"]).code(1);
    assert!(check.out.contains("step-learn.json` is missing"), "{}", check.out);
    sandbox.run(&["build", "--target", "azureml-rest"]).code(0);
    assert!(!sandbox.has(".azureml/train/rest.api/step-fit.json"));
    assert!(sandbox.read(REQUESTS).contains("step-learn"));
}

#[test]
fn rest_bodies_go_with_their_spec() {
    let sandbox = training("azureml-rest");
    sandbox.run(&["build"]).code(0);
    assert!(sandbox.has(".azureml/train/pipeline.json") && sandbox.has(REQUESTS));
    sandbox.remove("train.mlops.yaml");
    sandbox.run(&["build"]).code(0);
    assert!(!sandbox.has(".azureml/train"));
}

#[test]
fn rest_bodies_alone_are_written_and_removed_by_name() {
    let sandbox = training("azureml");
    sandbox.run(&["build", "--target", "azureml-rest"]).code(0);
    assert!(sandbox.has(REQUESTS) && !sandbox.has(".azureml/train/pipeline.json"));
    let idle = Sandbox::tiny().run(&["build", "--target", "azureml-rest"]).code(2);
    assert!(idle.err.contains("does not list `azureml`"), "{}", idle.err);
}
