"""The settings: what is changed counts at once and is kept, what is wrong is said beside its field."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from textual.widgets import Checkbox, Input, Select, Static

from poetry_tui import doctor
from poetry_tui.doctor import Engines
from poetry_tui.settings import Settings, user_file
from poetry_tui.studio import Studio
from poetry_tui.tui.screens.settings import SettingsScreen
from tests.tui.shell import SIZES, Shell, StandIn, shown, toasts, until, write_settings


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two models of Ollama, and the embedded one."""

    async def engines(_settings: Settings) -> Engines:
        return Engines(True, "0.12", ("llama3.1:8b", "qwen3:14b"), "", True, Path("model.gguf"))

    monkeypatch.setattr(doctor, "engines", engines)


class Open:
    """The app with the settings in front."""

    def __init__(self, studio: Studio, size: tuple[int, int] = (120, 40)) -> None:
        self.app = Shell({}, studio)
        self._running = self.app.run_test(size=size)

    async def __aenter__(self):
        pilot = await self._running.__aenter__()
        await until(pilot, lambda: self.app.standing == "ready")
        await pilot.press("escape", "comma")
        await until(pilot, lambda: isinstance(self.app.screen, SettingsScreen))
        await until(pilot, lambda: "llama3.1:8b" in shown(self.app))
        return self.app, pilot

    async def __aexit__(self, *error: object) -> None:
        await self._running.__aexit__(*error)


@pytest.mark.parametrize("size", SIZES)
async def test_changes_count_at_once_and_are_kept(studio: Studio, size: tuple[int, int]) -> None:
    async with Open(studio, size) as (app, pilot):
        screen = app.screen
        screen.query_one("#poet", Input).value = "ollama:llama3.1:8b"
        screen.query_one("#rounds", Input).value = "5"
        screen.query_one("#theme", Select).value = "vellum"
        screen.query_one("#note", Checkbox).value = True
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, StandIn))
        assert studio.settings.rounds == 5
        assert studio.settings.note is True
        assert app.theme == "vellum"
        await until(pilot, lambda: app.cast and str(app.cast.poet) == "ollama:llama3.1:8b")
    kept = yaml.safe_load(user_file().read_text())
    assert kept == {"poet": {"model": "ollama:llama3.1:8b"}, "rounds": 5, "theme": "vellum", "note": True}


@pytest.mark.parametrize("size", SIZES)
async def test_the_keyboard_alone(studio: Studio, size: tuple[int, int]) -> None:
    async with Open(studio, size) as (app, pilot):
        screen = app.screen
        screen.query_one("#poet", Input).value = ""
        await pilot.press(*"ollama:q")
        await until(pilot, lambda: screen.query_one("#poet", Input)._suggestion == "ollama:qwen3:14b")
        await pilot.press("right", "tab", "tab", "backspace", "4", "tab", "tab", "space", "shift+tab")
        assert screen.query_one("#poet", Input).value == "ollama:qwen3:14b"
        assert screen.query_one("#rounds", Input).value == "4"
        assert screen.query_one("#brief", Checkbox).value is False
        await pilot.press("shift+tab", "enter")
        await until(pilot, lambda: isinstance(app.screen, StandIn))
        assert (app.settings.rounds, app.settings.brief) == (4, False)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("poet", "llama", "Write auto, embedded, ollama:NAME"),
        ("educator", "gguf:", "Write auto, embedded"),
        ("rounds", "51", "from 0"),
        ("rounds", "", "from 0"),
        ("rounds", "-", "from 0"),
    ],
)
async def test_a_wrong_value_is_said_beside_its_field_and_not_kept(studio, field, value, words) -> None:
    async with Open(studio, (80, 24)) as (app, pilot):
        app.screen.query_one(f"#{field}", Input).value = value
        await until(pilot, lambda: words in shown(app))
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert isinstance(app.screen, SettingsScreen)
        assert app.focused.id == field
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, StandIn))
    assert not user_file().exists()


async def test_escape_leaves_everything_as_it_was(studio: Studio) -> None:
    async with Open(studio) as (app, pilot):
        app.screen.query_one("#theme", Select).value = "vellum"
        await until(pilot, lambda: app.theme == "vellum")
        await pilot.press("escape")
        await until(pilot, lambda: app.theme == "ink")
    assert not user_file().exists()


async def test_the_mouse_keeps_and_leaves(studio: Studio) -> None:
    async with Open(studio) as (app, pilot):
        await pilot.click("#pause")
        row, line = next((row, line) for row, line in enumerate(shown(app).splitlines()) if "ctrl+s keep" in line)
        await pilot.click(offset=(line.index("ctrl+s"), row))
        await until(pilot, lambda: isinstance(app.screen, StandIn))
    assert yaml.safe_load(user_file().read_text()) == {"pause": True}


async def test_what_else_stands_in_the_file_stays(studio: Studio) -> None:
    write_settings("# mine\nollama:\n  keep_alive: 24h  # all day\n")
    async with Open(studio) as (app, pilot):
        app.screen.query_one("#pause", Checkbox).value = True
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "Kept in" in toasts(app))
    assert user_file().read_text() == "# mine\nollama:\n  keep_alive: 24h  # all day\npause: true\n"


async def test_a_file_that_cannot_be_written_is_told_and_the_change_counts(studio: Studio, home: Path) -> None:
    in_the_way(home / "config")
    async with Open(studio) as (app, pilot):
        app.screen.query_one("#rounds", Input).value = "7"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "until you quit" in toasts(app))
        assert studio.settings.rounds == 7


async def test_the_places_are_shown(studio: Studio, home: Path) -> None:
    async with Open(studio) as (app, _pilot):
        assert str(user_file()) in str(app.screen.query_one(".note", Static).content)


def in_the_way(path: Path) -> None:
    """A file where a folder should be."""
    path.write_text("")
