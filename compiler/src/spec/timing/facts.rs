//! What holds of a schedule over the years.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::{Date, date};

use super::sets::{Sets, Unit, numbers};
use crate::plan::{Cron, Timing};

/// Whether a line never fires, such as on 31 February.
pub fn never(cron: &Cron) -> bool {
    super::cron::is_never(cron)
}

/// The months, from 1, in which a schedule never fires, or not in every year, only since they are
/// too short for its days.
pub fn skips_months(timing: &Timing) -> Vec<u32> {
    let short = |month: u32| if month == 2 { 28 } else { super::cron::longest(month) };
    let mut months = 0_u64;
    for sets in timing.local.iter().map(Sets::of).filter(|sets| sets.weekday == Unit::Weekday.all())
    {
        let first = sets.day.trailing_zeros();
        let skipped = numbers(sets.month).filter(|month| short(*month) < first);
        months |= skipped.fold(0, |all, month| all | 1 << month);
    }
    numbers(months).collect()
}

/// The fewest minutes between two runs of a schedule of several lines; `u32::MAX` when it runs once
/// or never. Five years are looked at, so that every kind of month and leap day comes.
pub fn shortest_gap_minutes(lines: &[Cron]) -> u32 {
    let sets: Vec<Sets> = lines.iter().map(Sets::of).collect();
    let mut known: BTreeMap<Vec<bool>, Option<Day>> = BTreeMap::new();
    let (mut shortest, mut last) = (u32::MAX, None::<u32>);
    let mut day = date(2027, 1, 1);
    for number in 0..5 * 366_u32 {
        let active: Vec<bool> = sets.iter().map(|sets| fires_on(sets, day)).collect();
        let times = known.entry(active).or_insert_with_key(|active| Day::of(&sets, active));
        if let Some(times) = times {
            let first = number * 1440 + times.first;
            shortest = shortest.min(times.gap).min(last.map_or(u32::MAX, |last| first - last));
            last = Some(number * 1440 + times.last);
        }
        day = day.saturating_add(1.day());
    }
    shortest
}

/// The most runs of a schedule of several lines in a week.
pub fn most_runs_a_week(lines: &[Cron]) -> u32 {
    let runs = |sets: Sets| {
        let days = sets.weekday.count_ones().min(sets.day.count_ones());
        sets.minute.count_ones() * sets.hour.count_ones() * days
    };
    lines.iter().map(|line| runs(Sets::of(line))).sum()
}

fn fires_on(sets: &Sets, day: Date) -> bool {
    let holds = |set: u64, number: i8| set >> number & 1 == 1;
    holds(sets.day, day.day())
        && holds(sets.month, day.month())
        && holds(sets.weekday, day.weekday().to_sunday_zero_offset())
}

/// The runs of one day, in minutes.
struct Day {
    first: u32,
    last: u32,
    gap: u32,
}

impl Day {
    fn of(sets: &[Sets], active: &[bool]) -> Option<Self> {
        let mut times = [0_u64; 24];
        for (sets, _) in sets.iter().zip(active).filter(|(_, active)| **active) {
            for hour in numbers(sets.hour) {
                times[hour as usize] |= sets.minute;
            }
        }
        let hours =
            (0..24_u32).flat_map(|hour| numbers(times[hour as usize]).map(move |m| hour * 60 + m));
        let all: Vec<u32> = hours.collect();
        let gap = all.windows(2).map(|pair| pair[1] - pair[0]).min().unwrap_or(u32::MAX);
        Some(Self { first: *all.first()?, last: *all.last()?, gap })
    }
}
