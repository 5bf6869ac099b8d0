//! `spark`: a Spark job.

use super::{Binder, Engine, Kind, Need, StepSpec, Takes};
use crate::diagnostics::{BAD_VALUE, CONFLICT, Diagnostic, MISSING_KEY, UNKNOWN_KEY, near_miss};
use crate::plan::{Field, Fields, Mode, Native, NativeKind, Scalar, Task};
use crate::source::{Span, Spanned};
use crate::spec::decode::{Dict, Many};
use crate::spec::record::{choice, record};
use crate::spec::text::Arguments;
use crate::spec::values::{AnyName, Literal, PathText};

choice! {
    /// A release of Spark.
    SparkVersion as "a release of Spark" {
        /// Spark 3.2.
        V32 = "3.2",
        /// Spark 3.3.
        V33 = "3.3",
        /// Spark 3.4.
        V34 = "3.4",
        /// Spark 3.2, in the older spelling.
        V320 = "3.2.0",
        /// Spark 3.3, in the older spelling.
        V330 = "3.3.0",
        /// Spark 3.4, in the older spelling.
        V340 = "3.4.0",
    }
}

record! {
    /// What a Spark job starts with.
    SparkEntry as "an entry" {
        /// A Python script in the code folder.
        opt file = "file": Spanned<PathText>,
        /// A class in one of the `jars`: Azure ML takes none in a pipeline.
        opt class_name = "class_name": Spanned<String>,
    }
    short file
    due { "file" }
}

record! {
    /// Machines that Azure ML starts for a Spark job.
    ///
    /// ```yaml
    /// instance_type: standard_e4s_v3
    /// runtime_version: "3.4"
    /// ```
    SparkResources as "`resources` of a `spark` step" {
        /// Machine size: one of `standard_e4s_v3`, `standard_e8s_v3`, `standard_e16s_v3`,
        /// `standard_e32s_v3` and `standard_e64s_v3`.
        req instance_type = "instance_type": Spanned<String>,
        /// The release of Spark.
        req runtime_version = "runtime_version": Spanned<SparkVersion>,
    }
}

record! {
    /// A Spark job. It runs on machines that Azure ML starts for it (`resources`), or on an attached
    /// Synapse Spark pool (the step's `compute`). Its data arrive and leave as addresses (`direct`).
    ///
    /// ```yaml
    /// code: ../src
    /// entry: prepare.py
    /// args: --raw ${{ parameters.raw }} --clean ${{ outputs.clean }}
    /// conf:
    ///   spark.driver.cores: 1
    ///   spark.driver.memory: 2g
    ///   spark.executor.cores: 2
    ///   spark.executor.memory: 2g
    ///   spark.executor.instances: 2
    /// resources: { instance_type: standard_e4s_v3, runtime_version: "3.4" }
    /// ```
    Spark as "a `spark` step" {
        /// The folder of the script.
        req code = "code": Spanned<PathText>,
        /// What the job starts with.
        req entry = "entry": SparkEntry,
        /// Arguments of the script.
        opt args = "args": Arguments,
        /// Spark's own settings: cores and memory of driver and executors and the number of
        /// executors (`spark.driver.cores`, `spark.driver.memory`, `spark.executor.cores`,
        /// `spark.executor.memory`, `spark.executor.instances`), and any other. With
        /// `spark.dynamicAllocation.enabled: true` there are `spark.dynamicAllocation.minExecutors` and
        /// `maxExecutors` in place of the number.
        req conf = "conf": Dict<AnyName, Literal>,
        /// Python modules (`.py`, `.zip`, `.egg`): files in the code folder, or addresses.
        all py_files = "py_files": Many<Spanned<String>>,
        /// Java libraries: files in the code folder, or addresses.
        all jars = "jars": Many<Spanned<String>>,
        /// Files that are copied to each executor: files in the code folder, or addresses.
        all files = "files": Many<Spanned<String>>,
        /// Archives that are unpacked on each executor: files in the code folder, or addresses.
        all archives = "archives": Many<Spanned<String>>,
        /// The machines that Azure ML starts for the job, unless the step has a `compute`.
        opt resources = "resources": Box<SparkResources>,
    }
}

