//! What Python's own operators and functions give, as far as scripts build names and lists with
//! them.

use super::budget::MOST_ITEMS;
use super::value::Value;

/// Bytes of a text that a method makes.
const LONGEST: usize = 100_000;

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
            Some(Value::Text(path_of(&parts?)))
        }
        "str" => {
            let value = arguments.first()?;
            Some(shown(value).map_or_else(|| value.clone(), Value::Text))
        }
        "int" => arguments.first()?.text()?.trim().parse().ok().map(Value::Integer),
        "os.getcwd" | "getcwd" | "Path.cwd" => Some(Value::Text(".".to_owned())),
        "os.path.dirname" | "dirname" => folder(arguments.first()?),
        "__file__.resolve" | "__file__.absolute" => Some(Value::Path("__file__".to_owned())),
        "Path" | "pathlib.Path" | "os.path.abspath" | "os.path.realpath" => {
            arguments.first().cloned()
        }
        "list" | "tuple" => Some(match arguments.first() {
            None => Value::List(Vec::new()),
            Some(list @ Value::List(_)) => list.clone(),
            Some(Value::Dict(pairs)) => pairs_of(pairs, "keys").unwrap_or(Value::Unknown),
            Some(_) => Value::Unknown,
        }),
        "len" => {
            let Value::List(items) = arguments.first()? else { return None };
            Some(Value::Integer(i64::try_from(items.len()).ok()?))
        }
        "enumerate" | "zip" | "range" | "reversed" => Some(sequence(path, arguments)),
        _ => None,
    }
}

/// Parts of a path put together; one that starts at the root drops what stands before it.
fn path_of(parts: &[&str]) -> String {
    let mut path = String::new();
    for part in parts {
        if part.starts_with('/') {
            path.clear();
        } else if !path.is_empty() && !path.ends_with('/') {
            path.push('/');
        }
        path.push_str(part);
    }
    path
}

/// A value as Python prints it.
pub(super) fn printed(value: &Value) -> Option<String> {
    match value {
        Value::Integer(number) => Some(number.to_string()),
        Value::Number(number) => Some(number.clone()),
        Value::Bool(truth) => Some(if *truth { "True" } else { "False" }.to_owned()),
        Value::Variable(_, Some(default)) => printed(default),
        other => other.text().map(str::to_owned),
    }
}

/// A value as `str` gives it.
fn shown(value: &Value) -> Option<String> {
    let quoted = |value: &Value| match value {
        Value::Text(text) if text.contains(['\'', '\\', '\n']) => None,
        Value::Text(text) => Some(format!("'{text}'")),
        Value::List(_) | Value::Dict(_) => None,
        other => printed(other),
    };
    match value {
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(quoted).collect::<Option<_>>()?;
            Some(format!("[{}]", items.join(", ")))
        }
        Value::Dict(pairs) => {
            let pair =
                |(key, value): &(String, Value)| Some(format!("'{key}': {}", quoted(value)?));
            let pairs: Vec<String> = pairs.iter().map(pair).collect::<Option<_>>()?;
            Some(format!("{{{}}}", pairs.join(", ")))
        }
        other => printed(other),
    }
}

/// `"%s of %d" % (a, b)`
pub(super) fn filled(text: &str, values: &Value) -> Option<Value> {
    let (mut out, mut rest, mut values) = (String::new(), text, values.items().iter());
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        match after.bytes().next()? {
            b'%' => out.push('%'),
            b's' => out.push_str(&printed(values.next()?)?),
            b'd' => out.push_str(&values.next()?.integer()?.to_string()),
            _ => return None,
        }
        if out.len() > LONGEST {
            return None;
        }
        rest = &after[1..];
    }
    out.push_str(rest);
    values.next().is_none().then_some(Value::Text(out))
}

/// The folder of a path; the script's own is where paths start.
pub(super) fn folder(path: &Value) -> Option<Value> {
    match path {
        Value::Path(name) if name == "__file__" => Some(Value::Text(".".to_owned())),
        other => {
            let text = other.text()?;
            let folder = text.rsplit_once('/').map_or(".", |(folder, _)| folder);
            Some(Value::Text(folder.to_owned()))
        }
    }
}

/// Methods of texts that scripts build names with.
pub(super) fn of_text(text: &str, method: &str, arguments: &[Value]) -> Option<Value> {
    let words: Vec<&str> = arguments.iter().map(Value::text).collect::<Option<_>>()?;
    let length = |old: &str, new: &str| text.len() + text.matches(old).count() * new.len();
    let made = match (method, words.as_slice()) {
        ("split", [mark]) if !mark.is_empty() => {
            let parts = text.split(mark).map(|part| Value::Text(part.to_owned()));
            return Some(Value::List(parts.take(MOST_ITEMS + 1).collect()));
        }
        ("lower", []) => text.to_lowercase(),
        ("upper", []) => text.to_uppercase(),
        ("strip", []) => text.trim().to_owned(),
        ("replace", [old, new]) if length(old, new) < LONGEST => text.replace(old, new),
        _ => return None,
    };
    Some(Value::Text(made))
}

/// `"-".join(parts)`
pub(super) fn joined(text: &str, arguments: &[Value]) -> Option<Value> {
    let [Value::List(items)] = arguments else { return None };
    let parts: Vec<&str> = items.iter().map(Value::text).collect::<Option<_>>()?;
    let length: usize = parts.iter().map(|part| part.len() + text.len()).sum();
    (length < LONGEST).then(|| Value::Text(parts.join(text)))
}

