"""Which lines of a draft became which lines of the next: RevFlux specification 1.0, sections 2 and 3.

The app's diff and the metrics use the same pairs. Ratios are compared as integers, so that nothing depends on rounding.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

from rapidfuzz.distance import LCSseq

from poetry_tui.verse.poem import Poem
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


def kept_tokens(old: Tokens, new: Tokens) -> int:
    """Length of the longest common subsequence."""
    return LCSseq.similarity(old, new)


def distance(old: Tokens, new: Tokens) -> float:
    """Normalised Indel distance on tokens, in [0, 1]; 0 if both are empty."""
    total = len(old) + len(new)
    return 1 - 2 * kept_tokens(old, new) / total if total else 0.0


def flux(old: Poem, new: Poem, groups: Sequence[Group] | None = None) -> float:
    """How much of the poem the revision changed, in [0, 1]: 1 - 2 kept / all tokens, over the aligned groups."""
    total = sum(len(line.tokens) for line in (*old.lines, *new.lines))
    groups = align(old, new) if groups is None else groups
    return 1 - 2 * sum(group.kept for group in groups) / total if total else 0.0


def align(old: Poem, new: Poem) -> tuple[Group, ...]:
    """Every line of both drafts in exactly one group, by first old line, then inserted lines by new line.

    Time grows with the product of the numbers of lines.
    """
    return _Alignment(old, new).groups()


class _Alignment:
    def __init__(self, old: Poem, new: Poem) -> None:
        self.old_poem, self.new_poem = old, new
        self.old = [line.tokens for line in old.lines]
        self.new = [line.tokens for line in new.lines]
        counts_old, counts_new = Counter(self.old), Counter(self.new)
        self.settled = {tokens for tokens, count in counts_old.items() if counts_new[tokens] == count}
        self.bags: dict[Tokens, Counter[str]] = {}
        self.overlaps: dict[tuple[Tokens, Tokens], tuple[int, bool]] = {}

    def groups(self) -> tuple[Group, ...]:
        ordered = self._ordered()
        moves = self._moves(
            [old[0] for kind, old, _ in ordered if kind == "delete"],
            [new[0] for kind, _, new in ordered if kind == "insert"],
        )
        moved_old, moved_new = {old for old, _ in moves}, {new for _, new in moves}
        found: list[tuple[Kind, tuple[int, ...], tuple[int, ...]]] = [
            entry
            for entry in ordered
            if not (entry[0] == "delete" and entry[1][0] in moved_old)
            and not (entry[0] == "insert" and entry[2][0] in moved_new)
        ]
        found += [("move", (old,), (new,)) for old, new in moves]
        found.sort(key=lambda entry: (0, entry[1][0]) if entry[1] else (1, entry[2][0]))
        return tuple(self._group(*entry) for entry in found)

    def _group(self, kind: Kind, old: tuple[int, ...], new: tuple[int, ...]) -> Group:
        before = tuple(token for index in old for token in self.old[index])
        after = tuple(token for index in new for token in self.new[index])
        same = kind == "match" and surface(self.old_poem.lines[old[0]].text) == surface(
            self.new_poem.lines[new[0]].text
        )
        kept = len(before) if before == after else kept_tokens(before, after)
        total = len(before) + len(after)
        return Group(kind, old, new, kept, 1 - 2 * kept / total if total else 0.0, touched=not same)

    def _overlap(self, a: Tokens, b: Tokens) -> tuple[int, bool]:
        """Size of the multiset intersection, and whether a content token is in it."""
        if (a, b) not in self.overlaps:
            for tokens in (a, b):
                if tokens not in self.bags:
                    self.bags[tokens] = Counter(tokens)
            small, large = sorted((self.bags[a], self.bags[b]), key=len)
            shared = {token: min(count, large[token]) for token, count in small.items() if token in large}
            self.overlaps[a, b] = sum(shared.values()), any(map(is_content, shared))
        return self.overlaps[a, b]

    def _pair(self, a: Tokens, b: Tokens) -> int:
        """The overlap of an admissible pair, else -1."""
        if a in self.settled or b in self.settled:
            return len(a) if a == b else -1
        overlap, content = self._overlap(a, b)
        length = len(a) + len(b)
        return overlap if 6 * overlap >= 2 * length or (content and 6 * overlap >= length) else -1

    def _joined(self, one: Tokens, first: Tokens, second: Tokens) -> int:
        """The overlap of an admissible split of `one` into two (or merge of two into it), else -1."""
        if one in self.settled or first in self.settled or second in self.settled:
            return -1
        overlap, content = self._overlap(one, first + second)
        length = len(one) + len(first) + len(second)
        if not content or 10 * overlap < 3 * length:
            return -1
        for part in (first, second):
            alone, _ = self._overlap(one, part)
            if overlap * (len(one) + len(part)) <= alone * length:
                return -1
        return overlap

    def _ordered(self) -> list[tuple[Kind, tuple[int, ...], tuple[int, ...]]]:
        n, m = len(self.old), len(self.new)
        best = [[0] * (m + 1) for _ in range(n + 1)]
        choice: list[list[Kind]] = [["delete"] * (m + 1) for _ in range(n + 1)]
        for j in range(1, m + 1):
            choice[0][j] = "insert"
        for i, j in product(range(1, n + 1), range(1, m + 1)):
            a, b = self.old[i - 1], self.new[j - 1]
            options: list[tuple[int, int, Kind]] = [(best[i - 1][j - 1], self._pair(a, b), "match")]
            if j > 1:
                options.append((best[i - 1][j - 2], self._joined(a, self.new[j - 2], b), "split"))
            if i > 1:
                options.append((best[i - 2][j - 1], self._joined(b, self.old[i - 2], a), "merge"))
            options += [(best[i - 1][j], 0, "delete"), (best[i][j - 1], 0, "insert")]
            top = max(base + gain for base, gain, _ in options if gain >= 0)
            kind = next(kind for base, gain, kind in options if gain >= 0 and base + gain == top)
            best[i][j], choice[i][j] = top, kind
        return self._traced(choice)

    def _traced(self, choice: list[list[Kind]]) -> list[tuple[Kind, tuple[int, ...], tuple[int, ...]]]:
        steps: dict[Kind, tuple[int, int]] = {
            "match": (1, 1),
            "split": (1, 2),
            "merge": (2, 1),
            "delete": (1, 0),
            "insert": (0, 1),
        }
        found, i, j = [], len(self.old), len(self.new)
        while i or j:
            kind = choice[i][j]
            old, new = steps[kind]
            found.append((kind, tuple(range(i - old, i)), tuple(range(j - new, j))))
            i, j = i - old, j - new
        return found[::-1]

    def _moves(self, deleted: list[int], inserted: list[int]) -> list[tuple[int, int]]:
        candidates = []
        for i, j in product(deleted, inserted):
            a, b = self.old[i], self.new[j]
            if a in self.settled or b in self.settled:
                if a != b:
                    continue
                overlap = len(a)
            else:
                overlap, content = self._overlap(a, b)
                if not content or 10 * overlap < 3 * (len(a) + len(b)):
                    continue
            candidates.append((_Descending(overlap, len(a) + len(b)), -overlap, abs(i - j), i, j))
        candidates.sort()
        accepted: list[tuple[int, int]] = []
        for *_, i, j in candidates:
            if all(i != old and j != new for old, new in accepted):
                accepted.append((i, j))
        return accepted


@dataclass(frozen=True, slots=True)
class _Descending:
    """A ratio that sorts largest first, compared without rounding."""

    over: int
    under: int

    def __lt__(self, other: _Descending) -> bool:
        return self.over * other.under > other.over * self.under
