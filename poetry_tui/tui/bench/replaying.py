"""How the making of a poem is told again: a journal holds whole replies, a reader sees words come."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from poetry_tui.workshop import Event
from poetry_tui.workshop.events import TokenWritten

_WORD = re.compile(r"\S+\s*|\s+")


def word_by_word(events: Iterable[Event]) -> Iterator[Event]:
    """The same events, with what a model wrote in pieces of one word; they fold to the same state."""
    for event in events:
        if isinstance(event, TokenWritten):
            yield from (replace(event, text=word) for word in _WORD.findall(event.text))
        else:
            yield event
