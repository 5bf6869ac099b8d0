"""Trains the model."""

import argparse
from pathlib import Path

import joblib
import pandas

from regression import fit


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--alpha", type=float, required=True)
    parser.add_argument("--model", type=Path, required=True)
    options = parser.parse_args()
    model = fit(pandas.read_csv(options.data), options.alpha)
    options.model.mkdir(parents=True, exist_ok=True)
    joblib.dump(model, options.model / "model.joblib")


if __name__ == "__main__":
    main()
