"""Splits the samples into three parts: to train, to choose a threshold, to score."""

import argparse
from pathlib import Path

import pandas as pd


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--samples", type=Path, required=True, help="CSV file with a target column")
    parser.add_argument("--parts", type=Path, required=True, help="folder for the three parts")
    options = parser.parse_args()

    table = pd.read_csv(options.samples).sample(frac=1, random_state=0)
    sixth = len(table) // 6
    parts = {"choose": table[:sixth], "score": table[sixth : 2 * sixth], "train": table[2 * sixth :]}
    options.parts.mkdir(parents=True, exist_ok=True)
    for name, part in parts.items():
        part.to_csv(options.parts / f"{name}.csv", index=False)


if __name__ == "__main__":
    main()
