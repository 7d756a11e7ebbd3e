"""Sessions run with scripted models, for the tests of the loop."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace

from poetry_tui.llm import ChatOptions
from poetry_tui.workshop import Event, Hand, Session, fold, opened
from poetry_tui.workshop.asking import Players
from poetry_tui.workshop.events import RoleSettings, SessionOpened, SessionSettings
from poetry_tui.workshop.loop import run
from tests.scripted import ScriptedModel

POEM = """The sill keeps what the window lets fall,
a coin of sun, a pin, a wasp gone light,
the shadow of the bottle on the wall."""
REVISED = POEM.replace("window", "afternoon")
AGAIN = REVISED.replace("a pin, ", "")
CRITIQUE = 'Alive\nLine 2: "a wasp gone light" has weight.\n\nDirections\n1. Line 1: name the hour.'
APPROVAL = CRITIQUE + "\n\nThis poem has found its shape."

SETTINGS = SessionSettings(
    request="a poem about winter light",
    poet=RoleSettings(model="ollama:poet", system="You are the Poet.", options=ChatOptions(temperature=0.8)),
    educator=RoleSettings(model="ollama:educator", system="You are the Educator."),
    rounds=2,
    seed=11,
)


def new_session(**changes: object) -> tuple[Session, list[Event]]:
    """A session in which nothing has happened, and its journal."""
    opening = SessionOpened(settings=replace(SETTINGS, **changes), at="2026-11-23T06:00:00+00:00", version="test")
    return opened(opening), [opening]


async def play(
    poet: ScriptedModel,
    educator: ScriptedModel,
    /,
    *,
    hand: Hand | None = None,
    until: type | None = None,
    **changes: object,
) -> list[Event]:
    """Run a session to its end, or until the first event of type `until`; its whole journal."""
    session, journal = new_session(**changes)
    return await resume(session, journal, poet, educator, hand=hand, until=until)


async def resume(
    session: Session,
    journal: list[Event],
    poet: ScriptedModel,
    educator: ScriptedModel,
    *,
    hand: Hand | None = None,
    until: type | None = None,
) -> list[Event]:
    async with aclosing(run(session, Players(poet, educator), hand or Hand())) as events:
        async for event in events:
            journal.append(event)
            if until and isinstance(event, until):
                break
    fold(journal)
    return journal
