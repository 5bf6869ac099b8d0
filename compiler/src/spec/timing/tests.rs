use super::*;
use crate::plan::AzureMlRule;
use jiff::civil::date;
use jiff::tz::{Offset, TimeZone};
use jiff::{Span, ToSpan};
use proptest::prelude::*;

fn good(raw: &Raw<'_>) -> Schedule {
    read(raw).unwrap_or_else(|faults| panic!("{raw:?}: {faults:?}"))
}

fn cron(text: &str, zone: &str) -> Schedule {
    good(&Raw { cron: Some(text), time_zone: Some(zone), ..Raw::default() })
}

fn lines(list: &[Cron]) -> String {
    list.iter().map(Cron::text).collect::<Vec<_>>().join("; ")
}

fn utc(schedule: &Schedule) -> String {
    let list = schedule.timing.utc.as_deref();
    list.map_or_else(|| schedule.why_not_utc.reason.clone(), lines)
}

fn azure_ml(schedule: &Schedule) -> String {
    let Some(timing) = &schedule.timing.azure_ml else {
        return schedule.why_not_azure_ml.reason.clone();
    };
    match &timing.rule {
        AzureMlRule::Cron(cron) => format!("cron {}", cron.text()),
        AzureMlRule::Recurrence { frequency, interval, hours, minutes, week_days, month_days } => {
            let list =
                |numbers: &[u32]| numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
            let parts = [list(hours), list(minutes), week_days.join(","), list(month_days)];
            format!("{frequency} {interval} {}", parts.join("|"))
        }
    }
}

fn faults(raw: &Raw<'_>) -> Vec<(Field, String, String)> {
    let faults = read(raw).expect_err("a fault");
    let said =
        |(field, fault): (Field, Fault)| (field, fault.message, fault.help.unwrap_or_default());
    faults.into_iter().map(said).collect()
}

fn fault(raw: &Raw<'_>) -> (Field, String, String) {
    let mut faults = faults(raw);
    assert_eq!(faults.len(), 1, "{faults:?}");
    faults.remove(0)
}

#[test]
fn short_periods_are_said_by_all() {
    let five = good(&Raw { every: Some("5 minutes"), ..Raw::default() });
    assert_eq!(five.timing.words, "every 5 minutes");
    assert_eq!(lines(&five.timing.local), "*/5 * * * *");
    assert_eq!(utc(&five), "*/5 * * * *");
    assert_eq!(azure_ml(&five), "minute 5 |||");
    let timing = five.timing.azure_ml.expect("Azure ML counts minutes");
    assert_eq!((timing.start.as_str(), timing.time_zone.as_str()), ("2024-01-01T00:00:00", "UTC"));
    let two = good(&Raw { every: Some("2h"), ..Raw::default() });
    assert_eq!(
        (lines(&two.timing.local).as_str(), azure_ml(&two).as_str()),
        ("0 */2 * * *", "hour 2 |||")
    );
    assert_eq!(good(&Raw { every: Some("120 minutes"), ..Raw::default() }).timing, two.timing);
    assert_eq!(
        lines(&good(&Raw { every: Some("minute"), ..Raw::default() }).timing.local),
        "* * * * *"
    );
    assert_eq!(
        lines(&good(&Raw { every: Some("hour"), ..Raw::default() }).timing.local),
        "0 * * * *"
    );
}

