"""The shell: it begins, goes from screen to screen, says what is wrong, and quits well."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from textual.command import CommandPalette
from textual.widgets import Input

from poetry_tui.errors import LibraryError
from poetry_tui.library import Library
from poetry_tui.settings import Settings, user_file
from poetry_tui.studio import Studio
from poetry_tui.tui.app import StudioApp
from poetry_tui.tui.commands import commands
from poetry_tui.tui.screens.help import HelpScreen
from poetry_tui.tui.screens.library import LibraryScreen
from poetry_tui.tui.screens.settings import SettingsScreen
from tests.tui.conftest import NAMED
from tests.tui.shell import SIZES, Shell, StandIn, shown, toasts, until, write_settings

HEAVY = ("ollama", "openai", "xllamacpp", "httpx", "pronouncing", "pydantic", "sqlite3", "yaml", "poetry_tui.studio")


def test_the_first_paint_imports_nothing_that_takes_long() -> None:
    source = f"import sys; import poetry_tui.tui.app; print([name for name in {HEAVY} if name in sys.modules])"
    printed = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"


@pytest.mark.parametrize("size", SIZES)
async def test_it_opens_and_says_who_plays(studio: Studio, size: tuple[int, int]) -> None:
    app = Shell({}, studio)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.standing == "ready")
        header = shown(app).splitlines()[0]
        assert "poetry   1 Workshop   3 Models   4 Library" in header
        assert "poet poet  educator educator  ●" in header
        assert "esc leave the field   f1 help" in shown(app).splitlines()[-1]
        await pilot.press("escape")
        assert "? help" in shown(app).splitlines()[-1]


@pytest.mark.parametrize("size", SIZES)
async def test_every_key_of_the_shell(studio: Studio, size: tuple[int, int]) -> None:
    app = Shell({}, studio)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.standing == "ready")
        await pilot.press("escape", "4")
        assert isinstance(app.screen, LibraryScreen)
        await pilot.press("1")
        assert isinstance(app.screen, StandIn)
        for keys, kind in ((["comma"], SettingsScreen), (["question_mark"], HelpScreen), (["f1"], HelpScreen)):
            await pilot.press(*keys)
            await until(pilot, lambda kind=kind: isinstance(app.screen, kind))
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(app.screen, StandIn))
        await pilot.press("ctrl+p")
        assert isinstance(app.screen, CommandPalette)
        await pilot.press("escape")
        await pilot.press("q")
    assert app.return_code == 0


async def test_the_help_says_what_the_keys_of_the_screen_do(studio: Studio) -> None:
    app = StudioApp({}, studio)
    async with app.run_test(size=(120, 60)) as pilot:
        await until(pilot, lambda: app.standing == "ready")
        await pilot.press(*"frost", "enter")
        await until(pilot, lambda: app.workshop.bench and app.workshop.bench.session.closed)
        for focused in ("request", "right"):
            app.workshop.query_one(f"#{focused}").focus()
            await pilot.press("f1")
            await until(pilot, lambda: "Lock the line under the cursor" in shown(app))
            assert "workshop.lock" in shown(app)
            assert "Choose a form for the next poem" in shown(app)
            assert "Open the poem in the Workshop" not in shown(app)
            await pilot.press("escape")
        await pilot.press("4", "question_mark")
        await until(pilot, lambda: "Open the poem in the Workshop" in shown(app))
        assert "Lock the line" not in shown(app)


async def test_a_field_takes_the_letters_until_it_is_left(studio: Studio) -> None:
    app = Shell({}, studio)
    async with app.run_test(size=(80, 24)) as pilot:
        app.screen.query_one(Input).focus()
        await pilot.press("q", "4", "comma", "question_mark")
        assert app.screen.query_one(Input).value == "q4,?"
        await pilot.press("escape", "4")
        assert isinstance(app.screen, LibraryScreen)


async def test_the_mouse_goes_to_screens_and_presses_keys(studio: Studio) -> None:
    app = Shell({}, studio)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.click("StudioHeader", offset=(2 + len("poetry   1 Workshop   3 Models   4 L"), 0))
        assert isinstance(app.screen, LibraryScreen)
        await pilot.click("StudioHeader", offset=(2 + len("poetry   1 W"), 0))
        assert isinstance(app.screen, StandIn)
        await pilot.press("escape")
        await pilot.pause()
        await pilot.click("StudioFooter", offset=(shown(app).splitlines()[-1].index("help"), 0))
        assert isinstance(app.screen, HelpScreen)


async def test_below_the_smallest_size_it_says_so_and_comes_back(studio: Studio) -> None:
    app = Shell({}, studio)
    async with app.run_test(size=(80, 24)) as pilot:
        for small in ((39, 24), (80, 9), (16, 3)):
            await pilot.resize_terminal(*small)
            await until(pilot, lambda: "Too small" in shown(app))
        await pilot.press("escape", "question_mark")
        await until(pilot, lambda: "Too small" in shown(app))
        await pilot.resize_terminal(40, 10)
        await until(pilot, lambda: "help" in shown(app))
        await pilot.press("escape")
        await until(pilot, lambda: "Too small" not in shown(app) and "poetry" in shown(app))


async def test_long_names_are_cut_before_the_screens_are(library: Library) -> None:
    named = {role: {"model": f"gguf:/models/{'long-' * 8}{role}.gguf"} for role in ("poet", "educator")}
    app = Shell({}, Studio(Settings.load(**named), library, lambda *_: silent()))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.standing == "ready")
        header = shown(app).splitlines()[0]
        assert "4 Library" in header
        assert "…" in header
        assert header.rstrip().endswith("●")


async def test_models_that_cannot_be_loaded_are_told_and_the_app_goes_on(library: Library) -> None:
    from poetry_tui.errors import OutOfMemory

    app = Shell({}, Studio(Settings.load(**NAMED), library, lambda *_: silent(OutOfMemory("[red]Too large[/red]."))))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.standing == "problem")
        assert "[red]Too large[/red]." in toasts(app)
        assert shown(app).splitlines()[0].rstrip().endswith("!")


async def test_wrong_settings_are_told_and_the_shipped_ones_count(monkeypatch: pytest.MonkeyPatch) -> None:
    write_settings("theme: vellum\nrounds: many\n")
    app = Shell({})
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.settings is not None)
        await until(pilot, lambda: "rounds" in toasts(app))
        assert str(user_file()) in toasts(app)
        assert app.settings.rounds == 3
        assert app.theme == "ink"
        await until(pilot, lambda: app.standing != "looking")


async def test_a_wrong_flag_is_told_and_the_rest_counts() -> None:
    write_settings("theme: vellum\n")
    app = Shell({"poet": {"model": "nonsense"}})
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "nonsense" in toasts(app))
        assert app.theme == "vellum"


async def test_a_damaged_library_is_told_and_left_as_it_is(home: Path) -> None:
    path = damaged_library(home)
    app = Shell({})
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.standing == "problem")
        assert app.studio is None
        assert str(path) in app.hindrance
        assert "damaged" in shown(app)
        await pilot.press("escape", "4")
        await until(pilot, lambda: "damaged" in shown(app))
    assert path.read_bytes() == b"not a database" * 100


async def test_a_request_without_a_library_is_told_why_not(home: Path) -> None:
    damaged_library(home)
    write_settings("rounds: many\n")
    app = StudioApp({})
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.standing == "problem")
        app.clear_notifications()
        await pilot.press(*"frost", "enter")
        await until(pilot, lambda: "damaged" in toasts(app))
        assert app.workshop.bar.input.value == "frost"
        assert app.workshop.piece is None


async def test_keys_can_be_changed_and_unknown_names_are_told() -> None:
    write_settings("poet: {model: embedded}\nkeymap: {app.library: f6, app.nothing: f7}\n")
    app = Shell({})
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "app.nothing" in toasts(app))
        assert "app.library" not in toasts(app)
        await pilot.press("escape", "f6")
        assert isinstance(app.screen, LibraryScreen)


async def test_a_key_of_the_app_can_be_given_to_a_screen() -> None:
    write_settings("keymap: {library.search: ctrl+p, app.commands: f5}\n")
    app = Shell({})
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.settings is not None)
        await pilot.press("escape", "4", "ctrl+p")
        assert isinstance(app.focused, Input)
        await pilot.press("f5")
        assert isinstance(app.screen, CommandPalette)
        await until(pilot, lambda: app.standing != "looking")


async def test_the_exports_folder_is_shown_where_there_is_a_desktop(
    studio: Studio, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = Shell({}, studio)
    async with app.run_test(size=(80, 24)) as pilot:
        for name in ("DISPLAY", "WAYLAND_DISPLAY"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setattr(sys, "platform", "linux")
        assert "Open the exports folder" not in [command.title for command in commands(app, app.screen)]
        opener = tmp_path / "xdg-open"
        opener.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/shown\n')
        opener.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
        monkeypatch.setenv("DISPLAY", ":0")
        next(command for command in commands(app, app.screen) if command.title == "Open the exports folder").callback()
        shown_folder = tmp_path / "shown"
        await until(pilot, lambda: shown_folder.exists() and shown_folder.read_text() == f"{home / 'exports'}\n")
        assert (home / "exports").is_dir()


async def test_quitting_stops_the_model_and_closes_the_library(studio: Studio) -> None:
    app = Shell({}, studio)
    ended = []

    async def loop() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            studio.library.summaries()  # still open
            ended.append("loop")

    async with app.run_test(size=(80, 24)) as pilot:
        app.screen.run_worker(loop(), group="loop")
        await pilot.pause()
        await pilot.press("ctrl+q")
    assert ended == ["loop"]
    with pytest.raises(LibraryError):
        studio.library.summaries()


async def test_what_should_not_happen_is_told_logged_and_survived(studio: Studio, home: Path) -> None:
    app = Shell({}, studio)

    async def fails() -> None:
        raise RuntimeError("the [b]roof[/b] fell in")

    async with app.run_test(size=(80, 24)) as pilot:
        app.screen.run_worker(fails())
        await until(pilot, lambda: "the [b]roof[/b] fell in: this should not happen." in toasts(app))
        await pilot.press("escape", "4")
        assert isinstance(app.screen, LibraryScreen)
    log = home / "poetry-tui.log"
    assert "RuntimeError" in log.read_text()
    log.unlink()


async def test_a_screen_that_breaks_ends_the_app_without_a_traceback(
    studio: Studio, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app = Shell({}, studio)

    def breaks() -> None:
        raise RuntimeError("the floor gave way")

    with pytest.raises(RuntimeError):
        async with app.run_test(size=(80, 24)):
            app.call_later(breaks)
    assert app.return_code == 1
    printed = capsys.readouterr()
    assert "Traceback" not in printed.out + printed.err
    (home / "poetry-tui.log").unlink()


async def test_the_palette_offers_what_works_here(studio: Studio) -> None:
    app = Shell({}, studio)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.standing == "ready")
        titles = [command.title for command in commands(app, app.screen)]
        assert "Library" in titles
        assert "Workshop" not in titles
        assert "Theme vellum" in titles
        assert "Export" not in titles
        assert len(titles) == len(set(titles))
        next(command for command in commands(app, app.screen) if command.title == "Theme vellum").callback()
        await until(pilot, lambda: app.theme == "vellum" and user_file().exists())
        assert user_file().read_text() == "theme: vellum\n"
        next(command for command in commands(app, app.screen) if command.title == "Use the built-in model").callback()
        await until(pilot, lambda: app.cast is not None and str(app.cast.poet) == "embedded")


async def test_every_theme_can_be_chosen_once_every_screen_was_shown(studio: Studio) -> None:
    app = StudioApp({}, studio)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.standing == "ready")
        await pilot.press(*"frost", "enter")
        await until(pilot, lambda: app.workshop.bench and app.workshop.bench.session.closed)
        await pilot.press("4")
        await until(pilot, lambda: "a coin of sun" in shown(app))
        await pilot.press("comma")
        await until(pilot, lambda: isinstance(app.screen, SettingsScreen))
        await pilot.press("escape", "1")
        for name in app.available_themes:
            app.theme = name
            await pilot.pause()
            assert "a coin of sun" in shown(app)


def damaged_library(home: Path) -> Path:
    """Where the library should be, something else."""
    home.mkdir(parents=True)
    (home / "library.db").write_bytes(b"not a database" * 100)
    return home / "library.db"


def silent(error: Exception | None = None):
    """A model that writes nothing, and cannot be loaded if there is an `error`."""
    from tests.scripted import ScriptedModel

    class Silent(ScriptedModel):
        async def warm(self, options) -> None:
            if error:
                raise error

    return Silent([""])
