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
