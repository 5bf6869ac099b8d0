use super::*;
use crate::spec::expr;
use proptest::prelude::*;

#[cfg(unix)]
mod bash;
mod pipes;
#[cfg(unix)]
mod random;

fn read(text: &str) -> (Template, Result<Script, Vec<Fault>>) {
    let (template, faults) = expr::template(text);
    assert_eq!(faults, [], "{text}");
    let script = scan(text, &template);
    (template, script)
}

fn script(text: &str) -> Script {
    let (_, script) = read(text);
    script.unwrap_or_else(|faults| panic!("{text}: {faults:?}"))
}

fn ci(text: &str) -> String {
    let (template, script) = read(text);
    let script = script.unwrap_or_else(|faults| panic!("{text}: {faults:?}"));
    script.for_ci(text, &template, &|number| format!("V{number}"))
}

fn azure_ml(text: &str) -> String {
    let (template, script) = read(text);
    let script = script.unwrap_or_else(|faults| panic!("{text}: {faults:?}"));
    let shown = script.for_azure_ml(text, &template).into_iter().map(|part| match part {
        ScriptPart::Literal(text) => text,
        ScriptPart::Reference(number) => format!("<{number}>"),
        ScriptPart::Open => "$[[".to_owned(),
        ScriptPart::Close => "]]".to_owned(),
    });
    shown.collect()
}

/// What is said, and the text it is said at.
fn faults(text: &str) -> Vec<(String, &str)> {
    let faults = read(text).1.expect_err(text);
    faults.into_iter().map(|fault| (fault.message, &text[fault.at])).collect()
}

fn refused(text: &str, place: &str) {
    let text = text.replace('@', "${{ inputs.x }}");
    for (message, at) in faults(&text) {
        assert_eq!(at, "${{ inputs.x }}", "{text}: {message}");
        assert!(message.contains(place), "{text}: {message}");
    }
}

fn taken(text: &str) {
    script(&text.replace('@', "${{ inputs.x }}"));
}

#[test]
fn a_part_may_be_left_out() {
    let text = "python train.py $[[--rate ${{ inputs.a }} --by \"x ${{ inputs.b }}\"]] --out o";
    assert_eq!(ci(text), "python train.py ${V0:+${V1:+--rate \"$V0\" --by \"x ${V1}\"}} --out o");
    assert_eq!(azure_ml(text), "python train.py $[[--rate '<0>' --by \"x <1>\"]] --out o");
    assert_eq!(
        ci("f $[[${{ inputs.a }} a\\\\]] $[[ ${{ inputs.a }}]]\\\n | g"),
        "f ${V0:+\"$V0\" a\\\\} ${V1:+ \"$V1\"}\\\n | g"
    );
}

#[test]
fn a_part_that_may_be_left_out_stands_among_arguments() {
    let says = |text: &str| {
        let text = text.replace('@', "${{ inputs.x }}");
        let (_, script) = read(&text);
        let faults = script.expect_err(&text);
        assert_eq!(faults.len(), 1, "{text}: {faults:?}");
        (faults[0].message.clone(), text[faults[0].at.clone()].to_owned())
    };
    for text in [
        "$[[python @]]",
        "x=$[[@]]",
        "export X=$[[@]]",
        "[ a $[[@]] ]",
        "python $[[-u @]] train.py",
        "bash $[[@]] -c 'f'",
        "env $[[bash @]]",
        "\"$PROGRAM\" $[[--x @]]",
        "f > $[[@]]",
        "f \"$[[--x @]]\"",
        "f '$[[--x @]]'",
        "f # $[[--x @]]",
        "f \\$[[--x @]]",
        "f $(( $[[ 1 + @ ]] ))",
        "cat <<E\n$[[@]]\nE\n",
        "a=($[[@]])",
    ] {
        assert_eq!(says(text), ("`$[[ … ]]` cannot stand here".to_owned(), "$[[".to_owned()));
    }
    for (text, found) in [
        ("f $[[--x @; g]]", ";"),
        ("f $[[--x @ > o]]", ">"),
        ("f $[[--x @\n]]", "\n"),
        ("f $[[{a,@}]]", "{"),
        ("f $[[--x $(g) @]]", "$("),
        ("f $[[--x `g` @]]", "`"),
        ("f $[[# @]]", "#"),
        ("f $[[~/@]]", "~"),
        ("f $[[--x \"$(g)\" @]]", "$("),
    ] {
        let (message, at) = says(text);
        assert!(message.ends_with("inside `$[[ … ]]`"), "{text}: {message}");
        assert_eq!(at, found, "{text}");
    }
    for (text, message, found) in [
        ("f x$[[--x @]]", "a word goes on in this `$[[`", "$[["),
        ("f \"\"$[[--x @]]y", "a word goes on in this `$[[`", "$[["),
        ("f $[[@]]$[[ @]]", "a word goes on behind this `]]`", "]]"),
        ("f $[[--x @]]y", "a word goes on behind this `]]`", "]]"),
        ("f $[[--x @]]'y'", "a word goes on behind this `]]`", "]]"),
        ("f $[[--x @]]\\\ny", "a word goes on behind this `]]`", "]]"),
        ("f $[[--x @ a\\]]", "a backslash right before `]]`", "\\"),
        ("f $[[--x @ \\]]", "a backslash right before `]]`", "\\"),
    ] {
        assert_eq!(says(text), (message.to_owned(), found.to_owned()), "{text}");
    }
    let open = ("quotes that open in this `$[[` end behind it".to_owned(), "$[[".to_owned());
    assert_eq!(says("f $[[--x @ \"a]]\""), open);
    assert_eq!(says("f $[[--x @ 'a]]'"), open);
}

