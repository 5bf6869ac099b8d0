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
}
