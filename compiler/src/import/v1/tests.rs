use super::*;
use crate::source::{SourceFile, Sources};

/// Where the spec stands beside the script.
fn kept(path: &str) -> Option<String> {
    (!is_absolute(path)).then(|| path.to_owned())
}

/// The specs of a script, and what was said, as people read it.
fn carried(name: &str, script: &str) -> String {
    let mut sources = Sources::default();
    let file = sources.add(SourceFile::new(name, script));
    let (specs, said) = import(file, script, "pipeline", &kept);
    let mut out = String::new();
    for Imported { name, spec, files } in specs {
        out.extend(["── ", &name, ".mlops.yaml\n", &spec]);
        for (path, text) in files {
            out.extend(["── ", &path, "\n", &text]);
        }
    }
    let said = crate::diagnostics::render(crate::diagnostics::Format::Concise, &said, &sources);
    out + "── said\n" + &said
}

#[test]
fn a_training_pipeline_with_everything_around_it() {
    insta::assert_snapshot!(carried("training.py", include_str!("scripts/training.py")));
}

#[test]
fn automl_in_a_main_function() {
    insta::assert_snapshot!(carried("automl.py", include_str!("scripts/automl.py")));
}

/// A folder in which everything is there.
struct Everything;

impl crate::source::Files for Everything {
    fn read(&self, path: &str) -> Result<String, crate::source::FileFault> {
        let scripts = [
            include_str!("scripts/training.py"),
            include_str!("scripts/automl.py"),
            include_str!("scripts/hyperdrive.py"),
            include_str!("scripts/order.py"),
        ];
        let mut specs =
            scripts.into_iter().flat_map(|script| import(FileId(0), script, "pipeline", &kept).0);
        let spec = specs.find(|one| path == format!("{}.mlops.yaml", one.name));
        spec.map(|one| one.spec).ok_or(crate::source::FileFault::Missing)
    }

    fn kind(&self, path: &str) -> Option<crate::source::EntryKind> {
        let file = path.contains('.');
        Some(if file { crate::source::EntryKind::File } else { crate::source::EntryKind::Folder })
    }

    fn list(
        &self,
        _: &str,
    ) -> Result<Vec<(String, crate::source::EntryKind)>, crate::source::FileFault> {
        Ok(vec![("train.py".to_owned(), crate::source::EntryKind::File)])
    }
}

#[test]
fn what_was_imported_compiles() {
    let project = crate::ProjectFile::none();
    for spec in [
        "diabetes-training.mlops.yaml",
        "automl-example.mlops.yaml",
        "tuning.mlops.yaml",
        "pp.mlops.yaml",
    ] {
        let analysis = crate::analyze(&Everything, &project, spec);
        let said: Vec<&str> = analysis.diagnostics.iter().map(|it| it.message.as_str()).collect();
        assert!(analysis.plan.is_some(), "{said:#?}");
    }
}

