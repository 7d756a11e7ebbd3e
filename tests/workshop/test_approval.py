"""When a critique approves, and when it only seems to."""

from __future__ import annotations

import pytest

from poetry_tui.workshop.approval import says_approval

SENTENCE = "This poem has found its shape."


@pytest.mark.parametrize(
    "critique",
    [
        SENTENCE,
        f"Alive\nLine 1 holds.\n\n{SENTENCE}",
        "It rings. this poem has found its shape",
        f"The close is earned.\n\n**{SENTENCE}**\n",
        f'It is done. "{SENTENCE}"',
        "Enough.\nThis poem has  found\nits shape.",
    ],
)
def test_the_sentence_at_the_end_approves(critique):
    assert says_approval(critique, SENTENCE)


@pytest.mark.parametrize(
    "critique",
    [
        "",
        "Line 4 still lies.",
        f"{SENTENCE} But line 4 still lies.",
        "I cannot say that this poem has found its shape.",
        "Not yet: this poem has found its shape",
    ],
)
def test_anything_else_does_not(critique):
    assert not says_approval(critique, SENTENCE)
