"""What a model thinks aloud is told from what it replies, wherever the stream is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poetry_tui.llm.thinking import ThinkingSplitter


def split(pieces: list[str]) -> tuple[str, str]:
    splitter = ThinkingSplitter()
    chunks = [chunk for piece in pieces for chunk in splitter.feed(piece)]
    chunks += splitter.flush()
    assert all(chunk.text for chunk in chunks)
    thought = "".join(chunk.text for chunk in chunks if chunk.thinking)
    return thought, "".join(chunk.text for chunk in chunks if not chunk.thinking)


@pytest.mark.parametrize(
    ("text", "thought", "reply"),
    [
        ("Snow falls.", "", "Snow falls."),
        ("  Snow falls.\n", "", "  Snow falls.\n"),
        ("<think>cold?</think>\n\nSnow falls.", "cold?", "Snow falls."),
        ("\n<think>\ncold?\n</think>Snow", "\ncold?\n", "Snow"),
        ("<think></think>Snow", "", "Snow"),
        ("<think>never done", "never done", ""),
        ("<think>a </thin b</think>c", "a </thin b", "c"),
        ("A poem that says <think>hard</think>", "", "A poem that says <think>hard</think>"),
        ("<thi", "", "<thi"),
        ("<thin ice>\nholds", "", "<thin ice>\nholds"),
        ("", "", ""),
    ],
)
def test_however_the_stream_is_cut_the_parts_are_the_same(text: str, thought: str, reply: str) -> None:
    assert split([text]) == (thought, reply)
    assert split(list(text)) == (thought, reply)


@given(st.lists(st.text(alphabet="<think>/ \nab", max_size=9), max_size=12))
def test_cuts_never_matter(pieces: list[str]) -> None:
    assert split(pieces) == split(["".join(pieces)])


def test_text_is_passed_on_at_once_when_no_tag_can_come_of_it() -> None:
    splitter = ThinkingSplitter()
    assert [chunk.text for chunk in splitter.feed("Snow")] == ["Snow"]
    assert [chunk.text for chunk in splitter.feed(" <")] == [" <"]
