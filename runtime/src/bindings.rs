//! Values for a plan's parameters, from the texts that people and programs give.

use std::collections::BTreeMap;
use std::fmt;

use mlopsc_compiler::diagnostics::near_miss;
use mlopsc_compiler::plan::{Parameter, Plan, Scalar, ValueType};

/// A value for every parameter of a plan that has one, by name.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Bindings(BTreeMap<String, Scalar>);

impl Bindings {
    /// The value of a parameter; `None` for a name that the plan does not have.
    pub fn get(&self, name: &str) -> Option<&Scalar> {
        self.0.get(name)
    }

    /// Names and values, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Scalar)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

/// Why a value was not taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// The name that was given, or is missing.
    pub name: String,
    /// One sentence, with what is allowed.
    pub reason: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.reason)
    }
}

/// Types and proves texts as the values of a plan's parameters; those that are not given take their
/// defaults, and an empty text for an optional one is no value. The same rules hold in the emitted CI files.
///
/// # Errors
/// Every name that the plan does not have, every name that is given twice, every text that its
/// parameter does not take, and every required parameter that is not given.
pub fn bind<'a>(
    plan: &Plan,
    given: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<Bindings, Vec<Refusal>> {
    let mut bindings = Bindings::default();
    let mut refusals = Vec::new();
    for (name, text) in given {
        if text.is_empty() && is_optional(plan, name) {
            continue;
        }
        match one(plan, name, text) {
            Ok(value) => {
                if bindings.0.insert(name.to_owned(), value).is_some() {
                    refusals.push(refusal(name, "it is given twice"));
                }
            }
            Err(reason) => refusals.push(refusal(name, reason)),
        }
    }
    for parameter in &plan.parameters {
        let name = &parameter.name;
        let refused = refusals.iter().any(|refusal| refusal.name == *name);
        if refused || bindings.0.contains_key(name) {
            continue;
        }
        match &parameter.default {
            Some(default) => {
                bindings.0.insert(name.clone(), default.clone());
            }
            None if parameter.optional => {}
            None => refusals.push(refusal(name, "it has no default and is not given")),
        }
    }
    if refusals.is_empty() { Ok(bindings) } else { Err(refusals) }
}

fn is_optional(plan: &Plan, name: &str) -> bool {
    plan.parameters.iter().any(|parameter| parameter.name == name && parameter.optional)
}

fn refusal(name: &str, reason: impl Into<String>) -> Refusal {
    Refusal { name: name.to_owned(), reason: reason.into() }
}

fn one(plan: &Plan, name: &str, text: &str) -> Result<Scalar, String> {
    let Some(parameter) = plan.parameters.iter().find(|parameter| parameter.name == name) else {
        let names = plan.parameters.iter().map(|parameter| parameter.name.as_str());
        let near = near_miss(name, names).map(|near| format!("; did you mean `{near}`?"));
        return Err(format!("the pipeline has no such parameter{}", near.unwrap_or_default()));
    };
    let value = typed(parameter.kind, text)?;
    allowed(parameter, &value, text)?;
    Ok(value)
}

/// The value that a text is for a type.
fn typed(kind: ValueType, text: &str) -> Result<Scalar, String> {
    match kind {
        ValueType::Integer => {
            text.parse().map(Scalar::Integer).map_err(|_| "it must be a whole number".to_owned())
        }
        ValueType::Number => match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Scalar::Number(text.to_owned())),
            Ok(_) | Err(_) => Err("it must be a number".to_owned()),
        },
        ValueType::Boolean => {
            text.parse().map(Scalar::Boolean).map_err(|_| "it must be true or false".to_owned())
        }
        ValueType::String
        | ValueType::UriFile
        | ValueType::UriFolder
        | ValueType::Mltable
        | ValueType::MlflowModel
        | ValueType::CustomModel
        | ValueType::TritonModel => {
            let one_line = !text.chars().any(char::is_control);
            one_line.then(|| Scalar::Text(text.to_owned())).ok_or("it must be one line".to_owned())
        }
    }
}

