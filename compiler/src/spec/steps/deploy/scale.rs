//! How many machines of an online deployment there are, and what a cluster gives each.

use super::Binder;
use super::online::{OnlineSpec, count, keys, map};
use crate::diagnostics::{BAD_VALUE, CONFLICT, Diagnostic, excerpt};
use crate::plan::{Data, Keys, Scalar};
use crate::source::{Span, Spanned};
use crate::spec::record::{choice, record};
use crate::spec::resources::{Count, Int};
use crate::spec::values::{Duration, Word};

choice! {
    /// How the number of machines of an online deployment changes by itself.
    ScaleWord as "a way to scale" {
        /// It stays, unless autoscale rules of Azure Monitor change it.
        Default = "default",
        /// With how busy the machines are; on a Kubernetes cluster.
        TargetUtilization = "target_utilization",
    }
}

record! {
    /// How the number of machines of an online deployment changes by itself, as the v2 file has it. On
    /// machines of Azure ML there is only `default`: there, autoscale rules of Azure Monitor change it.
    ///
    /// ```yaml
    /// type: target_utilization
    /// min_instances: 1
    /// max_instances: 5
    /// target_utilization_percentage: 70
    /// polling_interval: 10s
    /// ```
    ScaleSpec as "scale settings" {
        /// How it changes.
        req kind = "type": Spanned<ScaleWord>,
        /// The smallest number (`target_utilization`; the service's own: 1).
        opt min_instances = "min_instances": Count,
        /// The largest number (`target_utilization`; the service's own: 1).
        opt max_instances = "max_instances": Count,
        /// How busy machines are before there are more of them, in percent (`target_utilization`; the
        /// service's own: 70).
        opt target_utilization_percentage = "target_utilization_percentage": Int<1, 100>,
        /// Time between two looks (`target_utilization`; the service's own: 1 second).
        opt polling_interval = "polling_interval": Spanned<Duration>,
    }
    short kind
}

impl ScaleSpec {
    /// The settings in Azure ML's words.
    pub(super) fn data(&self, online: &OnlineSpec, binder: &mut dyn Binder) -> Option<Data> {
        match self.kind.value {
            ScaleWord::Default => self.nothing_else(binder)?,
            ScaleWord::TargetUtilization => {
                self.on_a_cluster(online, binder)?;
                self.in_order(online.instance_count, binder)?;
            }
        }
        let interval = self.polling_interval.as_ref().map(|it| it.value.0);
        Some(map(keys([
            ("type", Some(Scalar::Text(self.kind.value.word().to_owned()))),
            ("min_instances", count(self.min_instances)),
            ("max_instances", count(self.max_instances)),
            ("target_utilization_percentage", count(self.target_utilization_percentage)),
            (
                "polling_interval",
                interval.and_then(|it| i64::try_from(it).ok()).map(Scalar::Integer),
            ),
        ])))
    }

    fn nothing_else(&self, binder: &mut dyn Binder) -> Option<()> {
        let mut holds = Some(());
        let others = [
            ("min_instances", self.min_instances.map(|it| it.0.span)),
            ("max_instances", self.max_instances.map(|it| it.0.span)),
            (
                "target_utilization_percentage",
                self.target_utilization_percentage.map(|it| it.0.span),
            ),
            ("polling_interval", self.polling_interval.as_ref().map(|it| it.span)),
        ];
        for (key, span) in others {
            let Some(span) = span else { continue };
            let message = format!("`{key}` does nothing with `type: default`");
            let help = "remove it, or write `type: target_utilization`";
            binder.report(Diagnostic::new(&CONFLICT, span, message).help(help));
            holds = None;
        }
        holds
    }

    /// Azure ML's own tools refuse it elsewhere, without a place.
    fn on_a_cluster(&self, online: &OnlineSpec, binder: &mut dyn Binder) -> Option<()> {
        if online.compute.is_some() {
            return Some(());
        }
        let message = "machines of Azure ML do not scale with `target_utilization`";
        let help = "leave `scale_settings` out, and let an autoscale rule of Azure Monitor change the number; a Kubernetes cluster (`compute`) knows it";
        binder.report(Diagnostic::new(&CONFLICT, self.kind.span, message).help(help));
        None
    }

