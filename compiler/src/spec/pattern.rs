//! Filters of branches, tags and paths that GitHub and Azure Pipelines read alike.
//!
//! | form | GitHub | Azure Pipelines |
//! |---|---|---|
//! | `main` | this branch or tag | the same |
//! | `src/train.py` | this file | this file, or all of a folder of this name: name a folder as `src/**` |
//! | `releases/*` | one part: no `/` | for branches and tags any text, also `/`: [`plan::ref_filters`] excludes deeper ones |
//! | `releases/**` at the end, without `*` | all below | branches and tags know `*` only, which means the same; paths know `**` |
//! | `src/**/x.py` | folders between, or none | the same, for paths; refused for branches and tags |
//! | `!old/**` | takes matches away again from what stands before | a list of its own, which wins: so exclusions come last |
//!
//! Everything else is refused: `?` is "once or not" of the character before on GitHub and any one
//! character on Azure Pipelines; `+`, `[…]` and `\` exist on GitHub only; a leading `/` or `./`
//! never matches on GitHub; blanks, `~`, `^`, `:` cannot be part of a name of a branch.
//!
//! Sources: GitHub documentation, "Workflow syntax", filter pattern cheat sheet; Azure Pipelines
//! documentation, "CI triggers", wildcards.
//!
//! [`plan::ref_filters`]: crate::plan::ref_filters

use std::ops::Range;

use super::fault::Fault;
use crate::diagnostics::excerpt;

/// Checks one pattern for branches.
pub fn branch(text: &str) -> Result<(), Fault> {
    reference(text, "refs/heads/")
}

/// Checks one pattern for tags.
pub fn tag(text: &str) -> Result<(), Fault> {
    reference(text, "refs/tags/")
}

/// Checks one pattern for paths, from the repository's root.
pub fn path(text: &str) -> Result<(), Fault> {
    let (bare, start, _) = polarity(text);
    for dots in ["./", "../"] {
        if bare.starts_with(dots) {
            let fault = Fault::new(start..start + dots.len(), format!("`{dots}` never matches"));
            return Err(fault.help("paths start at the repository's root: `src/**`"));
        }
    }
    form(bare, start)?;
    stars(bare, start, false)
}

fn reference(text: &str, prefix: &str) -> Result<(), Fault> {
    let (bare, start, excludes) = polarity(text);
    if bare.starts_with("refs/") {
        let fault = Fault::new(start..start + 5, "GitHub matches the name without `refs/…`");
        let other = if prefix == "refs/tags/" { "branches" } else { "tags" };
        return Err(match bare.strip_prefix(prefix) {
            Some(name) => fault.help(format!("`{name}`")),
            None => fault.help(format!("names alone stand here; {other} have a list of their own")),
        });
    }
    form(bare, start)?;
    if bare.ends_with('.') {
        let end = start + bare.len();
        return Err(Fault::new(end - 1..end, "no name of a branch or tag ends with `.`"));
    }
    stars(bare, start, true)?;
    let lone = lone_stars(bare).next();
    if let Some(at) = lone.filter(|_| bare.ends_with("**")) {
        let fault = Fault::new(start + at..start + at + 1, "`*` and `**` in one pattern");
        return Err(fault.help("Azure Pipelines cannot keep them apart: use one of them"));
    }
    match lone {
        Some(at) if excludes => Err(Fault::new(
            start + at..start + at + 1,
            "an exclusion with `*` takes away more on Azure Pipelines, where it also stands for `/`",
        )
        .help("exclude by a whole name, or by all below: `!old/**`")),
        _ => Ok(()),
    }
}

/// The pattern without its `!`, where it starts, and whether it excludes.
fn polarity(text: &str) -> (&str, usize, bool) {
    text.strip_prefix('!').map_or((text, 0, false), |bare| (bare, 1, true))
}

/// Characters, and slashes that stand between two parts.
fn form(bare: &str, start: usize) -> Result<(), Fault> {
    let whole = start..start + bare.len();
    if bare.is_empty() {
        return Err(Fault::new(0..start, "an empty pattern").help("all: `**`"));
    }
    if let Some((at, found)) = bare.char_indices().find_map(|(at, c)| Some((at, refused(c)?))) {
        let length = bare[at..].chars().next().map_or(1, char::len_utf8);
        let at = start + at..start + at + length;
        let blank = bare.contains(' ') && !bare.contains('\n');
        let help = if blank && bare.contains('/') && !bare.contains(',') {
            let starred = bare.replace(' ', "*");
            format!("`*` stands for a blank too: `{}`", excerpt(&starred))
        } else if blank {
            let words: Vec<&str> = bare.split([',', ' ']).filter(|word| !word.is_empty()).collect();
            format!("several patterns are a list: `[{}]`", excerpt(&words.join(", ")))
        } else {
            "names, `*` for one part, `**` for all below".to_owned()
        };
        return Err(Fault::new(at, found).help(help));
    }
    if bare.contains("${{") {
        return Err(Fault::new(whole, "a filter is fixed: it takes no reference"));
    }
    if bare.starts_with('/') {
        let fault = Fault::new(start..start + 1, "a leading `/` never matches on GitHub");
        return Err(fault.help(format!("`{}`", bare.trim_start_matches('/'))));
    }
    if bare.ends_with('/') {
        let fault = Fault::new(whole.end - 1..whole.end, "a trailing `/` never matches on GitHub");
        return Err(fault.help(format!("all below: `{}/**`", bare.trim_end_matches('/'))));
    }
    if let Some(at) = bare.find("//") {
        return Err(Fault::new(start + at..start + at + 2, "an empty part between two `/`"));
    }
    Ok(())
}

