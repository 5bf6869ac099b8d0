use super::*;
use crate::emit::mark;
use crate::source::Memory;
use crate::spec::read_project;

const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

fn pin(action: &str, version: &str, commit: &str) -> Pin {
    Pin { action: action.to_owned(), version: version.to_owned(), commit: commit.to_owned() }
}

/// What a pin file gives, and what is said of it.
fn read_file(text: &'static str) -> (Vec<Pin>, Vec<String>) {
    let project = "mlopsc: 1\ngithub: { pins: pins.yaml }\n";
    let mut sources = Sources::default();
    let file = sources.add(SourceFile::new("mlopsc.yaml", project));
    let spec = read_project(file, project, &mut Sink::new()).value.unwrap();
    let mut sink = Sink::new();
    let read = read(&Memory::of(&[("pins.yaml", text)]), &spec, &mut sources, &mut sink);
    let said = sink.into_items().into_iter().map(|it| {
        let (path, at) = sources.place(it.span);
        format!("{path}:{}:{} {}", at.line, at.column, it.message)
    });
    (read.plain(), said.collect())
}

#[test]
fn githubs_own_file_is_read() {
    let (pins, said) = read_file(
        "version: 'v0.0.2'
workflows:
    '.github/workflows/train.yml':
        - 'actions/checkout@v7.0.2'
dependencies:
    'actions/checkout@v7.0.2':
        ref: 'v7.0.2'
        commit: 'sha1-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'
        owner_id: 44036562
        repo_id: 197814629
        uses: []
    'someone/else@v1':
        commit: 'sha1-bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb'
",
    );
    assert_eq!(said, [""; 0]);
    assert_eq!(pins, [pin("actions/checkout", "v7.0.2", A)]);
}

#[test]
fn names_of_actions_have_no_letter_case() {
    let text = "dependencies:
    'Actions/CheckOut@v7.0.2':
        ref: 'v7.0.2'
        commit: 'sha1-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'
";
    let (pins, said) = read_file(text);
    assert_eq!((pins, said.as_slice()), (vec![pin("actions/checkout", "v7.0.2", A)], &[][..]));
    let written = with_pins(text, &[pin("actions/checkout", "v7.0.3", B)]).unwrap();
    assert!(written.contains("'actions/checkout@v7.0.3':") && !written.contains("CheckOut"));
    let (_, said) = read_file(
        "dependencies:
  actions/checkout@v7.0.2: { commit: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa }
  Actions/checkout@v7.0.3: { commit: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb }
",
    );
    assert_eq!(said, ["pins.yaml:3:3 `actions/checkout` is pinned twice"]);
    let new = format!("  - uses: actions/checkout@{A} # v7.0.2\n");
    let old = format!("  - uses: Actions/Checkout@{B} # v7.0.3\n");
    let bumps = bumps(&old, &new);
    assert_eq!(bumps.rest, new);
    assert_eq!(bumps.pins[0].pin, pin("actions/checkout", "v7.0.3", B));
}

#[test]
fn what_is_no_pin_is_refused_at_its_place() {
    let said = |text| read_file(text).1;
    let one = said("dependencies:\n  actions/checkout@v7: { commit: main }\n");
    assert_eq!(one, ["pins.yaml:2:34 `main` is no commit"]);
    let one = said("dependencies:\n  actions/checkout@main: {}\n");
    assert_eq!(one, ["pins.yaml:2:3 `main` is no version"]);
    let one = said("dependencies:\n  checkout: {}\n");
    assert_eq!(one, ["pins.yaml:2:3 `checkout` is no action at a version"]);
    let one = said(
        "dependencies:
  actions/checkout@v7.1: { commit: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa }
  actions/checkout@v7.2: { commit: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb }
",
    );
    assert_eq!(one, ["pins.yaml:3:3 `actions/checkout` is pinned twice"]);
    assert_eq!(said("- x\n"), ["pins.yaml:1:1 a pin file is a map with the key `dependencies`"]);
}