#[test]
fn cron_does_not_count_over_its_fields() {
    let seven = good(&Raw { every: Some("7 minutes"), ..Raw::default() });
    assert_eq!(seven.timing.local, []);
    assert_eq!(
        seven.why_not_local.reason,
        "cron starts again at every hour, and 60 minutes are no multiple of 7"
    );
    assert_eq!(seven.why_not_utc, seven.why_not_local);
    assert_eq!(azure_ml(&seven), "minute 7 |||");
    let weeks = Raw {
        every: Some("2 weeks"),
        on_weekdays: vec!["fri", "monday"],
        at: vec!["18:30"],
        start: Some("2026-12-01"),
        end: Some("2027-12-01T06:00"),
        ..Raw::default()
    };
    let weeks = good(&weeks);
    assert_eq!(weeks.why_not_local.reason, "cron cannot count weeks");
    assert_eq!(azure_ml(&weeks), "week 2 18|30|monday,friday|");
    assert_eq!(
        weeks.timing.words,
        "every 2 weeks on monday, friday at 18:30 (UTC) from 2026-12-01T00:00:00 until 2027-12-01T06:00:00"
    );
    let timing = weeks.timing.azure_ml.expect("Azure ML counts weeks");
    assert_eq!(timing.end.as_deref(), Some("2027-12-01T06:00:00"));
}

#[test]
fn months_days_and_weeks_are_said_in_the_zone() {
    let month = Raw {
        every: Some("month"),
        on_days: vec![1],
        at: vec!["02:00"],
        time_zone: Some("Asia/Tokyo"),
        ..Raw::default()
    };
    let month = good(&month);
    assert_eq!(month.timing.words, "every month on 1 at 02:00 (Asia/Tokyo)");
    assert_eq!(lines(&month.timing.local), "0 2 1 * *");
    assert_eq!(
        utc(&month),
        "its time in Asia/Tokyo falls on the day before in UTC, and cron cannot name the day before a date"
    );
    assert_eq!(azure_ml(&month), "month 1 2|0||1");
    assert_eq!(month.timing.azure_ml.expect("Tokyo").time_zone, "Tokyo Standard Time");
    let week = |at| Raw {
        every: Some("week"),
        on_weekdays: vec!["weekdays"],
        at: vec![at],
        time_zone: Some("Asia/Tokyo"),
        ..Raw::default()
    };
    assert_eq!(utc(&good(&week("02:00"))), "0 17 * * 0-4");
    assert_eq!(utc(&good(&week("12:00"))), "0 3 * * 1-5");
    let day = Raw { every: Some("day"), at: vec!["14:00", "02:00"], ..Raw::default() };
    assert_eq!(lines(&good(&day).timing.local), "0 2,14 * * *");
    assert_eq!(azure_ml(&good(&day)), "day 1 2,14|0||");
    assert_eq!(
        lines(&good(&Raw { every: Some("month"), ..Raw::default() }).timing.local),
        "0 0 1 * *"
    );
}

#[test]
fn several_times_may_take_several_lines() {
    let day = Raw { every: Some("day"), at: vec!["02:00", "03:30", "05:00"], ..Raw::default() };
    let day = good(&day);
    assert_eq!(lines(&day.timing.local), "0 2,5 * * *; 30 3 * * *");
    assert_eq!(
        azure_ml(&day),
        "it runs at each combination of hours and minutes, not at 02:00, 03:30, 05:00 alone"
    );
}

#[test]
fn daylight_saving_has_no_utc() {
    let said = "the clock of Europe/Berlin changes against UTC (daylight saving)";
    assert_eq!(utc(&cron("0 2 * * *", "Europe/Berlin")), said);
    assert_eq!(utc(&cron("*/5 * * * *", "Europe/Berlin")), "*/5 * * * *");
    // Half an hour of daylight saving.
    assert!(utc(&cron("*/20 * * * *", "Australia/Lord_Howe")).contains("daylight"));
    let hours =
        good(&Raw { every: Some("6 hours"), time_zone: Some("Europe/Berlin"), ..Raw::default() });
    assert_eq!(azure_ml(&hours), "day 1 0,6,12,18|0||");
}

