"""Compares Azure ML files with what an import and a build make of them, as REST bodies of the SDK.

    python compare.py ORIGINAL EMITTED [ORIGINAL EMITTED …]

EMITTED is the folder with the files of the build. One JSON object a line comes out:
{original, differences}: none when the two bodies are equal, else a line for each place.

Put aside are: the pipeline component between our job and its nodes; our tags; what we always say and
the original does not (display name, experiment, settings that are off, the cluster of each node);
names of anonymous assets; blanks inside of expressions; a mode that both a port of the pipeline and
the one bound to it say; limits that limit nothing.
"""

import contextlib
import hashlib
import io
import json
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "conformance"))

import azureml  # noqa: E402
import yaml  # noqa: E402
from azure.ai.ml import load_component, load_job  # noqa: E402
from azure.ai.ml.entities._load_functions import load_schedule  # noqa: E402
from azure.ai.ml.operations import _component_operations, _job_operations  # noqa: E402
from azure.ai.ml.operations._operation_orchestrator import OperationOrchestrator  # noqa: E402

OWN_TAGS = ("generated_by", "mlopsc_pipeline", "mlopsc_project")
# What stands for the content of an asset: its id leads here.
BODIES = {}


def remember(kind, body):
    text = json.dumps(body, sort_keys=True, cls=azureml.Encoder)
    name = f"{kind}:{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    BODIES[name] = json.loads(text)
    return f"{azureml.WORKSPACE}/{kind}/{name}/versions/1"


def client_that_remembers():
    client = azureml.offline_client()

    def code(_self, asset, register_asset=True):
        if isinstance(asset, str):
            return asset
        return remember("codes", str((Path(asset.base_path or ".") / asset.path).resolve()))

    def environment(_self, asset, register_asset=True):
        if isinstance(asset, str):
            return f"environment {asset}"
        rest = asset._to_rest_object()
        body = json.loads(json.dumps(rest.properties, cls=azureml.Encoder))
        if isinstance(body.get("condaFile"), str):
            body["condaFile"] = yaml.safe_load(body["condaFile"])
        if asset.build and asset.build.path:
            folder = Path(asset.base_path or ".") / asset.build.path
            body["build"] = [str(folder.resolve()), asset.build.dockerfile_path]
        for unsaid in ("description", "tags", "isAnonymous", "properties"):
            body.pop(unsaid, None)
        return remember("environments", body)

    def component(_self, asset):
        if isinstance(asset, str):
            return f"component {asset}"
        client.components._resolve_arm_id_or_upload_dependencies(asset)
        return remember("components", component_body(asset))

    def upload(_scope, _datastores, path, datastore_name="workspaceblobstore", **_options):
        return f"azureml://datastores/local/paths{Path(path).resolve()}"  # no local path: nothing uploads it again

    OperationOrchestrator._get_code_asset_arm_id = code
    OperationOrchestrator._get_environment_arm_id = environment
    OperationOrchestrator._get_component_arm_id = component
    for module in (_job_operations, _component_operations):
        if hasattr(module, "_upload_and_generate_remote_uri"):
            module._upload_and_generate_remote_uri = upload
    return client


def component_body(asset):
    rest = json.loads(json.dumps(asset._to_rest_object(), cls=azureml.Encoder))
    properties = rest["properties"]
    spec = properties.get("componentSpec") or properties.get("component_spec")
    anonymous = properties.get("isAnonymous", properties.get("is_anonymous"))
    for unsaid in ("$schema", "_source", "version") + (("name",) if anonymous else ()):
        spec.pop(unsaid, None)
    if spec.get("tags"):
        spec["tags"] = own(spec["tags"])
    return {"component": spec, "description": properties.get("description")}


def own(tags):
    return {key: value for key, value in (tags or {}).items() if key not in OWN_TAGS}


def expanded(value):
    """Ids of anonymous assets by what they stand for; blanks in expressions taken out."""
    if isinstance(value, dict):
        return {key: expanded(item) for key, item in value.items() if item not in (None, {}, [])}
    if isinstance(value, list):
        return [expanded(item) for item in value]
    if isinstance(value, str):
        found = re.search(r"/(?:codes|environments|components)/(\w+:[0-9a-f]{16})/versions/1$", value)
        if found:
            return expanded(BODIES[found.group(1)])
        return re.sub(r"\$\{\{\s*(.*?)\s*\}\}", r"${{\1}}", value)
    return value


