//! Every kind of diagnostic: one line here, one page in `pages/`.

use super::{Level, Rule};

macro_rules! rules {
    ($($level:ident $constant:ident $name:literal;)*) => {
        $(
            #[doc = concat!("`", $name, "`; its page is `pages/", $name, ".md`.")]
            pub static $constant: Rule = Rule {
                name: $name,
                level: Level::$level,
                page: include_str!(concat!("pages/", $name, ".md")),
            };
        )*
        /// All kinds, in the order of this file.
        pub static RULES: &[&Rule] = &[$(&$constant),*];
    };
}

rules! {
    Error SYNTAX "syntax";
    Error TOO_LARGE "too-large";
    Error DUPLICATE_KEY "duplicate-key";
    Error UNKNOWN_KEY "unknown-key";
    Error WRONG_TYPE "wrong-type";
    Error MISSING_KEY "missing-key";
    Error BAD_VALUE "bad-value";
    Error BAD_NAME "bad-name";
    Error NOT_SUPPORTED "not-supported";
    Error BAD_EXPRESSION "bad-expression";
    Error BAD_SHELL "bad-shell";
    Error UNSAFE_REFERENCE "unsafe-reference";
    Error BAD_SCHEDULE "bad-schedule";
    Error BAD_PATTERN "bad-pattern";
    Error UNKNOWN_STEP "unknown-step";
    Error UNKNOWN_REFERENCE "unknown-reference";
    Error UNKNOWN_COMPUTE "unknown-compute";
    Error UNKNOWN_ENVIRONMENT "unknown-environment";
    Error UNKNOWN_RUNNER "unknown-runner";
    Error PLACEMENT "placement";
    Error TYPE_CLASH "type-clash";
    Error OPTIONAL_INPUT "optional-input";
    Error CYCLE "cycle";
    Error USE_CYCLE "use-cycle";
    Error EVENT_CIRCLE "event-circle";
    Error NOT_A_STEP "not-a-step";
    Error EMPTY_SLICE "empty-slice";
    Error BROKEN_SLICE "broken-slice";
    Error UNBOUND_PARAMETER "unbound-parameter";
    Error MISSING_FILE "missing-file";
    Error CONFLICT "conflict";
    Error HOME "home";
    Error CANNOT_EXPRESS "cannot-express";
    Error LIMIT "limit";
    Error STALE_OUTPUT "stale-output";
    Error EDITED_OUTPUT "edited-output";
    Error FOREIGN_OUTPUT "foreign-output";
    Error LAYOUT "layout";
    Error NOT_IMPORTED "not-imported";
    Error OTHER_TOOL "other-tool";
    Warning IMPORT_CHANGE "import-change";
    Warning OTHER_MAJOR "other-major";
    Warning UNUSED_PARAMETER "unused-parameter";
    Warning UNUSED_ALLOW "unused-allow";
    Warning UNPINNED_IMAGE "unpinned-image";
    Warning DANGEROUS_OPTION "dangerous-option";
    Warning UNPINNED_COMPONENT "unpinned-component";
    Warning UNPINNED_INSTALL "unpinned-install";
    Warning SECRET_OUTSIDE_ENVIRONMENT "secret-outside-environment";
    Warning SELF_HOSTED_RUNNER "self-hosted-runner";
    Warning NAME_STYLE "name-style";
    Warning BOOLEAN_SPELLING "boolean-spelling";
    Warning BUILD_ID_KILLS_REUSE "build-id-kills-reuse";
    Warning OUTPUT_NOT_WRITTEN "output-not-written";
    Warning VERBATIM_COMMAND "verbatim-command";
    Warning UNREAD_INPUT "unread-input";
    Warning PLATFORM_COMMAND "platform-command";
    Warning RUNNER_VARIABLE "runner-variable";
    Warning UNKNOWN_PYTHON "unknown-python";
    Warning LOST_TITLE "lost-title";
    Warning LOST_CACHE "lost-cache";
    Warning AGING_RUNNER "aging-runner";
    Warning SUBJECT_PER_BRANCH "subject-per-branch";
    Warning LOST_RETRY "lost-retry";
    Warning LOST_FAIL_FAST "lost-fail-fast";
    Warning LOST_FAILURE "lost-failure";
    Warning IGNORED_FAILURE "ignored-failure";
    Warning NEVER_TRUE "never-true";
    Warning LOST_CONCURRENCY "lost-concurrency";
    Warning LOST_TIMEOUT "lost-timeout";
    Warning LITERAL_SECRET "literal-secret";
    Warning FIXED_VERSION "fixed-version";
    Warning SHARED_OUTPUT "shared-output";
    Warning MISSING_CODE "missing-code";
    Warning TOKEN_PUBLISHING "token-publishing";
    Warning RARE_SCHEDULE_DAY "rare-schedule-day";
    Warning BUSY_MINUTE "busy-minute";
    Warning MISSING_PATH "missing-path";
    Error CONDA_DISAGREES "conda-disagrees";
    Error IMAGE_PATH "image-path";
    Warning CONDA_UNPINNED "conda-unpinned";
    Warning CONDA_MISSING "conda-missing";
    Warning CONDA_UNCLEAR "conda-unclear";
    Warning MISSING_DATA "missing-data";
    Warning BYTES_OF_TABLE "bytes-of-table";
    Warning ROOT_ABOVE "root-above";
    Warning ARTIFACT_ELSEWHERE "artifact-elsewhere";
    Warning UNAPPLIED_TRIGGER "unapplied-trigger";
    Warning LOST_EVENTS "lost-events";
    Warning ADDRESS_AS_TEXT "address-as-text";
}

/// The kind with a name.
pub fn rule(name: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.name == name)
}
