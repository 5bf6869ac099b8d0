//! The parser's faults, in an author's words and at the place where he has to act.

use super::build::Builder;
use super::events::{About, Fault};
use super::extents::gap;
use crate::diagnostics::{Diagnostic, SYNTAX};

const UNCLOSED: &str = "this quote is never closed";

impl<'s> Builder<'s, '_> {
    /// Reports why the text is no YAML; nothing more is read.
    pub(super) fn fault(&mut self, fault: Fault) {
        let at = if fault.about == About::Escape { self.bad_escape(fault.at) } else { fault.at };
        let at = at.min(u32::try_from(self.tree.text.len()).unwrap_or(u32::MAX));
        let at = if fault.about == About::Tab { self.tab(at) } else { at };
        if fault.about == About::Depth {
            return self.too_large(at, at, &fault.message);
        }
        let known = self.unfinished_merge(at).or_else(|| self.odd_blank(at));
        let known = known.or_else(|| match fault.about {
            About::Quotes => self.runaway_quote(at),
            About::Brackets => self.bare_reference(at),
            About::Key => self.missing_blank(at),
            About::Colon => self.deep_line(at).or_else(|| self.missing_blank(self.line_above(at)?)),
            About::Indent => self.behind_bracket(at),
            About::Depth | About::Escape | About::Tab | About::Other => None,
        });
        let diagnostic = known.unwrap_or_else(|| self.as_found(fault, at));
        self.stop(diagnostic);
    }

    fn unfinished_merge(&self, at: u32) -> Option<Diagnostic> {
        let (start, end) = self.marker_line(at)?;
        let message = "a line of a merge that was not finished";
        let help = "remove it, and keep one of the two versions";
        Some(Diagnostic::new(&SYNTAX, self.span(start, end), message).help(help))
    }

    /// A blank, on the line of a place or that above it, that indents or separates a value from its
    /// key and is no space: copied from a page, it looks like one.
    fn odd_blank(&self, at: u32) -> Option<Diagnostic> {
        let is_odd = |c: char| c.is_whitespace() && !c.is_ascii();
        let odd = |at: u32| {
            let (start, line) = self.line(at);
            let key = line.trim_start_matches(|c: char| c == ' ' || is_odd(c));
            let indent = line.len() - key.len();
            let behind = key.find(':').map(|colon| indent + colon + 1);
            let behind = behind.filter(|at| line[*at..].starts_with(is_odd));
            let found = line[..indent].find(is_odd).or(behind)?;
            Some((start + found, line[found..].chars().next()?))
        };
        let above = self.line_above(at).and_then(odd);
        let (start, blank) = above.or_else(|| odd(at))?;
        let start = u32::try_from(start).ok()?;
        let end = start + u32::try_from(blank.len_utf8()).ok()?;
        let message = format!("U+{:04X} looks like a space and is none", u32::from(blank));
        let help = "write a plain space; it may have been copied from a page";
        Some(Diagnostic::new(&SYNTAX, self.span(start, end), message).help(help))
    }

    /// A text that was to start with a bracket, as `[ -f x ] && …` in bash.
    fn behind_bracket(&self, at: u32) -> Option<Diagnostic> {
        let (start, _) = self.line(at);
        let before = self.tree.text[start..at as usize].trim_end();
        before.ends_with([']', '}']).then(|| {
            let message = "something follows the closing bracket";
            let help = "put text that starts with a bracket in quotes, or write it below `|`";
            Diagnostic::new(&SYNTAX, self.span(at, at), message).help(help)
        })
    }

    fn runaway_quote(&self, at: u32) -> Option<Diagnostic> {
        let open = self.open_quote()?;
        let diagnostic = Diagnostic::new(&SYNTAX, self.span(open, open + 1), UNCLOSED)
            .related(self.span(at, at), "the text goes on here, with too little indentation")
            .help("close it; the further lines of a text are indented");
        Some(diagnostic)
    }

    fn bare_reference(&self, at: u32) -> Option<Diagnostic> {
        self.opens_reference(at).then(|| {
            let message = "`${{ … }}` inside `{ … }` or `[ … ]` has to stand in quotes";
            let help = "put the whole text in quotes, or write it on a line of its own";
            let span = self.span(at.saturating_sub(1), at + 2);
            Diagnostic::new(&SYNTAX, span, message).help(help)
        })
    }

    fn missing_blank(&self, at: u32) -> Option<Diagnostic> {
        let (start, end) = self.glued(at)?;
        let key = &self.tree.text[start as usize..end as usize];
        let message = format!("a blank is missing behind `{key}`");
        let help = format!("write `{key} …`: without it the whole line is one text");
        Some(Diagnostic::new(&SYNTAX, self.span(start, end), message).help(help))
    }

    fn deep_line(&self, at: u32) -> Option<Diagnostic> {
        let (start, end) = self.deep_key(at)?;
        let message = "this line is indented too far: it goes on with the text above it";
        let help = "align it with the key that it stands beside, or put the text in quotes";
        Some(Diagnostic::new(&SYNTAX, self.span(start, end), message).help(help))
    }

    /// The fault in the words for its kind.
    fn as_found(&self, fault: Fault, at: u32) -> Diagnostic {
        let next = self.tree.text[at as usize..].chars().next();
        let width = next.map_or(0, |first| if first == '\n' { 0 } else { first.len_utf8() });
        let end = at + u32::try_from(width).unwrap_or(0);
        let mut diagnostic = Diagnostic::new(&SYNTAX, self.span(at, end), fault.message);
        if fault.about == About::Brackets
            && let Some(open) = self.open_bracket(at)
        {
            diagnostic = diagnostic
                .related(self.span(open, open + 1), "opened here")
                .help("close the bracket, or put a comma between two entries");
        }
        if fault.help.is_empty() { diagnostic } else { diagnostic.help(fault.help) }
    }

    /// What can be read of the text: up to an unfinished merge, which is reported.
    pub(super) fn readable(&mut self) -> (&'s str, bool) {
        let text = self.tree.text;
        let Some((start, end)) = conflict_marker(text) else { return (text, true) };
        let message = "an unresolved merge conflict starts here";
        let help = "keep one of the two versions, and remove the lines of `<`, `=` and `>`";
        self.report(Diagnostic::new(&SYNTAX, self.span(start, end), message).help(help));
        (&text[..start as usize], false)
    }

    /// The first tab that indents a line, from the line of a place on: the parser points to the text
    /// that such a line continues.
    fn tab(&self, at: u32) -> u32 {
        let text = self.tree.text.as_bytes();
        let mut line =
            text[..at as usize].iter().rposition(|byte| *byte == b'\n').map_or(0, |it| it + 1);
        loop {
            let indent = text[line..].iter().take_while(|byte| matches!(byte, b' ' | b'\t'));
            if let Some(tab) = indent.clone().position(|byte| *byte == b'\t') {
                return u32::try_from(line + tab).unwrap_or(at);
            }
            match text[line..].iter().position(|byte| *byte == b'\n') {
                Some(end) => line += end + 1,
                None => return at,
            }
        }
    }

    /// The word before the `:` at a place, when it alone stands there on its line, below a line that
    /// is indented less: then a key was meant.
    fn deep_key(&self, colon: u32) -> Option<(u32, u32)> {
        let (above, line) = self.tree.text.get(..colon as usize)?.rsplit_once('\n')?;
        let key = line.trim_start_matches(' ');
        let is_name = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-');
        let above = above.lines().rev().find(|line| !line.trim().is_empty())?;
        let outer = above.len() - above.trim_start_matches(' ').len();
        let deeper = line.len() - key.len() > outer;
        let length = u32::try_from(key.len()).ok()?;
        (deeper && !key.is_empty() && key.chars().all(is_name)).then_some((colon - length, colon))
    }

    /// The line of a place, without its end.
    fn line(&self, at: u32) -> (usize, &'s str) {
        let (above, below) = self.tree.text.split_at(at as usize);
        let start = above.rfind('\n').map_or(0, |end| end + 1);
        let end = below.find('\n').map_or(self.tree.text.len(), |end| above.len() + end);
        (start, self.tree.text[start..end].trim_end())
    }

    /// The end of the line above that of a place.
    fn line_above(&self, at: u32) -> Option<u32> {
        u32::try_from(self.line(at).0.checked_sub(1)?).ok()
    }

    /// The first line up to that of a place that a version control system wrote between versions.
    fn marker_line(&self, at: u32) -> Option<(u32, u32)> {
        let (start, line) = self.line(at);
        let mut lines = self.tree.text[..start + line.len()].lines().map(str::trim_end);
        let line = lines.find(|line| {
            let is_marker = |sign: &str| line.strip_prefix(sign).is_some_and(is_end_of_marker);
            ["<<<<<<<", "|||||||", "=======", ">>>>>>>"].into_iter().any(is_marker)
        })?;
        let start = line.as_ptr() as usize - self.tree.text.as_ptr() as usize;
        Some((u32::try_from(start).ok()?, u32::try_from(start + line.len()).ok()?))
    }

    /// The key with its `:` on the line of a place, if the value follows without a blank.
    fn glued(&self, at: u32) -> Option<(u32, u32)> {
        let (start, line) = self.line(at);
        let key = line.trim_start();
        let is_name = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-');
        let (name, value) = key.split_once(':')?;
        let is_key = name.starts_with(char::is_alphabetic) && name.chars().all(is_name);
        if !is_key || value.is_empty() || value.starts_with([' ', '\t', '/', ':']) {
            return None;
        }
        let start = u32::try_from(start + line.len() - key.len()).ok()?;
        Some((start, start + u32::try_from(name.len()).ok()? + 1))
    }

    /// Whether a place is at, or right behind, the `$` of `${{`.
    fn opens_reference(&self, at: u32) -> bool {
        let from = |at: u32| self.tree.text.get(at as usize..).unwrap_or("");
        from(at.saturating_sub(1)).starts_with("${{")
    }

    /// The quote that opens the text behind all that was read.
    fn open_quote(&self) -> Option<u32> {
        let text = self.tree.text.as_bytes();
        let at = gap(text, self.reached as usize, true);
        matches!(text.get(at), Some(b'"' | b'\'')).then(|| u32::try_from(at).ok())?
    }

    /// The first escape that is none in the double quotes that open at a place.
    fn bad_escape(&self, quote: u32) -> u32 {
        let mut rest = self.tree.text.get(quote as usize..).unwrap_or("");
        while let Some(next) = rest.find('\\').and_then(|at| rest.get(at..)) {
            let mut after = next.chars().skip(1);
            let digits = match after.next() {
                Some('x') => 2,
                Some('u') => 4,
                Some('U') => 8,
                Some(known) if "0abtnvfre \"/\\N_LP\t\n\r".contains(known) => 0,
                _ => return quote + distance(&self.tree.text[quote as usize..], next),
            };
            if after.take(digits).filter(char::is_ascii_hexdigit).count() < digits {
                return quote + distance(&self.tree.text[quote as usize..], next);
            }
            rest = next.get(2..).unwrap_or("");
        }
        quote
    }
}

/// How far into a text its own end part starts.
fn distance(text: &str, end_part: &str) -> u32 {
    u32::try_from(text.len() - end_part.len()).unwrap_or(u32::MAX)
}

/// What may stand behind the seven signs of a marker: nothing, or a blank and the name of a version.
fn is_end_of_marker(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with(' ')
}

/// The first line of a merge that a version control system left unfinished.
fn conflict_marker(text: &str) -> Option<(u32, u32)> {
    let line_start = |marker: &str, from: usize| {
        let mut found = text[from..].match_indices(marker).map(|(at, _)| from + at);
        found.find(|at| *at == 0 || text.as_bytes()[at - 1] == b'\n')
    };
    let start = line_start("<<<<<<< ", 0)?;
    line_start(">>>>>>> ", start)?;
    let line = text[start..].lines().next().unwrap_or("");
    Some((u32::try_from(start).ok()?, u32::try_from(start + line.len()).ok()?))
}
