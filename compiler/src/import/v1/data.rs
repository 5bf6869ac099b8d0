//! Data: what flows between steps, and what comes from outside.

use super::draft::{Draft, identifier, part};
use super::value::{Object, ObjectId, Value};
use crate::emit::{Doc, Map};

/// Classes of data that one step writes and others read.
const BETWEEN: [&str; 4] = [
    "PipelineData",
    "OutputFileDatasetConfig",
    "OutputDatasetConfig",
    "LinkFileOutputDatasetConfig",
];

/// Methods that say how data arrives, leaves or is called.
const WAYS: [&str; 13] = [
    "register",
    "as_mount",
    "as_download",
    "as_upload",
    "as_direct",
    "as_input",
    "as_named_input",
    "as_dataset",
    "register_on_complete",
    "read_delimited_files",
    "read_parquet_files",
    "parse_delimited_files",
    "parse_parquet_files",
];

/// Data, without the methods around it.
pub(super) struct Data<'p> {
    /// What the methods were called on.
    pub(super) base: Value,
    /// The object that it is, unless it is an item of the workspace.
    pub(super) object: Option<(ObjectId, &'p Object)>,
    /// The name that the script reads it by.
    pub(super) name: Option<String>,
    /// How it arrives.
    pub(super) mode: Option<&'static str>,
    /// The asset that an output becomes.
    pub(super) register: Option<String>,
    /// It is read, as the methods around it tell.
    pub(super) is_input: bool,
}

impl Data<'_> {
    /// Whether a step writes it and others read it.
    pub(super) fn is_between(&self) -> bool {
        self.object.is_some_and(|(_, object)| BETWEEN.contains(&object.class.as_str()))
    }
}

