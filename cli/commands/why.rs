//! `why`: which triggers an event fires, and what would run.

mod events;

use std::fmt::Write as _;
use std::io::{self, Read as _};

use mlopsc_compiler::firing::{self, Change, Delivered, Moment, Reference, Verdict};
use mlopsc_compiler::plan::{Home, Plan, Trigger, TriggerId, TriggerKind, Work};
use serde_json::{Value, json};

use crate::analysis::{Analysed, analyse};
use crate::args::{WhyArgs, WhyFormat};
use crate::output::{Outcome, Output, Trouble, product};
use crate::workspace;

use super::check;
use events::Arrived;

/// GitHub looks at so many changed files, and at no more
/// (<https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax>).
const MOST_PATHS: usize = 300;

/// What may fire triggers.
enum Event {
    Push(Option<String>, Vec<String>),
    PullRequest(Option<String>, Vec<String>),
    Tag(String),
    Time(Moment),
}

/// What is asked.
enum Question {
    /// What something starts.
    Event(Event),
    /// What events in Azure start.
    Delivery(Vec<Delivered>),
    /// When schedules fire.
    Calendar,
}

pub(crate) fn run(output: &Output, args: &WhyArgs) -> Result<Outcome, Trouble> {
    let question = question(args)?;
    let from = args.from.as_deref().map_or_else(now, moment)?;
    let analysed = analyse(workspace::find(&args.paths)?);
    let outcome = check::report_aside(output, &analysed)?;
    let plans: Vec<&Plan> = analysed.iter().flat_map(Analysed::plans).collect();
    if plans.is_empty() {
        return Ok(outcome);
    }
    let (text, value) = match &question {
        Question::Delivery(delivered) => {
            let (texts, values): (Vec<String>, Vec<Vec<Value>>) =
                delivered.iter().map(|event| events::answer(&plans, event)).unzip();
            (texts.join("\n"), values.concat())
        }
        Question::Event(event) => {
            let answers: Vec<Answer<'_>> =
                plans.iter().flat_map(|plan| answers(plan, event)).collect();
            (verdicts(&plans, &answers), answers.iter().map(Answer::json).collect())
        }
        Question::Calendar => {
            let times = calendar(&plans, from, args.next);
            (listed(&times, from), times.iter().map(Time::json).collect())
        }
    };
    match args.format {
        WhyFormat::Text => output.text(&text)?,
        WhyFormat::Json => product(&format!("{:#}\n", Value::Array(value)))?,
    }
    Ok(outcome)
}

fn question(args: &WhyArgs) -> Result<Question, Trouble> {
    if let Some(file) = &args.event {
        return Ok(Question::Delivery(events::read(file)?));
    }
    Ok(event(args)?.map_or(Question::Calendar, Question::Event))
}

fn event(args: &WhyArgs) -> Result<Option<Event>, Trouble> {
    let branch = args.branch.clone();
    if let Some(time) = &args.at {
        return Ok(Some(Event::Time(moment(time)?.minute())));
    }
    if let Some(tag) = &args.tag {
        return Ok(Some(Event::Tag(tag.clone())));
    }
    if !args.push.is_empty() {
        return Ok(Some(Event::Push(branch, paths(&args.push)?)));
    }
    if !args.pull_request.is_empty() {
        return Ok(Some(Event::PullRequest(branch, paths(&args.pull_request)?)));
    }
    match branch {
        Some(_) => {
            Err(Trouble::new("`--branch` goes with `--push FILE…` or `--pull-request FILE…`"))
        }
        None => Ok(None),
    }
}

fn moment(text: &str) -> Result<Moment, Trouble> {
    Moment::read(text).ok_or_else(|| {
        Trouble::new(format!(
            "`{text}` is no time; write it as 2026-12-01T02:00, or with an offset"
        ))
    })
}

/// The machine's clock: only people read what comes of it.
#[allow(clippy::disallowed_types)]
fn now() -> Result<Moment, Trouble> {
    use std::time::{SystemTime, UNIX_EPOCH};
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).ok().map(|it| it.as_secs());
    let moment = seconds.and_then(|it| i64::try_from(it).ok()).and_then(Moment::from_seconds);
    moment.ok_or_else(|| Trouble::new("this machine's clock is wrong; say a time with `--from`"))
}

/// Paths with `/`, without `./`; `-` stands for the lines of standard input.
fn paths(given: &[String]) -> Result<Vec<String>, Trouble> {
    let mut all = Vec::new();
    for path in given {
        if path != "-" {
            all.push(path.clone());
            continue;
        }
        let mut text = String::new();
        io::stdin()
            .read_to_string(&mut text)
            .map_err(|error| Trouble::new(format!("cannot read standard input: {error}")))?;
        all.extend(text.lines().filter(|line| !line.is_empty()).map(str::to_owned));
    }
    for path in &mut all {
        let plain = path.replace('\\', "/");
        plain.trim_start_matches("./").clone_into(path);
    }
    Ok(all)
}

