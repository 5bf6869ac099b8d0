from azureml.core import Dataset, Environment, ScriptRunConfig, Workspace
from azureml.pipeline.core import Pipeline, PipelineData
from azureml.pipeline.steps import HyperDriveStep
from azureml.train.hyperdrive import (
    BanditPolicy,
    HyperDriveConfig,
    PrimaryMetricGoal,
    RandomParameterSampling,
    choice,
    uniform,
)

ws = Workspace.from_config()
rows = Dataset.get_by_name(ws, "rows", version=3)
model = PipelineData("model", datastore=ws.get_default_datastore())
run = ScriptRunConfig(
    source_directory="src",
    script="train.py",
    arguments=["--rows", rows.as_mount(), "--model", model],
    compute_target="cpu-cluster",
    environment=Environment.get(ws, "sklearn", "4"),
)
config = HyperDriveConfig(
    run_config=run,
    hyperparameter_sampling=RandomParameterSampling(
        {"--rate": uniform(0.01, 0.5), "--depth": choice(2, 4, 8), "kind": choice(["a", "b"])}
    ),
    policy=BanditPolicy(slack_factor=0.1, evaluation_interval=1, delay_evaluation=5),
    primary_metric_name="accuracy",
    primary_metric_goal=PrimaryMetricGoal.MAXIMIZE,
    max_total_runs=20,
    max_concurrent_runs=4,
    max_duration_minutes=90,
)
tune = HyperDriveStep(name="tune", hyperdrive_config=config, outputs=[model])
Pipeline(ws, steps=[tune]).publish("tuning")
