"""Which lines of a poem rhyme: the likeliest partition of each stanza's lines, heard over the whole poem.

For each stanza, schemes that poets use at that length and schemes that its sounds suggest (a beam search) are weighed
by how alike the end words sound (`rhyme_sounds.likeness`) and by how common the scheme is, in verse and in this poem:
stanzas of the same length tend to share their scheme. No prior can invent a rhyme: a line whose end word sounds like
none of its partners is left out of its group (`VETO`). A poem whose rhymes are no better than chance is blank verse,
and gets none. The priors (`tables/rhyme.json`) come from `benchmarks/learn_rhyme.py`. That a stanza pattern and its
repetition carry much of the evidence is the finding of Reddy and Knight, "Unsupervised discovery of rhyme schemes in
poetry" (2011).
"""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from poetry_tui.prosody.rhyme_sounds import likeness, table
from poetry_tui.verse import tokens

Scheme = tuple[int, ...]
"""A number for each line of a stanza, counted in order of appearance; a number used once is a line without rhyme."""

Prior = Callable[[Scheme], float]
"""Log-probability of a scheme."""

VETO = 0.1
"""Log-odds; below it against every line of a group, a line does not belong to the group."""
REACH = 14
"""Lines; a rhyme further back than this is not heard as one."""
WINDOW = 2 * REACH
"""Lines; a longer stanza is heard through windows of this many, each beginning in the middle of the one before."""
_MOST = 8.0
"""No pair of words counts for more log-odds than this, either way."""
_BEAM = 8
_ENUMERATED = 5
"""Lines; of a stanza up to this long, every scheme is tried."""
_KEEN = 0.3
"""How much faster than its number of lines the weight of a rhyme group grows: many lines on one sound are no chance."""
_PRIOR = 0.5
"""What a prior counts for against the sounds."""
_CATALOGUE = 0.3
"""Share of the prior that goes to schemes as learned; the rest to how far apart rhymes stand."""
_FRESH = 1.0
"""How readily a stanza leaves the scheme of the others of its length: the concentration of a Chinese restaurant."""
_LEFT_OUT = math.log(0.01)
"""What each line costs that its scheme wants to rhyme and that does not."""
_BLANK = math.log(0.9)
"""What a line of blank verse costs: as much as a line without rhyme where none is expected."""


def end_word(line: str) -> str:
    """The last word of a line, case-folded; a number only where there is no word; "" for a line without either."""
    words = tokens(line)
    return next((word for word in reversed(words) if not word.isdigit()), words[-1] if words else "")


