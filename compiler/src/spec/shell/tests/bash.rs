//! Bash itself runs what is rendered.

use super::*;

/// Scripts, and the arguments that `show` gets: `@` is the value.
const SHOWN: &[(&str, &[&str])] = &[
    ("show @", &["@"]),
    ("show \"@\"", &["@"]),
    ("show a@b \"a @ b\" 'c'@'d' \"e\"@\"f\"", &["a@b", "a @ b", "c@d", "e@f"]),
    ("show --x=@.csv --y @/z", &["--x=@.csv", "--y", "@/z"]),
    ("show @@ \"@@\"", &["@@", "@@"]),
    ("x=@; show \"$x\"", &["@"]),
    ("x=a@b y=\"@\"; show \"$x\" \"$y\"", &["a@b", "@"]),
    ("x=@ show \"$x\"@", &["@"]),
    ("export X=@; show \"$X\"", &["@"]),
    ("f() { local x=@; show \"$x\"; }; f", &["@"]),
    ("declare x=\"@\"; show \"$x\"", &["@"]),
    ("readonly x=@; show \"$x\"", &["@"]),
    ("a=(1 @ \"x@\"); show \"${a[@]}\"", &["1", "@", "x@"]),
    ("a=(); a+=(@ # more\n@); show \"${a[@]}\"", &["@", "@"]),
    ("a[1]=@; show \"${a[1]}\"", &["@"]),
    ("for i in @ \"@\"; do show \"$i\"; done", &["@", "@"]),
    ("f() { show \"$@\" @; }; f @ b", &["@", "b", "@"]),
    ("function f { show \"$1\"; }; f @", &["@"]),
    ("set -- @; show \"$1\" $#", &["@", "1"]),
    ("IFS= read -r -d '' x <<< @ || :; show \"${x%?}\"", &["@"]),
    ("x=\"$(printf %s @; echo .)\"; show \"$x\"", &["@."]),
    ("x=\"$(printf %s \"@\"; echo .)\"; show \"$x\"", &["@."]),
    ("x=$(printf %s \"$(printf %s @; echo .)\"); show \"$x\"", &["@."]),
    ("show \"$(printf %s 'a'@; echo .)\"", &["a@."]),
    ("(show @)", &["@"]),
    ("{ show @; }", &["@"]),
    ("true && show @ || show no", &["@"]),
    ("false || show @; show b", &["@", "b"]),
    ("if [ @ = @ ]; then show yes; fi", &["yes"]),
    ("if [[ @ == \"@\" ]]; then show @; fi", &["@"]),
    ("[[ @ == no-such-value ]] || show @", &["@"]),
    ("[[ x@ == x\"@\" && -n \"x@\" ]] && show same", &["same"]),
    ("case @ in '') show empty;; *) show @;; esac", &["@"]),
    ("case x@ in y*) show no;; x*) show \"@\";; esac", &["@"]),
    ("case a in (a) case b in b) show @;; esac;; esac", &["@"]),
    ("x=$(case a in a) printf %s @; echo .;; esac); show \"$x\"", &["@."]),
    ("while :; do show @; break; done", &["@"]),
    ("for ((i = 0; i < 2; i++)); do show $i@; done", &["0@", "1@"]),
    ("show $((1 << 2)) @ $(( (1 + 2) * 3 ))", &["4", "@", "9"]),
    ("cat <<EOF > /dev/null\n' \" ( $(true) )\nEOF\nshow @", &["@"]),
    ("cat > /dev/null <<'E F'\n\\\nE F\nshow @", &["@"]),
    ("{ cat <<A; cat <<-B; } > /dev/null\n'\nA\n\t\"\n\tB\nshow @", &["@"]),
    ("x=$(cat <<EOF\nit's\nEOF\n); show \"$x\" @", &["it's", "@"]),
    ("show \"${none:-'}'}\" @", &["'}'", "@"]),
    ("x=\"a}\"; show \"${x%'}'}\" @", &["a", "@"]),
    ("show ${none:-'}'} @", &["}", "@"]),
    ("show \"${none:-\"}\"}\" \"@\"", &["}", "@"]),
    ("x=\"a'b\"; show ${x//\\'/-} @", &["a-b", "@"]),
    ("show \\' @ \\\" \"\\\"@\" \"\\\\@\"", &["'", "@", "\"", "\"@", "\\@"]),
    ("show $'it\\'s' @", &["it's", "@"]),
    ("show \"`echo \"a b\"`\" @", &["a b", "@"]),
    ("show a#b # it's \" (\nshow @", &["a#b", "@"]),
    ("x=$( # it's )\n echo a ); show $x @", &["a", "@"]),
    ("show a\\\nb @ \"c\\\nd\"", &["ab", "@", "cd"]),
    ("[[ ab =~ ^(a|x)b$ ]] && show @", &["@"]),
    ("[[ ( a =~ a ) && b ]] && show @", &["@"]),
    ("! false && show @", &["@"]),
    ("bash -c 'printf \"%s\\0\" \"$1\"' _ @", &["@"]),
    ("env X=@ bash -c 'printf \"%s\\0\" \"$X\"'", &["@"]),
    ("X=@; show \"$HOME\"@ \"$HOME@\"", &["/home@", "/home@"]),
    ("show >&1 @ 2>/dev/null", &["@"]),
    ("while IFS= read -r -d '' l; do show \"$l\"; done < <(printf '%s\\0' @)", &["@"]),
    ("f() { show \"$1\"; }\nf \\\n  @", &["@"]),
    ("time -p show @ 2> /dev/null", &["@"]),
    ("if true; then case a in a) ;; esac fi; show @", &["@"]),
    ("x=; show ${x:+\"'\"} \"${x:-a}@\"", &["a@"]),
    ("show a $[[--x @]] b", &["a", "--x", "@", "b"]),
    ("show $[[--x=@.csv \"in @ \"'it'$HOME]]", &["--x=@.csv", "in @ it/home"]),
    ("show $[[,@]] $[[ @ 'a}b' \"}\" c\\\\]]", &[",@", "@", "a}b", "}", "c\\"]),
    ("(show a $[[\\} ${HOME} @]]; show b)", &["a", "}", "/home", "@", "b"]),
    ("for i in a $[[@ ]]; do show \"$i\"; done", &["a", "@"]),
];

