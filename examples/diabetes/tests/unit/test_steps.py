"""The steps one after the other, on the data set that scikit-learn carries."""

import json
import sys

import pandas as pd
import prepare
import pytest
import scoring
import train
from sklearn.datasets import load_diabetes


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    folder = tmp_path_factory.mktemp("raw")
    table = load_diabetes(as_frame=True).frame
    table.iloc[:200].to_csv(folder / "a.csv", index=False)
    table.iloc[200:].to_csv(folder / "b.csv", index=False)
    return folder


def call(module, monkeypatch, **options):
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    monkeypatch.setattr(sys, "argv", [module.__name__, *words])
    module.main()


def test_rows_with_gaps_and_repeated_rows_are_dropped():
    table = pd.DataFrame({"age": [1.0, 1.0, None, 2.0], "target": [5.0, 5.0, 6.0, 7.0]})
    assert prepare.clean(table)["age"].tolist() == [1.0, 2.0]


def test_the_split_is_the_same_every_time(raw):
    table = prepare.read(raw)
    first, second = prepare.split(table, 0.25), prepare.split(table, 0.25)
    assert len(first[1]) == round(len(table) * 0.25)
    pd.testing.assert_frame_equal(first[1], second[1])
    assert set(first[0].index).isdisjoint(first[1].index)


def test_a_folder_without_data_is_an_error(tmp_path):
    with pytest.raises(SystemExit, match="no CSV files"):
        prepare.read(tmp_path)


def test_raw_data_becomes_predictions(raw, tmp_path, monkeypatch):
    data, batches, model = tmp_path / "train", tmp_path / "batches", tmp_path / "model"
    call(prepare, monkeypatch, raw=raw, share=0.2, train=data, batches=batches)
    metrics = tmp_path / "metrics"
    call(train, monkeypatch, data=data, rate=0.1, depth=2, model=model, metrics=metrics)
    assert (model / "MLmodel").is_file()
    assert 0.3 < json.loads(metrics.read_text())["r2"] < 1

    driver = ["--error_threshold", "4"]
    monkeypatch.setattr(sys, "argv", ["driver", "--model", str(model), *driver])
    scoring.init()
    files = sorted(map(str, batches.iterdir()))
    lines = scoring.run(files)
    assert len(lines) == len(files) == 5
    values = [float(pair.split(":")[1]) for line in lines for pair in line.split()]
    assert len(values) == 88
    assert all(0 < value < 400 for value in values)