/// What an event means for a trigger, or for the release of what lives in Azure.
struct Answer<'a> {
    plan: &'a Plan,
    /// The trigger; no trigger is called `release`.
    name: &'a str,
    homes: Vec<&'static str>,
    steps: Vec<&'a str>,
    /// What a release applies.
    applies: Vec<&'a str>,
    /// The stages in which it runs; none where they make no difference.
    stages: Vec<&'a str>,
    verdict: Verdict,
    /// What an event in Azure brings.
    arrived: Option<Arrived<'a>>,
    /// What is to be known besides.
    notes: Vec<String>,
}

fn answers<'a>(plan: &'a Plan, event: &Event) -> Vec<Answer<'a>> {
    let mut all: Vec<Answer<'a>> = (0..)
        .map(TriggerId)
        .zip(&plan.triggers)
        .map(|(id, trigger)| {
            let (verdict, note) = judge(plan, id, event);
            Answer {
                plan,
                name: &trigger.name,
                homes: trigger.homes.iter().map(|home| home.word()).collect(),
                steps: trigger.slice.iter().map(|id| plan.step(*id).name.as_str()).collect(),
                applies: Vec::new(),
                stages: plan.fires_in(id).unwrap_or_default(),
                arrived: None,
                verdict,
                notes: note.map(str::to_owned).into_iter().collect(),
            }
        })
        .collect();
    all.extend(released(plan, event));
    all
}

/// A push to the default branch that touches what lives in Azure releases it.
fn released<'a>(plan: &'a Plan, event: &Event) -> Option<Answer<'a>> {
    let release = plan.written_release()?;
    let Event::Push(branch, paths) = event else { return None };
    let default = &plan.project.default_branch;
    let verdict = if branch.as_ref().is_some_and(|branch| branch != default) {
        Verdict::Not(format!("only `{default}` is released"))
    } else {
        firing::release(plan, release, paths)
    };
    let checks = release.checks.iter().filter_map(|job| match job.work {
        Work::Step(step) => Some(plan.step(step).name.as_str()),
        Work::Gate { .. } | Work::StageGate(_) | Work::Image(_) | Work::Submit(_) => None,
    });
    Some(Answer {
        plan,
        name: "release",
        homes: vec![release.home.word()],
        steps: checks.collect(),
        applies: release.triggers.iter().map(|id| plan.trigger(*id).name.as_str()).collect(),
        stages: plan.stages.iter().filter_map(|stage| stage.stage_name()).collect(),
        arrived: None,
        verdict,
        notes: Vec::new(),
    })
}

fn judge(plan: &Plan, id: TriggerId, event: &Event) -> (Verdict, Option<&'static str>) {
    let trigger = plan.trigger(id);
    let default = plan.project.default_branch.as_str();
    let (reference, paths): (Reference<'_>, &[String]) = match event {
        Event::Push(branch, paths) => {
            (Reference::Branch(branch.as_deref().unwrap_or(default)), paths)
        }
        Event::PullRequest(branch, paths) => {
            (Reference::PullRequest(branch.as_deref().unwrap_or(default)), paths)
        }
        Event::Tag(tag) => (Reference::Tag(tag), &[]),
        Event::Time(time) => return (at(plan, id, *time), None),
    };
    let verdict = firing::verdict(trigger, &Change { reference, paths });
    let is_many = paths.len() > MOST_PATHS && trigger.homes.contains(&Home::GitHub);
    let note = is_many.then_some("GitHub looks at the first 300 changed files alone");
    (verdict, note)
}

/// Whether a trigger fires in a minute.
fn at(plan: &Plan, id: TriggerId, time: Moment) -> Verdict {
    let trigger = plan.trigger(id);
    let TriggerKind::Schedule(timing) = &trigger.kind else {
        return Verdict::Not(firing::waits_for(&trigger.kind));
    };
    if plan.fires_in(id).is_none() {
        return Verdict::Not("`enabled: false`".to_owned());
    }
    match firing::firings(timing, home(trigger), time).next() {
        Some(next) if next < time.later(1) => Verdict::Fires,
        Some(next) => {
            let zone = &timing.zone;
            Verdict::Not(format!("{}; next at {} {zone}", timing.words, next.words_in(zone)))
        }
        None => Verdict::Not(format!("{}; it does not fire any more", timing.words)),
    }
}

fn home(trigger: &Trigger) -> Home {
    trigger.homes.first().copied().unwrap_or(Home::AzureMl)
}

