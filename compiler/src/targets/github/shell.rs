//! Words of bash.

/// A word that bash reads as exactly this text.
pub(super) fn word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@%+,=".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// A text as it must stand inside double quotes, or in a here-document.
pub(super) fn inside(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '\\' | '"' | '$' | '`') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// A text without characters that mean something in a POSIX extended regular expression.
pub(super) fn pattern(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if r".[]()*+?{}|^$\".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}
