//! The scripts that build images, run with a `docker` that is played.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use serde_yaml::Value;
use tempfile::TempDir;

use super::Written;
use crate::cases;

/// Writes each call down, an argument a line, and knows the images that are named in `there`.
const DOCKER: &str = r#"#!/bin/bash
{ printf '%s\n' "$@"; echo END; } >> "$STAGE/calls"
case "$1 ${2-} ${3-}" in
  login*) cat > "$STAGE/password"; [[ ! -e $STAGE/refuses ]] ;;
  "buildx imagetools inspect")
    grep --quiet --line-regexp --fixed-strings -- "$4" "$STAGE/there" && echo sha256:0123 ;;
  "buildx imagetools create") ;;
  "buildx build "*) cat > "$STAGE/recipe"; [[ ! -e $STAGE/refuses ]] || exit 9
    echo "${*: -1}" > "$STAGE/context"
    for word in "$@"; do [[ ${before-} != --tag ]] || echo "$word" >> "$STAGE/there"; before=$word; done ;;
esac
"#;

struct World {
    folder: TempDir,
}

struct Ran {
    code: Option<i32>,
    said: String,
}

impl World {
    fn new() -> Self {
        let world = Self { folder: tempfile::tempdir().expect("a folder") };
        world.write("bin/docker", DOCKER);
        world.write("there", "");
        world.write("calls", "");
        let program = world.folder.path().join("bin/docker");
        fs::set_permissions(program, fs::Permissions::from_mode(0o755)).expect("it runs");
        world
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("it is made");
        fs::write(path, text).expect("it is written");
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap_or_default()
    }

    /// The calls, each as its words.
    fn calls(&self) -> Vec<Vec<String>> {
        let calls = self.read("calls");
        let calls = calls.split("\nEND\n").filter(|call| !call.is_empty());
        calls.map(|call| call.lines().map(str::to_owned).collect()).collect()
    }

    fn bash(&self, (script, env): &(String, Vec<(String, String)>)) -> Ran {
        let path = format!("{}/bin:/usr/bin:/bin", self.folder.path().display());
        let mut bash = Command::new("bash");
        bash.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script]).env_clear();
        bash.env("PATH", path).env("STAGE", self.folder.path());
        bash.env("GITHUB_STEP_SUMMARY", self.folder.path().join("summary"));
        bash.env("AGENT_TEMPDIRECTORY", self.folder.path()).env("OUTPUT_IMAGE", "output");
        bash.envs(env.iter().cloned()).current_dir(self.folder.path());
        let output = bash.output().expect("bash runs");
        let said = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        Ran { code: output.status.code(), said }
    }
}

/// What the run is.
#[derive(Clone, Copy, Default)]
struct Facts {
    branch: &'static str,
    tag: &'static str,
}

/// A step of a job of a case, on both platforms: its script and its environment, with the facts of
/// the run as a platform gives them.
fn scripts(
    case: &str,
    job: &str,
    title: &str,
    facts: Facts,
) -> Vec<(String, Vec<(String, String)>)> {
    let compiled = cases::compiled(case);
    let plan = compiled.plan.as_ref().expect("it builds");
    let written = Written { plan, artifacts: &compiled.artifacts };
    let file = plan.name.as_str();
    let github = written.root(&format!(".github/workflows/{file}.yml"));
    let github = github["jobs"][job]["steps"].as_sequence().expect("steps").clone();
    let azure = written.root(&format!(".azure-pipelines/{file}.yml"));
    let azure = azure["jobs"].as_sequence().expect("jobs").iter();
    let azure = azure.filter(|it| it["job"] == job || it["deployment"] == job);
    let azure = azure.flat_map(|it| {
        let deployed = &it["strategy"]["runOnce"]["deploy"]["steps"];
        it["steps"].as_sequence().or(deployed.as_sequence()).expect("steps").clone()
    });
    let steps = github.into_iter().map(|step| (step, "run", "name", false));
    let steps = steps.chain(azure.map(|step| (step, "bash", "displayName", true)));
    let found = steps.filter(|(step, key, name, _)| step[*name] == title && step[*key].is_string());
    found
        .map(|(step, key, _, is_azure)| {
            let script = step[key].as_str().expect("a script").to_owned();
            let env = step["env"].as_mapping().expect("an environment").iter();
            let env = env.map(|(name, value)| {
                let name = name.as_str().expect("a name").to_owned();
                let value = fact(&name, value, facts, is_azure);
                (name, value)
            });
            let at = if is_azure { "BUILD_SOURCEBRANCH" } else { "GITHUB_REF" };
            let given = match facts {
                Facts { tag: "", branch } => format!("refs/heads/{branch}"),
                Facts { tag, .. } => format!("refs/tags/{tag}"),
            };
            (script, env.chain([(at.to_owned(), given)]).collect())
        })
        .collect()
}

