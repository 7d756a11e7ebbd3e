"""Which lines of a draft became which lines of the next: RevFlux specification 1.0, sections 2 and 3.

The app's diff and the metrics use the same pairs. Ratios are compared as integers, so that nothing depends on rounding.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from poetry_tui.verse.poem import Line, Poem
from poetry_tui.verse.words import is_content, surface

Tokens = tuple[str, ...]
Kind = Literal["match", "move", "split", "merge", "delete", "insert"]


@dataclass(frozen=True, slots=True)
class Group:
    """Old and new lines (0-based) that belong together.

    `kept` is the length of the longest common subsequence of their tokens, `distance` in [0, 1] the normalised Indel
    distance 1 - 2 kept / (old tokens + new tokens). `touched` is False only for an unmoved match to the letter.
    """

    kind: Kind
    old: tuple[int, ...]
    new: tuple[int, ...]
    kept: int
    distance: float
    touched: bool


def align(old: Poem, new: Poem) -> tuple[Group, ...]:
    """Every line of both drafts in exactly one group, by first old line, then inserted lines by new line.

    Time grows with the pairs of lines that share a word; thousands of pairs of sonnets are aligned in a second.
    """
    likeness = _Likeness([line.tokens for line in old.lines], [line.tokens for line in new.lines])
    steps = _ordered(likeness)
    moves = _moves(likeness, [s.old[0] for s in steps if s.kind == "delete"], [s.new[0] for s in steps if not s.old])
    taken = {(move.old, ()) for move in moves} | {((), move.new) for move in moves}
    stay = (step for step in steps if (step.old, step.new) not in taken)
    found = sorted((*stay, *moves), key=lambda step: (not step.old, step.old, step.new))
    return tuple(_group(step, old.lines, new.lines) for step in found)


def flux(old: Poem, new: Poem, groups: Sequence[Group] | None = None) -> float:
    """How much of the poem the revision changed, in [0, 1]: 1 - 2 kept / all tokens, over the aligned groups."""
    total = sum(len(line.tokens) for line in (*old.lines, *new.lines))
    groups = align(old, new) if groups is None else groups
    return 1 - 2 * sum(group.kept for group in groups) / total if total else 0.0


def kept_tokens(old: Tokens, new: Tokens) -> int:
    """Length of the longest common subsequence.

    One bit a token of `old` (Hyyrö 2004, "Bit-parallel LCS-length computation revisited"): faster here than a call into
    a C library, which would have to hash both sequences first.
    """
    if old == new:
        return len(old)
    places: dict[str, int] = {}
    for index, token in enumerate(old):
        places[token] = places.get(token, 0) | 1 << index
    row = mask = (1 << len(old)) - 1
    for token in new:
        if token in places:
            hit = row & places[token]
            row = (row + hit | row - hit) & mask
    return len(old) - row.bit_count()


@dataclass(frozen=True, slots=True)
class _Step:
    kind: Kind
    old: tuple[int, ...]
    new: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Option:
    """A way for `before` old and `after` new lines to belong together, worth their overlap."""

    kind: Kind
    before: int
    after: int
    gain: int


def _group(step: _Step, old: Sequence[Line], new: Sequence[Line]) -> Group:
    before = tuple(token for index in step.old for token in old[index].tokens)
    after = tuple(token for index in step.new for token in new[index].tokens)
    kept = kept_tokens(before, after)
    same = step.kind == "match" and before == after and _same_surface(old[step.old[0]].text, new[step.new[0]].text)
    return Group(step.kind, step.old, step.new, kept, 1 - 2 * kept / (len(before) + len(after)), touched=not same)


def _same_surface(old: str, new: str) -> bool:
    return old == new or surface(old) == surface(new)


@lru_cache(maxsize=4096)
def _bag(tokens: Tokens) -> Counter[str]:
    return Counter(tokens)


class _Likeness:
    """How alike the lines of two drafts are.

    `overlaps[i][j]` is the size of the multiset intersection of unsettled lines, where there is any; `j in content[i]`
    says that a content token is in it.
    """

    def __init__(self, old: Sequence[Tokens], new: Sequence[Tokens]) -> None:
        self.old, self.new = old, new
        olds, news = Counter(old), Counter(new)
        self.settled = {line for line, count in olds.items() if news[line] == count}
        self.overlaps: list[dict[int, int]] = [{} for _ in old]
        self.content: list[set[int]] = [set() for _ in old]
        holding: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for j, line in enumerate(new):
            if line not in self.settled:
                for token, count in _bag(line).items():
                    holding[token].append((j, count))
        for line, overlap, content in zip(old, self.overlaps, self.content, strict=True):
            if line in self.settled:
                continue
            for token, count in _bag(line).items():
                held = holding.get(token, ())
                for j, other in held:
                    overlap[j] = overlap.get(j, 0) + min(count, other)
                if is_content(token):
                    content.update(j for j, _ in held)

    def options(self) -> list[dict[int, list[_Option]]]:
        """For each old line i and new line j that end an admissible match, split or merge, those, in this order."""
        found: list[dict[int, list[_Option]]] = [defaultdict(list) for _ in self.old]
        for i, j, overlap in self._equal() + self._alike():
            found[i][j].append(_Option("match", 1, 1, overlap))
        for i, overlaps in enumerate(self.overlaps):
            for j in overlaps:
                if j - 1 in overlaps and (overlap := self._split(i, j)):
                    found[i][j].append(_Option("split", 1, 2, overlap))
                if i and j in self.overlaps[i - 1] and (overlap := self._merge(i, j)):
                    found[i][j].append(_Option("merge", 2, 1, overlap))
        return found

    def _equal(self) -> list[tuple[int, int, int]]:
        places: dict[Tokens, list[int]] = defaultdict(list)
        for j, line in enumerate(self.new):
            if line in self.settled:
                places[line].append(j)
        return [(i, j, len(line)) for i, line in enumerate(self.old) for j in places.get(line, ())]

    def _alike(self) -> list[tuple[int, int, int]]:
        """Unsettled lines with an affinity of 2/3, or of 1/3 and a content token in common."""
        found = []
        for i, overlaps in enumerate(self.overlaps):
            for j, overlap in overlaps.items():
                length = len(self.old[i]) + len(self.new[j])
                if 6 * overlap >= 2 * length or (6 * overlap >= length and j in self.content[i]):
                    found.append((i, j, overlap))
        return found

    def _split(self, i: int, j: int) -> int:
        """The overlap of old line i with new lines j-1 and j, 0 where that is not admissible."""
        parts = (self.new[j - 1], self.overlaps[i][j - 1]), (self.new[j], self.overlaps[i][j])
        return _joined(self.old[i], *parts) if {j - 1, j} & self.content[i] else 0

    def _merge(self, i: int, j: int) -> int:
        """The overlap of old lines i-1 and i with new line j, 0 where that is not admissible."""
        parts = (self.old[i - 1], self.overlaps[i - 1][j]), (self.old[i], self.overlaps[i][j])
        return _joined(self.new[j], *parts) if j in self.content[i - 1] or j in self.content[i] else 0


def _joined(one: Tokens, first: tuple[Tokens, int], second: tuple[Tokens, int]) -> int:
    """The overlap of a line with two joined ones, given with their own overlaps.

    0 unless the affinity is at least 3/5 and larger than that with either alone.
    """
    length = len(one) + len(first[0]) + len(second[0])
    if 10 * (first[1] + second[1]) < 3 * length:
        return 0
    bag, more = _bag(first[0]), _bag(second[0])
    overlap = sum(min(count, bag[token] + more[token]) for token, count in _bag(one).items())
    grows = all(overlap * (len(one) + len(part)) > alone * length for part, alone in (first, second))
    return overlap if grows and 10 * overlap >= 3 * length else 0


def _ordered(likeness: _Likeness) -> list[_Step]:
    """The alignment in order that keeps most: `best[i][j]` is the most that i old and j new lines can keep."""
    options = likeness.options()
    width = len(likeness.new) + 1
    best = [[0] * width]
    for i, here in enumerate(options, start=1):
        above = best[-1]
        if not here:
            best.append(above)
            continue
        row = above.copy()
        left = 0
        for j in range(1, width):
            top = max(above[j], left)
            for option in here.get(j - 1, ()):
                top = max(top, best[i - option.before][j - option.after] + option.gain)
            row[j] = left = top
        best.append(row)
    return _traced(options, best)


def _traced(options: list[dict[int, list[_Option]]], best: list[list[int]]) -> list[_Step]:
    """The steps that attain the best, each the first that does in the order match, split, merge, delete, insert."""
    steps, i, j = [], len(best) - 1, len(best[0]) - 1
    while i or j:
        ending = options[i - 1].get(j - 1, ()) if i and j else ()
        gone = _Option("delete", 1, 0, 0) if i else None
        choices = (*ending, gone) if gone else ending
        attains = (o for o in choices if best[i - o.before][j - o.after] + o.gain == best[i][j])
        chosen = next(attains, _Option("insert", 0, 1, 0))
        start, begin = i - chosen.before, j - chosen.after
        steps.append(_Step(chosen.kind, tuple(range(start, i)), tuple(range(begin, j))))
        i, j = start, begin
    return steps[::-1]


def _moves(likeness: _Likeness, deleted: Sequence[int], inserted: Sequence[int]) -> list[_Step]:
    """Deleted lines that came back elsewhere: equal ones, or an affinity of 3/5 with a content token in common."""
    free = set(inserted)
    candidates = []
    for i in deleted:
        line = likeness.old[i]
        if line in likeness.settled:
            pairs = [(j, len(line)) for j in inserted if likeness.new[j] == line]
        else:
            pairs = [(j, overlap) for j, overlap in likeness.overlaps[i].items() if j in free]
        for j, overlap in pairs:
            length = len(line) + len(likeness.new[j])
            if line in likeness.settled or (10 * overlap >= 3 * length and j in likeness.content[i]):
                candidates.append((Fraction(-overlap, length), -overlap, abs(i - j), i, j))
    moves: list[_Step] = []
    left = set(deleted)
    for *_, i, j in sorted(candidates):
        if i in left and j in free:
            moves.append(_Step("move", (i,), (j,)))
            left.remove(i)
            free.remove(j)
    return moves
