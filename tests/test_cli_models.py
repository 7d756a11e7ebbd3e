"""`poetry-tui models …` in real processes, against a peer on loopback."""

from __future__ import annotations

import json

import pytest

from poetry_tui.settings import Settings
from tests.peers import OllamaPeer, error_line, poem, status
from tests.registry.gguf_files import LORA, LORA_WEIGHTS, write
from tests.test_cli import poetry


@pytest.fixture
def file(tmp_path):
    return write(tmp_path / "tiny.gguf")


def test_a_file_is_brought_in_given_its_role_and_listed(file, home):
    with OllamaPeer(models=[], chats=[poem("Rain again.")]) as peer:
        done = poetry("models", "import", str(file), "--role", "educator", "--assign", host=peer.host)
        assert done.returncode == 0, done.stderr
        assert "poetry-educator is there, and it answers: Rain again." in done.stdout
        listed = poetry("models", "list", host=peer.host).stdout
        as_json = json.loads(poetry("models", "list", "--json", host=peer.host).stdout)
    assert "plays educator" in listed
    assert "You are a teacher of poetry." in (home / "modelfiles" / "poetry-educator.modelfile").read_text()
    assert as_json["models"][0]["origin"] == str(file)
    assert Settings.load().educator.model == "ollama:poetry-educator"


def test_a_taken_name_is_asked_about_and_without_a_person_refused(file):
    with OllamaPeer(models=["poetry-poet:latest"], chats=[poem("Rain.")]) as peer:
        refused = poetry("models", "import", str(file), host=peer.host)
        assert peer.made == {}
        assert poetry("models", "import", str(file), "--yes", host=peer.host).returncode == 0
    assert refused.returncode == 2
    assert "Replace it?" in refused.stderr
    assert "--yes" in refused.stderr


def test_files_in_the_models_folder_are_offered_until_they_are_in(home):
    (home / "models").mkdir(parents=True)
    file = write(home / "models" / "trained.gguf")
    with OllamaPeer(models=[], chats=[poem("Rain.")]) as peer:
        assert "models import" in poetry("models", "list", host=peer.host).stdout
        assert poetry("models", "import", str(file), host=peer.host).returncode == 0
        assert "models import" not in poetry("models", "list", host=peer.host).stdout


def test_what_would_fail_is_said_before_anything_is_sent(tmp_path):
    adapter = write(tmp_path / "adapter.gguf", LORA, LORA_WEIGHTS)
    with OllamaPeer(models=[]) as peer:
        done = poetry("models", "import", str(adapter), host=peer.host)
        assert not [request for request in peer.requests if request.method == "POST"]
    assert done.returncode == 4
    assert "adapter, not a model" in done.stderr


def test_an_adapter_goes_onto_a_base(tmp_path):
    adapter = write(tmp_path / "adapter.gguf", LORA, LORA_WEIGHTS)
    with OllamaPeer(models=["base:latest"], chats=[poem("Rain.")]) as peer:
        wrong = poetry("models", "import", str(adapter), "--base", "base", host=peer.host)
        assert wrong.returncode == 4
        assert "trained for another model" in wrong.stderr
        missing = poetry("models", "import", str(adapter), "--base", "nosuch", host=peer.host)
    assert "ollama pull nosuch" in missing.stderr


def test_a_modelfile_is_printed_written_and_used(file, tmp_path, home):
    printed = poetry("models", "modelfile", "educator", "--gguf", str(file), "--write")
    assert printed.returncode == 0, printed.stderr
    assert f"FROM {file}" in printed.stdout
    assert "You are a teacher of poetry." in printed.stdout
    written = home / "modelfiles" / "poetry-educator.modelfile"
    assert written.read_text() == printed.stdout
    own = tmp_path / "own.modelfile"
    own.write_text('FROM x\nSYSTEM You say "no".\nPARAMETER temperature 0.1\n')
    with OllamaPeer(models=[], chats=[poem("No.")]) as peer:
        done = poetry("models", "import", str(file), "--modelfile", str(own), "--name", "own", host=peer.host)
        assert done.returncode == 0, done.stderr
        assert peer.made["own:latest"]["system"] == 'You say "no".'
    own.write_text("FROM x\nPOET yes\n")
    with OllamaPeer(models=[]) as peer:
        wrong = poetry("models", "import", str(file), "--modelfile", str(own), host=peer.host)
    assert wrong.returncode == 2
    assert "own.modelfile: Modelfile (line 2)" in wrong.stderr


