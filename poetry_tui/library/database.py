"""The library's file: what is checked before it is written to, and what SQLite's errors mean to a person."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from poetry_tui.errors import LibraryError
from poetry_tui.library import migrations

_SIGNATURE = b"SQLite format 3\0"
_APPLICATION = 0x506F656D  # "Poem": how a library is told from other programs' SQLite files
_BUSY_SECONDS = 5.0
_CHECKED_BYTES = 8 << 20  # a full check of that much takes some 20 ms; what is larger is checked as it is read


def open_library(path: Path) -> sqlite3.Connection:
    """A connection to the library at `path`, made where there is none and brought up to this version's schema.

    Raises LibraryError, leaving the file as it is, if it is damaged, no library, a newer version's, or not writable.
    """
    with reported(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size:
            _check(path)
        connection = connect(path)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            with transaction(connection):
                connection.execute(f"PRAGMA application_id = {_APPLICATION}")
                migrations.migrate(connection)
        except BaseException:
            connection.close()
            raise
        return connection


def connect(path: Path, *, mode: str = "rwc") -> sqlite3.Connection:
    """A connection that may be used in any thread, one at a time, and begins transactions only when told to."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=_BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
    # In WAL mode this survives the death of the program; only a power cut may take the last moments, never the file.
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing. The write lock is taken at once, since one taken later could not be waited for."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def reported(path: Path) -> Iterator[None]:
    """Errors of SQLite and of the file system leave this block as a LibraryError that says what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise LibraryError(_explained(path, error)) from error
    except OSError as error:
        raise LibraryError(f"The library {path} cannot be opened: {error.strerror}. {_ELSEWHERE}") from error


_ELSEWHERE = "Check the permissions of its folder, or set POETRY_TUI_HOME to a folder you may write to."


def _check(path: Path) -> None:
    with path.open("rb") as file:
        if file.read(len(_SIGNATURE)) != _SIGNATURE:
            raise LibraryError(_damaged(path, "it is no SQLite database"))
    with closing(connect(path, mode="ro")) as connection:
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if tables and application != _APPLICATION:
            raise LibraryError(
                f"{path} is another program's database, not a library of poetry-tui. It was left as it is. "
                "Move it away, or set POETRY_TUI_HOME to another folder."
            )
        if newer := migrations.unknown(connection):
            raise LibraryError(
                f"The library {path} was written by a newer version of poetry-tui ({', '.join(sorted(newer))}). "
                "It was left as it is. Update poetry-tui to open it, or set POETRY_TUI_HOME to another folder."
            )
        if path.stat().st_size <= _CHECKED_BYTES:
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise LibraryError(_damaged(path, verdict))


def _damaged(path: Path, why: str) -> str:
    return (
        f"The library {path} is damaged ({why}). It was left as it is. Move it away to begin a new one; "
        f"`sqlite3 {path.name} .recover` may bring back what is in it."
    )


def _explained(path: Path, error: sqlite3.Error) -> str:
    # Extended codes hold the kind of error in their low byte.
    match getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF:
        case sqlite3.SQLITE_FULL:
            return f"The disk that holds the library {path} is full. Free some space; what is not yet written is kept."
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return (
                f"The library {path} is locked by another program for more than {_BUSY_SECONDS:.0f} seconds. "
                "Close what else uses it and try again."
            )
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return _damaged(path, str(error))
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return f"The library {path} cannot be written ({error}). {_ELSEWHERE}"
        case sqlite3.SQLITE_IOERR:
            return f"The library {path} cannot be read or written ({error}). Check the disk that it lies on."
        case _:
            return f"The library {path} cannot be used: {error}."
