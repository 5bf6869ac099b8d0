//! Images of the project: the job that builds one, and the container of the jobs that run in it.

use crate::emit::{Doc, Map};
use crate::plan::{BuiltImage, CiPlace, Job, When};
use crate::targets::image;

use super::expression;
use super::job::{self, Frame, Permissions};
use super::pins;
use super::scope::Scope;
use super::stage::Environment;
use super::step;

/// Ends a script with a message of the platform's.
const FAIL: &str = include_str!("scripts/fail.sh");

/// Why zizmor need not ask for a digest of the registry's, which nobody knows before the build.
const PINNED: &str = "zizmor: ignore[unpinned-images] the tag is a digest of what it is built of";

/// The job that builds an image unless the registry has it. It signs in with the secrets that the
/// jobs in the image need anyway, so that it needs no identity in Azure.
pub(super) fn job(scope: &Scope<'_>, job: &Job, image: &BuiltImage) -> Frame {
    let mut steps = vec![step::checkout()];
    steps.extend(sign_in(scope, image));
    steps.push(ensure(scope, image));
    Frame {
        name: format!("Image {}", image.title()),
        condition: job::runs_if(scope, job, When::Success, None),
        needs: scope.needs(job),
        runs_on: vec![pins::RUNNER.to_owned()],
        timeout_minutes: 60,
        environment: image.environment.as_deref().map(Environment::fixed),
        permissions: Permissions { contents: true, ..Permissions::default() },
        steps,
        ..Frame::default()
    }
}

/// Signs the later steps of a job in.
pub(super) fn sign_in(scope: &Scope<'_>, image: &BuiltImage) -> Option<Map> {
    let credentials = image.credentials.as_ref()?;
    let mut env = Map::new();
    env.put("REGISTRY", image.login_server.as_str())
        .put("REGISTRY_USERNAME", expression::text(scope, &credentials.username))
        .put("REGISTRY_PASSWORD", expression::text(scope, &credentials.password));
    let script = [step::STRICT, include_str!("scripts/registry.sh")].concat();
    Some(step::script("Sign in to the registry", env, script))
}

fn ensure(scope: &Scope<'_>, image: &BuiltImage) -> Map {
    let image::Script { text, env: fixed, facts } = image::ensure(image);
    let mut env = Map::new();
    for (name, value) in fixed {
        env.put(name, expression::literal(&value));
    }
    for (name, fact) in facts {
        env.put(name, expression::reference(scope, &fact));
    }
    step::script("Build the image unless it is there", env, [step::STRICT, FAIL, &text].concat())
}

/// The value of `container`.
pub(super) fn container(scope: &Scope<'_>, place: &CiPlace) -> Option<Doc> {
    let name = place.container.as_ref()?;
    let Some(image) = place.image.map(|id| scope.plan.image(id)) else {
        return Some(name.clone().into());
    };
    let mut container = Map::new();
    container.put_beside("image", name.as_str(), PINNED);
    if let Some(of) = &image.credentials {
        let mut credentials = Map::new();
        credentials
            .put("username", expression::text(scope, &of.username))
            .put("password", expression::text(scope, &of.password));
        container.put("credentials", credentials);
    }
    Some(container.into())
}
