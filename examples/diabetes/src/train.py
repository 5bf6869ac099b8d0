"""Trains a regression of the disease's progression and saves it in MLflow format."""

import argparse
import json
from pathlib import Path

import mlflow.sklearn
import pandas as pd
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.model_selection import cross_val_score

TARGET = "target"
# The model is stored without pickle; trees are a type that its reader must be told to expect.
TRUSTED = ["sklearn.tree._tree.Tree"]


def fit(table: pd.DataFrame, rate: float, depth: int) -> tuple[GradientBoostingRegressor, float]:
    """The model, and its mean R² over five folds."""
    features, target = table.drop(columns=TARGET), table[TARGET]
    model = GradientBoostingRegressor(learning_rate=rate, max_depth=depth, random_state=0)
    score = cross_val_score(model, features, target, cv=5, scoring="r2").mean()
    return model.fit(features, target), float(score)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True, help="folder with train.csv")
    parser.add_argument("--rate", type=float, required=True, help="learning rate")
    parser.add_argument("--depth", type=int, required=True, help="largest depth of a tree")
    parser.add_argument("--model", type=Path, required=True, help="folder for the model")
    parser.add_argument("--metrics", type=Path, required=True, help="file for the metrics")
    options = parser.parse_args()

    model, score = fit(pd.read_csv(options.data / "train.csv"), options.rate, options.depth)
    mlflow.sklearn.save_model(model, str(options.model), skops_trusted_types=TRUSTED)
    options.metrics.write_text(json.dumps({"r2": score}) + "\n")
    print(f"R² over five folds: {score:.3f}")


if __name__ == "__main__":
    main()
