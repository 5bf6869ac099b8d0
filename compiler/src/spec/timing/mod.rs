//! Schedules: what authors write, and what each scheduler makes of it.
//!
//! A form that a scheduler cannot run exactly is `None` in the [`Timing`], and [`Schedule`] says
//! why. Sources: GitHub documentation, "Events that trigger workflows", schedule; Azure Pipelines
//! documentation, "Configure schedules"; Azure ML documentation, "CLI (v2) schedule YAML schema".

mod convert;
mod cron;
mod every;
mod facts;
mod sets;
mod zone;

pub use facts::{most_runs_a_week, never, shortest_gap_minutes, skips_months};

use every::Period;
use sets::{Times, Unit};
use zone::Zone;

use crate::plan::{AzureMlTiming, Cron, Timing};
use crate::spec::fault::Fault;

/// What the author wrote.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Raw<'a> {
    /// `every: 5 minutes`
    pub every: Option<&'a str>,
    /// `cron: "0 3 * * 1"`
    pub cron: Option<&'a str>,
    /// `on_weekdays: [monday]`
    pub on_weekdays: Vec<&'a str>,
    /// `on_days: [1, 15]`
    pub on_days: Vec<u32>,
    /// `at: ["02:00"]`
    pub at: Vec<&'a str>,
    /// `time_zone: Asia/Tokyo`
    pub time_zone: Option<&'a str>,
    /// `start: "2026-12-01T00:00:00"`
    pub start: Option<&'a str>,
    /// `end: "2027-12-01T00:00:00"`
    pub end: Option<&'a str>,
}

/// The field that a fault is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Field {
    /// The schedule as a whole.
    Whole,
    /// `every`
    Every,
    /// `cron`
    Cron,
    /// An item of `on_weekdays`.
    Weekday(usize),
    /// An item of `on_days`.
    Day(usize),
    /// An item of `at`.
    At(usize),
    /// `time_zone`
    TimeZone,
    /// `start`
    Start,
    /// `end`
    End,
}

/// Why a scheduler cannot say a schedule, and the way out.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Why {
    /// What stands in the way.
    pub reason: String,
    /// What to do.
    pub help: String,
}

impl Why {
    fn new(reason: impl Into<String>, help: impl Into<String>) -> Self {
        Self { reason: reason.into(), help: help.into() }
    }
}

/// When a schedule fires, and why some schedulers cannot say it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Schedule {
    /// For the plan.
    pub timing: Timing,
    /// Why [`Timing::local`] is empty; empty when it is not.
    pub why_not_local: Why,
    /// Why [`Timing::utc`] is `None`; empty when it is not.
    pub why_not_utc: Why,
    /// Why [`Timing::azure_ml`] is `None`; empty when it is not.
    pub why_not_azure_ml: Why,
}

/// A schedule in its own words.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Rule {
    Cron(Cron),
    Every {
        count: u32,
        period: Period,
        /// A set from Sunday; all of them unless the period is a week.
        weekdays: u64,
        /// A set from 1; only for months.
        days: u64,
        at: Times,
    },
}

/// The start of a schedule without one: in the past, so that Azure ML does not run it at once.
const START: &str = "2024-01-01T00:00:00";

/// What is wrong with a schedule, and with which of its fields.
pub type Faults = Vec<(Field, Fault)>;

/// Reads a schedule.
///
/// # Errors
/// Everything that is wrong, field by field; offsets are of the field's text.
pub fn read(raw: &Raw<'_>) -> Result<Schedule, Faults> {
    let mut faults = Faults::new();
    let zone = match raw.time_zone.map_or_else(|| Ok(Zone::utc()), Zone::read) {
        Ok(zone) => Some(zone),
        Err(fault) => {
            faults.push((Field::TimeZone, fault));
            None
        }
    };
    let start = moment(raw.start, Field::Start, &mut faults);
    let end = moment(raw.end, Field::End, &mut faults);
    if let (Some(end), Some(text)) = (&end, raw.end) {
        let message = match &start {
            Some(start) => (end <= start).then_some("the end is not after the start"),
            None => (end.as_str() <= START).then_some("the end has passed: this would never run"),
        };
        faults.extend(message.map(|it| (Field::End, Fault::new(0..text.len(), it))));
    }
    let rule = rule(raw, &mut faults);
    match (rule, zone) {
        (Some(rule), Some(zone)) if faults.is_empty() => Ok(schedule(&rule, &zone, start, end)),
        _ => {
            faults.sort_by_key(|(field, _)| *field);
            Err(faults)
        }
    }
}

