//! `unpinned-image`: a tag names another image tomorrow; only a digest names one for ever.
//!
//! What zizmor's `unpinned-images` says of a container at any persona is said here at the spec's
//! line. Azure ML caches what it builds from an image, so that there only moving tags count.

use crate::check::Checked;
use crate::diagnostics::{Diagnostic, Sink, UNPINNED_IMAGE};
use crate::plan::{CiPlace, Place};
use crate::source::{Span, Spanned};
use crate::spec::Defaults;
use crate::spec::image::Image;
use crate::spec::matrix::OrMatrix;
use crate::spec::project::ProjectSpec;
use crate::spec::resources::EnvironmentSpec;

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    let spec = checked.spec;
    let is_own = |image: &Spanned<Image>| checked.image_names.contains(image.value.0.as_str());
    spec.defaults.iter().for_each(|defaults| lint_defaults(defaults, &is_own, sink));
    environments(spec.environments.good().map(|(_, environment)| environment), sink);
    for (item, step) in spec.steps.items.iter().zip(&checked.steps) {
        let Some(body) = &item.value else { continue };
        match (&body.container, &step.place) {
            (Some(OrMatrix::Fixed(image)), _) if is_own(image) => {}
            (Some(OrMatrix::Fixed(image)), _) => container(image, sink),
            (Some(OrMatrix::Varies(text)), Place::Ci(place)) => varied(text.span, place, sink),
            (Some(OrMatrix::Varies(_)) | None, _) => {}
        }
        let services = body.services.good().filter_map(|(_, service)| service.container());
        services.for_each(|service| container(&service.image, sink));
        body.environment.iter().for_each(|name| registered(name, sink));
    }
}

pub(crate) fn lint_project(project: &ProjectSpec, sink: &mut Sink) {
    let is_own = |image: &Spanned<Image>| project.images.get(&image.value.0).is_some();
    project.defaults.iter().for_each(|defaults| lint_defaults(defaults, &is_own, sink));
    let bases = project.images.good().filter_map(|(_, image)| image.base.as_ref());
    bases.for_each(|base| moving(base, sink));
    environments(project.environments.good().map(|(_, environment)| environment), sink);
}

/// The project's own images are named by what they are built of.
fn lint_defaults(defaults: &Defaults, is_own: &dyn Fn(&Spanned<Image>) -> bool, sink: &mut Sink) {
    let given = defaults.container.iter().filter(|image| !is_own(image));
    given.for_each(|image| container(image, sink));
    defaults.environment.iter().for_each(|name| registered(name, sink));
}

fn environments<'a>(all: impl Iterator<Item = &'a EnvironmentSpec>, sink: &mut Sink) {
    for environment in all {
        match environment {
            EnvironmentSpec::Reference(name) => registered(name, sink),
            EnvironmentSpec::Image(image) => moving(&image.image, sink),
            EnvironmentSpec::Build(_) => {}
        }
    }
}

/// How an image is named.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Pin {
    /// By what is in it.
    Digest,
    /// By a tag other than `latest`.
    Tag,
    /// By a tag that is meant to move, or by none, which is the same.
    Moving,
}

fn pin(image: &str) -> Pin {
    if image.contains("@sha256:") {
        return Pin::Digest;
    }
    // A colon before the last slash is that of a registry's port.
    let name = image.rsplit('/').next().unwrap_or(image);
    match name.split_once(':') {
        Some((_, tag)) if tag != "latest" => Pin::Tag,
        Some(_) | None => Pin::Moving,
    }
}

fn container(image: &Spanned<Image>, sink: &mut Sink) {
    match pin(&image.value.0) {
        Pin::Digest => {}
        Pin::Moving => moving(image, sink),
        Pin::Tag => {
            let message = format!("the tag of `{}` can be moved to another image", image.value.0);
            sink.report(Diagnostic::new(&UNPINNED_IMAGE, image.span, message).help(DIGEST));
        }
    }
}

/// The image of each combination of a matrix.
fn varied(at: Span, place: &CiPlace, sink: &mut Sink) {
    let setting = place.extras.matrix.as_ref().and_then(|matrix| matrix.container.as_ref());
    for image in setting.map_or_else(Vec::new, |setting| place.rendered(setting)) {
        container(&Spanned::new(Image(image), at), sink);
    }
}

const DIGEST: &str =
    "add the digest: `<image>:<tag>@sha256:…` (`docker buildx imagetools inspect` shows it)";

fn moving(image: &Spanned<Image>, sink: &mut Sink) {
    if pin(&image.value.0) == Pin::Moving {
        let message = format!("`{}` is another image whenever a new one is pushed", image.value.0);
        let help = "name a tag that does not move, or better a digest: `<image>:<tag>@sha256:…`";
        sink.report(Diagnostic::new(&UNPINNED_IMAGE, image.span, message).help(help));
    }
}

/// `azureml:name@latest`, and the label of a registry's environment.
fn registered(name: &Spanned<String>, sink: &mut Sink) {
    let moves = name.value.starts_with("azureml:")
        && (name.value.ends_with("@latest") || name.value.ends_with("/labels/latest"));
    if moves {
        let message =
            format!("`{}` is another environment with each new version of it", name.value);
        let help = "name a version: `azureml:<name>:<version>`";
        sink.report(Diagnostic::new(&UNPINNED_IMAGE, name.span, message).help(help));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins() {
        for (image, wanted) in [
            ("python", Pin::Moving),
            ("python:latest", Pin::Moving),
            ("localhost:5000/tools/python", Pin::Moving),
            ("python:3.11", Pin::Tag),
            ("localhost:5000/python:3.11", Pin::Tag),
            ("python@sha256:0123", Pin::Digest),
            ("python:latest@sha256:0123", Pin::Digest),
        ] {
            assert_eq!(pin(image), wanted, "{image}");
        }
    }
}
