//! Matrices: the combinations as the author says them, and what is looked up by them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::emit::Map;
use crate::plan::{Leg, Matrix, Piece, Reference, Text, Values};

use super::expression::{self, expression, quoted};
use super::scope::Scope;

/// `strategy` of the job.
pub(super) fn strategy(matrix: &Matrix) -> Map {
    let mut values = Map::new();
    for (name, axis) in &matrix.axes {
        values.put(name.clone(), axis.clone());
    }
    values.put_filled("exclude", rows(&matrix.exclude));
    values.put_filled("include", rows(&matrix.include));
    let mut strategy = Map::new();
    strategy.put("fail-fast", matrix.fail_fast);
    strategy.put_some("max-parallel", matrix.max_parallel.map(i64::from));
    strategy.put("matrix", values);
    strategy
}

fn rows(rows: &[Values]) -> Vec<Map> {
    let row = |row: &Values| {
        let mut map = Map::new();
        for (name, value) in row {
            map.put(name.clone(), value.as_str());
        }
        map
    };
    rows.iter().map(row).collect()
}

/// The machine, where it depends on the combination: what the author wrote where that is a label,
/// else a table.
pub(super) fn runs_on(scope: &Scope<'_>, matrix: &Matrix) -> Option<Vec<String>> {
    let text = matrix.runner.as_ref()?;
    let labels = |leg: &Leg| leg.runner.as_ref().map_or(Vec::new(), |it| it.github.clone());
    let direct = |leg: &Leg| labels(leg).as_slice() == [leg.render(text)];
    if matrix.legs.iter().all(direct) {
        return Some(vec![expression::text(scope, text)]);
    }
    let json = |labels: &[String]| match labels {
        [one] => json_text(one),
        several => {
            let all: Vec<String> = several.iter().map(|label| json_text(label)).collect();
            format!("[{}]", all.join(","))
        }
    };
    let table = matrix.legs.iter().map(|leg| (leg.render(text), json(&labels(leg))));
    Some(vec![look_up(table.collect(), text)])
}

/// The image, where it depends on the combination.
pub(super) fn container(scope: &Scope<'_>, matrix: &Matrix) -> Option<String> {
    matrix.container.as_ref().map(|text| expression::text(scope, text))
}

/// What tells a combination apart in names of files.
pub(super) fn label(scope: &Scope<'_>, matrix: &Matrix) -> String {
    let joined = |between: &str| {
        let mut text = Text::new();
        for name in &matrix.telling {
            if !text.is_empty() {
                text.push(Piece::Literal(between.to_owned()));
            }
            text.push(Piece::Reference(Reference::Matrix(name.clone())));
        }
        text
    };
    let plain = joined("-");
    if matrix.legs.iter().all(|leg| leg.render(&plain) == leg.label) {
        return expression::text(scope, &plain);
    }
    let key = joined(&between(matrix));
    let table = matrix.legs.iter().map(|leg| (leg.render(&key), json_text(&leg.label)));
    look_up(table.collect(), &key)
}

/// A letter that no value holds.
fn between(matrix: &Matrix) -> String {
    let held = |letter: &char| {
        let mut values = matrix.legs.iter().flat_map(|leg| &leg.values);
        values.any(|(_, value)| value.contains(*letter))
    };
    let mut letters = " |~^".chars().chain('\u{a1}'..='\u{ffff}');
    letters.find(|letter| !held(letter)).unwrap_or(' ').to_string()
}

/// The entry of a table that a text names.
fn look_up(table: BTreeMap<String, String>, key: &Text) -> String {
    let entry = |(key, value): (String, String)| format!("{}:{value}", json_text(&key));
    let entries: Vec<String> = table.into_iter().map(entry).collect();
    let table = quoted(&format!("{{{}}}", entries.join(",")));
    expression(&format!("fromJSON({table})[{}]", formatted(key)))
}

/// A text around values, as a part of an expression.
fn formatted(text: &Text) -> String {
    let (mut format, mut values) = (String::new(), Vec::new());
    for piece in text {
        match piece {
            Piece::Literal(text) => format.push_str(&text.replace('{', "{{").replace('}', "}}")),
            Piece::Reference(Reference::Matrix(name)) => {
                let _ = write!(format, "{{{}}}", values.len());
                values.push(format!("matrix.{name}"));
            }
            // Nothing else stands in such texts.
            Piece::Reference(_) => {}
        }
    }
    match values.as_slice() {
        [one] if format == "{0}" => one.clone(),
        values => format!("format({}, {})", quoted(&format), values.join(", ")),
    }
}

/// A text in JSON.
fn json_text(text: &str) -> String {
    let mut json = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => json.extend(['\\', letter]),
            _ if letter.is_control() => {
                let _ = write!(json, "\\u{:04x}", u32::from(letter));
            }
            _ => json.push(letter),
        }
    }
    json.push('"');
    json
}
