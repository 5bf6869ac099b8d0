//! The script that shows test results, run.

use super::plans;
use super::scripts::{run, step};
use crate::plan::{CiExtras, Place, Plan};

const FAILING: &str = r#"<?xml version="1.0"?>
<testsuites><testsuite name="pytest" errors="0" failures="1" tests="3">
<testcase classname="tests.test_a" name="test_one" time="0.1" />
<testcase classname="tests.test_a" name="test_two[a:b, `c`]" time="0.1">
<failure message="assert 1 == 2&#10;  where 50% &lt; x &amp; y">Traceback: ::error::no
</failure></testcase>
<testcase classname="tests.test_b" name="test_three"><skipped message="later"/></testcase>
</testsuite></testsuites>"#;

fn plan() -> Plan {
    let mut plan = plans::ci_only();
    let Place::Ci(place) = &mut plan.steps[0].place else { panic!("a CI step") };
    let test_results = vec!["reports/**/*.xml".to_owned(), "more of it.xml".to_owned()];
    place.extras = CiExtras { test_results, ..CiExtras::default() };
    plan
}

fn report(files: &[(&str, &str)]) -> super::scripts::Ran {
    run(step(&plan(), 0, "make", "Report the test results"), &[], files)
}

#[test]
fn failures_are_shown_where_people_look() {
    let suite = "<testsuite><testcase name='x' classname=\"c\" name=\"t\"></testcase></testsuite>";
    let ran = report(&[("reports/deep/unit.xml", FAILING), ("more of it.xml", suite)]);
    let said = "::error title=tests.test_a.test_two[a%3Ab%2C `c`]::assert 1 == 2   where 50%25 < x & y\n\
                | tests | failed | skipped |\n|---|---|---|\n| 4 | 1 | 1 |\n\n\
                * `tests.test_a.test_two[a:b, 'c']`\n";
    assert_eq!((ran.ok, ran.said.as_str()), (true, said));
}

#[test]
fn results_that_are_missing_are_no_failure() {
    let ran = report(&[]);
    assert!(ran.ok && ran.said.starts_with("::warning title=No test results::"), "{}", ran.said);
}
