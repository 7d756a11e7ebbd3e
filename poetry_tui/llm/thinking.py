"""Separates what a model says to itself (`<think>…</think>`) from its reply, while both stream."""

from __future__ import annotations

from collections.abc import Iterator

from poetry_tui.llm.chat import TextChunk

_OPEN, _CLOSE = "<think>", "</think>"


class ThinkingSplitter:
    """Feed it the pieces of one reply; it gives back chunks marked as thinking or not.

    Only a block that opens the reply counts: a poem may well say "<think>" in its middle. A tag may be cut anywhere
    between two pieces, so characters that could still become one are held back until the next piece, or `flush`.
    """

    def __init__(self) -> None:
        self._held = ""
        self._state = "opening"

    def feed(self, text: str) -> Iterator[TextChunk]:
        """The chunks that are certain after this piece; none are empty."""
        self._held += text
        if self._state == "opening":
            start = self._held.lstrip()
            if _OPEN.startswith(start[: len(_OPEN)]) and len(start) < len(_OPEN):
                return
            if start.startswith(_OPEN):
                self._state, self._held = "thinking", start.removeprefix(_OPEN)
            else:
                self._state = "replying"
        if self._state == "thinking":
            thought, closed, rest = self._held.partition(_CLOSE)
            if not closed:
                cut = len(thought) - _partial_close(thought)
                thought, rest = thought[:cut], thought[cut:]
            if thought:
                yield TextChunk(thought, thinking=True)
            self._held = rest
            if closed:
                self._state = "gap"
        if self._state == "gap":
            self._held = self._held.lstrip()
            if self._held:
                self._state = "replying"
        if self._state == "replying" and self._held:
            yield TextChunk(self._held)
            self._held = ""

    def flush(self) -> Iterator[TextChunk]:
        """What was still held back when the reply ended."""
        if self._held:
            yield TextChunk(self._held, thinking=self._state == "thinking")
            self._held = ""


def _partial_close(text: str) -> int:
    """How many characters at the end of `text` could be the beginning of the closing tag."""
    return next((n for n in range(len(_CLOSE) - 1, 0, -1) if text.endswith(_CLOSE[:n])), 0)
