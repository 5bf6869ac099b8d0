"""Tests of the model and of the three scripts."""

import subprocess
import sys
from pathlib import Path

SRC = Path(__file__).parent.parent / "src"
sys.path.insert(0, str(SRC))

import meters  # noqa: E402


def run(script, **options):
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    command = [sys.executable, str(SRC / script), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_the_model_is_the_average():
    model = meters.fit([("a", 1, 2.0), ("a", 1, 4.0), ("b", 1, 7.0)])
    assert model == {"a 1": 3.0, "b 1": 7.0}
    assert meters.error(model, [("a", 1, 4.0), ("b", 1, 7.0)]) == 0.5


def test_the_scripts_work_together(tmp_path):
    readings = tmp_path / "readings"
    readings.mkdir()
    lines = [f"a,{hour % 24},{hour % 24}.0\n" for hour in range(97)]
    (readings / "a.csv").write_text("meter,hour,reading\n" + "".join(lines))
    model, report = tmp_path / "model", tmp_path / "out" / "report.json"
    run("train.py", readings=readings, model=model, report=report)
    assert run("judge.py", report=report, worst=24) == "true\n"
    assert run("judge.py", report=report, worst=0.5) == "false\n"
    forecast = tmp_path / "out" / "forecast.csv"
    run("foretell.py", readings=readings, model=model, forecast=forecast)
    assert forecast.read_text().splitlines()[0] == "meter,hour,reading"
