"""What kind of rhyme two end words make."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from poetry_tui.prosody.pronunciation import pronunciations
from poetry_tui.prosody.rhyme_sounds import Rime, letter_features, likeness, rimes

Rhyme = Literal["perfect", "identical", "slant", "none"]
Slant = Literal["promotion", "historical", "eye", "pararhyme", "consonance", "assonance", ""]
Gender = Literal["masculine", "feminine", "triple"]

CUSTOMARY = 1.0
"""Log-odds from which poets have rhymed two sounds often enough for a rhyme of their time (love / prove)."""
_FULL = ("perfect", "identical")


def rhyme_of(first: str, second: str) -> Rhyme:
    """How two end words rhyme, by the best of all their pronunciations; stress digits do not decide (moonlight /
    night).

    Perfect: the same sounds from the last stressed vowel on, after different consonants. Identical: the same word, or
    the same consonants before it too (leave / believe). Slant: less than that, see `slant_of`.
    """
    return _kind(*sorted((first, second)))[0]


def slant_of(first: str, second: str) -> Slant:
    """What makes a slant rhyme of two words; "" where it is none, or a full one.

    promotion: an unstressed ending is stressed for the rhyme (majesty / be). historical: another vowel, but one that
    poets rhymed (love / prove). eye: spelled alike (cough / though). pararhyme: the consonants on both sides are the
    same, the vowel is not (hall / hell). consonance: those after it are. assonance: the vowel is.
    """
    return _kind(*sorted((first, second)))[1]


def accepted(first: str, second: str, *, strict: bool = False) -> bool:
    """Whether two words may stand where a form asks for a rhyme: a full one, or one that custom allows.

    `strict` wants the same sounds in the dictionary, and neither promotion nor a guessed pronunciation.
    """
    kind, slant = _kind(*sorted((first, second)))
    if strict:
        return kind in _FULL and all(pronunciations(word)[0].known for word in (first, second))
    return kind in _FULL or slant in {"promotion", "historical"}


@lru_cache(maxsize=4096)
def gender(word: str) -> Gender:
    """Masculine: the last syllable is stressed; feminine: the one before it; triple: one further back."""
    syllables = len(rimes(word)[0].vowels)
    return "masculine" if syllables == 1 else "feminine" if syllables == 2 else "triple"


@lru_cache(maxsize=32768)
def _kind(first: str, second: str) -> tuple[Rhyme, Slant]:
    if not first or not second:
        return "none", ""
    if first == second:
        return "identical", ""
    found: set[str] = set()
    for one in rimes(first):
        for other in rimes(second):
            found |= _relations(one, other)
    if "perfect" in found:
        return "perfect", ""
    if "identical" in found:
        return "identical", ""
    if "promotion" in found:
        return "slant", "promotion"
    if found & {"consonance", "pararhyme", "open"} and likeness(first, second) >= CUSTOMARY:
        return "slant", "historical"
    if "spelled alike" in letter_features(first, second):
        return "slant", "eye"
    for slant in ("pararhyme", "consonance", "assonance"):
        if slant in found:
            return "slant", slant
    return "none", ""


def _relations(one: Rime, other: Rime) -> set[str]:
    """How two rimes answer each other; nothing where they have not the same number of syllables."""
    if len(one.vowels) != len(other.vowels):
        return set()
    same_onset, codas = one.onset == other.onset, one.codas == other.codas
    if one.vowels == other.vowels and codas:
        if not (one.stressed and other.stressed):
            return {"promotion"}
        return {"identical" if same_onset else "perfect"}
    found = set()
    if one.vowels[1:] == other.vowels[1:] and codas:
        found.add("consonance" if any(one.codas) else "open")
        if same_onset and one.onset and any(one.codas):
            found.add("pararhyme")
    if one.vowels[0] == other.vowels[0] and one.stressed and other.stressed:
        found.add("assonance")
    return found
