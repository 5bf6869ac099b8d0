//! What Python's own operators and functions give, as far as scripts build names and lists with
//! them.

use super::value::Value;

/// Items of a list and bytes of a text that are put together at most.
const MOST_ITEMS: usize = 5_000;
const LONGEST_TEXT: usize = 100_000;

/// A class or function without its module: from the first part on that starts with a capital, else
/// the last.
pub(super) fn class(path: &str) -> String {
    let capital = |part: &&str| part.starts_with(|c: char| c.is_ascii_uppercase());
    let parts: Vec<&str> = path.split('.').collect();
    match parts.iter().position(capital) {
        Some(first) => parts[first..].join("."),
        None => parts.last().copied().unwrap_or(path).to_owned(),
    }
}

/// Functions of Python itself that scripts build names and paths with.
pub(super) fn system(path: &str, arguments: &[Value]) -> Option<Value> {
    match path {
        "os.getenv" | "getenv" | "os.environ.get" | "environ.get" => {
            let name = arguments.first()?.text()?.to_owned();
            let default = arguments.get(1).filter(|value| **value != Value::Nothing);
            Some(Value::Variable(name, default.cloned().map(Box::new)))
        }
        "os.path.join" | "join" => {
            let parts: Option<Vec<&str>> = arguments.iter().map(Value::text).collect();
            Some(Value::Text(parts?.join("/")))
        }
        "Path" | "pathlib.Path" | "os.path.abspath" | "str" | "list" | "tuple" => {
            arguments.first().cloned()
        }
        _ => None,
    }
}

pub(super) fn plus(left: &Value, right: &Value) -> Value {
    match (left, right) {
        (Value::List(left), Value::List(right)) if left.len() + right.len() <= MOST_ITEMS => {
            Value::List(left.iter().chain(right).cloned().collect())
        }
        (left, right) => match (left.text(), right.text()) {
            (Some(left), Some(right)) if left.len() + right.len() <= LONGEST_TEXT => {
                Value::Text(format!("{left}{right}"))
            }
            _ => Value::Unknown,
        },
    }
}

pub(super) fn negative(value: &Value) -> Value {
    match value {
        Value::Integer(number) => number.checked_neg().map_or(Value::Unknown, Value::Integer),
        Value::Number(number) => Value::Number(format!("-{number}")),
        _ => Value::Unknown,
    }
}

pub(super) fn subscript(holder: Value, key: &Value) -> Value {
    match (&holder, key) {
        (Value::List(items), Value::Integer(at)) => {
            let at = usize::try_from(*at).ok().and_then(|at| items.get(at));
            at.cloned().unwrap_or(Value::Unknown)
        }
        (Value::Dict(pairs), Value::Text(key)) => {
            let found = pairs.iter().find(|(known, _)| known == key);
            found.map_or(Value::Unknown, |(_, value)| value.clone())
        }
        (Value::Path(path), Value::Text(key)) if path.ends_with("environ") => {
            Value::Variable(key.clone(), None)
        }
        (Value::Object(_) | Value::Part(..), Value::Text(key)) => {
            Value::Part(Box::new(holder), format!("[{key}]"))
        }
        _ => Value::Unknown,
    }
}
