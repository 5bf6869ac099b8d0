//! Machines and software: what specs and the project file name.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::decode::{Cx, Decode, Dict, Many, whole_number};
use super::image::Image;
use super::record::record;
use super::text::OrReference;
use super::values::{AnyName, Literal, PathText};
use crate::source::Spanned;
use crate::syntax::{Kind, NodeId};

/// A whole number within limits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Int<const MIN: i64, const MAX: i64>(pub Spanned<i64>);

impl<const MIN: i64, const MAX: i64> Decode for Int<MIN, MAX> {
    const EXPECTED: &'static str = "a whole number";

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        let number = whole_number(cx, node)?;
        if (MIN..=MAX).contains(&number.value) {
            return Some(Self(number));
        }
        let limits = if MAX == i64::MAX {
            format!("it must be at least {MIN}")
        } else {
            format!("it must be from {MIN} to {MAX}")
        };
        cx.bad_value(node, format!("{} is out of range", number.value), limits)
    }
}

impl<const MIN: i64, const MAX: i64> JsonSchema for Int<MIN, MAX> {
    fn schema_name() -> Cow<'static, str> {
        "Integer".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let mut schema = json_schema!({ "type": "integer", "minimum": MIN });
        if MAX != i64::MAX {
            schema.insert("maximum".to_owned(), MAX.into());
        }
        schema
    }
}

/// Further arguments of `docker run`; Azure ML keeps the two forms apart.
#[derive(Clone, Debug)]
pub enum DockerArgs {
    /// One text.
    Text(Spanned<String>),
    /// One for each argument.
    List(Vec<Spanned<String>>),
}

impl Decode for DockerArgs {
    const EXPECTED: &'static str = "arguments of `docker run` (a text or a list)";

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        match cx.tree.kind(node) {
            Kind::List(_) => Many::decode(cx, node).map(|all| Self::List(all.0)),
            Kind::Scalar(_) => Spanned::<String>::decode(cx, node).map(Self::Text),
            Kind::Null | Kind::Map(_) => cx.wrong_type(node, Self::EXPECTED),
        }
    }
}

impl JsonSchema for DockerArgs {
    fn schema_name() -> Cow<'static, str> {
        "DockerArgs".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let text = generator.subschema_for::<Spanned<String>>();
        json_schema!({ "anyOf": [text, { "type": "array", "items": text }] })
    }
}

/// A count from 1.
pub type Count = Int<1, { i64::MAX }>;

record! {
    /// How many machines, and of what kind.
    ///
    /// ```yaml
    /// instance_count: 5
    /// shm_size: 8g
    /// ```
    ResourcesSpec as "resources" {
        /// Number of machines.
        opt instance_count = "instance_count": OrReference<Count>,
        /// Machine size, for serverless compute.
        opt instance_type = "instance_type": Spanned<String>,
        /// Shared memory of the container, such as `8g`.
        opt shm_size = "shm_size": Spanned<String>,
        /// Further arguments of `docker run`: a text, or a list with one for each argument.
        opt docker_args = "docker_args": DockerArgs,
        /// The largest number of machines that an elastic run takes.
        opt max_instance_count = "max_instance_count": Count,
        /// Regions where the step may run.
        all locations = "locations": Many<Spanned<String>>,
        /// Properties that the compute knows.
        all properties = "properties": Dict<AnyName, Literal>,
        /// Worker processes on each machine (`parallel` steps).
        opt max_concurrency_per_instance = "max_concurrency_per_instance": OrReference<Count>,
    }
}

record! {
    /// Software on Azure ML nodes: an image, with a conda file or without.
    ///
    /// ```yaml
    /// image: mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:20260715.v1
    /// conda: envs/training.yaml
    /// ```
    EnvironmentImage as "an environment" {
        /// The container image.
        req image = "image": Spanned<Image>,
        /// A conda file whose packages are added to the image.
        opt conda = "conda": Spanned<PathText>,
        /// Environments whose conda files the conda file of this one must agree with: every package
        /// of theirs stands in it too, in the same versions. For the software of CI, the names of
        /// those in which steps train and score.
        all agrees_with = "agrees_with": Many<Spanned<String>>,
    }
}

record! {
    /// Software on Azure ML nodes that Azure ML builds from a Dockerfile.
    ///
    /// ```yaml
    /// build: envs/training
    /// ```
    EnvironmentBuild as "a built environment" {
        /// The folder that the image is built in.
        req build = "build": Spanned<PathText>,
        /// The Dockerfile in that folder.
        opt dockerfile = "dockerfile": Spanned<PathText> = "Dockerfile",
    }
}

/// Whether a text names one version of something that is registered.
pub(crate) fn is_versioned(text: &str) -> bool {
    text.strip_prefix("azureml:").is_some_and(|rest| {
        rest.starts_with("//")
            || rest.starts_with("/subscriptions/")
            || rest.contains('@')
            || rest
                .split_once(':')
                .is_some_and(|(name, version)| !name.is_empty() && !version.is_empty())
    })
}

/// An environment as a map names it.
#[derive(Clone, Debug)]
pub enum EnvironmentSpec {
    /// A registered or curated one: `azureml:name:version`, `azureml://registries/…`.
    Reference(Spanned<String>),
    /// An image.
    Image(Box<EnvironmentImage>),
    /// A Dockerfile.
    Build(Box<EnvironmentBuild>),
}

impl Decode for EnvironmentSpec {
    const EXPECTED: &'static str =
        "an environment (`azureml:name:version`, or a map with `image` or `build`)";

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        match cx.tree.kind(node) {
            Kind::Scalar(_) => Spanned::<String>::decode(cx, node).map(Self::Reference),
            Kind::Map(entries) if entries.iter().any(|it| cx.tree.text_of(it.key) == "build") => {
                EnvironmentBuild::decode(cx, node).map(|build| Self::Build(Box::new(build)))
            }
            Kind::Map(_) => {
                EnvironmentImage::decode(cx, node).map(|image| Self::Image(Box::new(image)))
            }
            Kind::Null | Kind::List(_) => cx.wrong_type(node, Self::EXPECTED),
        }
    }
}

impl JsonSchema for EnvironmentSpec {
    fn schema_name() -> Cow<'static, str> {
        "EnvironmentSpec".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let image = generator.subschema_for::<EnvironmentImage>();
        let reference = generator.subschema_for::<Spanned<String>>();
        let build = generator.subschema_for::<EnvironmentBuild>();
        json_schema!({ "anyOf": [reference, image, build] })
    }
}

record! {
    /// A pool of Azure Pipelines.
    ///
    /// ```yaml
    /// pool: gpu-pool
    /// demands: [cuda]
    /// ```
    PoolSpec as "a pool" {
        /// Its name.
        req pool = "pool": Spanned<String>,
        /// What the agent must have.
        all demands = "demands": Many<Spanned<String>>,
    }
    short pool
}

record! {
    /// A machine of one's own, as each CI platform names it.
    ///
    /// ```yaml
    /// github: [self-hosted, gpu]
    /// azure_pipelines: { pool: gpu-pool, demands: [cuda] }
    /// ```
    RunnerSpec as "a runner" {
        /// Labels, all of which must fit (GitHub).
        all github = "github": Many<Spanned<String>>,
        /// The pool (Azure Pipelines).
        opt azure_pipelines = "azure_pipelines": PoolSpec,
    }
}
