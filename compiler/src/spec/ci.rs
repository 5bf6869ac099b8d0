//! What only jobs of the CI platforms have.

use super::decode::Many;
use super::record::{choice, record};
use super::resources::Int;
use super::values::PathText;
use crate::source::Spanned;

/// How often a step is tried again: Azure Pipelines takes at most ten
/// (<https://learn.microsoft.com/azure/devops/pipelines/process/tasks>).
pub type Retries = Int<1, 10>;

choice! {
    /// What reads a command.
    ShellWord as "a shell" {
        /// The only one so far.
        Bash = "bash",
    }
    later { "sh", "zsh", "fish", "pwsh", "powershell", "cmd", "python" }
}

choice! {
    /// A tool whose messages name a file and a line.
    ToolWord as "a tool" {
        /// Style of Python.
        Flake8 = "flake8",
        /// Compilers that write as gcc does, and `shellcheck --format=gcc`.
        Gcc = "gcc",
        /// Types of Python.
        Mypy = "mypy",
        /// Style of Python.
        Pylint = "pylint",
        /// Tests of Python.
        Pytest = "pytest",
        /// Style of Python.
        Ruff = "ruff",
        /// Style of YAML, with `--format parsable`.
        Yamllint = "yamllint",
    }
}

record! {
    /// Folders of downloaded packages that later runs find again. Each names the files whose content
    /// decides which packages these are: when one of them changes, the folder is saved anew.
    ///
    /// ```yaml
    /// pip: ../requirements.txt
    /// conda: ../envs/ci.yaml
    /// ```
    CacheSpec as "caches" {
        /// Packages of `pip`.
        all pip = "pip": Many<Spanned<PathText>>,
        /// Packages of `conda`.
        all conda = "conda": Many<Spanned<PathText>>,
    }
}

choice! {
    /// What a job may do with a part of the repository.
    AccessWord as "an access" {
        /// To look.
        Read = "read",
        /// To look and to change.
        Write = "write",
    }
}

choice! {
    /// What a job may do with what can only be written.
    WriteWord as "an access" {
        /// To write.
        Write = "write",
    }
}

record! {
    /// What a job's own token may do on GitHub, beyond what is written there for the step by itself
    /// (to check out, to sign in to Azure). On Azure Pipelines the project's settings decide.
    ///
    /// ```yaml
    /// pull-requests: write
    /// packages: read
    /// ```
    PermissionsSpec as "permissions" {
        /// Workflow runs and their artifacts.
        opt actions = "actions": Spanned<AccessWord>,
        /// Attestations of what was built.
        opt attestations = "attestations": Spanned<AccessWord>,
        /// Check runs.
        opt checks = "checks": Spanned<AccessWord>,
        /// The repository's content.
        opt contents = "contents": Spanned<AccessWord>,
        /// Deployments.
        opt deployments = "deployments": Spanned<AccessWord>,
        /// Discussions.
        opt discussions = "discussions": Spanned<AccessWord>,
        /// An identity for other services.
        opt id_token = "id-token": Spanned<WriteWord>,
        /// Issues.
        opt issues = "issues": Spanned<AccessWord>,
        /// Packages.
        opt packages = "packages": Spanned<AccessWord>,
        /// GitHub Pages.
        opt pages = "pages": Spanned<AccessWord>,
        /// Pull requests.
        opt pull_requests = "pull-requests": Spanned<AccessWord>,
        /// Findings of code scanning.
        opt security_events = "security-events": Spanned<AccessWord>,
        /// Statuses of commits.
        opt statuses = "statuses": Spanned<AccessWord>,
    }
}

impl PermissionsSpec {
    /// What is asked for: the name, and whether to write.
    pub fn asked(&self) -> Vec<(&'static str, bool)> {
        let token = self.id_token.as_ref().map(|_| AccessWord::Write);
        let of = |access: &Option<Spanned<AccessWord>>| access.as_ref().map(|it| it.value);
        let all = [
            ("actions", of(&self.actions)),
            ("attestations", of(&self.attestations)),
            ("checks", of(&self.checks)),
            ("contents", of(&self.contents)),
            ("deployments", of(&self.deployments)),
            ("discussions", of(&self.discussions)),
            ("id-token", token),
            ("issues", of(&self.issues)),
            ("packages", of(&self.packages)),
            ("pages", of(&self.pages)),
            ("pull-requests", of(&self.pull_requests)),
            ("security-events", of(&self.security_events)),
            ("statuses", of(&self.statuses)),
        ];
        let asked = all.into_iter().filter_map(|(name, access)| Some((name, access?)));
        asked.map(|(name, access)| (name, access == AccessWord::Write)).collect()
    }
}
