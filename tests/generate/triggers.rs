//! Triggers of every kind, with every key.

mod events;

use super::node::{Node, Record, text, word};
use super::spec::literal;
use super::tape::Tape;
use super::world::World;

/// The triggers of a spec.
pub(crate) fn triggers(tape: &mut Tape<'_>, world: &World) -> Node {
    let names = ["nightly", "commit", "review", "by_hand", "weekly", "pipeline"];
    let mut all = Vec::new();
    for name in names.iter().take(tape.below(5)) {
        all.push(((*name).to_owned(), trigger(tape, world, name)));
    }
    Node::Dict(all)
}

/// The names of those that publish.
pub(crate) fn published(triggers: &Node) -> Vec<&str> {
    let Node::Dict(all) = triggers else { return Vec::new() };
    let publishes = |node: &Node| match node {
        Node::Record(keys) => {
            let has = |name: &str| keys.iter().any(|(key, _)| key == name);
            has("http") && !has("home")
        }
        _ => false,
    };
    all.iter().filter(|(_, node)| publishes(node)).map(|(name, _)| name.as_str()).collect()
}

fn trigger(tape: &mut Tape<'_>, world: &World, name: &str) -> Node {
    let mut trigger = Record::default();
    let publishable = publishable(world);
    if !publishable.is_empty() && tape.chance(15) {
        trigger.put("http", http(tape));
        trigger.put("goals", text(tape.pick(&publishable)));
        with(tape, world, &mut trigger, true);
        if tape.chance(15) {
            trigger.put("enabled", word(tape.chance(50)));
        }
        return trigger.node();
    }
    let ci: Vec<&str> = world.targets.iter().copied().filter(|it| *it != "azureml").collect();
    let is_call = tape.chance(10) && !ci.is_empty();
    let is_follower = !is_call && !ci.is_empty() && tape.chance(10);
    let is_event = !is_call && !is_follower && world.events.is_some() && tape.chance(20);
    let manual = match tape.below(4) {
        _ if is_call => {
            trigger.put("http", call(tape, name));
            true
        }
        _ if is_follower => {
            trigger.put("pipeline_completed", completed(tape, world));
            false
        }
        _ if is_event => {
            events::event(tape, world, &mut trigger);
            false
        }
        0 => {
            trigger.put("schedule", schedule(tape));
            false
        }
        1 => {
            trigger.put("push", push(tape, !world.built.is_empty()));
            false
        }
        2 => {
            trigger.put("pull_request", pull_request(tape, !world.built.is_empty()));
            false
        }
        _ => {
            trigger.put("manual", Node::Record(Vec::new()));
            true
        }
    };
    slice(tape, world, &mut trigger);
    if !is_event {
        with(tape, world, &mut trigger, manual);
    }
    super::stages::of(tape, world, &mut trigger, 30);
    if tape.chance(15) {
        trigger.put("enabled", word(tape.chance(50)));
    }
    if is_call || tape.chance(15) && !ci.is_empty() {
        let mut home = tape.some(&ci, 60);
        home.push(tape.pick(&ci));
        home.sort_unstable();
        home.dedup();
        trigger.put("home", Node::List(home.into_iter().map(text).collect()));
    }
    if tape.chance(20) {
        trigger.put("concurrency", text(tape.pick(&["queue", "cancel", "parallel"])));
    }
    trigger.node()
}

/// Another spec, whose runs are followed.
fn completed(tape: &mut Tape<'_>, world: &World) -> Node {
    let name = tape.pick(&["both", "tests"]);
    let path = text(format!("{}shared/{name}.mlops.yaml", world.up));
    if tape.chance(40) {
        return path;
    }
    let mut completed = Record::default();
    completed.put("spec", path);
    if tape.chance(60) {
        completed.put("branches", list(tape, &["main", "release/**", "fix-1", "!release/old"]));
    }
    completed.node()
}

/// The steps that can be published: what is called lives on Azure ML, with all that it needs.
fn publishable(world: &World) -> Vec<String> {
    let mut whole = vec![false; world.steps.len()];
    for (at, step) in world.steps.iter().enumerate() {
        whole[at] = !step.on_ci && step.feeds.iter().all(|feed| *feed < at && whole[*feed]);
    }
    let written = world.targets.contains(&"azureml");
    let each = world.steps.iter().zip(whole).filter(|(_, whole)| written && *whole);
    each.map(|(step, _)| step.name.clone()).collect()
}

fn slice(tape: &mut Tape<'_>, world: &World, trigger: &mut Record) {
    let names: Vec<String> = world.steps.iter().map(|it| it.name.clone()).collect();
    if tape.chance(30) {
        let goal = tape.below(names.len());
        let mut goals = vec![text(names[goal].clone())];
        goals.extend(tape.some(&names, 10).into_iter().filter(|it| *it != names[goal]).map(text));
        trigger.put("goals", Node::List(goals));
    }
    // A step without readers of its data can be skipped.
    let ends: Vec<String> = world
        .steps
        .iter()
        .enumerate()
        .filter(|(at, step)| {
            step.outputs.is_empty() && !world.steps.iter().all(|other| !other.feeds.contains(at))
        })
        .map(|(_, step)| step.name.clone())
        .collect();
    if !ends.is_empty() && tape.chance(30) {
        trigger.put("skip", text(tape.pick(&ends)));
    }
}

