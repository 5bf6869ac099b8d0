//! What a build will do for one project: files to write, files to remove, and why not.

use std::collections::BTreeSet;

use mlopsc_compiler::Analysis;
use mlopsc_compiler::diagnostics::{
    Diagnostic, EDITED_OUTPUT, FOREIGN_OUTPUT, LIMIT, Rule, STALE_OUTPUT,
};
use mlopsc_compiler::diff::Leftover;
use mlopsc_compiler::pins::is_same_but_pins;
use mlopsc_compiler::plan::{Home, Plan};
use mlopsc_compiler::source::{Files as _, SourceFile, Sources, Span};
use mlopsc_compiler::targets::{Artifact, TARGETS, Target};

use crate::analysis::{Analysed, emitted};
use crate::disk::{self, Disk};
use crate::leftovers::{self, Releases};
use crate::output::Report;
use crate::ownership::{Orphan, Searched, Verdict, Wanted, judge, orphans};
use crate::workspace::{self, Project, below};

/// What was asked for.
pub(crate) struct Order {
    /// The targets that are named; empty: those that each project writes by itself.
    pub(crate) targets: Vec<&'static Target>,
    /// Where to write instead of the root; then nothing is removed.
    pub(crate) out: Option<Disk>,
    /// Whether edits by hand are lost.
    pub(crate) force: bool,
    /// Whether nothing is written, and every difference is a finding.
    pub(crate) check: bool,
}

impl Order {
    /// Whether files of a target are written for a plan.
    fn writes(&self, target: &Target, plan: &Plan) -> bool {
        let named: Vec<&str> = self.targets.iter().map(|target| target.name).collect();
        target.is_written(&plan.project, &named)
    }

    /// Whether it must be known which files a target gives: those that are not written now are not
    /// to be taken for orphans.
    fn reads(&self, target: &Target, plan: &Plan) -> bool {
        target.apart.is_none() || self.writes(target, plan)
    }

    /// The folders of targets that are written only when named, and are not.
    fn left_alone(&self, plan: &Plan) -> Vec<String> {
        let idle = TARGETS.iter().filter(|target| !self.reads(target, plan));
        let folders = idle.filter_map(|target| Some(target.apart?(plan))).flatten();
        folders.map(|folder| format!("{folder}/")).collect()
    }

    /// The targets whose files are looked at.
    fn searched(&self) -> Vec<&'static Target> {
        if self.targets.is_empty() { TARGETS.iter().collect() } else { self.targets.clone() }
    }
}

/// A file to be written.
pub(crate) struct Write {
    /// The spec's place in the project's list.
    spec: usize,
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Two texts of one file, for people to compare.
pub(crate) struct Difference {
    pub(crate) path: String,
    pub(crate) old: String,
    pub(crate) new: String,
}

/// What a build will do for one project.
pub(crate) struct Worklist {
    pub(crate) analysed: Analysed,
    /// Where the files go.
    pub(crate) disk: Disk,
    pub(crate) writes: Vec<Write>,
    pub(crate) removals: Vec<Orphan>,
    /// Files that some build staged.
    pub(crate) staged: Vec<String>,
    /// Schedules that stay in the workspace when the removals are carried out.
    pub(crate) left: Vec<Leftover>,
    /// How many files are what they should be.
    pub(crate) fresh: usize,
    pub(crate) differences: Vec<Difference>,
    /// What is said of files whose spec is gone.
    homeless: Vec<(Sources, Vec<Diagnostic>)>,
}

impl Worklist {
    /// Compares what the specs give with what is there.
    pub(crate) fn new((analysed, judged): (Analysed, Vec<Judged>), order: &Order) -> Self {
        let disk = order.out.clone().unwrap_or_else(|| analysed.project.disk.clone());
        let mut list = Self {
            analysed,
            disk,
            writes: Vec::new(),
            removals: Vec::new(),
            staged: Vec::new(),
            left: Vec::new(),
            fresh: 0,
            differences: Vec::new(),
            homeless: Vec::new(),
        };
        if !list.analysed.project.file.is_broken() {
            list.fill(judged, order);
        }
        list
    }

    /// All that is to be said of the project.
    pub(crate) fn reports(&self) -> impl Iterator<Item = Report<'_>> {
        let homeless = self.homeless.iter().map(|(sources, diagnostics)| Report {
            disk: &self.disk,
            sources,
            diagnostics,
        });
        self.analysed.reports().chain(homeless)
    }

    fn fill(&mut self, judged: Vec<Judged>, order: &Order) {
        let mut wanted = Wanted::default();
        let mut refused: Vec<bool> = Vec::new();
        for (index, judged) in judged.into_iter().enumerate() {
            if self.analysed.analyses[index].plan.is_none() {
                refused.push(false);
                continue;
            }
            wanted.paths.extend(judged.paths);
            wanted.folders.extend(judged.kept);
            let good = judged.over.is_empty();
            for (message, help) in judged.over {
                self.say(index, &LIMIT, message, &help);
            }
            self.fresh += judged.fresh;
            // What a platform would not read is not written.
            refused.push(!good || self.take(index, judged.verdicts, order));
        }
        if order.out.is_none() {
            self.judge_orphans(&wanted, &refused, order);
            self.judge_former_roots(order);
        }
    }

