//! Registering models and data.

use serde_json::{Value, json};

use super::{EVIL, Outcome, PLATFORMS, Platform, Script, Stage};

/// Plays Azure ML with what it has already in `$STAGE/known`.
const AZ: &str = r#"
case "$1 $2 $3" in
  "ml model list" | "ml data list") [[ -f $STAGE/known ]] && cat "$STAGE/known" ;;
  "ml model create" | "ml data create")
    cp "$5" "$STAGE/asset" && [[ ! -f $STAGE/refuses ]] && echo 4 ;;
esac
"#;

fn script(platform: Platform, step: &str, stage: &Stage) -> Script {
    let file = stage.path("temp/outputs/version");
    Script::of("register", platform, step, step)
        .set("JOB_NAME", "the-job")
        .set("FROM", "/repository/.mlopsc/inputs/report")
        .set("DESCRIPTION", "it's \"good\" $(date) \\n")
        .set("TAG_1", "0123")
        .set("TAG_2", "0.5\") | error(\"")
        .set("OUTPUT_VERSION", file.to_str().expect("text"))
}

fn asset(stage: &Stage) -> Value {
    serde_json::from_str(&stage.read("asset")).unwrap_or_default()
}

fn run(stage: &Stage, script: &Script) -> (Outcome, String) {
    let outcome = stage.run(script);
    (outcome, stage.read("temp/outputs/version"))
}

#[test]
fn a_model_is_registered_where_it_lies() {
    for platform in PLATFORMS {
        let stage = Stage::new(AZ);
        let (outcome, version) = run(&stage, &script(platform, "register", &stage));
        assert!(outcome.fine, "{platform:?}: {}", outcome.said);
        assert_eq!(version, "4\n");
        let expected = json!({
            "name": "diabetes",
            "type": "mlflow_model",
            "path": "azureml://jobs/the-job/outputs/train__model/paths/",
            "description": "it's \"good\" $(date) \\n",
            "tags": {
                "commit": "0123",
                "rmse": "0.5\") | error(\"",
                "team's name": "vision & friends",
                "mlopsc_source": "the-job/train__model",
            },
        });
        assert_eq!(asset(&stage), expected, "{platform:?}");
        assert!(outcome.said.contains("Registered the model diabetes, version 4."));
        let made = outcome.calls.iter().filter(|call| call.contains(" create ")).count();
        assert_eq!((made, outcome.calls.len()), (1, 2), "{:?}", outcome.calls);
    }
}

#[test]
fn what_was_registered_is_not_registered_again() {
    for platform in PLATFORMS {
        let stage = Stage::new(AZ);
        stage.write("known", "3\n2\n");
        let (outcome, version) = run(&stage, &script(platform, "register", &stage));
        assert!(outcome.fine, "{}", outcome.said);
        assert_eq!(version, "3\n");
        let [asked] = outcome.calls.as_slice() else { panic!("{:?}", outcome.calls) };
        assert!(asked.contains("[?tags.mlopsc_source=='the-job/train__model'].version"), "{asked}");
    }
}

#[test]
fn a_version_that_the_author_gives_is_made_or_refused() {
    for platform in PLATFORMS {
        let stage = Stage::new(AZ);
        let table = script(platform, "keep_table", &stage);
        let (outcome, _) = run(&stage, &table.clone().set("VERSION", "77"));
        assert!(outcome.fine, "{}", outcome.said);
        assert_eq!(asset(&stage)["version"], "77");
        assert_eq!(asset(&stage)["type"], "mltable");
        assert!(outcome.calls[0].contains("&& version=='77'"), "{:?}", outcome.calls);
        for bad in ["", "release/3", "a b", "1\n2", "-"] {
            let (outcome, _) = run(&stage, &table.clone().set("VERSION", bad));
            assert!(!outcome.fine && outcome.calls.is_empty(), "{bad}: {:?}", outcome.calls);
            assert!(outcome.said.contains("the version must be"), "{}", outcome.said);
        }
    }
}

#[test]
fn a_file_of_ci_is_uploaded() {
    for platform in PLATFORMS {
        let stage = Stage::new(AZ);
        let (outcome, _) = run(&stage, &script(platform, "keep_report", &stage));
        assert!(outcome.fine, "{}", outcome.said);
        let expected = json!({
            "name": "reports",
            "type": "uri_file",
            "path": "/repository/.mlopsc/inputs/report",
            "description": "it's \"good\" $(date) \\n",
            "tags": {},
            "version": "7",
        });
        assert_eq!(asset(&stage), expected);
        // Nobody knows whether a file of an earlier attempt was the same.
        assert_eq!(outcome.calls.len(), 1, "{:?}", outcome.calls);
    }
}

#[test]
fn a_refusal_fails_the_step() {
    for platform in PLATFORMS {
        let stage = Stage::new(AZ);
        stage.write("refuses", "");
        let (outcome, version) = run(&stage, &script(platform, "keep_report", &stage));
        assert!(!outcome.fine && version.is_empty());
        let error = match platform {
            Platform::GitHub => "::error::The data reports was not registered",
            Platform::AzurePipelines => {
                "##vso[task.logissue type=error]The data reports was not registered"
            }
        };
        assert!(outcome.said.contains(error), "{}", outcome.said);
        assert!(outcome.said.contains("(version 7 must be new)"), "{}", outcome.said);
    }
}

#[test]
fn nothing_that_azure_ml_says_of_an_error_is_a_command() {
    const SAYS: &str = "printf 'x ##vso[task.complete]\\n::error::b\\r::add-mask::c\\n' >&2\n";
    for platform in PLATFORMS {
        for refuses in [false, true] {
            let stage = Stage::new(&[SAYS, AZ].concat());
            if refuses {
                stage.write("refuses", "");
            }
            let (outcome, version) = run(&stage, &script(platform, "keep_report", &stage));
            assert_eq!(outcome.fine, !refuses, "{}", outcome.said);
            assert_eq!(version, if refuses { "" } else { "4\n" });
            super::is_harmless(&outcome.said);
        }
    }
}

#[test]
fn a_version_is_a_word_and_no_command() {
    const SAYS: &str =
        "case \"$3\" in list) cat \"$STAGE/known\" ;; create) cat \"$STAGE/made\" ;; esac\n";
    for platform in PLATFORMS {
        for (file, text) in [
            ("made", EVIL),
            ("made", "::error::EVIL\n"),
            ("known", "::error::EVIL\n"),
            ("known", "4 ##vso[task.complete]EVIL\n"),
        ] {
            let stage = Stage::new(SAYS);
            stage.write(file, text);
            let (outcome, version) = run(&stage, &script(platform, "register", &stage));
            assert!(!outcome.fine && version.is_empty(), "{}", outcome.said);
            assert!(outcome.said.contains("no version of the model diabetes"), "{}", outcome.said);
            super::is_inert(&outcome.said);
        }
    }
}
