"""Bringing models into a real Ollama at OLLAMA_HOST: the same scenarios as against the peer."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from poetry_tui.errors import ModelError
from poetry_tui.library import ModelRecords
from poetry_tui.llm.embedded import find_embedded
from poetry_tui.llm.ollama import version
from poetry_tui.registry import gguf
from poetry_tui.registry.importing import Order, bring_in
from poetry_tui.registry.ollama import OllamaServer
from poetry_tui.registry.preflight import preflight
from poetry_tui.registry.roles import role_modelfile
from tests.registry.gguf_files import LORA, LORA_WEIGHTS, write

pytestmark = pytest.mark.ollama
NAME = "poetry-tui-test"


@pytest.fixture
async def server():
    """The server that answers at OLLAMA_HOST; what the tests make on it is deleted."""
    host = os.environ.get("OLLAMA_HOST", "")
    try:
        await version(host)
    except ModelError as error:
        pytest.skip(str(error))
    server = OllamaServer(host)
    yield server
    for model in await server.models():
        if model.name.startswith(NAME):
            await server.delete(model.name)
    await server.aclose()


@pytest.fixture
def embedded(tmp_path) -> Path:
    return find_embedded(tmp_path)


@pytest.fixture
def records(tmp_path) -> ModelRecords:
    return ModelRecords(tmp_path / "library.db")


def order(path: Path, role: str = "poet", name: str = NAME) -> Order:
    told = role_modelfile(role, str(path), {"temperature": 0.7, "num_ctx": 1024})
    return Order(name, role, told, files=(path,))


async def names(server: OllamaServer) -> list[str]:
    return [model.name for model in await server.models() if model.name.startswith(NAME)]


async def test_a_file_is_brought_in_and_speaks_with_its_persona_and_options(server, embedded, records):
    assert await bring_in(server, order(embedded), records, lambda _: None)
    assert await names(server) == [f"{NAME}:latest"]
    shown = await server.show(NAME)
    assert shown.system.startswith("You are a poet at work.")
    assert "num_ctx                        1024" in shown.parameters
    assert "completion" in shown.capabilities
    assert shown.tensors == gguf.read(embedded).tensors
    (record,) = records.all()
    (made,) = [model for model in await server.models() if model.name == record.name]
    assert record.model_digest == made.digest


async def test_the_same_file_again_is_not_sent(server, embedded, records):
    await bring_in(server, order(embedded), records, lambda _: None)
    told = []
    await bring_in(server, order(embedded, "educator", f"{NAME}-2"), records, told.append)
    assert {progress.step for progress in told} == {"create", "try", "name"}
    assert (await server.show(f"{NAME}-2")).system.startswith("You are a teacher of poetry.")


async def test_what_preflight_refuses_the_server_refuses_or_fails_on(server, embedded, records, tmp_path):
    adapter = write(tmp_path / "adapter.gguf", LORA, LORA_WEIGHTS)
    assert preflight(gguf.read(adapter), use="model")[0].level == "fails"
    with pytest.raises(ModelError):
        await bring_in(server, order(adapter), records, lambda _: None)
    assert await names(server) == []
    await bring_in(server, order(embedded), records, lambda _: None)
    shapes = (await server.show(NAME)).tensors
    assert preflight(gguf.read(adapter), use="adapter", base=shapes)[0].level == "fails"
    told = role_modelfile("poet", NAME, {}, adapter=str(adapter))
    wrong = Order(f"{NAME}-lora", "poet", told, adapter=adapter, base=NAME)
    with pytest.raises(ModelError):
        await bring_in(server, wrong, records, lambda _: None)
    assert await names(server) == [f"{NAME}:latest"]


async def test_a_model_is_loaded_unloaded_and_copied(server, embedded, records):
    await bring_in(server, order(embedded), records, lambda _: None)
    await server.load(NAME, 1024, "1m")
    (loaded,) = [model for model in await server.models() if model.name == f"{NAME}:latest"]
    assert loaded.loaded is not None
    assert loaded.loaded.context_length == 1024
    await server.unload(NAME)
    await server.copy(NAME, f"{NAME}-copy")
    assert f"{NAME}-copy:latest" in await names(server)
