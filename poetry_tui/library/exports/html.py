"""A session as one page of HTML that opens offline: the poem, then each round as two drafts and a critique."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from html import escape
from pathlib import Path
from typing import Literal

from poetry_tui.library.exports import telling
from poetry_tui.verse import Cell, Poem, printable, rows
from poetry_tui.workshop import Critique, Draft, Session

_STYLE = Path(__file__).with_name("page.css")
# No script, no network: whatever a model wrote, the page can only be read.
_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
{body}
</body>
</html>
"""


def as_html(session: Session) -> str:
    """The page. Light or dark as the reader's system is; what changed is struck or underlined as well as coloured."""
    body = [_header(session)]
    if session.poem:
        body.append(f'<article class="poem">{_verse(session.poem)}</article>')
    if session.brief:
        body += ["<h2>The brief</h2>", _quotation(session.brief)]
    if session.drafts:
        body += ["<h2>How it was made</h2>", *_rounds(session)]
    if session.directions:
        body += ["<h2>The person’s directions</h2>", *map(_quotation, session.directions)]
    if session.note:
        body += ["<h2>The Educator’s last word</h2>", _quotation(session.note)]
    body += [*_accounts(session), f"<footer>{_text(telling.ending(session))}</footer>"]
    return _PAGE.format(
        title=_text(" ".join(session.settings.request.split())[:120]),
        style=_STYLE.read_text(encoding="utf-8"),
        body="\n".join(body),
    )


def _header(session: Session) -> str:
    facts = "".join(f"<span>{label} {_text(value)}</span>" for label, value in telling.facts(session))
    return f'<header><h1 dir="auto">{_text(session.settings.request)}</h1><p class="facts">{facts}</p></header>'


def _rounds(session: Session) -> list[str]:
    """A row for each draft and what came of it; none for a last draft that was not answered, as it stood before."""
    found = []
    for number, draft in enumerate(session.drafts, 1):
        critique = session.critique_of(number)
        revision = session.drafts[number] if number < len(session.drafts) else None
        if revision is None and critique is None and number > 1:
            continue
        level = rows(draft.poem, (revision or draft).poem)
        columns = [_draft(draft, [(row.old, row.new) for row in level], "del")]
        if revision:
            columns.append(_draft(revision, [(row.new, row.old) for row in level], "ins"))
        if critique:
            columns.append(_critique(critique))
        # The heading and the remarks under the verse are rows too.
        found.append(f'<div class="round" style="--rows: {len(level) + 2}">{"".join(columns)}</div>')
    return found


def _draft(draft: Draft, level: Sequence[tuple[Cell | None, Cell | None]], mark: Literal["del", "ins"]) -> str:
    """A draft whose lines stand level with those of another; of each pair of cells the first is its own."""
    lines = [_cell(cell, other, mark, draft.locked) for cell, other in level]
    remarks = [f'<p class="remark">{_text(remark)}</p>' for remark in telling.remarks(draft)]
    if draft.report:
        remarks.append(f'<p class="remark">{_text(draft.report.block())}</p>')
    head = f"<h3>{telling.heading(draft)}</h3>"
    return f'<section class="draft">{head}{"".join(lines)}<div>{"".join(remarks)}</div></section>'


def _cell(cell: Cell | None, other: Cell | None, mark: Literal["del", "ins"], locked: Container[int]) -> str:
    if cell is None:
        return '<span class="beside"></span>' if other else '<span class="between"></span>'
    kind = f"line {cell.state} locked" if cell.line.number in locked else f"line {cell.state}"
    text = "".join(
        f"<{mark}>{_text(segment.text)}</{mark}>" if segment.changed else _text(segment.text)
        for segment in cell.segments
    )
    return f'<span class="{kind}" dir="auto">{text}</span>'


def _critique(critique: Critique) -> str:
    verdict = telling.verdict(critique)
    said = f'<p class="verdict">{verdict}</p>' if verdict else ""
    text = f'<div class="columns">{_prose(critique.text)}</div>'
    return f"<aside><h3>The Educator on draft {critique.draft}</h3>{text}{said}</aside>"


def _accounts(session: Session) -> list[str]:
    accounts = [
        f"<tr><td>{account.role}</td><td>{_text(account.model)}</td><td>{account.calls}</td>"
        f"<td>{account.prompt_tokens}</td><td>{account.generated_tokens}</td><td>{account.seconds:.1f}</td></tr>"
        for account in telling.accounts(session)
    ]
    if not accounts:
        return []
    heads = ("role", "model", "calls", "prompt tokens", "written tokens", "seconds")
    head = f"<tr>{''.join(f'<th>{name}</th>' for name in heads)}</tr>"
    return ["<h2>What it took</h2>", f'<div class="scroll"><table>{head}{"".join(accounts)}</table></div>']


def _verse(poem: Poem) -> str:
    stanzas = (
        "".join(f'<span class="line" dir="auto">{_text(line.text)}</span>' for line in stanza.lines)
        for stanza in poem.stanzas
    )
    return f'<div class="verse">{"".join(f"<p>{lines}</p>" for lines in stanzas)}</div>'


def _quotation(text: str) -> str:
    return f"<blockquote>{_prose(text)}</blockquote>"


def _prose(text: str) -> str:
    paragraphs = re.split(r"\n\s*\n", _text(text).strip())
    return "".join(f'<p class="prose" dir="auto">{paragraph}</p>' for paragraph in paragraphs)


def _text(text: str) -> str:
    return escape(printable(text))
