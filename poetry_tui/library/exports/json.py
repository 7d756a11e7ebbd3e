"""A session as JSON, complete, and back."""

from __future__ import annotations

import json
from collections.abc import Sequence

from poetry_tui.errors import LibraryError
from poetry_tui.library.codec import from_plain, to_plain
from poetry_tui.workshop import Event, Session, fold
from poetry_tui.workshop.events import SessionOpened

_FORMAT = "poetry-tui session"
_VERSION = 1


def as_json(session: Session, events: Sequence[Event]) -> str:
    """All events, after a summary for those who read it. The summary is not read back."""
    settings = session.settings
    summary = {
        "request": settings.request,
        "opened_at": session.opened_at,
        "poem": session.poem.text.splitlines() if session.poem else [],
        "poet": settings.poet.model,
        "educator": settings.educator.model,
        "form": settings.form,
        "seed": settings.seed,
        "drafts": len(session.drafts),
        "rounds": session.closed_rounds,
        "closed": session.closed,
    }
    plain = {
        "format": _FORMAT,
        "version": _VERSION,
        "summary": summary,
        "events": [to_plain(event) for event in events],
    }
    return json.dumps(plain, ensure_ascii=False, indent=1) + "\n"


def read_json(text: str) -> tuple[SessionOpened, list[Event]]:
    """The events of an exported session, the first one apart. LibraryError if this is none, or if it is damaged."""
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise LibraryError(f"This is no session that poetry-tui exported: it is not JSON ({error}).") from None
    if not isinstance(plain, dict) or plain.get("format") != _FORMAT or not isinstance(plain.get("events"), list):
        raise LibraryError(f'This is no session that poetry-tui exported: it does not say "format": "{_FORMAT}".')
    if plain.get("version") != _VERSION:
        raise LibraryError(
            f"This session is of format version {plain.get('version')!r}, which this version of poetry-tui "
            "does not know. Update poetry-tui and try again."
        )
    events = [from_plain(event, f"Event {number} of the file") for number, event in enumerate(plain["events"], 1)]
    try:
        fold(events)
    except (ValueError, IndexError) as error:
        raise LibraryError(f"The events in this file do not make a session: {error}.") from None
    opened, *rest = events
    assert isinstance(opened, SessionOpened)  # or fold would not have taken it
    return opened, rest
