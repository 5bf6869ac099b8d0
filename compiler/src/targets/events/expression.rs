//! What is known only when the template is deployed. One tree, and its two spellings: expressions of
//! Azure Resource Manager, whose brackets stand here and nowhere else, and Bicep.

use std::fmt::Write as _;
use std::sync::Arc;

use super::bicep;
use super::model::Known;

/// An expression whose value is text.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Expression {
    /// Text as it is.
    Text(String),
    /// A parameter of the template.
    Parameter(String),
    /// A variable of the template.
    Variable(String),
    /// Texts, one behind the other.
    Join(Vec<Expression>),
    /// A function that both languages have under the same name.
    Call(&'static str, Vec<Expression>),
    /// The region of the resource group.
    GroupLocation,
    /// The id of a resource.
    Id(Arc<Known>),
    /// The principal of a resource's own identity.
    Principal(Arc<Known>),
    /// A property of a resource.
    Property(Arc<Known>, &'static str),
    /// The signed address of a trigger of a Logic App.
    CallbackUrl(Arc<Known>, &'static str),
}

/// The type of a Logic App's triggers.
const TRIGGERS: &str = "Microsoft.Logic/workflows/triggers";

impl Expression {
    /// Text as it is.
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// The resources that it names.
    pub(super) fn visit<'e>(&'e self, note: &mut dyn FnMut(&'e Arc<Known>)) {
        match self {
            Self::Text(_) | Self::Parameter(_) | Self::Variable(_) | Self::GroupLocation => {}
            Self::Join(parts) | Self::Call(_, parts) => {
                for part in parts {
                    part.visit(note);
                }
            }
            Self::Id(known)
            | Self::Principal(known)
            | Self::Property(known, _)
            | Self::CallbackUrl(known, _) => note(known),
        }
    }

    /// The value of a template's JSON.
    pub(super) fn arm(&self) -> String {
        if let Self::Text(text) = self { escaped(text) } else { format!("[{}]", self.arm_code()) }
    }

    /// Inside the brackets.
    fn arm_code(&self) -> String {
        match self {
            Self::Text(text) => quoted(text),
            Self::Parameter(name) => format!("parameters({})", quoted(name)),
            Self::Variable(name) => format!("variables({})", quoted(name)),
            Self::Join(parts) => joined(parts),
            Self::Call(name, arguments) => {
                let arguments: Vec<String> = arguments.iter().map(Self::arm_code).collect();
                format!("{name}({})", arguments.join(", "))
            }
            Self::GroupLocation => "resourceGroup().location".to_owned(),
            Self::Id(known) => id(known),
            Self::Principal(known) => {
                let version = known.kind.version();
                format!("reference({}, '{version}', 'full').identity.principalId", id(known))
            }
            Self::Property(known, name) => {
                format!("reference({}, '{}').{name}", id(known), known.kind.version())
            }
            Self::CallbackUrl(app, trigger) => {
                let (name, version) = (app.name.arm_code(), app.kind.version());
                let trigger = format!("resourceId('{TRIGGERS}', {name}, '{trigger}')");
                format!("listCallbackUrl({trigger}, '{version}').value")
            }
        }
    }

    /// The same in Bicep.
    pub(super) fn bicep(&self) -> String {
        match self {
            Self::Text(text) => bicep::quoted(text),
            Self::Parameter(name) | Self::Variable(name) => name.clone(),
            Self::Join(parts) => {
                let part = |part: &Self| {
                    if let Self::Text(text) = part {
                        bicep::escaped(text)
                    } else {
                        ["${", &part.bicep(), "}"].concat()
                    }
                };
                format!("'{}'", parts.iter().map(part).collect::<String>())
            }
            Self::Call(name, arguments) => {
                let arguments: Vec<String> = arguments.iter().map(Self::bicep).collect();
                format!("{name}({})", arguments.join(", "))
            }
            Self::GroupLocation => "resourceGroup().location".to_owned(),
            Self::Id(known) => format!("{}.id", known.symbol),
            Self::Principal(known) => format!("{}.identity.principalId", known.symbol),
            Self::Property(known, name) => format!("{}.properties.{name}", known.symbol),
            Self::CallbackUrl(app, trigger) => {
                let (symbol, version) = (&app.symbol, app.kind.version());
                format!("listCallbackUrl('${{{symbol}.id}}/triggers/{trigger}', '{version}').value")
            }
        }
    }
}

/// The id of a resource, for `dependsOn` and inside of expressions.
fn id(known: &Known) -> String {
    let mut parts: Vec<String> = vec![format!("'{}'", known.kind.name())];
    parts.extend(known.path().iter().map(|part| part.arm_code()));
    match &known.scope {
        Some(scope) => format!("extensionResourceId({}, {})", id(scope), parts.join(", ")),
        None => format!("resourceId({})", parts.join(", ")),
    }
}

fn joined(parts: &[Expression]) -> String {
    let (mut format, mut values) = (String::new(), String::new());
    let mut next = 0;
    for part in parts {
        if let Expression::Text(text) = part {
            format.push_str(&text.replace('{', "{{").replace('}', "}}"));
        } else {
            let _ = write!(format, "{{{next}}}");
            let _ = write!(values, ", {}", part.arm_code());
            next += 1;
        }
    }
    format!("format({}{values})", quoted(&format))
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Text of the JSON that is no expression.
fn escaped(text: &str) -> String {
    if text.starts_with('[') { format!("[{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::super::model::Kind;
    use super::*;

    fn parameter(name: &str) -> Expression {
        Expression::Parameter(name.to_owned())
    }

    fn both(expression: &Expression) -> [String; 2] {
        [expression.arm(), expression.bicep()]
    }

    #[test]
    fn texts_are_no_expressions_in_either_language() {
        for (text, arm, bicep) in [
            ("plain", "plain", "'plain'"),
            ("[x]", "[[x]", "'[x]'"),
            ("it's ${x} \\ \n", "it's ${x} \\ \n", r"'it\'s \${x} \\ \n'"),
        ] {
            assert_eq!(both(&Expression::text(text)), [arm, bicep]);
        }
    }

    #[test]
    fn joined_texts_keep_their_braces_and_quotes() {
        let joined = Expression::Join(vec![Expression::text("a{b}'"), parameter("x")]);
        assert_eq!(both(&joined), ["[format('a{{b}}''{0}', parameters('x'))]", r"'a{b}\'${x}'"]);
    }

    #[test]
    fn resources_are_named_from_the_outermost_on() {
        let account = Known::new("account", Kind::StorageAccount, parameter("a"));
        let service = Expression::text("default");
        let blobs = Known::within(&account, "blobs", Kind::BlobService, service);
        let held = Known::within(&blobs, "held", Kind::Container, Expression::text("c"));
        let id = Expression::Id(Arc::clone(&held));
        let arm = "[resourceId('Microsoft.Storage/storageAccounts/blobServices/containers', \
                   parameters('a'), 'default', 'c')]";
        assert_eq!(both(&id), [arm, "held.id"]);
        assert_eq!(held.full_name().arm(), "[format('{0}/default/c', parameters('a'))]");
    }

    #[test]
    fn the_address_of_a_trigger_is_asked_of_its_app() {
        let app = Known::new("app", Kind::LogicApp, Expression::text("la-x"));
        let url = Expression::CallbackUrl(app, "t");
        let arm = "[listCallbackUrl(resourceId('Microsoft.Logic/workflows/triggers', 'la-x', 't'), \
                   '2019-05-01').value]";
        assert_eq!(
            both(&url),
            [arm, "listCallbackUrl('${app.id}/triggers/t', '2019-05-01').value"]
        );
    }
}
