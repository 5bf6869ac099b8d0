//! Other specs that triggers follow: each is read and proved once, as itself.

use std::collections::BTreeMap;

use super::{Loader, read_spec, target};
use crate::check::completed::{Upstream, Upstreams};
use crate::check::images::Shared;
use crate::check::{self, Subject};
use crate::diagnostics::{CONFLICT, Diagnostic, LIMIT, Level, Sink, without_aftermath};
use crate::lower;
use crate::plan::StageId;
use crate::source::{Files, Sources, Span, folder_of};
use crate::spec::{self, Spec};

/// Each is proved as a whole.
const MOST_FOLLOWED: usize = 50;

/// Whose triggers follow others.
#[derive(Clone, Copy)]
pub(crate) struct Follower<'a> {
    pub(crate) files: &'a dyn Files,
    pub(crate) project: Shared<'a>,
    /// Its spec.
    pub(crate) owner: &'a str,
    /// The stage that all is read for.
    pub(crate) stage: Option<(StageId, &'a str)>,
}

impl Follower<'_> {
    /// Reads all that the triggers of the spec follow.
    pub(crate) fn read(self, spec: &Spec, sources: &mut Sources, sink: &mut Sink) -> Upstreams {
        let mut found = BTreeMap::new();
        for (_, trigger) in spec.triggers.good() {
            let Some(written) = &trigger.pipeline_completed else { continue };
            let Some(path) = target(self.files, self.owner, &written.spec, sink) else { continue };
            if found.contains_key(&path) {
                continue;
            }
            let at = written.spec.span;
            if found.len() == MOST_FOLLOWED {
                let message = format!("a pipeline follows more than {MOST_FOLLOWED} others");
                let help = "follow fewer of them";
                sink.report(Diagnostic::new(&LIMIT, at, message).help(help));
                break;
            }
            let upstream = if path == self.owner {
                let message = "a pipeline that follows itself would run without end";
                let help = "name another spec; for runs again and again there is `schedule`";
                sink.report(Diagnostic::new(&CONFLICT, at, message).help(help));
                None
            } else {
                self.one((&path, at), sources, sink)
            };
            found.insert(path, upstream);
        }
        Upstreams::Read(found)
    }

    fn one(
        self,
        (path, at): (&str, Span),
        sources: &mut Sources,
        sink: &mut Sink,
    ) -> Option<Upstream> {
        let (id, file) = read_spec(self.files, (path, at), sources, sink)?;
        let mut own = Sink::new();
        let read = spec::read_spec(id, &file.text, &mut own);
        let found = read.value.and_then(|mut spec| {
            if let Some((_, stage)) = self.stage {
                spec = spec.in_stage(stage, self.project.spec);
            }
            self.prove(&spec, path, sources, &mut own)
        });
        let found = found.filter(|_| own.errors() == 0 && !read.broken);
        let said = own.into_items();
        let said = if read.broken { without_aftermath(said) } else { said };
        said.into_iter().filter(|it| it.level == Level::Error).for_each(|it| sink.report(it));
        found
    }

    fn prove(
        self,
        spec: &Spec,
        path: &str,
        sources: &mut Sources,
        sink: &mut Sink,
    ) -> Option<Upstream> {
        let (stage, stage_name) = self.stage.unzip();
        let mut loader = Loader::new(self.files, self.project, path, stage_name);
        loader.read(spec, sources, sink);
        let (files, project, folder) = (self.files, self.project, folder_of(path));
        let subject = Subject { spec, project, stage, stage_name, files, folder };
        let around = (&loader.uses, &Upstreams::Unread);
        let checked = check::check(subject, around, sources, sink)?;
        if sink.errors() > 0 {
            return None;
        }
        Some(Upstream::of(spec, &lower::lower(checked, path, loader.plans)))
    }
}
