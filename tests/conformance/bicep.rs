//! Bicep, read by its grammar, and said again as Azure Resource Manager has it: the same resources, with
//! the same names and properties, as in the template.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use tree_sitter::{Node, Parser};

use crate::cases::{self, CASES};
use mlopsc_compiler::targets::Artifact;

/// What an expression is in a template.
#[derive(Clone, Debug)]
enum Said {
    /// A value that is known.
    Known(Value),
    /// Code between brackets.
    Code(String),
}

/// What a symbol stands for.
#[derive(Clone, Debug, Default)]
struct Symbol {
    kind: String,
    version: String,
    name: Vec<String>,
    scope: Option<String>,
    is_new: bool,
}

/// A Bicep file with what its names stand for.
struct Reader<'t> {
    text: &'t str,
    words: BTreeMap<String, &'static str>,
    symbols: BTreeMap<String, Symbol>,
    /// Symbols of new resources that the current one names.
    named: BTreeSet<String>,
}

fn children<'t>(node: Node<'t>, kind: &str) -> Vec<Node<'t>> {
    let mut cursor = node.walk();
    let all: Vec<Node<'t>> = node.named_children(&mut cursor).collect();
    all.into_iter().filter(|child| kind.is_empty() || child.kind() == kind).collect()
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

impl<'t> Reader<'t> {
    fn source(&self, node: Node<'_>) -> &'t str {
        &self.text[node.byte_range()]
    }

    /// Parts of a string: literals, and code.
    fn parts(&mut self, node: Node<'_>) -> Vec<Said> {
        let (mut parts, mut at) = (Vec::new(), node.start_byte() + 1);
        for child in children(node, "interpolation") {
            parts.push(Said::Known(unescaped(&self.text[at..child.start_byte()]).into()));
            let inner = children(child, "")[0];
            let code = self.code(inner);
            parts.push(Said::Code(code));
            at = child.end_byte();
        }
        parts.push(Said::Known(unescaped(&self.text[at..node.end_byte() - 1]).into()));
        parts.retain(|part| !matches!(part, Said::Known(text) if text == ""));
        parts
    }

    fn string(&mut self, node: Node<'_>) -> Said {
        let parts = self.parts(node);
        match parts.as_slice() {
            [] => Said::Known("".into()),
            [known @ Said::Known(_)] => known.clone(),
            parts => Said::Code(format_call(parts)),
        }
    }

    /// An expression as code of a template.
    fn code(&mut self, node: Node<'_>) -> String {
        match self.said(node) {
            Said::Code(code) => code,
            Said::Known(Value::String(text)) => quoted(&text),
            Said::Known(other) => other.to_string(),
        }
    }

    fn said(&mut self, node: Node<'_>) -> Said {
        match node.kind() {
            "string" => self.string(node),
            "number" => Said::Known(self.source(node).parse::<i64>().expect("whole").into()),
            "boolean" => Said::Known((self.source(node) == "true").into()),
            "object" => Said::Known(self.object(node).into()),
            "array" => {
                let items = children(node, "").into_iter();
                Said::Known(items.map(|item| self.value(item)).collect())
            }
            "identifier" => {
                let name = self.source(node);
                let word = self.words.get(name).unwrap_or_else(|| panic!("{name} is not declared"));
                Said::Code(format!("{word}('{name}')"))
            }
            // Bicep has no other numbers than whole ones: the rest is read from JSON.
            "call_expression" if self.source(node).starts_with("json(") => {
                let text = self.source(node).trim_start_matches("json('").trim_end_matches("')");
                Said::Known(serde_json::from_str(text).expect("a number"))
            }
            "call_expression" => Said::Code(self.call(node)),
            "member_expression" => Said::Code(self.member(node)),
            other => panic!("{other}: {}", self.source(node)),
        }
    }

    fn call(&mut self, node: Node<'_>) -> String {
        let name = self.source(children(node, "identifier")[0]).to_owned();
        let arguments = children(children(node, "arguments")[0], "");
        if let ("listCallbackUrl", [trigger, version]) = (name.as_str(), arguments.as_slice()) {
            let (trigger, version) = (self.source(*trigger).to_owned(), self.code(*version));
            let (symbol, trigger) = trigger.split_once(".id}/triggers/").expect("a trigger");
            let symbol = symbol.trim_start_matches("'${").to_owned();
            self.named.insert(symbol.clone());
            let app = &self.symbols[&symbol].name[0];
            return format!(
                "listCallbackUrl(resourceId('Microsoft.Logic/workflows/triggers', {app}, '{trigger}), {version})"
            );
        }
        let arguments: Vec<String> = arguments.into_iter().map(|it| self.code(it)).collect();
        format!("{name}({})", arguments.join(", "))
    }

    fn member(&mut self, node: Node<'_>) -> String {
        let text = self.source(node);
        let words: Vec<&str> = text.split('.').collect();
        if !self.symbols.contains_key(words[0]) {
            let object = self.code(children(node, "")[0]);
            return format!("{object}.{}", words.last().expect("a property"));
        }
        let symbol = self.symbols[words[0]].clone();
        if symbol.is_new {
            self.named.insert(words[0].to_owned());
        }
        let id = self.id(words[0]);
        match words[1..] {
            ["id"] => id,
            ["identity", "principalId"] => {
                format!("reference({id}, '{}', 'full').identity.principalId", symbol.version)
            }
            ["properties", name] => format!("reference({id}, '{}').{name}", symbol.version),
            _ => panic!("{text}"),
        }
    }

    fn id(&self, name: &str) -> String {
        let symbol = &self.symbols[name];
        let parts = [&[quoted(&symbol.kind)], symbol.name.as_slice()].concat().join(", ");
        match &symbol.scope {
            Some(scope) => format!("extensionResourceId({}, {parts})", self.id(scope)),
            None => format!("resourceId({parts})"),
        }
    }

    /// An expression as a value of a template.
    fn value(&mut self, node: Node<'_>) -> Value {
        match self.said(node) {
            Said::Known(Value::String(text)) if text.starts_with('[') => format!("[{text}").into(),
            Said::Known(value) => value,
            Said::Code(code) => format!("[{code}]").into(),
        }
    }

    fn entries(&mut self, node: Node<'t>) -> Vec<(String, Node<'t>)> {
        let each = children(node, "object_property").into_iter().map(|entry| {
            let parts = children(entry, "");
            let key = self.source(parts[0]).to_owned();
            let key = key
                .strip_prefix('\'')
                .and_then(|it| it.strip_suffix('\''))
                .map_or(key.clone(), unescaped);
            (key, parts[1])
        });
        each.collect()
    }

    fn object(&mut self, node: Node<'_>) -> Map<String, Value> {
        let mut map = Map::new();
        for entry in children(node, "object_property") {
            let parts = children(entry, "");
            let key = self.source(parts[0]);
            let inner = key.strip_prefix('\'').and_then(|it| it.strip_suffix('\''));
            let key = inner.map_or_else(|| key.to_owned(), unescaped);
            let value = self.value(parts[1]);
            assert!(map.insert(key.clone(), value).is_none(), "{key} is there twice");
        }
        map
    }

    /// Notes what the names of the file stand for.
    fn declare(&mut self, node: Node<'t>) {
        let name = |reader: &Self, node| reader.source(children(node, "identifier")[0]).to_owned();
        match node.kind() {
            "parameter_declaration" => _ = self.words.insert(name(self, node), "parameters"),
            "variable_declaration" => _ = self.words.insert(name(self, node), "variables"),
            "resource_declaration" => {
                let own = name(self, node);
                let kind = self.source(children(node, "string")[0]).trim_matches('\'').to_owned();
                let (kind, version) = kind.split_once('@').expect("a version");
                let mut symbol = Symbol {
                    kind: kind.to_owned(),
                    version: version.to_owned(),
                    is_new: !self.source(node).lines().next().unwrap().contains("existing"),
                    ..Symbol::default()
                };
                for (key, value) in self.entries(children(node, "object")[0]) {
                    match key.as_str() {
                        "parent" => {
                            let parent = &self.symbols[self.source(value)];
                            symbol.name.splice(0..0, parent.name.clone());
                        }
                        "scope" => symbol.scope = Some(self.source(value).to_owned()),
                        "name" => symbol.name.push(self.code(value)),
                        _ => {}
                    }
                }
                assert!(self.symbols.insert(own.clone(), symbol).is_none(), "{own} twice");
            }
            _ => {}
        }
    }

    /// A new resource, as the template has it.
    fn resource(&mut self, node: Node<'t>) -> Option<Value> {
        let own = self.source(children(node, "identifier")[0]);
        let symbol = self.symbols[own].clone();
        if !symbol.is_new {
            return None;
        }
        self.named.clear();
        let mut map = Map::new();
        map.insert("type".to_owned(), symbol.kind.clone().into());
        map.insert("apiVersion".to_owned(), symbol.version.into());
        map.insert("name".to_owned(), full_name(&symbol.name));
        for (key, value) in self.entries(children(node, "object")[0]) {
            match key.as_str() {
                "parent" => {
                    let parent = self.source(value).to_owned();
                    if self.symbols[&parent].is_new {
                        self.named.insert(parent);
                    }
                }
                "scope" => {
                    let scope = self.source(value).to_owned();
                    map.insert(key, format!("[{}]", self.id(&scope)).into());
                    if self.symbols[&scope].is_new {
                        self.named.insert(scope);
                    }
                }
                // What stands in a name is a dependency too.
                "name" => _ = self.code(value),
                "dependsOn" => {
                    let names = children(value, "identifier").into_iter();
                    let names: Vec<String> = names.map(|it| self.source(it).to_owned()).collect();
                    assert!(names.iter().all(|it| self.symbols[it].is_new), "{names:?}");
                    self.named.extend(names);
                }
                _ => _ = map.insert(key, self.value(value)),
            }
        }
        let needs: BTreeSet<String> =
            self.named.iter().map(|name| format!("[{}]", self.id(name))).collect();
        map.insert("dependsOn".to_owned(), json!(needs));
        Some(map.into())
    }
}

/// A name of several parts.
fn full_name(parts: &[String]) -> Value {
    let literal = |part: &String| Some(part.strip_prefix('\'')?.strip_suffix('\'')?.to_owned());
    let known: Option<Vec<String>> = parts.iter().map(literal).collect();
    match (known, parts) {
        (Some(known), _) => known.join("/").into(),
        (None, [one]) => format!("[{one}]").into(),
        (None, parts) => {
            let mut said = Vec::new();
            for (at, part) in parts.iter().enumerate() {
                if at > 0 {
                    said.push(Said::Known("/".into()));
                }
                said.push(
                    literal(part).map_or(Said::Code(part.clone()), |it| Said::Known(it.into())),
                );
            }
            format!("[{}]", format_call(&said)).into()
        }
    }
}

fn format_call(parts: &[Said]) -> String {
    let (mut text, mut values) = (String::new(), Vec::new());
    for part in parts {
        match part {
            Said::Known(known) => {
                let known = known.as_str().expect("text");
                text += &known.replace('{', "{{").replace('}', "}}");
            }
            Said::Code(code) => {
                text += &format!("{{{}}}", values.len());
                values.push(code.clone());
            }
        }
    }
    let arguments = [&[quoted(&text)], values.as_slice()].concat().join(", ");
    format!("format({arguments})")
}

fn unescaped(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text.chars());
    while let Some(letter) = rest.next() {
        if letter != '\\' {
            out.push(letter);
            continue;
        }
        match rest.next().expect("an escape") {
            'n' => out.push('\n'),
            'r' => out.push('\r'),
            't' => out.push('\t'),
            'u' => {
                let code: String = rest.by_ref().skip(1).take_while(|it| *it != '}').collect();
                let code = u32::from_str_radix(&code, 16).expect("hex");
                out.push(char::from_u32(code).expect("a character"));
            }
            other => out.push(other),
        }
    }
    out
}

