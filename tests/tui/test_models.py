"""The Models screen: what Ollama has is listed, brought in, given roles, loaded, copied, pulled and deleted."""

from __future__ import annotations

import time

import pytest
from textual.widgets import Input, Select, Static, TextArea

from poetry_tui.library import Library
from poetry_tui.settings import Settings
from poetry_tui.studio import Studio
from poetry_tui.tui.screens.dialogs import Ask, Choose, Confirm
from poetry_tui.tui.screens.importing import ImportScreen
from poetry_tui.tui.screens.model_facts import ModelFacts
from poetry_tui.tui.screens.models import Models, ModelsScreen
from poetry_tui.tui.screens.pick_file import PickFile
from tests.peers import OllamaPeer, error_line, never, poem, status
from tests.registry.gguf_files import LORA, LORA_WEIGHTS, write
from tests.scripted import ScriptedModel
from tests.tui.shell import SIZES, Shell, toasts, until

SAID = "Rain again."


@pytest.fixture
def file(tmp_path):
    return write(tmp_path / "tiny.gguf")


class Open:
    """The app with the Models screen in front, on a peer; `async with Open(peer, folder) as (screen, pilot)`."""

    def __init__(self, peer: OllamaPeer, folder, size: tuple[int, int] = (120, 40), host: str = "") -> None:
        roles = {role: {"model": f"ollama:{role}"} for role in ("poet", "educator")}
        settings = Settings.load(ollama={"host": host or peer.host}, **roles)
        library = Library(folder / "library.db")
        self.app = Shell({}, Studio(settings, library, lambda spec, _: ScriptedModel([""], name=spec.name)))
        self._running = self.app.run_test(size=size)

    async def __aenter__(self):
        pilot = await self._running.__aenter__()
        await until(pilot, lambda: self.app.standing == "ready")
        await pilot.press("escape", "3")
        await until(pilot, lambda: isinstance(self.app.screen, ModelsScreen))
        await self.app.workers.wait_for_complete(
            [one for one in self.app.workers if one.group in {"look", "fit", "folder"}]
        )
        await pilot.pause()
        return self.app.screen, pilot

    async def __aexit__(self, *error: object) -> None:
        await self._running.__aexit__(*error)


def rows(screen: ModelsScreen) -> list[list[str]]:
    table = screen.query_one(Models)
    return [[str(cell) for cell in table.get_row_at(row)] for row in range(table.row_count)]


def dialog(pilot, kind):
    return lambda: isinstance(pilot.app.screen, kind)


async def importing(pilot, file) -> ImportScreen:
    """The dialog in which a file is brought in, reached by keys."""
    await pilot.press("i")
    await until(pilot, dialog(pilot, PickFile))
    pilot.app.screen.query_one(Input).value = str(file)
    await pilot.press("enter")
    await until(pilot, dialog(pilot, ImportScreen))
    page = pilot.app.screen
    await until(pilot, lambda: "Reading" not in str(page.query_one("#facts", Static).content))
    await until(pilot, lambda: not [one for one in pilot.app.workers if one.group == "look" and one.is_running])
    return page


@pytest.mark.parametrize("size", SIZES)
async def test_models_are_listed_with_their_roles_and_what_fits_is_said(tmp_path, size):
    peer = OllamaPeer(models=["poet:latest", "educator:latest", "other:7b"])
    peer.loaded.add("poet:latest")
    with peer:
        async with Open(peer, tmp_path, size) as (screen, pilot):
            found = rows(screen)
            assert [row[0] for row in found] == ["poet", "educator", "other:7b"]
            assert [row[1] for row in found] == ["poet", "educator", ""]
            assert found[0][5]
            assert not found[1][5]
            assert "0.33.0" in str(screen.query_one("#server", Static).content)
            await until(pilot, lambda: "GB" in str(screen.query_one("#fit", Static).content))


async def test_a_file_is_brought_in_through_the_menu_and_plays_its_role(tmp_path, file, home):
    with OllamaPeer(models=["poet:latest", "educator:latest"], chats=[poem(SAID)]) as peer:
        async with Open(peer, tmp_path) as (screen, pilot):
            page = await importing(pilot, file)
            await until(pilot, lambda: "llama" in str(page.query_one("#facts", Static).content))
            page.query_one("#role", Select).value = "educator"
            await until(pilot, lambda: page.query_one("#name", Input).value == "poetry-educator")
            await until(pilot, lambda: "You are a teacher" in page.query_one(TextArea).text)
            await pilot.press("ctrl+s")
            await until(pilot, dialog(pilot, Confirm))
            await pilot.press("y")
            await until(pilot, lambda: pilot.app.screen is screen)
            await until(pilot, lambda: rows(screen)[0][:2] == ["poetry-educator", "educator"])
        assert peer.made["poetry-educator:latest"]["system"].startswith("You are a teacher of poetry.")
    assert Settings.load().educator.model == "ollama:poetry-educator"