/// `"{} of {name}".format(…)`; none where a part is shaped, or not known.
pub(super) fn format(text: &str, arguments: &[Value], named: &[(&str, &Value)]) -> Option<Value> {
    let (mut out, mut rest, mut next) = (String::new(), text, 0);
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        if rest[at..].starts_with("{{") || rest[at..].starts_with("}}") {
            out.push_str(&rest[at..=at]);
            rest = &rest[at + 2..];
            continue;
        }
        let (name, after) = rest[at..].strip_prefix('{')?.split_once('}')?;
        let value = if name.is_empty() {
            next += 1;
            arguments.get(next - 1)
        } else {
            let by_name = named.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
            by_name.or_else(|| arguments.get(name.parse::<usize>().ok()?))
        };
        out.push_str(&printed(value?)?);
        if out.len() > LONGEST {
            return None;
        }
        rest = after;
    }
    out.push_str(rest);
    Some(Value::Text(out))
}

/// What loops run over beside lists.
fn sequence(function: &str, arguments: &[Value]) -> Value {
    let lists =
        || arguments.iter().filter_map(|it| if let Value::List(it) = it { Some(it) } else { None });
    let known = match (function, arguments) {
        ("enumerate", [Value::List(items), rest @ ..]) => {
            let first = rest.first().map_or(Some(0), Value::integer);
            first.map(|first| {
                (first..=i64::MAX)
                    .map(Value::Integer)
                    .zip(items)
                    .map(|(at, item)| Value::List(vec![at, item.clone()]))
                    .collect()
            })
        }
        ("zip", _) if lists().count() == arguments.len() => {
            let shortest = lists().map(Vec::len).min().unwrap_or(0);
            let row = |at: usize| Value::List(lists().map(|items| items[at].clone()).collect());
            Some((0..shortest).map(row).collect())
        }
        ("reversed", [Value::List(items)]) => Some(items.iter().rev().cloned().collect()),
        ("range", _) => range(arguments),
        _ => None,
    };
    known.map_or(Value::Unknown, Value::List)
}

fn range(arguments: &[Value]) -> Option<Vec<Value>> {
    let numbers: Vec<i64> = arguments.iter().map(Value::integer).collect::<Option<_>>()?;
    let (first, end, step) = match numbers.as_slice() {
        [end] => (0, *end, 1),
        [first, end] => (*first, *end, 1),
        [first, end, step] if *step > 0 => (*first, *end, *step),
        _ => return None,
    };
    let step = usize::try_from(step).ok()?;
    Some((first..end).step_by(step).take(MOST_ITEMS + 1).map(Value::Integer).collect())
}

/// `items()`, `keys()` and `values()` of a dictionary.
pub(super) fn pairs_of(pairs: &[(String, Value)], method: &str) -> Option<Value> {
    let each = pairs.iter();
    Some(Value::List(match method {
        "items" => each
            .map(|(key, value)| Value::List(vec![Value::Text(key.clone()), value.clone()]))
            .collect(),
        "keys" => each.map(|(key, _)| Value::Text(key.clone())).collect(),
        "values" => each.map(|(_, value)| value.clone()).collect(),
        _ => return None,
    }))
}

pub(super) fn plus(left: Value, right: &Value) -> Value {
    match (left, right) {
        (Value::List(mut left), Value::List(right)) => {
            left.extend_from_slice(right);
            Value::List(left)
        }
        (Value::Text(mut left), right) => right.text().map_or(Value::Unknown, |right| {
            left.push_str(right);
            Value::Text(left)
        }),
        (left, right) => match (left.text(), right.text()) {
            (Some(left), Some(right)) => Value::Text(format!("{left}{right}")),
            _ => Value::Unknown,
        },
    }
}

pub(super) fn negative(value: &Value) -> Value {
    match value {
        Value::Integer(number) => number.checked_neg().map_or(Value::Unknown, Value::Integer),
        Value::Number(number) => Value::Number(
            number.strip_prefix('-').map_or_else(|| format!("-{number}"), str::to_owned),
        ),
        _ => Value::Unknown,
    }
}

pub(super) fn subscript(holder: Value, key: &Value) -> Value {
    match (&holder, key) {
        (Value::List(items), Value::Integer(at)) => {
            let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
            let at = if *at < 0 { at.checked_add(length) } else { Some(*at) };
            let item = at.and_then(|at| items.get(usize::try_from(at).ok()?));
            item.cloned().unwrap_or(Value::Unknown)
        }
        (Value::Dict(pairs), key) => {
            let key = key.text();
            let found = pairs.iter().rev().find(|(known, _)| Some(known.as_str()) == key);
            found.map_or(Value::Unknown, |(_, value)| value.clone())
        }
        (Value::Path(path), Value::Text(key)) if path.ends_with("environ") => {
            Value::Variable(key.clone(), None)
        }
        (Value::Object(_) | Value::Part(..), key) => match key.text() {
            Some(key) => {
                let path = format!("[{key}]");
                Value::Part(Box::new(holder), path)
            }
            None => Value::Unknown,
        },
        _ => Value::Unknown,
    }
}
