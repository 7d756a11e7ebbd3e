"""Any text read as verse, and written again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poetry_tui.verse import Poem


def test_lines_are_numbered_through_stanzas():
    poem = Poem.parse("\n\none tide\n  two tides\n\n\n\nthree tides\n")
    assert [(line.number, line.text) for line in poem.lines] == [
        (1, "one tide"),
        (2, "  two tides"),
        (3, "three tides"),
    ]
    assert poem.stanza_numbers == (0, 0, 1)
    assert poem.text == "one tide\n  two tides\n\nthree tides" == str(poem)


def test_a_mark_between_stanzas_stays_but_is_no_line():
    poem = Poem.parse("***\nsalt\n* * *\nrope\n\n—\n\n🌊🌊\nstone\n\n---")
    assert [line.text for line in poem.lines] == ["salt", "rope", "stone"]
    assert poem.text == "salt\n\n* * *\n\nrope\n\n—\n🌊🌊\n\nstone"


@given(st.text(alphabet=st.characters(), max_size=200))
def test_the_text_of_a_poem_is_that_poem(text):
    poem = Poem.parse(text)
    assert Poem.parse(poem.text) == poem
    poem.text.encode()


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("the \x1b[1;31mred\x1b[0m tide", "the red tide"),
        ("a \x1b]0;title\x07rope", "a rope"),
        ("salt\x00\x07 on stone", "salt on stone"),
        ("set\tin", "set    in"),
        ("salt\r\nrope\rstone\u2028light", "salt\nrope\nstone\nlight"),
        ("a \u202etide", "a tide"),
        ("a \ud83d\ude00 gull \ud83d", "a 😀 gull"),
        ("البحر يعود", "البحر يعود"),
        ("[bold]salt[/bold] [/sic]", "[bold]salt[/bold] [/sic]"),
        ("x" * 10_000, "x" * 10_000),
    ],
)
def test_what_a_screen_cannot_show_is_left_out(written, kept):
    assert Poem.parse(written).text == kept
