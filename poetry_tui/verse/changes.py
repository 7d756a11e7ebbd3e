"""What a person does with the lines of a revision: take or refuse single changes, and keep locked lines as they are."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from poetry_tui.verse.align import Group, align
from poetry_tui.verse.poem import Line, Poem


@dataclass(frozen=True, slots=True)
class Change:
    """Lines that went and lines that came in their place (either may be empty), as in a patch."""

    gone: tuple[Line, ...]
    come: tuple[Line, ...]


def changes(old: Poem, new: Poem) -> tuple[Change, ...]:
    """Every touched group of lines between two drafts, in the order of the new draft (deletions where they stood)."""
    return tuple(_change(old, new, group) for group in _in_new_order(align(old, new)) if group.touched)


def refuse(old: Poem, new: Poem, refused: Collection[Change]) -> Poem:
    """The new draft with the old lines put back for every refused change; a moved line goes back to where it stood."""
    groups = align(old, new)
    back = {index for index, group in enumerate(groups) if group.touched and _change(old, new, group) in refused}
    return _poem(old, new, _entries(old, new, groups, back, moves_back=True))


def restore_locked(old: Poem, new: Poem, locked: Collection[int]) -> tuple[Poem, frozenset[int], frozenset[int]]:
    """The new draft with every locked line of the old one in it, to the letter.

    `locked` are line numbers (from 1) of the old draft. Returns the poem, the numbers in it of the locked lines that
    had to be put back, and the numbers in it of all locked lines. A locked line that only moved stays where the new
    draft has it; with one that was merged, the line it was merged with comes back too.
    """
    groups = align(old, new)
    wanted = {number - 1 for number in locked}
    kept = {
        group.old[0]: group.new[0]
        for group in groups
        if group.kind in ("match", "move")
        and group.old[0] in wanted
        and old.lines[group.old[0]].text == new.lines[group.new[0]].text
    }
    back = {index for index, group in enumerate(groups) if wanted & set(group.old) - kept.keys()}
    entries = _entries(old, new, groups, back, moves_back=False)
    numbers = {(entry.draft, entry.index): number for number, entry in enumerate(entries, start=1)}
    restored = frozenset(number for (draft, index), number in numbers.items() if draft == "old" and index in wanted)
    return _poem(old, new, entries), restored, restored | {numbers["new", index] for index in kept.values()}


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of the poem to be: where it comes from, and which stanza it belongs to."""

    draft: Literal["old", "new"]
    index: int
    text: str
    stanza: tuple[str, int]


def _entries(old: Poem, new: Poem, groups: Sequence[Group], back: Collection[int], *, moves_back: bool) -> list[_Entry]:
    """The new draft, with the groups whose indexes are in `back` standing as they did in the old one.

    Old lines take the place of the new lines of their group; deleted ones follow the last old line before them that did
    not move, and so do moved ones where `moves_back`.
    """
    became = {i: group.new[-1] for group in groups if group.new and group.kind != "move" for i in group.old}
    gone: set[int] = set()
    follow: dict[int, list[_Entry]] = {}
    for index in sorted(back, key=lambda index: groups[index].old or (-1,)):
        group = groups[index]
        gone.update(group.new)
        for i in group.old:
            if group.new and not (group.kind == "move" and moves_back):
                place, stanza = group.new[0], ("new", new.stanza_numbers[group.new[0]])
            else:
                place, stanza = _place(old, new, i, became)
            follow.setdefault(place, []).append(_Entry("old", i, old.lines[i].text, stanza))
    entries = follow.get(-1, [])
    for j, line in enumerate(new.lines):
        if j not in gone:
            entries.append(_Entry("new", j, line.text, ("new", new.stanza_numbers[j])))
        entries += follow.get(j, [])
    return entries


def _place(old: Poem, new: Poem, i: int, became: dict[int, int]) -> tuple[int, tuple[str, int]]:
    """After which new line (-1: before all) an old line without new ones comes, and into which stanza."""
    place = next((became[before] for before in range(i - 1, -1, -1) if before in became), -1)
    stanza = old.stanza_numbers[i]
    neighbours = [near for near in (*range(i - 1, -1, -1), *range(i + 1, len(old.lines))) if near in became]
    near = next((near for near in neighbours if old.stanza_numbers[near] == stanza), None)
    return place, ("old", stanza) if near is None else ("new", new.stanza_numbers[became[near]])


def _poem(old: Poem, new: Poem, entries: Sequence[_Entry]) -> Poem:
    marks = {("old", number): stanza.mark for number, stanza in enumerate(old.stanzas)}
    marks |= {("new", number): stanza.mark for number, stanza in enumerate(new.stanzas)}
    parts: list[str] = []
    for place, stanza in groupby(entries, key=lambda entry: entry.stanza):
        parts += [marks.pop(place, ""), "\n".join(entry.text for entry in stanza)]
    return Poem.parse("\n\n".join(parts))


def _change(old: Poem, new: Poem, group: Group) -> Change:
    return Change(tuple(old.lines[i] for i in group.old), tuple(new.lines[j] for j in group.new))


def _in_new_order(groups: Sequence[Group]) -> list[Group]:
    """Groups by their place in the new draft; a deletion stands after the line that its predecessor became."""
    became = {i: group.new[-1] for group in groups if group.new for i in group.old}

    def place(group: Group) -> float:
        if group.new:
            return group.new[0]
        return next((became[i] + 0.5 for i in range(group.old[0] - 1, -1, -1) if i in became), -0.5)

    return sorted(groups, key=place)