fn fact(name: &str, written: &Value, facts: Facts, is_azure: bool) -> String {
    let prefixed = |prefix: &str, name: &str| match name {
        "" => String::new(),
        name if is_azure => format!("{prefix}{name}"),
        name => name.to_owned(),
    };
    match name {
        "RUN_ID" => "42".to_owned(),
        "GIT_SHA" => "0123abcd".to_owned(),
        "GIT_BRANCH" => prefixed("refs/heads/", facts.branch),
        "GIT_TAG" => prefixed("refs/tags/", facts.tag),
        "OUTPUT_IMAGE" => "output".to_owned(),
        "REGISTRY_USERNAME" => "me".to_owned(),
        "REGISTRY_PASSWORD" => "pass word".to_owned(),
        _ => written.as_str().expect("text").to_owned(),
    }
}

const ENSURE: &str = "Build the image unless it is there";

fn ensure(facts: Facts) -> Vec<(String, Vec<(String, String)>)> {
    let both = scripts("images", "image_ci", ENSURE, facts);
    assert_eq!(both.len(), 2, "a script on each platform");
    both
}

/// The image of the case.
fn image() -> (String, String) {
    let compiled = cases::compiled("images");
    let image = &compiled.plan.expect("it builds").images[0];
    (image.path(), image.reference())
}

fn tags(call: &[String]) -> BTreeSet<&str> {
    let pairs = call.windows(2).filter(|pair| pair[0] == "--tag");
    pairs.filter_map(|pair| pair[1].rsplit(':').next()).collect()
}

#[test]
fn an_image_that_is_there_is_not_built() {
    for script in ensure(Facts { branch: "feature", ..Facts::default() }) {
        let world = World::new();
        world.write("there", &format!("{}\n", image().1));
        let ran = world.bash(&script);
        assert_eq!(ran.code, Some(0), "{}", ran.said);
        let calls = world.calls();
        assert_eq!(calls.len(), 1, "{calls:?}");
        assert_eq!(calls[0], ["buildx", "imagetools", "inspect", &image().1]);
    }
}

#[test]
fn an_image_that_is_missing_is_built_pushed_and_tagged() {
    let (path, name) = image();
    for script in ensure(Facts { branch: "feature/New_Model!", ..Facts::default() }) {
        let world = World::new();
        let ran = world.bash(&script);
        assert_eq!(ran.code, Some(0), "{}", ran.said);
        let calls = world.calls();
        let build = calls.last().expect("a call");
        assert_eq!(build[..3], ["buildx", "build", "--push"]);
        let own = name.rsplit(':').next().expect("a tag");
        let wanted =
            [own, "src-cache", "newest", "build-42", "commit-0123abcd", "branch-feature-new-model"];
        assert_eq!(tags(build), wanted.into_iter().collect());
        let has = |words: &[&str]| build.windows(words.len()).any(|it| it == words);
        assert!(has(&["--file", "images/Dockerfile"]), "{build:?}");
        assert!(has(&["--build-arg", "sdk_version=1.35.2"]), "{build:?}");
        assert!(has(&["--build-arg", "note=it's a note"]), "{build:?}");
        assert!(
            has(&["--cache-from", &format!("type=registry,ref={path}:src-cache")]),
            "{build:?}"
        );
        assert_eq!(world.read("context"), ".\n");
    }
}

#[test]
fn a_tag_that_reads_as_the_same_each_time_is_moved_by_the_default_branch_alone() {
    for (branch, is_there, wanted) in [
        ("main", false, true),
        ("main", true, true),
        ("feature", false, false),
        ("feature", true, false),
        ("feature/main", false, false),
    ] {
        for script in ensure(Facts { branch, ..Facts::default() }) {
            let world = World::new();
            if is_there {
                world.write("there", &format!("{}\n", image().1));
            }
            assert_eq!(world.bash(&script).code, Some(0));
            let calls = world.calls();
            let put: BTreeSet<&str> = calls.iter().flat_map(|call| tags(call)).collect();
            let moved = ["latest", "sdk-1.35.2"].iter().all(|tag| put.contains(tag));
            assert_eq!(moved, wanted, "{branch}: {put:?}");
            assert!(!wanted || put.contains("latest"), "{branch}: {put:?}");
            assert_eq!(put.contains("newest"), !is_there, "{branch}: {put:?}");
        }
    }
}

