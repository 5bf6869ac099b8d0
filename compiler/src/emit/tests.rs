//! What is written is read back, whatever it is.

use proptest::prelude::*;

use super::{Doc, Entry, Map, Notes, json, mark, scalar, yaml};

/// Texts that some reader takes for something else when they are written carelessly.
const TRICKY: [&str; 99] = [
    "",
    " ",
    "  ",
    "\t",
    "\n",
    "\n\n",
    " \n",
    "\n ",
    "\ta",
    "a\t",
    "a\tb",
    "~",
    "null",
    "Null",
    "NULL",
    "true",
    "False",
    "y",
    "Y",
    "n",
    "yes",
    "NO",
    "on",
    "Off",
    "0",
    "007",
    "0o17",
    "017",
    "0x1f",
    "0b1",
    "1e3",
    "1E+3",
    "e5",
    "E5",
    "e-5",
    "E+5",
    ".e5",
    "1_000",
    "_1",
    ".5",
    "._5",
    "5.",
    ".",
    "..",
    "...",
    "....",
    ".inf",
    ".NaN",
    "-.inf",
    "./x",
    "../x",
    ".azureml/x",
    "1:30",
    "12:30:45",
    "2026-11-20",
    "2026-11-20T10:00:00Z",
    "---",
    "- a",
    "-",
    "? a",
    ":",
    "a:",
    "a: b",
    "a:b",
    ": a",
    "a #b",
    "#a",
    "a#b",
    "*",
    "*a",
    "&a",
    "!a",
    "!!str a",
    "%a",
    "@a",
    "`a`",
    "[a]",
    "{a}",
    "{a: b}",
    "a, b",
    "=",
    "<<",
    "<<: a",
    "'",
    "''",
    "a'b",
    "\"",
    "a\"b",
    "\\",
    "a\\nb",
    "$(x)",
    "${{ x }}",
    "a\r\nb",
    "a\u{85}b",
    "a\u{2028}b\nc",
    "\u{feff}a",
    "é ü 日本 🦀",
    "\u{7f}",
    "a\u{0}b",
];

/// Texts of several lines, with everything that block scalars trip over.
const LINES: [&str; 22] = [
    "a\nb",
    "a\nb\n",
    "a\nb\n\n",
    "a\nb\n\n\n",
    "  a\nb",
    "  a\nb\n\n",
    "\ta\nb\n",
    "a\n\tb\n",
    "\na\n",
    "\n  a\n",
    " \na",
    "a\n \nb\n",
    "a\n    \n  b\n",
    "a\n ",
    "a\n \n",
    "a \nb \n",
    "# a\nb: c\n- d\n",
    "---\na\n...\n",
    "a\r\nb\n",
    "a: |\n  b\n",
    "\"a\n'b\n",
    "a\u{a0}\nb\u{202e}\n",
];

fn text(value: &str) -> Doc {
    Doc::Text(value.to_owned())
}

fn single(key: impl Into<std::borrow::Cow<'static, str>>, value: Doc) -> Map {
    let mut map = Map::new();
    map.put(key, value);
    map
}

/// The document as the readers' common model.
fn model(doc: &Doc) -> serde_json::Value {
    match doc {
        Doc::Null => serde_json::Value::Null,
        Doc::Bool(value) => (*value).into(),
        Doc::Integer(number) => (*number).into(),
        Doc::Number(spelling) => match spelling.parse::<i64>() {
            Ok(whole) => whole.into(),
            Err(_) => spelling.parse::<f64>().unwrap().into(),
        },
        Doc::Text(text) | Doc::Folded(text) => text.as_str().into(),
        Doc::Words(words) => words.clone().into(),
        Doc::List(items) => items.iter().map(model).collect(),
        Doc::Map(map) => model_map(map),
    }
}

fn model_map(map: &Map) -> serde_json::Value {
    let entries = map.0.iter().map(|Entry { key, value, .. }| (key.to_string(), model(value)));
    serde_json::Value::Object(entries.collect())
}

fn survives(doc: &Map) -> Result<(), TestCaseError> {
    let written = yaml(doc, &["a header".to_owned()]);
    let read: serde_json::Value = serde_yaml::from_str(&written)
        .map_err(|error| TestCaseError::fail(format!("{error}\n{written}")))?;
    prop_assert_eq!(read, model_map(doc), "{}", written);
    let written = json(doc);
    let read: serde_json::Value = serde_json::from_str(&written).unwrap();
    prop_assert_eq!(read, model_map(doc), "{}", written);
    Ok(())
}

/// Texts of the characters that matter, and any texts.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => r"[a-z0-9 \t\n:#'\x22\\.\-{}\[\],&*!|>%@`=<~?$_+é🦀]{0,12}",
        1 => any::<String>(),
        1 => proptest::sample::select(&TRICKY[..]).prop_map(str::to_owned),
        1 => proptest::sample::select(&LINES[..]).prop_map(str::to_owned),
    ]
}

