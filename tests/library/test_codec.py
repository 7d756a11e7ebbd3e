"""Every event comes back from JSON as it was."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given, settings

from poetry_tui.errors import LibraryError
from poetry_tui.library.codec import decode, encode, merged
from poetry_tui.workshop import Event, fold
from poetry_tui.workshop.events import Failed, TokenWritten, Warned
from tests.library.sessions import events, whole_session


@settings(max_examples=300, deadline=None)
@given(event=events())
def test_any_event_comes_back_as_it_was(event):
    line = encode(event)
    assert "\n" not in line
    assert decode(line, "Event 1") == event


def test_no_two_events_share_a_type():
    kinds = [kind.__dataclass_fields__["type"].default for kind in get_args(Event)]
    assert len(set(kinds)) == len(kinds) == 20


def test_halves_of_a_character_that_came_in_two_tokens_are_joined_when_merged():
    halves = [TokenWritten(text="\ud83d"), TokenWritten(text="\ude00 smile")]
    (token,) = merged(halves)
    assert decode(encode(token), "Event 1").text == "😀 smile"


def test_half_a_character_alone_does_not_stop_the_journal():
    assert decode(encode(Warned(message="a \ud800 b")), "Event 1").message == "a � b"


def test_merged_tokens_fold_to_the_same_session():
    journal = whole_session()
    assert len(merged(journal)) < len(journal)
    for end in range(1, len(journal) + 1):
        assert fold(merged(journal[:end])) == fold(journal[:end])


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "[]",
        "null",
        '{"type":"token"}',
        '{"type":"token","text":7}',
        '{"type":"sung","text":"la"}',
        '{"text":"la"}',
        encode(Failed(message="m", error="E"))[:-4],
    ],
)
def test_what_is_no_event_is_named_by_where_it_stands(line):
    with pytest.raises(LibraryError, match="Event 7 of session s"):
        decode(line, "Event 7 of session s")
