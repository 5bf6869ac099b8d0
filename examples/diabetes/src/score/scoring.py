"""Scores mini-batches of CSV files: the entry script of a parallel step."""

import argparse

import mlflow.sklearn
import pandas as pd

model = None


def init() -> None:
    """Loads the model, once in every worker process."""
    global model
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True, help="folder of the model")
    # The driver adds arguments of its own.
    options, _ = parser.parse_known_args()
    model = mlflow.sklearn.load_model(options.model)


def run(mini_batch: list[str]) -> list[str]:
    """One line for each file: its predictions as `row:value`, separated by blanks."""
    return [score(path) for path in mini_batch]


def score(path: str) -> str:
    rows = pd.read_csv(path, index_col="row")
    values = model.predict(rows)
    return " ".join(f"{row}:{value:.1f}" for row, value in zip(rows.index, values, strict=True))
