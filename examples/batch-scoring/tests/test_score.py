"""The entry script, called as the driver of a parallel step calls it."""

import sys
from pathlib import Path

import numpy as np
import pytest
from skops.io import dump
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))
import score  # noqa: E402


@pytest.fixture(scope="module")
def digits():
    return load_digits()


@pytest.fixture
def started(digits, tmp_path, monkeypatch):
    model = LogisticRegression(max_iter=5000).fit(digits.data[:1500], digits.target[:1500])
    dump(model, tmp_path / "model.skops")
    arguments = ["driver", "--model", str(tmp_path), "--error_threshold", "10"]
    monkeypatch.setattr(sys, "argv", arguments)
    score.init()


def test_most_digits_are_named_right(started, digits, tmp_path):
    files = []
    for number in range(1500, 1600):
        file = tmp_path / f"{number}.txt"
        np.savetxt(file, digits.images[number], fmt="%d")
        files.append(str(file))
    lines = dict(line.split(",") for line in score.run(files))
    right = sum(int(lines[f"{n}.txt"]) == digits.target[n] for n in range(1500, 1600))
    assert right > 85


def test_a_broken_image_is_a_failed_item(started, tmp_path):
    broken = tmp_path / "broken.txt"
    broken.write_text("no image\n")
    assert score.run([str(broken)]) == []
