//! The software of steps: environments, and the conda files that scripts put together.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::draft::{Draft, FILL_IN, dashed, is_reference, name};
use super::pure::printed;
use super::value::{Object, ObjectId, Value};
use crate::emit::{Doc, Map};
use crate::source::Span;
use crate::spec::decode::NameRule as _;
use crate::spec::values::VariableName;

/// Where the script names no image: Microsoft's plain one for Azure ML.
const IMAGE: &str = "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:latest";

/// Run configurations inside each other.
const MOST_CONFIGURATIONS: usize = 8;

impl<'p> Draft<'p> {
    /// The name of an environment, or how Azure ML knows it, behind an environment or a run
    /// configuration.
    pub(super) fn environment(&mut self, value: Option<&Value>, at: Span) -> Option<String> {
        self.environment_of(value, at, 0)
    }

    /// `around` counts the configurations around it; one may hold itself.
    fn environment_of(&mut self, value: Option<&Value>, at: Span, around: usize) -> Option<String> {
        if around > MOST_CONFIGURATIONS {
            return Some(self.plain(at));
        }
        let Some((_, object)) = value.and_then(|value| self.object(value)) else {
            if let Some(text) = value.and_then(Value::text) {
                return Some(text.to_owned());
            }
            if value == Some(&Value::Unknown) {
                let message = "it is not known which environment this is";
                self.remarks.lost(at, message, "name it in the spec");
            }
            return Some(self.plain(at));
        };
        match object.class.as_str() {
            "RunConfiguration" => {
                if let Some(inner) = object.field("environment").cloned() {
                    return self.environment_of(Some(&inner), at, around + 1);
                }
                let conda = object.argument("conda_dependencies", 4);
                let conda = conda.or_else(|| object.field("environment.python.conda_dependencies"));
                let image = object.field("environment.docker.base_image");
                Some(self.described("training", image, conda, object.span))
            }
            "Environment.get" => registered(object),
            "Environment" => {
                let known = object.argument("name", 0).and_then(Value::text);
                let known = known.map(str::to_owned).or_else(|| object.variable.clone());
                let image = object.field("docker.base_image");
                let conda = object.field("python.conda_dependencies");
                Some(self.described(&known.unwrap_or_default(), image, conda, object.span))
            }
            class if class.starts_with("Environment.from_") => Some(self.made(class, object)),
            _ => self.of_config(object, at, around),
        }
    }

    /// A script run configuration and others that hold an environment.
    fn of_config(&mut self, object: &'p Object, at: Span, around: usize) -> Option<String> {
        match object.keyword("environment").or_else(|| object.field("run_config.environment")) {
            Some(inner) => self.environment_of(Some(inner), at, around + 1),
            None => Some(self.plain(at)),
        }
    }

    fn plain(&mut self, at: Span) -> String {
        self.remarks.doubt(
            at,
            "the script names no environment, and what was the default is gone",
            "choose an image and a conda file in the spec's `environments`",
        );
        self.put("training", Some(IMAGE), None, at)
    }

    fn made(&mut self, class: &str, object: &'p Object) -> String {
        let name = object.argument("name", 0).and_then(Value::text).unwrap_or("training");
        match class {
            "Environment.from_conda_specification" => {
                let image = object.field("docker.base_image").and_then(Value::text);
                let file = object.argument("file_path", 1);
                let conda = file.map(|file| self.file(file, object.place("file_path")));
                self.put(name, image, conda, object.span)
            }
            "Environment.from_docker_image" => {
                let image = object.argument("image", 1).and_then(Value::text);
                self.put(name, image, None, object.span)
            }
            _ => {
                self.remarks.lost(
                    object.span,
                    format!("`{class}` has no counterpart"),
                    "write a conda file with these packages, and name it in `environments`",
                );
                self.put(name, Some(IMAGE), None, object.span)
            }
        }
    }

    fn described(
        &mut self,
        name: &str,
        image: Option<&Value>,
        conda: Option<&Value>,
        at: Span,
    ) -> String {
        let conda = conda.and_then(|conda| self.conda(name, conda, at));
        let of_sdk = |it: &&Value| matches!(it, Value::Path(path) if path.ends_with("_IMAGE"));
        if let Some(Value::Path(constant)) = image.filter(of_sdk) {
            self.remarks.doubt(
                at,
                format!("the SDK of version 1 knows which image `{constant}` is, and it is gone"),
                "the spec has Microsoft's plain one; pin its version",
            );
            return self.put(name, Some(IMAGE), conda, at);
        }
        self.put(name, image.and_then(Value::text), conda, at)
    }

    fn put(
        &mut self,
        written: &str,
        image: Option<&str>,
        conda: Option<String>,
        at: Span,
    ) -> String {
        let mut doc = Map::new();
        doc.put("image", image.unwrap_or(IMAGE)).put_some("conda", conda);
        let doc = Doc::from(doc);
        let wanted = name(if written.is_empty() { "training" } else { written });
        let (mut key, mut number) = (wanted.clone(), 1);
        while let Some((_, other)) = self.environments.iter().find(|(known, _)| *known == key) {
            if *other == doc {
                return key;
            }
            number += 1;
            key = format!("{wanted}_{number}");
        }
        if image.is_none() {
            self.remarks.doubt(
                at,
                "the script names no image for this environment",
                "the spec has Microsoft's plain one; pin its version",
            );
        }
        self.environments.push((key.clone(), doc));
        key
    }

