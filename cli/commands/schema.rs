//! `schema`: the JSON Schema for editors.

use mlopsc_compiler::{project_schema, spec_schema};

use crate::args::SchemaOf;
use crate::output::{Outcome, Trouble, product};

pub(crate) fn run(of: SchemaOf) -> Result<Outcome, Trouble> {
    let schema = match of {
        SchemaOf::Spec => spec_schema(),
        SchemaOf::Project => project_schema(),
    };
    product(&format!("{schema:#}\n"))?;
    Ok(Outcome::Clean)
}
