//! `explain`: the page of a diagnostic.

use mlopsc_compiler::diagnostics::{RULES, Rule, near_miss, rule};

use crate::output::{Outcome, Trouble, product};

pub(crate) fn run(name: Option<&str>) -> Result<Outcome, Trouble> {
    match name {
        Some(name) => product(&page(find(name)?))?,
        None => product(&list())?,
    }
    Ok(Outcome::Clean)
}

/// A name as reports write it: `cycle`, `error[cycle]`, `mlopsc(cycle)`.
fn find(name: &str) -> Result<&'static Rule, Trouble> {
    let bare = name.split_once(['[', '(']).map_or(name, |(_, inner)| inner);
    let bare = bare.trim_end_matches([']', ')']);
    rule(bare).ok_or_else(|| {
        let near = near_miss(bare, RULES.iter().map(|rule| rule.name));
        let hint = near.map_or("`mlopsc explain` lists all".to_owned(), |near| {
            format!("did you mean `{near}`?")
        });
        Trouble::new(format!("no diagnostic is called `{bare}`; {hint}"))
    })
}

fn page(rule: &Rule) -> String {
    format!("{}\n", rule.page.trim_end())
}

fn list() -> String {
    let lines = RULES.iter().map(|rule| format!("{:<8} {}", rule.level.word(), rule.name));
    lines.collect::<Vec<_>>().join("\n") + "\n"
}
