"""Having a chat in a test."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass

from poetry_tui.llm import ChatEnd, ChatMessage, ChatModel, ChatOptions, Usage


@dataclass(frozen=True, slots=True)
class Said:
    """A whole reply: its pieces, what was thought first, and what it cost."""

    pieces: tuple[str, ...]
    thought: str
    usage: Usage

    @property
    def text(self) -> str:
        return "".join(self.pieces)


async def say(model: ChatModel, *messages: str | ChatMessage, **options: object) -> Said:
    """The reply to a chat; strings are messages of the user. It must end with exactly one `ChatEnd`."""
    chat = [ChatMessage("user", m) if isinstance(m, str) else m for m in messages]
    pieces: list[str] = []
    thought = ""
    usage: Usage | None = None
    async with aclosing(model.chat(chat, ChatOptions(**options))) as chunks:  # type: ignore[arg-type]
        async for chunk in chunks:
            assert usage is None, "something came after the end"
            if isinstance(chunk, ChatEnd):
                usage = chunk.usage
            elif chunk.thinking:
                thought += chunk.text
            else:
                pieces.append(chunk.text)
    assert usage is not None
    return Said(tuple(pieces), thought, usage)


async def until(condition: Callable[[], bool], seconds: float = 5.0) -> float:
    """Wait for a condition; returns the seconds it took, fails after `seconds`."""
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < seconds, "waited in vain"
        await asyncio.sleep(0.002)
    return time.monotonic() - started
