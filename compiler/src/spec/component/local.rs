//! What a component, or a node of a pipeline, names on disk: its code, its software, and what is
//! added to the code.

use super::{CodeFolder, get, text};
use crate::diagnostics::{
    CONFLICT, Diagnostic, MISSING_FILE, MISSING_KEY, UNKNOWN_ENVIRONMENT, excerpt,
};
use crate::plan::ComponentKind;
use crate::source::{Span, Spanned};
use crate::spec::decode::Cx;
use crate::spec::resources::is_versioned;
use crate::syntax::{Kind, NodeId, Tree};

/// What a file of Azure ML names of the repository, from itself on.
#[derive(Debug, Default)]
pub struct LocalFiles {
    /// Folders of code, each with files that must be in it.
    pub code: Vec<CodeFolder>,
    /// Files.
    pub files: Vec<Spanned<String>>,
    /// Files and folders that are added to the code.
    pub includes: Vec<Spanned<String>>,
    /// Data, which may be fetched later.
    pub data: Vec<Spanned<String>>,
    /// Files that say what the software is.
    pub environments: Vec<Spanned<String>>,
}

impl LocalFiles {
    /// Adds what another part of the same file names.
    pub(super) fn extend(&mut self, other: Self) {
        self.code.extend(other.code);
        self.files.extend(other.files);
        self.includes.extend(other.includes);
        self.data.extend(other.data);
        self.environments.extend(other.environments);
    }
}

/// What a component names, or an inline node.
pub(super) fn local(cx: &mut Cx<'_, '_>, root: NodeId, kind: ComponentKind) -> LocalFiles {
    let tree = cx.tree;
    let mut found = LocalFiles::default();
    let holder = match kind {
        ComponentKind::Parallel => get(tree, root, "task"),
        ComponentKind::Command | ComponentKind::Spark => Some(root),
        ComponentKind::Pipeline => None,
    };
    let Some(holder) = holder.filter(|holder| matches!(tree.kind(*holder), Kind::Map(_))) else {
        return found;
    };
    let word = |map: NodeId, key: &str| text(tree, map, key).map(|(_, it)| it);
    let script = match kind {
        ComponentKind::Parallel => word(holder, "entry_script"),
        ComponentKind::Spark => get(tree, root, "entry").and_then(|entry| word(entry, "file")),
        ComponentKind::Command => program(tree, root),
        ComponentKind::Pipeline => None,
    };
    // What is added to the code may be the script.
    let script = script.filter(|_| get(tree, root, "additional_includes").is_none());
    if let Some(node) = get(tree, holder, "code")
        && let Some(folder) = code(cx, node)
    {
        found.code.push(CodeFolder { folder, files: script.into_iter().collect() });
    }
    if let Some(node) = get(tree, holder, "environment") {
        environment(cx, node, &mut found);
    }
    includes(cx, root, &mut found);
    found
}

