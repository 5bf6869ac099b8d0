//! Commands of package managers, which bring software from the network or publish it: facts for
//! lints, which judge them.

use std::ops::Range;

/// A command of a package manager, or a shell that runs what was just downloaded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Install {
    /// The words from the manager's name on, as written. For a shell that runs a download, the
    /// shell's name and arguments.
    pub words: Vec<Range<usize>>,
    /// Whether it is a shell that runs what a program like `curl` gives it.
    pub runs_download: bool,
}

const MANAGERS: [&str; 23] = [
    "pip",
    "pip3",
    "pipx",
    "uv",
    "uvx",
    "conda",
    "mamba",
    "micromamba",
    "npm",
    "yarn",
    "pnpm",
    "gem",
    "bundle",
    "twine",
    "cargo",
    "poetry",
    "pdm",
    "hatch",
    "nuget",
    "dotnet",
    "python",
    "python3",
    "py",
];
const SHELLS: [&str; 6] = ["sh", "bash", "zsh", "dash", "source", "eval"];
const DOWNLOADERS: [&str; 2] = ["curl", "wget"];
/// Programs that run the rest of the command.
const WRAPPERS: [&str; 5] = ["sudo", "time", "command", "exec", "nice"];

/// What the words of a command ask of a package manager; `feeder` is the name of the command before the pipe.
pub(super) fn install(
    text: &str,
    words: &[Range<usize>],
    feeder: Option<&Range<usize>>,
) -> Option<Install> {
    let wrapper = |word: &str| WRAPPERS.contains(&word) || super::lexer::assignment(word).is_some();
    let first = words.iter().position(|word| !wrapper(&text[word.clone()]))?;
    let words = &words[first..];
    let name = &text[words[0].clone()];
    if SHELLS.contains(&name) {
        let fed = feeder.is_some_and(|feeder| DOWNLOADERS.contains(&&text[feeder.clone()]));
        let runs_download = fed || words.iter().any(|word| holds_download(&text[word.clone()]));
        return runs_download.then(|| Install { words: words.to_vec(), runs_download });
    }
    let module = || {
        let manager = |word: &Range<usize>| matches!(&text[word.clone()], "pip" | "uv" | "twine");
        words.get(1).is_some_and(|word| &text[word.clone()] == "-m")
            && words.get(2).is_some_and(manager)
    };
    match name {
        "python" | "python3" | "py" => {
            module().then(|| Install { words: words[2..].to_vec(), runs_download: false })
        }
        _ if MANAGERS.contains(&name) => {
            Some(Install { words: words.to_vec(), runs_download: false })
        }
        _ => None,
    }
}

/// `"$(curl …)"`, `<(curl …)`.
fn holds_download(word: &str) -> bool {
    let opened = ["$(", "<(", "`"].into_iter();
    opened.flat_map(|open| word.match_indices(open).map(move |(at, _)| at + open.len())).any(|at| {
        let inner = word[at..].trim_start();
        DOWNLOADERS
            .iter()
            .any(|name| inner.strip_prefix(name).is_some_and(|rest| rest.starts_with(' ')))
    })
}
