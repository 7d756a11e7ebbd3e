"""The rhymes of a poem: its scheme, what kind each rhyme is, how dense they are, and where a wanted scheme fails."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from poetry_tui.prosody.pronunciation import pronunciations
from poetry_tui.prosody.rhyme_kinds import Gender, Rhyme, Slant, accepted, gender, rhyme_of, slant_of
from poetry_tui.prosody.rhyme_scheme import REACH, end_word, schemes
from poetry_tui.prosody.rhyme_sounds import likeness
from poetry_tui.verse import Poem

_SHORT = 2
"""Letters; so short a word within a line is not heard as a rhyme."""


@dataclass(frozen=True, slots=True)
class RhymePair:
    """Two lines (numbers from 1) that rhyme, the later one first. `confidence` is a probability, 0 to 1."""

    line: int
    word: str
    partner: int
    partner_word: str
    kind: Rhyme
    slant: Slant
    gender: Gender
    confidence: float


@dataclass(frozen=True, slots=True)
class Deviation:
    """A line whose end word should rhyme with its partner's and does not."""

    line: int
    word: str
    partner: int
    partner_word: str
    kind: Rhyme
    slant: Slant


@dataclass(frozen=True, slots=True)
class InternalRhyme:
    """A word inside a line that rhymes with the word at its end."""

    line: int
    word: str
    end: str


@dataclass(frozen=True, slots=True)
class RhymeReport:
    """What was heard. `letters` has a letter a line, "" for one without rhyme.

    `dense_strict` and `dense` are shares of lines, 0 to 1, that rhyme fully, and in any way. `unheard` are end words
    that no dictionary has, whose sound is guessed.
    """

    letters: tuple[str, ...]
    scheme: str
    pairs: tuple[RhymePair, ...]
    dense_strict: float
    dense: float
    deviations: tuple[Deviation, ...] = ()
    internal: tuple[InternalRhyme, ...] = ()
    unheard: tuple[str, ...] = ()


def analyze_rhyme(poem: Poem, expected: str = "", *, strict: bool = False, internal: bool = False) -> RhymeReport:
    """Hear the rhymes of a poem. Never fails; time grows with the number of lines.

    `expected` is a scheme with a letter a line (`x`: free; spaces do not matter), against which deviations are told.
    `strict` lets only full rhymes count that the dictionary verifies. `internal` looks for rhymes within lines, too.
    """
    ends = [end_word(line.text) for line in poem.lines]
    letters = rhyme_letters([[end_word(line.text) for line in stanza.lines] for stanza in poem.stanzas])
    if strict:
        letters = _strict(letters, ends)
    pairs = tuple(_pairs(letters, ends))
    full = {line for pair in pairs if pair.kind != "slant" for line in (pair.line, pair.partner)}
    wanted = expected.replace(" ", "")
    return RhymeReport(
        letters=tuple(letters),
        scheme=by_stanza(poem, letters),
        pairs=pairs,
        dense_strict=len(full) / len(ends) if ends else 0.0,
        dense=sum(map(bool, letters)) / len(ends) if ends else 0.0,
        deviations=deviations(wanted, ends, strict=strict) if wanted else (),
        internal=tuple(_internal(poem)) if internal else (),
        unheard=tuple(dict.fromkeys(end for end in ends if end and not pronunciations(end)[0].known)),
    )


def rhyme_letters(stanzas: Sequence[Sequence[str]]) -> list[str]:
    """A letter (A, B, … Z, AA …) for each line that rhymes, given the end words by stanza; "" for the others.

    A rhyme that a later stanza takes up again within `REACH` lines keeps its letter.
    """
    groups: list[list[int]] = []
    ends = [word for stanza in stanzas for word in stanza]
    start = 0
    for stanza, scheme in zip(stanzas, schemes(stanzas), strict=True):
        parts: dict[int, list[int]] = {}
        for at, label in enumerate(scheme):
            parts.setdefault(label, []).append(start + at)
        here = list(parts.values())
        taken: set[int] = set()
        for part in here:
            earlier = _taken_up(part, groups, taken, ends) if start else None
            if earlier is None:
                groups.append(part)
            else:
                taken.add(earlier)
                groups[earlier].extend(part)
        start += len(stanza)
    found = [""] * len(ends)
    rhyming = sorted((group for group in groups if len(group) > 1), key=lambda group: group[0])
    for number, group in enumerate(rhyming):
        for at in group:
            found[at] = letter(number)
    return found


