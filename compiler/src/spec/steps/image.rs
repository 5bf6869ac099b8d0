//! `image`: an image of the project is built, pushed, and given its tags.

use super::{Binder, Engine, Kind, StepSpec};
use crate::plan::{self, OwnWork, Task, ValueType};
use crate::source::Spanned;
use crate::spec::image::Image;
use crate::spec::record::record;

record! {
    /// Builds an image of the project unless the registry has it, and puts all of its tags on it. The
    /// step's output `image` is its full name with the digest that the registry knows. A `push`
    /// trigger of such steps alone that names no `paths` waits for the files that go into their
    /// images, the spec and the project file.
    ///
    /// ```yaml
    /// name: ci
    /// push: false
    /// ```
    ImageStep as "an `image` step" {
        /// The entry of `images` in the project file.
        req name = "name": Spanned<Image>,
        /// Whether it is pushed. Without, it is built alone, always and without a sign-in, so that also
        /// pull requests of forks show whether it can be.
        opt push = "push": Spanned<bool> = true,
    }
    short name
}

impl ImageStep {
    fn is_pushed(&self) -> bool {
        self.push.as_ref().is_none_or(|push| push.value)
    }
}

impl Kind for ImageStep {
    fn key(&self) -> &'static str {
        "image"
    }

    fn engine(&self) -> Option<Engine> {
        Some(Engine::Ci)
    }

    fn keys(&self) -> &'static [&'static str] {
        &[]
    }

    fn gives(&self) -> &'static [(&'static str, ValueType)] {
        if self.is_pushed() { &[("image", ValueType::String)] } else { &[] }
    }

    fn is_own_work(&self) -> bool {
        true
    }

    fn needs_azure(&self) -> bool {
        false
    }

    fn task(&self, step: &StepSpec, binder: &mut dyn Binder) -> Option<Task> {
        let variant = step.variant.as_ref().map(|it| it.value.0.as_str());
        let image = binder.image(&self.name, variant)?;
        let build = plan::ImageBuild { image, push: self.is_pushed() };
        Some(Task::Own(Box::new(OwnWork::Image(build))))
    }
}
