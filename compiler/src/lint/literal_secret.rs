//! `literal-secret`: what is written in a spec is known to all who read the repository, its history
//! and the files that come of it.

use crate::check::Checked;
use crate::diagnostics::{Diagnostic, LITERAL_SECRET, Sink};
use crate::plan::Place;
use crate::source::Span;
use crate::spec::text::Text;

/// How names end that hold secrets.
const NAMES: [&str; 11] = [
    "PASSWORD",
    "PASSWD",
    "SECRET",
    "TOKEN",
    "API_KEY",
    "APIKEY",
    "ACCESS_KEY",
    "ACCOUNT_KEY",
    "PRIVATE_KEY",
    "SAS_URL",
    "CONNECTION_STRING",
];

/// What keys and tokens start with or are introduced by, and how many more letters they have.
const SIGNS: [(&str, usize); 13] = [
    ("AccountKey=", 40),
    ("SharedAccessKey=", 20),
    ("?sig=", 8),
    ("&sig=", 8),
    ("ghp_", 36),
    ("github_pat_", 40),
    ("glpat-", 20),
    ("hf_", 30),
    ("sk-", 32),
    ("AKIA", 16),
    ("xoxb-", 20),
    ("-----BEGIN RSA PRIVATE KEY", 0),
    ("-----BEGIN PRIVATE KEY", 0),
];

/// The fewest letters that a sign and what follows it have.
const SHORTEST: usize = 13;

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    for (name, parameter) in checked.spec.parameters.good() {
        if let Some(default) = parameter.default() {
            look(Some(&name.value), &default.text, default.span, true, sink);
        }
    }
    for (name, text) in checked.spec.env.good() {
        named(&name.value, text, false, sink);
    }
    for (item, step) in checked.spec.steps.items.iter().zip(&checked.steps) {
        let Some(body) = &item.value else { continue };
        let on_azure_ml = matches!(step.place, Place::AzureMl(_));
        for (name, text) in body.env.good() {
            named(&name.value, text, on_azure_ml, sink);
        }
        for (name, input) in body.inputs.good() {
            named(&name.value, &input.from.text, on_azure_ml, sink);
        }
        let commands = body.run.iter().map(|run| &run.text);
        let parallel = body.parallel.iter().filter_map(|it| Some(&it.arguments.as_ref()?.0.text));
        let trial = body.sweep.iter().filter_map(|sweep| Some(&sweep.trial.command.as_ref()?.text));
        for text in commands.chain(parallel).chain(trial) {
            look(None, &text.text, text.span, on_azure_ml, sink);
        }
    }
}

fn named(name: &str, text: &Text, on_azure_ml: bool, sink: &mut Sink) {
    let name = text.is_literal().then_some(name);
    look(name, &text.text, text.span, on_azure_ml, sink);
}

fn look(name: Option<&str>, text: &str, at: Span, on_azure_ml: bool, sink: &mut Sink) {
    let by_name = name.filter(|name| is_secret_name(name) && could_be_secret(text));
    let message = match by_name {
        Some(name) => {
            format!("`{name}` holds a secret that everybody with the repository can read")
        }
        None if has_sign(text) => {
            "this text holds a secret that everybody with the repository can read".to_owned()
        }
        None => return,
    };
    let help = if on_azure_ml {
        "make it invalid; let the script read a new one from a key vault with the cluster's identity"
    } else {
        "make it invalid; keep a new one among the secrets of CI and write `${{ secrets.NAME }}`"
    };
    sink.report(Diagnostic::new(&LITERAL_SECRET, at, message).help(help));
}

fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    NAMES.iter().any(|secret| {
        let before = name.strip_suffix(secret);
        before.is_some_and(|before| before.is_empty() || before.ends_with(['_', '.']))
    })
}

/// One word with digits or capitals in it: no path, no address without a signature, no plain word.
fn could_be_secret(text: &str) -> bool {
    let is_word = text.len() >= 8 && !text.contains(char::is_whitespace);
    let is_place = text.contains("://") || text.starts_with(['/', '.', '$']);
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let is_plain = text.bytes().all(|byte| byte.is_ascii_lowercase() || b"-_".contains(&byte));
    has_sign(text) || is_word && !is_place && !is_number && !is_plain
}

fn has_sign(text: &str) -> bool {
    // Every text of a spec comes by here: looking for one sign after the other would show.
    let starts =
        |byte: u8| matches!(byte, b'A' | b'S' | b'?' | b'&' | b'g' | b'h' | b's' | b'x' | b'-');
    let mut places = text.bytes().enumerate().filter(|(_, byte)| starts(*byte));
    text.len() >= SHORTEST
        && places.any(|(at, _)| SIGNS.iter().any(|sign| is_sign(text, at, *sign)))
}

/// Whether a sign and what has to follow it stand at a place.
fn is_sign(text: &str, at: usize, (sign, length): (&str, usize)) -> bool {
    let Some(rest) = text.as_bytes()[at..].strip_prefix(sign.as_bytes()) else { return false };
    let is_word = sign.starts_with(|letter: char| letter.is_ascii_alphanumeric());
    let inside = text[..at].ends_with(|letter: char| letter.is_ascii_alphanumeric());
    let follows = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+/=_%-".contains(byte);
    !(is_word && inside) && rest.iter().take_while(follows).count() >= length
}

#[cfg(test)]
mod tests {
    use super::{SHORTEST, SIGNS, has_sign};

    #[test]
    fn every_sign_is_found_wherever_it_stands() {
        for (sign, length) in SIGNS {
            let secret = format!("{sign}{}", "7".repeat(length));
            assert!(secret.len() >= SHORTEST, "{sign}");
            assert!(has_sign(&secret) && has_sign(&format!("é x {secret} y")), "{sign}");
            assert!(!has_sign(&secret[..secret.len() - 1]), "{sign}");
        }
        assert!(!has_sign("ask-77777777777777777777777777777777"));
    }
}