#[test]
fn fixed_zones_move_to_utc() {
    assert_eq!(utc(&cron("0 3 * * *", "Asia/Kolkata")), "30 21 * * *");
    assert_eq!(utc(&cron("0 */6 * * *", "Asia/Kolkata")), "30 */6 * * *");
    assert_eq!(utc(&cron("0 23 * * 6", "Etc/GMT+5")), "0 4 * * 0");
    assert_eq!(utc(&cron("0 0,12 * * 1", "Asia/Tokyo")), "0 15 * * 0; 0 3 * * 1");
    assert_eq!(utc(&cron("0 12 1 1 *", "Asia/Tokyo")), "0 3 1 1 *");
    assert_eq!(utc(&cron("*/5 * * * *", "Asia/Tokyo")), "*/5 * * * *");
}

#[test]
fn azure_ml_takes_cron_without_dates() {
    assert_eq!(azure_ml(&cron("30 3 * * 1-5", "UTC")), "cron 30 3 * * 1-5");
    assert_eq!(azure_ml(&cron("0 3 1,15 * *", "UTC")), "month 1 3|0||1,15");
    assert_eq!(azure_ml(&cron("0 3 1 1 *", "UTC")), "it ignores the month in cron");
    let vancouver = "it has no name for the time zone America/Vancouver";
    assert_eq!(azure_ml(&cron("0 3 * * *", "America/Vancouver")), vancouver);
}

#[test]
fn cron_is_written_in_narrow_form() {
    let text = |text| lines(&cron(text, "UTC").timing.local);
    assert_eq!(text("05  02 * JAN-mar Sun"), "5 2 * 1-3 0");
    assert_eq!(text("0-59 */1 1-31 * 0-6"), "* * * * *");
    assert_eq!(text("10/20 0-6,22 * * monday,WED"), "10-59/20 0-6,22 * * 1,3");
    assert_eq!(text("0 3 29 2 *"), "0 3 29 2 *");
    assert_eq!(cron("0 3 * * 1", "UTC").timing.words, "cron 0 3 * * 1 (UTC)");
}

#[test]
fn each_field_of_cron_has_its_own_fault() {
    for (text, at, message) in [
        ("60 0 * * *", 0..2, "60 is no minute"),
        ("0 24 * * *", 2..4, "24 is no hour"),
        ("0 0 0 * *", 4..5, "0 is no day"),
        ("0 0 * 13 *", 6..8, "13 is no month"),
        ("0 0 * * 7", 8..9, "7 is no weekday"),
        ("0 0 * * FRI-MON", 8..15, "the range runs backwards: 5 to 1"),
        ("0 0 * jam *", 6..9, "`jam` is no month"),
        ("*/0 0 * * *", 2..3, "a step of 0"),
        ("*/60 0 * * *", 2..4, "the step is more than the range: at most 59"),
        ("0 0 1-5/9 * *", 8..9, "the step is more than the range: at most 4"),
        ("0,,1 0 * * *", 2..2, "an empty minute"),
        ("0 0 ? * *", 4..5, "`?` is not part of portable cron"),
        ("0 0 L * *", 4..5, "`L` is not part of portable cron"),
        ("0 0 * * 1#2", 8..11, "`#` is not part of portable cron"),
        ("0 0 31 2 *", 4..8, "a date that never comes"),
        ("0 0 31 4,6 *", 4..10, "a date that never comes"),
        (
            "0 0 1 * 1",
            8..9,
            "day and weekday together: GitHub runs when either fits, others when both do",
        ),
        ("0 0 * *", 0..7, "cron has five fields, and this has 4"),
        ("0 0 0 * * *", 0..11, "cron has five fields, and this has 6"),
        ("@daily", 0..6, "a nickname in place of the five fields"),
        ("0\t0 * * *", 1..2, "only spaces may stand between the fields"),
    ] {
        let found = cron::read(text).expect_err(text);
        assert_eq!((found[0].at.clone(), found[0].message.as_str()), (at, message), "{text}");
        assert_eq!(found.len(), 1, "{text}");
    }
    assert_eq!(cron::read("60 24 * * 8").expect_err("three").len(), 3);
}

