"""The scripts, one after the other, as the pipelines call them."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))
import clean  # noqa: E402
import compare  # noqa: E402
import sum_up  # noqa: E402


def days(folder: Path, rows: list[str]) -> Path:
    raw = folder / "raw"
    raw.mkdir(parents=True)
    (raw / "meter.csv").write_text("hour,kwh\n" + "".join(f"{row}\n" for row in rows))
    clean.clean(raw, 50.0, folder / "readings")
    sum_up.sum_up(folder / "readings", folder / "days.csv")
    return folder / "days.csv"


def test_broken_readings_do_not_count(tmp_path):
    rows = ["2026-01-01T00,1.5", "2026-01-01T01,-3", "2026-01-01T02,900", "2026-01-01T03,?"]
    assert days(tmp_path, rows).read_text().splitlines() == ["day,kwh", "2026-01-01,1.500"]


def test_the_change_is_that_of_the_mean_day(tmp_path):
    before = days(tmp_path / "before", ["2025-01-01T00,4", "2025-01-02T00,6"])
    after = days(tmp_path / "after", ["2026-01-01T00,2", "2026-01-01T05,4"])
    compare.compare(before, after, tmp_path / "report.txt")
    report = (tmp_path / "report.txt").read_text()
    assert report == "before 5.00 kWh, after 6.00 kWh, change +20.0 %\n"


def test_nothing_cannot_be_compared(tmp_path):
    with pytest.raises(SystemExit):
        compare.mean_day(days(tmp_path, []))