impl Kind for Spark {
    fn key(&self) -> &'static str {
        "spark"
    }

    fn engine(&self) -> Option<Engine> {
        Some(Engine::AzureMl)
    }

    fn keys(&self) -> &'static [&'static str] {
        &["identity"]
    }

    fn instead(&self, key: &str) -> Option<&'static str> {
        match key {
            "code" => Some("`code` is a key of `spark`: move it there"),
            "resources" => Some("`resources` is a key of `spark`: move it there"),
            "timeout" => Some("Azure ML has no limit for it"),
            "env" => {
                Some("set `spark.yarn.appMasterEnv.NAME` and `spark.executorEnv.NAME` in `conf`")
            }
            _ => None,
        }
    }

    fn takes(&self) -> Takes {
        Takes { compute: Need::May, environment: Need::May }
    }

    fn only_mode(&self) -> Option<Mode> {
        Some(Mode::Direct)
    }

    fn task(&self, step: &StepSpec, binder: &mut dyn Binder) -> Option<Task> {
        self.one_place(step, binder);
        let code = binder.folder(&self.code);
        let mut fields = Fields::default();
        fields.put("entry", self.entry.field(code.as_deref(), binder)?);
        for (key, files) in self.lists() {
            let files = files.iter().map(|file| attached(code.as_deref(), file, binder));
            let files: Vec<Field> = files.collect::<Option<_>>()?;
            if !files.is_empty() {
                fields.put(key, Field::List(files));
            }
        }
        fields.put("conf", Field::Map(self.conf(binder)));
        if let Some(Arguments(script)) = &self.args {
            fields.put("args", Field::Script(binder.arguments(script)?));
        }
        if let Some(resources) = &self.resources {
            fields.put("resources", Field::Map(resources.fields(binder)));
        }
        Some(Task::Native(Box::new(Native { kind: NativeKind::Spark, code: Some(code?), fields })))
    }
}

const SIZES: [&str; 5] = [
    "standard_e4s_v3",
    "standard_e8s_v3",
    "standard_e16s_v3",
    "standard_e32s_v3",
    "standard_e64s_v3",
];

impl SparkResources {
    pub(super) fn fields(&self, binder: &mut dyn Binder) -> Fields {
        let size = self.instance_type.value.to_ascii_lowercase();
        if !SIZES.contains(&size.as_str()) {
            let message =
                format!("`{}` is not a machine that runs Spark", self.instance_type.value);
            let help = format!("allowed: {}", SIZES.join(", "));
            binder.report(Diagnostic::new(&BAD_VALUE, self.instance_type.span, message).help(help));
        }
        let mut fields = Fields::default();
        fields.put("instance_type", Field::Text(self.instance_type.value.clone()));
        fields.put("runtime_version", Field::Text(self.runtime_version.value.word().to_owned()));
        fields
    }
}

impl SparkEntry {
    fn field(&self, code: Option<&str>, binder: &mut dyn Binder) -> Option<Field> {
        let mut fields = Fields::default();
        match (&self.file, &self.class_name) {
            (Some(file), None) => {
                if let Some(code) = code {
                    binder.file_in(code, &file.value.0, file.span)?;
                }
                fields.put("file", Field::Text(file.value.0.clone()));
            }
            (_, Some(class)) => {
                let message = "Azure ML takes no class as the entry of a Spark job in a pipeline";
                binder.report(
                    Diagnostic::new(&CONFLICT, class.span, message)
                        .help("start with a Python script: `entry: prepare.py`"),
                );
                return None;
            }
            (None, None) => {
                if !self.broken {
                    let message = "an entry needs the key `file`";
                    binder.report(Diagnostic::new(&MISSING_KEY, head(self.span), message));
                }
                return None;
            }
        }
        Some(Field::Map(fields))
    }
}

/// The start of a record, so that the place is one line.
fn head(span: Span) -> Span {
    Span::new(span.file, span.start, span.start)
}

/// A file of the code folder, or an address.
fn attached(code: Option<&str>, file: &Spanned<String>, binder: &mut dyn Binder) -> Option<Field> {
    if !file.value.contains(':')
        && let Some(code) = code
    {
        binder.file_in(code, &file.value, file.span)?;
    }
    if let Some((what, help)) = unfit(&file.value) {
        let message = format!("this address {what}");
        binder.report(Diagnostic::new(&BAD_VALUE, file.span, message).help(help));
        return None;
    }
    Some(Field::Text(file.value.clone()))
}

