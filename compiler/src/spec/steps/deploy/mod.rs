//! `deploy`: a model behind an online endpoint or a batch endpoint.

mod batch;
mod collector;
mod identity;
mod online;
mod scale;

use batch::BatchSpec;
use online::OnlineSpec;

use super::{Binder, Engine, Kind, StepSpec};
use crate::diagnostics::{
    BAD_VALUE, CONFLICT, Diagnostic, LIMIT, MISSING_KEY, TYPE_CLASH, excerpt,
};
use crate::plan::{self, OwnWork, ScoringCode, Serving, Task, ValueType};
use crate::source::{Span, Spanned};
use crate::spec::asset;
use crate::spec::decode::{Dict, Many};
use crate::spec::expr::Part;
use crate::spec::record::record;
use crate::spec::resources::Int;
use crate::spec::text::Text;
use crate::spec::values::{AnyName, Duration, PathText};

record! {
    /// Puts a model behind an endpoint. The step's output `scoring_uri` is the endpoint's address.
    ///
    /// ```yaml
    /// online: { endpoint: diabetes-prod, instance_type: Standard_DS3_v2, instance_count: 1 }
    /// model: azureml:diabetes:${{ parameters.model_version }}
    /// traffic: [10, 50, 100]
    /// smoke_test: ../tests/sample-request.json
    /// ```
    Deploy as "a `deploy` step" {
        /// Machines that wait for calls.
        opt online = "online": Box<OnlineSpec>,
        /// A cluster that answers with files.
        opt batch = "batch": Box<BatchSpec>,
        /// The model: `azureml:<name>:<version>`, `azureml:<name>@latest`, or an address in a registry,
        /// with values in it.
        req model = "model": Text,
        /// Percents of the calls that the new deployment gets, one after the other, up to 100 (the
        /// default: all at once). The first deployment of an endpoint gets all calls at once (online).
        all traffic = "traffic": Many<Int<1, 100>>,
        /// How long the new deployment answers a share of the calls before it is checked and gets the
        /// next one (online; default 1 minute).
        opt pause = "pause": Spanned<Duration>,
        /// A file with a request, in JSON, that the new deployment must answer before it gets calls, and
        /// after each share of them (online).
        opt smoke_test = "smoke_test": Spanned<PathText>,
        /// Whether the deployment that is replaced stays, without calls, until the next one takes its
        /// place (online).
        opt keep_old = "keep_old": Spanned<bool> = false,
        /// Tags of the deployment.
        all tags = "tags": Dict<AnyName, Text>,
    }
}

/// How long a share is watched when the author says nothing, in seconds.
const PAUSE: u64 = 60;

/// How long all shares together may be watched, in seconds: a sign-in lives for about an hour.
const LONGEST_WATCH: u64 = 30 * 60;

/// The first letters of the tags that the step sets itself.
const OWN_TAGS: &str = "mlopsc_";

/// What both forms say of the script that answers.
pub(super) struct Scoring<'a> {
    environment: Option<&'a Spanned<String>>,
    code: Option<&'a Spanned<PathText>>,
    script: Option<&'a Spanned<PathText>>,
}

/// The software, and the script.
type Answers = (Option<plan::Environment>, Option<ScoringCode>);

impl Scoring<'_> {
    /// What there is must be there as a whole.
    fn bind(&self, binder: &mut dyn Binder) -> Option<Answers> {
        let environment = self.environment.map(|name| binder.software(name));
        let code = match (self.code, self.script) {
            (Some(code), Some(script)) => Some(Self::code(code, script, binder)),
            (None, None) => None,
            (Some(code), None) => return lacks(code.span, "scoring_script", binder),
            (None, Some(script)) => return lacks(script.span, "code", binder),
        };
        if let (Some(code), None) = (self.code, self.environment) {
            return lacks(code.span, "environment", binder);
        }
        let environment = environment.map_or(Some(None), |it| it.map(Some));
        let code = code.map_or(Some(None), |it| it.map(Some));
        environment.zip(code)
    }

    fn code(
        code: &Spanned<PathText>,
        script: &Spanned<PathText>,
        binder: &mut dyn Binder,
    ) -> Option<ScoringCode> {
        let folder = binder.folder(code)?;
        binder.file_in(&folder, &script.value.0, script.span)?;
        Some(ScoringCode { folder, script: script.value.0.clone() })
    }
}

