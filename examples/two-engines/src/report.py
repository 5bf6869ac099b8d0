"""Writes what people read: how many cases there are, and how many were found."""

import argparse
from pathlib import Path

import pandas as pd


def text(scores: pd.DataFrame, threshold: float) -> str:
    cases = scores[scores["target"] == 1]
    return "\n".join(
        [
            "# Screening",
            "",
            "| samples | cases | found | false alarms | threshold |",
            "|---|---|---|---|---|",
            f"| {len(scores)} | {len(cases)} | {int(cases['case'].sum())} "
            f"| {int((scores['case'] & (scores['target'] == 0)).sum())} | {threshold:.3f} |",
            "",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--scores", type=Path, required=True, help="CSV file of score.py")
    parser.add_argument("--threshold", type=float, required=True, help="the threshold that was used")
    parser.add_argument("--report", type=Path, required=True, help="Markdown file to write")
    options = parser.parse_args()
    options.report.write_text(text(pd.read_csv(options.scores), options.threshold))


if __name__ == "__main__":
    main()
