//! Fields of cron as sets of numbers.

use crate::plan::Cron;

/// One of the five fields.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Unit {
    Minute,
    Hour,
    Day,
    Month,
    Weekday,
}

impl Unit {
    pub(super) const ALL: [Self; 5] =
        [Self::Minute, Self::Hour, Self::Day, Self::Month, Self::Weekday];

    /// First and last number.
    pub(super) fn bounds(self) -> (u32, u32) {
        match self {
            Self::Minute => (0, 59),
            Self::Hour => (0, 23),
            Self::Day => (1, 31),
            Self::Month => (1, 12),
            Self::Weekday => (0, 6),
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Month => "month",
            Self::Weekday => "weekday",
        }
    }

    /// Every number of the field.
    pub(super) fn all(self) -> u64 {
        let (first, last) = self.bounds();
        bits(first, last, 1)
    }
}

/// `first`, `first + step`, … up to `last`.
pub(super) fn bits(first: u32, last: u32, step: u32) -> u64 {
    let numbers = (first..=last).step_by(step.max(1) as usize);
    numbers.fold(0, |set, number| set | 1 << number)
}

/// The numbers of a set, in order.
pub(super) fn numbers(set: u64) -> impl Iterator<Item = u32> {
    (0..64).filter(move |number| set >> number & 1 == 1)
}

/// Five sets: when a line of cron fires.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Sets {
    pub(super) minute: u64,
    pub(super) hour: u64,
    pub(super) day: u64,
    pub(super) month: u64,
    pub(super) weekday: u64,
}

impl Sets {
    /// The sets of a line in narrow form.
    pub(super) fn of(cron: &Cron) -> Self {
        Self {
            minute: set(&cron.minute, Unit::Minute),
            hour: set(&cron.hour, Unit::Hour),
            day: set(&cron.day, Unit::Day),
            month: set(&cron.month, Unit::Month),
            weekday: set(&cron.weekday, Unit::Weekday),
        }
    }

    /// Whether it fires on every day.
    pub(super) fn on_every_day(&self) -> bool {
        self.every_date() && self.weekday == Unit::Weekday.all()
    }

    /// Whether days and months are not narrowed.
    pub(super) fn every_date(&self) -> bool {
        self.day == Unit::Day.all() && self.month == Unit::Month.all()
    }
}

/// The numbers of a field in narrow form; what is not of that form counts for nothing.
fn set(text: &str, unit: Unit) -> u64 {
    let (first, last) = unit.bounds();
    let item = |item: &str| -> Option<u64> {
        let (range, step) = item.split_once('/').unwrap_or((item, "1"));
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (first, last),
            Some((from, to)) => (from.parse().ok()?, to.parse().ok()?),
            None => (range.parse().ok()?, range.parse().ok()?),
        };
        Some(bits(from.max(first), to.min(last), step.parse().ok()?))
    };
    text.split(',').filter_map(item).fold(0, |all, item| all | item)
}

/// The shortest narrow form of a set.
pub(super) fn field(set: u64, unit: Unit) -> String {
    let (first, last) = unit.bounds();
    if set == unit.all() {
        return "*".to_owned();
    }
    let whole = (2..=(last - first) / 2).find(|step| set == bits(first, last, *step));
    if let Some(step) = whole {
        return format!("*/{step}");
    }
    let mut items: Vec<String> = Vec::new();
    let mut rest = numbers(set).peekable();
    while let Some(start) = rest.next() {
        let mut end = start;
        while rest.next_if_eq(&(end + 1)).is_some() {
            end += 1;
        }
        match end - start {
            0 => items.push(start.to_string()),
            1 => items.extend([start.to_string(), end.to_string()]),
            _ => items.push(format!("{start}-{end}")),
        }
    }
    items.join(",")
}

/// Minutes by hour: the times of a day.
pub(super) type Times = [u64; 24];

/// Lines that fire at all these times, one for each group of hours with the same minutes.
pub(super) fn lines(times: &Times, day: u64, month: u64, weekday: u64) -> Vec<Cron> {
    let mut groups: Vec<(u64, u64)> = Vec::new();
    for (hour, minutes) in times.iter().enumerate().filter(|(_, minutes)| **minutes != 0) {
        match groups.iter_mut().find(|(known, _)| known == minutes) {
            Some((_, hours)) => *hours |= 1 << hour,
            None => groups.push((*minutes, 1 << hour)),
        }
    }
    let line = |(minute, hour)| Cron {
        minute: field(minute, Unit::Minute),
        hour: field(hour, Unit::Hour),
        day: field(day, Unit::Day),
        month: field(month, Unit::Month),
        weekday: field(weekday, Unit::Weekday),
    };
    groups.into_iter().map(line).collect()
}
