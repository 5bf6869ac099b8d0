//! Bash that builds an image unless the registry has it, for every CI platform. The lines call
//! `fail MESSAGE`, which ends the script in the platform's own way, and find the values that they
//! read in their environment; the machine is signed in to the registry.

use std::fmt::Write as _;

use super::script::quote;
use crate::plan::{BuiltImage, ImageTag, Recipe, Reference, TagPiece};

const FUNCTIONS: &str = include_str!("scripts/image.sh");
const SLUG: &str = include_str!("scripts/slug.sh");
const ENSURE: &str = include_str!("scripts/ensure_image.sh");

/// The tag under which each build leaves what the next one need not do again.
const CACHE: &str = "src-cache";

/// A script, and what its environment must hold.
pub(crate) struct Script {
    pub(crate) text: String,
    /// Fixed texts.
    pub(crate) env: Vec<(&'static str, String)>,
    /// Facts of the run.
    pub(crate) facts: Vec<(&'static str, Reference)>,
}

/// The script of a job that other jobs wait for, since they run in the image.
pub(crate) fn ensure(image: &BuiltImage) -> Script {
    let mut facts = Vec::new();
    let tags: String = image.tags.iter().map(|tag| put(tag, &mut facts)).collect();
    let slug = if tags.contains("$(slug ") { SLUG } else { "" };
    let mut text = format!("{FUNCTIONS}{slug}{tags}");
    for (name, value) in &image.args {
        let _ = writeln!(text, "arguments+=(--build-arg {})", quote(&format!("{name}={value}")));
    }
    let context = if image.context.is_empty() { "." } else { &image.context };
    let mut env = vec![
        ("IMAGE", image.reference()),
        ("IMAGE_PATH", image.path()),
        ("CACHE", format!("{}:{CACHE}", image.path())),
        ("CONTEXT", context.to_owned()),
    ];
    env.push(match &image.recipe {
        Recipe::File(path) => ("DOCKERFILE", path.clone()),
        Recipe::Text(_) => ("DOCKERFILE", "-".to_owned()),
    });
    if let Recipe::Text(recipe) = &image.recipe {
        env.push(("RECIPE", recipe.trim_end().to_owned())); // the shell adds the last line end
    }
    text.push_str(ENSURE);
    Script { text, env, facts }
}

/// The line that puts a tag on the image, and what it reads. What the run is not for is not put on.
fn put(tag: &ImageTag, facts: &mut Vec<(&'static str, Reference)>) -> String {
    let mut word = String::new();
    let mut demanded = tag.on_git_tag.then_some(Reference::GitTag);
    for piece in &tag.pieces {
        match piece {
            TagPiece::Literal(text) => word.push_str(text),
            TagPiece::Fact(fact) => {
                let _ = write!(word, "${{{}}}", note(fact, facts));
            }
            TagPiece::Slug(fact) => {
                let _ = write!(word, "$(slug \"${}\")", note(fact, facts));
                if *fact == Reference::GitBranch {
                    demanded = demanded.or(Some(Reference::GitBranch));
                }
            }
        }
    }
    let verb = if tag.on_git_tag { "always" } else { "built" };
    match demanded {
        Some(fact) => {
            let name = note(&fact, facts);
            format!("if [[ ${name} ]]; then {verb} \"{word}\"; fi\n")
        }
        None => format!("{verb} \"{word}\"\n"),
    }
}

/// The variable that holds a fact.
fn note(fact: &Reference, facts: &mut Vec<(&'static str, Reference)>) -> &'static str {
    let name = match fact {
        Reference::GitSha => "GIT_SHA",
        Reference::GitBranch => "GIT_BRANCH",
        Reference::GitTag => "GIT_TAG",
        Reference::RunId
        | Reference::Parameter(_)
        | Reference::Matrix(_)
        | Reference::Output(..)
        | Reference::Variable(_)
        | Reference::Secret(_) => "RUN_ID",
    };
    if facts.iter().all(|(known, _)| *known != name) {
        facts.push((name, fact.clone()));
    }
    name
}
