//! Images that the project builds: where they are kept, what they are built of, their tags.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::decode::{Cx, Decode, Dict, Many, NameRule};
use super::image::{Image, is_part, is_registry, is_tag};
use super::record::{choice, record};
use super::text::Text;
use super::values::{CiEnvironment, PathText, VariableName, Word};
use crate::diagnostics::{BAD_EXPRESSION, BAD_VALUE, Diagnostic, excerpt};
use crate::plan::Reference;
use crate::source::{Span, Spanned};
use crate::syntax::NodeId;

/// Names of images: what `container` takes as the name of an image, without folders.
#[derive(Clone, Copy, Debug)]
pub enum ImageName {}

impl NameRule for ImageName {
    const WHAT: &'static str = "a name of an image";
    const PATTERN: &'static str = "^[a-z][a-z0-9_-]*$";
    const RESERVED: &'static str = "[_-]$";
    const BESIDES: &'static str = "; it ends with a letter or digit";

    fn allows(name: &str) -> bool {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
        is_part(name) && name.as_bytes()[0].is_ascii_lowercase() && name.bytes().all(plain)
    }
}

/// The host of a registry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoginServer(pub String);

impl Decode for Spanned<LoginServer> {
    const EXPECTED: &'static str = "the login server of a registry";

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        let (text, _) = cx.fixed(node, Self::EXPECTED)?;
        if is_registry(text) && !text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Some(Self::new(LoginServer(text.to_owned()), cx.span(node)));
        }
        let message = format!("`{}` is not the login server of a registry", excerpt(text));
        cx.bad_value(node, message, "write its host in small letters: `contoso.azurecr.io`")
    }
}

impl JsonSchema for Spanned<LoginServer> {
    fn schema_name() -> Cow<'static, str> {
        "LoginServer".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "title": "login server", "type": ["string", "number", "boolean"], "minLength": 1 })
    }
}

/// The path of an image in a registry, without tag.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Repository(pub String);

impl Decode for Spanned<Repository> {
    const EXPECTED: &'static str = "the path of an image in the registry";

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        let (text, _) = cx.fixed(node, Self::EXPECTED)?;
        if text.split('/').all(is_part) && text.len() <= 200 {
            return Some(Self::new(Repository(text.to_owned()), cx.span(node)));
        }
        let message = format!("`{}` cannot be the path of an image", excerpt(text));
        let help = "small letters, digits, and `.`, `_`, `-` between them, in parts with `/` between: `mlops/training`";
        cx.bad_value(node, message, help)
    }
}

impl JsonSchema for Spanned<Repository> {
    fn schema_name() -> Cow<'static, str> {
        "Repository".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "title": "path", "type": ["string", "number", "boolean"], "minLength": 1 })
    }
}

/// One more part of an image's path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Variant(pub String);

impl Decode for Spanned<Variant> {
    const EXPECTED: &'static str = "a variant of an image";

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        let (text, _) = cx.fixed(node, Self::EXPECTED)?;
        if is_part(text) && text.len() <= 50 {
            return Some(Self::new(Variant(text.to_owned()), cx.span(node)));
        }
        let message = format!("`{}` cannot be a part of an image's path", excerpt(text));
        cx.bad_value(node, message, "small letters, digits, and `.`, `_`, `-` between them")
    }
}

impl JsonSchema for Spanned<Variant> {
    fn schema_name() -> Cow<'static, str> {
        "Variant".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "title": "variant", "type": ["string", "number", "boolean"], "minLength": 1 })
    }
}

/// A tag with references in it.
#[derive(Clone, Debug)]
pub struct TagText {
    /// As it is written.
    pub text: String,
    /// Its place.
    pub span: Span,
    /// Its parts, in order.
    pub pieces: Vec<TagPiece>,
}

/// A part of a tag.
#[derive(Clone, PartialEq, Debug)]
pub enum TagPiece {
    /// Taken as it is.
    Literal(String),
    /// `args.x`.
    Arg(Spanned<String>),
    /// A fact of the run: as it is, or as a slug.
    Fact(Reference, bool),
}

const ALLOWED: &str = "in a tag stand `args.x`, `run.id`, `git.sha`, `git.tag`, `slug(git.tag)` and `slug(git.branch)`";

