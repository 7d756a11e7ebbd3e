"""The meter of a poem, and each line in it: beats, feet, substitutions, performed stress, and what leaves the meter."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Literal

from poetry_tui.prosody.feet import Division, divided
from poetry_tui.prosody.performance import performed
from poetry_tui.prosody.readings import Choices, Word, choices, words_of
from poetry_tui.prosody.scansion import FEET, LONGEST, CountWeights, Foot, Scan, scanned, weights_for
from poetry_tui.verse import Poem

MEASURES = ("", "monometer", "dimeter", "trimeter", "tetrameter", "pentameter", "hexameter", "heptameter", "octameter")
_SAMPLE = 24
"""Lines that the foot of a poem is chosen by, spread over the poem."""
_AGREEMENT = 1.0
"""How much a line's number of beats is drawn to that of the lines in its place in other stanzas."""
_ASKED = 3.0
"""The same, for the number of feet that a form asks for."""
_MOST_BEATS = 12
_FEWEST_LINES = 4
_UNMETERED = -20.0
_TOLERANCE = 1.2
"""Cost of substitutions up to which a line keeps its meter: two that are usual, or one that is not."""


Heard = tuple[tuple[Word, ...], Choices]


@dataclass(frozen=True, slots=True)
class Meter:
    """A foot (`iambic` …) and how many of it make a line."""

    foot: Foot
    feet: int

    def __str__(self) -> str:
        return f"{self.foot} {MEASURES[self.feet] if self.feet < len(MEASURES) else f'{self.feet}-foot'}"

    @property
    def syllables(self) -> int:
        """Of the regular line."""
        return self.feet * (2 if self.foot in {"iambic", "trochaic"} else 3)


@dataclass(frozen=True)
class LineMeter:
    """A line as it is scanned: `scan` is None where nothing could be heard, `wanted` the meter it is held against."""

    text: str
    words: tuple[Word, ...]
    options: Choices
    scan: Scan | None
    foot: Foot
    wanted: Meter | None

    @property
    def syllables(self) -> int:
        """How many it has as it is usually said, each word in its first pronunciation."""
        return sum(len(options[0].way.stresses) for options in self.options)

    @property
    def metrical(self) -> str:
        """The beats: `+` or `-` for each syllable that counts."""
        return self.scan.marks if self.scan else ""

    @cached_property
    def spoken(self) -> tuple[str, ...]:
        """Performed stress: `+` or `-` for each syllable that is said, word by word."""
        return performed(self.scan) if self.scan else ()

    @property
    def performed(self) -> str:
        """Performed stress of the whole line."""
        return "".join(self.spoken)

    @cached_property
    def division(self) -> Division:
        """The line in feet, with the substitutions named."""
        return divided(self.scan, self.foot) if self.scan else Division((), (), 0.0, -1)

    @property
    def feet(self) -> int:
        """How many feet (beats) it has."""
        return self.scan.beats if self.scan else 0

    @property
    def elisions(self) -> tuple[str, ...]:
        """The elisions that the meter needs."""
        return tuple(name for name in self.scan.elisions if name != "other") if self.scan else ()

    @cached_property
    def fault(self) -> str:
        """What keeps the line from the meter that is wanted; "" where nothing does."""
        if self.wanted is None:
            return ""
        if self.scan is None:
            return "too long for a line of verse" if len(self.words) > LONGEST else "no words that could be heard"
        if self.feet != self.wanted.feet:
            return f"{len(self.metrical)} syllables, {self.wanted.syllables} wanted"
        if self.division.strain > _TOLERANCE:
            return f"the stress of '{self._word_at(self.division.worst)}' falls off the beat of {self.wanted}"
        return ""

    def _word_at(self, syllable: int) -> str:
        assert self.scan
        for word, choice in zip(self.words, self.scan.said, strict=True):
            syllable -= len(choice.syllables)
            if syllable < 0:
                return word.text
        return self.words[-1].text


@dataclass(frozen=True, slots=True)
class PoemMeter:
    """The meter of a poem: `meters` are those its lines have by turns; none where it keeps to none.

    `measure` is the commonest number of feet in a line (0 without lines), `consistency` the share of lines, 0 to 1,
    that keep the meter.
    """

    foot: Foot
    measure: int
    meters: tuple[Meter, ...]
    lines: tuple[LineMeter, ...]

    @property
    def name(self) -> str:
        """The meter in words, "" for none."""
        return meter_name(self.meters)

    @property
    def consistency(self) -> float:
        """See the class."""
        return sum(not line.fault for line in self.lines) / len(self.lines) if self.meters and self.lines else 0.0


def meter_name(meters: Sequence[Meter]) -> str:
    """One name for meters that lines have by turns: "iambic tetrameter and iambic trimeter", each once; "" for none."""
    return " and ".join(map(str, dict.fromkeys(meters)))


def analyze_meter(poem: Poem, wanted: Sequence[Meter] | None = None) -> PoemMeter:
    """Scan a poem, in the meters that are wanted of its lines by turns, or (None) in the one that fits it best."""
    stanzas = [[line.text for line in stanza.lines] for stanza in poem.stanzas]
    return scan_stanzas(stanzas, wanted)


