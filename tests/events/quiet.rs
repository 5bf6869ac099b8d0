//! `debounce`: one run after quiet, and none is lost, whatever the order in which runs do things.

use proptest::prelude::*;
use serde_json::json;

use super::grid::{App, Play};
use super::{clock, event, project, template};

/// What the spec says.
const QUIET: i64 = 300 * clock::SECOND;

/// How long a run takes after its wait, at most: it does nothing but call.
fn play(gaps: &[u16], choices: &[u8]) -> (Vec<i64>, Vec<i64>) {
    let compiled = project();
    let app = App::of(&template(&compiled), "burst");
    let mut play = Play::new(&app);
    let mut choices = choices.iter().copied().cycle();
    let mut arrivals = Vec::new();
    for (number, gap) in gaps.iter().enumerate() {
        let next = play.world.now + i64::from(*gap) * clock::SECOND;
        while play.step(usize::from(choices.next().unwrap_or(0)), next) {}
        let path = format!("burst/{number}.csv");
        let subject = format!("/blobServices/default/containers/raw/blobs/{path}");
        let data = json!({ "api": "PutBlob", "url": format!("https://st.blob.core.windows.net/raw/{path}") });
        play.deliver(&[event(
            &number.to_string(),
            "Microsoft.Storage.BlobCreated",
            &subject,
            &data,
        )]);
        arrivals.push(play.world.now);
    }
    play.finish();
    for ended in &play.ended {
        assert!(
            matches!(ended.status.as_str(), "Succeeded" | "Cancelled"),
            "{}: {}",
            ended.status,
            ended.told
        );
    }
    (arrivals, play.world.started.iter().map(|(at, _)| *at).collect())
}

#[test]
fn a_burst_starts_one_run_when_it_is_quiet() {
    let (arrivals, starts) = play(&[1, 10, 10, 200], &[0]);
    assert_eq!(starts, [arrivals[3] + QUIET]);
}

#[test]
fn two_bursts_start_two_runs() {
    let (arrivals, starts) = play(&[1, 10, 1000, 10], &[0]);
    assert_eq!(starts, [arrivals[1] + QUIET, arrivals[3] + QUIET]);
}

#[test]
fn an_endless_burst_starts_a_run_at_least_every_tenth_time() {
    let (arrivals, starts) = play(&[100; 120], &[0]);
    assert!(starts[0] <= arrivals[0] + 10 * QUIET, "late");
    assert!(starts.len() <= 120 * 100 / (9 * 300) + 1, "{} runs", starts.len());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_event_is_followed_by_a_run_in_time(
        gaps in prop::collection::vec(prop_oneof![0..3_u16, 100..500_u16, 200..320_u16], 1..20),
        choices in prop::collection::vec(any::<u8>(), 1..50),
    ) {
        let (arrivals, starts) = play(&gaps, &choices);
        for at in &arrivals {
            let next = starts.iter().find(|start| *start >= at);
            prop_assert!(next.is_some_and(|next| next - at <= 10 * QUIET), "{arrivals:?} {starts:?}");
        }
        // Never two runs for what is one burst.
        for pair in starts.windows(2) {
            let between = arrivals.iter().any(|at| pair[0] - QUIET < *at && *at <= pair[1]);
            prop_assert!(between, "{arrivals:?} {starts:?}");
        }
    }
}
