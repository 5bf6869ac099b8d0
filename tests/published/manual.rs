//! The manual of all keys, from the schemas.

use std::fmt::Write;

use serde_json::{Map, Value};

const HEAD: &str = "\
# All keys

Every key of the two files that you write. The [guide](guide.md) says how they play together;
`mlopsc schema` prints the same as JSON Schema.

A value that is *one or a list* may stand alone instead of in a list of one. Where a record has a
*short form*, that one value may stand for the whole map.
";

/// Both files in one page: records in the order in which they are first mentioned, then what their
/// values are made of.
pub(crate) fn reference(spec: &Value, project: &Value) -> String {
    let mut manual = Manual {
        text: HEAD.to_owned(),
        defs: Map::new(),
        records: Vec::new(),
        values: Vec::new(),
        names: Vec::new(),
    };
    for schema in [spec, project] {
        manual.defs.extend(schema["$defs"].as_object().expect("definitions").clone());
    }
    manual.file("The spec: `<name>.mlops.yaml`", spec);
    manual.file("The project file: `mlopsc.yaml`", project);
    manual.names();
    manual.text.push_str("\n## Values\n");
    for name in manual.values.clone() {
        manual.value(&name);
    }
    manual.text
}

struct Manual {
    text: String,
    defs: Map<String, Value>,
    /// Records that are written or wait for it.
    records: Vec<String>,
    /// The same for all else.
    values: Vec<String>,
    /// Rules for the names in maps, each with the keys of those maps.
    names: Vec<(NameRule, Vec<String>)>,
}

/// What a name must match, and what it must not.
#[derive(PartialEq)]
struct NameRule {
    pattern: String,
    reserved: String,
}

impl Manual {
    fn file(&mut self, heading: &str, schema: &Value) {
        let mut next = self.records.len();
        self.record(&format!("\n## {heading}\n"), schema);
        while next < self.records.len() {
            let def = self.defs[&self.records[next]].clone();
            self.record(&format!("\n### {}\n", heading_of(&def)), &def);
            next += 1;
        }
    }

    fn record(&mut self, heading: &str, schema: &Value) {
        self.text.push_str(heading);
        self.paragraph(&schema["description"]);
        let forms = schema["anyOf"].as_array();
        let record = forms.and_then(|forms| forms.last()).unwrap_or(schema);
        if let Some(short) = forms.and_then(|forms| forms.first()) {
            let words = self.words(short);
            let _ = write!(
                self.text,
                "\nShort form: {words}, which is `{}`.\n",
                short_key(record, short)
            );
        }
        let required = |key: &str| {
            record["required"].as_array().is_some_and(|keys| keys.iter().any(|it| it == key))
        };
        let fields = record["properties"].as_object().expect("a record");
        if !fields.is_empty() {
            self.text.push_str("\n| key | value | default | |\n|---|---|---|---|\n");
        }
        for (key, field) in fields {
            let default = match &field["default"] {
                Value::Null if required(key) => "*required*".to_owned(),
                Value::Null => String::new(),
                Value::String(text) => format!("`{text}`"),
                other => format!("`{other}`"),
            };
            self.note_names(key, field);
            let (words, description) = (self.words(field), line(&field["description"]));
            let blank = if default.is_empty() { "" } else { " " };
            let _ = writeln!(self.text, "| `{key}` | {words} |{blank}{default} | {description} |");
        }
        self.example(schema);
    }

    /// Notes the rule for the names in a map.
    fn note_names(&mut self, key: &str, field: &Value) {
        let rule = &field["propertyNames"];
        let Some(pattern) = rule["pattern"].as_str() else { return };
        let reserved = rule["not"]["pattern"].as_str().unwrap_or_default();
        let rule = NameRule { pattern: pattern.to_owned(), reserved: reserved.to_owned() };
        let known = self.names.iter().position(|(known, _)| *known == rule);
        let at = known.unwrap_or_else(|| {
            self.names.push((rule, Vec::new()));
            self.names.len() - 1
        });
        let keys = &mut self.names[at].1;
        if !keys.iter().any(|known| known == key) {
            keys.push(key.to_owned());
        }
    }

    /// The rules that were noted.
    fn names(&mut self) {
        self.text.push_str(
            "\n## Names\n\nWhat the names in maps match, as regular expressions. Two names of one map never differ by \
             letter case alone.\n\n| in | a name matches | and not |\n|---|---|---|\n",
        );
        for (rule, keys) in &self.names {
            let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
            let cell = |pattern: &str| match pattern {
                "" => String::new(),
                pattern => format!("`{}` ", pattern.replace('|', "\\|")),
            };
            let (pattern, reserved) = (cell(&rule.pattern), cell(&rule.reserved));
            let _ = writeln!(self.text, "| {} | {pattern}| {reserved}|", keys.join(", "));
        }
    }

    fn value(&mut self, name: &str) {
        let def = self.defs[name].clone();
        let _ = write!(self.text, "\n### {}\n", heading_of(&def));
        self.paragraph(&def["description"]);
        let Some(words) = def["enum"].as_array() else { return };
        let descriptions = def["enumDescriptions"].as_array();
        if let Some(descriptions) = descriptions {
            self.text.push_str("\n| word | |\n|---|---|\n");
            for (word, description) in words.iter().zip(descriptions) {
                let _ = writeln!(self.text, "| `{}` | {} |", plain(word), line(description));
            }
        } else {
            let words: Vec<String> =
                words.iter().map(|word| format!("`{}`", plain(word))).collect();
            let _ = write!(self.text, "\nOne of {}.\n", words.join(", "));
        }
    }

    fn paragraph(&mut self, description: &Value) {
        let text = description.as_str().expect("a description");
        let _ = write!(self.text, "\n{text}\n");
    }

