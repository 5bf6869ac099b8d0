//! The project's images: what is said of them, what they are built of, and which of them steps use.

use std::collections::BTreeMap;

use super::names::{Context, unknown};
use super::{meant, place};
use crate::diagnostics::{
    BAD_EXPRESSION, BAD_VALUE, CONFLICT, Diagnostic, MISSING_FILE, MISSING_KEY, Sink,
    UNKNOWN_REFERENCE, near_miss,
};
use crate::docker::{self, Content, Digest};
use crate::plan::{
    BuiltImage, Credentials, Home, ImageId, ImageTag, Piece, Recipe, Reference, TagPiece, TagRuns,
    Text as PlanText,
};
use crate::source::{EntryKind, Files, SourceFile, Sources, Span, Spanned, join};
use crate::spec::expr::Path;
use crate::spec::image::{Image, is_tag};
use crate::spec::images::{ImageSpec, RegistrySpec, TagPiece as Written, TagSpec, TagWhen};
use crate::spec::project::ProjectSpec;
use crate::spec::steps::StepSpec;
use crate::spec::text::Text;
use crate::spec::values::PathText;

/// The digests of the project's images; `None` where a mistake was reported.
pub(crate) type Digests = BTreeMap<String, Option<Digest>>;

/// What specs get from their project.
#[derive(Clone, Copy)]
pub struct Shared<'a> {
    /// What the project file says.
    pub(crate) spec: &'a ProjectSpec,
    /// What its images are built of.
    pub(crate) images: &'a Digests,
    /// Root-relative paths of the spec and of the project file, which may be none.
    pub(crate) paths: (&'a str, &'a str),
}

/// Checks what the project file says of images by itself.
pub(crate) fn said(spec: &ProjectSpec, targets: &[Home], sink: &mut Sink) {
    for (name, image) in spec.images.good() {
        recipe(name, image, sink);
        sign_in(&image.registry, targets, sink);
        image.tags.0.iter().for_each(|tag| arguments(image, tag, sink));
    }
}

/// A Dockerfile, or a base and a conda file.
fn recipe(name: &Spanned<String>, image: &ImageSpec, sink: &mut Sink) {
    let (message, help) = match (&image.dockerfile, &image.base, &image.conda) {
        (Some(_), Some(base), _) => {
            let message = "an image with a Dockerfile has its base there";
            let help = "remove `base`, or `dockerfile` for one that installs the conda file";
            sink.report(Diagnostic::new(&CONFLICT, base.span, message).help(help));
            return;
        }
        (Some(_), None, _) | (None, Some(_), Some(_)) => return,
        _ if image.broken => return,
        (None, None, Some(_)) => (
            "says no image that the conda file is installed in",
            "add `base`, an image with conda such as `mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:<tag>`, or a `dockerfile`",
        ),
        (None, _, None) => {
            ("says nothing to build it of", "add `dockerfile`, or `base` and `conda`")
        }
    };
    let message = format!("the image `{}` {message}", name.value);
    sink.report(Diagnostic::new(&MISSING_KEY, name.span, message).help(help));
}

/// A job's container is pulled before any step of it could sign in, so that both platforms want the
/// way in said beside its name.
fn sign_in(registry: &RegistrySpec, targets: &[Home], sink: &mut Sink) {
    for (text, is_password) in [(&registry.username, false), (&registry.password, true)] {
        if let Some(text) = text
            && credential(text, is_password).is_none()
        {
            let (what, help) = if is_password {
                ("a password is a CI secret", "such as `${{ secrets.ACR_PASSWORD }}`")
            } else {
                (
                    "a user's name is a CI secret or variable",
                    "such as `${{ variables.ACR_USERNAME }}`",
                )
            };
            sink.report(Diagnostic::new(&BAD_EXPRESSION, text.span, what).help(help));
        }
    }
    if registry.broken {
        return;
    }
    let is_unnamed = registry.username.is_none() || registry.password.is_none();
    let wants = [
        (Home::GitHub, is_unnamed, "`username` and `password`, secrets of a token of the registry"),
        (
            Home::AzurePipelines,
            registry.service_connection.is_none(),
            "`service_connection`, the name of a Docker registry connection",
        ),
    ];
    for (home, is_missing, keys) in wants {
        if is_missing && targets.contains(&home) {
            let message = format!("nothing says how {} signs in to this registry", home.title());
            let help = format!("add {keys}; or leave `{}` out of `targets`", home.word());
            sink.report(Diagnostic::new(&MISSING_KEY, registry.span, message).help(help));
        }
    }
}

