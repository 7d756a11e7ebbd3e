"""Ollama: what it says is streamed and counted, and whatever goes wrong has a name and a next step."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager

import pytest

from poetry_tui.errors import (
    BadReply,
    ContextFull,
    EngineNotReachable,
    EngineRefused,
    ModelError,
    ModelNotFound,
    OutOfMemory,
    StreamBroken,
)
from poetry_tui.llm import ChatMessage, ChatOptions, ModelSpec, ollama_api
from poetry_tui.llm.ollama import OllamaModel, installed, version
from tests.llm.chats import say, until
from tests.peers import (
    POEM,
    Answer,
    OllamaPeer,
    broken,
    error_line,
    garbage,
    needs_recordings,
    never,
    poem,
    recorded,
    status,
)


@asynccontextmanager
async def model_at(host: str, name: str = "poet", keep_alive: str = "10m") -> AsyncIterator[OllamaModel]:
    model = OllamaModel(ModelSpec("ollama", name), host, keep_alive)
    try:
        yield model
    finally:
        await model.aclose()


@contextmanager
def mute_port() -> Iterator[str]:
    """A port that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


async def test_a_reply_comes_in_pieces_and_ends_with_what_it_cost() -> None:
    with OllamaPeer() as peer:
        async with model_at(peer.host) as model:
            said = await say(model, "winter light")
    assert said.text == POEM
    assert len(said.pieces) > 5
    assert (said.usage.prompt_tokens, said.usage.generated_tokens) == (35, len(POEM) // 4)
    assert said.usage.prompt_seconds == pytest.approx(0.147)
    assert said.usage.cached_tokens is None  # Ollama does not say
    assert 0 < said.usage.first_token_seconds <= said.usage.total_seconds
    assert said.usage.stop_reason == "stop"


@needs_recordings
async def test_a_recorded_reply_is_read_as_it_was_meant() -> None:
    chats = [recorded("chat", "chat, streamed, cut by num_predict")]
    with OllamaPeer(chats=chats) as peer:
        async with model_at(peer.host) as model:
            said = await say(model, "Write four lines about winter light.")
    assert said.text.startswith("Winter light dances across the horizon")
    assert said.usage.prompt_tokens == 35
    assert said.usage.generated_tokens == 48
    assert said.usage.generation_seconds == pytest.approx(0.490656)
    assert said.usage.load_seconds == pytest.approx(0.002134754)
    assert said.usage.stop_reason == "length"


async def test_every_chat_forbids_silent_cuts_and_carries_its_options() -> None:
    options = {
        "temperature": 0.7,
        "top_p": 0.9,
        "top_k": 40,
        "min_p": 0.05,
        "repeat_penalty": 1.1,
        "seed": 7,
        "max_tokens": 99,
        "stop": ("\n\n",),
        "context_length": 2048,
    }
    with OllamaPeer() as peer:
        async with model_at(peer.host) as model:
            await say(model, ChatMessage("system", "You are a poet."), "snow", **options, dry_multiplier=0.8)
            await say(model, "snow")
        first, second = peer.chat_bodies()
    assert first["truncate"] is False
    assert first["shift"] is False
    assert first["messages"][0] == {"role": "system", "content": "You are a poet."}
    assert first["keep_alive"] == "10m"
    assert first["options"] == {
        "temperature": 0.7,
        "top_p": 0.9,
        "top_k": 40,
        "min_p": 0.05,
        "repeat_penalty": 1.1,
        "seed": 7,
        "num_predict": 99,
        "stop": ["\n\n"],
        "num_ctx": 2048,
    }
    assert second["options"] == {}  # what is not set is left to the Modelfile


async def test_preloading_and_unloading() -> None:
    with OllamaPeer() as peer:
        async with model_at(peer.host, keep_alive="-1") as model:
            await model.warm(ChatOptions(context_length=4096, temperature=0.7))
            await model.unload()
        load, unload = (request.body for request in peer.requests if request.path == "/api/chat")
    assert (load["messages"], load["keep_alive"], load["options"]) == ([], -1, {"num_ctx": 4096})
    assert load["shift"] is False  # as the chats say: Ollama would load the model again for another answer
    assert (unload["messages"], unload["keep_alive"]) == ([], 0)


@pytest.mark.parametrize(
    "chat",
    [poem("Snow.", thinking="It is cold."), poem("<think>It is cold.</think>\n\nSnow.", pieces=3)],
    ids=["thinking field", "think tags in the text"],
)
async def test_thinking_is_told_from_the_reply(chat: Answer) -> None:
    with OllamaPeer(chats=[chat]) as peer:
        async with model_at(peer.host) as model:
            said = await say(model, "snow")
    assert (said.thought, said.text) == ("It is cold.", "Snow.")


async def test_closing_the_stream_hangs_up_within_200_ms() -> None:
    with OllamaPeer(chats=[poem(POEM * 50, delay=0.01)]) as peer:
        async with model_at(peer.host) as model:
            async with aclosing(model.chat([ChatMessage("user", "snow")], ChatOptions())) as chunks:
                await anext(chunks)
            assert await until(lambda: peer.cut == 1) < 0.2
            assert (await say_one(model)) is not None  # and the model can be used again


async def say_one(model: OllamaModel) -> object:
    async with aclosing(model.chat([ChatMessage("user", "snow")], ChatOptions())) as chunks:
        return await anext(chunks)


async def test_cancelling_the_task_while_the_prompt_is_evaluated_hangs_up() -> None:
    with OllamaPeer(chats=[never]) as peer:
        async with model_at(peer.host) as model:
            task = asyncio.create_task(say(model, "snow"))
            await until(lambda: len(peer.chat_bodies()) == 1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await until(lambda: peer.cut == 1) < 0.2


async def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = f"127.0.0.1:{server.getsockname()[1]}"
    async with model_at(free) as model:
        with pytest.raises(EngineNotReachable, match=rf"{free}.*ollama serve"):
            await say(model, "snow")
    with pytest.raises(EngineNotReachable, match="ollama serve"):
        await installed(free)


async def test_a_server_that_accepts_and_never_answers_is_found_out_in_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ollama_api, "PROBE_SECONDS", 0.3)
    started = time.monotonic()
    with mute_port() as host:
        for ask in (installed, version):
            with pytest.raises(EngineNotReachable, match="does not answer"):
                await ask(host)
        async with model_at(host) as model:
            with pytest.raises(EngineNotReachable, match="does not answer"):
                await say(model, "snow")
            with pytest.raises(EngineNotReachable, match="does not answer"):
                await model.warm(ChatOptions())
    assert time.monotonic() - started < 5


async def test_a_missing_model_names_the_nearest_and_how_to_get_it() -> None:
    with OllamaPeer(models=["llama3.1:8b", "mistral:latest", "poetry-poet:latest"]) as peer:
        async with model_at(peer.host, "llama3.1:7b") as model:
            with pytest.raises(ModelNotFound, match=r"llama3\.1:8b.*ollama pull llama3\.1:7b") as caught:
                await say(model, "snow")
            assert "mistral" not in str(caught.value)
            with pytest.raises(ModelNotFound):
                await model.warm(ChatOptions())


@needs_recordings
async def test_a_full_context_says_both_sizes() -> None:
    with OllamaPeer(chats=[recorded("context", "the same, truncate: false")]) as peer:
        async with model_at(peer.host) as model:
            with pytest.raises(ContextFull, match=r"3499 .* 512") as caught:
                await say(model, "word " * 2000, context_length=512)
    assert (caught.value.prompt_tokens, caught.value.context_length) == (3499, 512)


@pytest.mark.parametrize(
    ("chat", "error", "says"),
    [
        (
            status(500, "model requires more system memory (9.3 GiB) than is available (2.1 GiB)"),
            OutOfMemory,
            "9.3 GiB",
        ),
        (status(500, "llama runner process has terminated: cudaMalloc failed: out of memory"), OutOfMemory, "smaller"),
        pytest.param(
            recorded("create_split_adapter", "chat with it (bad adapter)"),
            StreamBroken,
            "died.*ollama run poet",
            marks=needs_recordings,
        ),
        pytest.param(
            recorded("chat", "think asked of a model that does not think"),
            BadReply,
            "does not support thinking",
            marks=needs_recordings,
        ),
        pytest.param(recorded("chat", "option of a wrong type"), BadReply, "temperature", marks=needs_recordings),
        pytest.param(
            recorded("create_split_adapter", "chat with that"),
            BadReply,
            "does not support chat",
            marks=needs_recordings,
        ),
        (
            error_line("an error was encountered while running the model: unexpected EOF", after="The li"),
            StreamBroken,
            "died.*EOF",
        ),
        (status(500, "an error was encountered while running the model: unexpected EOF"), StreamBroken, "died"),
        (status(500, "model runner has unexpectedly stopped, this may be due to …"), StreamBroken, "stopped"),
        (error_line("llama-server process no longer running: -1"), StreamBroken, "died"),
        (broken(), StreamBroken, "middle"),
        (broken(properly=True), StreamBroken, "middle"),
        (garbage(), BadReply, "does not speak"),
        (garbage("[1, 2]\n"), BadReply, "does not speak"),
        (garbage('{"message": 5}\n'), BadReply, "does not speak"),
        (status(403), EngineRefused, "OLLAMA_ORIGINS"),
        (status(503, "server busy, please try again.  maximum pending requests exceeded"), EngineNotReachable, "busy"),
        (status(500), BadReply, "500"),
    ],
)
async def test_what_goes_wrong_in_a_chat_has_a_name_and_a_next_step(
    chat: Answer, error: type[ModelError], says: str
) -> None:
    with OllamaPeer(chats=[chat]) as peer:
        async with model_at(peer.host) as model:
            with pytest.raises(error, match=says) as caught:
                await say(model, "snow")
    assert "Traceback" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("answer", "error"), [(status(403), EngineRefused), (garbage(), BadReply), (status(500, "x"), BadReply)]
)
async def test_lists_fail_by_name_too(answer: Answer, error: type[ModelError]) -> None:
    with OllamaPeer(answers={"/api/tags": answer, "/api/version": answer}) as peer:
        for ask in (installed, version):
            with pytest.raises(error):
                await ask(peer.host)


@needs_recordings
async def test_what_is_installed() -> None:
    with OllamaPeer(models=["b:latest", "a:1b"], answers={"/api/version": recorded("server", "version")}) as peer:
        assert list(await installed(peer.host)) == ["b:latest", "a:1b"]
        assert await version(peer.host) == "0.33.0-rc2"


@needs_recordings
async def test_recorded_lists() -> None:
    with OllamaPeer(answers={"/api/tags": recorded("pull", "tags")}) as peer:
        assert list(await installed(peer.host)) == ["127.0.0.1:5005/library/smol:latest"]


async def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    with OllamaPeer() as peer:
        assert await version(peer.host) == "0.33.0"


async def test_closing_twice_is_fine() -> None:
    with OllamaPeer() as peer:
        model = OllamaModel(ModelSpec("ollama", "poet"), peer.host)
        await say(model, "snow")
        await model.aclose()
        await model.aclose()