def schemes(stanzas: Sequence[Sequence[str]]) -> list[Scheme]:
    """The scheme of each stanza, given the end words of its lines. Time grows with the number of lines."""
    pieces = [_windows(stanza) for stanza in stanzas]
    heard = iter(_heard([piece for windows in pieces for piece in windows]))
    return [
        _joined([next(heard) for _ in windows], len(stanza)) for stanza, windows in zip(stanzas, pieces, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Reading:
    """A scheme that a stanza can have: the scheme it is a case of (`model`), and how well the words sound in it."""

    scheme: Scheme
    model: Scheme
    sound: float


class _Stanza:
    """A stanza as its end words sound, with the schemes that it can have."""

    def __init__(self, words: Sequence[str]) -> None:
        self.size = len(words)
        self.alike = [[0.0] * self.size for _ in words]
        for i, word in enumerate(words):
            for j in range(max(0, i - WINDOW), i):
                heard = max(-_MOST, min(_MOST, likeness(word, words[j]))) if word and words[j] else -_MOST
                self.alike[i][j] = self.alike[j][i] = heard
        self.readings: dict[tuple[Scheme, Scheme], _Reading] = {}
        if self.size <= _ENUMERATED:
            self.consider(_partitions(self.size))
        else:
            self.consider(_priors().catalogue.get(self.size, {}))
            self.consider(self._suggested())

    def consider(self, models: Iterable[Scheme]) -> None:
        """Add the readings in which the stanza has one of these schemes, but for lines that do not sound right."""
        for model in models:
            scheme, missing = self._vetoed(model)
            if (scheme, model) not in self.readings:
                sound = self._sound(scheme) + missing * _LEFT_OUT
                self.readings[scheme, model] = _Reading(scheme, model, sound)

    def best(self, prior: Prior) -> _Reading:
        """The likeliest reading."""
        return max(self.readings.values(), key=lambda reading: reading.sound + _PRIOR * prior(reading.model))

    def _sound(self, scheme: Scheme) -> float:
        return sum(_weight(sum(self._pairs(group)), len(group)) for group in _groups(scheme))

    def _pairs(self, group: Sequence[int]) -> Iterable[float]:
        return (self.alike[one][other] for at, one in enumerate(group) for other in group[:at])

    def _vetoed(self, model: Scheme) -> tuple[Scheme, int]:
        """The scheme without the lines that sound like none of their group, and how many these are."""
        alone: list[int] = []
        for group in _groups(model):
            if len(group) < 2:
                continue
            out = [one for one in group if all(self.alike[one][other] < VETO for other in group if other != one)]
            alone += out[1:] if len(out) == len(group) else out
        if not alone:
            return model, 0
        free = len(model)
        labels = list(model)
        for at in alone:
            free += 1
            labels[at] = free
        return canonical(labels), len(alone)

    def _suggested(self) -> list[Scheme]:
        """Schemes that the sounds suggest, by a beam search from the first line to the last."""
        priors = _priors()
        beam: list[tuple[float, Scheme, tuple[tuple[int, ...], ...], tuple[float, ...]]] = [(0.0, (), (), ())]
        for line in range(self.size):
            alike = self.alike[line]
            longer = []
            for score, scheme, groups, sums in beam:
                longer.append(
                    (score + priors.opening, (*scheme, len(groups)), (*groups, (line,)), (*sums, 0.0)),
                )
                for number, group in enumerate(groups):
                    heard = [alike[other] for other in group]
                    if line - group[-1] > REACH or max(heard) < VETO:
                        continue
                    total = sums[number] + sum(heard)
                    gain = _weight(total, len(group) + 1) - _weight(sums[number], len(group))
                    longer.append(
                        (
                            score + gain + priors.joining(line - group[-1], len(group)),
                            (*scheme, number),
                            (*groups[:number], (*group, line), *groups[number + 1 :]),
                            (*sums[:number], total, *sums[number + 1 :]),
                        )
                    )
            beam = sorted(longer, key=lambda state: -state[0])[:_BEAM]
        return [state[1] for state in beam]


def _heard(stanzas: Sequence[Sequence[str]]) -> list[Scheme]:
    """The schemes of stanzas that are short enough to be heard as a whole."""
    heard = [_Stanza(words) for words in stanzas]
    chosen: list[Scheme] = [()] * len(heard)
    total = 0.0
    by_size: dict[int, list[int]] = defaultdict(list)
    for at, stanza in enumerate(heard):
        by_size[stanza.size].append(at)
    for size, places in by_size.items():
        if size:
            alike = [heard[at] for at in places]
            readings = _agreed(alike)
            total += _likelihood(readings)
            for at, reading in zip(places, readings, strict=True):
                chosen[at] = reading.scheme
    if total < _BLANK * sum(stanza.size for stanza in heard):
        return [tuple(range(stanza.size)) for stanza in heard]
    return chosen


def _agreed(stanzas: list[_Stanza]) -> list[_Reading]:
    """A reading for each of several stanzas of one length: each as likely as it is and as the others are read."""
    readings = [stanza.best(_prior) for stanza in stanzas]
    if len(stanzas) == 1:
        return readings
    if stanzas[0].size > _ENUMERATED:
        models = dict.fromkeys(reading.model for reading in readings)
        for stanza in stanzas:
            stanza.consider(models)
    for _ in range(3):
        before = list(readings)
        counts = Counter(reading.model for reading in readings)
        for at, stanza in enumerate(stanzas):
            counts[readings[at].model] -= 1
            readings[at] = stanza.best(_shared(counts, len(stanzas) - 1))
            counts[readings[at].model] += 1
        if readings == before:
            break
    return readings


def _likelihood(readings: list[_Reading]) -> float:
    """Log-odds of stanzas of one length as they are read, each after those before it."""
    total = 0.0
    counts: Counter[Scheme] = Counter()
    for number, reading in enumerate(readings):
        total += reading.sound + _PRIOR * _shared(counts, number)(reading.model)
        counts[reading.model] += 1
    return total


def _shared(counts: Mapping[Scheme, int], number: int) -> Prior:
    """The prior of a scheme in a poem of which `number` other stanzas have the schemes of `counts`."""

    @cache
    def prior(model: Scheme) -> float:
        fresh = _FRESH * math.exp(_prior(model))
        return math.log((counts.get(model, 0) + fresh) / (number + _FRESH))

    return prior


def _weight(total: float, size: int) -> float:
    """What a group of lines weighs whose pairs sum to `total`: the pairs of a group are not independent evidence."""
    return total * 2 / size * (size / 2) ** _KEEN if size > 1 else 0.0


def _groups(scheme: Scheme) -> list[list[int]]:
    found: dict[int, list[int]] = {}
    for at, label in enumerate(scheme):
        found.setdefault(label, []).append(at)
    return list(found.values())


def canonical(labels: Iterable[object]) -> Scheme:
    """Any labels as a scheme: the same where they are the same, numbered in order of appearance."""
    numbers: dict[object, int] = {}
    return tuple(numbers.setdefault(label, len(numbers)) for label in labels)


@cache
def _partitions(size: int) -> tuple[Scheme, ...]:
    """Every scheme of so many lines."""
    found: list[Scheme] = [()]
    for _ in range(size):
        found = [(*scheme, label) for scheme in found for label in range(max(scheme, default=-1) + 2)]
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Priors:
    """Natural logarithms of probabilities, but for the catalogue: how often each scheme of a length is met."""

    opening: float
    alone: float
    joins: Mapping[tuple[int, int], float]
    never: float
    catalogue: Mapping[int, Mapping[Scheme, float]]

    def joining(self, distance: int, members: int) -> float:
        """Of a line that rhymes `distance` lines back, with a group that has so many members."""
        return self.joins.get((min(distance, REACH + 1), min(members, 3)), self.never)


@cache
def _priors() -> _Priors:
    learned = table()
    catalogue: dict[int, dict[Scheme, float]] = defaultdict(dict)
    for letters, count in learned["schemes"].items():
        scheme = canonical(letter if letter != "x" else at for at, letter in enumerate(letters))
        catalogue[len(scheme)][scheme] = count
    joins = {(int(key.split()[0]), int(key.split()[1])): value for key, value in learned["joins"].items()}
    return _Priors(learned["opening"], learned["alone"], joins, learned["never"], catalogue)


@cache
def _prior(scheme: Scheme) -> float:
    """Log-probability of a scheme in rhymed verse at large."""
    priors = _priors()
    groups = _groups(scheme)
    spread = 0.0
    for group in groups:
        spread += priors.opening if len(group) > 1 else priors.alone
        spread += sum(priors.joining(b - a, at) for at, (a, b) in enumerate(itertools.pairwise(group), 1))
    known = priors.catalogue.get(len(scheme), {})
    share = known.get(scheme, 0.0) / (sum(known.values()) + 3)
    return math.log(_CATALOGUE * share + (1 - _CATALOGUE) * math.exp(max(spread, -600.0)))


def _windows(words: Sequence[str]) -> list[Sequence[str]]:
    """The stanza, or, where it is long, windows that overlap by half."""
    if len(words) <= WINDOW + REACH:
        return [words]
    return [words[start : start + WINDOW] for start in range(0, len(words) - REACH, REACH)]


def _joined(windows: list[Scheme], size: int) -> Scheme:
    """One scheme from those of its windows: each pair of lines rhymes if it does where it stands most in the middle."""
    if len(windows) == 1:
        return windows[0]
    leader = list(range(size))

    def first(line: int) -> int:
        while leader[line] != line:
            leader[line] = leader[leader[line]]
            line = leader[line]
        return line

    for number, scheme in enumerate(windows):
        start, last = number * REACH, number == len(windows) - 1
        for group in _groups(scheme):
            for a, b in itertools.pairwise(group):
                early, late = (a + b) / 2 < REACH / 2, (a + b) / 2 >= WINDOW - REACH / 2
                if (number and early) or (late and not last):
                    continue
                leader[first(start + b)] = first(start + a)
    return canonical(map(first, range(size)))
