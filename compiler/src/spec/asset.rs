//! What models and data assets of Azure ML are called.

use crate::diagnostics::{BAD_NAME, Diagnostic, excerpt};
use crate::source::Spanned;

/// What is wrong with the name of an asset. Azure ML refuses other names when the job has run.
pub(crate) fn bad_name(name: &Spanned<String>) -> Option<Diagnostic> {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let starts = name.value.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    let is_answer = matches!(&*name.value, "true" | "false");
    if starts && name.value.bytes().all(letter) && name.value.len() <= 255 && !is_answer {
        return None;
    }
    let message = format!("`{}` cannot name an asset of Azure ML", excerpt(&name.value));
    let help = if is_answer {
        "write the name of the model or data asset that the output becomes a version of"
    } else if name.value.contains([':', '@']) {
        "write the name alone; its version stands in `version`"
    } else {
        "use up to 255 letters, digits, `.`, `_` and `-`, and start with a letter or digit"
    };
    Some(Diagnostic::new(&BAD_NAME, name.span, message).help(help))
}
