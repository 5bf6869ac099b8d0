//! Triggers of steps that build images: their path filters cover all that goes into these, or a
//! change of it would build nothing.

use std::collections::BTreeSet;

use super::names::Context;
use super::triggers::CheckedTrigger;
use crate::diagnostics::{Diagnostic, IMAGE_PATH, Sink};
use crate::plan::{Step, TriggerKind, takes};
use crate::spec::pattern;

/// Fills in filters that the author leaves to us, and proves those that he wrote.
pub(crate) fn cover(
    cx: &Context<'_>,
    steps: &[Option<Step>],
    triggers: &mut [CheckedTrigger],
    sink: &mut Sink,
) {
    for trigger in triggers {
        let slice = trigger.sliced.slice.steps.iter();
        let slice: Vec<&Step> = slice.filter_map(|step| steps[*step as usize].as_ref()).collect();
        let names = built(cx, &slice);
        if names.is_empty() {
            continue;
        }
        let builds_alone = slice.iter().all(|step| step.builds().is_some());
        let (paths, is_push) = match &mut trigger.kind {
            // Neither platform looks at paths when a tag is pushed.
            TriggerKind::Push(push) if push.branches.is_empty() && !push.tags.is_empty() => {
                continue;
            }
            TriggerKind::Push(push) => (&mut push.paths, true),
            TriggerKind::PullRequest(request) => (&mut request.paths, false),
            TriggerKind::Schedule(_)
            | TriggerKind::Http(_)
            | TriggerKind::Call(_)
            | TriggerKind::Event(_)
            | TriggerKind::Completed(_)
            | TriggerKind::Manual => continue,
        };
        if paths.is_empty() {
            if builds_alone && is_push {
                *paths = filters(cx, &names);
            }
            continue;
        }
        let digests = names.iter().filter_map(|name| cx.images.get(name)?.as_ref());
        let missing = digests.flat_map(|it| &it.files).find(|file| !takes(paths, file));
        if let Some(file) = missing {
            let message = format!(
                "the trigger `{}` does not see changes of `{file}`, which goes into an image",
                trigger.name.value
            );
            let help = if is_push && builds_alone {
                "add it to `paths`, or leave `paths` out: then they are what goes into the images"
            } else {
                "add it to `paths`"
            };
            sink.report(Diagnostic::new(&IMAGE_PATH, trigger.name.span, message).help(help));
        }
    }
}

/// The names of the images that steps build.
fn built(cx: &Context<'_>, steps: &[&Step]) -> Vec<String> {
    let ids = steps.iter().filter_map(|step| step.builds());
    let images = cx.built.borrow();
    let names: BTreeSet<String> =
        ids.map(|build| images[build.image.0 as usize].name.clone()).collect();
    names.into_iter().collect()
}

/// What goes into images, and what says so; nothing, which is every path, where a path cannot stand
/// in a filter.
fn filters(cx: &Context<'_>, names: &[String]) -> Vec<String> {
    let digests = names.iter().filter_map(|name| cx.images.get(name)?.as_ref());
    let mut paths: BTreeSet<String> = digests.flat_map(|it| it.filters.clone()).collect();
    let besides = [cx.paths.0, cx.paths.1].into_iter();
    paths.extend(besides.filter(|path| !path.is_empty()).map(str::to_owned));
    let is_plain = |path: &String| pattern::path(path).is_ok();
    if paths.iter().all(is_plain) && !paths.contains("**") {
        paths.into_iter().collect()
    } else {
        Vec::new()
    }
}
