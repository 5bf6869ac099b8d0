//! The Dockerfile of an image that holds the environment of a conda file, and nothing else.

/// The text of it. The base brings conda. Nothing is started in the image's own way, since CI
/// starts it with a command of its own; and its jobs are not always root, so that everybody may add
/// packages.
pub(crate) fn dockerfile(base: &str, conda: &str) -> String {
    let conda = serde_json::Value::from(conda);
    format!(
        "FROM {base}\n\
         COPY [{conda}, \"/opt/ci/conda.yaml\"]\n\
         RUN conda env create --prefix /opt/ci/env --file /opt/ci/conda.yaml \\\n \
         && conda clean --all --yes \\\n \
         && chmod -R a+rwX /opt/ci/env\n\
         ENV PATH=/opt/ci/env/bin:$PATH\n\
         ENTRYPOINT []\n"
    )
}