#[test]
fn faults_name_their_field() {
    let raw = |every| Raw { every: Some(every), ..Raw::default() };
    let help = |every| fault(&raw(every)).2;
    assert_eq!(help("5 minuts"), "did you mean `minutes`?");
    assert_eq!(help("30 seconds"), "no scheduler counts seconds");
    assert_eq!(help("year"), "once a year is `cron: \"0 0 1 1 *\"`");
    assert_eq!(fault(&raw("0 minutes")).1, "the number of periods is from 1 to 999");
    assert_eq!(fault(&raw("week")).2, "say on which: `on_weekdays: [monday]`");
    assert_eq!(fault(&raw("2 months")).1, "2 months are counted from a `start`");
    assert_eq!(fault(&Raw::default()).0, Field::Whole);
    let both = Raw { cron: Some("0 0 * * *"), ..raw("day") };
    assert_eq!(fault(&both).0, Field::Cron);
    let at = Raw { at: vec!["02:00"], ..raw("5 minutes") };
    assert_eq!(fault(&at).1, "`at` does not go with `every: minute`");
    let at = Raw { at: vec!["02:00", "2:00"], ..raw("day") };
    assert_eq!(fault(&at).0, Field::At(1));
    let at = Raw { at: vec!["2 pm"], ..raw("day") };
    assert_eq!(fault(&at).1, "`2 pm` is no time of the day");
    let days = Raw { on_days: vec![1, 31], ..raw("month") };
    assert_eq!(fault(&days).1, "not every month has a day 31");
    let weekdays = Raw { on_weekdays: vec!["monday", "tusday"], ..raw("week") };
    assert_eq!(
        fault(&weekdays),
        (
            Field::Weekday(1),
            "`tusday` is no day of the week".into(),
            "did you mean `tuesday`?".into()
        )
    );
    let weekdays = Raw { on_weekdays: vec!["mon"], ..raw("day") };
    assert_eq!(fault(&weekdays).0, Field::Weekday(0));
    let cron = Raw { cron: Some("0 0 * * *"), at: vec!["01:00"], ..Raw::default() };
    assert_eq!(fault(&cron).1, "`at` is part of `cron` already");
}

#[test]
fn moments_have_no_offset_and_an_order() {
    let raw = |start, end| Raw { every: Some("day"), start: Some(start), end, ..Raw::default() };
    assert_eq!(
        fault(&raw("2026-12-01T00:00:00Z", None)).1,
        "`2026-12-01T00:00:00Z` holds an offset"
    );
    assert_eq!(
        fault(&raw("2026-12-01T00:00:00+09:00", None)).1,
        "`2026-12-01T00:00:00+09:00` holds an offset"
    );
    assert_eq!(fault(&raw("2026-02-30", None)).1, "`2026-02-30` does not exist");
    assert_eq!(fault(&raw("1.12.2026", None)).1, "`1.12.2026` is no moment");
    assert_eq!(fault(&raw("2026-12-01", Some("2026-12-01"))).0, Field::End);
    let started = good(&raw("2026-12-01", None));
    assert_eq!(
        (started.why_not_local.reason.as_str(), started.timing.local.len()),
        ("it knows no `start`", 0)
    );
    assert_eq!(azure_ml(&started), "day 1 0|0||");
}

#[test]
fn zones_are_iana_names_as_spelt() {
    let help = |zone| fault(&Raw { every: Some("day"), time_zone: Some(zone), ..Raw::default() }).2;
    assert_eq!(help("asia/tokyo"), "did you mean `Asia/Tokyo`? Letter case counts");
    assert_eq!(help("Asia/Tokio"), "did you mean `Asia/Tokyo`?");
    assert_eq!(
        help("Tokyo Standard Time"),
        "this is a Windows name; its IANA name is `Asia/Tokyo`"
    );
    assert_eq!(help("+09:00"), "an IANA name, such as `Europe/Berlin`, `Asia/Tokyo` or `UTC`");
    let none = Raw { every: Some("day"), time_zone: Some(""), ..Raw::default() };
    assert_eq!(fault(&none).0, Field::TimeZone);
}