fn moment(text: Option<&str>, field: Field, faults: &mut Faults) -> Option<String> {
    match every::moment(text?) {
        Ok(moment) => Some(moment.strftime("%Y-%m-%dT%H:%M:%S").to_string()),
        Err(fault) => {
            faults.push((field, fault));
            None
        }
    }
}

fn schedule(rule: &Rule, zone: &Zone, start: Option<String>, end: Option<String>) -> Schedule {
    let bound = |key| {
        let help = format!(
            "remove `{key}` and say `enabled: false` for as long as it shall not fire; Azure ML knows it, where all that it starts runs there"
        );
        Err(Why::new(format!("it knows no `{key}`"), help))
    };
    let bounded = match (&start, &end) {
        (_, Some(_)) => bound("end"),
        (Some(_), None) => bound("start"),
        (None, None) => Ok(()),
    };
    let local = convert::local(rule).and_then(|lines| bounded.map(|()| lines));
    let utc = local.as_deref().map_err(Why::clone).and_then(|local| convert::utc(local, zone));
    let windows = zone.windows.ok_or_else(|| {
        let why = format!("it has no name for the time zone {}", zone.name);
        Why::new(why, "choose another time zone, or let it live on CI with `home`")
    });
    let azure_ml = windows.and_then(|windows| Ok((windows, convert::azure_ml(rule, zone)?)));
    let words = convert::words(rule, zone);
    let from = start.as_ref().map_or_else(String::new, |start| format!(" from {start}"));
    let until = end.as_ref().map_or_else(String::new, |end| format!(" until {end}"));
    let azure_ml = azure_ml.map(|(windows, rule)| AzureMlTiming {
        time_zone: windows.to_owned(),
        start: start.unwrap_or_else(|| START.to_owned()),
        end,
        rule,
    });
    let (utc, why_not_utc) = apart(utc);
    let (azure_ml, why_not_azure_ml) = apart(azure_ml);
    let (local, why_not_local) = apart(local);
    Schedule {
        timing: Timing {
            words: words + &from + &until,
            zone: zone.name.clone(),
            local: local.unwrap_or_default(),
            utc,
            azure_ml,
        },
        why_not_local,
        why_not_utc,
        why_not_azure_ml,
    }
}

fn apart<T>(result: Result<T, Why>) -> (Option<T>, Why) {
    match result {
        Ok(value) => (Some(value), Why::default()),
        Err(why) => (None, why),
    }
}

fn rule(raw: &Raw<'_>, faults: &mut Faults) -> Option<Rule> {
    match (raw.every, raw.cron) {
        (Some(every), None) => every_rule(every, raw, faults),
        (None, Some(text)) => {
            belongs(raw, faults, |_| false, "is part of `cron` already");
            match cron::read(text) {
                Ok(cron) => Some(Rule::Cron(cron)),
                Err(list) => {
                    faults.extend(list.into_iter().map(|fault| (Field::Cron, fault)));
                    None
                }
            }
        }
        (Some(_), Some(text)) => {
            let fault = Fault::new(0..text.len(), "`every` and `cron` together");
            faults.push((Field::Cron, fault.help("write one of them")));
            None
        }
        (None, None) => {
            let fault = Fault::new(0..0, "the schedule does not say when");
            faults.push((Field::Whole, fault.help("`every: day`, or `cron: \"0 3 * * *\"`")));
            None
        }
    }
}

/// Refuses details that do not go with the schedule.
fn belongs(raw: &Raw<'_>, faults: &mut Faults, takes: impl Fn(Field) -> bool, why: &str) {
    let text = |list: &[&str]| list.first().map(|text| text.len());
    let days = raw.on_days.first().map(|_| 0);
    for (field, name, length) in [
        (Field::Weekday(0), "on_weekdays", text(&raw.on_weekdays)),
        (Field::Day(0), "on_days", days),
        (Field::At(0), "at", text(&raw.at)),
    ] {
        if let Some(length) = length.filter(|_| !takes(field)) {
            faults.push((field, Fault::new(0..length, format!("`{name}` {why}"))));
        }
    }
}

