//! One rule in the words of each scheduler.

use super::every::{Period, listed, weekday_names};
use super::sets::{Sets, Times, Unit, lines, numbers};
use super::zone::Zone;
use super::{Rule, Why};
use crate::plan::{AzureMlRule, Cron};

/// Lines of cron in the zone, or why there are none.
pub(super) fn local(rule: &Rule) -> Result<Vec<Cron>, Why> {
    let (day, month, weekday) = (Unit::Day.all(), Unit::Month.all(), Unit::Weekday.all());
    match rule {
        Rule::Cron(cron) => Ok(vec![cron.clone()]),
        Rule::Every { count, period: Period::Minute, .. } => {
            divides(*count, 60, "hour", "minutes")?;
            let minutes = super::sets::bits(0, 59, *count);
            Ok(lines(&[minutes; 24], day, month, weekday))
        }
        Rule::Every { count, period: Period::Hour, .. } => {
            divides(*count, 24, "day", "hours")?;
            let at = |hour: usize| u64::from(hour.is_multiple_of(*count as usize));
            Ok(lines(&std::array::from_fn(at), day, month, weekday))
        }
        Rule::Every { count, period, .. } if *count > 1 => {
            let word = period.word();
            let help = format!(
                "say `every: {word}`; Azure ML counts, where all that it starts runs there"
            );
            Err(Why::new(format!("cron cannot count {word}s"), help))
        }
        Rule::Every { period: Period::Month, days, at, .. } => Ok(lines(at, *days, month, weekday)),
        Rule::Every { weekdays, at, .. } => Ok(lines(at, day, month, *weekdays)),
    }
}

fn divides(count: u32, whole: u32, period: &str, units: &str) -> Result<(), Why> {
    if whole.is_multiple_of(count) {
        return Ok(());
    }
    let why = format!(
        "cron starts again at every {period}, and {whole} {units} are no multiple of {count}"
    );
    let help = format!(
        "choose a number that divides {whole}, or write several triggers with `cron`; Azure ML counts, where all that it starts runs there"
    );
    Err(Why::new(why, help))
}

/// The same lines in UTC, or why there are none.
pub(super) fn utc(local: &[Cron], zone: &Zone) -> Result<Vec<Cron>, Why> {
    if zone.offset == Some(0) {
        return Ok(local.to_vec());
    }
    let mut out = Vec::new();
    for line in local {
        let sets = Sets::of(line);
        let every_hour = sets.on_every_day() && sets.hour == Unit::Hour.all();
        let offset = match (zone.offset, zone.minutes) {
            (Some(offset), _) => offset,
            (None, Some(minutes)) if every_hour => minutes,
            _ => {
                let why =
                    format!("the clock of {} changes against UTC (daylight saving)", zone.name);
                return Err(Why::new(
                    why,
                    "choose a time zone without daylight saving, or `time_zone: UTC`",
                ));
            }
        };
        out.extend(shifted(&sets, offset, &zone.name)?);
    }
    out.sort();
    out.dedup();
    Ok(out)
}

/// A line, so many minutes earlier.
fn shifted(sets: &Sets, offset: i32, zone: &str) -> Result<Vec<Cron>, Why> {
    // The day before, the same day, the day after.
    let mut days: [Times; 3] = [[0; 24]; 3];
    for hour in numbers(sets.hour) {
        for minute in numbers(sets.minute) {
            let time = i32::try_from(hour * 60 + minute).unwrap_or(0) - offset;
            let day = usize::try_from(time.div_euclid(1440) + 1).unwrap_or(1).min(2);
            let time = time.rem_euclid(1440);
            days[day][usize::try_from(time / 60).unwrap_or(0)] |= 1 << (time % 60);
        }
    }
    if sets.on_every_day() {
        let all = std::array::from_fn(|hour| days.iter().fold(0, |set, day| set | day[hour]));
        return Ok(lines(&all, sets.day, sets.month, sets.weekday));
    }
    let moves = days[0].iter().chain(&days[2]).any(|set| *set != 0);
    if moves && !sets.every_date() {
        let other = if days[2].iter().any(|set| *set != 0) { "after" } else { "before" };
        let why = format!(
            "its time in {zone} falls on the day {other} in UTC, and cron cannot name the day {other} a date"
        );
        return Err(Why::new(
            why,
            "choose a time that is on the same day in UTC, or say day and time in UTC with `time_zone: UTC`",
        ));
    }
    let shift = |day: usize| {
        (0..7)
            .filter(|wd| sets.weekday >> wd & 1 == 1)
            .fold(0, |set, wd| set | 1 << ((wd + day + 6) % 7))
    };
    let each = days.iter().enumerate();
    Ok(each.flat_map(|(day, times)| lines(times, sets.day, sets.month, shift(day))).collect())
}

