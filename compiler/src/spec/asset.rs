//! What models, data assets and endpoints of Azure ML are called.

use crate::diagnostics::{BAD_NAME, BAD_VALUE, Diagnostic, excerpt};
use crate::source::Spanned;

/// What is wrong with the name of an asset. Azure ML refuses other names when the job has run.
pub(crate) fn bad_name(name: &Spanned<String>) -> Option<Diagnostic> {
    let is_answer = matches!(&*name.value, "true" | "false");
    if is_asset(&name.value) && name.value.len() <= 255 && !is_answer {
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

fn is_asset(name: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let starts = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    starts && name.bytes().all(letter)
}

/// Whether a text names a model, as Azure ML reads it.
pub(crate) fn is_model(text: &str) -> bool {
    let Some(name) = text.strip_prefix("azureml:") else { return false };
    if let Some(address) = name.strip_prefix("//registries/") {
        let parts: Vec<&str> = address.split('/').collect();
        let [registry, "models", model, "versions" | "labels", version] = parts.as_slice() else {
            return false;
        };
        return [registry, model, version].into_iter().all(|part| is_asset(part));
    }
    let Some((name, version)) = name.split_once([':', '@']) else { return false };
    is_asset(name) && is_asset(version)
}

/// What is wrong with the name of an endpoint or of a deployment: Azure ML refuses it when it is made.
pub(crate) fn bad_endpoint(what: &str, name: &Spanned<String>) -> Option<Diagnostic> {
    let text = name.value.as_str();
    let why = if !(3..=32).contains(&text.len()) {
        format!("it has {} characters", text.chars().count())
    } else if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        "only letters, digits and `-` are allowed".to_owned()
    } else if !text.starts_with(|c: char| c.is_ascii_alphabetic()) || text.ends_with('-') {
        "it must begin with a letter, and not end in `-`".to_owned()
    } else {
        return None;
    };
    let message = format!("`{}` cannot be the name of {what}: {why}", excerpt(text));
    let help = "3 to 32 letters, digits and `-`, with a letter first and no `-` last";
    Some(Diagnostic::new(&BAD_VALUE, name.span, message).help(help))
}

#[cfg(test)]
mod tests {
    use super::is_model;

    #[test]
    fn models_have_a_version_or_a_label() {
        for good in [
            "azureml:diabetes:3",
            "azureml:a.b-c_1@latest",
            "azureml://registries/azureml/models/Phi-3/versions/12",
            "azureml://registries/r/models/m/labels/latest",
        ] {
            assert!(is_model(good), "{good}");
        }
        for bad in [
            "diabetes:3",
            "azureml:diabetes",
            "azureml:diabetes:",
            "azureml:diabetes:3:4",
            "azureml:-x:1",
            "azureml://registries/r/models/m",
            "azureml://registries/r/data/m/versions/1",
            "",
        ] {
            assert!(!is_model(bad), "{bad}");
        }
    }
}
