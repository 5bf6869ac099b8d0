//! The expressions of workflow definitions, as far as ours use them
//! (<https://learn.microsoft.com/azure/logic-apps/expression-functions-reference>).

use serde_json::{Value, json};

use super::clock;

/// What expressions read.
pub(super) trait Scope {
    /// What started the run.
    fn trigger_body(&self) -> Value;
    /// A parameter of the definition.
    fn parameter(&self, name: &str) -> Option<Value>;
    /// `outputs('action')`: with `body`, `headers` and `statusCode` for calls.
    fn outputs(&self, action: &str) -> Option<Value>;
    /// `Succeeded`, `Failed`, …
    fn status(&self, action: &str) -> Option<String>;
    /// The run's own name.
    fn run_name(&self) -> String;
    /// Now, in ticks of 100 ns.
    fn now(&self) -> i64;
    /// A function of templates.
    fn resource(&self, _function: &str, _arguments: &[Value]) -> Option<Value> {
        None
    }
}

/// Evaluates a value of a definition: texts in it may be expressions.
pub(super) fn value(scope: &dyn Scope, template: &Value) -> Result<Value, String> {
    match template {
        Value::String(text) => string(scope, text),
        Value::Array(items) => items.iter().map(|item| value(scope, item)).collect(),
        Value::Object(map) => {
            let each = map.iter().map(|(key, item)| Ok((key.clone(), value(scope, item)?)));
            each.collect::<Result<serde_json::Map<_, _>, String>>().map(Value::Object)
        }
        other => Ok(other.clone()),
    }
}

/// `@expression` as a whole, `@{expression}` in a text, `@@` for a sign.
fn string(scope: &dyn Scope, text: &str) -> Result<Value, String> {
    if let Some(rest) = text.strip_prefix("@@") {
        return string_after_sign(scope, rest);
    }
    if text.starts_with('@') && !text.starts_with("@{") {
        return whole(scope, &text[1..]);
    }
    interpolated(scope, text).map(Value::String)
}

fn string_after_sign(scope: &dyn Scope, rest: &str) -> Result<Value, String> {
    Ok(Value::String(format!("@{}", interpolated(scope, rest)?)))
}

fn whole(scope: &dyn Scope, text: &str) -> Result<Value, String> {
    let mut reader = Reader { scope, text, at: 0 };
    let found = reader.expression()?;
    reader.blanks();
    if reader.at < text.len() {
        return Err(format!("`{}` is left of `{text}`", &text[reader.at..]));
    }
    Ok(found)
}

fn interpolated(scope: &dyn Scope, text: &str) -> Result<String, String> {
    let mut result = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("@{") {
        if rest[..at].ends_with('@') {
            result.push_str(&rest[..at - 1]);
            result.push_str("@{");
            rest = &rest[at + 2..];
            continue;
        }
        result.push_str(&rest[..at]);
        let mut reader = Reader { scope, text: &rest[at + 2..], at: 0 };
        let found = reader.expression()?;
        reader.blanks();
        if !reader.text[reader.at..].starts_with('}') {
            return Err(format!("`@{{` is not closed in `{text}`"));
        }
        result.push_str(&as_text(&found));
        rest = &reader.text[reader.at + 1..];
    }
    result.push_str(rest);
    Ok(result)
}

/// A value in a text.
pub(super) fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        other => other.to_string(),
    }
}

struct Reader<'a> {
    scope: &'a dyn Scope,
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn blanks(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    fn take(&mut self, word: &str) -> bool {
        self.blanks();
        let found = self.text[self.at..].starts_with(word);
        self.at += if found { word.len() } else { 0 };
        found
    }

    fn expression(&mut self) -> Result<Value, String> {
        let mut found = self.term()?;
        loop {
            let is_safe = self.take("?");
            let key = if self.take("[") {
                let key = self.expression()?;
                if !self.take("]") {
                    return Err(format!("`[` is not closed in `{}`", self.text));
                }
                key
            } else if self.take(".") {
                let rest = &self.text[self.at..];
                let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric());
                let name = &rest[..end.unwrap_or(rest.len())];
                self.at += name.len();
                Value::from(name)
            } else {
                return if is_safe { Err("a `?` stands alone".to_owned()) } else { Ok(found) };
            };
            found = member(&found, &key, is_safe)?;
        }
    }

    fn term(&mut self) -> Result<Value, String> {
        self.blanks();
        let rest = &self.text[self.at..];
        if rest.starts_with('\'') {
            return self.quoted();
        }
        let length = rest
            .find(|letter: char| !letter.is_ascii_alphanumeric() && !"_.-".contains(letter))
            .unwrap_or(rest.len());
        let word = &rest[..length];
        self.at += length;
        if word.starts_with(|letter: char| letter.is_ascii_digit() || letter == '-') {
            return serde_json::from_str(word).map_err(|_| format!("`{word}` is no number"));
        }
        match word {
            "true" => return Ok(Value::Bool(true)),
            "false" => return Ok(Value::Bool(false)),
            "null" => return Ok(Value::Null),
            _ => {}
        }
        if !self.take("(") {
            return Err(format!("`{word}` is no value in `{}`", self.text));
        }
        let mut arguments = Vec::new();
        while !self.take(")") {
            if !arguments.is_empty() && !self.take(",") {
                return Err(format!("`(` is not closed in `{}`", self.text));
            }
            arguments.push(self.expression()?);
        }
        call(self.scope, word, &arguments)
    }

    fn quoted(&mut self) -> Result<Value, String> {
        let mut text = String::new();
        let mut letters = self.text[self.at + 1..].char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            if letter != '\'' {
                text.push(letter);
            } else if letters.next_if(|(_, next)| *next == '\'').is_some() {
                text.push('\'');
            } else {
                self.at += 1 + at + 1;
                return Ok(Value::String(text));
            }
        }
        Err(format!("a quote is not closed in `{}`", self.text))
    }
}