/// Azure ML's rule, or why there is none.
pub(super) fn azure_ml(rule: &Rule, zone: &Zone) -> Result<AzureMlRule, Why> {
    match rule {
        Rule::Cron(cron) => from_cron(cron),
        Rule::Every { count, period: Period::Minute, .. } => Ok(simple("minute", *count)),
        // With daylight saving, hours of the day are not the same as hours that pass.
        Rule::Every { count, period: Period::Hour, .. }
            if zone.offset.is_none() && 24_u32.is_multiple_of(*count) =>
        {
            let hours = (0..24).step_by(*count as usize).collect();
            Ok(recurrence("day", 1, hours, vec![0], Vec::new(), Vec::new()))
        }
        Rule::Every { count, period: Period::Hour, .. } => Ok(simple("hour", *count)),
        Rule::Every { count, period, weekdays, days, at } => {
            let (hours, minutes) = product(at)?;
            let week = *period == Period::Week;
            let month = *period == Period::Month;
            let week_days = if week { weekday_names(*weekdays) } else { Vec::new() };
            let month_days = if month { numbers(*days).collect() } else { Vec::new() };
            Ok(recurrence(period.word(), *count, hours, minutes, week_days, month_days))
        }
    }
}

fn simple(frequency: &'static str, interval: u32) -> AzureMlRule {
    recurrence(frequency, interval, Vec::new(), Vec::new(), Vec::new(), Vec::new())
}

fn recurrence(
    frequency: &'static str,
    interval: u32,
    hours: Vec<u32>,
    minutes: Vec<u32>,
    week_days: Vec<&'static str>,
    month_days: Vec<u32>,
) -> AzureMlRule {
    AzureMlRule::Recurrence { frequency, interval, hours, minutes, week_days, month_days }
}

/// Hours and minutes, if the times are all their combinations: Azure ML runs at each.
fn product(times: &Times) -> Result<(Vec<u32>, Vec<u32>), Why> {
    let hours = (0..24).filter(|hour| times[*hour as usize] != 0).collect::<Vec<u32>>();
    let minutes = times.iter().fold(0, |all, set| all | set);
    if times.iter().all(|set| *set == 0 || *set == minutes) {
        return Ok((hours, numbers(minutes).collect()));
    }
    let times = listed(times).join(", ");
    Err(Why::new(
        format!("it runs at each combination of hours and minutes, not at {times} alone"),
        "write a trigger for each minute, or let it live on CI with `home`",
    ))
}

/// Azure ML reads day and month as `*`; days alone can be a recurrence.
fn from_cron(cron: &Cron) -> Result<AzureMlRule, Why> {
    let sets = Sets::of(cron);
    if sets.every_date() {
        return Ok(AzureMlRule::Cron(cron.clone()));
    }
    if sets.month != Unit::Month.all() {
        return Err(Why::new("it ignores the month in cron", "let it live on CI with `home`"));
    }
    if sets.weekday != Unit::Weekday.all() {
        return Err(Why::new(
            "it ignores the day in cron",
            "write it with `every`, or let it live on CI with `home`",
        ));
    }
    let list = |set| numbers(set).collect();
    Ok(recurrence("month", 1, list(sets.hour), list(sets.minute), Vec::new(), list(sets.day)))
}

/// The words for people.
pub(super) fn words(rule: &Rule, zone: &Zone) -> String {
    let zone = &zone.name;
    match rule {
        Rule::Cron(cron) => format!("cron {} ({zone})", cron.text()),
        Rule::Every { count, period: period @ (Period::Minute | Period::Hour), .. } => {
            often(*count, *period)
        }
        Rule::Every { count, period, weekdays, days, at } => {
            let on = match period {
                Period::Week => format!(" on {}", weekday_names(*weekdays).join(", ")),
                Period::Month => {
                    let days: Vec<String> = numbers(*days).map(|day| day.to_string()).collect();
                    format!(" on {}", days.join(", "))
                }
                Period::Minute | Period::Hour | Period::Day => String::new(),
            };
            format!("{}{on} at {} ({zone})", often(*count, *period), listed(at).join(", "))
        }
    }
}

fn often(count: u32, period: Period) -> String {
    match count {
        1 => format!("every {}", period.word()),
        _ => format!("every {count} {}s", period.word()),
    }
}