#[test]
fn quotes_around_a_reference_decide_its_form() {
    assert_eq!(
        ci("python train.py --data ${{ inputs.a }}/x --name \"run ${{ inputs.b }}s\""),
        "python train.py --data \"$V0\"/x --name \"run ${V1}s\""
    );
    assert_eq!(
        azure_ml("python train.py --data ${{ inputs.a }}/x --name \"run ${{ inputs.b }}s\""),
        "python train.py --data '<0>'/x --name \"run <1>s\""
    );
    assert_eq!(ci("x=\"$(cat ${{ inputs.a }})\""), "x=\"$(cat \"$V0\")\"");
    assert_eq!(azure_ml("x=\"$(cat ${{ inputs.a }})\""), "x=\"$(cat '<0>')\"");
    assert_eq!(
        azure_ml("echo \"$HOME${{ inputs.a }} $1${{ inputs.b }}\""),
        "echo \"$HOME\"\"<0> $1<1>\""
    );
    assert_eq!(ci("echo hello"), "echo hello");
    assert_eq!(azure_ml("echo hello"), "echo hello");
}

#[test]
fn what_azure_ml_may_paste_depends_on_the_quotes() {
    assert!(Quoting::Bare.takes("a $b `c` \\ \"d\""));
    assert!(!Quoting::Bare.takes("it's") && !Quoting::Bare.takes("a\nb"));
    assert!(Quoting::Double.takes("it's"));
    assert!(!Quoting::Double.takes("$b") && !Quoting::Double.takes("\\"));
}

#[test]
fn references_are_refused_where_they_would_not_be_data() {
    refused("echo 'a @'", "single quotes");
    refused("echo $'a @'", "single quotes");
    refused("cat <<EOF\nx @\nEOF\n", "inside a here-document");
    refused("cat <<'EOF'\nx @\nEOF", "inside a here-document");
    refused("cat <<-EOF\n\tx $(echo @)\n\tEOF", "inside a here-document");
    refused("echo a # see @", "comment");
    refused("x=`echo @`", "backticks");
    refused("echo \"`echo @`\"", "backticks");
    refused("echo $((1 + @))", "calculates");
    refused("(( @ > 1 )) && echo", "calculates");
    refused("for ((i = 0; i < @; i++)); do :; done", "calculates");
    refused("echo $[ @ + 1 ]", "calculates");
    refused("let n=@", "calculates");
    refused("a[@]=1", "calculates");
    refused("a=([@]=1)", "calculates");
    refused("declare -i n=@", "calculates");
    refused("declare -i n\nn=@", "calculates");
    refused("n=1; typeset -i n; n=\"@\"", "calculates");
    refused("declare -a list=@", "calculates");
    refused("[[ @ -gt 3 ]]", "calculates");
    refused("[[ -n x && 3 -eq \"@\" ]]", "calculates");
    refused("case $x in @) ;; esac", "in a pattern");
    refused("case $x in a|\"@\") ;; esac", "in a pattern");
    refused("ls !(a|@)", "in a pattern");
    refused("[[ $x =~ ^@$ ]]", "regular expression");
    refused("[[ $x =~ \"@\" ]]", "regular expression");
    refused("echo ${x:-@}", "inside `${…}`");
    refused("echo \"${x:-\"@\"}\"", "inside `${…}`");
    refused("echo \"${x:-$(echo @)}\"", "inside `${…}`");
    refused("ls >& @", "behind `>&`");
    refused("ls 2>&\"@\"", "behind `>&`");
    refused("echo \\@", "backslash");
    refused("echo \"\\@\"", "backslash");
}

