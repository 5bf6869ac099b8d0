//! Containers beside a CI step.

use std::collections::BTreeMap;

use super::binder::StepBinder;
use super::names::Context;
use super::{place, surroundings};
use crate::diagnostics::{
    BAD_NAME, BAD_VALUE, CANNOT_EXPRESS, CONFLICT, Diagnostic, NOT_SUPPORTED, PLACEMENT, Sink,
    excerpt,
};
use crate::plan::{CiPlace, Home, Port, Runner, ServiceContainer as Planned, Text as PlanText};
use crate::source::{Span, Spanned};
use crate::spec::service::{Service, ServiceContainer};
use crate::spec::steps::{Binder, StepSpec};

/// The containers of the step.
pub(crate) fn containers(cx: &Context<'_>, binder: &mut StepBinder<'_, '_>) -> Vec<Planned> {
    let body = binder.body;
    let mut planned = Vec::with_capacity(body.services.items.len());
    for (name, service) in body.services.good() {
        match service {
            Service::Opened(service) => {
                let word = service.kind.value.word();
                let message = format!("`{word}` is opened on Azure ML, and this step runs on CI");
                let help = "a service of a CI step is a container: `{ image: <image> }`";
                binder.report(Diagnostic::new(&CONFLICT, service.span, message).help(help));
            }
            Service::Container(container) => {
                plain_name(name, binder.sink);
                place::open_registry(&container.image, binder.sink);
                let env = env(cx, container, binder);
                let options = options(container, binder.sink);
                let ports = container.ports.0.iter();
                let port = |port: &Spanned<crate::spec::service::PortText>| Port {
                    machine: port.value.machine,
                    container: port.value.container,
                };
                planned.push(Planned {
                    name: name.value.clone(),
                    image: container.image.value.0.clone(),
                    env,
                    ports: ports.map(port).collect(),
                    options,
                });
            }
        }
    }
    ports_differ(body, binder.sink);
    planned
}

/// The name is that of a host, of an id on GitHub and of an alias on Azure Pipelines.
fn plain_name(name: &Spanned<String>, sink: &mut Sink) {
    let bytes = name.value.as_bytes();
    let fits = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-';
    let starts = bytes.first().is_some_and(u8::is_ascii_lowercase);
    if starts && bytes.iter().all(fits) && !name.value.ends_with('-') && bytes.len() <= 60 {
        return;
    }
    let message = format!("`{}` cannot be the name of a host", excerpt(&name.value));
    let help = "write lower-case letters, digits and `-`";
    sink.report(Diagnostic::new(&BAD_NAME, name.span, message).help(help));
}

/// Azure Pipelines knows what its containers are before it knows any value.
fn env(
    cx: &Context<'_>,
    container: &ServiceContainer,
    binder: &mut StepBinder<'_, '_>,
) -> Vec<(String, PlanText)> {
    let writes = super::project::targets(cx.project).contains(&Home::AzurePipelines);
    let mut env = Vec::new();
    for (name, text) in container.env.good() {
        surroundings::no_macro(text, binder.sink);
        if writes && let Some(at) = text.spans.first() {
            let message = "Azure Pipelines starts a service before it knows this value";
            let help = "write a literal, which is no secret when the service lives as long as the job; or leave `azure_pipelines` out of the project's `targets`";
            binder.report(Diagnostic::new(&CANNOT_EXPRESS, *at, message).help(help));
            continue;
        }
        env.extend(binder.plan_text(text).map(|text| (name.value.clone(), text)));
    }
    env
}

/// Options of `docker create` that both platforms hand on, and that no key here says.
const OPTIONS: [&str; 11] = [
    "--cap-add",
    "--cpus",
    "--health-cmd",
    "--health-interval",
    "--health-retries",
    "--health-start-period",
    "--health-timeout",
    "--memory",
    "--shm-size",
    "--tmpfs",
    "--ulimit",
];

