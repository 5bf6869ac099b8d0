//! As much of Rust as the rules need: words without comments and strings, the paths that they
//! form, functions, and which part is only there for tests.

use std::iter::Peekable;
use std::str::CharIndices;

/// A word (identifier, keyword, number), or a sign; `::` is one sign. Literals and lifetimes are
/// left out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Token<'a> {
    pub(crate) text: &'a str,
    pub(crate) line: usize,
}

impl Token<'_> {
    fn is_word(&self) -> bool {
        self.text.starts_with(is_word_part)
    }
}

/// A path, with the groups of a `use` written out: `use a::{b, c::*}` is `a::b` and `a::c::*`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Path<'a> {
    pub(crate) segments: Vec<&'a str>,
    pub(crate) line: usize,
    /// The modules of the same file that it stands in, outermost first.
    pub(crate) inside: Vec<&'a str>,
}

/// A function with a body.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Function<'a> {
    pub(crate) name: &'a str,
    pub(crate) line: usize,
    /// From `fn` to the closing brace, both included.
    pub(crate) lines: usize,
}

/// The tokens of a file.
pub(crate) fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut reader = Reader { source, rest: source.char_indices().peekable(), line: 1 };
    std::iter::from_fn(|| reader.token()).collect()
}

struct Reader<'a> {
    source: &'a str,
    rest: Peekable<CharIndices<'a>>,
    line: usize,
}

impl<'a> Reader<'a> {
    fn token(&mut self) -> Option<Token<'a>> {
        while let Some((start, first)) = self.next() {
            let line = self.line;
            let text = match first {
                '/' if self.at("/") => self.skip_while(|c| c != '\n'),
                '/' if self.at("*") => self.skip_comment(),
                '"' => self.skip_string(),
                '\'' => self.skip_quoted(),
                ':' if self.at(":") => {
                    self.next();
                    Some("::")
                }
                c if c.is_whitespace() => None,
                c if is_word_part(c) => self.word(start),
                c => Some(&self.source[start..start + c.len_utf8()]),
            };
            if let Some(text) = text {
                return Some(Token { text, line });
            }
        }
        None
    }

    fn next(&mut self) -> Option<(usize, char)> {
        let next = self.rest.next();
        self.line += usize::from(next.is_some_and(|(_, c)| c == '\n'));
        next
    }

    fn rest(&mut self) -> &'a str {
        let start = self.rest.peek().map_or(self.source.len(), |&(start, _)| start);
        &self.source[start..]
    }

    fn at(&mut self, text: &str) -> bool {
        self.rest().starts_with(text)
    }

    fn skip(&mut self, count: usize) {
        for _ in 0..count {
            self.next();
        }
    }

    fn skip_while(&mut self, skips: impl Fn(char) -> bool) -> Option<&'a str> {
        while self.rest.peek().is_some_and(|&(_, c)| skips(c)) {
            self.next();
        }
        None
    }

    fn skip_comment(&mut self) -> Option<&'a str> {
        let mut depth = 0;
        loop {
            match (self.at("*/"), self.next()?.1) {
                (true, _) if depth == 1 => break,
                (true, _) => depth -= 1,
                (false, '/') if self.at("*") => depth += 1,
                // The star after the slash that the caller took.
                (false, _) => depth = depth.max(1),
            }
        }
        self.next();
        None
    }

    fn skip_string(&mut self) -> Option<&'a str> {
        loop {
            match self.next()?.1 {
                '\\' => self.skip(1),
                '"' => return None,
                _ => {}
            }
        }
    }

    /// A character, or a lifetime, whose name is left out as well.
    fn skip_quoted(&mut self) -> Option<&'a str> {
        let mut chars = self.rest().chars();
        if let (Some(first), second) = (chars.next(), chars.next()) {
            if first == '\\' {
                self.skip(2);
                self.skip_while(|c| c != '\'');
                self.skip(1);
            } else if second == Some('\'') {
                self.skip(2);
            } else {
                self.skip_while(is_word_part);
            }
        }
        None
    }

    /// A word, or the string whose prefix it is.
    fn word(&mut self, start: usize) -> Option<&'a str> {
        self.skip_while(is_word_part);
        let end = self.source.len() - self.rest().len();
        let word = &self.source[start..end];
        let hashes = self.rest().chars().take_while(|&c| c == '#').count();
        let is_raw = matches!(word, "r" | "br" | "cr");
        if is_raw && self.rest()[hashes..].starts_with('"') {
            self.skip(hashes + 1);
            let close = format!("\"{}", "#".repeat(hashes));
            while !self.at(&close) {
                self.next()?;
            }
            self.skip(close.len());
            return None;
        }
        Some(word)
    }
}