impl Decode for TagText {
    const EXPECTED: &'static str = "a tag";

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        let (text, _) = cx.scalar(node, Self::EXPECTED)?;
        let (mut pieces, mut good, mut done) = (Vec::new(), true, 0);
        while let Some(start) = text[done..].find("${{").map(|at| done + at) {
            if start > done {
                pieces.push(TagPiece::Literal(text[done..start].to_owned()));
            }
            let Some(end) = text[start..].find("}}").map(|at| start + at + 2) else {
                cx.bad_expression(node, start..text.len(), "this `${{` is not closed", ALLOWED);
                return None;
            };
            match piece(cx, node, text, start + 3..end - 2) {
                Some(piece) => pieces.push(piece),
                None => good = false,
            }
            done = end;
        }
        if done < text.len() {
            pieces.push(TagPiece::Literal(text[done..].to_owned()));
        }
        let tag = Self { text: text.to_owned(), span: cx.span(node), pieces };
        (good && tag.is_plain(cx, node)).then_some(tag)
    }
}

fn piece(
    cx: &mut Cx<'_, '_>,
    node: NodeId,
    text: &str,
    range: std::ops::Range<usize>,
) -> Option<TagPiece> {
    let inner = &text[range.clone()];
    let word = inner.trim();
    let start = range.start + (inner.len() - inner.trim_start().len());
    let (path, is_slug) = match word.strip_prefix("slug(").and_then(|it| it.strip_suffix(')')) {
        Some(path) => (path.trim(), true),
        None => (word, false),
    };
    let fact = match path {
        "run.id" if !is_slug => Some(Reference::RunId),
        "git.sha" if !is_slug => Some(Reference::GitSha),
        "git.tag" => Some(Reference::GitTag),
        "git.branch" if is_slug => Some(Reference::GitBranch),
        _ => None,
    };
    if let Some(fact) = fact {
        return Some(TagPiece::Fact(fact, is_slug));
    }
    if let Some(name) = path.strip_prefix("args.").filter(|_| !is_slug) {
        let start = cx.tree.position(node, start + "args.".len());
        let length = u32::try_from(name.len()).unwrap_or(0);
        let span = Span::new(cx.tree.file(), start, start + length);
        return Some(TagPiece::Arg(Spanned::new(name.to_owned(), span)));
    }
    let (message, help) = if path == "git.branch" {
        let help = "write `${{ slug(git.branch) }}`: small letters, and `-` for all that a tag cannot hold";
        ("a branch's name may hold `/`, which no tag can".to_owned(), help)
    } else {
        (format!("`{}` has no value in a tag", excerpt(word)), ALLOWED)
    };
    cx.bad_expression(node, start..start + word.len().max(1), &message, help);
    None
}

impl TagText {
    /// Whether what is fixed can stand in a tag.
    fn is_plain(&self, cx: &mut Cx<'_, '_>, node: NodeId) -> bool {
        let fixed = |it: &TagPiece| match it {
            TagPiece::Literal(text) => text.clone(),
            TagPiece::Arg(_) | TagPiece::Fact(..) => "0".to_owned(),
        };
        let fixed: String = self.pieces.iter().map(fixed).collect();
        let (message, help) = if fixed.contains("$(") {
            let help = "declare an argument in `args`, and write `${{ args.x }}`";
            ("this would stay as it is, and no tag holds `$`".to_owned(), help)
        } else if !is_tag(&fixed) {
            let help = "a tag has letters, digits, `_`, `.` and `-`, starts with none of the last two, and has 128 signs at most";
            (format!("`{}` is not a tag", excerpt(&self.text)), help)
        } else if fixed.starts_with("src-") {
            let help = "such tags name images by what they are built of; choose another start";
            ("tags that start with `src-` are mlopsc's own".to_owned(), help)
        } else {
            return true;
        };
        cx.report(Diagnostic::new(&BAD_VALUE, cx.span(node), message).help(help));
        false
    }
}

