"""While a model writes: what a person sees, and what they can do meanwhile."""

from __future__ import annotations

import asyncio

import pytest

from poetry_tui.llm import TextChunk
from tests.scripted import ScriptedModel
from tests.tui.studios import BRIEF, CRITIQUE, DRAFT, REVISED, ask, scripted_app, text_of, until

HALF = REVISED[: REVISED.index("someone folds")]
LONG = "\n".join(f"the {number}th wave comes in and goes out again" for number in range(1, 60))


async def writes(pilot, text, **wanted):
    """The bench, with a model that has written this much and is silent now."""
    bench = await ask(pilot, **wanted)
    await until(pilot, lambda: bench.session.writing and bench.session.writing.text == text)
    await pilot.pause(0.1)
    return bench


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
async def test_a_revision_shows_its_changes_while_it_is_written(tmp_path, size):
    app, *_ = scripted_app(tmp_path, poet=[DRAFT, (HALF, None)])
    async with app.run_test(size=size) as pilot:
        bench = await writes(pilot, HALF)
        left, right = bench.desk.pane("left"), bench.desk.pane("right")
        assert "draft 2" in str(right.border_title)
        assert "writing" in str(right.border_title)
        assert str(right.border_subtitle) == "3 of 7 lines changed"
        assert " 1 A▎ The ferry folds its ramp" in text_of(right)
        assert len(left.lines) == len(right.lines)


async def test_the_request_takes_letters_while_a_draft_is_written(tmp_path):
    app, *_ = scripted_app(tmp_path, poet=[DRAFT], delay=0.01)
    async with app.run_test(size=(120, 40)) as pilot:
        bench = await ask(pilot)
        bench.bar.input.value = ""
        bench.bar.input.focus()
        await pilot.press(*"pelm")
        assert bench.bar.input.value == "pelm"
        assert bench.running


class Dictated(ScriptedModel):
    """Says what the test puts into `said`, when it does."""

    def __init__(self):
        super().__init__([""])
        self.said = asyncio.Queue()

    async def chat(self, messages, options):
        while True:
            yield await self.said.get()


def dictate(app_and_players):
    """The app, and what its Poet is to say."""
    app, poet, _ = app_and_players
    poet.chat = (model := Dictated()).chat
    return app, lambda text, **kind: model.said.put_nowait(TextChunk(text, **kind))


async def test_a_draft_scrolls_with_what_is_written_until_one_looks_elsewhere(tmp_path):
    app, say = dictate(scripted_app(tmp_path))
    async with app.run_test(size=(120, 40)) as pilot:
        page = (await ask(pilot, rounds=0)).desk.pane("left")

        async def comes(first, last):
            say("".join(f"the {number}th wave comes in and goes out again\n" for number in range(first, last + 1)))
            await until(pilot, lambda: f"the {last}th wave" in text_of(page))

        await comes(1, 40)
        assert page.scroll_offset.y == page.max_scroll_y > 0
        await pilot.press("home")
        await comes(41, 50)
        assert page.scroll_offset.y == 0
        await pilot.press("end")
        await comes(51, 60)
        assert page.scroll_offset.y == page.max_scroll_y


async def test_thinking_is_not_shown_as_verse(tmp_path):
    app, say = dictate(scripted_app(tmp_path))
    async with app.run_test(size=(120, 40)) as pilot:
        left = (await ask(pilot)).desk.pane("left")
        say("Perhaps a rhyme on tight, or light", thinking=True)
        await until(pilot, lambda: "thinking …" in text_of(left))
        assert "thinking …" in str(left.border_title)
        assert "Perhaps a rhyme" not in text_of(left)
        say("The ferry")
        await until(pilot, lambda: "The ferry▏" in text_of(left))


async def test_a_growing_critique_is_followed_and_then_read_from_its_beginning(tmp_path):
    app, *_ = scripted_app(tmp_path, educator=[BRIEF, CRITIQUE + "\n\n" + "\n".join(LONG.split("\n")[:30])], pause=True)
    async with app.run_test(size=(120, 40)) as pilot:
        bench = await ask(pilot)
        await until(pilot, lambda: bench.session.waiting)
        page = bench.desk.pane("critique")
        await until(pilot, lambda: page.lines and page.scroll_offset.y == 0)
        assert page.max_scroll_y > 0
