"""A studio on a real library, with models that say what the test tells them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from poetry_tui.library import Library
from poetry_tui.llm import ModelSettings, ModelSpec
from poetry_tui.settings import Settings
from poetry_tui.studio import Studio
from tests.scripted import ScriptedModel

NAMED = {"poet": {"model": "ollama:poet"}, "educator": {"model": "ollama:educator"}}
"""Settings that name both models, so that nothing is looked for."""


@pytest.fixture(autouse=True)
def no_mishap(home: Path) -> Iterator[None]:
    """What should not happen is said to a person and logged; here it fails the test."""
    yield
    log = home / "poetry-tui.log"
    assert not log.exists(), log.read_text()


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """No animations, no colours that depend on the terminal of whoever runs the tests."""
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.fixture
def library(home: Path) -> Iterator[Library]:
    """The library where the app looks for it."""
    with Library(home / "library.db") as library:
        yield library


@pytest.fixture
def studio(library: Library) -> Studio:
    """A studio whose models are scripted."""
    return Studio(Settings.load(**NAMED), library, scripted)


def scripted(spec: ModelSpec, _settings: ModelSettings) -> ScriptedModel:
    """A model that writes two lines."""
    return ScriptedModel(["The sill keeps what the window lets fall,\na coin of sun."], name=spec.name)
