"""Foretells the next reading of each meter."""

import argparse
import csv
from pathlib import Path

import meters


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--readings", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--forecast", type=Path, required=True)
    options = parser.parse_args()
    model = meters.load(options.model)
    last = {meter: hour for meter, hour, _ in meters.read(options.readings)}
    options.forecast.parent.mkdir(parents=True, exist_ok=True)
    with options.forecast.open("w", newline="") as out:
        lines = csv.writer(out)
        lines.writerow(["meter", "hour", "reading"])
        for meter, hour in sorted(last.items()):
            following = (hour + 1) % 24
            lines.writerow([meter, following, model.get(f"{meter} {following}", "")])


if __name__ == "__main__":
    main()
