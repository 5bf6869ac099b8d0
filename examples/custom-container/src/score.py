"""Predicts with the model."""

import argparse
from pathlib import Path

import joblib
import pandas

from regression import predict


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--predictions", type=Path, required=True)
    options = parser.parse_args()
    model = joblib.load(options.model / "model.joblib")
    table = predict(model, pandas.read_csv(options.data))
    options.predictions.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(options.predictions, index=False)


if __name__ == "__main__":
    main()
