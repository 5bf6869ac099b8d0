//! Plain scalars as Azure ML's own tools read them: YAML 1.1, in which `yes` is true, `010` is eight
//! and `1e-05` is text.

use std::borrow::Cow;

use crate::syntax::Style;

/// What a value means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Value<'a> {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// Another number, as it is written.
    Float(&'a str),
    /// Text.
    Text(&'a str),
    /// A list.
    List,
    /// A map.
    Map,
}

/// What a scalar means.
pub(super) fn resolve(text: &str, style: Style) -> Value<'_> {
    if style != Style::Plain {
        return Value::Text(text);
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Value::Bool(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Value::Bool(false)
        }
        _ => integer(text).map_or_else(
            || if is_float(text) { Value::Float(text) } else { Value::Text(text) },
            Value::Integer,
        ),
    }
}

/// A scalar as the text that Azure ML's tools make of it.
pub(super) fn printed(text: &str, style: Style) -> Cow<'_, str> {
    match resolve(text, style) {
        Value::Bool(truth) => Cow::Borrowed(if truth { "True" } else { "False" }),
        Value::Integer(number) => Cow::Owned(number.to_string()),
        Value::Float(float) => {
            let number = json_number(float).parse().ok().and_then(decimal);
            number.map_or(Cow::Borrowed(text), Cow::Owned)
        }
        Value::Null | Value::Text(_) | Value::List | Value::Map => Cow::Borrowed(text),
    }
}

/// A number as Python prints it; none for one that is too large.
pub(super) fn decimal(number: f64) -> Option<String> {
    if !number.is_finite() {
        return None;
    }
    // The shortest digits that give the number again, as in Python.
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e')?;
    let exponent: i32 = exponent.parse().ok()?;
    if number == 0.0 || (-4..16).contains(&exponent) {
        let plain = number.to_string();
        return Some(if plain.contains('.') { plain } else { plain + ".0" });
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    Some(format!("{digits}e{sign}{:02}", exponent.abs()))
}

/// `1:30` is ninety: hours, minutes and seconds count as one number.
fn sexagesimal(digits: &str) -> Option<i64> {
    let (first, rest) = digits.split_once(':')?;
    let number = |part: &str| {
        let plain = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| part.parse::<i64>().ok()).flatten()
    };
    let first = number(first).filter(|_| !first.starts_with('0'))?;
    rest.split(':').try_fold(first, |sum, part| {
        let next = number(part).filter(|next| *next < 60 && part.len() < 3)?;
        sum.checked_mul(60)?.checked_add(next)
    })
}

fn integer(text: &str) -> Option<i64> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let plain = digits.replace('_', "");
    let parse = |digits: &str, base| i64::from_str_radix(digits, base).ok();
    let value = if plain.contains(':') {
        sexagesimal(&plain)
    } else if let Some(hex) = plain.strip_prefix("0x") {
        parse(hex, 16)
    } else if let Some(binary) = plain.strip_prefix("0b") {
        parse(binary, 2)
    } else if plain.len() > 1 && plain.starts_with('0') {
        parse(&plain, 8)
    } else {
        parse(&plain, 10)
    };
    value.map(|value| sign * value)
}

/// A float needs a point, and its exponent a sign.
fn is_float(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    let whole = mantissa.split_once('.').is_some_and(|(before, after)| {
        digits(before) && digits(after) && !(before.is_empty() && after.is_empty())
    });
    let signed = |exponent: &str| {
        exponent.strip_prefix(['-', '+']).is_some_and(|it| !it.is_empty() && digits(it))
    };
    whole && exponent.is_none_or(signed)
}

/// A float in the spelling of JSON.
pub(super) fn json_number(text: &str) -> String {
    let plain = text.replace('_', "");
    let plain = plain.strip_prefix('+').unwrap_or(&plain);
    let (sign, rest) = plain.strip_prefix('-').map_or(("", plain), |rest| ("-", rest));
    let (mantissa, exponent) = match rest.find(['e', 'E']) {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let fraction = if fraction.is_empty() { "0" } else { fraction };
    format!("{sign}{whole}.{fraction}{exponent}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_words_mean_what_yaml_1_1_says() {
        let plain = |text| resolve(text, Style::Plain);
        assert_eq!(plain("yes"), Value::Bool(true));
        assert_eq!(plain("010"), Value::Integer(8));
        assert_eq!(plain("1_000"), Value::Integer(1000));
        assert_eq!(plain("-5"), Value::Integer(-5));
        assert_eq!(plain("1e-05"), Value::Text("1e-05"));
        assert_eq!(plain("1.0e-05"), Value::Float("1.0e-05"));
        assert_eq!(plain(".5"), Value::Float(".5"));
        assert_eq!(plain("1.2.3"), Value::Text("1.2.3"));
        assert_eq!(plain("."), Value::Text("."));
        assert_eq!(plain("-"), Value::Text("-"));
        assert_eq!(plain("12:30"), Value::Integer(750));
        assert_eq!(plain("1:30:00"), Value::Integer(5400));
        for text in ["12:60", "a:1", "02:30", "1:", "2024-01-01T10:00"] {
            assert_eq!(plain(text), Value::Text(text));
        }
        assert_eq!(resolve("5", Style::Double), Value::Text("5"));
    }

    #[test]
    fn texts_are_what_the_tools_make_of_them() {
        for (written, text) in [
            ("010", "8"),
            ("on", "True"),
            ("1.10", "1.1"),
            ("1_000", "1000"),
            ("0x1F", "31"),
            ("1:30", "90"),
            ("1e5", "1e5"),
            ("1.0e+5", "100000.0"),
            ("5", "5"),
            ("v1", "v1"),
        ] {
            assert_eq!(printed(written, Style::Plain), text);
            assert_eq!(printed(written, Style::Single), written);
        }
    }

    #[test]
    fn numbers_become_numbers_of_json() {
        assert_eq!(json_number(".5"), "0.5");
        assert_eq!(json_number("1."), "1.0");
        assert_eq!(json_number("-00.50"), "-0.50");
        assert_eq!(json_number("1.5e+3"), "1.5e+3");
    }
}