fn credential(text: &Text, is_password: bool) -> Option<PlanText> {
    let site = text.whole()?;
    let reference = match site.path {
        Path::Secret(name) => Reference::Secret(site.name(name).to_owned()),
        Path::Variable(name) if !is_password => Reference::Variable(site.name(name).to_owned()),
        Path::Variable(_)
        | Path::Parameter(_)
        | Path::Output { .. }
        | Path::Input(_)
        | Path::OwnOutput(_)
        | Path::Searched(_)
        | Path::Matrix(_)
        | Path::Event(_)
        | Path::RunId
        | Path::StageName
        | Path::GitSha
        | Path::GitBranch
        | Path::GitTag => return None,
    };
    Some(vec![Piece::Reference(reference)])
}

/// What a tag reads is declared, and gives a tag.
fn arguments(image: &ImageSpec, tag: &TagSpec, sink: &mut Sink) {
    let mut whole = String::new();
    for piece in &tag.tag.pieces {
        match piece {
            Written::Literal(text) => whole.push_str(text),
            Written::Fact(..) => whole.push('0'),
            Written::Arg(name) => match image.args.get(&name.value).map(|item| &item.value) {
                Some(Some(value)) => whole.push_str(&value.0.value),
                Some(None) => return,
                None => {
                    let known = image.args.names();
                    let rule = &UNKNOWN_REFERENCE;
                    sink.report(unknown(rule, name.span, "argument", &name.value, known));
                    return;
                }
            },
        }
    }
    if !is_tag(&whole) || whole.starts_with("src-") {
        let message = format!("with its arguments this is `{whole}`, which is not a tag");
        let help = "a tag has letters, digits, `_`, `.` and `-`, starts with none of the last two nor with `src-`, and has 128 signs at most";
        sink.report(Diagnostic::new(&BAD_VALUE, tag.tag.span, message).help(help));
    }
}

/// Reads what the images are built of, and digests it.
pub(crate) fn digests(
    spec: &ProjectSpec,
    folders: &[&str],
    files: &dyn Files,
    sources: &mut Sources,
    sink: &mut Sink,
) -> Digests {
    let each = spec.images.good();
    let digest = each.map(|(name, image)| {
        let found = digest(image, folders, files, sources, (name.span, &mut *sink));
        (name.value.clone(), found)
    });
    digest.collect()
}

fn digest(
    image: &ImageSpec,
    written: &[&str],
    files: &dyn Files,
    sources: &mut Sources,
    (at, sink): (Span, &mut Sink),
) -> Option<Digest> {
    let context = context(image, files, sink)?;
    let conda = match &image.conda {
        Some(path) => Some(file(path, files, image.agrees_with.0.is_empty(), sink)?),
        None => None,
    };
    let args = args(image);
    let whole = |recipe| Content {
        files,
        context: &context,
        recipe,
        conda: conda.as_deref(),
        args: &args,
        written,
        at,
    };
    let Some(dockerfile) = &image.dockerfile else {
        let text = template(image, &context, conda.as_deref()?, sink)?;
        return whole(docker::Recipe::Text(&text)).digest(sources, sink);
    };
    let path = file(dockerfile, files, true, sink)?;
    let text = match files.read(&path) {
        Ok(text) => text,
        Err(fault) => {
            let message = format!("cannot read the Dockerfile: {fault}");
            sink.report(Diagnostic::new(&MISSING_FILE, dockerfile.span, message));
            return None;
        }
    };
    let id = sources.add(SourceFile::new(path.as_str(), text.as_str()));
    let recipe = docker::Recipe::File { path: &path, text: &text, id };
    let digest = whole(recipe).digest(sources, sink)?;
    if let (Some(conda), false, Some(with)) =
        (&image.conda, digest.has_conda, image.agrees_with.0.first())
    {
        let message = format!("the Dockerfile does not copy `{}`", conda.value.0);
        let found = Diagnostic::new(&CONFLICT, conda.span, message);
        let help = "copy it and install it: else what agrees is not what is in the image";
        sink.report(found.related(with.span, "it must agree here").help(help));
        return None;
    }
    Some(digest)
}

