"""`Studio`: what every front end needs to work on poems, put together: settings, library, models, loop.

The app, the command line and the server differ in how they show events, not in how a session is run.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass

from poetry_tui.library import Library
from poetry_tui.llm import ModelSpec
from poetry_tui.settings import Settings
from poetry_tui.workshop import Event, Hand, Intervention, Session


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays which role, and one sentence for the person where that is not what they asked for ("" else)."""

    poet: ModelSpec
    educator: ModelSpec
    remark: str = ""


class Studio:
    """Opens sessions, and keeps the models of the last one loaded for the next."""

    settings: Settings
    library: Library

    async def cast(self) -> Cast:
        """Decide which models play the roles (settings, else what is installed: Ollama first, then the embedded model)."""
        raise NotImplementedError

    async def warm(self, cast: Cast) -> None:
        """Load both models while the person still types."""
        raise NotImplementedError

    def begin(self, request: str, cast: Cast, *, form: str | None, rounds: int, seed: int | None) -> Piece:
        """A new session in the library; raises `BadRequest` for an empty request or an unknown form."""
        raise NotImplementedError

    def reopen(self, session_id: str) -> Piece:
        """A session from the library."""
        raise NotImplementedError

    async def aclose(self) -> None:
        """Let go of the models and close the library."""
        raise NotImplementedError


class Piece:
    """One poem in the making: its session, kept in the library, and the hand of the person in it."""

    id: str
    session: Session
    hand: Hand

    def run(self, rounds: int | None = None) -> AsyncGenerator[Event]:
        """Go on from where the session stands until it closes, fails or the generator is closed.

        Each event is journaled and folded into `session` before it is yielded. A cancelled or closed run journals
        `SessionStopped`. For a session that is closed, `rounds` (in all) must say how far to go on.
        """
        raise NotImplementedError

    @property
    def running(self) -> bool:
        """Whether `run` is being iterated."""
        raise NotImplementedError

    def intervene(self, intervention: Intervention) -> Event | None:
        """The person steps in. At rest it is journaled and folded at once and returned; in a running loop it is left to
        the hand (None is returned), and comes back as an event of `run`."""
        raise NotImplementedError