/// A folder of code of the repository; what stands elsewhere is not looked at.
fn code(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Spanned<String>> {
    let Kind::Scalar(scalar) = cx.tree.kind(node) else {
        return cx.wrong_type(node, "a folder of code");
    };
    let text = scalar.text;
    let is_address = ["git+", "https://", "http://"].iter().any(|it| text.starts_with(it));
    let is_asset = text.strip_prefix("azureml:").is_some_and(|name| {
        !name.starts_with("//datastores/") && (name.starts_with('/') || is_versioned(text))
    });
    if is_address || is_asset || text.contains("${{") {
        return None;
    }
    in_repository(cx, node, "a folder of the repository, or `azureml:<name>:<version>`")
}

/// A path of the repository, as it is written; what cannot be one is reported.
fn in_repository(cx: &mut Cx<'_, '_>, node: NodeId, meant: &str) -> Option<Spanned<String>> {
    let Kind::Scalar(scalar) = cx.tree.kind(node) else { return cx.wrong_type(node, "a path") };
    let (path, at) = (scalar.text, cx.span(node));
    if path.contains('\\') {
        let help = "write `/` between folders; it works on every system";
        return cx.bad_value(node, "the path has a backslash", help);
    }
    if path.starts_with('/') || path.contains(':') || path.chars().any(char::is_control) {
        let message = format!("`{}` is no path in the project", excerpt(path));
        let help = format!("write the way from this file to {meant}");
        cx.report(Diagnostic::new(&MISSING_FILE, at, message).help(help));
        return None;
    }
    if path.is_empty() {
        return cx.wrong_type(node, "a path");
    }
    Some(Spanned::new(path.to_owned(), at))
}

/// Data of the repository; what stands elsewhere is not looked at.
pub(super) fn data(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Spanned<String>> {
    let path = cx.tree.text_of(node);
    let is_address = path.contains("${{") || path.starts_with("azureml:") || path.contains("://");
    if path.is_empty() || is_address && !path.starts_with("file:") {
        return None;
    }
    in_repository(cx, node, "a file or folder, or `azureml:<data>:<version>`")
}

/// The software of a component or a node.
fn environment(cx: &mut Cx<'_, '_>, node: NodeId, found: &mut LocalFiles) {
    let tree = cx.tree;
    match tree.kind(node) {
        Kind::Map(_) => software(cx, node, found),
        Kind::Scalar(scalar) if !cx.is_nothing(node) => {
            let name = scalar.text;
            if let Some(path) = name.strip_prefix("file:") {
                environment_file(cx, node, path, found);
            } else if !name.contains("${{") && !name.starts_with("azureml:AzureML-") {
                reference(cx, node, name);
            }
        }
        Kind::Null | Kind::Scalar(_) | Kind::List(_) => {
            cx.wrong_type::<()>(node, "an environment (`azureml:<name>:<version>`, or a map)");
        }
    }
}

/// Azure ML refuses an environment without a version, but only when the job is made.
fn reference(cx: &mut Cx<'_, '_>, node: NodeId, name: &str) {
    if is_versioned(name) {
        return;
    }
    let is_named = name.starts_with("azureml:");
    let (message, help) = if is_named {
        (
            format!("`{}` does not say which version of the environment", excerpt(name)),
            "write `azureml:<name>:<version>`".to_owned(),
        )
    } else {
        (
            format!("`{}` does not say which environment", excerpt(name)),
            "write `azureml:<name>:<version>`, `file:<path>`, or a map with `image` or `build`"
                .to_owned(),
        )
    };
    cx.report(Diagnostic::new(&UNKNOWN_ENVIRONMENT, cx.span(node), message).help(help));
}

/// `file:` and a path.
fn environment_file(cx: &mut Cx<'_, '_>, node: NodeId, path: &str, found: &mut LocalFiles) {
    if path.is_empty() || path.starts_with('/') || path.contains([':', '\\']) {
        let message = format!("`{}` is no path in the project", excerpt(path));
        let help = "write `file:` and the way from this file to one that says what the software is";
        cx.report(Diagnostic::new(&MISSING_FILE, cx.span(node), message).help(help));
        return;
    }
    found.environments.push(Spanned::new(path.to_owned(), cx.span(node)));
}

const KEYS: [&str; 13] = [
    "image",
    "build",
    "conda_file",
    "name",
    "version",
    "description",
    "tags",
    "os_type",
    "inference_config",
    "id",
    "datastore",
    "auto_delete_setting",
    "$schema",
];

/// An environment that stands in a component, in a node, or in a file of its own.
pub(super) fn software(cx: &mut Cx<'_, '_>, map: NodeId, found: &mut LocalFiles) {
    let tree = cx.tree;
    let Kind::Map(entries) = tree.kind(map) else { return };
    let unknown = entries.iter().find(|it| !KEYS.contains(&tree.text_of(it.key)));
    if let Some(unknown) = unknown {
        return cx.unknown_key(map, unknown.key, "an environment", &KEYS, &[]);
    }
    let [image, build, conda] = ["image", "build", "conda_file"].map(|key| get(tree, map, key));
    let head = cx.head(map);
    match (image, build, conda) {
        (None, None, _) => {
            let message = "the environment says neither `image` nor `build`";
            let help = "name a container image, or the folder that one is built in";
            cx.report(Diagnostic::new(&MISSING_KEY, head, message).help(help));
            return;
        }
        (Some(image), Some(build), _) => return excluded(cx, (image, "image"), (build, "build")),
        (None, Some(build), Some(conda)) => {
            return excluded(cx, (conda, "conda_file"), (build, "build"));
        }
        _ => {}
    }
    if let Some(node) = conda.filter(|node| !matches!(tree.kind(*node), Kind::Map(_))) {
        found.files.extend(in_repository(cx, node, "a conda file"));
    }
    if let Some(node) = build {
        built(cx, node, found);
    }
}

/// Two keys of which one may stand there.
fn excluded(cx: &mut Cx<'_, '_>, (one, named): (NodeId, &str), (other, with): (NodeId, &str)) {
    let message = format!("`{named}` and `{with}` exclude each other");
    let help = if named == "image" {
        "keep one of the two"
    } else {
        "the Dockerfile installs what the conda file lists; or write `image` instead of `build`"
    };
    let (at, first) = (cx.span(one), cx.span(other));
    cx.report(Diagnostic::new(&CONFLICT, at, message).related(first, "the other one").help(help));
}

/// The folder in which Azure ML builds an image.
fn built(cx: &mut Cx<'_, '_>, build: NodeId, found: &mut LocalFiles) {
    let tree = cx.tree;
    let Some(node) = get(tree, build, "path") else {
        let message = "the `build` of an environment needs the key `path`";
        cx.report(Diagnostic::new(&MISSING_KEY, cx.head(build), message));
        return;
    };
    let address = tree.text_of(node);
    if ["https://", "http://", "git@", "git://"].iter().any(|it| address.starts_with(it)) {
        return;
    }
    let Some(folder) = in_repository(cx, node, "the folder that holds the Dockerfile") else {
        return;
    };
    let file = match get(tree, build, "dockerfile_path") {
        Some(node) => in_repository(cx, node, "the Dockerfile, from that folder on"),
        None => Some(Spanned::new("Dockerfile".to_owned(), folder.span)),
    };
    found.code.push(CodeFolder { folder, files: file.into_iter().collect() });
}

/// Files and folders that are uploaded with the code.
fn includes(cx: &mut Cx<'_, '_>, root: NodeId, found: &mut LocalFiles) {
    let tree = cx.tree;
    let Some(node) = get(tree, root, "additional_includes") else { return };
    let Kind::List(items) = tree.kind(node) else {
        cx.wrong_type::<()>(node, "a list of paths");
        return;
    };
    for item in items {
        match tree.kind(*item) {
            // A package of Azure Artifacts.
            Kind::Map(_) => {}
            Kind::Null | Kind::Scalar(_) | Kind::List(_) => {
                found.includes.extend(in_repository(cx, *item, "a file or folder"));
            }
        }
    }
}

/// The script of `python train.py …`.
fn program(tree: &Tree<'_>, root: NodeId) -> Option<Spanned<String>> {
    let (node, command) = text(tree, root, "command")?;
    let rest = command.value.strip_prefix("python3 ").or(command.value.strip_prefix("python "))?;
    let word = rest.split_whitespace().next()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte);
    if word.rsplit('.').next() != Some("py") || !word.bytes().all(plain) || word.starts_with('/') {
        return None;
    }
    let at = command.value.find(word)?;
    let (start, end) = (tree.position(node, at), tree.position(node, at + word.len()));
    Some(Spanned::new(word.to_owned(), Span::new(tree.file(), start, end.max(start))))
}
