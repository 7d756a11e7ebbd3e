"""Two drafts as page lines: gutter, scansion, words that went and words that came, both sides level."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Literal

from rich.console import Console
from rich.style import Style
from rich.text import Text

from poetry_tui.prosody.report import LineReport
from poetry_tui.tui.inks import Inks
from poetry_tui.tui.widgets.page import PageLine
from poetry_tui.verse import Cell, Poem, Row, Segment, rows
from poetry_tui.workshop import Draft

GUTTER = 6
_HANG = 2

Side = Literal["old", "new", "alone"]


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


def facing(
    old: Draft, new: Draft, look_old: Look, look_new: Look, console: Console
) -> tuple[list[PageLine], list[PageLine]]:
    """Two drafts as two pages of the same length."""
    left: list[PageLine] = [_EMPTY]
    right: list[PageLine] = [_EMPTY]
    for row in rows(old.poem, new.poem):
        blocks = (
            _block(row.old, old, look_old, "old", console),
            _block(row.new, new, look_new, "new", console),
        )
        if row.old is None and row.new is None:
            blocks = ([_EMPTY], [_EMPTY])
        for one, other in zip_longest(*blocks, fillvalue=_EMPTY):
            left.append(one)
            right.append(other)
    return left, right


def alone(draft: Draft, look: Look, console: Console) -> list[PageLine]:
    """One draft on its own page."""
    lines = [_EMPTY]
    for stanza in draft.poem.stanzas:
        if len(lines) > 1:
            lines.append(_EMPTY)
        for line in stanza.lines:
            lines += _block(Cell(line, (Segment(line.text),), "same"), draft, look, "alone", console)
    return lines


def written_so_far(text: str, look: Look, console: Console) -> list[PageLine]:
    """A poem in the making: lines as they come, numbered, with a caret behind the last character."""
    lines = [_EMPTY]
    poem = Poem.parse(text)
    for stanza in poem.stanzas:
        if len(lines) > 1:
            lines.append(_EMPTY)
        for line in stanza.lines:
            last = line.number == len(poem.lines) and not text.endswith("\n")
            body = Text(line.text + ("▏" if last else ""), style=look.inks.text)
            number = Text(f"{line.number:>2}    ", style=look.inks.faint)
            lines += _wrapped(number, body, look.width, console, line.number)
    return lines


def prose(text: str, look: Look, console: Console, style: Style) -> list[PageLine]:
    """Plain paragraphs."""
    lines = [_EMPTY]
    for paragraph in text.split("\n"):
        wrapped = (
            Text(paragraph, style=style).wrap(console, max(10, look.width - 2)) if paragraph.strip() else [Text("")]
        )
        lines += [PageLine(Text.assemble(" ", line)) for line in wrapped]
    return lines


_EMPTY = PageLine(Text(""))


def _block(cell: Cell | None, draft: Draft, look: Look, side: Side, console: Console) -> list[PageLine]:
    """A verse line with its gutter: the scansion above it, if wanted, and as many lines as it needs."""
    if cell is None:
        return []
    number = cell.line.number
    heard = draft.report.lines[number - 1] if draft.report else None
    body = Text()
    for segment in cell.segments:
        body.append(segment.text, _ink(segment, cell, look.inks, side))
    if number == look.cursor:
        body.stylize(look.inks.cursor)
    if number in look.lit:
        body.stylize(Style(bold=True) + look.inks.chip)
    lines = _wrapped(_gutter(cell, draft, heard, look, side), body, look.width, console, number)
    if look.scansion and heard and cell.line.text.strip():
        over = Text(" " * GUTTER + heard.scansion, style=look.inks.faint, no_wrap=True)
        over.truncate(look.width)
        lines.insert(0, PageLine(over, number))
    return lines


def _ink(segment: Segment, cell: Cell, inks: Inks, side: Side) -> Style:
    if segment.changed:
        return inks.gone if side == "old" else inks.come if side == "new" else inks.text
    if side == "new" and cell.state == "same":
        return inks.quiet
    return inks.text


def _gutter(cell: Cell, draft: Draft, heard: LineReport | None, look: Look, side: Side) -> Text:
    """Six columns: number, rhyme letter (lower case and reversed when it fails), mark, a space."""
    inks, number = look.inks, cell.line.number
    gutter = Text(f"{number:>2} ", style=inks.heading if number == look.cursor else inks.faint)
    if heard and heard.letter:
        letter = heard.letter[0] if heard.rhymes else heard.letter[0].lower()
        gutter.append(letter, inks.letter(heard.letter, fits=heard.rhymes))
    else:
        gutter.append(" ")
    if number in draft.locked:
        gutter.append("◆", inks.lock)
    elif side == "new" and cell.state != "same":
        gutter.append("▎", inks.mark)
    else:
        gutter.append(" ")
    gutter.append(" ")
    if heard and not heard.on_meter and look.scansion:
        gutter.stylize(inks.bad, 0, 2)
    return gutter


def _wrapped(gutter: Text, body: Text, width: int, console: Console, number: int) -> list[PageLine]:
    """The body behind its gutter; where it must wrap it hangs under its text."""
    room = max(8, width - GUTTER)
    first, *rest = body.wrap(console, room) or [Text("")]
    if rest:
        tail = body[len(first.plain) :]
        tail = tail[len(tail.plain) - len(tail.plain.lstrip()) :]
        rest = list(tail.wrap(console, room - _HANG))
    lines = [PageLine(Text.assemble(gutter, first), number)]
    return lines + [PageLine(Text.assemble(" " * (GUTTER + _HANG), line), number) for line in rest]


def changed_lines(old: Poem, new: Poem) -> int:
    """How many lines of the new draft are not as they were."""
    return sum(_is_changed(row) for row in rows(old, new))


def _is_changed(row: Row) -> bool:
    return row.new is not None and row.new.state != "same"