/// Why an address cannot stand in a repository, or lead anywhere from a cluster.
fn unfit(address: &str) -> Option<(&'static str, &'static str)> {
    if address.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("file:")) {
        let help = "name a file of the `code` folder, such as `libs.zip`, or an address in a store";
        return Some(("names a file of the machine", help));
    }
    let host = address.split_once("://").and_then(|(_, rest)| rest.split('/').next());
    let is_web = address.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http"));
    let has_password = is_web && host.is_some_and(|host| host.contains('@'));
    let is_signed = address.contains("?sig=") || address.contains("&sig=");
    let help = "keep it out of the repository: write azureml://datastores/<store>/paths/<path>";
    (has_password || is_signed).then_some(("holds a secret, which whoever reads it can use", help))
}

const CORES: [&str; 2] = ["spark.driver.cores", "spark.executor.cores"];
const MEMORY: [&str; 2] = ["spark.driver.memory", "spark.executor.memory"];
const INSTANCES: &str = "spark.executor.instances";
const DYNAMIC: &str = "spark.dynamicAllocation.enabled";
const LEAST: &str = "spark.dynamicAllocation.minExecutors";
const MOST: &str = "spark.dynamicAllocation.maxExecutors";

impl Spark {
    fn lists(&self) -> [(&'static str, &[Spanned<String>]); 4] {
        [
            ("py_files", &self.py_files.0),
            ("jars", &self.jars.0),
            ("files", &self.files.0),
            ("archives", &self.archives.0),
        ]
    }

    /// `resources` and `compute` exclude each other, and one of them must be there. A default cluster
    /// does not count: it is no Spark pool.
    fn one_place(&self, step: &StepSpec, binder: &mut dyn Binder) {
        match (&self.resources, &step.compute) {
            (Some(resources), Some(compute)) => {
                let message =
                    "a `spark` step runs on its `resources` or on a `compute`, not on both";
                binder.report(
                    Diagnostic::new(&CONFLICT, compute.span(), message)
                        .related(head(resources.span), "the resources"),
                );
            }
            (None, None) if !self.broken => {
                let message =
                    "a `spark` step needs `resources`, or an attached Spark pool as `compute`";
                binder.report(Diagnostic::new(&MISSING_KEY, head(self.span), message).help(
                    "write `resources: { instance_type: standard_e4s_v3, runtime_version: \"3.4\" }`",
                ));
            }
            (Some(_), None) | (None, Some(_) | None) => {}
        }
    }

    fn conf(&self, binder: &mut dyn Binder) -> Fields {
        self.known_keys(binder);
        let counted: &[&str] = if self.is_dynamic() { &[] } else { &[INSTANCES] };
        let required = [&CORES[..], &MEMORY, counted].concat();
        let missing: Vec<&str> =
            required.iter().filter(|key| self.conf.get(key).is_none()).copied().collect();
        if !missing.is_empty() && !self.broken {
            let at = self.conf.items.first().map_or(head(self.span), |item| item.name.span);
            let message = format!("`conf` lacks {}", missing.join(", "));
            binder.report(
                Diagnostic::new(&MISSING_KEY, at, message)
                    .help("Azure ML asks for cores, memory and the number of executors"),
            );
        }
        for key in CORES.iter().chain(&[INSTANCES]) {
            self.count(key, binder);
        }
        for key in MEMORY {
            self.memory(key, binder);
        }
        self.dynamic(binder);
        let mut fields = Fields::default();
        for (name, value) in self.conf.good() {
            fields.put(name.value.clone(), held(value.value()));
        }
        fields
    }

    /// Settings start with `spark.`; another one is a slip, such as the Python name of a setting.
    fn known_keys(&self, binder: &mut dyn Binder) {
        for item in &self.conf.items {
            let name = &item.name.value;
            let dotted = |known: &&&str| {
                let known = known.trim_start_matches("spark.").replace('.', "_");
                known.eq_ignore_ascii_case(&name.replace(['.', '_'], "_"))
            };
            let all = [&CORES[..], &MEMORY, &[INSTANCES, DYNAMIC, LEAST, MOST]].concat();
            let near = all.iter().find(|known| {
                dotted(known)
                    || name.starts_with("spark.")
                        && known.eq_ignore_ascii_case(name)
                        && *known != name
            });
            let near = near.copied().or_else(|| {
                near_miss(name, all.iter().copied())
                    .filter(|known| *known != name && !all.contains(&name.as_str()))
            });
            if name.starts_with("spark.") && near.is_none() {
                continue;
            }
            let message = format!("`{name}` is no setting of Spark");
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "settings start with `spark.`".to_owned(),
            };
            binder.report(Diagnostic::new(&UNKNOWN_KEY, item.name.span, message).help(help));
        }
    }