#[test]
fn gaps_are_counted_over_midnight_and_months() {
    let gap = |text: &str| {
        let list: Vec<Cron> =
            text.split(';').map(|line| cron::read(line.trim()).expect(line)).collect();
        shortest_gap_minutes(&list)
    };
    assert_eq!(gap("*/5 * * * *"), 5);
    assert_eq!(gap("*/7 * * * *"), 4);
    assert_eq!(gap("58 2 * * *; 0 3 * * *"), 2);
    assert_eq!(gap("59 23 * * *; 0 0 * * *"), 1);
    assert_eq!(gap("59 23 * * 1; 0 0 * * 1"), 1439);
    assert_eq!(gap("0 3 * * 1"), 7 * 1440);
    assert_eq!(gap("0 3 1 * *"), 28 * 1440);
    assert_eq!(gap("0 3 28,1 * *"), 1440);
    assert_eq!(gap("0 3 29 2 *"), u32::MAX);
    assert_eq!(shortest_gap_minutes(&[]), u32::MAX);
}

#[test]
fn short_months_are_known() {
    let months = |text| skips_months(&cron(text, "UTC").timing);
    assert_eq!(months("0 0 31 * *"), [2, 4, 6, 9, 11]);
    assert_eq!(months("0 0 29 * *"), [2]);
    assert_eq!(months("0 0 28,31 * *"), [] as [u32; 0]);
    assert_eq!(months("0 0 * * 1"), [] as [u32; 0]);
}

/// Every minute of `days` days from 2026-12-28 on the local clock at which a line fires, in UTC
/// minutes; `offset` is the clock's.
fn moments(list: &[Cron], offset: i32, days: i32) -> Vec<i64> {
    let zone = TimeZone::fixed(Offset::from_seconds(offset * 60).expect("an offset"));
    let sets: Vec<sets::Sets> = list.iter().map(sets::Sets::of).collect();
    let mut out = Vec::new();
    let first = date(2026, 12, 28);
    for day in -2..days + 2 {
        let today = first.saturating_add(day.days());
        let weekday = today.weekday().to_sunday_zero_offset();
        for set in &sets {
            let holds = |set: u64, number: i8| set >> number & 1 == 1;
            if !(holds(set.day, today.day())
                && holds(set.month, today.month())
                && holds(set.weekday, weekday))
            {
                continue;
            }
            for hour in sets::numbers(set.hour) {
                for minute in sets::numbers(set.minute) {
                    let time = Span::new().minutes(i64::from(hour * 60 + minute));
                    let local = today.at(0, 0, 0, 0).checked_add(time).expect("a time");
                    out.push(
                        local.to_zoned(zone.clone()).expect("fixed").timestamp().as_second() / 60,
                    );
                }
            }
        }
    }
    out.sort_unstable();
    out.dedup();
    let start =
        first.at(0, 0, 0, 0).to_zoned(TimeZone::UTC).expect("UTC").timestamp().as_second() / 60;
    out.retain(|at| (start..start + i64::from(days) * 1440).contains(at));
    out
}

fn field_text(low: u32, high: u32) -> impl Strategy<Value = String> {
    let number = low..=high;
    let item = prop_oneof![
        4 => number.clone().prop_map(|n| n.to_string()),
        1 => (number.clone(), number).prop_map(|(a, b)| format!("{}-{}", a.min(b), a.max(b))),
        1 => (2..=(high - low)).prop_map(|n| format!("*/{n}")),
    ];
    prop_oneof![2 => Just("*".to_owned()), 3 => prop::collection::vec(item, 1..3).prop_map(|items| items.join(","))]
}