fn with(tape: &mut Tape<'_>, world: &World, trigger: &mut Record, manual: bool) {
    let mut entries = Vec::new();
    for parameter in &world.parameters {
        let must = !parameter.has_default && !parameter.optional && !manual;
        if must && !tape.chance(3) || !must && tape.chance(20) {
            let value = literal(parameter.kind, &tape.pick(&parameter.values));
            entries.push((parameter.name.clone(), value));
        }
    }
    if !entries.is_empty() {
        trigger.put("with", Node::Dict(entries));
    }
}

fn list(tape: &mut Tape<'_>, items: &[&str]) -> Node {
    let mut chosen = tape.some(items, 50);
    if chosen.first().is_none_or(|first| first.starts_with('!')) {
        chosen.insert(0, items[0]);
    }
    match chosen.as_slice() {
        [one] if tape.chance(50) => text(*one),
        several => Node::List(several.iter().map(|it| text(*it)).collect()),
    }
}

fn push(tape: &mut Tape<'_>, builds: bool) -> Node {
    let mut push = Record::default();
    if tape.chance(60) {
        push.put("branches", list(tape, &["main", "release/**", "fix-1", "!release/old"]));
    }
    if tape.chance(20) {
        push.put("tags", list(tape, &["v1", "v*", "!v0"]));
    }
    if tape.chance(50) {
        push.put(
            "paths",
            paths(tape, builds, &["src/**", "README.md", "a/*/b.py", "!src/notes/**"]),
        );
    }
    push.node()
}

/// Filters of paths; where images are built, ones that cover what goes into these.
fn paths(tape: &mut Tape<'_>, builds: bool, all: &[&str]) -> Node {
    if builds {
        return Node::List(["src/**", "envs/**", "!src/notes/**"].into_iter().map(text).collect());
    }
    list(tape, all)
}

fn http(tape: &mut Tape<'_>) -> Node {
    let endpoint = text(tape.pick(&["scores", "scores", "Batch-Scoring-EP"]));
    if tape.chance(20) {
        return endpoint;
    }
    let mut http = Record::default();
    http.put("endpoint", endpoint);
    if tape.chance(80) {
        http.put("deployment", text(tape.pick(&["one", "two", "three", "four", "five", "six-6"])));
    }
    if tape.chance(50) {
        http.put("version", text(tape.pick(&["1", "v2", "2026-12-01"])));
        if tape.chance(50) {
            http.put("keep", word(tape.pick(&[0, 1, 4])));
        }
    }
    http.node()
}

/// A call that starts a run on CI; each has a name of its own.
fn call(tape: &mut Tape<'_>, name: &str) -> Node {
    let endpoint = text(format!("call-{}", name.replace('_', "-")));
    if tape.chance(50) {
        return endpoint;
    }
    let mut http = Record::default();
    http.put("endpoint", endpoint);
    http.node()
}

fn pull_request(tape: &mut Tape<'_>, builds: bool) -> Node {
    let mut request = Record::default();
    if tape.chance(60) {
        request.put("branches", list(tape, &["main", "release/*"]));
    }
    if tape.chance(40) {
        request.put("paths", paths(tape, builds, &["src/**", "!docs/**"]));
    }
    if tape.chance(30) {
        request.put("drafts", word(tape.chance(50)));
    }
    request.node()
}

const ZONES: [&str; 7] = [
    "UTC",
    "Asia/Tokyo",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Etc/UTC",
    "Pacific/Auckland",
];
const WEEKDAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

fn schedule(tape: &mut Tape<'_>) -> Node {
    let mut schedule = Record::default();
    let times = |tape: &mut Tape<'_>, schedule: &mut Record| {
        if tape.chance(70) {
            schedule.put("at", list(tape, &["02:00", "14:30", "23:59"]));
        }
    };
    match tape.below(6) {
        0 => {
            let every = ["5 minutes", "15 minutes", "2 hours", "6 hours", "hour", "7 minutes"];
            schedule.put("every", text(tape.pick(&every)));
        }
        1 => {
            schedule.put("every", text(tape.pick(&["day", "day", "2 days"])));
            times(tape, &mut schedule);
        }
        2 => {
            schedule.put("every", text(tape.pick(&["week", "2 weeks"])));
            schedule.put("on_weekdays", list(tape, &WEEKDAYS));
            times(tape, &mut schedule);
        }
        3 => {
            schedule.put("every", text("month"));
            let days = [1, 15, 28, 31];
            let mut chosen = tape.some(&days, 30);
            chosen.push(tape.pick(&days));
            chosen.dedup();
            schedule.put("on_days", Node::List(chosen.into_iter().map(word).collect()));
            times(tape, &mut schedule);
        }
        _ => {
            let crons = ["0 2 * * *", "*/15 * * * *", "30 4 1,15 * *", "5 4 * * 1-5", "0 0 * 1 *"];
            schedule.put("cron", text(tape.pick(&crons)));
        }
    }
    if tape.chance(40) {
        schedule.put("time_zone", text(tape.pick(&ZONES)));
    }
    if tape.chance(15) {
        schedule.put("start", text("2026-12-01T00:00:00"));
    }
    if tape.chance(8) {
        schedule.put("end", text("2027-12-01T00:00:00"));
    }
    schedule.node()
}
