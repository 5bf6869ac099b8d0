//! What stands between the braces of a reference.

use std::ops::Range;

use super::Path;
use crate::diagnostics::near_miss;
use crate::spec::fault::Fault;

/// Forms that are allowed, for messages.
pub(super) const ALLOWED: &str = "allowed are `parameters.x`, `steps.s.outputs.o`, `inputs.x`, `outputs.o`, \
    `search_space.x`, `matrix.x`, `run.id`, `stage.name`, `git.sha`, `git.branch`, `git.tag`, \
    `variables.X`, `secrets.X` and, in the `with` of a trigger, `event.x`";

/// Words that a path may start with.
const ROOTS: [&str; 12] = [
    "parameters",
    "steps",
    "inputs",
    "outputs",
    "search_space",
    "matrix",
    "run",
    "git",
    "stage",
    "variables",
    "secrets",
    "event",
];

/// What other languages call our paths.
const ELSEWHERE: [(&str, &str); 12] = [
    ("github.sha", "git.sha"),
    ("github.ref_name", "git.branch"),
    ("github.head_ref", "git.branch"),
    ("github.ref", "git.branch"),
    ("github.run_number", "run.id"),
    ("github.run_id", "run.id"),
    ("vars", "variables"),
    ("params", "parameters"),
    ("parent.inputs", "parameters"),
    ("parent.jobs", "steps"),
    ("jobs", "steps"),
    ("needs", "steps"),
];

/// Reads a path that starts at an offset of the text.
pub(super) fn path(content: &str, start: usize) -> Result<Path, Fault> {
    let at = start..start + content.len();
    if !is_dotted(content) {
        return Err(not_a_path(content, at));
    }
    let (root, rest) = cut(content);
    let name = at.end - rest.len()..at.end;
    match root {
        "parameters" if !rest.is_empty() => Ok(Path::Parameter(name)),
        "inputs" if !rest.is_empty() => Ok(Path::Input(name)),
        "outputs" if !rest.is_empty() => Ok(Path::OwnOutput(name)),
        "search_space" if !rest.is_empty() => Ok(Path::Searched(name)),
        "matrix" if is_name(rest) => Ok(Path::Matrix(name)),
        "event" if !rest.is_empty() => Ok(Path::Event(name)),
        "steps" => output(rest, name),
        "run" | "git" | "stage" => fact(root, rest, at, name),
        "variables" | "secrets" => platform_name(root, rest, at, name),
        "parameters" | "inputs" | "outputs" | "search_space" | "matrix" | "event" => {
            Err(Fault::new(at, format!("`{root}` alone is no value")).help(format!("`{root}.x`")))
        }
        _ => Err(unknown_root(content, root, at)),
    }
}

/// What stands before and behind the first dot. Names are short: looking at each byte is quickest.
fn cut(path: &str) -> (&str, &str) {
    match path.bytes().position(|byte| byte == b'.') {
        Some(dot) => (&path[..dot], &path[dot + 1..]),
        None => (path, ""),
    }
}

/// Whether a text between the braces would be a reference.
pub fn is_path(content: &str) -> bool {
    path(content, 0).is_ok()
}

/// Names of letters, digits and `_`, with single dots between them.
fn is_dotted(content: &str) -> bool {
    let mut starts = true;
    for byte in content.bytes() {
        let letter = byte.is_ascii_alphabetic() || byte == b'_';
        starts = match byte {
            b'.' if !starts => true,
            _ if letter || (!starts && byte.is_ascii_digit()) => false,
            _ => return false,
        };
    }
    !starts
}

fn is_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    bytes.first().is_some_and(|first| first.is_ascii_alphabetic() || *first == b'_')
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

/// `s.outputs.o` behind `steps.`.
fn output(rest: &str, at: Range<usize>) -> Result<Path, Fault> {
    let (step, tail) = cut(rest);
    let (word, output) = cut(tail);
    if word == "outputs" && !output.is_empty() {
        let step = at.start..at.start + step.len();
        return Ok(Path::Output { step, output: at.end - output.len()..at.end });
    }
    let step = if step.is_empty() { "s" } else { step };
    let only = if matches!(word, "" | "output" | "outputs") { "o" } else { word };
    let output = if output.is_empty() { only } else { output };
    Err(Fault::new(at, "a step gives values by its outputs only")
        .help(format!("`steps.{step}.outputs.{output}`")))
}

