//! `every`, `on_weekdays`, `at`, `start`: the words of a schedule.

use jiff::civil::DateTime;

use super::cron::{WEEKDAYS, is_name};
use super::sets::Times;
use crate::diagnostics::near_miss;
use crate::spec::fault::Fault;

/// What is counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Period {
    Minute,
    Hour,
    Day,
    Week,
    Month,
}

impl Period {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }
}

const PERIODS: [(&str, Period); 15] = [
    ("minutes", Period::Minute),
    ("minute", Period::Minute),
    ("min", Period::Minute),
    ("m", Period::Minute),
    ("hours", Period::Hour),
    ("hour", Period::Hour),
    ("h", Period::Hour),
    ("days", Period::Day),
    ("day", Period::Day),
    ("d", Period::Day),
    ("weeks", Period::Week),
    ("week", Period::Week),
    ("w", Period::Week),
    ("months", Period::Month),
    ("month", Period::Month),
];

const FORM: &str = "such as `5 minutes`, `2 hours`, `day`, `week`, `2 weeks`, `month`";

/// `5 minutes`, `day`: how many of what. 60 minutes are an hour and 24 hours a day.
pub(super) fn every(text: &str) -> Result<(u32, Period), Fault> {
    let trimmed = text.trim();
    let start = text.len() - text.trim_start().len();
    let digits = trimmed.find(|c: char| !c.is_ascii_digit()).unwrap_or(trimmed.len());
    let (count, word) = (&trimmed[..digits], trimmed[digits..].trim_start());
    let end = start + trimmed.len();
    if word.is_empty() {
        return Err(Fault::new(start..end, format!("`{trimmed}` has no unit")).help(FORM));
    }
    let Some((_, period)) = PERIODS.iter().find(|(known, _)| *known == word) else {
        return Err(no_period(
            word,
            Fault::new(end - word.len()..end, format!("`{word}` is no period")),
        ));
    };
    let count = match count.parse::<u32>() {
        _ if count.is_empty() => 1,
        Ok(count @ 1..=999) => count,
        _ => {
            let at = start..start + digits;
            return Err(Fault::new(at, "the number of periods is from 1 to 999"));
        }
    };
    Ok(match (count, *period) {
        (count, Period::Minute) if count % 1440 == 0 => (count / 1440, Period::Day),
        (count, Period::Minute) if count % 60 == 0 => (count / 60, Period::Hour),
        (count, Period::Hour) if count % 24 == 0 => (count / 24, Period::Day),
        (count, period) => (count, period),
    })
}

fn no_period(word: &str, fault: Fault) -> Fault {
    match word {
        "s" | "second" | "seconds" | "sec" => fault.help("no scheduler counts seconds"),
        "year" | "years" | "y" => fault.help("once a year is `cron: \"0 0 1 1 *\"`"),
        "weekday" | "weekdays" => fault.help("`every: week` with `on_weekdays: [weekdays]`"),
        "hourly" => fault.help("write `hour`"),
        "daily" | "dayly" | "nightly" => fault.help("write `day`"),
        "weekly" => fault.help("write `week`"),
        "monthly" => fault.help("write `month`"),
        "fortnight" | "biweekly" => fault.help("write `2 weeks`"),
        "quarter" | "quarterly" => fault.help("write `3 months`"),
        _ => match near_miss(word, PERIODS.iter().map(|(known, _)| *known).filter(|w| w.len() > 2))
        {
            Some(near) => fault.help(format!("did you mean `{near}`?")),
            None => fault.help(FORM),
        },
    }
}

/// A weekday, or `weekdays` for Monday to Friday, as a set from Sunday.
pub(super) fn weekday(text: &str) -> Result<u64, Fault> {
    if text == "weekdays" {
        return Ok(0b011_1110);
    }
    if let Some(day) = WEEKDAYS.iter().position(|name| is_name(text, name)) {
        return Ok(1 << day);
    }
    let fault = Fault::new(0..text.len(), format!("`{text}` is no day of the week"));
    Err(match near_miss(text, WEEKDAYS) {
        Some(near) => fault.help(format!("did you mean `{near}`?")),
        None => fault.help("`monday` to `sunday`, or `weekdays`"),
    })
}

/// The names of a set of weekdays, from Monday.
pub(super) fn weekday_names(set: u64) -> Vec<&'static str> {
    let from_monday = [1, 2, 3, 4, 5, 6, 0];
    from_monday.into_iter().filter(|day| set >> day & 1 == 1).map(|day| WEEKDAYS[day]).collect()
}

/// `02:00`: hour and minute.
pub(super) fn time(text: &str) -> Result<(usize, u32), Fault> {
    let part = |text: &str, most: u32| -> Option<u32> {
        let short = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        text.parse().ok().filter(|number| short && *number <= most)
    };
    let times = text.split_once(':');
    let read = times.filter(|(_, minute)| minute.len() == 2);
    let read = read.and_then(|(hour, minute)| Some((part(hour, 23)?, part(minute, 59)?)));
    if let Some((hour, minute)) = read {
        return Ok((hour as usize, minute));
    }
    let fault = Fault::new(0..text.len(), format!("`{text}` is no time of the day"));
    Err(match text {
        "24:00" => fault.help("midnight is `\"00:00\"`"),
        _ => fault.help("hours and minutes from `\"00:00\"` to `\"23:59\"`, in quotes"),
    })
}

/// The times of a day, in order.
pub(super) fn listed(times: &Times) -> Vec<String> {
    let hours = times.iter().enumerate();
    let all = hours.flat_map(|(hour, set)| super::sets::numbers(*set).map(move |m| (hour, m)));
    all.map(|(hour, minute)| format!("{hour:02}:{minute:02}")).collect()
}

/// A moment without offset: `2026-12-01`, `2026-12-01T02:00`, `2026-12-01T02:00:00`.
pub(super) fn moment(text: &str) -> Result<DateTime, Fault> {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let fault = |message: String| Fault::new(0..text.len(), message);
    let form = "such as `\"2026-12-01T02:00:00\"`";
    let known = ["0000-00-00", "0000-00-00T00:00", "0000-00-00T00:00:00"];
    if !known.contains(&shape.as_str()) {
        let offset =
            shape.ends_with('Z') || shape.get(11..).is_some_and(|t| t.contains(['+', '-']));
        return Err(if offset {
            fault(format!("`{text}` holds an offset"))
                .help("it is a time in `time_zone`; leave the offset out")
        } else {
            fault(format!("`{text}` is no moment")).help(form)
        });
    }
    text.parse().map_err(|_| fault(format!("`{text}` does not exist")).help(form))
}
