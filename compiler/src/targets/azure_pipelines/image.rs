//! The job that builds an image of the project unless the registry has it.

use crate::emit::Map;
use crate::plan::{BuiltImage, Job, When};
use crate::targets::image;

use super::reader::Reader;
use super::scope::{self, Scope};
use super::step::{self, FAIL, STRICT, Script};
use super::value::{self, Value};
use super::{condition, expression};

/// Minutes that a build may take.
const PATIENCE: u32 = 60;

/// The job.
pub(super) fn write(scope: &Scope<'_>, job: &Job, image: &BuiltImage) -> Map {
    let mut reader = Reader::new(scope);
    let ensure = ensure(&mut reader, image);
    let mut steps = vec![step::checkout(true)];
    steps.extend(sign_in(image));
    steps.push(ensure);
    let is_first = job.needs.is_empty();
    let condition = condition::of(When::Success, is_first, scope.guards_forks, &[]);
    let mut map = Map::new();
    map.put("job", scope.id_of(job));
    map.put("displayName", expression::literal(&format!("Image {}", image.title())));
    map.put_filled("dependsOn", scope::one_or_more(scope.needs(job)));
    map.put_some("condition", condition);
    map.put("timeoutInMinutes", PATIENCE);
    map.put("pool", step::hosted());
    map.put_filled("variables", super::job::variables(&reader));
    map.put("steps", steps);
    map
}

/// Signs the later steps of the job in; the agent forgets it after the job.
pub(super) fn sign_in(image: &BuiltImage) -> Option<Map> {
    let connection = image.service_connection.as_deref()?;
    let mut inputs = Map::new();
    inputs.put("command", "login");
    inputs.put("containerRegistry", connection);
    Some(step::task("Docker@2", "Sign in to the registry".to_owned(), inputs))
}

fn ensure(reader: &mut Reader<'_>, image: &BuiltImage) -> Map {
    let image::Script { text, env: fixed, facts } = image::ensure(image);
    let mut script =
        Script::new("Build the image unless it is there", format!("{STRICT}{FAIL}{text}"));
    let fixed = fixed
        .into_iter()
        .map(|(name, value)| (name, Value::fixed(&value, expression::literal(&value))));
    let mut env: Vec<(String, Value)> = fixed.collect();
    for (name, fact) in &facts {
        env.push(((*name).to_owned(), reader.reference(fact)));
    }
    value::put(&mut script, &env);
    script.bash()
}
