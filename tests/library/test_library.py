"""What is given to the library is there again: in the list, by its id, and as the events it was."""

from __future__ import annotations

import sqlite3
import statistics
import time
from dataclasses import replace

import pytest

from poetry_tui.errors import LibraryError
from poetry_tui.library import Library
from poetry_tui.library.codec import merged
from poetry_tui.workshop import fold
from poetry_tui.workshop.events import (
    DraftWritten,
    Failed,
    RoundClosed,
    SessionClosed,
    SessionOpened,
    SessionResumed,
    SessionStopped,
    TokenWritten,
    Warned,
)
from tests.library.sessions import FIRST, OPENED, SECOND, draft, opened, turn, whole_session


def keep(library: Library, journal) -> str:
    session_id = library.begin(journal[0])
    for event in journal[1:]:
        library.append(session_id, event)
    library.flush()
    return session_id


def state(library: Library, session_id: str) -> str:
    library.flush()
    return next(summary.state for summary in library.summaries() if summary.id == session_id)


def test_a_session_comes_back_whole(library, path):
    journal = whole_session()
    session_id = keep(library, journal)
    assert library.events(session_id) == merged(journal)
    library.close()
    with Library(path) as again:
        assert again.events(session_id) == merged(journal)
        assert fold(again.events(session_id)) == fold(journal)


def test_a_session_is_in_the_file_when_begin_returns(library, path):
    session_id = library.begin(OPENED)
    with Library(path) as other:
        assert other.events(session_id) == [OPENED]


def test_events_are_written_without_being_asked_for(library, path):
    session_id = library.begin(OPENED)
    library.append(session_id, TokenWritten(text="Snow"))
    library.append(session_id, Warned(message="careful"))
    with Library(path) as other:
        deadline = time.monotonic() + 5
        while len(other.events(session_id)) < 3:
            assert time.monotonic() < deadline


def test_the_caller_does_not_wait_for_the_disk(library):
    session_id = library.begin(OPENED)
    seconds = []
    for _ in range(500):
        for event in (TokenWritten(text="w "), Warned(message="careful")):
            start = time.perf_counter()
            library.append(session_id, event)
            seconds.append(time.perf_counter() - start)
    assert statistics.median(seconds) < 0.001
    library.flush()
    assert len(library.events(session_id)) == 1001


def test_the_list_says_how_each_session_stands(library):
    session_id = keep(library, whole_session())
    (summary,) = library.summaries()
    assert summary.id == session_id
    assert summary.request == OPENED.settings.request
    assert summary.title == "The sill keeps what the afternoon lets fall,"
    assert (summary.opened_at, summary.rounds, summary.drafts) == (OPENED.at, 1, 2)
    assert (summary.poet, summary.educator, summary.form) == ("ollama:poet", "gguf:educator.gguf", None)
    assert summary.state == "finished"


def test_a_session_is_open_until_it_ends_and_again_when_it_goes_on(library):
    session_id = library.begin(OPENED)
    assert state(library, session_id) == "open"
    for event, after in [
        (SessionStopped(), "stopped"),
        (SessionResumed(rounds=3, at=OPENED.at), "open"),
        (Failed(message="gone", error="StreamBroken"), "failed"),
        (turn("draft", 0, "x")[0], "open"),
        (RoundClosed(round=1), "open"),
        (SessionClosed(reason="accepted"), "finished"),
        (SessionResumed(rounds=4, at=OPENED.at), "open"),
    ]:
        library.append(session_id, event)
        assert state(library, session_id) == after


def test_the_session_last_written_to_comes_first_and_pages_do_not_overlap(library):
    ids = [library.begin(opened(request=f"poem {number}")) for number in range(5)]
    library.append(ids[1], Warned(message="touched"))
    library.flush()
    expected = [ids[1], ids[4], ids[3], ids[2], ids[0]]
    assert [summary.id for summary in library.summaries()] == expected
    pages = [library.summaries(limit=2, offset=offset) for offset in (0, 2, 4)]
    assert [summary.id for page in pages for summary in page] == expected
    assert library.count() == 5


