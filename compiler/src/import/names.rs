//! Names: what Azure ML takes and the language does not is adapted.

use std::collections::{BTreeMap, BTreeSet};

use super::read::{Field, Node};
use crate::spec::decode::NameRule;
use crate::spec::ports::is_reserved;
use crate::spec::values::{PortName, StepName};

/// Names that are taken, so that two things of a file never get one.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Taken {
    names: BTreeSet<String>,
    /// The number that was last put behind a name.
    numbers: BTreeMap<String, u32>,
}

impl Taken {
    /// The name; if it is taken, with the first number behind it that is free, `train_2`.
    pub(super) fn unique(&mut self, wanted: String) -> String {
        if self.names.insert(wanted.clone()) {
            return wanted;
        }
        let number = self.numbers.entry(wanted.clone()).or_insert(1);
        loop {
            *number += 1;
            let name = format!("{wanted}_{number}");
            if self.names.insert(name.clone()) {
                return name;
            }
        }
    }
}

/// What those of some names that are adapted are called, so that no two are called the same.
pub(super) fn unique<'n>(
    names: impl Iterator<Item = &'n str>,
    adapt: fn(&str) -> String,
) -> BTreeMap<String, String> {
    let mut taken = Taken::default();
    let mut adapted = Vec::new();
    for name in names {
        let wanted = adapt(name);
        if wanted == name {
            taken.unique(wanted);
        } else {
            adapted.push((name, wanted));
        }
    }
    let unique = |(name, wanted): (&str, String)| (name.to_owned(), taken.unique(wanted));
    adapted.into_iter().map(unique).collect()
}

/// What a key of a map is called, next to the other keys.
pub(super) fn among(map: Option<Node<'_>>, name: &str, adapt: fn(&str) -> String) -> String {
    let wanted = adapt(name);
    let Some(map) = map.filter(|_| wanted != name) else { return wanted };
    let fields = map.fields();
    unique(fields.iter().map(Field::name), adapt).remove(name).unwrap_or(wanted)
}

/// A name of a parameter, input or output.
pub(super) fn port(name: &str) -> String {
    let reserved = is_reserved(name);
    if PortName::allows(name) && !reserved {
        return name.to_owned();
    }
    let name = word(name);
    if reserved { format!("{name}_value") } else { name }
}

/// A name of a step or trigger.
pub(super) fn step(name: &str) -> String {
    if StepName::allows(name) {
        return name.to_owned();
    }
    let name = word(&name.to_ascii_lowercase());
    let name = name.trim_end_matches('_');
    if name.is_empty() { "step".to_owned() } else { name.to_owned() }
}

/// Letters, digits and single `_`, no digit at the start.
fn word(name: &str) -> String {
    let mut word = String::new();
    for letter in name.chars() {
        let letter = if letter.is_ascii_alphanumeric() { letter } else { '_' };
        if letter != '_' || !word.ends_with('_') {
            word.push(letter);
        }
    }
    if word.starts_with(|c: char| c.is_ascii_digit()) { format!("n{word}") } else { word }
}

/// The name of a pipeline: its own, else that of the file, unless it says only what all such files
/// say: then that of the folder, or what people are shown.
pub(super) fn pipeline(own: Option<&str>, shown: Option<&str>, path: &str) -> String {
    let mut parts = path.rsplit('/');
    let file = parts.next().unwrap_or_default();
    let stem = file.split('.').next().unwrap_or_default();
    let general = ["pipeline", "job", "pipeline-job", "pipeline_job", "azureml", "main"];
    let folder = parts.find(|part| !matches!(*part, "" | "." | ".." | "azureml" | "pipelines"));
    let wish = match (own, folder) {
        (Some(own), _) => own,
        (None, Some(folder)) if general.contains(&stem) => folder,
        (None, None) if general.contains(&stem) => shown.unwrap_or(stem),
        (None, _) => stem,
    };
    let name = slug(wish);
    if name.is_empty() { "imported".to_owned() } else { name }
}

/// `^[a-z][a-z0-9_-]*$`, at most 80 letters, without `__` and without `-release` at the end.
pub(super) fn slug(text: &str) -> String {
    let mut name = String::new();
    for letter in text.to_ascii_lowercase().chars() {
        let letter = if letter.is_ascii_alphanumeric() || letter == '_' { letter } else { '-' };
        let mark = |c: char| c == '-' || c == '_';
        if !(mark(letter) && (name.is_empty() || name.ends_with(mark))) {
            name.push(letter);
        }
    }
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        name = format!("pipeline-{name}");
    }
    name.truncate(80);
    let name = name.trim_end_matches(['-', '_']);
    name.strip_suffix("-release").unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kept_or_adapted() {
        assert_eq!(port("raw_data"), "raw_data");
        assert_eq!(port("group.sub"), "group_sub");
        assert_eq!(port("path"), "path_value");
        assert_eq!(port("a__b"), "a_b");
        assert_eq!(step("train_"), "train");
        assert_eq!(step("Train-Model"), "train_model");
        assert_eq!(pipeline(None, None, "a/b/pipeline.yml"), "b");
        assert_eq!(pipeline(None, None, "a/b/1b_train.yml"), "pipeline-1b_train");
        assert_eq!(pipeline(Some("Batch Score 1"), None, "x.yml"), "batch-score-1");
        assert_eq!(pipeline(None, None, "pipeline.yml"), "pipeline");
        assert_eq!(pipeline(None, Some("churn"), "pipeline.yml"), "churn");
        assert_eq!(pipeline(None, Some("churn"), "a/pipeline.yml"), "a");
        assert_eq!(pipeline(None, None, "....yml"), "imported");
    }
}
