//! Text with references: parsed where it is written, once.

use std::borrow::Cow;
use std::ops::Range;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::decode::{Cx, Decode};
use super::expr::{self, Path};
use super::fault::Fault;
use super::record::record;
use super::shell;
use crate::diagnostics::{
    BAD_EXPRESSION, BAD_SHELL, Diagnostic, NOT_SUPPORTED, Rule, UNSAFE_REFERENCE,
};
use crate::source::{Span, Spanned};
use crate::syntax::{Kind, NodeId};

mod traps;

/// Text with `${{ … }}` references in it.
#[derive(Clone, Debug)]
pub struct Text {
    /// The whole text as YAML gives it.
    pub text: String,
    /// Its place.
    pub span: Span,
    /// Its parts; ranges are in `text`.
    pub template: expr::Template,
    /// The place of each reference, in order.
    pub spans: Vec<Span>,
}

/// One reference of a text.
#[derive(Clone, Copy, Debug)]
pub struct Site<'a> {
    /// The text that ranges in `path` are in.
    pub text: &'a str,
    /// What is referred to.
    pub path: &'a Path,
    /// Where it is written.
    pub span: Span,
    /// All of `${{ … }}` in `text`.
    range: &'a Range<usize>,
}

impl<'a> Site<'a> {
    /// A name in the path.
    pub fn name(&self, range: &Range<usize>) -> &'a str {
        &self.text[range.clone()]
    }

    /// The reference as it is written.
    pub fn written(&self) -> &'a str {
        &self.text[self.range.clone()]
    }

    /// The last name in the path.
    pub fn last_name(&self) -> &'a str {
        let path = self.written().trim_start_matches("${{").trim_end_matches("}}").trim();
        path.split_once('.').map_or(path, |(root, rest)| match root {
            "steps" => rest.rsplit('.').next().unwrap_or(rest),
            _ => rest,
        })
    }

    /// Where a name in the path is written; the whole reference, where YAML's notation stretches it.
    pub fn place(&self, name: &Range<usize>) -> Span {
        let written = (self.span.end - self.span.start) as usize;
        if written != self.range.len() {
            return self.span;
        }
        let at = |offset: usize| u32::try_from(offset - self.range.start).unwrap_or(0);
        let start = self.span.start;
        Span::new(self.span.file, start + at(name.start), start + at(name.end))
    }
}

impl Text {
    /// The references, in order.
    pub fn sites(&self) -> impl Iterator<Item = Site<'_>> {
        let references = self.template.references();
        references.zip(&self.spans).map(|((range, path), span)| Site {
            text: &self.text,
            path,
            span: *span,
            range,
        })
    }

    /// The references of a command, and whether they stand inside `$[[ … ]]`.
    pub fn sites_in_command(&self) -> impl Iterator<Item = (Site<'_>, bool)> {
        self.sites().zip(self.template.may_vanish())
    }

    /// The only reference, when the text is nothing else.
    pub fn whole(&self) -> Option<Site<'_>> {
        self.template.only(&self.text)?;
        self.sites().next()
    }

    /// Whether there is no reference.
    pub fn is_literal(&self) -> bool {
        self.spans.is_empty()
    }
}

/// Reports faults in a scalar's text at their places in the file.
fn report(
    cx: &mut Cx<'_, '_>,
    node: NodeId,
    rule: fn(&Fault, &str) -> &'static Rule,
    faults: Vec<Fault>,
) {
    for fault in faults {
        let span = span_in(cx, node, &fault.at);
        let rule = rule(&fault, cx.tree.text_of(node));
        let mut diagnostic = Diagnostic::new(rule, span, fault.message);
        diagnostic.help = fault.help;
        cx.report(diagnostic);
    }
}

fn expression_rule(fault: &Fault, _: &str) -> &'static Rule {
    if fault.is_not_supported() { &NOT_SUPPORTED } else { &BAD_EXPRESSION }
}

fn shell_rule(fault: &Fault, text: &str) -> &'static Rule {
    let reference = text.get(fault.at.clone()).is_some_and(|it| it.starts_with("${{"));
    if reference { &UNSAFE_REFERENCE } else { &BAD_SHELL }
}

fn span_in(cx: &Cx<'_, '_>, node: NodeId, range: &Range<usize>) -> Span {
    let start = cx.tree.position(node, range.start);
    let end = cx.tree.position(node, range.end);
    Span::new(cx.tree.file(), start, end.max(start))
}

/// Text that is no command, so that nothing in it vanishes.
pub(super) fn read(cx: &mut Cx<'_, '_>, node: NodeId, expected: &str) -> Option<Text> {
    let text = read_command(cx, node, expected)?;
    let Some(open) = text.template.first_open() else { return Some(text) };
    let fault = Fault::new(open.clone(), "`$[[ … ]]` stands in commands and arguments only")
        .help("write it around a part of the command that reads the value");
    report(cx, node, expression_rule, vec![fault]);
    None
}

