//! `schedule`: the clock.

use super::TriggerKindSpec;
use crate::diagnostics::{BAD_SCHEDULE, Diagnostic, Sink};
use crate::plan::TriggerKind;
use crate::source::{Span, Spanned};
use crate::spec::decode::Many;
use crate::spec::record::record;
use crate::spec::resources::Int;
use crate::spec::timing;

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

/// Why a scheduler cannot say a schedule.
pub struct Reasons {
    pub local: String,
    pub utc: String,
    pub azure_ml: String,
}
impl ScheduleSpec {
    pub fn reasons(&self) -> Reasons {
        Reasons { local: String::new(), utc: String::new(), azure_ml: String::new() }
    }
}

impl TriggerKindSpec for ScheduleSpec {
    fn key(&self) -> &'static str {
        "schedule"
    }

    fn plan(&self, _sink: &mut Sink) -> Option<TriggerKind> {
        None
    }

    fn may_live_on_azure_ml(&self) -> bool {
        true
    }
}