/// The Dockerfile for a conda file, which must be among what is sent to the build.
fn template(image: &ImageSpec, context: &str, conda: &str, sink: &mut Sink) -> Option<String> {
    let base = image.base.as_ref()?;
    let Some(inside) = within(context, conda) else {
        let at = image.conda.as_ref()?.span;
        let message = format!("the conda file is not in the folder `{context}`");
        let help =
            "`context` is the folder that the image is built in: leave it out, or move the file";
        sink.report(Diagnostic::new(&MISSING_FILE, at, message).help(help));
        return None;
    };
    Some(docker::dockerfile(&base.value.0, inside))
}

/// A path from a folder on, if it lies there.
fn within<'p>(folder: &str, path: &'p str) -> Option<&'p str> {
    let rest = path.strip_prefix(folder)?;
    if folder.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
}

fn context(image: &ImageSpec, files: &dyn Files, sink: &mut Sink) -> Option<String> {
    let Some(path) = &image.context else { return Some(String::new()) };
    let folder = join("", &path.value.0);
    let is_there = |path: &String| path.is_empty() || files.kind(path) == Some(EntryKind::Folder);
    if folder.as_ref().is_some_and(is_there) {
        return folder;
    }
    let message = format!("there is no folder `{}`", path.value.0);
    let help = "it is looked for from the repository's root on";
    sink.report(Diagnostic::new(&MISSING_FILE, path.span, message).help(help));
    None
}

/// A file, from the root on; `None` when it is not there, which may have been said.
fn file(
    path: &Spanned<PathText>,
    files: &dyn Files,
    is_said_here: bool,
    sink: &mut Sink,
) -> Option<String> {
    let full = join("", &path.value.0);
    if full.as_ref().is_some_and(|full| files.kind(full) == Some(EntryKind::File)) {
        return full;
    }
    if is_said_here {
        let message = format!("there is no file `{}`", path.value.0);
        let help = full.and_then(|full| meant(files, &full));
        let help = help.unwrap_or_else(|| "paths start at the repository's root".to_owned());
        sink.report(Diagnostic::new(&MISSING_FILE, path.span, message).help(help));
    }
    None
}

fn args(image: &ImageSpec) -> Vec<(String, String)> {
    let each = image.args.good();
    each.map(|(name, value)| (name.value.clone(), value.0.value.clone())).collect()
}

/// The container of a CI step, if it has one: its name, and which of the project's images it is.
#[derive(Default)]
pub(crate) struct Container {
    pub(crate) name: Option<String>,
    pub(crate) image: Option<ImageId>,
}

/// What a CI step runs in, by its own words or the defaults'; `None` when a mistake was reported.
pub(crate) fn container(
    cx: &Context<'_>,
    body: &StepSpec,
    fixed: Option<&Spanned<Image>>,
    sink: &mut Sink,
) -> Option<Container> {
    let default = place::default(cx, |defaults| defaults.container.as_ref());
    let container = fixed.or(default);
    let own = container.filter(|it| cx.project.images.get(&it.value.0).is_some());
    if let Some(own) = own {
        let image = built(cx, own, body.variant.as_ref().map(|it| it.value.0.as_str()), sink)?;
        let name = cx.built.borrow()[image.0 as usize].reference();
        return Some(Container { name: Some(name), image: Some(image) });
    }
    no_variant(body, sink)?;
    Some(Container { name: container.map(|it| it.value.0.clone()), image: None })
}

/// Refuses a variant of what is no image of the project.
pub(crate) fn no_variant(body: &StepSpec, sink: &mut Sink) -> Option<()> {
    let Some(variant) = &body.variant else { return Some(()) };
    let message = "`variant` goes with a `container` that is an image of the project file";
    let help = "remove it, or name an entry of `images` in mlopsc.yaml as the `container`";
    sink.report(Diagnostic::new(&CONFLICT, variant.span, message).help(help));
    None
}

/// A bare word that is almost the name of one of the project's images.
pub(crate) fn near(cx: &Context<'_>, image: &Spanned<Image>, sink: &mut Sink) {
    let name = &image.value.0;
    if name.contains(['/', ':', '@', '.']) || cx.project.images.get(name).is_some() {
        return;
    }
    if let Some(near) = near_miss(name, cx.project.images.names()) {
        let message = format!("there is no image `{name}` in the project file");
        let help =
            format!("did you mean `{near}`? an image of Docker Hub has a tag: `{name}:<tag>`");
        sink.report(Diagnostic::new(&UNKNOWN_REFERENCE, image.span, message).help(help));
    }
}