/// Why a character cannot stand in a pattern.
fn refused(c: char) -> Option<&'static str> {
    match c {
        '?' => Some("`?` means something else on each platform"),
        '{' | '}' => Some("braces stand for themselves; write one pattern for each word"),
        '+' => Some(
            "`+` repeats the character before on GitHub, and is a plain `+` on Azure Pipelines",
        ),
        '[' | ']' => Some("`[…]` is a choice on GitHub, and refused by Azure Pipelines"),
        '\\' => Some("`\\` is refused by Azure Pipelines"),
        '!' => Some("`!` counts at the start of a pattern only, and once"),
        '~' | '^' | ':' => Some("Azure Pipelines refuses `~`, `^` and `:`"),
        _ if c.is_whitespace() => Some("Azure Pipelines refuses blanks"),
        _ if c.is_control() => Some("a control character"),
        _ => None,
    }
}

/// `**` must be a whole part; for branches and tags the last one.
fn stars(bare: &str, start: usize, last_only: bool) -> Result<(), Fault> {
    let mut at = start;
    let mut before = "";
    for part in bare.split('/') {
        let range = at..at + part.len();
        at = range.end + 1;
        if part.contains("**") && part != "**" {
            let fault = Fault::new(range, "`**` must be a whole part of the pattern");
            let help = if part.contains("***") { "`**`" } else { "`*` in a part, or `**` alone" };
            return Err(fault.help(help));
        }
        if part == "**" && before == "**" {
            return Err(Fault::new(range, "`**` twice in a row").help("once is enough"));
        }
        let last = range.end == start + bare.len();
        if part == "**" && last_only && !last {
            return Err(Fault::new(
                range,
                "`**` stands for no part at all on GitHub, and not on Azure Pipelines",
            )
            .help("for branches and tags `**` can be the last part only: `releases/**`"));
        }
        before = part;
    }
    Ok(())
}

/// Where `*` stands alone.
fn lone_stars(bare: &str) -> impl Iterator<Item = usize> {
    let bytes = bare.as_bytes();
    bare.match_indices('*').map(|(at, _)| at).filter(move |at| {
        let before = at.checked_sub(1).and_then(|at| bytes.get(at));
        before != Some(&b'*') && bytes.get(at + 1) != Some(&b'*')
    })
}

/// Checks a list for branches or tags whose patterns are right by themselves; faults come with the
/// number of the pattern.
pub fn refs(list: &[&str]) -> Vec<(usize, Fault)> {
    let mut faults = order(list);
    let starred = list.iter().enumerate().filter(|(_, text)| is_starred(text));
    if let Some((number, fault)) = too_many(list, starred.clone()) {
        faults.push((number, fault));
        return faults;
    }
    for (number, text) in starred {
        if let Some(other) = list.iter().find(|other| overreaches(text, other)) {
            let stars = lone_stars(text).next().unwrap_or(0);
            let message = format!(
                "`*` stands for `/` too on Azure Pipelines, so that `{text}` and `{other}` cannot be told apart there"
            );
            let fault = Fault::new(stars..stars + 1, message);
            faults.push((number, fault.help("write `**` for all below, or two triggers")));
        }
    }
    faults
}

/// Letters of patterns with `*` times letters of all patterns: what telling them apart costs. There
/// is room for 200 patterns of 25 letters with a `*` in each.
const MOST_COMPARED: usize = 25_000_000;

/// Whether a pattern includes by a `*`.
fn is_starred(text: &str) -> bool {
    !text.starts_with('!') && lone_stars(text).next().is_some()
}

