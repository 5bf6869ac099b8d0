use super::*;

/// Who, kind, file and place of each message.
fn shown(text: &str) -> Vec<String> {
    let (messages, _) = read(text);
    let one = |it: &Message| {
        let at = match &it.at {
            At::Line(line, column) => format!("{line}:{}", column.unwrap_or(0)),
            At::Keys(keys) => keys.join("/"),
        };
        let file = it.file.clone().unwrap_or_default();
        let level = it.level.word();
        format!("{file} {at} {level} {}", it.sentence())
    };
    messages.iter().map(one).collect()
}

#[test]
fn lines_with_a_place_are_read() {
    let text = "\u{1b}[1ma.yml\u{1b}[0m:9:23: property \"x\" is not defined [expression]
  |
9 |       - run: echo ${{ x }}
  |                       ^~~
a.yml:8:9: shellcheck reported issue in this script: SC2086:info:2:6: Double quote [shellcheck]
specs/a.mlops.yaml:3:1: warning[unused-parameter]: nobody reads it
b.yml:1:2: [warning] too long (line-length)
hello: world
";
    let expected = [
        "a.yml 9:23 error actionlint: property \"x\" is not defined [expression]",
        "a.yml 8:9 warning actionlint: shellcheck reported issue in this script: SC2086:info:2:6: Double quote [shellcheck]",
        "specs/a.mlops.yaml 3:1 warning mlopsc: nobody reads it [unused-parameter]",
        "b.yml 1:2 warning another tool: [warning] too long (line-length)",
    ];
    assert_eq!(shown(text), expected);
    assert_eq!(read(text).1, ["hello: world"]);
    assert_eq!(in_script("in this script: SC2086:info:2:6: Double quote"), Some((2, 6)));
}

#[test]
fn zizmor_is_read_in_all_its_forms() {
    let plain = "error[template-injection]: code injection via template expansion
 --> .github/workflows/x.yml:9:23
  |
9 |       - run: echo ${{ github.event.issue.title }}
  |         ---           ^^^^^^^^^^^^^^^^^^^^^^^^ may expand into attacker-controllable code
  |
  = note: audit confidence → High

5 findings (2 suppressed): 0 informational
";
    let place = ".github/workflows/x.yml 9:23 error zizmor:";
    let said = "code injection via template expansion";
    assert_eq!(shown(plain), [format!("{place} {said} [template-injection]")]);
    assert_eq!(read(plain).1.len(), 1);
    let json = r#"[{"ident":"template-injection","desc":"code injection via template expansion",
        "determinations":{"severity":"High"},"locations":[
        {"symbolic":{"key":{"Local":{"verbatim_path":"y.yml"}},"annotation":"no","kind":"Related"},"concrete":{"location":{"start_point":{"row":0,"column":0}}}},
        {"symbolic":{"key":{"Local":{"verbatim_path":".github/workflows/x.yml"}},"annotation":"may expand","kind":"Primary"},
         "concrete":{"location":{"start_point":{"row":8,"column":22}}}}]}]"#;
    assert_eq!(shown(json), [format!("{place} {said}: may expand [template-injection]")]);
    let github = "::error file=.github/workflows/x.yml,line=9,title=template-injection::x.yml:9: code injection%3A 100%25";
    let expected =
        ".github/workflows/x.yml 9:0 error zizmor: code injection: 100% [template-injection]";
    assert_eq!(shown(github), [expected]);
}

#[test]
fn azure_pipelines_is_read() {
    let text = "/.azure-pipelines/train.yml (Line: 38, Col: 17): Unexpected value 'retrys'.
##[error](Line: 2, Col: 1): Unexpected value
##vso[task.logissue type=warning;sourcepath=a.yml;linenumber=3;columnnumber=5;code=cycle;]100%AZP25
";
    let expected = [
        "/.azure-pipelines/train.yml 38:17 error Azure Pipelines: Unexpected value 'retrys'",
        " 2:1 error Azure Pipelines: Unexpected value",
        "a.yml 3:5 warning Azure Pipelines: 100% [cycle]",
    ];
    assert_eq!(shown(text), expected);
}

#[test]
fn keys_are_read_as_checkers_of_schemas_and_the_sdk_write_them() {
    let text = "Schema validation errors were encountered.
  c.json::$.jobs['tr-ain'].inputs[1]: 5 is not of type 'string'
";
    let expected = "c.json jobs/tr-ain/inputs/1 error check-jsonschema: 5 is not of type 'string'";
    assert_eq!(shown(text), [expected]);
    let json =
        r#"{"status":"fail","errors":[{"filename":"c.json","path":"$.jobs","message":"no"}]}"#;
    assert_eq!(shown(json), ["c.json jobs error check-jsonschema: no"]);
    let sdk = "Validation for PipelineJobSchema failed:\n\n {\n \"result\": \"Failed\", \"errors\": [{\"message\": \"Missing data for required field.\", \"path\": \"jobs.a.compute\", \"value\": null, \"location\": \"/x/p.json#line 3\"}]} \n\nVisit this link";
    let expected = "/x/p.json jobs/a/compute error azure-ai-ml: jobs.a.compute: Missing data for required field";
    assert_eq!(shown(sdk), [expected]);
    let cli = "Error: \n1) One or more fields are invalid\n\nDetails:\n\n(x) jobs.a.compute:\n- Not a valid string.\n";
    assert_eq!(
        shown(cli),
        [" jobs/a/compute error azure-ai-ml: jobs.a.compute: Not a valid string"]
    );
}

#[test]
fn our_own_and_actionlints_documents_are_read() {
    let ours = r#"[{"name":"cycle","level":"error","message":"m","file":"a.mlops.yaml","range":{"start":{"line":2,"column":3},"end":{"line":2,"column":4}}}]"#;
    assert_eq!(shown(ours), ["a.mlops.yaml 2:3 error mlopsc: m [cycle]"]);
    let other =
        r#"[{"message":"m","filepath":"a.yml","line":3,"column":7,"kind":"events","snippet":""}]"#;
    assert_eq!(shown(other), ["a.yml 3:7 error actionlint: m [events]"]);
    assert_eq!(shown("[]"), [""; 0]);
    for unknown in ["{}", "[7]", "7"] {
        assert_eq!(read(unknown).1.len(), 1, "{unknown}");
    }
}
