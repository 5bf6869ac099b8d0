//! `parallel`: a script over the mini-batches of one input; all of v1's `ParallelRunConfig` and of
//! v2's parallel job, under v2's names.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::{Binder, Engine, Kind, StepSpec, setting};
use crate::diagnostics::{BAD_VALUE, CONFLICT, Diagnostic, MISSING_KEY};
use crate::plan::{Batching, FanOut, Scalar, ScriptPiece, Setting, Task, ValueType};
use crate::source::{Span, Spanned};
use crate::spec::decode::{Cx, Decode, Many};
use crate::spec::hints;
use crate::spec::record::{choice, record};
use crate::spec::resources::Int;
use crate::spec::text::{Arguments, OrReference, Script, Text};
use crate::spec::values::{Duration, PathText};
use crate::syntax::NodeId;

/// Allowed failures: -1 is any number.
pub(super) type Threshold = Int<-1, { i64::MAX }>;

choice! {
    /// How much the driver logs.
    LoggingLevel as "a logging level" {
        /// Warnings and errors.
        Warning = "WARNING",
        /// The progress too.
        Info = "INFO",
        /// Everything.
        Debug = "DEBUG",
    }
}

record! {
    /// A script over the mini-batches of one input.
    ///
    /// ```yaml
    /// code: ../src/score
    /// entry_script: scoring.py
    /// arguments: --model ${{ steps.train.outputs.model }}
    /// input_data: ${{ steps.prepare.outputs.batches }}
    /// mini_batch_size: 5
    /// error_threshold: 4
    /// append_row_to: predictions
    /// mini_batch_timeout: 60s
    /// max_retries: 2
    /// ```
    Parallel as "a `parallel` step" {
        /// The folder of the script.
        req code = "code": Spanned<PathText>,
        /// The script in that folder, with `run(mini_batch)` and perhaps `init()` and `shutdown()`.
        req entry_script = "entry_script": Spanned<PathText>,
        /// Arguments of the script.
        opt arguments = "arguments": Arguments,
        /// The input that is cut into mini-batches: a reference to data, or `inputs.x`.
        req input_data = "input_data": Text,
        /// Files in a mini-batch; with a unit (`10KB`) about so many bytes of a table.
        opt mini_batch_size = "mini_batch_size": OrReference<BatchSize>,
        /// One mini-batch for each combination of values of these columns.
        all partition_keys = "partition_keys": Many<Spanned<String>>,
        /// Failed items (files, rows) that are borne; -1: any number. One more fails the job.
        opt error_threshold = "error_threshold": OrReference<Threshold>,
        /// Failed mini-batches that are borne; -1: any number.
        opt mini_batch_error_threshold = "mini_batch_error_threshold": OrReference<Threshold>,
        /// Failed mini-batches that are borne, in percent.
        opt allowed_failed_percent = "allowed_failed_percent": OrReference<Int<0, 100>>,
        /// The `uri_file` output that collects what `run` returns, a line for each row. Without it
        /// the script writes its own files.
        opt append_row_to = "append_row_to": Spanned<String>,
        /// The time for one try of a mini-batch.
        opt mini_batch_timeout = "mini_batch_timeout": OrReference<Spanned<Duration>>,
        /// Tries of a mini-batch after the first.
        opt max_retries = "max_retries": OrReference<Int<0, { i64::MAX }>>,
        /// The time in which some mini-batch must end.
        opt progress_update_timeout = "progress_update_timeout": Spanned<Duration>,
        /// How much the driver logs.
        opt logging_level = "logging_level": OrReference<Spanned<LoggingLevel>> = "INFO",
    }
}

/// A number of files, or of bytes with a unit; in Azure ML's spelling.
#[derive(Clone, Debug)]
pub struct BatchSize {
    /// `10`, `10kb`.
    pub text: Spanned<String>,
    /// Whether there is a unit.
    pub bytes: bool,
}

impl Decode for BatchSize {
    const EXPECTED: &'static str = "a number of files, or of bytes such as 10KB or 1MB";

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        let (text, _) = cx.scalar(node, Self::EXPECTED)?;
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let unit = text[digits..].to_ascii_lowercase();
        let number: u64 = text[..digits].parse().unwrap_or(0);
        if number == 0 || !matches!(unit.as_str(), "" | "kb" | "mb" | "gb") {
            return cx.wrong_scalar(node, Self::EXPECTED, hints::batch_size);
        }
        let text = Spanned::new(format!("{number}{unit}"), cx.span(node));
        Some(Self { text, bytes: !unit.is_empty() })
    }
}

