//! Any text is read as a spec and as a project file without a panic; what is wrong has a place in
//! the text, and what is said can be shown in every format.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mlopsc_compiler::diagnostics::{Format, Sink, render};
use mlopsc_compiler::source::{FileId, SourceFile, Sources};
use mlopsc_compiler::spec::{read_project, read_spec};

const FORMATS: [Format; 6] =
    [Format::Full, Format::Concise, Format::Json, Format::Github, Format::Azure, Format::Sarif];

fuzz_target!(|text: &str| {
    let mut sink = Sink::new();
    let spec = read_spec(FileId(0), text, &mut sink);
    assert!(spec.value.is_some() || sink.errors() > 0, "neither a spec nor an error");
    read_project(FileId(0), text, &mut sink);
    let mut sources = Sources::default();
    sources.add(SourceFile::new("a.mlops.yaml", text));
    for item in sink.items() {
        let related = item.related.iter().map(|it| it.span);
        let fixes = item.fix.iter().map(|it| it.span);
        for span in related.chain(fixes).chain([item.span]) {
            assert!(text.get(span.start as usize..span.end as usize).is_some(), "{item:?}");
        }
    }
    for format in FORMATS {
        render(format, sink.items(), &sources);
    }
});
