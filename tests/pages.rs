//! Every page of a diagnostic is true: its bad spec gets exactly the answer that it shows, its
//! repaired one gets none.

use mlopsc_compiler::diagnostics::RULES;

use crate::memory::{Memory, compile};

const SPEC: &str = "spec.mlops.yaml";

/// What a page shows.
struct Page {
    bad: String,
    answer: String,
    repaired: String,
    /// The project file and others, for both specs.
    files: Memory,
    /// The same with what stands behind the answer, for the repaired spec.
    repaired_files: Memory,
}

/// A fenced block: what follows the fence, and the text.
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in page.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(info), None) => open = Some((info.trim().to_owned(), String::new())),
            (Some(_), Some(_)) => found.extend(open.take()),
            (None, Some((_, text))) => text.extend([line, "\n"]),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block has no end");
    found
}

fn read(page: &str) -> Result<Page, String> {
    let (mut specs, mut answers) = (Vec::new(), Vec::new());
    let (mut files, mut repaired_files) = (Memory::default(), Memory::default());
    for (info, text) in blocks(page) {
        match info.split_once(' ').map_or((info.as_str(), ""), |(word, path)| (word, path.trim())) {
            ("yaml", "") => specs.push(text),
            ("text", "") => answers.push(text),
            ("yaml" | "file", path) if !path.is_empty() => {
                if answers.is_empty() {
                    files = files.with(path, &text);
                }
                repaired_files = repaired_files.with(path, &text);
            }
            _ => {
                return Err(format!(
                    "a block «{info}» is none of yaml, text, yaml PATH, file PATH"
                ));
            }
        }
    }
    let [bad, repaired] = <[String; 2]>::try_from(specs)
        .map_err(|specs| format!("{} specs instead of a bad and a repaired one", specs.len()))?;
    let [answer] = <[String; 1]>::try_from(answers)
        .map_err(|answers| format!("{} answers instead of one", answers.len()))?;
    Ok(Page { bad, answer, repaired, files, repaired_files })
}

fn check(name: &str, text: &str) -> Result<(), String> {
    if text.lines().next() != Some(format!("# {name}").as_str()) {
        return Err("the title is not its name".to_owned());
    }
    let page = read(text)?;
    if !page.answer.contains(&format!("[{name}]")) {
        return Err("the answer is another diagnostic's".to_owned());
    }
    let bad = ("bad", page.files.with(SPEC, &page.bad), page.answer);
    let repaired = ("repaired", page.repaired_files.with(SPEC, &page.repaired), String::new());
    for (what, files, wanted) in [bad, repaired] {
        let said = compile(&files, SPEC).concise();
        if said != wanted {
            return Err(format!("the {what} spec gets\n{said}instead of\n{wanted}"));
        }
    }
    Ok(())
}

/// What only a command finds, in files beside the spec: no spec alone shows it.
const OF_COMMANDS: [&str; 8] = [
    "other-tool",
    "stale-output",
    "edited-output",
    "foreign-output",
    "layout",
    "root-above",
    "not-imported",
    "import-change",
];

#[test]
fn every_page_is_true() {
    let of_specs = RULES.iter().filter(|rule| !OF_COMMANDS.contains(&rule.name));
    let wrong = of_specs.filter_map(|rule| {
        check(rule.name, rule.page).err().map(|error| format!("{}: {error}", rule.name))
    });
    let wrong: Vec<String> = wrong.collect();
    assert!(
        wrong.is_empty(),
        "{} of {} pages:\n\n{}",
        wrong.len(),
        RULES.len(),
        wrong.join("\n\n")
    );
}

#[test]
fn a_page_that_lies_is_found() {
    let page = |answer: &str| {
        format!(
            "# unknown-key\n\n```yaml\nmlopsc: 1\n```\n\n```text\n{answer}\n```\n\n```yaml\nmlopsc: 1\n```\n"
        )
    };
    assert!(check("unknown-key", "# other\n").is_err());
    assert!(check("unknown-key", "# unknown-key\n").is_err());
    assert!(check("unknown-key", &page("spec.mlops.yaml:9:9: error[unknown-key]: no")).is_err());
}
