"""The Workshop's main states as pictures, to be looked at in review (`pytest --snapshot-update` paints them anew)."""

from __future__ import annotations

import pytest

from poetry_tui.errors import StreamBroken
from tests.tui.studios import BRIEF, CRITIQUE, DRAFT, REVISED, ask, finished, ready, scripted_app, until


@pytest.fixture(autouse=True)
def no_time(monkeypatch):
    """Time and speed differ from run to run; the strip shows neither here."""
    from poetry_tui.tui.widgets.round_strip import Pace, Stopwatch

    monkeypatch.setattr(Stopwatch, "pace", lambda *_: Pace())


async def quiet(pilot):
    """No toast, no blinking cursor, everything painted."""
    pilot.app.clear_notifications()
    pilot.app.workshop.bar.input.cursor_blink = False
    await pilot.pause(0.2)


def test_empty(snap_compare, tmp_path):
    async def before(pilot):
        await ready(pilot)
        await quiet(pilot)

    assert snap_compare(scripted_app(tmp_path)[0], terminal_size=(120, 40), run_before=before)


@pytest.mark.parametrize(
    ("size", "theme"), [((120, 40), "ink"), ((120, 40), "vellum"), ((168, 36), "ink"), ((80, 24), "ink")]
)
def test_two_drafts_and_a_critique(snap_compare, tmp_path, size, theme):
    async def before(pilot):
        await finished(pilot)
        await quiet(pilot)

    assert snap_compare(scripted_app(tmp_path, theme=theme)[0], terminal_size=size, run_before=before)


def test_writing(snap_compare, tmp_path):
    half = REVISED[: REVISED.index("someone folds")]

    async def before(pilot):
        bench = await ask(pilot)
        await until(pilot, lambda: bench.session.writing and bench.session.writing.text == half)
        await quiet(pilot)

    app, *_ = scripted_app(tmp_path, poet=[DRAFT, (half, None)], educator=[BRIEF, CRITIQUE])
    assert snap_compare(app, terminal_size=(120, 40), run_before=before)


def test_waiting_with_a_remark_lit_and_a_line_locked(snap_compare, tmp_path):
    async def before(pilot):
        bench = await ask(pilot)
        await until(pilot, lambda: bench.session.waiting)
        bench.show_front("left")
        await pilot.press("down", "down", "l", "tab", "tab", "tab", "tab")
        await quiet(pilot)

    assert snap_compare(scripted_app(tmp_path, pause=True)[0], terminal_size=(120, 40), run_before=before)


def test_scansion(snap_compare, tmp_path):
    async def before(pilot):
        await finished(pilot)
        await pilot.press("m")
        await quiet(pilot)

    assert snap_compare(scripted_app(tmp_path)[0], terminal_size=(120, 40), run_before=before)


def test_broken_off(snap_compare, tmp_path):
    async def before(pilot):
        bench = await ask(pilot)
        await until(pilot, lambda: bench.session.failure and not bench.running)
        await pilot.pause(0.2)

    gone = StreamBroken("Ollama at 127.0.0.1:11434 went away in the middle of the reply.")
    app, *_ = scripted_app(tmp_path, poet=[(DRAFT[:120], gone)])
    assert snap_compare(app, terminal_size=(120, 40), run_before=before)
