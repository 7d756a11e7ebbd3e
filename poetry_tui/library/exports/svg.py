"""The poem as a picture: ink on paper, in SVG."""

from __future__ import annotations

import textwrap
import unicodedata
from html import escape

from poetry_tui.library.exports import telling
from poetry_tui.verse import Poem, printable
from poetry_tui.workshop import Session

_SIZE = 20  # of the type; all lengths are in px
_LEADING = 32
_COLUMN = _SIZE * 0.5  # what a character of a book face takes on average
_WIDE = _SIZE * 1.1  # and an ideograph or an emoji
_MARGIN = 72
_LINE_CHARACTERS = 76  # what is longer is broken, and hangs under itself
_HANG = 2 * _SIZE
_DEEPEST = 40  # the most characters that an indentation counts for
_NARROWEST = 420
_SHAPE = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">
<title>{title}</title>
<rect width="{width}" height="{height}" fill="#f6f1e5"/>
<rect x="20" y="20" width="{inner_width}" height="{inner_height}" fill="none" stroke="#e6ddc9"/>
<g font-family="'Iowan Old Style', 'Palatino Linotype', Palatino, 'Book Antiqua', Georgia, serif" fill="#2c2820">
<g font-size="{size}">
{lines}
</g>
<line x1="{margin}" x2="{rule_end}" y1="{rule}" y2="{rule}" stroke="#7a5a1e"/>
<text x="{margin}" y="{caption}" font-size="13" font-style="italic" fill="#7a5a1e">{request}</text>
<text x="{margin}" y="{date}" font-size="12" fill="#7a5a1e">{day}</text>
</g>
</svg>
"""


def as_svg(session: Session, poem: Poem) -> str:
    """A picture as large as the poem; under it, small, the request and the day."""
    rows: list[tuple[float, str] | None] = []
    for stanza in poem.stanzas:
        rows += [row for line in stanza.lines for row in _rows(line.text)]
        rows.append(None)
    rows.pop()
    request = textwrap.shorten(_clean(session.settings.request), 60, placeholder=" …")
    widest = max(indent + _width(text) for indent, text in filter(None, rows))
    width = round(max(_NARROWEST, widest + 2 * _MARGIN))
    below = _MARGIN + _SIZE + _LEADING * len(rows) + 12
    return _SHAPE.format(
        width=width,
        height=below + 100,
        inner_width=width - 40,
        inner_height=below + 60,
        title=escape(request),
        size=_SIZE,
        lines="\n".join(_text(row, number, width) for number, row in enumerate(rows) if row),
        margin=_MARGIN,
        rule_end=_MARGIN + 48,
        rule=below,
        caption=below + 28,
        request=escape(request),
        date=below + 48,
        day=telling.day(session),
    )


def _rows(line: str) -> list[tuple[float, str]]:
    """The rows that a verse line takes, each with its indentation."""
    text = _clean(line).expandtabs(4)
    indent = min(len(text) - len(text.lstrip()), _DEEPEST) * _COLUMN
    first, *rest = textwrap.wrap(text.strip(), _LINE_CHARACTERS, drop_whitespace=True) or [""]
    return [(indent, first), *((indent + _HANG, row) for row in rest)]


def _text(row: tuple[float, str], number: int, width: int) -> str:
    indent, text = row
    y = _MARGIN + _SIZE + number * _LEADING
    if _is_right_to_left(text):
        return f'<text x="{width - _MARGIN - indent:g}" y="{y}" direction="rtl">{escape(text)}</text>'
    return f'<text x="{_MARGIN + indent:g}" y="{y}">{escape(text)}</text>'


def _width(text: str) -> float:
    """About how wide a text will be: the face that a viewer has is not known."""
    return sum(_WIDE if unicodedata.east_asian_width(character) in "WF" else _COLUMN for character in text)


def _is_right_to_left(text: str) -> bool:
    """By its first letter that has a direction, as in the Unicode bidirectional algorithm."""
    for character in text:
        direction = unicodedata.bidirectional(character)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return False


def _clean(text: str) -> str:
    """Without the characters that XML does not allow at all."""
    return "".join(character for character in printable(text) if character not in "\ufffe\uffff")