fn member(value: &Value, key: &Value, is_safe: bool) -> Result<Value, String> {
    let found = match (value, key) {
        (Value::Object(map), Value::String(name)) => map.get(name).cloned(),
        (Value::Array(items), Value::Number(index)) => {
            index.as_u64().and_then(|index| items.get(usize::try_from(index).ok()?)).cloned()
        }
        (Value::Null, _) if is_safe => Some(Value::Null),
        _ => return Err(format!("{value} has no members")),
    };
    match found {
        Some(found) => Ok(found),
        None if is_safe => Ok(Value::Null),
        None => Err(format!("there is no {key}")),
    }
}

fn text(arguments: &[Value], index: usize) -> Result<&str, String> {
    let found = arguments.get(index).ok_or("an argument is missing")?;
    found.as_str().ok_or_else(|| format!("{found} is no text"))
}

fn number(arguments: &[Value], index: usize) -> Result<i64, String> {
    let found = arguments.get(index).ok_or("an argument is missing")?;
    found.as_i64().ok_or_else(|| format!("{found} is no whole number"))
}

fn truth(arguments: &[Value], index: usize) -> Result<bool, String> {
    let found = arguments.get(index).ok_or("an argument is missing")?;
    found.as_bool().ok_or_else(|| format!("{found} is neither true nor false"))
}

fn call(scope: &dyn Scope, function: &str, arguments: &[Value]) -> Result<Value, String> {
    let unknown = |what: &str, name: &str| format!("there is no {what} `{name}`");
    match function {
        "triggerBody" => Ok(scope.trigger_body()),
        "parameters" => {
            let name = text(arguments, 0)?;
            scope.parameter(name).ok_or_else(|| unknown("parameter", name))
        }
        "outputs" => {
            let name = text(arguments, 0)?;
            scope.outputs(name).ok_or_else(|| unknown("result of", name))
        }
        "body" => {
            let name = text(arguments, 0)?;
            let outputs = scope.outputs(name).ok_or_else(|| unknown("result of", name))?;
            Ok(outputs.get("body").cloned().unwrap_or(Value::Null))
        }
        "actions" => {
            let name = text(arguments, 0)?;
            let outputs = scope.outputs(name).unwrap_or(Value::Null);
            Ok(json!({ "name": name, "status": scope.status(name), "outputs": outputs }))
        }
        "workflow" => Ok(json!({ "run": { "name": scope.run_name() } })),
        "utcNow" => Ok(Value::String(clock::written(scope.now()))),
        _ => match scope.resource(function, arguments) {
            Some(found) => Ok(found),
            None => pure(function, arguments),
        },
    }
}

/// Functions of their arguments alone.
pub(super) fn pure(function: &str, arguments: &[Value]) -> Result<Value, String> {
    match function {
        "concat" => Ok(arguments.iter().map(as_text).collect::<String>().into()),
        "string" => Ok(match &arguments[0] {
            Value::Bool(value) => value.to_string().into(),
            other => as_text(other).into(),
        }),
        "int" => as_text(&arguments[0]).parse::<i64>().map(Into::into).map_err(|it| it.to_string()),
        "equals" => Ok((same(&arguments[0], &arguments[1])).into()),
        "not" => Ok((!truth(arguments, 0)?).into()),
        "and" => (0..arguments.len())
            .try_fold(true, |all, it| Ok(all & truth(arguments, it)?))
            .map(Into::into),
        "or" => (0..arguments.len())
            .try_fold(false, |any, it| Ok(any | truth(arguments, it)?))
            .map(Into::into),
        "if" => Ok(arguments[if truth(arguments, 0)? { 1 } else { 2 }].clone()),
        "coalesce" => Ok(arguments.iter().find(|it| !it.is_null()).cloned().unwrap_or_default()),
        "empty" => Ok(length(arguments).unwrap_or(0).eq(&0).into()),
        "length" => Ok(length(arguments)?.into()),
        "first" => first(arguments),
        "greater" => Ok((number(arguments, 0)? > number(arguments, 1)?).into()),
        "greaterOrEquals" => Ok((number(arguments, 0)? >= number(arguments, 1)?).into()),
        "less" => Ok((number(arguments, 0)? < number(arguments, 1)?).into()),
        "lessOrEquals" => Ok((number(arguments, 0)? <= number(arguments, 1)?).into()),
        "add" => Ok((number(arguments, 0)? + number(arguments, 1)?).into()),
        "sub" => Ok((number(arguments, 0)? - number(arguments, 1)?).into()),
        "ticks" => clock::read(text(arguments, 0)?).map(Into::into),
        "formatDateTime" => text(arguments, 0).map(Into::into),
        "addSeconds" => {
            let moved = clock::read(text(arguments, 0)?)? + number(arguments, 1)? * clock::SECOND;
            Ok(clock::written(moved).into())
        }
        _ => of_text(function, arguments),
    }
}

