//! Parts of plans for tests, each as small as it can be: a test says what differs.

use super::*;

/// A variable of the CI platform.
pub(crate) fn variable(name: &str) -> Text {
    vec![Piece::Reference(Reference::Variable(name.to_owned()))]
}

/// A fixed text.
pub(crate) fn literal(text: &str) -> Text {
    vec![Piece::Literal(text.to_owned())]
}

/// A project that says nothing but where its workspace is.
pub(crate) fn project(ci: Home, targets: &[Home]) -> Project {
    Project {
        ci,
        default_branch: "main".to_owned(),
        azure: Azure {
            login: Login::Oidc { client_id: variable("AZURE_CLIENT_ID") },
            tenant: variable("AZURE_TENANT_ID"),
            subscription: variable("AZURE_SUBSCRIPTION_ID"),
            resource_group: literal("rg-diabetes"),
            workspace: literal("mlw-diabetes"),
            service_connection: literal("azure-ml"),
            github_environment: None,
        },
        variable_groups: Vec::new(),
        azure_ml_folder: ".azureml".to_owned(),
        github_folder: ".github/workflows".to_owned(),
        azure_pipelines_folder: ".azure-pipelines".to_owned(),
        events_folder: ".azure".to_owned(),
        datastores: Vec::new(),
        wiring: crate::plan::Wiring::default(),
        identity: None,
        repository: None,
        organization: None,
        team_project: None,
        targets: targets.to_vec(),
        also: Vec::new(),
        pins: Vec::new(),
        stages: Vec::new(),
    }
}

/// A plan without steps.
pub(crate) fn plan(name: &str, project: Project) -> Plan {
    Plan {
        name: name.to_owned(),
        spec_path: format!("{name}.mlops.yaml"),
        display_name: name.to_owned(),
        description: None,
        experiment: name.to_owned(),
        tags: Vec::new(),
        outputs: Vec::new(),
        settings: JobSettings {
            default_datastore: None,
            continue_on_step_failure: false,
            force_rerun: false,
            identity: Vec::new(),
            properties: Vec::new(),
        },
        timeout_minutes: 300,
        env: Vec::new(),
        passthrough: super::Passthrough::default(),
        parameters: Vec::new(),
        steps: Vec::new(),
        images: Vec::new(),
        edges: Vec::new(),
        triggers: Vec::new(),
        submissions: Vec::new(),
        workflows: Vec::new(),
        used: Vec::new(),
        release: None,
        project,
        stage: None,
        stage_value: None,
        stages: Vec::new(),
    }
}

/// A parameter without limits.
pub(crate) fn parameter(name: &str, kind: ValueType, default: Option<Scalar>) -> Parameter {
    Parameter { default, ..Parameter::new(name, kind) }
}

/// A parameter whose texts are limited to what most values are made of.
pub(crate) fn limited(name: &str, kind: ValueType, default: Option<Scalar>) -> Parameter {
    let is_text = kind == ValueType::String || !kind.is_scalar();
    let pattern = is_text.then(|| "^[A-Za-z0-9._:/@=+-]*$".to_owned());
    Parameter { pattern, ..parameter(name, kind, default) }
}

/// A machine of the CI platform.
pub(crate) fn ci_place() -> CiPlace {
    CiPlace {
        runner: Runner {
            github: vec!["ubuntu-24.04".to_owned()],
            azure_pipelines: Pool::Hosted("ubuntu-24.04".to_owned()),
        },
        container: None,
        image: None,
        working_dir: None,
        python: None,
        checkout: true,
        azure: false,
        environment: None,
        artifacts: Vec::new(),
        extras: CiExtras::default(),
    }
}

/// A cluster with registered software.
pub(crate) fn azure_ml_place() -> AzureMlPlace {
    AzureMlPlace {
        compute: Some(Setting::Fixed(Scalar::Text("azureml:cpu-cluster".to_owned()))),
        environment: Some(Environment::Reference("azureml:sklearn:4".to_owned())),
        resources: Resources::default(),
        settings: NodeSettings::default(),
        submission: None,
    }
}

/// A step that runs a script somewhere.
pub(crate) fn step(name: &str, place: Place, script: Vec<ScriptPiece>) -> Step {
    Step {
        name: name.to_owned(),
        display_name: name.to_owned(),
        description: None,
        place,
        task: Task::Command(Command { code: None, script, variables: Vec::new() }),
        inputs: Vec::new(),
        outputs: Vec::new(),
        env: Vec::new(),
        timeout_seconds: None,
        approval: None,
        stage: None,
        when: When::Success,
        condition: None,
        needs: Vec::new(),
        tags: Vec::new(),
    }
}

/// A script that is fixed.
pub(crate) fn script(text: &str) -> Vec<ScriptPiece> {
    vec![ScriptPiece::Literal(text.to_owned())]
}

/// An input that must have a value.
pub(crate) fn input(name: &str, kind: ValueType, source: Source) -> Input {
    Input { name: name.to_owned(), kind, source, mode: None, optional: false }
}

/// An output that Azure ML places.
pub(crate) fn output(name: &str, kind: ValueType) -> Output {
    Output { name: name.to_owned(), kind, mode: None, path: None, register: None }
}
