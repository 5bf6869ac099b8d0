//! The strict form of cron that GitHub, Azure Pipelines and Azure ML all read.

use std::ops::Range;

use super::sets::{Sets, Unit, bits};
use crate::diagnostics::near_miss;
use crate::plan::Cron;
use crate::spec::fault::Fault;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Weekdays in the order of cron.
pub(super) const WEEKDAYS: [&str; 7] =
    ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

/// Reads five fields. Names become numbers; `a/n` is written as `a-max/n`.
///
/// # Errors
/// One for each field that is wrong; a date that never comes; day and weekday both narrowed, which
/// GitHub reads as "either" and the others as "both".
pub(super) fn read(text: &str) -> Result<Cron, Vec<Fault>> {
    let fields = split(text).map_err(|fault| vec![fault])?;
    let read = Unit::ALL.into_iter().zip(&fields);
    let read: Vec<_> = read.map(|(unit, at)| one(unit, text, at)).collect();
    let mut faults: Vec<Fault> = read.iter().filter_map(|field| field.clone().err()).collect();
    let mut texts = read.into_iter().flatten();
    let mut next = || texts.next().unwrap_or_default();
    let cron = Cron { minute: next(), hour: next(), day: next(), month: next(), weekday: next() };
    if faults.is_empty() {
        faults.extend(meaning(&cron, &fields));
    }
    if faults.is_empty() { Ok(cron) } else { Err(faults) }
}

/// Where the five fields are.
fn split(text: &str) -> Result<Vec<Range<usize>>, Fault> {
    let whole = 0..text.len();
    if text.trim_start().starts_with('@') {
        return Err(Fault::new(whole, "a nickname in place of the five fields")
            .help("such as `0 0 * * *` for every day"));
    }
    if let Some(at) = text.find(|c: char| c.is_whitespace() && c != ' ') {
        return Err(Fault::new(at..at + 1, "only spaces may stand between the fields"));
    }
    let mut at = 0;
    let mut fields = Vec::with_capacity(5);
    for part in text.split(' ') {
        if !part.is_empty() {
            fields.push(at..at + part.len());
        }
        at += part.len() + 1;
    }
    if fields.len() == 5 {
        return Ok(fields);
    }
    let fault = Fault::new(whole, format!("cron has five fields, and this has {}", fields.len()));
    Err(fault.help("minute, hour, day, month, weekday: `30 2 * * 1-5`"))
}

/// One field, in narrow form.
fn one(unit: Unit, text: &str, at: &Range<usize>) -> Result<String, Fault> {
    let mut items = Vec::new();
    let (mut start, mut set) = (at.start, 0);
    for part in text[at.clone()].split(',') {
        let (item, numbers) = item(unit, part, start)?;
        items.push(item);
        set |= numbers;
        start += part.len() + 1;
    }
    Ok(if set == unit.all() { "*".to_owned() } else { items.join(",") })
}

/// `*`, `a`, `a-b`, each with `/n` or without.
fn item(unit: Unit, text: &str, start: usize) -> Result<(String, u64), Fault> {
    let at = start..start + text.len();
    if text.is_empty() {
        return Err(Fault::new(start..start, format!("an empty {}", unit.word())));
    }
    let (range, step) = text.split_once('/').map_or((text, None), |(a, b)| (a, Some(b)));
    let (low, high) = unit.bounds();
    let (from, to) = match range.split_once('-') {
        _ if range == "*" => (low, high),
        Some((a, b)) => {
            let from = number(unit, a, start)?;
            (from, number(unit, b, start + a.len() + 1)?)
        }
        None => {
            let from = number(unit, range, start)?;
            (from, if step.is_some() { high } else { from })
        }
    };
    if from > to {
        let fault = Fault::new(at, format!("the range runs backwards: {from} to {to}"));
        return Err(fault.help(format!("`{from}-{high},{low}-{to}`")));
    }
    let Some(step) = step else {
        let item = if range == "*" { "*".to_owned() } else { plain(from, to) };
        return Ok((item, bits(from, to, 1)));
    };
    let at = at.end - step.len()..at.end;
    let step = stride(step, to - from, at)?;
    let item = if range == "*" { format!("*/{step}") } else { format!("{from}-{to}/{step}") };
    Ok((item, bits(from, to, step)))
}

