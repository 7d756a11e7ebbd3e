"""`Hand`: how a person steps into a running loop."""

from __future__ import annotations

import asyncio

from poetry_tui.workshop.events import DirectionGiven, DraftWritten, LinesLocked, SessionClosed

Intervention = DirectionGiven | LinesLocked | DraftWritten | SessionClosed


class Hand:
    """The person's hand: what they put in is taken up by the loop between two turns, in order.

    With `pause` on, the loop waits after each critique until `go_on` is called, or until the poem is accepted.
    """

    def __init__(self, *, pause: bool = False) -> None:
        self._pause = pause
        self._given: list[Intervention] = []
        self._changed = asyncio.Event()
        self._released = False

    @property
    def pause(self) -> bool:
        """Whether the loop is to wait after each critique."""
        return self._pause

    @pause.setter
    def pause(self, pause: bool) -> None:
        self._pause = pause
        self._changed.set()

    def put(self, intervention: Intervention) -> None:
        """Leave an intervention for the loop."""
        self._given.append(intervention)
        self._changed.set()

    def go_on(self) -> None:
        """Let a waiting loop go on to the revision."""
        self._released = True
        self._changed.set()

    def take(self) -> list[Intervention]:
        """What has been put in since the last call."""
        taken, self._given = self._given, []
        return taken

    def take_release(self) -> bool:
        """Whether `go_on` was called since the last call."""
        released, self._released = self._released, False
        return released

    async def changed(self) -> None:
        """Wait until something is put in, or `go_on` is called."""
        await self._changed.wait()
        self._changed.clear()