#[test]
fn a_pin_is_changed_where_it_stands_and_comments_stay() {
    let old = "# ours\nversion: 'v0.0.2'\nworkflows:\n    'a.yml':\n        - 'actions/checkout@v7.0.1'\ndependencies:\n    'actions/checkout@v7.0.1': # mind\n        ref: 'v7.0.1'\n        commit: 'sha1-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'\n        repo_id: 7\n";
    let new = with_pins(old, &[pin("actions/checkout", "v7.0.2", B)]).unwrap();
    assert_eq!(new, old.replace("v7.0.1", "v7.0.2").replace(A, B));
    let more = with_pins(&new, &[pin("azure/login", "v3.1.0", A)]).unwrap();
    assert!(more.starts_with(&new), "{more}");
    assert!(more.ends_with(&format!("    'azure/login@v3.1.0':\n        ref: 'v3.1.0'\n        commit: 'sha1-{A}'\n        uses: []\n")), "{more}");
}

#[test]
fn any_block_of_pins_takes_further_ones() {
    let added = [pin("azure/login", "v3.1.0", A)];
    for old in [
        "",
        "dependencies:\n",
        "dependencies: {}\n",
        "version: 'v0.0.2'",
        "dependencies:\n  actions/cache@v5:\n    commit: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
        "dependencies:\n  actions/cache@v5:\n    commit: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb # x\nworkflows: {}\n",
        &fresh(&[pin("actions/cache", "v5", B)]),
    ] {
        let new = with_pins(old, &added);
        assert_eq!(new.is_some(), !old.is_empty(), "{old}");
    }
    assert_eq!(with_pins("dependencies: { a/b@v1: {} }\n", &added), None);
}

#[test]
fn the_key_is_added_to_any_project_file() {
    for (old, new) in [
        ("mlopsc: 1\n", "mlopsc: 1\ngithub: { pins: p }\n"),
        ("mlopsc: 1 # x", "mlopsc: 1 # x\ngithub: { pins: p }\n"),
        ("github: { repository: a/b }\n", "github: { pins: p, repository: a/b }\n"),
        ("github: {}\n", "github: { pins: p }\n"),
        (
            "github:\n  # ours\n  repository: a/b\nci: github\n",
            "github:\n  # ours\n  pins: p\n  repository: a/b\nci: github\n",
        ),
    ] {
        assert_eq!(with_key(old, "p").as_deref(), Some(new), "{old}");
    }
    assert_eq!(with_key("{ mlopsc: 1 }\n", "p"), None);
}

#[test]
fn bumps_are_told_from_edits() {
    let new = mark::stamp(format!(
        "{}\nsteps:\n  - uses: actions/checkout@{A} # v7.0.1\n  - run: |\n      uses: actions/checkout@main\n",
        mark::blank("a.mlops.yaml")
    ));
    let old = new.replace(A, B).replace("v7.0.1", "v7.0.2");
    let found = bumps(&old, &new);
    assert_eq!(found.pins, [Bump { pin: pin("actions/checkout", "v7.0.2", B), line: 3 }]);
    assert!(is_same_but_pins(&old, &new) && is_same_but_pins(&old.replace('\n', "\r\n"), &new));
    assert!(!is_same_but_pins(&old.replace("steps", "Steps"), &new));
    let tag = bumps(&new.replace(A, "v8"), &new);
    assert_eq!(tag.broken[0].1, "`v8` is no commit");
    let no_version = bumps(&new.replace("v7.0.1", "latest"), &new);
    assert_eq!(no_version.broken[0].1, "the comment `latest` is no version");
}

#[test]
fn lists_are_read_as_they_stand_in_workflows_or_alone() {
    let text = format!("# x\n\nactions/checkout@{A} # v7.0.2\n  - uses: azure/login@{B} # v4\n");
    let pins: Vec<Pin> = listed(&text).unwrap().into_iter().map(|it| it.pin).collect();
    assert_eq!(pins, [pin("actions/checkout", "v7.0.2", A), pin("azure/login", "v4", B)]);
    assert_eq!(listed("actions/checkout\n").unwrap_err().0, 1);
    assert_eq!(listed("actions/checkout@v4 # v4\n").unwrap_err().0, 1);
}
