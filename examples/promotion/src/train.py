"""Trains the model, and reports how good it is on readings that it did not see."""

import argparse
import json
from pathlib import Path

import meters


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--readings", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--report", type=Path, required=True)
    options = parser.parse_args()
    readings = meters.read(options.readings)
    seen, unseen = readings[::2], readings[1::2]
    model = meters.fit(seen)
    meters.save(model, options.model)
    options.report.parent.mkdir(parents=True, exist_ok=True)
    options.report.write_text(json.dumps({"error": meters.error(model, unseen)}))


if __name__ == "__main__":
    main()
