"""A poem, and nothing else, out of what models really send."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poetry_tui.verse import Poem, extract

POEM = """The sill keeps what the window lets fall,
a coin of sun, a pin, a wasp gone light,

the shadow of the bottle on the wall
that thins and lengthens inward toward the night."""


@pytest.mark.parametrize(
    "reply",
    [
        POEM,
        f"Here is the poem:\n\n{POEM}",
        f"Sure! Here's a poem about winter light:\n{POEM}",
        f"Certainly! Here is the revised poem with the requested changes.\n\n{POEM}\n",
        f"**Winter Light**\n\n{POEM}",
        f"# Winter Light\n{POEM}",
        f"Title: Winter Light\n\n{POEM}",
        f"[Winter Light]\n\n{POEM}",
        f'"Winter Light"\n\n{POEM}',
        f"```\n{POEM}\n```",
        f"Here you go:\n```text\n{POEM}\n```\nI hope you like it!",
        f"```\n{POEM}",
        f"<think>A poem about light. Let me see.\nLines.</think>\n{POEM}",
        f"{POEM}\n\nI hope this captures the mood you asked for.",
        f"{POEM}\n\nNote: I kept the second line as it was.\n\nLet me know if you want more changes.",
        f"{POEM}\n\nThis poem explores the passing of an afternoon through small household things.",
        f"---\n{POEM}\n---",
        "\n".join(f"> {line}" for line in POEM.split("\n")),
        "\n".join(f"*{line}*" if line else "" for line in POEM.split("\n")),
        "\n".join(f"{line}  " for line in POEM.split("\n")),
        POEM.replace("\n\n", "\n\n(Stanza 2)\n"),
        "Stanza 1:\n" + POEM.replace("\n\n", "\n\nStanza 2:\n"),
        POEM.replace("\n", "<br>"),
        "1. " + POEM.replace(",\n\n", ",\n\n3. ").replace("fall,\n", "fall,\n2. ").replace("wall\n", "wall\n4. "),
        f"Revised poem:\n\n{POEM}",
        f"**Draft 2:**\n\n{POEM}<|im_end|>",
        POEM.replace("\n", "\r\n"),
        f"\x1b[31m{POEM}\x1b[0m",
    ],
)
def test_the_poem_and_nothing_else(reply):
    assert extract(reply).poem == Poem.parse(POEM)


@pytest.mark.parametrize(
    "reply", ["", "\n\n", "```\n```", "<think>never ends", "I'm sorry, but I can't help with that.", "***"]
)
def test_no_poem_is_an_empty_poem(reply):
    assert extract(reply).poem.lines == ()


def test_a_paragraph_of_prose_is_no_poem():
    prose = (
        "The poem could begin with the light on the sill, which stands for all that the afternoon has left behind it."
    )
    assert extract(f"{prose}\n\n{prose}").poem.lines == ()
    assert extract(prose).removed == (prose,)


@pytest.mark.parametrize(
    "verse",
    [
        "Here is the place where we left the boat,\nthe rope still wet, the oars gone grey.",
        "Note: the milk is gone.\nAnother: so am I.",
        "I hope the river has forgiven us\nfor every stone we threw at it.\n\nI hope the stones have.",
        "Sure as the tide comes in\nit goes out again.",
        "This is the house.\nThis is the door it had.",
        "Morning.\n\nThe kettle first, and then the news,\nthen nothing but the rain.",
        "I'm sorry for the plums,\nthe note on the table,\nthe cold in the room.",
        "3 gulls on the wall,\n2 boats on the bay,\nno one at all.",
        "    set in from the margin\n  like this\nand out.",
        "one\ntwo\nthree",
    ],
)
def test_verse_that_sounds_like_talk_stays(verse):
    found = extract(verse)
    assert found.poem == Poem.parse(verse)
    assert found.removed == ()


def test_what_was_removed_is_said():
    found = extract(f"Here is the poem:\n\n**Winter Light**\n\n{POEM}\n\nI hope you like it.")
    assert found.removed == ("Here is the poem:", "**Winter Light**", "I hope you like it.")


@given(st.text(max_size=400))
def test_any_text_is_read_and_a_found_poem_is_found_again(text):
    poem = extract(text).poem
    assert Poem.parse(poem.text) == poem


def test_time_is_linear_for_long_replies():
    assert extract("word " * 100_000).poem.lines == ()
    assert len(extract("a line of verse here\n" * 20_000).poem.lines) == 20_000