#[test]
fn quotes_that_bash_loses_are_refused_beside_references() {
    let (message, at) = &faults("echo \"${x:+$'\\''}\"${{ run.id }}")[0];
    assert_eq!((message.as_str(), *at), ("`$'…'` inside `${…}`, beside references", "$'"));
    taken("echo \"${x:+$'\\''}\"");
}

#[test]
fn a_line_of_a_here_document_does_not_go_on() {
    let (message, at) = &faults("cat <<E $(echo\n${{ run.id }})\nE\n")[0];
    assert_eq!(message, "the line of this here-document goes on over others");
    assert_eq!(*at, "<<E");
    taken("cat <<E $(echo\nx)\nE\n");
}

#[test]
fn the_end_word_of_a_here_document_is_fixed() {
    let found = faults("cat << ${{ run.id }}\nx\n${{ run.id }}");
    assert_eq!(
        found[0],
        ("a reference as the end word of a here-document".to_owned(), "${{ run.id }}")
    );
}

#[test]
fn references_are_refused_in_code_for_others() {
    for text in [
        "bash -c \"echo @\"",
        "bash -c @",
        "/bin/sh -ec \"echo @\"",
        "bash -o pipefail -c \"echo @\"",
        "bash -c -o pipefail \"echo @\"",
        "env A=1 timeout 5 bash -lc \"echo @\"",
        "docker run image sh -c \"echo @\"",
        "find . -exec sh -c \"echo @\" \\;",
        "'ba'sh -c \"@\"",
        "$SHELL -c \"echo @\"",
        "python -c \"print('@')\"",
        "python3 -u -W ignore -c \"print('@')\"",
        "python3.11 -c\"print('@')\"",
        "perl -ne \"print '@'\"",
        "node -pe \"'@'\"",
        "node --eval=\"'@'\"",
        "ruby -e 'x' -e \"'@'\"",
        "awk \"/@/\" file",
        "awk -v x=1 \"/@/\" file",
        "pwsh -NoProfile -Command \"echo @\"",
        "pwsh -Command echo @",
        "psql db -c \"select '@'\"",
        "PS4=\"@: \"; set -x",
        "BASH_ENV=@ bash x.sh",
        "flock f -c \"echo @\"",
        "npx -c \"echo @\"",
        "eval \"x=@\"",
        "command eval x=@",
        "a=1 eval x=@",
        "for i in 1; do eval x=@; done",
        "for i do eval x=@; done",
        "if eval x=@; then :; fi",
        "trap \"rm @\" EXIT",
        "ssh host ls @",
        "bash -c \"$(printf %s @)\"",
        "bash <<< \"echo @\"",
        "bash <(echo @)",
        "source <(echo \"@\")",
        ". <(echo @)",
    ] {
        refused(text, "code for another interpreter");
    }
}

#[test]
fn references_are_refused_as_names_of_variables() {
    for text in [
        "export @",
        "export @=1",
        "declare @",
        "read @",
        "unset @",
        "printf -v @ x",
        "test -v @",
        "[ -v @ ]",
        "[ -n @ @ ]",
        "[[ -v @ ]]",
        "for @ in a; do :; done",
        "function @ { :; }",
    ] {
        refused(text, "name of a variable");
    }
}

