//! Messages as lines.

use mlopsc_compiler::diagnostics::Level;

use super::{At, Message, documents, keys, level};

/// The messages among the lines, and the lines that are none.
pub(super) fn read(text: &str) -> (Vec<Message>, Vec<String>) {
    let (mut messages, mut rest) = (Vec::new(), Vec::new());
    let (before, embedded, after) = embedded(text);
    if let Some(document) = embedded {
        (messages, rest) = documents::read(&document);
    }
    for part in [before, after] {
        let mut reader = Reader { lines: part.lines().collect(), at: 0 };
        while let Some(line) = reader.next() {
            match reader.message(line) {
                Some(message) => messages.push(message),
                None if line.trim().is_empty() => {}
                None => rest.push(line.to_owned()),
            }
        }
    }
    (messages, rest)
}

/// The document that Azure ML's SDK puts into its sentence.
fn embedded(text: &str) -> (&str, Option<serde_json::Value>, &str) {
    let bounds = text.find('{').zip(text.rfind('}'));
    let found = bounds.filter(|(start, end)| start < end).and_then(|(start, end)| {
        let document: serde_json::Value = serde_json::from_str(&text[start..=end]).ok()?;
        document["errors"].is_array().then_some((start, end, document))
    });
    match found {
        Some((start, end, document)) => (&text[..start], Some(document), &text[end + 1..]),
        None => (text, None, ""),
    }
}

struct Reader<'a> {
    lines: Vec<&'a str>,
    at: usize,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Option<&'a str> {
        let line = self.lines.get(self.at).copied()?;
        self.at += 1;
        Some(line)
    }

    fn peek(&self) -> &'a str {
        self.lines.get(self.at).copied().unwrap_or("")
    }

    /// A message that starts with a line; takes the lines that belong to it.
    fn message(&mut self, line: &str) -> Option<Message> {
        if let Some(message) = self.zizmor(line).or_else(|| self.azure_ml(line)) {
            return Some(message);
        }
        let found = annotation(line)
            .or_else(|| logged(line))
            .or_else(|| azure_pipelines(line))
            .or_else(|| check_jsonschema(line))
            .or_else(|| placed(line));
        if found.is_some() {
            self.skip_drawing();
        }
        found
    }

    /// zizmor: `level[kind]: text`, and below it the place behind an arrow.
    fn zizmor(&mut self, line: &str) -> Option<Message> {
        let (word, rest) = line.split_once('[')?;
        let (kind, text) = rest.split_once("]: ")?;
        if !["error", "warning", "help", "info", "note"].contains(&word) {
            return None;
        }
        let place = self.peek().trim_start().strip_prefix("--> ")?;
        let (file, line, column) = crate::origin::split(place.trim_end())?;
        self.at += 1;
        self.skip_drawing();
        Some(Message {
            tool: "zizmor".to_owned(),
            kind: Some(kind.to_owned()),
            level: level(word),
            text: text.to_owned(),
            file: Some(file.display().to_string()),
            at: At::Line(line, column),
        })
    }

    /// Azure ML's command line: `(x) FIELD:`, and below it what is wrong.
    fn azure_ml(&mut self, line: &str) -> Option<Message> {
        let field = line.trim().strip_prefix("(x) ").or_else(|| line.trim().strip_prefix("x "))?;
        let field = field.trim_end().strip_suffix(':')?.trim_matches('`');
        let text = self.peek().trim().strip_prefix("- ")?.to_owned();
        self.at += 1;
        Some(Message {
            tool: "azure-ai-ml".to_owned(),
            kind: None,
            level: Level::Error,
            text: format!("{field}: {text}"),
            file: None,
            at: At::Keys(keys(field)),
        })
    }

    /// The picture that some tools draw below a message.
    fn skip_drawing(&mut self) {
        let is_drawing = |line: &str| {
            let body = line.trim_start().trim_start_matches(|it: char| it.is_ascii_digit());
            let body = body.trim_start();
            let is_note = body.starts_with("= ") || body.starts_with("...");
            body.starts_with('|') || (line.starts_with(' ') && is_note)
        };
        while self.at < self.lines.len() && is_drawing(self.peek()) {
            self.at += 1;
        }
    }
}

/// A workflow command of GitHub: `::error file=…,line=…::text`.
fn annotation(line: &str) -> Option<Message> {
    let rest = line.trim_start().strip_prefix("::")?;
    let (head, text) = rest.split_once("::")?;
    let (word, properties) = head.split_once(' ').unwrap_or((head, ""));
    if !["error", "warning", "notice"].contains(&word) {
        return None;
    }
    let property = |name: &str| {
        let mut all = properties.split(',').filter_map(|it| it.split_once('='));
        all.find(|(key, _)| key.trim() == name).map(|(_, value)| decoded(value))
    };
    let (tool, kind) = named(property("title"));
    Some(Message {
        tool,
        kind,
        level: level(word),
        text: without_place(&decoded(text)).to_owned(),
        file: Some(property("file")?),
        at: At::Line(
            property("line")?.parse().ok()?,
            property("col").and_then(|it| it.parse().ok()),
        ),
    })
}