def scan_stanzas(stanzas: Sequence[Sequence[str]], wanted: Sequence[Meter] | None = None) -> PoemMeter:
    """The same for lines of text by stanza. Never fails; time grows with the number of lines."""
    texts = [line for stanza in stanzas for line in stanza]
    foot = wanted[0].foot if wanted else fitting_foot(texts)
    if wanted:
        scans = [_asked_for(text, wanted[at % len(wanted)]) for at, text in enumerate(texts)]
    else:
        free = [_free(text, foot, "line") for text in texts]
        counts = agreed([len(stanza) for stanza in stanzas], [scan.beats if scan else 0 for scan in free])
        weights = weights_for("line")
        scans = [scanned(*heard(text), foot, weights, count) for text, count in zip(texts, counts, strict=True)]
    beats = Counter(scan.beats for scan in scans if scan)
    measure = beats.most_common(1)[0][0] if beats else 0
    meters = tuple(wanted) if wanted is not None else _meters(foot, stanzas, scans)
    lines = [
        LineMeter(text, *heard(text), scan, foot, meters[at % len(meters)] if meters else None)
        for at, (text, scan) in enumerate(zip(texts, scans, strict=True))
    ]
    found = PoemMeter(foot, measure, meters, tuple(lines))
    if wanted is None and meters and found.consistency < 0.6:
        return PoemMeter(foot, measure, (), tuple(replace(line, wanted=None) for line in lines))
    return found


@lru_cache(maxsize=2048)
def heard(text: str) -> Heard:
    """A line's words and the ways to say them."""
    words = words_of(text)
    return words, choices(words)


@lru_cache(maxsize=4096)
def _free(text: str, foot: Foot, purpose: Literal["foot", "line"]) -> Scan | None:
    """A line scanned by itself."""
    return scanned(*heard(text), foot, weights_for(purpose))


@lru_cache(maxsize=4096)
def _asked_for(text: str, meter: Meter) -> Scan | None:
    """A line scanned in the meter that a form asks of it."""
    return scanned(*heard(text), meter.foot, weights_for("line"), {0: 0.0, meter.feet: _ASKED})


def forget() -> None:
    """Let go of the scans that are remembered (other weights are used)."""
    _free.cache_clear()
    _asked_for.cache_clear()


def fitting_foot(texts: Sequence[str]) -> Foot:
    """The foot in which a sample of the lines weighs most; iambic where nothing is heard."""
    spoken = [text for text in texts if heard(text)[0]]
    step = max(1, -(-len(spoken) // _SAMPLE))

    def total(foot: Foot) -> float:
        scans = (_free(text, foot, "foot") for text in spoken[::step])
        return sum(scan.weight if scan else _UNMETERED for scan in scans)

    return max(FEET, key=total)


def agreed(sizes: Sequence[int], beats: Sequence[int]) -> list[CountWeights]:
    """For each line, what a number of beats is worth: the log of its share among the other lines, above all among
    those in the same place of stanzas of the same length."""
    everywhere = Counter(beats)
    in_place: dict[tuple[int, int], Counter[int]] = defaultdict(Counter)
    places = [(size, row) for size in sizes for row in range(size)]
    for place, count in zip(places, beats, strict=True):
        in_place[place][count] += 1
    found: list[CountWeights] = []
    for place, own in zip(places, beats, strict=True):
        here = in_place[place]
        others = sum(here.values()) - 1
        weights = {0: _AGREEMENT * math.log(0.01)}
        for count in range(1, _MOST_BEATS):
            share = (everywhere[count] - (own == count) + 0.05) / (len(beats) - 0.5)
            likely = (here[count] - (own == count) + 3 * share) / (others + 3)
            weights[count] = _AGREEMENT * math.log(likely + 0.01)
        found.append(weights)
    return found


def _meters(foot: Foot, stanzas: Sequence[Sequence[str]], scans: Sequence[Scan | None]) -> tuple[Meter, ...]:
    """The meter that most lines have, or two of them by turns; none for a few lines or for many measures."""
    beats = [scan.beats if scan else 0 for scan in scans]
    if len(beats) < _FEWEST_LINES:
        return ()
    measure, often = Counter(beats).most_common(1)[0]
    if measure and often >= 0.75 * len(beats):
        return (Meter(foot, measure),)
    if all(len(stanza) % 2 == 0 for stanza in stanzas):
        turns = [Counter(beats[turn::2]).most_common(1)[0][0] for turn in (0, 1)]
        kept = sum(count == turns[at % 2] for at, count in enumerate(beats))
        if kept >= 0.7 * len(beats) and all(turns) and turns[0] != turns[1]:
            return tuple(Meter(foot, count) for count in turns)
    return (Meter(foot, measure),) if measure and often >= 0.6 * len(beats) else ()


def marks_over(line: LineMeter) -> str:
    """Performed stress set over the line's text: `/` above a stressed vowel, `x` above another.

    A word with fewer letters than syllables (42) shows as many as it has room for.
    """
    over: dict[int, str] = {}
    for word, said in zip(line.words, line.spoken, strict=False):
        for spot, mark in zip(_vowel_spots(line.text, word, len(said)), said, strict=False):
            over[spot] = "/" if mark == "+" else "x"
    return "".join(over.get(at, " ") for at in range(max(over, default=-1) + 1))


def _vowel_spots(text: str, word: Word, count: int) -> list[int]:
    """Places of the letters that carry a word's syllables."""
    letters = text[word.start : word.end]
    groups = [
        word.start + at
        for at, letter in enumerate(letters)
        if _is_vowel(letter) and not (at and _is_vowel(letters[at - 1]))
    ] or [word.start]
    rest = [at for at in range(word.start, word.end) if at not in groups and text[at].isalpha()]
    return sorted((groups + rest)[:count]) if len(groups) < count else groups[:count]


def _is_vowel(letter: str) -> bool:
    return letter.casefold() in "aeiouyàáâäèéêëìíîïòóôöùúûü"
