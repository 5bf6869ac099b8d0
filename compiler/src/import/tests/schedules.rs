use super::{Format, Memory, NODE, import, render};

/// What a recurrence does not say is taken from its start; what a spec cannot say has its place.
#[test]
fn a_recurrence_fires_when_it_did() {
    let schedule = |trigger: &str| {
        let text = format!(
            "name: clean-s\ntrigger:\n  type: recurrence\n{trigger}create_job: ./clean.yml\n"
        );
        let memory = Memory::of(&[("jobs/s.yml", text.leak()), ("jobs/clean.yml", NODE)]);
        let imported = import(&memory, "jobs/s.yml", "specs");
        let said = render(Format::Concise, &imported.diagnostics, &imported.sources);
        let said: Vec<&str> = said.lines().filter(|it| !it.contains("from now on")).collect();
        let text = imported.files[0].text.split_once("schedule:\n").map(|(_, rest)| rest);
        let lines: Vec<&str> = text.unwrap_or("").lines().map(str::trim).collect();
        (lines.join("; ").replace('"', ""), said.join("\n"))
    };
    let from = "start: 2024-03-15T10:30:00";
    let start = "  start_time: '2024-03-15T10:30:00'\n";
    for (frequency, clock) in [
        ("day\n  interval: 1", "every: day; at: [10:30]"),
        ("month\n  interval: 1", "every: month; on_days:; - 15; at: [10:30]"),
        ("week\n  interval: 2", "every: 2 weeks; on_weekdays: [friday]; at: [10:30]"),
        ("hour\n  interval: 24", "every: day; at: [10:30]"),
        ("minute\n  interval: 10", "every: 10 minutes"),
        ("hour\n  interval: 6", "every: 6 hours"),
    ] {
        let (lines, said) = schedule(&format!("  frequency: {frequency}\n{start}"));
        assert_eq!((lines, said), (format!("{clock}; {from}"), String::new()));
    }
    let berlin = "  time_zone: W. Europe Standard Time\n";
    let (lines, said) = schedule(&format!("  frequency: hour\n  interval: 6\n{start}{berlin}"));
    assert!(lines.starts_with("cron: 30 4,10,16,22 * * *; start:"), "{lines}");
    assert!(said.contains("hours of the day"), "{said}");
    for (trigger, error) in [
        (
            "  frequency: day\n  interval: 1\n",
            "jobs/s.yml:4:14: error[not-imported]: the file says no time of day",
        ),
        (
            "  frequency: day\n  interval: 2\n  schedule: { hours: 4, minutes: 30 }\n",
            "jobs/s.yml:4:14: error[not-imported]: a spec cannot say this: 2 days are counted from a `start`",
        ),
        (
            "  frequency: day\n  interval: 1\n  schedule: { hours: 4, minutes: 30, week_days: [monday] }\n",
            "jobs/s.yml:6:49: error[not-imported]: a spec cannot say this: `on_weekdays` does not go with `every: day`",
        ),
        (
            "  frequency: month\n  interval: 1\n  start_time: '2024-03-31T10:30:00'\n",
            "jobs/s.yml:6:15: error[not-imported]: a spec cannot say this: not every month has a day 31",
        ),
    ] {
        let (_, said) = schedule(trigger);
        assert!(said.starts_with(error), "{said}");
    }
}