impl Cx<'_, '_> {
    fn bad_expression(
        &mut self,
        node: NodeId,
        range: std::ops::Range<usize>,
        message: &str,
        help: &str,
    ) {
        let start = self.tree.position(node, range.start);
        let end = self.tree.position(node, range.end).max(start);
        let span = Span::new(self.tree.file(), start, end);
        self.report(Diagnostic::new(&BAD_EXPRESSION, span, message).help(help));
    }
}

impl JsonSchema for TagText {
    fn schema_name() -> Cow<'static, str> {
        "Tag".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "title": "tag", "type": ["string", "number", "boolean"], "minLength": 1 })
    }
}

choice! {
    /// When a tag is put on an image.
    TagWhen as "a time for a tag" {
        /// In runs for a tag of git.
        GitTag = "git.tag",
        /// In the run that builds the image, whatever its branch.
        Built = "built",
    }
}

record! {
    /// A tag of an image. References in it: `args.x`, `run.id`, `git.sha`, `git.tag`,
    /// `slug(git.tag)`, `slug(git.branch)`.
    ///
    /// ```yaml
    /// tag: release-${{ git.tag }}
    /// when: git.tag
    /// ```
    TagSpec as "a tag of an image" {
        /// The tag.
        req tag = "tag": TagText,
        /// The runs that put it on the image. By default it is the one that builds the image; for a tag
        /// that reads as the same each time, such as `latest`, those of the default branch, so that no
        /// other branch moves it; and for one that reads `git.tag`, always those for a tag of git.
        opt when = "when": Spanned<TagWhen>,
    }
    short tag
}

record! {
    /// Where an image is kept, and how CI signs in there.
    ///
    /// ```yaml
    /// login_server: contoso.azurecr.io
    /// service_connection: acrconnection
    /// username: ${{ variables.ACR_USERNAME }}
    /// password: ${{ secrets.ACR_PASSWORD }}
    /// ```
    RegistrySpec as "a registry" {
        /// The registry's host.
        req login_server = "login_server": Spanned<LoginServer>,
        /// The Docker registry connection of Azure Pipelines.
        opt service_connection = "service_connection": Spanned<String>,
        /// Who signs in on GitHub: a secret or a variable.
        opt username = "username": Text,
        /// With what: a secret, of a token that may pull from and push to the repository.
        opt password = "password": Text,
        /// The environment on GitHub that holds the two. The job that builds the image belongs to it,
        /// and so do the steps that run in the image and name none of their own.
        opt ci_environment = "ci_environment": Spanned<CiEnvironment>,
    }
}

record! {
    /// An image that CI builds, and that CI jobs run in (`container: <name>`). Paths start at the
    /// repository's root.
    ///
    /// ```yaml
    /// registry:
    ///   login_server: contoso.azurecr.io
    ///   service_connection: acrconnection
    ///   username: ${{ variables.ACR_USERNAME }}
    ///   password: ${{ secrets.ACR_PASSWORD }}
    /// repository: mlops/diabetes
    /// dockerfile: environment_setup/Dockerfile
    /// conda: envs/ci.yaml
    /// agrees_with: [training]
    /// args: { amlsdk_version: "1.27.0" }
    /// tags: [latest, "build-${{ run.id }}", "amlsdk-${{ args.amlsdk_version }}"]
    /// ```
    ImageSpec as "an image of the project" {
        /// Where it is kept.
        req registry = "registry": RegistrySpec,
        /// Its path in the registry.
        req repository = "repository": Spanned<Repository>,
        /// The Dockerfile. Without one, `conda` is installed in `base`.
        opt dockerfile = "dockerfile": Spanned<PathText>,
        /// Without a Dockerfile: the image, with conda in it, that the conda file is installed in.
        opt base = "base": Spanned<Image>,
        /// The folder that the Dockerfile copies from; by default the repository's root.
        opt context = "context": Spanned<PathText>,
        /// The conda file of the software in it.
        opt conda = "conda": Spanned<PathText>,
        /// Environments of the project whose conda files that of the image must agree with: every
        /// package of theirs stands in it too, in the same versions.
        all agrees_with = "agrees_with": Many<Spanned<String>>,
        /// Values of the Dockerfile's `ARG`s.
        all args = "args": Dict<VariableName, Word>,
        /// Further tags, beside the one that names what the image is built of.
        all tags = "tags": Many<TagSpec>,
    }
}
