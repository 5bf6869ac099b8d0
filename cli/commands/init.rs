//! `init`: a small working project.

use std::path::Path;

use handlebars::Handlebars;
use mlopsc_compiler::fmt;
use mlopsc_compiler::source::Files as _;
use serde_json::{Value, json};

use crate::disk::{self, Disk, Staged};
use crate::output::{Outcome, Output, Trouble, aside};
use crate::workspace;

/// The files: path and template.
const FILES: [(&str, &str); 7] = [
    ("mlopsc.yaml", include_str!("../templates/mlopsc.yaml.hbs")),
    ("pipelines/train.mlops.yaml", include_str!("../templates/train.mlops.yaml.hbs")),
    ("src/prepare.py", include_str!("../templates/prepare.py.hbs")),
    ("src/train.py", include_str!("../templates/train.py.hbs")),
    ("tests/test_prepare.py", include_str!("../templates/test_prepare.py.hbs")),
    ("envs/training.yaml", include_str!("../templates/training.yaml.hbs")),
    (".pre-commit-config.yaml", include_str!("../templates/pre-commit-config.yaml.hbs")),
];

pub(crate) fn run(output: &Output, dir: &Path) -> Result<Outcome, Trouble> {
    disk::make_folder(dir).map_err(|error| Trouble::doing("make the folder", dir, &error))?;
    let disk = Disk::open(dir).map_err(|error| Trouble::doing("open", dir, &error))?;
    let values = values(disk.root())?;
    for (path, template) in FILES {
        let shown = output.shown(&disk, path);
        if values["root"] != "" && path.starts_with(".pre-commit") {
            // It is read at the repository's root alone, where there may be one.
            continue;
        }
        if disk.kind(path).is_some() || disk.is_link(path) {
            aside(&format!("kept {shown}\n"));
            continue;
        }
        let mut text = render(template, &values)?;
        if workspace::is_spec(path) {
            // Lines are as long as the names in them.
            text = fmt::format(&text).unwrap_or(text);
        }
        let written = disk.stage(path, &text).and_then(Staged::keep);
        written.map_err(|error| Trouble::doing("write", &disk.absolute(path), &error))?;
        aside(&format!("wrote {shown}\n"));
    }
    aside("next: `mlopsc check`, then `mlopsc build`\n");
    Ok(Outcome::Clean)
}

/// What the templates say: the project's name, and where it is in its repository.
fn values(folder: &Path) -> Result<Value, Trouble> {
    let root = workspace::way_up(folder);
    let up = workspace::repository(folder).unwrap_or(folder);
    let base = folder.strip_prefix(up).ok().and_then(disk::slashed);
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    let base = base.filter(|base| base.chars().all(plain)).ok_or_else(|| {
        let why = "init takes folders whose path in the repository is made of letters, digits, \
                   `.`, `_` and `-`";
        Trouble::at(folder, &why)
    })?;
    let paths = ["src/**", "envs/**", "pipelines/**"].map(|path| workspace::below(&base, path));
    let paths = paths.map(|path| format!("\"{path}\"")).join(", ");
    Ok(json!({
        "name": project_name(folder),
        "root": root,
        "conda": workspace::below(&base, "envs/training.yaml"),
        "paths": format!("[{paths}]"),
    }))
}

fn render(template: &str, values: &Value) -> Result<String, Trouble> {
    let mut engine = Handlebars::new();
    engine.set_strict_mode(true);
    // Values are made of letters, digits and a few signs: nothing to escape in any language.
    engine.register_escape_fn(handlebars::no_escape);
    let text = engine.render_template(template, values);
    text.map_err(|error| Trouble::new(format!("template: {error}")))
}

/// The folder's name as a pipeline may be called.
fn project_name(folder: &Path) -> String {
    let name = folder.file_name().map(|name| name.to_string_lossy().to_lowercase());
    let keep = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let name: String = name.unwrap_or_default().chars().map(keep).collect();
    let name = name.trim_matches('-');
    match name.chars().next() {
        Some(first) if first.is_ascii_alphabetic() => name.to_owned(),
        Some(_) => format!("project-{name}"),
        None => "project".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_folder_gives_a_name() {
        assert_eq!(project_name(Path::new("/a/My Project!")), "my-project");
        assert_eq!(project_name(Path::new("/a/2024")), "project-2024");
        assert_eq!(project_name(Path::new("/")), "project");
    }
}
