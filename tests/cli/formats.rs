//! How reports are written, where they go, and with which exit code.

use super::{Sandbox, TINY};

fn broken() -> Sandbox {
    let sandbox = Sandbox::tiny();
    sandbox.write("sub/bad.mlops.yaml", &TINY.replace("tiny", "bad").replace("run:", "runn:"));
    sandbox
}

#[test]
fn the_report_is_the_product_and_the_count_goes_aside() {
    let run = broken().run(&["check"]).code(1);
    assert!(run.out.contains("error[unknown-key]"), "{}", run.out);
    assert!(run.out.contains("[sub/bad.mlops.yaml:"), "{}", run.out);
    assert!(run.err.starts_with("checked 2 specs: "), "{}", run.err);
    assert!(!run.out.contains('\u{1b}'));
}

#[test]
fn colour_is_for_terminals_or_on_demand() {
    let sandbox = broken();
    assert!(sandbox.run(&["check", "--color", "always"]).out.contains('\u{1b}'));
    assert!(!sandbox.run(&["check", "--color", "never"]).out.contains('\u{1b}'));
}

#[test]
fn the_ci_system_chooses_the_format() {
    let github = broken().with("GITHUB_ACTIONS", "true").run(&["check"]).code(1);
    assert!(github.out.starts_with("::error file=sub/bad.mlops.yaml,line="), "{}", github.out);
    let azure = broken().with("TF_BUILD", "True").run(&["check"]).code(1);
    assert!(
        azure.out.starts_with("##vso[task.logissue type=error;sourcepath=sub/"),
        "{}",
        azure.out
    );
    let told = broken().with("TF_BUILD", "True");
    let told = told.run(&["check", "--message-format", "concise"]).code(1);
    assert!(told.out.starts_with("sub/bad.mlops.yaml:"), "{}", told.out);
}

#[test]
fn people_read_paths_from_where_they_are_and_ci_systems_from_the_repository() {
    let sandbox = broken();
    let run = |format| sandbox.run_in("sub", &["check", "--message-format", format]).code(1).out;
    assert!(run("concise").starts_with("bad.mlops.yaml:"));
    assert!(run("github").contains("file=sub/bad.mlops.yaml,"));
    assert!(run("sarif").contains("\"uri\": \"sub/bad.mlops.yaml\""));
}

#[test]
fn documents_are_whole_even_when_all_is_well() {
    let sandbox = Sandbox::tiny();
    assert_eq!(sandbox.run(&["check", "--message-format", "json"]).code(0).out, "[]\n");
    let sarif = sandbox.run(&["check", "--message-format", "sarif"]).code(0).out;
    let sarif: serde_json::Value = serde_json::from_str(&sarif).unwrap();
    assert_eq!(sarif["runs"][0]["results"].as_array().map(Vec::len), Some(0));
    assert_eq!(sandbox.run(&["check"]).code(0).out, "");
}

#[test]
fn a_diff_in_a_ci_log_gives_no_orders() {
    let sandbox = Sandbox::tiny();
    let azure = sandbox.run(&["build", "--check", "--message-format", "azure"]).code(1);
    let commands = azure.out.lines().filter(|line| line.contains("##")).count();
    assert_eq!(commands, 1, "{}", azure.out);
    let json = sandbox.run(&["build", "--check", "--message-format", "json"]).code(1);
    assert!(serde_json::from_str::<serde_json::Value>(&json.out).is_ok(), "{}", json.out);
}

#[test]
fn fixes_are_applied() {
    let sandbox = Sandbox::tiny();
    let spec = TINY.replace("run:", "runn:");
    sandbox.write("tiny.mlops.yaml", &spec);
    let json = sandbox.run(&["check", "--message-format", "json"]).out;
    assert!(json.contains("\"text\": \"run\""), "{json}");
    let run = sandbox.run(&["check", "--fix"]).code(0);
    assert!(run.err.starts_with("fixed tiny.mlops.yaml\n"), "{}", run.err);
    assert_eq!(sandbox.read("tiny.mlops.yaml"), TINY);
}

#[test]
fn what_several_specs_say_of_their_project_is_shown_and_counted_once() {
    let sandbox = Sandbox::tiny();
    sandbox.write(
        "mlopsc.yaml",
        "mlopsc: 1\ntargets: [azureml]\nenvironments:\n  e: { image: python:latest }\n",
    );
    for name in ["one", "two"] {
        let step = "a: { compute: serverless, environment: e, run: echo }";
        let spec = format!("mlopsc: 1\nname: {name}\nsteps:\n  {step}\n");
        sandbox.write(&format!("{name}.mlops.yaml"), &spec);
    }
    let run =
        sandbox.run(&["check", "--message-format", "concise", "one.mlops.yaml", "two.mlops.yaml"]);
    assert_eq!(run.out.matches("unpinned-image").count(), 1, "{}", run.out);
    assert_eq!(run.err, "checked 2 specs: 1 warning\n");
    assert_eq!(run.code, 0);
}

#[test]
fn a_file_in_another_encoding_says_so_at_its_place() {
    let sandbox = Sandbox::tiny();
    let text = TINY.replace("echo hello", "echo h\u{e9}llo");
    let latin: Vec<u8> = text.chars().filter_map(|letter| u8::try_from(letter).ok()).collect();
    std::fs::write(sandbox.path("tiny.mlops.yaml"), latin).unwrap();
    let run = sandbox.run(&["check", "--message-format", "concise"]).code(1);
    let said = "tiny.mlops.yaml:6:16: error[syntax]: this byte is not UTF-8\n";
    assert_eq!(run.out, said);
    let wide: Vec<u8> =
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    for file in ["tiny.mlops.yaml", "mlopsc.yaml"] {
        std::fs::write(sandbox.path(file), &wide).unwrap();
        let run = sandbox.run(&["check"]).code(1);
        assert!(run.out.contains(&format!("[{file}:1:1]")), "{}", run.out);
        assert!(run.out.contains("the file is in UTF-16"), "{}", run.out);
        assert!(run.out.contains("save the file as UTF-8"), "{}", run.out);
    }
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_change_no_place() {
    let sandbox = Sandbox::tiny();
    let text = TINY.replace("run: echo hello", "run: echo ${{ parameters.x }}");
    let said = |text: &str| {
        sandbox.write("tiny.mlops.yaml", text);
        sandbox.run(&["check", "--message-format", "concise"]).code(1).out
    };
    let plain = said(&text);
    assert!(plain.starts_with("tiny.mlops.yaml:6:30: error[unknown-reference]"), "{plain}");
    assert_eq!(said(&format!("\u{feff}{}", text.replace('\n', "\r\n"))), plain);
}
