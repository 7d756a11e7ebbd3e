"""A poem found in a model's reply.

Models say hello, set titles, fence and number their lines, and explain themselves afterwards. What surely is not
verse is taken off from the ends inwards; in doubt a line stays: a lost line of verse is worse than a word too many.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from poetry_tui.verse.poem import Poem
from poetry_tui.verse.words import printable, tokens

PROSE_LINE = 100
"""Characters; a reply whose lines are longer on average is prose."""

_THINKING = re.compile(r"<(think|thinking|thought|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_FENCE = re.compile(r"^[ \t]*(?:```+|~~~+)[^\n`]*$")
_SPECIAL = re.compile(r"<\|[a-z_]+\|>|</?s>|\[/?INST\]", re.IGNORECASE)
_BREAK_TAG = re.compile(r"[ \t]*<br\s*/?>[ \t]*\n?", re.IGNORECASE)
_QUOTE_MARK = re.compile(r"^[ ]{0,3}>[ ]?")
_EMPHASIS = re.compile(r"^(\s*)(\*\*\*|\*\*|\*|___|__|_)(?=\S)(.*?)(?<=\S)\2(\s*)$")
_NUMBER = re.compile(r"^\s{0,4}(\d{1,3})(?:[.):]\s+|\s{2,}(?:[A-Za-z]\s{2,})?)(?=\S)")
_RULE = re.compile(r"^\s*(?:[-=_*~#]\s*){3,}$")

_HEADING = re.compile(r"^\s*#{1,6}\s+\S")
_LABEL = re.compile(
    r"^\W*(?:(?:the\s+)?(?:(?:final|first|second|third|new|whole|complete|full|revised|updated|finished|my|your)\s+)*"
    r"(?:poem|draft|revision|version|verse|stanza|quatrain|couplet|tercet|sonnet|haiku|limerick|chorus|refrain|title|octave|"
    r"sestet|volta)s?(?:\s+(?:\d+|[ivx]+|one|two|three|four|five|six))?(?:\s*\([^)]*\))?)\W*$",
    re.IGNORECASE,
)
_TITLE_LINE = re.compile(r"^\W*title\W*:", re.IGNORECASE)
_OPENING = re.compile(
    r"^\W*(?:(?:sure|certainly|of course|absolutely|okay|ok|yes|gladly|great|thank you|thanks|understood)\b[^\n]*[!.:,]"
    r"|(?:here(?:'s|’s| is| are| you go| goes)|below is|this is|the following is|following is|i(?:'ve|’ve| have) "
    r"(?:written|revised|rewritten|tried|made)|i(?:'ll|’ll| will) (?:write|revise|try)|let me|as requested)\b[^\n]*)$",
    re.IGNORECASE,
)
_ABOUT_THE_POEM = re.compile(
    r"\b(?:poem|verse|verses|sonnet|haiku|limerick|stanza|stanzas|draft|version|revision|revised|request|requested|attempt|"
    r"rewrite|rewritten|response|changes|lines|feedback|critique)\b",
    re.IGNORECASE,
)
_TO_THE_READER = re.compile(r"\b(?:you|your|feel free|word count)\b|^\W*(?:let me know|[\w ()]{1,20}:)", re.IGNORECASE)
_REMARK = re.compile(
    r"^\W*(?:(?:note|notes|explanation|analysis|commentary|changes(?: made)?|revision notes?|edits?|p\.?s\.?)\W*:"
    r"|(?:i (?:hope|(?:have )?(?:tried|kept|changed|made|aimed|used|replaced))"
    r"|i(?:'ve|’ve) (?:tried|kept|changed|made|aimed|used|replaced|added|removed)"
    r"|let me know|feel free|please let|hope this|this (?:poem|version|revision|draft|sonnet|haiku|revised)"
    r"|the (?:poem|revised|revision|sonnet|haiku) (?:is|now|uses|follows|captures|explores|keeps|has)"
    r"|in this (?:poem|version|revision|draft|sonnet)|word count|\(word count|would you like)\b)",
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    r"^\W*(?:i(?:'m|’m| am) (?:sorry|afraid|unable|not able)|sorry,|i can(?:'t|’t|not)|as an ai\b|unfortunately,)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Extraction:
    """`poem` is what was found (no lines if there is none), `removed` the pieces of `raw` that were taken out."""

    poem: Poem
    raw: str
    removed: tuple[str, ...] = ()


def extract(reply: str) -> Extraction:
    """Find the poem in a model's reply; never fails. Time is linear in the length of the reply."""
    removed: list[str] = []
    text = _THINKING.sub(lambda match: _take(match[0], removed), printable(reply))
    lines = _SPECIAL.sub("", _BREAK_TAG.sub("\n", text)).split("\n")
    lines = _inside_fence(lines, removed)
    lines = _without_layout(lines)
    lines = _without_ends(lines, removed)
    lines = _without_labels(lines, removed)
    if _is_prose(lines):
        _take("\n".join(lines), removed)
        lines = []
    return Extraction(Poem.parse("\n".join(lines)), reply, tuple(removed))


def _take(piece: str, removed: list[str]) -> str:
    if piece.strip():
        removed.append(piece.strip())
    return ""


def _inside_fence(lines: list[str], removed: list[str]) -> list[str]:
    """What stands in the longest fenced block, if there is one; an unclosed fence reaches to the end."""
    fences = [index for index, line in enumerate(lines) if _FENCE.match(line)]
    if not fences:
        return lines
    blocks = [(start, end) for start, end in zip(fences[::2], [*fences[1::2], len(lines)], strict=False)]
    start, end = max(blocks, key=lambda block: block[1] - block[0])
    inside = lines[start + 1 : end]
    if not any(map(tokens, inside)):
        return [line for index, line in enumerate(lines) if index not in fences]
    _take("\n".join(lines[:start]), removed)
    _take("\n".join(lines[end + 1 :]), removed)
    return inside


