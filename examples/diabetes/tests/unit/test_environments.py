"""CI, training and scoring run the same versions of what they share."""

import re

import pytest
from conftest import ROOT

FILES = ("envs/training.yaml", "envs/scoring.yaml", "envs/ci.txt")


def pins(path):
    """Package names and versions of a conda file's `pip` list or a requirements file."""
    lines = (ROOT / path).read_text().splitlines()
    found = (re.fullmatch(r"\s*(?:- )?([\w-]+)==([\w.]+)", line) for line in lines)
    return {match[1]: match[2] for match in found if match}


@pytest.mark.parametrize("path", FILES)
def test_every_package_is_pinned(path):
    names = re.findall(r"^\s+- ([\w-]+)$", (ROOT / path).read_text(), flags=re.MULTILINE)
    assert [name for name in names if name != "conda-forge"] == []
    assert pins(path)


@pytest.mark.parametrize("path", FILES[1:])
def test_shared_packages_agree(path):
    reference, other = pins(FILES[0]), pins(path)
    shared = reference.keys() & other.keys()
    assert {name: reference[name] for name in shared} == {name: other[name] for name in shared}