/// What a Bicep file says, as a template has it.
struct Template {
    /// By their ids.
    resources: BTreeMap<String, Value>,
    /// Values of parameters and variables, and the output.
    values: BTreeMap<String, Value>,
}

fn read(text: &str) -> Template {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_bicep::LANGUAGE.into()).expect("the grammar fits");
    let tree = parser.parse(text, None).expect("it ends");
    let root = tree.root_node();
    assert!(!root.has_error(), "{}", root.to_sexp());
    let mut reader =
        Reader { text, words: BTreeMap::new(), symbols: BTreeMap::new(), named: BTreeSet::new() };
    let all = children(root, "");
    for node in &all {
        reader.declare(*node);
    }
    let new = all.iter().filter(|node| node.kind() == "resource_declaration");
    let new: Vec<Value> = new.filter_map(|node| reader.resource(*node)).collect();
    let mut values = BTreeMap::new();
    for node in all.iter().filter(|node| !["comment", "decorators"].contains(&node.kind())) {
        let parts = children(*node, "");
        let value = parts.iter().skip(1).find(|part| part.kind() != "type");
        if let (
            "parameter_declaration" | "variable_declaration" | "output_declaration",
            Some(value),
        ) = (node.kind(), value)
        {
            let value = reader.value(*value);
            values.insert(reader.source(parts[0]).to_owned(), value);
        }
    }
    Template { resources: by_name(new), values }
}

