"""`Library`: the sessions that are kept, in one SQLite file."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection
from typing import Self

from poetry_tui.errors import LibraryError
from poetry_tui.library import catalogue
from poetry_tui.library.catalogue import SessionSummary
from poetry_tui.library.codec import decode, merged
from poetry_tui.library.database import connect, open_library, reported
from poetry_tui.library.exports.json import read_json
from poetry_tui.library.journal import Journal
from poetry_tui.workshop.events import Event, SessionOpened


class Library:
    """The library in the file `path`, which is made if there is none.

    `append` may be called on an event loop: it takes microseconds, since a thread does the writing. Everything else
    reads or writes before it returns (milliseconds; up to 5 s while another program holds the file): call it in a
    thread where that matters. All methods may be called from any thread, and raise LibraryError.

    `kill -9` loses the tokens of the last 250 ms at most. A write that fails in the background is raised by the next
    `append` or `flush`; its events stay in memory and are written as soon as that is possible again.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        writer = open_library(path)
        with reported(path):
            self._reader = connect(path)
        self._reading = threading.Lock()
        self._journal = Journal(path, writer)

    def begin(self, event: SessionOpened) -> str:
        """Write a new session; returns its id, such as `20260509-k7qm`. When this returns, it is in the file."""
        return self._journal.begin(event)

    def open_journal(self, session_id: str) -> list[Event]:
        """The events of a session that is to go on: `append` now adds to these. Consecutive tokens come as one."""
        number, rows, events = self._read_events(session_id)
        self._journal.go_on_from(session_id, number, rows)
        return events

    def append(self, session_id: str, event: Event) -> None:
        """Have an event written: a token within 250 ms, others at once. The error raised may be an earlier write's."""
        self._journal.append(session_id, event)

    def flush(self) -> None:
        """When this returns, every event is in the file."""
        self._journal.flush()

    def events(self, session_id: str) -> list[Event]:
        """All events of a session, for reading. Consecutive tokens come as one, which folds to the same state."""
        return self._read_events(session_id)[2]

    def summaries(self, query: str = "", limit: int = 50, offset: int = 0) -> list[SessionSummary]:
        """Sessions, the one last written to first; with a query those that hold all its words, the best first.

        Searched are requests, drafts, critiques and directions, for words that begin as those of the query do.
        """
        with self._reads() as connection:
            if query.strip():
                return catalogue.search(connection, query, limit, offset)
            return catalogue.latest(connection, limit, offset)

    def count(self) -> int:
        """How many sessions there are."""
        with self._reads() as connection:
            return catalogue.count(connection)

    def find(self, prefix: str) -> str:
        """The id that begins so, or whose letters after the date do; LibraryError if there is none, or several."""
        with self._reads() as connection:
            ids = catalogue.ids(connection, prefix)
        if not ids:
            raise LibraryError(f"No session begins with {prefix!r}. `poetry-tui sessions` lists them all.")
        if len(ids) > 1 and prefix not in ids:
            shown = ", ".join(ids[:5]) + (", …" if len(ids) > 5 else "")
            raise LibraryError(f"Several sessions begin with {prefix!r}: {shown}. Give more of the id.")
        return prefix if prefix in ids else ids[0]

    def delete(self, session_id: str) -> None:
        """Delete a session for good."""
        self._journal.flush()
        with self._reads() as connection:
            number = self._number(connection, session_id)
        self._journal.delete(session_id, number)

    def import_json(self, text: str) -> str:
        """Bring in a session that was exported as JSON, under a new id, which is returned."""
        opened, events = read_json(text)
        return self._journal.begin(opened, events)

    def close(self) -> None:
        """Write everything and let go of the file. Safe to call twice."""
        try:
            self._journal.close()
        finally:
            with self._reading:
                self._reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _read_events(self, session_id: str) -> tuple[int, int, list[Event]]:
        """The number of a session, how many rows its journal has, and the events in them."""
        self._journal.flush()
        with self._reads() as connection:
            number = self._number(connection, session_id)
            stored = "SELECT number, body FROM event WHERE session = ? ORDER BY number"
            rows = connection.execute(stored, (number,)).fetchall()
        events = [decode(body, f"Event {row} of session {session_id}") for row, body in rows]
        return number, rows[-1][0] if rows else 0, merged(events)

    def _number(self, connection: Connection, session_id: str) -> int:
        row = connection.execute("SELECT number FROM session WHERE id = ?", (session_id,)).fetchone()
        if row is None:
            raise LibraryError(f"There is no session {session_id!r} in the library {self.path}.")
        return int(row[0])

    @contextmanager
    def _reads(self) -> Iterator[Connection]:
        with self._reading, reported(self.path):
            yield self._reader
