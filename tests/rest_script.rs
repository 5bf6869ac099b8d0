//! The script that deploys REST bodies, against a server of our own that answers as Azure ML does.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::cases;

/// What was sent.
#[derive(Clone, Debug)]
struct Request {
    method: String,
    /// Host and path.
    place: String,
    /// Lines of the head, in small letters as far as the colon.
    head: Vec<String>,
    body: String,
}

impl Request {
    fn read(stream: &TcpStream) -> Option<Self> {
        let mut reader = BufReader::new(stream);
        let mut first = String::new();
        reader.read_line(&mut first).ok()?;
        let mut words = first.split_whitespace();
        let (method, place) = (words.next()?.to_owned(), words.next()?[1..].to_owned());
        let lines = reader.by_ref().lines().map_while(Result::ok);
        let head: Vec<String> = lines.take_while(|line| !line.is_empty()).map(small).collect();
        let length = head.iter().find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.map_or(0, |length| length.parse().expect("a number"))];
        reader.read_exact(&mut body).ok()?;
        let body = String::from_utf8(body).expect("text");
        Some(Self { method, place, head, body })
    }

    fn says(&self, line: &str) -> bool {
        self.head.iter().any(|known| known == line)
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("a body is JSON")
    }
}

fn small(line: String) -> String {
    let Some((name, value)) = line.split_once(':') else { return line };
    format!("{}:{value}", name.to_ascii_lowercase())
}

type Log = Arc<Mutex<Vec<Request>>>;

/// Starts the server; its port, and what it gets.
fn serve(operations_end: &'static str) -> (u16, Log) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let log = Log::default();
    let kept = Arc::clone(&log);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let Some(request) = Request::read(&stream) else { continue };
            let mut log = kept.lock().expect("nobody panics with it");
            let (status, head, body) = answer(&request, &log, operations_end);
            log.push(request);
            let length = body.len();
            let _ = write!(
                stream,
                "HTTP/1.1 {status} x\r\nConnection: close\r\nContent-Length: {length}\r\n{head}\r\n{body}"
            );
        }
    });
    (port, log)
}

/// What Azure answers. What takes time is named by an address that has to be asked twice.
fn answer(request: &Request, before: &[Request], end: &str) -> (u16, String, String) {
    let (method, place) = (request.method.as_str(), request.place.as_str());
    let path = place.split('?').next().unwrap_or_default();
    let asked = |method: &str| {
        before.iter().filter(|it| it.method == method && it.place.starts_with(path)).count()
    };
    let plain = |status, body: Value| (status, String::new(), body.to_string());
    if path.ends_with("startPendingUpload") {
        let place = json!({"sasUri": "https://store.blob.example/place?sig=a%2Bb"});
        return plain(200, json!({"blobReferenceForConsumption": {"credential": place}}));
    }
    if path.contains("/operations/") {
        let state = if asked("GET") == 0 { "InProgress" } else { end };
        return plain(200, json!({"status": state}));
    }
    let is_slow = path.contains("/batchEndpoints/") || path.contains("/schedules/");
    match method {
        "PUT" if is_slow => {
            let host = "https://management.azure.com/operations";
            let head = format!("Azure-AsyncOperation: {host}/{}\r\n", before.len());
            (201, head, "{}".to_owned())
        }
        "GET" if is_slow => match before.iter().rfind(|it| it.method == "PUT" && it.place == place)
        {
            Some(put) => (200, String::new(), put.body.clone()),
            None => plain(404, json!({})),
        },
        "GET" if path.ends_with("/environments/reports") => {
            plain(200, json!({"properties": {"latestVersion": "12"}}))
        }
        "GET" if path.ends_with("/workspaceblobstore") => {
            plain(200, json!({"properties": {"accountName": "own", "containerName": "box"}}))
        }
        "POST" => plain(201, json!({"name": "called-job"})),
        _ => plain(200, json!({"name": "started-job"})),
    }
}

