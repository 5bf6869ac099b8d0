"""Scores new samples with the threshold that was chosen."""

import argparse
from pathlib import Path

import pandas as pd
from skops.io import load


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--parts", type=Path, required=True, help="folder with score.csv")
    parser.add_argument("--model", type=Path, required=True, help="folder with the model")
    parser.add_argument("--threshold", type=float, required=True, help="chance from which on it is a case")
    parser.add_argument("--scores", type=Path, required=True, help="CSV file for the result")
    options = parser.parse_args()

    samples = pd.read_csv(options.parts / "score.csv")
    chances = load(options.model / "model.skops").predict_proba(samples.drop(columns="target"))[:, 1]
    result = {"chance": chances, "case": chances >= options.threshold, "target": samples["target"]}
    pd.DataFrame(result).to_csv(options.scores, index=False)


if __name__ == "__main__":
    main()
