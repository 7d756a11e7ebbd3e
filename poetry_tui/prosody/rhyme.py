"""Which lines rhyme."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import product
from typing import Literal

from poetry_tui import resources
from poetry_tui.prosody.pronunciation import pronunciations

Rhyme = Literal["perfect", "identical", "slant", "none"]
_REACH = 12
"""Lines; a rhyme further back than this is not heard as one."""


def rhyme_of(first: str, second: str) -> Rhyme:
    """How two end words rhyme, by the best of all their pronunciations.

    Perfect: the same sounds from the last stressed vowel on. Slant: the stressed vowel or the final consonants are
    the same, or an unstressed ending answers a stressed one (majesty / be).
    """
    if first == second:
        return "identical" if first else "none"
    best: Rhyme = "none"
    for one, other in product(pronunciations(first), pronunciations(second)):
        if one.rhyme_part == other.rhyme_part:
            return "perfect"
        a, b = one.last_syllable, other.last_syllable
        if a == b or one.rhyme_part[0] == other.rhyme_part[0] or (len(a) > 1 and a[1:] == b[1:]):
            best = "slant"
    return best


def letters(end_words: Sequence[str]) -> list[str]:
    """A letter (A, B, … Z, AA …) for each line that rhymes perfectly with one near it; "" for the others."""
    groups: list[list[int]] = []
    for index, word in enumerate(end_words):
        near = (
            group
            for group in reversed(groups)
            if index - group[-1] <= _REACH and any(rhyme_of(word, end_words[other]) in _FULL for other in group[-2:])
        )
        found = next(near, None)
        if found is None:
            groups.append([index])
        else:
            found.append(index)
    named = [""] * len(end_words)
    for number, group in enumerate(group for group in groups if len(group) > 1):
        for index in group:
            named[index] = letter(number)
    return named


_FULL = ("perfect", "identical")


def letter(number: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    return chr(ord("A") + number % 26) * (number // 26 + 1)


def words_that_rhyme(word: str, avoid: Iterable[str] = (), limit: int = 4) -> tuple[str, ...]:
    """Common words that rhyme perfectly with `word`, shortest first."""
    shunned = {word, *avoid}
    parts = {said.rhyme_part for said in pronunciations(word)}
    found = (common for part in parts for common in _common_by_rhyme().get(part, ()) if common not in shunned)
    return tuple(sorted(dict.fromkeys(found), key=lambda common: (len(common), common))[:limit])


@cache
def _common_by_rhyme() -> dict[tuple[str, ...], list[str]]:
    found: dict[tuple[str, ...], list[str]] = {}
    for word in resources.read_text("config", "common_words.txt").split():
        found.setdefault(pronunciations(word)[0].rhyme_part, []).append(word)
    return found
