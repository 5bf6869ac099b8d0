//! Commands, with references wherever one may stand.

use super::tape::Tape;
use super::world::Referable;

/// What a command may refer to.
pub(crate) struct Ports {
    pub(crate) inputs: Vec<(String, &'static str)>,
    pub(crate) outputs: Vec<(String, &'static str)>,
    pub(crate) others: Vec<Referable>,
    /// What may have no value.
    pub(crate) optional: Vec<Referable>,
    /// What it refers to by now.
    pub(crate) used: Vec<String>,
}

impl Ports {
    /// A reference in brackets, preferring the producers' outputs.
    pub(crate) fn reference(&mut self, tape: &mut Tape<'_>) -> String {
        let inputs = self.inputs.iter().map(|(name, _)| format!("inputs.{name}"));
        let mut all: Vec<String> = inputs.collect();
        all.extend(self.others.iter().map(|it| it.path.clone()));
        let outputs = self.others.iter().filter(|it| it.path.starts_with("steps."));
        let outputs: Vec<String> = outputs.map(|it| it.path.clone()).collect();
        let prefer = !outputs.is_empty() && tape.chance(50);
        let path = tape.pick(if prefer { &outputs } else { &all });
        self.used.push(path.clone());
        braces(tape, &path)
    }
}

impl Ports {
    /// A part of a command that is left out when something has no value; `None` where nothing can.
    pub(crate) fn left_out(&mut self, tape: &mut Tape<'_>, quotes: bool) -> Option<String> {
        if self.optional.is_empty() || !tape.chance(70) {
            return None;
        }
        let mut reference = |tape: &mut Tape<'_>| {
            let path = tape.pick(&self.optional).path;
            self.used.push(path.clone());
            braces(tape, &path)
        };
        let one = reference(tape);
        Some(match tape.below(4) {
            0 if quotes => format!(" $[[\"it's {one}}}\" '}}' x\\ y]]"),
            1 => format!(" $[[--q={one} {}]]", reference(tape)),
            2 => format!(" pre$[[,{one}]]"),
            _ => format!(" $[[ --q {one} ]]"),
        })
    }
}

fn braces(tape: &mut Tape<'_>, path: &str) -> String {
    if tape.chance(20) { format!("${{{{{path}}}}}") } else { format!("${{{{ {path} }}}}") }
}

const WORDS: [&str; 16] = [
    "--fast",
    "'it is a ${HOME}'",
    "\"$HOME/x\"",
    "$(date +%s)",
    "a=b",
    "--n 3",
    "x\\ y",
    "\"a \\\"b\\\" c\"",
    "{a,b}",
    "é",
    "$((1 + 2))",
    "${X:-default}",
    "--json '{\"a\": [1]}'",
    "2>&1",
    "[a-z]*",
    "\"%PATH% !x\"",
];

/// A command of a step.
pub(crate) fn command(tape: &mut Tape<'_>, ports: &mut Ports, on_ci: bool) -> String {
    let mut lines = vec![line(tape, ports, "python train.py")];
    if on_ci {
        for _ in 0..tape.below(4) {
            lines.push(further(tape, ports));
        }
    }
    let outputs = ports.outputs.clone();
    for (name, kind) in outputs {
        let output = braces(tape, &format!("outputs.{name}"));
        if on_ci && tape.chance(60) {
            lines.push(match kind {
                "boolean" => format!("echo true > {output}"),
                "integer" | "number" => format!("echo 3 > {output}"),
                "string" => format!("echo \"a value\" > {output}"),
                _ => format!("cp -r thing {output}"),
            });
        } else if tape.chance(90) {
            lines[0] += &format!(" --{} {output}", name.to_lowercase());
        }
    }
    let text = lines.join("\n");
    if on_ci && tape.chance(60) { text + "\n" } else { text }
}

fn line(tape: &mut Tape<'_>, ports: &mut Ports, start: &str) -> String {
    let mut line = start.to_owned();
    for at in 0..tape.below(5) {
        match tape.below(5) {
            4 => line.extend(ports.left_out(tape, true)),
            0 => line += &format!(" --o{at} {}", ports.reference(tape)),
            1 => line += &format!(" \"pre {} post\"", ports.reference(tape)),
            2 => line += &format!(" --p{at}={}", ports.reference(tape)),
            _ => line += &format!(" {}", tape.pick(&WORDS)),
        }
    }
    line
}

fn further(tape: &mut Tape<'_>, ports: &mut Ports) -> String {
    match tape.below(7) {
        0 => line(tape, ports, "echo"),
        1 => format!("if [[ {} == x ]]; then\n  echo yes\nfi", ports.reference(tape)),
        2 => format!("for f in *; do\n  cat \"$f\" {}\ndone", ports.reference(tape)),
        3 => "# a comment: with ' one quote".to_owned(),
        4 => "cat <<'EOF'\n  $HOME stays\nEOF".to_owned(),
        5 => line(tape, ports, "x=$(true) &&\\\n  true"),
        _ => line(tape, ports, "a | b | tee"),
    }
}