def nodes(jobs, cluster):
    """Nodes with the cluster that they run on."""
    for node in jobs.values():
        node.pop("_source", None)
        plain = {"job_output_type": "uri_folder"}  # what an output is that says nothing
        outputs = {key: out for key, out in node.get("outputs", {}).items() if out != plain}
        node["outputs"] = outputs
        if node.get("limits") == {"job_limits_type": "Command"}:
            del node["limits"]
        if cluster and node.get("type") in ("command", "parallel", "sweep"):
            node.setdefault("computeId", cluster)
        if cluster and node.get("type") == "automl":
            node.setdefault("compute", f"azureml:{cluster}")
    return jobs


def said(path, key):
    return key in yaml.safe_load(Path(path).read_text(encoding="utf-8"))


def job_body(properties, keep):
    """The body of a job without what is put aside."""
    body = expanded(properties)
    if "componentId" in body:
        component = body.pop("componentId")["component"]
        body["jobs"] = component["jobs"]
    settings = body.get("settings", {})
    cluster = settings.pop("default_compute", None) or body.pop("computeId", None)
    body["jobs"] = nodes(body["jobs"], cluster)
    once(body)
    settings = {key: value for key, value in settings.items() if value and key != "_source"}
    body["settings"] = settings
    body["tags"] = own(body.get("tags"))
    for key in ("displayName", "experimentName"):
        if key not in keep:
            body.pop(key, None)
    return body


def once(body):
    """A mode that a port of the pipeline and the one bound to it both say."""
    for node in body["jobs"].values():
        for ports in ("inputs", "outputs"):
            for port in node.get(ports, {}).values():
                bound = re.fullmatch(rf"\$\{{\{{parent\.{ports}\.(.*)\}}\}}", str(port.get("value", "")))
                outer = body.get(ports, {}).get(bound.group(1), {}) if bound else {}
                if outer.get("mode") and outer["mode"] == port.get("mode"):
                    del port["mode"]


def differences(left, right, where=""):
    if isinstance(left, dict) and isinstance(right, dict):
        for key in sorted(left.keys() | right.keys()):
            yield from differences(left.get(key), right.get(key), f"{where}/{key}")
    elif left != right:
        yield f"{where}: {json.dumps(left)} | {json.dumps(right)}"


def rest(client, load, to_rest, path):
    body = to_rest(client, load(str(path)))
    return json.loads(json.dumps(body, cls=azureml.Encoder))


def compare(client, original, emitted):
    text = yaml.safe_load(Path(original).read_text(encoding="utf-8"))
    emitted = Path(emitted)
    if "trigger" in text:
        return compare_schedule(client, original, text, emitted)
    keep = {key for key, name in (("displayName", "display_name"), ("experimentName", "experiment_name")) if name in text}
    if "Component" in str(text.get("$schema", "")):
        left = rest_component(client, original)
        right = rest_component(client, emitted / "component.json")
        if "display_name" not in text:
            right["component"].pop("display_name", None)
        return list(differences(left, right))
    left = rest(client, load_job, azureml.rest_of_job, original)
    right = rest(client, load_job, azureml.rest_of_job, emitted / "pipeline.json")
    return list(differences(job_body(left["properties"], keep), job_body(right["properties"], keep)))


def rest_component(client, path):
    component = load_component(str(path))
    client.components._resolve_arm_id_or_upload_dependencies(component)
    body = expanded(component_body(component))
    spec = body["component"]
    spec["name"] = spec.get("name", "").replace("-", "_")
    for node in nodes(spec["jobs"], None).values():
        node.pop("computeId", None)
    return body


def compare_schedule(client, original, text, emitted):
    left = rest(client, load_schedule, azureml.rest_of_schedule, original)["properties"]
    files = sorted(emitted.glob("schedule-*.json"))
    if len(files) != 1:
        return [f"{len(files)} schedules"]
    right = rest(client, load_schedule, azureml.rest_of_schedule, files[0])["properties"]
    job = text["create_job"]
    named = isinstance(job, dict) and "experiment_name" in job
    keep = {"experimentName"} if named else set()
    for body in (left, right):
        for unsaid in ("displayName", "description", "tags"):
            body.pop(unsaid, None)
        action = body["action"]["jobDefinition"]
        action.pop("displayName", None)
        action.pop("tags", None)
        body["action"]["jobDefinition"] = job_body(action, keep)
    if "start_time" not in text["trigger"]:
        right["trigger"].pop("startTime", None)
    return list(differences(expanded(left), expanded(right)))


def main():
    client, pairs = None, iter(sys.argv[1:])
    for original, emitted in zip(pairs, pairs):
        try:
            quiet = io.StringIO()
            with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
                client = client or client_that_remembers()
                found = compare(client, original, emitted)
        except (Exception, SystemExit) as error:  # the SDK raises whatever its parts raise
            text = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
            found = [f"{type(error).__name__}: {text[:400]}"]
        print(json.dumps({"original": original, "differences": found}), flush=True)


main()
