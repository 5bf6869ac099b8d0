//! The time zone of a schedule.

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::diagnostics::near_miss;
use crate::spec::fault::Fault;
use crate::spec::zones;

/// A time zone, and what its clock does from 2026 on, as far as rules are known.
pub(super) struct Zone {
    pub(super) name: String,
    /// Minutes east of UTC, if they never change.
    pub(super) offset: Option<i32>,
    /// Minutes of the hour that the clock is ahead of UTC's, if they never change.
    pub(super) minutes: Option<i32>,
    /// The name that Azure ML knows.
    pub(super) windows: Option<&'static str>,
}

impl Zone {
    pub(super) fn utc() -> Self {
        Self { name: "UTC".to_owned(), offset: Some(0), minutes: Some(0), windows: Some("UTC") }
    }

    /// The zone behind an IANA name.
    pub(super) fn read(text: &str) -> Result<Self, Fault> {
        if text == "UTC" {
            return Ok(Self::utc());
        }
        let database = TimeZoneDatabase::bundled();
        let exact = |zone: &TimeZone| zone.iana_name() == Some(text);
        match database.get(text) {
            Ok(zone) if exact(&zone) => Ok(Self::of(text, &zone)),
            found => Err(unknown(text, found.ok().as_ref(), &database)),
        }
    }

    fn of(name: &str, zone: &TimeZone) -> Self {
        let offsets = offsets(zone);
        let same = |list: &[i32]| list.iter().all(|other| *other == list[0]).then_some(list[0]);
        let minutes: Vec<i32> = offsets.iter().map(|offset| offset.rem_euclid(60)).collect();
        Self {
            name: name.to_owned(),
            offset: same(&offsets),
            minutes: same(&minutes),
            windows: zones::windows_name(name),
        }
    }
}

/// Every offset from 2026 to 2037, in minutes; never empty. Rules of daylight saving repeat.
fn offsets(zone: &TimeZone) -> Vec<i32> {
    let moment = |seconds| Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH);
    let (from, to) = (moment(1_767_225_600), moment(2_145_916_800));
    let later = zone.following(from).take_while(|change| change.timestamp() < to);
    let all = std::iter::once(zone.to_offset(from)).chain(later.map(|change| change.offset()));
    all.map(|offset| offset.seconds() / 60).collect()
}

/// Short names that people use, and a zone that each may stand for.
const SHORT: [(&str, &str); 14] = [
    ("PST", "America/Los_Angeles"),
    ("PDT", "America/Los_Angeles"),
    ("MDT", "America/Denver"),
    ("CST", "America/Chicago"),
    ("CDT", "America/Chicago"),
    ("EDT", "America/New_York"),
    ("BST", "Europe/London"),
    ("CEST", "Europe/Berlin"),
    ("EEST", "Europe/Athens"),
    ("IST", "Asia/Kolkata"),
    ("JST", "Asia/Tokyo"),
    ("KST", "Asia/Seoul"),
    ("SGT", "Asia/Singapore"),
    ("AEST", "Australia/Sydney"),
];

fn unknown(text: &str, other_case: Option<&TimeZone>, database: &TimeZoneDatabase) -> Fault {
    let fault = Fault::new(0..text.len(), format!("there is no time zone `{text}`"));
    if let Some(name) = other_case.and_then(TimeZone::iana_name) {
        return fault.help(format!("did you mean `{name}`? Letter case counts"));
    }
    if let Some(name) = zones::iana_name(text) {
        return fault.help(format!("this is a Windows name; its IANA name is `{name}`"));
    }
    if let Some((_, name)) = SHORT.iter().find(|(short, _)| short.eq_ignore_ascii_case(text)) {
        return fault.help(format!("several zones are called so; an IANA name is `{name}`"));
    }
    let names: Vec<_> = database.available().collect();
    match near_miss(text, names.iter().map(jiff::tz::TimeZoneName::as_str)) {
        Some(name) => fault.help(format!("did you mean `{name}`?")),
        None => fault.help("an IANA name, such as `Europe/Berlin`, `Asia/Tokyo` or `UTC`"),
    }
}
