"""How much two end words sound like a rhyme: log-odds, by the best alignment of all their pronunciations.

Each pronunciation is heard from its last stressed vowel on, and, where that is not the last, from its last vowel
(majesty / be). What two of them share and where they part (vowels, consonants after each vowel, stress, the consonants
before) has a weight, as has the spelling that both share; `benchmarks/learn_rhyme.py` learns the weights from poems
whose rhymes people have marked. The features follow Reddy and Knight, "Unsupervised discovery of rhyme schemes" (2011)
and Plecháč, "A collocation-driven method of discovering rhymes" (2018), in that the vowel pairs that poets of four
centuries rhymed (love / prove) are learned rather than ruled.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from poetry_tui.prosody.pronunciation import Phones, pronunciations

TABLE = Path(__file__).with_name("tables") / "rhyme.json"
_VOICED = dict(zip("P T K F TH S SH CH".split(), "B D G V DH Z ZH JH".split(), strict=True))
_TAIL = re.compile(r"[aeiouy]+[^aeiouy]*(?:e|es|ed)?$")
_MOST_LETTERS = 5


@dataclass(frozen=True, slots=True)
class Rime:
    """The end of a word from a vowel on: its vowels, the consonants after each, and the consonants before the first.

    `stressed` is False where the vowel carries no stress in speech, and only a rhyme would give it one.
    """

    onset: Phones
    vowels: Phones
    codas: tuple[Phones, ...]
    stressed: bool


@lru_cache(maxsize=32768)
def rimes(word: str) -> tuple[Rime, ...]:
    """Every rime a word can rhyme on, each once."""
    found: dict[Rime, None] = {}
    for said in pronunciations(word):
        vowels = [at for at, phone in enumerate(said.phones) if phone[-1].isdigit()]
        stressed = [at for at in vowels if said.phones[at][-1] != "0"] or vowels[-1:]
        for at in stressed[-1:]:
            found[_rime(said.phones, at, stressed=True)] = None
        if vowels[-1] != stressed[-1]:
            found[_rime(said.phones, vowels[-1], stressed=False)] = None
    return tuple(found)


def _rime(phones: Phones, start: int, *, stressed: bool) -> Rime:
    first = start
    while first and not phones[first - 1][-1].isdigit():
        first -= 1
    vowels: list[str] = []
    codas: list[list[str]] = []
    for phone in phones[start:]:
        if phone[-1].isdigit():
            vowels.append(phone[:-1])
            codas.append([])
        else:
            codas[-1].append(phone)
    return Rime(phones[first:start], tuple(vowels), tuple(map(tuple, codas)), stressed)


@lru_cache(maxsize=65536)
def sound_features(one: Rime, other: Rime) -> tuple[str, ...]:
    """What two rimes share and where they part; nothing where they have not the same number of syllables."""
    if len(one.vowels) != len(other.vowels):
        return ()
    count = len(one.vowels)
    same = one.vowels[0] == other.vowels[0]
    found = ["vowel same" if same else "vowel " + "-".join(sorted((one.vowels[0], other.vowels[0])))]
    relations = [coda_relation(a, b) for a, b in zip(one.codas, other.codas, strict=True)]
    if count == 1:
        found.append(f"coda {relations[0]}")
        if not same:
            found.append(f"other vowel, coda {relations[0].partition(':')[0]}")
    else:
        found.append(f"syllables {min(count, 3)}")
        for at, relation in enumerate(relations):
            found.append(f"{'last' if at == count - 1 else 'inner'} coda {relation.partition(':')[0]}")
            if at and one.vowels[at] != other.vowels[at]:
                found.append("weak " + "-".join(sorted((one.vowels[at], other.vowels[at]))))
    found.append(("both promoted", "one promoted", "both stressed")[one.stressed + other.stressed])
    if one.onset == other.onset:
        found.append("onset same" if one.onset else "no onset")
    return tuple(found)


@lru_cache(maxsize=16384)
def coda_relation(one: Phones, other: Phones) -> str:
    """How the consonants after two vowels differ, in a word or two: `same`, `voice:S`, `add:D`, `other` …"""
    if one == other:
        return "same" if one else "open"
    if len(one) == len(other):
        parted = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
        if len(parted) > 1:
            return "other"
        a, b = parted[0]
        if _VOICED.get(a) == b or _VOICED.get(b) == a:
            return f"voice:{min(a, b)}"
        return "swap:" + "-".join(sorted(parted[0])) if one[-1] != other[-1] else "swap inside"
    long, short = (one, other) if len(one) > len(other) else (other, one)
    if not short:
        return f"close:{long[0]}" if len(long) == 1 else "void"
    if len(long) - len(short) == 1 and long[:-1] == short:
        return f"add:{long[-1]}"
    if long[1:] == short:
        return f"lead:{long[0]}"
    return "last same" if long[-1] == short[-1] else "other"


@lru_cache(maxsize=65536)
def letter_features(one: str, other: str) -> tuple[str, ...]:
    """What the spellings of two words share at their ends."""
    a, b = _letters(one), _letters(other)
    shared = 0
    while shared < min(len(a), len(b)) and a[-1 - shared] == b[-1 - shared]:
        shared += 1
    found = [f"letters {min(shared, _MOST_LETTERS)}"]
    if _spelled_rime(a) == _spelled_rime(b):
        found.append("spelled alike")
    if a == b:
        found.append("same word")
    return tuple(found)


@lru_cache(maxsize=32768)
def _letters(word: str) -> str:
    return re.sub(r"[^a-z]", "", word.replace("'d", "ed"))


@lru_cache(maxsize=32768)
def _spelled_rime(letters: str) -> str:
    match = _TAIL.search(letters)
    return match[0] if match else ""


def alignments(one: str, other: str) -> tuple[tuple[str, ...], ...]:
    """The features of every way to set the ends of two words against each other; of none, `no alignment`."""
    found = dict.fromkeys(sound_features(a, b) for a in rimes(one) for b in rimes(other))
    found.pop((), None)
    return tuple(found) or (("no alignment",),)


def likeness(one: str, other: str) -> float:
    """Log-odds that two end words rhyme, before anything is known of their poem: about -8 to 8; 0 for an empty word."""
    return _likeness(*sorted((one, other))) if one and other else 0.0


@lru_cache(maxsize=65536)
def _likeness(one: str, other: str) -> float:
    weights = _weights()
    spelling = sum(weights.get(feature, 0.0) for feature in letter_features(one, other))
    return spelling + max(sum(weights.get(feature, 0.0) for feature in features) for features in alignments(one, other))


@cache
def table() -> Mapping[str, Any]:
    """What was learned: `weights` of features, and the priors of schemes."""
    found: dict[str, Any] = json.loads(TABLE.read_text(encoding="utf-8"))
    return found


@cache
def _weights() -> Mapping[str, float]:
    found: Mapping[str, float] = table()["weights"]
    return found
