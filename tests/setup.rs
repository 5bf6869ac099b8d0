//! What `mlopsc setup` lists, held against the outputs; and its scripts, run against tools that are
//! played.

use std::collections::BTreeSet;

use mlopsc_compiler::plan::Plan;
use mlopsc_compiler::setup::{Names, Setup, checklist};
use mlopsc_compiler::spec::project::ProjectSpec;
use mlopsc_compiler::targets::Artifact;
use mlopsc_compiler::{ProjectFile, emit, read_project};

use crate::cases::{CASES, compiled, project};

#[cfg(unix)]
mod scripts;

const TARGETS: [&str; 3] = ["azureml", "github", "azure_pipelines"];

/// What the outputs of a case need, and the outputs.
fn of_case(name: &str) -> Option<(Setup, Vec<Artifact>)> {
    let plan = compiled(name).plan?;
    let files = project(name);
    let text = files.0.get("mlopsc.yaml");
    let file = text.map_or_else(ProjectFile::none, |text| read_project("mlopsc.yaml", text));
    Some(of_plan(&plan, &file.spec))
}

pub(crate) fn of_plan(plan: &Plan, spec: &ProjectSpec) -> (Setup, Vec<Artifact>) {
    let artifacts = emit(plan, &TARGETS);
    let mut setup = Setup::new(Names::of(spec));
    setup.add(plan, &artifacts);
    (setup, artifacts)
}

type Words = BTreeSet<String>;

/// The words that follow another one in a text, up to what is no letter of a name.
fn after(text: &str, start: &str) -> Words {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let parts = text.split(start).skip(1);
    let words = parts.map(|part| part.split(|it| !is_part(it)).next().unwrap_or_default());
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The values of lines with a key.
fn values(text: &str, key: &str) -> Words {
    let lines = text.lines().map(|line| line.trim().trim_start_matches("- "));
    let values = lines.filter_map(|line| line.strip_prefix(key)?.strip_prefix(": "));
    values
        .map(|value| value.split(" #").next().unwrap_or(value).trim_matches('"').to_owned())
        .collect()
}

/// What stage expressions choose among, in place of them: what is in quotes and not compared.
fn chosen(values: Words) -> Words {
    let one = |value: String| -> Vec<String> {
        if !value.contains("${{") {
            return vec![value];
        }
        let pieces: Vec<&str> = value.split('\'').collect();
        let is_compared = |before: &str| before.ends_with("== ") || before.ends_with("stage, ");
        let pairs = pieces.chunks(2).filter(|pair| pair.len() == 2 && !is_compared(pair[0]));
        pairs.map(|pair| pair[1].to_owned()).filter(|it| !it.is_empty()).collect()
    };
    values.into_iter().flat_map(one).collect()
}

/// What the comment at the top of a file, which is written from the plan, says that it needs: names
/// behind a word.
fn head(text: &str, word: &str) -> Words {
    let lines = text.lines().take_while(|line| line.starts_with('#'));
    let needs = lines.filter_map(|line| line.strip_prefix("# - "));
    let mut names = Words::new();
    for need in needs {
        let starts = [format!("{word} "), format!("{word}s ")];
        let mut places = starts.iter().flat_map(|start| {
            need.match_indices(start.as_str()).map(move |(at, _)| (at, &need[at + start.len()..]))
        });
        let place = places.find(|(at, rest)| {
            let is_whole =
                *at == 0 || need[..*at].ends_with("with ") || need[..*at].ends_with("and ");
            is_whole && !rest.starts_with("group")
        });
        let place = place.map(|(_, rest)| rest);
        for name in place.unwrap_or_default().split(", ") {
            let name = name.split([' ', ':']).next().unwrap_or_default();
            if !name.is_empty() && !["with", "on"].contains(&name) {
                names.insert(name.to_owned());
            }
        }
    }
    names
}

/// The environments that the comment names; a name may hold blanks.
fn environments(text: &str) -> Words {
    let lines = text.lines().take_while(|line| line.starts_with('#'));
    let named = lines.filter_map(|line| line.strip_prefix("# - environment "));
    let name = |line: &str| {
        let end = [", with its required reviewers", ": an approval check"];
        let at = end.iter().filter_map(|end| line.find(end)).min();
        line[..at.unwrap_or(line.len())].to_owned()
    };
    named.map(name).collect()
}

fn keys<V>(map: &std::collections::BTreeMap<String, V>) -> Words {
    map.keys().cloned().collect()
}

/// The body of a file without its comment.
fn body(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    lines.flat_map(|line| [line, "\n"]).collect()
}

fn of_folder<'a>(artifacts: &'a [Artifact], setup: &Setup, github: bool) -> Vec<&'a str> {
    let paths: Words = if github {
        setup.github.workflows.iter().cloned().collect()
    } else {
        setup.azure_pipelines.pipelines.iter().map(|it| it.path.clone()).collect()
    };
    artifacts.iter().filter(|it| paths.contains(&it.path)).map(|it| it.text.as_str()).collect()
}

