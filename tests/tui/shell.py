"""The app with a stand-in for the Workshop, so that the shell is tested alone; and ways to wait and to read it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from textual.app import ComposeResult
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input

from poetry_tui.tui.app import StudioApp
from poetry_tui.tui.screens import SCREENS
from poetry_tui.tui.widgets.first_run import FirstRun
from poetry_tui.tui.widgets.footer import StudioFooter
from poetry_tui.tui.widgets.header import StudioHeader

SIZES = [(80, 24), pytest.param((120, 40), marks=pytest.mark.slow), pytest.param((200, 60), marks=pytest.mark.slow)]
"""The quick tests look at the narrowest of what is promised, CI at all."""


class StandIn(Screen[None]):
    """Keeps what it is given."""

    AUTO_FOCUS = ""

    def __init__(self) -> None:
        super().__init__()
        self.piece: Any = None
        self.running = False
        self.replayed: list[object] = []

    def compose(self) -> ComposeResult:
        yield StudioHeader()
        yield Input(id="request")
        yield FirstRun()
        yield StudioFooter()

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    async def show_piece(self, piece: object) -> None:
        self.piece = piece

    async def replay(self, events: list[object]) -> None:
        self.replayed = events


class Shell(StudioApp):
    """The app around the stand-in."""

    MODES: ClassVar[dict[str, Any]] = {entry.mode: entry.screen for entry in SCREENS} | {"workshop": StandIn}


async def until(pilot: Pilot[Any], true: Callable[[], object], seconds: float = 15.0) -> None:
    """Let the app work until something is true."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"still not true: {true}"
        await pilot.pause(0.02)


def shown(app: StudioApp) -> str:
    """What stands on the screen, as text."""
    width, height = app.size
    strips = app.screen._compositor.render_strips()
    return "\n".join(strip.text[:width] for strip in strips[:height])


def toasts(app: StudioApp) -> str:
    """All that was said in toasts and can still be read."""
    return "\n".join(note.message for note in app._notifications)


def write_settings(text: str) -> None:
    """Make this the person's own settings file."""
    from poetry_tui.settings import user_file

    user_file().parent.mkdir(parents=True)
    user_file().write_text(text)
