"""A session as the library gets it, and what hypothesis makes of events."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from poetry_tui.llm import ChatOptions
from poetry_tui.llm.chat import Usage
from poetry_tui.prosody.report import report
from poetry_tui.verse import Poem
from poetry_tui.workshop import Event
from poetry_tui.workshop.events import (
    ApprovalJudged,
    BriefWritten,
    CritiqueWritten,
    DirectionGiven,
    DraftWritten,
    FormMeasured,
    LinesLocked,
    NoteWritten,
    RoleSettings,
    RoundClosed,
    SessionClosed,
    SessionOpened,
    SessionSettings,
    TokenWritten,
    TurnFinished,
    TurnStarted,
)

FIRST = """The sill keeps what the golden day lets fall,
a coin of sun, a pin, a wasp gone light,

    the shadow of the bottle on the wall."""
SECOND = FIRST.replace("golden day", "afternoon").replace("a pin, ", "")
CRITIQUE = 'Alive\nLine 2: "a wasp gone light" has weight.\n\nDirections\n1. Line 1: name the hour.'

OPENED = SessionOpened(
    settings=SessionSettings(
        request="A poem about winter light in a kitchen",
        poet=RoleSettings(model="ollama:poet", options=ChatOptions(temperature=0.8, stop=("END",))),
        educator=RoleSettings(model="gguf:educator.gguf", system="You are the Educator."),
        seed=7,
    ),
    at="2026-05-09T12:30:00+02:00",
    version="0.1.0",
)


def opened(**settings: object) -> SessionOpened:
    """The opening of a session with other settings."""
    return replace(OPENED, settings=replace(OPENED.settings, **settings))


def turn(kind: str, round_: int, reply: str) -> list[Event]:
    """A model's turn, its reply in tokens of seven characters."""
    role = "poet" if kind in ("draft", "revision") else "educator"
    asked = TurnStarted(turn=kind, role=role, round=round_, model=f"{role}'s model", prompt="…", options=ChatOptions())
    tokens = [TokenWritten(text=reply[at : at + 7]) for at in range(0, len(reply), 7)]
    usage = Usage(prompt_tokens=40, generated_tokens=len(tokens), total_seconds=1.5, stop_reason="stop")
    return [asked, TokenWritten(text="Hm. ", thinking=True), *tokens, TurnFinished(reply=reply, usage=usage)]


def draft(number: int, text: str, **more: object) -> list[Event]:
    """A draft and its measure."""
    written = DraftWritten(number=number, round=number - 1, text=text, **more)
    return [written, FormMeasured(draft=number, report=report(Poem.parse(text), None))]


def whole_session(opening: SessionOpened = OPENED, first: str = FIRST, second: str = SECOND) -> list[Event]:
    """A session of one round, from its opening to its end."""
    return [
        opening,
        *turn("brief", 0, "Light is a thing that lies on objects."),
        BriefWritten(text="Light is a thing that lies on objects."),
        *turn("draft", 0, first),
        *draft(1, first),
        *turn("critique", 1, CRITIQUE),
        CritiqueWritten(round=1, draft=1, text=CRITIQUE),
        ApprovalJudged(round=1, said=False, holds=True),
        LinesLocked(draft=1, lines=(2,)),
        DirectionGiven(text="Let the kettle speak"),
        *turn("revision", 1, second),
        *draft(2, second, restored=(2,), locked=(2,)),
        RoundClosed(round=1),
        NoteWritten(text="Leave it now."),
        SessionClosed(reason="rounds"),
    ]


def texts() -> st.SearchStrategy[str]:
    """Any text that is Unicode, NUL and all."""
    return st.text(max_size=40)


def events() -> st.SearchStrategy[Event]:
    """Any event at all, whatever its fields hold. Numbers of seconds are finite."""
    st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
    st.register_type_strategy(str, texts())
    return st.from_type(Event)
