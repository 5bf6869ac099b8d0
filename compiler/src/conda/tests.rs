use crate::diagnostics::{Format, render};
use crate::read_project;
use crate::source::Memory;

const PROJECT: &str = "mlopsc: 1
environments:
  ci: { image: a/ci:1, conda: ci.yaml, agrees_with: [training, scoring] }
  training: { image: a/b:1, conda: train.yaml }
  scoring: { image: a/b:1, conda: score.yaml }
";

#[track_caller]
fn said(project: &str, ci: &'static str, training: &'static str, scoring: &'static str) -> String {
    let files = [("ci.yaml", ci), ("train.yaml", training), ("score.yaml", scoring)];
    let mut file = read_project("mlopsc.yaml", project);
    file.read_named(&Memory::of(&files));
    render(Format::Concise, &file.diagnostics, &file.sources())
}

/// A project whose CI pins what its steps leave open, and lacks what they use.
#[test]
fn a_project_that_breaks_its_own_rule() {
    let ci = "dependencies:
- python=3.7.*
- pandas=1.0.*
- scikit-learn=0.22.*
- pip=20.0.*
- pip:
  - azureml-sdk==1.27.*
  - flake8==3.9.*
";
    let training = "dependencies:
- python=3.7.*
- pip
- pip:
  - azureml-sdk==1.27.*
  - scikit-learn
  - azureml-defaults==1.27.*
";
    let scoring = "dependencies:
- python=3.7.*
- pip
- pip:
  - azureml-sdk==1.27.*
  - scikit-learn
  - pandas
  - inference-schema[numpy-support]
";
    insta::assert_snapshot!(said(PROJECT, ci, training, scoring), @r"
    score.yaml:6:5: warning[conda-unpinned]: `scikit-learn` has no version here, and is `=0.22.*` in ci.yaml
    score.yaml:7:5: warning[conda-unpinned]: `pandas` has no version here, and is `=1.0.*` in ci.yaml
    score.yaml:8:5: warning[conda-missing]: `inference-schema` is not in ci.yaml, which must agree
    train.yaml:6:5: warning[conda-unpinned]: `scikit-learn` has no version here, and is `=0.22.*` in ci.yaml
    train.yaml:7:5: warning[conda-missing]: `azureml-defaults` is not in ci.yaml, which must agree
    ");
}

#[test]
fn spellings_and_sections_do_not_matter() {
    let ci = "dependencies:
- conda-forge::python=3.10.*
- PyTorch=2.3
- ruamel.yaml=0.18
- scikit-learn=1.5.*
- pip:
  - --extra-index-url https://packages.example.com
  - mlflow_skinny==2.17.* # the client alone
  - 'numpy>=1.26,<2; python_version>\"3\"'
";
    let training = "dependencies:
- python=3.10
- pip:
  - torch==2.3.*
  - ruamel_yaml==0.18.*
  - mlflow-skinny~=2.17.0
";
    let scoring = "dependencies: [python=3.10, numpy~=1.26, 'scikit-learn >=1.5,<1.6']\n";
    assert_eq!(said(PROJECT, ci, training, scoring), "");
}

#[test]
fn what_cannot_be_compared_is_told_where_it_stands() {
    let two = "mlopsc: 1
environments:
  ci: { image: a/ci:1, conda: ci.yaml, agrees_with: [trainning, bare, other, gone] }
  training: { image: a/b:1, conda: train.yaml }
  bare: { image: a/b:1 }
  other: azureml:sklearn:3
  gone: { image: a/b:1, conda: gone.yaml }
";
    let ci = "dependencies:
- python=3.10
- numpy=1.26
- {}
- pip:
  - numpy==1.26.*
  - -r more.txt
  - tool @ https://example.com/tool.whl
  - git+https://example.com/tool.git
";
    insta::assert_snapshot!(said(two, ci, "", ""), @r"
    ci.yaml:6:5: error[conflict]: `numpy` stands here a second time
    ci.yaml:7:5: warning[conda-unclear]: `-r more.txt` is not compared
    ci.yaml:8:5: warning[conda-unclear]: `tool @ https://example.com/tool.whl` is not compared
    ci.yaml:9:5: warning[conda-unclear]: `git+https://example.com/tool.git` is not compared
    mlopsc.yaml:3:54: error[unknown-environment]: there is no environment `trainning`
    mlopsc.yaml:3:65: error[bad-value]: the environment `bare` has no conda file to compare
    mlopsc.yaml:3:71: error[bad-value]: the environment `other` has no conda file to compare
    mlopsc.yaml:7:32: error[missing-file]: cannot read the conda file `gone.yaml`: no such file or folder
    ");
}

#[test]
fn a_file_that_is_no_conda_file_is_one_mistake() {
    let one = "mlopsc: 1
environments:
  ci: { image: a/ci:1, conda: ci.yaml, agrees_with: [training, training] }
  training: { image: a/b:1, conda: train.yaml }
";
    let list =
        "ci.yaml:1:1: error[wrong-type]: a conda file is a map with the key `dependencies`\n";
    assert_eq!(said(one, "- a\n", "dependencies:\n", ""), list);
    let word = "train.yaml:1:15: error[wrong-type]: packages are a list\n";
    assert_eq!(said(one, "{}", "dependencies: x\n", ""), word);
    let open = "ci.yaml:1:4: error[syntax]: `[` is never closed\n";
    assert_eq!(said(one, "a: [\n", "dependencies:\n", ""), open);
}
