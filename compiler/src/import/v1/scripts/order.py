# Steps in loops and choices, and settings that have another place or none.
import argparse, os
from azureml.core import Dataset, Environment, Experiment, Workspace
from azureml.core.runconfig import DEFAULT_CPU_IMAGE, MpiConfiguration, RunConfiguration
from azureml.data import OutputFileDatasetConfig
from azureml.pipeline.core import Pipeline, PipelineData, PipelineParameter, Schedule, ScheduleRecurrence
from azureml.pipeline.steps import ParallelRunConfig, ParallelRunStep, PythonScriptStep

args = argparse.ArgumentParser().parse_args()
ws = Workspace.from_config()
store = ws.datastores["elsewhere"]
rc = RunConfiguration()
rc.environment.docker.base_image = DEFAULT_CPU_IMAGE
rc.node_count = 2
rc.communicator = "OpenMpi"
rc.mpi = MpiConfiguration()

images = Dataset.get_by_name(ws, "images", version=2)
raw = Dataset.File.from_files((store, "raw/2026/**"))
odd = Dataset.File.from_files((store, "raw/*/part.csv"))
clean = OutputFileDatasetConfig(name="clean", destination=(store, "clean/{run-id}/{output-name}"))
model, scores = PipelineData("model"), PipelineData("scores")
mode = PipelineParameter("mode", "fast mode")

steps = []
for i, n in enumerate(["one", "two", "three"]):
    s = PythonScriptStep(
        script_name="part.py", name=n, source_directory="src",
        arguments=["--i", i, "--note", os.environ.get("NOTE", "none")],
        compute_target="cpu", runconfig=rc,
    )
    if steps:
        s.run_after(steps[-1])
    steps.append(s)

previous = None
for region in range(args.regions):
    s = PythonScriptStep(
        script_name="region.py", source_directory="src", arguments=["--region", region, args.x],
        compute_target="cpu", runconfig=rc,
    )
    if previous is not None:
        s.run_after(previous)
    previous = s

train = PythonScriptStep(
    script_name="train.py", name="train", source_directory="src",
    arguments=["--images", images.as_mount(), "--raw", raw.as_download(), "--odd", odd.as_mount(),
               "--mode", mode, "--clean", clean, "--model", model],
    outputs=[model], compute_target="cpu", runconfig=rc, params={"a": 1}, version="3",
)
if ws.location == "westeurope":
    train.run_after(steps[-1])
train.run_after(find_step("other"))

score = ParallelRunStep(
    name="batch-score",
    parallel_run_config=ParallelRunConfig(
        source_directory="src", entry_script="score.py", mini_batch_size="5", error_threshold=1,
        output_action="append_row", environment=Environment.get(ws, "e", "3"), compute_target="cpu",
        node_count=1,
    ),
    inputs=[images.as_named_input("batch")], side_inputs=[model], output=scores,
    arguments=["--model", model],
)
pipeline = Pipeline(ws, steps + [s, train, score])
published = pipeline.publish("pp", description="Order matters.", version="2.0")
Schedule.create(
    ws, name="nightly", pipeline_id=published.id, experiment_name="nights",
    description="At night.", recurrence=ScheduleRecurrence("Day", 1),
    pipeline_parameters={"mode": "very fast"},
)
Experiment(ws, "days").submit(pipeline, tags={"team": "a"}, pipeline_parameters={"mode": "slow"})
