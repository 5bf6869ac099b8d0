//! Filters for platforms that keep exclusions in a list of their own.

/// What is included and what is taken away from it again.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filters {
    /// Patterns that include; empty: everything.
    pub include: Vec<String>,
    /// Patterns that exclude, and win.
    pub exclude: Vec<String>,
}

/// Branch or tag patterns as Azure Pipelines writes them, where `*` stands for any text, `/` too:
/// `**` becomes `*`, and each `*` of an inclusion excludes what lies deeper (`releases/*` without
/// `releases/*/*`).
pub fn ref_filters(patterns: &[String]) -> Filters {
    let mut filters = path_filters(patterns);
    let deeper: Vec<String> = filters.include.iter().flat_map(|text| deeper(text)).collect();
    filters.exclude.extend(deeper);
    for text in filters.include.iter_mut().chain(&mut filters.exclude) {
        *text = text.replace("**", "*");
    }
    filters
}

/// Path patterns as Azure Pipelines writes them: the same, with exclusions apart.
pub fn path_filters(patterns: &[String]) -> Filters {
    let mut filters = Filters::default();
    for text in patterns {
        match text.strip_prefix('!') {
            Some(bare) => filters.exclude.push(bare.to_owned()),
            None => filters.include.push(text.clone()),
        }
    }
    filters
}

/// What a platform on which `*` stands for `/` too matches too much.
fn deeper(text: &str) -> Vec<String> {
    let bytes = text.as_bytes();
    let alone = |at: &usize| {
        let before = at.checked_sub(1).and_then(|at| bytes.get(at));
        before != Some(&b'*') && bytes.get(at + 1) != Some(&b'*')
    };
    let stars = text.match_indices('*').map(|(at, _)| at).filter(alone);
    stars.map(|at| format!("{}*/*{}", &text[..at], &text[at + 1..])).collect()
}

/// Whether patterns take a name or path; exclusions win, since they stand last.
pub fn takes(patterns: &[String], text: &str) -> bool {
    let (excludes, includes): (Vec<&str>, Vec<&str>) =
        patterns.iter().map(String::as_str).partition(|pattern| pattern.starts_with('!'));
    includes.iter().any(|pattern| fits(pattern, text))
        && !excludes.iter().any(|pattern| fits(pattern.trim_start_matches('!'), text))
}

/// Whether a text matches a pattern: `*` stands for any letters but `/`; `**`, a whole part, for any
/// number of parts, and at the end for at least one.
fn fits(pattern: &str, text: &str) -> bool {
    let pattern: Vec<&str> = pattern.split('/').collect();
    let text: Vec<&str> = text.split('/').collect();
    // `row[j]`: whether the parts of the pattern from `i` on match those of the text from `j` on.
    let mut row: Vec<bool> = (0..=text.len()).map(|j| j == text.len()).collect();
    for (i, part) in pattern.iter().enumerate().rev() {
        let below = std::mem::replace(&mut row, vec![false; text.len() + 1]);
        for j in (0..=text.len()).rev() {
            row[j] = match (*part, text.get(j)) {
                ("**", None) => i + 1 < pattern.len() && below[j],
                ("**", Some(_)) if i + 1 == pattern.len() => true,
                ("**", Some(_)) => below[j] || row[j + 1],
                (_, None) => false,
                (part, Some(found)) => below[j + 1] && fits_part(part, found),
            };
        }
    }
    row[0]
}

/// One part, in which `*` stands for any letters. Taking the earliest place for each piece is right.
fn fits_part(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(rest) = text.strip_prefix(pieces.next().unwrap_or_default()) else { return false };
    let Some(last) = pieces.next_back() else { return rest.is_empty() };
    let mut rest = rest;
    for piece in pieces {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    rest.len() >= last.len() && rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists(filters: &Filters) -> (String, String) {
        (filters.include.join(" "), filters.exclude.join(" "))
    }

    #[test]
    fn a_star_in_a_branch_does_not_reach_deeper() {
        let patterns = ["main", "releases/*", "hotfix/**", "!hotfix/old"].map(str::to_owned);
        let (include, exclude) = lists(&ref_filters(&patterns));
        assert_eq!(include, "main releases/* hotfix/*");
        assert_eq!(exclude, "hotfix/old releases/*/*");
    }

    #[test]
    fn paths_keep_their_form() {
        let patterns = ["src/**", "*.md", "!src/docs/**"].map(str::to_owned);
        let (include, exclude) = lists(&path_filters(&patterns));
        assert_eq!((include.as_str(), exclude.as_str()), ("src/** *.md", "src/docs/**"));
    }

    #[test]
    fn patterns_match_as_both_platforms_say() {
        for (pattern, text, is) in [
            ("main", "main", true),
            ("main", "maine", false),
            ("releases/*", "releases/1", true),
            ("releases/*", "releases/1/2", false),
            ("releases/**", "releases/1/2", true),
            ("releases/**", "releases", false),
            ("**", "a/b", true),
            ("src/**/x.py", "src/x.py", true),
            ("src/**/x.py", "src/a/b/x.py", true),
            ("src/**/x.py", "src/a/y.py", false),
            ("*.md", "README.md", true),
            ("*.md", "docs/README.md", false),
            ("v*.*", "v1.2", true),
            ("v*.*", "v12", false),
            ("a*a", "a", false),
            ("**/a*b*c", "x/y/a1b2c", true),
        ] {
            assert_eq!(fits(pattern, text), is, "{pattern} {text}");
        }
    }

    #[test]
    fn exclusions_win() {
        let patterns = ["src/**", "!src/docs/**"].map(str::to_owned);
        assert!(takes(&patterns, "src/a.py"));
        assert!(!takes(&patterns, "src/docs/a.md"));
        assert!(!takes(&patterns, "other"));
    }
}