#[test]
fn ordinary_words_take_references() {
    for text in [
        "@ --help",
        "python train.py -c @",
        "python -m pkg -c @",
        "bash run.sh -c @",
        "bash -c 'echo \"$1\"' _ @",
        "python -c 'import sys' @",
        "awk -v x=@ '{ print x }' f",
        "awk -f prog.awk @",
        "grep -c @ file",
        "echo a#@ \"#@\"",
        "read -r x <<< @",
        "cat < @ > \"@\" 2> @.log",
        "cat <(sort @) >(tee @)",
        "export A=@ B=\"@\"",
        "local A=@",
        "a=@ b=\"x @\" cmd",
        "a=(--x @ \"@\")",
        "a+=( # list\n  @\n)",
        "a[1]=@",
        "[[ -n @ && @ == \"@\" ]] && [[ -f \"@/x\" ]]",
        "[ @ = main ] || [ -z \"@\" ]",
        "case @ in a) echo @ ;; (b|c) echo @;; *) ;; esac",
        "case \"@\" in a) ;; esac; echo @",
        "x=$(case y in y) echo @;; esac)",
        "for i in @ \"@\"; do echo $i @; done",
        "f() { echo @; }; f @",
        "function f { echo @; }",
        "( cd x && echo @ )",
        "{ echo @; } > @",
        "if ((1)); then echo @; fi",
        "echo $((1 << 2)) @",
        "echo \"$(( 1 + (2) ))\" \"@\"",
        "cat <<EOF > @\ntext $(x) ` '\nEOF\necho @",
        "cat <<'E F' | tee @\n\\\nE F\necho @",
        "cat <<A; cat <<B\n'\nA\n\"\nB\necho @",
        "x=$(cat <<EOF\n' it's\nEOF\n)\necho @",
        "echo \"${x:-'}'}\" @",
        "echo \"${x#'}'}\" @",
        "echo ${x:-'}'} @",
        "echo ${x//[\\'\\\"]/} @",
        "echo \\' @ \\\" @",
        "echo \"\\\\@\" \"\\\"@\"",
        "[[ $x =~ ^(a|b)+$ && @ != b ]]",
        "[[ ( $x =~ a ) ]]; echo @",
        "case x in x) [[ a ]];; esac; echo @",
        "( [[ a ]]) && echo @",
        "echo $'it\\'s' @",
        "echo $\"text @\"",
        "ls *.@ ~/@ {a,@}",
        "time -p cmd @",
        "coproc cat @",
        "while read -r l; do echo \"$l\" @; done < @",
        "x | while :; do break; done; y && z || echo @ &",
        "echo a\\\nb @",
        "echo 'it'\"'\"'s' @",
        "echo # it's\necho @",
        "x=$( # it's\n echo @ )",
        "! grep -q @ f",
        "select x in @; do break; done",
    ] {
        taken(text);
    }
}

#[test]
fn what_is_not_closed_is_told_at_its_start() {
    for (text, message, at) in [
        ("echo 'a", "this `'` is not closed", "'"),
        ("echo 'a ${{ inputs.x }}", "this `'` is not closed", "'"),
        ("echo \"a", "this `\"` is not closed", "\""),
        ("echo $(ls", "this `(` is not closed", "$("),
        ("(ls", "this `(` is not closed", "("),
        ("ls)", "this `)` closes nothing", ")"),
        ("a=(1", "this `(` is not closed", "("),
        ("echo ${x", "this `${` is not closed", "${"),
        ("echo `x", "this backtick is not closed", "`"),
        ("echo $((1)", "this `(` is not closed", "$("),
        ("cat <<EOF\nx\n", "this here-document is not closed by a line `EOF`", "<<EOF"),
        ("cat <<EOF", "this here-document is not closed by a line `EOF`", "<<EOF"),
        ("x=$(cat <<EOF)", "this here-document is not closed by a line `EOF`", "<<EOF"),
        ("[[ a", "this `[[` is not closed by `]]`", "[["),
        ("case x in a) b", "this `case` is not closed by `esac`", "case"),
    ] {
        assert_eq!(faults(text), [(message.to_owned(), at)], "{text}");
    }
}

#[test]
fn joined_lines_are_found_where_the_shell_joins_them() {
    let text = "python a.py \\\n  --x \"a\\\nb\" '\\\n' # \\\n";
    assert_eq!(script(text).continuations, [12..14, 22..24]);
}

