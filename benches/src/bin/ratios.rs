//! Prints the speed of the binary as ratios: `ratios MLOPSC TOKENISE`, both paths of binaries.
//!
//! t is the time of `/bin/true`, k the time of a process that only tokenises the same file. Each
//! command runs many times in turn with its yardstick, and the medians are compared.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use mlopsc_benches::spec;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (Some(mlopsc), Some(tokenise)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: ratios MLOPSC TOKENISE");
        std::process::exit(2);
    };
    let absolute = |path: String| {
        let path = std::fs::canonicalize(&path).expect("both binaries are there");
        path.to_string_lossy().into_owned()
    };
    let (mlopsc, tokenise) = (absolute(mlopsc), absolute(tokenise));
    let folder = std::env::temp_dir().join(format!("mlopsc-ratios-{}", std::process::id()));
    let bench = Bench { mlopsc, tokenise, folder };
    bench.small();
    bench.large();
    bench.many();
    bench.linear();
    std::fs::remove_dir_all(&bench.folder).expect("the scratch folder can be removed");
}

/// Where a build writes.
const OUTPUTS: [&str; 3] = [".azureml", ".github", ".azure-pipelines"];

struct Bench {
    mlopsc: String,
    tokenise: String,
    folder: PathBuf,
}

impl Bench {
    /// A project with one spec of so many steps.
    fn project(&self, name: &str, steps: usize) -> PathBuf {
        let folder = self.folder.join(name);
        std::fs::create_dir_all(folder.join("src")).expect("a scratch folder");
        write(&folder.join("mlopsc.yaml"), "mlopsc: 1\n");
        write(&folder.join("src/work.py"), "print()\n");
        write(&folder.join("big.mlops.yaml"), &spec("big", steps));
        folder
    }

    fn mlopsc(&self, folder: &Path, words: &[&str]) -> Command {
        let mut command = Command::new(&self.mlopsc);
        command.args(words).current_dir(folder);
        command
    }

    fn small(&self) {
        let folder = self.project("small", 10);
        let truth = || Command::new("/bin/true");
        let check = || self.mlopsc(&folder, &["check", "big.mlops.yaml"]);
        let build = || self.mlopsc(&folder, &["build", "big.mlops.yaml"]);
        println!("10 steps, t = /bin/true");
        compare("check", "t", 3.0, 60, &truth, &check);
        compare("build, unchanged", "t", 5.0, 60, &truth, &build);
        compare("build, cold", "t", 5.0, 60, &truth, &|| cold(&folder, &build));
    }

    fn large(&self) {
        let folder = self.project("large", 500);
        let tokenise = || self.tokeniser("1", &folder.join("big.mlops.yaml"));
        let check = || self.mlopsc(&folder, &["check", "big.mlops.yaml"]);
        let build = || self.mlopsc(&folder, &["build", "big.mlops.yaml"]);
        println!("500 steps, k = tokenising the file");
        compare("check", "k", 2.0, 40, &tokenise, &check);
        compare("build, unchanged", "k", 3.0, 40, &tokenise, &build);
        compare("build, cold", "k", 3.0, 40, &tokenise, &|| cold(&folder, &build));
        println!("  peak memory of build: {:.1} MiB (bar 16)", peak(&self.mlopsc, &folder));
    }

    fn tokeniser(&self, threads: &str, path: &Path) -> Command {
        let mut command = Command::new(&self.tokenise);
        command.arg(threads).arg(path);
        command
    }

    fn many(&self) {
        let folder = self.thousand("many");
        let alone = || self.tokeniser("1", &folder);
        let both = || self.tokeniser("2", &folder);
        let build = || self.mlopsc(&folder, &["build"]);
        run(&mut build());
        println!("1,000 specs of 10 steps, on two cores");
        let (one, unchanged) = medians(9, &alone, &build);
        let two = medians(9, &both, &both).0;
        let times = |bare: Duration| unchanged.as_secs_f64() / bare.as_secs_f64();
        println!("  tokenising them all: {one:?} with one thread, {two:?} with two");
        println!("  build, unchanged: {unchanged:?} = {:.2} and {:.2} of it (bar 2)", times(one), times(two));
        let (cold, writing) = self.cold_many(&folder);
        let share = |bare: Duration| {
            cold.as_secs_f64() / (2.0 * bare.as_secs_f64() + writing.as_secs_f64())
        };
        println!("  writing their files alone: {writing:?}");
        println!("  build, cold: {cold:?} = {:.2} and {:.2} of 2 × tokenising + writing (bar 1)", share(one), share(two));
    }