fn leaves() -> impl Strategy<Value = Doc> {
    prop_oneof![
        Just(Doc::Null),
        any::<bool>().prop_map(Doc::Bool),
        any::<i64>().prop_map(Doc::Integer),
        proptest::sample::select(&["0.5", "1e-5", "1E5", "-0.25e3", "12", "-7.0"][..])
            .prop_map(|spelling| Doc::Number(spelling.to_owned())),
        texts().prop_map(Doc::Text),
        texts().prop_map(Doc::Folded),
        proptest::collection::vec("[a-z#&:${}'\"-]{1,20}", 1..30)
            .prop_map(|words| Doc::Folded(words.join(" "))),
        proptest::collection::vec(texts(), 0..4).prop_map(Doc::Words),
    ]
}

fn maps(value: impl Strategy<Value = Doc>) -> impl Strategy<Value = Map> {
    let comments = proptest::collection::vec(texts(), 0..2);
    let entry = (texts(), value, comments, proptest::option::of(texts()));
    proptest::collection::vec(entry, 0..5).prop_map(|entries| {
        let mut map = Map::new();
        for (key, value, above, beside) in entries {
            if map.0.iter().all(|entry| entry.key != key) {
                let notes = Some(Box::new(Notes { above, beside }));
                map.0.push(Entry { key: key.into(), value, notes });
            }
        }
        map
    })
}

fn docs() -> impl Strategy<Value = Doc> {
    leaves().prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Doc::List),
            maps(inner).prop_map(Doc::Map),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(doc in maps(docs())) {
        survives(&doc)?;
    }
}

#[test]
fn tricky_texts_survive_as_value_key_item_and_word() {
    for tricky in TRICKY.iter().chain(&LINES) {
        let mut doc = single("value", text(tricky));
        doc.put(*tricky, text(tricky));
        doc.put("items", vec![text(tricky), Doc::Words(vec![(*tricky).to_owned()])]);
        doc.put("nested", vec![single(*tricky, text(tricky)), single("a", text(tricky))]);
        survives(&doc).unwrap();
    }
}