    fn setting(&self, key: &str) -> Option<&Literal> {
        self.conf.get(key)?.value.as_ref()
    }

    /// A whole number from 1; reported when it is none.
    fn count(&self, key: &str, binder: &mut dyn Binder) -> Option<i64> {
        let literal = self.setting(key)?;
        let number = literal.text.parse::<i64>().ok().filter(|number| *number >= 1);
        if number.is_none() {
            let message = format!("`{key}` must be a whole number from 1");
            binder.report(Diagnostic::new(&BAD_VALUE, literal.span, message).help("such as 2"));
        }
        number
    }

    fn memory(&self, key: &str, binder: &mut dyn Binder) {
        let Some(literal) = self.setting(key) else { return };
        let lower = literal.text.to_ascii_lowercase();
        let digits = lower.trim_end_matches('b').trim_end_matches(['k', 'm', 'g', 't']);
        let unit = &lower[digits.len()..];
        let sized = digits.parse::<u64>().is_ok_and(|number| number > 0);
        if !(sized && matches!(unit, "k" | "kb" | "m" | "mb" | "g" | "gb" | "t" | "tb")) {
            let message = format!("`{}` is not a size of memory", literal.text);
            let help = "write a whole number and a unit, such as 2g or 512m";
            binder.report(Diagnostic::new(&BAD_VALUE, literal.span, message).help(help));
        }
    }

    /// Whether the number of executors moves.
    fn is_dynamic(&self) -> bool {
        self.setting(DYNAMIC).is_some_and(|it| it.text.eq_ignore_ascii_case("true"))
    }

    /// With dynamic allocation the number of executors moves between two bounds, which mean nothing
    /// without it.
    fn dynamic(&self, binder: &mut dyn Binder) {
        let enabled = self.setting(DYNAMIC);
        let on = self.is_dynamic();
        if let Some(literal) = enabled
            && !on
            && !literal.text.eq_ignore_ascii_case("false")
        {
            let message = format!("`{DYNAMIC}` is true or false");
            binder.report(Diagnostic::new(&BAD_VALUE, literal.span, message));
            return;
        }
        let bounds = [LEAST, MOST].map(|key| self.conf.get(key));
        if !on {
            for item in bounds.into_iter().flatten() {
                let message =
                    format!("`{}` means nothing without dynamic allocation", item.name.value);
                binder.report(
                    Diagnostic::new(&CONFLICT, item.name.span, message)
                        .help(format!("add `{DYNAMIC}: true`, or remove it")),
                );
            }
            return;
        }
        if let [Some(_), Some(_)] = bounds {
            self.within(binder);
            return;
        }
        let Some(enabled) = enabled else { return };
        let message = format!("dynamic allocation needs `{LEAST}` and `{MOST}`");
        binder.report(Diagnostic::new(&MISSING_KEY, enabled.span, message));
    }

    fn within(&self, binder: &mut dyn Binder) {
        let (Some(least), Some(most)) = (self.count(LEAST, binder), self.count(MOST, binder))
        else {
            return;
        };
        if least > most {
            let span = self.setting(LEAST).map_or(self.span, |it| it.span);
            let message = format!("`{LEAST}` is above `{MOST}`");
            binder.report(Diagnostic::new(&BAD_VALUE, span, message).help("swap them"));
            return;
        }
        let Some(literal) = self.setting(INSTANCES) else { return };
        if literal.text.parse::<i64>().is_ok_and(|count| !(least..=most).contains(&count)) {
            let message = format!("`{INSTANCES}` is not within the bounds of dynamic allocation");
            binder.report(
                Diagnostic::new(&BAD_VALUE, literal.span, message)
                    .help(format!("it must be from {least} to {most}")),
            );
        }
    }
}

pub(super) fn held(value: Scalar) -> Field {
    match value {
        Scalar::Text(text) => Field::Text(text),
        Scalar::Integer(number) => Field::Integer(number),
        Scalar::Number(text) => Field::Number(text),
        Scalar::Boolean(value) => Field::Boolean(value),
    }
}
