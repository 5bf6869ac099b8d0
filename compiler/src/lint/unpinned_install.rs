//! `unpinned-install`: a command that installs whatever is newest gives another machine each time,
//! and runs whatever somebody else published last. For npm and its like this is zizmor's
//! `adhoc-packages`.

use crate::check::Checked;
use crate::diagnostics::{Diagnostic, Sink, UNPINNED_INSTALL};
use crate::source::Spanned;
use crate::spec::text::Install;

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    for (_, step) in checked.spec.steps.good() {
        for install in step.run.iter().flat_map(|run| &run.installs) {
            judge(install, sink);
        }
    }
}

fn judge(install: &Install, sink: &mut Sink) {
    if install.runs_download {
        if let Some(shell) = install.words.first() {
            let message = format!("`{}` runs whatever is downloaded at that moment", shell.value);
            let help = "download a version by name, compare its checksum, then run it";
            sink.report(Diagnostic::new(&UNPINNED_INSTALL, shell.span, message).help(help));
        }
        return;
    }
    let words: Vec<&str> = install.words.iter().map(|word| word.value.as_str()).collect();
    let Some((manager, skip)) = manager(&words) else { return };
    for package in packages(manager, &install.words[skip..]) {
        let message = match manager {
            Manager::Locked(_) => {
                format!("`{}` is installed outside of a lock file", package.value)
            }
            Manager::Python | Manager::PythonTool | Manager::Conda => {
                format!("`{}` has no version, so that each run may install another", package.value)
            }
        };
        let diagnostic = Diagnostic::new(&UNPINNED_INSTALL, package.span, message);
        sink.report(diagnostic.help(manager.help()));
    }
}

/// Who installs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Manager {
    /// `pip install` and `uv pip install`.
    Python,
    /// `pipx`, `uvx`, `uv tool install`: the first word is the tool, the rest its arguments.
    PythonTool,
    Conda,
    /// One with a lock file, and the command that reads it.
    Locked(&'static str),
}

impl Manager {
    fn help(self) -> &'static str {
        match self {
            Self::Python => {
                "write `<package>==<version>`, or install a file of pinned packages: `pip install --requirement <file>`"
            }
            Self::PythonTool => "write `<tool>==<version>`",
            Self::Conda => "write `<package>=<version>`, or create the environment from a file",
            Self::Locked("npm ci") => "add it to package.json and run `npm ci`",
            Self::Locked(_) => "add it to the project's own list and install from the lock file",
        }
    }
}

/// The manager, and how many words come before what it installs.
fn manager(words: &[&str]) -> Option<(Manager, usize)> {
    Some(match words {
        ["pip" | "pip3", "install", ..] => (Manager::Python, 2),
        ["uv", "pip", "install", ..] => (Manager::Python, 3),
        ["pipx", "install" | "run", ..] => (Manager::PythonTool, 2),
        ["uv", "tool", "install" | "run", ..] => (Manager::PythonTool, 3),
        ["uvx", ..] => (Manager::PythonTool, 1),
        ["conda" | "mamba" | "micromamba", "install", ..] => (Manager::Conda, 2),
        ["npm", "install" | "i" | "add", ..] => (Manager::Locked("npm ci"), 2),
        ["yarn", "global", "add", ..] => (Manager::Locked("yarn install"), 3),
        ["yarn", "add", ..] => (Manager::Locked("yarn install"), 2),
        ["pnpm", "add", ..] => (Manager::Locked("pnpm install"), 2),
        ["gem", "install", ..] | ["bundle", "add", ..] => (Manager::Locked("bundle install"), 2),
        _ => return None,
    })
}

/// The packages without a version of their own.
fn packages(manager: Manager, words: &[Spanned<String>]) -> Vec<&Spanned<String>> {
    let held = ["-c", "--constraint", "--constraints", "--require-hashes"];
    if manager == Manager::Python && words.iter().any(|word| held.contains(&word.value.as_str())) {
        return Vec::new();
    }
    let mut named = Vec::new();
    let mut after_option = false;
    for word in words {
        let text = word.value.as_str();
        if std::mem::take(&mut after_option) {
            continue;
        }
        if text.starts_with('-') {
            after_option = takes_value(manager, text);
        } else if !is_pinned(manager, text) {
            named.push(word);
        }
        if manager == Manager::PythonTool && !text.starts_with('-') {
            break;
        }
    }
    named
}