#[test]
fn the_safest_style_that_reads_well_is_chosen() {
    let mut doc = Map::new();
    doc.put("plain", "python train.py --depth ${{inputs.x}}")
        .put("looks like a number", "1.10")
        .put("quotes", r#"say "hi" to C:\it's"#)
        .put("bell", "a\u{7}\"b")
        .put("no", "y")
        .put("none", Doc::Null)
        .put("number", Doc::Number("1e-5".to_owned()))
        .put("branches", Doc::Words(vec!["main".to_owned(), "release/**".to_owned()]))
        .put("empty", Map::new())
        .put("kept", "a\n\n")
        .put_beside("sha", "abc", "v4\nname: evil")
        .put("script", "  indented\nline\n")
        .put("list", vec![single("a", "b".into()), Map::new()]);
    let header = ["made by hand\r\nkey: value".to_owned(), String::new()];
    insta::assert_snapshot!(yaml(&doc, &header));
}

#[test]
fn comments_stand_above_what_has_no_line_of_its_own() {
    let mut inner = Map::new();
    inner.put("run", "a\nb").put("id", "x");
    inner.0[0].notes = Some(Box::new(Notes {
        above: vec!["above the item".to_owned()],
        beside: Some("beside the block".to_owned()),
    }));
    let mut doc = Map::new();
    doc.put_beside("steps", vec![inner], "beside the list");
    insta::assert_snapshot!(yaml(&doc, &[]));
}

#[test]
fn long_keys_survive() {
    survives(&single("k".repeat(2000), single("'".repeat(1500), text("x")).into())).unwrap();
}

#[test]
fn json_is_indented_and_ends_with_a_line_feed() {
    let mut doc = single("a", vec![single("b", Doc::Integer(1)), Map::new()].into());
    doc.put("words", Doc::Words(vec!["x".to_owned(), "\u{85}\"".to_owned()]));
    doc.put("number", Doc::Number("1E5".to_owned()));
    insta::assert_snapshot!(json(&doc));
}

#[test]
fn numbers_are_never_invented() {
    let written = |spelling: &str| json(&single("n", Doc::Number(spelling.to_owned())));
    assert_eq!(written("0.10"), "{\n  \"n\": 0.10\n}\n");
    assert_eq!(written("-2E-3"), "{\n  \"n\": -2.0e-3\n}\n");
    for wrong in ["", "01", ".5", "1.", "NaN", "1e", "1e+-2", "0x1", "--1"] {
        assert_eq!(written(wrong), format!("{{\n  \"n\": \"{wrong}\"\n}}\n"));
    }
}

#[test]
fn a_mark_tells_the_spec_and_whether_the_file_was_edited() {
    let doc = single("name", "x".into());
    let written = mark::stamp(yaml(&doc, &[mark::blank("a b/é%\n\".mlops.yaml")]));
    let read = mark::read(&written).unwrap();
    assert_eq!((read.spec.as_str(), read.intact), ("a b/é%\n\".mlops.yaml", true));
    assert!(written.contains(&format!("digest={}\n", read.digest)));
    assert!(!mark::read(&written.replace("name: x", "name: \"x\"")).unwrap().intact);
    assert!(mark::read(&written.replace('\n', "\r\n")).unwrap().intact);
}

#[test]
fn the_digest_is_the_start_of_the_sha_256_with_zeros_for_digits() {
    let written = mark::stamp(format!("# {}\n", mark::blank("a.yaml")));
    // printf '# mlopsc spec=a.yaml digest=0000000000000000\n' | sha256sum
    assert_eq!(written, "# mlopsc spec=a.yaml digest=5891c8971a7dbb26\n");
}

#[test]
fn a_keeper_tells_of_the_file_that_it_keeps() {
    let kept = "{\"parameters\": {}}\n";
    let metadata = format!("\"generated_by\": \"{}\"", mark::blank("a.mlops.yaml"));
    let digest = mark::digest_of_kept(kept);
    let keeper = mark::stamp(format!(
        "{{ \"metadata\": {{ {metadata},\n  \"parameters\": \"{digest}\" }} }}"
    ));
    let read = mark::read_kept(kept, &keeper).unwrap();
    assert_eq!((read.spec.as_str(), read.intact), ("a.mlops.yaml", true));
    assert!(mark::read_kept(&kept.replace('\n', "\r\n"), &keeper).unwrap().intact);
    assert!(!mark::read_kept("{}", &keeper).unwrap().intact);
    assert_eq!(mark::read_kept(kept, &mark::stamp(format!("{{ {metadata} }}"))), None);
    assert_eq!(mark::keeper("a/b-events.parameters.json").as_deref(), Some("a/b-events.json"));
    assert_eq!(mark::keeper("a/parameters.json"), None);
}

#[test]
fn a_quoted_mark_is_none() {
    let mark = mark::blank("a.mlops.yaml");
    let marked = |text: &str| mark::read(&text.replace("MARK", &mark)).is_some();
    for ours in [
        "# MARK\nname: x\n",
        "\u{feff}# MARK\r\n",
        "# title\n\n# MARK\n",
        "// MARK\nparam x string\n",
        "<<<<<<< HEAD\n# MARK \n=======\n",
        "{\"tags\":{\"generated_by\":\"MARK\"}}",
        "{\n  \"generated_by\": \"MARK\",\n",
    ] {
        assert!(marked(ours), "{ours}");
    }
    for quoted in [
        "MARK",
        "name: MARK\n",
        "name: x\n# MARK\n",
        "# see MARK\n",
        "# title\n// MARK\n",
        "param x string // MARK\n",
        "# MARK is what mlopsc writes\n",
        "- run: |\n    # MARK\n",
        "{\"description\": \"MARK\"}",
        "{\"text\": \"\\\"generated_by\\\": \\\"MARK\\\"\"}",
        "x: {\"generated_by\": \"MARK\"}",
    ] {
        assert!(!marked(quoted), "{quoted}");
    }
}

#[test]
fn a_mark_counts_in_the_first_kibibyte_only() {
    let marked = mark::stamp(format!("# {}\n# {}", "é".repeat(480), mark::blank("a")));
    assert!(mark::read(&marked).is_some_and(|mark| mark.intact));
    assert_eq!(mark::read(&format!("#{}\n# {}", " ".repeat(1000), mark::blank("a"))), None);
    assert_eq!(mark::read("mlopsc spec=a digest=0123"), None);
    assert_eq!(mark::stamp("no mark".to_owned()), "no mark");
}

/// The readers in these tests are not all there are: YAML 1.1 as the npm package `yaml` has it, for
/// one, takes `e-1` for a number.
#[test]
fn what_any_reader_could_take_for_something_else_is_quoted() {
    let lookalikes = [
        "y",
        "N",
        "Yes",
        "no",
        "ON",
        "off",
        "True",
        "FALSE",
        "null",
        "~",
        "",
        "0",
        "-1",
        "+1",
        "1_0",
        "0x1",
        "0o7",
        "1.5",
        ".5",
        "._5",
        ".inf",
        ".NaN",
        "-.inf",
        "1e3",
        "e3",
        "E-1",
        "e+1",
        ".e5",
        "12:30",
        "2026-11-20",
        "=",
        "<<",
        "...",
        "---",
        "- a",
        "? a",
        ": a",
        "a: b",
        "a:",
        "a #b",
        "*a",
        "&a",
        "!a",
        "|",
        ">",
        "%a",
        "@a",
        "`a",
        "[a",
        "{a",
        ",a",
        "#a",
        " a",
        "a ",
        "a\tb",
        "é",
    ];
    for lookalike in lookalikes {
        assert_eq!(scalar::style(lookalike), scalar::Style::Double, "{lookalike}");
    }
    for plain in
        ["a", "_", "/x", "./x", "../x", ".x", "$(x)", "${{ x }}", "a:b", "a, b", "e", "east", "one"]
    {
        assert_eq!(scalar::style(plain), scalar::Style::Plain, "{plain}");
    }
}
