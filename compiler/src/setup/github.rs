//! What workflows need on GitHub.

use std::collections::{BTreeMap, BTreeSet};

use super::walk;
use crate::syntax::{self, Kind, NodeId, Tree};
use crate::targets::Artifact;

/// The environments of the jobs that read a value; `None`: a job without one.
type Readers = BTreeSet<Option<String>>;

/// What workflows need on GitHub.
#[derive(Debug, Default)]
pub struct GitHub {
    /// Root-relative paths of the workflows.
    pub workflows: Vec<String>,
    /// Environments, and whether people must approve there.
    pub environments: BTreeMap<String, bool>,
    /// Secrets, and who reads them.
    pub secrets: BTreeMap<String, Readers>,
    /// Variables, and who reads them.
    pub variables: BTreeMap<String, Readers>,
    /// Ends of the subjects of jobs that sign in without a secret.
    pub subjects: BTreeSet<String>,
    /// Variables, or the id itself, that name the application that is signed in.
    pub clients: BTreeSet<String>,
}

impl GitHub {
    /// Where a value has to be set: in the environments of its readers, as long as all have one.
    pub fn homes(readers: &Readers) -> Vec<Option<&str>> {
        if readers.contains(&None) {
            return vec![None];
        }
        readers.iter().map(Option::as_deref).collect()
    }

    pub(super) fn read(&mut self, artifact: &Artifact, default_branch: &str) {
        self.workflows.push(artifact.path.clone());
        let tree = syntax::glance(&artifact.text);
        let Some(root) = tree.root() else { return };
        let refs = refs(&tree, root, default_branch);
        let outside = walk::entries(&tree, root).filter(|(key, _)| *key != "jobs");
        for (_, node) in outside {
            self.values(&tree, node, None);
        }
        let Some(jobs) = walk::value(&tree, root, "jobs") else { return };
        for (_, job) in walk::entries(&tree, jobs) {
            self.job(&tree, job, &refs);
        }
    }

    fn job(&mut self, tree: &Tree<'_>, job: NodeId, refs: &[String]) {
        let environments = environments(tree, job);
        for environment in &environments {
            if let Some(name) = environment {
                self.environments.entry(name.clone()).or_default();
            }
            self.values(tree, job, environment.as_deref());
        }
        let permissions = walk::value(tree, job, "permissions");
        let token = permissions.and_then(|node| walk::text(tree, node, "id-token"));
        for environment in environments.iter().filter(|_| token == Some("write")) {
            match environment {
                Some(name) => {
                    let name = name.replace(':', "%3A");
                    self.subjects.insert(format!("environment:{name}"));
                }
                None => self.subjects.extend(refs.iter().cloned()),
            }
        }
        for (key, node) in walk::all(tree, job) {
            match key {
                "client-id" => {
                    self.clients.extend(walk::outcomes(tree.text_of(node)));
                }
                // The job asks whether the environment has reviewers, and fails when it has none.
                "ENVIRONMENT" => {
                    let asked = walk::outcomes(tree.text_of(node)).into_iter();
                    let asked = asked.filter(|name| !name.is_empty());
                    self.environments.extend(asked.map(|name| (decoded(&name), true)));
                }
                _ => {}
            }
        }
    }

    /// The secrets and variables that expressions below a node read.
    fn values(&mut self, tree: &Tree<'_>, from: NodeId, environment: Option<&str>) {
        for (key, node) in walk::all(tree, from) {
            let Kind::Scalar(scalar) = tree.kind(node) else { continue };
            // Conditions need no brackets.
            let bare = (key == "if").then_some(scalar.text);
            for expression in walk::expressions(scalar.text).into_iter().chain(bare) {
                let sets = [(&mut self.secrets, "secrets."), (&mut self.variables, "vars.")];
                for (set, word) in sets {
                    for name in walk::names(expression, word) {
                        // The platform gives this one.
                        if name != "GITHUB_TOKEN" {
                            let readers: &mut Readers = set.entry(name.to_owned()).or_default();
                            readers.insert(environment.map(str::to_owned));
                        }
                    }
                }
            }
        }
    }
}

/// The environments that a job may be in: a name, or a map with one; `None`: none.
fn environments(tree: &Tree<'_>, job: NodeId) -> Vec<Option<String>> {
    let Some(node) = walk::value(tree, job, "environment") else { return vec![None] };
    let name = walk::text(tree, node, "name").unwrap_or_else(|| tree.text_of(node));
    let names = walk::outcomes(name).into_iter();
    names.map(|name| (!name.is_empty()).then_some(name)).collect()
}

/// The ends of the subjects of a workflow's runs, where no environment takes their place.
fn refs(tree: &Tree<'_>, root: NodeId, default_branch: &str) -> Vec<String> {
    let mut refs = vec![format!("ref:refs/heads/{default_branch}")];
    let Some(on) = walk::value(tree, root, "on") else { return refs };
    let push = walk::value(tree, on, "push");
    for (key, kind) in [("branches", "heads"), ("tags", "tags")] {
        let list = push.and_then(|push| walk::value(tree, push, key));
        let patterns = list.map(|list| walk::items(tree, list)).unwrap_or_default();
        let included =
            patterns.iter().map(|it| tree.text_of(*it)).filter(|it| !it.starts_with('!'));
        refs.extend(
            included.map(|pattern| format!("ref:refs/{kind}/{}", pattern.replace('\\', ""))),
        );
    }
    if walk::value(tree, on, "pull_request").is_some() {
        refs.push("pull_request".to_owned());
    }
    refs
}

/// A name as it stands in a URL's path.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        let byte = after.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(b'%'));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}
