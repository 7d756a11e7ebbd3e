"""Drafts as page lines: gutter, scansion, words that went and words that came, two drafts level.

What is laid out is remembered, so that a page is painted anew only where it is no longer what it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import zip_longest
from typing import Literal

from rich.console import Console
from rich.style import Style
from rich.text import Text

from poetry_tui.prosody.report import LineReport
from poetry_tui.tui.inks import Inks
from poetry_tui.tui.widgets.page import PageLine
from poetry_tui.verse import Cell, Line, Poem, Row, Segment, rows
from poetry_tui.workshop import Draft

GUTTER = 6
_HANG = 2

Side = Literal["old", "new", "alone"]
Block = tuple[PageLine, ...]
"""The page lines of one verse line; none where a side has no line in a row."""


@dataclass(frozen=True, slots=True)
class Look:
    """How drafts are to be shown: the inks, the width of a page, scansion or not, and which lines are lit.

    `lit` are lines a remark speaks of, `cursor` is the line the person is on (0: none); both of the draft at hand.
    """

    inks: Inks
    width: int
    scansion: bool = False
    lit: frozenset[int] = field(default_factory=frozenset)
    cursor: int = 0

    def of_line(self, number: int) -> Look:
        """The look without what concerns other lines."""
        cursor = number if self.cursor == number else 0
        return Look(self.inks, self.width, self.scansion, self.lit & {number}, cursor)


Looks = tuple[Look, Look]
"""Of the left page and of the right one."""
Pages = tuple[list[PageLine], list[PageLine]]


def facing(old: Draft, new: Draft, looks: Looks, console: Console) -> Pages:
    """Two drafts as two pages of the same length."""
    return level(beside(row, old, new, looks, console) for row in level_rows(old.poem, new.poem))


def beside(row: Row, old: Draft, new: Draft, looks: Looks, console: Console) -> tuple[Block, Block]:
    """What stands level in two drafts."""
    return (
        verse_block(row.old, old, looks[0], "old", console),
        verse_block(row.new, new, looks[1], "new", console),
    )


def alone(draft: Draft, look: Look, console: Console) -> list[PageLine]:
    """One draft on its own page."""
    lines = [EMPTY]
    for stanza in draft.poem.stanzas:
        if len(lines) > 1:
            lines.append(EMPTY)
        for line in stanza.lines:
            lines += verse_block(as_it_stands(line), draft, look, "alone", console)
    return lines


def prose(text: str, look: Look, console: Console, style: Style) -> list[PageLine]:
    """Plain paragraphs."""
    lines = [EMPTY]
    for paragraph in text.split("\n"):
        wrapped = (
            Text(paragraph, style=style).wrap(console, max(10, look.width - 2)) if paragraph.strip() else [Text("")]
        )
        lines += [PageLine(Text.assemble(" ", line)) for line in wrapped]
    return lines


def changed_lines(old: Poem, new: Poem) -> int:
    """How many lines of the new draft are not as they were."""
    return sum(row.new is not None and row.new.state != "same" for row in level_rows(old, new))


@lru_cache(maxsize=16)
def level_rows(old: Poem, new: Poem) -> tuple[Row, ...]:
    """The rows of two drafts; to align long ones takes longer than to paint them."""
    return rows(old, new)


def level(blocks: Iterable[tuple[Block, Block]]) -> Pages:
    """Two pages of the same length, the blocks of each pair level; one empty line where neither side has any."""
    left, right = [EMPTY], [EMPTY]
    for pair in blocks:
        for one, other in zip_longest(*(pair if any(pair) else ((EMPTY,), (EMPTY,))), fillvalue=EMPTY):
            left.append(one)
            right.append(other)
    return left, right


def as_it_stands(line: Line) -> Cell:
    """A line that is compared with nothing."""
    return Cell(line, (Segment(line.text),), "same")


def verse_block(cell: Cell | None, draft: Draft, look: Look, side: Side, console: Console) -> Block:
    """A verse line with its gutter: the scansion above it, if wanted, and as many page lines as it needs."""
    if cell is None:
        return ()
    number = cell.line.number
    heard = draft.report.lines[number - 1] if draft.report else None
    return _block(cell, heard, number in draft.locked, look.of_line(number), side, console)


EMPTY = PageLine(Text(""))


@lru_cache(maxsize=4096)
def _block(cell: Cell, heard: LineReport | None, locked: bool, look: Look, side: Side, console: Console) -> Block:
    number = cell.line.number
    body = Text()
    for segment in cell.segments:
        body.append(segment.text, _ink(segment, cell, look.inks, side))
    if look.cursor:
        body.stylize(look.inks.cursor)
    if look.lit:
        body.stylize(Style(bold=True) + look.inks.chip)
    lines = hanging(_gutter(cell, heard, locked, look, side), body, look.width, console, number)
    if look.scansion and heard and cell.line.text.strip():
        over = Text(" " * GUTTER + heard.scansion, style=look.inks.faint, no_wrap=True)
        over.truncate(look.width)
        lines.insert(0, PageLine(over, number))
    return tuple(lines)


def _ink(segment: Segment, cell: Cell, inks: Inks, side: Side) -> Style:
    if segment.changed:
        return inks.gone if side == "old" else inks.come if side == "new" else inks.text
    if side == "new" and cell.state == "same":
        return inks.quiet
    return inks.text


def _gutter(cell: Cell, heard: LineReport | None, locked: bool, look: Look, side: Side) -> Text:
    """Six columns: number, rhyme letter (lower case and reversed when it fails), mark, a space."""
    inks = look.inks
    gutter = Text(f"{cell.line.number:>2} ", style=inks.heading if look.cursor else inks.faint)
    if heard and heard.letter:
        letter = heard.letter[0] if heard.rhymes else heard.letter[0].lower()
        gutter.append(letter, inks.letter(heard.letter, fits=heard.rhymes))
    else:
        gutter.append(" ")
    if locked:
        gutter.append("◆", inks.lock)
    elif side == "new" and cell.state != "same":
        gutter.append("▎", inks.mark)
    else:
        gutter.append(" ")
    gutter.append(" ")
    if heard and not heard.on_meter and look.scansion:
        gutter.stylize(inks.bad, 0, 2)
    return gutter


def hanging(gutter: Text, body: Text, width: int, console: Console, number: int) -> list[PageLine]:
    """The body behind its gutter; where it must wrap it hangs under its text."""
    room = max(8, width - GUTTER)
    first, *rest = body.wrap(console, room) or [Text("")]
    if rest:
        tail = body[len(first.plain) :]
        tail = tail[len(tail.plain) - len(tail.plain.lstrip()) :]
        rest = list(tail.wrap(console, room - _HANG))
    lines = [PageLine(Text.assemble(gutter, first), number)]
    return lines + [PageLine(Text.assemble(" " * (GUTTER + _HANG), line), number) for line in rest]
