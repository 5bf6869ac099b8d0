"""Compares the mean day of two tables."""

import argparse
import csv
from pathlib import Path
from statistics import fmean


def mean_day(path: Path) -> float:
    """The mean of all days of a table; an empty one has no mean."""
    with path.open(newline="") as source:
        days = [float(row["kwh"]) for row in csv.DictReader(source)]
    if not days:
        raise SystemExit(f"{path}: no days")
    return fmean(days)


def compare(before: Path, after: Path, out: Path) -> None:
    """Writes the two means and the change in percent."""
    old, new = mean_day(before), mean_day(after)
    change = (new - old) / old * 100 if old else float("nan")
    out.write_text(f"before {old:.2f} kWh, after {new:.2f} kWh, change {change:+.1f} %\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--before", type=Path, required=True)
    parser.add_argument("--after", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    compare(options.before, options.after, options.out)