fn by_name(resources: Vec<Value>) -> BTreeMap<String, Value> {
    let each = resources.into_iter().map(|mut resource| {
        let key = format!("{} {} {}", resource["type"], resource["name"], resource["scope"]);
        let needs =
            resource.as_object_mut().expect("a map").entry("dependsOn").or_insert(json!([]));
        let mut sorted: Vec<String> = serde_json::from_value(needs.take()).expect("texts");
        sorted.sort();
        *needs = json!(sorted);
        (key, resource)
    });
    each.collect()
}

/// The templates of the cases, with the same as Bicep.
pub(crate) fn templates() -> Vec<(Value, String)> {
    let mut all = Vec::new();
    for name in CASES {
        let artifacts: Vec<Artifact> = cases::compiled(name).artifacts;
        for bicep in artifacts.iter().filter(|it| it.path.ends_with(".bicep")) {
            let path = bicep.path.replace(".bicep", ".json");
            let template = artifacts.iter().find(|it| it.path == path).expect("a template");
            let template = serde_json::from_str(&template.text).expect("JSON");
            all.push((template, bicep.text.clone()));
        }
    }
    all
}

/// The same of a template.
fn values_of(template: &Value) -> BTreeMap<String, Value> {
    let parameters = template["parameters"].as_object().expect("a map").iter();
    let defaults =
        parameters.filter_map(|(name, it)| Some((name.clone(), it.get("defaultValue")?.clone())));
    let variables = template["variables"].as_object().into_iter().flatten();
    let variables = variables.map(|(name, value)| (name.clone(), value.clone()));
    let outputs = template["outputs"].as_object().expect("a map").iter();
    let outputs = outputs.map(|(name, it)| (name.clone(), it["value"].clone()));
    defaults.chain(variables).chain(outputs).collect()
}

#[test]
fn bicep_says_what_the_template_says() {
    let templates = templates();
    assert!(!templates.is_empty());
    for (template, bicep) in templates {
        let Template { resources: there, values } = read(&bicep);
        assert_eq!(values, values_of(&template));
        let list = template["resources"].as_array().expect("a list").clone();
        let here = by_name(list);
        assert!(here.len() >= 3, "app, role and subscription");
        let names = |all: &BTreeMap<String, Value>| all.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&here), names(&there));
        for (name, resource) in &here {
            assert_eq!(resource, &there[name], "{name}");
        }
    }
}

#[test]
fn bicep_that_is_none_is_found() {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_bicep::LANGUAGE.into()).unwrap();
    for text in ["resource x = {\n", "param x string = 'a${'\n"] {
        assert!(parser.parse(text, None).unwrap().root_node().has_error(), "{text}");
    }
}
