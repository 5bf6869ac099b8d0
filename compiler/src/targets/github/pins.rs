//! The actions that emitted workflows use, each by commit: a tag can be moved, a commit cannot.

/// An action at one release.
pub(super) struct Action {
    name: &'static str,
    commit: &'static str,
    version: &'static str,
}

impl Action {
    /// The value of `uses`, and the comment that lets Dependabot and Renovate update both together.
    pub(super) fn uses(&self) -> (String, &'static str) {
        (format!("{}@{}", self.name, self.commit), self.version)
    }
}

pub(super) const CHECKOUT: Action = Action {
    name: "actions/checkout",
    commit: "3d3c42e5aac5ba805825da76410c181273ba90b1",
    version: "v7.0.1",
};

pub(super) const SETUP_PYTHON: Action = Action {
    name: "actions/setup-python",
    commit: "5fda3b95a4ea91299a34e894583c3862153e4b97",
    version: "v7.0.0",
};

/// Its tags are annotated: the commit is the peeled tag, not the tag object.
pub(super) const AZURE_LOGIN: Action = Action {
    name: "azure/login",
    commit: "f5d393ae46f8fde4be8b75f32e3fc50e654ad0ca",
    version: "v3.0.1",
};

pub(super) const UPLOAD_ARTIFACT: Action = Action {
    name: "actions/upload-artifact",
    commit: "bbbca2ddaa5d8feaa63e36b76fdaad77386f024f",
    version: "v7.0.0",
};

pub(super) const DOWNLOAD_ARTIFACT: Action = Action {
    name: "actions/download-artifact",
    commit: "3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c",
    version: "v8.0.1",
};

pub(super) const CACHE: Action = Action {
    name: "actions/cache",
    commit: "27d5ce7f107fe9357f9df03efb73ab90386fccae",
    version: "v5.0.5",
};

/// The machine of the jobs that are not an author's step. A fixed version, since `-latest` moves.
pub(super) const RUNNER: &str = "ubuntu-24.04";
