# How teams write their scripts: options, helpers, two pipelines with schedules of their own.
!pip install azureml-sdk
import argparse
from azureml.core import Environment, Workspace
from azureml.core.runconfig import RunConfiguration
from azureml.data import OutputFileDatasetConfig
from azureml.pipeline.core import Pipeline, PipelineData, PipelineEndpoint, Schedule, ScheduleRecurrence, TrainingOutput
from azureml.pipeline.steps import HyperDriveStep, ParallelRunConfig, ParallelRunStep, PythonScriptStep
from azureml.train.hyperdrive import HyperDriveConfig, PrimaryMetricGoal, RandomParameterSampling, ScriptRunConfig, choice

parser = argparse.ArgumentParser()
parser.add_argument("--stage-name", "-s", default="dev")
args = parser.parse_args()
cluster = {"dev": "cpu-dev", "prod": "cpu-prod"}[args.stage_name]
ws = Workspace.from_config()
env = Environment.get(ws, "e", "1")
env.environment_variables = {"LEVEL": 3}


def step(script, *given, **more):
    rc = RunConfiguration()
    rc.environment = env
    rc.environment_variables["MODE"] = "fast"
    return PythonScriptStep(script_name=script, compute_target=cluster, runconfig=rc, source_directory="src",
                            arguments=list(given), **more)


rows = OutputFileDatasetConfig("rows").read_delimited_files()
prepare = step("prepare.py", "--out", rows, "--columns", str(["a", "b"]).replace(",", ";"), name="prepare")
train = step("train.py", "--in", rows.as_input("rows"), name="%s_%d" % ("train", 1), inputs=[find_data()])
tried = ScriptRunConfig(source_directory="src", script="train.py", compute_target=cluster, environment=env,
                        distributed_job_config=mpi())
best = PipelineData("best", training_output=TrainingOutput("Model"))
tune = HyperDriveStep("tune", HyperDriveConfig(
    run_config=tried, hyperparameter_sampling=RandomParameterSampling({"--batch-size": choice(1, 2), "rate": choice(3)}),
    primary_metric_name="loss", primary_metric_goal=PrimaryMetricGoal.MINIMIZE, max_total_runs=2), outputs=[best])
score = ParallelRunStep(name="score", inputs=[rows.as_input("rows")], output=PipelineData("scores"),
    arguments=["--title", "two words", "--n", 3], parallel_run_config=ParallelRunConfig(
        source_directory="src", entry_script="score.py", error_threshold=1, output_action="append_row", mini_batch_size="5",
        environment=env, compute_target=cluster, node_count=1, environment_variables={"N": 2}, description="Scores."))
training = Pipeline(ws, [train, tune])
scoring = Pipeline(ws, [score])
one = training.publish("training")
two = scoring.publish("scoring")
endpoint = PipelineEndpoint.publish(ws, "batch-scores", two)
daily = ScheduleRecurrence("Day", 1)
Schedule.create(ws, "daily", one.id, "nights", daily)
Schedule.create_for_pipeline_endpoint(ws, "often", endpoint.id, "nights", daily)
