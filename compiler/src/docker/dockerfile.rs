//! What a Dockerfile takes from the folder that it is built in.

use std::ops::Range;

use super::lines::{Instruction, Word, instructions};

/// A file, a folder or a pattern that is copied, from the context's folder on.
pub(super) struct Copied {
    pub(super) path: String,
    pub(super) at: Range<usize>,
}

/// What cannot be known before the build.
pub(super) struct Unknown {
    pub(super) at: Range<usize>,
    pub(super) message: String,
    pub(super) help: &'static str,
}

/// What was read of a Dockerfile.
#[derive(Default)]
pub(super) struct Dockerfile {
    pub(super) copied: Vec<Copied>,
    pub(super) unknown: Vec<Unknown>,
    /// Whether there is a `FROM`.
    pub(super) has_base: bool,
}

/// Reads a Dockerfile.
pub(super) fn read(text: &str) -> Dockerfile {
    let mut found = Dockerfile::default();
    for instruction in instructions(text) {
        match instruction.name.as_str() {
            "FROM" => found.has_base = true,
            "COPY" | "ADD" => found.copy(&instruction),
            "RUN" => found.mounts(&instruction),
            _ => {}
        }
    }
    found
}

impl Dockerfile {
    fn copy(&mut self, instruction: &Instruction) {
        let flags = instruction.words.iter().take_while(|word| word.text.starts_with("--"));
        let flags: Vec<&str> = flags.map(|word| word.text.as_str()).collect();
        if flags.iter().any(|flag| flag.starts_with("--from=")) {
            return; // another stage, or an image that is named here
        }
        let is_checked = flags.iter().any(|flag| flag.starts_with("--checksum="));
        let words = &instruction.words[flags.len()..];
        for Copied { path, at } in sources(words) {
            if path.starts_with("<<") {
                continue; // a text that stands here
            }
            let is_remote = instruction.name == "ADD" && is_address(&path);
            if is_remote && is_checked {
                continue;
            }
            let fault = if is_remote {
                let help =
                    "add `--checksum=sha256:…`, or fetch it in a `RUN` that checks what came";
                Some(("can change while the image's tag stays", help))
            } else if path.contains('$') {
                Some(("is known to the build alone", "write the path itself, without variables"))
            } else {
                None
            };
            match fault {
                Some((words, help)) => {
                    let message = format!("what `{path}` brings {words}");
                    self.unknown.push(Unknown { at, message, help });
                }
                None => self.copied.push(Copied { path, at }),
            }
        }
    }

    /// Folders that a command sees while it runs: without `from` they are those of the context.
    fn mounts(&mut self, instruction: &Instruction) {
        let flags = instruction.words.iter().take_while(|word| word.text.starts_with("--"));
        for word in flags {
            let Some(mount) = word.text.strip_prefix("--mount=") else { continue };
            let value = |names: &[&str]| {
                let mut pairs = mount.split(',').filter_map(|pair| pair.split_once('='));
                let found = pairs.find(|(name, _)| names.contains(name));
                found.map(|(_, value)| value.to_owned())
            };
            let is_bound = value(&["type"]).is_none_or(|kind| kind == "bind");
            if is_bound && value(&["from"]).is_none() {
                let path = value(&["source", "src"]).unwrap_or_else(|| ".".to_owned());
                self.copied.push(Copied { path, at: word.at.clone() });
            }
        }
    }
}

/// All but the last word, which is where the files go; also as a list in JSON.
fn sources(words: &[Word]) -> Vec<Copied> {
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return Vec::new() };
    let whole = first.at.start..last.at.end;
    if first.text.starts_with('[') {
        let text: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        if let Ok(mut list) = serde_json::from_str::<Vec<String>>(&text.join(" ")) {
            list.pop();
            return list.into_iter().map(|path| Copied { path, at: whole.clone() }).collect();
        }
    }
    let sources = words[..words.len() - 1].iter();
    let bare = |word: &Word| word.text.chars().filter(|c| !matches!(c, '"' | '\'')).collect();
    sources.map(|word| Copied { path: bare(word), at: word.at.clone() }).collect()
}

fn is_address(path: &str) -> bool {
    path.contains("://") || path.starts_with("git@")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copied(text: &str) -> Vec<String> {
        let read = read(text);
        assert!(read.unknown.is_empty(), "{text}");
        for one in &read.copied {
            assert!(text.get(one.at.clone()).is_some(), "{text}");
        }
        read.copied.into_iter().map(|one| one.path).collect()
    }

    #[test]
    fn what_is_copied_is_found() {
        for (text, wanted) in [
            ("FROM a\nCOPY x /y", "x"),
            ("FROM a\ncopy --chown=1:2 --link x y/ /z", "x y/"),
            ("FROM a\nCOPY [\"x y\", \"z\", \"/d\"]\nADD [ \"a\" , \"/\" ]", "x y z a"),
            ("FROM a AS b\nFROM c\nCOPY --from=b x /y\nCOPY z .", "z"),
            ("FROM a\nCOPY x \\\n  # note\n\n  y \\ \n /z\nRUN echo COPY q /r", "x y"),
            ("# escape=`\nFROM a\nCOPY x `\n y\\z /d", r"x y\z"),
            ("FROM a\nRUN <<END\nCOPY no /where\nEND\nCOPY yes /x", "yes"),
            ("FROM a\nCOPY <<-\"END\" x /y\n\tCOPY no /a\n\tEND\nCOPY z /", "x z"),
            ("FROM a\nRUN cat <<< COPY\nCOPY \"x\" /", "x"),
            ("FROM a\r\nCOPY x /y\r\nADD y.tar /z\r\n", "x y.tar"),
            ("FROM a\nRUN --mount=target=/src make\nRUN --mount=type=cache,target=/c x", "."),
            ("FROM a\nRUN --mount=type=bind,source=lib,target=/l x\nONBUILD COPY x /", "lib"),
            ("FROM a AS b\nFROM c\nRUN --mount=from=b,target=/l x", ""),
            ("FROM a\nADD --checksum=sha256:0 https://example.org/x /", ""),
            ("FROM a\nCOPY\nADD", ""),
            ("\u{feff}FROM a\nCOPY x /", "x"),
        ] {
            assert_eq!(copied(text).join(" "), wanted, "{text}");
        }
    }

    #[test]
    fn what_only_the_build_knows_is_named() {
        for text in [
            "FROM a\nADD https://example.org/x /",
            "FROM a\nADD git@example.org:a/b.git /",
            "FROM a\nARG X\nCOPY $X /",
        ] {
            assert_eq!(read(text).unknown.len(), 1, "{text}");
        }
    }
}
