"""From metrical to performed stress: how a reader says a line whose beats are known.

A beat on a weak word is often not sounded, and a strong word between beats is (Attridge's promotion and demotion). A
logistic regression over the beat, its neighbours and what the syllable is decides for each syllable;
`benchmarks/learn_meter.py` learns it from lines whose performance people have marked. Syllables that the meter
swallows are sounded.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from poetry_tui.prosody.readings import Way
from poetry_tui.prosody.scansion import Scan, tables


def performed(scan: Scan) -> tuple[str, ...]:
    """A `+` or `-` for each syllable as it is said, word by word; syllables that the meter swallows among them."""
    marks = counted_performance(scan)
    found, at = [], 0
    for choice in scan.said:
        size = len(choice.syllables)
        found.append(sounded(choice.way, marks[at : at + size]))
        at += size
    return tuple(found)


def counted_performance(scan: Scan) -> str:
    """The same for the syllables that the meter counts, as one string."""
    weights = tables()["perform"]
    return "".join("+" if _weight(names, weights) > 0 else "-" for names in syllable_features(scan))


def sounded(way: Way, marks: str) -> str:
    """The marks of a word with an unstressed syllable wherever one was swallowed."""
    said = list(marks)
    for place in way.swallowed:
        said.insert(place, "-")
    return "".join(said)


def syllable_features(scan: Scan) -> list[tuple[str, ...]]:
    """What decides whether each counted syllable is stressed in speech."""
    marks, found = scan.marks, []
    for at, names in enumerate(scan.syllables):
        before = marks[at - 1] if at else "#"
        after = marks[at + 1] if at + 1 < len(marks) else "#"
        found.append(_features(names, marks[at], before, after))
    return found


@lru_cache(maxsize=32768)
def _features(names: tuple[str, ...], mark: str, before: str, after: str) -> tuple[str, ...]:
    found = [mark, f"{before}{mark}{after}", *(f"{mark} {name}" for name in names)]
    if names[0].startswith("one "):
        place = "first" if before == "#" else "last" if after == "#" else "inside"
        found.append(f"{mark} {names[0]} {place}")
    return tuple(found)


def _weight(names: tuple[str, ...], weights: Mapping[str, float]) -> float:
    return sum(weights.get(name, 0.0) for name in names)
