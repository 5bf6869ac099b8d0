//! `data_changed`: blobs of a datastore that change.

use super::TriggerKindSpec;
use crate::diagnostics::{BAD_PATTERN, CONFLICT, Diagnostic, LIMIT, Sink, excerpt};
use crate::plan::{Change, DataChanged, Event, TriggerKind};
use crate::source::Spanned;
use crate::spec::decode::Many;
use crate::spec::record::{choice, record};
use crate::spec::values::Duration;

/// The longest wait for quiet: ten times as long must be within what a Logic App may run, 90 days
/// ("Limits and configuration reference for Azure Logic Apps").
const LONGEST_DEBOUNCE: u64 = 86_400;
/// Event Grid compares texts of at most so many characters, of which the container's name and what
/// stands before take up to 100 (<https://learn.microsoft.com/azure/event-grid/event-filtering>).
const LONGEST_PATH: usize = 400;

choice! {
    /// What happens to a blob.
    ChangeWord as "a change" {
        /// It is written, or written again.
        Created = "created",
        /// It is deleted.
        Deleted = "deleted",
        /// It gets another name; only accounts with a hierarchical namespace tell.
        Renamed = "renamed",
    }
}

impl ChangeWord {
    fn plan(self) -> Change {
        match self {
            Self::Created => Change::Created,
            Self::Deleted => Change::Deleted,
            Self::Renamed => Change::Renamed,
        }
    }
}

record! {
    /// Blobs of a datastore change. `event.path` is the watched folder; without `debounce`,
    /// `event.file` is the blob.
    ///
    /// ```yaml
    /// datastore: workspaceblobstore
    /// path: diabetes/raw/**/*.csv
    /// debounce: 5 minutes
    /// ```
    DataChangedSpec as "a `data_changed` trigger" {
        /// The datastore, one of the project's `datastores`.
        req datastore = "datastore": Spanned<String>,
        /// The folder in it, all below included; or a pattern: `raw/*.csv` in the folder itself,
        /// `raw/**/*.csv` in those below, too.
        req path = "path": Spanned<String>,
        /// What counts; by default `created`, which is every write.
        all changes = "changes": Many<Spanned<ChangeWord>>,
        /// One run for all that changes together: after so long without a change, at latest after ten
        /// times as long. Without it each blob starts a run.
        opt debounce = "debounce": Spanned<Duration>,
    }
}

impl TriggerKindSpec for DataChangedSpec {
    fn key(&self) -> &'static str {
        "data_changed"
    }

    fn may_live_on_azure_ml(&self) -> bool {
        true
    }

    fn plan(&self, sink: &mut Sink) -> Option<TriggerKind> {
        let watched = Watched::read(&self.path.value);
        if let Err((message, help)) = &watched {
            let wrong = Diagnostic::new(&BAD_PATTERN, self.path.span, message.clone());
            sink.report(wrong.help(*help));
        }
        let changes = self.changes(sink);
        let before = sink.errors();
        let debounce_seconds = self.debounce_seconds(sink);
        if sink.errors() > before {
            return None;
        }
        let Watched { folder, prefix, suffix, is_deep } = watched.ok()?;
        Some(TriggerKind::Event(Box::new(Event::DataChanged(DataChanged {
            datastore: self.datastore.value.clone(),
            folder,
            prefix,
            suffix,
            is_deep,
            changes: changes?,
            debounce_seconds,
        }))))
    }
}

impl DataChangedSpec {
    fn changes(&self, sink: &mut Sink) -> Option<Vec<Change>> {
        let mut changes: Vec<Change> = Vec::new();
        for word in &self.changes.0 {
            let change = word.value.plan();
            if changes.contains(&change) {
                let message = format!("`{}` is said twice", word.value.word());
                sink.report(Diagnostic::new(&CONFLICT, word.span, message).help("remove one"));
                return None;
            }
            changes.push(change);
        }
        if changes.is_empty() {
            changes.push(Change::Created);
        }
        changes.sort_unstable();
        Some(changes)
    }

    fn debounce_seconds(&self, sink: &mut Sink) -> Option<u32> {
        let debounce = self.debounce.as_ref()?;
        let seconds = debounce.value.0;
        if seconds > LONGEST_DEBOUNCE {
            let message = "`debounce` is at most one day";
            let help = "watch with a schedule what changes so slowly";
            sink.report(Diagnostic::new(&LIMIT, debounce.span, message).help(help));
            return None;
        }
        u32::try_from(seconds).ok()
    }
}