fn lacks(at: Span, key: &str, binder: &mut dyn Binder) -> Option<Answers> {
    let message = format!("a script that answers needs the key `{key}` too");
    let help = "`code` is its folder, `scoring_script` its file in there, `environment` its software; a model in MLflow format needs none of them";
    binder.report(Diagnostic::new(&MISSING_KEY, at, message).help(help));
    None
}

impl Deploy {
    /// Every text in which references may stand.
    pub(in crate::spec) fn texts<'a>(&'a self, texts: &mut Vec<&'a Text>) {
        texts.push(&self.model);
        texts.extend(self.tags.good().map(|(_, text)| text));
    }

    /// The form of the model is known, wherever its values come from.
    fn model(&self, binder: &mut dyn Binder) -> Option<plan::Text> {
        let text = &self.model;
        let parts = text.template.parts.iter().map(|part| match part {
            Part::Literal(range) | Part::Broken(range) => &text.text[range.clone()],
            Part::Reference { .. } | Part::Open(_) | Part::Close(_) => "1",
        });
        let sample: String = if text.is_literal() { text.text.clone() } else { parts.collect() };
        if text.whole().is_none() && !asset::is_model(&sample) {
            let message = format!("`{}` does not name a model", excerpt(&text.text));
            let help = "write `azureml:<name>:<version>`, such as `azureml:diabetes:${{ parameters.model_version }}`, or `azureml:<name>@latest`";
            binder.report(Diagnostic::new(&BAD_VALUE, text.span, message).help(help));
            return None;
        }
        if binder.is_data(text) {
            let message = "only a version of a registered model can be deployed";
            let help = "register the output in a step of its own, and write `azureml:<name>:${{ steps.<step>.outputs.version }}`";
            binder.report(Diagnostic::new(&TYPE_CLASH, text.span, message).help(help));
            return None;
        }
        binder.open_text(text)
    }

    fn tags(&self, binder: &mut dyn Binder) -> Option<Vec<(String, plan::Text)>> {
        super::register::open_tags(&self.tags, OWN_TAGS, binder)
    }

    /// The shares of the calls: each more than the one before, and all in the end.
    fn traffic(&self, binder: &mut dyn Binder) -> Option<Vec<u8>> {
        let mut shares: Vec<u8> = Vec::with_capacity(self.traffic.0.len().max(1));
        for share in &self.traffic.0 {
            let percent = u8::try_from(share.0.value).unwrap_or(100);
            if shares.last().is_some_and(|before| *before >= percent) {
                let message = "each share of the calls is larger than the one before";
                let help = "such as `traffic: [10, 50, 100]`";
                binder.report(Diagnostic::new(&BAD_VALUE, share.0.span, message).help(help));
                return None;
            }
            shares.push(percent);
        }
        match (shares.last(), self.traffic.0.last()) {
            (Some(last), Some(at)) if *last != 100 => {
                let message = "the new deployment gets all calls in the end";
                let help = "let `traffic` end with 100";
                binder.report(Diagnostic::new(&BAD_VALUE, at.0.span, message).help(help));
                None
            }
            (Some(_), _) => Some(shares),
            (None, _) => Some(vec![100]),
        }
    }

    fn pause(&self, shares: usize, binder: &mut dyn Binder) -> Option<u64> {
        let pause = self.pause.as_ref().map_or(PAUSE, |it| it.value.0);
        let waits = u64::try_from(shares.saturating_sub(1)).unwrap_or(u64::MAX);
        let Some(at) = self.pause.as_ref().filter(|_| pause.saturating_mul(waits) > LONGEST_WATCH)
        else {
            return Some(pause);
        };
        let message = format!("{waits} pauses of this length take more than half an hour");
        let help =
            "a sign-in to Azure lives for about an hour: choose shorter pauses or fewer shares";
        binder.report(Diagnostic::new(&LIMIT, at.span, message).help(help));
        None
    }

    fn online(&self, online: &OnlineSpec, binder: &mut dyn Binder) -> Option<Serving> {
        let traffic = self.traffic(binder);
        let copies = usize::from(online.mirror_traffic.is_some());
        let pause = self.pause(traffic.as_ref().map_or(1, Vec::len) + copies, binder);
        let smoke_test = self.smoke_test.as_ref().map(|path| binder.file(path));
        let serving = online.serving(binder);
        Some(Serving::Online(Box::new(plan::OnlineServing {
            traffic: traffic?,
            pause_seconds: pause?,
            smoke_test: smoke_test.map_or(Some(None), |path| path.map(Some))?,
            keep_old: self.keep_old.as_ref().is_some_and(|it| it.value),
            ..serving?
        })))
    }

    /// A batch endpoint has a default, and no calls that are shared.
    fn batch(&self, batch: &BatchSpec, name: &str, binder: &mut dyn Binder) -> Option<Serving> {
        let online_only = [
            ("traffic", self.traffic.0.first().map(|it| it.0.span)),
            ("pause", self.pause.as_ref().map(|it| it.span)),
            ("smoke_test", self.smoke_test.as_ref().map(|it| it.span)),
            ("keep_old", self.keep_old.as_ref().map(|it| it.span)),
        ];
        for (key, span) in online_only {
            if let Some(span) = span {
                let message = format!("`{key}` is for online endpoints");
                let help = "remove it; a batch endpoint calls its default deployment";
                binder.report(Diagnostic::new(&CONFLICT, span, message).help(help));
            }
        }
        batch.serving(name, binder).map(|it| Serving::Batch(Box::new(it)))
    }

    /// Which of the two it is; there must be one.
    fn form(&self, binder: &mut dyn Binder) -> Option<Form<'_>> {
        match (&self.online, &self.batch) {
            (Some(online), None) => Some(Form::Online(online)),
            (None, Some(batch)) => Some(Form::Batch(batch)),
            (Some(online), Some(batch)) => {
                let message = "a deployment is `online` or `batch`, not both";
                binder.report(
                    Diagnostic::new(&CONFLICT, batch.span, message)
                        .related(online.span, "online")
                        .help("remove one of the two; a second step deploys the other"),
                );
                None
            }
            (None, None) => {
                if !self.broken {
                    let message = "a `deploy` step needs the key `online` or `batch`";
                    let help = "such as `online: { endpoint: diabetes-prod, instance_type: Standard_DS3_v2 }`";
                    binder.report(Diagnostic::new(&MISSING_KEY, self.span, message).help(help));
                }
                None
            }
        }
    }
}