/// A logging command of Azure Pipelines: `##vso[task.logissue …]text`.
fn logged(line: &str) -> Option<Message> {
    let rest = line.trim_start().strip_prefix("##vso[task.logissue ")?;
    let (head, text) = rest.split_once(']')?;
    let property = |name: &str| {
        let mut all = head.split(';').filter_map(|it| it.split_once('='));
        all.find(|(key, _)| key.trim() == name).map(|(_, value)| decoded(value))
    };
    let column = property("columnnumber").and_then(|it| it.parse().ok());
    Some(Message {
        tool: "Azure Pipelines".to_owned(),
        kind: property("code"),
        level: level(&property("type").unwrap_or_default()),
        text: decoded(text),
        file: Some(property("sourcepath")?),
        at: At::Line(property("linenumber")?.parse().ok()?, column),
    })
}

/// The service of Azure Pipelines: `/FILE (Line: 3, Col: 5): text`.
fn azure_pipelines(line: &str) -> Option<Message> {
    let line = line.trim_start().trim_start_matches("##[error]").trim_start();
    let (front, rest) = line.split_once("(Line: ")?;
    let (row, rest) = rest.split_once(", Col: ")?;
    let (column, text) = rest.split_once("): ")?;
    let file = front.trim().trim_end_matches(':');
    Some(Message {
        tool: "Azure Pipelines".to_owned(),
        kind: None,
        level: Level::Error,
        text: text.to_owned(),
        file: (!file.is_empty()).then(|| file.to_owned()),
        at: At::Line(row.parse().ok()?, column.parse().ok()),
    })
}

/// check-jsonschema: `FILE::$.keys: text`.
fn check_jsonschema(line: &str) -> Option<Message> {
    let (file, rest) = line.trim_start().split_once("::$")?;
    let (path, text) = rest.split_once(": ")?;
    Some(Message {
        tool: "check-jsonschema".to_owned(),
        kind: None,
        level: Level::Error,
        text: text.to_owned(),
        file: Some(file.to_owned()),
        at: At::Keys(keys(path)),
    })
}

/// `FILE:LINE:COLUMN: text`, as actionlint, mlopsc and many others write it.
fn placed(line: &str) -> Option<Message> {
    let (place, text) = line.match_indices(": ").find_map(|(at, _)| {
        let place = crate::origin::split(&line[..at])?;
        place.2?;
        Some((place, &line[at + 2..]))
    })?;
    let (tool, kind, word, text) = spoken(text);
    let at = At::Line(place.1, place.2);
    let file = Some(place.0.display().to_string());
    Some(Message { tool, kind, level: level(word), text, file, at })
}

/// Who says it, the kind, the level and the text.
fn spoken(text: &str) -> (String, Option<String>, &str, String) {
    let ours = text.split_once("]: ").and_then(|(head, rest)| {
        let (word, name) = head.split_once('[')?;
        ["error", "warning"].contains(&word).then_some((word, name, rest))
    });
    if let Some((word, name, rest)) = ours {
        return ("mlopsc".to_owned(), Some(name.to_owned()), word, rest.to_owned());
    }
    let kind = text.strip_suffix(']').and_then(|it| it.rsplit_once(" ["));
    let is_kind = |kind: &str| !kind.is_empty() && !kind.contains(' ');
    if let Some((rest, kind)) = kind.filter(|(_, kind)| is_kind(kind)) {
        let word = if kind == "shellcheck" { shell_level(rest) } else { "error" };
        return ("actionlint".to_owned(), Some(kind.to_owned()), word, rest.to_owned());
    }
    let word = ["warning", "error"]
        .into_iter()
        .find(|word| text.starts_with(word) || text.starts_with(&format!("[{word}]")));
    ("another tool".to_owned(), None, word.unwrap_or("error"), text.to_owned())
}

/// The level of `… SC2086:info:1:6: …`.
fn shell_level(text: &str) -> &str {
    let rest = text.split_once("SC").map_or("", |(_, rest)| rest);
    rest.split(':').nth(1).unwrap_or("error")
}

/// The line of a script, from 1, and the column that `… SC2086:info:1:6: …` names.
pub(crate) fn in_script(text: &str) -> Option<(u32, u32)> {
    let (_, rest) = text.split_once(": SC")?;
    let mut parts = rest.split(':').skip(2);
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// `tool(kind)`, or a kind alone, which zizmor's annotations have.
fn named(title: Option<String>) -> (String, Option<String>) {
    let Some(title) = title else { return ("GitHub".to_owned(), None) };
    let pair = title.strip_suffix(')').and_then(|it| it.split_once('('));
    match pair {
        Some((tool, kind)) => (tool.trim().to_owned(), Some(kind.to_owned())),
        None => ("zizmor".to_owned(), Some(title)),
    }
}

/// A text without `FILE:LINE: ` at its start.
fn without_place(text: &str) -> &str {
    let place = text.split_once(": ").filter(|(front, _)| crate::origin::split(front).is_some());
    place.map_or(text, |(_, rest)| rest)
}

/// What stands for signs that would end a command.
fn decoded(text: &str) -> String {
    let pairs =
        [("%0A", "\n"), ("%0D", "\r"), ("%3A", ":"), ("%2C", ","), ("%3B", ";"), ("%5D", "]")];
    let plain = pairs.iter().fold(text.to_owned(), |text, (code, sign)| text.replace(code, sign));
    plain.replace("%AZP25", "%").replace("%25", "%")
}
