"""The repetition guard: small models, and tired ones, sometimes say the same thing until their last token."""

from __future__ import annotations

_WINDOW = 2000
_LONGEST_PERIOD = 400
_SHORTEST_LOOP = 90
_TIMES = 4


class RepetitionGuard:
    """Watches a reply as it grows.

    A reply is stuck when it ends in one and the same piece of text, at least four times in a row and over at least
    90 characters. Refrains do not count: between them stands other text.
    """

    def __init__(self) -> None:
        self._text = ""
        self._checked = 0

    def feed(self, text: str) -> bool:
        """Add some characters; True when the reply is stuck. Looks again only after 40 more characters."""
        self._text += text
        if len(self._text) - self._checked < 40:
            return False
        self._checked = len(self._text)
        return _loop_start(self._text) is not None

    def sound_part(self) -> str:
        """The reply without its repetitions: the piece that came again and again stays once."""
        start = _loop_start(self._text)
        if start is None:
            return self._text
        at, period = start
        return self._text[: at + period].rstrip()


def _loop_start(text: str) -> tuple[int, int] | None:
    """Where the loop at the end of `text` begins, and the length of the piece; None when there is none."""
    tail = text[-_WINDOW:].rstrip()
    for period in range(1, min(_LONGEST_PERIOD, len(tail) // _TIMES) + 1):
        if tail[-1] != tail[-1 - period]:
            continue
        length = period
        while length < len(tail) and tail[-1 - length] == tail[-1 - length + period]:
            length += 1
        if length >= _TIMES * period and length >= _SHORTEST_LOOP:
            return len(text.rstrip()) - length, period
    return None