impl<'p> Draft<'p> {
    /// The data behind a value, if it is data.
    pub(super) fn data(&self, value: &Value) -> Option<Data<'p>> {
        let mut data = Data {
            base: value.clone(),
            object: None,
            name: None,
            mode: None,
            register: None,
            is_input: false,
        };
        while let Some((_, object)) = self.object(&data.base) {
            let Some(receiver) =
                object.receiver.as_ref().filter(|_| WAYS.contains(&object.class.as_str()))
            else {
                break;
            };
            note(object, &mut data);
            data.base = receiver.clone();
        }
        data.object = self.object(&data.base);
        let own = data.object.filter(|(_, object)| object.class == "DataReference");
        let own = own.and_then(|(_, object)| object.argument("mode", 3)?.text());
        data.mode = data.mode.or(own.filter(|mode| *mode == "download").map(|_| "download"));
        let known = data.is_between() || self.address(&data.base).is_some();
        known.then_some(data)
    }

    /// The address of data from outside, as Azure ML reads it.
    pub(super) fn address(&self, value: &Value) -> Option<String> {
        if let Some(name) = part(value, "datasets") {
            return Some(format!("azureml:{name}@latest"));
        }
        let (_, object) = self.object(value)?;
        match object.class.as_str() {
            "Dataset.get_by_name" => {
                let name = object.argument("name", 1)?.text()?;
                let version = object.argument("version", 2);
                let version = version.and_then(|version| match version {
                    Value::Integer(number) => Some(format!(":{number}")),
                    other => other.text().filter(|it| *it != "latest").map(|it| format!(":{it}")),
                });
                Some(format!("azureml:{name}{}", version.as_deref().unwrap_or("@latest")))
            }
            "Dataset.File.from_files"
            | "Dataset.Tabular.from_delimited_files"
            | "Dataset.Tabular.from_parquet_files" => self.at(object.argument("path", 0)?),
            "DataReference" => {
                let store = self.store(object.argument("datastore", 0)?)?;
                let path = object.argument("path_on_datastore", 2).and_then(Value::text);
                Some(on_store(&store, path.unwrap_or_default()))
            }
            "DataPath" => {
                let store = self.store(object.argument("datastore", 0)?)?;
                let path = object.argument("path_on_datastore", 1).and_then(Value::text);
                Some(on_store(&store, path.unwrap_or_default()))
            }
            "path" => {
                let store = self.store(object.receiver.as_ref()?)?;
                Some(on_store(&store, object.argument("path", 0)?.text()?))
            }
            _ => None,
        }
    }

    /// `(datastore, "path")`, a list of one such, or a URL.
    fn at(&self, value: &Value) -> Option<String> {
        match value {
            Value::List(items) if items.len() == 2 && items[1].text().is_some() => {
                let store = self.store(&items[0])?;
                Some(on_store(&store, items[1].text()?))
            }
            Value::List(items) if items.len() == 1 => self.at(&items[0]),
            other => match other.text() {
                Some(text) => Some(text.to_owned()),
                None => self.address(other),
            },
        }
    }

    /// The name of a datastore.
    pub(super) fn store(&self, value: &Value) -> Option<String> {
        if let Some(name) = part(value, "datastores") {
            return Some(name);
        }
        let (_, object) = self.object(value)?;
        match object.class.as_str() {
            "Datastore" | "Datastore.get" => object.argument("name", 1)?.text().map(str::to_owned),
            "get_default_datastore" => Some("workspaceblobstore".to_owned()),
            class if class.starts_with("Datastore.register") => {
                object.argument("datastore_name", 1)?.text().map(str::to_owned)
            }
            _ => None,
        }
    }

    /// The entry of `inputs` for data from outside.
    pub(super) fn outside(&self, data: &Data<'_>) -> Option<Map> {
        let address = self.address(&data.base)?;
        let class = data.object.map_or("", |(_, object)| object.class.as_str());
        let table = class.contains("Tabular")
            || (class.contains("get_by_name") && data.mode.is_none() && !self.is_folder(&address));
        let mut doc = Map::new();
        doc.put("from", folder_before_pattern(address));
        doc.put("type", if table { "mltable" } else { "uri_folder" });
        doc.put_some("mode", data.mode.filter(|mode| *mode != "ro_mount"));
        Some(doc)
    }

    /// Whether the script mounts or downloads a data asset somewhere: then it is no table.
    fn is_folder(&self, address: &str) -> bool {
        let all = self.program.objects.iter().enumerate();
        let files = all.filter(|(_, it)| matches!(it.class.as_str(), "as_mount" | "as_download"));
        let bases = files.filter_map(|(id, _)| Some(self.data(&Value::Object(id))?.base));
        bases.filter_map(|base| self.address(&base)).any(|other| other == address)
    }

    /// What an input from outside is called.
    pub(super) fn outside_name(data: &Data<'_>) -> String {
        let object = data.object.map(|(_, object)| object);
        let variable = object.and_then(|object| object.variable.clone());
        let given = object.and_then(|object| object.argument("data_reference_name", 1));
        let given = given.and_then(Value::text).map(str::to_owned);
        let name = data.name.clone().or(given).or(variable);
        identifier(&name.unwrap_or_else(|| "data".to_owned()))
    }

    /// The name of an output: what the script calls the data.
    pub(super) fn output_name(object: &Object) -> String {
        let written = object.argument("name", 0).and_then(Value::text);
        let name = written.map(str::to_owned).or_else(|| object.variable.clone());
        identifier(&name.unwrap_or_else(|| "output".to_owned()))
    }

    /// An output as the language declares it.
    pub(super) fn declared(&mut self, data: &Data<'_>) -> Doc {
        let mut doc = Map::new();
        let Some((_, object)) = data.object else { return Doc::from("uri_folder") };
        let is_file = object.keyword("is_directory") == Some(&Value::Bool(false));
        let kind = if is_file { "uri_file" } else { "uri_folder" };
        doc.put("type", kind);
        if let Some(Value::List(pair)) = object.argument("destination", 1)
            && let [store, path] = pair.as_slice()
        {
            match (self.store(store), path.text().and_then(|path| place(path, object))) {
                (Some(store), Some(path)) => {
                    doc.put("path", on_store(&store, &path));
                }
                _ => self.remarks.lost(
                    object.place("destination"),
                    "it is not known where this output is stored",
                    "write its `path` in the spec",
                ),
            }
        }
        doc.put_some("path", self.own_store(object));
        doc.put_some("mode", self.left(data, object));
        doc.put_some("register", data.register.as_ref());
        if doc.0.len() == 1 { Doc::from(kind) } else { doc.into() }
    }

    /// Where pipeline data go that are not on the pipeline's own datastore.
    fn own_store(&mut self, object: &Object) -> Option<String> {
        if object.class != "PipelineData" {
            return None;
        }
        let Some(store) = self.store(object.argument("datastore", 1)?) else {
            self.remarks.lost(
                object.place("datastore"),
                "it is not known which datastore this is",
                "write the `path` of the output in the spec",
            );
            return None;
        };
        if store == self.default_store {
            return None;
        }
        let path = place("azureml/{run-id}/{output-name}", object)?;
        Some(on_store(&store, &path))
    }

    /// How an output leaves the machine, where it is not written in place.
    fn left(&mut self, data: &Data<'_>, object: &Object) -> Option<&'static str> {
        let written = object.keyword("output_mode");
        match written.and_then(Value::text) {
            Some("upload") => return Some("upload"),
            Some("mount") => {}
            _ if written.is_none() => {}
            _ => self.remarks.lost(
                object.place("output_mode"),
                "it is not known how this output leaves the machine",
                "write its `mode` in the spec",
            ),
        }
        data.mode.filter(|mode| *mode == "upload")
    }

    /// Says what version 2 reads in another way than the script's data from outside.
    pub(super) fn foreign(&mut self, data: &Data<'_>, is_table: bool) {
        let Some((_, object)) = data.object else { return };
        let files = object.class.strip_prefix("Dataset.Tabular.from_");
        if files.is_some() {
            self.remarks.lost(
                object.span,
                "version 2 reads tables from a folder with an `MLTable` file, not from the files alone",
                "put an `MLTable` file beside them, and name the folder; or read the file in the script",
            );
        }
        if object.class == "Dataset.get_by_name" && !is_table {
            self.remarks.doubt(
                object.span,
                "version 2 may show a dataset of version 1 as a table; the spec reads it as a folder",
                "look at its type with `az ml data show`; for `mltable` write `type: mltable` and `mode: eval_mount`, or register the folder again",
            );
        }
    }
}

