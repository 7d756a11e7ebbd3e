"""The same against a real Ollama, when one answers at OLLAMA_HOST and has a model."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from poetry_tui.errors import BadConfig, ContextFull, ModelError, ModelNotFound
from poetry_tui.llm import ChatMessage, ChatOptions, ModelSpec
from poetry_tui.llm.ollama import OllamaModel, installed, version
from tests.llm.chats import say

pytestmark = [pytest.mark.ollama, pytest.mark.slow]
COLD = {"temperature": 0.0, "seed": 7, "context_length": 1024}
PERSONA = "You are a poet. " + "You write short lines about plain things. " * 20


@pytest.fixture
async def model() -> AsyncIterator[OllamaModel]:
    """The smallest-sounding model of the server at OLLAMA_HOST."""
    host = os.environ.get("OLLAMA_HOST", "")
    try:
        names = list(await installed(host))
    except (ModelError, BadConfig) as absent:
        pytest.skip(str(absent))
    if not names:
        pytest.skip("Ollama has no model: ollama pull smollm2:135m")
    name = next((name for name in names if "smollm" in name), names[0])
    handle = OllamaModel(ModelSpec("ollama", name), host)
    yield handle
    await handle.unload()
    await handle.aclose()


async def test_it_streams_and_counts(model: OllamaModel) -> None:
    assert await version(os.environ.get("OLLAMA_HOST", ""))
    await model.warm(ChatOptions(context_length=1024))
    said = await say(model, "Write about winter light.", **COLD, max_tokens=24)
    assert len(said.pieces) > 10
    assert 0 < said.usage.generated_tokens <= 24
    assert said.usage.load_seconds < 1.0  # it was preloaded with the same context


async def test_a_second_turn_evaluates_only_what_is_new(model: OllamaModel) -> None:
    chat = [ChatMessage("system", PERSONA), ChatMessage("user", "Snow.")]
    first = await say(model, *chat, **COLD, max_tokens=8)
    chat += [ChatMessage("assistant", first.text), ChatMessage("user", "Again.")]
    second = await say(model, *chat, **COLD, max_tokens=8)
    assert second.usage.prompt_tokens > first.usage.prompt_tokens
    assert second.usage.prompt_seconds < first.usage.prompt_seconds


async def test_an_overlong_chat_is_refused_with_both_sizes(model: OllamaModel) -> None:
    with pytest.raises(ContextFull) as caught:
        await say(model, "word " * 3000, **COLD)
    assert caught.value.context_length == 1024
    assert caught.value.prompt_tokens is not None
    assert caught.value.prompt_tokens > 3000


async def test_a_missing_model(model: OllamaModel) -> None:
    missing = OllamaModel(ModelSpec("ollama", model.spec.name + "x"), os.environ.get("OLLAMA_HOST", ""))
    with pytest.raises(ModelNotFound, match=model.spec.name.split(":")[0]):
        await say(missing, "Snow.")
    await missing.aclose()


async def test_after_a_cancel_the_next_chat_is_answered_at_once(model: OllamaModel) -> None:
    await say(model, "Snow.", **COLD, max_tokens=1)
    async with aclosing(
        model.chat([ChatMessage("user", "Tell a long tale.")], ChatOptions(context_length=1024))
    ) as chunks:
        await anext(chunks)
    started = time.monotonic()
    await asyncio.wait_for(say(model, "Snow.", **COLD, max_tokens=1), 30)
    assert time.monotonic() - started < 5
