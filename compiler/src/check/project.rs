//! The project with every default filled in.

use super::names::unknown;
use super::{events, images};
use crate::diagnostics::excerpt;
use crate::diagnostics::{
    BAD_EXPRESSION, BAD_VALUE, Diagnostic, Level, RULES, Sink, UNKNOWN_REFERENCE,
};
use crate::plan::{Azure, Home, Login, Piece, Project, Reference, Text as PlanText};
use crate::source::join;
use crate::spec::expr::Path;
use crate::spec::project::{AzureSpec, CiWord, LoginWord, ProjectSpec, TargetWord};
use crate::spec::text::Text;

/// The branch that counts where nothing names one.
pub(crate) fn default_branch(spec: &ProjectSpec) -> &str {
    spec.default_branch.as_ref().map_or("main", |it| &it.value)
}

/// What the project writes.
pub(crate) fn targets(spec: &ProjectSpec) -> Vec<Home> {
    if spec.targets.0.is_empty() {
        return vec![Home::AzureMl, Home::GitHub, Home::AzurePipelines, Home::Events];
    }
    let mut homes: Vec<Home> = Vec::new();
    for home in spec.targets.0.iter().map(|target| target.value.plan()) {
        if !homes.contains(&home) {
            homes.push(home);
        }
    }
    homes
}

/// Targets that are written since the project names them.
fn also(spec: &ProjectSpec) -> Vec<&'static str> {
    let named = spec.targets.0.iter().map(|target| target.value);
    named.filter(|word| *word == TargetWord::AzureMlRest).map(TargetWord::word).collect()
}

/// The project as a spec sees it: with the spec's own variable groups behind the project's. Where the
/// project says none, the spec's stand alone.
pub(crate) fn of_spec(spec: &crate::spec::Spec, of: &ProjectSpec) -> Project {
    let mut project = project(of, &mut Sink::new());
    let own = || spec.variable_groups.0.iter().map(|group| group.value.clone());
    let said = of.azure_devops.as_ref().is_some_and(|it| !it.variable_groups.0.is_empty());
    if !said && own().next().is_some() {
        project.variable_groups.clear();
    }
    for group in own() {
        if !project.variable_groups.contains(&group) {
            project.variable_groups.push(group);
        }
    }
    project
}

/// Resolves the project file. After a mistake the result serves only to find further ones.
pub(crate) fn project(spec: &ProjectSpec, sink: &mut Sink) -> Project {
    let devops = spec.azure_devops.as_ref();
    let groups: Vec<String> = devops
        .map(|it| it.variable_groups.0.iter().map(|group| group.value.clone()).collect())
        .unwrap_or_default();
    let groups = if groups.is_empty() { vec!["mlopsc".to_owned()] } else { groups };
    let folders = spec.write_to.as_ref();
    let project = Project {
        ci: match spec.ci.as_ref().map(|it| it.value) {
            Some(CiWord::AzurePipelines) => Home::AzurePipelines,
            Some(CiWord::GitHub) | None => Home::GitHub,
        },
        default_branch: default_branch(spec).to_owned(),
        azure: azure(spec.azure.as_ref(), sink),
        variable_groups: groups,
        azure_ml_folder: folder(folders.and_then(|it| it.azureml.as_ref()), ".azureml", sink),
        github_folder: ".github/workflows".to_owned(),
        azure_pipelines_folder: folder(
            folders.and_then(|it| it.azure_pipelines.as_ref()),
            ".azure-pipelines",
            sink,
        ),
        events_folder: folder(folders.and_then(|it| it.events.as_ref()), ".azure", sink),
        identity: identity(spec),
        repository: spec.github.as_ref().and_then(|it| named(it.repository.as_ref())),
        organization: devops.and_then(|it| named(it.organization.as_ref())),
        team_project: devops.and_then(|it| named(it.project.as_ref())),
        targets: targets(spec),
        also: also(spec),
        pins: Vec::new(), // known once their file is read
        stages: super::stages::stages(spec),
        datastores: events::datastores(&spec.datastores, sink),
        wiring: events::wiring(spec.events.as_ref(), &spec.datastores, sink),
    };
    lint_levels(spec, sink);
    images::said(spec, &project.targets, sink);
    apart(&project, folders, sink);
    project
}

/// Levels of diagnostics that exist and have one.
fn lint_levels(spec: &ProjectSpec, sink: &mut Sink) {
    for item in &spec.lint.items {
        let (name, at) = (&item.name.value, item.name.span);
        match crate::diagnostics::rule(name) {
            Some(rule) if rule.level == Level::Warning => {}
            Some(_) => {
                let message = format!("`{name}` is always an error");
                let help = "only the level of a warning can be set";
                sink.report(Diagnostic::new(&BAD_VALUE, at, message).help(help));
            }
            None => {
                let warnings = RULES.iter().filter(|rule| rule.level == Level::Warning);
                let names = warnings.map(|rule| rule.name);
                sink.report(unknown(&UNKNOWN_REFERENCE, at, "lint", name, names));
            }
        }
    }
}