    fn example(&mut self, schema: &Value) {
        if let Some(example) = schema["examples"].get(0) {
            let mut yaml = String::new();
            block(&mut yaml, example, 0);
            let _ = write!(self.text, "\n```yaml\n{}\n```\n", yaml.trim_matches('\n'));
        }
    }

    /// What a value is, with links to what is said elsewhere.
    fn words(&mut self, schema: &Value) -> String {
        if let Some(target) = schema["$ref"].as_str() {
            return self.link(target.trim_start_matches("#/$defs/"));
        }
        if let Some(forms) = schema["anyOf"].as_array() {
            return self.forms(forms);
        }
        if let Value::Object(entry) = &schema["additionalProperties"] {
            return format!("map of {}", self.words(&Value::Object(entry.clone())));
        }
        if let Some(value) = schema.get("const") {
            return format!("`{value}`");
        }
        if let Some(words) = schema["enum"].as_array() {
            let words: Vec<String> =
                words.iter().map(|word| format!("`{}`", plain(word))).collect();
            return format!("one of {}", words.join(", "));
        }
        let kind = &schema["type"];
        match kind.as_str() {
            Some("array") => format!("list: {}", self.words(&schema["items"])),
            Some("number") => number(schema),
            Some("boolean") => "`true` or `false`".to_owned(),
            Some("integer") => whole_number(schema),
            Some("object") => "map".to_owned(),
            _ if kind.is_array() => "text".to_owned(),
            _ => panic!("the manual has no words for {schema}"),
        }
    }

    fn forms(&mut self, forms: &[Value]) -> String {
        let [one, other] = forms else {
            let all: Vec<String> = forms.iter().map(|form| self.words(form)).collect();
            return all.join(", or ");
        };
        let one_words = self.words(one);
        if other["items"] == *one {
            return format!("one or a list: {one_words}");
        }
        if other["pattern"].as_str().is_some_and(|pattern| pattern.contains(r"\$")) {
            return format!("{one_words}, or a reference");
        }
        format!("{one_words}, or {}", self.words(other))
    }

    fn link(&mut self, name: &str) -> String {
        let def = &self.defs[name];
        let is_record = def["properties"].is_object() || def["anyOf"][1]["properties"].is_object();
        let heading = heading_of(def);
        let known = if is_record { &mut self.records } else { &mut self.values };
        if !known.iter().any(|it| it == name) {
            known.push(name.to_owned());
        }
        format!("[{}](#{})", lower(&heading), anchor(&heading))
    }
}

fn short_key(record: &Value, short: &Value) -> String {
    let fields = record["properties"].as_object().expect("a record");
    fields.iter().find(|(_, field)| *field == short).expect("the short form is a field").0.clone()
}

fn whole_number(schema: &Value) -> String {
    match (&schema["minimum"], &schema["maximum"]) {
        (Value::Null, _) => "whole number".to_owned(),
        (least, Value::Null) => format!("whole number, at least {least}"),
        (least, most) => format!("whole number from {least} to {most}"),
    }
}

fn number(schema: &Value) -> String {
    match (&schema["minimum"], &schema["maximum"]) {
        (Value::Null, _) => "number".to_owned(),
        (least, Value::Null) => format!("number, at least {least}"),
        (least, most) => format!("number from {least} to {most}"),
    }
}

fn heading_of(def: &Value) -> String {
    let title = def["title"].as_str().expect("a title");
    let mut letters = title.chars();
    let first = letters.next().filter(|_| is_word(title));
    first.map_or(title.to_owned(), |first| first.to_uppercase().chain(letters).collect())
}

fn lower(heading: &str) -> String {
    let kept = !is_word(heading) || heading.starts_with("Azure");
    if kept { heading.to_owned() } else { heading.to_lowercase() }
}

/// Whether a title starts with a word, as against a key or a name with capitals inside.
fn is_word(title: &str) -> bool {
    let first = title.split(' ').next().unwrap_or("");
    first.chars().skip(1).all(|letter| letter.is_ascii_lowercase())
}

/// The anchor that Markdown's readers make of a heading.
fn anchor(heading: &str) -> String {
    let kept = |letter: &char| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_');
    heading.to_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-")
}

/// A description in a cell of a table.
fn line(description: &Value) -> String {
    let text = description.as_str().expect("a description");
    text.replace("\n\n", " ").replace('\n', " ").replace('|', "\\|")
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// YAML as people write it: small maps and lists on one line.
fn block(text: &mut String, value: &Value, depth: usize) {
    let pad = "  ".repeat(depth);
    match value {
        Value::Object(map) if depth == 0 || flow(value).len() > 70 => {
            for (key, value) in map {
                let _ = write!(text, "\n{pad}{key}:");
                block(text, value, depth + 1);
            }
        }
        Value::String(word) if !must_quote(word) => {
            let _ = write!(text, " {word}");
        }
        _ => {
            let _ = write!(text, " {}", flow(value));
        }
    }
}

fn flow(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let pairs: Vec<String> =
                map.iter().map(|(key, value)| format!("{key}: {}", flow(value))).collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", "))
        }
        Value::String(text) if must_quote(text) || text.contains(['{', '}', '[', ']', ',']) => {
            value.to_string()
        }
        other => plain(other),
    }
}

/// Whether a plain scalar would be read as something else, here or by a reader of YAML 1.1, where
/// `02:00` is a number.
fn must_quote(text: &str) -> bool {
    let read: Value = serde_yaml::from_str(text).unwrap_or(Value::Null);
    read != *text || text.bytes().all(|byte| byte.is_ascii_digit() || byte == b':')
}