fn union(texts: &[&str], of: impl Fn(&str) -> Words) -> Words {
    texts.iter().flat_map(|text| of(text)).flat_map(|word| by_stage(&word)).collect()
}

/// The names in a value that a stage decides: its literals, but for those that stages are compared with.
fn by_stage(word: &str) -> Vec<String> {
    if !word.starts_with("${{") || !word.contains(".stage") {
        return vec![word.to_owned()];
    }
    let parts: Vec<&str> = word.split('\'').collect();
    let pairs = parts.chunks_exact(2).map(|pair| (pair[0], pair[1]));
    let named = pairs.filter(|(before, name)| {
        !name.is_empty() && !before.ends_with("== ") && !before.ends_with(".stage, ")
    });
    named.map(|(_, name)| name.to_owned()).collect()
}

#[test]
fn setup_lists_what_the_outputs_read() {
    for name in CASES {
        let Some((setup, artifacts)) = of_case(name) else { continue };
        let texts = of_folder(&artifacts, &setup, true);
        let bodies: Vec<String> = texts.iter().map(|text| body(text)).collect();
        let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
        let github = &setup.github;
        assert_eq!(keys(&github.secrets), union(&bodies, |text| after(text, "secrets.")), "{name}");
        assert_eq!(keys(&github.variables), union(&bodies, |text| after(text, "vars.")), "{name}");
        assert_eq!(
            keys(&github.environments),
            union(&bodies, |text| chosen(values(text, "environment"))),
            "{name}"
        );
        let texts = of_folder(&artifacts, &setup, false);
        let own = &setup.azure_pipelines;
        assert_eq!(own.groups, union(&texts, |text| values(text, "group")), "{name}");
        let named =
            ["azureSubscription", "azureServiceConnection", "endpoint", "containerRegistry"];
        let connections =
            union(&texts, |text| named.iter().flat_map(|key| values(text, key)).collect());
        assert_eq!(keys(&own.connections), chosen(connections), "{name}");
        assert_eq!(
            keys(&own.environments),
            union(&texts, |text| chosen(values(text, "environment"))),
            "{name}"
        );
    }
}

#[test]
fn what_is_of_one_stage_is_asked_for_in_that_stage_alone() {
    let (setup, _) = of_case("stages").expect("a plan");
    let readers = |name: &str| -> Vec<Option<String>> {
        setup.github.variables[name].iter().cloned().collect()
    };
    assert_eq!(readers("PROD_CLIENT_ID"), [Some("production".to_owned())]);
    assert_eq!(readers("PROD_SUBSCRIPTION_ID"), [Some("production".to_owned())]);
    assert_eq!(readers("AZURE_CLIENT_ID"), [None, Some("test".to_owned())]);
    let (setup, _) = of_case("default_stage").expect("a plan");
    for (workspace, assets) in &setup.azure.workspaces {
        let is_prod = format!("{:?}", workspace.name).contains("mlw-prod");
        assert_eq!(assets.models.contains("churn:1"), is_prod, "{workspace:?}");
    }
}

#[test]
fn what_setup_lists_is_what_the_heads_of_the_outputs_say() {
    for name in CASES {
        let Some((setup, artifacts)) = of_case(name) else { continue };
        as_the_heads_say(name, &setup, &artifacts);
    }
}

