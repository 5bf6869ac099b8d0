"""Reads Azure ML files with Microsoft's own SDK, and says them again as REST bodies.

    python azureml.py < paths

One path a line comes in. Out comes one JSON object a line: a finding
{file, line, column, level, message}, or {file, rest}: the body that would be sent.

No workspace is asked and no network is used: where the SDK would upload or look something up, it
gets a made-up id. That replaces private names of azure-ai-ml, so requirements.txt pins it.
"""

import contextlib
import io
import json
import logging
import os
import re
import sys
import warnings
from pathlib import Path

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
os.environ["AZURE_CORE_COLLECT_TELEMETRY"] = "0"

import yaml  # noqa: E402
from azure.ai.ml import MLClient, load_component, load_job  # noqa: E402
from azure.ai.ml._restclient.arm_ml_service._utils.model_base import SdkJSONEncoder  # noqa: E402
from azure.ai.ml._utils._cache_utils import CachedNodeResolver  # noqa: E402
from azure.ai.ml._utils._endpoint_utils import (  # noqa: E402
    upload_dependencies,
    validate_scoring_script,
)
from azure.ai.ml.entities._load_functions import (  # noqa: E402
    load_batch_endpoint,
    load_model_batch_deployment,
    load_online_deployment,
    load_online_endpoint,
    load_pipeline_component_batch_deployment as load_deployment,
    load_schedule,
)
from azure.ai.ml.operations import _component_operations, _job_operations  # noqa: E402
from azure.ai.ml.operations._operation_orchestrator import OperationOrchestrator  # noqa: E402

SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
WORKSPACE = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/group/providers"
    "/Microsoft.MachineLearningServices/workspaces/workspace"
)


class NoCredential:
    """Any use of it is a fault of this script."""

    def get_token(self, *_scopes, **_options):
        raise RuntimeError("nothing may ask the service")


def offline_client():
    """A client whose look-ups and uploads are answered here."""
    client = MLClient(NoCredential(), SUBSCRIPTION, "group", "workspace")

    def code(_self, asset, register_asset=True):
        if not Path(asset.path).exists():
            raise ValueError(f"code folder does not exist: {asset.path}")
        return f"{WORKSPACE}/codes/{Path(asset.path).name}/versions/1"

    def environment(_self, asset, register_asset=True):
        if not isinstance(asset, str):
            asset._to_rest_object()  # refuses what the service would refuse
        name = asset if isinstance(asset, str) else asset.name or "anonymous"
        return f"{WORKSPACE}/environments/{name.removeprefix('azureml:')}/versions/1"

    def component(_self, asset):
        client.components._resolve_arm_id_or_upload_dependencies(asset)
        asset._to_rest_object()
        return f"{WORKSPACE}/components/{asset.name or 'anonymous'}/versions/1"

    def compute(_self, name):
        if name is None or str(name) == "serverless":
            return name
        return f"{WORKSPACE}/computes/{str(getattr(name, 'name', name)).removeprefix('azureml:')}"

    def version_of_label(_self, name, _type):
        name, at, _label = name.removeprefix("azureml:").partition("@")
        return name, "1" if at else None

    def upload(_scope, _datastores, path, datastore_name="workspaceblobstore", **_options):
        return f"azureml://datastores/{datastore_name}/paths/upload/{Path(path).name}"

    OperationOrchestrator._get_code_asset_arm_id = code
    OperationOrchestrator._get_environment_arm_id = environment
    OperationOrchestrator._get_component_arm_id = component
    OperationOrchestrator._validate_datastore_name = lambda _self, _path: None
    OperationOrchestrator._resolve_name_version_from_name_label = version_of_label
    _job_operations.JobOperations._try_get_compute_arm_id = compute
    _component_operations.ComponentOperations._get_client_key = lambda _self: "offline"
    _component_operations.ComponentOperations._get_workspace_key = lambda _self: "offline"
    for module in (_job_operations, _component_operations):
        if hasattr(module, "_upload_and_generate_remote_uri"):
            module._upload_and_generate_remote_uri = upload
    # Ids of earlier runs must not answer for this one.
    CachedNodeResolver._load_from_on_disk_cache = lambda _self, _hash: None
    CachedNodeResolver._save_to_on_disk_cache = lambda _self, _hash, _id: None
    return client


def rest_of_job(client, job):
    client.jobs._validate(job, raise_on_failure=True)
    client.jobs._resolve_arm_id_or_upload_dependencies(job)
    return job._to_rest_object()


def rest_of_component(client, component):
    client.components._resolve_arm_id_or_upload_dependencies(component)
    return component._to_rest_object()


def rest_of_schedule(client, schedule):
    client.jobs._resolve_arm_id_or_upload_dependencies(schedule.create_job)
    return schedule._to_rest_object()


def rest_of_endpoint(_client, endpoint):
    return endpoint._to_rest_batch_endpoint("westeurope")


def rest_of_online_endpoint(_client, endpoint):
    return endpoint._to_rest_online_endpoint("westeurope")


