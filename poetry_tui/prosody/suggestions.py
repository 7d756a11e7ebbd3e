"""Words that would rhyme: for an end word that fails, ranked by how common they are and how well they fit the poem."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from pathlib import Path

from poetry_tui import resources
from poetry_tui.prosody.pronunciation import Phones, pronunciations
from poetry_tui.prosody.rhyme_kinds import rhyme_of

COMMON = Path(__file__).with_name("tables") / "common.txt"
_FAMILIAR = 3000
"""Ranks that a word gains for being in the poem's vocabulary, inflected otherwise."""
_STEM = 4
"""Letters that two words share at their beginning to be of one family."""
_MISFIT = 2500
"""Ranks that a word loses for another number of syllables than the one it would replace."""


def words_that_rhyme(
    word: str, avoid: Iterable[str] = (), limit: int = 4, *, replaces: str = "", vocabulary: Collection[str] = ()
) -> tuple[str, ...]:
    """Common words that rhyme perfectly with `word`, the best first.

    `replaces` is the word whose place in the meter they would take: those with its stresses come first, and those of
    another stress at the end not at all. `vocabulary` are words of the poem, whose families come earlier.
    """
    shunned = {word, replaces, *avoid}
    rank = _ranks()
    wanted = pronunciations(replaces)[0].stresses if replaces else ""
    families = {known[:_STEM] for known in vocabulary if len(known) > _STEM}

    def worth(candidate: str) -> int:
        place = rank[candidate]
        if candidate[:_STEM] in families:
            place -= _FAMILIAR
        if wanted and len(pronunciations(candidate)[0].stresses) != len(wanted):
            place += _MISFIT
        return place

    parts = {said.rhyme_part for said in pronunciations(word)}
    found = {
        candidate
        for part in parts
        for candidate in _by_rhyme_part().get(part, ())
        if candidate not in shunned and rhyme_of(candidate, word) == "perfect"
    }
    chosen: list[str] = []
    for candidate in sorted(found, key=lambda each: (worth(each), each)):
        if not any(_alike(candidate, other) for other in chosen):
            chosen.append(candidate)
        if len(chosen) == limit:
            break
    return tuple(chosen)


def _alike(one: str, other: str) -> bool:
    """Whether two words are said alike (gate, gait), of which one is enough."""
    return pronunciations(one)[0].phones == pronunciations(other)[0].phones


@cache
def _ranks() -> dict[str, int]:
    """Words of verse first (`config/common_words.txt`), then those that are common in print."""
    counted = [line for line in COMMON.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    place = {word: rank for rank, word in enumerate(counted)}
    of_verse = resources.read_text("config", "common_words.txt").split()
    first = sorted(dict.fromkeys(of_verse), key=lambda word: place.get(word, len(place)))
    return {word: rank for rank, word in enumerate(dict.fromkeys([*first, *counted]))}


@cache
def _by_rhyme_part() -> dict[Phones, list[str]]:
    """Every common word under the rhyme part of each way to say it: 0.1 s, once."""
    found: dict[Phones, list[str]] = {}
    for word in _ranks():
        for part in {said.rhyme_part for said in pronunciations(word)}:
            found.setdefault(part, []).append(word)
    return found
