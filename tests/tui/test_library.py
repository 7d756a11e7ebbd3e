"""The Library: what was written is found, read, opened, exported and deleted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Input

from poetry_tui.library import Library
from poetry_tui.studio import Studio
from poetry_tui.tui.screens.dialogs import Choose, Confirm
from poetry_tui.tui.screens.library import LibraryScreen, Sessions
from tests.library.sessions import OPENED, opened, turn, whole_session
from tests.tui.shell import SIZES, Shell, StandIn, shown, toasts, until

REQUESTS = ("An elegy for a [/b] bakery", "a sonnet about the last tram", "A poem about winter light in a kitchen")


@pytest.fixture
def ids(library: Library) -> list[str]:
    """Three sessions, the oldest first; the second has no draft yet."""
    kept = []
    for day, request in enumerate(REQUESTS, start=7):
        opening = replace(opened(request=request), at=f"2026-05-0{day}T12:30:00+02:00")
        journal = whole_session(opening) if day != 8 else [opening]
        session_id = library.begin(journal[0])
        for event in journal[1:]:
            library.append(session_id, event)
        library.flush()
        kept.append(session_id)
    return kept


class Open:
    """The app with the Library in front; used as `async with Open(studio, size) as (app, pilot)`."""

    def __init__(self, studio: Studio, size: tuple[int, int] = (120, 40)) -> None:
        self.app = Shell({}, studio)
        self._running = self.app.run_test(size=size)

    async def __aenter__(self):
        pilot = await self._running.__aenter__()
        await until(pilot, lambda: self.app.standing == "ready")
        await pilot.press("escape", "4")
        await until(pilot, lambda: isinstance(self.app.screen, LibraryScreen))
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        return self.app, pilot

    async def __aexit__(self, *error: object) -> None:
        await self._running.__aexit__(*error)


@pytest.mark.parametrize("size", SIZES)
async def test_sessions_are_listed_newest_first_and_previewed(studio: Studio, ids, size) -> None:
    async with Open(studio, size) as (app, pilot):
        sessions = app.screen.query_one(Sessions)
        assert [sessions.get_option_at_index(row).id for row in range(3)] == ids[::-1]
        await until(pilot, lambda: "the shadow of the bottle" in shown(app))
        assert "9 May 2026, 12:30 · free · ✓ finished" in shown(app)
        assert "all rounds done" in shown(app)
        assert "enter open   R replay   x export   del delete" in shown(app).splitlines()[-1]


@pytest.mark.parametrize("size", SIZES)
async def test_down_and_up_choose(studio: Studio, ids, size) -> None:
    async with Open(studio, size) as (app, pilot):
        await pilot.press("down")
        await until(pilot, lambda: "No draft yet." in shown(app))
        assert app.screen.current.id == ids[1]
        await pilot.press("up")
        assert app.screen.current.id == ids[2]


@pytest.mark.parametrize("size", SIZES)
async def test_searching_as_one_types(studio: Studio, ids, size) -> None:
    async with Open(studio, size) as (app, pilot):
        await pilot.press("slash", *"tram")
        await until(pilot, lambda: "1 found" in shown(app))
        assert app.screen.current.id == ids[1]
        await pilot.press("escape")
        assert isinstance(app.focused, Sessions)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen.query_one(Sessions).option_count == 3)
        await pilot.press("slash", *"zeppelin")
        await until(pilot, lambda: "0 found" in shown(app))
        assert app.screen.query_one("#search", Input).value == "zeppelin"
        await pilot.press("enter", "x", "R", "delete", "enter")
        assert isinstance(app.screen, LibraryScreen)


@pytest.mark.parametrize("size", SIZES)
async def test_enter_opens_in_the_workshop(studio: Studio, ids, size) -> None:
    async with Open(studio, size) as (app, pilot):
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, StandIn) and app.screen.piece)
        assert app.screen.piece.id == ids[2]
        assert app.screen.piece.session.closed == "rounds"


@pytest.mark.parametrize("size", SIZES)
async def test_replay_gives_the_whole_journal(studio: Studio, ids, size) -> None:
    async with Open(studio, size) as (app, pilot):
        await pilot.press("R")
        await until(pilot, lambda: isinstance(app.screen, StandIn) and app.screen.replayed)
        assert app.screen.replayed[0].settings.request == OPENED.settings.request


@pytest.mark.parametrize(
    ("downs", "name", "holds"),
    [(0, ".md", "# "), (1, ".txt", "The sill"), (2, ".html", "<html"), (3, ".svg", "<svg"), (4, ".json", "{")],
)
async def test_every_format_is_written_and_its_place_said(studio, ids, home: Path, downs, name, holds) -> None:
    async with Open(studio, (80, 24)) as (app, pilot):
        await pilot.press("x")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        await pilot.press(*["down"] * downs, "enter")
        path = home / "exports" / f"a-poem-about-winter-light-in-a-kitchen{name}"
        await until(pilot, lambda: str(path) in toasts(app))
        assert holds in path.read_text()


async def test_an_export_never_replaces_one(studio: Studio, ids, home: Path) -> None:
    async with Open(studio) as (app, pilot):
        for written in (1, 2, 3):
            await pilot.press("x")
            await until(pilot, lambda: isinstance(app.screen, Choose))
            await pilot.press("enter")
            await until(pilot, lambda written=written: len(list((home / "exports").glob("*.md"))) == written)
            await until(pilot, lambda: isinstance(app.screen, LibraryScreen))


async def test_a_session_without_a_poem_says_so(studio: Studio, ids) -> None:
    async with Open(studio) as (app, pilot):
        await pilot.press("down", "x")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        await pilot.press("down", "enter")
        await until(pilot, lambda: "There is no poem in this session yet" in toasts(app))


@pytest.mark.parametrize("size", SIZES)
async def test_delete_asks_first(studio: Studio, ids, size) -> None:
    async with Open(studio, size) as (app, pilot):
        for answer, left in (("n", 3), ("escape", 3), ("y", 2)):
            await pilot.press("delete")
            await until(pilot, lambda: isinstance(app.screen, Confirm))
            await pilot.press(answer)
            await until(pilot, lambda: isinstance(app.screen, LibraryScreen))
            await until(pilot, lambda left=left: app.screen.query_one(Sessions).option_count == left)
            assert studio.library.count() == left
        assert app.screen.current.id == ids[1]


async def test_a_draft_that_was_broken_off_can_be_read(studio: Studio, library: Library) -> None:
    session_id = library.begin(OPENED)
    for event in turn("draft", 0, "The sill keeps what the afternoon")[:-1]:
        library.append(session_id, event)
    async with Open(studio) as (app, pilot):
        await until(pilot, lambda: "The sill keeps what the afternoon …" in shown(app))


async def test_the_drafts_on_the_way_can_be_read(studio: Studio, ids) -> None:
    async with Open(studio, (120, 60)) as (app, pilot):
        await until(pilot, lambda: "a coin of sun, a pin, a wasp gone light," in shown(app))
        page = shown(app)
        assert page.index("draft 2") < page.index("Draft 1") < page.index("On draft 1")


async def test_the_mouse_answers_and_chooses(studio: Studio, ids) -> None:
    async with Open(studio) as (app, pilot):
        await pilot.click(Sessions, offset=(5, 5))
        await until(pilot, lambda: isinstance(app.screen, StandIn) and app.screen.piece)
        assert app.screen.piece.id == ids[1]
        await pilot.press("4", "delete")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        row, line = next((row, line) for row, line in enumerate(shown(app).splitlines()) if "n no" in line)
        await pilot.click(offset=(line.index("n no"), row))
        await until(pilot, lambda: isinstance(app.screen, LibraryScreen))
        assert studio.library.count() == 3


async def test_an_excerpt_shows_the_word_in_a_narrow_list(studio: Studio, library: Library) -> None:
    words = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
    library.begin(opened(request=f"{words} zeppelin"))
    async with Open(studio, (60, 24)) as (app, pilot):
        await pilot.press("slash", *"zepp")
        await until(pilot, lambda: "…thirteen fourteen zeppelin" in shown(app))


async def test_a_low_terminal_keeps_the_list(studio: Studio, ids) -> None:
    async with Open(studio, (60, 12)) as (app, pilot):
        assert "An elegy" not in shown(app)
        await pilot.press("end")
        await until(pilot, lambda: "An elegy for a [/b] bakery" in shown(app))
        assert "the shadow of the bottle" not in shown(app)


async def test_the_session_being_written_is_neither_opened_again_nor_deleted(studio: Studio, ids) -> None:
    async with Open(studio) as (app, pilot):
        app.workshop.piece, app.workshop.running = studio.reopen(ids[2]), True
        await pilot.press("delete", "enter", "down", "enter", "R")
        await until(pilot, lambda: "A poem is being written." in toasts(app))
        assert "being written just now" in toasts(app)
        assert isinstance(app.screen, LibraryScreen)
        assert studio.library.count() == 3


async def test_an_empty_library_says_how_to_begin(studio: Studio) -> None:
    async with Open(studio, (80, 24)) as (app, pilot):
        await until(pilot, lambda: "No poem yet. Press 1" in shown(app))
        await pilot.press("enter", "x", "R", "delete")
        assert isinstance(app.screen, LibraryScreen)


async def test_what_is_written_meanwhile_is_there_on_coming_back(studio: Studio, library: Library) -> None:
    async with Open(studio) as (app, pilot):
        await pilot.press("1")
        library.begin(OPENED)
        await pilot.press("4")
        await until(pilot, lambda: OPENED.settings.request in shown(app))


async def test_a_long_list_comes_as_one_scrolls(studio: Studio, library: Library) -> None:
    for number in range(60):
        library.begin(opened(request=f"poem {number}"))
    async with Open(studio) as (app, pilot):
        sessions = app.screen.query_one(Sessions)
        await until(pilot, lambda: sessions.option_count == 50)
        assert "50 or more" in shown(app)
        await pilot.press("end")
        await until(pilot, lambda: sessions.option_count == 60)


async def test_what_was_written_is_text_and_never_obeyed(studio: Studio, library: Library) -> None:
    nasty = (
        "[red]red[/red] [/b] \x1b[2Jgone \x07 \u200f\u05e9\u05dc\u05d5\u05dd \U0001f469\u200d\U0001f467 " + "x" * 3000
    )
    for event in (journal := whole_session(opened(request=nasty), first=nasty, second=nasty))[:1]:
        session_id = library.begin(event)
    for event in journal[1:]:
        library.append(session_id, event)
    async with Open(studio, (80, 24)) as (app, pilot):
        await until(pilot, lambda: "[red]red[/red] [/b] [2Jgone" in shown(app))
        assert "\x1b" not in shown(app)
        await pilot.press("slash", *"gone")
        await until(pilot, lambda: "1 found" in shown(app))
        await pilot.press("escape", "delete")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        assert "[red]red[/red]" in shown(app)