/// Runs all scripts in one bash, and compares what their `show` got.
fn run_all(scripts: &[String], value: &str) {
    use std::fmt::Write;
    let mut text = String::from("show() { printf '%s\\0' \"$@\"; }\n");
    for script in scripts {
        writeln!(text, "(\n{script}\n)\nprintf '\\1\\0'").expect("a String takes everything");
    }
    let output = std::process::Command::new("bash")
        .args(["--norc", "-c", &text])
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", "/home")
        .env("V", value)
        .output()
        .expect("bash runs");
    let shown = String::from_utf8(output.stdout).expect("text");
    let errors = String::from_utf8_lossy(&output.stderr);
    let shown: Vec<&str> = shown.split("\u{1}\0").collect();
    assert_eq!(shown.len(), SHOWN.len() + 1, "{errors}");
    for ((source, expected), shown) in SHOWN.iter().zip(shown) {
        let shown: Vec<&str> = shown.split_terminator('\0').collect();
        let expected: Vec<String> = expected.iter().map(|text| text.replace('@', value)).collect();
        assert_eq!(shown, expected, "{source} with {value:?}: {errors}");
    }
}

fn with_references(source: &str) -> String {
    // `${a[@]}` and `$@` are bash's own.
    let kept = source.replace("[@]", "[\u{1}]").replace("$@", "$\u{1}");
    kept.replace('@', "${{ inputs.x }}").replace('\u{1}', "@")
}