/// Text in which `$[[ … ]]` may stand.
fn read_command(cx: &mut Cx<'_, '_>, node: NodeId, expected: &str) -> Option<Text> {
    let (text, _) = cx.scalar(node, expected)?;
    let (template, faults) = expr::template(text);
    let failed = !faults.is_empty();
    report(cx, node, expression_rule, faults);
    if failed {
        return None;
    }
    let spans = template.references().map(|(range, _)| span_in(cx, node, range)).collect();
    Some(Text { text: text.to_owned(), span: cx.span(node), template, spans })
}

/// A text that is one condition; the parts of the text are its references.
pub(crate) fn condition(
    cx: &mut Cx<'_, '_>,
    node: NodeId,
    parse: fn(&str) -> Result<(expr::Template, expr::Condition), Fault>,
) -> Option<(Text, expr::Condition)> {
    let (text, _) = cx.scalar(node, "a condition")?;
    match parse(text) {
        Ok((template, condition)) => {
            let spans = template.references().map(|(range, _)| span_in(cx, node, range)).collect();
            let text = Text { text: text.to_owned(), span: cx.span(node), template, spans };
            Some((text, condition))
        }
        Err(fault) => {
            report(cx, node, expression_rule, vec![fault]);
            None
        }
    }
}

impl Decode for Text {
    const EXPECTED: &'static str = "text";

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        read(cx, node, Self::EXPECTED)
    }
}

impl JsonSchema for Text {
    fn schema_name() -> Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "title": "text",
            "description": "Text in which `${{ … }}` stands for a value.",
            "type": ["string", "number", "boolean"],
        })
    }
}

/// A bash script with references, each in a place where a value can stand safely.
#[derive(Clone, Debug)]
pub struct Script {
    /// The script.
    pub text: Text,
    /// What bash makes of it.
    pub shell: shell::Script,
    /// Backslashes at line ends, which Azure ML does not take.
    pub continuations: Vec<Span>,
    /// Scripts that the command runs (`python train.py`), and their places.
    pub programs: Vec<Spanned<String>>,
    /// Commands of package managers, and shells that run a download, in words without quotes.
    pub installs: Vec<Install>,
    /// The first command that another follows even when it fails.
    pub lost: Option<Spanned<String>>,
    /// Words that one CI platform's runner obeys.
    pub runner_words: Vec<RunnerWord>,
    /// Whether values are pasted into it as they are, which the author asked for.
    pub verbatim: bool,
}

record! {
    /// A command into which Azure ML pastes values as they are, without quotes.
    ///
    /// ```yaml
    /// verbatim: python train.py $(cat options.txt) --depth ${{ inputs.depth }}
    /// ```
    VerbatimScript as "a verbatim command" {
        /// The command. Nothing of it is read as bash and nothing is added, so that a reference may
        /// stand anywhere, and a value with blanks, quotes or `;` becomes part of the command. For
        /// steps on Azure ML.
        req verbatim = "verbatim": CommandLine,
    }
}

/// A command that nobody reads as bash.
#[derive(Clone, Debug)]
pub struct CommandLine(pub Text);

impl Decode for CommandLine {
    const EXPECTED: &'static str = Text::EXPECTED;

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        read_command(cx, node, Self::EXPECTED).map(Self)
    }
}

impl JsonSchema for CommandLine {
    fn schema_name() -> Cow<'static, str> {
        Text::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Text::json_schema(generator)
    }
}

/// A word that one CI platform's runner obeys: GitHub's files and commands, Azure Pipelines' logging
/// commands.
#[derive(Clone, Debug)]
pub struct RunnerWord {
    /// The word and its place.
    pub text: Spanned<String>,
}

impl RunnerWord {
    const AZURE_PIPELINES: &'static str = "##vso[";
    const DEPRECATED: [&'static str; 4] =
        ["::set-output", "::save-state", "::set-env", "::add-path"];
    const FILES: [&'static str; 4] = ["GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STATE"];

    /// Whether Azure Pipelines obeys it, and not GitHub.
    pub fn is_azure_pipelines(&self) -> bool {
        self.text.value == Self::AZURE_PIPELINES
    }

    /// Whether GitHub obeys it no longer, or not for long.
    pub fn is_deprecated(&self) -> bool {
        Self::DEPRECATED.contains(&self.text.value.as_str())
    }

    /// All such words of a script, in order.
    fn places(script: &str) -> Vec<Range<usize>> {
        if !["::", "##vso[", "GITHUB_"].iter().any(|sign| script.contains(sign)) {
            return Vec::new();
        }
        let words = Self::DEPRECATED.iter().chain(&Self::FILES).chain([&Self::AZURE_PIPELINES]);
        let each = words.flat_map(|word| script.match_indices(word));
        let mut places: Vec<Range<usize>> = each.map(|(at, word)| at..at + word.len()).collect();
        places.sort_by_key(|place| place.start);
        places
    }
}

/// A command of a package manager, or a shell that runs a download.
#[derive(Clone, Debug)]
pub struct Install {
    /// Its words from the manager's name on.
    pub words: Vec<Spanned<String>>,
    /// Whether it is a shell that runs what was downloaded.
    pub runs_download: bool,
}

/// Arguments of a script that Azure ML starts itself: words like those of a command, which no shell
/// reads.
#[derive(Clone, Debug)]
pub struct Arguments(pub Script);

impl Decode for Arguments {
    const EXPECTED: &'static str = Script::EXPECTED;

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        Script::read(cx, node, shell::scan_arguments).map(Self)
    }
}

impl JsonSchema for Arguments {
    fn schema_name() -> Cow<'static, str> {
        Script::schema_name()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Script::json_schema(generator)
    }
}

