"""Whatever was written is found by its words, and nothing that is typed is an error."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poetry_tui.library import Library
from poetry_tui.workshop.events import CritiqueWritten, DirectionGiven, DraftWritten
from tests.library.sessions import opened, whole_session


@pytest.fixture
def kitchen(library: Library) -> str:
    """A finished session about winter light in a kitchen, among others."""
    for request in ("Ode to a ladder", "The ferry at night"):
        library.begin(opened(request=request))
    first, *rest = whole_session()
    session_id = library.begin(first)
    for event in rest:
        library.append(session_id, event)
    library.flush()
    return session_id


@pytest.mark.parametrize(
    "query",
    [
        "winter light",  # the request
        "WINTER",
        "golden",  # an earlier draft
        "afternoon",  # the last draft
        "has weight",  # the critique
        "kettle",  # a direction
        "wint kit",  # the beginnings of words
        "kettle winter golden",  # words from everywhere
        "“winter”",
        "afternoon -",
    ],
)
def test_found_by_its_words(library, kitchen, query):
    assert [summary.id for summary in library.summaries(query)] == [kitchen]


@pytest.mark.parametrize("query", ["summer", "winter summer", "inter", "request:winter"])
def test_not_found_by_others(library, kitchen, query):
    assert library.summaries(query) == []


def test_blank_is_no_query(library, kitchen):
    assert len(library.summaries("  ")) == 3


def test_the_excerpt_shows_the_words_that_were_found(library, kitchen):
    (summary,) = library.summaries("gold")
    assert {summary.excerpt[start:end] for start, end in summary.matches} == {"golden"}
    assert "\n" not in summary.excerpt


def test_a_request_counts_more_than_a_remark(library):
    remark = library.begin(opened(request="the sea"))
    library.append(remark, CritiqueWritten(round=1, draft=1, text="like a ladder"))
    request = library.begin(opened(request="a ladder"))
    library.begin(opened(request="unrelated"))
    library.flush()
    assert [summary.id for summary in library.summaries("ladder")] == [request, remark]


def test_accents_may_be_left_out(library):
    session_id = library.begin(opened(request="Über den Dächern, un café"))
    assert [library.summaries(query)[0].id for query in ("dachern", "CAFE", "über")] == [session_id] * 3


@pytest.mark.parametrize(
    "query",
    [
        '"',
        '""',
        "'",
        "*",
        "AND",
        "OR NOT",
        "NEAR(a b)",
        "(",
        "a:b",
        "^a",
        "-",
        "{a b}:c",
        "\0",
        "a\0b",
        "\ud800",
        "%",
        "🌙",
        "a" * 5000,
    ],
)
def test_nothing_that_is_typed_is_an_error(library, kitchen, query):
    library.summaries(query)


def test_any_text_finds_the_session_that_asked_for_it(tmp_path_factory):
    with Library(tmp_path_factory.mktemp("any") / "library.db") as library:

        @settings(max_examples=200, deadline=None)
        @given(st.text(max_size=60))
        def holds(query: str) -> None:
            library.summaries(query)

        holds()


def test_hundreds_of_sessions_are_searched_as_one_types(library):
    with_words = "the salt road hums under a moon of tin\n" * 14
    for number in range(500):
        session_id = library.begin(opened(request=f"poem number {number} about winter"))
        for text in (DraftWritten(number=1, round=0, text=with_words), DirectionGiven(text=f"direction {number}")):
            library.append(session_id, text)
    library.flush()
    start = time.perf_counter()
    assert len(library.summaries("w", limit=20)) == 20
    assert len(library.summaries("salt moon tin", limit=20)) == 20
    (found,) = library.summaries("direction 321")
    assert found.request.startswith("poem number 321")
    assert time.perf_counter() - start < 1.5
