"""Any OpenAI-compatible server: streamed, counted, cancelled, and its failures named."""

from __future__ import annotations

import json
import socket
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest

from poetry_tui.errors import (
    BadReply,
    ContextFull,
    EngineNotReachable,
    EngineRefused,
    ModelError,
    ModelNotFound,
    StreamBroken,
)
from poetry_tui.llm import ChatMessage, ChatOptions, ModelSettings, ModelSpec, open_model
from poetry_tui.llm.openai import OpenAIModel
from tests.llm.chats import say, until
from tests.peers import Answer, Exchange, OllamaPeer, garbage, needs_recordings, recorded

ROUTE = "/v1/chat/completions"


def reply(
    *pieces: dict[str, str], finish: str | None = "stop", usage: dict[str, Any] | None = None, times: int = 1
) -> Answer:
    """A stream of server-sent events, one for each delta, `times` over."""

    async def answer(exchange: Exchange) -> None:
        head = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        await exchange.begin("text/event-stream")
        for delta in [*pieces * times, None]:
            choice = {"index": 0, "delta": delta or {}, "finish_reason": None if delta else finish}
            await exchange.line(f"data: {json.dumps(head | {'choices': [choice]})}\n")
        if usage:
            await exchange.line(f"data: {json.dumps(head | {'choices': [], 'usage': usage})}\n")
        await exchange.line("data: [DONE]\n")
        await exchange.end()

    return answer


def refusal(status: int, /, **error: Any) -> Answer:
    async def answer(exchange: Exchange) -> None:
        await exchange.whole(status, {"error": {"message": "no", **error}})

    return answer


@asynccontextmanager
async def model_at(host: str) -> AsyncIterator[OpenAIModel]:
    model = open_model(ModelSpec("openai", "small"), ModelSettings(openai_base_url=f"http://{host}/v1"))
    assert isinstance(model, OpenAIModel)
    try:
        yield model
    finally:
        await model.aclose()


async def test_a_reply_streams_and_is_counted() -> None:
    usage = {
        "prompt_tokens": 12,
        "completion_tokens": 3,
        "total_tokens": 15,
        "prompt_tokens_details": {"cached_tokens": 8},
    }
    chat = reply({"reasoning_content": "cold"}, {"content": "Snow"}, {"content": " falls."}, usage=usage)
    with OllamaPeer(answers={ROUTE: chat}) as peer:
        async with model_at(peer.host) as model:
            options = {"temperature": 0.5, "seed": 3, "max_tokens": 9, "stop": ("x",), "top_p": 0.9}
            said = await say(model, ChatMessage("system", "A poet."), "snow", **options, dry_multiplier=0.8, min_p=0.1)
            await model.warm(ChatOptions())
            await model.unload()
        (request,) = peer.requests
    assert (said.thought, said.pieces) == ("cold", ("Snow", " falls."))
    assert (said.usage.prompt_tokens, said.usage.cached_tokens, said.usage.generated_tokens) == (12, 8, 3)
    assert said.usage.stop_reason == "stop"
    assert request.body == {
        "model": "small",
        "messages": [{"role": "system", "content": "A poet."}, {"role": "user", "content": "snow"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.5,
        "top_p": 0.9,
        "seed": 3,
        "max_tokens": 9,
        "stop": ["x"],
    }


async def test_a_server_that_counts_nothing_is_fine() -> None:
    with OllamaPeer(answers={ROUTE: reply({"content": "<think>hm</think>Snow"})}) as peer:
        async with model_at(peer.host) as model:
            said = await say(model, "snow")
    assert (said.thought, said.text, said.usage.prompt_tokens, said.usage.cached_tokens) == ("hm", "Snow", 0, None)


@needs_recordings
async def test_ollamas_own_openai_route_is_understood() -> None:
    with OllamaPeer(answers={ROUTE: recorded("openai", "chat, streamed with usage")}) as peer:
        async with model_at(peer.host) as model:
            said = await say(model, "snow")
    assert said.text
    assert said.usage.prompt_tokens > 0
    assert said.usage.generated_tokens > 0
    assert said.usage.stop_reason in ("stop", "length")


async def test_the_key_is_the_environments_and_a_local_server_needs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    with OllamaPeer(answers={ROUTE: reply({"content": "Snow"})}) as peer:
        for key in ("", "sk-mine"):
            monkeypatch.setenv("OPENAI_API_KEY", key)
            async with model_at(peer.host) as model:
                await say(model, "snow")
        sent = [request.headers["authorization"] for request in peer.requests]
    assert sent == ["Bearer none", "Bearer sk-mine"]


async def test_closing_the_stream_hangs_up_within_200_ms() -> None:
    with OllamaPeer(answers={ROUTE: reply({"content": "snow " * 50}, times=20_000)}) as peer:
        async with model_at(peer.host) as model:
            async with aclosing(model.chat([ChatMessage("user", "snow")], ChatOptions())) as chunks:
                await anext(chunks)
            assert await until(lambda: peer.cut == 1) < 0.2


async def cut_off(exchange: Exchange) -> None:
    await exchange.begin("text/event-stream")
    exchange.writer.close()


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        (refusal(401), EngineRefused, "OPENAI_API_KEY"),
        (refusal(403), EngineRefused, "OPENAI_API_KEY"),
        (refusal(404), ModelNotFound, "'small'.*/v1"),
        (refusal(429), EngineNotReachable, "busy"),
        (refusal(500), BadReply, "500"),
        (refusal(400, code="context_length_exceeded"), ContextFull, "does not fit"),
        (refusal(400, type="exceed_context_size_error", n_prompt_tokens=900, n_ctx=512), ContextFull, "does not fit"),
        (reply({"content": "Sn"}, finish=None), StreamBroken, "middle"),
        (cut_off, StreamBroken, "middle"),
        (garbage(), BadReply, "does not speak"),
    ],
)
async def test_what_goes_wrong_has_a_name_and_a_next_step(answer: Answer, error: type[ModelError], says: str) -> None:
    with OllamaPeer(answers={ROUTE: answer}) as peer:
        async with model_at(peer.host) as model:
            with pytest.raises(error, match=says) as caught:
                await say(model, "snow")
    assert caught.value.__cause__ is None
    if isinstance(caught.value, ContextFull) and caught.value.prompt_tokens:
        assert (caught.value.prompt_tokens, caught.value.context_length) == (900, 512)


async def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = f"127.0.0.1:{server.getsockname()[1]}"
    async with model_at(free) as model:
        with pytest.raises(EngineNotReachable, match=rf"{free}.*OPENAI_BASE_URL"):
            await say(model, "snow")
