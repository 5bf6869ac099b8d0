//! What workflows need on GitHub.

use std::collections::{BTreeMap, BTreeSet};

use super::walk::{self, Choice};
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
    /// The applications that jobs sign in as without a secret (a variable `vars.X`, or the id), each
    /// with the ends of the subjects of those jobs.
    pub credentials: BTreeMap<String, BTreeSet<String>>,
    /// The types of the dispatches that start workflows.
    pub dispatches: BTreeSet<String>,
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
        self.dispatches.extend(dispatches(&tree, root));
        let outside = walk::entries(&tree, root).filter(|(key, _)| *key != "jobs");
        for (_, node) in outside {
            self.values(&tree, node, &Choice::read(""));
        }
        let Some(jobs) = walk::value(&tree, root, "jobs") else { return };
        for (_, job) in walk::entries(&tree, jobs) {
            self.job(&tree, job, &refs);
        }
    }

    fn job(&mut self, tree: &Tree<'_>, job: NodeId, refs: &[String]) {
        let environment = environment(tree, job).unwrap_or_default();
        let names = walk::outcomes(environment);
        self.environments.extend(fresh(&self.environments, &names));
        self.values(tree, job, &Choice::read(environment));
        for (key, node) in walk::all(tree, job) {
            let text = tree.text_of(node);
            match key {
                "client-id" => self.credential(environment, text, refs),
                // The job asks whether the environment has reviewers, and fails when it has none.
                "ENVIRONMENT" => {
                    let asked = walk::outcomes(text).into_iter().filter(|name| !name.is_empty());
                    self.environments.extend(asked.map(|name| (decoded(&name), true)));
                }
                _ => {}
            }
        }
    }

    /// A job signs in: as whom, and with which subjects, in each stage that it may be in.
    fn credential(&mut self, environment: &str, client: &str, refs: &[String]) {
        let (environment, client) = (Choice::read(environment), Choice::read(client));
        let conditions = environment.cases.iter().chain(&client.cases).map(|(it, _)| Some(*it));
        for condition in conditions.chain([None]) {
            let ends = self.credentials.entry(client.value(condition)).or_default();
            match environment.value(condition).as_str() {
                "" => ends.extend(refs.iter().cloned()),
                name => {
                    ends.insert(format!("environment:{}", name.replace(':', "%3A")));
                }
            }
        }
    }

    /// All ends of subjects.
    pub fn subjects(&self) -> BTreeSet<String> {
        self.credentials.values().flatten().cloned().collect()
    }

    /// The secrets and variables that expressions below a node read, in a job's environment.
    fn values(&mut self, tree: &Tree<'_>, from: NodeId, environment: &Choice<'_>) {
        for (key, node) in walk::all(tree, from) {
            let Kind::Scalar(scalar) = tree.kind(node) else { continue };
            // Conditions need no brackets.
            let bare = (key == "if").then_some(scalar.text);
            for expression in walk::expressions(scalar.text).into_iter().chain(bare) {
                self.expression(expression.trim(), environment);
            }
        }
    }

    /// What an expression reads in each stage, which decides on the environment, too.
    fn expression(&mut self, text: &str, environment: &Choice<'_>) {
        let value = Choice::read(text);
        let conditions = environment.cases.iter().chain(&value.cases).map(|(it, _)| Some(*it));
        for condition in conditions.chain([None]) {
            let reader = environment.value(condition);
            let reader = Some(reader).filter(|name| !name.is_empty());
            let read = value.value(condition);
            let sets = [(&mut self.secrets, "secrets."), (&mut self.variables, "vars.")];
            for (set, word) in sets {
                // The platform gives this one.
                for name in walk::names(&read, word).into_iter().filter(|it| *it != "GITHUB_TOKEN")
                {
                    set.entry(name.to_owned()).or_default().insert(reader.clone());
                }
            }
        }
    }
}

/// The environment of a job: a name, or a map with one.
fn environment<'t>(tree: &'t Tree<'_>, job: NodeId) -> Option<&'t str> {
    let node = walk::value(tree, job, "environment")?;
    walk::text(tree, node, "name").or_else(|| Some(tree.text_of(node)))
}

/// Environments that are not known yet.
fn fresh(known: &BTreeMap<String, bool>, names: &[String]) -> Vec<(String, bool)> {
    let new = names.iter().filter(|name| !name.is_empty() && !known.contains_key(*name));
    new.map(|name| (name.clone(), false)).collect()
}

/// The types of the dispatches that start a workflow.
fn dispatches(tree: &Tree<'_>, root: NodeId) -> Vec<String> {
    let types = walk::value(tree, root, "on")
        .and_then(|on| walk::value(tree, on, "repository_dispatch"))
        .and_then(|dispatch| walk::value(tree, dispatch, "types"));
    let types = types.map(|types| walk::items(tree, types)).unwrap_or_default();
    types.into_iter().map(|it| tree.text_of(it).to_owned()).collect()
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
