//! The words of the command line. Types only.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// A declarative pipeline-as-code compiler: one spec in; Azure ML, GitHub and Azure Pipelines out.
#[derive(Parser, Debug)]
#[command(name = "mlopsc", version, max_term_width = 100, disable_help_subcommand = true)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) look: LookArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "\
Exit codes: 0 all is well; 1 errors in specs, or files that are not fresh; 2 wrong usage, or the \
machine's fault.";

/// How reports look.
#[derive(Args, Debug, Clone, Copy)]
pub(crate) struct LookArgs {
    /// How diagnostics are written [default: full; github and azure on those CI systems]
    #[arg(long, global = true, value_name = "FORMAT", hide_possible_values = false)]
    pub(crate) message_format: Option<MessageFormat>,
    /// When to colour; `NO_COLOR` is honoured
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Colour,
}

/// `--message-format`.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MessageFormat {
    Full,
    Concise,
    Json,
    Github,
    Azure,
    Sarif,
}

/// `--color`.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colour {
    Auto,
    Always,
    Never,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Write the files of the targets
    Build(BuildArgs),
    /// Report what is wrong with specs; write nothing
    #[command(after_help = CHECK_HELP)]
    Check(CheckArgs),
    /// Lay specs out in the one canonical way; comments stay
    Fmt(FmtArgs),
    /// Say what a change means: steps, parameters, triggers
    Diff(DiffArgs),
    /// Draw the graph: steps, engines, borders, triggers
    Graph(GraphArgs),
    /// Say which triggers a push, a pull request or a time fires, and what would run
    #[command(after_help = WHY_HELP)]
    Why(WhyArgs),
    /// Make specs of Azure ML CLI v2 files, and of Python scripts for version 1 of its SDK
    Import(ImportArgs),
    /// Say which place of a spec is behind a line of a generated file
    #[command(after_help = LOCATE_HELP)]
    Locate(LocateArgs),
    /// Show, update and adopt the actions of GitHub that workflows use
    #[command(after_help = PINS_HELP)]
    Pins(PinsArgs),
    /// List what must exist outside of the repository, or write scripts that make it
    #[command(after_help = SETUP_HELP)]
    Setup(SetupArgs),
    /// Print the page of a diagnostic, or list them all
    Explain {
        /// A name such as `cycle`
        name: Option<String>,
    },
    /// Print the JSON Schema of specs or of the project file
    Schema {
        /// Which file the schema is for
        #[arg(default_value = "spec")]
        of: SchemaOf,
    },
    /// Write a small working project into a folder; existing files stay
    Init {
        /// The folder
        #[arg(default_value = ".")]
        dir: PathBuf,
    },
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// A word that is no command; `main` answers it.
    #[command(external_subcommand)]
    Other(Vec<OsString>),
}

/// `build`.
#[derive(Args, Debug)]
pub(crate) struct BuildArgs {
    /// Specs or folders [default: the project]
    pub(crate) paths: Vec<PathBuf>,
    /// Write nothing; fail with a diff when a file is missing, changed or orphaned
    #[arg(long)]
    pub(crate) check: bool,
    /// Only this target: `azureml`, `azureml-rest`, `github` or `azure_pipelines` (repeatable)
    #[arg(long, value_name = "NAME")]
    pub(crate) target: Vec<String>,
    /// Write under this folder instead of the project's root; removes nothing
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Replace and remove files that were edited by hand
    #[arg(long)]
    pub(crate) force: bool,
    /// Exit with 1 when anything was written or removed
    #[arg(long, conflicts_with = "check")]
    pub(crate) fail_on_change: bool,
}

/// `check`.
#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    /// Specs or folders [default: the project]
    pub(crate) paths: Vec<PathBuf>,
    /// Apply the safe repairs
    #[arg(long)]
    pub(crate) fix: bool,
    /// Repeat what another tool says of generated files at the places of specs; `-` is standard
    /// input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["paths", "fix"])]
    pub(crate) from: Option<PathBuf>,
    /// With --from: the generated file that messages without a file are about
    #[arg(long, value_name = "FILE", requires = "from")]
    pub(crate) about: Option<PathBuf>,
}

const CHECK_HELP: &str = "\
Examples:
  mlopsc check                                            every spec of the project
  actionlint | mlopsc check --from -                      actionlint's messages, at the spec's lines
  zizmor --format json-v1 . | mlopsc check --from -       zizmor's
  mlopsc check --from errors.txt --about .azureml/training/pipeline.json";

/// `fmt`.
#[derive(Args, Debug)]
pub(crate) struct FmtArgs {
    /// Specs or folders [default: the project]
    pub(crate) paths: Vec<PathBuf>,
    /// Write nothing; fail with a diff when a file is not laid out
    #[arg(long)]
    pub(crate) check: bool,
}

/// `diff`.
#[derive(Args, Debug)]
pub(crate) struct DiffArgs {
    /// Specs or folders [default: the project]
    pub(crate) paths: Vec<PathBuf>,
    /// The git revision to compare with
    #[arg(long, value_name = "REV", default_value = "HEAD")]
    pub(crate) base: String,
    /// How the changes are written
    #[arg(long, default_value = "text")]
    pub(crate) format: DiffFormat,
}

/// `diff --format`.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DiffFormat {
    Text,
    Json,
    Markdown,
}

/// `graph`.
#[derive(Args, Debug)]
pub(crate) struct GraphArgs {
    /// A spec or a folder [default: the project]
    pub(crate) spec: Option<PathBuf>,
    /// How the graph is drawn
    #[arg(long, default_value = "text")]
    pub(crate) format: GraphFormat,
}

