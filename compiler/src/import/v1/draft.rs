//! What all steps of one script share while its spec is drawn up.

use std::collections::BTreeMap;

use super::super::names::Taken;
use super::super::ports::is_safe;
use super::value::{Object, ObjectId, Program, Remarks, Value};
use crate::diagnostics::excerpt;
use crate::emit::{Doc, Map};
use crate::source::Span;

/// A spec that is being drawn up.
pub(super) struct Draft<'p> {
    pub(super) program: &'p Program,
    /// From a path in the script to the same from the spec on.
    pub(super) place: &'p dyn Fn(&str) -> Option<String>,
    pub(super) remarks: Remarks,
    /// Parameters by name, in order of first mention.
    pub(super) parameters: Vec<(String, Doc)>,
    /// The names of parameters, by those in the script.
    pub(super) called: BTreeMap<String, String>,
    pub(super) taken: Taken,
    /// Where outputs go that name no place.
    pub(super) default_store: String,
    /// Software by name.
    pub(super) environments: Vec<(String, Doc)>,
    /// Files that the spec needs and that the script only described: path and text.
    pub(super) files: Vec<(String, String)>,
    /// The paths of conda files, by the object that describes them.
    pub(super) conda_files: BTreeMap<ObjectId, String>,
    /// The steps' names.
    pub(super) names: BTreeMap<ObjectId, String>,
    /// Which step gives what: data object to step and output.
    pub(super) producers: BTreeMap<ObjectId, (ObjectId, String)>,
}

/// A name that the language takes for steps, inputs and outputs.
pub(super) fn name(text: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let mut name: String = text.chars().map(letter).collect();
    while name.contains("__") {
        name = name.replace("__", "_");
    }
    let name = name.trim_matches('_');
    let start = name.starts_with(|c: char| c.is_ascii_lowercase());
    if start { name.to_owned() } else { format!("step_{name}").trim_end_matches('_').to_owned() }
}

/// A name for pipelines, endpoints and triggers' schedules, with dashes.
pub(super) fn dashed(text: &str) -> String {
    name(text).replace('_', "-")
}

