"""Puts the steps' folders where Python finds their modules."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
for folder in (ROOT / "src", ROOT / "src" / "score"):
    sys.path.insert(0, str(folder))
