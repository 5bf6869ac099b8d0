"""Compares the REST bodies that we write with those that Microsoft's SDK makes of the files beside them.

    python rest.py < folders

One folder of a pipeline a line comes in: its CLI v2 files, and in `rest.api/` the bodies. One JSON object
a line comes out: {folder, bodies, differences}: how many bodies were compared, and a line for each place
where two differ.

An id of something that a body needs is replaced by what stands behind it, on both sides, so that the
whole tree is compared and names and versions of anonymous assets are not. Put aside are further: our
mark; `isEnabled`, which the SDK leaves to the service; the SDK's defaults of another kind of deployment.
The SDK's spelling of enums and times is turned into that of the contract, and texts that are numbers are
compared as numbers.
"""

import contextlib
import io
import json
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import azureml  # noqa: E402
import yaml  # noqa: E402
from azure.ai.ml import load_job  # noqa: E402
from azure.ai.ml.entities._load_functions import (  # noqa: E402
    load_batch_endpoint,
    load_pipeline_component_batch_deployment as load_deployment,
    load_schedule,
)
from azure.ai.ml.operations import _component_operations, _job_operations  # noqa: E402
from azure.ai.ml.operations._operation_orchestrator import OperationOrchestrator  # noqa: E402

# What ids of the SDK's side stand for.
MADE = {}
# Component files that are registered by Microsoft's tools, on both sides.
REGISTERED = set()
# What the placeholders of our side stand for; those of looked-up labels are all `1`.
PLACEHOLDERS = {
    "AZURE_SUBSCRIPTION_ID": azureml.SUBSCRIPTION,
    "AZURE_RESOURCE_GROUP": "group",
    "AZUREML_WORKSPACE": "workspace",
    "AZURE_LOCATION": "westeurope",
}
# Of deployments of models; the SDK sends them with every deployment.
OF_MODELS = ("errorThreshold", "maxConcurrencyPerInstance", "miniBatchSize", "outputFileName")

# What the SDK copies into a node from the author's component file; the service reads it there.
OF_FILES = set(
    "_source task input_data mini_batch_size partition_keys error_threshold logging_level retry_settings"
    " mini_batch_error_threshold max_concurrency_per_instance entry py_files jars files archives conf args"
    " identity resources".split()
)
OF_COMMANDS = {"_source", "resources", "distribution"}


def plain(value):
    return json.loads(json.dumps(value, cls=azureml.Encoder))


def made(kind, body):
    name = f"{azureml.WORKSPACE}/{kind}/made-{len(MADE)}/versions/1"
    MADE[name] = plain(body)
    return name


def client_that_remembers():
    client = azureml.offline_client()

    def code(_self, asset, register_asset=True):
        if isinstance(asset, str):
            return asset
        return made("codes", f"code {(Path(asset.base_path or '.') / asset.path).resolve()}")

    environments = OperationOrchestrator._get_environment_arm_id

    def environment(self, asset, register_asset=True):
        if isinstance(asset, str):
            return environments(self, asset, register_asset)
        body = plain(asset._to_rest_object())["properties"]
        if isinstance(body.get("condaFile"), str):
            body["condaFile"] = yaml.safe_load(body["condaFile"])
        if asset.build and asset.build.path:
            folder = (Path(asset.base_path or ".") / asset.build.path).resolve()
            body["build"] = {"contextUri": f"folder {folder}", "dockerfilePath": asset.build.dockerfile_path}
        return made("environments", body)

    def component(_self, asset):
        if isinstance(asset, str):
            return asset
        source = getattr(asset, "_source_path", None)
        source = source and Path(source).resolve()
        if source in REGISTERED:
            return made("components", f"file {source}")
        anonymous = getattr(asset, "_is_anonymous", False)
        asset._is_anonymous = True
        client.components._resolve_arm_id_or_upload_dependencies(asset)
        body = plain(asset._to_rest_object())
        asset._is_anonymous = anonymous
        return made("components", body)

    def upload(_scope, _datastores, path, datastore_name="workspaceblobstore", **_options):
        return made("data", f"data {Path(path).resolve()}")

    OperationOrchestrator._get_code_asset_arm_id = code
    OperationOrchestrator._get_environment_arm_id = environment
    OperationOrchestrator._get_component_arm_id = component
    for module in (_job_operations, _component_operations):
        if hasattr(module, "_upload_and_generate_remote_uri"):
            module._upload_and_generate_remote_uri = upload
    return client


