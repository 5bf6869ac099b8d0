//! Any text is imported, as an Azure ML file or as a script, or refused; what is said of it has a
//! place, and a spec that comes of it is one that can be read. A line `%%%` parts what all other files
//! hold from the file itself, which comes first.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mlopsc_compiler::diagnostics::{Format, Sink, render};
use mlopsc_compiler::import::import;
use mlopsc_compiler::source::{EntryKind, FileFault, FileId, Files};
use mlopsc_compiler::spec::read_spec;

struct World<'a> {
    path: &'a str,
    text: &'a str,
    other: &'a str,
}

impl Files for World<'_> {
    fn read(&self, path: &str) -> Result<String, FileFault> {
        Ok(if path == self.path { self.text } else { self.other }.to_owned())
    }

    fn kind(&self, _: &str) -> Option<EntryKind> {
        Some(EntryKind::File)
    }

    fn list(&self, _: &str) -> Result<Vec<(String, EntryKind)>, FileFault> {
        Err(FileFault::Missing)
    }
}

fuzz_target!(|text: &str| {
    let (text, other) = text.split_once("%%%\n").unwrap_or((text, "a: 1\n"));
    for path in ["a.yml", "a.py"] {
        let imported = import(&World { path, text, other }, path, "");
        render(Format::Concise, &imported.diagnostics, &imported.sources);
        for file in imported.files.iter().filter(|file| file.path.ends_with(".mlops.yaml")) {
            let mut sink = Sink::new();
            let read = read_spec(FileId(0), &file.text, &mut sink);
            assert!(read.value.is_some() && !read.broken, "{}", file.text);
        }
    }
});
