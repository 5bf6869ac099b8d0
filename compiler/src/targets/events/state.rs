//! What an app remembers in blobs of the project's storage account: which events it saw, and what it
//! waits for. A blob that is made only where none is tells one run among many.

use super::flow::{Actions, BADLY, End, Http, Read, Test, Work, joined};
use super::guard;
use super::model::{Object, Value};
use crate::plan::{Handoff, Plan, STATE_CONTAINER};

const AUDIENCE: &str = "https://storage.azure.com/";
/// The version of the storage account's contract.
const VERSION: &str = "2024-11-04";

/// The blobs of one trigger.
pub(super) struct State {
    folder: String,
}

impl State {
    pub(super) fn new(plan: &Plan, handoff: &Handoff<'_>) -> Self {
        let stage = plan.stage_name().map(|stage| format!("{stage}/")).unwrap_or_default();
        Self { folder: format!("{}/{stage}{}", plan.name, handoff.trigger.name) }
    }

    /// The call of a blob.
    fn call(&self, method: &'static str, blob: Vec<Read>) -> Http {
        let mut uri = vec![
            Read::text("https://"),
            Read::Parameter("storageAccountName"),
            Read::Text(format!(".blob.core.windows.net/{STATE_CONTAINER}/{}/", self.folder)),
        ];
        uri.extend(blob);
        let now = Read::Call("utcNow", Vec::new());
        let date = Read::Call("formatDateTime", vec![now, Read::text("r")]);
        let mut call = Http::new(method, joined(&uri), AUDIENCE);
        call.headers.push(("x-ms-version", VERSION.into()));
        call.headers.push(("x-ms-date", date.as_text()));
        call
    }

    /// Writes a blob; `once`: where none is.
    fn write(&self, blob: Vec<Read>, content: Object, once: bool) -> Work {
        let mut call = self.call("PUT", blob);
        call.headers.push(("x-ms-blob-type", "BlockBlob".into()));
        call.headers.push(("Content-Type", "application/json".into()));
        if once {
            call.headers.push(("If-None-Match", "*".into()));
        }
        call.body = Some(content.into());
        Work::Http(Box::new(call))
    }

    fn read(&self, blob: Vec<Read>) -> Work {
        Work::Http(Box::new(self.call("GET", blob)))
    }
}

/// The mark that an event leaves.
fn mark() -> Vec<Read> {
    let id = Read::Call("encodeUriComponent", vec![guard::event(&["id"])]);
    vec![Read::text("seen/"), id]
}

/// Ends the run unless it is the first for its event. Whose the mark is stands in it, so that a call
/// whose answer was lost, and which is made again, finds its own.
pub(super) fn once(actions: &mut Actions, state: &State) {
    actions.then("Mark_as_seen", state.write(mark(), Object::of("run", Read::Run.as_text()), true));
    actions.then_anyhow("Read_mark", state.read(mark()));
    let own = Test::equal(Read::body("Read_mark", &["run"]), Read::Run);
    let seen = Actions::of("Seen_before", Work::End(End::Cancelled));
    actions.then("Is_first", Work::Unless(own, seen));
}

/// Takes the mark back when what follows it failed, so that the run can be submitted again.
pub(super) fn forget(actions: &mut Actions, state: &State, call: &'static str) {
    let delete = Work::Http(Box::new(state.call("DELETE", mark())));
    actions.put("Forget_the_event", vec![(call, BADLY)], delete);
    let message = "what the event starts could not be started; submit this run again".to_owned();
    actions.then_anyhow("Not_started", Work::End(End::Failed("NotStarted", message)));
}

const LAST: &str = "last";
const BURST: &str = "burst";

fn blob(name: &str) -> Vec<Read> {
    vec![Read::text(name)]
}

/// Waits until no event came for a while, or the first one is ten times as long ago. Ends the run
/// unless it is the last one then.
pub(super) fn wait_for_quiet(actions: &mut Actions, state: &State, seconds: u32) {
    let run = Object::of("run", Read::Run.as_text());
    actions.then("Note_last", state.write(blob(LAST), run, false));
    let now: Value = Read::Call("utcNow", Vec::new()).as_text();
    let burst = state.write(blob(BURST), Object::of("since", now), true);
    actions.then("Open_burst", burst);
    let answered = |status| Test::equal(Read::Status("Open_burst"), Read::Integer(status));
    let noted = Test::Any(vec![answered(201), answered(409)]);
    let unknown = Actions::of("Burst_is_not_noted", Work::End(storage_failed()));
    actions.then_anyhow("Is_noted", Work::Unless(noted, unknown));
    actions.then("Wait_for_quiet", Work::Wait(seconds));
    actions.then("Read_last", state.read(blob(LAST)));
    actions.then("Read_burst", state.read(blob(BURST)));
    actions.then_anyhow("Is_open", unless_lost("Read_burst", 200, &[404], "Burst_is_over"));
    let last = Test::equal(Read::body("Read_last", &["run"]), Read::Run);
    let more = Actions::of("More_came", Work::End(End::Cancelled));
    actions.then("Is_due", Work::Unless(Test::Any(vec![last, is_late(seconds)]), more));
}

/// Whether the burst is as old as it may be, but for one more wait.
fn is_late(seconds: u32) -> Test {
    let since = Read::body("Read_burst", &["since"]);
    let most = Read::Integer(i64::from(seconds) * 9);
    let end = Read::Call("addSeconds", vec![since, most]);
    let ticks = |time| Read::Call("ticks", vec![time]);
    let now = Read::Call("utcNow", Vec::new());
    Test::Is("greaterOrEquals", ticks(now), ticks(end))
}

/// Ends the run unless it is the one that takes the burst. The call is made once: made again, it could
/// not tell its own success from another run's.
pub(super) fn take_burst(actions: &mut Actions, state: &State) {
    let mut call = state.call("DELETE", blob(BURST));
    call.headers.push(("If-Match", Read::Header("Read_burst", "ETag").as_text()));
    call.retries = false;
    actions.then("Take_burst", Work::Http(Box::new(call)));
    let taken = unless_lost("Take_burst", 202, &[404, 412], "Another_run_took_it");
    actions.then_anyhow("Is_taken", taken);
}

/// Goes on when a call was answered well; ends the run when the answer says that another run was
/// faster, and fails with any other.
fn unless_lost(call: &'static str, well: i64, lost: &[i64], end: &'static str) -> Work {
    let is = |status: i64| Test::equal(Read::Status(call), Read::Integer(status));
    let (ask, fail) = match call {
        "Read_burst" => ("Is_burst_gone", "Burst_is_not_readable"),
        _ => ("Was_another_faster", "Burst_is_not_writable"),
    };
    let failed = Actions::of(fail, Work::End(storage_failed()));
    let lost = Test::Any(lost.iter().copied().map(is).collect());
    let mut otherwise = Actions::of(ask, Work::Unless(lost, failed));
    otherwise.then(end, Work::End(End::Cancelled));
    Work::Unless(is(well), otherwise)
}

fn storage_failed() -> End {
    let message = "the storage account did not answer; submit this run again".to_owned();
    End::Failed("StorageFailed", message)
}