/// `run.id`, `stage.name`, `git.sha`, `git.branch`, `git.tag`.
fn fact(root: &str, rest: &str, at: Range<usize>, name: Range<usize>) -> Result<Path, Fault> {
    match (root, rest) {
        ("run", "id") => Ok(Path::RunId),
        ("stage", "name") => Ok(Path::StageName),
        ("git", "sha") => Ok(Path::GitSha),
        ("git", "branch") => Ok(Path::GitBranch),
        ("git", "tag") => Ok(Path::GitTag),
        _ => {
            let all: &[&str] = match root {
                "run" => &["id"],
                "stage" => &["name"],
                _ => &["sha", "branch", "tag"],
            };
            let at = if rest.is_empty() { at } else { name };
            let fault = Fault::new(at, format!("`{root}` has no `{rest}`"));
            let near = near_miss(rest, all.iter().copied());
            let near = near.or((root == "git" && rest == "commit").then_some("sha"));
            Err(match near {
                Some(near) => fault.help(format!("did you mean `{root}.{near}`?")),
                None => {
                    fault.help(format!("allowed: `{root}.{}`", all.join(&format!("`, `{root}."))))
                }
            })
        }
    }
}

/// `variables.X` and `secrets.X`: one name, as both CI platforms allow it.
fn platform_name(
    root: &str,
    rest: &str,
    at: Range<usize>,
    name: Range<usize>,
) -> Result<Path, Fault> {
    if !is_name(rest) {
        return Err(Fault::new(at, format!("`{root}` takes one name"))
            .help(format!("`{root}.X`, with letters, digits and `_` in the name")));
    }
    Ok(if root == "secrets" { Path::Secret(name) } else { Path::Variable(name) })
}

fn unknown_root(content: &str, root: &str, at: Range<usize>) -> Fault {
    let fault = Fault::new(at, format!("there is no `{root}` to refer to"));
    if root == "args" {
        return fault.help("the arguments of an image are read in its `tags` only");
    }
    if root == "env" {
        return fault.help("in `run`, the shell reads an environment variable itself: `\"$NAME\"`");
    }
    if let Some(ours) = elsewhere(content) {
        return fault.help(format!("did you mean `{ours}`?"));
    }
    let rest = cut(content).1;
    if cut(rest).0 == "outputs" {
        return fault.help(format!("did you mean `steps.{content}`?"));
    }
    match near_miss(root, ROOTS) {
        Some(near) => fault.help(format!("did you mean `{near}{}`?", &content[root.len()..])),
        None => fault.help(ALLOWED),
    }
}

/// Our words for another language's path.
fn elsewhere(content: &str) -> Option<String> {
    ELSEWHERE.iter().find_map(|(theirs, ours)| {
        let rest = content.strip_prefix(theirs)?;
        (rest.is_empty() || rest.starts_with('.')).then(|| format!("{ours}{rest}"))
    })
}

/// Says what else was found where a path should be.
fn not_a_path(content: &str, at: Range<usize>) -> Fault {
    let Some(first) = content.chars().next() else {
        return Fault::new(at.start.saturating_sub(3)..at.end + 2, "an empty reference")
            .help(ALLOWED);
    };
    let word = content.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or("");
    let after = &content[word.len()..];
    if after.starts_with('(') && !word.is_empty() {
        return function(word, at);
    }
    if let Some(operator) = operator(content) {
        return Fault::not_supported(at, format!("`{operator}` in an expression"));
    }
    if matches!(first, '\'' | '"' | '0'..='9' | '-' | '+') {
        return Fault::new(at, "a fixed value inside `${{ }}`")
            .help("write it as it is, without `${{ }}`");
    }
    if content.contains('[') {
        return bracketed(content, at);
    }
    if content.contains('-') {
        return Fault::new(at, format!("`-` cannot be part of a name: `{content}`"))
            .help("names hold letters, digits and `_`");
    }
    Fault::new(at, format!("`{content}` is not a path")).help(ALLOWED)
}

fn function(word: &str, at: Range<usize>) -> Fault {
    if word == "slug" {
        return Fault::new(at, "`slug(…)` stands in the `tags` of images only").help(
            "neither platform can compute it elsewhere; write `${{ git.branch }}`, and change the letters in the script: `${BRANCH//[^a-z0-9]/-}`",
        );
    }
    Fault::new(at, format!("there is no function `{word}`")).help(ALLOWED)
}

/// An operator of the language, outside quotes.
fn operator(content: &str) -> Option<&'static str> {
    let bare = content.split('\'').step_by(2);
    let found = |operator: &str| bare.clone().any(|text| text.contains(operator));
    ["==", "!=", "&&", "||", "!"].into_iter().find(|operator| found(operator))
}

/// `parameters['x']`, as other expression languages have it.
fn bracketed(content: &str, at: Range<usize>) -> Fault {
    let name = |c: char| matches!(c, '[' | ']' | '\'' | '"' | '.' | ' ');
    let dotted: Vec<&str> = content.split(name).filter(|part| !part.is_empty()).collect();
    let fault = Fault::new(at, "names stand behind dots, not in brackets");
    let dotted = dotted.join(".");
    if is_dotted(&dotted) { fault.help(format!("`{dotted}`")) } else { fault.help(ALLOWED) }
}
