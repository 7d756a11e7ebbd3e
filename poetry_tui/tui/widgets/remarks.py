"""A critique taken apart: its headings, its remarks, and the lines of the draft each remark speaks of."""

from __future__ import annotations

import re
from dataclasses import dataclass

from poetry_tui.verse import Poem, tokens

_HEADING = re.compile(
    r"^\W*(alive|fails|failures?|directions?|last directions|measured|keep|strengths|weaknesses)\W*$", re.I
)
_MARKDOWN_HEADING = re.compile(r"^\s*#{1,6}\s+(\S.*)$")
_NUMBERED = re.compile(r"^\s*(\d{1,2})[.)]\s+")
_BULLET = re.compile(r"^\s*[-*•]\s+")
_LINES = re.compile(r"\blines?\s+(\d{1,3})(?:\s*(?:-|–|—|to|and|,|&)\s*(\d{1,3}))*", re.I)
_CHIP = re.compile(r"^\W*lines?\s+(\d{1,3}(?:\s*(?:-|–|—|to|and|,|&)\s*\d{1,3})*)\s*[:.]\s*", re.I)
_RANGE = re.compile(r"(\d{1,3})\s*(?:-|–|—|to)\s*(\d{1,3})|(\d{1,3})", re.I)
_QUOTE = re.compile('["“]([^"“”\n]{3,200})["”]')
_EMPHASIS = re.compile(r"(\*\*|__|\*|_)(?=\S)(.+?)(?<=\S)\1")


@dataclass(frozen=True, slots=True)
class Remark:
    """One paragraph of a critique, without its markup.

    `heading` is True for headings; `number` is a direction's ("" else); `chip` the lines it begins with, as written
    ("4-5"); `lines` all lines of the draft that it names or quotes.
    """

    text: str
    heading: bool = False
    number: str = ""
    chip: str = ""
    lines: tuple[int, ...] = ()


def remarks(critique: str, poem: Poem) -> list[Remark]:
    """The paragraphs of a critique about this poem, in order."""
    found = []
    for paragraph in critique.split("\n"):
        text = paragraph.strip()
        if not text:
            continue
        if heading := _HEADING.match(text) or _MARKDOWN_HEADING.match(text):
            found.append(Remark(heading[1].strip("*_ :").capitalize(), heading=True))
        else:
            found.append(_remark(text, poem))
    return found


def _remark(text: str, poem: Poem) -> Remark:
    numbered = _NUMBERED.match(text)
    text = _BULLET.sub("", text[numbered.end() :] if numbered else text)
    text = _EMPHASIS.sub(r"\2", text)
    lines = _named(text, poem)
    chip = _CHIP.match(text)
    if chip and not numbered:
        return Remark(text[chip.end() :], chip=re.sub(r"\s*(-|–|—|to)\s*", "-", chip[1]), lines=lines)
    return Remark(text, number=numbered[1] if numbered else "", lines=lines)


def _named(text: str, poem: Poem) -> tuple[int, ...]:
    """Lines by their numbers, and lines in which a quoted phrase of two words or more stands."""
    numbers: set[int] = set()
    for match in _LINES.finditer(text):
        for first, last, single in _RANGE.findall(match[0]):
            numbers.update(range(int(first), int(last) + 1) if first else [int(single)])
    for quote in _QUOTE.findall(text):
        words = tokens(quote)
        if len(words) >= 2:
            numbers.update(line.number for line in poem.lines if _stands_in(words, line.tokens))
    return tuple(sorted(number for number in numbers if 1 <= number <= len(poem.lines)))


def _stands_in(words: tuple[str, ...], line: tuple[str, ...]) -> bool:
    return any(line[at : at + len(words)] == words for at in range(len(line) - len(words) + 1))
