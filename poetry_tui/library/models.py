"""`ModelRecords`: which files were hashed, and which models in Ollama came from which file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from sqlite3 import Connection
from threading import Lock

from poetry_tui.library.database import open_library, reported, transaction


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """A model that was brought into Ollama: where from, the digests of its files, its own, and when (ISO 8601)."""

    name: str
    role: str
    path: Path
    file_digests: tuple[str, ...]
    model_digest: str
    imported_at: str


class ModelRecords:
    """The records in the library at `path`. Every method blocks for milliseconds and raises `LibraryError`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # One connection for all: the last one that closes makes SQLite wait for the disk, and a disk may be busy.
        self._connected = open_library(path)
        self._using = Lock()

    def close(self) -> None:
        """Close the connection."""
        self._connected.close()

    def known_digest(self, file: Path) -> str | None:
        """The digest of a file that was hashed before, if its size, its time and its inode are the same."""
        try:
            found = file.stat()
        except OSError:
            return None
        with self._connection() as connection:
            row = connection.execute(
                "SELECT digest FROM model_file WHERE path = ? AND size = ? AND changed_ns = ? AND inode = ?",
                (str(file.absolute()), found.st_size, found.st_mtime_ns, found.st_ino),
            ).fetchone()
        return row[0] if row else None

    def keep_digest(self, file: Path, digest: str) -> None:
        """Remember the digest of a file as it is now."""
        found = file.stat()
        with self._connection() as connection, transaction(connection):
            connection.execute(
                "INSERT OR REPLACE INTO model_file VALUES (?, ?, ?, ?, ?)",
                (str(file.absolute()), found.st_size, found.st_mtime_ns, found.st_ino, digest),
            )

    def made_from(self, file_digests: Sequence[str]) -> list[ModelRecord]:
        """Models made from these files, the newest first."""
        return [record for record in self.all() if record.file_digests == tuple(file_digests)]

    def all(self) -> list[ModelRecord]:
        """Every model that was brought in, the newest first."""
        with self._connection() as connection:
            rows = connection.execute("SELECT * FROM imported_model ORDER BY imported_at DESC").fetchall()
        return [
            ModelRecord(name, role, Path(path), tuple(files.split()), *rest) for name, role, path, files, *rest in rows
        ]

    def keep(self, name: str, role: str, file: Path, file_digests: Sequence[str], model_digest: str) -> None:
        """Remember a model and where it came from; an earlier record under its name is replaced."""
        at = datetime.now().astimezone().isoformat(timespec="seconds")
        with self._connection() as connection, transaction(connection):
            connection.execute(
                "INSERT OR REPLACE INTO imported_model VALUES (?, ?, ?, ?, ?, ?)",
                (name, role, str(file.absolute()), " ".join(file_digests), model_digest, at),
            )

    def forget(self, name: str) -> None:
        """The model is gone."""
        with self._connection() as connection, transaction(connection):
            connection.execute("DELETE FROM imported_model WHERE name = ?", (name,))

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        with self._using, reported(self._path):
            yield self._connected
