"""Drops the rows of hourly readings that no meter can have shown."""

import argparse
import csv
from pathlib import Path


def is_possible(row: dict[str, str], highest: float) -> bool:
    """Whether the reading is a number from zero to the highest."""
    try:
        return 0 <= float(row["kwh"]) <= highest
    except ValueError:
        return False


def clean(raw: Path, highest: float, out: Path) -> None:
    """Copies each file of readings without such rows."""
    out.mkdir(parents=True, exist_ok=True)
    for path in sorted(raw.glob("*.csv")):
        with path.open(newline="") as source, (out / path.name).open("w", newline="") as target:
            rows = csv.DictReader(source)
            writer = csv.DictWriter(target, fieldnames=["hour", "kwh"], extrasaction="ignore")
            writer.writeheader()
            writer.writerows(row for row in rows if is_possible(row, highest))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--raw", type=Path, required=True)
    parser.add_argument("--highest", type=float, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    clean(options.raw, options.highest, options.out)
