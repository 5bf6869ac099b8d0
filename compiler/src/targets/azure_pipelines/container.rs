//! The images that jobs run in, which the file declares once.

use crate::emit::Map;
use crate::plan::{Place, Plan, Port, ServiceContainer, Step};

/// An image and the alias that jobs say.
pub(super) struct Container<'a> {
    image: &'a str,
    /// The connection that signs in to its registry.
    endpoint: Option<&'a str>,
    alias: String,
}

/// The distinct images of the steps, in order, each with an alias made from its last part.
pub(super) fn all<'a>(plan: &'a Plan, steps: impl Iterator<Item = &'a Step>) -> Vec<Container<'a>> {
    let mut all: Vec<Container<'a>> = Vec::new();
    for (step, image) in steps.flat_map(|step| images(step).into_iter().map(move |it| (step, it))) {
        if all.iter().all(|one| one.image != image) {
            let alias = alias(image, &all);
            let own = step.image().map(|id| plan.image(id));
            let endpoint = own.and_then(|own| own.service_connection.as_deref());
            all.push(Container { image, endpoint, alias });
        }
    }
    all
}

/// The alias of a step's image.
pub(super) fn alias_of<'a>(all: &'a [Container<'_>], step: &Step) -> Option<&'a str> {
    images(step).first().and_then(|image| alias_of_image(all, image))
}

/// The alias of an image.
pub(super) fn alias_of_image<'a>(all: &'a [Container<'_>], image: &str) -> Option<&'a str> {
    all.iter().find(|one| one.image == image).map(|one| one.alias.as_str())
}

/// The distinct services of the steps, in order, each with an alias of its own: its name, or that
/// with a number.
pub(super) fn services<'a>(
    steps: impl Iterator<Item = &'a Step>,
    containers: &[Container<'a>],
) -> Vec<Beside<'a>> {
    let mut all: Vec<Beside<'a>> = Vec::new();
    for service in steps.flat_map(beside) {
        if all.iter().any(|one| one.service == service) {
            continue;
        }
        let is_free = |alias: &String| {
            let taken = containers.iter().map(|one| &one.alias);
            taken.chain(all.iter().map(|one| &one.alias)).all(|it| !it.eq_ignore_ascii_case(alias))
        };
        let alias = free(&service.name, is_free);
        all.push(Beside { service, alias });
    }
    all
}

/// A container beside jobs, and its alias.
pub(super) struct Beside<'a> {
    service: &'a ServiceContainer,
    alias: String,
}

fn beside(step: &Step) -> &[ServiceContainer] {
    match &step.place {
        Place::Ci(place) => &place.extras.services,
        Place::AzureMl(_) => &[],
    }
}

/// `services` of a step's job.
pub(super) fn services_of(all: &[Beside<'_>], step: &Step) -> Map {
    let mut map = Map::new();
    for service in beside(step) {
        if let Some(found) = all.iter().find(|one| one.service == service) {
            map.put(service.name.clone(), found.alias.as_str());
        }
    }
    map
}

fn resource(beside: &Beside<'_>) -> Map {
    let service = beside.service;
    let mut env = Map::new();
    for (name, text) in &service.env {
        env.put(name.clone(), super::matrix::inner(text));
    }
    let mut map = Map::new();
    map.put("container", beside.alias.as_str());
    map.put("image", service.image.as_str());
    map.put_filled("env", env);
    map.put_filled("ports", service.ports.iter().map(Port::text).collect::<Vec<_>>());
    map.put_some("options", service.options.as_deref());
    map
}

/// The value of `resources`.
pub(super) fn resources(followed: Vec<Map>, all: &[Container<'_>], services: &[Beside<'_>]) -> Map {
    let list: Vec<Map> = all
        .iter()
        .map(|one| {
            let mut map = Map::new();
            map.put("container", one.alias.as_str());
            map.put("image", one.image);
            map.put_some("endpoint", one.endpoint);
            map
        })
        .chain(services.iter().map(resource))
        .collect();
    let mut resources = Map::new();
    resources.put_filled("pipelines", followed);
    resources.put_filled("containers", list);
    resources
}

/// The image of each combination; one without a matrix.
fn images(step: &Step) -> Vec<&str> {
    let Place::Ci(place) = &step.place else { return Vec::new() };
    let legs = place.extras.matrix.iter().flat_map(|matrix| &matrix.legs);
    let varied: Vec<&str> = legs.filter_map(|leg| leg.container.as_deref()).collect();
    if varied.is_empty() { place.container.as_deref().into_iter().collect() } else { varied }
}

fn alias(image: &str, taken: &[Container<'_>]) -> String {
    let last = image.rsplit('/').next().unwrap_or(image);
    let name = last.split([':', '@']).next().unwrap_or(last);
    let legal = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    let name: String = name.chars().map(legal).collect();
    let is_free = |alias: &String| taken.iter().all(|one| !one.alias.eq_ignore_ascii_case(alias));
    free(&name, is_free)
}

/// A name, or the first with a number behind it, that is free.
fn free(name: &str, is_free: impl Fn(&String) -> bool) -> String {
    let numbered = (2..).map(|number| format!("{name}_{number}"));
    let mut all = std::iter::once(name.to_owned()).chain(numbered);
    all.find(is_free).unwrap_or_default()
}
