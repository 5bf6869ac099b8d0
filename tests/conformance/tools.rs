//! Installs the platforms' own parsers, once for each set of pins. Offline afterwards.

use std::ffi::OsStr;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Where the parsers are.
pub(crate) struct Tools {
    /// The folder that holds `node_modules`.
    pub(crate) modules: PathBuf,
    /// The interpreter.
    pub(crate) python: &'static str,
    /// The folder of the Python packages.
    pub(crate) packages: PathBuf,
}

impl Tools {
    /// The schema of the Azure Pipelines service.
    pub(crate) fn azure_pipelines_schema(&self) -> PathBuf {
        self.packages.join("check_jsonschema/builtin_schemas/vendor/azure-pipelines.json")
    }

    /// The auditor of GitHub workflows.
    pub(crate) fn zizmor(&self) -> PathBuf {
        self.program("zizmor")
    }

    /// The reader of shell scripts.
    pub(crate) fn shellcheck(&self) -> PathBuf {
        self.program("shellcheck")
    }

    fn program(&self, name: &str) -> PathBuf {
        self.packages.join("bin").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }
}

/// The parsers, installed on first use. The error says what is missing and how to get it.
pub(crate) fn tools() -> Result<&'static Tools, &'static str> {
    static TOOLS: OnceLock<Result<Tools, String>> = OnceLock::new();
    TOOLS.get_or_init(find_or_install).as_ref().map_err(String::as_str)
}

fn find_or_install() -> Result<Tools, String> {
    let python = find_python()?;
    let version =
        run(Command::new(python).arg("-c").arg("import sys; print(sys.version_info[:2])"))?;
    run(Command::new("node").arg("--version")).map_err(|_| missing("Node.js 20.15 or newer"))?;
    let (node, pip) = std::thread::scope(|scope| {
        let node = scope.spawn(install_node_packages);
        let pip = install_python_packages(python, &version);
        (node.join().expect("installing does not panic"), pip)
    });
    Ok(Tools { modules: node?, python, packages: pip? })
}

fn missing(what: &str) -> String {
    format!(
        "the conformance tests need {what} on the PATH, and on their first run the npm and PyPI \
         registries. Without them: MLOPSC_CONFORMANCE=skip cargo test --workspace"
    )
}

fn find_python() -> Result<&'static str, String> {
    let fits = "import sys, pip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))";
    ["python3", "python3.11", "python3.12", "python3.13", "python3.14", "python"]
        .into_iter()
        .find(|name| run(Command::new(name).arg("-c").arg(fits)).is_ok())
        .ok_or_else(|| missing("Python 3.11 to 3.14 with pip"))
}

fn install_node_packages() -> Result<PathBuf, String> {
    let [manifest, lock] = [include_str!("package.json"), include_str!("package-lock.json")];
    install("node", &[manifest, lock], |folder| {
        write(&folder.join("package.json"), manifest)?;
        write(&folder.join("package-lock.json"), lock)?;
        let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
        let options = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
        run(Command::new(npm).args(options).current_dir(folder))
    })
}

fn install_python_packages(python: &str, version: &str) -> Result<PathBuf, String> {
    let pins = include_str!("requirements.txt");
    install("python", &[pins, version], |folder| {
        let list = folder.join("requirements.txt");
        write(&list, pins)?;
        let options = ["-m", "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:"];
        let mut pip = Command::new(python);
        pip.args(options).arg("--target").arg(folder).arg("--requirement").arg(&list);
        run(pip.env("PIP_DISABLE_PIP_VERSION_CHECK", "1").env("PIP_ROOT_USER_ACTION", "ignore"))
    })
}

/// Fills a folder named after the pins, unless it is there. A folder appears whole or not at all,
/// so that several test runs may start at once; the first one wins.
fn install(
    name: &str,
    pins: &[&str],
    fill: impl FnOnce(&Path) -> Result<String, String>,
) -> Result<PathBuf, String> {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("conformance");
    let mut digest = DefaultHasher::new();
    pins.hash(&mut digest);
    let done = home.join(format!("{name}-{:016x}", digest.finish()));
    if done.is_dir() {
        return Ok(done);
    }
    let started = home.join(format!("{name}-unfinished-{}", std::process::id()));
    fs::create_dir_all(&started).map_err(|error| format!("{}: {error}", started.display()))?;
    let filled = fill(&started);
    if filled.is_ok() && fs::rename(&started, &done).is_ok() {
        return Ok(done);
    }
    let _ = fs::remove_dir_all(&started);
    if done.is_dir() { Ok(done) } else { Err(filled.err().unwrap_or_else(|| missing("a disk"))) }
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

/// Runs a command to its end and gives its standard output.
pub(crate) fn run(command: &mut Command) -> Result<String, String> {
    let name = Path::new(command.get_program()).file_name().unwrap_or(OsStr::new("?")).to_owned();
    let output = command.output().map_err(|error| format!("{}: {error}", name.display()))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        let said = String::from_utf8_lossy(&output.stderr);
        Err(format!("{} failed ({}): {said}", name.display(), output.status))
    }
}