impl Decode for Script {
    const EXPECTED: &'static str = "a command";

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        Self::read(cx, node, shell::scan)
    }
}

impl Script {
    fn read(
        cx: &mut Cx<'_, '_>,
        node: NodeId,
        scan: fn(&str, &expr::Template) -> Result<shell::Script, Vec<Fault>>,
    ) -> Option<Self> {
        if let Kind::Map(_) = cx.tree.kind(node) {
            return VerbatimScript::decode(cx, node).map(Self::from);
        }
        let text = read_command(cx, node, Self::EXPECTED)?;
        if text.text.trim().is_empty() {
            return cx.bad_value(node, "the command is empty", "write a command");
        }
        let shell = match scan(&text.text, &text.template) {
            Ok(shell) => shell,
            Err(faults) => {
                report(cx, node, shell_rule, faults);
                return None;
            }
        };
        let before = cx.sink.errors();
        traps::folded_backslashes(cx, node);
        traps::macros(cx, node, &text.text);
        if cx.sink.errors() > before {
            return None;
        }
        let place = |range: &Range<usize>| span_in(cx, node, range);
        let continuations = shell.continuations.iter().map(place).collect();
        let program = |range: &Range<usize>| {
            Spanned::new(text.text[range.clone()].to_owned(), span_in(cx, node, range))
        };
        let programs = shell.programs.iter().map(program).collect();
        let unquoted = |range: &Range<usize>| {
            Spanned::new(text.text[range.clone()].replace(['"', '\''], ""), place(range))
        };
        let installs = shell.installs.iter().map(|install| Install {
            words: install.words.iter().map(unquoted).collect(),
            runs_download: install.runs_download,
        });
        let installs = installs.collect();
        let words = RunnerWord::places(&text.text);
        let runner_words = words.iter().map(|range| RunnerWord { text: program(range) }).collect();
        let lost = shell.lost.as_ref().map(program);
        let verbatim = false;
        Some(Self { text, shell, continuations, programs, installs, lost, runner_words, verbatim })
    }
}

impl From<VerbatimScript> for Script {
    fn from(script: VerbatimScript) -> Self {
        let CommandLine(text) = script.verbatim;
        Self {
            shell: shell::verbatim(&text.template),
            text,
            continuations: Vec::new(),
            programs: Vec::new(),
            installs: Vec::new(),
            lost: None,
            runner_words: Vec::new(),
            verbatim: true,
        }
    }
}

/// The short form of a [`Script`], for the schema.
enum CommandText {}

impl JsonSchema for CommandText {
    fn schema_name() -> Cow<'static, str> {
        "Script".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "title": "command",
            "description": "A bash command; `${{ … }}` may stand where a word or text in double quotes may.",
            "type": ["string", "number", "boolean"],
        })
    }
}

impl JsonSchema for Script {
    fn schema_name() -> Cow<'static, str> {
        "Command".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let text = generator.subschema_for::<CommandText>();
        let verbatim = generator.subschema_for::<VerbatimScript>();
        json_schema!({ "anyOf": [text, verbatim] })
    }
}

/// A value, or a reference that gives it when the pipeline runs.
#[derive(Clone, Debug)]
pub enum OrReference<T> {
    /// Written here.
    Value(T),
    /// One reference and nothing else.
    Reference(Text),
}

impl OrReference<Spanned<String>> {
    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Self::Value(value) => value.span,
            Self::Reference(text) => text.span,
        }
    }
}

impl<T: Decode> Decode for OrReference<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        if !cx.tree.text_of(node).contains("${{") {
            return T::decode(cx, node).map(Self::Value);
        }
        let text = read(cx, node, Self::EXPECTED)?;
        if text.whole().is_some() {
            return Some(Self::Reference(text));
        }
        cx.bad_value(
            node,
            format!("expected {}, or one reference and nothing else", T::EXPECTED),
            "write `${{ parameters.name }}` alone",
        )
    }
}

impl<T: JsonSchema> JsonSchema for OrReference<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("{}OrReference", T::schema_name()).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<T>();
        json_schema!({ "anyOf": [
            value,
            { "type": "string", "pattern": r"^\s*\$\{\{[^}]*\}\}\s*$" },
        ] })
    }
}
