//! `rare-schedule-day`: no scheduler moves a 31st to a shorter month's last day; it skips the month.
//! Only `cron` can say such a day; `on_days` refuses it.

use crate::check::Checked;
use crate::diagnostics::{Diagnostic, RARE_SCHEDULE_DAY, Sink};
use crate::source::Span;

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    for (_, trigger) in checked.spec.triggers.good() {
        let Some(schedule) = &trigger.schedule else { continue };
        if let Some(cron) = &schedule.cron {
            let rarest = cron_days(&cron.value).into_iter().max();
            rare(rarest.unwrap_or(1), cron.span, sink);
        }
    }
}

/// The days that a line of cron lists one by one; ranges and steps hold earlier days too.
fn cron_days(cron: &str) -> Vec<i64> {
    let mut fields = cron.split_whitespace().skip(2);
    let (days, months) = (fields.next().unwrap_or("*"), fields.next().unwrap_or("*"));
    // With months named, the author has looked at the calendar.
    if months != "*" {
        return Vec::new();
    }
    days.split(',').filter_map(|day| day.parse().ok()).collect()
}

fn rare(day: i64, at: Span, sink: &mut Sink) {
    let months = match day {
        29 => "February but in leap years",
        30 => "February",
        31 => "every month of less than 31 days",
        _ => return,
    };
    let message = format!("a schedule on day {day} skips {months}");
    sink.report(
        Diagnostic::new(&RARE_SCHEDULE_DAY, at, message)
            .help("choose a day up to 28; no scheduler has a word for the last day"),
    );
}

#[cfg(test)]
mod tests {
    use super::cron_days;

    #[test]
    fn days_of_cron() {
        assert_eq!(cron_days("0 5 31 * *"), [31]);
        assert_eq!(cron_days("0 5 1,30 * *"), [1, 30]);
        assert_eq!(cron_days("0 5 31 1,3 *"), [] as [i64; 0]);
        assert_eq!(cron_days("0 5 1-31 * *"), [] as [i64; 0]);
        assert_eq!(cron_days("0 5 * * *"), [] as [i64; 0]);
    }
}
