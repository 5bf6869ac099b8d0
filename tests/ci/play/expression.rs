//! The expression languages of both platforms, as far as emitted files use them. One grammar serves
//! both: Azure Pipelines has functions only, GitHub operators besides.

use serde_json::{Value, json};

/// What an expression asks for.
pub(super) trait Facts {
    /// A context by its name.
    fn context(&self, name: &str) -> Value;
    /// A function of one platform alone, such as `succeeded()`.
    fn call(&self, name: &str, arguments: &[Value]) -> Value;
}

/// The value of an expression. Panics where the platform would refuse it.
pub(super) fn evaluate(text: &str, facts: &dyn Facts) -> Value {
    let mut parser = Parser { tokens: tokens(text), at: 0, facts, text };
    let value = parser.or();
    assert_eq!(parser.at, parser.tokens.len(), "something is left of `{text}`");
    value
}

/// A text in which each `${{ … }}` is replaced; a text that is one expression gives its value.
pub(super) fn interpolate(text: &str, facts: &dyn Facts) -> Value {
    let whole = text.strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}"));
    if let Some(inner) = whole.filter(|inner| !inner.contains("${{")) {
        return evaluate(inner, facts);
    }
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${{") {
        let (inner, after) = after.split_once("}}").expect("an expression ends");
        out += before;
        out += &words(&evaluate(inner, facts));
        rest = after;
    }
    json!(out + rest)
}

/// A value as text.
pub(super) fn words(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.as_f64().map_or_else(String::new, |it| it.to_string()),
        other => other.to_string(),
    }
}

pub(super) fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(is) => *is,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}

/// Texts are equal without regard to case; else both become numbers.
fn equal(a: &Value, b: &Value) -> bool {
    if let (Value::String(a), Value::String(b)) = (a, b) {
        return a.eq_ignore_ascii_case(b);
    }
    let number = |value: &Value| match value {
        Value::Null => Some(0.0),
        Value::Bool(is) => Some(f64::from(u8::from(*is))),
        Value::Number(number) => number.as_f64(),
        Value::String(text) if text.trim().is_empty() => Some(0.0),
        Value::String(text) => text.trim().parse().ok(),
        Value::Array(_) | Value::Object(_) => None,
    };
    matches!((number(a), number(b)), (Some(a), Some(b)) if (a - b).abs() < f64::EPSILON)
}

#[derive(Clone, PartialEq, Debug)]
enum Token {
    Text(String),
    Number(f64),
    Word(String),
    Sign(&'static str),
}

const SIGNS: [&str; 15] =
    ["==", "!=", "<=", ">=", "&&", "||", "(", ")", "[", "]", ".", ",", "!", "<", ">"];

fn tokens(text: &str) -> Vec<Token> {
    let mut all = Vec::new();
    let mut rest = text.trim();
    while let Some(first) = rest.chars().next() {
        let (token, length) = if first == '\'' {
            let (value, length) = quoted(rest);
            (Token::Text(value), length)
        } else if first.is_ascii_digit() {
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            (Token::Number(rest[..end].parse().expect("a number")), end)
        } else if first.is_ascii_alphabetic() || first == '_' {
            let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            (Token::Word(rest[..end].to_owned()), end)
        } else {
            let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign));
            let sign = sign.unwrap_or_else(|| panic!("`{rest}` is no expression"));
            (Token::Sign(sign), sign.len())
        };
        all.push(token);
        rest = rest[length..].trim_start();
    }
    all
}

/// The text between single quotes, in which two stand for one, and the length with its quotes.
fn quoted(text: &str) -> (String, usize) {
    let mut value = String::new();
    let mut at = 1;
    loop {
        let end = at + text[at..].find('\'').expect("a closing quote");
        value += &text[at..end];
        if !text[end + 1..].starts_with('\'') {
            return (value, end + 1);
        }
        value.push('\'');
        at = end + 2;
    }
}

struct Parser<'a> {
    tokens: Vec<Token>,
    at: usize,
    facts: &'a dyn Facts,
    text: &'a str,
}