/// An image that a step builds for itself.
pub(crate) fn named(
    cx: &Context<'_>,
    name: &Spanned<Image>,
    variant: Option<&str>,
    sink: &mut Sink,
) -> Option<ImageId> {
    if cx.project.images.get(&name.value.0).is_none() {
        let known = cx.project.images.names();
        sink.report(unknown(&UNKNOWN_REFERENCE, name.span, "image", &name.value.0, known));
        return None;
    }
    built(cx, name, variant, sink)
}

/// One of the project's images, for the plan; each is in it once.
pub(crate) fn built(
    cx: &Context<'_>,
    name: &Spanned<Image>,
    variant: Option<&str>,
    sink: &mut Sink,
) -> Option<ImageId> {
    let word = &name.value.0;
    let image = cx.project.images.get(word)?.value.as_ref()?;
    let Some(digest) = cx.images.get(word) else {
        let message = format!("the files of the image `{word}` were not read");
        sink.report(Diagnostic::new(&MISSING_FILE, name.span, message));
        return None;
    };
    let digest = digest.as_ref()?;
    let mut built = cx.built.borrow_mut();
    let same = |it: &BuiltImage| it.name == *word && it.variant.as_deref() == variant;
    let index = built.iter().position(same).map_or_else(
        || {
            built.push(plan(word, image, variant, digest, cx.project)?);
            Some(built.len() - 1)
        },
        Some,
    )?;
    u32::try_from(index).ok().map(ImageId)
}

fn plan(
    name: &str,
    image: &ImageSpec,
    variant: Option<&str>,
    digest: &Digest,
    project: &ProjectSpec,
) -> Option<BuiltImage> {
    let registry = &image.registry;
    let context = image.context.as_ref().and_then(|path| join("", &path.value.0));
    let context = context.unwrap_or_default();
    let path = |path: &Spanned<PathText>| join("", &path.value.0);
    let recipe = if let Some(dockerfile) = &image.dockerfile {
        Recipe::File(path(dockerfile)?)
    } else {
        let conda = path(image.conda.as_ref()?)?;
        let base = &image.base.as_ref()?.value.0;
        Recipe::Text(docker::dockerfile(base, within(&context, &conda)?))
    };
    let credential = |text: &Option<Text>, is_password| credential(text.as_ref()?, is_password);
    let username = credential(&registry.username, false);
    let password = credential(&registry.password, true);
    let repository = &image.repository.value.0;
    Some(BuiltImage {
        name: name.to_owned(),
        variant: variant.map(str::to_owned),
        login_server: registry.login_server.value.0.clone(),
        repository: variant.map_or(repository.clone(), |it| format!("{repository}/{it}")),
        tag: format!("src-{}", digest.digits),
        service_connection: registry.service_connection.as_ref().map(|it| it.value.clone()),
        credentials: username
            .zip(password)
            .map(|(username, password)| Credentials { username, password }),
        environment: registry.ci_environment.as_ref().map(|it| it.value.0.clone()),
        recipe,
        context,
        args: args(image),
        tags: image.tags.0.iter().map(|tag| plan_tag(image, tag, project)).collect(),
    })
}

fn plan_tag(image: &ImageSpec, tag: &TagSpec, project: &ProjectSpec) -> ImageTag {
    let value = |name: &str| {
        let item = image.args.get(name)?;
        item.value.as_ref().map(|word| word.0.value.clone())
    };
    let pieces = tag.tag.pieces.iter().map(|piece| match piece {
        Written::Literal(text) => TagPiece::Literal(text.clone()),
        Written::Arg(name) => TagPiece::Literal(value(&name.value).unwrap_or_default()),
        Written::Fact(fact, false) => TagPiece::Fact(fact.clone()),
        Written::Fact(fact, true) => TagPiece::Slug(fact.clone()),
    });
    ImageTag { pieces: pieces.collect(), runs: runs(tag, project) }
}

/// A tag without a fact of the run would move with every branch.
fn runs(tag: &TagSpec, project: &ProjectSpec) -> TagRuns {
    let facts = || tag.tag.pieces.iter().filter(|it| matches!(it, Written::Fact(..)));
    let mut tags = facts().filter(|it| matches!(it, Written::Fact(Reference::GitTag, _)));
    match tag.when.map(|when| when.value) {
        Some(TagWhen::GitTag) => TagRuns::OfGitTags,
        _ if tags.next().is_some() => TagRuns::OfGitTags,
        None if facts().next().is_none() => {
            TagRuns::OfBranch(super::project::default_branch(project).to_owned())
        }
        Some(TagWhen::Built) | None => TagRuns::Building,
    }
}
