from azureml.core import Dataset, Workspace
from azureml.pipeline.core import Pipeline, PipelineData, TrainingOutput
from azureml.pipeline.steps import AutoMLStep
from azureml.train.automl import AutoMLConfig


def main():
    ws = Workspace.from_config()
    compute = ws.compute_targets["gpu"]
    settings = {
        "iteration_timeout_minutes": 10,
        "experiment_timeout_hours": 0.5,
        "max_concurrent_iterations": 4,
        "primary_metric": "AUC_weighted",
        "featurization": "auto",
        "enable_early_stopping": True,
    }
    store = ws.get_default_datastore()
    table = Dataset.Tabular.from_delimited_files(path=[(store, "tables/train.csv")])
    config = AutoMLConfig(
        task="classification",
        training_data=table,
        label_column_name="y",
        n_cross_validations=5,
        compute_target=compute,
        allowed_models=["LogisticRegression", "LightGBM"],
        **settings,
    )
    step = AutoMLStep(name="automl", automl_config=config, allow_reuse=True)
    pipeline = Pipeline(ws, [step])
    experiment = Experiment(ws, "automl-example")
    experiment.submit(pipeline)


if __name__ == "__main__":
    main()