fn is_word_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The tokens that are compiled into the product: without items under `#[cfg(test)]`, or under
/// `#[cfg(all(test, …))]`.
pub(crate) fn shipped<'a>(tokens: &[Token<'a>]) -> Vec<Token<'a>> {
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if is_for_tests(&tokens[at..]) {
            while tokens.get(at).is_some_and(|token| token.text == "#") {
                at = item_end(tokens, at);
            }
            at = item_end(tokens, at);
        } else {
            kept.push(tokens[at]);
            at += 1;
        }
    }
    kept
}

fn is_for_tests(tokens: &[Token<'_>]) -> bool {
    [&["test", ")"][..], &["all", "(", "test", ","]].iter().any(|condition| {
        let expected = ["#", "[", "cfg", "("].iter().chain(*condition);
        tokens.len() >= 8 && tokens.iter().zip(expected).all(|(token, text)| token.text == *text)
    })
}

/// Behind the item or attribute that starts here: after its `;`, its last brace or its bracket.
fn item_end(tokens: &[Token<'_>], start: usize) -> usize {
    let mut depth = 0usize;
    for (at, token) in tokens.iter().enumerate().skip(start) {
        match token.text {
            "{" | "(" | "[" => depth += 1,
            "]" if depth == 1 && tokens[start].text == "#" => return at + 1,
            ")" | "]" => depth = depth.saturating_sub(1),
            "}" if depth <= 1 => return at + 1,
            "}" => depth -= 1,
            ";" if depth == 0 => return at + 1,
            _ => {}
        }
    }
    tokens.len()
}

/// All paths of two segments or more.
pub(crate) fn paths<'a>(tokens: &[Token<'a>]) -> Vec<Path<'a>> {
    let mut found = Vec::new();
    let mut modules: Vec<(&str, usize)> = Vec::new();
    let (mut at, mut depth) = (0, 0);
    while at < tokens.len() {
        if starts_module(&tokens[at..]) {
            modules.push((tokens[at + 1].text, depth));
        }
        match tokens[at].text {
            "{" => depth += 1,
            "}" => {
                depth -= 1;
                modules.pop_if(|module| module.1 == depth);
            }
            _ => {}
        }
        if !tokens[at].is_word() {
            at += 1;
            continue;
        }
        let inside: Vec<&str> = modules.iter().map(|module| module.0).collect();
        let line = tokens[at].line;
        let mut ends = Vec::new();
        at = path(tokens, at, &[], &mut ends);
        let long = ends.into_iter().filter(|segments| segments.len() > 1);
        found.extend(long.map(|segments| Path { segments, line, inside: inside.clone() }));
    }
    found
}

