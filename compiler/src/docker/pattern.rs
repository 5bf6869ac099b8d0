//! Patterns of Dockerfiles and of `.dockerignore`, as Go's `filepath.Match` reads them, part by
//! part. <https://docs.docker.com/build/concepts/context/#syntax>

/// Whether a pattern names a path, or a folder above it.
pub(super) fn covers(pattern: &[&str], path: &[&str]) -> bool {
    // `reached[n]`: the pattern so far names the first `n` parts.
    let mut reached = vec![false; path.len() + 1];
    reached[0] = true;
    for part in pattern {
        let mut next = vec![false; path.len() + 1];
        if *part == "**" {
            let first = reached.iter().position(|it| *it).unwrap_or(path.len() + 1);
            next.iter_mut().skip(first).for_each(|it| *it = true);
        } else {
            for (at, name) in path.iter().enumerate() {
                next[at + 1] = reached[at] && names(part, name);
            }
        }
        reached = next;
    }
    reached.iter().skip(1).any(|it| *it)
}

/// Whether a pattern has signs of its own in it.
pub(super) fn is_wild(part: &str) -> bool {
    part.contains(['*', '?', '[', '\\'])
}

/// One part: `*` any letters, `?` one, `[a-z]` one of these, `\` takes the next as it is.
fn names(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        if pattern.get(p) == Some(&'*') {
            star = Some((p, n));
            p += 1;
            continue;
        }
        if let Some(next) = one(&pattern, p, name[n]) {
            (p, n) = (next, n + 1);
            continue;
        }
        // The last star takes one letter more.
        let Some((at, taken)) = star else { return false };
        star = Some((at, taken + 1));
        (p, n) = (at + 1, taken + 1);
    }
    pattern[p..].iter().all(|letter| *letter == '*')
}

/// Where the pattern goes on, if what stands at a place names a letter.
fn one(pattern: &[char], at: usize, letter: char) -> Option<usize> {
    match *pattern.get(at)? {
        '?' => Some(at + 1),
        '[' => class(pattern, at + 1, letter),
        '\\' => (*pattern.get(at + 1)? == letter).then_some(at + 2),
        same => (same == letter).then_some(at + 1),
    }
}

fn class(pattern: &[char], start: usize, letter: char) -> Option<usize> {
    let is_negated = pattern.get(start) == Some(&'^');
    let mut at = start + usize::from(is_negated);
    let mut found = false;
    while *pattern.get(at)? != ']' {
        at += usize::from(pattern[at] == '\\');
        let low = *pattern.get(at)?;
        let mut high = low;
        if pattern.get(at + 1) == Some(&'-') && pattern.get(at + 2).is_some_and(|it| *it != ']') {
            at += 2 + usize::from(pattern[at + 2] == '\\');
            high = *pattern.get(at)?;
        }
        found |= (low..=high).contains(&letter);
        at += 1;
    }
    (found != is_negated).then_some(at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, path: &str) -> bool {
        let cut = |text: &'static str| text.split('/').collect::<Vec<_>>();
        let leak = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
        covers(&cut(leak(pattern)), &cut(leak(path)))
    }

    #[test]
    fn patterns_name_files_and_the_folders_above() {
        for (pattern, path) in [
            ("src", "src/a.py"),
            ("src/*.py", "src/a.py"),
            ("*/a.py", "src/a.py"),
            ("**/a.py", "a.py"),
            ("**/a.py", "x/y/a.py"),
            ("src/**", "src/x/y"),
            ("**", "a"),
            ("a?c", "abc"),
            ("[a-c]*d", "bxxd"),
            ("[^a]", "b"),
            (r"\*", "*"),
            ("a*b*c", "axbxbc"),
            ("a/**/b", "a/b"),
        ] {
            assert!(check(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in [
            ("a.py", "src/a.py"),
            ("src/*.py", "src/x/a.py"),
            ("src/a.py", "src"),
            ("a?c", "ac"),
            ("[a-c]", "d"),
            ("[^a]", "a"),
            ("[a", "a"),
            (r"\*", "a"),
            ("**/b", "a/c"),
            ("*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        ] {
            assert!(!check(pattern, path), "{pattern} {path}");
        }
    }
}
