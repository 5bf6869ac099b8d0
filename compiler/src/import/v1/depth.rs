//! How deep a script nests, told by its tokens: a tree that is too deep cannot be followed, nor even
//! dropped, without running out of stack.

#![allow(clippy::wildcard_enum_match_arm)]

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode, lexer};

use crate::diagnostics::{Diagnostic, TOO_LARGE};
use crate::source::{FileId, Span};

/// Blocks, brackets, and operators that reach to the right, inside each other.
const DEEPEST: usize = 100;
/// Links of a chain, `1 + 1 + …` or `a.b.c…`: the height of its tree.
const LONGEST_CHAIN: usize = 4_000;

/// Says where a script is nested too deeply.
pub(super) fn check(file: FileId, text: &str) -> Option<Diagnostic> {
    let at = u32::try_from(too_deep(text)?).unwrap_or(u32::MAX);
    Some(nested(Span::new(file, at, at)))
}

/// Says that something is nested too deeply.
pub(super) fn nested(at: Span) -> Diagnostic {
    let message = "this script is nested too deeply to be read";
    Diagnostic::new(&TOO_LARGE, at, message).help("name the parts, and put them together in steps")
}

/// The first place that is nested too deeply.
fn too_deep(text: &str) -> Option<usize> {
    if !reaches(text) {
        return None;
    }
    // The lexer tells no places. What is too deep stays so when more follows, so that the end of the
    // shortest text that is too deep can be searched for.
    let cut = |at: usize| &text[..text.floor_char_boundary(at)];
    let mut high = DEEPEST;
    while high < text.len() && !reaches(cut(high)) {
        high *= 2;
    }
    let (mut low, mut high) = (high / 2, high.min(text.len()));
    while low + 1 < high {
        let middle = usize::midpoint(low, high);
        if reaches(cut(middle)) { high = middle } else { low = middle }
    }
    Some(text.floor_char_boundary(low))
}

/// Whether any place of a text is nested too deeply.
fn reaches(text: &str) -> bool {
    let mut lexer = lexer::lex(text, Mode::Module);
    let mut scan = Scan { levels: vec![Level::default()], outside: 0, blocks: 0, operand: false };
    loop {
        let kind = lexer.next_token();
        if kind == TokenKind::EndOfFile {
            return false;
        }
        scan.token(kind);
        if scan.is_too_deep() {
            return true;
        }
    }
}

/// What is open between two tokens.
struct Scan {
    /// The statement, and each open bracket.
    levels: Vec<Level>,
    /// Brackets that are open, and operators outside of the innermost.
    outside: usize,
    /// Indented blocks.
    blocks: usize,
    /// The token before ended an operand, so that what follows stands between two.
    operand: bool,
}

/// A statement or bracket: its current element, up to the last comma.
#[derive(Default)]
struct Level {
    /// The bracket that ends it.
    end: Option<TokenKind>,
    /// Operators that hold all that follows.
    holding: usize,
    /// `not`, which holds what follows up to `and` or `or`.
    negations: usize,
    /// Operators that hold the next operand.
    signs: usize,
    /// Lambdas whose arguments have not ended.
    lambdas: usize,
    /// Height of the tree so far.
    height: usize,
    /// The highest of the elements before.
    highest: usize,
}

impl Level {
    fn open(&self) -> usize {
        self.holding + self.negations + self.signs
    }

    fn ends_element(&mut self) {
        self.highest = self.highest.max(self.height + self.open());
        (self.holding, self.negations, self.signs, self.height) = (0, 0, 0, 0);
    }

    /// What comes before becomes a part of what comes next.
    fn links(&mut self) {
        self.height = self.height.max(self.signs) + 1;
        self.signs = 0;
    }
}

impl Scan {
    fn is_too_deep(&self) -> bool {
        let top = self.levels.last();
        let open = top.map_or(0, Level::open) + self.outside + self.blocks;
        open > DEEPEST || top.is_some_and(|top| top.height > LONGEST_CHAIN)
    }

    fn token(&mut self, kind: TokenKind) {
        use TokenKind as T;
        let operand = std::mem::replace(&mut self.operand, is_operand(kind));
        match kind {
            T::NonLogicalNewline | T::Comment => self.operand = operand,
            T::Indent => self.blocks += 1,
            T::Dedent => self.blocks = self.blocks.saturating_sub(1),
            T::Lpar => self.opens(T::Rpar, operand),
            T::Lsqb => self.opens(T::Rsqb, operand),
            T::Lbrace => self.opens(T::Rbrace, false),
            T::FStringStart => self.opens(T::FStringEnd, false),
            T::TStringStart => self.opens(T::TStringEnd, false),
            T::Rpar | T::Rsqb | T::Rbrace | T::FStringEnd | T::TStringEnd => self.closes(kind),
            _ => {
                if let Some(top) = self.levels.last_mut() {
                    inside(top, kind, operand);
                }
            }
        }
    }

    fn opens(&mut self, end: TokenKind, operand: bool) {
        if let Some(top) = self.levels.last_mut() {
            top.height += usize::from(operand);
            self.outside += top.open() + 1;
        }
        self.levels.push(Level { end: Some(end), ..Level::default() });
    }

