//! What a Dockerfile takes from the folder that it is built in.

use std::ops::Range;

use super::lines::{Instruction, MOST_INSTRUCTIONS, Stop, Word, instructions};
use crate::diagnostics::{LIMIT, NOT_SUPPORTED, Rule, SYNTAX, excerpt};

/// A file, a folder or a pattern that is copied, from the context's folder on.
pub(super) struct Copied {
    pub(super) path: String,
    pub(super) at: Range<usize>,
}

/// What cannot be read, or not be known before the build.
pub(super) struct Unknown {
    pub(super) rule: &'static Rule,
    pub(super) at: Range<usize>,
    pub(super) message: String,
    pub(super) help: &'static str,
}

/// What was read of a Dockerfile.
#[derive(Default)]
pub(super) struct Dockerfile {
    pub(super) copied: Vec<Copied>,
    pub(super) unknown: Vec<Unknown>,
    /// Whether there is a `FROM`, as far as the file could be read.
    pub(super) has_base: bool,
    /// Whether the file could be read to its end.
    pub(super) is_whole: bool,
}

/// Reads a Dockerfile.
pub(super) fn read(text: &str) -> Dockerfile {
    let (instructions, stop) = instructions(text);
    let mut found = Dockerfile { is_whole: stop.is_none(), ..Dockerfile::default() };
    for instruction in instructions {
        match instruction.name.as_str() {
            "FROM" => found.has_base = true,
            "COPY" | "ADD" => found.copy(&instruction),
            "RUN" => found.mounts(&instruction),
            _ => {}
        }
    }
    found.unknown.extend(stop.map(stopped));
    found
}

fn stopped(stop: Stop) -> Unknown {
    match stop {
        Stop::Endless(at, end) => Unknown {
            rule: &SYNTAX,
            at,
            message: format!("no line `{}` ends the text that starts here", excerpt(&end)),
            help: "write its end on a line of its own; a `<<` that starts no text stands in quotes",
        },
        Stop::Many(at) => Unknown {
            rule: &LIMIT,
            at,
            message: format!("this Dockerfile has more than {MOST_INSTRUCTIONS} instructions"),
            help: "name folders in `COPY`, and join commands in one `RUN`",
        },
    }
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
                    let rule = &NOT_SUPPORTED;
                    self.unknown.push(Unknown { rule, at, message, help });
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
                let found =
                    pairs.find(|(key, _)| names.iter().any(|name| key.eq_ignore_ascii_case(name)));
                found.map(|(_, value)| value.to_owned())
            };
            let is_bound = value(&["type"]).is_none_or(|kind| kind.eq_ignore_ascii_case("bind"));
            if is_bound && value(&["from"]).is_none() {
                let path = value(&["source", "src"]).unwrap_or_else(|| ".".to_owned());
                self.copied.push(Copied { path, at: word.at.clone() });
            }
        }
    }
}

/// All but the last word, which is where the files go, and but texts that stand in the file; also as
/// a list in JSON.
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
    let sources = words[..words.len() - 1].iter().filter(|word| word.document.is_none());
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
            ("FROM a\nRUN --mount=type=BIND,Source=Lib,Target=/l x", "Lib"),
            ("FROM a AS b\nFROM c\nRUN --mount=TYPE=Bind,From=b,target=/l x", ""),
            ("FROM a\nRUN --mount=Type=Cache,target=/c x", ""),
            ("FROM a\nCOPY\nADD", ""),
            ("\u{feff}FROM a\nCOPY x /", "x"),
        ] {
            assert_eq!(copied(text).join(" "), wanted, "{text}");
        }
    }

    #[test]
    fn only_words_of_their_own_start_texts() {
        for line in [
            "RUN psql -c 'select 1 <<2' && echo \"a <<END b\"",
            "RUN echo ' <<END '",
            r#"RUN echo "\" <<END""#,
            r"RUN echo a\ <<END",
            "RUN echo $((1 <<2 ))",
            "RUN echo $((1 << END))",
            "RUN cat<<END",
            "RUN echo \"<<END\"",
            "RUN cat <<'END",
            "RUN echo it's <<END",
            "RUN cat <<END-1",
            "RUN cat <<<END",
            "RUN echo 'a \\\n  <<END \\\n  b'",
            "LABEL a=b <<END",
        ] {
            let text = format!("FROM a\n{line}\nCOPY x /y\n");
            assert_eq!(copied(&text), ["x"], "{text}");
        }
        for word in ["<<END", "<<-END", "<<'END'", "<<-\"END\"", "3<<END", "'a' <<END", "\\' <<END"]
        {
            let text = format!("FROM a\nRUN cat {word} && b\nCOPY no /y\nEND\nCOPY x /y\n");
            assert_eq!(copied(&text), ["x"], "{text}");
        }
        for later in ["ONBUILD RUN cat <<END", "onbuild copy <<END x /y"] {
            let text = format!("FROM a\n{later}\nCOPY no /y\nEND\nCOPY x /y\n");
            assert_eq!(copied(&text), ["x"], "{text}");
        }
        let two = "FROM a\nCOPY <<A.1 <<_B y /z\nCOPY no /\nA.1\nCOPY no /\n_B\nCOPY x /";
        assert_eq!(copied(two), ["y", "x"]);
    }

    #[test]
    fn a_text_that_never_ends_is_named() {
        for (text, word) in [
            ("FROM a\nRUN cat <<END\nCOPY x /\n END\n", "<<END"),
            ("FROM a\nCOPY <<-'E.1' /x\n\tE\n", "<<-'E.1'"),
            ("FROM a\nRUN <<A <<B\nB\nA\n", "<<B"),
        ] {
            let read = read(text);
            let [unknown] = read.unknown.as_slice() else { panic!("{text}") };
            assert_eq!(&text[unknown.at.clone()], word);
            assert_eq!(unknown.rule.name, "syntax");
            assert!(!read.is_whole);
        }
    }

    #[test]
    fn there_is_an_end_to_instructions() {
        let most = format!("FROM a\n{}", "COPY lib /\n".repeat(MOST_INSTRUCTIONS - 1));
        assert!(read(&format!("{most}\n# done\n")).unknown.is_empty());
        let many = format!("{most}{}", "COPY lib /\n".repeat(190_000));
        let read = read(&many);
        let [unknown] = read.unknown.as_slice() else { panic!() };
        assert_eq!(unknown.at, most.len()..most.len() + "COPY lib /".len());
        assert_eq!(unknown.rule.name, "limit");
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
