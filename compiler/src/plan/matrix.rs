//! One CI step for each combination of some values.

use super::{CiPlace, Piece, Reference, Runner, Text};

/// Values by name, in order; all are text.
pub type Values = Vec<(String, String)>;

/// The combinations that a CI step runs for: as the author says them, and one by one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Matrix {
    /// Lists of values, in order: every combination of one value from each, but for `exclude`.
    pub axes: Vec<(String, Vec<String>)>,
    /// Rows that leave out the combinations that hold all of their values.
    pub exclude: Vec<Values>,
    /// Rows that, in order, add their values to every combination of the axes that has no other
    /// value for one of their axes; a row that can be added to none is a combination of its own.
    pub include: Vec<Values>,
    /// What comes of these: at least one and at most 256, no two alike.
    pub legs: Vec<Leg>,
    /// The values that tell the combinations apart.
    pub telling: Vec<String>,
    /// How many run at the same time; `None`: no limit.
    pub max_parallel: Option<u16>,
    /// Whether one that fails stops the others, where the platform can do that.
    pub fail_fast: bool,
    /// The machine as the author wrote it, where it depends on the combination.
    pub runner: Option<Text>,
    /// The image of the job, where it depends on the combination.
    pub container: Option<Text>,
}

/// One combination.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Leg {
    /// `^[A-Za-z][A-Za-z0-9_]{0,99}$`, unique without regard to case.
    pub name: String,
    /// A part of the names of files that are kept: the telling values with `-` between them, where
    /// that can be one for every combination, else the name.
    pub label: String,
    /// Every name that any combination has a value of; empty text where this one has none.
    pub values: Values,
    /// The machine, where it depends on the combination.
    pub runner: Option<Runner>,
    /// The image of the job, where it depends on the combination.
    pub container: Option<String>,
}

impl Leg {
    /// The value of a name.
    pub fn value(&self, name: &str) -> &str {
        let found = self.values.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    /// A text around values of the matrix, for this combination.
    pub fn render(&self, text: &Text) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Literal(text) => text.clone(),
            Piece::Reference(Reference::Matrix(name)) => self.value(name).to_owned(),
            // Nothing else stands in such texts.
            Piece::Reference(_) => String::new(),
        };
        text.iter().map(piece).collect()
    }

    /// The values of some names.
    pub fn of<'a>(&'a self, names: &'a [String]) -> impl Iterator<Item = &'a str> {
        names.iter().map(|name| self.value(name))
    }
}

impl CiPlace {
    /// What a text around values of the matrix is: once for each distinct one of its combinations.
    pub fn rendered(&self, text: &Text) -> Vec<String> {
        let Some(matrix) = &self.extras.matrix else {
            let literal = |piece: &Piece| match piece {
                Piece::Literal(text) => text.clone(),
                Piece::Reference(_) => String::new(),
            };
            return vec![text.iter().map(literal).collect()];
        };
        let mut all: Vec<String> = Vec::new();
        for leg in &matrix.legs {
            let one = leg.render(text);
            if !all.contains(&one) {
                all.push(one);
            }
        }
        all
    }
}
