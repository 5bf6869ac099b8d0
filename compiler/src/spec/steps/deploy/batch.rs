//! Batch endpoints: a cluster that answers with files.

use super::online::{count, keys};
use super::{Binder, Scoring};
use crate::diagnostics::{CONFLICT, Diagnostic};
use crate::plan::{BatchServing, Scalar};
use crate::source::Spanned;
use crate::spec::asset;
use crate::spec::decode::Dict;
use crate::spec::record::{choice, record};
use crate::spec::resources::{Count, Int};
use crate::spec::values::{Duration, PathText, VariableName, Word};

choice! {
    /// What becomes of the results of a batch deployment.
    OutputActionWord as "an output action" {
        /// The rows are put together in one file.
        AppendRow = "append_row",
        /// The script writes its own files.
        SummaryOnly = "summary_only",
    }
}

choice! {
    /// How much a batch deployment says.
    LoggingWord as "a logging level" {
        /// Warnings and worse.
        Warning = "warning",
        /// What happens.
        Info = "info",
        /// Everything.
        Debug = "debug",
    }
}

record! {
    /// Tries of a mini-batch.
    RetrySpec as "retry settings" {
        /// Tries after the first (the service's own: 3).
        opt max_retries = "max_retries": Int<0, { i64::MAX }>,
        /// Time for one try (the service's own: 30 seconds).
        opt timeout = "timeout": Spanned<Duration>,
    }
}

record! {
    /// A model behind a batch endpoint, under the names of the v2 files. The endpoint is made if it is
    /// not there; the deployment is made or replaced, and becomes the endpoint's default.
    ///
    /// ```yaml
    /// endpoint: diabetes-batch
    /// deployment: nightly
    /// compute: cpu
    /// instance_count: 2
    /// mini_batch_size: 5
    /// ```
    BatchSpec as "a batch endpoint" {
        /// The endpoint's name, part of its address and so unique in the whole Azure region: 3 to 32
        /// letters, digits and `-`, with a letter first and no `-` last.
        req endpoint = "endpoint": Spanned<String>,
        /// The deployment's name, in the same form (default: the step's name, with `-` for `_`).
        opt deployment = "deployment": Spanned<String>,
        /// The cluster: an entry of `compute`, or `azureml:<cluster>`.
        req compute = "compute": Spanned<String>,
        /// Machines for one call (the service's own: 1).
        opt instance_count = "instance_count": Count,
        /// Files that the script gets at once (the service's own: 10).
        opt mini_batch_size = "mini_batch_size": Count = 10,
        /// Processes on each machine (the service's own: 1).
        opt max_concurrency_per_instance = "max_concurrency_per_instance": Count,
        /// What becomes of the results (the service's own: `append_row`).
        opt output_action = "output_action": Spanned<OutputActionWord>,
        /// The file of the rows (the service's own: `predictions.csv`).
        opt output_file_name = "output_file_name": Spanned<String>,
        /// Tries of a mini-batch.
        opt retry_settings = "retry_settings": Box<RetrySpec>,
        /// Failed files that are accepted; -1: any number (the service's own).
        opt error_threshold = "error_threshold": Int<-1, { i64::MAX }>,
        /// How much is said (the service's own: `info`).
        opt logging_level = "logging_level": Spanned<LoggingWord>,
        /// The software of the script: an entry of `environments`, or `azureml:<name>:<version>`.
        opt environment = "environment": Spanned<String>,
        /// The folder of the script that answers, from this file on.
        opt code = "code": Spanned<PathText>,
        /// The script that answers, in the folder `code`.
        opt scoring_script = "scoring_script": Spanned<PathText>,
        /// Environment variables of the script.
        all environment_variables = "environment_variables": Dict<VariableName, Word>,
    }
}

impl BatchSpec {
    pub(super) fn scoring(&self) -> Scoring<'_> {
        Scoring {
            environment: self.environment.as_ref(),
            code: self.code.as_ref(),
            script: self.scoring_script.as_ref(),
        }
    }

    pub(super) fn serving(&self, step: &str, binder: &mut dyn Binder) -> Option<BatchServing> {
        let compute = self.cluster(binder);
        let deployment = self.deployment.clone().unwrap_or_else(|| {
            Spanned::new(step.trim_start_matches('_').replace('_', "-"), self.endpoint.span)
        });
        if let Some(wrong) = asset::bad_endpoint("a deployment", &deployment) {
            binder.report(wrong);
            return None;
        }
        let text = |word: &str| Scalar::Text(word.to_owned());
        let retry = self.retry_settings.as_deref();
        let seconds = |it: &RetrySpec| i64::try_from(it.timeout.as_ref()?.value.0).ok();
        Some(BatchServing {
            deployment: deployment.value,
            compute: compute?,
            resources: keys([("instance_count", count(self.instance_count))]),
            settings: keys([
                // Azure ML's tools read no settings without it.
                ("mini_batch_size", count(self.mini_batch_size).or(Some(Scalar::Integer(10)))),
                ("max_concurrency_per_instance", count(self.max_concurrency_per_instance)),
                ("output_action", self.output_action.as_ref().map(|it| text(it.value.word()))),
                ("output_file_name", self.output_file_name.as_ref().map(|it| text(&it.value))),
                ("error_threshold", count(self.error_threshold)),
                ("logging_level", self.logging_level.as_ref().map(|it| text(it.value.word()))),
            ]),
            retry_settings: keys([
                ("max_retries", retry.and_then(|it| count(it.max_retries))),
                ("timeout", retry.and_then(seconds).map(Scalar::Integer)),
            ]),
        })
    }

    fn cluster(&self, binder: &mut dyn Binder) -> Option<String> {
        let name = binder.cluster(&self.compute)?;
        if name != "serverless" {
            return Some(name);
        }
        let message = "a batch deployment has a cluster of its own";
        let help = "name an entry of `compute`, or `azureml:<cluster>`";
        binder.report(Diagnostic::new(&CONFLICT, self.compute.span, message).help(help));
        None
    }
}