def rest_of_model_deployment(client, deployment):
    # Where only CI knows the model, it puts it into a copy.
    deployment.model = deployment.model or "azureml:model:1"
    script = getattr(deployment.code_configuration, "scoring_script", None)
    if script:
        validate_scoring_script(deployment)
    collector = getattr(deployment, "data_collector", None)
    for name, kept in (collector.collections if collector else {}).items():
        # The tools register what is kept, and put its id there.
        asset = getattr(kept.data, "name", None) or f"{deployment.endpoint_name}-blue-{name}"
        kept.data = f"{WORKSPACE}/data/{asset}/versions/{getattr(kept.data, 'version', None) or 1}"
    container, scope = client.jobs._all_operations, client.jobs._operation_scope
    orchestrator = OperationOrchestrator(container, scope, client.jobs._operation_config)
    upload_dependencies(deployment, orchestrator, NoCredential())
    deployment._validate_name() if hasattr(deployment, "_validate_name") else None
    return deployment._to_rest_object(location="westeurope")


def rest_of_deployment(client, deployment):
    if not isinstance(deployment.component, str):
        rest_of_component(client, deployment.component)
        deployment.component = f"{WORKSPACE}/components/{deployment.component.name}/versions/1"
    return deployment._to_rest_object("westeurope")


KINDS = {
    "batchEndpoint.schema.json": (load_batch_endpoint, rest_of_endpoint),
    "managedOnlineEndpoint.schema.json": (load_online_endpoint, rest_of_online_endpoint),
    "managedOnlineDeployment.schema.json": (load_online_deployment, rest_of_model_deployment),
    "kubernetesOnlineEndpoint.schema.json": (load_online_endpoint, rest_of_online_endpoint),
    "kubernetesOnlineDeployment.schema.json": (load_online_deployment, rest_of_model_deployment),
    "modelBatchDeployment.schema.json": (load_model_batch_deployment, rest_of_model_deployment),
    "pipelineComponentBatchDeployment.schema.json": (load_deployment, rest_of_deployment),
    "pipelineJob.schema.json": (load_job, rest_of_job),
    "schedule.schema.json": (load_schedule, rest_of_schedule),
    "pipelineComponent.schema.json": (load_component, rest_of_component),
    "commandComponent.schema.json": (load_component, rest_of_component),
    "parallelComponent.schema.json": (load_component, rest_of_component),
    "sparkComponent.schema.json": (load_component, rest_of_component),
}


class Encoder(SdkJSONEncoder):
    """Also writes the SDK's older models."""

    def default(self, o):
        try:
            return super().default(o)
        except TypeError:
            return o.serialize() if hasattr(o, "serialize") else o.as_dict()


def read(client, path, kind):
    """The REST body of a file. Raises what the SDK raises."""
    load, to_rest = KINDS[kind]
    entity = load(str(path))
    if hasattr(entity, "_validate"):
        result = entity._validate()
        if result is not None and not result.passed:
            raise ValueError(json.dumps(result._to_dict()))
    body = to_rest(client, entity)
    return json.loads(json.dumps(body, cls=Encoder))


def embedded(text):
    """The first JSON object inside a message of the SDK."""
    for match in re.finditer(r"\{", text):
        with contextlib.suppress(ValueError):
            return json.JSONDecoder().raw_decode(text[match.start() :])[0]
    return None


def messages(error):
    """(path of keys, message) for each thing that the SDK has to say."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(getattr(error, "message", None) or error))
    detail = embedded(text)
    if isinstance(detail, dict) and isinstance(detail.get("errors"), list):
        return [(str(item.get("path") or ""), str(item.get("message"))) for item in detail["errors"]]
    return [("", f"{type(error).__name__}: {text}")]


def place(tree, path):
    """Line and column of the deepest key of a dotted path that the document has."""
    line, column = 1, 1
    for part in path.split("."):
        if not isinstance(tree, yaml.MappingNode):
            break
        for key, value in tree.value:
            if key.value == part:
                line, column = key.start_mark.line + 1, key.start_mark.column + 1
                tree = value
                break
    return line, column


def say(**fields):
    print(json.dumps(fields), flush=True)


def main():
    client = None
    for path in filter(None, sys.stdin.read().split("\n")):
        text = Path(path).read_text(encoding="utf-8")
        kind = str(yaml.safe_load(text).get("$schema", "")).rsplit("/", 1)[-1]
        if kind not in KINDS:
            say(file=path, line=1, column=1, level="error", message=f"no reader for $schema {kind!r}")
            continue
        try:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                client = client or offline_client()
                body = read(client, path, kind)
        except (Exception, SystemExit) as error:  # the SDK raises whatever its parts raise
            tree = yaml.compose(text, Loader=yaml.SafeLoader)
            for where, message in messages(error):
                line, column = place(tree, where)
                say(file=path, line=line, column=column, level="error", message=f"{where}: {message}")
        else:
            say(file=path, rest=body)


if __name__ == "__main__":
    main()
