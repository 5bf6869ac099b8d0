//! `schedule`: the clock.

use super::TriggerKindSpec;
use crate::diagnostics::{BAD_SCHEDULE, Diagnostic, Sink};
use crate::plan::TriggerKind;
use crate::source::{Span, Spanned};
use crate::spec::decode::Many;
use crate::spec::record::record;
use crate::spec::resources::Int;
use crate::spec::timing::{self, Field, Raw, Why};

record! {
    /// The clock: `every` with its details, or `cron`.
    ScheduleSpec as "a `schedule` trigger" {
        /// How often: `5 minutes`, `2 hours`, `day`, `week`, `2 weeks`, `month`.
        opt every = "every": Spanned<String>,
        /// Five fields: minute, hour, day, month, weekday.
        opt cron = "cron": Spanned<String>,
        /// Days of the week, with `every: week`.
        all on_weekdays = "on_weekdays": Many<Spanned<String>>,
        /// Days of the month, with `every: month`.
        all on_days = "on_days": Many<Int<1, 31>>,
        /// Times of the day, such as `"02:00"`; by default midnight.
        all at = "at": Many<Spanned<String>>,
        /// The IANA name of the time zone (default `UTC`).
        opt time_zone = "time_zone": Spanned<String>,
        /// The first moment, such as `2026-12-01T00:00:00`, in the time zone.
        opt start = "start": Spanned<String>,
        /// The last moment, in the same form (Azure ML only).
        opt end = "end": Spanned<String>,
    }
}

/// Why schedulers cannot run a schedule as written; empty where they can.
pub struct Reasons {
    /// GitHub, with cron in the schedule's time zone.
    pub local: Why,
    /// Azure Pipelines, with cron in UTC.
    pub utc: Why,
    /// Azure ML.
    pub azure_ml: Why,
}

impl ScheduleSpec {
    fn raw(&self) -> Raw<'_> {
        let day = |day: &Int<1, 31>| u32::try_from(day.0.value).unwrap_or(0);
        Raw {
            every: text(self.every.as_ref()),
            cron: text(self.cron.as_ref()),
            on_weekdays: texts(&self.on_weekdays),
            on_days: self.on_days.0.iter().map(day).collect(),
            at: texts(&self.at),
            time_zone: text(self.time_zone.as_ref()),
            start: text(self.start.as_ref()),
            end: text(self.end.as_ref()),
        }
    }

    /// The place of a field; that of the whole schedule when it is not there.
    fn place(&self, field: Field) -> Span {
        let text = |field: &Option<Spanned<String>>| field.as_ref().map(|it| it.span);
        let item = |list: &Many<Spanned<String>>, at: usize| list.0.get(at).map(|it| it.span);
        let place = match field {
            Field::Whole => None,
            Field::Every => text(&self.every),
            Field::Cron => text(&self.cron),
            Field::Weekday(at) => item(&self.on_weekdays, at),
            Field::Day(at) => self.on_days.0.get(at).map(|day| day.0.span),
            Field::At(at) => item(&self.at, at),
            Field::TimeZone => text(&self.time_zone),
            Field::Start => text(&self.start),
            Field::End => text(&self.end),
        };
        place.unwrap_or(self.span)
    }

    /// Why schedulers cannot run it; all empty for a schedule that is wrong in itself.
    pub fn reasons(&self) -> Reasons {
        let read = timing::read(&self.raw()).ok();
        let (local, utc, azure_ml) = read.map_or_else(Default::default, |schedule| {
            (schedule.why_not_local, schedule.why_not_utc, schedule.why_not_azure_ml)
        });
        Reasons { local, utc, azure_ml }
    }
}

fn text(field: Option<&Spanned<String>>) -> Option<&str> {
    field.map(|it| it.value.as_str())
}

fn texts(list: &Many<Spanned<String>>) -> Vec<&str> {
    list.0.iter().map(|it| it.value.as_str()).collect()
}

impl TriggerKindSpec for ScheduleSpec {
    fn key(&self) -> &'static str {
        "schedule"
    }

    fn plan(&self, sink: &mut Sink) -> Option<TriggerKind> {
        if self.broken {
            return None; // what is said of the rest may only follow from it
        }
        match timing::read(&self.raw()) {
            Ok(schedule) => Some(TriggerKind::Schedule(Box::new(schedule.timing))),
            Err(faults) => {
                for (field, fault) in faults {
                    let place = self.place(field);
                    let mut diagnostic = Diagnostic::new(&BAD_SCHEDULE, place, fault.message);
                    diagnostic.help = fault.help;
                    sink.report(diagnostic);
                }
                None
            }
        }
    }

    fn may_live_on_azure_ml(&self) -> bool {
        true
    }
}
