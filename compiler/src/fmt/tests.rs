use super::*;

/// The text in canonical layout; and that formatting it again changes nothing.
fn formatted(text: &str) -> String {
    let once = format(text).unwrap_or_else(|| panic!("{text}\n---\n{}", print(&glance(text))));
    assert_eq!(format(&once).as_deref(), Some(&*once), "the second time");
    once
}

#[test]
fn entries_and_items_are_indented_by_two() {
    let text = "a:\n    b:   1\n    c:\n    - d\n    -   e: 1\n        f:\n         - g\n    - - h\n      -  i\n";
    let wanted =
        "a:\n  b: 1\n  c:\n    - d\n    - e: 1\n      f:\n        - g\n    - - h\n      - i\n";
    assert_eq!(formatted(text), wanted);
}

#[test]
fn brackets_stay_while_they_fit() {
    assert_eq!(
        formatted("a: {b: 1,c: [ 2,3 ],\n  d}\ne: [ ]\nf: {}\n"),
        "a: { b: 1, c: [2, 3], d }\ne: []\nf: {}\n"
    );
    assert_eq!(formatted("a: {b ::}\n"), "a: { b :: }\n");
    let item = "x".repeat(30);
    let text = format!("key: [{item}, {item}, {{ a: {item} }}, [{item}]]\n");
    let wanted = format!("key:\n  - {item}\n  - {item}\n  - {{ a: {item} }}\n  - [{item}]\n");
    assert_eq!(formatted(&text), wanted);
    assert_eq!(
        formatted("a: [ # one\n  b, # two\n  # three\n  c\n  # four\n] # five\n"),
        "a:  # one\n  - b  # two\n  # three\n  - c\n  # four\n# five\n"
    );
}

#[test]
fn a_comment_behind_lost_brackets_stays_about_all_that_was_in_them() {
    let item = "x".repeat(50);
    assert_eq!(
        formatted(&format!("a: {{ b: {item}, c: {item} }} # one\nd: e\n")),
        format!("a:  # one\n  b: {item}\n  c: {item}\nd: e\n")
    );
    assert_eq!(
        formatted(&format!("a: {{ b: {{ c: {item}, d: {item} }} }} # one\n")),
        format!("a:  # one\n  b:\n    c: {item}\n    d: {item}\n")
    );
    assert_eq!(
        formatted(&format!("a:\n  - [{item}, {item}] # one\n")),
        format!("a:\n  # one\n  - - {item}\n    - {item}\n")
    );
}

#[test]
fn comments_stay_where_they_belong() {
    let text = "\n\n# top\n\n\na: 1 # one\n\n\n# above b\nb: # behind b\n\n    # first\n    c: 2\n    # end of b\n# above d\nd:\n- e\n# above f\nf:\n    # off: 1\ng: |- # text\n    x\n# last\n\n";
    let wanted = "# top\n\na: 1  # one\n\n# above b\nb:  # behind b\n  # first\n  c: 2\n  # end of b\n# above d\nd:\n  - e\n# above f\nf:\n  # off: 1\ng: |-  # text\n  x\n# last\n";
    assert_eq!(formatted(text), wanted);
}

#[test]
fn a_comment_between_key_and_value_moves_above() {
    assert_eq!(formatted("a:\n  - b: # one\n      c # two\n"), "a:\n  # one\n  - b: c  # two\n");
    assert_eq!(formatted("# z\n\na: # one\n  # two\n  'b'\n"), "# z\n\n# one\n# two\na: \"b\"\n");
}

#[test]
fn quotes_become_double_where_nothing_needs_escaping() {
    let text =
        "a: 'b'\nc: 'it''s'\nd: 'say \"x\"'\ne: '\\d'\nf: \"\\u00e9\"\n'g h': plain\ni: 3.10\n";
    let wanted = "a: \"b\"\nc: \"it's\"\nd: 'say \"x\"'\ne: '\\d'\nf: \"\\u00e9\"\n\"g h\": plain\ni: 3.10\n";
    assert_eq!(formatted(text), wanted);
}

#[test]
fn texts_of_several_lines_keep_their_lines() {
    let text = "a:\n    b\n    c\n\n    d\ne: \"f\n      g\\\n   h\"\ni: >-\n      j\n        k\n\n      l\nm: |+\n   n\n\n\no: |2\n     p\n   q\nr: |\n";
    let wanted = "a: b\n  c\n\n  d\ne: \"f\n  g\\\n  h\"\ni: >-\n  j\n    k\n\n  l\nm: |+\n  n\n\n\no: |2\n     p\n   q\nr: \"\"\n";
    assert_eq!(formatted(text), wanted);
}

#[test]
fn anchors_aliases_and_merges_stay() {
    let text = "a: &x\n   b: &y 1\nc: { <<: *x, d: *y }\ne: [ *x ]\nf: &z [1]\n*y : g\n";
    let wanted = "a: &x\n  b: &y 1\nc: { <<: *x, d: *y }\ne: [*x]\nf: &z [1]\n*y : g\n";
    assert_eq!(formatted(text), wanted);
}

#[test]
fn what_surrounds_the_document_goes() {
    assert_eq!(
        formatted("\u{feff}--- # one\r\na: |\r\n    b\r\n...\r\n# two"),
        "# one\na: |\n  b\n# two\n"
    );
    assert_eq!(formatted(""), "");
    assert_eq!(formatted("\n# only"), "# only\n");
    assert_eq!(formatted("text"), "text\n");
}

#[test]
fn steps_say_shortly_what_they_bring() {
    let text = "steps:\n  a:\n    pipeline: { spec: b.mlops.yaml }\n  b:\n    component:\n      from: c.yml\n  c: { component: { from: \"azureml:c:1\", type: spark } }\n  d: { inputs: { from: x } }\n";
    let wanted = "steps:\n  a:\n    pipeline: b.mlops.yaml\n  b:\n    component: c.yml\n  c: { component: { from: \"azureml:c:1\", type: spark } }\n  d: { inputs: { from: x } }\n";
    assert_eq!(formatted(text), wanted);
}

#[test]
fn steps_say_their_needs_and_outputs_shortly() {
    let text = "steps:\n  a:\n    needs: [b]\n    outputs:\n      x: { type: uri_folder } # data\n      y:\n        type: uri_file\n      z: { type: uri_file, register: z }\n  c: { needs: [a, b], inputs: { x: { type: uri_file } } }\n";
    let wanted = "steps:\n  a:\n    needs: b\n    outputs:\n      x: uri_folder  # data\n      y: uri_file\n      z: { type: uri_file, register: z }\n  c: { needs: [a, b], inputs: { x: { type: uri_file } } }\n";
    assert_eq!(formatted(text), wanted);
}

#[test]
fn what_is_not_understood_is_not_touched() {
    assert_eq!(format("a: [1"), None);
    assert_eq!(format("a: !!str 1"), None);
    assert_eq!(format(&format!("{{\"{}\": 1}}", "k".repeat(2000))), None);
}
