"""Two drafts laid side by side, line by line and word by word, for a reader."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise, zip_longest
from typing import Literal

from poetry_tui.verse.align import Group, align
from poetry_tui.verse.poem import Line, Poem
from poetry_tui.verse.words import FUNCTION_WORDS

_PIECE = re.compile(r"\w+(?:['’-]\w+)*|\s+|[^\w\s]")
_LONGEST = 2000
"""Characters; a longer line is shown as changed as a whole."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of a line's text; `changed` where the other draft does not have it."""

    text: str
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A line in its row. `state`: as in the other draft, changed, only here, or here at another place."""

    line: Line
    segments: tuple[Segment, ...]
    state: Literal["same", "changed", "only", "moved"]


@dataclass(frozen=True, slots=True)
class Row:
    """What stands level in the two drafts; both sides None is the space between stanzas."""

    old: Cell | None
    new: Cell | None


def word_diff(old: str, new: str) -> tuple[tuple[Segment, ...], tuple[Segment, ...]]:
    """The two lines as segments; joined, each side's segments give its text back.

    A small word that both have between other changes is marked along with them, as a reader would in one stroke.
    """
    if old == new or max(len(old), len(new)) > _LONGEST:
        changed = old != new
        return (Segment(old, changed),), (Segment(new, changed),)
    a, b = _PIECE.findall(old), _PIECE.findall(new)
    kept_a, kept_b = [False] * len(a), [False] * len(b)
    words_a, words_b = _solid(a), _solid(b)
    matcher = SequenceMatcher(None, [a[i] for i in words_a], [b[j] for j in words_b], autojunk=False)
    end_a = end_b = 0
    for block, following in pairwise(matcher.get_matching_blocks()):
        inside_a = end_a < block.a and block.a + block.size < following.a
        inside_b = end_b < block.b and block.b + block.size < following.b
        end_a, end_b = block.a + block.size, block.b + block.size
        small = all(a[i].casefold() in FUNCTION_WORDS for i in words_a[block.a : end_a])
        if not (small and (inside_a or inside_b)):
            for i, j in zip(words_a[block.a : end_a], words_b[block.b : end_b], strict=True):
                kept_a[i] = kept_b[j] = True
    return _segments(a, kept_a), _segments(b, kept_b)


def _solid(pieces: Sequence[str]) -> list[int]:
    return [index for index, piece in enumerate(pieces) if not piece.isspace()]


def _segments(pieces: Sequence[str], kept: list[bool]) -> tuple[Segment, ...]:
    """Runs of kept and changed pieces; the space between two changed pieces belongs to the change."""
    found: list[Segment] = []
    for index, piece in enumerate(pieces):
        changed = not kept[index]
        if piece.isspace():
            changed = 0 < index < len(pieces) - 1 and not kept[index - 1] and not kept[index + 1]
        if found and found[-1].changed == changed:
            found[-1] = Segment(found[-1].text + piece, changed)
        else:
            found.append(Segment(piece, changed))
    return tuple(found)


def rows(old: Poem, new: Poem) -> tuple[Row, ...]:
    """Both drafts from top to bottom, lines that belong together level with each other."""
    groups = align(old, new)
    anchors = [group for group in groups if group.old and group.new and group.kind != "move"]
    moved_old = {i for group in groups if group.kind == "move" for i in group.old}
    moved_new = {j for group in groups if group.kind == "move" for j in group.new}
    found: list[Row] = []
    i = j = 0
    for group in [*anchors, None]:
        end_i, end_j = (group.old[0], group.new[0]) if group else (len(old.lines), len(new.lines))
        alone = zip_longest(
            (_alone(old.lines[k], k in moved_old) for k in range(i, end_i)),
            (_alone(new.lines[k], k in moved_new) for k in range(j, end_j)),
        )
        found += [Row(left, right) for left, right in alone]
        if group:
            found += _pair(old, new, group)
            i, j = group.old[-1] + 1, group.new[-1] + 1
    return tuple(_with_breaks(old, new, found))


def _alone(line: Line, moved: bool) -> Cell:
    return Cell(line, (Segment(line.text, not moved),), "moved" if moved else "only")


def _pair(old: Poem, new: Poem, group: Group) -> list[Row]:
    """A match in one row; the two halves of a split or merge under each other, marked against the whole."""
    before, after = [old.lines[i] for i in group.old], [new.lines[j] for j in group.new]
    left, right = word_diff(" ".join(line.text for line in before), " ".join(line.text for line in after))
    state: Literal["same", "changed"] = "changed" if group.touched else "same"
    return [
        Row(
            Cell(one, _cut(left, before, index), state) if one else None,
            Cell(other, _cut(right, after, index), state) if other else None,
        )
        for index, (one, other) in enumerate(zip_longest(before, after))
    ]


def _cut(segments: tuple[Segment, ...], lines: Sequence[Line], index: int) -> tuple[Segment, ...]:
    """The segments of joined lines that fall into one of them."""
    if len(lines) == 1:
        return segments
    start = sum(len(line.text) + 1 for line in lines[:index])
    end, at, found = start + len(lines[index].text), 0, []
    for segment in segments:
        text = segment.text[max(0, start - at) : max(0, end - at)]
        if text:
            found.append(Segment(text, segment.changed))
        at += len(segment.text)
    return tuple(found)


def _with_breaks(old: Poem, new: Poem, found: Sequence[Row]) -> list[Row]:
    """An empty row wherever a stanza begins on either side."""
    result: list[Row] = []
    for row in found:
        if result and (_begins_stanza(old, row.old) or _begins_stanza(new, row.new)):
            result.append(Row(None, None))
        result.append(row)
    return result


def _begins_stanza(poem: Poem, cell: Cell | None) -> bool:
    if cell is None or cell.line.number == 1:
        return False
    index = cell.line.number - 1
    return poem.stanza_numbers[index] != poem.stanza_numbers[index - 1]