def filled(text, names):
    for name in names:
        text = text.replace(f"${{{name}}}", PLACEHOLDERS.get(name, "1"))
    workspace = r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.MachineLearningServices/workspaces/[^/\"]+"
    return re.sub(workspace, azureml.WORKSPACE, text)


def ours(folder):
    """The bodies by file, and what our ids stand for."""
    requests = json.loads((folder / "requests.json").read_text(encoding="utf-8"))
    names = requests["placeholders"].keys()
    bodies, behind = {}, {}
    for request in requests["deploy"] + requests["run"]:
        if "component" in request:
            path = (folder / request["component"]).resolve()
            REGISTERED.add(path)
            behind[filled(request["id"], names)] = f"file {path}"
            continue
        if "body" not in request:
            continue
        body = json.loads(filled((folder / request["body"]).read_text(encoding="utf-8"), names))
        bodies[request["body"]] = body
        url = filled(request["url"], names).removeprefix("https://management.azure.com")
        behind[url.split("?")[0]] = content(folder, request, body)
    return bodies, behind


def content(folder, request, body):
    """What stands behind an id: the file or folder where that is all, else the body."""
    kind = request["url"].split("/workspaces/")[-1].split("/")[1]
    for fill in request.get("fill", []):
        if "path" not in fill:
            continue
        path = (folder / fill["path"]).resolve()
        if kind == "codes":
            return f"code {path}"
        if kind in ("data", "models"):
            return f"data {path}"
        if fill["pointer"] == "/properties/condaFile":
            body["properties"]["condaFile"] = yaml.safe_load(path.read_text(encoding="utf-8"))
        else:
            body["properties"]["build"]["contextUri"] = f"folder {path}"
    if kind == "environments":
        own = body["properties"]
        own["tags"].pop("generated_by")
        if isinstance(own.get("condaFile"), str):
            own["condaFile"] = yaml.safe_load(own["condaFile"])
        return {key: value for key, value in own.items() if value != {}}
    return body


def expanded(value, behind):
    """Ids replaced by what stands behind them."""
    if isinstance(value, dict):
        return {key: expanded(item, behind) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [expanded(item, behind) for item in value]
    if isinstance(value, str):
        if value.endswith("/computes/serverless"):
            return "serverless"  # of a component by itself, where the SDK makes a cluster of the word
        value = value.removesuffix("/") if value.endswith("/versions/1/") else value  # uploaded folders
        found = value.removeprefix("azureml:")
        return expanded(behind[found], behind) if found in behind else value
    return value


def settled(value, where=()):
    """A body without what is put aside, in the contract's spelling."""
    if isinstance(value, list):
        return [settled(item, where) for item in value]
    if isinstance(value, dict):
        value = {key: settled(item, (*where, key)) for key, item in value.items()}
        value.get("tags", {}).pop("generated_by", None)
        if "isAnonymous" in value and "componentSpec" in value:
            spec = value["componentSpec"]
            del value["isAnonymous"], spec["version"], spec["name"]
            spec.get("tags", {}).pop("generated_by", None)
            if not spec.get("tags"):
                spec.pop("tags", None)
        if "componentSpec" in value.get("properties", {}):
            value.pop("name", None)
        if str(value.get("componentId", "")).startswith("file "):
            shared = OF_COMMANDS if value.get("type", "command") == "command" else OF_FILES
            value = {key: item for key, item in value.items() if key not in shared}
        if str(value.get("trial", {}).get("componentId", "")).startswith("file ") and "search_space" in value:
            value.pop("_source", None)
        return value
    key = where[-1] if where else ""
    if key == "authMode":
        return {"aadToken": "AADToken"}.get(value, value)
    if key in ("frequency", "weekDays") and "trigger" in where:
        return value.capitalize()
    if key in ("startTime", "endTime"):
        return value.replace(" ", "T")
    if isinstance(value, bool) and "settings" in where and "deploymentConfiguration" in where:
        return str(value).lower()
    if isinstance(value, str) and re.fullmatch(r"Log\w+\.(ENABLE|DISABLE)", value):
        return value.split(".")[1].capitalize()
    return value


def same_number(left, right):
    """Whether two numbers, or two texts that are numbers, are equal: `1e-5` and `1e-05`."""
    if isinstance(left, bool) or isinstance(right, bool) or isinstance(left, str) != isinstance(right, str):
        return False
    try:
        return float(left) == float(right)
    except (TypeError, ValueError):
        return False


def differences(left, right, where=""):
    if isinstance(left, dict) and isinstance(right, dict):
        if left.get("job_input_type", left.get("jobInputType")) == "triton_model":
            # A model like the others; the SDK looks for it among the data.
            data, models = f"{azureml.WORKSPACE}/data/", f"{azureml.WORKSPACE}/models/"
            left = {key: item.replace(data, models) for key, item in left.items()}
        if left.get("optional") and "optional" not in right:
            # So the SDK calls what optional inputs of components alone read.
            left.pop("optional")
        for key in sorted(left.keys() | right.keys()):
            yield from differences(left.get(key), right.get(key), f"{where}/{key}")
    elif isinstance(left, str) and "${{parent." in left and where.endswith("/default"):
        pass  # text around an input of the pipeline; nothing outside of the node can read that
    elif where.endswith("/type") and (left, right) == ("mltable", "mlflow_model"):
        pass  # what reads the best model of AutoML; the SDK takes any output of AutoML for a table
    elif left != right and not same_number(left, right):
        yield f"{where}: SDK {json.dumps(left)} | ours {json.dumps(right)}"


def rest_of_deployment(client, deployment):
    component = deployment.component
    client.components._resolve_arm_id_or_upload_dependencies(component)
    deployment.component = made("components", plain(component._to_rest_object()))
    body = plain(deployment._to_rest_object("westeurope"))
    for key in OF_MODELS:
        body["properties"].pop(key)
    return body


KINDS = {
    "pipeline": (load_job, azureml.rest_of_job),
    "schedule": (load_schedule, azureml.rest_of_schedule),
    "endpoint": (load_batch_endpoint, azureml.rest_of_endpoint),
    "deployment": (load_deployment, rest_of_deployment),
}


def compare(client, folder):
    bodies, behind = ours(folder / "rest.api")
    found, compared = [], 0
    for path in sorted(folder.glob("*.json")):
        kind = re.split(r"[-.]", path.name)[0]
        own = bodies.get(f"default-{path.name}") or bodies.get(path.name)
        if kind not in KINDS or path.name.endswith(".run.json"):
            continue
        if "mlopsc_step" in json.loads(path.read_text(encoding="utf-8")).get("tags", {}):
            continue  # a step of CI makes it
        if own is None:
            if kind != "deployment":
                found.append(f"{path.name}: no body")
            continue
        load, to_rest = KINDS[kind]
        left = settled(expanded(plain(to_rest(client, load(str(path)))), MADE))
        right = settled(expanded(own, behind))
        left.pop("name", None)
        if kind == "schedule":
            right["properties"].pop("isEnabled")
            left["properties"].pop("isEnabled", None)
        found.extend(f"{path.name}{line}" for line in differences(left, right))
        compared += 1
    return compared + len(behind), found


def main():
    client = None
    for line in filter(None, sys.stdin.read().split("\n")):
        quiet = io.StringIO()
        try:
            with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
                client = client or client_that_remembers()
                MADE.clear()
                REGISTERED.clear()
                bodies, found = compare(client, Path(line))
        except (Exception, SystemExit) as error:  # the SDK raises whatever its parts raise
            bodies, found = 0, [f"{type(error).__name__}: {str(error)[:600]}"]
        print(json.dumps({"folder": line, "bodies": bodies, "differences": found}), flush=True)


if __name__ == "__main__":
    main()
