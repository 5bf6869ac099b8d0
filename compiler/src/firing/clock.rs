//! The times at which a schedule fires, by the form that its home has of it.

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan as _};

use crate::plan::{AzureMlRule, AzureMlTiming, Cron, Home, Timing};

/// Days that are looked at before a schedule is taken for one that never fires: two leap years may
/// be eight years apart, and a weekday comes again on the same date after 28 years.
const MOST_DAYS: i64 = 41 * 366;
/// Steps of a recurrence in minutes or hours that are looked at before its `end` must have come.
const MOST_STEPS: i64 = 10_000_000;

/// A moment, to the second.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Moment(Timestamp);

impl Moment {
    /// Seconds since the start of 1970, UTC; `None`: beyond what calendars know.
    pub fn from_seconds(seconds: i64) -> Option<Self> {
        Timestamp::from_second(seconds).ok().map(Self)
    }

    /// Reads `2026-12-01T02:00`, with seconds or without, as UTC, or with `Z` or an offset.
    pub fn read(text: &str) -> Option<Self> {
        let civil = || text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok();
        let moment = text.parse::<Timestamp>().ok();
        moment.or_else(|| civil().map(|zoned| zoned.timestamp())).map(Self)
    }

    /// The start of its minute.
    #[must_use]
    pub fn minute(self) -> Self {
        let seconds = self.0.as_second();
        Self::from_seconds(seconds - seconds.rem_euclid(60)).unwrap_or(self)
    }

    /// The moment so many minutes later.
    #[must_use]
    pub fn later(self, minutes: i64) -> Self {
        Self(self.0.checked_add((minutes * 60).seconds()).unwrap_or(self.0))
    }

    /// `2026-12-01 02:00 UTC`.
    pub fn words(self) -> String {
        self.0.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M UTC").to_string()
    }

    /// `Tue 2026-12-01 03:00` as clocks of a zone show it.
    pub fn words_in(self, zone: &str) -> String {
        self.0.to_zoned(zone_of(zone)).strftime("%a %Y-%m-%d %H:%M").to_string()
    }
}

fn zone_of(name: &str) -> TimeZone {
    TimeZoneDatabase::bundled().get(name).unwrap_or(TimeZone::UTC)
}

/// The times from a moment on at which a schedule fires, in order, where it lives. A time that does
/// not exist, since the clock is put forward, counts as the one that follows.
pub fn firings(timing: &Timing, home: Home, from: Moment) -> impl Iterator<Item = Moment> + use<> {
    let zone = zone_of(&timing.zone);
    let mut rule = match (home, &timing.azure_ml) {
        (Home::AzureMl, Some(azure_ml)) => Rule::azure_ml(azure_ml, zone),
        _ => Rule { lines: timing.local.clone(), zone, ..Rule::default() },
    };
    let mut after = Timestamp::from_second(from.0.as_second().saturating_sub(1)).unwrap_or(from.0);
    std::iter::from_fn(move || {
        after = rule.next(after)?;
        Some(Moment(after))
    })
}

/// A rule that gives times in a zone.
struct Rule {
    zone: TimeZone,
    lines: Vec<Cron>,
    recurrence: Option<Recurrence>,
    start: Option<DateTime>,
    end: Option<DateTime>,
}

impl Default for Rule {
    fn default() -> Self {
        Self { zone: TimeZone::UTC, lines: Vec::new(), recurrence: None, start: None, end: None }
    }
}

/// Azure ML's second form.
struct Recurrence {
    frequency: &'static str,
    interval: i64,
    hours: Vec<i8>,
    minutes: Vec<i8>,
    week_days: Vec<&'static str>,
    month_days: Vec<u32>,
}