impl JsonSchema for BatchSize {
    fn schema_name() -> Cow<'static, str> {
        "BatchSize".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "title": "batch size",
            "description": "A number of files, or about so many bytes: `10KB`, `1MB`.",
            "anyOf": [
                { "type": "integer", "minimum": 1 },
                { "type": "string", "pattern": "^0*[1-9][0-9]*([kKmMgG][bB])?$" },
            ],
        })
    }
}

/// The v1 limit of three days, which v2 keeps.
const LONGEST_TRY: u64 = 259_200;

const INTEGER: &[ValueType] = &[ValueType::Integer];
const DATA: &[ValueType] = &[ValueType::UriFile, ValueType::UriFolder, ValueType::Mltable];

impl Kind for Parallel {
    fn key(&self) -> &'static str {
        "parallel"
    }

    fn engine(&self) -> Option<Engine> {
        Some(Engine::AzureMl)
    }

    fn keys(&self) -> &'static [&'static str] {
        &["env", "resources", "identity", "reuse"]
    }

    fn instead(&self, key: &str) -> Option<&'static str> {
        match key {
            "timeout" => Some("limit one try of a mini-batch with `mini_batch_timeout`"),
            "code" => Some("`code` is a key of `parallel`: move it there"),
            _ => None,
        }
    }

    fn task(&self, step: &StepSpec, binder: &mut dyn Binder) -> Option<Task> {
        let code = binder.folder(&self.code);
        if let Some(code) = &code {
            binder.file_in(code, &self.entry_script.value.0, self.entry_script.span);
        }
        let input_data = self.divided_input(binder);
        let batching = self.batching(binder);
        let append_row_to = match &self.append_row_to {
            Some(name) => Some(binder.output(name, &[ValueType::UriFile])?),
            None => None,
        };
        Some(Task::FanOut(Box::new(FanOut {
            arguments: self.arguments(binder)?,
            batching,
            error_threshold: number(self.error_threshold.as_ref(), binder),
            mini_batch_error_threshold: number(self.mini_batch_error_threshold.as_ref(), binder),
            append_row_to,
            mini_batch_timeout: try_time(self.mini_batch_timeout.as_ref(), binder),
            max_retries: number(self.max_retries.as_ref(), binder),
            logging_level: setting(
                self.logging_level.as_ref(),
                &[ValueType::String],
                binder,
                |it| Scalar::Text(it.value.word().to_owned()),
            ),
            max_concurrency_per_instance: workers(step, binder),
            input_data: input_data?,
            code: code?,
            entry_script: self.entry_script.value.0.clone(),
        })))
    }
}

fn workers(step: &StepSpec, binder: &mut dyn Binder) -> Option<Setting> {
    let resources = step.resources.as_ref()?;
    number(resources.max_concurrency_per_instance.as_ref(), binder)
}

pub(super) fn number<const LEAST: i64, const MOST: i64>(
    value: Option<&OrReference<Int<LEAST, MOST>>>,
    binder: &mut dyn Binder,
) -> Option<Setting> {
    setting(value, INTEGER, binder, |it| Scalar::Integer(it.0.value))
}

/// The time for one try of a mini-batch, in seconds.
pub(super) fn try_time(
    time: Option<&OrReference<Spanned<Duration>>>,
    binder: &mut dyn Binder,
) -> Option<Setting> {
    if let Some(OrReference::Value(time)) = time
        && time.value.0 > LONGEST_TRY
    {
        let message = "`mini_batch_timeout` is over 3 days";
        binder.report(
            Diagnostic::new(&BAD_VALUE, time.span, message)
                .help("Azure ML takes at most 259200 seconds"),
        );
    }
    #[allow(clippy::cast_possible_wrap)] // at most three days
    setting(time, INTEGER, binder, |time| Scalar::Integer(time.value.0 as i64))
}

