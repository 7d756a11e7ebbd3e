"""A session as one page of HTML that opens offline: the poem, then each round as two drafts and a critique."""

from __future__ import annotations

from collections.abc import Container
from html import escape
from pathlib import Path

from poetry_tui.library.exports import telling
from poetry_tui.verse import Poem, printable
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
        body += ["<h2>The brief</h2>", f"<blockquote>{_prose(session.brief)}</blockquote>"]
    if session.drafts:
        body += ["<h2>How it was made</h2>", *_rounds(session)]
    if session.directions:
        quoted = (f"<blockquote>{_prose(direction)}</blockquote>" for direction in session.directions)
        body += ["<h2>The person’s directions</h2>", *quoted]
    if session.note:
        body += ["<h2>The Educator’s last word</h2>", f"<blockquote>{_prose(session.note)}</blockquote>"]
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
    rows = []
    for number, draft in enumerate(session.drafts, 1):
        critique = session.critique_of(number)
        revision = session.drafts[number] if number < len(session.drafts) else None
        if revision is None and critique is None and number > 1:
            continue
        cells = [_draft(draft), _draft(revision) if revision else "", _critique(critique) if critique else ""]
        rows.append(f'<div class="round">{"".join(cells)}</div>')
    return rows


def _draft(draft: Draft) -> str:
    remarks = "".join(f'<p class="remark">{_text(remark)}</p>' for remark in telling.remarks(draft))
    measured = f'<p class="measured">{_text(draft.report.block())}</p>' if draft.report else ""
    verse = _verse(draft.poem, draft.locked)
    return f'<section class="draft"><h3>{telling.heading(draft)}</h3>{verse}{remarks}{measured}</section>'


def _critique(critique: Critique) -> str:
    verdict = telling.verdict(critique)
    said = f'<p class="verdict">{verdict}</p>' if verdict else ""
    return f"<aside><h3>The Educator on draft {critique.draft}</h3>{_prose(critique.text)}{said}</aside>"


def _accounts(session: Session) -> list[str]:
    rows = [
        f"<tr><td>{account.role}</td><td>{_text(account.model)}</td><td>{account.calls}</td>"
        f"<td>{account.prompt_tokens}</td><td>{account.generated_tokens}</td><td>{account.seconds:.1f}</td></tr>"
        for account in telling.accounts(session)
    ]
    heads = ("role", "model", "calls", "prompt tokens", "written tokens", "seconds")
    head = "".join(f"<th>{name}</th>" for name in heads)
    return (
        [f'<h2>What it took</h2><div class="scroll"><table><tr>{head}</tr>{"".join(rows)}</table></div>']
        if rows
        else []
    )


def _verse(poem: Poem, locked: Container[int] = ()) -> str:
    stanzas = []
    for stanza in poem.stanzas:
        lines = []
        for line in stanza.lines:
            kind = "line locked" if line.number in locked else "line"
            lines.append(f'<span class="{kind}" dir="auto">{_text(line.text)}</span>')
        stanzas.append(f"<p>{''.join(lines)}</p>")
    return f'<div class="verse">{"".join(stanzas)}</div>'


def _prose(text: str) -> str:
    return f'<p class="prose" dir="auto">{_text(text.strip())}</p>'


def _text(text: str) -> str:
    return escape(printable(text))
