//! Times as workflow definitions have them: UTC, seven decimals; ticks of 100 ns since the year 1.

/// Ticks in a second.
pub(super) const SECOND: i64 = 10_000_000;
const DAY: i64 = 86_400 * SECOND;

/// Days from the first of January of the year 1.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 306
}

/// The time behind a text such as `2026-11-20T08:15:30.1234567Z`.
pub(super) fn read(text: &str) -> Result<i64, String> {
    let wrong = || format!("`{text}` is no time");
    let (date, time) = text.trim_end_matches('Z').split_once('T').ok_or_else(wrong)?;
    let numbers = |text: &str, by: char| -> Result<Vec<i64>, String> {
        text.split(by).map(|it| it.parse().map_err(|_| wrong())).collect()
    };
    let (clock, fraction) = time.split_once('.').unwrap_or((time, ""));
    let date = numbers(date, '-')?;
    let clock = numbers(clock, ':')?;
    let ([year, month, day], [hour, minute, second]) = (date.as_slice(), clock.as_slice()) else {
        return Err(wrong());
    };
    let fraction: i64 =
        format!("{fraction:0<7}").get(..7).ok_or_else(wrong)?.parse().map_err(|_| wrong())?;
    Ok(days(*year, *month, *day) * DAY + ((hour * 60 + minute) * 60 + second) * SECOND + fraction)
}

/// A time as a text.
pub(super) fn written(ticks: i64) -> String {
    let (mut day, rest) = (ticks / DAY, ticks % DAY);
    let mut year = 1;
    let length = |year: i64| days(year + 1, 1, 1) - days(year, 1, 1);
    while day >= length(year) {
        day -= length(year);
        year += 1;
    }
    let mut month = 1;
    let first = days(year, 1, 1);
    while month < 12 && day >= days(year, month + 1, 1) - first {
        month += 1;
    }
    let day = day - (days(year, month, 1) - first) + 1;
    let (seconds, fraction) = (rest / SECOND, rest % SECOND);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction:07}Z")
}

#[test]
fn times_are_read_as_they_are_written() {
    for text in [
        "2026-11-20T08:15:30.1234567Z",
        "2024-02-29T23:59:59.0000000Z",
        "2026-01-01T00:00:00.0000000Z",
        "2026-12-31T12:00:00.0000001Z",
    ] {
        assert_eq!(read(text).map(written), Ok(text.to_owned()));
    }
    // What .NET says of it.
    assert_eq!(read("2000-01-01T00:00:00Z"), Ok(630_822_816_000_000_000));
}
