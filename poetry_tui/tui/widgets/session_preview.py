"""`SessionPreview`: a session at a glance, its poem and how that was made."""

from __future__ import annotations

from datetime import datetime

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from poetry_tui.workshop import Session

Part = str | Content | tuple[str, str]

_MUTED, _HEADING = "$text-muted", "bold $primary"


class SessionPreview(VerticalScroll):
    """The latest draft, what was asked, who wrote, and the drafts and critiques before. All is text, never markup."""

    def compose(self) -> ComposeResult:
        """One piece of text."""
        yield Static(markup=False)

    def show(self, session: Session | None) -> None:
        """Show this session, from its top; None clears."""
        self.query_one(Static).update(told(session) if session else "")
        self.border_title = f"draft {session.drafts[-1].number}" if session and session.drafts else ""
        self.border_subtitle = standing(session) if session else ""
        self.scroll_home(animate=False)


def told(session: Session) -> Content:
    """The poem and its making."""
    parts: list[Part] = [*_poem(session), "\n\n"]
    for label, value in _facts(session):
        parts += [(f"{label:<10}", _MUTED), f"{plain(value)}\n"]
    if session.brief:
        parts += [("\nBrief\n", _HEADING), plain(session.brief), "\n"]
    for draft in session.drafts:
        if draft is not session.drafts[-1]:
            parts += [(f"\nDraft {draft.number}\n", _HEADING), plain(draft.poem.text), "\n"]
        for critique in session.critiques:
            if critique.draft == draft.number:
                parts += [(f"\nOn draft {draft.number}\n", _HEADING), plain(critique.text), "\n"]
    if session.directions:
        parts += [("\nYour directions\n", _HEADING), *(f"{plain(line)}\n" for line in session.directions)]
    if session.note:
        parts += [("\nNote\n", _HEADING), plain(session.note), "\n"]
    if session.failure:
        parts += [("\nBroken off\n", _HEADING), plain(session.failure.message), "\n"]
    return Content.assemble(*parts)


def _poem(session: Session) -> list[Part]:
    """The latest draft; where there is none, what has been written of the first."""
    if session.poem and session.poem.lines:
        return [plain(session.poem.text)]
    writing = session.writing
    if writing and writing.turn.role == "poet" and writing.text.strip():
        return [plain(writing.text.strip()), (" …", _MUTED)]
    return [("No draft yet.", _MUTED)]


def _facts(session: Session) -> list[tuple[str, str]]:
    settings = session.settings
    by_hand = sum(draft.by == "person" for draft in session.drafts)
    drafts = f"{len(session.drafts)}" + (f", {by_hand} by hand" if by_hand else "")
    return [
        ("asked", settings.request),
        ("on", moment(session.opened_at)),
        ("form", settings.form or "free"),
        ("drafts", drafts),
        ("rounds", f"{session.closed_rounds} of {session.rounds}"),
        ("poet", settings.poet.model),
        ("educator", settings.educator.model),
    ]


def standing(session: Session) -> str:
    """How the session stands, in a word or two."""
    if session.closed:
        return {"approved": "approved", "rounds": "all rounds done", "accepted": "accepted"}[session.closed]
    if session.failure:
        return "broken off"
    return "stopped" if session.stopped else "not finished"


def moment(at: str) -> str:
    """An ISO 8601 time as a person writes it, such as `9 May 2026, 12:30`, in the zone it was written in."""
    then = datetime.fromisoformat(at)
    return f"{then.day} {then:%B %Y, %H:%M}"


def plain(text: str) -> str:
    """The text without control characters, which a terminal would obey."""
    return "".join(char for char in text.expandtabs(4) if char == "\n" or char.isprintable() or char in _JOINERS)


_JOINERS = "\u200c\u200d\u00a0\u202f\u3000"
"""Not printable by Python's rule, and harmless: emoji and several scripts need them."""
