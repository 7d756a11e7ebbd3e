"""Bringing a model in, against a server that answers as recorded ones do, and one that fails at each step."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from poetry_tui.errors import ModelError
from poetry_tui.library import ModelRecords
from poetry_tui.registry import gguf
from poetry_tui.registry.importing import Order, bring_in
from poetry_tui.registry.ollama import OllamaServer
from poetry_tui.registry.roles import role_modelfile
from tests.peers import OllamaPeer, broken, error_line, never, poem, status
from tests.registry.gguf_files import LLAMA, LORA, LORA_WEIGHTS, WEIGHTS, write, write_split
from tests.registry.gguf_files import gguf as whole

SAID = "Rain again."


@pytest.fixture
def records(tmp_path) -> ModelRecords:
    return ModelRecords(tmp_path / "library.db")


@pytest.fixture
def file(tmp_path) -> Path:
    return write(tmp_path / "tiny.gguf")


def order(*files: Path, name: str = "poetry-poet", role: str = "poet", **options) -> Order:
    source = tuple(map(str, files))
    return Order(
        name, role, role_modelfile(role, source, {"temperature": 0.8, "num_ctx": 2048}), files=files, **options
    )


async def brought(peer: OllamaPeer, wanted: Order, records: ModelRecords, told: list | None = None) -> str:
    server = OllamaServer(peer.host)
    try:
        return await bring_in(server, wanted, records, (told if told is not None else []).append)
    finally:
        await server.aclose()


def posted(peer: OllamaPeer) -> list[str]:
    """The requests that sent a file."""
    return [request.path for request in peer.requests if request.method == "POST" and "/blobs/" in request.path]


def hashed(told: list) -> bool:
    return any(progress.step == "hash" for progress in told)


async def test_a_file_becomes_a_model_with_the_persona_and_options_of_its_role(file, records):
    told: list = []
    with OllamaPeer(models=[], chats=[poem(SAID)]) as peer:
        assert await brought(peer, order(file), records, told) == SAID
        assert peer.models == ["poetry-poet:latest"]
    made = peer.made["poetry-poet:latest"]
    assert made["system"].startswith("You are a poet at work.")
    assert made["parameters"] == {"temperature": 0.8, "num_ctx": 2048}
    assert list(made["files"]) == ["tiny.gguf"]
    assert list(dict.fromkeys(progress.step for progress in told)) == ["hash", "send", "create", "try", "name"]
    sent = [progress for progress in told if progress.step == "send"]
    assert (sent[-1].done, sent[-1].total) == (file.stat().st_size,) * 2
    (record,) = records.all()
    assert (record.name, record.role, record.path) == ("poetry-poet:latest", "poet", file)


async def test_the_same_file_again_is_neither_hashed_nor_sent_nor_converted(file, records):
    told: list = []
    with OllamaPeer(models=[], chats=[poem(SAID)]) as peer:
        await brought(peer, order(file), records)
        peer.blobs.clear()  # Ollama keeps its own copy and may drop the file that was sent
        peer.requests.clear()
        await brought(peer, order(file, name="poetry-educator", role="educator"), records, told)
    assert not hashed(told)
    assert posted(peer) == []
    assert peer.made["poetry-educator:latest"]["from"] == "poetry-poet:latest"
    assert peer.made["poetry-educator:latest"]["system"].startswith("You are a teacher of poetry.")


async def test_a_vanilla_model_is_not_made_from_one_that_has_a_persona(file, records):
    with OllamaPeer(models=[], chats=[poem(SAID)]) as peer:
        await brought(peer, order(file), records)
        await brought(peer, order(file, name="poetry-vanilla", role="vanilla"), records)
    assert "from" not in peer.made["poetry-vanilla:latest"]
    assert "system" not in peer.made["poetry-vanilla:latest"]


async def test_a_file_that_was_touched_is_hashed_again_but_not_sent(file, records):
    told: list = []
    with OllamaPeer(models=[], chats=[poem(SAID)]) as peer:
        await brought(peer, order(file), records)
        peer.requests.clear()
        os.utime(file, (1, 1))
        await brought(peer, order(file), records, told)
    assert hashed(told)
    assert posted(peer) == []


async def test_a_model_that_was_changed_since_is_made_anew_from_the_file(file, records):
    with OllamaPeer(models=[], chats=[poem(SAID)]) as peer:
        await brought(peer, order(file), records)
        peer.made["poetry-poet:latest"]["system"] = "changed by hand"
        await brought(peer, order(file, name="other"), records)
    assert "files" in peer.made["other:latest"]


async def test_all_parts_of_a_split_file_are_sent(tmp_path, records):
    parts = write_split(tmp_path)
    found = gguf.read(parts[0])
    with OllamaPeer(models=[], chats=[poem(SAID)]) as peer:
        await brought(peer, order(*found.parts), records)
    assert list(peer.made["poetry-poet:latest"]["files"]) == [part.name for part in parts]
    assert len(posted(peer)) == 2


async def test_an_adapter_shares_the_base_that_is_there(tmp_path, records):
    adapter = write(tmp_path / "adapter.gguf", LORA, LORA_WEIGHTS)
    told = role_modelfile("educator", "base", {}, adapter=str(adapter))
    wanted = Order("poetry-educator", "educator", told, adapter=adapter, base="base")
    with OllamaPeer(models=["base:latest"], chats=[poem(SAID)]) as peer:
        await brought(peer, wanted, records)
    made = peer.made["poetry-educator:latest"]
    assert made["from"] == "base"
    assert list(made["adapters"]) == ["adapter.gguf"]
    assert len(posted(peer)) == 1


async def test_quantizing_is_asked_for_on_the_way(file, records):
    with OllamaPeer(models=[], chats=[poem(SAID)]) as peer:
        await brought(peer, order(file, quantize="q4_K_M"), records)
    assert peer.made["poetry-poet:latest"]["quantize"] == "q4_K_M"


def unfinished():
    """A stream that ends, properly, before it has said what became of the model."""

    async def answer(exchange) -> None:
        await exchange.begin()
        await exchange.line({"status": "parsing GGUF"})
        await exchange.end()

    return answer


def cut():
    """A connection that ends without an answer."""

    async def answer(exchange) -> None:
        exchange.writer.close()

    return answer


@pytest.mark.parametrize(
    ("answers", "chats", "words"),
    [
        ({"/api/blobs": status(500, "write /models/blobs: no space left on device")}, [poem()], "no space left"),
        ({"/api/blobs": status(400, 'digest mismatch, expected "sha256:0"')}, [poem()], "digest mismatch"),
        ({"/api/blobs": cut()}, [poem()], "could not be sent"),
        ({"/api/create": error_line("supplied file was not in GGUF format")}, [poem()], "not in GGUF format"),
        ({"/api/create": unfinished()}, [poem()], "stopped in the middle"),
        ({"/api/create": status(500, "out of disk")}, [poem()], "could not make the model"),
        ({"/api/create": cut()}, [poem()], "could not make the model"),
        ({}, [status(400, '"poetry-poet:importing" does not support chat')], "does not support chat"),
        ({}, [status(500, "llama-server process has terminated: exit status 1")], "does not answer"),
        ({}, [broken()], "taken away again"),
        ({"/api/copy": status(500, "disk full")}, [poem()], "disk full"),
    ],
)
async def test_where_a_step_fails_no_half_made_model_stays_and_the_old_one_is_as_it_was(
    file, records, answers, chats, words
):
    with OllamaPeer(models=["poetry-poet:latest"], chats=chats, answers=answers) as peer:
        with pytest.raises(ModelError) as error:
            await brought(peer, order(file), records)
        assert peer.models == ["poetry-poet:latest"]
        assert peer.made == {}
    assert words in str(error.value)
    assert records.all() == []


async def test_after_an_upload_that_broke_off_the_file_is_not_hashed_again(file, records):
    told: list = []
    with OllamaPeer(models=[], chats=[poem(SAID)], answers={"/api/blobs": cut()}) as peer:
        with pytest.raises(ModelError, match="not be hashed again"):
            await brought(peer, order(file), records)
        peer.answers.clear()
        assert await brought(peer, order(file), records, told) == SAID
    assert not hashed(told)


async def test_a_file_that_arrived_meanwhile_is_no_error(tmp_path, records):
    """The server answers before it has read the body, and closes the connection under the sender."""
    file = tmp_path / "large.gguf"
    file.write_bytes(whole(LLAMA, WEIGHTS) + b"\0" * (24 << 20))

    async def there_already(exchange) -> None:
        peer.blobs[exchange.request.path.rpartition("/")[2]] = 1
        await exchange.whole(200)

    with OllamaPeer(models=[], chats=[poem(SAID)], answers={"/api/blobs": there_already}) as peer:
        assert await brought(peer, order(file), records) == SAID


async def test_stopping_it_leaves_nothing_behind(file, records):
    with OllamaPeer(models=[], chats=[never]) as peer:
        importing = asyncio.create_task(brought(peer, order(file), records))
        while "poetry-poet:importing" not in peer.models:  # noqa: ASYNC110 (the peer lives in another thread)
            await asyncio.sleep(0.01)
        importing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await importing
        assert peer.models == []


async def test_a_name_with_a_tag_keeps_it(file, records):
    with OllamaPeer(models=[], chats=[poem(SAID)]) as peer:
        await brought(peer, order(file, name="me/poet:q4"), records)
        assert peer.models == ["me/poet:q4"]


async def test_a_file_that_goes_away_is_named(file, records):
    wanted = order(file)
    file.unlink()
    with OllamaPeer(models=[]) as peer, pytest.raises(ModelError, match=r"tiny\.gguf"):
        await brought(peer, wanted, records)
