"""The repetition guard stops loops, and leaves refrains alone."""

from __future__ import annotations

import pytest

from poetry_tui.workshop.repetition import RepetitionGuard

REFRAINS = "\n".join(
    f"{verse}\n\nThe tide comes in and says the same old thing.\n"
    for verse in (
        "I walked the shore.",
        "The gulls had gone.",
        "A rope lay coiled.",
        "The mast was down.",
        "I turned for home.",
    )
)


def fed(text: str, piece: int = 9) -> tuple[bool, RepetitionGuard]:
    guard = RepetitionGuard()
    stuck = any(guard.feed(text[start : start + piece]) for start in range(0, len(text), piece))
    return stuck, guard


@pytest.mark.parametrize(
    "loop", ["light ", "the light, the light, and then the light\n", "a" * 1, "One line.\nAnother line.\n"]
)
def test_a_loop_is_seen_and_what_came_before_is_kept(loop):
    stuck, guard = fed("A wasp in the window.\n" + loop * 200)
    assert stuck
    assert guard.sound_part().startswith("A wasp in the window.")
    assert guard.sound_part().count(loop.strip()) <= 3 or loop == "a"


def test_refrains_are_no_loop():
    assert not fed(REFRAINS)[0]


def test_a_short_emphatic_repetition_is_no_loop():
    assert not fed("Ring, ring, ring,\nover the cold gray yard,\nnever, never, never, never, never")[0]
