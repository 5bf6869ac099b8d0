//! Texts with references, and texts that are almost ones.

use super::path::ALLOWED;
use super::*;
use proptest::prelude::*;

fn one(text: &str) -> Path {
    let (template, faults) = template(text);
    assert_eq!(faults, [], "{text}");
    template.references().next().expect("a reference").1.clone()
}

fn fault(text: &str) -> Fault {
    let (_, mut faults) = template(text);
    assert_eq!(faults.len(), 1, "{text}: {faults:?}");
    faults.remove(0)
}

#[test]
fn a_text_without_references_takes_no_memory() {
    let (template, faults) = template("python train.py --cost $5 ${HOME} {{x}} $$");
    assert_eq!(template.parts.capacity() + faults.capacity(), 0);
}

#[test]
fn every_path_is_read_with_the_places_of_its_names() {
    assert_eq!(one("${{ parameters.rate }}"), Path::Parameter(15..19));
    assert_eq!(one("${{parameters.a.b}}"), Path::Parameter(14..17));
    assert_eq!(
        one("${{ steps.prep.outputs.clean }}"),
        Path::Output { step: 10..14, output: 23..28 }
    );
    assert_eq!(one("${{inputs.x}}"), Path::Input(10..11));
    assert_eq!(one("${{\n outputs.o\t}}"), Path::OwnOutput(13..14));
    assert_eq!(one("${{ run.id }}"), Path::RunId);
    assert_eq!(one("${{ git.sha }}"), Path::GitSha);
    assert_eq!(one("${{ git.branch }}"), Path::GitBranch);
    assert_eq!(one("${{ git.tag }}"), Path::GitTag);
    assert_eq!(one("${{ variables.AZURE_ID }}"), Path::Variable(14..22));
    assert_eq!(one("${{ secrets.KEY }}"), Path::Secret(12..15));
}

#[test]
fn literals_fill_the_space_between() {
    let (template, _) = template("a ${{ run.id }}${{ git.sha }} b");
    let ranges = [
        Part::Literal(0..2),
        Part::Reference { range: 2..15, path: Path::RunId },
        Part::Reference { range: 15..29, path: Path::GitSha },
        Part::Literal(29..31),
    ];
    assert_eq!(template.parts, ranges);
}

#[test]
fn a_single_reference_is_told_from_text_around_one() {
    let only = |text: &str| template(text).0.only(text).cloned();
    assert_eq!(only(" ${{ run.id }}\n"), Some(Path::RunId));
    assert_eq!(only("v${{ run.id }}"), None);
    assert_eq!(only("${{ run.id }}${{ run.id }}"), None);
    assert_eq!(only("run.id"), None);
}

#[test]
fn near_misses_are_named() {
    let help = |text: &str| fault(text).help.unwrap_or_default();
    assert_eq!(help("${{ parameter.x }}"), "did you mean `parameters.x`?");
    assert_eq!(help("${{ Parameters.x }}"), "did you mean `parameters.x`?");
    assert_eq!(help("${{ step.a.outputs.o }}"), "did you mean `steps.a.outputs.o`?");
    assert_eq!(help("${{ vars.X }}"), "did you mean `variables.X`?");
    assert_eq!(help("${{ github.sha }}"), "did you mean `git.sha`?");
    assert_eq!(help("${{ parent.inputs.x }}"), "did you mean `parameters.x`?");
    assert_eq!(help("${{ git.brunch }}"), "did you mean `git.branch`?");
    assert_eq!(help("${{ steps.a.output.o }}"), "`steps.a.outputs.o`");
    assert_eq!(help("${{ steps.a }}"), "`steps.a.outputs.o`");
    assert_eq!(help("${{ parameters['x'] }}"), "`parameters.x`");
    assert_eq!(help("${{ git }}"), "allowed: `git.sha`, `git.branch`, `git.tag`");
    assert_eq!(help("${{ something.x }}"), ALLOWED);
}

#[test]
fn what_comes_later_says_so() {
    for text in ["${{ parameters.x == 'a' }}", "${{ !parameters.x }}"] {
        assert!(fault(text).is_not_supported(), "{text}");
    }
}

