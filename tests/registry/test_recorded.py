"""What a real server said, replayed: lists, descriptions, creating, pulling, and every recorded error."""

from __future__ import annotations

import json

import pytest

from poetry_tui.errors import ModelError
from poetry_tui.registry.ollama import OllamaServer
from tests.peers import RECORDINGS, OllamaPeer, needs_recordings, recorded

pytestmark = needs_recordings


def errors(scenario: str, path: str) -> list[tuple[str, str]]:
    """The steps of a scenario that ended in an error, and the error's words."""
    file = RECORDINGS / f"{scenario}.json"
    if not file.is_file():
        return []
    found = []
    for exchange in json.loads(file.read_text(encoding="utf-8"))["exchanges"]:
        if exchange.get("request", {}).get("path") != path:
            continue
        response = exchange["response"]
        last = response.get("json") or (response.get("lines") or [{}])[-1].get("json") or {}
        if "error" in last:
            found.append((exchange["step"], last["error"]))
    return found


async def asked(path: str, scenario: str, step: str, ask):
    with OllamaPeer(answers={path: recorded(scenario, step)}) as peer:
        server = OllamaServer(peer.host)
        try:
            return await ask(server)
        finally:
            await server.aclose()


async def statuses(stream) -> list[str]:
    return [status.text async for status in stream]


async def test_the_list_of_models():
    found = await asked("/api/tags", "create", "tags, several", OllamaServer.models)
    assert "Poetry-Poet:Q4" in [model.name for model in found]
    assert {model.quantization for model in found} == {"Q4_1"}
    assert all(model.size > 98_000_000 for model in found)


async def test_the_description_of_a_model():
    shown = await asked("/api/show", "create", "show it", lambda server: server.show("poetry-educator"))
    assert shown.system.startswith('You are an educator.\nYou say "no"')
    assert "Apache-2.0" in shown.license
    assert shown.capabilities == ("completion",)
    assert shown.info["llama.block_count"] == 30


async def test_a_model_is_created():
    step = "create poetry-smollm2 from model.gguf"
    said = await asked("/api/create", "create", step, lambda server: statuses(server.create("x", {})))
    assert said[0] == "parsing GGUF"
    assert said[-1] == "success"


async def test_a_pull_counts_its_bytes():
    async def pull(server):
        return [status async for status in server.pull("smol")]

    said = await asked("/api/pull", "pull", "pull", pull)
    counted = [status for status in said if status.total]
    assert 0.9 < counted[-1].done / counted[-1].total <= 1
    assert said[-1].text == "success"


@pytest.mark.parametrize(("step", "words"), errors("create_errors", "/api/create"))
async def test_each_error_of_creating_is_quoted(step, words):
    with pytest.raises(ModelError) as error:
        await asked("/api/create", "create_errors", step, lambda server: statuses(server.create("x", {})))
    assert words in str(error.value)


@pytest.mark.parametrize(("step", "words"), errors("pull", "/api/pull"))
async def test_each_error_of_pulling_is_quoted(step, words):
    with pytest.raises(ModelError) as error:
        await asked("/api/pull", "pull", step, lambda server: statuses(server.pull("x")))
    assert words in str(error.value)
