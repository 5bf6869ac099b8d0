"""Tests of the regression and of the two scripts."""

import subprocess
import sys
from pathlib import Path

import pandas
import pytest

SRC = Path(__file__).parent.parent / "src"
sys.path.insert(0, str(SRC))

from regression import fit, predict, split  # noqa: E402

TABLE = pandas.DataFrame({"a": [0.0, 1.0, 2.0, 3.0], "Y": [1.0, 3.0, 5.0, 7.0]})


def test_a_line_is_found():
    predicted = predict(fit(TABLE, alpha=0.0), TABLE)
    assert predicted["prediction"].tolist() == pytest.approx(TABLE["Y"].tolist())


def test_the_target_must_be_there():
    with pytest.raises(ValueError, match="Y"):
        split(TABLE.drop(columns=["Y"]))


def test_the_scripts_work_together(tmp_path):
    data, model, out = tmp_path / "data.csv", tmp_path / "model", tmp_path / "out" / "p.csv"
    TABLE.to_csv(data, index=False)
    run = [sys.executable, str(SRC / "train.py"), "--data", str(data)]
    subprocess.run([*run, "--alpha", "0.1", "--model", str(model)], check=True)
    run = [sys.executable, str(SRC / "score.py"), "--data", str(data)]
    subprocess.run([*run, "--model", str(model), "--predictions", str(out)], check=True)
    assert len(pandas.read_csv(out)) == len(TABLE)