fn cron_text() -> impl Strategy<Value = String> {
    let day_or_weekday = prop_oneof![
        field_text(0, 6).prop_map(|weekday| ("*".to_owned(), weekday)),
        field_text(1, 31).prop_map(|day| (day, "*".to_owned())),
    ];
    (field_text(0, 59), field_text(0, 23), day_or_weekday, field_text(1, 12)).prop_map(
        |(minute, hour, (day, weekday), month)| format!("{minute} {hour} {day} {month} {weekday}"),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn utc_lines_fire_at_the_same_moments(text in cron_text(), zone in 0..5_usize) {
        let (name, offset) = [("Asia/Tokyo", 540), ("Asia/Kolkata", 330), ("America/Phoenix", -420), ("Pacific/Kiritimati", 840), ("Etc/GMT+12", -720)][zone];
        let raw = Raw { cron: Some(&text), time_zone: Some(name), ..Raw::default() };
        if let Ok(schedule) = read(&raw) && let Some(utc) = &schedule.timing.utc {
            prop_assert_eq!(moments(&schedule.timing.local, offset, 12), moments(utc, 0, 12));
        }
    }

    #[test]
    fn narrow_form_is_stable_and_means_the_same(text in cron_text()) {
        if let Ok(line) = cron::read(&text) {
            prop_assert_eq!(cron::read(&line.text()), Ok(line.clone()));
            let sets = sets::Sets::of(&line);
            let units = [(sets.minute, sets::Unit::Minute), (sets.hour, sets::Unit::Hour), (sets.day, sets::Unit::Day), (sets.month, sets::Unit::Month), (sets.weekday, sets::Unit::Weekday)];
            let again = units.map(|(set, unit)| sets::field(set, unit)).join(" ");
            prop_assert_eq!(sets::Sets::of(&cron::read(&again).expect("narrow")), sets);
        }
    }

    #[test]
    fn gaps_are_those_of_a_calendar(text in cron_text()) {
        if let Ok(line) = cron::read(&text) {
            let list = [line];
            let all = moments(&list, 0, 35);
            let found = all.windows(2).map(|pair| pair[1] - pair[0]).min();
            let gap = i64::from(shortest_gap_minutes(&list));
            prop_assert!(found.is_none_or(|found| gap <= found));
            if let Some(found) = found && found < 1440 {
                prop_assert_eq!(gap, found.min(gap));
                prop_assert!(gap <= found);
            }
        }
    }

    #[test]
    fn any_words_are_judged_without_panic(
        every in prop::option::of("[0-9]{0,4} ?[a-zé]{0,8}"),
        cron in prop::option::of("([0-9*/,é?L-]|MON| ){0,14}"),
        at in prop::collection::vec("[0-9:é]{0,5}", 0..3),
        zone in prop::option::of("[A-Za-zé/+0-9 ]{0,12}"),
        start in prop::option::of("[0-9TZé:+-]{0,20}"),
        days in prop::collection::vec(0..40_u32, 0..3),
        weekdays in prop::collection::vec("[a-zé]{0,9}", 0..3),
    ) {
        let raw = Raw {
            every: every.as_deref(),
            cron: cron.as_deref(),
            at: at.iter().map(String::as_str).collect(),
            time_zone: zone.as_deref(),
            start: start.as_deref(),
            end: start.as_deref(),
            on_days: days,
            on_weekdays: weekdays.iter().map(String::as_str).collect(),
        };
        if let Err(faults) = read(&raw) {
            for (field, fault) in faults {
                let text = match field {
                    Field::Every => raw.every.unwrap_or(""),
                    Field::Cron => raw.cron.unwrap_or(""),
                    Field::Weekday(at) => raw.on_weekdays[at],
                    Field::At(at) => raw.at[at],
                    Field::TimeZone => raw.time_zone.unwrap_or(""),
                    Field::Start => raw.start.unwrap_or(""),
                    Field::End => raw.end.unwrap_or(""),
                    Field::Whole | Field::Day(_) => "",
                };
                prop_assert!(text.get(fault.at.clone()).is_some(), "{field:?} {fault:?}");
            }
        }
    }
}
