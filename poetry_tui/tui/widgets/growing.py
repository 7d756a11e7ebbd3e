"""Verse as it is being written: alone, or level with the draft that it revises."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from rich.console import Console
from rich.text import Text

from poetry_tui.tui.widgets.page import PageLine
from poetry_tui.tui.widgets.verse_layout import (
    EMPTY,
    Block,
    Look,
    Looks,
    Pages,
    alone,
    as_it_stands,
    beside,
    hanging,
    level,
    level_rows,
    verse_block,
)
from poetry_tui.verse import Poem, tokens
from poetry_tui.workshop import Draft

LONGEST = 60
"""Lines; a longer revision is compared when it is done, since each new line takes a comparison of its own."""


@dataclass(frozen=True, slots=True)
class Growing:
    """A draft in the making: the lines that are finished, and the one that is being written.

    `parted`: a new stanza begins with that line. `thinking`: the model thinks, and has written nothing yet.
    """

    finished: Draft
    line: str = ""
    parted: bool = False
    thinking: bool = False

    @property
    def compared(self) -> bool:
        """Whether it is measured, and shown level with the draft it revises, while it is written."""
        return self.finished.report is not None


def growing(text: str, revised: Draft | None, form: str | None, *, thinking: bool = False) -> Growing:
    """What has been written so far. A revision of a draft is measured line by line, a first draft when it is done."""
    finished, _, line = text.rpartition("\n")
    poem = Poem.parse(finished)
    parted = bool(poem.lines) and not tokens(finished.rpartition("\n")[2])
    revises = revised is not None and max(len(revised.poem.lines), len(poem.lines)) <= LONGEST
    draft = _measured(poem, revised, form) if revised and revises else Draft(0, 0, poem)
    return Growing(draft, line, parted, thinking)


@lru_cache(maxsize=4)
def _measured(poem: Poem, revised: Draft, form: str | None) -> Draft:
    from poetry_tui.prosody.form_registry import form_named
    from poetry_tui.prosody.report import report

    kept = {revised.poem.lines[number - 1].text for number in revised.locked}
    locked = frozenset(line.number for line in poem.lines if line.text in kept)
    return Draft(revised.number + 1, 0, poem, locked=locked, report=report(poem, form_named(form) if form else None))


def growing_alone(verse: Growing, look: Look, console: Console) -> list[PageLine]:
    """Its page; the last line is the one that is being written."""
    lines = alone(verse.finished, look, console)
    return [*lines, *([EMPTY] if verse.parted else []), *_in_hand(verse, look, console)]


def growing_beside(old: Draft, verse: Growing, looks: Looks, console: Console) -> tuple[Pages, int]:
    """A draft and its revision, and the index on the right page of the line that is being written.

    Both are level as far as the revision has come, and what it has not come to yet stands as it is; if they are too
    long to be compared while one is written, each stands for itself.
    """
    new = verse.finished
    if not verse.compared:
        right = growing_alone(verse, looks[1], console)
        return (alone(old, looks[0], console), right), len(right) - 1
    found = level_rows(old.poem, new.poem)
    reached = max((at + 1 for at, row in enumerate(found) if row.new), default=0)
    pairs = [beside(row, old, new, looks, console) for row in found[:reached]]
    ahead = [
        verse_block(as_it_stands(row.old.line) if row.old else None, old, looks[0], "alone", console)
        for row in found[reached:]
    ]
    stanza_begins = bool(ahead) and not ahead[0]
    if stanza_begins or verse.parted:
        pairs.append(((), ()))
    level_with_it, *rest = ahead[1:] if stanza_begins else ahead or [()]
    in_hand = _in_hand(verse, looks[1], console)
    above, below = level(pairs), level([(level_with_it, in_hand), *((block, ()) for block in rest)])
    pages = above[0] + below[0][1:], above[1] + below[1][1:]
    return pages, len(above[0]) + len(in_hand) - 1


def _in_hand(verse: Growing, look: Look, console: Console) -> Block:
    """The line that is being written, with a caret behind its last character."""
    inks = look.inks
    if verse.thinking:
        return (PageLine(Text("      thinking …", style=inks.faint)),)
    number = len(verse.finished.poem.lines) + 1
    gutter = Text(f"{number:>2}    " if verse.line.strip() else "      ", style=inks.faint)
    return tuple(hanging(gutter, Text(verse.line + "▏", style=inks.text), look.width, console, number))
