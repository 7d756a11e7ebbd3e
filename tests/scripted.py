"""`ScriptedModel`: a `ChatModel` that says what a test tells it to say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence

from poetry_tui.llm import ChatEnd, ChatMessage, ChatOptions, Chunk, ModelSpec, TextChunk, Usage

Reply = str | Exception | Callable[[Sequence[ChatMessage]], str]


class ScriptedModel:
    """Gives its replies in order (the last one again and again), in pieces of `piece` characters.

    An exception among them is raised: at once, or after `text` when it is a pair (text, exception); (text, None) never
    ends. `delay` seconds pass before each piece. `asked` holds the messages and options of each call; `closed` counts
    streams cut off.
    """

    def __init__(
        self,
        replies: Sequence[Reply | tuple[str, Exception | None]],
        *,
        name: str = "scripted",
        piece: int = 7,
        delay: float = 0.0,
    ) -> None:
        self.spec = ModelSpec("ollama", name)
        self.replies = list(replies)
        self.asked: list[tuple[list[ChatMessage], ChatOptions]] = []
        self.closed = 0
        self.unloaded = 0
        self.warmed = 0
        self._piece, self._delay = piece, delay

    async def chat(self, messages: Sequence[ChatMessage], options: ChatOptions) -> AsyncGenerator[Chunk]:
        reply = self.replies[min(len(self.asked), len(self.replies) - 1)]
        self.asked.append((list(messages), options))
        error: Exception | None = None
        endless = isinstance(reply, tuple) and reply[1] is None
        if isinstance(reply, tuple):
            reply, error = reply
        if isinstance(reply, Exception):
            raise reply
        text = reply(messages) if callable(reply) else reply
        finished = False
        try:
            for start in range(0, len(text), self._piece):
                await asyncio.sleep(self._delay)
                yield TextChunk(text[start : start + self._piece])
            if endless:
                await asyncio.Event().wait()
            finished = True
        finally:
            self.closed += not finished
        if error:
            raise error
        prompt = sum(len(message.content) for message in messages) // 4
        tokens = len(text) // 4
        yield ChatEnd(Usage(prompt_tokens=prompt, generated_tokens=tokens, total_seconds=0.1, stop_reason="stop"))

    async def warm(self, options: ChatOptions) -> None:
        self.warmed += 1

    async def unload(self) -> None:
        self.unloaded += 1

    async def aclose(self) -> None:
        pass