def letter(number: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    return chr(ord("A") + number % 26) * (number // 26 + 1)


def by_stanza(poem: Poem, letters: Sequence[str]) -> str:
    """The letters, stanzas parted by spaces, `x` for a line without rhyme; "" where no line rhymes."""
    if not any(letters):
        return ""
    stanzas = ("".join(letters[line.number - 1] or "x" for line in stanza.lines) for stanza in poem.stanzas)
    return " ".join(stanzas)


def deviations(scheme: str, ends: Sequence[str], *, strict: bool = False) -> tuple[Deviation, ...]:
    """Lines that do not rhyme as the scheme wants, each with the line it should rhyme with.

    A letter's lines are heard against that rhyme sound which most of them share.
    """
    found: list[Deviation] = []
    for name in dict.fromkeys(scheme[: len(ends)]):
        lines = [at for at in range(min(len(ends), len(scheme))) if scheme[at] == name]
        if name == "x" or len(lines) < 2:
            continue
        model = max(lines, key=lambda at: (sum(accepted(ends[at], ends[k], strict=strict) for k in lines), -at))
        for at in lines:
            if at == model or accepted(ends[at], ends[model], strict=strict):
                continue
            line, partner = (at, model) if len(lines) > 2 else (max(at, model), min(at, model))
            kind, slant = rhyme_of(ends[line], ends[partner]), slant_of(ends[line], ends[partner])
            found.append(Deviation(line + 1, ends[line], partner + 1, ends[partner], kind, slant))
    return tuple(sorted(found, key=lambda fault: fault.line))


def _taken_up(part: list[int], groups: list[list[int]], taken: set[int], ends: Sequence[str]) -> int | None:
    """The group of an earlier stanza that these lines rhyme with fully, the latest first."""
    for number in range(len(groups) - 1, -1, -1):
        group = groups[number]
        if number in taken or part[0] - group[-1] > REACH or group[-1] >= part[0]:
            continue
        if all(rhyme_of(ends[part[0]], ends[at]) in {"perfect", "identical"} for at in group[-2:]):
            return number
    return None


def _strict(letters: Sequence[str], ends: Sequence[str]) -> list[str]:
    """The letters of those lines that rhyme, by the dictionary, with another line of their letter."""
    lines: dict[str, list[int]] = {}
    for at, name in enumerate(letters):
        lines.setdefault(name, []).append(at)
    return [
        name if name and any(accepted(ends[at], ends[k], strict=True) for k in lines[name] if k != at) else ""
        for at, name in enumerate(letters)
    ]


def _pairs(letters: Sequence[str], ends: Sequence[str]) -> list[RhymePair]:
    """Each line with the line before it that has its letter."""
    last: dict[str, int] = {}
    found = []
    for at, name in enumerate(letters):
        if name and name in last:
            one, other = ends[at], ends[last[name]]
            sure = 1 / (1 + math.exp(-likeness(one, other)))
            kind, slant = rhyme_of(one, other), slant_of(one, other)
            found.append(RhymePair(at + 1, one, last[name] + 1, other, kind, slant, gender(one), round(sure, 3)))
        if name:
            last[name] = at
    return found


def _internal(poem: Poem) -> list[InternalRhyme]:
    """Words of at least three letters that rhyme fully with the end of their line."""
    return [
        InternalRhyme(line.number, word, line.tokens[-1])
        for line in poem.lines
        for word in line.tokens[:-1]
        if len(word) > _SHORT and rhyme_of(word, line.tokens[-1]) == "perfect"
    ]
