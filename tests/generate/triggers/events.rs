//! Triggers of what happens in Azure, and what they bind of it.

use super::super::node::{Node, Record, text};
use super::super::spec::literal;
use super::super::tape::Tape;
use super::super::world::{Parameter, World};

/// The event, and `with`.
pub(super) fn event(tape: &mut Tape<'_>, world: &World, trigger: &mut Record) {
    let (kind, body, fields) = kind(tape, world);
    trigger.put(kind, body);
    let mut entries = Vec::new();
    for parameter in &world.parameters {
        if tape.chance(50)
            && let Some(value) = value(tape, parameter, fields)
        {
            entries.push((parameter.name.clone(), text(value)));
        } else if !parameter.has_default && !parameter.optional || tape.chance(10) {
            let value = literal(parameter.kind, &tape.pick(&parameter.values));
            entries.push((parameter.name.clone(), value));
        }
    }
    if !entries.is_empty() {
        trigger.put("with", Node::Dict(entries));
    }
}

/// The key, what stands there, and the names of the values that come with it.
fn kind(tape: &mut Tape<'_>, world: &World) -> (&'static str, Node, &'static [&'static str]) {
    let short = tape.chance(40);
    match tape.below(6) {
        0 => {
            let mut data = Record::default();
            data.put("datastore", text("lake"));
            let paths = ["raw/", "", "raw/**/*.csv", "raw/*.csv", "a b/part-*", "2026"];
            data.put("path", text(tape.pick(&paths)));
            if tape.chance(40) {
                let changes = tape.pick(&["created", "deleted", "renamed"]);
                data.put("changes", text(changes));
            }
            if world.events == Some(true) && tape.chance(50) {
                data.put("debounce", text(tape.pick(&["5 minutes", "1 hours", "90 seconds"])));
                return ("data_changed", data.node(), &["path", "id", "time"]);
            }
            ("data_changed", data.node(), &["path", "file", "id", "time"])
        }
        1 => {
            let body = tagged(tape, short, "model", "churn");
            ("model_registered", body, &["model", "version", "tags.why", "id"])
        }
        2 => ("model_deployed", text("churn-prod"), &["endpoint", "models"]),
        3 => ("drift_detected", text("inputs"), &["monitor", "coefficient"]),
        at => {
            let body = tagged(tape, short, "experiment", "training");
            let kind = if at == 4 { "job_completed" } else { "job_failed" };
            (kind, body, &["job", "experiment", "tags.a-b"])
        }
    }
}

fn tagged(tape: &mut Tape<'_>, short: bool, key: &str, name: &str) -> Node {
    if short {
        return text(name);
    }
    let mut body = Record::default();
    body.put(key, text(name));
    if tape.chance(50) {
        let value = text(tape.pick(&["candidate", "it's", "größe", "[x]"]));
        body.put("tags", Node::Dict(vec![("stage".to_owned(), value)]));
    }
    body.node()
}

/// A value of the event that the parameter takes.
fn value(tape: &mut Tape<'_>, parameter: &Parameter, fields: &[&str]) -> Option<String> {
    let field = |name: &str| format!("${{{{ event.{name} }}}}");
    let has = |name: &str| fields.contains(&name).then(|| field(name));
    match parameter.kind {
        "string" => {
            let all: Vec<&str> = fields
                .iter()
                .copied()
                .filter(|it| !["coefficient", "path", "file"].contains(it))
                .collect();
            if all.is_empty() {
                return None;
            }
            let one = field(tape.pick(&all));
            Some(if tape.chance(30) { format!("at/{one}.{one}") } else { one })
        }
        "number" => has("coefficient"),
        "uri_folder" => has("path"),
        "uri_file" => has("file"),
        "custom_model" | "mlflow_model" => {
            has("version").map(|version| format!("azureml:churn:{version}"))
        }
        _ => None,
    }
}
