//! Words, operators and reserved words.

use std::borrow::Cow;

use super::lexer::{CasePart, Expects, Kind, Lexer, Test, Word, assignment};
use super::refusal::Refusal;
use crate::spec::fault::Fault;

/// Whether a word sets a variable whose value a shell runs or expands by itself.
fn sets_code(word: &str) -> bool {
    let behind = |name: &&str| word.strip_prefix(*name).unwrap_or_default();
    super::EVALUATED
        .iter()
        .any(|name| behind(name).starts_with('=') || behind(name).starts_with("+="))
}

impl Lexer<'_> {
    /// The word that is being read; starts one if there is none.
    pub(super) fn in_word(&mut self) -> &mut Word {
        let (start, spots) = (self.at, self.passed());
        let new = || Word { start, spots, plain: true, expands: None };
        self.top().word.get_or_insert_with(new)
    }

    /// One step where there are words.
    pub(super) fn words(&mut self) {
        let byte = self.bytes[self.at];
        match byte {
            b' ' | b'\t' => {
                self.end_word();
                self.at += 1;
            }
            b'\n' => self.newline(),
            b'#' if self.top().word.is_none() => self.comment(),
            b'\'' => {
                self.in_word().plain = false;
                self.single();
            }
            b'"' => {
                self.in_word().plain = false;
                self.open_double();
            }
            b'$' | b'`' => {
                self.in_word().plain = false;
                self.expansion_or_byte();
            }
            b'\\' => self.word_backslash(),
            b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b')' => self.operator(byte),
            _ => self.word_byte(byte),
        }
    }

    fn word_byte(&mut self, byte: u8) {
        let negation = byte == b'!' && self.top().word.is_none() && self.top().at_start;
        let opens = matches!(byte, b'?' | b'*' | b'+' | b'@' | b'!') && self.peek(1) == Some(b'(');
        let regex = matches!(self.top().kind, Kind::Test(Test { regex: true, .. }));
        self.in_word();
        if opens && !negation && !regex {
            let start = self.at;
            self.in_word().plain = false;
            self.push(Kind::Extglob { depth: 1 }, start, Some(Refusal::Pattern));
            self.at += 1;
        }
        self.at += 1;
        self.at += self.bytes[self.at..].iter().take_while(|byte| is_ordinary(**byte)).count();
    }

    fn word_backslash(&mut self) {
        if self.peek(1) != Some(b'\n') {
            self.in_word().plain = false;
        } else if let Some(word) = &mut self.top().word {
            word.plain = false;
        }
        self.backslash();
    }

    fn newline(&mut self) {
        self.end_word();
        if matches!(self.top().kind, Kind::Top | Kind::Paren | Kind::Case(CasePart::Body)) {
            self.end_command();
            self.end_pipeline();
            self.end_list();
        }
        self.at += 1;
        self.heredoc_texts();
    }

    fn operator(&mut self, byte: u8) {
        if self.top().kind == Kind::Array {
            return self.array_operator(byte);
        }
        if let Kind::Test(test) = self.top().kind {
            return self.test_operator(byte, test);
        }
        match byte {
            b';' => self.semicolon(),
            b'&' if self.peek(1) == Some(b'>') => self.redirect(1),
            b'&' => {
                self.end_word();
                self.end_command();
                self.end_pipeline();
                self.join_list(false);
                self.at += 1;
            }
            b'|' => self.pipe(),
            b'<' | b'>' => self.redirect(0),
            b'(' => self.open_paren(),
            _ => self.close_paren(),
        }
    }

    /// `|`, `|&`; also `||`, behind which nothing is fed.
    fn pipe(&mut self) {
        self.end_word();
        let feeder = self.top().words.first().cloned();
        self.end_command();
        let next = self.peek(1);
        self.join_list(next == Some(b'|'));
        if next == Some(b'|') {
            self.end_pipeline();
        } else {
            self.top().feeder = feeder;
            self.pipe_on();
        }
        self.at += 1 + usize::from(matches!(next, Some(b'|' | b'&')));
    }

    fn array_operator(&mut self, byte: u8) {
        if byte == b')' {
            self.end_word();
            self.frames.pop();
        } else if matches!(byte, b'<' | b'>') && self.peek(1) == Some(b'(') {
            return self.process_substitution();
        }
        self.at += 1;
    }

    fn test_operator(&mut self, byte: u8, test: Test) {
        let start = self.top().word.as_ref().map(|word| word.start);
        if start.is_some_and(|start| &self.text[start..self.at] == "]]") {
            return self.end_word();
        }
        let double = matches!(byte, b'&' | b'|') && self.peek(1) == Some(byte);
        if matches!(byte, b'<' | b'>') && self.peek(1) == Some(b'(') {
            return self.process_substitution();
        }
        if test.regex && !(double && self.top().word.is_none()) {
            self.in_word();
            self.at += 1;
            return;
        }
        self.end_word();
        if double || matches!(byte, b'(' | b')') {
            self.end_comparison();
        }
        self.at += if double { 2 } else { 1 };
    }

    fn semicolon(&mut self) {
        self.end_word();
        self.end_command();
        self.end_pipeline();
        self.end_list();
        let ends = [";;&", ";;", ";&"].into_iter().find(|end| self.starts_with(end));
        if let (Kind::Case(CasePart::Body), Some(end)) = (self.top().kind, ends) {
            self.top().kind = Kind::Case(CasePart::Pattern);
            self.at += end.len();
        } else {
            self.at += 1;
        }
    }

    /// `<`, `>` and their family; `ahead` bytes (`&`) come before.
    fn redirect(&mut self, ahead: usize) {
        if ahead == 0 && self.peek(1) == Some(b'(') {
            return self.process_substitution();
        }
        self.end_word();
        self.at += ahead;
        if self.starts_with("<<") && !self.starts_with("<<<") {
            return self.heredoc();
        }
        let operators = ["<<<", ">>", "<>", ">|", ">&", "<&", "<", ">"];
        let operator = operators.into_iter().find(|operator| self.starts_with(operator));
        self.at += operator.map_or(1, str::len);
        self.top().expects = match operator {
            Some("<<<") => Expects::Input,
            Some(">&" | "<&") => Expects::Duplicate,
            _ => Expects::Target,
        };
    }

    /// `<( … )`, `>( … )`: part of a word.
    fn process_substitution(&mut self) {
        let start = self.at;
        self.in_word().plain = false;
        self.expands(start);
        self.push(Kind::Paren, start, None);
        self.at += 2;
    }

    fn open_paren(&mut self) {
        let start = self.at;
        let (text, frame) = (self.text, self.top());
        if frame.kind == Kind::Case(CasePart::Pattern) {
            self.at += 1;
            return;
        }
        let word = frame.word.as_ref().map_or("", |word| &text[word.start..start]);
        if !word.is_empty() && assignment(word) == Some(word.len()) {
            self.in_word().plain = false;
            self.push(Kind::Array, start, None);
            self.at += 1;
            return;
        }
        let arithmetic = frame.at_start || frame.expects == Expects::Variable;
        if word.is_empty() && arithmetic && self.peek(1) == Some(b'(') {
            self.top().expects = Expects::Word;
            let kind = Kind::Arithmetic { depth: 2, square: false };
            self.push(kind, start, Some(Refusal::Arithmetic));
            self.at += 2;
            return;
        }
        self.end_word();
        if text[start + 1..].trim_start_matches([' ', '\t']).starts_with(')')
            && !self.top().at_start
        {
            self.function();
            return;
        }
        self.end_command();
        self.push(Kind::Paren, start, None);
        self.at += 1;
    }

    /// `name ( )`: what follows is the body.
    fn function(&mut self) {
        self.at += 1;
        while self.peek(0) != Some(b')') {
            self.at += 1;
        }
        self.at += 1;
        self.end_command();
    }

    fn close_paren(&mut self) {
        self.end_word();
        let kind = self.top().kind;
        if kind == Kind::Case(CasePart::Pattern) {
            self.top().kind = Kind::Case(CasePart::Body);
            self.end_command();
        } else if kind == Kind::Paren {
            self.end_command();
            self.drop_heredocs();
            if !self.unterminated {
                self.close_frame();
            }
        } else {
            let fault = Fault::new(self.at..self.at + 1, "this `)` closes nothing");
            self.faults.push(fault);
        }
        self.at = (self.at + 1).min(self.bytes.len());
    }

    pub(super) fn end_command(&mut self) {
        self.judge_input();
        let text = self.text;
        let start = self.start;
        let frame = self.top();
        let feeder = frame.feeder.take();
        let install = super::installs::install(text, &frame.words, feeder.as_ref());
        frame.words.clear();
        self.installs.extend(install);
        let frame = self.top();
        frame.command = start;
        frame.at_start = start.is_unnamed();
        frame.expects = Expects::Word;
    }

    pub(super) fn end_word(&mut self) {
        let Some(word) = self.top().word.take() else { return };
        self.top().pipeline.goes_on();
        let end = self.at;
        let raw = &self.text[word.start..end];
        let plain = word.plain.then_some(raw);
        match self.top().kind {
            Kind::Test(test) => self.test_word(&word, plain, test),
            Kind::Case(CasePart::Subject(count)) => {
                let pattern = count > 0 && plain == Some("in");
                let next = if pattern { CasePart::Pattern } else { CasePart::Subject(count + 1) };
                self.top().kind = Kind::Case(next);
            }
            Kind::Case(CasePart::Pattern) if plain == Some("esac") => self.end_compound(),
            Kind::Top | Kind::Paren | Kind::Case(CasePart::Body) => {
                self.command_word(&word, raw, plain);
            }
            Kind::Case(CasePart::Pattern)
            | Kind::Array
            | Kind::Arithmetic { .. }
            | Kind::Parameter
            | Kind::Double
            | Kind::Extglob { .. } => {}
        }
    }

    /// A compound command ended in a frame of its own.
    fn end_compound(&mut self) {
        self.close_frame();
        self.end_command();
    }

    fn command_word(&mut self, word: &Word, raw: &str, plain: Option<&str>) {
        let next = self.peek(0);
        let frame = self.top();
        match std::mem::replace(&mut frame.expects, Expects::Word) {
            Expects::Target if raw.starts_with("<(") => return self.give(word.spots),
            Expects::Target | Expects::Duplicate => return self.keep(word.spots),
            Expects::Input => return self.give(word.spots),
            Expects::Function => return self.end_command(),
            Expects::Variable => {
                frame.command.loops();
                frame.at_start = false;
                return;
            }
            Expects::Word => {}
        }
        if matches!(next, Some(b'<' | b'>')) && is_descriptor(raw) {
            return;
        }
        if frame.at_start && plain.is_some_and(|plain| self.reserved(plain, word.start)) {
            return;
        }
        let frame = self.top();
        if frame.command.is_loop() && plain == Some("do") {
            return self.end_command();
        }
        self.top().at_start = false;
        self.argument(word, raw, plain);
    }

    /// Acts on a reserved word; gives whether it was one.
    fn reserved(&mut self, word: &str, start: usize) -> bool {
        match word {
            "case" => self.push(Kind::Case(CasePart::Subject(0)), start, None),
            "[[" => {
                let test = Test { first: self.passed(), ..Test::default() };
                self.push(Kind::Test(test), start, None);
            }
            "esac" if self.top().kind == Kind::Case(CasePart::Body) => self.end_compound(),
            "for" | "select" => {
                self.open_compound();
                self.top().expects = Expects::Variable;
            }
            "function" => self.top().expects = Expects::Function,
            "if" | "while" | "until" | "{" => self.open_compound(),
            "fi" | "done" | "}" => self.close_compound(),
            "then" | "else" | "elif" | "do" | "!" | "time" | "coproc" => {}
            _ => return false,
        }
        true
    }

    /// Whether nothing is open: no brackets, no loop, no condition.
    fn is_outside(&mut self) -> bool {
        self.frames.len() == 1 && self.top().compounds.is_empty()
    }

    fn join_list(&mut self, is_or: bool) {
        if self.is_outside() {
            self.sequence.join(is_or);
        }
    }

    fn end_list(&mut self) {
        if self.is_outside() {
            self.sequence.end();
        }
    }

    /// A word of a simple command.
    fn argument(&mut self, word: &Word, raw: &str, plain: Option<&str>) {
        let is_outside = self.is_outside();
        self.sequence.word(word.start..word.start + raw.len(), raw, is_outside);
        let fixed = word.expands.map_or(raw.len(), |at| at - word.start);
        let has_reference = self.passed() > word.spots;
        let cooked = match plain {
            Some(plain) => Cow::Borrowed(plain),
            None if self.has_references() => Cow::Owned(unquoted(&raw[..fixed])),
            None => Cow::Borrowed(""),
        };
        let mut command = std::mem::take(&mut self.top().command);
        if command.reads_code() && raw.contains("<(") {
            self.refuse(word.spots, Refusal::Code);
        }
        let refusal = command.word(&cooked, word.expands.is_none(), has_reference);
        if has_reference && let Some(refusal) = refusal {
            self.refuse(word.spots, refusal);
        } else if has_reference && sets_code(raw) {
            self.refuse(word.spots, Refusal::Code);
        }
        if has_reference && command.is_silent() && !raw.contains("<(") {
            self.keep(word.spots);
        }
        self.integers |= command.makes_integers();
        self.moved |= command.moves();
        let end = word.start + raw.len();
        self.top().words.push(word.start..end);
        if plain.is_some() && !self.moved && command.runs_file() {
            self.programs.push(word.start..end);
        }
        self.top().command = command;
    }

    fn test_word(&mut self, word: &Word, plain: Option<&str>, mut test: Test) {
        if plain == Some("]]") {
            self.end_comparison();
            return self.end_compound();
        }
        let refusal = match test {
            Test { regex: true, .. } => Some(Refusal::Regex),
            Test { name: true, .. } => Some(Refusal::Name),
            Test { .. } => None,
        };
        if let Some(refusal) = refusal {
            self.refuse(word.spots, refusal);
        }
        match plain {
            Some("-v" | "-R") => test.name = true,
            Some("=~") => test.regex = true,
            Some("-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge") => test.arithmetic = true,
            _ => {}
        }
        self.top().kind = Kind::Test(test);
    }

    /// One comparison of `[[ … ]]` ended.
    fn end_comparison(&mut self) {
        let first = self.passed();
        if let Kind::Test(test) = &mut self.top().kind {
            let ended = std::mem::replace(test, Test { first, ..Test::default() });
            if ended.arithmetic {
                self.refuse(ended.first, Refusal::Arithmetic);
            }
        }
    }
}

/// Bytes that only carry a word on, wherever it stands.
fn is_ordinary(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b'=' | b',' | b':')
}

/// `2` in `2>`, `{log}` in `{log}>`.
fn is_descriptor(word: &str) -> bool {
    let named = word.starts_with('{') && word.ends_with('}');
    named || word.bytes().all(|byte| byte.is_ascii_digit())
}

/// The start of a word, up to its first expansion, without quotes.
pub(super) fn unquoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut quote, mut chars) = (None, text.chars());
    while let Some(c) = chars.next() {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            (None | Some('"'), '\\') => out.extend(chars.next().filter(|next| *next != '\n')),
            _ => out.push(c),
        }
    }
    out
}