impl Answer<'_> {
    fn line(&self) -> String {
        let Verdict::Not(reason) = &self.verdict else {
            let applies = if self.applies.is_empty() { "" } else { "applies " };
            let what = if self.applies.is_empty() { &self.steps } else { &self.applies };
            let (homes, stages) = (self.homes.join(", "), in_stages(&self.stages));
            return format!("fires on {homes}{stages}: {applies}{}", what.join(", "));
        };
        format!("does not fire: {reason}")
    }

    fn json(&self) -> Value {
        let reason = match &self.verdict {
            Verdict::Fires => None,
            Verdict::Not(reason) => Some(reason),
        };
        let mut value = json!({
            "spec": self.plan.spec_path,
            "pipeline": self.plan.name,
            "trigger": self.name,
            "fires": reason.is_none(),
            "reason": reason,
            "note": if self.notes.is_empty() { None } else { Some(self.notes.join("; ")) },
            "homes": self.homes,
            "steps": self.steps,
            "applies": self.applies,
            "stages": self.stages,
        });
        if let Some(arrived) = &self.arrived {
            arrived.put(&mut value);
        }
        value
    }

    /// What stands below the line.
    fn details(&self) -> Vec<String> {
        let mut lines = self.arrived.as_ref().map(Arrived::lines).unwrap_or_default();
        lines.extend(self.notes.iter().map(|note| format!("note: {note}")));
        lines
    }
}

fn verdicts(plans: &[&Plan], answers: &[Answer<'_>]) -> String {
    let mut text = String::new();
    for plan in plans {
        let mine: Vec<&Answer<'_>> =
            answers.iter().filter(|answer| std::ptr::eq(answer.plan, *plan)).collect();
        let path = plan.spec_path.replace(['\n', '\r'], "?");
        let _ = writeln!(text, "{}  {path}", plan.name);
        let wide = mine.iter().map(|answer| answer.name.len()).max().unwrap_or(0);
        for answer in &mine {
            let _ = writeln!(text, "  {:wide$}  {}", answer.name, answer.line());
            let details = answer.details().into_iter();
            text.extend(details.map(|line| format!("  {:wide$}  {line}\n", "")));
        }
        if mine.is_empty() {
            text += "  it has no triggers: only people start it\n";
        }
    }
    text
}

/// A time at which a schedule fires.
struct Time<'a> {
    moment: Moment,
    plan: &'a Plan,
    trigger: &'a Trigger,
    zone: &'a str,
    stages: Vec<&'a str>,
}

/// Where a run is, where that makes a difference.
fn in_stages(stages: &[&str]) -> String {
    if stages.is_empty() { String::new() } else { format!(" in {}", stages.join(", ")) }
}

/// The next times of all schedules that are enabled, in order.
fn calendar<'a>(plans: &[&'a Plan], from: Moment, count: usize) -> Vec<Time<'a>> {
    let mut all = Vec::new();
    for plan in plans {
        for (id, trigger) in (0..).map(TriggerId).zip(&plan.triggers) {
            let TriggerKind::Schedule(timing) = &trigger.kind else { continue };
            let Some(stages) = plan.fires_in(id) else { continue };
            let times = firing::firings(timing, home(trigger), from).take(count);
            let zone = &timing.zone;
            let time = |moment| Time { moment, plan, trigger, zone, stages: stages.clone() };
            all.extend(times.map(time));
        }
    }
    all.sort_by_key(|time| time.moment);
    all.truncate(count);
    all
}

impl Time<'_> {
    fn json(&self) -> Value {
        json!({
            "at": self.moment.words(),
            "local": self.moment.words_in(self.zone),
            "time_zone": self.zone,
            "spec": self.plan.spec_path,
            "pipeline": self.plan.name,
            "trigger": self.trigger.name,
            "home": home(self.trigger).word(),
            "stages": self.stages,
        })
    }
}

fn listed(times: &[Time<'_>], from: Moment) -> String {
    if times.is_empty() {
        return format!("no schedule fires after {}\n", from.words());
    }
    let name = |time: &Time<'_>| format!("{} {}", time.plan.name, time.trigger.name);
    let wide = times.iter().map(|time| name(time).len()).max().unwrap_or(0);
    let line = |time: &Time<'_>| {
        let zone = match time.zone {
            "UTC" => String::new(),
            zone => format!("  ({} {zone})", time.moment.words_in(zone)),
        };
        let home = format!("{}{}", home(time.trigger).word(), in_stages(&time.stages));
        format!("{}  {:wide$}  {home}{zone}\n", time.moment.words(), name(time))
    };
    times.iter().map(line).collect()
}
