"""Pictures of the screens, for review. A wanted change is kept with: pytest --snapshot-update"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from poetry_tui import doctor
from poetry_tui.doctor import Engines
from poetry_tui.library import Library
from poetry_tui.studio import Studio
from poetry_tui.tui.screens import help as help_screen
from poetry_tui.tui.screens import settings as settings_screen
from tests.library.sessions import opened, whole_session
from tests.tui.shell import Shell, until

Compare = Callable[..., bool]
SIZE = (120, 40)


@pytest.fixture
def app(studio: Studio, library: Library, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """The app with three sessions, on a machine that is the same everywhere."""
    for day, request, form in (
        (6, "An elegy for a [/b] bakery that closed", "elegy"),
        (7, "a sonnet about the last tram of the night, its driver, and the dog that waits for it", "sonnet"),
        (8, "A poem about winter light in a kitchen", None),
    ):
        opening = replace(opened(request=request, form=form), at=f"2026-05-0{day}T12:30:00+02:00")
        journal = whole_session(opening)
        session_id = library.begin(journal[0])
        for event in journal[1 : -3 if day == 7 else None]:
            library.append(session_id, event)
        library.flush()

    async def engines(_settings: object) -> Engines:
        return Engines(True, "0.12", ("llama3.1:8b", "qwen3:14b"), "", True, Path("model.gguf"))

    monkeypatch.setattr(doctor, "engines", engines)
    monkeypatch.setattr(help_screen, "places", lambda: [("sessions", Path("/home/ada/library.db"))])
    monkeypatch.setattr(settings_screen, "user_file", lambda: Path("/home/ada/inference_config.yaml"))
    monkeypatch.setattr(settings_screen, "data_folder", lambda: Path("/home/ada/poems"))
    return Shell({}, studio)


@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=["wide", "narrow"])
def test_library(snap_compare: Compare, app: Shell, size: tuple[int, int]) -> None:
    assert snap_compare(app, terminal_size=size, run_before=keys("4"))


def test_library_search(snap_compare: Compare, app: Shell) -> None:
    assert snap_compare(app, terminal_size=SIZE, run_before=keys("4", "slash", *"kettle", "enter"))


def test_settings(snap_compare: Compare, app: Shell) -> None:
    assert snap_compare(app, terminal_size=SIZE, run_before=keys("comma"))


def test_help(snap_compare: Compare, app: Shell) -> None:
    assert snap_compare(app, terminal_size=SIZE, run_before=keys("4", "question_mark"))


def test_vellum(snap_compare: Compare, app: Shell) -> None:
    async def light(pilot: Pilot[Any]) -> None:
        await keys("4")(pilot)
        pilot.app.theme = "vellum"

    assert snap_compare(app, terminal_size=SIZE, run_before=light)


def keys(*pressed: str) -> Callable[[Pilot[Any]], Any]:
    """Press these once the models are there, and let all of it come to rest."""

    async def press(pilot: Pilot[Any]) -> None:
        app = pilot.app
        assert isinstance(app, Shell)
        await until(pilot, lambda: app.standing == "ready")
        await pilot.press("escape")
        for key in pressed:
            await pilot.press(key)
            await app.workers.wait_for_complete()
        for field in app.screen.query(Input):
            field.cursor_blink = False
        await pilot.pause()

    return press
