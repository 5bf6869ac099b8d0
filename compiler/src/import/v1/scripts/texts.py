# What is put together of texts, what stands elsewhere, and what a spec would read as its own.
import os
from pathlib import Path
from azureml.core import Environment, Workspace
from azureml.core.conda_dependencies import CondaDependencies
from azureml.core.runconfig import RunConfiguration
from azureml.pipeline.core import Pipeline, PipelineParameter, Schedule, ScheduleRecurrence
from azureml.pipeline.steps import CommandStep, PythonScriptStep

ws = Workspace.from_config()
here = os.path.dirname(os.path.abspath(__file__))
rc = RunConfiguration()
rc.environment = Environment("base")
rc.environment.docker.base_image = "x.io/base:1"
deps = CondaDependencies()
deps.add_pip_package(find_package())
rc.environment.python.conda_dependencies = deps
stage = os.environ.get("STAGE", "dev")

first = PythonScriptStep("train.py", "first", ["--text", "${{ secrets.X }}", "--own", "${{ parameters.x }} it's"],
                         "cpu", rc, source_directory=Path(__file__).parent / "src")
absolute = PythonScriptStep(script_name="a.py", name="absolute", source_directory="/etc", compute_target="cpu", runconfig=rc)
unknown = PythonScriptStep(script_name="a.py", name="unknown", source_directory=folder(), compute_target="cpu", runconfig=rc)
pasted = CommandStep(command="echo ${{ secrets.X }}", name="pasted", source_directory=os.path.join(here, "src"),
                     compute_target="cpu", runconfig=rc)
steps = [first, absolute, unknown, pasted]
for region in ["EU".lower(), "us-{}".format("east"), "-".join(["a", "b"])]:
    steps.append(PythonScriptStep(script_name="a.py", name="part_" + region.replace("-", "_"), source_directory="src",
                                  arguments=["--table", f"{stage}_{region}"], compute_target="cpu", runconfig=rc))
for number in range(2):
    steps.append(PythonScriptStep(script_name="a.py", name="n" + str(number), source_directory="src",
                                  compute_target="cpu", runconfig=rc, allow_reuse=reuse()))
for number in find_numbers():
    steps.append(PythonScriptStep(script_name="a.py", name="n" + str(number), source_directory="src",
                                  arguments=["--number", number], compute_target="cpu", runconfig=rc))
mode = PipelineParameter("mode", "${{ git.sha }}")
pipeline = Pipeline(ws, steps, description=describe())
published = pipeline.publish(name="m")
Schedule.create(ws, "often", published.id, "m", ScheduleRecurrence(interval=hours(), frequency="Hour", start_time=now()),
                pipeline_parameters={"mode": pick()})
