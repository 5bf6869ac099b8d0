//! What is asked of outputs after they were written: the author's places behind them, and what they
//! need outside of the repository.

use mlopsc_compiler::locate::locate;
use mlopsc_compiler::{ProjectFile, read_project};

use super::for_all;
use super::properties::{ensure, is_place};
use crate::memory::compile;
use crate::setup;

/// Lines that are asked for in a row; each file of a thousand has some.
const EVERY: usize = 7;

#[test]
fn places_of_outputs_lead_into_specs() {
    for_all(60, false, |generated| {
        for spec in &generated.specs {
            let compiled = compile(&generated.files, spec);
            let Some(plan) = &compiled.plan else { continue };
            for artifact in &compiled.artifacts {
                let ends = artifact.text.match_indices('\n').map(|(at, _)| at).step_by(EVERY);
                // The first line after each of these, and its middle.
                let offsets = ends.flat_map(|at| [at + 1, at + 20]);
                let offsets: Vec<u32> = offsets.filter_map(|at| u32::try_from(at).ok()).collect();
                let places =
                    locate(&compiled.sources, plan, &artifact.path, &artifact.text, &offsets);
                for (offset, place) in offsets.iter().zip(places) {
                    ensure!(
                        place.span.file.0 < 2 && is_place(place.span, &compiled.sources),
                        "{} at {offset}: {place:?}",
                        artifact.path
                    );
                }
            }
        }
        Ok(())
    });
}

#[test]
fn setup_says_what_the_heads_of_the_outputs_say() {
    for_all(120, false, |generated| {
        let text = generated.files.0.get("mlopsc.yaml");
        let file = text.map_or_else(ProjectFile::none, |text| read_project("mlopsc.yaml", text));
        for spec in &generated.specs {
            let compiled = compile(&generated.files, spec);
            let Some(plan) = &compiled.plan else { continue };
            let (setup, artifacts) = setup::of_plan(plan, &file.spec);
            setup::as_the_heads_say(spec, &setup, &artifacts);
        }
        Ok(())
    });
}
