"""Files that cannot be opened or written: each is reported and left as it was, and nothing is lost unsaid."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from poetry_tui.errors import LibraryError
from poetry_tui.library import Library, database
from poetry_tui.library.codec import merged
from poetry_tui.workshop.events import DraftWritten, TokenWritten, Warned
from tests.library.sessions import OPENED, opened, whole_session


@pytest.fixture
def filled(path: Path) -> Path:
    """A library of some dozens of sessions, closed."""
    with Library(path) as library:
        for _ in range(30):
            first, *rest = whole_session()
            session_id = library.begin(first)
            for event in rest:
                library.append(session_id, event)
    return path


def refused(path: Path, message: str) -> None:
    before = path.read_bytes()
    with pytest.raises(LibraryError, match=message) as caught:
        Library(path)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database(path):
    path.parent.mkdir()
    path.write_bytes(os.urandom(5000))
    refused(path, "damaged.*left as it is")


def test_a_truncated_library(filled):
    size = filled.stat().st_size
    with filled.open("r+b") as file:
        file.truncate(size // 2)
    refused(filled, "damaged")


def test_a_library_with_garbage_in_the_middle(filled):
    with filled.open("r+b") as file:
        file.seek(8192)
        file.write(os.urandom(16384))
    refused(filled, "damaged")


def test_a_library_of_a_newer_version(filled):
    with sqlite3.connect(filled) as connection:
        connection.execute("INSERT INTO migration VALUES ('999_songs', '2030-01-01')")
    connection.close()
    refused(filled, "newer version of poetry-tui.*999_songs.*Update")


def test_another_programs_database(path):
    path.parent.mkdir()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()
    refused(path, "another program's database")


def test_a_folder_in_the_files_place(path):
    path.mkdir(parents=True)
    with pytest.raises(LibraryError, match="POETRY_TUI_HOME"):
        Library(path)


def test_a_file_in_the_folders_place(path):
    path.parent.write_text("in the way")
    with pytest.raises(LibraryError, match="POETRY_TUI_HOME"):
        Library(path)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder in which even root cannot write")
def test_a_folder_that_cannot_be_written():
    with pytest.raises(LibraryError, match="POETRY_TUI_HOME"):
        Library(Path("/proc/self/library.db"))


def test_an_empty_file_becomes_a_library(path):
    path.parent.mkdir()
    path.touch()
    with Library(path) as library:
        assert library.summaries() == []


@pytest.fixture
def small_disk(tmp_path: Path):
    """A real file system of 512 kB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = shutil.which("mount")
    if not mount or subprocess.run([mount, "-t", "tmpfs", "-o", "size=512k", "tmpfs", folder], check=False).returncode:
        pytest.skip("a file system can be mounted by root on Linux only")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_full_disk_is_reported_and_nothing_is_lost_once_there_is_space(small_disk):
    journal = [DraftWritten(number=number, round=0, text=f"{number} " * 2000) for number in range(1, 60)]
    with Library(small_disk / "library.db") as library:
        session_id = library.begin(OPENED)
        for event in journal:
            with suppress(LibraryError):  # each is kept all the same
                library.append(session_id, event)
        with pytest.raises(LibraryError, match="full"):
            library.flush()
        with pytest.raises(LibraryError, match="full"):
            library.begin(opened(request="too much for what is left " * 10_000))
        subprocess.run(["mount", "-o", "remount,size=64m", small_disk], check=True)
        library.flush()
        assert library.events(session_id) == [OPENED, *journal]
        assert library.count() == 1


# A limit on the size of files works for everybody on every Unix; SQLite takes it for a disk that fails.
LIMITED = """
import resource, sys, time
from pathlib import Path
from poetry_tui.errors import LibraryError
from poetry_tui.library import Library, database
from poetry_tui.workshop.events import Warned
from tests.library.sessions import OPENED

library = Library(Path(sys.argv[1]))
session = library.begin(OPENED)
resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, resource.RLIM_INFINITY))
deadline = time.monotonic() + 10
try:
    while time.monotonic() < deadline:
        library.append(session, Warned(message="x" * 5000))
except LibraryError as error:
    print(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
library.append(session, Warned(message="the last"))
"""


def test_a_write_that_fails_in_the_background_reaches_the_caller_and_is_made_up_for_at_exit(path):
    ran = subprocess.run([sys.executable, "-c", LIMITED, path], capture_output=True, text=True, check=True, timeout=30)
    assert str(path) in ran.stdout
    assert "Traceback" not in ran.stderr
    with Library(path) as library:
        (summary,) = library.summaries()
        assert library.events(summary.id)[-1] == Warned(message="the last")


def test_two_programs_write_to_one_library(path):
    script = """
import sys
from pathlib import Path
from poetry_tui.library import Library, database
from tests.library.sessions import whole_session
with Library(Path(sys.argv[1])) as library:
    for _ in range(20):
        first, *rest = whole_session()
        session = library.begin(first)
        for event in rest:
            library.append(session, event)
"""
    programs = [subprocess.Popen([sys.executable, "-c", script, path], stderr=subprocess.PIPE) for _ in range(2)]
    for program in programs:
        _, errors = program.communicate(timeout=60)
        assert program.returncode == 0, errors.decode()
    with Library(path) as library:
        found = library.summaries(limit=100)
        assert len(found) == 40
        assert all(library.events(summary.id) == merged(whole_session()) for summary in found)


def test_two_windows_that_go_on_with_one_session_do_not_mix_it_up(path):
    with Library(path) as mine, Library(path) as theirs:
        session_id, other = mine.begin(OPENED), mine.begin(opened(request="another"))
        theirs.open_journal(session_id)
        theirs.append(session_id, Warned(message="theirs"))
        theirs.flush()
        mine.append(session_id, Warned(message="mine"))
        mine.append(other, Warned(message="of the other"))
        with pytest.raises(LibraryError, match=f"{session_id} has been changed"):
            mine.flush()
        with pytest.raises(LibraryError, match="changed"):
            mine.append(session_id, Warned(message="mine again"))
        assert mine.events(other)[-1] == Warned(message="of the other")
        assert mine.open_journal(session_id)[-1] == Warned(message="theirs")
        mine.append(session_id, Warned(message="mine at last"))
        mine.flush()
        assert [event.message for event in theirs.events(session_id)[1:]] == ["theirs", "mine at last"]


def test_a_session_that_another_window_deleted_is_reported(path):
    with Library(path) as mine, Library(path) as theirs:
        session_id = mine.begin(OPENED)
        mine.append(session_id, Warned(message="there"))
        mine.flush()
        theirs.delete(session_id)
        assert theirs.begin(OPENED) == session_id
        mine.append(session_id, TokenWritten(text="into the void"))
        with pytest.raises(LibraryError, match="deleted"):
            mine.flush()
        assert mine.events(session_id) == [OPENED]


def append_until_told(library: Library, session_id: str) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        library.append(session_id, TokenWritten(text="."))


def test_a_library_that_another_program_holds_is_reported_and_written_when_it_is_free(path, monkeypatch):
    monkeypatch.setattr(database, "_BUSY_SECONDS", 0.05)
    with Library(path) as library:
        session_id = library.begin(OPENED)
        blocker = sqlite3.connect(path, isolation_level=None)
        blocker.execute("BEGIN IMMEDIATE")
        library.append(session_id, Warned(message="waiting"))
        with pytest.raises(LibraryError, match="locked by another program"):
            append_until_told(library, session_id)
        assert library.count() == 1
        blocker.execute("ROLLBACK")
        blocker.close()
        library.flush()
        assert library.events(session_id)[1] == Warned(message="waiting")