    /// Takes over what is to be done for one spec; says whether any file is refused. Then none of
    /// its files are written.
    fn take(&mut self, index: usize, verdicts: Vec<(Artifact, Verdict)>, order: &Order) -> bool {
        let (mut writes, mut refused) = (Vec::new(), false);
        for (Artifact { path, text }, verdict) in verdicts {
            match verdict {
                Verdict::Fresh => {}
                Verdict::Missing => writes.push((None, Write { spec: index, path, text })),
                Verdict::Changed(old) => {
                    writes.push((Some(old), Write { spec: index, path, text }));
                }
                Verdict::Edited(old) => {
                    refused = true;
                    let (what, help) = edit_of(&old, &text);
                    self.say(index, &EDITED_OUTPUT, format!("`{path}` {what}"), help);
                    self.differences.push(Difference { path, old, new: text });
                }
                Verdict::Foreign(why) => {
                    refused = true;
                    self.say(index, &FOREIGN_OUTPUT, format!("`{path}` {why}"), FOREIGN);
                }
            }
        }
        if order.check {
            self.say_stale(index, writes);
        } else if !refused {
            self.writes.extend(writes.into_iter().map(|(_, write)| write));
        }
        refused
    }

    fn say_stale(&mut self, index: usize, writes: Vec<(Option<String>, Write)>) {
        for (old, Write { path, text, .. }) in writes {
            let what = if old.is_some() { "is not what this spec gives" } else { "is missing" };
            self.say(index, &STALE_OUTPUT, format!("`{path}` {what}"), STALE);
            let old = old.unwrap_or_default();
            self.differences.push(Difference { path, old, new: text });
        }
    }

    fn judge_orphans(&mut self, wanted: &Wanted, refused: &[bool], order: &Order) {
        let folders = output_folders(&self.analysed, &order.searched());
        let project = &self.analysed.project;
        let judged = |spec: &str| match project.specs.iter().position(|known| known == spec) {
            Some(index) => self.analysed.analyses[index].plan.is_some() && !refused[index],
            None => project.whole && project.holds(spec) && project.disk.kind(spec).is_none(),
        };
        let (found, staged) = orphans(&self.disk, &folders, &judged, wanted);
        if !order.check {
            self.staged = staged;
        }
        let kept = |orphan: &&Orphan| orphan.edited && !order.force;
        let refused: BTreeSet<String> =
            found.iter().filter(kept).map(|orphan| orphan.spec.clone()).collect();
        // A spec's files change together or not at all, so that nobody has half of a change.
        let specs = &self.analysed.project.specs;
        self.writes.retain(|write| !refused.contains(&specs[write.spec]));
        let releases = Releases::of(self.analysed.plans());
        for orphan in found {
            let left = leftovers::of_file(&orphan.path, &orphan.text, &releases);
            if orphan.edited && !order.force {
                let message = format!("`{}` is an orphan, and was edited by hand", orphan.path);
                self.say_of_orphan(&orphan, &EDITED_OUTPUT, message, EDITED);
            } else if order.check {
                self.say_orphan_stale(orphan, left);
            } else if !refused.contains(&orphan.spec) {
                self.removals.push(orphan);
                self.left.extend(left);
            }
        }
    }

    /// Says which files an earlier build wrote when the root was further up. They are outside of the
    /// root, where nothing is removed.
    fn judge_former_roots(&mut self, order: &Order) {
        let project = &self.analysed.project;
        let own = self.disk.root().to_owned();
        let Some(repository) = workspace::repository(&own).filter(|_| project.whole) else {
            return;
        };
        let above = own.ancestors().skip(1).take_while(|folder| folder.starts_with(repository));
        let mut found = Vec::new();
        for (depth, folder) in (1..).zip(above) {
            let Ok(disk) = Disk::open(folder) else { continue };
            let Some(base) = own.strip_prefix(folder).ok().and_then(disk::slashed) else {
                continue;
            };
            let index = |spec: &str| {
                let spec = spec.strip_prefix(&base)?.strip_prefix('/')?;
                project.specs.iter().position(|known| known == spec)
            };
            let mut folders = output_folders(&self.analysed, &order.searched());
            folders.retain(|searched| searched.base.is_empty());
            let judged = |spec: &str| index(spec).is_some();
            let (orphans, _) = orphans(&disk, &folders, &judged, &Wanted::default());
            let shown = |path: &str| format!("{}{path}", "../".repeat(depth));
            found.extend(orphans.iter().map(|one| (index(&one.spec), shown(&one.path))));
        }
        for (index, path) in found {
            let message = format!("`{path}` is an orphan of a time when `root` named its folder");
            self.say(index.unwrap_or_default(), &STALE_OUTPUT, message, FORMER);
        }
    }

