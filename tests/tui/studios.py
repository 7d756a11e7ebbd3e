"""The app with a real library and scripted models, for pilot tests."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from poetry_tui.library import Library
from poetry_tui.settings import Settings
from poetry_tui.studio import Studio
from poetry_tui.tui.app import StudioApp
from poetry_tui.tui.bench.bench import Bench
from poetry_tui.tui.screens.workshop import WorkshopScreen
from tests.scripted import ScriptedModel

REQUEST = "A sonnet about the evening ferry"
DRAFT = """The golden ferry turns itself about;
the gulls lift off the rail and take the wind.
A deckhand lets the last wet cable out
and all my sorrow, like a dream, is thinned.

A child draws boats upon the breathing glass,
a woman counts the change for two more teas;
the endless waters whisper as we pass
and someone folds a paper on his knees.

I used to know this crossing by its smells,
the diesel, rope, the orange peel, the rain,
the engine talking underneath its bells
as if it had an answer for my pain.

The other shore comes up without a light.
We hold our bags, and love is always late."""
REVISED = (
    DRAFT.replace("golden ferry turns itself", "ferry folds its ramp and turns")
    .replace("all my sorrow, like a dream,", "roof by roof the harbour front")
    .replace("the endless waters whisper", "a spoon slides down the table")
    .replace("an answer for my pain", "a cold it must explain")
    .replace("love is always late", "hold our children tight")
)
AGAIN = REVISED.replace("change", "coins").replace("rope", "tar")
BRIEF = "Angle: the ten minutes in which nobody is anywhere."
CRITIQUE = """Alive
Line 2: keep "take the wind": the gulls do two things in three words.
Line 8: "folds a paper on his knees". Seen, not told.

Fails
Line 4: "like a dream": borrowed, and it says nothing of this harbour.
Line 7: "waters whisper": they do so in every poem.
Line 14: "love is always late": a moral in place of an ending, and it will not rhyme.

Directions
1. Line 4: what does one see of a town while it goes away?
2. Line 7: something on the boat that moves because the boat does.
3. Close on the hands."""


def scripted_app(
    folder: Path,
    poet: Sequence[Any] = (DRAFT, REVISED, AGAIN),
    educator: Sequence[Any] = (BRIEF, CRITIQUE),
    *,
    delay: float = 0.0,
    **settings: Any,
) -> tuple[StudioApp, ScriptedModel, ScriptedModel]:
    """The app, its Poet and its Educator; the library lies in `folder`."""
    players = {
        "poet": ScriptedModel(poet, name="poet", delay=delay, piece=9),
        "educator": ScriptedModel(educator, name="educator", delay=delay, piece=9),
    }
    roles = {role: {"model": f"ollama:{role}"} for role in players}
    library = Library(folder / "library.db")
    studio = Studio(Settings.load(**roles, **settings), library, lambda spec, _: players[spec.name])
    return StudioApp({}, studio), players["poet"], players["educator"]


async def until(pilot: Pilot[Any], condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Let the app go on until something is true."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came true"
        await pilot.pause(0.02)
    await pilot.pause()


async def ready(pilot: Pilot[Any]) -> WorkshopScreen:
    """Wait until the models are there; the Workshop."""
    await until(pilot, lambda: pilot.app.standing == "ready")
    return pilot.app.workshop


async def ask(pilot: Pilot[Any], request: str = REQUEST, rounds: int = 1) -> Bench:
    """Type a request and press enter; the workbench on which it is answered."""
    screen = await ready(pilot)
    before = screen.piece
    screen.bar.choose(rounds=rounds)
    screen.bar.input.value = request
    screen.bar.input.focus()
    await pilot.press("enter")
    await until(pilot, lambda: screen.piece is not before)
    assert screen.bench is not None
    return screen.bench


async def finished(pilot: Pilot[Any], rounds: int = 1) -> Bench:
    """A session that has run to its end."""
    bench = await ask(pilot, rounds=rounds)
    await until(pilot, lambda: bench.session.closed and not bench.running and not bench.dirty)
    return bench


def text_of(page: Any) -> str:
    """What stands on a page."""
    return "\n".join(line.text.plain for line in page.lines)
