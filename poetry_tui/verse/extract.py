"""A poem found in a model's reply.

Models say hello, set titles, fence and number their lines, and explain themselves afterwards. What surely is not
verse is taken off from the ends inwards; in doubt a line stays: a lost line of verse is worse than a word too many.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from poetry_tui.verse import talk
from poetry_tui.verse.poem import Poem
from poetry_tui.verse.words import printable, tokens

_THINKING = re.compile(r"<(think|thinking|thought|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_THOUGHT = re.compile(r"\A.*</(?:think|thinking|thought|reasoning)>", re.DOTALL | re.IGNORECASE)
_SPECIAL = re.compile(r"<\|[a-z_]+\|>|</?s>|\[/?INST\]", re.IGNORECASE)
_BREAK_TAG = re.compile(r"<br\s{0,3}/?>\n?", re.IGNORECASE)
_POEM_TAG = re.compile(r"</?(?:poem|answer|output|final|response)>", re.IGNORECASE)
_FENCE = re.compile(r"^[ \t]*(?:```+|~~~+)[^\n`]*$")
_QUOTE_MARK = re.compile(r"^[ ]{0,3}>[ ]?")
_BULLET = re.compile(r"^\s{0,4}[*•+]\s+(?=\S)")
_NUMBER = re.compile(r"^\s{0,4}(?:line )?(\d{1,3})(?:[.):]\s+|\s{2,}(?:[A-Za-z]\s{2,})?)(?=\S)", re.IGNORECASE)
_EMPHASIS = re.compile(
    r"(?<![\w*])(\*{1,3})(?=[^\s*])([^*]+?)(?<=\S)\1(?![\w*])|(?<!\w)(_{1,3})(?=[^\s_])([^_]+?)(?<=\S)\3(?!\w)"
)
_REMARK_LENGTH = 50
"""Characters; a last line of a stanza that reads like a remark is one if it is longer."""
_BACKSLASH = re.compile(r"\\$", re.MULTILINE)
_DOUBLE_QUOTES = '"“”„«»'


@dataclass(frozen=True, slots=True)
class Extraction:
    """`poem` is what was found (no lines if there is none), `removed` the pieces of `raw` that were taken out."""

    poem: Poem
    raw: str
    removed: tuple[str, ...] = ()


def extract(reply: str) -> Extraction:
    """Find the poem in a model's reply; never fails. Time is linear in the length of the reply.

    Line numbers, bullets, quote marks and emphasis are left out in silence, all other pieces are in `removed`. Of
    several versions the last counts. A reply that is prose, or a refusal, holds no poem.
    """
    removed: list[str] = []
    text = _THINKING.sub(lambda match: _take(match[0], removed), printable(reply))
    text = _THOUGHT.sub(lambda match: _take(match[0], removed), text)
    text = _POEM_TAG.sub("\n```\n", _BREAK_TAG.sub("\n", _SPECIAL.sub("", text)))
    lines = _quoted(_fenced(text.split("\n"), removed), removed)
    paragraphs = _last_version(_paragraphs(lines), removed)
    paragraphs = _without_tail(_without_head(paragraphs, removed), removed)
    lines = _without_labels(paragraphs, removed)
    if _is_prose(lines):
        _take("\n".join(lines), removed)
        lines = []
    text = _without_layout(lines)
    return Extraction(Poem.parse(_unquoted(text) if removed else text), reply, tuple(removed))


def _take(piece: str, removed: list[str]) -> str:
    if piece.strip():
        removed.append(piece.strip())
    return ""


def _verse_lines(lines: list[str]) -> list[str]:
    return [line for line in lines if tokens(line)]


def _fenced(lines: list[str], removed: list[str]) -> list[str]:
    """What stands in a fenced block of verse, the last of those that are not much shorter than the longest.

    Where a fence is left open or was never opened, the longer side of it.
    """
    fences = [index for index, line in enumerate(lines) if _FENCE.match(line)]
    if not fences:
        return lines
    edges = [-1, *fences, len(lines)]
    parts = [(start + 1, end) for start, end in pairwise(edges)]
    blocks = parts[1::2] if len(fences) % 2 == 0 else parts
    sizes = [len(_verse_lines(lines[start:end])) for start, end in blocks]
    if not any(sizes):
        return [line for line in lines if not _FENCE.match(line)]
    enough = max(sizes) if len(fences) % 2 else max(sizes) / 2
    start, end = next(block for block, size in zip(blocks[::-1], sizes[::-1], strict=True) if size >= enough)
    _take("\n".join(lines[: max(0, start - 1)]), removed)
    _take("\n".join(lines[end + 1 :]), removed)
    return lines[start:end]


def _quoted(lines: list[str], removed: list[str]) -> list[str]:
    """What stands behind quote marks, where that is most of the reply."""
    marked = [index for index, line in enumerate(lines) if _QUOTE_MARK.match(line)]
    inside = lines[marked[0] : marked[-1] + 1] if marked else []
    outside = [*lines[: marked[0]], *lines[marked[-1] + 1 :]] if marked else []
    if not 1 < len(_verse_lines(inside)) >= len(_verse_lines(outside)):
        return lines
    for around in (lines[: marked[0]], lines[marked[-1] + 1 :]):
        _take("\n".join(around), removed)
    return [_QUOTE_MARK.sub("", line) for line in inside]


def _paragraphs(lines: list[str]) -> list[list[str]]:
    """Runs of verse lines; a mark between them (`***`, a lone dash) is a paragraph of its own."""
    paragraphs: list[list[str]] = []
    running = False
    for line in lines:
        if running and tokens(line):
            paragraphs[-1].append(line)
        elif line.strip():
            paragraphs.append([line])
        running = bool(tokens(line))
    return paragraphs


def _is_mark(paragraph: list[str]) -> bool:
    return not tokens(paragraph[0])


def _last_version(paragraphs: list[list[str]], removed: list[str]) -> list[list[str]]:
    """What follows the last heading of a later version ("Revised poem:") that has at least two lines below it."""
    below = 0
    for at in range(len(paragraphs) - 1, -1, -1):
        for row in range(len(paragraphs[at]) - 1, -1, -1):
            if below > 1 and (at or row) and talk.is_version(paragraphs[at][row]):
                above = [*paragraphs[:at], paragraphs[at][: row + 1]]
                _take("\n\n".join(map("\n".join, above)), removed)
                return [paragraph for paragraph in (paragraphs[at][row + 1 :], *paragraphs[at + 1 :]) if paragraph]
            below += not _is_mark(paragraphs[at])
    return paragraphs


def _without_head(paragraphs: list[list[str]], removed: list[str]) -> list[list[str]]:
    """Greetings, headings and the title off the top."""
    start = 0
    while start < len(paragraphs) and _is_head(paragraphs[start], paragraphs[start + 1 : start + 5]):
        _take("\n".join(paragraphs[start]), removed)
        start += 1
    if start == len(paragraphs):
        return []
    first, rest = paragraphs[start], paragraphs[start + 1 :]
    while len(first) > 1 and (talk.is_preface(first[0], alone=False) or _is_bold_title(first)):
        _take(first[0], removed)
        first = first[1:]
    if talk.is_title(first, below=any(len(paragraph) > 1 for paragraph in rest)):
        _take("\n".join(first), removed)
        return rest
    return [first, *rest]


def _is_head(paragraph: list[str], near: list[list[str]]) -> bool:
    """A mark, or a whole paragraph that is talk."""
    talks = all(talk.is_preface(line, alone=True) for line in paragraph)
    return _is_mark(paragraph) or talks or talk.is_refusal(paragraph) or _is_wide(paragraph, near)


def _is_bold_title(first: list[str]) -> bool:
    return talk.is_bold(first[0]) and not talk.is_bold(first[1])


def _is_wide(paragraph: list[str], near: list[list[str]]) -> bool:
    """One line, far longer than those of the stanzas near it: a paragraph of prose."""
    verse = [len(line) for other in near for line in other if tokens(line)]
    return len(paragraph) == 1 and len(verse) > 1 and len(paragraph[0]) > max(talk.WIDE, 1.6 * max(verse))


def _without_tail(paragraphs: list[list[str]], removed: list[str]) -> list[list[str]]:
    """Remarks off, and after a remark whatever is not a stanza."""
    kept: list[list[str]] = []
    talking = False
    for paragraph in paragraphs:
        single = len(paragraph) == 1 or talk.is_list(paragraph)
        talking = bool(kept) and (talk.is_remark(paragraph) or (talking and single))
        if talking:
            _take("\n".join(paragraph), removed)
        else:
            kept.append(paragraph)
    while len(kept) > 1 and (_is_mark(kept[-1]) or _is_wide(kept[-1], kept[-5:-1])):
        _take("\n".join(kept.pop()), removed)
    if (
        kept
        and talk.is_remark(kept[-1][-1:])
        and (len(kept[-1]) == len(kept) == 1 or len(kept[-1][-1]) > _REMARK_LENGTH)
    ):
        _take(kept[-1].pop(), removed)
    return [paragraph for paragraph in kept if paragraph]


def _without_labels(paragraphs: list[list[str]], removed: list[str]) -> list[str]:
    """All lines, stanzas parted by an empty one, without the labels between them: "Stanza 2:", "(Chorus)"."""
    lines = [line for paragraph in paragraphs for line in (*paragraph, "")]
    for line in filter(talk.is_label, lines):
        _take(line, removed)
    return [line for line in lines if not talk.is_label(line)]


def _is_prose(lines: list[str]) -> bool:
    """Lines as long as a page is wide are paragraphs, not verse; a single one too."""
    verse = [len(line.strip()) for line in _verse_lines(lines)]
    return sum(verse) > talk.WIDE * len(verse)


def _without_layout(lines: list[str]) -> str:
    """Bullets off where all lines have them, numbers where most have them or they count; emphasis wherever it is."""
    verse = _verse_lines(lines)
    if len(verse) > 1 and all(map(_BULLET.match, verse)):
        lines = [_BULLET.sub("", line) for line in lines]
    numbers = [int(match[1]) for line in verse if (match := _NUMBER.match(line))]
    most = len(numbers) * 3 >= len(verse) * 2 and all(a < b or b == 1 for a, b in pairwise(numbers))
    count = numbers == list(range(1, len(numbers) + 1))  # stanzas or sentences are numbered
    if len(numbers) > 1 and (most or count):
        lines = [_NUMBER.sub("", line) for line in lines]
    text = _BACKSLASH.sub("", "\n".join(lines))
    return _EMPHASIS.sub(lambda match: match[2] or match[4], text)


def _unquoted(text: str) -> str:
    """The text without the pair of quotation marks around it, where it holds no others."""
    inner = text.strip()
    quotes = [index for index, character in enumerate(inner) if character in _DOUBLE_QUOTES]
    return inner[1:-1] if quotes == [0, len(inner) - 1] and len(inner) > 1 else text