/// `mod name {`
fn starts_module(tokens: &[Token<'_>]) -> bool {
    matches!(tokens, [first, _, third, ..] if first.text == "mod" && third.text == "{")
}

/// Reads a path from a word, a star or the brace of a group on, and returns what is behind it.
fn path<'a>(
    tokens: &[Token<'a>],
    start: usize,
    prefix: &[&'a str],
    found: &mut Vec<Vec<&'a str>>,
) -> usize {
    let mut segments = prefix.to_vec();
    let mut at = start;
    loop {
        match tokens.get(at) {
            Some(token) if token.text == "{" => return group(tokens, at + 1, &segments, found),
            Some(token) if token.is_word() || token.text == "*" => segments.push(token.text),
            _ => break,
        }
        at += 1;
        if tokens.get(at).is_none_or(|token| token.text != "::") {
            break;
        }
        at += 1;
    }
    found.push(segments);
    at
}

/// Reads the paths of a group up to its closing brace.
fn group<'a>(
    tokens: &[Token<'a>],
    start: usize,
    prefix: &[&'a str],
    found: &mut Vec<Vec<&'a str>>,
) -> usize {
    let mut at = start;
    while let Some(token) = tokens.get(at) {
        match token.text {
            "}" => return at + 1,
            "{" | "*" => at = path(tokens, at, prefix, found),
            // The new name is no path.
            "as" => at += 2,
            _ if token.is_word() => at = path(tokens, at, prefix, found),
            _ => at += 1,
        }
    }
    at
}

/// All functions with a body.
pub(crate) fn functions<'a>(tokens: &[Token<'a>]) -> Vec<Function<'a>> {
    let starts = tokens.windows(2).enumerate();
    let starts = starts.filter(|(_, pair)| pair[0].text == "fn" && pair[1].is_word());
    starts
        .filter_map(|(at, pair)| {
            let end = item_end(tokens, at);
            let last = tokens.get(end.checked_sub(1)?)?;
            let lines = last.line + 1 - pair[0].line;
            (last.text == "}").then_some(Function { name: pair[1].text, line: pair[0].line, lines })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<&str> {
        tokens(source).into_iter().map(|token| token.text).collect()
    }

    fn all_paths(source: &str) -> Vec<String> {
        let tokens = tokens(source);
        paths(&tokens).into_iter().map(|path| path.segments.join("::")).collect()
    }

    #[test]
    fn comments_and_literals_are_no_words() {
        assert_eq!(texts("a // b\n/* c /* d */ e */ f"), ["a", "f"]);
        assert_eq!(texts(r##"a "b \" c" r#"d " e"# b"f" 'g' '\'' '\u{41}' h"##), ["a", "b", "h"]);
        assert_eq!(texts("&'a str"), ["&", "str"]);
        assert_eq!(tokens("a\n\"x\ny\"\nb")[1].line, 4);
    }

    #[test]
    fn groups_are_written_out() {
        let found = all_paths("use a::{self, b::{c, d as e}, f::*}; fn g(h: i) { j::<k::L>::m() }");
        assert_eq!(found, ["a::self", "a::b::c", "a::b::d", "a::f::*", "k::L"]);
    }

    #[test]
    fn a_path_knows_the_modules_around_it() {
        let tokens = tokens("mod a { mod b { use super::c; } use d::e; } use f::g;");
        let inside: Vec<_> = paths(&tokens).into_iter().map(|path| path.inside).collect();
        assert_eq!(inside, [vec!["a", "b"], vec!["a"], vec![]]);
    }

    #[test]
    fn test_code_is_not_shipped() {
        for item in ["mod t { use c::d; }", "mod t;", "#[x] fn f(x: [u8; 2]) { c::d() }"] {
            for condition in ["test", "all(test, unix)"] {
                let source = format!("use a::b; #[cfg({condition})] {item} use e::f;");
                let kept = shipped(&tokens(&source));
                let found = paths(&kept).into_iter().map(|path| path.segments.join("::"));
                assert_eq!(found.collect::<Vec<_>>(), ["a::b", "e::f"], "{source}");
            }
        }
        let source = "#[cfg(any(test, unix))] mod t { use c::d; }";
        assert_eq!(shipped(&tokens(source)), tokens(source));
    }

    #[test]
    fn functions_are_measured_with_their_braces() {
        let tokens = tokens("trait T { fn a(); fn b(x: [u8; 2]) {\n if c { d }\n}\n}\nfn e() {}");
        let found = functions(&tokens);
        let found: Vec<_> = found.iter().map(|f| (f.name, f.line, f.lines)).collect();
        assert_eq!(found, [("b", 1, 3), ("e", 5, 1)]);
    }
}
