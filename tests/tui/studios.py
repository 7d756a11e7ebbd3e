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

DRAFT = """The sill keeps what the golden day lets fall,
a coin of sun, a pin, a wasp gone light,
the shadow of the bottle on the wall
that whispers softly of the coming night.

By four the orchard has no more to lend.
It pays in silver, then it pays in lead;
my heart is cold, the radiators bend
their iron music round the unmade bed.

I lift one hand to where the pane still gave
its tender glow, and bones come up like twigs,
five winter branches nothing grew to save
but memory: a nest of red that jigs

with its own heat. So little light. Enough
to know that even winter offers love."""
REVISED = (
    DRAFT.replace("golden day", "afternoon")
    .replace("whispers softly of the coming", "thins and lengthens inward toward the")
    .replace("my heart is cold,", "the kettle ticks;")
    .replace("to know that even winter offers love", "to see the hand by, and the hand is rough")
)
AGAIN = REVISED.replace("silver", "pewter").replace("tender glow, and", "leavings, and the")
BRIEF = "Angle: the hour before the lamps are lit."
CRITIQUE = """Alive
Line 2: keep "a wasp gone light": weight and season in three words.
Line 8: the radiators' "iron music". Heard, not declared.

Fails
Line 4: "whispers softly": borrowed voice. Shadows do not whisper.
Line 7: "my heart is cold": telling after showing.
Line 14: "offers love": false closure, and it will not rhyme.

Directions
1. Line 4: what does the shadow do to the wall?
2. Line 7: a sound from the kitchen.
3. Close on the hand."""


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


async def ask(pilot: Pilot[Any], request: str = "A sonnet about winter light", rounds: int = 1) -> Bench:
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
    await until(pilot, lambda: bench.session.closed and not bench.running)
    return bench


def text_of(page: Any) -> str:
    """What stands on a page."""
    return "\n".join(line.text.plain for line in page.lines)
