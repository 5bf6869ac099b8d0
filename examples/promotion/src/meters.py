"""Readings of meters, and a model of them: what a meter reads at an hour, on average."""

import csv
import json
from collections import defaultdict
from pathlib import Path


def read(folder: Path) -> list[tuple[str, int, float]]:
    """Meter, hour and reading of every line of every file."""
    readings = []
    for path in sorted(folder.glob("*.csv")):
        with path.open(newline="") as lines:
            for line in csv.DictReader(lines):
                readings.append((line["meter"], int(line["hour"]), float(line["reading"])))
    return readings


def fit(readings: list[tuple[str, int, float]]) -> dict[str, float]:
    """The average of each meter at each hour."""
    values = defaultdict(list)
    for meter, hour, reading in readings:
        values[f"{meter} {hour}"].append(reading)
    return {key: sum(all_) / len(all_) for key, all_ in sorted(values.items())}


def error(model: dict[str, float], readings: list[tuple[str, int, float]]) -> float:
    """How far the model is off, on average."""
    off = [abs(reading - model.get(f"{meter} {hour}", 0.0)) for meter, hour, reading in readings]
    return sum(off) / len(off)


def save(model: dict[str, float], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.json").write_text(json.dumps(model))


def load(folder: Path) -> dict[str, float]:
    return json.loads((folder / "model.json").read_text())