#[test]
fn scripts_that_are_run_are_found() {
    let programs = |text: &str| -> Vec<String> {
        script(text).programs.into_iter().map(|at| text[at].to_owned()).collect()
    };
    assert_eq!(
        programs("python train.py --x prep.py && python3 -u src/score.py"),
        ["train.py", "src/score.py"]
    );
    assert_eq!(programs("A=1 bash run.sh; if sh x.sh; then :; fi"), ["run.sh", "x.sh"]);
    assert_eq!(programs("python train.py ${{ inputs.x }}"), ["train.py"]);
    for text in [
        "python -m train",
        "python -c x.py",
        "python $X.py",
        "python ${{ inputs.x }}.py",
        "python /opt/x.py",
        "python \"x.py\"",
        "docker run image python x.py",
        "cd src && python x.py",
        "echo python x.py",
    ] {
        assert_eq!(programs(text), [] as [String; 0], "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_judged_without_panic(text in "([a-z.é \n]|\\$\\{\\{ run\\.id \\}\\}|[$'\"`(){}\\[\\]<>&|;!=#\\\\@]|case |in|esac|for |eval |<<|bash -c |declare -i |do){0,20}") {
        let (template, _) = expr::template(&text);
        match scan(&text, &template) {
            Ok(script) => {
                prop_assert_eq!(script.spots.len(), template.references().count());
                for (spot, (range, _)) in script.spots.iter().zip(template.references()) {
                    prop_assert_eq!(&spot.range, range);
                }
                let literal: String = script.for_azure_ml(&text, &template).into_iter().filter_map(|part| match part {
                    ScriptPart::Literal(text) => Some(text),
                    ScriptPart::Reference(_) | ScriptPart::Open | ScriptPart::Close => None,
                }).collect();
                prop_assert!(literal.len() <= text.len() + 2 * script.spots.len());
            }
            Err(faults) => {
                prop_assert!(!faults.is_empty());
                for fault in faults {
                    prop_assert!(text.get(fault.at).is_some());
                }
            }
        }
    }
}

#[test]
fn installs_are_found_where_they_run() {
    let installs = |text: &str| -> Vec<String> {
        let words = |install: &Install| {
            install.words.iter().map(|at| &text[at.clone()]).collect::<Vec<_>>().join(" ")
        };
        script(text).installs.iter().map(words).collect()
    };
    for (text, wanted) in [
        ("set -e\npip install a", vec!["pip install a"]),
        ("if sudo A=1 pip install a; then echo; fi", vec!["pip install a"]),
        ("python -m pip install a \\\n  b", vec!["pip install a b"]),
        ("x=$(npm install a)", vec!["npm install a"]),
        ("pip install a || pip install b", vec!["pip install a", "pip install b"]),
        ("curl -s https://x | sh -s -- --yes", vec!["sh -s -- --yes"]),
        ("bash <(curl -s https://x)", vec!["bash <(curl -s https://x)"]),
        ("sh -c \"$(wget -qO- https://x)\"", vec!["sh -c \"$(wget -qO- https://x)\""]),
        ("curl -s https://x || sh clean.sh", vec![]),
        ("curl -s https://x | jq . | sh", vec![]),
        ("echo pip install a # pip install b", vec![]),
        ("cat <<EOF\npip install a\nEOF", vec![]),
        ("python -m pytest", vec![]),
    ] {
        assert_eq!(installs(text), wanted, "{text}");
    }
}

#[test]
fn lost_failures_are_found() {
    let lost = |text: &str| {
        scan(text, &expr::template(text).0).unwrap().lost.map(|it| text[it].to_owned())
    };
    for (text, first) in [
        ("f\ng", "f"),
        ("f; g", "f"),
        ("echo a\nX=1 f -e\necho done\n", "f"),
        ("f && g\nh", "f"),
        ("cd src\nf", "cd"),
        ("f | g\nif a; then b; fi", "f"),
        ("set -u\nf\ng", "f"),
        ("f\nset -e\ng", "f"),
    ] {
        assert_eq!(lost(text).as_deref(), Some(first), "{text}");
    }
    for text in [
        "f",
        "f\n",
        "f &&\ng",
        "f |\n g",
        "f && g",
        "f ||\nexit 1\ng",
        "f || true; g",
        "set -e; f\ng",
        "set -euo pipefail\nf\ng",
        "set -o errexit\nf\ng",
        "echo a; export X=1; x=2; f",
        "if f; then g; h; fi\nk",
        "f \"$(a; b)\"",
        "f \"a\nb\"",
        "cat <<X\na\nb\nX\n",
    ] {
        assert_eq!(lost(text), None, "{text}");
    }
}
