//! What a node says in place of the component that it runs.

use super::parallel::{number, try_time};
use super::spark::held;
use super::{Binder, ComponentSpec, StepSpec, setting};
use crate::diagnostics::{CONFLICT, Diagnostic};
use crate::plan::{ComponentKind, Field, Fields, Scalar, ValueType};
use crate::source::Span;
use crate::spec::text::OrReference;

impl ComponentSpec {
    /// The keys that the node has beside those of all nodes.
    pub(super) fn overrides(
        &self,
        kind: ComponentKind,
        step: &StepSpec,
        binder: &mut dyn Binder,
    ) -> Fields {
        for (of, key, span) in self.written() {
            if of != kind {
                let message = format!("`{key}` is for components of type {}", of.word());
                binder.report(
                    Diagnostic::new(&CONFLICT, span, message)
                        .help("say what the component is with `type`, or remove the key"),
                );
            }
        }
        match kind {
            ComponentKind::Parallel => self.of_parallel(step, binder),
            ComponentKind::Spark => self.of_spark(binder),
            ComponentKind::Command | ComponentKind::Pipeline => Fields::default(),
        }
    }

    /// The keys that one kind of component takes, where they stand.
    fn written(&self) -> Vec<(ComponentKind, &'static str, Span)> {
        fn at<T>(value: Option<&OrReference<T>>, span: impl Fn(&T) -> Span) -> Option<Span> {
            value.map(|value| match value {
                OrReference::Value(value) => span(value),
                OrReference::Reference(text) => text.span,
            })
        }
        let parallel = [
            ("mini_batch_size", at(self.mini_batch_size.as_ref(), |it| it.text.span)),
            ("error_threshold", at(self.error_threshold.as_ref(), |it| it.0.span)),
            (
                "mini_batch_error_threshold",
                at(self.mini_batch_error_threshold.as_ref(), |it| it.0.span),
            ),
            ("mini_batch_timeout", at(self.mini_batch_timeout.as_ref(), |it| it.span)),
            ("max_retries", at(self.max_retries.as_ref(), |it| it.0.span)),
            ("logging_level", at(self.logging_level.as_ref(), |it| it.span)),
        ];
        let spark = [
            ("conf", self.conf.items.first().map(|item| item.name.span)),
            ("resources", self.resources.as_ref().map(|it| it.span)),
        ];
        let parallel = parallel.map(|(key, span)| (ComponentKind::Parallel, key, span));
        let spark = spark.map(|(key, span)| (ComponentKind::Spark, key, span));
        let all = parallel.into_iter().chain(spark);
        all.filter_map(|(kind, key, span)| Some((kind, key, span?))).collect()
    }

    fn of_parallel(&self, step: &StepSpec, binder: &mut dyn Binder) -> Fields {
        let sizes = &[ValueType::Integer, ValueType::String];
        let size = setting(self.mini_batch_size.as_ref(), sizes, binder, |size| {
            Scalar::Text(size.text.value.clone())
        });
        let level = setting(self.logging_level.as_ref(), &[ValueType::String], binder, |it| {
            Scalar::Text(it.value.word().to_owned())
        });
        let workers = step.resources.as_ref();
        let workers = workers.and_then(|it| it.max_concurrency_per_instance.as_ref());
        let mut retries = Fields::default();
        let time = try_time(self.mini_batch_timeout.as_ref(), binder);
        for (key, value) in
            [("timeout", time), ("max_retries", number(self.max_retries.as_ref(), binder))]
        {
            if let Some(value) = value {
                retries.put(key, Field::Setting(value));
            }
        }
        let items = number(self.error_threshold.as_ref(), binder);
        let batches = number(self.mini_batch_error_threshold.as_ref(), binder);
        let all = [
            ("mini_batch_size", size),
            ("error_threshold", items),
            ("mini_batch_error_threshold", batches),
            ("logging_level", level),
            ("max_concurrency_per_instance", number(workers, binder)),
        ];
        let mut fields = Fields::default();
        for (key, value) in all {
            if let Some(value) = value {
                fields.put(key, Field::Setting(value));
            }
        }
        if !retries.0.is_empty() {
            fields.put("retry_settings", Field::Map(retries));
        }
        fields
    }

    fn of_spark(&self, binder: &mut dyn Binder) -> Fields {
        let mut fields = Fields::default();
        let mut conf = Fields::default();
        for (name, value) in self.conf.good() {
            conf.put(name.value.clone(), held(value.value()));
        }
        if !conf.0.is_empty() {
            fields.put("conf", Field::Map(conf));
        }
        if let Some(resources) = &self.resources {
            fields.put("resources", Field::Map(resources.fields(binder)));
        }
        fields
    }
}
