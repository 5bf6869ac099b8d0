//! Conditions over values: `${{ steps.compare.outputs.better && git.branch == 'main' }}`.

use std::ops::Range;

use super::path::path;
use super::{Part, Template};
use crate::spec::fault::Fault;

/// Brackets and `!` that may stand in each other.
const DEEPEST: usize = 20;

/// A condition; references are counted as in [`Template::references`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Condition {
    /// A value that is true or false.
    Is(Operand),
    /// `==`, or `!=` when not `same`.
    Compare {
        /// What stands on the left.
        left: Operand,
        /// What stands on the right.
        right: Operand,
        /// Whether they shall be equal.
        same: bool,
    },
    /// `!`
    Not(Box<Condition>),
    /// `&&`
    All(Vec<Condition>),
    /// `||`
    Any(Vec<Condition>),
}

/// A value in a condition, and its place in the text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Operand {
    /// The value.
    pub value: Value,
    /// Where it is written.
    pub at: Range<usize>,
}

/// A value in a condition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    /// A reference, by its number.
    Reference(usize),
    /// `'text'`
    Text(String),
    /// A whole number.
    Integer(i64),
    /// `true` or `false`.
    Boolean(bool),
}

/// Reads a text that is one `${{ condition }}`.
///
/// # Errors
///
/// The first thing that is no condition.
pub fn condition(text: &str) -> Result<(Template, Condition), Fault> {
    let whole = text.trim();
    let inner = whole.strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}"));
    let Some(inner) = inner.filter(|inner| !inner.contains("${{")) else {
        let help = "write all of it in one pair: `${{ steps.s.outputs.o == 'yes' }}`";
        return Err(Fault::new(0..text.len(), "a condition is one `${{ … }}`").help(help));
    };
    let start = text.len() - text.trim_start().len() + 3;
    let mut reader =
        Reader { text, at: start, end: start + inner.len(), parts: Vec::new(), depth: 0 };
    let condition = reader.any()?;
    reader.blanks();
    if reader.at < reader.end {
        return Err(reader.unexpected());
    }
    Ok((Template { parts: reader.parts }, condition))
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    end: usize,
    /// The references so far.
    parts: Vec<Part>,
    depth: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..self.end]
    }

    fn blanks(&mut self) {
        self.at = self.end - self.rest().trim_start().len();
    }

    fn takes(&mut self, word: &str) -> bool {
        self.blanks();
        let found = self.rest().starts_with(word);
        self.at += if found { word.len() } else { 0 };
        found
    }

    fn any(&mut self) -> Result<Condition, Fault> {
        let mut all = vec![self.all()?];
        while self.takes("||") {
            all.push(self.all()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Condition::Any(all) })
    }

    fn all(&mut self) -> Result<Condition, Fault> {
        let mut all = vec![self.one()?];
        while self.takes("&&") {
            all.push(self.one()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Condition::All(all) })
    }

    fn one(&mut self) -> Result<Condition, Fault> {
        self.blanks();
        let start = self.at;
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Fault::new(start..start + 1, "brackets and `!` are nested too deeply"));
        }
        let negated = !self.rest().starts_with("!=") && self.takes("!");
        let condition = if negated {
            Condition::Not(Box::new(self.one()?))
        } else if self.takes("(") {
            let inner = self.any()?;
            if !self.takes(")") {
                return Err(Fault::new(start..start + 1, "this bracket is never closed"));
            }
            inner
        } else {
            self.comparison()?
        };
        self.depth -= 1;
        Ok(condition)
    }

    fn comparison(&mut self) -> Result<Condition, Fault> {
        let left = self.operand()?;
        let same = self.takes("==");
        if !same && !self.takes("!=") {
            return Ok(Condition::Is(left));
        }
        let right = self.operand()?;
        Ok(Condition::Compare { left, right, same })
    }

    fn operand(&mut self) -> Result<Operand, Fault> {
        self.blanks();
        let start = self.at;
        let value = match self.rest().bytes().next() {
            Some(b'\'') => self.quoted()?,
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(letter) if letter.is_ascii_alphabetic() || letter == b'_' => self.word()?,
            _ => return Err(self.unexpected()),
        };
        Ok(Operand { value, at: start..self.at })
    }

    /// `'text'`, in which a quote is written twice.
    fn quoted(&mut self) -> Result<Value, Fault> {
        let start = self.at;
        let mut text = String::new();
        self.at += 1;
        loop {
            let Some(length) = self.rest().find('\'') else {
                return Err(Fault::new(start..start + 1, "this quote is never closed"));
            };
            text.push_str(&self.rest()[..length]);
            self.at += length + 1;
            if !self.rest().starts_with('\'') {
                return Ok(Value::Text(text));
            }
            text.push('\'');
            self.at += 1;
        }
    }

    fn number(&mut self) -> Result<Value, Fault> {
        let length = self.run(|letter| letter.is_ascii_alphanumeric() || "-.+".contains(letter));
        let (start, end) = (self.at, self.at + length);
        self.at = end;
        let text = &self.text[start..end];
        match text.parse::<i64>() {
            Ok(number) if number.to_string() == text => Ok(Value::Integer(number)),
            _ => Err(Fault::new(start..end, format!("`{text}` is no whole number"))
                .help("compare other numbers in a script, which gives the answer as an output")),
        }
    }

    fn word(&mut self) -> Result<Value, Fault> {
        let length = self.run(|letter| letter.is_ascii_alphanumeric() || "_.-".contains(letter));
        let range = self.at..self.at + length;
        let word = &self.text[range.clone()];
        let value = match word {
            "true" => Value::Boolean(true),
            "false" => Value::Boolean(false),
            _ => {
                let path = path(word, range.start)?;
                self.parts.push(Part::Reference { range: range.clone(), path });
                Value::Reference(self.parts.len() - 1)
            }
        };
        self.at = range.end;
        Ok(value)
    }

    fn run(&self, belongs: impl Fn(char) -> bool) -> usize {
        self.rest().find(|letter| !belongs(letter)).unwrap_or(self.rest().len())
    }

    fn unexpected(&self) -> Fault {
        let help = "a condition has references, 'texts', whole numbers, true and false, and `== != && || ! ( )` between them";
        let width = self.rest().chars().next().map_or(0, char::len_utf8);
        let message = if width == 0 { "a value is missing here" } else { "this cannot stand here" };
        let message = match self.rest().bytes().next() {
            Some(b'"') => "texts in a condition stand in single quotes",
            Some(b'=') => "`=` alone compares nothing",
            Some(b'<' | b'>') => "`<` and `>` compare nothing here",
            _ => message,
        };
        Fault::new(self.at..self.at + width, message).help(help)
    }
}