async def test_the_modelfile_can_be_changed_and_what_is_wrong_in_it_is_said(tmp_path, file):
    with OllamaPeer(models=["poet:latest", "educator:latest"], chats=[poem(SAID)]) as peer:
        async with Open(peer, tmp_path) as (_, pilot):
            page = await importing(pilot, file)
            page.query_one(TextArea).text = "FROM x\nPOET yes\n"
            await pilot.press("ctrl+s")
            await until(pilot, lambda: "line 2" in toasts(pilot.app))
            page.query_one(TextArea).text = "FROM x\nSYSTEM Be brief.\n"
            await pilot.press("ctrl+s")
            await until(pilot, dialog(pilot, Confirm))
            await pilot.press("n")
            await until(pilot, dialog(pilot, ModelsScreen))
        assert peer.made["poetry-poet:latest"]["system"] == "Be brief."
    assert Settings.load().poet.model == "auto"


async def test_a_taken_name_is_asked_about(tmp_path, file):
    with OllamaPeer(models=["poetry-poet:latest", "poet:latest", "educator:latest"], chats=[poem(SAID)]) as peer:
        async with Open(peer, tmp_path) as (_, pilot):
            await importing(pilot, file)
            await pilot.press("ctrl+s")
            await until(pilot, dialog(pilot, Confirm))
            await pilot.press("n")
            await until(pilot, dialog(pilot, ImportScreen))
        assert peer.made == {}


async def test_an_adapter_asks_for_its_base_and_says_that_it_does_not_fit(tmp_path):
    adapter = write(tmp_path / "adapter.gguf", LORA, LORA_WEIGHTS)
    with OllamaPeer(models=["poet:latest", "educator:latest"]) as peer:
        async with Open(peer, tmp_path) as (_, pilot):
            page = await importing(pilot, adapter)
            await until(pilot, lambda: page.query_one("#base").display)
            page.query_one("#base", Select).value = "poet:latest"
            await until(pilot, lambda: "trained for another model" in str(page.query_one("#findings", Static).content))
            await pilot.press("ctrl+s")
            await until(pilot, lambda: "not likely to work" in toasts(pilot.app))
        assert peer.made == {}


async def test_an_import_that_fails_says_so_and_leaves_the_dialog_open(tmp_path, file):
    broken = {"/api/create": error_line("supplied file was not in GGUF format")}
    with OllamaPeer(models=["poet:latest", "educator:latest"], answers=broken) as peer:
        async with Open(peer, tmp_path) as (_, pilot):
            await importing(pilot, file)
            await pilot.press("ctrl+s")
            await until(pilot, lambda: "not in GGUF format" in toasts(pilot.app))
            assert isinstance(pilot.app.screen, ImportScreen)
            assert not pilot.app.screen.has_class("-busy")


async def test_an_import_can_be_stopped_and_leaves_nothing(tmp_path, file):
    with OllamaPeer(models=["poet:latest", "educator:latest"], chats=[never]) as peer:
        async with Open(peer, tmp_path) as (_, pilot):
            await importing(pilot, file)
            await pilot.press("ctrl+s")
            await until(pilot, lambda: "poetry-poet:importing" in peer.models)
            await pilot.press("escape")
            await until(pilot, lambda: "poetry-poet:importing" not in peer.models)
            await until(pilot, lambda: "Nothing half-made" in toasts(pilot.app))


async def test_what_is_no_model_is_said_in_the_dialog(tmp_path):
    pointer = tmp_path / "pointer.gguf"
    pointer.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:4\nsize 4\n")
    with OllamaPeer(models=["poet:latest", "educator:latest"]) as peer:
        async with Open(peer, tmp_path) as (_, pilot):
            page = await importing(pilot, pointer)
            await until(pilot, lambda: "Git LFS" in str(page.query_one("#facts", Static).content))
            await pilot.press("ctrl+s", "escape")
            await until(pilot, dialog(pilot, ModelsScreen))
        assert peer.made == {}


async def test_a_new_file_in_the_models_folder_is_offered(tmp_path, home):
    with OllamaPeer(models=["poet:latest", "educator:latest"]) as peer:
        async with Open(peer, tmp_path) as (screen, pilot):
            (home / "models").mkdir(parents=True)
            write(home / "models" / "trained.gguf")
            await pilot.press("f5")
            await until(pilot, lambda: rows(screen)[-1][:2] == ["trained.gguf", "not in Ollama yet"])
            await pilot.press("down", "down", "enter")
            await until(pilot, dialog(pilot, ImportScreen))


