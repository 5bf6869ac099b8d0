//! A table of the pins.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use mlopsc_compiler::pins::{own, used};
use mlopsc_compiler::plan::Pin;
use serde_json::{Value, json};

use super::{pin_file, workflows};
use crate::analysis::Analysed;
use crate::output::{Output, Trouble, product};

/// A pin as it is shown.
struct Row {
    pin: Pin,
    /// File and line of the pin; nothing for the compiler's own.
    from: Option<(String, u32)>,
    /// The workflows that use it.
    outputs: Vec<String>,
}

pub(super) fn run(output: &Output, all: &[Analysed]) -> Result<(), Trouble> {
    let rows: Vec<Row> = all.iter().flat_map(|analysed| rows(output, analysed)).collect();
    if output.wants_json() {
        let rows: Vec<Value> = rows.iter().map(object).collect();
        return product(&format!("{:#}\n", Value::from(rows)));
    }
    output.text(&table(&rows))
}

fn rows(output: &Output, analysed: &Analysed) -> Vec<Row> {
    let disk = &analysed.project.disk;
    let mut outputs: BTreeMap<String, (Pin, Vec<String>)> = BTreeMap::new();
    for (_, artifact) in workflows(analysed) {
        let path = output.shown(disk, &artifact.path);
        for pin in used(&artifact.text).into_iter().filter(|pin| own(&pin.action).is_some()) {
            let (_, paths) = outputs.entry(pin.action.clone()).or_insert_with(|| (pin, Vec::new()));
            if !paths.contains(&path) {
                paths.push(path.clone());
            }
        }
    }
    let (file, sources) = pin_file(&analysed.project);
    for pinned in &file.pins {
        let pin = &pinned.pin;
        outputs.entry(pin.action.clone()).or_insert_with(|| (pin.clone(), Vec::new()));
    }
    let row = |(pin, outputs): (Pin, Vec<String>)| {
        let from = file.pins.iter().find(|it| it.pin.action == pin.action).map(|it| {
            let (path, place) = sources.place(it.span);
            (output.shown(disk, path), place.line)
        });
        Row { pin, from, outputs }
    };
    outputs.into_values().map(row).collect()
}

fn object(row: &Row) -> Value {
    let Row { pin, from, outputs } = row;
    let from = from.as_ref().map(|(file, line)| json!({ "file": file, "line": line }));
    json!({
        "action": pin.action,
        "version": pin.version,
        "commit": pin.commit,
        "from": from,
        "outputs": outputs,
    })
}

fn table(rows: &[Row]) -> String {
    if rows.is_empty() {
        return "no generated workflow uses an action\n".to_owned();
    }
    let width = |of: fn(&Row) -> &str| rows.iter().map(|row| of(row).len()).max().unwrap_or(0);
    let (action, version) = (width(|row| &row.pin.action), width(|row| &row.pin.version));
    let mut text = String::new();
    for Row { pin, from, outputs } in rows {
        let from = from.as_ref();
        let from =
            from.map_or_else(|| "mlopsc".to_owned(), |(file, line)| format!("{file}:{line}"));
        let (name, number, commit) = (&pin.action, &pin.version, &pin.commit);
        let _ = writeln!(text, "{name:action$}  {number:version$}  {commit}  {from}");
        for output in outputs {
            text.extend(["    ", output, "\n"]);
        }
        if outputs.is_empty() {
            text.push_str("    not used\n");
        }
    }
    text
}
