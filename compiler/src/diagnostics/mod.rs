//! What the compiler says: data made where the trouble is seen, rendered only here.

mod aftermath;
mod azure;
mod concise;
mod full;
mod github;
mod json;
mod near;
mod registry;
mod render;
mod sarif;

pub(crate) use aftermath::{without_absences, without_aftermath, without_echoes};
pub(crate) use near::near_file;
pub use near::near_miss;
pub use registry::*;
pub use render::*;

use crate::source::Span;

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Level {
    /// Nothing is built.
    Error,
    /// Built, but worth a look; `--deny-warnings` style settings may raise it.
    Warning,
}

impl Level {
    /// The word that every format prints.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// One entry of the registry: a kind of diagnostic.
#[derive(Debug)]
pub struct Rule {
    /// The name that reads after "allow".
    pub name: &'static str,
    /// The level when the project says nothing else.
    pub level: Level,
    /// The page behind `mlopsc explain`.
    pub page: &'static str,
}

/// A place beside the main one, and what is there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Related {
    /// The place.
    pub span: Span,
    /// What is there.
    pub text: String,
}

/// Replace the text under a span.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Edit {
    /// What to replace; empty to insert.
    pub span: Span,
    /// With what.
    pub text: String,
}

/// One message.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// Its kind.
    pub rule: &'static Rule,
    /// The level in force (the project's `lint` map may change a rule's own).
    pub level: Level,
    /// One sentence: what was found.
    pub message: String,
    /// Where.
    pub span: Span,
    /// A few words at the place itself; may be empty.
    pub label: String,
    /// Further places.
    pub related: Vec<Related>,
    /// What is allowed, or what to do.
    pub help: Option<String>,
    /// A safe repair.
    pub fix: Vec<Edit>,
}

impl Diagnostic {
    /// A message of a kind at a place.
    pub fn new(rule: &'static Rule, span: Span, message: impl Into<String>) -> Self {
        Self {
            rule,
            level: rule.level,
            message: message.into(),
            span,
            label: String::new(),
            related: Vec::new(),
            help: None,
            fix: Vec::new(),
        }
    }

    /// Words at the place itself.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.label = text.into();
        self
    }

    /// Another place.
    #[must_use]
    pub fn related(mut self, span: Span, text: impl Into<String>) -> Self {
        self.related.push(Related { span, text: text.into() });
        self
    }

    /// What is allowed, or what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// A safe repair: replace the text under the span.
    #[must_use]
    pub fn fix(mut self, span: Span, text: impl Into<String>) -> Self {
        self.fix.push(Edit { span, text: text.into() });
        self
    }
}

/// Nobody reads more, and a file of millions of mistakes would cost gigabytes to report.
const MOST_DIAGNOSTICS: usize = 1000;

/// Collects diagnostics.
#[derive(Debug, Default)]
pub struct Sink {
    items: Vec<Diagnostic>,
    errors: usize,
    /// The first that was not kept, the worst level of these, and how many they are.
    dropped: Option<(Span, Level, usize)>,
}

impl Sink {
    /// An empty sink.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a message.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.errors += usize::from(diagnostic.level == Level::Error);
        if self.is_full() {
            let (first, level, count) =
                self.dropped.unwrap_or((diagnostic.span, Level::Warning, 0));
            self.dropped = Some((first, level.min(diagnostic.level), count + 1));
        } else {
            self.items.push(diagnostic);
        }
    }

    /// Adds a place to what was reported after a number of messages.
    pub(crate) fn relate(&mut self, after: usize, span: Span, text: &str) {
        for diagnostic in self.items.iter_mut().skip(after) {
            diagnostic.related.push(Related { span, text: text.to_owned() });
        }
    }

    /// Takes back what was said of places inside of another: it only follows from something else.
    pub(crate) fn forget(&mut self, inside: Span) {
        let gone = |it: &Diagnostic| {
            let span = it.span;
            span.file == inside.file && span.start >= inside.start && span.end <= inside.end
        };
        let errors = |it: &&Diagnostic| gone(it) && it.level == Level::Error;
        self.errors -= self.items.iter().filter(errors).count();
        self.items.retain(|it| !gone(it));
    }

    /// Whether an error was reported at a place.
    pub(crate) fn refuses(&self, span: Span) -> bool {
        self.items.iter().any(|it| it.level == Level::Error && it.span == span)
    }

    /// Whether what is reported is only counted from now on.
    pub fn is_full(&self) -> bool {
        self.items.len() >= MOST_DIAGNOSTICS
    }

    /// How many errors there are so far.
    pub fn errors(&self) -> usize {
        self.errors
    }

    /// What was collected, in the order of report.
    pub fn items(&self) -> &[Diagnostic] {
        &self.items
    }

    /// Gives the messages up.
    pub fn into_items(mut self) -> Vec<Diagnostic> {
        if let Some((first, level, count)) = self.dropped {
            let message = format!("{count} more findings are not shown");
            let diagnostic = Diagnostic::new(&LIMIT, first, message).help("mend the others first");
            self.items.push(Diagnostic { level, ..diagnostic });
        }
        self.items
    }
}

/// A text as a message shows it: its start, without what would break the line.
pub(crate) fn excerpt(text: &str) -> String {
    const MOST: usize = 40;
    let mut shown = String::new();
    for letter in text.chars().take(MOST) {
        if letter.is_control() {
            shown.extend(letter.escape_default());
        } else {
            shown.push(letter);
        }
    }
    if text.chars().nth(MOST).is_some() {
        shown.push('…');
    }
    shown
}