/// The pattern at which there are too many to tell them all apart.
fn too_many<'a>(
    list: &[&str],
    starred: impl Iterator<Item = (usize, &'a &'a str)>,
) -> Option<(usize, Fault)> {
    let letters: usize = list.iter().map(|text| text.len() + 1).sum();
    let mut compared: usize = 0;
    for (number, text) in starred {
        let cost = lone_stars(text).count().saturating_mul(text.len() + 2);
        compared = compared.saturating_add(cost.saturating_mul(letters));
        if compared > MOST_COMPARED {
            let fault = Fault::new(0..text.len(), "too many patterns with `*` to tell them apart");
            return Some((number, fault.help("write `**` for all below, or several triggers")));
        }
    }
    None
}

/// Checks a list for paths whose patterns are right by themselves; faults come with the number of
/// the pattern.
pub fn paths(list: &[&str]) -> Vec<(usize, Fault)> {
    order(list)
}

/// What is included comes first, since order counts on GitHub and not on Azure Pipelines.
fn order(list: &[&str]) -> Vec<(usize, Fault)> {
    let Some(first) = list.iter().position(|text| text.starts_with('!')) else {
        return Vec::new();
    };
    if first == 0 {
        let fault =
            Fault::new(0..1, "a list that only excludes, or excludes first, starts nothing");
        return vec![(0, fault.help("put a pattern without `!` first, such as `**`"))];
    }
    let late = list.iter().enumerate().skip(first).filter(|(_, text)| !text.starts_with('!'));
    let fault = |text: &str| {
        Fault::new(0..text.len(), "an inclusion behind an exclusion, which wins on Azure Pipelines")
            .help("put exclusions last; or use two triggers")
    };
    late.map(|(number, text)| (number, fault(text))).collect()
}

/// Whether the exclusion that a `*` needs on Azure Pipelines would take away what another pattern
/// of the list includes.
fn overreaches(text: &str, other: &str) -> bool {
    if text == other || text.starts_with('!') || other.starts_with('!') {
        return false;
    }
    let included = tokens(other, 0..0);
    lone_stars(text).any(|star| meet(&tokens(text, star..star + 1), &included))
}

/// A part of a pattern that matches one character or any number of them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Token {
    One(u8),
    /// Anything but `/`.
    Part,
    Any,
}

impl Token {
    fn takes(self, other: Self) -> bool {
        match (self, other) {
            (Self::One(_), _) => false,
            (Self::Part, Self::One(byte)) => byte != b'/',
            (Self::Part | Self::Any, _) => true,
        }
    }
}

/// The tokens of a pattern. Where `excluding` is not empty, it is read as Azure Pipelines does,
/// with `*/*` in place of the star in that range.
fn tokens(text: &str, excluding: Range<usize>) -> Vec<Token> {
    let azure = !excluding.is_empty();
    let mut tokens = Vec::with_capacity(text.len() + 2);
    for (at, byte) in text.bytes().enumerate() {
        let from = |at: usize| text.as_bytes()[at..].starts_with(b"**");
        let double = from(at) || at > 0 && from(at - 1);
        match byte {
            b'*' if excluding.contains(&at) => {
                tokens.extend([Token::Any, Token::One(b'/'), Token::Any]);
            }
            b'*' if azure || double => tokens.push(Token::Any),
            b'*' => tokens.push(Token::Part),
            _ => tokens.push(Token::One(byte)),
        }
    }
    tokens
}