fn plain(from: u32, to: u32) -> String {
    if from == to { from.to_string() } else { format!("{from}-{to}") }
}

fn stride(text: &str, most: u32, at: Range<usize>) -> Result<u32, Fault> {
    match digits(text) {
        Some(step @ 1..) if step <= most => Ok(step),
        Some(0) => Err(Fault::new(at, "a step of 0")),
        Some(_) => Err(Fault::new(at, format!("the step is more than the range: at most {most}"))),
        None => Err(Fault::new(at, format!("`{text}` is no step")).help("a number: `*/15`")),
    }
}

fn digits(text: &str) -> Option<u32> {
    let all = !text.is_empty() && text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit());
    if all { text.parse().ok() } else { None }
}

/// A number, or the name of a month or weekday.
fn number(unit: Unit, text: &str, start: usize) -> Result<u32, Fault> {
    let at = start..start + text.len();
    let (low, high) = unit.bounds();
    if let Some(number) = digits(text) {
        if (low..=high).contains(&number) {
            return Ok(number);
        }
        let fault = Fault::new(at, format!("{number} is no {}", unit.word()));
        return Err(match (unit, number) {
            (Unit::Weekday, 7) => fault.help("Sunday is 0"),
            _ => fault.help(format!("{low} to {high}")),
        });
    }
    let names: &[&str] = match unit {
        Unit::Month => &MONTHS,
        Unit::Weekday => &WEEKDAYS,
        Unit::Minute | Unit::Hour | Unit::Day => &[],
    };
    let known = (low..).zip(names).find(|(_, name)| is_name(text, name));
    known.map(|(number, _)| number).ok_or_else(|| unknown(unit, text, names, at))
}

/// The whole name or its first three letters, in any case.
pub(super) fn is_name(text: &str, name: &str) -> bool {
    text.eq_ignore_ascii_case(name) || text.eq_ignore_ascii_case(&name[..3])
}

fn unknown(unit: Unit, text: &str, names: &[&str], at: Range<usize>) -> Fault {
    let (low, high) = unit.bounds();
    let short = names.is_empty() || text.len() < 3;
    let foreign = |c: &char| matches!(c, '?' | '#') || short && matches!(c, 'L' | 'W' | 'H');
    if let Some(mark) = text.chars().find(foreign) {
        let fault = Fault::new(at, format!("`{mark}` is not part of portable cron"));
        return fault.help("`*`, numbers, `a-b`, `a,b` and `*/n` are");
    }
    let fault = Fault::new(at, format!("`{text}` is no {}", unit.word()));
    match near_miss(text, names.iter().copied()) {
        Some(name) => fault.help(format!("did you mean `{name}`?")),
        None => fault.help(format!("{low} to {high}, or `*`")),
    }
}

/// What is wrong although each field is right.
fn meaning(cron: &Cron, fields: &[Range<usize>]) -> Option<Fault> {
    let (day, month, weekday) = (&fields[2], &fields[3], &fields[4]);
    if cron.day != "*" && cron.weekday != "*" {
        let fault = Fault::new(
            weekday.clone(),
            "day and weekday together: GitHub runs when either fits, others when both do",
        );
        return Some(fault.help("narrow one of them; or write two triggers"));
    }
    if super::never(cron) {
        return Some(Fault::new(day.start..month.end, "a date that never comes"));
    }
    None
}

/// Whether a line never fires.
pub(super) fn is_never(cron: &Cron) -> bool {
    let sets = Sets::of(cron);
    let first = sets.day.trailing_zeros();
    !super::sets::numbers(sets.month).any(|month| first <= longest(month))
}

/// The most days that a month can have.
pub(super) fn longest(month: u32) -> u32 {
    match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