def opened_at(at: str) -> SessionOpened:
    return replace(OPENED, at=at)


def test_ids_are_the_day_and_letters_that_sort_by_time(library):
    late = library.begin(opened_at("2026-05-09T23:59:59.999+02:00"))
    early = library.begin(opened_at("2026-05-09T00:00:00+02:00"))
    twin = library.begin(opened_at("2026-05-09T00:00:00+02:00"))
    assert early == "20260509-0000"
    assert early < twin < late < library.begin(opened_at("2026-05-10T00:00:00+02:00"))


def test_a_session_is_found_by_the_beginning_of_its_id_or_of_its_letters(library):
    first = library.begin(opened_at("2026-05-09T12:00:00+00:00"))
    second = library.begin(opened_at("2026-05-10T18:00:00+00:00"))
    assert library.find(first) == first
    assert library.find("20260510") == second
    assert library.find(second.partition("-")[2][:3]) == second
    with pytest.raises(LibraryError, match=f"Several.*{first}, {second}"):
        library.find("2026")
    for wrong in ("2027", "%", "_", "'; DROP TABLE session; --", "zzzz", "\0"):
        with pytest.raises(LibraryError, match="No session"):
            library.find(wrong)


def test_a_deleted_session_is_gone_and_takes_no_other_with_it(library):
    gone, kept = keep(library, whole_session()), keep(library, whole_session())
    library.delete(gone)
    assert [summary.id for summary in library.summaries()] == [kept]
    assert [summary.id for summary in library.summaries("afternoon")] == [kept]
    for use in (library.events, library.delete, library.open_journal):
        with pytest.raises(LibraryError, match=gone):
            use(gone)
    with pytest.raises(LibraryError, match="deleted"):
        library.append(gone, Warned(message="late"))
    assert len(library.events(kept)) == len(merged(whole_session()))


def test_an_id_that_was_deleted_can_be_used_again(library):
    session_id = library.begin(OPENED)
    library.delete(session_id)
    assert library.begin(OPENED) == session_id
    library.append(session_id, Warned(message="anew"))
    assert len(library.events(session_id)) == 2


def test_a_session_goes_on_where_it_stood(library, path):
    session_id = keep(library, [OPENED, *draft(1, FIRST), SessionStopped()])
    library.close()
    with Library(path) as again:
        assert len(again.open_journal(session_id)) == 4
        again.append(session_id, SessionResumed(rounds=2, at=OPENED.at))
        again.append(session_id, DraftWritten(number=2, round=1, text=SECOND))
        session = fold(again.events(session_id))
    assert [draft.number for draft in session.drafts] == [1, 2]
    assert session.running


def test_writing_to_no_session_is_reported(library):
    library.append("20200101-aaaa", Warned(message="lost?"))
    with pytest.raises(LibraryError, match="20200101-aaaa"):
        library.flush()


def test_a_closed_library_says_so(library):
    session_id = library.begin(OPENED)
    library.append(session_id, TokenWritten(text="last words"))
    library.close()
    library.close()
    for use in (
        lambda: library.append(session_id, Warned(message="late")),
        lambda: library.events(session_id),
        library.summaries,
        lambda: library.begin(OPENED),
    ):
        with pytest.raises(LibraryError):
            use()
    with Library(library.path) as again:
        assert again.events(session_id)[-1] == TokenWritten(text="last words")


def test_an_event_that_cannot_be_read_is_named_and_the_others_are_still_listed(library, path):
    session_id = keep(library, whole_session())
    with sqlite3.connect(path) as connection:
        connection.execute('UPDATE event SET body = \'{"type":"sung"}\' WHERE number = 3')
    with pytest.raises(LibraryError, match=f"Event 3 of session {session_id}"):
        library.events(session_id)
    assert len(library.summaries()) == 1
