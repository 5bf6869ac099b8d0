//! Times at which a schedule fires, in the words of each scheduler.

/// One line of cron: five fields, narrow form (digits, `*`, `,`, `-`, `/`; weekdays 0 to 6 from
/// Sunday), which GitHub, Azure Pipelines and Azure ML all read.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Cron {
    /// 0 to 59.
    pub minute: String,
    /// 0 to 23.
    pub hour: String,
    /// 1 to 31.
    pub day: String,
    /// 1 to 12.
    pub month: String,
    /// 0 (Sunday) to 6.
    pub weekday: String,
}

impl Cron {
    /// The five fields with single blanks.
    pub fn text(&self) -> String {
        let Self { minute, hour, day, month, weekday } = self;
        format!("{minute} {hour} {day} {month} {weekday}")
    }
}

/// When a schedule fires. Each scheduler's form was proved exact where a plan has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Timing {
    /// The author's words, for people: `every 5 minutes`, `every month on 1 at 02:00 Asia/Tokyo`.
    pub words: String,
    /// IANA name of the zone that `local` is in; `UTC` without one.
    pub zone: String,
    /// Cron lines in that zone (several, when the author listed times that one line cannot say);
    /// empty when cron cannot say it (every 2 weeks).
    pub local: Vec<Cron>,
    /// The same in UTC; `None` where that is not exact (daylight saving, a day that shifts over the
    /// end of a month).
    pub utc: Option<Vec<Cron>>,
    /// For Azure ML; `None` where Azure ML cannot say it.
    pub azure_ml: Option<AzureMlTiming>,
}

/// A trigger of Azure ML's scheduler.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AzureMlTiming {
    /// Windows name of the zone.
    pub time_zone: String,
    /// `YYYY-MM-DDThh:mm:ss` in that zone, without offset; always present.
    pub start: String,
    /// The same form.
    pub end: Option<String>,
    /// The rule.
    pub rule: AzureMlRule,
}

/// The two forms of Azure ML's scheduler.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AzureMlRule {
    /// Five fields, day and month `*`.
    Cron(Cron),
    /// A recurrence.
    Recurrence {
        /// `minute hour day week month`.
        frequency: &'static str,
        /// At least 1.
        interval: u32,
        /// Empty without a pattern.
        hours: Vec<u32>,
        /// Empty without a pattern.
        minutes: Vec<u32>,
        /// `monday` to `sunday`.
        week_days: Vec<&'static str>,
        /// 1 to 31.
        month_days: Vec<u32>,
    },
}