#[test]
fn what_is_no_pipeline_says_so() {
    insta::assert_snapshot!(carried("a.py", "import os\nprint('x'\n"), @r"
    ── said
    a.py:3:1: error[syntax]: this is not Python: unexpected EOF while parsing
    ");
    insta::assert_snapshot!(carried("b.py", "x = 1\n"), @r"
    ── said
    b.py:1:1: error[not-imported]: no `Pipeline(…)` was found in this script
    ");
    let class = "class A:\n    def f(self):\n        return Pipeline(ws, [])\nA().f()\n";
    insta::assert_snapshot!(carried("d.py", class), @r"
    ── said
    d.py:1:1: error[not-imported]: no `Pipeline(…)` was found outside of this script's classes, which are not followed
    ");
    let version_2 = "from azure.ai.ml.dsl import pipeline\n\n@pipeline()\ndef p(x):\n    pass\n";
    insta::assert_snapshot!(carried("c.py", version_2), @r"
    ── said
    c.py:1:1: error[not-imported]: this script is for version 2 of the SDK (`azure.ai.ml`), and only scripts for version 1 are read
    ");
}

/// What is said of a script, as people read it, and how many specs it becomes.
fn answer(script: &str) -> (usize, String) {
    let mut sources = Sources::default();
    let file = sources.add(SourceFile::new("a.py", script));
    let (specs, said) = import(file, script, "pipeline", &kept);
    (specs.len(), crate::diagnostics::render(crate::diagnostics::Format::Concise, &said, &sources))
}

/// Scripts that nobody would write end all the same.
#[test]
fn hostile_scripts_end() {
    let calls = "def f(n):\n  f(n)\n  f(n)\nf(1)\n".to_owned();
    let sum = format!("x = 1{}\n", " + 1".repeat(3_000));
    let chain = format!("x = a{}\n", ".b".repeat(3_000));
    let blocks: Vec<String> = (0..90).map(|at| " ".repeat(at) + "if x:\n").collect();
    for script in [calls, sum, chain, blocks.concat() + &" ".repeat(90) + "x = 1\n"] {
        let (_, said) = answer(&script);
        assert!(!said.contains("too-large"), "{said}");
    }
    let indented = |depth: usize| "  ".repeat(depth);
    let nested =
        (0..10).map(|at| format!("{}for a{at} in [1, 2, 3, 4, 5, 6, 7, 8]:\n", indented(at)));
    let nested = nested.collect::<String>() + &indented(10) + "x = 1\n";
    let (_, said) = answer(&nested);
    assert_eq!(said.matches("5000 statements").count(), 1, "{said}");
}

/// What grows with each round is refused once, before it takes time and memory.
#[test]
fn scripts_that_double_their_values_are_refused_at_one_place() {
    let rounds = |line: &str| format!("for i in [{}]: {line}\n", "1, ".repeat(60));
    let pipeline = "p = Pipeline(steps=[PythonScriptStep(name=\"a\", arguments=[x])])\n";
    for (first, line) in [
        ("x = [1]", "x = [x, x]"),
        ("x = (1,)", "x = (x, x)"),
        ("x = [1]", "x = x + x"),
        ("x = [1]", "x += x"),
        ("x = [1]", "x = [[x]]"),
        ("x = {}", "x = {\"a\": x, \"b\": x}"),
        ("x = [1]", "x.append([x, x])"),
        ("x = [1]", "x.extend(x)"),
        ("x = {}", "x[\"a\"] = [x, x]"),
        ("x = \"a\"", "x = f\"{x}{x}\""),
        ("x = \"a\"", "x = x + x"),
        ("x = \"a\"", "x = os.path.join(x, x)"),
        ("x = \"a\"", "x = os.getenv(\"A\", [x, x])"),
        ("x = [1]\ndef f(a):\n  return [a, a]", "x = f(x)"),
        ("x = [1]", "x = PipelineData(x).y = [x, x]"),
    ] {
        let script = format!("{first}\n{}{pipeline}", rounds(line));
        let (specs, said) = answer(&script);
        assert_eq!(specs, 0, "{line}");
        assert_eq!(said.lines().count(), 1, "{line}: {said}");
        assert!(said.contains("error[too-large]: this script makes too much"), "{line}: {said}");
    }
}

#[test]
fn a_script_that_makes_hundreds_of_pipelines_is_refused() {
    let (specs, said) = answer("for i in range(100):\n    Pipeline(ws, [])\n");
    assert_eq!((specs, said.contains("too-large")), (100, false), "{said}");
    let (specs, said) = answer("for i in range(1000):\n    Pipeline(ws, [])\n");
    assert_eq!((specs, said.lines().count()), (0, 1), "{said}");
    assert!(said.starts_with("a.py:2:5: error[too-large]"), "{said}");
}

/// What many steps repeat is counted, and what holds itself ends.
#[test]
fn scripts_whose_steps_are_too_large_together_are_refused() {
    let long = "a".repeat(100_000);
    let run = format!("c = HyperDriveConfig(run_config=ScriptRunConfig(arguments=[\"{long}\"]))\n");
    let steps = "HyperDriveStep(name=\"a\", hyperdrive_config=c)\n".repeat(100);
    let (specs, said) = answer(&format!("{run}{steps}p = Pipeline()\n"));
    assert_eq!((specs, said.lines().count()), (0, 1), "{said}");
    assert!(said.starts_with("a.py:43:1: error[too-large]: this script makes too"), "{said}");
    for holder in ["r = RunConfiguration()\nr", "r = ScriptRunConfig()\nr.run_config"] {
        let step = "PythonScriptStep(script_name=\"a.py\", compute_target=\"c\", runconfig=r)";
        let script = format!("{holder}.environment = r\n{step}\nPipeline()\n");
        assert_eq!(answer(&script).0, 1);
    }
}

#[test]
fn scripts_that_nest_too_deeply_are_refused_at_one_place() {
    for (before, repeated, after) in [
        ("", "(", ")"),
        ("", "[", "]"),
        ("a", ".b", ""),
        ("", "1 + ", ""),
        ("f", "(1)", ""),
        ("a", "[0]", ""),
        ("", "lambda: ", ""),
        ("", "(]", ""),
        ("", "[}\n", ""),
        ("", "1 if 1 else ", ""),
    ] {
        let (open, close) = (repeated.repeat(100_000), after.repeat(100_000));
        let (specs, said) = answer(&format!("x = {before}{open}1{close}\n"));
        assert_eq!((specs, said.lines().count()), (0, 1), "{repeated}: {said}");
        assert!(said.contains("this script is nested too deeply"), "{repeated}: {said}");
    }
}

#[test]
fn loops_data_paths_and_sequences() {
    insta::assert_snapshot!(carried("notebook.py", include_str!("scripts/notebook.py")));
}

#[test]
fn hyperdrive_becomes_a_sweep() {
    insta::assert_snapshot!(carried("hyperdrive.py", include_str!("scripts/hyperdrive.py")));
}

#[test]
fn the_order_of_steps_is_kept_or_said_to_be_lost() {
    insta::assert_snapshot!(carried("order.py", include_str!("scripts/order.py")));
}

/// What a script puts together is known or said, and no text becomes a reference.
#[test]
fn texts_are_texts_and_what_is_not_known_is_said() {
    insta::assert_snapshot!(carried("texts.py", include_str!("scripts/texts.py")));
}

#[test]
fn options_helpers_and_pipelines_side_by_side() {
    insta::assert_snapshot!(carried("idioms.py", include_str!("scripts/idioms.py")));
}

/// A schedule that names no pipeline that was understood stands in each of them.
#[test]
fn many_pipelines_with_many_schedules_are_refused_once() {
    let script = "from azureml.pipeline.core import Pipeline, Schedule, ScheduleRecurrence
for number in range(300):
    made = Pipeline(workspace=ws, steps=[])
    Schedule.create(ws, 'weekly', pipeline_id=other.id, experiment_name='x',
        recurrence=ScheduleRecurrence(frequency='Week', interval=2))
";
    let (specs, said) = answer(script);
    assert_eq!((specs, said.matches("too-large").count()), (0, 1), "{said}");
}

/// Names that the language writes the same way stay two names, with all that refers to them.
#[test]
fn two_things_of_a_script_never_get_one_name() {
    insta::assert_snapshot!(carried(
        "names.py",
        r#"
p, q = PipelineParameter("a b", 1), PipelineParameter("a_b", 2)
d, e = PipelineData("x y"), PipelineData("x_y")
one = Environment("t e")
two = Environment("t_e")
one.docker.base_image = "x.io/one:1"
two.docker.base_image = "x.io/two:1"
r1, r2 = RunConfiguration(), RunConfiguration()
r1.environment = one
r2.environment = two
i = Dataset.get_by_name(ws, "i").as_named_input("in").as_mount()
j = Dataset.get_by_name(ws, "j").as_named_input("in").as_mount()
s = PythonScriptStep(script_name="s.py", name="S", arguments=[p, q, d, e, i, j], outputs=[d, e],
                     compute_target="c", runconfig=r1)
t = PythonScriptStep(script_name="t.py", name="s", arguments=[q, d, e], compute_target="c", runconfig=r2)
Pipeline(steps=[s, t])
"#
    ));
}

/// What a recurrence does not say is taken from its start, or said to be unknown.
#[test]
fn a_recurrence_fires_when_it_did() {
    let schedule = |recurrence: &str| {
        let script = format!(
            "import datetime\np = Pipeline(steps=[PythonScriptStep(\"a.py\", compute_target=\"c\", runconfig=r)])\n\
            Schedule.create(ws, \"s\", pipeline_id=p.publish(name=\"pub\").id, recurrence=ScheduleRecurrence({recurrence}))\n"
        );
        let (specs, said) = import(FileId(0), &script, "pipeline", &kept);
        let after = specs[0].spec.split_once("schedule:\n").map_or("", |(_, rest)| rest);
        let lines = after.lines().take_while(|line| line.starts_with("      "));
        let lines: Vec<&str> = lines.map(str::trim).collect();
        let wrong =
            said.iter().filter(|it| it.span.start > 0 && !it.message.contains("environment"));
        (lines.join("; "), wrong.map(|it| it.message.clone()).collect::<Vec<_>>().join("; "))
    };
    for (recurrence, clock) in [
        (
            "'Day', 1, start_time='2022-01-01T05:45:00'",
            "every: day; at: 05:45; start: 2022-01-01T05:45:00",
        ),
        (
            "'Month', start_time=datetime.datetime(2021, 3, 15, 2), interval=1",
            "every: month; on_days:; - 15; at: 02:00; start: 2021-03-15T02:00:00",
        ),
        (
            "'Week', 2, start_time='2021-03-17T06:30:00'",
            "every: 2 weeks; on_weekdays:; - wednesday; at: 06:30; start: 2021-03-17T06:30:00",
        ),
        (
            "'Hour', 5, start_time='2021-03-17T06:30:00'",
            "every: 5 hours; start: 2021-03-17T06:30:00",
        ),
    ] {
        let (lines, said) = schedule(recurrence);
        assert_eq!((lines.replace('"', "").as_str(), said.as_str()), (clock, ""), "{recurrence}");
    }
    let (_, said) = schedule("'Week', 1");
    assert!(said.contains("says no time of day"), "{said}");
    let (_, said) = schedule("'Month', 1, start_time='2021-03-31T02:00:00'");
    assert!(said.contains("not every month has a day 31"), "{said}");
}

/// How data arrive and leave, and what version 2 reads in another way.
#[test]
fn ways_of_data_are_kept_or_said() {
    let script = r#"
lake = Datastore.get(ws, "lake")
env = Environment.from_conda_specification(name="my", file_path="conda.yml")
env.python.conda_dependencies.add_pip_package("xgboost==1.2")
ref = DataReference(datastore=lake, data_reference_name="ref", path_on_datastore="in", mode="download")
tab = Dataset.Tabular.from_delimited_files(path=[(lake, "a.csv")])
reg = Dataset.get_by_name(ws, "regd", version=2)
many = Dataset.File.from_files((lake, "lookup/**/*.csv"))
one = PipelineData("one", datastore=lake, output_mode="upload")
two = PipelineData("two", is_directory=False)
three = OutputFileDatasetConfig("three", destination=(lake, "o")).as_upload()
best = PipelineData("b", training_output=TrainingOutput(type="Model"))
numbers = PipelineData("n", training_output=TrainingOutput(type="Metrics"))
s = PythonScriptStep(script_name="s.py", name="s", outputs=[one, two], compute_target="c", runconfig=env, arguments=[
    ref, tab.as_named_input("tab"), reg.as_named_input("reg").as_mount(), many.as_named_input("many"), one, two, three])
a = AutoMLStep(name="a", automl_config=AutoMLConfig(task="regression", compute_target="c", verbosity=20), outputs=[best, numbers], allow_reuse=False)
t = PythonScriptStep(script_name="t.py", name="t", inputs=[best], arguments=[best], compute_target="c", runconfig=env)
Pipeline(steps=[s, a, t])
"#;
    insta::assert_snapshot!(carried("ways.py", script));
}

/// The arguments of a step that stands behind some lines, as the spec has them.
fn arguments(before: &str, arguments: &str) -> String {
    let script = format!(
        "{before}\nPipeline(steps=[PythonScriptStep(script_name='x.py', compute_target='c', arguments=[{arguments}])])\n"
    );
    let file = FileId(0);
    let (specs, said) = import(file, &script, "pipeline", &kept);
    let spec = specs.first().map_or("", |one| one.spec.as_str());
    let command = spec.lines().find_map(|line| line.trim().strip_prefix("run: python x.py "));
    let command = command.unwrap_or_default().to_owned();
    let lost = said.iter().any(|it| it.message.starts_with("argument "));
    assert_eq!(lost, command.contains("fill-in"), "{script}{said:#?}");
    command
}

/// What is not known for certain is filled in by people, and never a value that may be wrong.
#[test]
fn values_are_those_of_python_or_are_not_known() {
    for (before, given, expected) in [
        ("", "0 or 'a', '' or 'b', 1 and 2, 0 and 2, [] or 3", "a b 2 0 3"),
        ("import os", "os.getenv('X') or 'd', unknown() or 'd'", "d fill-in"),
        ("import os", "os.path.join('a', '/b'), os.path.join('a/', 'b', '')", "/b a/b/"),
        ("", "1e3, 1E-5, 1_0.0, .5, 1., 1e16, -2.50", "1000.0 1e-05 10.0 0.5 1.0 1e+16 -2.5"),
        ("for i in [1, 2, 3]:\n  if i == 2: break\nelse: i = 9", "i", "2"),
        ("for i in [1]: pass\nelse: i = 9", "i", "9"),
        ("for i in [1, 2, 3]:\n  if i == 3: continue\n  v = i", "v", "2"),
        ("for i in [1, 2]:\n  if u(): break\n  v = i", "i, v", "fill-in fill-in"),
        ("for i in [1, 2]:\n  if u(): continue\n  v = i\n  break", "v", "fill-in"),
        ("v = 1\nwhile v < 5: v = v + 1", "v", "fill-in"),
        ("v = 1\nfor x in u(): v = 2", "v", "fill-in"),
        ("try: v = u()\nexcept E: v = 2", "v", "fill-in"),
        ("try: v = 1\nexcept E: raise", "v", "1"),
        ("try: v = 1\nexcept E: v = 1\nfinally: w = 2", "v, w", "1 2"),
        ("v = 1\nif u(): v = 2", "v", "fill-in"),
        ("if u(): v = 1\nelse: v = 1", "v", "1"),
        ("v = 1 if u() else 2", "v", "fill-in"),
        ("match u():\n  case 1: v = 1\n  case _: v = 2", "v", "fill-in"),
        ("if __name__ == '__main__': v = 1\nelse: v = 2", "v", "1"),
        ("def f(x):\n  if u(): return 1\n  return 2", "f(1)", "fill-in"),
        ("v = 1\ndef f():\n  global v\n  v = 2\nf()", "v", "2"),
        ("v = 1\ndef f():\n  v = 2\nf()", "v", "1"),
        (
            "def f():\n  v = 1\n  def g():\n    nonlocal v\n    v = 2\n  g()\n  return v",
            "f()",
            "fill-in",
        ),
        ("v = 1\ndef f():\n  v = 2\n  def g(): return v\n  return g()", "f()", "2"),
        ("d = {'k': 1}\ne = d\ne['k'] = 2", "d['k']", "2"),
        ("d = {'k': 1}\ne = d\ne = {'k': 3}", "d['k'], e['k']", "1 3"),
        ("d = {'k': 1}\ndef f(x): x['k'] = 2\nf(d)", "d['k']", "2"),
        ("d = {'k': 1}\nd.update({'j': 4}, k=2)", "d['k'], d['j'], d.get('k')", "2 4 2"),
        ("d = {'k': 1}\nx = [d]\nd['k'] = 2", "x[0]['k']", "fill-in"),
        ("d = {'k': [1]}\nd['k'].append(2)", "d['k'][1]", "2"),
        ("d = {'k': 1}\ndel d['k']", "d['k']", "fill-in"),
        ("d = {**{'k': 1}, 'k': 2}", "d['k']", "2"),
        ("l = [1]\ndef f(): l.append(2)\nf()", "l[1]", "2"),
        ("l = [1, 2]\nl.reverse()", "l[0]", "fill-in"),
        ("i = 5\nl = [i for i in [1, 2]]", "i, l[1]", "5 2"),
        ("if (n := 5) > 3: v = n", "v", "5"),
        ("class C: x = 1\nc = C()\nc.x = 1\nsetattr(c, 'x', 2)", "c.x", "fill-in"),
        ("c = Config()\nc.x = 1\nsetattr(c, 'x', 2)", "c.x", "2"),
    ] {
        assert_eq!(arguments(before, given), expected, "{before}");
    }
}

/// A cluster that is looked up, or else created, is the same one.
#[test]
fn what_is_created_where_it_is_missing_is_one_thing() {
    for (lines, cluster) in [
        ("try: c = ComputeTarget(ws, 'n')\nexcept E: c = ComputeTarget.create(ws, 'n', x)", "n"),
        (
            "if 'n' in ws.compute_targets: c = ws.compute_targets['n']\nelse: c = ComputeTarget.create(ws, 'n', x)",
            "n",
        ),
        (
            "try: c = ComputeTarget(ws, 'n')\nexcept E: c = ComputeTarget.create(ws, 'm', x)",
            "fill-in",
        ),
        (
            "def f():\n  try: return ComputeTarget(ws, 'n')\n  except E: return AmlCompute(ws, 'n')\nc = f()",
            "n",
        ),
    ] {
        let step = "Pipeline(steps=[PythonScriptStep(script_name='x.py', compute_target=c)])";
        let script = format!("ws = Workspace.from_config()\n{lines}\n{step}\n");
        let (specs, said) = import(FileId(0), &script, "pipeline", &kept);
        let spec = &specs[0].spec;
        assert!(spec.contains(&format!("compute: azureml:{cluster}\n")), "{spec}{said:#?}");
    }
}

#[test]
fn what_is_set_later_or_hides_a_class_is_said() {
    let step = "s = PythonScriptStep(script_name='x.py', compute_target='c', runconfig=r)\n";
    for (before, after, expected) in [
        ("", "s.compute_target = 'd'\n", "`compute_target` is set after this `PythonScriptStep`"),
        ("if u(): r.target = 'x'\n", "", "whether this is set is known when the script runs"),
        ("class PythonScriptStep: pass\n", "", "`PythonScriptStep` is a class of this script"),
        (
            "def PythonScriptStep(**k): return None\n",
            "",
            "none of this pipeline's steps was understood",
        ),
    ] {
        let (_, said) =
            answer(&format!("r = RunConfiguration()\n{before}{step}{after}Pipeline()\n"));
        assert!(said.contains(expected), "{said}");
    }
}
