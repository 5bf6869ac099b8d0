//! Matrices: every combination by itself, since the service multiplies nothing.

use crate::emit::Map;
use crate::plan::{Leg, Matrix, Pool, Text};

use super::container::Container;
use super::{container, expression};

/// The variable that holds the name of a combination's files.
pub(super) const LABEL: &str = "matrix__label";
/// The variable that holds the machine of a combination.
const MACHINE: &str = "matrix__machine";
/// The variable that holds the alias of a combination's image.
const IMAGE: &str = "matrix__image";

/// The variable that holds a value. A job's variables are environment variables of its scripts, so
/// that `path` or `home` alone would do harm.
pub(super) fn variable(name: &str) -> String {
    format!("matrix_{name}")
}

/// `strategy` of the job.
pub(super) fn strategy(matrix: &Matrix, containers: &[Container<'_>], labelled: bool) -> Map {
    let mut legs = Map::new();
    for leg in &matrix.legs {
        let mut values = Map::new();
        for (name, value) in &leg.values {
            values.put(variable(name), value.as_str());
        }
        if labelled {
            values.put(LABEL, leg.label.as_str());
        }
        if !names_machines(matrix) {
            values.put_some(MACHINE, image_of(leg));
        }
        let alias = leg.container.as_ref().and_then(|it| container::alias_of_image(containers, it));
        values.put_some(IMAGE, alias);
        legs.put(leg.name.clone(), values);
    }
    let mut strategy = Map::new();
    strategy.put("matrix", legs);
    strategy.put_some("maxParallel", matrix.max_parallel.map(i64::from));
    strategy
}

/// The hosted machine, where it depends on the combination.
pub(super) fn pool(matrix: &Matrix) -> Option<Pool> {
    let text = matrix.runner.as_ref()?;
    let first = matrix.legs.first().and_then(image_of)?;
    if matrix.legs.iter().all(|leg| image_of(leg) == Some(first)) {
        return Some(Pool::Hosted(first.to_owned()));
    }
    let name = if names_machines(matrix) { inner(text) } else { expression::variable(MACHINE) };
    Some(Pool::Hosted(name))
}

/// Whether what the author wrote names the machines of this platform.
fn names_machines(matrix: &Matrix) -> bool {
    let Some(text) = &matrix.runner else { return true };
    matrix.legs.iter().all(|leg| image_of(leg) == Some(leg.render(text).as_str()))
}

fn image_of(leg: &Leg) -> Option<&str> {
    match &leg.runner.as_ref()?.azure_pipelines {
        Pool::Hosted(image) => Some(image),
        Pool::Named { .. } => None,
    }
}

/// The alias of the image, where it depends on the combination.
pub(super) fn image(matrix: &Matrix) -> Option<String> {
    matrix.container.as_ref()?;
    Some(expression::runtime(&format!("variables['{IMAGE}']")))
}

/// The name of files that are kept, of one combination.
pub(super) fn labelled(name: &str) -> String {
    format!("{}-{}", expression::literal(name), expression::variable(LABEL))
}

/// A text around values of the matrix.
pub(super) fn inner(text: &Text) -> String {
    use crate::plan::{Piece, Reference};
    let piece = |piece: &Piece| match piece {
        Piece::Literal(text) => expression::literal(text),
        Piece::Reference(Reference::Matrix(name)) => expression::variable(&variable(name)),
        // Nothing else stands in such texts.
        Piece::Reference(_) => String::new(),
    };
    text.iter().map(piece).collect()
}
