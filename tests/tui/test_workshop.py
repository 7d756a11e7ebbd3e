"""The Workshop: what a person sees and what each key does, in terminals of three sizes."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest
from textual.widgets import Input, OptionList, TextArea

from poetry_tui.errors import EngineNotReachable, StreamBroken
from poetry_tui.workshop.events import SessionStopped
from tests.tui.studios import (
    AGAIN,
    DRAFT,
    REQUEST,
    REVISED,
    ask,
    finished,
    ready,
    scripted_app,
    text_of,
    until,
)

SIZES = [(80, 24), (120, 40), pytest.param((200, 60), marks=pytest.mark.slow)]
pytestmark = pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40", "200x60"])


async def test_a_request_becomes_a_poem_on_the_screen_and_in_the_library(tmp_path, size):
    app, poet, educator = scripted_app(tmp_path)
    async with app.run_test(size=size) as pilot:
        screen = await finished(pilot)
        assert "roof by roof" in text_of(screen.desk.pane("right"))
        assert "golden ferry" in text_of(screen.desk.pane("left"))
        (summary,) = app.studio.library.summaries()
        assert (summary.drafts, summary.state) == (2, "finished")
    assert len(poet.asked) + len(educator.asked) == 4


async def test_an_empty_request_is_answered_with_a_sentence(tmp_path, size):
    app, *_ = scripted_app(tmp_path)
    async with app.run_test(size=size, notifications=True) as pilot:
        screen = await ready(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: app._notifications)
        assert "There is no request yet" in next(iter(app._notifications)).message
        assert screen.bench is None


async def test_letters_type_while_the_request_has_the_focus(tmp_path, size):
    app, *_ = scripted_app(tmp_path)
    async with app.run_test(size=size) as pilot:
        screen = await ready(pilot)
        await pilot.press("p", "e", "l", "m")
        assert screen.bar.input.value == "pelm"


async def test_the_form_is_read_from_the_request_and_can_be_chosen(tmp_path, size):
    app, *_ = scripted_app(tmp_path)
    async with app.run_test(size=size) as pilot:
        screen = await ready(pilot)
        screen.bar.input.value = "a haiku about rust"
        await until(pilot, lambda: "haiku" in str(screen.bar.border_subtitle))
        await pilot.press("f2")
        await until(pilot, lambda: app.screen.is_modal)
        options = app.screen.query_one(OptionList)
        options.highlighted = next(
            i for i in range(options.option_count) if "villanelle" in str(options.get_option_at_index(i).prompt)
        )
        await pilot.press("enter")
        await until(pilot, lambda: not app.screen.is_modal)
        assert screen.bar.form == "villanelle"


async def test_rounds_are_chosen_with_f3(tmp_path, size):
    app, *_ = scripted_app(tmp_path)
    async with app.run_test(size=size) as pilot:
        screen = await ready(pilot)
        await pilot.press("f3")
        await until(pilot, lambda: app.screen.is_modal)
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: not app.screen.is_modal)
        assert screen.bar.rounds == 5


async def test_escape_stops_the_model_and_keeps_what_was_written(tmp_path, size):
    app, poet, _ = scripted_app(tmp_path, poet=[DRAFT, DRAFT, REVISED], delay=0.01)
    async with app.run_test(size=size) as pilot:
        screen = await ask(pilot)
        await until(pilot, lambda: screen.session.writing and len(screen.session.writing.text) > 60 and poet.asked)
        await pilot.press("escape")
        await until(pilot, lambda: not screen.running)
        assert poet.closed == 1
        assert screen.session.stopped
        written = screen.session.writing.text
        assert DRAFT.startswith(written)
        assert isinstance(app.studio.library.events(screen.piece.id)[-1], SessionStopped)
        assert written.split("\n")[0] in text_of(screen.desk.pane("left"))
        await pilot.press("r")
        await until(pilot, lambda: screen.session.closed)
        assert screen.session.drafts[0].poem.text == DRAFT


async def test_pause_waits_and_takes_a_direction_a_lock_and_an_edit(tmp_path, size):
    app, poet, _ = scripted_app(tmp_path, pause=True)
    async with app.run_test(size=size) as pilot:
        screen = await ask(pilot)
        await until(pilot, lambda: screen.session.waiting)
        await pilot.press("d")
        await until(pilot, lambda: app.screen.is_modal)
        await pilot.press(*"be brief", "enter")
        await until(pilot, lambda: screen.session.directions)
        screen.desk.pane("left").focus()
        await pilot.press("down", "down", "l")
        await until(pilot, lambda: screen.session.drafts[0].locked == {2})
        assert "◆" in text_of(screen.desk.pane("left"))
        await pilot.press("e")
        editor = screen.query_one("#editor", TextArea)
        await until(pilot, lambda: editor.has_focus)
        editor.text = DRAFT.replace("golden", "evening")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: len(screen.session.drafts) == 2 and screen.session.drafts[1].report)
        assert screen.session.drafts[1].by == "person"
        assert screen.session.drafts[1].locked == {2}
        assert len(poet.asked) == 1, "the loop still waits"
        await pilot.press("g")
        await until(pilot, lambda: screen.session.closed)
        prompt = poet.asked[1][0][-1].content
        assert "be brief" in prompt
        assert "The evening ferry" in prompt
        assert "the gulls lift off the rail" in prompt


async def test_escape_discards_an_edit(tmp_path, size):
    app, *_ = scripted_app(tmp_path)
    async with app.run_test(size=size) as pilot:
        screen = await finished(pilot)
        await pilot.press("e")
        screen.query_one("#editor", TextArea).text = "something else"
        await pilot.press("escape")
        assert len(screen.session.drafts) == 2
        assert not screen.has_class("-editing")


async def test_changes_are_taken_or_refused_one_by_one(tmp_path, size):
    app, *_ = scripted_app(tmp_path)
    async with app.run_test(size=size) as pilot:
        screen = await finished(pilot)
        await pilot.press("t")
        await until(pilot, lambda: screen.view.review)
        await pilot.press("n")
        while screen.view.review:
            await pilot.press("y")
        await until(pilot, lambda: len(screen.session.drafts) == 3)
        mine = screen.session.drafts[2]
        assert mine.by == "person"
        assert mine.poem.lines[0].text == DRAFT.split("\n")[0], "the first change was refused"
        assert mine.poem.lines[6].text == "a spoon slides down the table as we pass"


async def test_accept_finishes_a_waiting_session(tmp_path, size):
    app, *_ = scripted_app(tmp_path, pause=True)
    async with app.run_test(size=size) as pilot:
        screen = await ask(pilot)
        await until(pilot, lambda: screen.session.waiting)
        await pilot.press("a")
        await until(pilot, lambda: screen.session.closed == "accepted")


async def test_p_turns_pause_on_and_off(tmp_path, size):
    app, *_ = scripted_app(tmp_path, poet=[(DRAFT[:60], None), DRAFT, REVISED])
    async with app.run_test(size=size) as pilot:
        screen = await ask(pilot)
        await until(pilot, lambda: screen.session.writing and screen.session.writing.text == DRAFT[:60])
        await pilot.press("p")
        assert screen.piece.hand.pause
        await pilot.press("escape")
        await until(pilot, lambda: not screen.running)
        await pilot.press("r")
        await until(pilot, lambda: screen.session.waiting)
        await pilot.press("p")
        await until(pilot, lambda: screen.session.closed)


async def test_scansion_stands_above_the_lines(tmp_path, size):
    app, *_ = scripted_app(tmp_path)
    async with app.run_test(size=size) as pilot:
        screen = await finished(pilot)
        before = len(screen.desk.pane("right").lines)
        await pilot.press("m")
        await until(pilot, lambda: len(screen.desk.pane("right").lines) > before)
        assert "x  /" in text_of(screen.desk.pane("right"))
        await pilot.press("m")
        await until(pilot, lambda: len(screen.desk.pane("right").lines) == before)


async def test_any_two_drafts_can_be_compared(tmp_path, size):
    app, *_ = scripted_app(tmp_path)
    async with app.run_test(size=size) as pilot:
        screen = await ask(pilot, rounds=2)
        await until(pilot, lambda: screen.session.closed)
        assert screen.desk.shown(screen.session, screen.view) == (2, 3)
        await pilot.press("left_square_bracket")
        assert screen.desk.shown(screen.session, screen.view) == (1, 2)
        await pilot.press("right_square_bracket")
        assert screen.desk.shown(screen.session, screen.view) == (2, 3)
        await pilot.press("left_curly_bracket")
        assert screen.desk.shown(screen.session, screen.view) == (1, 3)
        await until(pilot, lambda: "coins" in text_of(screen.desk.pane("right")))
        assert "golden ferry" in text_of(screen.desk.pane("left"))
        await pilot.press("escape")
        assert screen.desk.shown(screen.session, screen.view) == (2, 3)


async def test_moving_onto_a_remark_lights_its_line(tmp_path, size):
    app, *_ = scripted_app(tmp_path)
    async with app.run_test(size=size) as pilot:
        screen = await finished(pilot)
        for _ in range(4):
            await pilot.press("tab")
            if app.focused is screen.desk.pane("critique"):
                break
        found = screen.desk.remarks_shown(screen.session, screen.view)
        assert found[screen.view.remark].lines == (2,)
        await pilot.press("tab", "tab")
        assert found[screen.view.remark].lines == (4,)
        await pilot.press("shift+tab")
        assert found[screen.view.remark].lines == (8,)


async def test_a_line_that_breaks_its_form_says_why(tmp_path, size):
    app, *_ = scripted_app(tmp_path)
    async with app.run_test(size=size) as pilot:
        screen = await finished(pilot)
        screen.show_front("left")
        await pilot.pause()
        for _ in range(14):
            await pilot.press("down")
        await until(pilot, lambda: "should rhyme" in str(screen.desk.pane("left").border_subtitle))


async def test_export_writes_a_file(tmp_path, size, home):
    app, *_ = scripted_app(tmp_path)
    async with app.run_test(size=size) as pilot:
        await finished(pilot)
        await pilot.press("x")
        await until(pilot, lambda: app.screen.is_modal)
        await pilot.press("down", "enter")
        await until(pilot, lambda: list((home / "exports").glob("*.txt")))
        assert next((home / "exports").glob("*.txt")).read_text().strip() == REVISED


async def test_copy_says_what_is_true(tmp_path, size, monkeypatch):
    app, *_ = scripted_app(tmp_path)
    monkeypatch.setattr("poetry_tui.tui.clipboard.shutil.which", lambda _: None)
    async with app.run_test(size=size, notifications=True) as pilot:
        await finished(pilot)
        await pilot.press("c")
        await until(pilot, lambda: any("clipboard, if it has one" in n.message for n in app._notifications))
        assert app.clipboard == REVISED


async def test_copied_is_said_when_the_text_went_there(tmp_path, size, monkeypatch):
    command = tmp_path / "xclip"
    command.write_text(f"#!/bin/sh\ncat > {tmp_path}/copied\nsleep 30 &\necho $! > {tmp_path}/left_behind\n")
    command.chmod(0o755)
    monkeypatch.setattr("poetry_tui.tui.clipboard._COMMANDS", ([str(command)],))
    monkeypatch.setattr("poetry_tui.tui.clipboard.sys.platform", "linux")
    app, *_ = scripted_app(tmp_path)
    async with app.run_test(size=size, notifications=True) as pilot:
        await finished(pilot)
        await pilot.press("c")
        await until(pilot, lambda: any(n.message == "The poem is copied." for n in app._notifications), 2.5)
        assert (tmp_path / "copied").read_text() == REVISED
    os.kill(int((tmp_path / "left_behind").read_text()), signal.SIGKILL)


async def test_enter_goes_on_where_the_loop_waits(tmp_path, size):
    app, *_ = scripted_app(tmp_path, pause=True)
    async with app.run_test(size=size) as pilot:
        screen = await ask(pilot)
        await until(pilot, lambda: screen.session.waiting)
        await pilot.press("enter")
        await until(pilot, lambda: screen.session.closed)


async def test_an_editor_of_ones_own(tmp_path, size, monkeypatch):
    app, *_ = scripted_app(tmp_path)
    monkeypatch.setattr("poetry_tui.tui.editor.edited_outside", lambda _app, text: text + "\nand one more line")
    async with app.run_test(size=size) as pilot:
        screen = await finished(pilot)
        await pilot.press("E")
        await until(pilot, lambda: len(screen.session.drafts) == 3)
        assert screen.last.poem.lines[-1].text == "and one more line"


async def test_a_new_poem_begins_where_the_cursor_goes(tmp_path, size):
    app, *_ = scripted_app(tmp_path)
    async with app.run_test(size=size) as pilot:
        screen = await finished(pilot)
        await pilot.press("n")
        assert isinstance(app.focused, Input)
        assert screen.bar.input.value == ""


async def test_an_engine_that_goes_away_is_said_and_nothing_is_lost(tmp_path, size):
    gone = StreamBroken("Ollama went away in the middle of the reply.")
    app, *_ = scripted_app(tmp_path, poet=[(DRAFT[:90], gone), DRAFT, REVISED])
    async with app.run_test(size=size, notifications=True) as pilot:
        screen = await ask(pilot)
        await until(pilot, lambda: screen.session.failure)
        await until(pilot, lambda: any("went away" in n.message for n in app._notifications))
        await until(pilot, lambda: "The golden ferry" in text_of(screen.desk.pane("left")))
        await until(pilot, lambda: not screen.running)
        await pilot.press("r")
        await until(pilot, lambda: screen.session.closed)
        assert screen.session.poem.text == REVISED


async def test_a_session_opened_from_the_library_goes_on(tmp_path, size):
    app, *_ = scripted_app(tmp_path, poet=[DRAFT, EngineNotReachable("nobody there"), REVISED, AGAIN])
    async with app.run_test(size=size) as pilot:
        screen = await finished(pilot)
        piece = app.studio.reopen(screen.piece.id)
        screen.show_piece(piece)
        await until(pilot, lambda: "golden ferry" in text_of(screen.desk.pane("left")))
        assert screen.bar.input.value == REQUEST
        await pilot.press("r")
        await until(pilot, lambda: len(screen.session.drafts) == 3 and screen.session.closed)


async def test_a_making_is_replayed(tmp_path, size, monkeypatch):
    monkeypatch.setattr("poetry_tui.tui.bench.bench._reading_time", lambda _: 0)
    app, *_ = scripted_app(tmp_path)
    async with app.run_test(size=size) as pilot:
        screen = await finished(pilot)
        events = app.studio.library.events(screen.piece.id)
        await screen.replay(events).wait()
        assert screen.session.poem.text == REVISED


async def test_resizing_lays_everything_out_again(tmp_path, size):
    app, *_ = scripted_app(tmp_path)
    async with app.run_test(size=size) as pilot:
        screen = await finished(pilot)
        for width, height, narrow in ((70, 20, True), (120, 40, False), (180, 50, False), (80, 24, True)):
            await pilot.resize_terminal(width, height)
            await pilot.pause(0.1)
            assert screen.screen.has_class("-narrow") == narrow
            assert screen.query_one("#tabs").display == narrow
        assert screen.desk.pane("left").lines


async def test_a_click_moves_the_cursor_and_a_dot_chooses_a_draft(tmp_path, size):
    app, *_ = scripted_app(tmp_path)
    async with app.run_test(size=size) as pilot:
        screen = await ask(pilot, rounds=2)
        await until(pilot, lambda: screen.session.closed)
        screen.show_front("right")
        await pilot.pause(0.1)
        await pilot.click("#right", offset=(20, 4))
        assert screen.view.cursor == 3
        await pilot.click("#strip", offset=(10, 0))
        await until(pilot, lambda: screen.desk.shown(screen.session, screen.view) == (1, 2))


HOSTILE = "\n".join(
    [
        "[bold red]not markup[/bold red] [/sic] [@click=app.quit]x[/]",
        "\x1b[31mred\x1b[0m and \x1b]0;title\x07 and \x07 bell \x00 nul",
        "word " * 2000,
        "שלום עולם, a line from right to left",
        "a cat 🐈 and a family 👩‍👩‍👧‍👦 on a roof",
        "\tindented   with  tabs\r",
    ]
)


async def test_hostile_text_breaks_neither_the_screen_nor_the_poem(tmp_path, size):
    app, *_ = scripted_app(tmp_path, poet=[HOSTILE, HOSTILE + "\nand a last line"], educator=[HOSTILE, HOSTILE])
    async with app.run_test(size=size) as pilot:
        screen = await finished(pilot)
        await pilot.press("m", "tab", "tab", "tab", "down", "down")
        await pilot.pause(0.1)
        stored = app.studio.library.events(screen.piece.id)
        poem = screen.session.poem.text
        assert "[bold red]not markup[/bold red] [/sic]" in poem
        assert "\x1b" not in poem
        assert "\x00" not in poem
        assert stored
        assert "[/sic]" in text_of(screen.desk.pane("right"))


async def test_two_sessions_after_each_other(tmp_path, size):
    app, *_ = scripted_app(tmp_path)
    async with app.run_test(size=size) as pilot:
        first = (await finished(pilot)).piece.id
        screen = await ask(pilot, "another poem", rounds=0)
        await until(pilot, lambda: screen.session.closed and screen.piece.id != first)
        assert app.studio.library.count() == 2


async def test_quitting_in_the_middle_keeps_the_session(tmp_path, size):
    app, poet, _ = scripted_app(tmp_path, delay=0.01)
    async with app.run_test(size=size) as pilot:
        screen = await ask(pilot)
        await until(pilot, lambda: poet.asked)
        await asyncio.sleep(0.1)
        session_id = screen.piece.id
        await pilot.press("ctrl+q")
    from poetry_tui.library import Library

    with Library(tmp_path / "library.db") as library:
        assert library.summaries()[0].id == session_id
        assert any(event.type == "token" for event in library.events(session_id))


async def test_escape_leaves_the_empty_request_so_that_the_keys_of_the_app_count(tmp_path, size):
    app, *_ = scripted_app(tmp_path)
    async with app.run_test(size=size) as pilot:
        await ready(pilot)
        await pilot.press("escape", "4")
        await until(pilot, lambda: app.current_mode == "library")