    /// The path of a conda file that the script names.
    fn file(&mut self, value: &Value, at: Span) -> String {
        if let Some(path) = value.text() {
            return self.path(path, at);
        }
        let message = "it is not known which conda file this is";
        self.remarks.lost(at, message, "name it in the spec's `environments`");
        FILL_IN.to_owned()
    }

    /// The path of a conda file; one that the script puts together is written beside the spec.
    fn conda(&mut self, name: &str, value: &Value, at: Span) -> Option<String> {
        if let Some(path) = value.text() {
            return Some(self.path(path, at));
        }
        let (id, object) = self.object(value)?;
        if let Some(path) = object.keyword("conda_dependencies_file_path") {
            return Some(self.file(path, object.place("conda_dependencies_file_path")));
        }
        if let Some(path) = self.conda_files.get(&id) {
            return Some(path.clone());
        }
        let text = self.packages(id, object);
        let stem = dashed(if name.is_empty() { "training" } else { name });
        let mut path = format!("envs/{stem}.yaml");
        let mut number = 1;
        while self.files.iter().any(|(known, other)| *known == path && *other != text) {
            number += 1;
            path = format!("envs/{stem}-{number}.yaml");
        }
        if self.files.iter().all(|(known, _)| *known != path) {
            self.files.push((path.clone(), text));
        }
        self.conda_files.insert(id, path.clone());
        Some(path)
    }

    fn packages(&mut self, id: ObjectId, object: &'p Object) -> String {
        let words = |value: Option<&Value>| -> Vec<String> {
            value
                .map_or(&[][..], Value::items)
                .iter()
                .filter_map(Value::text)
                .map(str::to_owned)
                .collect()
        };
        let mut pip = words(object.argument("pip_packages", 1));
        let mut conda = words(object.argument("conda_packages", 0));
        let program = self.program;
        for method in program.methods(id, "add_pip_package") {
            pip.extend(words(method.argument("pip_package", 0)));
        }
        for method in program.methods(id, "add_conda_package") {
            conda.extend(words(method.argument("conda_package", 0)));
        }
        let python = object.keyword("python_version").and_then(Value::text).unwrap_or("3.11");
        if pip.iter().any(|package| package.starts_with("azureml-")) {
            self.remarks.doubt(
                object.span,
                "packages of the Azure ML SDK version 1 are no longer supported",
                "replace them in the conda file; scripts need `mlflow` and `azureml-mlflow` at most",
            );
        }
        let mut text =
            format!("channels: [conda-forge]\ndependencies:\n  - python={python}\n  - pip\n");
        for package in conda {
            let _ = writeln!(text, "  - {package}");
        }
        if !pip.is_empty() {
            text.push_str("  - pip:\n");
        }
        for package in pip {
            let _ = writeln!(text, "      - {package}");
        }
        text
    }
}

fn registered(object: &Object) -> Option<String> {
    let name = object.argument("name", 1)?.text()?;
    let version = object.argument("version", 2).and_then(|version| match version {
        Value::Integer(number) => Some(number.to_string()),
        other => other.text().map(str::to_owned),
    });
    Some(match version {
        Some(version) => format!("azureml:{name}:{version}"),
        None => format!("azureml:{name}@latest"),
    })
}

/// The environments of a spec.
pub(super) fn environments(draft: &Draft<'_>) -> Map {
    let mut map = Map::new();
    for (name, doc) in &draft.environments {
        map.put(name.clone(), Doc::clone(doc));
    }
    map
}

/// The variables that a run configuration and its environment set.
pub(super) fn variables(draft: &mut Draft<'_>, config: Option<&Value>) -> Map {
    let mut env = BTreeMap::new();
    let mut next = config.cloned();
    for _ in 0..MOST_CONFIGURATIONS {
        let Some((_, object)) = next.as_ref().and_then(|value| draft.object(value)) else { break };
        for (path, value, at) in &object.fields {
            let rest = path.strip_prefix("environment.").unwrap_or(path);
            match (rest.strip_prefix(VARIABLES), value) {
                (Some(""), Value::Dict(pairs)) => {
                    for (name, value) in pairs {
                        variable(draft, &mut env, (name, value, *at));
                    }
                }
                (Some(""), _) => unknown(draft, *at),
                (Some(item), value) => {
                    let name = item.trim_start_matches(['.', '[']).trim_end_matches(']');
                    variable(draft, &mut env, (name, value, *at));
                }
                (None, _) => {}
            }
        }
        let inner = object.keyword("environment").or_else(|| object.field("environment"));
        next = inner.or_else(|| object.field("run_config.environment")).cloned();
    }
    let mut map = Map::new();
    for (name, text) in env {
        map.put(name, text);
    }
    map
}

/// Where configurations keep their variables.
pub(super) const VARIABLES: &str = "environment_variables";

fn variable(
    draft: &mut Draft<'_>,
    env: &mut BTreeMap<String, String>,
    (name, value, at): (&str, &Value, Span),
) {
    match printed(value).filter(|_| VariableName::allows(name)) {
        Some(text) if !is_reference(&text) => {
            env.insert(name.to_owned(), text);
        }
        _ => unknown(draft, at),
    }
}

fn unknown(draft: &mut Draft<'_>, at: Span) {
    let message = "these variables were not understood";
    draft.remarks.lost(at, message, "write them under `env` of the steps");
}
