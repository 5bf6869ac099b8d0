"""Cleans the raw measurements and cuts them into a training part and batches to score."""

import argparse
from pathlib import Path

import pandas as pd

TARGET = "target"
BATCH_ROWS = 20


def read(folder: Path) -> pd.DataFrame:
    """All CSV files of a folder as one table, in the order of their names."""
    files = sorted(folder.glob("*.csv"))
    if not files:
        raise SystemExit(f"no CSV files in {folder}")
    return pd.concat((pd.read_csv(file) for file in files), ignore_index=True)


def clean(table: pd.DataFrame) -> pd.DataFrame:
    """The rows that are whole, once each."""
    return table.dropna().drop_duplicates().reset_index(drop=True)


def split(table: pd.DataFrame, share: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Training rows and the rest; `share` of all rows are held out, the same ones every time."""
    held_out = table.sample(frac=share, random_state=0)
    return table.drop(held_out.index), held_out


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--raw", type=Path, required=True, help="folder with CSV files")
    parser.add_argument("--share", type=float, required=True, help="part that is held out, 0 to 1")
    parser.add_argument("--train", type=Path, required=True, help="folder for the training rows")
    parser.add_argument("--batches", type=Path, required=True, help="folder for the rows to score")
    options = parser.parse_args()

    train, held_out = split(clean(read(options.raw)), options.share)
    options.train.mkdir(parents=True, exist_ok=True)
    train.to_csv(options.train / "train.csv", index=False)

    options.batches.mkdir(parents=True, exist_ok=True)
    rows = held_out.drop(columns=TARGET)
    for number, start in enumerate(range(0, len(rows), BATCH_ROWS)):
        batch = rows.iloc[start : start + BATCH_ROWS]
        batch.to_csv(options.batches / f"batch-{number:03}.csv", index_label="row")
    print(f"{len(train)} rows to train on, {len(rows)} to score")


if __name__ == "__main__":
    main()