fn same(left: &Value, right: &Value) -> bool {
    match (left.as_f64(), right.as_f64()) {
        (Some(left), Some(right)) => (left - right).abs() < f64::EPSILON,
        _ => left == right,
    }
}

fn length(arguments: &[Value]) -> Result<usize, String> {
    match arguments.first() {
        Some(Value::String(text)) => Ok(text.encode_utf16().count()),
        Some(Value::Array(items)) => Ok(items.len()),
        Some(Value::Object(map)) => Ok(map.len()),
        other => Err(format!("{other:?} has no length")),
    }
}

fn first(arguments: &[Value]) -> Result<Value, String> {
    match arguments.first() {
        Some(Value::Array(items)) => Ok(items.first().cloned().unwrap_or_default()),
        Some(Value::String(text)) => Ok(text.chars().take(1).collect::<String>().into()),
        other => Err(format!("{other:?} has no first")),
    }
}

/// Comparisons of texts mind no letter case in `startsWith`, `endsWith`, `indexOf`; they do in
/// `contains` and `equals`.
fn of_text(function: &str, arguments: &[Value]) -> Result<Value, String> {
    let lower = |index| text(arguments, index).map(str::to_lowercase);
    match function {
        "startsWith" => Ok(lower(0)?.starts_with(&lower(1)?).into()),
        "endsWith" => Ok(lower(0)?.ends_with(&lower(1)?).into()),
        "contains" => match &arguments[0] {
            Value::String(text) => Ok(text.contains(self::text(arguments, 1)?).into()),
            Value::Array(items) => Ok(items.contains(&arguments[1]).into()),
            Value::Object(map) => Ok(map.contains_key(text(arguments, 1)?).into()),
            other => Err(format!("{other} holds nothing")),
        },
        "indexOf" => Ok(index(lower(0)?.find(&lower(1)?)).into()),
        "lastIndexOf" => Ok(index(lower(0)?.rfind(&lower(1)?)).into()),
        "toLower" => Ok(lower(0)?.into()),
        "trim" => Ok(text(arguments, 0)?.trim().into()),
        "replace" => {
            Ok(text(arguments, 0)?.replace(text(arguments, 1)?, text(arguments, 2)?).into())
        }
        "substring" => substring(arguments),
        "take" | "skip" => part(function, arguments),
        "slice" => slice(arguments),
        "json" => serde_json::from_str(text(arguments, 0)?).map_err(|it| it.to_string()),
        "encodeUriComponent" | "uriComponent" => Ok(encoded(text(arguments, 0)?).into()),
        _ => Err(format!("the function `{function}` is not known here")),
    }
}

fn index(found: Option<usize>) -> i64 {
    found.map_or(-1, |at| i64::try_from(at).unwrap_or(i64::MAX))
}

/// The start of a text, or what follows it; a text that is too short is taken whole.
fn part(function: &str, arguments: &[Value]) -> Result<Value, String> {
    let units: Vec<u16> = text(arguments, 0)?.encode_utf16().collect();
    let count = usize::try_from(number(arguments, 1)?).map_err(|it| it.to_string())?;
    let (start, rest) = units.split_at(count.min(units.len()));
    Ok(String::from_utf16_lossy(if function == "take" { start } else { rest }).into())
}

/// From a place to another, or to the end; negative places count from the end.
fn slice(arguments: &[Value]) -> Result<Value, String> {
    let units: Vec<u16> = text(arguments, 0)?.encode_utf16().collect();
    let place = |at: i64| {
        let length = i64::try_from(units.len()).unwrap_or(i64::MAX);
        let at = if at < 0 { length + at } else { at }.clamp(0, length);
        usize::try_from(at).unwrap_or(0)
    };
    let start = place(number(arguments, 1)?);
    let end = if arguments.len() > 2 { place(number(arguments, 2)?) } else { units.len() };
    Ok(String::from_utf16_lossy(units.get(start..end).unwrap_or(&[])).into())
}

/// The service fails when the text is too short.
fn substring(arguments: &[Value]) -> Result<Value, String> {
    let units: Vec<u16> = text(arguments, 0)?.encode_utf16().collect();
    let start = usize::try_from(number(arguments, 1)?).map_err(|it| it.to_string())?;
    let length = match arguments.get(2) {
        Some(_) => usize::try_from(number(arguments, 2)?).map_err(|it| it.to_string())?,
        None => units.len().checked_sub(start).ok_or("the text is too short")?,
    };
    let part = units.get(start..start + length).ok_or("the text is too short")?;
    Ok(String::from_utf16_lossy(part).into())
}

fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
