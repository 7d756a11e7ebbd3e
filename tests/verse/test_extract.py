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

NUMBERED = """1  A  The sill keeps what the window lets fall,
2  B  a coin of sun, a pin, a wasp gone light,

3  A  the shadow of the bottle on the wall
4  B  that thins and lengthens inward toward the night."""


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
        "1. " + POEM.replace("\n\n", "\n\n2. "),
        POEM.replace("\n\n", "\n4\n\n5  6\n") + "\n(End of the feedback.)",
        f"Revised poem:\n\n{POEM}",
        f"**Draft 2:**\n\n{POEM}<|im_end|>",
        f"I would look at the window first.\n</think>\n\n{POEM}",
        f"{POEM}\n```\nNote: I kept the second line as it was and changed nothing else at all, as you asked.",
        f"Draft 1:\n{POEM.replace('coin', 'disc')}\n\nDraft 2:\n{POEM}",
        f"Original:\n```\n{POEM.replace('coin', 'disc')}\n```\nRevised:\n```\n{POEM}\n```",
        f"I've kept the first stanza and reworked the rest of the poem. Here's the new version:\n\n{POEM}",
        f"<poem>\n{POEM}\n</poem>\nI hope it works.",
        f"Winter Light\n============\n\n{POEM}",
        f"**Winter Light**\n{POEM}",
        f"Winter Light\nby Anonymous\n\n{POEM}",
        f"Form: two couplets\nSubject: winter light\n\n{POEM}",
        f"User: write a poem\n\nAssistant:\n\n{POEM}",
        f'Here it is:\n\n"{POEM}"',
        f"*{POEM}*",
        POEM.replace("coin of sun", "coin of *sun*"),
        POEM.replace("\n", "\\\n"),
        f"{POEM}\n\n---\n\n**Changes made:**\n\n- Line 2: the image is sharper\n- Line 4: one abstraction less",
        f"{POEM}\n\nAlive\nLine 2: keep it.\n\nFails\nLine 4: borrowed.\n\nDirections\n1. Line 4: find a verb.",
        f"{POEM}\n\nIn this version, I tried to let the light do more of the work.",
        f"{POEM}\n\nThe light, which in the first stanza falls on small and common things, is asked in the second to "
        "carry more than that, and a reader who follows it to the evening will feel how the room has grown.",
        NUMBERED,
        POEM.replace("\n", "\r\n"),
        f"\x1b[31m{POEM}\x1b[0m",
    ],
)
def test_the_poem_and_nothing_else(reply):
    assert extract(reply).poem == Poem.parse(POEM)


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "\n\n",
        "```\n```",
        "<think>never ends",
        "I'm sorry, but I can't help with that.",
        "***",
        "This poem explores the passing of time.",
    ],
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
        "I hope you remember the river,\nthe stones we threw.\n\nI hope you come home.",
        "This poem is a hand\nheld out in the dark.\n\nThis poem has no roof.\n\nThis poem is a door\nleft open.",
        "The fridge hums.\n\nNote: the milk is gone.\n\nNote: so are you,\nand so is the cat.",
        "I can't sleep.\n\nThe moon is a plate\non the neighbour's wall.",
        "Let me know the hour\nand I will come.\n\nLet me know you.",
        "My second version of the sea:\na jar of it, kept dark.\nMy third: a glass.",
        "I\n\nthe tide came in\nover the stones\n\nII\n\nthe tide went out\nand took the rope",
        "- Who goes there?\n- A friend.\n- What do you carry?\n- Bread.",
        "salt on the rope\n\n***\n\nlight on the stone\nand none on the water",
        "🌊 the tide 🌊\n🐚 the shell 🐚",
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


VERSE = st.lists(
    st.lists(
        st.sampled_from("the a tide stone rope gull salt light turns you I this here is sure".split()), min_size=2
    ).map(" ".join),
    min_size=2,
    max_size=5,
).map("\n".join)


@given(st.lists(VERSE, min_size=1, max_size=4).map("\n\n".join))
def test_clean_verse_is_left_as_it_is(verse):
    found = extract(verse)
    if max(map(len, verse.split("\n"))) < 100:
        assert found.poem == Poem.parse(verse)
        assert found.removed == ()


@pytest.mark.parametrize(
    "piece", [" ", "* ", "```\n", "<think>", "<br", "> a\n", "poem (", "\x1b]", "_a ", "1. a\n", "(a)\n\n"]
)
def test_no_reply_takes_long(piece):
    extract(piece * (200_000 // len(piece)))


def test_time_is_linear_for_long_replies():
    assert extract("word " * 100_000).poem.lines == ()
    assert len(extract("a line of verse here\n" * 20_000).poem.lines) == 20_000