/// What bash reads as exactly this text.
pub(super) fn word(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_./:@%+,=-".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) {
        text.to_owned()
    } else if is_reference(text) {
        // What no reader but the shell puts together.
        let apart = text.replace('\'', r"'\''").replace("${{", "$''{{").replace("$[[", "$''[[");
        format!("'{apart}'")
    } else if text.contains('\'') && !text.contains(['"', '$', '`', '\\', '!']) {
        format!("\"{text}\"")
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// Whether a spec would read a part of a text as its own.
pub(super) fn is_reference(text: &str) -> bool {
    text.contains("${{") || text.contains("$[[")
}

/// A reference of the language.
pub(super) fn reference(path: &str) -> String {
    format!("${{{{ {path} }}}}")
}

/// What the author fills in where the script did not say.
pub(super) const FILL_IN: &str = "fill-in";

impl<'p> Draft<'p> {
    pub(super) fn new(program: &'p Program, place: &'p dyn Fn(&str) -> Option<String>) -> Self {
        Self {
            program,
            place,
            remarks: Remarks::default(),
            parameters: Vec::new(),
            called: BTreeMap::new(),
            taken: Taken::default(),
            default_store: "workspaceblobstore".to_owned(),
            environments: Vec::new(),
            files: Vec::new(),
            conda_files: BTreeMap::new(),
            names: BTreeMap::new(),
            producers: BTreeMap::new(),
        }
    }

    /// The folder of a step's code, from the spec on.
    pub(super) fn code(&mut self, object: &Object) -> String {
        let Some(folder) = object.keyword("source_directory") else {
            return self.path(".", object.span);
        };
        let at = object.place("source_directory");
        if let Some(written) = folder.text() {
            return self.path(written, at);
        }
        let message = "it is not known which folder this is";
        self.remarks.lost(at, message, "name the folder in the spec");
        FILL_IN.to_owned()
    }

    /// A path of the script, from the spec on; one outside of the project is lost.
    pub(super) fn path(&mut self, written: &str, at: Span) -> String {
        (self.place)(written).unwrap_or_else(|| {
            let message = format!("`{}` is no path inside the project", excerpt(written));
            self.remarks.lost(at, message, "move it into the project, and name it in the spec");
            FILL_IN.to_owned()
        })
    }

    /// The object behind a value.
    pub(super) fn object(&self, value: &Value) -> Option<(ObjectId, &'p Object)> {
        self.program.object(value)
    }

    /// A scalar of the script as a document.
    pub(super) fn scalar(value: &Value) -> Option<Doc> {
        Some(match value {
            Value::Text(text) => Doc::from(text),
            Value::Integer(number) => Doc::from(*number),
            Value::Number(number) => Doc::Number(number.clone()),
            Value::Bool(truth) => Doc::from(*truth),
            Value::Variable(_, Some(default)) => return Self::scalar(default),
            _ => return None,
        })
    }

    /// A scalar, or a reference to the pipeline parameter that it is left to.
    pub(super) fn setting(&mut self, value: &Value) -> Option<Doc> {
        match self.parameter(value) {
            Some(name) => Some(Doc::from(reference(&format!("parameters.{name}")))),
            None => Self::scalar(value),
        }
    }

    /// Lets a parameter take any text, since it is bound to one.
    pub(super) fn widen(&mut self, name: &str) {
        let found = self.parameters.iter_mut().find(|(known, _)| known == name);
        if let Some((_, parameter)) = found {
            super::super::values::widen(parameter);
        }
    }

    /// The name of a pipeline parameter; it is declared on the way.
    pub(super) fn parameter(&mut self, value: &Value) -> Option<String> {
        let (_, object) = self.object(value).filter(|(_, it)| it.class == "PipelineParameter")?;
        let written = object.argument("name", 0).and_then(Value::text).unwrap_or("parameter");
        if let Some(known) = self.called.get(written) {
            return Some(known.clone());
        }
        let name = self.taken.unique(identifier(written));
        self.called.insert(written.to_owned(), name.clone());
        let default = object.argument("default_value", 1).cloned();
        let doc = match &default {
            None => Doc::from("string"),
            Some(value) => match Self::scalar(value) {
                Some(value) => defaulted(value),
                None => self.data_parameter(value, object.span),
            },
        };
        self.parameters.push((name.clone(), doc));
        Some(name)
    }

    /// The name of a parameter by that in the script.
    pub(super) fn parameter_called(&self, written: &str) -> String {
        self.called.get(written).cloned().unwrap_or_else(|| identifier(written))
    }

    fn data_parameter(&mut self, value: &Value, at: Span) -> Doc {
        let mut doc = Map::new();
        doc.put("type", "uri_folder");
        match self.address(value) {
            Some(address) => {
                doc.put("default", address);
            }
            None => self.remarks.lost(
                at,
                "it is not known what the parameter stands for by default",
                "write a default, or bind the parameter in every trigger",
            ),
        }
        doc.into()
    }

    /// The cluster, as the language names it.
    pub(super) fn compute(&mut self, value: Option<&Value>, at: Span) -> Option<String> {
        let value = value?;
        if let Some(text) = value.text() {
            return Some(format!("azureml:{text}"));
        }
        if let Some(name) = part(value, "compute_targets") {
            return Some(format!("azureml:{name}"));
        }
        let (_, object) = self.object(value).or_else(|| {
            self.remarks.lost(at, "it is not known which cluster this is", "name it in the spec");
            None
        })?;
        let position = 1; // behind the workspace
        let written = object.argument("name", position).and_then(Value::text);
        let variable = object.variable.as_deref().unwrap_or(FILL_IN);
        if written.is_none() {
            self.remarks.lost(
                at,
                "it is not known which cluster this is",
                "correct its name in the spec",
            );
        }
        Some(format!("azureml:{}", written.map_or_else(|| dashed(variable), str::to_owned)))
    }
}

/// A name for a parameter, input or output.
pub(super) fn identifier(text: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let mut name: String = text.chars().map(letter).collect();
    while name.contains("__") {
        name = name.replace("__", "_");
    }
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("p_{name}") } else { name }
}

/// A parameter with a default, in the short form where that says the type.
fn defaulted(value: Doc) -> Doc {
    match value {
        Doc::Text(text) => {
            let mut doc = Map::new();
            let odd = !is_safe(&text);
            doc.put("type", "string").put("default", text);
            if odd {
                doc.put("pattern", ".*");
            }
            doc.into()
        }
        other => other,
    }
}

/// `x` of `ws.<of>["x"]`.
pub(super) fn part(value: &Value, of: &str) -> Option<String> {
    let Value::Part(holder, last) = value else { return None };
    let key = last.strip_prefix('[')?.strip_suffix(']')?;
    let of_it = matches!(holder.as_ref(), Value::Part(_, path) if path == of);
    of_it.then(|| key.to_owned())
}
