"""The five steps one after the other, as the pipeline runs them."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer

SOURCE = Path(__file__).parents[1] / "src"


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    load_breast_cancer(as_frame=True).frame.to_csv(folder / "samples.csv", index=False)

    def step(name, **options):
        words = [word for key, value in options.items() for word in (f"--{key}", str(value))]
        subprocess.run([sys.executable, SOURCE / f"{name}.py", *words], check=True)

    parts, model, chances = folder / "parts", folder / "model", folder / "chances.csv"
    step("prepare", samples=folder / "samples.csv", parts=parts)
    step("train", parts=parts, strength=1.0, model=model, chances=chances)
    step("evaluate", chances=chances, recall=0.97, threshold=folder / "threshold")
    threshold = (folder / "threshold").read_text().strip()
    scores = folder / "scores.csv"
    step("score", parts=parts, model=model, threshold=threshold, scores=scores)
    step("report", scores=scores, threshold=threshold, report=folder / "report.md")
    return folder


def test_the_threshold_is_one_number_on_one_line(results):
    text = (results / "threshold").read_text()
    assert text.count("\n") == 1
    assert 0 < float(text) < 1


def test_the_threshold_finds_the_share_that_is_asked_for(results):
    chances = pd.read_csv(results / "chances.csv")
    cases = chances[chances["target"] == 1]["chance"]
    assert (cases >= float((results / "threshold").read_text())).mean() >= 0.97


def test_the_report_counts_every_sample(results):
    row = (results / "report.md").read_text().splitlines()[4]
    assert row.startswith("| 94 | ")
