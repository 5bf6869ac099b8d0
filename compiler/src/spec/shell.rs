//! stub
use super::expr::{Part, Template};
use super::fault::Fault;
use std::ops::Range;
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Script {
    pub continuations: Vec<Range<usize>>,
    pub programs: Vec<Range<usize>>,
}
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ScriptPart {
    Literal(String),
    Reference(usize),
}
pub fn scan(_: &str, _: &Template) -> Result<Script, Vec<Fault>> {
    Ok(Script { continuations: vec![], programs: vec![] })
}
impl Script {
    pub fn for_ci(
        &self,
        text: &str,
        template: &Template,
        names: &dyn Fn(usize) -> String,
    ) -> String {
        if template.parts.is_empty() {
            return text.to_owned();
        }
        let mut out = String::new();
        let mut n = 0;
        for p in &template.parts {
            match p {
                Part::Literal(r) | Part::Broken(r) => out.push_str(&text[r.clone()]),
                Part::Reference { .. } => {
                    out.push_str("\"$");
                    out.push_str(&names(n));
                    out.push('"');
                    n += 1;
                }
            }
        }
        out
    }
    pub fn for_azure_ml(&self, text: &str, template: &Template) -> Vec<ScriptPart> {
        if template.parts.is_empty() {
            return vec![ScriptPart::Literal(text.to_owned())];
        }
        let mut out = vec![];
        let mut n = 0;
        for p in &template.parts {
            match p {
                Part::Literal(r) | Part::Broken(r) => {
                    out.push(ScriptPart::Literal(text[r.clone()].to_owned()))
                }
                Part::Reference { .. } => {
                    out.push(ScriptPart::Reference(n));
                    n += 1;
                }
            }
        }
        out
    }
}