#[test]
fn a_release_is_named_though_its_image_is_there() {
    for script in ensure(Facts { tag: "v1.2", ..Facts::default() }) {
        let world = World::new();
        world.write("there", &format!("{}\n", image().1));
        assert_eq!(world.bash(&script).code, Some(0));
        let calls = world.calls();
        assert_eq!(calls.len(), 2, "{calls:?}");
        assert_eq!(calls[1][..3], ["buildx", "imagetools", "create"]);
        assert_eq!(tags(&calls[1]), ["release-v1.2", "stable"].into_iter().collect());
        assert_eq!(calls[1].last(), Some(&image().1));
    }
}

#[test]
fn what_cannot_be_a_tag_fails_before_anything_is_built() {
    let long: &'static str = Box::leak("v".repeat(128).into_boxed_str());
    for tag in ["v1+x", "a/b", "v 1", "v1\"; docker rm x; \"", "$(id)", long] {
        for script in ensure(Facts { tag, ..Facts::default() }) {
            let world = World::new();
            let ran = world.bash(&script);
            assert_eq!(ran.code, Some(1), "{tag}: {}", ran.said);
            assert!(ran.said.contains("cannot be a tag of an image"), "{tag}: {}", ran.said);
            assert!(world.calls().is_empty(), "{tag}");
        }
    }
}

#[test]
fn a_build_that_fails_fails_the_job() {
    for script in ensure(Facts::default()) {
        let world = World::new();
        world.write("refuses", "");
        assert_eq!(world.bash(&script).code, Some(9));
    }
}

#[test]
fn a_sign_in_that_fails_fails_the_job() {
    let sign_in = scripts("images", "image_ci", "Sign in to the registry", Facts::default());
    let [sign_in] = sign_in.as_slice() else { panic!("only GitHub signs in with a script") };
    let world = World::new();
    assert_eq!(world.bash(sign_in).code, Some(0));
    assert_eq!(world.read("password"), "pass word");
    let call = ["login", "--username", "me", "--password-stdin", "contoso.azurecr.io"];
    assert_eq!(world.calls(), [call]);
    world.write("refuses", "");
    assert_eq!(world.bash(sign_in).code, Some(1));
}

#[test]
fn a_conda_file_alone_is_built_by_a_text() {
    for script in scripts("images", "image_lean", ENSURE, Facts::default()) {
        let world = World::new();
        let ran = world.bash(&script);
        assert_eq!(ran.code, Some(0), "{}", ran.said);
        let recipe = world.read("recipe");
        assert!(recipe.starts_with("FROM mcr.microsoft.com/"), "{recipe}");
        assert!(recipe.ends_with("\nENTRYPOINT []\n"), "{recipe}");
        assert_eq!(world.read("context"), "envs\n");
    }
}

#[test]
fn a_step_gives_all_tags_and_the_name_by_digest() {
    let facts = Facts { branch: "main", ..Facts::default() };
    let both = scripts("image_steps", "build", "build", facts);
    assert_eq!(both.len(), 2);
    for script in both {
        for is_there in [false, true] {
            let world = World::new();
            if is_there {
                world.write("there", &format!("{}\n", image().1));
            }
            let ran = world.bash(&script);
            assert_eq!(ran.code, Some(0), "{}", ran.said);
            let calls = world.calls();
            let (verb, put) =
                if is_there { ("imagetools", &calls[1]) } else { ("build", &calls[1]) };
            assert_eq!(put[1], verb, "{calls:?}");
            assert!(
                tags(put).is_superset(&["latest", "build-42", "branch-main"].into()),
                "{put:?}"
            );
            assert_eq!(world.read("output").trim(), format!("{}@sha256:0123", image().0));
        }
    }
}

#[test]
fn an_image_that_is_tried_out_is_pushed_nowhere() {
    for script in scripts("image_steps", "tried", "tried", Facts::default()) {
        let world = World::new();
        assert_eq!(world.bash(&script).code, Some(0));
        let calls = world.calls();
        assert_eq!(calls.len(), 1, "{calls:?}");
        assert!(!calls[0].contains(&"--push".to_owned()), "{calls:?}");
        world.write("refuses", "");
        assert_eq!(world.bash(&script).code, Some(9));
    }
}
