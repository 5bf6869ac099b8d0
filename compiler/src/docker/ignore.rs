//! `.dockerignore`: what of a folder does not reach a build.
//! <https://docs.docker.com/build/concepts/context/#dockerignore-files>

use super::pattern::covers;

/// The patterns, of which the last that names a file decides.
#[derive(Default)]
pub(super) struct Ignored {
    patterns: Vec<(bool, Vec<String>)>,
}

impl Ignored {
    pub(super) fn read(text: &str) -> Self {
        let lines = text.trim_start_matches('\u{feff}').lines();
        let lines = lines.map(str::trim_end).filter(|line| !line.starts_with('#'));
        let lines = lines.map(str::trim).filter(|line| !line.is_empty() && *line != "!");
        Self { patterns: lines.map(pattern).filter(|(_, parts)| !parts.is_empty()).collect() }
    }

    /// Whether a file, from the context's folder on, is left out.
    pub(super) fn holds(&self, path: &str) -> bool {
        let path: Vec<&str> = path.split('/').collect();
        let mut named = self.patterns.iter().rev().filter(|(_, parts)| {
            let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
            covers(&parts, &path)
        });
        named.next().is_some_and(|(excludes, _)| *excludes)
    }
}

/// Whether it excludes, and its parts with `.` and `..` folded.
fn pattern(line: &str) -> (bool, Vec<String>) {
    let (excludes, rest) = match line.strip_prefix('!') {
        Some(rest) => (false, rest.trim()),
        None => (true, line),
    };
    let mut parts: Vec<String> = Vec::new();
    for part in rest.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part.to_owned()),
        }
    }
    (excludes, parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_pattern_decides() {
        let ignored =
            Ignored::read("# note\n/data/\n**/*.pyc\n *.md \n!README.md\n./tmp/../out\n!\n");
        for path in ["data/a", "data/x/y", "a.pyc", "src/x/a.pyc", "a.md", "out/x"] {
            assert!(ignored.holds(path), "{path}");
        }
        for path in ["README.md", "src/a.md", "src/data/a", "tmp/x", "# note"] {
            assert!(!ignored.holds(path), "{path}");
        }
    }
}