/// A folder, and how the blobs in it are called.
#[derive(PartialEq, Eq, Debug)]
struct Watched {
    folder: String,
    prefix: String,
    suffix: String,
    is_deep: bool,
}

const FORMS: &str = "write a folder (`raw/`), or a pattern for the names in it: `raw/*.csv`, `raw/part-*`, and with folders below `raw/**/*.csv`";

impl Watched {
    fn read(path: &str) -> Result<Self, (String, &'static str)> {
        plain(path)?;
        let (folder, name) = match path.rfind('/') {
            Some(slash) => path.split_at(slash + 1),
            None => ("", path),
        };
        if !path.contains('*') {
            let slash = if path.is_empty() || path.ends_with('/') { "" } else { "/" };
            let folder = format!("{path}{slash}");
            return Ok(Self::all_of(folder));
        }
        let (folder, is_deep) = match folder.strip_suffix("**/") {
            Some(above) => (above, true),
            None => (folder, false),
        };
        if folder.contains('*') {
            return Err(("a folder is named without `*`".to_owned(), FORMS));
        }
        if name == "**" && !is_deep {
            return Ok(Self::all_of(folder.to_owned()));
        }
        let Some((prefix, suffix)) = name.split_once('*').filter(|(_, rest)| !rest.contains('*'))
        else {
            return Err((
                "Event Grid compares how a name starts and how it ends: one `*`".to_owned(),
                FORMS,
            ));
        };
        if is_deep && !prefix.is_empty() {
            let message = "with folders below, Event Grid cannot compare how a name starts";
            return Err((message.to_owned(), FORMS));
        }
        let owned = str::to_owned;
        Ok(Self { folder: owned(folder), prefix: owned(prefix), suffix: owned(suffix), is_deep })
    }

    fn all_of(folder: String) -> Self {
        Self { folder, prefix: String::new(), suffix: String::new(), is_deep: true }
    }
}

/// Whether it could be the name of a blob, `*` apart.
fn plain(path: &str) -> Result<(), (String, &'static str)> {
    let strange = |letter: char| letter.is_control() || "?[]{}\\#%\"'`$".contains(letter);
    let problem = if path.starts_with('/') {
        "a path in a datastore starts without `/`".to_owned()
    } else if path.contains(':') {
        "this is an address, and a path in the datastore is meant".to_owned()
    } else if path.split('/').any(|part| matches!(part, "." | "..")) || path.contains("//") {
        "a path in a datastore has no empty parts, `.` and `..`".to_owned()
    } else if let Some(letter) = path.chars().find(|letter| strange(*letter)) {
        format!("`{}` cannot stand in a path of a datastore here", excerpt(&letter.to_string()))
    } else if path.chars().count() > LONGEST_PATH {
        format!("the path has more than {LONGEST_PATH} characters, which Event Grid cannot compare")
    } else {
        return Ok(());
    };
    Err((problem, FORMS))
}

#[cfg(test)]
mod tests {
    use super::Watched;

    fn read(path: &str) -> Option<(String, String, String, bool)> {
        let Watched { folder, prefix, suffix, is_deep } = Watched::read(path).ok()?;
        Some((folder, prefix, suffix, is_deep))
    }

    #[test]
    fn paths_are_folders_or_patterns() {
        let all = [
            ("raw", "raw/", "", "", true),
            ("raw/", "raw/", "", "", true),
            ("", "", "", "", true),
            ("raw/**", "raw/", "", "", true),
            ("raw/*", "raw/", "", "", false),
            ("a/b/part-*.csv", "a/b/", "part-", ".csv", false),
            ("raw/**/*.csv", "raw/", "", ".csv", true),
            ("*.csv", "", "", ".csv", false),
        ];
        for (path, folder, prefix, suffix, deep) in all {
            let is = (folder.to_owned(), prefix.to_owned(), suffix.to_owned(), deep);
            assert_eq!(read(path), Some(is), "{path}");
        }
    }

    #[test]
    fn what_event_grid_cannot_compare_is_refused() {
        for path in [
            "/raw",
            "a*/b",
            "raw/**/part-*.csv",
            "*a*",
            "raw//x",
            "../x",
            "a?b",
            "https://x",
            "**/**",
        ] {
            assert_eq!(read(path), None, "{path}");
        }
    }
}
