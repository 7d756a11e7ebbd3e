"""What Markdown and HTML both tell about a session, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from poetry_tui.workshop import Critique, Draft, Session
from poetry_tui.workshop.events import CloseReason, Role

_ENDINGS: dict[CloseReason, str] = {
    "approved": "The Educator approved the poem, and its form holds by measurement.",
    "rounds": "All rounds were done.",
    "accepted": "Accepted as it is.",
}


@dataclass(frozen=True, slots=True)
class Account:
    """What one role's calls cost. Tokens are counted whole, cached or not; seconds are wall-clock."""

    role: Role
    model: str
    calls: int
    prompt_tokens: int
    generated_tokens: int
    seconds: float


def facts(session: Session) -> list[tuple[str, str]]:
    """What the session was asked to do: labels and values."""
    settings = session.settings
    return [
        ("Asked", day(session)),
        ("Form", settings.form or "free"),
        ("Rounds", f"{session.closed_rounds} of {session.rounds}"),
        ("Poet", settings.poet.model),
        ("Educator", settings.educator.model),
        ("Seed", str(settings.seed)),
    ]


def day(session: Session) -> str:
    """The day on which the session was opened, such as `9 May 2026`."""
    opened = datetime.fromisoformat(session.opened_at)
    return f"{opened.day} {opened:%B %Y}"


def accounts(session: Session) -> list[Account]:
    """One account for each role that was called, the Poet's first."""
    found = []
    roles: tuple[Role, Role] = ("poet", "educator")
    for role in roles:
        calls = [call for call in session.calls if call.turn.role == role]
        if calls:
            found.append(
                Account(
                    role=role,
                    model=calls[-1].turn.model,
                    calls=len(calls),
                    prompt_tokens=sum(call.usage.prompt_tokens for call in calls),
                    generated_tokens=sum(call.usage.generated_tokens for call in calls),
                    seconds=sum(call.usage.total_seconds for call in calls),
                )
            )
    return found


def heading(draft: Draft) -> str:
    """What a draft is called."""
    return f"Draft {draft.number}" + (", by hand" if draft.by == "person" else "")


def remarks(draft: Draft) -> list[str]:
    """What is to be said about a draft beside its text."""
    found = []
    if draft.locked:
        found.append(f"Locked: {_lines(sorted(draft.locked))}.")
    if draft.restored:
        found.append(f"Put back, since the Poet had changed what was locked: {_lines(list(draft.restored))}.")
    return found


def verdict(critique: Critique) -> str:
    """What came of the Educator's approval; "" where there was none."""
    if critique.approval is None or not critique.approval.said:
        return ""
    return "Approved." if critique.approval.holds else "Approved, but the measured form does not hold: it went on."


def ending(session: Session) -> str:
    """How the session stands."""
    if session.closed:
        return _ENDINGS[session.closed]
    if session.failure:
        return f"Broken off: {session.failure.message}"
    return "Stopped; it can go on." if session.stopped else "Not finished."


def _lines(numbers: list[int]) -> str:
    return ("line " if len(numbers) == 1 else "lines ") + ", ".join(map(str, numbers))
