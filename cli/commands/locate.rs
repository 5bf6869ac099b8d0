//! `locate`: the spec's place behind a line of a generated file.

use std::path::Path;

use serde_json::{Value, json};

use super::check;
use crate::args::LocateArgs;
use crate::disk;
use crate::origin::{Lost, Made, Reach, split};
use crate::output::{Outcome, Output, Trouble, aside, product};

pub(crate) fn run(output: &Output, args: &LocateArgs) -> Result<Outcome, Trouble> {
    let reach = Reach::from_here()?;
    let mut found: Vec<Value> = Vec::new();
    for place in &args.places {
        let (file, line, column) = split(place).ok_or_else(|| {
            Trouble::new(format!("`{place}` is no place: write FILE:LINE or FILE:LINE:COLUMN"))
        })?;
        let real = reach.place(&file).ok_or_else(|| out_of_reach(&file))?;
        let made = match Made::open(&reach, &real)? {
            Ok(made) => made,
            Err(lost) => return refuse(output, &file, lost),
        };
        let lines = made.lines();
        if line as usize > lines {
            let file = file.display();
            return Err(Trouble::new(format!("{file} has {lines} lines, and no line {line}")));
        }
        if !made.is_fresh {
            let file = file.display();
            aside(&format!("{file} is not what its spec gives: run `mlopsc build` to be sure\n"));
        }
        found.extend(answer(output, &made, line, column).map(|mut answer| {
            answer["output"] = json!(place);
            answer
        }));
    }
    if output.wants_json() {
        return product(&format!("{:#}\n", Value::from(found))).map(|()| Outcome::Clean);
    }
    let lines: String = found.iter().map(sentence).collect();
    output.text(&lines).map(|()| Outcome::Clean)
}

/// What is wrong with a file that may not be asked about.
fn out_of_reach(file: &Path) -> Trouble {
    if let Err(error) = disk::canonical(file) {
        return Trouble::doing("find", file, &error);
    }
    let file = file.display();
    Trouble::new(format!("{file} is no regular file of the project of the current folder"))
}

/// The place as a document.
fn answer(output: &Output, made: &Made, line: u32, column: Option<u32>) -> Option<Value> {
    let analysis = made.analysis()?;
    let place = made.find(&[(line, column)]).into_iter().next()?;
    let (path, start) = analysis.sources.place(place.span);
    let end = analysis.sources.file(place.span.file).line_column(place.span.end);
    Some(json!({
        "file": output.shown(&made.analysed.project.disk, path),
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
        "key": place.keys.join("."),
    }))
}

fn sentence(answer: &Value) -> String {
    let text = |key: &str| answer[key].as_str().unwrap_or_default().to_owned();
    let key = if text("key").is_empty() { "the whole file".to_owned() } else { text("key") };
    format!("{}:{}:{}: {key}\n", text("file"), answer["line"], answer["column"])
}

fn refuse(output: &Output, file: &Path, lost: Lost) -> Result<Outcome, Trouble> {
    let file = file.display();
    match lost {
        Lost::Foreign => {
            Err(Trouble::new(format!("{file} was not made by mlopsc (it has no mark)")))
        }
        Lost::Orphan(spec) => Err(Trouble::new(format!(
            "{file} says that it is made of {spec}, which does not give it"
        ))),
        Lost::Broken(analysed) => check::report_aside(output, &[*analysed]),
    }
}
