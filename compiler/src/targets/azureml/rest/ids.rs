//! Ids of what is in the workspace. What only the applying side knows is a placeholder `${NAME}`.

use crate::plan::{Piece, Plan, Reference, Text};

/// Stands for the `$` of a placeholder until the file is written, so that a `${NAME}` of the author's
/// is told apart from ours: the last character for private use, which no spec has a reason to hold.
pub(super) const DOLLAR: char = '\u{10fffd}';

/// The placeholder for the versions of everything whose content comes from the author's files.
pub(super) const VERSION: &str = "MLOPSC_VERSION";
/// The placeholder for the name of a job.
pub(super) const JOB: &str = "MLOPSC_JOB";
/// The placeholder for the region of the workspace.
pub(super) const LOCATION: &str = "AZURE_LOCATION";
/// Stands where the applying side puts a value; the list of requests says what and where.
pub(super) const FILL_IN: &str = "fill-in";

/// A placeholder.
pub(super) fn placeholder(name: &str) -> String {
    format!("{DOLLAR}{{{name}}}")
}

/// The workspace's id.
pub(super) fn workspace(plan: &Plan) -> String {
    let azure = &plan.project.azure;
    let [subscription, group, workspace] =
        [&azure.subscription, &azure.resource_group, &azure.workspace].map(said);
    format!(
        "/subscriptions/{subscription}/resourceGroups/{group}/providers\
         /Microsoft.MachineLearningServices/workspaces/{workspace}"
    )
}

/// A literal, or the CI variable's name as a placeholder.
fn said(text: &Text) -> String {
    text.iter().map(piece).collect()
}

fn piece(piece: &Piece) -> String {
    match piece {
        Piece::Literal(text) => text.clone(),
        Piece::Reference(Reference::Variable(name) | Reference::Secret(name)) => placeholder(name),
        // The project file takes literals and variables only.
        Piece::Reference(
            Reference::Parameter(_)
            | Reference::Output(..)
            | Reference::Matrix(_)
            | Reference::GitSha
            | Reference::GitBranch
            | Reference::GitTag
            | Reference::RunId
            | Reference::StageName,
        ) => String::new(),
    }
}

/// A word of names in the workspace and of files: what stands for `text`. Each `-` and `_` in it
/// stands alone, and none at an end.
pub(super) fn slug(text: &str) -> String {
    let mut slug = String::new();
    for letter in text.chars().take(100) {
        match letter {
            letter if letter.is_ascii_alphanumeric() => slug.push(letter),
            _ if slug.is_empty() || slug.ends_with(['-', '_']) => {}
            '_' => slug.push('_'),
            _ => slug.push('-'),
        }
    }
    slug.trim_end_matches(['-', '_']).to_owned()
}

/// How a job's or a node's file names something that is registered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Registered<'a> {
    /// A full id, or one of a registry.
    Id(&'a str),
    /// Name and version.
    Version(&'a str, &'a str),
    /// Name and label.
    Label(&'a str, &'a str),
    /// Text that the service resolves by itself.
    Other(&'a str),
}

impl<'a> Registered<'a> {
    /// Takes `azureml:<name>:<version>` and its like apart.
    pub(super) fn read(text: &'a str) -> Self {
        let Some(name) = text.strip_prefix("azureml:") else { return Self::Other(text) };
        if name.starts_with("//") {
            return Self::Id(text);
        }
        if name.starts_with('/') {
            return Self::Id(name);
        }
        if let Some((name, label)) = name.split_once('@') {
            return Self::Label(name, label);
        }
        match name.rsplit_once(':') {
            Some((name, version)) => Self::Version(name, version),
            None => Self::Other(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_hold_no_two_dashes_in_a_row() {
        for (text, word) in
            [("src", "src"), ("../a//b_-c.py/", "a-b_c-py"), ("__x--", "x"), ("é", "")]
        {
            assert_eq!(slug(text), word);
        }
    }

    #[test]
    fn registered_things_are_taken_apart() {
        let cases = [
            ("azureml:sklearn:4", Registered::Version("sklearn", "4")),
            ("azureml:sklearn@latest", Registered::Label("sklearn", "latest")),
            ("azureml:/subscriptions/s", Registered::Id("/subscriptions/s")),
            ("azureml://registries/r/x", Registered::Id("azureml://registries/r/x")),
            ("azureml:AzureML-curated", Registered::Other("azureml:AzureML-curated")),
        ];
        for (text, read) in cases {
            assert_eq!(Registered::read(text), read);
        }
    }
}