impl Rule {
    fn azure_ml(timing: &AzureMlTiming, zone: TimeZone) -> Self {
        let base = Self {
            zone,
            start: timing.start.parse().ok(),
            end: timing.end.as_ref().and_then(|end| end.parse().ok()),
            ..Self::default()
        };
        match &timing.rule {
            AzureMlRule::Cron(cron) => Self { lines: vec![cron.clone()], ..base },
            AzureMlRule::Recurrence {
                frequency,
                interval,
                hours,
                minutes,
                week_days,
                month_days,
            } => {
                let small =
                    |all: &[u32]| all.iter().filter_map(|it| i8::try_from(*it).ok()).collect();
                let recurrence = Recurrence {
                    frequency,
                    interval: i64::from(*interval).max(1),
                    hours: small(hours),
                    minutes: small(minutes),
                    week_days: week_days.clone(),
                    month_days: month_days.clone(),
                };
                Self { recurrence: Some(recurrence), ..base }
            }
        }
    }

    /// The first time after a moment.
    fn next(&mut self, after: Timestamp) -> Option<Timestamp> {
        let first = self.start.and_then(|start| self.moment(start));
        let after = match first {
            Some(first) if first > after => Timestamp::from_second(first.as_second() - 1).ok()?,
            _ => after,
        };
        let found = match &self.recurrence {
            Some(one) if ["minute", "hour"].contains(&one.frequency) => self.by_steps(one, after),
            _ => self.by_days(after),
        }?;
        let last = self.end.and_then(|end| self.moment(end));
        last.is_none_or(|last| found <= last).then_some(found)
    }

    fn moment(&self, civil: DateTime) -> Option<Timestamp> {
        // The clock that is put back shows an hour twice: the first counts.
        civil.to_zoned(self.zone.clone()).ok().map(|zoned| zoned.timestamp())
    }

    /// Every so many minutes or hours from the start on.
    fn by_steps(&self, one: &Recurrence, after: Timestamp) -> Option<Timestamp> {
        let start = self.moment(self.start?)?;
        let unit = if one.frequency == "minute" { 60 } else { 3600 };
        let step = one.interval.checked_mul(unit)?;
        let gone = (after.as_second() - start.as_second()).max(-1).div_euclid(step);
        let times = (gone + 1..gone + MOST_STEPS).map(|count| start.as_second() + count * step);
        times.filter_map(|second| Timestamp::from_second(second).ok()).find(|time| *time > after)
    }

    /// The first time of the first day that has one.
    fn by_days(&self, after: Timestamp) -> Option<Timestamp> {
        let mut day = after.to_zoned(self.zone.clone()).date().yesterday().ok()?;
        for _ in 0..MOST_DAYS {
            let times = self.times_of(day).into_iter();
            let times = times.filter_map(|(hour, minute)| self.moment(day.at(hour, minute, 0, 0)));
            if let Some(time) = times.filter(|time| *time > after).min() {
                return Some(time);
            }
            day = day.tomorrow().ok()?;
        }
        None
    }

    fn times_of(&self, day: Date) -> Vec<(i8, i8)> {
        if let Some(recurrence) = &self.recurrence {
            return self.start.map_or_else(Vec::new, |start| recurrence.times_of(day, start));
        }
        self.lines.iter().filter(|line| on_day(line, day)).flat_map(times_of_line).collect()
    }
}

impl Recurrence {
    fn times_of(&self, day: Date, start: DateTime) -> Vec<(i8, i8)> {
        if day < start.date() || !self.on_day(day, start.date()) {
            return Vec::new();
        }
        if self.hours.is_empty() && self.minutes.is_empty() {
            return vec![(start.hour(), start.minute())];
        }
        let minutes = if self.minutes.is_empty() { vec![0] } else { self.minutes.clone() };
        let pairs = |hour: &i8| minutes.iter().map(|minute| (*hour, *minute)).collect::<Vec<_>>();
        self.hours.iter().flat_map(pairs).collect()
    }

    fn on_day(&self, day: Date, first: Date) -> bool {
        let days = days_between(first, day);
        match self.frequency {
            "day" => days % self.interval == 0,
            "week" => {
                let is_day = if self.week_days.is_empty() {
                    day.weekday() == first.weekday()
                } else {
                    self.week_days.contains(&word(day.weekday()))
                };
                let monday = |date: Date| i64::from(date.weekday().to_monday_zero_offset());
                let weeks = (days + monday(first) - monday(day)).div_euclid(7);
                is_day && weeks % self.interval == 0
            }
            _ => {
                let number = u32::try_from(day.day()).unwrap_or(0);
                let is_day = if self.month_days.is_empty() {
                    day.day() == first.day()
                } else {
                    self.month_days.contains(&number)
                };
                let month = |date: Date| i64::from(date.year()) * 12 + i64::from(date.month());
                is_day && (month(day) - month(first)) % self.interval == 0
            }
        }
    }
}

