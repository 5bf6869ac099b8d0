"""Sums hourly readings up by day."""

import argparse
import csv
from collections import defaultdict
from pathlib import Path


def sum_up(readings: Path, out: Path) -> None:
    """Writes one line for each day of all files: the day and its kilowatt hours."""
    days: dict[str, float] = defaultdict(float)
    for path in sorted(readings.glob("*.csv")):
        with path.open(newline="") as source:
            for row in csv.DictReader(source):
                days[row["hour"][:10]] += float(row["kwh"])
    with out.open("w", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(["day", "kwh"])
        writer.writerows((day, f"{kwh:.3f}") for day, kwh in sorted(days.items()))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--readings", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    sum_up(options.readings, options.out)
