//! "Did you mean": the nearest of some words.

/// Nobody mistypes longer names, and comparing costs their length.
const LONGEST_MISS: usize = 64;
/// Letters of the words that are compared, so that many mistakes among many names stay cheap: a
/// thousand words, or fewer long ones.
const MOST_LETTERS: usize = 8000;
/// Letters that differ at most: a word with more is another one.
const MOST_EDITS: usize = 4;

/// "did you mean" for a near miss among the allowed words; `None` when nothing is near.
pub fn near_miss<'a>(found: &str, allowed: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if found.len() > LONGEST_MISS {
        return None;
    }
    let found: Vec<char> = found.to_lowercase().chars().collect();
    // Of a single letter, any other one would be near.
    let mut limit = (found.len() / 3).clamp(usize::from(found.len() > 1), MOST_EDITS);
    let mut nearest = None;
    let mut letters_left = MOST_LETTERS;
    for word in allowed {
        if word.len() > LONGEST_MISS + MOST_EDITS {
            continue;
        }
        let Some(left) = letters_left.checked_sub(word.len()) else { break };
        letters_left = left;
        let letters: Vec<char> = word.to_lowercase().chars().collect();
        if let Some(far) = edits(&found, &letters, limit) {
            nearest = Some(word);
            // Only a nearer one counts from here on.
            let Some(nearer) = far.checked_sub(1) else { break };
            limit = nearer;
        }
    }
    nearest
}

/// Shorter names begin many others.
const SHORTEST_STEM: usize = 3;

/// The only file of the same kind whose name goes on where another one ends: `prepare.py` for
/// `prep.py`.
pub(crate) fn near_file<'a>(
    found: &str,
    files: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let (stem, end) = found.split_once('.')?;
    let goes_on = |file: &&str| {
        let Some((other, other_end)) = file.split_once('.') else { return false };
        let shorter = stem.len().min(other.len());
        let begins = stem.starts_with(other) || other.starts_with(stem);
        begins && shorter >= SHORTEST_STEM && end == other_end
    };
    let mut near = files.into_iter().filter(goes_on);
    near.next().filter(|_| near.next().is_none())
}

/// One more than the letters of any word that is compared.
const ROW: usize = LONGEST_MISS + MOST_EDITS + 1;

/// How many letters must be put in, left out, changed or swapped with their neighbour; `None` for
/// more than the limit. Only as many places are compared as the limit lets the words drift apart.
fn edits(one: &[char], other: &[char], limit: usize) -> Option<usize> {
    let (one, other) = without_ends(one, other);
    if one.len().abs_diff(other.len()) > limit || one.len().max(other.len()) >= ROW {
        return None;
    }
    let far = limit + 1;
    let (mut before_last, mut last, mut row) = ([far; ROW], [far; ROW], [far; ROW]);
    for (at, edits) in last.iter_mut().enumerate().take(far) {
        *edits = at;
    }
    for (i, letter) in (1_usize..).zip(one) {
        let first = i.saturating_sub(limit).max(1);
        row[first - 1] = if first == 1 { i.min(far) } else { far };
        let mut smallest = row[first - 1];
        for j in first..=(i + limit).min(other.len()) {
            let changed = last[j - 1] + usize::from(*letter != other[j - 1]);
            let swapped = i > 1 && j > 1 && *letter == other[j - 2] && one[i - 2] == other[j - 1];
            let swapped = if swapped { before_last[j - 2] + 1 } else { far };
            row[j] = changed.min(swapped).min(last[j] + 1).min(row[j - 1] + 1).min(far);
            smallest = smallest.min(row[j]);
        }
        if smallest > limit {
            return None;
        }
        (before_last, last, row) = (last, row, [far; ROW]);
    }
    Some(last[other.len()]).filter(|edits| *edits <= limit)
}

/// Two words without the letters that both start and end with.
fn without_ends<'w>(one: &'w [char], other: &'w [char]) -> (&'w [char], &'w [char]) {
    let start = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let (one, other) = (&one[start..], &other[start..]);
    let end = one.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count();
    (&one[..one.len() - end], &other[..other.len() - end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn far(one: &str, other: &str, limit: usize) -> Option<usize> {
        let letters = |word: &str| word.chars().collect::<Vec<char>>();
        edits(&letters(one), &letters(other), limit)
    }

    #[test]
    fn edits_are_counted_up_to_the_limit() {
        assert_eq!(far("kitten", "kitten", 0), Some(0));
        assert_eq!(far("kitten", "sitten", 1), Some(1));
        assert_eq!(far("kitten", "kiten", 2), Some(1));
        assert_eq!(far("ab", "ba", 1), Some(1));
        assert_eq!(far("kitten", "sitting", 3), Some(3));
        assert_eq!(far("kitten", "sitting", 2), None);
        assert_eq!(far("", "abc", 3), Some(3));
        assert_eq!(far("é", "e", 1), Some(1));
    }

    #[test]
    fn longer_names_of_files_are_meant() {
        assert_eq!(near_file("prep.py", ["train.py", "prepare.py"]), Some("prepare.py"));
        assert_eq!(near_file("preparation.py", ["prep.py"]), Some("prep.py"));
        assert_eq!(near_file("prep.py", ["prepare.sh", "prepare"]), None);
        assert_eq!(near_file("prep.py", ["prepare.py", "preprocess.py"]), None);
        assert_eq!(near_file("a.py", ["all.py"]), None);
    }

    #[test]
    fn the_nearest_word_is_meant() {
        assert_eq!(near_miss("trian", ["plain", "train", "trial"]), Some("train"));
        assert_eq!(near_miss("TRAIN", ["train"]), Some("train"));
        assert_eq!(near_miss("x", ["train"]), None);
        assert_eq!(near_miss("b", ["a"]), None);
        assert_eq!(near_miss("ab", ["a"]), Some("a"));
        assert_eq!(near_miss(&"x".repeat(65), ["train"]), None);
    }
}
