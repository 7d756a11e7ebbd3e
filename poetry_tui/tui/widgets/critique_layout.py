"""A critique and the measured report as page lines, in one column or two."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest

from rich.console import Console
from rich.style import Style
from rich.text import Text

from poetry_tui.prosody.report import FormReport
from poetry_tui.tui.inks import Inks
from poetry_tui.tui.widgets.page import PageLine
from poetry_tui.tui.widgets.remarks import Remark

_GAP = 4
_MEASURED = 10
_QUOTED = re.compile('["“][^"“”\n]{1,200}["”]')


def critique_lines(
    found: Sequence[Remark],
    report: FormReport | None,
    selected: int | None,
    inks: Inks,
    width: int,
    console: Console,
    *,
    columns: int = 1,
) -> list[PageLine]:
    """The remarks with their headings and chips, then what was measured. `selected` is the index of the lit remark.

    In two columns the directions and the report stand on the right.
    """
    column = (width - _GAP) // 2 if columns == 2 else width
    blocks = [_remark(index, remark, index == selected, inks, column, console) for index, remark in enumerate(found)]
    measured = _measured(report, inks, column, console) if report else []
    if columns == 1:
        return [_EMPTY, *_stacked(found, blocks), *([_EMPTY, *measured] if measured else [])]
    cut = next((at for at, remark in enumerate(found) if remark.heading and remark.text.startswith("Direction")), None)
    if cut is None:
        cut = _half(blocks)
    left = _stacked(found[:cut], blocks[:cut])
    right = _stacked(found[cut:], blocks[cut:])
    right += [_EMPTY, *measured] if right and measured else measured
    return [_EMPTY, *(_beside(one, other, column) for one, other in zip_longest(left, right, fillvalue=_EMPTY))]


_EMPTY = PageLine(Text(""))


def _stacked(found: Sequence[Remark], blocks: Sequence[list[PageLine]]) -> list[PageLine]:
    lines: list[PageLine] = []
    for remark, block in zip(found, blocks, strict=True):
        if remark.heading and lines:
            lines.append(_EMPTY)
        lines += block
    return lines


def _half(blocks: Sequence[list[PageLine]]) -> int:
    """Where to cut so that both columns are about as long."""
    total, height = sum(map(len, blocks)), 0
    for index, block in enumerate(blocks):
        height += len(block)
        if height * 2 >= total:
            return index + 1
    return len(blocks)


def _beside(one: PageLine, other: PageLine, column: int) -> PageLine:
    text = Text.assemble(one.text, " " * (column + _GAP - one.text.cell_len), other.text)
    return PageLine(text, one.verse_line or other.verse_line, other.item if one.item is None else one.item)


def _remark(index: int, remark: Remark, lit: bool, inks: Inks, width: int, console: Console) -> list[PageLine]:
    if remark.heading:
        return [PageLine(Text(" " + remark.text, style=inks.heading))]
    chip = inks.chip_on if lit else inks.chip
    if remark.chip:
        lead = Text(" ") + Text(f"{remark.chip:>3} ", style=chip) + Text("  ")
    elif remark.number:
        lead = Text(f"  {remark.number} ", style=inks.number)
    elif remark.lines:
        lead = Text(" ") + Text(f"{remark.lines[0]:>3} ", style=chip) + Text("  ")
    else:
        lead = Text(" ")
    body = Text(remark.text, style=inks.text)
    body.highlight_regex(_QUOTED, style=Style(italic=True))
    if lit:
        body.stylize(Style(bold=True))
    wrapped = body.wrap(console, max(12, width - lead.cell_len - 1))
    line = remark.lines[0] if remark.lines else None
    pad = Text(" " * lead.cell_len)
    return [PageLine(Text.assemble(lead if row == 0 else pad, text), line, index) for row, text in enumerate(wrapped)]


def _measured(report: FormReport, inks: Inks, width: int, console: Console) -> list[PageLine]:
    """What prosody found, apart from the Educator's words: failing rhymes with words that fit, broken rules."""
    said: list[tuple[Text, int | None]] = []
    for fault in report.rhyme_faults:
        kind = f"slant ({fault.slant})" if fault.slant else "slant" if fault.kind == "slant" else "no rhyme"
        pair = f"{fault.partner} {fault.partner_word} / {fault.line} {fault.word}: {kind}"
        said.append((Text(pair, style=inks.bad), fault.line))
        if fault.suggestions:
            said.append((Text("try  " + " · ".join(fault.suggestions), style=inks.quiet), fault.line))
    for line in report.lines:
        said += [
            (Text(f"{line.number}: {fault}", style=inks.bad), line.number)
            for fault in line.faults
            if "rhyme" not in fault
        ]
    said += [
        (Text(rule.text, style=inks.bad), None)
        for rule in report.rules
        if not rule.met and not (report.rhyme_faults and rule.text.startswith("rhyme"))
    ]
    if not said:
        kept = "the form holds" if report.rules else report.block().split("\n")[0]
        said = [(Text(kept, style=inks.good if report.rules else inks.quiet), None)]
    lines: list[PageLine] = []
    for text, number in said:
        for row in text.wrap(console, max(12, width - _MEASURED - 1)):
            lead = Text(" measured " if not lines else " " * _MEASURED, style=inks.faint)
            lines.append(PageLine(Text.assemble(lead, row), number))
    return lines
