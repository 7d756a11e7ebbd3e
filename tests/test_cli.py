"""The command line in real processes: what it prints, how it exits, and that nothing written is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from poetry_tui.library import Library
from poetry_tui.workshop import fold
from tests.peers import OllamaPeer, broken, garbage, poem, status

DRAFT = "The sill keeps what the window lets fall,\na coin of sun, a pin, a wasp gone light."
REVISED = DRAFT.replace("window", "afternoon")
CRITIQUE = 'Alive\nLine 2: keep "a wasp gone light".\n\nDirections\n1. Line 1: name the hour.'
COMMAND = [sys.executable, "-c", "from poetry_tui.cli import main; main()"]
SPECS = ["--poet", "ollama:poet", "--educator", "ollama:poet"]


def poetry(*arguments: str, host: str = "127.0.0.1:9", given: str = "") -> subprocess.CompletedProcess[str]:
    """Run `poetry-tui` to its end."""
    return subprocess.run(
        [*COMMAND, *arguments],
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "OLLAMA_HOST": host},
        check=False,
    )


def started(*arguments: str, host: str) -> subprocess.Popen[str]:
    """`poetry-tui`, running."""
    environment = {**os.environ, "OLLAMA_HOST": host}
    pipe = subprocess.PIPE
    return subprocess.Popen([*COMMAND, *arguments], stdout=pipe, stderr=pipe, text=True, env=environment)


def until(true: Callable[[], object], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)


def session_in(home: Path):
    """The only session in the library, folded; None while there is none."""
    path = home / "library.db"
    if not path.is_file():
        return None
    with Library(path) as library:
        found = library.summaries()
        return fold(library.events(found[0].id)) if found else None


def workshop_peer(**options) -> OllamaPeer:
    return OllamaPeer(
        models=["poet:latest"], chats=[poem("A brief."), poem(DRAFT), poem(CRITIQUE), poem(REVISED)], **options
    )


class TestWrite:
    def test_a_poem_is_written_streamed_and_kept(self, home):
        with workshop_peer() as peer:
            done = poetry("write", "a poem about winter light", "--rounds", "1", *SPECS, host=peer.host)
        assert done.returncode == 0, done.stderr
        for part in ("A brief.", DRAFT.split("\n", maxsplit=1)[0], "name the hour", REVISED.split("\n")[0], "Kept as"):
            assert part in done.stdout
        assert "\x1b" not in done.stdout, "plain where the output is piped"
        assert session_in(home).poem.text == REVISED

    def test_quiet_prints_the_poem_and_nothing_else(self):
        with workshop_peer() as peer:
            done = poetry("write", "winter light", "--rounds", "1", "--quiet", *SPECS, host=peer.host)
        assert done.stdout.strip() == REVISED

    def test_json_prints_one_document_that_can_be_brought_back(self, tmp_path, home):
        with workshop_peer() as peer:
            done = poetry("write", "winter light", "--rounds", "1", "--json", "--seed", "7", *SPECS, host=peer.host)
        document = json.loads(done.stdout)
        assert document["version"] == 1
        first = session_in(home)
        assert first.settings.seed == 7
        file = tmp_path / "session.json"
        file.write_text(done.stdout)
        brought = poetry("sessions", "import", str(file))
        assert brought.returncode == 0, brought.stderr
        with Library(home / "library.db") as library:
            assert fold(library.events(brought.stdout.strip())) == first

    def test_the_request_may_come_from_standard_input(self, home):
        with workshop_peer() as peer:
            done = poetry("write", "-", "--rounds", "0", *SPECS, host=peer.host, given="a poem about rust\n")
        assert done.returncode == 0, done.stderr
        assert session_in(home).settings.request == "a poem about rust"

    @pytest.mark.parametrize(
        ("arguments", "code", "says"),
        [
            (["write", "  ", *SPECS], 2, "There is no request yet"),
            (["write", "x" * 100_000, *SPECS], 2, "Shorten it"),
            (["write", "winter", "--form", "sonet", *SPECS], 2, "Did you mean sonnet"),
            (["write", "winter", "--poet", "nonsense"], 2, "ollama:NAME"),
            (["write", "winter", "--rounds", "-1", *SPECS], 2, "rounds"),
            (["write", "winter", "--nonsense"], 2, "No such option"),
            (["write"], 2, "Missing argument"),
            (["write", "winter", *SPECS, "--ollama-host", "not a host"], 2, "OLLAMA_HOST"),
            (["write", "winter", "--rounds", "0", "--poet", "gguf:/nowhere/x.gguf"], 4, "/nowhere/x.gguf"),
            (["sessions", "show", "zzz"], 3, "zzz"),
            (["sessions", "import", "/nowhere"], 2, "/nowhere"),
            ([], 2, "The app needs a terminal"),
        ],
    )
    def test_what_cannot_be_done_is_said_with_its_exit_code(self, arguments, code, says):
        done = poetry(*arguments)
        assert done.returncode == code, done.stderr
        assert says in done.stderr
        assert "Traceback" not in done.stderr

    @pytest.mark.parametrize(
        ("answer", "says"),
        [
            (status(404, "model 'poet' not found"), "ollama pull"),
            (status(500, "llama-server process has terminated"), "poet"),
            (broken("The sill keeps"), "Go on with: poetry-tui sessions resume"),
            (garbage(), "poet"),
        ],
    )
    def test_an_engine_that_fails_is_named_and_the_session_kept(self, answer, says, home):
        with OllamaPeer(models=["poet:latest"], chats=[answer]) as peer:
            done = poetry("write", "winter", "--rounds", "0", *SPECS, host=peer.host)
        assert done.returncode == 4
        assert says in done.stderr
        assert "Traceback" not in done.stderr
        assert session_in(home).failure is not None

    def test_nobody_at_the_address(self):
        done = poetry("write", "winter", "--rounds", "0", *SPECS)
        assert done.returncode == 4
        assert "127.0.0.1:9" in done.stderr


class TestSettingsAndLibrary:
    def test_a_malformed_settings_file_is_named_by_line_and_key(self, home):
        (home / "config").mkdir(parents=True)
        (home / "config" / "inference_config.yaml").write_text("rounds: 2\npoet:\n  modle: x\n")
        done = poetry("write", "winter", *SPECS)
        assert done.returncode == 2
        assert "inference_config.yaml, line 3, key poet.modle" in done.stderr

    def test_a_file_where_the_data_folder_should_be(self, home):
        home.write_text("not a folder")
        done = poetry("write", "winter", *SPECS)
        assert done.returncode == 3
        assert str(home) in done.stderr

    def test_sessions_are_listed_shown_exported_and_deleted(self, tmp_path, home):
        with workshop_peer() as peer:
            poetry("write", "a poem about winter light", "--rounds", "1", *SPECS, host=peer.host)
        listed = poetry("sessions", "list")
        assert "a poem about winter light" in listed.stdout
        session_id = listed.stdout.split(maxsplit=1)[0]
        assert REVISED.split("\n")[0] in poetry("sessions", "show", session_id).stdout
        target = tmp_path / "poem.txt"
        assert poetry("sessions", "export", session_id, str(target)).returncode == 0
        assert target.read_text().strip() == REVISED
        again = poetry("sessions", "export", session_id, str(target))
        assert again.returncode != 0
        assert str(target) in again.stderr
        assert poetry("sessions", "delete", session_id, "--yes").returncode == 0
        assert "No session yet" in poetry("sessions", "list").stderr


class TestInterrupted:
    @pytest.mark.parametrize("drafts", [0, 1])
    def test_a_killed_session_goes_on_where_it_was(self, home, drafts):
        slow = poem(DRAFT if drafts == 0 else REVISED, delay=0.3, pieces=40)
        chats = [poem("A brief."), *([] if drafts == 0 else [poem(DRAFT), poem(CRITIQUE)]), slow]
        with OllamaPeer(models=["poet:latest"], chats=chats) as peer:
            process = started("write", "winter light", "--rounds", "1", "--seed", "3", *SPECS, host=peer.host)
            until(
                lambda: (
                    (session := session_in(home))
                    and len(session.drafts) == drafts
                    and session.writing
                    and len(session.writing.text) > 5
                )
            )
            process.send_signal(signal.SIGKILL)
            process.wait()
        before = session_in(home)
        assert [draft.poem.text for draft in before.drafts] == [DRAFT][:drafts]
        rest = [poem(DRAFT), poem(CRITIQUE), poem(REVISED)] if drafts == 0 else [poem(REVISED)]
        with OllamaPeer(models=["poet:latest"], chats=rest) as peer:
            with Library(home / "library.db") as library:
                session_id = library.summaries()[0].id
            done = poetry("sessions", "resume", session_id, host=peer.host)
        assert done.returncode == 0, done.stderr
        assert [draft.poem.text for draft in session_in(home).drafts] == [DRAFT, REVISED]

    def test_a_session_whose_model_is_gone_goes_on_with_another(self, home):
        with OllamaPeer(models=["poet:latest"], chats=[broken("The sill keeps")]) as peer:
            poetry("write", "winter light", "--rounds", "0", *SPECS, host=peer.host)
        with OllamaPeer(
            models=["other:latest"], chats=[poem("A brief."), *map(poem, (DRAFT, CRITIQUE, REVISED))]
        ) as peer:
            session_id = poetry("sessions", "list").stdout.split(maxsplit=1)[0]
            others = ("--poet", "ollama:other", "--educator", "ollama:other", "--rounds", "1")
            done = poetry("sessions", "resume", session_id, *others, host=peer.host)
        assert done.returncode == 0, done.stderr
        assert "poet ollama:other" in done.stdout
        assert "1 round ·" in done.stdout
        assert [body["model"] for body in peer.chat_bodies()] == ["other"] * 4
        assert session_in(home).settings.poet.model == "ollama:other"

    def test_ctrl_c_stops_the_model_and_keeps_the_session(self, home):
        with OllamaPeer(models=["poet:latest"], chats=[poem(DRAFT, delay=0.3, pieces=40)]) as peer:
            process = started("write", "winter light", "--rounds", "0", *SPECS, host=peer.host)
            until(lambda: (session := session_in(home)) and session.writing and session.writing.text)
            process.send_signal(signal.SIGINT)
            _, stderr = process.communicate(timeout=20)
            until(lambda: peer.cut == 1)
        assert process.returncode == 130
        assert "What was written is kept" in stderr
        assert session_in(home).stopped


def test_doctor_names_what_is_there_and_what_to_do_next():
    with workshop_peer() as peer:
        done = poetry("doctor", "--json", host=peer.host)
    findings = {finding["subject"]: finding for finding in json.loads(done.stdout)["findings"]}
    assert findings["its models"]["text"] == "poet:latest"
    gone = {f["subject"]: f for f in json.loads(poetry("doctor", "--json").stdout)["findings"]}
    assert "127.0.0.1:9" in gone["Ollama"]["text"]
    assert "ollama serve" in gone["Ollama"]["text"]


def test_version_and_help():
    assert poetry("--version").stdout.startswith("poetry-tui 0.")
    assert "write" in poetry("--help").stdout


def test_version_and_help_import_nothing_heavy():
    heavy = ("textual", "pydantic", "asyncio", "ollama", "yaml")
    code = f"import sys, poetry_tui.cli; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
