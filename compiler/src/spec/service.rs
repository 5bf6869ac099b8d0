//! `services`: what people open while a node of Azure ML runs, and containers beside a job of CI.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::decode::{Cx, Decode, Dict, Many};
use super::image::Image;
use super::record::record;
use super::settings::{ServiceSpec, ServiceWord};
use super::text::Text;
use super::values::{AnyName, VariableName};
use crate::diagnostics::near_miss;
use crate::source::{Span, Spanned};
use crate::syntax::{Kind, NodeId};

record! {
    /// A container that runs beside a CI step, such as a database for its tests.
    ///
    /// ```yaml
    /// image: postgres:17.6
    /// env: { POSTGRES_PASSWORD: only-for-tests }
    /// ports: 5432
    /// health: pg_isready --username postgres
    /// ```
    ServiceContainer as "a service container" {
        /// The image. It must be one that needs no sign-in.
        req image = "image": Spanned<Image>,
        /// Its environment variables. On Azure Pipelines literals only.
        all env = "env": Dict<VariableName, Text>,
        /// Ports that the step reaches it by: `<port>`, or `<port of the machine>:<port of the container>`.
        all ports = "ports": Many<Spanned<PortText>>,
        /// A command inside of the container that succeeds once it is ready; the job waits for that.
        opt health = "health": Spanned<HealthCommand>,
        /// Further options of `docker create`.
        opt options = "options": Spanned<String>,
    }
    short image
}

/// A service of either engine.
#[derive(Clone, Debug)]
pub enum Service {
    /// Opened by people while a node of Azure ML runs.
    Opened(Box<ServiceSpec>),
    /// A container beside a job of CI.
    Container(Box<ServiceContainer>),
}

/// Services by name.
pub type Services = Dict<AnyName, Service>;

impl Service {
    /// Where it is written.
    pub fn span(&self) -> Span {
        match self {
            Self::Opened(service) => service.span,
            Self::Container(container) => container.span,
        }
    }

    /// The container, if it is one.
    pub fn container(&self) -> Option<&ServiceContainer> {
        match self {
            Self::Opened(_) => None,
            Self::Container(container) => Some(container),
        }
    }
}

impl ServiceContainer {
    /// Whether a word may be the name of an image.
    fn is_name(word: &str) -> bool {
        super::image::fault(word).is_none()
    }
}

impl Decode for Service {
    const EXPECTED: &'static str = "a service";

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        let is_container = match cx.tree.kind(node) {
            // `port` is Azure ML's, and `ports` a container's.
            Kind::Map(entries) => {
                let has =
                    |wanted: &str| entries.iter().any(|entry| cx.tree.text_of(entry.key) == wanted);
                !has("type") && ServiceContainer::KEYS.iter().any(|key| has(key))
            }
            Kind::Scalar(scalar) => scalar.text.contains([':', '/', '@']),
            Kind::Null | Kind::List(_) => false,
        };
        if let Kind::Scalar(scalar) = cx.tree.kind(node)
            && !is_container
            && near_miss(scalar.text, ServiceWord::WORDS.iter().copied()).is_none()
            && !ServiceWord::WORDS.contains(&scalar.text)
            && ServiceContainer::is_name(scalar.text)
        {
            let text = scalar.text;
            let message = format!("`{text}` is no service of Azure ML, and no image with a tag");
            let words = ServiceWord::WORDS.join(", ");
            let help = format!(
                "a container of a CI step: `{{ image: \"{text}:<tag>\" }}`; Azure ML has {words}"
            );
            return cx.bad_value(node, message, help);
        }
        if is_container {
            return ServiceContainer::decode(cx, node).map(|it| Self::Container(Box::new(it)));
        }
        ServiceSpec::decode(cx, node).map(|it| Self::Opened(Box::new(it)))
    }
}

impl JsonSchema for Service {
    fn schema_name() -> Cow<'static, str> {
        "AnyService".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let opened = generator.subschema_for::<ServiceSpec>();
        let container = generator.subschema_for::<ServiceContainer>();
        json_schema!({ "anyOf": [opened, container] })
    }
}

/// A port of the machine and one of the container.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PortText {
    /// The machine's.
    pub machine: u16,
    /// The container's.
    pub container: u16,
}

impl Decode for Spanned<PortText> {
    const EXPECTED: &'static str = "a port";

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        let (text, _) = cx.scalar(node, "a port, such as 5432 or \"15432:5432\"")?;
        let port = |text: &str| {
            let plain = !text.starts_with(['0', '+']);
            text.parse::<u16>().ok().filter(|_| plain)
        };
        let (machine, container) = text.split_once(':').unwrap_or((text, text));
        let Some((machine, container)) = port(machine).zip(port(container)) else {
            let help = "write `5432`, or `\"15432:5432\"` for another port on the machine";
            return cx.bad_value(node, "this is not a port", help);
        };
        Some(Self::new(PortText { machine, container }, cx.span(node)))
    }
}

impl JsonSchema for Spanned<PortText> {
    fn schema_name() -> Cow<'static, str> {
        "Port".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "title": "port",
            "type": ["string", "integer"],
            "pattern": "^[1-9][0-9]{0,4}(:[1-9][0-9]{0,4})?$",
            "minimum": 1,
            "maximum": 65535,
        })
    }
}

/// A command that tells whether a container is ready.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HealthCommand(pub String);

impl Decode for Spanned<HealthCommand> {
    const EXPECTED: &'static str = "a command";

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        let (text, _) = cx.fixed(node, Self::EXPECTED)?;
        let plain = |letter: char| !letter.is_control() && !"\"\\$`".contains(letter);
        if text.trim().is_empty() || !text.chars().all(plain) {
            let message = "both platforms hand this command on inside double quotes";
            let help = "write one line without double quotes, `\\`, `$` and backticks";
            return cx.bad_value(node, message, help);
        }
        Some(Self::new(HealthCommand(text.to_owned()), cx.span(node)))
    }
}

impl JsonSchema for Spanned<HealthCommand> {
    fn schema_name() -> Cow<'static, str> {
        "HealthCommand".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "title": "command",
            "type": ["string", "number", "boolean"],
            "pattern": r#"^[^"\\$`]*[^"\\$`\s][^"\\$`]*$"#,
        })
    }
}
