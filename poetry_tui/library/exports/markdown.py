"""A session as Markdown: the poem first, then how it was made."""

from __future__ import annotations

import re

from poetry_tui.library.exports import telling
from poetry_tui.verse import Poem, printable
from poetry_tui.workshop import Critique, Draft, Session

# Escaped is what some dialect gives a meaning, and no more: the source should stay readable.
_ANYWHERE = re.compile(r"([\\`*_\[\]~|$])")
_AT_START = re.compile(r"^(\s*)([#+=:-]|\d+(?=[.)]))")


def as_markdown(session: Session) -> str:
    """CommonMark that every dialect renders alike. Verse lines end in two spaces, and keep their indentation."""
    settings = session.settings
    parts = [f"# {_one_line(settings.request)}"]
    if session.poem:
        parts += [_verse(session.poem), "---"]
    facts = [f"- {label}: {_one_line(value)}" for label, value in telling.facts(session)]
    parts += ["## How it was made", "\n".join(facts)]
    if session.brief:
        parts += ["### The brief", _quoted(session.brief)]
    for draft in session.drafts:
        parts += _draft(draft)
        if critique := session.critique_of(draft.number):
            parts += _critique(critique)
    if session.directions:
        parts += ["### The person's directions", *map(_quoted, session.directions)]
    if session.note:
        parts += ["### The Educator's last word", _quoted(session.note)]
    parts += ["### How it stands", _one_line(telling.ending(session)), *_accounts(session)]
    return "\n\n".join(parts) + "\n"


def _draft(draft: Draft) -> list[str]:
    parts = [f"### {telling.heading(draft)}", _verse(draft.poem)]
    if draft.report:
        parts += ["Measured:", _quoted(draft.report.block())]
    return parts + telling.remarks(draft)


def _critique(critique: Critique) -> list[str]:
    parts = [f"### The Educator on draft {critique.draft}", _quoted(critique.text)]
    return [*parts, verdict] if (verdict := telling.verdict(critique)) else parts


def _accounts(session: Session) -> list[str]:
    rows = [
        f"| {account.role} | {_one_line(account.model)} | {account.calls} | {account.prompt_tokens} "
        f"| {account.generated_tokens} | {account.seconds:.1f} |"
        for account in telling.accounts(session)
    ]
    head = (
        "| role | model | calls | prompt tokens | written tokens | seconds |\n| --- | --- | ---: | ---: | ---: | ---: |"
    )
    return ["\n".join([head, *rows])] if rows else []


def _verse(poem: Poem) -> str:
    return "\n\n".join("  \n".join(_escaped(line.text) for line in stanza.lines) for stanza in poem.stanzas)


def _quoted(text: str) -> str:
    """Text as a quotation, line by line as it was written."""
    lines = [_escaped(line.rstrip()) for line in printable(text).strip().splitlines()]
    return "\n".join(f"> {line}  " if line else ">" for line in lines)


def _one_line(text: str) -> str:
    return _escaped(" ".join(printable(text).split()))


def _escaped(line: str) -> str:
    """One line as plain text. Spaces that Markdown would eat become no-break spaces."""
    line = printable(line).expandtabs(4)
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    line = _ANYWHERE.sub(r"\\\1", line)
    line = _AT_START.sub(_escape_start, line)
    return re.sub(r"^ +| {2,}", lambda spaces: "&nbsp;" * len(spaces[0]), line)


def _escape_start(match: re.Match[str]) -> str:
    space, mark = match.groups()
    return f"{space}{mark}\\" if mark.isdigit() else f"{space}\\{mark}"