fn every_rule(text: &str, raw: &Raw<'_>, faults: &mut Faults) -> Option<Rule> {
    let (count, period) = match every::every(text) {
        Ok(read) => read,
        Err(fault) => {
            faults.push((Field::Every, fault));
            return None;
        }
    };
    let takes = |field| {
        let short = matches!(period, Period::Minute | Period::Hour);
        let weekday = matches!(field, Field::Weekday(_)) && period == Period::Week;
        let day = matches!(field, Field::Day(_)) && period == Period::Month;
        weekday || day || matches!(field, Field::At(_)) && !short
    };
    let why = format!("does not go with `every: {}`", period.word());
    belongs(raw, faults, takes, &why);
    let dated = matches!(period, Period::Day | Period::Week | Period::Month);
    if dated && count > 1 && raw.start.is_none() {
        let fault = Fault::new(
            0..text.len(),
            format!("{count} {}s are counted from a `start`", period.word()),
        );
        faults.push((
            Field::Every,
            fault.help("add `start: \"2026-12-01T00:00:00\"` with your own date"),
        ));
    }
    let weekdays = if period == Period::Week { weekdays(raw, faults) } else { Unit::Weekday.all() };
    let days = if period == Period::Month { days(raw, faults) } else { 0 };
    let at = if dated { times(raw, faults) } else { [0; 24] };
    Some(Rule::Every { count, period, weekdays, days, at })
}

fn weekdays(raw: &Raw<'_>, faults: &mut Faults) -> u64 {
    let mut set = 0;
    for (number, text) in raw.on_weekdays.iter().enumerate() {
        match every::weekday(text) {
            Ok(days) if set & days != 0 => {
                faults.push((
                    Field::Weekday(number),
                    Fault::new(0..text.len(), format!("`{text}` twice")),
                ));
            }
            Ok(days) => set |= days,
            Err(fault) => faults.push((Field::Weekday(number), fault)),
        }
    }
    if raw.on_weekdays.is_empty() {
        let fault = Fault::new(0..raw.every.map_or(0, str::len), "a week has seven days");
        faults.push((Field::Every, fault.help("say on which: `on_weekdays: [monday]`")));
    }
    set
}

/// Days of the month; the 1st without any.
fn days(raw: &Raw<'_>, faults: &mut Faults) -> u64 {
    let mut set = 0_u64;
    for (number, day) in raw.on_days.iter().enumerate() {
        let fault = match day {
            1..=28 if set >> day & 1 == 1 => format!("day {day} twice"),
            1..=28 => {
                set |= 1 << day;
                continue;
            }
            29..=31 => {
                let fault = Fault::new(0..0, format!("not every month has a day {day}"));
                let cron = as_cron(raw).map(|cron| {
                    format!("; where short months may be left out, `cron: \"{cron}\"`")
                });
                let help =
                    format!("use 28, or the 1st of the next month{}", cron.unwrap_or_default());
                faults.push((Field::Day(number), fault.help(help)));
                continue;
            }
            _ => format!("{day} is no day of a month"),
        };
        faults.push((Field::Day(number), Fault::new(0..0, fault)));
    }
    if raw.on_days.is_empty() { 1 << 1 } else { set }
}

/// The days and times of months as a line of cron, where one line says them.
fn as_cron(raw: &Raw<'_>) -> Option<String> {
    let times = raw.at.iter().map(|text| every::time(text).ok());
    let mut times: Vec<(usize, u32)> = times.collect::<Option<_>>()?;
    if times.is_empty() {
        times.push((0, 0));
    }
    let minute = times[0].1;
    if times.iter().any(|time| time.1 != minute) {
        return None;
    }
    let listed = |list: &mut dyn Iterator<Item = String>| list.collect::<Vec<_>>().join(",");
    let hours = listed(&mut times.iter().map(|(hour, _)| hour.to_string()));
    let days = listed(&mut raw.on_days.iter().map(u32::to_string));
    Some(format!("{minute} {hours} {days} * *"))
}

/// Times of the day; midnight without any.
fn times(raw: &Raw<'_>, faults: &mut Faults) -> Times {
    let mut times: Times = [0; 24];
    for (number, text) in raw.at.iter().enumerate() {
        match every::time(text) {
            Ok((hour, minute)) if times[hour] >> minute & 1 == 1 => {
                faults.push((
                    Field::At(number),
                    Fault::new(0..text.len(), format!("`{text}` twice")),
                ));
            }
            Ok((hour, minute)) => times[hour] |= 1 << minute,
            Err(fault) => faults.push((Field::At(number), fault)),
        }
    }
    if raw.at.is_empty() {
        times[0] = 1;
    }
    times
}

#[cfg(test)]
mod tests;