/// `graph --format`.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GraphFormat {
    Text,
    Mermaid,
    Dot,
}

const WHY_HELP: &str = "\
Examples:
  mlopsc why                                     the next ten times at which schedules fire
  mlopsc why --push src/train.py                 what a push of this file to the default branch starts
  git diff --name-only main | mlopsc why --pull-request -
  mlopsc why --tag v1.2.0                        what a tag starts
  mlopsc why --at 2026-12-01T02:00+09:00         what the clock starts in that minute
  mlopsc why --event registered.json             what an event in Azure starts, and with which values";

/// `why`.
#[derive(Args, Debug)]
pub(crate) struct WhyArgs {
    /// Specs or folders [default: the project]
    pub(crate) paths: Vec<PathBuf>,
    /// Files that a push changes, from the repository's root on; `-` reads them from standard input
    #[arg(long, value_name = "FILE", num_args = 1.., group = "what")]
    pub(crate) push: Vec<String>,
    /// Files that a pull request changes, in the same way
    #[arg(long, value_name = "FILE", num_args = 1.., group = "what")]
    pub(crate) pull_request: Vec<String>,
    /// A tag that is pushed
    #[arg(long, value_name = "NAME", group = "what")]
    pub(crate) tag: Option<String>,
    /// A minute: `2026-12-01T02:00`, in UTC or with an offset
    #[arg(long, value_name = "TIME", group = "what")]
    pub(crate) at: Option<String>,
    /// Events as Event Grid delivers them, as JSON; `-` reads them from standard input
    #[arg(long, value_name = "FILE", group = "what")]
    pub(crate) event: Option<PathBuf>,
    /// The branch that is pushed to, or merged into [default: the project's default branch]
    #[arg(long, value_name = "NAME", conflicts_with_all = ["tag", "at", "event"])]
    pub(crate) branch: Option<String>,
    /// How many of the next times are listed
    #[arg(long, value_name = "COUNT", default_value_t = 10, conflicts_with = "what")]
    pub(crate) next: usize,
    /// The time from which they are listed [default: now]
    #[arg(long, value_name = "TIME", conflicts_with = "what")]
    pub(crate) from: Option<String>,
    /// How the answer is written
    #[arg(long, default_value = "text")]
    pub(crate) format: WhyFormat,
}

/// `why --format`.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WhyFormat {
    Text,
    Json,
}

/// `import`.
#[derive(Args, Debug)]
pub(crate) struct ImportArgs {
    /// Azure ML files (YAML or JSON), or Python scripts for version 1 of the SDK
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Write into this folder instead of beside each file
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Replace specs that are there; other files are never replaced
    #[arg(long)]
    pub(crate) force: bool,
}

const LOCATE_HELP: &str = "\
Examples:
  mlopsc locate .github/workflows/training.yml:38:17
  mlopsc locate .azureml/training/component.json:55 --message-format json";

/// `locate`.
#[derive(Args, Debug)]
pub(crate) struct LocateArgs {
    /// Places in generated files: `FILE:LINE` or `FILE:LINE:COLUMN`
    #[arg(required = true, value_name = "PLACE")]
    pub(crate) places: Vec<String>,
}

const SETUP_HELP: &str = "\
Examples:
  mlopsc setup                           a checklist, as Markdown
  mlopsc setup --format github > gh.sh   a script for GitHub
  mlopsc setup --write setup             the checklist and all scripts, into a folder";

/// `setup`.
#[derive(Args, Debug)]
pub(crate) struct SetupArgs {
    /// Specs or folders [default: the project]
    pub(crate) paths: Vec<PathBuf>,
    /// What is written to standard output
    #[arg(long, default_value = "checklist")]
    pub(crate) format: SetupFormat,
    /// Write the checklist and the scripts into this folder
    #[arg(long, value_name = "DIR", conflicts_with = "format")]
    pub(crate) write: Option<PathBuf>,
}

/// `setup --format`.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SetupFormat {
    Checklist,
    Github,
    #[value(name = "azure_pipelines")]
    AzurePipelines,
    Azure,
}

const PINS_HELP: &str = "\
Examples:
  mlopsc pins                          each action, its release, and the workflows that use it
  mlopsc pins adopt                    after Dependabot or Renovate changed generated workflows
  mlopsc pins update --from pins.txt   lines `owner/name@<commit> # vX.Y.Z`, or a file in the shape
                                       of GitHub's actions.lock";

/// `pins`.
#[derive(Args, Debug)]
pub(crate) struct PinsArgs {
    #[command(subcommand)]
    pub(crate) command: Option<PinsCommand>,
}

/// `pins` and what follows.
#[derive(Subcommand, Debug)]
pub(crate) enum PinsCommand {
    /// List the pins [the default]
    Show {
        /// Specs or folders [default: the project]
        paths: Vec<PathBuf>,
    },
    /// Take newer pins from a file; nothing is fetched
    Update {
        /// Lines `owner/name@<commit> # vX.Y.Z`, or a file in the shape of GitHub's actions.lock
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
        /// Specs or folders [default: the project]
        paths: Vec<PathBuf>,
    },
    /// Make pins that a bot changed in generated workflows the project's own
    Adopt {
        /// Specs or folders [default: the project]
        paths: Vec<PathBuf>,
    },
}

/// `schema`.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SchemaOf {
    Spec,
    Project,
}