/// Whether some text matches both.
fn meet(a: &[Token], b: &[Token]) -> bool {
    // `row[j]`: whether some text matches both `a[i..]` and `b[j..]`.
    let ended = |rest: &[Token]| rest.iter().all(|token| !matches!(token, Token::One(_)));
    let mut row: Vec<bool> = (0..=b.len()).map(|j| ended(&b[j..])).collect();
    for (i, first) in a.iter().enumerate().rev() {
        let below = row;
        row = vec![false; b.len() + 1];
        row[b.len()] = ended(&a[i..]);
        for (j, second) in b.iter().enumerate().rev() {
            let wild = |token: &Token| !matches!(token, Token::One(_));
            row[j] = (first == second && below[j + 1])
                || (wild(first) && below[j])
                || (wild(second) && row[j + 1])
                || (first.takes(*second) && row[j + 1])
                || (second.takes(*first) && below[j]);
        }
    }
    row[0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::ref_filters;
    use proptest::prelude::*;

    fn said(result: Result<(), Fault>, text: &str) -> (String, String) {
        let fault = result.expect_err(text);
        (text[fault.at].to_owned(), fault.message)
    }

    #[test]
    fn what_both_platforms_read_alike_is_taken() {
        for text in
            ["main", "releases/**", "releases/*", "feature/*-x", "**", "*", "!old/**", "!old"]
        {
            assert_eq!(branch(text), Ok(()), "{text}");
            assert_eq!(tag(text), Ok(()), "{text}");
        }
        for text in [
            "src/**",
            "**",
            "**/*.py",
            "src/*.py",
            "a/**/b.txt",
            "!docs/*.md",
            "README.md",
            ".github/x",
        ] {
            assert_eq!(path(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_they_read_differently_is_refused_at_its_place() {
        for (text, at) in [
            ("main?", "?"),
            ("v[12]", "["),
            ("v1+", "+"),
            ("a\\*", "\\"),
            ("a b", " "),
            ("!!a", "!"),
            ("a!b", "!"),
            ("/main", "/"),
            ("main/", "/"),
            ("a//b", "//"),
            ("v**", "v**"),
            ("***", "***"),
            ("a/**/b", "**"),
            ("a*/**", "*"),
            ("refs/heads/main", "refs/"),
            ("v1.", "."),
            ("!v*", "*"),
            ("!", "!"),
            ("é é", " "),
        ] {
            assert_eq!(said(branch(text), text).0, at, "{text}");
        }
        for (text, at) in [
            ("./src/**", "./"),
            ("../x", "../"),
            ("/src", "/"),
            ("src/", "/"),
            ("a/**/**", "**"),
            ("**.py", "**.py"),
            ("${{ x }}", "{"),
        ] {
            assert_eq!(said(path(text), text).0, at, "{text}");
        }
        let fault = path("src/").expect_err("trailing slash");
        assert_eq!(fault.help.as_deref(), Some("all below: `src/**`"));
        let fault = branch("refs/heads/dev").expect_err("a full name");
        assert_eq!(fault.help.as_deref(), Some("`dev`"));
        assert_eq!(branch("").expect_err("empty").message, "an empty pattern");
    }

    #[test]
    fn exclusions_come_last() {
        assert_eq!(refs(&["**", "!old/**"]), []);
        assert_eq!(refs(&["!old/**"])[0].0, 0);
        assert_eq!(paths(&["a/**", "!a/b/**", "a/b/c.py"])[0].0, 2);
    }

    #[test]
    fn a_star_that_cannot_be_said_apart_is_refused() {
        assert_eq!(refs(&["releases/*", "main", "hotfix/*", "v*"]), []);
        assert_eq!(refs(&["releases/*", "releases/a/b"])[0].0, 0);
        assert_eq!(refs(&["main", "*", "releases/*"])[0].0, 1);
        assert_eq!(refs(&["*", "releases/**"]).len(), 1);
        assert_eq!(refs(&["feature/*-x", "feature/a/*"]).len(), 1);
        assert_eq!(refs(&["feature/*-x", "feature/a/y"]), []);
    }

    /// What GitHub's documentation says of the taken subset, for branches.
    fn on_github(list: &[String], name: &str) -> bool {
        list.iter().fold(false, |state, text| match text.strip_prefix('!') {
            Some(bare) if matches(&tokens(bare, 0..0), name) => false,
            None if matches(&tokens(text, 0..0), name) => true,
            _ => state,
        })
    }

    /// What Azure Pipelines' documentation says: `*` is any text, exclusions win.
    fn on_azure_pipelines(list: &[String], name: &str) -> bool {
        let filters = ref_filters(list);
        let any = |patterns: &[String]| {
            patterns.iter().any(|text| {
                let azure = |byte| if byte == b'*' { Token::Any } else { Token::One(byte) };
                matches(&text.bytes().map(azure).collect::<Vec<_>>(), name)
            })
        };
        any(&filters.include) && !any(&filters.exclude)
    }

    fn matches(tokens: &[Token], name: &str) -> bool {
        meet(tokens, &name.bytes().map(Token::One).collect::<Vec<_>>())
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn both_platforms_start_for_the_same_branches(
            mut list in prop::collection::vec("([ab](/[ab]){0,2}(/\\*\\*)?|(a|b|\\*|a\\*|\\*b)(/(a|\\*|b\\*)){0,2}|\\*\\*)", 1..4),
            excluded in prop::collection::vec("![ab](/[ab])?(/\\*\\*)?", 0..3),
            name in "[ab]{1,2}(/[ab]{1,2}){0,3}",
        ) {
            list.extend(excluded);
            prop_assert!(list.iter().all(|text| branch(text).is_ok()));
            prop_assume!(refs(&list.iter().map(String::as_str).collect::<Vec<_>>()).is_empty());
            prop_assert_eq!(on_github(&list, &name), on_azure_pipelines(&list, &name));
        }

        #[test]
        fn any_text_is_judged_without_panic(text in "([ab é/.!*?+~\\[\\]\\\\]|\\*\\*|refs/heads/|\\$\\{\\{){0,8}") {
            for judge in [branch, tag, path] {
                if let Err(fault) = judge(&text) {
                    prop_assert!(text.get(fault.at).is_some());
                }
            }
            refs(&[&text, "a/*", "!b"]);
        }
    }
}