#[cfg(test)]
mod tests {
    use super::{Condition, Value, condition};

    /// A condition with all brackets; references by number.
    fn shown(of: &Condition) -> String {
        let value = |value: &Value| match value {
            Value::Reference(number) => format!("#{number}"),
            Value::Text(text) => format!("{text:?}"),
            Value::Integer(number) => number.to_string(),
            Value::Boolean(truth) => truth.to_string(),
        };
        let join = |parts: &[Condition], word: &str| {
            format!("({})", parts.iter().map(shown).collect::<Vec<_>>().join(word))
        };
        match of {
            Condition::Is(one) => value(&one.value),
            Condition::Compare { left, right, same } => {
                let word = if *same { "==" } else { "!=" };
                format!("{}{word}{}", value(&left.value), value(&right.value))
            }
            Condition::Not(inner) => format!("!{}", shown(inner)),
            Condition::All(parts) => join(parts, "&&"),
            Condition::Any(parts) => join(parts, "||"),
        }
    }

    #[test]
    fn operators_bind_as_in_other_languages() {
        for (text, want) in [
            ("${{ git.tag }}", "#0"),
            ("${{git.tag=='a'}}", r#"#0=="a""#),
            (" ${{ !git.tag && git.branch || parameters.x != -5 }} ", "((!#0&&#1)||#2!=-5)"),
            ("${{ !(git.tag || true) && 'it''s' != git.branch }}", r#"(!(#0||true)&&"it's"!=#1)"#),
            ("${{ a.b == 1 }}", "error"),
            ("${{ git.tag == 'x }}", "error"),
            ("${{ git.tag == \"x\" }}", "error"),
            ("${{ git.tag = 'x' }}", "error"),
            ("${{ (git.tag }}", "error"),
            ("${{ git.tag) }}", "error"),
            ("${{ git.tag && }}", "error"),
            ("${{ parameters.x == 1.5 }}", "error"),
            ("${{ parameters.x == 01 }}", "error"),
            ("${{ }}", "error"),
            ("x ${{ git.tag }}", "error"),
            ("${{ git.tag }} && ${{ git.branch }}", "error"),
        ] {
            let read = condition(text).map_or_else(|_| "error".to_owned(), |(_, it)| shown(&it));
            assert_eq!(read, want, "{text}");
        }
    }

    #[test]
    fn deep_brackets_are_refused() {
        let text = format!("${{{{ {}git.tag }}}}", "!(".repeat(5000));
        assert!(condition(&text).unwrap_err().message.contains("too deeply"));
    }
}