/// Whether the word behind an option is the option's value.
fn takes_value(manager: Manager, option: &str) -> bool {
    let options: &[&str] = match manager {
        Manager::Python | Manager::PythonTool => &[
            "-r",
            "--requirement",
            "--requirements",
            "-e",
            "--editable",
            "-i",
            "--index-url",
            "--extra-index-url",
            "-f",
            "--find-links",
            "-t",
            "--target",
            "--prefix",
            "--root",
            "--python",
            "-p",
            "--only-binary",
            "--no-binary",
            "--platform",
            "--python-version",
            "--timeout",
            "--retries",
            "--proxy",
            "--cert",
            "--trusted-host",
            "--with",
            "--from",
            "--log",
            "--cache-dir",
            "--group",
            "--index-strategy",
        ],
        Manager::Conda => &["-n", "--name", "-p", "--prefix", "-c", "--channel", "--file"],
        Manager::Locked(_) => &["--prefix", "-C", "--registry", "-v", "--version", "--source"],
    };
    options.contains(&option)
}

/// Whether a word says what is installed exactly, or is a file or folder of the repository. What a
/// variable holds is not known.
fn is_pinned(manager: Manager, word: &str) -> bool {
    let unknown = word.contains(['$', '`']);
    let local = word.starts_with(['.', '/', '~']) || word.starts_with("file:");
    if unknown || local {
        return true;
    }
    match manager {
        Manager::Locked(_) => false,
        Manager::Conda => word.contains('='),
        Manager::Python | Manager::PythonTool => {
            if word.contains("git+") {
                // Of an address, only what follows the last slash can be a revision.
                return word.rsplit('/').next().is_some_and(|last| last.contains('@'));
            }
            word.contains('/') || word.contains(".whl") || exact_version(word)
        }
    }
}

/// `x==1.2`, `x@1.2`; `x==1.*` may be many.
fn exact_version(word: &str) -> bool {
    let version = word.split_once("==").or(word.split_once('@')).map(|(_, version)| version);
    version
        .is_some_and(|version| !version.is_empty() && !version.contains('*') && version != "latest")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Span};

    fn said(command: &str) -> Vec<String> {
        let place = |word: &str| Spanned::new(word.to_owned(), Span::top(FileId(0)));
        let words = command.split(' ').map(place).collect();
        let mut sink = Sink::new();
        judge(&Install { words, runs_download: false }, &mut sink);
        sink.items().iter().map(|it| it.message.split('`').nth(1).unwrap().to_owned()).collect()
    }

    #[test]
    fn what_is_not_held_is_named() {
        for (command, wanted) in [
            ("pip install requests", "requests"),
            ("pip3 install --quiet requests==2.0 foo", "foo"),
            ("pip install requests>=2", "requests>=2"),
            ("pip install requests==2.*", "requests==2.*"),
            ("pip install git+https://example.com/a/b", "git+https://example.com/a/b"),
            ("uv pip install -r envs/ci.txt foo", "foo"),
            ("pipx run ruff check", "ruff"),
            ("uvx ruff", "ruff"),
            ("uv tool install ruff", "ruff"),
            ("conda install -c conda-forge numpy", "numpy"),
            ("npm install --save-dev left-pad@1.0.0", "left-pad@1.0.0"),
            ("yarn global add x", "x"),
            ("gem install -v 1.2 x", "x"),
        ] {
            assert_eq!(said(command), [wanted], "{command}");
        }
    }

    #[test]
    fn what_is_held_is_fine() {
        for command in [
            "pip install requests==2.0 rich===1.0",
            "pip install --requirement envs/ci.txt",
            "pip install -e . ./dist/x.whl",
            "pip install --require-hashes -r a.txt b",
            "pip install -c held.txt requests",
            "pip install git+https://example.com/a/b@0123",
            "pip install $PACKAGE",
            "pip list",
            "pipx run ruff==0.1 check",
            "uvx ruff@0.1 check",
            "uv sync",
            "conda install numpy=1.2",
            "conda env create -f e.yml",
            "npm ci",
            "npm install",
            "npm run build",
            "yarn install",
        ] {
            assert_eq!(said(command), [] as [String; 0], "{command}");
        }
    }
}
