//! What to write instead of a value of the wrong type, where that can be told.

use super::decode::Cx;
use super::values::Duration;
use crate::diagnostics::{Diagnostic, WRONG_TYPE, near_miss};
use crate::syntax::{Kind, NodeId, Style};

/// A scalar that is not what is expected, as its author wrote it.
#[derive(Clone, Copy)]
pub(crate) struct Found<'t> {
    /// The text without quotes.
    pub(crate) text: &'t str,
    /// Whether it was quoted, or a block.
    pub(crate) quoted: bool,
}

impl Cx<'_, '_> {
    /// Reports that a node is no text, with what to write instead.
    pub(crate) fn not_text<T>(
        &mut self,
        node: NodeId,
        expected: &str,
        hint: Option<&str>,
    ) -> Option<T> {
        let message = format!("expected {expected}, found {}", self.describe(node));
        let mut diagnostic = Diagnostic::new(&WRONG_TYPE, self.span(node), message);
        diagnostic.help = hint.map(str::to_owned);
        self.sink.report(diagnostic);
        None
    }

    /// Reports a scalar that is not what is expected, with what to write instead.
    pub(crate) fn wrong_scalar<T>(
        &mut self,
        node: NodeId,
        expected: &str,
        hint: fn(Found<'_>) -> Option<String>,
    ) -> Option<T> {
        let message = format!("expected {expected}, found {}", self.describe(node));
        let mut diagnostic = Diagnostic::new(&WRONG_TYPE, self.span(node), message);
        if let Kind::Scalar(scalar) = self.tree.kind(node) {
            let quoted = scalar.style != Style::Plain;
            diagnostic.help = hint(Found { text: scalar.text, quoted });
        }
        self.sink.report(diagnostic);
        None
    }
}

/// What is missing where nothing, a list or a map stands in the place of a text.
pub(crate) fn text(expected: &str, kind: Kind<'_>) -> Option<&'static str> {
    match (expected, kind) {
        ("a command", Kind::List(_)) => {
            Some("it is one text: several commands stand below `|`, a line for each")
        }
        ("a command", Kind::Null) => Some("write a command behind it, such as `echo hello`"),
        ("a parameter (a default, a type, or a map)", Kind::List(_)) => {
            Some("the only values of a parameter are its `enum`: `{ type: …, enum: [ … ] }`")
        }
        ("a parameter (a default, a type, or a map)", Kind::Null) => {
            Some("write its type, such as `string`, or its default")
        }
        ("text", Kind::List(_)) => Some("one value stands here; write it without brackets"),
        _ => None,
    }
}

const QUOTES: &str = "quotes make text of it; leave them out";

/// The words that YAML 1.1 and other languages have for true and false.
const BOOLEANS: [(&str, &str); 10] = [
    ("yes", "true"),
    ("on", "true"),
    ("y", "true"),
    ("true", "true"),
    ("1", "true"),
    ("no", "false"),
    ("off", "false"),
    ("n", "false"),
    ("false", "false"),
    ("0", "false"),
];

/// For what should be true or false.
pub(crate) fn boolean(found: Found<'_>) -> Option<String> {
    if found.quoted && matches!(found.text, "true" | "false") {
        return Some(QUOTES.to_owned());
    }
    let lower = found.text.to_ascii_lowercase();
    let ours = BOOLEANS.iter().find(|(word, _)| *word == lower).map(|(_, ours)| *ours);
    let ours = ours.or_else(|| near_miss(&lower, ["true", "false"]));
    ours.map(|ours| format!("write `{ours}`"))
}

/// For what should be a whole number.
pub(crate) fn whole_number(found: Found<'_>) -> Option<String> {
    let text = found.text;
    if found.quoted && super::decode::integer(text).is_some() {
        return Some(QUOTES.to_owned());
    }
    let plain = text.replace('_', "");
    let plain = plain.strip_suffix('%').unwrap_or(&plain);
    let whole = plain.split_once('.').filter(|(_, rest)| rest.bytes().all(|digit| digit == b'0'));
    let whole = whole.map_or(plain, |(whole, _)| whole);
    let unpadded = whole.trim_start_matches('0');
    let unpadded = if unpadded.is_empty() && !whole.is_empty() { "0" } else { unpadded };
    let number = super::decode::integer(unpadded).filter(|_| unpadded != text)?;
    Some(format!("write `{number}`"))
}

/// For what should be a number.
pub(crate) fn number(found: Found<'_>) -> Option<String> {
    let text = found.text;
    if found.quoted && super::decode::is_number(text) {
        return Some(QUOTES.to_owned());
    }
    let is_written = text.ends_with(|letter: char| letter.is_ascii_digit());
    if let Some(read) = text.parse::<f64>().ok().filter(|_| is_written && text.contains(['e', 'E']))
    {
        if read == 0.0 {
            return Some("programs read this as 0: numbers go down to about 1e-308".to_owned());
        }
        if read.is_infinite() {
            return Some("programs read this as infinite: numbers go up to about 1e308".to_owned());
        }
    }
    if let Some(hint) = whole_number(Found { text, quoted: false }) {
        return Some(hint);
    }
    // Three digits behind a comma may be thousands.
    let comma = text.split_once(',').is_some_and(|(_, rest)| rest.len() != 3);
    let dotted = if comma { text.replace(',', ".") } else { text.to_owned() };
    let dotted = if dotted.starts_with('.') { format!("0{dotted}") } else { dotted };
    let dotted = dotted.strip_suffix('.').unwrap_or(&dotted);
    (dotted != text && super::decode::is_number(dotted)).then(|| format!("write `{dotted}`"))
}

/// For what should be a length of time.
pub(crate) fn duration(found: Found<'_>) -> Option<String> {
    let text = found.text.trim();
    let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.');
    let (number, unit) = text.split_at(end.unwrap_or(text.len()));
    let unit = unit.trim_start();
    if unit.is_empty() {
        let number: u64 = number.parse().ok().filter(|number| *number > 0)?;
        return Some(format!("a duration has a unit: write `{number}s` or `{number} minutes`"));
    }
    let unit = unit_of_time(unit)?;
    let seconds = number.parse::<f64>().ok()? * f64::from(unit);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // within the bounds
    let whole = (seconds.fract() == 0.0 && (1.0..1e9).contains(&seconds)).then_some(seconds as u64);
    let seconds = whole?;
    let unit = [(86_400, "d"), (3600, "h"), (60, "m")].into_iter();
    let (size, unit) = unit.clone().find(|(size, _)| seconds % size == 0).unwrap_or((1, "s"));
    let text = format!("{}{unit}", seconds / size);
    Duration::parse(&text).map(|_| format!("write `{text}`"))
}

/// Seconds of a unit that is not spelled as ours.
fn unit_of_time(unit: &str) -> Option<u32> {
    let lower = unit.to_ascii_lowercase();
    Some(match lower.as_str() {
        "s" | "sec" | "secs" => 1,
        "m" | "mins" => 60,
        "h" | "hr" | "hrs" => 3600,
        "d" => 86_400,
        "w" | "week" | "weeks" => 604_800,
        _ => {
            let units = ["second", "seconds", "minute", "minutes", "hour", "hours", "day", "days"];
            match near_miss(&lower, units)? {
                "second" | "seconds" => 1,
                "minute" | "minutes" => 60,
                "hour" | "hours" => 3600,
                _ => 86_400,
            }
        }
    })
}

/// For what should be a number of files or bytes.
pub(crate) fn batch_size(found: Found<'_>) -> Option<String> {
    let text = found.text.trim();
    let end = text.find(|letter: char| !letter.is_ascii_digit());
    let (number, unit) = text.split_at(end.unwrap_or(text.len()));
    let number: u64 = number.parse().ok().filter(|number| *number > 0)?;
    let unit = match unit.trim_start().to_ascii_lowercase().as_str() {
        "k" | "kb" | "kib" | "kilobyte" | "kilobytes" => "KB",
        "m" | "mb" | "mib" | "megabyte" | "megabytes" => "MB",
        "g" | "gb" | "gib" | "gigabyte" | "gigabytes" => "GB",
        "b" | "byte" | "bytes" => return Some(format!("write `{}KB`", number.div_ceil(1024))),
        "file" | "files" => return Some(format!("write `{number}`")),
        _ => return None,
    };
    Some(format!("write `{number}{unit}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(hint: fn(Found<'_>) -> Option<String>, text: &str) -> String {
        hint(Found { text, quoted: false }).unwrap_or_default()
    }

    #[test]
    fn numbers_lose_what_is_too_much() {
        assert_eq!(hint(whole_number, "6.0"), "write `6`");
        assert_eq!(hint(whole_number, "1_000"), "write `1000`");
        assert_eq!(hint(whole_number, "007"), "write `7`");
        assert_eq!(hint(whole_number, "00"), "write `0`");
        assert_eq!(hint(whole_number, "6.5"), "");
        assert_eq!(hint(whole_number, "six"), "");
        assert_eq!(hint(number, ".5"), "write `0.5`");
        assert_eq!(hint(number, "0,5"), "write `0.5`");
        assert_eq!(hint(number, "1,000"), "");
        assert!(hint(number, "1e-400").contains("as 0"));
        assert!(hint(number, "-1e400").contains("as infinite"));
        assert_eq!(hint(whole_number, "0,5"), "");
        assert_eq!(hint(whole_number, "5%"), "write `5`");
    }

    #[test]
    fn durations_get_a_unit() {
        assert!(hint(duration, "60").contains("`60s`"));
        assert_eq!(hint(duration, "1.5h"), "write `90m`");
        assert_eq!(hint(duration, "5 mins"), "write `5m`");
        assert_eq!(hint(duration, "2 Hours"), "write `2h`");
        assert_eq!(hint(duration, "2 weeks"), "write `14d`");
        assert_eq!(hint(duration, "0"), "");
        assert_eq!(hint(duration, "1e300h"), "");
        assert_eq!(hint(duration, "soon"), "");
    }

    #[test]
    fn sizes_lose_their_blank() {
        assert_eq!(hint(batch_size, "10 KB"), "write `10KB`");
        assert_eq!(hint(batch_size, "1MiB"), "write `1MB`");
        assert_eq!(hint(batch_size, "5 files"), "write `5`");
        assert_eq!(hint(batch_size, "0 KB"), "");
    }

    #[test]
    fn words_for_true_and_false() {
        assert_eq!(hint(boolean, "yes"), "write `true`");
        assert_eq!(hint(boolean, "Off"), "write `false`");
        assert_eq!(hint(boolean, "ture"), "write `true`");
        assert_eq!(hint(boolean, "maybe"), "");
    }
}
