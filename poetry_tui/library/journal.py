"""`Journal`: events on their way to the disk."""

from __future__ import annotations

import atexit
import sqlite3
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from poetry_tui.errors import LibraryError
from poetry_tui.library import catalogue
from poetry_tui.library.codec import encode, merged
from poetry_tui.library.database import reported, transaction
from poetry_tui.workshop.events import Event, SessionOpened, TokenWritten

# Tokens are gathered for so long. The promise is 250 ms; the rest is for the commit, on a slow disk and a busy machine.
_TOKEN_SECONDS = 0.1


class Journal:
    """Writes events in the background and in order: tokens in batches, every other event (and all before it) at once.

    A write that fails keeps its events in memory, to be tried again with the next ones; its error is raised by the next
    `append` or `flush`. A session is written on from where this journal knows its end to be. If another program has
    gone on with it, or deleted it, what this one has to add no longer fits: that and each later `append` says so.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection
        self._writing = threading.RLock()  # held by whoever uses the connection, and guards the ends
        self._ends: dict[str, tuple[int, int]] = {}  # session id → its number, how many events it has
        self._changed = threading.Condition()  # guards all that follows; held for microseconds only
        self._pending: dict[str, list[Event]] = {}
        self._due: float | None = None
        self._failure: Exception | None = None
        self._lost: dict[str, str] = {}  # session id → why it can no longer be written
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="poetry-tui journal", daemon=True)
        self._thread.start()
        atexit.register(self._close_at_exit)

    def begin(self, opened: SessionOpened, events: Sequence[Event] = ()) -> str:
        """Write a new session, with what has happened in it, before this returns its id."""
        with self._writing, reported(self._path):
            with transaction(self._connection):
                session_id, number = catalogue.open_entry(self._connection, opened)
                end = self._insert(number, 0, [opened, *events])
            self.go_on_from(session_id, number, end)
        return session_id

    def go_on_from(self, session_id: str, number: int, end: int) -> None:
        """The caller has read `end` events of a session and is going to add to them."""
        with self._writing, self._changed:
            self._ends[session_id] = (number, end)
            self._lost.pop(session_id, None)

    def append(self, session_id: str, event: Event) -> None:
        """Take an event, in microseconds. Raises the error of an earlier write, but keeps the event all the same."""
        with self._changed:
            if self._closed:
                raise LibraryError(f"The library {self._path} is closed.")
            if session_id in self._lost:
                raise LibraryError(self._lost[session_id])
            self._pending.setdefault(session_id, []).append(event)
            due = time.monotonic() + (_TOKEN_SECONDS if isinstance(event, TokenWritten) else 0)
            if self._due is None or due < self._due:
                self._due = due
                self._changed.notify()
            failure, self._failure = self._failure, None
        if failure:
            raise failure

    def flush(self) -> None:
        """Write everything now; when this returns, it is in the file. Raises LibraryError if it cannot be written."""
        with self._writing:
            with self._changed:
                batches, self._pending = self._pending, {}
                self._due = None
            lost = ""
            try:
                for session_id, events in list(batches.items()):
                    lost = self._write(session_id, merged(events)) or lost
                    del batches[session_id]
            finally:
                with self._changed:  # what could not be written goes back, before what came meanwhile
                    for session_id, events in batches.items():
                        self._pending[session_id] = events + self._pending.get(session_id, [])
        if lost:
            raise LibraryError(lost)
        with self._changed:
            self._failure = None  # whatever had failed has now been written

    def delete(self, session_id: str, number: int) -> None:
        """Delete a session and what of it is still to be written."""
        with self._writing, reported(self._path):
            with transaction(self._connection):
                catalogue.remove(self._connection, number)
            self._ends.pop(session_id, None)
            with self._changed:
                self._pending.pop(session_id, None)
                self._lost[session_id] = f"The session {session_id} has been deleted."

    def close(self) -> None:
        """Write everything and close the connection. Safe to call twice."""
        with self._changed:
            if self._closed:
                return
            self._closed = True
            self._changed.notify()
        atexit.unregister(self._close_at_exit)
        self._thread.join()
        try:
            self.flush()
        finally:
            self._connection.close()

    def _close_at_exit(self) -> None:
        try:
            self.close()
        except LibraryError as error:
            print(error, file=sys.stderr)

    def _run(self) -> None:
        while self._wait_until_due():
            try:
                self.flush()
            except Exception as error:
                with self._changed:
                    self._failure = error

    def _wait_until_due(self) -> bool:
        with self._changed:
            while not self._closed:
                left = None if self._due is None else self._due - time.monotonic()
                if left is not None and left <= 0:
                    self._due = None
                    return True
                self._changed.wait(left)
        return False

    def _write(self, session_id: str, events: Sequence[Event]) -> str:
        """Add events to a session. Returns "", or why this session can no longer be written from here."""
        with reported(self._path):
            try:
                with transaction(self._connection):
                    number, end = self._ends.get(session_id) or self._end_in_file(session_id)
                    end = self._insert(number, end, events)
            except sqlite3.IntegrityError:
                why = (
                    f"The session {session_id} has been changed or deleted by another poetry-tui meanwhile; "
                    "what happened in it here since then is not kept. Open it again from the library to go on."
                )
                with self._changed:
                    self._lost[session_id] = why
                return why
            self._ends[session_id] = (number, end)
            return ""

    def _insert(self, number: int, end: int, events: Sequence[Event]) -> int:
        """Write events of session `number` after its first `end` ones; returns how many there are now."""
        for event in events:
            end += 1
            row = (number, end, encode(event))
            self._connection.execute("INSERT INTO event (session, number, body) VALUES (?, ?, ?)", row)
            catalogue.enter(self._connection, number, event)
        catalogue.touch(self._connection, number)
        return end

    def _end_in_file(self, session_id: str) -> tuple[int, int]:
        row = self._connection.execute(
            "SELECT number, (SELECT coalesce(max(number), 0) FROM event WHERE session = session.number) "
            "FROM session WHERE id = ?",
            (session_id,),
        ).fetchone()
        if row is None:
            raise sqlite3.IntegrityError(f"no session {session_id}")  # as SQLite says when it has gone meanwhile
        return int(row[0]), int(row[1])
