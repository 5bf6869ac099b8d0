# A notebook's cells, saved as a script: data references, pipeline data, command steps.
import azureml.core
from azureml.core import *
from azureml.data.data_reference import DataReference
from azureml.data.datapath import DataPath, DataPathComputeBinding
from azureml.pipeline.core import *
from azureml.pipeline.steps import *

ws = Workspace.from_config()
blob = ws.datastores["training_data"]
cpu = ws.compute_targets["cpu-cluster"]
env = Environment.get(workspace=ws, name="AzureML-sklearn", version="12")
rc = RunConfiguration()
rc.target = cpu
rc.environment = env

steps = []
path = PipelineParameter(name="input_path", default_value=DataPath(datastore=blob, path_on_datastore="in/"))
binding = (path, DataPathComputeBinding(mode="mount"))
reference = DataReference(datastore=blob, data_reference_name="lookup", path_on_datastore="lookup/")

for name in ["north", "south"]:
    out = PipelineData("rows_" + name, datastore=blob)
    step = PythonScriptStep(
        name="extract-" + name,
        script_name="extract.py",
        arguments=["--in", binding, "--lookup", reference, "--region", name, "--out", out],
        inputs=[binding, reference],
        outputs=[out],
        runconfig=rc,
        source_directory="./extract",
    )
    steps.append(step)

report = CommandStep(
    name="report",
    command="echo done",
    source_directory=".",
    runconfig=rc,
)
swept = HyperDriveStep(name="tune", hyperdrive_config=None, inputs=[])
sequence = StepSequence(steps=[steps[0], report])
pipeline = Pipeline(workspace=ws, steps=steps + [report, swept])
endpoint = PipelineEndpoint.publish(workspace=ws, name="Regions", pipeline=pipeline, description="x")
schedule = Schedule.create(
    ws, "weekly", pipeline_id=endpoint.id, experiment_name="regions",
    recurrence=ScheduleRecurrence(frequency="Week", interval=2, week_days=["Monday", "Friday"], time_of_day="6:30", start_time="2026-01-05T00:00:00"),
)
schedule.disable()