/// The options, with those that make the job wait until the container is ready.
fn options(container: &ServiceContainer, sink: &mut Sink) -> Option<String> {
    let mut all = Vec::new();
    if let Some(health) = &container.health {
        all.push(format!(
            "--health-cmd \"{}\" --health-interval 5s --health-timeout 5s --health-retries 20",
            health.value.0
        ));
    }
    if let Some(options) = &container.options {
        allowed(options, container.health.as_ref().map(|it| it.span), sink);
        all.push(options.value.clone());
    }
    (!all.is_empty()).then(|| all.join(" "))
}

fn allowed(options: &Spanned<String>, health: Option<Span>, sink: &mut Sink) {
    let mut refuse = |message: String, help: &str| {
        let rule = if message.ends_with("not supported yet") { &NOT_SUPPORTED } else { &BAD_VALUE };
        sink.report(Diagnostic::new(rule, options.span, message).help(help));
    };
    let text = &options.value;
    if text.matches('"').count() % 2 == 1 || text.contains(['\'', '\\', '$', '`', '\n']) {
        let help = "write words with blanks between them; double quotes keep a value together";
        return refuse("these options are not plain words".to_owned(), help);
    }
    let mut words = words(text).into_iter();
    while let Some(word) = words.next() {
        let (flag, value) =
            word.split_once('=').map_or((word.as_str(), None), |(flag, value)| (flag, Some(value)));
        let instead = match flag {
            "--network" | "--net" | "--network-alias" => {
                "both platforms make a network of their own for the job"
            }
            "-p" | "--publish" | "--expose" => "write `ports`",
            "-e" | "--env" | "--env-file" => "write `env`",
            _ if !flag.starts_with('-') => "each word is an option, or the value of one",
            _ if !OPTIONS.contains(&flag) => {
                let help = format!("allowed are {}", OPTIONS.join(", "));
                refuse(format!("`{}` is not supported yet", excerpt(flag)), &help);
                return;
            }
            _ if health.is_some() && flag.starts_with("--health-") => {
                "write it here or in `health`, not in both"
            }
            // The value may be the next word; it is no option, whatever it looks like.
            _ if value.is_some() || words.next().is_some_and(|next| !next.starts_with('-')) => {
                continue;
            }
            _ => "give it a value",
        };
        return refuse(format!("`{}` cannot stand among the options", excerpt(flag)), instead);
    }
}

/// The words as the platforms' agents hand them on: double quotes keep a part together, and are not
/// handed on themselves.
pub(crate) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut in_quotes) = (None::<String>, false);
    for letter in text.chars() {
        match letter {
            '"' => {
                in_quotes = !in_quotes;
                word.get_or_insert_default();
            }
            _ if letter.is_whitespace() && !in_quotes => words.extend(word.take()),
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

/// Two services cannot have one port of the machine.
fn ports_differ(body: &StepSpec, sink: &mut Sink) {
    let mut taken: BTreeMap<u16, Span> = BTreeMap::new();
    let containers = body.services.good().filter_map(|(_, service)| service.container());
    for port in containers.flat_map(|container| &container.ports.0) {
        if let Some(first) = taken.insert(port.value.machine, port.span) {
            let message = format!("the port {} of the machine is taken", port.value.machine);
            sink.report(
                Diagnostic::new(&CONFLICT, port.span, message)
                    .related(first, "by this one")
                    .help("choose another: `\"<port of the machine>:<port of the container>\"`"),
            );
        }
    }
}

/// Hosted machines of Windows and macOS run no containers of Linux.
pub(crate) fn machines(body: &StepSpec, job: &CiPlace, sink: &mut Sink) -> Option<()> {
    let Some(first) = body.services.items.first().filter(|_| !job.extras.services.is_empty())
    else {
        return Some(());
    };
    let legs = job.extras.matrix.iter().flat_map(|matrix| &matrix.legs);
    let machines = legs.filter_map(|leg| leg.runner.as_ref()).chain([&job.runner]);
    let is_other = |runner: &Runner| {
        let label = runner.github.first().map_or("", String::as_str);
        label.starts_with("windows-") || label.starts_with("macos-")
    };
    if !machines.into_iter().any(is_other) {
        return Some(());
    }
    let message = "services run on machines with Linux only";
    let help = "choose such a `runner`, or start what the tests need in `run`";
    sink.report(Diagnostic::new(&PLACEMENT, first.name.span, message).help(help));
    None
}
