//! What differs in nodes of Azure ML's own kinds: each key by its path.

use super::Pairs;
use crate::plan::{ComponentPlace, Field, Fields, Native, NativeKind, Plan, Step};

pub(super) fn native(plan: &Plan, step: &Step, task: &Native, pairs: &mut Pairs) {
    pairs.put("kind", task.word());
    if let NativeKind::Sweep(trial) = &task.kind {
        match trial.component.as_ref().map(|component| &component.component) {
            None => pairs.put("trial", plan.script_words(step, &trial.script)),
            Some(
                ComponentPlace::Registered(text)
                | ComponentPlace::File(text)
                | ComponentPlace::Made(text),
            ) => pairs.put("trial", text),
        }
    }
    pairs.put_some("code", task.code.as_ref());
    fields(plan, step, "", &task.fields, pairs);
}

/// Keys and what they hold, inner ones behind a dot.
pub(super) fn fields(plan: &Plan, step: &Step, above: &str, fields: &Fields, pairs: &mut Pairs) {
    for (key, held) in &fields.0 {
        let path = if above.is_empty() { key.to_string() } else { format!("{above}.{key}") };
        if let Field::Map(inner) = held {
            self::fields(plan, step, &path, inner, pairs);
        } else {
            pairs.put(path, words(plan, step, held));
        }
    }
}

fn words(plan: &Plan, step: &Step, held: &Field) -> String {
    match held {
        Field::Text(text) | Field::Number(text) => text.clone(),
        Field::Integer(number) => number.to_string(),
        Field::Boolean(value) => value.to_string(),
        Field::List(items) => {
            let words: Vec<String> = items.iter().map(|item| words(plan, step, item)).collect();
            format!("[{}]", words.join(", "))
        }
        Field::Map(inner) => {
            let each = inner.0.iter();
            let each = each.map(|(key, held)| format!("{key}: {}", words(plan, step, held)));
            format!("{{ {} }}", each.collect::<Vec<_>>().join(", "))
        }
        Field::Setting(setting) => plan.setting_words(setting),
        Field::Input(index) => step.inputs[*index as usize].name.clone(),
        Field::Script(pieces) => plan.script_words(step, pieces),
    }
}
