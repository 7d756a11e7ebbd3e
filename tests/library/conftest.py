"""A library of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from poetry_tui.library import Library


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the test's library lies. There is none yet, nor its folder."""
    return tmp_path / "data" / "library.db"


@pytest.fixture
def library(path: Path) -> Iterator[Library]:
    """An empty library."""
    with Library(path) as library:
        yield library