/// A path in which version 1 fills in names when the step runs; `None` when it has others.
fn place(path: &str, output: &Object) -> Option<String> {
    let path = path.replace("{run-id}", "${{name}}");
    let path = path.replace("{output-name}", &Draft::output_name(output));
    let rest = path.replace("${{name}}", "");
    (!rest.contains(['{', '}'])).then_some(path)
}

fn on_store(store: &str, path: &str) -> String {
    let path = path.trim_start_matches('/');
    // All that is in a folder is the folder.
    let path =
        path.strip_suffix("**").filter(|it| it.is_empty() || it.ends_with('/')).unwrap_or(path);
    format!("azureml://datastores/{store}/paths/{path}")
}

/// A pattern of paths is no address: the folder that all of them are in.
fn folder_before_pattern(mut address: String) -> String {
    if let Some(star) = address.find('*') {
        address.truncate(address[..star].rfind('/').map_or(star, |slash| slash + 1));
    }
    address
}

fn note(object: &Object, data: &mut Data<'_>) {
    let named = |name: &str, at: usize| object.argument(name, at).and_then(Value::text);
    match object.class.as_str() {
        "as_mount" => data.mode = data.mode.or(Some("ro_mount")),
        "as_download" => data.mode = data.mode.or(Some("download")),
        "as_upload" => data.mode = data.mode.or(Some("upload")),
        "as_direct" => data.mode = data.mode.or(Some("direct")),
        "as_input" | "as_named_input" => {
            data.is_input = true;
            let name = named("name", 0).or_else(|| named("input_name", 0));
            data.name = data.name.take().or(name.map(str::to_owned));
        }
        "register_on_complete" => data.register = named("name", 0).map(str::to_owned),
        _ => {}
    }
}
