//! Random scripts: whatever is accepted, no value in it runs as code.

use super::*;
use std::fmt::Write;

/// Words, in which `@` is the reference.
const WORDS: &[&str] = &[
    "@",
    "@",
    "a",
    "$x",
    "\"@\"",
    "\"b @ $x\"",
    "'q'",
    "\\'",
    "\"\\\"@\"",
    "a#b",
    "${x:-'}'}",
    "\"${x#'}'}\"",
    "$'\\''",
    "*@",
    "{a,@}",
    "~@",
    "$((1+2))",
    "\"$(( (5) ))\"",
    "\"`echo '\"'`\"",
    "`echo \\``",
    "$x@",
    "\"$x@\"",
    "=@",
    "-@",
    "\"it's\"",
    "${x//[\\'\\\"]/}",
    "\\\n@",
    "-v",
    "z=@",
    "z[0]=@",
    "$\"@\"",
    "'@'",
    "\\@",
    "-eq",
    "]]",
    "$[[@]]",
    "$[[-c @]]",
    "$[[b \"@\" '}' ]]",
    "$[[b @ c\\\\]]",
];

/// Commands, in which `1` and `2` are words, `3` and `4` commands.
const COMMANDS: &[&str] = &[
    "echo 1 2",
    "z=1 y=2",
    "z=(1 # it's\n2)",
    "export z=1; declare q=2",
    "[[ 1 == 2 && -n 2 ]]",
    "[ 1 = 2 ]",
    "test 1 -a 2",
    "printf 1 2",
    "cat 1 <<< 2",
    "cat <<E 1 2\nit's ( \nE\n",
    "cat <<'E' | cat <<-F 1 2\nit's `( \nE\n\t\"\\\n\tF\n\tF\n",
    "set -- 1 2; shift 1",
    "1 2",
    "z[0]=1; y+=2",
    "read 1 2",
    "env bash -c 1 2",
    "echo 1 | bash -s 2",
    "bash <<< 1",
    "{ 3; } | env q=1 bash",
    "bash < <(4)",
    "cat > >(bash) <<< 1",
    "echo 1 | xargs -I% bash -c %",
    "env -S 1",
    "sed 1 <<< 2",
    "1 -c 2",
    "bash 1 2",
    "unset 1; wait 2",
    "case 1 in q) 3;; (a|*) 4\n;; esac",
    "case x in 1) 3;; esac",
    "for i in 1; do 3; done",
    "if 3; then 4; fi",
    "(3) | { 4; }",
    "f() { 3; }; 4",
    "3\n4",
    "3 && 4 # it's \"\n",
    "! 3 || ((4))",
    "[[ 1 =~ 2 ]] && 3",
    "[[ ( 1 != b ) || 2 -eq 1 ]]",
    "declare -i n=1; n=2",
    "command eval 1; builtin printf 2",
    "a=$(cat <<E\n' 1\nE\n); 3",
    "for ((i = 0; i < 1; i++)) do 3; done; while false; do 4; done",
    "local 1; typeset -n 2",
];

/// Ways to put words and commands into words.
const NESTED: &[&str] =
    &["$(3)", "\"$(3)\"", "\"x $(3\n) @\"", "<(3)", "${x:-1}", "\"${x:+1}\"", "12", "$((1))"];

/// A linear congruential generator, so that a failure can be repeated.
struct Choices(u64);