enum Form<'a> {
    Online(&'a OnlineSpec),
    Batch(&'a BatchSpec),
}

impl Kind for Deploy {
    fn key(&self) -> &'static str {
        "deploy"
    }

    fn engine(&self) -> Option<Engine> {
        Some(Engine::Ci)
    }

    fn keys(&self) -> &'static [&'static str] {
        &[]
    }

    fn gives(&self) -> &'static [(&'static str, ValueType)] {
        &[("scoring_uri", ValueType::String)]
    }

    fn is_own_work(&self) -> bool {
        true
    }

    fn reads_repository(&self) -> bool {
        true
    }

    fn instead(&self, key: &str) -> Option<&'static str> {
        match key {
            "environment" | "code" | "identity" | "resources" => {
                Some("it belongs into `online` or `batch`")
            }
            "tags" => Some("the tags of the deployment belong into `deploy`"),
            _ => None,
        }
    }

    fn task(&self, _: &StepSpec, binder: &mut dyn Binder) -> Option<Task> {
        let (model, tags) = (self.model(binder), self.tags(binder));
        let form = self.form(binder)?;
        let (endpoint, scoring, variables, serving) = match form {
            Form::Online(it) => {
                (&it.endpoint, it.scoring(), &it.environment_variables, self.online(it, binder))
            }
            Form::Batch(it) => {
                let step = binder.step_name().to_owned();
                let serving = self.batch(it, &step, binder);
                (&it.endpoint, it.scoring(), &it.environment_variables, serving)
            }
        };
        let wrong = asset::bad_endpoint("an endpoint", endpoint);
        let is_named = wrong.is_none();
        if let Some(wrong) = wrong {
            binder.report(wrong);
        }
        let (environment, code) = scoring.bind(binder)?;
        if let Form::Online(it) = form {
            let software = it.environment.as_ref().zip(environment.as_ref());
            it.cluster_takes(software, &self.model, binder)?;
        }
        let variables = variables.good().map(|(name, it)| (name.value.clone(), it.0.value.clone()));
        let deploy = plan::Deploy {
            endpoint: endpoint.value.clone(),
            serving: serving?,
            model: model?,
            environment,
            code,
            environment_variables: variables.collect(),
            tags: tags?,
        };
        is_named.then(|| Task::Own(Box::new(OwnWork::Deploy(deploy))))
    }
}
