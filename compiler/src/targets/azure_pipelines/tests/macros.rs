//! Values that hold macros, or parts of one, as a script reads them after the service has pasted
//! parameters and replaced macros.

use std::collections::BTreeMap;
use std::process::Command;

use serde_yaml::Value;

use super::super::expression;
use super::*;

/// Pastes the parameters, then replaces each macro once, as the service does.
fn served(text: &str, parameters: &[(&str, &str)], variables: &[(&str, &str)]) -> String {
    let mut pasted = text.to_owned();
    for (name, value) in parameters {
        pasted = pasted.replace(&format!("${{{{ parameters.{name} }}}}"), value);
    }
    let (mut done, mut rest) = (String::new(), pasted.as_str());
    while let Some(at) = rest.find("$(") {
        let (before, found) = rest.split_at(at);
        done.push_str(before);
        let close = found.find(')').map(|close| (&found[2..close], &found[close + 1..]));
        let known = close.and_then(|(name, after)| {
            let value = variables.iter().find(|(known, _)| *known == name)?.1;
            Some((value, after))
        });
        let (value, after) = known.unwrap_or(("$", &found[1..]));
        done.push_str(value);
        rest = after;
    }
    done + rest
}

/// What the one script of a plan prints.
fn printed(plan: &Builder, parameters: &[(&str, &str)], variables: &[(&str, &str)]) -> String {
    let files = super::super::write(&plan.plan);
    let root: Value = serde_yaml::from_str(&files[0].text).unwrap();
    let steps = root["jobs"][0]["steps"].as_sequence().unwrap();
    let step = steps.iter().find(|step| step["displayName"] == "show").unwrap();
    let env = step["env"].as_mapping().unwrap().iter().map(|(name, value)| {
        let value = served(value.as_str().unwrap(), parameters, variables);
        (name.as_str().unwrap().to_owned(), value)
    });
    let env: BTreeMap<String, String> = env.collect();
    let script = step["bash"].as_str().unwrap();
    let output = Command::new("bash").args(["-c", script]).envs(&env).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The value that a variable of a job gets from an expression of ours, for a full name.
fn hidden(name: &str) -> String {
    name.replace('%', "%25").replace('$', "%24")
}

#[test]
fn two_parameters_make_no_macro_together() {
    let mut plan = plan("macros");
    let a = plan.parameter("a", ValueType::String, Some(Scalar::Text(String::new())));
    let b = plan.parameter("b", ValueType::String, Some(Scalar::Text(String::new())));
    let reference = |id| Piece::Reference(Reference::Parameter(id));
    let step = ci("show", "printf '%s\\n' \"$BOTH\" \"$ROUND\"\n").with(|step| {
        let round = Piece::Literal("(SECRET)".to_owned());
        step.env = vec![
            ("BOTH".to_owned(), vec![reference(a), reference(b)]),
            ("ROUND".to_owned(), vec![reference(a), round]),
        ];
    });
    plan.job(step, &[]);
    let given = [("a", "a$"), ("b", "(SECRET)")];
    let said = printed(&plan, &given, &[("SECRET", "hunter2")]);
    assert_eq!(said, "a$(SECRET)\na$(SECRET)\n");
}

#[test]
fn a_branch_or_tag_is_what_was_pushed() {
    let mut plan = plan("macros");
    let step = ci("show", "printf '%s\\n' \"$BRANCH\" \"$INPUT_TAG\" \"$NOTE\"\n")
        .variable("BRANCH", Variable::Reference(Reference::GitBranch))
        .variable("INPUT_TAG", Variable::Reference(Reference::GitTag))
        .with(|step| {
            let mut note = literal("100%24 of ");
            note.push(Piece::Reference(Reference::GitBranch));
            step.env = vec![("NOTE".to_owned(), note)];
        });
    plan.job(step, &[]);
    for name in ["main", "a/refs/heads/b", "refs/tags/x", "x$(SECRET)y", "50%25$", "a%24b"] {
        let (branch, tag) = (format!("refs/heads/{name}"), format!("refs/tags/{name}"));
        let (branch, tag) = (hidden(&branch), hidden(&tag));
        let variables = [("git_branch", &*branch), ("git_tag", &*tag), ("SECRET", "hunter2")];
        let said = printed(&plan, &[], &variables);
        assert_eq!(said, format!("{name}\n{name}\n100%24 of {name}\n"));
    }
    let said = printed(&plan, &[], &[("git_branch", ""), ("git_tag", "")]);
    assert_eq!(said, "\n\n100%24 of \n");
}

#[test]
fn a_prefix_is_left_to_the_script() {
    for kind in [expression::BRANCH, expression::TAG] {
        let hidden = kind.hidden();
        assert!(!hidden.contains(&format!("'{}', ''", kind.prefix)), "{hidden}");
        assert!(hidden.starts_with("$[ replace(replace(") && hidden.contains("'%24'"), "{hidden}");
    }
}