    fn in_order(&self, instances: Option<Count>, binder: &mut dyn Binder) -> Option<()> {
        let number = |it: Option<Count>| it.map_or(1, |it| it.0.value);
        let (least, most) = (number(self.min_instances), number(self.max_instances));
        let at = |it: Option<Count>| it.map_or(self.span, |it| it.0.span);
        let mut refuse = |at: Span, message: String, help: &str| {
            binder.report(Diagnostic::new(&BAD_VALUE, at, message).help(help));
            None
        };
        if least > most {
            let said = self.max_instances.or(self.min_instances);
            let message = format!("`min_instances` is {least}, and `max_instances` {most}");
            return refuse(at(said), message, "write a larger `max_instances`; it is 1 by default");
        }
        match instances.filter(|it| !(least..=most).contains(&it.0.value)) {
            Some(it) => {
                let message = format!("{} is not from {least} to {most}", it.0.value);
                let help = "the deployment begins with `instance_count` machines: leave it out, or let `scale_settings` allow it";
                refuse(it.0.span, message, help)
            }
            None => Some(()),
        }
    }
}

record! {
    /// What a container on Kubernetes asks for, or may have.
    QuantitiesSpec as "quantities" {
        /// Processors, such as `0.5` or `500m`.
        opt cpu = "cpu": Word,
        /// Memory, such as `1Gi`.
        opt memory = "memory": Word,
        /// Graphics processors.
        opt gpu = "gpu": Count,
    }
}

record! {
    /// What a container on Kubernetes asks for, as the v2 file has it.
    ///
    /// ```yaml
    /// requests: { cpu: 500m, memory: 512Mi }
    /// limits: { cpu: 1, memory: 1Gi }
    /// ```
    ContainerSpec as "the resources of a container" {
        /// What it gets at least.
        opt requests = "requests": Box<QuantitiesSpec>,
        /// What it gets at most.
        opt limits = "limits": Box<QuantitiesSpec>,
    }
}

impl ContainerSpec {
    /// The resources in Azure ML's words.
    pub(super) fn data(&self, binder: &mut dyn Binder) -> Option<Data> {
        let both = [("requests", &self.requests), ("limits", &self.limits)];
        let mut entries = Vec::with_capacity(2);
        for (key, quantities) in both {
            if let Some(quantities) = quantities {
                entries.push((key.to_owned(), map(quantities.keys(binder)?)));
            }
        }
        Some(Data::Map(entries))
    }
}

impl QuantitiesSpec {
    fn keys(&self, binder: &mut dyn Binder) -> Option<Keys> {
        let processors = self.cpu.as_ref().map(|it| quantity(it, &["", "m"], "500m", binder));
        let units = ["", "k", "M", "G", "T", "Ki", "Mi", "Gi", "Ti"];
        let memory = self.memory.as_ref().map(|it| quantity(it, &units, "512Mi", binder));
        let processors = processors.map_or(Some(None), |it| it.map(Some));
        let memory = memory.map_or(Some(None), |it| it.map(Some));
        let (processors, memory) = processors.zip(memory)?;
        let gpu = self.gpu.map(|it| Scalar::Text(it.0.value.to_string()));
        Some(keys([("cpu", processors), ("memory", memory), ("gpu", gpu)]))
    }
}

/// A number with one of the units.
fn quantity(word: &Word, units: &[&str], such: &str, binder: &mut dyn Binder) -> Option<Scalar> {
    let text = &word.0.value;
    let number = text.trim_end_matches(|it: char| it.is_ascii_alphabetic());
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit());
    let is_number = match number.split_once('.') {
        Some((whole, rest)) => digits(whole) && digits(rest),
        None => digits(number),
    };
    if is_number && units.contains(&&text[number.len()..]) {
        return Some(Scalar::Text(text.clone()));
    }
    let message = format!("`{}` is not a quantity of Kubernetes", excerpt(text));
    let named: Vec<&str> = units.iter().copied().filter(|unit| !unit.is_empty()).collect();
    let help = format!("a number, or one with a unit ({}), such as `{such}`", named.join(", "));
    binder.report(Diagnostic::new(&BAD_VALUE, word.0.span, message).help(help));
    None
}
