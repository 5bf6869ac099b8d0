"""Trains a classifier, and says how sure it is of samples that it has not seen."""

import argparse
from pathlib import Path

import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from skops.io import dump

TARGET = "target"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--parts", type=Path, required=True, help="folder with train.csv, choose.csv")
    parser.add_argument("--strength", type=float, required=True, help="inverse of regularisation")
    parser.add_argument("--model", type=Path, required=True, help="folder for the model")
    parser.add_argument("--chances", type=Path, required=True, help="CSV file for the chances")
    options = parser.parse_args()

    train = pd.read_csv(options.parts / "train.csv")
    model = make_pipeline(StandardScaler(), LogisticRegression(C=options.strength, max_iter=1000))
    model.fit(train.drop(columns=TARGET), train[TARGET])
    options.model.mkdir(parents=True, exist_ok=True)
    dump(model, options.model / "model.skops")

    choose = pd.read_csv(options.parts / "choose.csv")
    chances = model.predict_proba(choose.drop(columns=TARGET))[:, 1]
    pd.DataFrame({"chance": chances, "target": choose[TARGET]}).to_csv(options.chances, index=False)


if __name__ == "__main__":
    main()
