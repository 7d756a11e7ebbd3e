"""How lines move: syllables, stress, and the meter that fits a poem best."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, islice, product

from poetry_tui.prosody.pronunciation import Pronunciation, pronunciations
from poetry_tui.verse import Line

FEET = {"iambic": "x/", "trochaic": "/x", "anapestic": "xx/", "dactylic": "/xx"}
MEASURES = ("", "monometer", "dimeter", "trimeter", "tetrameter", "pentameter", "hexameter", "heptameter", "octameter")
_MOST_READINGS = 256
_HEADLESS = 0.6
_VOWEL_GROUP = re.compile(r"[aeiouyàáâäèéêëìíîïòóôöùúûü]+", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Meter:
    """A foot (`iambic` …) and how many of it make a line."""

    foot: str
    feet: int

    def __str__(self) -> str:
        return f"{self.foot} {MEASURES[self.feet] if self.feet < len(MEASURES) else f'{self.feet}-foot'}"

    @property
    def pattern(self) -> str:
        """The regular line: `/` where a beat falls, `x` where none does."""
        return FEET[self.foot] * self.feet


@dataclass(frozen=True, slots=True)
class Scansion:
    """A line as it is spoken in a meter: a mark a syllable, and what keeps it from the meter ("" if nothing does)."""

    marks: str
    fault: str = ""


def meter_name(meters: Sequence[Meter]) -> str:
    """One name for meters that lines have by turns: "iambic tetrameter and iambic trimeter"; "" for none."""
    return " and ".join(map(str, meters))


def syllables(line: Line) -> int:
    """Syllables of a line, each word in its first pronunciation."""
    return sum(max(1, len(said[0].stresses)) for said in _said(line))


def scan(line: Line, meter: Meter | None) -> Scansion:
    """The reading of the line that is nearest to the meter; its dictionary stress where no meter is asked for."""
    readings = _readings(_said(line))
    if meter is None:
        return Scansion("".join("x" if stress in "0?" else "/" for stress in "".join(readings[0])))
    best = min(readings, key=lambda reading: _cost("".join(reading), meter))
    spoken = "".join(best)
    fault = _fault(line, best, meter) if _cost(spoken, meter) > _tolerance(meter) else ""
    return Scansion(_performed(spoken, meter), fault)


def fitting(lines: Sequence[Line]) -> Meter | None:
    """The meter that most lines keep; None when fewer than three in five do, or there are fewer than four lines."""
    if len(lines) < 4:
        return None
    counts = sorted(syllables(line) for line in lines)
    middle = counts[len(counts) // 2]
    best: tuple[int, Meter] | None = None
    for foot, size in (("iambic", 2), ("trochaic", 2), ("anapestic", 3), ("dactylic", 3)):
        for feet in {max(1, middle // size), max(1, round(middle / size))} - {1}:
            meter = Meter(foot, feet)
            kept = sum(not scan(line, meter).fault for line in lines)
            if best is None or kept > best[0]:
                best = (kept, meter)
    return best[1] if best and best[0] * 5 >= len(lines) * 3 else None


def marks_over(line: Line, marks: str) -> str:
    """The marks set over the line's text: a string with each mark above the vowel it belongs to."""
    spots: list[int] = []
    for word, said in zip(_WORD.finditer(line.text), _said(line), strict=False):
        groups = [word.start() + match.start() for match in _VOWEL_GROUP.finditer(word[0])] or [word.start()]
        count = max(1, len(said[0].stresses))
        spots += (groups + [min(word.end() - 1, groups[-1] + 1 + k) for k in range(count)])[:count]
    over = [" "] * (max(spots, default=-1) + 1)
    for spot, mark in zip(spots, marks, strict=False):
        over[spot] = mark
    return "".join(over)


def _said(line: Line) -> list[tuple[Pronunciation, ...]]:
    return [pronunciations(token) for token in line.tokens]


def _readings(words: Sequence[tuple[Pronunciation, ...]]) -> list[tuple[str, ...]]:
    """Every way to say the line, as stresses word by word: a one-syllable word may take a beat or not and is a `?`."""
    choices = []
    for said in words:
        stresses = dict.fromkeys("?" if len(one.stresses) == 1 else one.stresses for one in said if one.stresses)
        choices.append(list(stresses) or ["?"])
    return list(islice(product(*choices), _MOST_READINGS))


def _laid(reading: str, meter: Meter) -> tuple[str, float]:
    """The part of the meter's pattern that the reading is held against, and what the difference in length costs."""
    pattern = meter.pattern
    length = len(reading) - len(pattern)
    if length == 1 and pattern[-1] == "/" and reading[-1] in "0?":
        return pattern, 0.0  # a feminine ending
    if length == -1 and pattern[0] == "x":
        return pattern[1:], _HEADLESS
    if pattern[-1] == "x" and -2 <= length < 0:
        return pattern[:length], 0.0  # catalectic
    return pattern, 2.0 * abs(length)


def _cost(reading: str, meter: Meter) -> float:
    """How far a reading is from the meter: beats in the wrong place, missing and surplus syllables."""
    pattern, cost = _laid(reading, meter)
    return cost + sum(_mismatches(reading, pattern))


def _mismatches(reading: str, pattern: str) -> list[float]:
    """What each syllable costs that stands against its beat; an inverted first foot costs less."""
    costs = []
    for index, (stress, beat) in enumerate(zip(reading, pattern, strict=False)):
        cost = 0.0
        if beat == "x" and stress == "1":
            inverted = index == 0 and reading[1:2] in ("0", "?")
            cost = 0.4 if inverted else 1.0
        elif beat == "/" and stress == "0":
            follows_inversion = index and reading[index - 1] == "1"
            cost = 0.2 if follows_inversion else 0.5
        costs.append(cost)
    return costs


def _tolerance(meter: Meter) -> float:
    return 0.25 * meter.feet


def _fault(line: Line, reading: Sequence[str], meter: Meter) -> str:
    """Why the reading leaves the meter: its length, or the word whose stress falls worst."""
    spoken = "".join(reading)
    pattern, cost = _laid(spoken, meter)
    costs = _mismatches(spoken, pattern)
    if cost > _HEADLESS or not any(costs):
        return f"{len(spoken)} syllables, {len(meter.pattern)} wanted"
    worst = costs.index(max(costs))
    ends = accumulate(map(len, reading))
    word = next(word for word, end in zip(line.tokens, ends, strict=True) if worst < end)
    return f"the stress of '{word}' falls off the beat of {meter}"


def _performed(reading: str, meter: Meter) -> str:
    """Marks for a reading: dictionary stress where a word has it, the beat of the meter for one-syllable words."""
    pattern = meter.pattern
    offset = 1 if len(reading) == len(pattern) - 1 and pattern[0] == "x" else 0
    marks = []
    for index, stress in enumerate(reading):
        beat = pattern[(index + offset) % len(pattern)] if index + offset < len(pattern) else "x"
        marks.append(beat if stress in "?2" else "x" if stress == "0" else "/")
    return "".join(marks)