async def test_a_role_is_given(tmp_path):
    with OllamaPeer(models=["poet:latest", "educator:latest", "other:7b"]) as peer:
        async with Open(peer, tmp_path) as (screen, pilot):
            await pilot.press("down", "down", "s")
            await until(pilot, dialog(pilot, Choose))
            await pilot.press("down", "enter")
            await until(pilot, lambda: rows(screen)[2][1] == "educator")
            assert rows(screen)[1][1] == ""
            assert pilot.app.settings.educator.model == "ollama:other:7b"
    assert Settings.load().educator.model == "ollama:other:7b"


async def test_a_model_is_shown_copied_loaded_and_deleted(tmp_path):
    with OllamaPeer(models=["poet:latest", "educator:latest"]) as peer:
        async with Open(peer, tmp_path) as (screen, pilot):
            await pilot.press("enter")
            await until(pilot, dialog(pilot, ModelFacts))
            await pilot.press("escape", "c")
            await until(pilot, dialog(pilot, Ask))
            await pilot.press(*"second", "enter")
            await until(pilot, lambda: len(rows(screen)) == 3)
            await pilot.press("up", "up", "l")
            await until(pilot, lambda: rows(screen)[0][5])
            await pilot.press("l")
            await until(pilot, lambda: not rows(screen)[0][5])
            await pilot.press("D")
            await until(pilot, dialog(pilot, Confirm))
            await pilot.press("n")
            assert len(peer.models) == 3
            await pilot.press("D")
            await until(pilot, dialog(pilot, Confirm))
            await pilot.press("y")
            await until(pilot, lambda: len(rows(screen)) == 2)


async def test_a_model_is_pulled_and_what_goes_wrong_is_said(tmp_path):
    with OllamaPeer(models=["poet:latest", "educator:latest"]) as peer:
        async with Open(peer, tmp_path) as (screen, pilot):
            await pilot.press("u")
            await until(pilot, dialog(pilot, Ask))
            await pilot.press(*"smol", "enter")
            await until(pilot, lambda: "smol is there" in toasts(pilot.app))
            await until(pilot, lambda: rows(screen)[0][0] == "smol")
            peer.answers["/api/pull"] = error_line("pull model manifest: file does not exist")
            await pilot.press("u")
            await until(pilot, dialog(pilot, Ask))
            await pilot.press(*"nosuch", "enter")
            await until(pilot, lambda: "file does not exist" in toasts(pilot.app))


async def test_a_pull_can_be_stopped(tmp_path):
    with OllamaPeer(models=["poet:latest", "educator:latest"], answers={"/api/pull": never}) as peer:
        async with Open(peer, tmp_path) as (screen, pilot):
            await pilot.press("u")
            await until(pilot, dialog(pilot, Ask))
            await pilot.press(*"smol", "enter")
            await until(pilot, lambda: screen.has_class("-busy"))
            await pilot.press("escape")
            await until(pilot, lambda: not screen.has_class("-busy"))
            assert "Stopped" in toasts(pilot.app)


async def test_a_server_that_hangs_does_not_block_the_screen(tmp_path):
    with OllamaPeer(models=["poet:latest", "educator:latest"]) as peer:
        async with Open(peer, tmp_path) as (screen, pilot):
            peer.answers["/api/tags"] = never
            await pilot.press("f5")
            started = time.monotonic()
            await pilot.press("i")
            await until(pilot, dialog(pilot, PickFile))
            assert time.monotonic() - started < 2
            await pilot.press("escape")
            await until(pilot, lambda: "does not answer" in str(screen.query_one("#server", Static).content))


async def test_without_a_server_it_says_where_it_looked(tmp_path):
    peer = OllamaPeer()
    async with Open(peer, tmp_path, host="127.0.0.1:9") as (screen, pilot):
        await until(pilot, lambda: "127.0.0.1:9" in str(screen.query_one("#server", Static).content))
        for key in "slcuD":
            await pilot.press(key)
        await pilot.press("escape")


async def test_an_error_of_the_server_is_quoted(tmp_path):
    with OllamaPeer(models=["poet:latest", "educator:latest"]) as peer:
        async with Open(peer, tmp_path) as (screen, pilot):
            peer.answers["/api/tags"] = status(500, "the disk is on fire")
            await pilot.press("f5")
            await until(pilot, lambda: "the disk is on fire" in str(screen.query_one("#server", Static).content))
