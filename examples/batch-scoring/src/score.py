"""Names the digit on each image: the entry script of a parallel step.

An image is a text file of 8 lines with 8 numbers from 0 to 16, the format of scikit-learn's digits.
"""

import argparse
from pathlib import Path

import numpy as np
from skops.io import load

model = None


def init() -> None:
    """Loads the model, once in every worker process."""
    global model
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=Path, required=True, help="folder with model.skops")
    # The driver adds arguments of its own.
    options, _ = parser.parse_known_args()
    model = load(options.model / "model.skops")


def run(mini_batch: list[str]) -> list[str]:
    """One line for each image that can be read: its name and the digit."""
    images = {Path(path).name: image for path in mini_batch if (image := read(path)) is not None}
    if not images:
        return []
    digits = model.predict(np.stack(list(images.values())))
    return [f"{name},{digit}" for name, digit in zip(images, digits, strict=True)]


def read(path: str) -> np.ndarray | None:
    """The 64 values of an image; `None` for a broken one, which counts as a failed item."""
    try:
        image = np.loadtxt(path)
    except ValueError as error:
        print(f"{path}: {error}")
        return None
    return image.reshape(64) if image.size == 64 else None
