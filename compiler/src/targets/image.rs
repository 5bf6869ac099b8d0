//! Bash that builds an image unless the registry has it, for every CI platform. The lines call
//! `fail MESSAGE`, which ends the script in the platform's own way, and find the values that they
//! read in their environment; the machine is signed in to the registry.

use std::fmt::Write as _;

use crate::plan::{BuiltImage, ImageTag, Recipe, Reference, TagPiece, TagRuns};

const FUNCTIONS: &str = include_str!("scripts/image.sh");
const SLUG: &str = include_str!("scripts/slug.sh");
const OF_BRANCH: &str = include_str!("scripts/image_branch.sh");
const ENSURE: &str = include_str!("scripts/ensure_image.sh");
const NAME: &str = include_str!("scripts/image_output.sh");
const TRY_OUT: &str = include_str!("scripts/try_image.sh");

/// The tag under which each build leaves what the next one need not do again.
const CACHE: &str = "src-cache";

/// A script, and what its environment must hold.
pub(crate) struct Script {
    pub(crate) text: String,
    /// Fixed texts.
    pub(crate) env: Vec<(String, String)>,
    /// Facts of the run.
    pub(crate) facts: Vec<(&'static str, Reference)>,
}

/// The script of a job that other jobs wait for, since they run in the image.
pub(crate) fn ensure(image: &BuiltImage) -> Script {
    with_tags(image, false)
}

/// The script of a step that gives the image all of its tags, built now or long ago, and its name.
pub(crate) fn publish(image: &BuiltImage) -> Script {
    let mut script = with_tags(image, true);
    script.text.push_str(NAME);
    script
}

/// The script of a step that builds the image, and nothing else.
pub(crate) fn try_out(image: &BuiltImage) -> Script {
    let mut text = String::from("arguments=()\n");
    text.push_str(&arguments(image));
    text.push_str(TRY_OUT);
    let mut env = fixed(image);
    env.retain(|(name, _)| !matches!(name.as_str(), "IMAGE_PATH" | "CACHE"));
    Script { text, env, facts: Vec::new() }
}

fn with_tags(image: &BuiltImage, always: bool) -> Script {
    let mut facts = Vec::new();
    let tags: String = image.tags.iter().map(|tag| put(tag, always, &mut facts)).collect();
    let slug = if tags.contains("$(slug ") { SLUG } else { "" };
    let mut env = fixed(image);
    let branch = image.tags.iter().find_map(|tag| match &tag.runs {
        TagRuns::OfBranch(branch) => Some(branch),
        TagRuns::Building | TagRuns::OfGitTags => None,
    });
    env.extend(branch.map(|branch| ("DEFAULT_BRANCH".to_owned(), branch.clone())));
    let of_branch = if branch.is_some() { OF_BRANCH } else { "" };
    let text = [FUNCTIONS, slug, of_branch, &tags, &arguments(image), ENSURE].concat();
    Script { text, env, facts }
}

fn arguments(image: &BuiltImage) -> String {
    let line = |(number, (name, _)): (usize, &(String, String))| {
        format!("arguments+=(--build-arg \"{name}=$ARGUMENT_{number}\")\n")
    };
    (1..).zip(&image.args).map(line).collect()
}

fn fixed(image: &BuiltImage) -> Vec<(String, String)> {
    let context = if image.context.is_empty() { "." } else { &image.context };
    let mut env = vec![
        ("IMAGE", image.reference()),
        ("IMAGE_PATH", image.path()),
        ("CACHE", format!("{}:{CACHE}", image.path())),
        ("CONTEXT", context.to_owned()),
    ];
    match &image.recipe {
        Recipe::File(path) => env.push(("DOCKERFILE", path.clone())),
        Recipe::Text(recipe) => {
            env.push(("DOCKERFILE", "-".to_owned()));
            env.push(("RECIPE", recipe.trim_end().to_owned())); // the shell adds the last line end
        }
    }
    let env = env.into_iter().map(|(name, value)| (name.to_owned(), value));
    let arguments = (1..).zip(&image.args);
    let arguments = arguments
        .map(|(number, (_, value)): (usize, _)| (format!("ARGUMENT_{number}"), value.clone()));
    env.chain(arguments).collect()
}

/// The line that puts a tag on the image, and what it reads. What the run is not for is not put on.
fn put(tag: &ImageTag, always: bool, facts: &mut Vec<(&'static str, Reference)>) -> String {
    let mut word = String::new();
    let is_release = tag.runs == TagRuns::OfGitTags;
    let mut demanded = is_release.then_some(Reference::GitTag);
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
    if let TagRuns::OfBranch(_) = &tag.runs {
        return format!("if of_branch; then always \"{word}\"; fi\n");
    }
    let verb = if always || is_release { "always" } else { "built" };
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
        | Reference::StageName
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
