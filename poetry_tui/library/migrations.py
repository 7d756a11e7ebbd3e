"""The library's schema, as the steps that lead to it. A step that has been released is never changed, only followed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from sqlite3 import Connection

Step = Callable[[Connection], None]


def _sessions_and_events(connection: Connection) -> None:
    # AUTOINCREMENT: the number of a deleted session is never given again, to a session that others would write into.
    connection.execute("""
        CREATE TABLE session (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            opened_at TEXT NOT NULL,
            updated_at TEXT NOT NULL,
            request TEXT NOT NULL,
            form TEXT,
            poet TEXT NOT NULL,
            educator TEXT NOT NULL,
            title TEXT NOT NULL DEFAULT '',
            state TEXT NOT NULL DEFAULT 'open',
            rounds INTEGER NOT NULL DEFAULT 0,
            drafts INTEGER NOT NULL DEFAULT 0
        )""")
    connection.execute("CREATE INDEX session_by_update ON session (updated_at DESC, number DESC)")
    connection.execute("""
        CREATE TABLE event (
            session INTEGER NOT NULL REFERENCES session (number) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (session, number)
        ) WITHOUT ROWID""")


def _full_text_search(connection: Connection) -> None:
    connection.execute("""
        CREATE VIRTUAL TABLE search USING fts5 (
            request, drafts, critiques, directions, tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3'
        )""")
    connection.execute("INSERT INTO search (search, rank) VALUES ('rank', 'bm25(4.0, 2.0, 1.0, 2.0)')")


def _models(connection: Connection) -> None:
    connection.execute("""
        CREATE TABLE model_file (
            path TEXT PRIMARY KEY,
            size INTEGER NOT NULL,
            changed_ns INTEGER NOT NULL,
            inode INTEGER NOT NULL,
            digest TEXT NOT NULL
        )""")
    connection.execute("""
        CREATE TABLE imported_model (
            name TEXT PRIMARY KEY,
            role TEXT NOT NULL,
            path TEXT NOT NULL,
            file_digests TEXT NOT NULL,
            model_digest TEXT NOT NULL,
            imported_at TEXT NOT NULL
        )""")


STEPS: dict[str, Step] = {
    "001_sessions_and_events": _sessions_and_events,
    "002_full_text_search": _full_text_search,
    "003_models": _models,
}


def applied(connection: Connection) -> set[str]:
    """The names of the steps that have been taken; none in an empty database."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'migration'").fetchone() is None:
        return set()
    return {name for (name,) in connection.execute("SELECT name FROM migration")}


def unknown(connection: Connection) -> set[str]:
    """Steps this version has never heard of: a newer version was here."""
    return applied(connection) - STEPS.keys()


def migrate(connection: Connection) -> None:
    """Take the missing steps. The caller holds a write transaction, so that two programs do not take them at once."""
    connection.execute("CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, at TEXT NOT NULL)")
    done = applied(connection)
    for name, step in STEPS.items():
        if name not in done:
            step(connection)
            now = datetime.now(UTC).isoformat(timespec="seconds")
            connection.execute("INSERT INTO migration (name, at) VALUES (?, ?)", (name, now))