def test_models_are_copied_shown_loaded_unloaded_and_deleted():
    with OllamaPeer(models=["poet:latest"]) as peer:
        assert poetry("models", "copy", "poet", "second", host=peer.host).returncode == 0
        assert peer.models == ["second:latest", "poet:latest"]
        assert "llama.block_count" in poetry("models", "show", "second", host=peer.host).stdout
        assert poetry("models", "load", "second", host=peer.host).returncode == 0
        assert "loaded" in poetry("models", "list", host=peer.host).stdout
        assert poetry("models", "unload", "second", host=peer.host).returncode == 0
        assert peer.loaded == set()
        assert poetry("models", "delete", "second", host=peer.host).returncode == 2, "nobody was asked"
        assert poetry("models", "delete", "second", "--yes", host=peer.host).returncode == 0
        assert peer.models == ["poet:latest"]
        gone = poetry("models", "delete", "second", "--yes", host=peer.host)
    assert gone.returncode == 4
    assert "second" in gone.stderr


def test_a_model_is_pulled_and_an_error_of_the_registry_is_said():
    with OllamaPeer(models=[]) as peer:
        done = poetry("models", "pull", "smol", host=peer.host)
        assert done.returncode == 0, done.stderr
    lost = {"/api/pull": error_line("pull model manifest: file does not exist")}
    with OllamaPeer(models=[], answers=lost) as peer:
        done = poetry("models", "pull", "nosuch", host=peer.host)
    assert done.returncode == 4
    assert "file does not exist" in done.stderr


def test_what_fits_is_said():
    with OllamaPeer(models=["poet:latest"]) as peer:
        done = poetry("models", "fit", host=peer.host)
    assert done.returncode == 0, done.stderr
    assert "GB to spare" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["import", "/nowhere/x.gguf"], 4, "/nowhere/x.gguf"),
        (["import", "{file}", "--role", "critic"], 2, "educator"),
        (["role", "critic", "x"], 2, "poet, educator, vanilla"),
        (["role", "poet"], 2, "which model"),
        (["role", "poet", "nosuch"], 4, "nosuch"),
        (["modelfile", "critic", "--gguf", "{file}"], 2, "critic"),
        (["load", "nosuch"], 4, "ollama pull nosuch"),
        (["import", "{file}", "--quantize", "q9_Z", "--name", "x"], 4, "cannot quantize"),
    ],
)
def test_what_cannot_be_done_is_said(file, arguments, code, says):
    with OllamaPeer(models=[]) as peer:
        done = poetry("models", *[part.format(file=file) for part in arguments], host=peer.host)
    assert done.returncode == code, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [["list"], ["delete", "x", "--yes"], ["pull", "x"], ["fit"]])
def test_without_a_server_each_says_where_it_looked(command, monkeypatch):
    monkeypatch.setenv("POETRY_TUI_POET", "ollama:x")
    done = poetry("models", *command)
    assert done.returncode == 4
    assert "127.0.0.1:9" in done.stderr


def test_a_server_with_an_error_of_its_own_is_quoted():
    with OllamaPeer(models=[], answers={"/api/tags": status(500, "the disk is on fire")}) as peer:
        done = poetry("models", "list", host=peer.host)
    assert done.returncode == 4
    assert "the disk is on fire" in done.stderr