impl Parallel {
    /// Arguments that the driver reads and that keys of the step set.
    pub(crate) const DRIVER_ARGUMENTS: [&str; 13] = [
        "--mini_batch_size",
        "--error_threshold",
        "--allowed_failed_count",
        "--allowed_failed_percent",
        "--output",
        "--output_action",
        "--logging_level",
        "--process_count_per_node",
        "--run_invocation_timeout",
        "--run_max_try",
        "--append_row_file_name",
        "--partition_keys",
        "--progress_update_timeout",
    ];

    fn divided_input(&self, binder: &mut dyn Binder) -> Option<u32> {
        let input = binder.data(&self.input_data)?;
        let kind = binder.input_kind(input);
        if DATA.contains(&kind) {
            return Some(input);
        }
        let message = format!("`input_data` cannot be cut: it is of type {}", kind.word());
        binder.report(
            Diagnostic::new(&BAD_VALUE, self.input_data.span, message)
                .help("it must be of type uri_folder, uri_file or mltable; a parameter says so with `type: uri_folder`"),
        );
        None
    }

    fn batching(&self, binder: &mut dyn Binder) -> Batching {
        if let (Some(keys), Some(size)) = (self.partition_keys.0.first(), &self.mini_batch_size) {
            let at = match size {
                OrReference::Value(size) => size.text.span,
                OrReference::Reference(text) => text.span,
            };
            let message = "`mini_batch_size` and `partition_keys` exclude each other";
            binder.report(
                Diagnostic::new(&CONFLICT, at, message).related(keys.span, "the partition keys"),
            );
        }
        if !self.partition_keys.0.is_empty() {
            let keys = self.partition_keys.0.iter().map(|key| key.value.clone());
            return Batching::PartitionKeys(keys.collect());
        }
        if self.mini_batch_size.is_none() && !self.broken {
            let message = "a `parallel` step needs `mini_batch_size` or `partition_keys`";
            binder.report(
                Diagnostic::new(&MISSING_KEY, self.head(), message).help(
                    "`mini_batch_size: 10` is 10 files, `1MB` about so many bytes of a table; Azure ML's documents disagree on a default",
                ),
            );
        }
        let kinds = &[ValueType::Integer, ValueType::String];
        let size = setting(self.mini_batch_size.as_ref(), kinds, binder, |size| {
            Scalar::Text(size.text.value.clone())
        });
        size.map_or(Batching::Default, Batching::Size)
    }

    /// Where to say that a key is missing: the start, so that the place is one line.
    fn head(&self) -> Span {
        Span::new(self.span.file, self.span.start, self.span.start)
    }

    /// The script's own arguments, then those of the driver that have no key in v2.
    fn arguments(&self, binder: &mut dyn Binder) -> Option<Vec<ScriptPiece>> {
        let mut pieces = match &self.arguments {
            Some(Arguments(script)) => {
                if !script.verbatim {
                    Self::no_driver_arguments(script, binder);
                }
                binder.arguments(script)?
            }
            None => Vec::new(),
        };
        match &self.allowed_failed_percent {
            Some(OrReference::Value(percent)) => {
                push(&mut pieces, &format!("--allowed_failed_percent {}", percent.0.value));
            }
            Some(OrReference::Reference(text)) => {
                push(&mut pieces, "--allowed_failed_percent ");
                pieces.push(binder.piece(text, INTEGER)?);
            }
            None => {}
        }
        if let Some(time) = &self.progress_update_timeout {
            push(&mut pieces, &format!("--progress_update_timeout {}", time.value.0));
        }
        Some(pieces)
    }

    fn no_driver_arguments(script: &Script, binder: &mut dyn Binder) {
        let words = script.text.text.split_whitespace();
        for word in words.filter(|word| Self::DRIVER_ARGUMENTS.contains(word)) {
            let key = word.trim_start_matches('-');
            let message = format!("`{word}` is an argument of the driver");
            binder.report(
                Diagnostic::new(&CONFLICT, script.text.span, message)
                    .help(format!("use the key for it instead (v1's `{key}`)")),
            );
        }
    }
}

fn push(pieces: &mut Vec<ScriptPiece>, text: &str) {
    let blank = if pieces.is_empty() { "" } else { " " };
    match pieces.last_mut() {
        Some(ScriptPiece::Literal(last)) => {
            last.push_str(blank);
            last.push_str(text);
        }
        _ => pieces.push(ScriptPiece::Literal(format!("{blank}{text}"))),
    }
}
