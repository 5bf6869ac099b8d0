"""Chooses the threshold: the highest one that still finds the share of cases that is asked for."""

import argparse
from pathlib import Path

import pandas as pd
from sklearn.metrics import roc_curve


def choose(chances: pd.DataFrame, recall: float) -> float:
    _, found, thresholds = roc_curve(chances["target"], chances["chance"])
    return float(thresholds[found >= recall][0])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--chances", type=Path, required=True, help="CSV file of train.py")
    parser.add_argument("--recall", type=float, required=True, help="share of cases to find, 0 to 1")
    parser.add_argument("--threshold", type=Path, required=True, help="file for the one number")
    options = parser.parse_args()

    threshold = choose(pd.read_csv(options.chances), options.recall)
    options.threshold.write_text(f"{threshold:.6f}\n")


if __name__ == "__main__":
    main()