    /// A bracket that closes no open one is a mistake, and counts for nothing.
    fn closes(&mut self, kind: TokenKind) {
        if self.levels.last().is_none_or(|top| top.end != Some(kind)) {
            return;
        }
        let Some(mut inner) = self.levels.pop() else { return };
        inner.ends_element();
        if let Some(top) = self.levels.last_mut() {
            self.outside = self.outside.saturating_sub(top.open() + 1);
            top.height = top.height.max(inner.highest + 1);
        }
    }
}

/// A token that opens and closes nothing.
fn inside(top: &mut Level, kind: TokenKind, operand: bool) {
    use TokenKind as T;
    match kind {
        T::Newline | T::Semi => {
            top.lambdas = 0;
            top.ends_element();
        }
        T::FStringMiddle | T::TStringMiddle => top.ends_element(),
        T::Comma if top.lambdas == 0 => top.ends_element(),
        T::Colon => top.lambdas = top.lambdas.saturating_sub(1),
        T::Lambda => {
            top.lambdas += 1;
            top.holding += 1;
        }
        T::Else | T::Yield | T::Async | T::ColonEqual => top.holding += 1,
        T::Not if !operand => top.negations += 1,
        T::Await | T::DoubleStar | T::Tilde => top.signs += 1,
        T::Plus | T::Minus | T::Star if !operand => top.signs += 1,
        T::And | T::Or => {
            top.links();
            top.height += std::mem::take(&mut top.negations);
        }
        T::Dot => top.height += 1,
        kind if kind.is_operator() => top.links(),
        _ => {}
    }
}

/// Whether an operand may end with a token.
fn is_operand(kind: TokenKind) -> bool {
    use TokenKind as T;
    let closes = matches!(kind, T::Rpar | T::Rsqb | T::Rbrace | T::FStringEnd | T::TStringEnd);
    let literal = matches!(kind, T::Int | T::Float | T::Complex | T::String | T::Ellipsis);
    let word = matches!(kind, T::Name | T::True | T::False | T::None) || kind.is_soft_keyword();
    closes || literal || word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nests_too_deeply_is_found_at_its_place() {
        for (before, repeated, after) in [
            ("x = ", "(", "1"),
            ("x = ", "[", ""),
            ("x = ", "{1: ", "1"),
            ("x = ", "-", "1"),
            ("x = ", "not ", "1"),
            ("x = ", "lambda: ", "1"),
            ("x = ", "lambda a, b=1: ", "1"),
            ("x = ", "1 if 1 else ", "1"),
            ("x = ", "2 ** -", "2"),
            ("x = ", "f\"{", ""),
            ("", "async ", "x"),
            ("x = ", "f(1, -(", ""),
            ("x = ", "(]", ""),
        ] {
            let text = format!("y = 1\n{before}{}{after}\n", repeated.repeat(1_000));
            let at = too_deep(&text).unwrap_or_default();
            let unit = 6 + before.len()..6 + before.len() + repeated.len() * (DEEPEST + 2);
            assert!(unit.contains(&at), "{repeated}: {at}");
        }
        for (before, repeated, after) in
            [("a", ".b", ""), ("x = ", "1+", "1"), ("f", "(1)", ""), ("a", "[0]", "")]
        {
            let long = |times: usize| format!("{before}{}{after}\n", repeated.repeat(times));
            assert_eq!(too_deep(&long(3_000)), None, "{repeated}");
            let at = too_deep(&long(50_000)).unwrap_or_default();
            assert_eq!(at / repeated.len() / 100, LONGEST_CHAIN / 100, "{repeated}");
        }
        let inner = format!("({})", "1+".repeat(100) + "1");
        let nested = (0..90).fold(inner, |inner, _| format!("({inner}{})", "+1".repeat(100)));
        assert!(too_deep(&nested).is_some());
        let blocks: Vec<String> = (0..200).map(|at| " ".repeat(at) + "if x:\n").collect();
        assert!(too_deep(&blocks.concat()).is_some());
    }

    #[test]
    fn what_is_only_long_is_not_deep() {
        for repeated in [
            "x = -a.b(c)[d] + not e\n",
            "x = [lambda a: -a, lambda b: b]\n",
            "def f(a=-1, *b, **c):\n    return f(*b, **c)\n",
            "if not x: y = 1 if z else 2\nelse: y = f'{a:>{b}}'\n",
        ] {
            assert_eq!(too_deep(&repeated.repeat(10_000)), None, "{repeated}");
        }
        for element in ["-1, ", "a.b, ", "f(1), ", "lambda x: x, ", "a if b else c, ", "**d, "] {
            assert_eq!(too_deep(&format!("x = [{}]\n", element.repeat(10_000))), None, "{element}");
        }
        for term in ["-1 + ", "2 ** 3 + ", "not a and ", "f(-1) + "] {
            assert_eq!(too_deep(&format!("x = {}1\n", term.repeat(1_000))), None, "{term}");
        }
        let text = format!("f\"{}\"\n", "{a.b} and {c} ".repeat(10_000));
        assert_eq!(too_deep(&text), None);
    }
}