impl Choices {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % limit
    }

    fn one(&mut self, list: &[&'static str]) -> &'static str {
        list[self.below(list.len())]
    }

    fn word(&mut self, depth: u32) -> String {
        if depth == 0 || self.below(3) > 0 {
            return self.one(WORDS).to_owned();
        }
        let form = self.one(NESTED);
        self.fill(form, depth - 1)
    }

    fn command(&mut self, depth: u32) -> String {
        let form = self.one(COMMANDS);
        self.fill(form, depth)
    }

    fn fill(&mut self, form: &str, depth: u32) -> String {
        let mut out = String::new();
        for c in form.chars() {
            match c {
                '1' | '2' => out += &self.word(depth),
                '3' | '4' if depth == 0 => out += "echo @",
                '3' | '4' => out += &self.command(depth - 1),
                _ => out.push(c),
            }
        }
        out
    }
}

/// Values that would print `ran42` as code, and do not hold it.
fn hostile() -> Vec<String> {
    let code = "echo ran$((41+1))";
    let around = [
        ("a[$(", ")]"),
        ("'; ", "; '"),
        ("\"; ", "; \""),
        ("`", "`"),
        ("\n", "\n"),
        (") ; ", " ; ("),
        ("}; ", "; {"),
        ("$(", ")"),
        ("[$(", ")]=1"),
        ("\nE\n", "\nE\n"),
        ("x;", ";"),
        ("($(", "))"),
    ];
    around.iter().map(|(open, close)| format!("{open}{code} >&2{close}")).collect()
}

/// What bash prints for many scripts.
fn run(scripts: &[String], value: &str) -> String {
    let mut text = String::new();
    for (number, script) in scripts.iter().enumerate() {
        // A script that bash cannot parse must not hide the others.
        let quoted = script.replace('\'', "'\\''");
        writeln!(text, "echo script {number}; (eval '{quoted}'\n) 2>&1").expect("a String");
    }
    let output = std::process::Command::new("timeout")
        .args(["-s", "KILL", "20", "bash", "--norc", "-c", &text])
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("V", value)
        .env("U", "")
        .current_dir("/")
        .stdin(std::process::Stdio::null())
        .output()
        .expect("bash runs");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Fails with the script that ran a value.
fn none_ran(shown: &str, scripts: &[String]) {
    if let Some(part) = shown.split("script ").find(|part| part.contains("ran42")) {
        let number = part.split_whitespace().next().and_then(|number| number.parse().ok());
        let number: usize = number.expect("a number");
        panic!("{}\n{part}", scripts[number]);
    }
}

fn accepted() -> Vec<(String, Template, Script)> {
    let mut choices = Choices(20_261_201);
    let texts = (0..400).map(|_| choices.command(2).replace('@', "${{ run.id }}"));
    let read = |text: String| {
        let (template, faults) = expr::template(&text);
        let script = scan(&text, &template).ok().filter(|_| faults.is_empty())?;
        (!script.spots.is_empty()).then_some((text, template, script))
    };
    texts.filter_map(read).collect()
}

#[test]
fn no_value_runs_on_ci() {
    let all = accepted();
    assert!(all.len() > 50, "{}", all.len());
    // Every other value is empty, so that parts around it are left out.
    let render = |every: usize| {
        all.iter().map(move |(text, template, script)| {
            let name =
                |number: usize| if number.is_multiple_of(every) { "V" } else { "U" }.to_owned();
            script.for_ci(text, template, &name)
        })
    };
    let scripts: Vec<String> = render(1).chain(render(2)).collect();
    for value in hostile() {
        let shown = run(&scripts, &value);
        assert!(shown.contains(&format!("script {}", scripts.len() - 1)), "cut short: {shown}");
        none_ran(&shown, &scripts);
    }
}

#[test]
fn no_value_runs_on_azure_ml() {
    let all = accepted();
    for value in hostile() {
        let fits = |script: &Script| script.spots.iter().all(|spot| spot.quoting.takes(&value));
        let pasted =
            all.iter().filter(|(_, _, script)| fits(script)).map(|(text, template, script)| {
                let paste = |part| match part {
                    ScriptPart::Literal(text) => text,
                    ScriptPart::Reference(_) => value.clone(),
                    ScriptPart::Open | ScriptPart::Close => String::new(),
                };
                script.for_azure_ml(text, template).into_iter().map(paste).collect()
            });
        let scripts: Vec<String> = pasted.collect();
        let shown = run(&scripts, &value);
        none_ran(&shown, &scripts);
    }
}
