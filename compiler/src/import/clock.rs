//! When a recurrence fires: what it does not say, Azure ML takes from its start.

use jiff::civil::DateTime;

use crate::spec::timing::{self, Field, Raw};

/// When a schedule fires, in the words of a spec; times are text as in the foreign file.
#[derive(Default)]
pub(super) struct Clock {
    pub(super) every: Option<String>,
    pub(super) cron: Option<String>,
    pub(super) on_weekdays: Vec<String>,
    pub(super) on_days: Vec<i64>,
    pub(super) at: Vec<String>,
    pub(super) time_zone: Option<String>,
    pub(super) start: Option<String>,
    pub(super) end: Option<String>,
}

/// What a recurrence says beside its start.
pub(super) struct Recurrence<'a> {
    pub(super) frequency: &'a str,
    pub(super) interval: i64,
    pub(super) hours: &'a [i64],
    pub(super) minutes: &'a [i64],
}

impl Recurrence<'_> {
    /// How many of what; 60 minutes are an hour and 24 hours a day, also for the compiler.
    fn period(&self) -> (i64, String) {
        let unit = self.frequency.to_ascii_lowercase();
        let whole = |minutes: i64| self.interval > 0 && self.interval % minutes == 0;
        match unit.as_str() {
            "minute" if whole(1440) => (self.interval / 1440, "day".to_owned()),
            "minute" if whole(60) => (self.interval / 60, "hour".to_owned()),
            "hour" if whole(24) => (self.interval / 24, "day".to_owned()),
            _ => (self.interval, unit),
        }
    }
}

/// The names of weekdays, from Sunday.
const WEEKDAYS: [&str; 7] =
    ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

impl Clock {
    /// Adds what a recurrence says; days, zone and start are there already. Whether hours that pass
    /// became hours of the day.
    pub(super) fn recur(&mut self, recurrence: &Recurrence<'_>) -> bool {
        let Recurrence { hours, minutes, .. } = *recurrence;
        let (interval, unit) = recurrence.period();
        let start = self.start.as_deref().and_then(|start| start.parse::<DateTime>().ok());
        let dated = matches!(unit.as_str(), "day" | "week" | "month");
        self.every = Some(if interval == 1 { unit.clone() } else { format!("{interval} {unit}s") });
        self.at = match start.filter(|_| dated) {
            Some(start) => times(
                &or(hours, i64::from(start.hour())),
                &or(minutes, if hours.is_empty() { i64::from(start.minute()) } else { 0 }),
            ),
            None => times(hours, &or(minutes, 0)),
        };
        let Some(start) = start else { return false };
        if unit == "week" && self.on_weekdays.is_empty() {
            let day = usize::try_from(start.weekday().to_sunday_zero_offset()).unwrap_or(0);
            self.on_weekdays.push(WEEKDAYS[day].to_owned());
        }
        if unit == "month" && self.on_days.is_empty() && self.on_weekdays.is_empty() {
            self.on_days.push(i64::from(start.day()));
        }
        self.from(start)
    }

    /// Hours that the compiler would count from midnight are counted from the start instead.
    fn from(&mut self, start: DateTime) -> bool {
        let every = self.every.as_deref().unwrap_or("");
        let count = every.strip_suffix(" hours").and_then(|count| count.parse::<i8>().ok());
        let Some(count) = count.or((every == "hour").then_some(1)) else { return false };
        if !(1..24).contains(&count) || 24 % count != 0 || self.is_counted() {
            return false;
        }
        let (first, minute) = (start.hour() % count, start.minute());
        if first == 0 && minute == 0 {
            return false;
        }
        let hours: Vec<String> = (first..24)
            .step_by(usize::from(count.unsigned_abs()))
            .map(|it| it.to_string())
            .collect();
        let hours = if count == 1 { "*".to_owned() } else { hours.join(",") };
        self.cron = Some(format!("{minute} {hours} * * *"));
        self.every = None;
        count > 1
    }

    /// Whether Azure ML itself counts hours from the start, by what the compiler makes of this.
    fn is_counted(&self) -> bool {
        use crate::plan::AzureMlRule::Recurrence;
        let rule = self.raw(|raw| timing::read(raw).ok()?.timing.azure_ml).map(|it| it.rule);
        matches!(rule, Some(Recurrence { frequency: "hour", .. }))
    }

    /// Whether the time of day is not known: Azure ML counts from when the schedule was made.
    pub(super) fn is_open(&self) -> bool {
        let every = self.every.as_deref().unwrap_or("");
        let dated = ["day", "week", "month"].iter().any(|unit| every.contains(unit));
        dated && self.at.is_empty()
    }

    /// What a spec cannot say of this: the field, why, and what would help.
    pub(super) fn faults(&self) -> Vec<(Field, String, Option<String>)> {
        let found = self.raw(|raw| timing::read(raw).err()).unwrap_or_default();
        found.into_iter().map(|(field, fault)| (field, fault.message, fault.help)).collect()
    }

    fn raw<T>(&self, then: impl FnOnce(&Raw<'_>) -> T) -> T {
        then(&Raw {
            every: self.every.as_deref(),
            cron: self.cron.as_deref(),
            on_weekdays: self.on_weekdays.iter().map(String::as_str).collect(),
            on_days: self.on_days.iter().map(|day| u32::try_from(*day).unwrap_or(0)).collect(),
            at: self.at.iter().map(String::as_str).collect(),
            time_zone: self.time_zone.as_deref(),
            start: self.start.as_deref(),
            end: self.end.as_deref(),
        })
    }
}

fn or(numbers: &[i64], other: i64) -> Vec<i64> {
    if numbers.is_empty() { vec![other] } else { numbers.to_vec() }
}

/// Every hour with every minute, as Azure ML reads the two lists.
fn times(hours: &[i64], minutes: &[i64]) -> Vec<String> {
    let each = |hour: &i64| -> Vec<String> {
        minutes.iter().map(|minute| format!("{hour:02}:{minute:02}")).collect()
    };
    hours.iter().flat_map(each).collect()
}
