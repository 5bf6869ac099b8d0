//! From a byte of a command in an output to that of the author's own text. The author's references
//! are something else there; all around them stands as it was written.

/// A piece that both texts have.
struct Shared {
    own: usize,
    made: usize,
    len: usize,
}

/// The byte of the author's text behind a byte of the one that was made of it.
pub(super) fn origin(own: &str, made: &str, at: usize) -> usize {
    let shared = shared(own, made);
    let before = shared.iter().rfind(|piece| piece.made <= at);
    // Inside of a reference, its start.
    before.map_or(0, |piece| piece.own + (at - piece.made).min(piece.len))
}

fn shared(own: &str, made: &str) -> Vec<Shared> {
    let mut pieces = Vec::new();
    let mut behind = 0;
    for (start, text) in literals(own) {
        if let Some(at) = made[behind..].find(text) {
            pieces.push(Shared { own: start, made: behind + at, len: text.len() });
            behind += at + text.len();
        }
    }
    pieces
}

/// What stands between references, with its places.
fn literals(own: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut start = 0;
    while let Some(open) = own[start..].find("${{") {
        found.push((start, &own[start..start + open]));
        let Some(close) = own[start + open..].find("}}") else { return trimmed(found) };
        start += open + close + 2;
    }
    found.push((start, &own[start..]));
    trimmed(found)
}

/// Quotes next to a reference may be others, and line ends too.
fn trimmed(pieces: Vec<(usize, &str)>) -> Vec<(usize, &str)> {
    let is_edge = |letter: char| letter == '"' || letter == '\'' || letter.is_whitespace();
    let pieces = pieces.into_iter().map(|(start, text)| {
        let body = text.trim_start_matches(is_edge);
        (start + text.len() - body.len(), body.trim_end_matches(is_edge))
    });
    pieces.filter(|(_, text)| !text.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_around_references() {
        let own = "train --a ${{ parameters.x }} --b '${{ outputs.y }}' \\\n  --last";
        let made = "set -e\ntrain --a \"$X\" --b '${{outputs.y}}' \\\n  --last";
        for word in ["train", "--a", "--b", "--last"] {
            let found = origin(own, made, made.find(word).unwrap());
            assert_eq!(found, own.find(word).unwrap(), "{word}");
        }
        let found = origin(own, made, made.find("$X").unwrap());
        assert!(own[found..].trim_start().starts_with("${{ parameters.x"), "{}", &own[found..]);
    }
}
