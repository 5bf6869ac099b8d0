"""Says whether a model is good enough for the next stage: `true` or `false`."""

import argparse
import json
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--report", type=Path, required=True)
    parser.add_argument("--worst", type=float, required=True)
    options = parser.parse_args()
    error = json.loads(options.report.read_text())["error"]
    print("true" if error <= options.worst else "false")


if __name__ == "__main__":
    main()
