//! What only some CI steps have.

use super::node::{Node, Record, text, word};
use super::steps::PINNED;
use super::tape::Tape;
use super::world::{World, prose};

/// What only some CI jobs have.
pub(crate) fn extras(tape: &mut Tape<'_>, world: &mut World, step: &mut Record) {
    if tape.chance(12) {
        let file = text(format!("{}src/train.py", world.up));
        let tool = tape.pick(&["pip", "conda"]);
        step.put("cache", Node::Dict(vec![(tool.to_owned(), file)]));
    }
    if tape.chance(12) {
        let path = tape.pick(&["report.xml", "out/**/*.xml", "a b.xml"]);
        step.put("test_results", text(format!("{}{path}", world.up)));
    }
    if tape.chance(10) && !on_other_system(step) {
        step.put("services", services(tape));
    }
    if tape.chance(10) {
        let tools = ["flake8", "gcc", "mypy", "pylint", "pytest", "ruff", "yamllint"];
        let mut tools = tape.some(&tools, 30);
        tools.push("pytest");
        step.put("problems", Node::List(tools.into_iter().map(text).collect()));
    }
    if tape.chance(8) {
        let github = vec![("continue-on-error".to_owned(), word(tape.chance(50)))];
        let azure = vec![("cancelTimeoutInMinutes".to_owned(), word(tape.pick(&[1, 30])))];
        let both = [("github", github), ("azure_pipelines", azure)];
        let both = both.map(|(name, keys)| (name.to_owned(), Node::Dict(keys)));
        step.put("passthrough", Node::Dict(both.to_vec()));
    }
    super::stages::groups(tape, step);
    if tape.chance(8) {
        step.put("retry", word(tape.pick(&["1", "10"])));
    }
    if tape.chance(10) {
        let (name, access) =
            tape.pick(&[("issues", "write"), ("contents", "read"), ("id-token", "write")]);
        step.put("permissions", Node::Dict(vec![(name.to_owned(), text(access))]));
    }
}

/// Whether the machine may have no containers of Linux.
fn on_other_system(step: &Record) -> bool {
    let other = |node: &Node| match node {
        Node::Text(label) => !label.starts_with("ubuntu"),
        _ => true,
    };
    step.0.iter().any(|(key, value)| key == "runner" && other(value))
}

/// Containers beside a step.
fn services(tape: &mut Tape<'_>) -> Node {
    let mut database = Record::default();
    database.put("image", text(PINNED));
    if tape.chance(50) {
        database.filled("env", Node::Dict(vec![("MODE".to_owned(), text(prose(tape)))]));
    }
    if tape.chance(60) {
        database.put("ports", Node::List(vec![word(5432), text("15432:5433")]));
    }
    if tape.chance(50) {
        database.put("health", text("pg_isready --username 'it is'"));
    }
    if tape.chance(40) {
        database.put("options", text("--memory 1g --tmpfs \"/a b\""));
    }
    let mut all = vec![("db".to_owned(), database.node())];
    if tape.chance(40) {
        all.push(("cache-1".to_owned(), text("ghcr.io/a/cache:1.2")));
    }
    Node::Dict(all)
}