    /// A project of 1,000 specs.
    fn thousand(&self, name: &str) -> PathBuf {
        let folder = self.folder.join(name);
        std::fs::create_dir_all(folder.join("src")).expect("a scratch folder");
        write(&folder.join("mlopsc.yaml"), "mlopsc: 1\n");
        write(&folder.join("src/work.py"), "print()\n");
        for number in 0..1000 {
            let name = format!("p{number:04}");
            write(&folder.join(format!("{name}.mlops.yaml")), &spec(&name, 10));
        }
        folder
    }

    /// A build in a folder that is new each time, and the bare writing of the same files to another
    /// new one: a file system that has just lost thousands of files is slow to make new ones.
    fn cold_many(&self, built: &Path) -> (Duration, Duration) {
        let mut files = Vec::new();
        for output in OUTPUTS {
            read(&built.join(output), Path::new(output), &mut files);
        }
        let (mut cold, mut writing) = (Vec::new(), Vec::new());
        for round in 0..7 {
            let folder = self.thousand(&format!("cold-{round}"));
            cold.push(run(&mut self.mlopsc(&folder, &["build"])));
            writing.push(write_all(&files, &self.folder.join(format!("copy-{round}"))));
        }
        cold.sort();
        writing.sort();
        (cold[3], writing[3])
    }

    fn linear(&self) {
        let small = self.project("linear-3000", 3_000);
        let large = self.project("linear-30000", 30_000);
        let check = |folder: PathBuf| move || self.mlopsc(&folder, &["check", "big.mlops.yaml"]);
        println!("30,000 steps against 3,000");
        compare("check", "of 3,000", 10.0, 5, &check(small.clone()), &check(large.clone()));
        let build = |folder: PathBuf| {
            move || self.mlopsc(&folder, &["build", "--target", "azureml", "big.mlops.yaml"])
        };
        compare("build", "of 3,000", 10.0, 5, &build(small), &build(large));
    }
}

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).expect("a scratch file can be written");
}

/// A command after its outputs were removed.
fn cold(folder: &Path, build: &dyn Fn() -> Command) -> Command {
    for output in OUTPUTS {
        let _ = std::fs::remove_dir_all(folder.join(output));
    }
    build()
}

fn run(command: &mut Command) -> Duration {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let status = command.status().expect("the command can be started");
    let time = start.elapsed();
    assert!(status.success(), "{command:?} failed");
    time
}

/// Medians of two commands that take turns.
fn medians(
    rounds: usize,
    first: &dyn Fn() -> Command,
    second: &dyn Fn() -> Command,
) -> (Duration, Duration) {
    let mut times = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        times.0.push(run(&mut first()));
        times.1.push(run(&mut second()));
    }
    times.0.sort();
    times.1.sort();
    (times.0[rounds / 2], times.1[rounds / 2])
}

fn compare(
    what: &str,
    unit: &str,
    bar: f64,
    rounds: usize,
    yardstick: &dyn Fn() -> Command,
    command: &dyn Fn() -> Command,
) {
    let (bare, time) = medians(rounds, yardstick, command);
    let ratio = time.as_secs_f64() / bare.as_secs_f64();
    println!("  {what}: {time:?} = {ratio:.2} {unit} ({bare:?}) (bar {bar})");
}

/// The bare cost of writing the outputs: the same bytes, to new files.
fn write_all(files: &[(PathBuf, Vec<u8>)], folder: &Path) -> Duration {
    let start = Instant::now();
    for (path, bytes) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder");
        std::fs::write(path, bytes).expect("a scratch file can be written");
    }
    start.elapsed()
}

fn read(from: &Path, to: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in std::fs::read_dir(from).into_iter().flatten().flatten() {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            read(&path, &target, files);
        } else {
            files.push((target, std::fs::read(&path).expect("an output can be read")));
        }
    }
}

/// Peak resident memory of a build, in MiB, as Linux counts it.
fn peak(mlopsc: &str, folder: &Path) -> f64 {
    let script = r#"/usr/bin/env python3 -c 'import resource,subprocess,sys
subprocess.run(sys.argv[1:],check=True,stdout=subprocess.DEVNULL,stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' "$0" build big.mlops.yaml"#;
    let output = Command::new("sh").args(["-c", script, mlopsc]).current_dir(folder).output();
    let text = output.map(|it| String::from_utf8_lossy(&it.stdout).into_owned()).unwrap_or_default();
    text.trim().parse::<f64>().unwrap_or(f64::NAN) / 1024.0
}
