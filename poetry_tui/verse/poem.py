"""A poem: stanzas of numbered verse lines."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Self

from poetry_tui.verse.words import printable, tokens


@dataclass(frozen=True, slots=True)
class Line:
    """A verse line: its text as written (indentation kept, nothing after the last character) and its number from 1."""

    text: str
    number: int

    @property
    def tokens(self) -> tuple[str, ...]:
        """Its words, case-folded."""
        return tokens(self.text)


@dataclass(frozen=True, slots=True)
class Stanza:
    """Verse lines that stand together, and the mark that parts them from those above (`***`, a lone dash), if any."""

    lines: tuple[Line, ...]
    mark: str = ""

    @property
    def text(self) -> str:
        """The mark with an empty line below it, and the lines."""
        lines = "\n".join(line.text for line in self.lines)
        return f"{self.mark}\n\n{lines}" if self.mark else lines


@dataclass(frozen=True)
class Poem:
    """Stanzas, in order. Two poems are equal when their canonical texts are."""

    stanzas: tuple[Stanza, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read verse from any text; never fails.

        A verse line holds at least one word or number. Every other line (blank, `***`, a lone dash) parts stanzas; what
        is written there stays as the mark of the stanza below, and is left out above the first and below the last.
        Terminal escapes and control characters are left out.
        """
        stanzas: list[Stanza] = []
        lines: list[Line] = []
        marks: list[str] = []
        count = 0
        for raw in chain(printable(text).split("\n"), [""]):
            if tokens(raw):
                count += 1
                lines.append(Line(raw.rstrip(), count))
                continue
            if lines:
                stanzas.append(Stanza(tuple(lines), "\n".join(marks) if stanzas else ""))
                lines, marks = [], []
            if raw.strip():
                marks.append(raw.rstrip())
        return cls(tuple(stanzas))

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """All verse lines; line n is `lines[n - 1]`."""
        return tuple(line for stanza in self.stanzas for line in stanza.lines)

    @cached_property
    def stanza_numbers(self) -> tuple[int, ...]:
        """For each verse line, the number of its stanza, from 0."""
        return tuple(number for number, stanza in enumerate(self.stanzas) for _ in stanza.lines)

    @cached_property
    def text(self) -> str:
        """The canonical text: one blank line between stanzas. Parsing it gives this poem again."""
        return "\n\n".join(stanza.text for stanza in self.stanzas)

    def __str__(self) -> str:
        return self.text