/// Two targets in one folder would write over each other's files.
fn apart(project: &Project, written: Option<&crate::spec::project::WriteTo>, sink: &mut Sink) {
    let folders = [
        &project.azure_ml_folder,
        &project.github_folder,
        &project.azure_pipelines_folder,
        &project.events_folder,
    ];
    let within = |inner: &str, outer: &str| {
        inner == outer || inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'))
    };
    let clash = folders.iter().enumerate().any(|(at, one)| {
        folders[..at].iter().any(|other| within(one, other) || within(other, one))
    });
    if let (true, Some(written)) = (clash, written) {
        let message = "each target needs a folder of its own, not within another's";
        sink.report(
            Diagnostic::new(&BAD_VALUE, written.span, message)
                .help("GitHub's is `.github/workflows`; choose other folders for the rest"),
        );
    }
}

fn named(name: Option<&crate::source::Spanned<String>>) -> Option<String> {
    name.map(|name| name.value.clone())
}

fn identity(spec: &ProjectSpec) -> Option<String> {
    if let Some(repository) = spec.github.as_ref().and_then(|it| it.repository.as_ref()) {
        return Some(repository.value.clone());
    }
    let devops = spec.azure_devops.as_ref()?;
    Some(format!("{}/{}", devops.organization.as_ref()?.value, devops.project.as_ref()?.value))
}

fn folder(
    path: Option<&crate::source::Spanned<crate::spec::values::PathText>>,
    default: &str,
    sink: &mut Sink,
) -> String {
    let Some(path) = path else { return default.to_owned() };
    let gits = |part: &str| part.eq_ignore_ascii_case(".git");
    match join("", &path.value.0) {
        Some(folder) if !folder.is_empty() && !folder.split('/').any(gits) => folder,
        _ => {
            let message = "outputs need a folder of their own in the repository";
            sink.report(Diagnostic::new(&BAD_VALUE, path.span, message));
            default.to_owned()
        }
    }
}

/// Whether a workspace can be called so, where its name is written.
fn is_workspace(text: &Text, sink: &mut Sink) {
    let name = text.text.as_str();
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let is_name = (3..=33).contains(&name.len())
        && name.bytes().all(is_letter)
        && !name.starts_with(['-', '_']);
    if text.spans.is_empty() && !is_name {
        let message = format!("`{}` cannot be the name of a workspace", excerpt(name));
        let help =
            "it has 3 to 33 letters, digits, `-` and `_`, and starts with a letter or a digit";
        sink.report(Diagnostic::new(&BAD_VALUE, text.span, message).help(help));
    }
}

pub(crate) fn azure(spec: Option<&AzureSpec>, sink: &mut Sink) -> Azure {
    let mut text =
        |field: fn(&AzureSpec) -> Option<&Text>, default: &str| match spec.and_then(field) {
            Some(text) => setting(text, sink),
            None => vec![Piece::Reference(Reference::Variable(default.to_owned()))],
        };
    let client_id = text(|it| it.client_id.as_ref(), "AZURE_CLIENT_ID");
    let tenant = text(|it| it.tenant.as_ref(), "AZURE_TENANT_ID");
    let subscription = text(|it| it.subscription.as_ref(), "AZURE_SUBSCRIPTION_ID");
    let resource_group = text(|it| it.resource_group.as_ref(), "AZURE_RESOURCE_GROUP");
    let workspace = text(|it| it.workspace.as_ref(), "AZUREML_WORKSPACE");
    if let Some(text) = spec.and_then(|it| it.workspace.as_ref()) {
        is_workspace(text, sink);
    }
    let service_connection = match spec.and_then(|it| it.service_connection.as_ref()) {
        Some(text) => setting(text, sink),
        None => vec![Piece::Literal("azure-ml".to_owned())],
    };
    let login = match spec.and_then(|it| it.login.as_ref()).map(|it| it.value) {
        Some(LoginWord::ServicePrincipal) => {
            Login::ServicePrincipal { secret: "AZURE_CREDENTIALS".to_owned() }
        }
        Some(LoginWord::Oidc) | None => Login::Oidc { client_id },
    };
    let github_environment = spec.and_then(|it| it.github_environment.as_ref());
    let github_environment = github_environment.map(|it| it.value.0.clone());
    Azure {
        login,
        tenant,
        subscription,
        resource_group,
        workspace,
        service_connection,
        github_environment,
    }
}

/// A literal, or one CI variable: what both platforms can put everywhere.
fn setting(text: &Text, sink: &mut Sink) -> PlanText {
    if text.is_literal() {
        return vec![Piece::Literal(text.text.clone())];
    }
    if let Some(site) = text.whole()
        && let Path::Variable(name) = site.path
    {
        return vec![Piece::Reference(Reference::Variable(site.name(name).to_owned()))];
    }
    let message = "expected a literal, or one CI variable and nothing else";
    sink.report(
        Diagnostic::new(&BAD_EXPRESSION, text.span, message)
            .help("such as `${{ variables.AZURE_SUBSCRIPTION_ID }}`"),
    );
    Vec::new()
}
