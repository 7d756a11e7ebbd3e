"""Where the beats of a line fall: the best path of a meter through the ways a line can be said.

A meter is a grammar of distances: how many syllables stand before the first beat, between two beats, and after the
last. Each distance has a weight in each kind of foot, as has each syllable for taking a beat and each elision for being
used; the best sum is found by dynamic programming (as in Hayes, Wilson and Shisko, "Maxent grammars for the metrics of
Shakespeare and Milton", 2012, the weights are learned from lines that people have scanned, by
`benchmarks/learn_meter.py`).
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast, get_args

from poetry_tui.prosody.readings import Choice, Choices, Word

Foot = Literal["iambic", "trochaic", "anapestic", "dactylic"]
FEET: tuple[Foot, ...] = get_args(Foot)
TABLE = Path(__file__).with_name("tables") / "meter.json"
_WIDEST = 3
"""Syllables without a beat that may stand together."""
_OPENINGS = _WIDEST + 1
"""Distances before the first beat are counted on from here, so that a state is one number."""
LONGEST = 24
"""Words; a longer line is prose, and is not scanned."""
_START = -1
_IMPOSSIBLE = -8.0

CountWeights = Mapping[int, float]
"""What it is worth that a line has so many beats; 0 in it stands for every other number."""


@dataclass(frozen=True, slots=True)
class Scan:
    """A line with its beats: how each word is said, `-` or `+` (a beat) for each syllable, and the weight of it all.

    `pauses` tells for each syllable the pause after it, as `readings.Word` does for words.
    """

    said: tuple[Choice, ...]
    marks: str
    pauses: tuple[int, ...]
    weight: float

    @property
    def beats(self) -> int:
        """How many beats the line has."""
        return self.marks.count("+")

    @property
    def syllables(self) -> tuple[tuple[str, ...], ...]:
        """What each syllable is (names of features)."""
        return tuple(names for choice in self.said for names in choice.syllables)

    @property
    def elisions(self) -> tuple[str, ...]:
        """All elisions of the line."""
        return tuple(elision for choice in self.said for elision in choice.way.elisions)


class Weights:
    """Weights by feature, with those of distances laid out for quick reading."""

    def __init__(self, by_name: Mapping[str, float]) -> None:
        self.by_name = by_name
        self._syllables: dict[tuple[str, ...], float] = {}
        self._distances: dict[Foot, list[list[tuple[float, float]]]] = {}

    def syllable(self, names: tuple[str, ...]) -> float:
        """What it is worth that a syllable takes a beat."""
        found = self._syllables.get(names)
        if found is None:
            found = self._syllables[names] = sum(self.by_name.get(name, 0.0) for name in names)
        return found

    def elisions(self, names: tuple[str, ...]) -> float:
        """What it costs to use these elisions."""
        return sum(self.by_name.get(f"elision {name}", 0.0) for name in names) if names else 0.0

    def distances(self, foot: Foot) -> list[list[tuple[float, float]]]:
        """By state (the distance before this beat) and by the next distance: its weight, without and with a pause
        before the beat it leads to."""
        if foot not in self._distances:
            states = range(2 * _OPENINGS)
            self._distances[foot] = [
                [
                    cast("tuple[float, float]", tuple(self._sum(distance_names(foot, s, g, p)) for p in (False, True)))
                    for g in range(_WIDEST + 1)
                ]
                for s in states
            ]
        return self._distances[foot]

    def opening(self, foot: Foot, syllables: int) -> float:
        """What it is worth that so many syllables stand before the first beat."""
        return self.by_name.get(f"opening {foot} {syllables}", _IMPOSSIBLE)

    def ending(self, foot: Foot, syllables: int) -> float:
        """What it is worth that so many syllables stand after the last beat."""
        return self.by_name.get(f"ending {foot} {syllables}", _IMPOSSIBLE)

    def _sum(self, names: Sequence[str]) -> float:
        return sum(self.by_name.get(name, 0.0) for name in names)


def distance_names(foot: Foot, state: int, distance: int, paused: bool) -> tuple[str, str, str]:
    """The features of a distance between two beats, after the distance (`state`) before it."""
    rhythm = "duple" if foot in {"iambic", "trochaic"} else "triple"
    return (
        f"distance {foot} {distance}",
        f"distance {rhythm} {distance} {'pause' if paused else 'no pause'}",
        f"distance {rhythm} {distance} after {state}",
    )


@dataclass(slots=True)
class _Partial:
    """The best way so far into a line: its weight, its marks, and the choice of each word (a linked list)."""

    weight: float
    marks: str
    said: tuple[object, Choice] | None


def scanned(
    words: Sequence[Word],
    options: Choices,
    foot: Foot,
    weights: Weights,
    counts: CountWeights | None = None,
    only: str = "",
) -> Scan | None:
    """The best path of a meter through the ways to say a line; None where there is none, or more than `LONGEST` words.

    `counts` weigh the number of beats. `only` are the marks that the path must have (for learning).
    """
    if len(words) > LONGEST:
        return None
    distances = weights.distances(foot)
    openings = [weights.opening(foot, at) for at in range(_WIDEST + 1)]
    counted = 1 if counts is not None else 0
    # A state: syllables since the last beat, the distance before that beat (_START: no beat yet), beats so far; and the
    # number of syllables, where the marks are given.
    states: dict[tuple[int, int, int, int], _Partial] = {(0, _START, 0, 0): _Partial(0.0, "", None)}
    paused = 0
    for word, said in zip(words, options, strict=True):
        after: dict[tuple[int, int, int, int], _Partial] = {}
        for choice in said:
            cost = weights.elisions(choice.way.elisions)
            here = {
                key: _Partial(known.weight + cost, known.marks, (known.said, choice)) for key, known in states.items()
            }
            pause = paused
            for names in choice.syllables:
                here = _with_syllable(here, weights.syllable(names), distances, openings, pause, counted, only)
                pause = 0
            for key, found in here.items():
                known = after.get(key)
                if known is None or found.weight > known.weight:
                    after[key] = found
        states = after
        paused = 1 if word.pause else 0
    best: _Partial | None = None
    for (since, before, count, _), found in states.items():
        if before == _START or (only and found.marks != only):
            continue
        found.weight += weights.ending(foot, since)
        if counts is not None:
            found.weight += counts.get(count, counts[0])
        if best is None or found.weight > best.weight:
            best = found
    return _told(best, words) if best else None


def _with_syllable(
    states: dict[tuple[int, int, int, int], _Partial],
    beat: float,
    distances: list[list[tuple[float, float]]],
    openings: list[float],
    paused: int,
    counted: int,
    only: str,
) -> dict[tuple[int, int, int, int], _Partial]:
    """The states after one more syllable, which takes a beat (worth `beat`) or not."""
    found: dict[tuple[int, int, int, int], _Partial] = {}
    for (since, before, count, size), known in states.items():
        place = size + 1 if only else 0
        if since < _WIDEST and (not only or only[size : size + 1] == "-"):
            key = (since + 1, before, count, place)
            other = found.get(key)
            if other is None or known.weight > other.weight:
                found[key] = _Partial(known.weight, known.marks + "-", known.said)
        if not only or only[size : size + 1] == "+":
            opening = before == _START
            total = known.weight + beat + (openings[since] if opening else distances[before][since][paused])
            key = (0, _OPENINGS + since if opening else since, count + counted, place)
            other = found.get(key)
            if other is None or total > other.weight:
                found[key] = _Partial(total, known.marks + "+", known.said)
    return found


def _told(best: _Partial, words: Sequence[Word]) -> Scan:
    said: list[Choice] = []
    link = best.said
    while link:
        link, choice = link  # type: ignore[assignment]
        said.append(choice)
    said.reverse()
    pauses: list[int] = []
    for word, choice in zip(words, said, strict=True):
        size = len(choice.syllables)
        pauses += [0] * (size - 1) + [word.pause] if size else []
    return Scan(tuple(said), best.marks, tuple(pauses), best.weight)


def scan_features(scan: Scan, foot: Foot) -> list[str]:
    """The features whose weights a path sums (for learning)."""
    beats = [at for at, mark in enumerate(scan.marks) if mark == "+"]
    found = [f"elision {name}" for name in scan.elisions]
    found += [name for at in beats for name in scan.syllables[at]]
    found.append(f"opening {foot} {beats[0]}")
    state = _OPENINGS + beats[0]
    for one, other in itertools.pairwise(beats):
        distance = other - one - 1
        found += distance_names(foot, state, distance, scan.pauses[other - 1] > 0)
        state = distance
    found.append(f"ending {foot} {len(scan.marks) - 1 - beats[-1]}")
    return found


@cache
def tables() -> Mapping[str, Mapping[str, float]]:
    """What was learned: weights to choose the `foot` of a poem, to scan a `line`, and to `perform` it."""
    found: dict[str, dict[str, float]] = json.loads(TABLE.read_text(encoding="utf-8"))["weights"]
    return found


@cache
def weights_for(purpose: Literal["foot", "line"]) -> Weights:
    """The weights that choose the foot of a poem, or those that scan a line."""
    return Weights(tables()[purpose])
