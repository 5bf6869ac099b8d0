"""Builds, publishes and schedules the training pipeline."""
import os

from azureml.core import Dataset, Datastore, Environment, Experiment, Workspace
from azureml.core.compute import AmlCompute, ComputeTarget
from azureml.core.compute_target import ComputeTargetException
from azureml.core.conda_dependencies import CondaDependencies
from azureml.core.runconfig import RunConfiguration
from azureml.data import OutputFileDatasetConfig
from azureml.pipeline.core import Pipeline, PipelineParameter
from azureml.pipeline.core.schedule import Schedule, ScheduleRecurrence, TimeZone
from azureml.pipeline.steps import ParallelRunConfig, ParallelRunStep, PythonScriptStep

ws = Workspace.from_config()
datastore = Datastore.get(ws, "workspaceblobstore")

cluster_name = os.getenv("CLUSTER", "cpu-cluster")
try:
    cluster = ComputeTarget(workspace=ws, name=cluster_name)
except ComputeTargetException:
    config = AmlCompute.provisioning_configuration(vm_size="STANDARD_D2_V2", max_nodes=4)
    cluster = ComputeTarget.create(ws, cluster_name, config)

run_config = RunConfiguration()
run_config.environment.python.conda_dependencies = CondaDependencies.create(
    conda_packages=["scikit-learn"], pip_packages=["mlflow==2.9.2", "azureml-sdk"]
)
run_config.environment.docker.base_image = "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04"

rate = PipelineParameter(name="rate", default_value=0.5)
tag = PipelineParameter("tag", "nightly")

raw = Dataset.get_by_name(ws, "diabetes", version=3)
clean = OutputFileDatasetConfig(name="clean")
model = OutputFileDatasetConfig(name="model", destination=(datastore, "models/diabetes"))

prepare = PythonScriptStep(
    name="prepare data",
    script_name="prepare.py",
    source_directory="src",
    arguments=["--raw", raw.as_named_input("raw").as_mount(), "--rate", rate, "--out", clean],
    compute_target=cluster,
    runconfig=run_config,
    allow_reuse=False,
)
train = PythonScriptStep(
    script_name="train.py",
    source_directory="src",
    arguments=["--data", clean.as_input("clean"), "--tag", tag, "--note", "it's fine", "--model", model],
    compute_target=cluster,
    runconfig=run_config,
)

scoring_env = Environment.from_conda_specification("scoring", "envs/scoring.yaml")
scores = OutputFileDatasetConfig(name="scores")
parallel_config = ParallelRunConfig(
    source_directory="src/score",
    entry_script="scoring.py",
    mini_batch_size="10",
    error_threshold=4,
    output_action="append_row",
    append_row_file_name="scores.csv",
    environment=scoring_env,
    compute_target=cluster,
    node_count=2,
    process_count_per_node=4,
    run_invocation_timeout=120,
    run_max_try=3,
    logging_level="INFO",
)
score = ParallelRunStep(
    name="batch-score",
    parallel_run_config=parallel_config,
    inputs=[clean.as_input("images")],
    output=scores,
    arguments=["--threshold", 0.7],
    allow_reuse=True,
)
score.run_after(train)

pipeline = Pipeline(workspace=ws, steps=[train, score], description="Train, then score.")
published = pipeline.publish(name="diabetes training", description="v1", version="1.0")

nightly = ScheduleRecurrence(
    frequency="Day", interval=1, hours=[2], minutes=[30], time_zone=TimeZone.TokyoStandardTime
)
Schedule.create(
    ws, name="nightly", pipeline_id=published.id, experiment_name="diabetes",
    recurrence=nightly, pipeline_parameters={"tag": "scheduled"},
)
Schedule.create(
    ws, name="new data", pipeline_id=published.id, experiment_name="diabetes",
    datastore=datastore, path_on_datastore="diabetes/raw", polling_interval=5,
)