#[test]
fn what_is_no_path_is_refused_for_its_own_reason() {
    let message = |text: &str| fault(text).message;
    assert_eq!(message("${{ }}"), "an empty reference");
    assert_eq!(message("${{ format('x') }}"), "there is no function `format`");
    assert_eq!(message("${{ slug(git.branch) }}"), "`slug(…)` stands in the `tags` of images only");
    assert_eq!(message("${{ 'a == b' }}"), "a fixed value inside `${{ }}`");
    assert_eq!(message("${{ 0.5 }}"), "a fixed value inside `${{ }}`");
    assert_eq!(
        message("${{ parameters.my-x }}"),
        "`-` cannot be part of a name: `parameters.my-x`"
    );
    assert_eq!(message("${{ parameters }}"), "`parameters` alone is no value");
    assert_eq!(message("${{ parameters..x }}"), "`parameters..x` is not a path");
    assert_eq!(message("${{ parameters.x | lower }}"), "`parameters.x | lower` is not a path");
    assert_eq!(message("${{ secrets.a.b }}"), "`secrets` takes one name");
    assert_eq!(message("$${{ run.id }}"), "a `$` stands right before `${{`");
}

#[test]
fn open_braces_are_found_where_they_are() {
    let open = fault("a ${{ parameters.x");
    assert_eq!((open.at, open.message.as_str()), (2..5, "this `${{` is not closed by `}}`"));
    let open = fault("--a ${{ parameters.x } --b ${{ parameters.y }} it's");
    assert_eq!(open.at, 4..7);
    let nested = fault("${{ a ${{ run.id }} }}");
    assert_eq!((nested.at, nested.message.as_str()), (6..9, "a `${{` inside another one"));
}

#[test]
fn what_may_vanish_is_told_from_the_rest() {
    let text = "a]] $[[--x ${{ inputs.x }} b]] ${{ run.id }}]]";
    let (template, faults) = template(text);
    assert_eq!(faults, []);
    assert_eq!(template.may_vanish().collect::<Vec<_>>(), [true, false]);
    assert_eq!(template.first_open(), Some(&(4..7)));
    assert_eq!(template.parts.last(), Some(&Part::Literal(44..46)));
    assert_eq!(template.only(text), None);
}

#[test]
fn brackets_around_nothing_in_each_other_or_without_end_are_refused() {
    let message = |text: &str| (fault(text).at, fault(text).message);
    assert_eq!(message("$[[ x").1, "this `$[[` is not closed by `]]`");
    assert_eq!(message("a $[[ ${{ run.id }} ]").0, 2..5);
    let nested = "$[[a ${{ inputs.x }} $[[b ${{ inputs.y }}]]]]";
    assert_eq!(message(nested), (21..24, "a `$[[` inside another one".to_owned()));
    let empty = message("x $[[--a b]]");
    assert_eq!(empty, (2..12, "nothing inside this `$[[ … ]]` can be unset".to_owned()));
}

#[test]
fn what_follows_a_mistake_is_still_read() {
    let (template, faults) = template("${{ nope.x }} ${{ parameters.y ${{ run.id }}");
    assert_eq!(faults.len(), 2);
    assert_eq!(template.references().count(), 1);
}

proptest! {
    #[test]
    fn parts_fill_any_text(text in "([a-z.'é\\[\\]\n ]|\\$|\\$\\{\\{|\\}\\}|\\$\\[\\[|run\\.id|parameters\\.x){0,14}") {
        let (template, faults) = template(&text);
        let mut end = 0;
        for part in &template.parts {
            let (Part::Literal(range)
            | Part::Reference { range, .. }
            | Part::Broken(range)
            | Part::Open(range)
            | Part::Close(range)) = part;
            prop_assert_eq!(range.start, end);
            prop_assert!(text.get(range.clone()).is_some());
            end = range.end;
        }
        prop_assert!(template.parts.is_empty() || end == text.len());
        let broken = template.parts.iter().filter(|part| matches!(part, Part::Broken(_))).count();
        prop_assert!(faults.len() >= broken);
        let of_brackets = faults.iter().any(|fault| fault.message.contains("$[["));
        prop_assert_eq!(faults.is_empty(), broken == 0 && !of_brackets);
        for fault in faults {
            prop_assert!(text.get(fault.at).is_some());
        }
    }
}
