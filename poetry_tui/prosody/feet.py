"""A scanned line in feet: where the bars fall, and the names of what departs from the regular foot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from poetry_tui.prosody.performance import counted_performance
from poetry_tui.prosody.scansion import Foot, Scan

_FEET: dict[Foot, dict[str, tuple[float, str]]] = {
    "iambic": {
        "-+": (0.0, ""),
        "+-": (1.0, "inversion"),
        "--+": (0.4, "anapestic substitution"),
        "---+": (1.3, "four-syllable foot"),
        "+": (1.2, "missing offbeat"),
        "+--": (1.4, "dactylic substitution"),
    },
    "trochaic": {
        "+-": (0.0, ""),
        "-+": (1.0, "inversion"),
        "+--": (0.4, "dactylic substitution"),
        "+---": (1.3, "four-syllable foot"),
        "+": (1.2, "missing offbeat"),
        "--+": (1.4, "anapestic substitution"),
    },
    "anapestic": {
        "--+": (0.0, ""),
        "-+": (0.2, "iambic substitution"),
        "+-": (1.2, "inversion"),
        "---+": (0.8, "four-syllable foot"),
        "+": (1.2, "missing offbeat"),
    },
    "dactylic": {
        "+--": (0.0, ""),
        "+-": (0.2, "trochaic substitution"),
        "-+": (1.2, "inversion"),
        "+---": (0.8, "four-syllable foot"),
        "+": (1.2, "missing offbeat"),
    },
}
"""The feet that stand in for the regular one: what each costs in a line, and its name."""
_OPENINGS: dict[Foot, dict[str, tuple[float, str]]] = {
    "iambic": {"+": (0.6, "headless"), "+-": (0.3, "inversion")},
    "trochaic": {"-+-": (0.5, "anacrusis"), "-+--": (0.8, "anacrusis"), "--+-": (1.0, "anacrusis")},
    "anapestic": {"+": (0.6, "headless"), "-+": (0.1, "iambic opening")},
    "dactylic": {"-+--": (0.4, "anacrusis"), "-+-": (0.5, "anacrusis")},
}
"""What may open a line beside the feet."""
_ENDINGS: dict[Foot, dict[str, tuple[float, str]]] = {
    "iambic": {
        "-+-": (0.0, "feminine ending"),
        "--+-": (0.4, "feminine ending"),
        "+--": (0.9, "feminine ending"),
        "-+--": (0.4, "triple ending"),
        "+-": (0.7, "feminine ending"),
    },
    "trochaic": {"+": (0.0, "catalexis")},
    "anapestic": {"--+-": (0.0, "feminine ending"), "-+-": (0.2, "feminine ending"), "--+--": (0.4, "triple ending")},
    "dactylic": {"+": (0.0, "catalexis"), "+-": (0.0, "catalexis")},
}
"""What may close a line beside the feet."""
_AFTER_PAUSE = 0.3
"""What an inversion costs after a pause, where it is as usual as at the opening."""
_AGAINST_STRESS = 1.0
"""What a stressed syllable of a longer word costs where no beat falls on it."""
_WITHOUT_STRESS = 0.8
"""What a beat costs on an unstressed syllable beside a stressed one of its word."""
_MOST = 5


@dataclass(frozen=True, slots=True)
class Division:
    """A line in feet (`-+`, `+-` …), and the substitutions by name, with the number of the foot.

    `strain` is what all departures cost together (0: regular), `worst` the syllable of the dearest one (-1: none).
    """

    feet: tuple[str, ...]
    substitutions: tuple[tuple[int, str], ...]
    strain: float
    worst: int

    @property
    def barred(self) -> str:
        """The feet with bars between them."""
        return "|".join(self.feet)


def divided(scan: Scan, foot: Foot) -> Division:
    """The cheapest division of a scanned line into feet of one beat each."""
    pauses = tuple(at + 1 for at, pause in enumerate(scan.pauses) if pause == 1)
    feet, priced = _cheapest(scan.marks, foot, pauses)
    against = list(_against_stress(scan))
    costs = against + [(place, cost) for place, cost, _ in priced if cost]
    worst = max(costs, key=lambda item: item[1], default=(-1, 0.0))[0]
    names = [(feet_before, name) for feet_before, (_, _, name) in enumerate(priced, 1) if name]
    names += [(number, name) for number, name in _by_voice(scan, feet) if number not in dict(names)]
    return Division(feet, tuple(sorted(names)), round(sum(cost for _, cost in costs), 3), worst)


def _against_stress(scan: Scan) -> Iterator[tuple[int, float]]:
    """Syllables of longer words whose stress and beat do not agree, each with what it costs."""
    at = 0
    for choice in scan.said:
        digits = choice.way.stresses
        marks = scan.marks[at : at + len(digits)]
        retracted = digits in {"01", "21"} and marks == "+-" and scan.marks[at + 2 : at + 3] == "+"  # an unmade bed
        for place, (digit, mark) in enumerate(zip(digits, marks, strict=True)):
            if len(digits) == 1 or digit == "2":
                continue
            if digit == "1" and mark == "-":
                yield at + place, _AGAINST_STRESS / (2 if retracted else 1)
            elif digit == "0" and mark == "+" and "1" in (digits[place - 1 : place] + digits[place + 1 : place + 2]):
                yield at + place, _WITHOUT_STRESS / (2 if retracted else 1)
        at += len(digits)


@lru_cache(maxsize=8192)
def _cheapest(
    marks: str, foot: Foot, pauses: tuple[int, ...]
) -> tuple[tuple[str, ...], tuple[tuple[int, float, str], ...]]:
    """Feet, and for each the syllable it begins at, its cost and its name."""
    size = len(marks)
    best: list[tuple[float, int, tuple[int, float, str]] | None] = [(0.0, -1, (0, 0.0, "")), *[None] * size]
    for end in range(1, size + 1):
        for start in range(max(0, end - _MOST), end):
            known, part = best[start], marks[start:end]
            if known is None or part.count("+") != 1:
                continue
            for cost, name in _offers(part, foot, first=start == 0, last=end == size, paused=start in pauses):
                total = known[0] + cost
                found = best[end]
                if found is None or total < found[0]:
                    best[end] = (total, start, (start, cost, name))
    if best[size] is None:
        return (marks,), ((0, 2.0, "irregular"),)
    feet, priced, end = [], [], size
    while end:
        _, start, price = best[end]  # type: ignore[misc]
        feet.append(marks[start:end])
        priced.append(price)
        end = start
    return tuple(reversed(feet)), tuple(reversed(priced))


def _offers(part: str, foot: Foot, *, first: bool, last: bool, paused: bool) -> list[tuple[float, str]]:
    found = []
    if part in _FEET[foot]:
        cost, name = _FEET[foot][part]
        found.append((_AFTER_PAUSE if paused and name == "inversion" else cost, name))
    if first and part in _OPENINGS[foot]:
        found.append(_OPENINGS[foot][part])
    if last and part in _ENDINGS[foot]:
        found.append(_ENDINGS[foot][part])
    return found


def _by_voice(scan: Scan, feet: tuple[str, ...]) -> list[tuple[int, str]]:
    """Pyrrhics and spondees: feet of two syllables that are performed alike."""
    spoken, found, at = counted_performance(scan), [], 0
    for number, part in enumerate(feet, 1):
        said = spoken[at : at + len(part)]
        at += len(part)
        if len(part) == 2 and said in {"--", "++"}:
            found.append((number, "pyrrhic" if said == "--" else "spondee"))
    return found