impl Parser<'_> {
    fn takes(&mut self, sign: &str) -> bool {
        let is = matches!(self.tokens.get(self.at), Some(Token::Sign(found)) if *found == sign);
        self.at += usize::from(is);
        is
    }

    fn demand(&mut self, sign: &str) {
        assert!(self.takes(sign), "`{sign}` is missing in `{}`", self.text);
    }

    fn or(&mut self) -> Value {
        let mut left = self.and();
        while self.takes("||") {
            let right = self.and();
            left = if is_true(&left) { left } else { right };
        }
        left
    }

    fn and(&mut self) -> Value {
        let mut left = self.comparison();
        while self.takes("&&") {
            let right = self.comparison();
            left = if is_true(&left) { right } else { left };
        }
        left
    }

    fn comparison(&mut self) -> Value {
        let left = self.unary();
        if self.takes("==") {
            json!(equal(&left, &self.unary()))
        } else if self.takes("!=") {
            json!(!equal(&left, &self.unary()))
        } else {
            left
        }
    }

    fn unary(&mut self) -> Value {
        if self.takes("!") { json!(!is_true(&self.unary())) } else { self.postfix() }
    }

    fn postfix(&mut self) -> Value {
        let mut value = self.primary();
        loop {
            let key = if self.takes(".") {
                let Some(Token::Word(name)) = self.tokens.get(self.at).cloned() else {
                    panic!("a name is missing in `{}`", self.text)
                };
                self.at += 1;
                name
            } else if self.takes("[") {
                let key = words(&self.or());
                self.demand("]");
                key
            } else {
                return value;
            };
            value = member(&value, &key);
        }
    }

    fn primary(&mut self) -> Value {
        if self.takes("(") {
            let value = self.or();
            self.demand(")");
            return value;
        }
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        match token {
            Some(Token::Text(text)) => json!(text),
            Some(Token::Number(number)) => json!(number),
            Some(Token::Word(word)) if self.takes("(") => self.call(&word),
            Some(Token::Word(word)) => match word.as_str() {
                "true" | "True" => json!(true),
                "false" | "False" => json!(false),
                "null" => Value::Null,
                name => self.facts.context(name),
            },
            Some(Token::Sign(_)) | None => panic!("a value is missing in `{}`", self.text),
        }
    }

    fn call(&mut self, name: &str) -> Value {
        let mut arguments = Vec::new();
        if !self.takes(")") {
            arguments.push(self.or());
            while self.takes(",") {
                arguments.push(self.or());
            }
            self.demand(")");
        }
        common(name, &arguments).unwrap_or_else(|| self.facts.call(name, &arguments))
    }
}

/// Names of properties do not mind case.
fn member(value: &Value, key: &str) -> Value {
    let map = value.as_object();
    let found = map.and_then(|map| map.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)));
    found.map_or(Value::Null, |(_, value)| value.clone())
}

/// Functions that both platforms have, or that one has and the other does not take.
fn common(name: &str, arguments: &[Value]) -> Option<Value> {
    let text = |at: usize| words(&arguments[at]);
    let lower = |at: usize| text(at).to_lowercase();
    let truth = |at: usize| is_true(&arguments[at]);
    Some(match name {
        "and" => json!(arguments.iter().all(is_true)),
        "or" => json!(arguments.iter().any(is_true)),
        "not" => json!(!truth(0)),
        "eq" => json!(equal(&arguments[0], &arguments[1])),
        "ne" => json!(!equal(&arguments[0], &arguments[1])),
        "in" => json!(arguments[1..].iter().any(|one| equal(&arguments[0], one))),
        "notIn" => json!(!arguments[1..].iter().any(|one| equal(&arguments[0], one))),
        "trim" => json!(text(0).trim()),
        "case" => {
            let (default, arms) = arguments.split_last().expect("a default");
            let arm = arms.chunks(2).find(|arm| is_true(&arm[0]));
            arm.map_or(default, |arm| &arm[1]).clone()
        }
        "iif" => arguments[if truth(0) { 1 } else { 2 }].clone(),
        "coalesce" => {
            arguments.iter().find(|one| !words(one).is_empty()).cloned().unwrap_or_default()
        }
        "lower" => json!(lower(0)),
        "contains" => json!(lower(0).contains(&lower(1))),
        "startsWith" => json!(lower(0).starts_with(&lower(1))),
        "endsWith" => json!(lower(0).ends_with(&lower(1))),
        "replace" => json!(text(0).replace(&text(1), &text(2))),
        "toJSON" => json!(serde_json::to_string_pretty(&arguments[0]).expect("JSON")),
        "fromJSON" => serde_json::from_str(&text(0)).expect("JSON"),
        "format" => json!(format(&text(0), &arguments[1..])),
        _ => return None,
    })
}

fn format(pattern: &str, arguments: &[Value]) -> String {
    let pieces = arguments.iter().enumerate();
    pieces
        .fold(pattern.to_owned(), |text, (at, one)| text.replace(&format!("{{{at}}}"), &words(one)))
}

#[test]
fn expressions_mean_what_the_platforms_say() {
    struct None;
    impl Facts for None {
        fn context(&self, name: &str) -> Value {
            json!({ "a": { "b-c": "It's" }, "name": name })
        }
        fn call(&self, name: &str, _: &[Value]) -> Value {
            panic!("{name}")
        }
    }
    for (text, value) in [
        ("x.a.b-c == 'IT''S'", json!(true)),
        ("x.none || 'other'", json!("other")),
        ("false && 'a' || 'b'", json!("b")),
        ("!('' != '') && 1 == '1'", json!(true)),
        ("and(eq('a', 'A'), not(in('b', 'c', 'd')))", json!(true)),
        ("iif(startsWith('refs/x', 'refs/'), format('{0}-{1}', 1, true), '')", json!("1-true")),
        ("x['a']['b-c']", json!("It's")),
        ("coalesce('', x.none, 'z')", json!("z")),
        ("case(x.none == 'a', 'A', 1 == 1, '', 'B')", json!("")),
        ("case(x.none == 'a', 'A', 'B')", json!("B")),
        ("notIn(trim(' b '), 'a', 'B')", json!(false)),
    ] {
        assert_eq!(evaluate(text, &None), value, "{text}");
    }
    assert_eq!(interpolate("a ${{ 'b' }} ${{ true }}", &None), json!("a b true"));
}