/// A folder with the bodies, and with programs that stand in the way of the network.
struct Stage {
    folder: TempDir,
    log: Log,
}

impl Stage {
    fn new(operations_end: &'static str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let compiled = cases::compiled("rest_bodies");
        let written = compiled.artifacts.into_iter().map(|it| (it.path, it.text));
        for (path, text) in cases::project("rest_bodies").0.into_iter().chain(written) {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
            fs::write(path, text).expect("it can be written");
        }
        let (port, log) = serve(operations_end);
        let stage = Self { folder, log };
        stage.program(
            "curl",
            &format!(
                "for word; do set -- \"$@\" \"${{word/#https:\\/\\//http://127.0.0.1:{port}/}}\"; shift; done\n\
                 PATH=${{PATH#*:}} exec curl \"$@\""
            ),
        );
        let told = stage.folder.path().join("told");
        stage.program(
            "az",
            &format!(
                "if [ \"$1\" = account ]; then echo \"token for $4\"; else echo \"$*\" >> {told:?}; fi"
            ),
        );
        stage
    }

    fn file(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    }

    fn program(&self, name: &str, script: &str) {
        let path = self.folder.path().join("bin").join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
        fs::write(&path, format!("#!/usr/bin/env bash\n{script}\n")).expect("it can be written");
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it is ours");
    }

    fn run(&self, words: &[&str], variables: &[(&str, &str)]) -> Output {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let paths = std::env::var_os("PATH").expect("there are programs");
        let mut bash = Command::new("bash");
        bash.arg(root.join("docs/rest.sh")).args(words).env("PAUSE", "0");
        bash.env(
            "PATH",
            format!("{}:{}", self.folder.path().join("bin").display(), paths.display()),
        );
        bash.current_dir(self.folder.path().join(".azureml/rest-bodies/rest.api"));
        bash.envs(variables.iter().copied());
        bash.output().expect("bash runs")
    }

    /// Leaves the requests with these bodies.
    fn only(&self, bodies: &[&str]) {
        let path = self.folder.path().join(".azureml/rest-bodies/rest.api/requests.json");
        let text = fs::read_to_string(&path).expect("there are requests");
        let mut requests: Value = serde_json::from_str(&text).expect("they are JSON");
        let deploy = requests["deploy"].as_array_mut().expect("a list");
        deploy.retain(|request| bodies.iter().any(|body| request["body"] == *body));
        assert_eq!(deploy.len(), bodies.len());
        fs::write(path, requests.to_string()).expect("it can be written");
    }

    /// Puts something into the workspace beforehand.
    fn is_there(&self, place: &str, body: &Value) {
        let workspace = "subscriptions/sub/resourceGroups/rg-models/providers/\
                         Microsoft.MachineLearningServices/workspaces/mlw";
        let host = "management.azure.com";
        let place = format!("{host}/{workspace}/{place}?api-version=2026-05-01");
        let (method, head, body) = ("PUT".to_owned(), Vec::new(), body.to_string());
        let request = Request { method, place, head, body };
        self.log.lock().expect("nobody panics with it").push(request);
    }

    /// What came, and an empty log.
    fn sent(&self) -> Vec<Request> {
        std::mem::take(&mut *self.log.lock().expect("nobody panics with it"))
    }
}