/// The comments of CI files are written from the plan, and the setup is read from what they run.
pub(crate) fn as_the_heads_say(name: &str, setup: &Setup, artifacts: &[Artifact]) {
    // The heads also speak of what a step has as an input that its script does not read.
    let within = |part: &Words, whole: Words| {
        assert!(part.is_subset(&whole), "{name}: {part:?} is not in {whole:?}");
    };
    let texts = of_folder(artifacts, setup, true);
    let github = &setup.github;
    within(&keys(&github.variables), union(&texts, |text| head(text, "variable")));
    within(&keys(&github.secrets), union(&texts, |text| head(text, "secret")));
    assert_eq!(keys(&github.environments), union(&texts, environments), "{name}");
    let subjects = union(&texts, |text| {
        let line = text
            .lines()
            .find(|line| line.contains("federated credentials of this repository for "));
        let ends = line.and_then(|line| line.rsplit_once(" for ")).map_or("", |(_, ends)| ends);
        ends.split(", ").filter(|end| !end.is_empty()).map(str::to_owned).collect()
    });
    assert_eq!(github.subjects(), subjects, "{name}");
    let dispatches = union(&texts, |text| {
        let said = text.lines().filter_map(|line| line.split_once(" a dispatch of the type "));
        said.filter_map(|(_, rest)| rest.split([':', ' ']).next().map(str::to_owned)).collect()
    });
    assert_eq!(github.dispatches, dispatches, "{name}");
    let texts = of_folder(artifacts, setup, false);
    let own = &setup.azure_pipelines;
    within(&own.variables, union(&texts, |text| head(text, "variable")));
    within(&own.secrets, union(&texts, |text| head(text, "secret variable")));
    assert_eq!(keys(&own.environments), union(&texts, environments), "{name}");
}

#[test]
fn what_events_need_is_listed_and_in_the_outputs() {
    let mut seen = 0;
    for name in CASES {
        let Some(plan) = compiled(name).plan else { continue };
        let artifacts = emit(&plan, &["events"]);
        let mut setup = Setup::new(Names::default());
        setup.add(&plan, &artifacts);
        let events = &setup.events;
        let templates = artifacts.iter().filter(|it| it.path.contains("-events."));
        let all: String = templates.map(|it| it.text.as_str()).collect();
        assert_eq!(events.workspaces.is_empty(), all.is_empty(), "{name}");
        let vaults = events.vaults.iter().flat_map(|(vault, secret)| [vault, secret]);
        let listed = checklist(&setup);
        for word in events.accounts.iter().chain(&events.callers).chain(vaults) {
            assert!(all.contains(&format!("\"{word}\"")), "{name}: {word}");
            assert!(listed.contains(&format!("`{word}`")), "{name}: {word} in\n{listed}");
            seen += 1;
        }
    }
    assert!(seen > 5, "there is something to see");
}

#[test]
fn what_setup_lists_is_in_the_outputs() {
    for name in CASES {
        let Some((setup, artifacts)) = of_case(name) else { continue };
        let all: String = artifacts.iter().map(|it| it.text.as_str()).collect();
        let azure = setup.azure.workspaces.values();
        let sets = azure.flat_map(|it| {
            [
                &it.clusters,
                &it.environments,
                &it.components,
                &it.data,
                &it.models,
                &it.datastores,
                &it.registries,
            ]
        });
        let sets: Vec<&Words> = sets.collect();
        for asset in sets.iter().copied().flatten() {
            let said = [
                format!("azureml:{asset}"),
                format!("azureml://datastores/{asset}/"),
                format!("azureml://registries/{asset}/"),
            ];
            assert!(said.iter().any(|text| all.contains(text)), "{name}: {asset}");
        }
        let listed = checklist(&setup);
        for asset in sets.iter().copied().flatten() {
            assert!(listed.contains(&format!("`{asset}`")), "{name}: {asset} in\n{listed}");
        }
        // Every address of an asset in the files of Azure ML is listed.
        let quoted = artifacts.iter().flat_map(|it| it.text.split('"'));
        for text in quoted.filter_map(|text| text.strip_prefix("azureml:")) {
            let asset = text.trim_start_matches("azureml:");
            if asset.starts_with("//") || asset.contains(['$', '\n', ' ']) {
                continue;
            }
            assert!(listed.contains(&format!("`{asset}`")), "{name}: {asset} in\n{listed}");
        }
    }
}