    fn say_orphan_stale(&mut self, orphan: Orphan, left: Option<Leftover>) {
        let mut message = format!("`{}` is an orphan: no spec gives it any more", orphan.path);
        let mut help = STALE.to_owned();
        if let Some(left) = left {
            message = format!("{message}, and {}", leftovers::fact(&left));
            help = format!("{help}; delete it there with {}", leftovers::commands(&left));
        }
        self.say_of_orphan(&orphan, &STALE_OUTPUT, message, &help);
        let (path, old) = (orphan.path, orphan.text);
        self.differences.push(Difference { path, old, new: String::new() });
    }

    /// Adds a message at the name of a pipeline, which its files are called after.
    fn say(&mut self, index: usize, rule: &'static Rule, message: String, help: &str) {
        let analysis = &mut self.analysed.analyses[index];
        analysis.diagnostics.push(Diagnostic::new(rule, analysis.name, message).help(help));
    }

    /// Adds a message at the spec that the orphan names; at the orphan itself when that is gone.
    fn say_of_orphan(&mut self, orphan: &Orphan, rule: &'static Rule, message: String, help: &str) {
        let known = self.analysed.project.specs.iter().position(|spec| *spec == orphan.spec);
        if let Some(index) = known {
            return self.say(index, rule, message, help);
        }
        let mut sources = Sources::default();
        let file = sources.add(SourceFile::new(&*orphan.path, &*orphan.text));
        let diagnostic = Diagnostic::new(rule, Span::top(file), message).help(help);
        self.homeless.push((sources, vec![diagnostic]));
    }
}

/// The files of one spec, each with what must be done about it.
#[derive(Default)]
pub(crate) struct Judged {
    /// All paths that the spec gives, those of targets that were not asked for too.
    paths: Vec<String>,
    /// Folders whose files may be the spec's, or those of an earlier build of it.
    kept: Vec<String>,
    /// Which files the platforms would not read: message and help.
    over: Vec<(String, String)>,
    /// How many files are what they should be.
    fresh: usize,
    /// The others.
    verdicts: Vec<(Artifact, Verdict)>,
}

impl Judged {
    /// What a spec gives, against what is there.
    pub(crate) fn new(project: &Project, spec: &str, analysis: &Analysis, order: &Order) -> Self {
        let disk = order.out.as_ref().unwrap_or(&project.disk);
        let mut judged = Self::default();
        let Some(plan) = &analysis.plan else { return judged };
        judged.kept = order.left_alone(plan);
        for (target, artifact) in emitted(plan, |target| order.reads(target, plan)) {
            judged.paths.push(artifact.path.clone());
            judged.over.extend(target.refusal(&artifact));
            if !order.writes(target, plan) {
                continue;
            }
            let verdict = judge(disk, spec, &artifact.path, &artifact.text, order.force);
            if verdict == Verdict::Fresh {
                judged.fresh += 1;
            } else {
                judged.verdicts.push((artifact, verdict));
            }
        }
        judged
    }
}

/// What somebody did to a file, and what to do now.
fn edit_of(old: &str, new: &str) -> (&'static str, &'static str) {
    if is_same_but_pins(old, new) {
        ("was edited: only pins differ", ADOPT)
    } else {
        ("was edited by hand", EDITED)
    }
}

const ADOPT: &str = "run `mlopsc pins adopt` to keep them; `mlopsc build --force` drops them";
const EDITED: &str = "change the spec instead; `mlopsc build --force` drops the edits";
const FOREIGN: &str = "rename the pipeline, or move that file away";
const FORMER: &str = "delete it: a build removes nothing above its root";
const STALE: &str = "run `mlopsc build`";

/// Folders in which files of these targets may lie: those of the specs, and the usual ones, since
/// a project may have moved on from there; the same below each folder that may have been the root.
fn output_folders(analysed: &Analysed, targets: &[&Target]) -> Vec<Searched> {
    let mut folders: BTreeSet<Searched> = BTreeSet::new();
    for base in bases(&analysed.project.base) {
        for target in targets {
            for folder in folders_of(analysed, target) {
                folders.insert(Searched { folder: below(base, &folder), base: base.to_owned() });
            }
        }
    }
    folders.into_iter().collect()
}

fn folders_of(analysed: &Analysed, target: &Target) -> Vec<String> {
    if let Some(apart) = target.apart {
        return analysed.plans().flat_map(apart).collect();
    }
    let own = analysed.plans().map(|plan: &Plan| plan.project.folder(target.engine).to_owned());
    own.chain([usual_folder(target.engine).to_owned()]).collect()
}

/// The root, and each folder on the way down to the project's own.
fn bases(own: &str) -> impl Iterator<Item = &str> {
    let ends = own.match_indices('/').map(|(at, _)| at).chain([own.len()]);
    std::iter::once("").chain(ends.map(|end| &own[..end]).filter(|base| !base.is_empty()))
}

fn usual_folder(engine: Home) -> &'static str {
    match engine {
        Home::AzureMl => ".azureml",
        Home::GitHub => ".github/workflows",
        Home::AzurePipelines => ".azure-pipelines",
        Home::Events => ".azure",
    }
}