const VARIABLES: [(&str, &str); 6] = [
    ("AZURE_SUBSCRIPTION_ID", "sub"),
    ("WORKSPACE", "mlw"),
    ("AZURE_LOCATION", "westeurope"),
    ("MLOPSC_VERSION", "abc"),
    ("MLOPSC_JOB", "job-1"),
    ("VALUES", r#"{"depth": 7}"#),
];

#[track_caller]
fn well(output: &Output) -> String {
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    String::from_utf8(output.stdout.clone()).expect("text")
}

#[test]
fn the_script_deploys_the_bodies_in_order() {
    let stage = Stage::new("Succeeded");
    well(&stage.run(&["deploy"], &VARIABLES));
    let sent = stage.sent();
    let put = |end: &str| {
        let place = format!("/{end}?api-version=2026-05-01");
        let fits = |it: &&Request| it.method == "PUT" && it.place.ends_with(&place);
        sent.iter().find(fits).unwrap_or_else(|| panic!("nothing is put at {end}: {sent:#?}"))
    };
    let code = &put("codes/rest-bodies--src/versions/abc").json()["properties"];
    assert_eq!(code["codeUri"], "https://store.blob.example/place/src");
    let conda = include_str!("cases/files/envs/training.yaml");
    let software = "environments/CliV2AnonymousEnvironment/versions/rest-bodies--training-abc";
    assert_eq!(put(software).json()["properties"]["condaFile"], conda);
    let data = &put("data/rest-bodies--src/versions/abc").json()["properties"];
    assert_eq!(data["dataUri"], "azureml://datastores/workspaceblobstore/paths/mlopsc/abc/src");
    let work = include_str!("cases/files/src/work.py");
    let blobs = sent.iter().filter(|it| it.body == work && it.says("x-ms-blob-type: BlockBlob"));
    let blobs: Vec<_> = blobs
        .map(|it| {
            (
                it.place.as_str(),
                it.says("authorization: Bearer token for https://storage.azure.com"),
            )
        })
        .collect();
    let own = "own.blob.core.windows.net/box/mlopsc/abc/src/work.py";
    assert_eq!(blobs, [("store.blob.example/place/src/work.py?sig=a%2Bb", false), (own, true)]);

    let step = put("components/azureml_anonymous/versions/rest-bodies.step-train-abc");
    let command = step.json()["properties"]["componentSpec"]["command"].to_string();
    assert!(command.contains(r#"--region \"${AZURE_LOCATION}\""#), "{command}");
    let file = put("components/azureml_anonymous/versions/rest-bodies.file-prepare-abc").json();
    let used = file["properties"]["componentSpec"]["code"].to_string();
    assert!(used.ends_with("/codes/rest-bodies--src/versions/abc\""), "{used}");
    let report = put("components/azureml_anonymous/versions/rest-bodies.step-report-abc");
    let software = report.json()["properties"]["componentSpec"]["environment"].to_string();
    assert!(software.ends_with("/environments/reports/versions/12\""), "{software}");
    assert!(!sent.iter().any(|it| it.body.contains("${MLOPSC_") || it.body.contains("fill-in")));
    let deployment = put("batchEndpoints/forest/deployments/forest").json();
    assert_eq!(deployment["location"], "westeurope");
    let told = fs::read_to_string(stage.folder.path().join("told")).expect("az ran");
    assert!(told.contains("component create --file ../../../components/added.yml"), "{told}");
    let named = "--name rest_bodies__added__file --version rest-bodies.file-added-abc";
    assert!(told.contains(named), "{told}");
    assert!(told.contains("--resource-group rg-models --workspace-name mlw"), "{told}");
}

/// Calls of endpoints, and waits.
fn order(sent: &[Request]) -> String {
    let mut order = String::new();
    for request in sent {
        let path = request.place.split('?').next().unwrap_or_default();
        if let Some((_, name)) = path.split_once("/batchEndpoints/") {
            let _ = write!(order, "{} {name}, ", request.method);
        } else if path.contains("/operations/") {
            order += "wait, ";
        }
    }
    order
}

#[test]
fn the_script_waits_for_what_takes_time() {
    let stage = Stage::new("Succeeded");
    stage.only(&["endpoint.json", "deployment.json"]);
    well(&stage.run(&["deploy"], &VARIABLES));
    let waits = "PUT forest/deployments/forest, wait, wait, ";
    let first = format!("GET forest, PUT forest, wait, wait, {waits}");
    assert_eq!(order(&stage.sent()), first);

    // An endpoint that is there stays as it is.
    let stage = Stage::new("Succeeded");
    stage.only(&["endpoint.json", "deployment.json"]);
    stage.is_there("batchEndpoints/forest", &json!({}));
    well(&stage.run(&["deploy"], &VARIABLES));
    assert_eq!(order(&stage.sent()[1..]), format!("GET forest, {waits}"));

    let stage = Stage::new("Failed");
    stage.only(&["schedule-weekly.json", "endpoint.json"]);
    let output = stage.run(&["deploy"], &VARIABLES);
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    let failed = "/schedules/rest-bodies-weekly?api-version=2026-05-01 ended as Failed";
    assert!(said.contains(failed), "{said}");
    assert_eq!(order(&stage.sent()), "wait, wait, ");
}

#[test]
fn the_script_starts_jobs_and_calls_endpoints() {
    let stage = Stage::new("Succeeded");
    assert_eq!(well(&stage.run(&["run", "pipeline.json"], &VARIABLES)), "started-job\n");
    let sent = stage.sent();
    let job = sent.last().expect("a request");
    assert!(job.place.ends_with("/workspaces/mlw/jobs/job-1?api-version=2026-05-01"));
    assert!(job.says("authorization: Bearer token for https://management.azure.com"), "{job:?}");
    assert!(job.says("x-azureml-token: token for https://ml.azure.com"), "{job:?}");
    assert_eq!(job.json()["properties"]["inputs"]["depth"]["value"], "7");

    assert_eq!(well(&stage.run(&["run", "invoke-call.json"], &VARIABLES)), "called-job\n");
    let sent = stage.sent();
    let call = sent.last().expect("a request");
    assert_eq!(call.place, "forest.westeurope.inference.ml.azure.com/jobs");
    assert!(call.says("authorization: Bearer token for https://ml.azure.com"), "{call:?}");
    assert!(call.says("azureml-model-deployment: forest"), "{call:?}");
    assert_eq!(call.json()["properties"]["InputData"]["depth"]["Value"], 7);
}

#[test]
fn the_script_demands_what_only_people_know() {
    let stage = Stage::new("Succeeded");
    for (at, missing) in ["AZURE_LOCATION", "MLOPSC_JOB"].into_iter().zip([2, 4]) {
        let mut variables = VARIABLES;
        variables[missing].1 = "";
        let output = stage.run(&["deploy"], &variables);
        assert!(!output.status.success());
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(&format!("export {at}: \"")), "{said}");
    }
    assert!(stage.sent().is_empty());
    for (values, message) in [
        ("{}", "VALUES has no depth"),
        ("{depth: 7}", "VALUES is no JSON object such as {\"depth\": 7}: {depth: 7}"),
        ("[7]", "VALUES is no JSON object"),
        (r#"{"depth": 7, "lable": "x"}"#, "`lable`, but the parameters are: depth, label, raw"),
        (r#"{"depth": "7"}"#, r#"`depth` is of type integer, which "7" is not"#),
        (r#"{"depth": 7.5}"#, "`depth` is of type integer, which 7.5 is not"),
    ] {
        for body in ["pipeline.json", "invoke-call.json"] {
            let mut variables = VARIABLES;
            variables[5].1 = values;
            let said = refused(&stage.run(&["run", body], &variables));
            assert!(said.contains(message), "{said}");
            assert!(!said.contains("jq"), "{said}");
        }
    }
    assert!(!stage.sent().iter().any(|it| it.method != "GET"));
}

#[track_caller]
fn refused(output: &Output) -> String {
    assert!(!output.status.success());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn the_script_puts_values_in_place_of_defaults() {
    let stage = Stage::new("Succeeded");
    let mut variables = VARIABLES;
    let raw = "azureml://datastores/lake/paths/raw/";
    let values = json!({"depth": 9, "label": "now", "raw": raw}).to_string();
    variables[5].1 = &values;
    well(&stage.run(&["run", "pipeline.json"], &variables));
    well(&stage.run(&["run", "invoke-call.json"], &variables));
    let sent = stage.sent();
    let bodies = sent.iter().filter(|it| it.method != "GET").map(Request::json);
    let [job, call] = &bodies.collect::<Vec<_>>()[..] else { panic!("{sent:#?}") };
    let literal = |value: &str| json!({"jobInputType": "literal", "value": value});
    let inputs = &job["properties"]["inputs"];
    assert_eq!(inputs["depth"], literal("9"));
    assert_eq!(inputs["label"], literal("now"));
    assert_eq!(inputs["raw"], json!({"jobInputType": "uri_folder", "uri": raw}));
    let data = &call["properties"]["InputData"];
    assert_eq!(data["depth"], json!({"JobInputType": "Literal", "Value": 9}));
    assert_eq!(data["raw"], json!({"JobInputType": "UriFolder", "Uri": raw}));
}

#[test]
fn the_script_uploads_what_the_tools_would() {
    let uploaded = |stage: &Stage| {
        stage.only(&["code-src.json"]);
        well(&stage.run(&["deploy"], &VARIABLES));
        let sent = stage.sent();
        let places = sent.iter().filter_map(|it| it.place.split_once("/place/src/"));
        let mut names: Vec<_> =
            places.filter_map(|it| Some(it.1.split_once('?')?.0.to_owned())).collect();
        names.sort();
        names
    };
    let stage = || {
        let stage = Stage::new("Succeeded");
        for path in
            [".env", "venv/a.py", "venv/b/c.py", "kept/a b.log", "kept/x.log", ".git/config"]
        {
            stage.file(&format!("src/{path}"), "secret");
        }
        stage
    };
    let plain = stage();
    let all = [".env", "kept/a%20b.log", "kept/x.log", "venv/a.py", "venv/b/c.py", "work.py"];
    assert_eq!(uploaded(&plain), all);

    let ignoring = stage();
    ignoring.file("src/.gitignore", ".env\n/venv/\n*.log\n!a b.log\n");
    assert_eq!(uploaded(&ignoring), [".gitignore", "kept/a%20b.log", "work.py"]);

    let azure = stage();
    azure.file("src/.gitignore", "*\n");
    azure.file("src/.amlignore", ".*\nvenv\n");
    assert_eq!(uploaded(&azure), ["kept/a%20b.log", "kept/x.log", "work.py"]);

    azure.program("git", "exit 127");
    let said = refused(&azure.run(&["deploy"], &VARIABLES));
    assert!(said.contains("git is needed to read"), "{said}");
}

#[test]
fn the_script_replaces_nothing_of_another_project() {
    let (taxi, endpoint) = (json!({"mlopsc_project": "contoso/taxi"}), "batchEndpoints/forest");
    for (place, body, tags) in [
        (
            "schedules/rest-bodies-weekly",
            "schedule-weekly.json",
            json!({"properties": {"tags": taxi}}),
        ),
        (endpoint, "endpoint.json", json!({"tags": taxi})),
        (endpoint, "default-endpoint.json", json!({"tags": taxi})),
    ] {
        let stage = Stage::new("Succeeded");
        stage.only(&[body]);
        stage.is_there(place, &tags);
        let said = refused(&stage.run(&["deploy"], &VARIABLES));
        assert!(said.contains(&format!("{place} belongs to the project contoso/taxi")), "{said}");
        assert!(stage.sent()[1..].iter().all(|it| it.method == "GET"));
    }
    let stage = Stage::new("Succeeded");
    stage.only(&["default-endpoint.json"]);
    stage.is_there(endpoint, &json!({"tags": {"team": "vision"}}));
    well(&stage.run(&["deploy"], &VARIABLES));
    assert_eq!(order(&stage.sent()[1..]), "GET forest, PUT forest, wait, wait, ");
}
