"""What the list of sessions and the search show, kept beside the journal and changed with it in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from sqlite3 import Connection
from typing import Any, Literal

from poetry_tui.errors import LibraryError
from poetry_tui.library.codec import unbroken
from poetry_tui.workshop.events import (
    CritiqueWritten,
    DirectionGiven,
    DraftWritten,
    Event,
    Failed,
    RoundClosed,
    SessionClosed,
    SessionOpened,
    SessionResumed,
    SessionStopped,
    TurnStarted,
)

SessionState = Literal["open", "stopped", "failed", "finished"]
_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"  # base 32 without i, l, o and u, which are misread
_TICKS_PER_SECOND = 12  # a day has 12 · 86,400 of them, just under 32⁴


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSummary:
    """A session as the list shows it.

    `title` is the first line of the latest draft ("" while there is none), `rounds` how many are closed. A session that
    is "open" runs in some window, or was killed. Times are ISO 8601 with offset. `excerpt` is where the words of a
    search were found ("" without one); `matches` are the (start, end) of those words in it.
    """

    id: str
    request: str
    title: str
    opened_at: str
    updated_at: str
    state: SessionState
    rounds: int
    drafts: int
    form: str | None
    poet: str
    educator: str
    excerpt: str = ""
    matches: tuple[tuple[int, int], ...] = ()


def open_entry(connection: Connection, event: SessionOpened) -> tuple[str, int]:
    """Enter a new session; its id and number. LibraryError if its time is no ISO 8601 time.

    The id is the day and, as four letters, the time of day: ids sort by time. One that is taken gives way to the next.
    """
    opened = _parsed(event.at)
    seconds = opened.hour * 3600 + opened.minute * 60 + opened.second + opened.microsecond / 1e6
    tick = int(seconds * _TICKS_PER_SECOND)
    while connection.execute("SELECT 1 FROM session WHERE id = ?", (session_id := _id(opened, tick),)).fetchone():
        tick += 1
    settings = event.settings
    request = unbroken(settings.request)
    number = connection.execute(
        "INSERT INTO session (id, opened_at, updated_at, request, form, poet, educator) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (session_id, event.at, _now(), request, settings.form, settings.poet.model, settings.educator.model),
    ).lastrowid
    assert number is not None
    connection.execute(
        "INSERT INTO search (rowid, request, drafts, critiques, directions) VALUES (?, ?, '', '', '')",
        (number, request),
    )
    return session_id, number


def enter(connection: Connection, number: int, event: Event) -> None:
    """Let the entry of session `number` say what one more event changes."""
    match event:
        case DraftWritten(text=text):
            title = next((line.strip() for line in text.splitlines() if line.strip()), "")
            connection.execute(
                "UPDATE session SET drafts = drafts + 1, title = ? WHERE number = ?", (unbroken(title), number)
            )
            _index(connection, number, "drafts", text)
        case CritiqueWritten(text=text):
            _index(connection, number, "critiques", text)
        case DirectionGiven(text=text):
            _index(connection, number, "directions", text)
        case RoundClosed(round=closed):
            connection.execute("UPDATE session SET rounds = ? WHERE number = ?", (closed, number))
        case TurnStarted() | SessionResumed():
            _set_state(connection, number, "open")
        case SessionStopped():
            _set_state(connection, number, "stopped")
        case Failed():
            _set_state(connection, number, "failed")
        case SessionClosed():
            _set_state(connection, number, "finished")
        case _:
            pass


def touch(connection: Connection, number: int) -> None:
    """Session `number` has been written to just now."""
    connection.execute("UPDATE session SET updated_at = ? WHERE number = ?", (_now(), number))


def remove(connection: Connection, number: int) -> None:
    """Take session `number` out of the list, the search and the journal."""
    connection.execute("DELETE FROM search WHERE rowid = ?", (number,))
    connection.execute("DELETE FROM session WHERE number = ?", (number,))


_COLUMNS = (
    "id",
    "request",
    "title",
    "opened_at",
    "updated_at",
    "state",
    "rounds",
    "drafts",
    "form",
    "poet",
    "educator",
)
_SELECTED = ", ".join(f"session.{column}" for column in _COLUMNS)
_FOUND, _END = "\ue000", "\ue001"  # private use: no font shows them, so no text has a reason to hold them


def latest(connection: Connection, limit: int, offset: int) -> list[SessionSummary]:
    """Sessions, the one last written to first."""
    rows = connection.execute(
        f"SELECT {_SELECTED} FROM session ORDER BY updated_at DESC, number DESC LIMIT ? OFFSET ?", (limit, offset)
    )
    return [_summary(row) for row in rows]


def search(connection: Connection, query: str, limit: int, offset: int) -> list[SessionSummary]:
    """Sessions that hold words beginning with each word of the query, the best first; none if it has no words."""
    if not (words := _words(query)):
        return []
    rows = connection.execute(
        f"""SELECT {_SELECTED}, snippet(search, -1, '{_FOUND}', '{_END}', '…', 16)
            FROM search JOIN session ON session.number = search.rowid
            WHERE search MATCH ? ORDER BY search.rank LIMIT ? OFFSET ?""",
        (words, limit, offset),
    )
    return [_summary(row[:-1], row[-1]) for row in rows]


def count(connection: Connection) -> int:
    """How many sessions there are."""
    return int(connection.execute("SELECT count(*) FROM session").fetchone()[0])


def ids(connection: Connection, prefix: str) -> list[str]:
    """The ids that begin with `prefix`, or whose letters after the date do, oldest first."""
    rows = connection.execute(
        "SELECT id FROM session WHERE substr(id, 1, length(?1)) = ?1 OR substr(id, 10, length(?1)) = ?1 ORDER BY id",
        (unbroken(prefix),),
    )
    return [session_id for (session_id,) in rows]


def _words(query: str) -> str:
    """A query as FTS5 understands it. Each word is quoted, so that nothing a person types is taken for its syntax."""
    words = [word for word in unbroken(query).replace("\0", " ").split() if any(map(str.isalnum, word))]
    return " ".join('"' + word.replace('"', '""') + '"*' for word in words)


def _summary(row: tuple[Any, ...], found: str = "") -> SessionSummary:
    excerpt, matches = _unmarked(found)
    return SessionSummary(**dict(zip(_COLUMNS, row, strict=True)), excerpt=excerpt, matches=matches)


def _unmarked(found: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    head, *pieces = " ".join(found.split()).split(_FOUND)
    text, matches = head, []
    for piece in pieces:
        word, _, rest = piece.partition(_END)
        matches.append((len(text), len(text) + len(word)))
        text += word + rest
    return text, tuple(matches)


def _index(connection: Connection, number: int, column: str, text: str) -> None:
    connection.execute(
        f"UPDATE search SET {column} = {column} || char(10) || ? WHERE rowid = ?", (unbroken(text), number)
    )


def _set_state(connection: Connection, number: int, state: SessionState) -> None:
    connection.execute("UPDATE session SET state = ? WHERE number = ?", (state, number))


def _id(opened: datetime, tick: int) -> str:
    letters = "".join(_DIGITS[tick >> shift & 31] for shift in (15, 10, 5, 0))
    return f"{opened:%Y%m%d}-{letters}"


def _parsed(at: str) -> datetime:
    try:
        return datetime.fromisoformat(at)
    except ValueError:
        raise LibraryError(f"The session's time, {at!r}, is no ISO 8601 time.") from None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