/// Whether a parameter takes a value of its type.
fn allowed(parameter: &Parameter, value: &Scalar, text: &str) -> Result<(), String> {
    if !parameter.choices.is_empty() {
        let known = parameter.choices.contains(value);
        let words: Vec<String> = parameter.choices.iter().map(Scalar::text).collect();
        return known
            .then_some(())
            .ok_or_else(|| format!("it must be one of {}", words.join(", ")));
    }
    let number = |value: &Scalar| value.text().parse::<f64>().unwrap_or(f64::NAN);
    if let Some(min) = parameter.min.as_ref().filter(|min| number(value) < number(min)) {
        return Err(format!("it must be at least {}", min.text()));
    }
    if let Some(max) = parameter.max.as_ref().filter(|max| number(value) > number(max)) {
        return Err(format!("it must be at most {}", max.text()));
    }
    if let Some(pattern) = &parameter.pattern {
        let fits = regex_lite::Regex::new(pattern).is_ok_and(|it| it.is_match(text));
        return fits.then_some(()).ok_or_else(|| format!("it must match {pattern}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use mlopsc_compiler::source::{EntryKind, FileFault, Files};
    use mlopsc_compiler::{ProjectFile, analyze};

    use super::*;

    struct One(&'static str);

    impl Files for One {
        fn read(&self, _: &str) -> Result<String, FileFault> {
            Ok(self.0.to_owned())
        }

        fn kind(&self, _: &str) -> Option<EntryKind> {
            None
        }

        fn list(&self, _: &str) -> Result<Vec<(String, EntryKind)>, FileFault> {
            Ok(Vec::new())
        }
    }

    fn plan() -> Plan {
        let spec = One(concat!(
            "mlopsc: 1\nname: p\nparameters:\n",
            "  depth: { default: 6, min: 1, max: 32 }\n",
            "  rate: 0.5\n  fast: false\n",
            "  mode: { default: slow, enum: [slow, quick] }\n",
            "  version: { type: string, pattern: '[0-9]+' }\n",
            "steps:\n  a:\n    runner: ubuntu-latest\n    run: >-\n",
            "      echo ${{ parameters.depth }} ${{ parameters.rate }} ${{ parameters.fast }}\n",
            "      ${{ parameters.mode }} ${{ parameters.version }}\n",
        ));
        analyze(&spec, &ProjectFile::none(), "p.mlops.yaml").plan.expect("the spec holds")
    }

    fn reasons(given: &[(&str, &str)]) -> Vec<String> {
        let refusals = bind(&plan(), given.iter().copied()).expect_err("something is refused");
        refusals.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn values_keep_their_types_and_defaults_fill_the_rest() {
        let bound = bind(&plan(), [("version", "7"), ("depth", "0012"), ("fast", "true")]);
        let bound = bound.expect("all is well");
        assert_eq!(bound.get("depth"), Some(&Scalar::Integer(12)));
        assert_eq!(bound.get("fast"), Some(&Scalar::Boolean(true)));
        assert_eq!(bound.get("rate"), Some(&Scalar::Number("0.5".to_owned())));
        assert_eq!(bound.get("version"), Some(&Scalar::Text("7".to_owned())));
        assert_eq!(bound.iter().count(), 5);
    }

    #[test]
    fn every_mistake_is_reported_at_once() {
        let given =
            [("depth", "33"), ("rate", "fast"), ("fast", "True"), ("mode", "x"), ("dept", "1")];
        assert_eq!(
            reasons(&given),
            [
                "depth: it must be at most 32",
                "rate: it must be a number",
                "fast: it must be true or false",
                "mode: it must be one of slow, quick",
                "dept: the pipeline has no such parameter; did you mean `depth`?",
                "version: it has no default and is not given",
            ]
        );
    }

    #[test]
    fn patterns_and_repetitions_are_refused() {
        assert_eq!(reasons(&[("version", "7a")]), ["version: it must match ^([0-9]+)$"]);
        assert_eq!(reasons(&[("version", "7"), ("version", "8")]), ["version: it is given twice"]);
        assert_eq!(reasons(&[("version", "7\n")]), ["version: it must be one line"]);
    }
}
