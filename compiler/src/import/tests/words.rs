use super::imported;

/// Azure ML's tools take words in other spellings; a spec has one.
#[test]
fn words_of_automl_and_sweeps_are_spelt_as_in_a_spec() {
    let text = "\
type: pipeline
inputs: { rows: { type: mltable, path: azureml:rows:1 } }
jobs:
  fit:
    type: automl
    task: Forecasting
    primary_metric: NormalizedRootMeanSquaredError
    target_column_name: Month_End
    training_data: { type: mltable, path: '${{parent.inputs.rows}}' }
    featurization: { mode: Custom, blocked_transformers: [LabelEncoder, TfIdf] }
    training:
      allowed_training_algorithms: [TCNForecaster, XGBoostRegressor, LightGBM]
      stack_ensemble_settings: { stack_meta_learner_type: LightGBMRegressor }
  tune:
    type: sweep
    sampling_algorithm: { type: Random, rule: Sobol }
    search_space: { rate: { type: choice, values: [0.1] } }
    objective: { goal: Maximize, primary_metric: AUC }
    limits: { max_total_trials: 4 }
    early_termination: { type: MedianStopping }
    trial: { type: command, command: 'x ${{search_space.rate}}', environment: azureml:e:1 }
settings: { default_compute: azureml:cpu }
";
    let (said, imported) = imported(&[("a.yml", text)]);
    assert_eq!(said, "");
    let text = &imported.files[0].text;
    for wanted in [
        "task: forecasting",
        "primary_metric: normalized_root_mean_squared_error",
        "target_column_name: Month_End",
        "mode: custom",
        "label_encoder",
        "tf_idf",
        "tcn_forecaster",
        "xg_boost_regressor",
        "light_gbm\n",
        "stack_meta_learner_type: light_gbm_regressor",
        "type: random",
        "rule: sobol",
        "goal: maximize",
        "primary_metric: AUC\n",
        "type: median_stopping",
    ] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
}

/// What would not build is said at its place in the original; a step without its time is left out.
#[test]
fn what_would_not_build_is_said_in_the_original() {
    let text = "\
type: pipeline
settings: { default_compute: azureml:cpu, on_init: '', on_finalize: clean }
inputs: { rows: { type: mltable, path: azureml:rows:1 } }
jobs:
  go:
    command: x ${{inputs.d}}
    environment: azureml:e:1
    inputs: { d: { type: uri_folder, path: azureml:d:1, mode: rw_mount } }
    environment_variables: { A: '${{parent.inputs.rows}}' }
    resources: { properties: { nested: { a: b } } }
  tune:
    type: sweep
    identity: { type: managed }
    sampling_algorithm: random
    search_space: { rate: { type: choice, values: [0.1] } }
    objective: { goal: maximize, primary_metric: auc }
    limits: { max_total_trials: 4 }
    trial: { command: 'x ${{search_space.rate}}', environment: azureml:e:1 }
  fit:
    type: automl
    task: classification
    target_column_name: y
    training_data: { type: mltable, path: '${{parent.inputs.rows}}' }
    cv_split_column_names: []
  clean: { command: rm x, environment: azureml:e:1 }
";
    let (said, imported) = imported(&[("a.yml", text)]);
    let places: Vec<&str> = said.lines().map(|line| line.split(": ").next().unwrap()).collect();
    let wanted = ["2:69", "8:63", "9:33", "10:32", "13:5"].map(|it| format!("a.yml:{it}"));
    assert_eq!(places, wanted, "{said}");
    let text = &imported.files[0].text;
    for left_out in ["clean", "cv_split", "rw_mount", "identity"] {
        assert!(!text.contains(left_out), "{left_out}: {text}");
    }
}