def _without_layout(lines: list[str]) -> list[str]:
    """Quote marks, line numbers and emphasis off, where all (or whole) lines have them."""
    verse = [line for line in lines if tokens(line)]
    if verse and all(_QUOTE_MARK.match(line) for line in verse):
        lines = [_QUOTE_MARK.sub("", line) for line in lines]
        verse = [line for line in lines if tokens(line)]
    numbers = [match[1] for line in verse if (match := _NUMBER.match(line))]
    if len(numbers) >= 2 and len(numbers) * 3 >= len(verse) * 2 and _ascending(numbers):
        lines = [_NUMBER.sub("", line) for line in lines]
    return [_EMPHASIS.sub(r"\1\3\4", line) if not _HEADING.match(line) else line for line in lines]


def _ascending(numbers: list[str]) -> bool:
    values = list(map(int, numbers))
    return all(a < b for a, b in pairwise(values))


def _without_ends(lines: list[str], removed: list[str]) -> list[str]:
    """Greetings and titles off the top, remarks off the bottom, paragraph by paragraph."""
    paragraphs = _paragraphs(lines)
    while paragraphs and _all_said(paragraphs[0], removed, top=True):
        paragraphs.pop(0)
    if paragraphs:
        first = paragraphs[0]
        while len(first) > 1 and _is_preface(first[0]):
            _take(first.pop(0), removed)
    if len(paragraphs) > 1 and _is_title(paragraphs[0], paragraphs[1:]):
        _take(paragraphs.pop(0)[0], removed)
    tail: list[str] = []
    cut = next(
        (index for index, paragraph in enumerate(paragraphs) if index and _is_remark(paragraph[0])), len(paragraphs)
    )
    for paragraph in paragraphs[cut:]:
        _take("\n".join(paragraph), tail)
    paragraphs = paragraphs[:cut]
    while len(paragraphs) > 1 and _all_said(paragraphs[-1], tail, top=False):
        paragraphs.pop()
    if paragraphs and len(paragraphs[-1]) > 1 and _is_remark(paragraphs[-1][-1]) and _is_long(paragraphs[-1][-1]):
        _take(paragraphs[-1].pop(), tail)
    removed.extend(tail)
    return [line for paragraph in paragraphs for line in (*paragraph, "")]


def _paragraphs(lines: list[str]) -> list[list[str]]:
    paragraphs: list[list[str]] = [[]]
    for line in lines:
        if line.strip() and not _RULE.match(line):
            paragraphs[-1].append(line)
        elif paragraphs[-1]:
            paragraphs.append([])
    return [paragraph for paragraph in paragraphs if paragraph]


def _all_said(paragraph: list[str], removed: list[str], *, top: bool) -> bool:
    """Whether a whole paragraph is talk about the poem; it is then removed."""
    talk = all(
        _is_preface(line) if top else _is_remark(line) or (_is_long(line) and _ABOUT_THE_POEM.search(line))
        for line in paragraph
    )
    refusal = top and bool(_REFUSAL.match(paragraph[0])) and (_is_long(paragraph[0]) or len(paragraph) == 1)
    if talk or refusal:
        _take("\n".join(paragraph), removed)
    return talk or refusal


def _is_remark(line: str) -> bool:
    """Begins like a remark, and speaks of the poem or to the reader."""
    return bool(_REMARK.match(line)) and bool(_ABOUT_THE_POEM.search(line) or _TO_THE_READER.search(line))


def _is_long(line: str) -> bool:
    return len(line.strip()) > 50


def _is_preface(line: str) -> bool:
    """A heading, a label, a title line, or an opening that speaks of the poem or ends in a colon."""
    if _HEADING.match(line) or _LABEL.match(line) or _TITLE_LINE.match(line):
        return True
    plain = line.strip().rstrip("*_ ")
    return bool(_OPENING.match(plain)) and (plain.endswith((":", "!")) or bool(_ABOUT_THE_POEM.search(plain)))


def _is_title(paragraph: list[str], rest: list[list[str]]) -> bool:
    """A short first line that stands alone, without the punctuation of a sentence, above longer stanzas."""
    if len(paragraph) != 1 or not any(len(stanza) > 1 for stanza in rest):
        return False
    line = paragraph[0].strip()
    words = line.strip("\"'“”‘’*_[]()").split()
    bracketed = line[0] in '[("“*' and line[-1] in '])"”*'
    titled = sum(word[0].isupper() for word in words if word) * 2 >= len(words)
    return 0 < len(words) <= 8 and line[-1] not in ".,;:!?—-" and (bracketed or titled)


def _without_labels(lines: list[str], removed: list[str]) -> list[str]:
    """Labels between stanzas off: "Stanza 2:", "(Chorus)"."""
    kept = []
    for line in lines:
        stripped = line.strip()
        marked = stripped[:1] in "[(#*" or stripped.endswith((":", "]", ")"))
        if marked and _LABEL.match(line):
            _take(line, removed)
        else:
            kept.append(line)
    return kept


def _is_prose(lines: list[str]) -> bool:
    """Lines as long as a page is wide are paragraphs, not verse (a single such line too); so is a bare refusal."""
    verse = [line for line in lines if tokens(line)]
    if not verse:
        return False
    if len(verse) <= 2 and _REFUSAL.match(verse[0]):
        return True
    return sum(len(line.strip()) for line in verse) > PROSE_LINE * len(verse)