fn check_ci(value: &str) {
    let scripts = SHOWN.iter().map(|(source, _)| {
        let text = with_references(source);
        let (template, script) = read(&text);
        script.unwrap_or_else(|faults| panic!("{text}: {faults:?}")).for_ci(
            &text,
            &template,
            &|_| "V".to_owned(),
        )
    });
    run_all(&scripts.collect::<Vec<_>>(), value);
}

/// Azure ML pastes values into the text.
fn check_azure_ml(value: &str) {
    let paste = |part| match part {
        ScriptPart::Literal(text) => text,
        ScriptPart::Reference(_) => value.to_owned(),
        ScriptPart::Open | ScriptPart::Close => String::new(),
    };
    let scripts = SHOWN.iter().map(|(source, _)| {
        let text = with_references(source);
        let (template, script) = read(&text);
        let script = script.unwrap_or_else(|faults| panic!("{text}: {faults:?}"));
        script.for_azure_ml(&text, &template).into_iter().map(paste).collect()
    });
    run_all(&scripts.collect::<Vec<_>>(), value);
}

/// Scripts, and the arguments that `show` gets when the value is not set.
const LEFT_OUT: &[(&str, &[&str])] = &[
    ("show a $[[--x @]] b", &["a", "b"]),
    ("show $[[,@]] $[[ @ 'a}b' \"}\"]] c", &["c"]),
    ("show $[[--x @ --y @]]", &[""]),
    ("(show a $[[\\} ${HOME} @]]; show b)", &["a", "b"]),
    ("for i in a $[[@ ]]; do show \"$i\"; done", &["a"]),
];

#[test]
fn what_is_not_set_is_left_out() {
    for (source, expected) in LEFT_OUT {
        let text = with_references(source);
        let (template, script) = read(&text);
        let script = script.unwrap_or_else(|faults| panic!("{text}: {faults:?}"));
        let on_ci = script.for_ci(&text, &template, &|_| "V".to_owned());
        assert_eq!(shown(&on_ci), *expected, "{on_ci}");
        let mut pasted = String::new();
        let mut stands = true;
        for part in script.for_azure_ml(&text, &template) {
            match part {
                ScriptPart::Literal(text) if stands => pasted.push_str(&text),
                ScriptPart::Literal(_) | ScriptPart::Reference(_) => {}
                ScriptPart::Open => stands = false,
                ScriptPart::Close => stands = true,
            }
        }
        assert_eq!(shown(&pasted), *expected, "{pasted}");
    }
}

/// What `show` gets where `V` holds nothing.
fn shown(script: &str) -> Vec<String> {
    let text = format!("set -u; show() {{ printf '%s\\n' \"$@\"; }}\n{script}");
    let output = std::process::Command::new("bash")
        .args(["--norc", "-c", &text])
        .env("V", "")
        .output()
        .expect("bash runs");
    String::from_utf8(output.stdout).expect("text").lines().map(str::to_owned).collect()
}

#[test]
fn bash_gets_hostile_values_as_data() {
    for value in [
        "plain",
        "a b  c",
        "it's",
        "\"; exit 3; \"",
        "$(exit 3) `exit 3` ${HOME} $HOME",
        "a[$(exit 3)]",
        "*",
        "~",
        "-n",
        "(",
        "]]",
        "esac",
        "\\",
        "a\nb\n\nc",
        "#x",
        "!x",
        "{a,b}",
        "é €",
        "=",
    ] {
        check_ci(value);
        if Quoting::Bare.takes(value) && Quoting::Double.takes(value) {
            check_azure_ml(value);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(12) })]

    #[test]
    fn bash_gets_any_value_as_data(value in "[ -~\n]{1,12}") {
        check_ci(&value);
    }

    #[test]
    fn azure_ml_may_paste_what_is_taken(value in "[ -~]{1,12}") {
        prop_assume!(Quoting::Bare.takes(&value) && Quoting::Double.takes(&value));
        check_azure_ml(&value);
    }
}