fn days_between(first: Date, day: Date) -> i64 {
    day.since(first).map_or(0, |span| i64::from(span.get_days()))
}

fn word(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "monday",
        Weekday::Tuesday => "tuesday",
        Weekday::Wednesday => "wednesday",
        Weekday::Thursday => "thursday",
        Weekday::Friday => "friday",
        Weekday::Saturday => "saturday",
        Weekday::Sunday => "sunday",
    }
}

/// Whether a line fires on a day; day and weekday are never both narrowed.
fn on_day(line: &Cron, day: Date) -> bool {
    has(&line.day, day.day(), 1)
        && has(&line.month, day.month(), 1)
        && has(&line.weekday, day.weekday().to_sunday_zero_offset(), 0)
}

fn times_of_line(line: &Cron) -> Vec<(i8, i8)> {
    let all = |field: &str, end| (0..end).filter(|it| has(field, *it, 0)).collect::<Vec<i8>>();
    let minutes = all(&line.minute, 60);
    let of_hour = |hour: i8| minutes.iter().map(move |minute| (hour, *minute)).collect::<Vec<_>>();
    all(&line.hour, 24).into_iter().flat_map(of_hour).collect()
}

/// Whether a field in narrow form holds a number; `least` is the first that the field can hold.
fn has(field: &str, number: i8, least: i8) -> bool {
    field.split(',').any(|item| {
        let (range, step) = item.split_once('/').unwrap_or((item, "1"));
        let step = step.parse().unwrap_or(1).max(1);
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (least, i8::MAX),
            Some((from, to)) => (from.parse().unwrap_or(i8::MAX), to.parse().unwrap_or(0)),
            None => (range.parse().unwrap_or(i8::MAX), range.parse().unwrap_or(0)),
        };
        (from..=to).contains(&number) && (number - from) % step == 0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cron(text: &str) -> Cron {
        let fields: Vec<String> = text.split(' ').map(str::to_owned).collect();
        let [minute, hour, day, month, weekday] = fields.try_into().unwrap();
        Cron { minute, hour, day, month, weekday }
    }

    fn lines(zone: &str, lines: &[&str]) -> Timing {
        Timing {
            words: String::new(),
            zone: zone.to_owned(),
            local: lines.iter().map(|line| cron(line)).collect(),
            utc: None,
            azure_ml: None,
        }
    }

    fn next(timing: &Timing, home: Home, from: &str, count: usize) -> Vec<String> {
        let from = Moment::read(from).unwrap();
        firings(timing, home, from).take(count).map(Moment::words).collect()
    }

    fn on_github(timing: &Timing, from: &str, count: usize) -> Vec<String> {
        next(timing, Home::GitHub, from, count)
    }

    #[test]
    fn lines_of_cron_fire_in_their_zone() {
        let tokyo = lines("Asia/Tokyo", &["0 2 1 * *"]);
        assert_eq!(
            on_github(&tokyo, "2026-11-20T00:00", 2),
            ["2026-11-30 17:00 UTC", "2026-12-31 17:00 UTC"]
        );
        let utc = lines("UTC", &["*/20 3 */10 2 *"]);
        let first = on_github(&utc, "2026-11-20T00:00", 4);
        assert_eq!(first[0], "2027-02-01 03:00 UTC");
        assert_eq!(first[3], "2027-02-11 03:00 UTC");
        let week = lines("UTC", &["30 1 * * 1-5"]);
        assert_eq!(on_github(&week, "2026-11-20T01:30", 1), ["2026-11-20 01:30 UTC"]);
        assert_eq!(on_github(&week, "2026-11-20T01:31", 1), ["2026-11-23 01:30 UTC"]);
        let leap = lines("UTC", &["0 0 29 2 *"]);
        assert_eq!(on_github(&leap, "2096-03-01T00:00", 1), ["2104-02-29 00:00 UTC"]);
        assert!(on_github(&lines("UTC", &["0 0 31 2 *"]), "2026-11-20T00:00", 1).is_empty());
    }

    #[test]
    fn the_clock_that_changes_is_followed() {
        let berlin = lines("Europe/Berlin", &["30 2 * * *"]);
        // 2:30 does not exist on the 28th of March 2027, and comes twice on the 31st of October.
        assert_eq!(
            on_github(&berlin, "2027-03-27T00:00", 3),
            ["2027-03-27 01:30 UTC", "2027-03-28 01:30 UTC", "2027-03-29 00:30 UTC"]
        );
        assert_eq!(
            on_github(&berlin, "2027-10-30T12:00", 2),
            ["2027-10-31 00:30 UTC", "2027-11-01 01:30 UTC"]
        );
    }

    fn recurrence(start: &str, end: Option<&str>, rule: AzureMlRule) -> Timing {
        Timing {
            azure_ml: Some(AzureMlTiming {
                time_zone: "UTC".to_owned(),
                start: start.to_owned(),
                end: end.map(str::to_owned),
                rule,
            }),
            ..lines("UTC", &[])
        }
    }

    fn every(frequency: &'static str, interval: u32) -> AzureMlRule {
        AzureMlRule::Recurrence {
            frequency,
            interval,
            hours: Vec::new(),
            minutes: Vec::new(),
            week_days: Vec::new(),
            month_days: Vec::new(),
        }
    }

    #[test]
    fn recurrences_count_from_their_start() {
        let said = |timing: &Timing, from, count| next(timing, Home::AzureMl, from, count);
        let minutes =
            recurrence("2026-12-01T00:10:00", Some("2026-12-01T00:55:00"), every("minute", 20));
        assert_eq!(
            said(&minutes, "2026-11-20T00:00", 9),
            ["2026-12-01 00:10 UTC", "2026-12-01 00:30 UTC", "2026-12-01 00:50 UTC"]
        );
        let weeks = recurrence("2026-12-02T09:00:00", None, every("week", 2));
        assert_eq!(
            said(&weeks, "2026-12-03T00:00", 2),
            ["2026-12-16 09:00 UTC", "2026-12-30 09:00 UTC"]
        );
        let pattern = AzureMlRule::Recurrence {
            frequency: "month",
            interval: 3,
            hours: vec![6, 18],
            minutes: vec![30],
            week_days: Vec::new(),
            month_days: vec![1, 31],
        };
        let months = recurrence("2026-12-15T00:00:00", None, pattern);
        assert_eq!(
            said(&months, "2026-11-20T00:00", 4),
            [
                "2026-12-31 06:30 UTC",
                "2026-12-31 18:30 UTC",
                "2027-03-01 06:30 UTC",
                "2027-03-01 18:30 UTC"
            ]
        );
        let days = recurrence("2026-12-01T05:00:00", None, every("day", 3));
        assert_eq!(said(&days, "2026-12-02T00:00", 1), ["2026-12-04 05:00 UTC"]);
    }

    #[test]
    fn moments_are_read_as_people_write_them() {
        let said = |text| Moment::read(text).map(Moment::words);
        assert_eq!(said("2026-12-01T02:00").as_deref(), Some("2026-12-01 02:00 UTC"));
        assert_eq!(said("2026-12-01T02:00:00+09:00").as_deref(), Some("2026-11-30 17:00 UTC"));
        assert_eq!(said("2026-12-01").as_deref(), Some("2026-12-01 00:00 UTC"));
        assert_eq!(said("tomorrow"), None);
        let moment = Moment::read("2026-12-01T02:00:59Z").unwrap().minute();
        assert_eq!(moment.later(90).words(), "2026-12-01 03:30 UTC");
        assert_eq!(moment.words_in("Asia/Tokyo"), "Tue 2026-12-01 11:00");
    }
}
