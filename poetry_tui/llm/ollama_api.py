"""The requests we make of an Ollama server through its official client, and what its answers and failures mean."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Any, cast
from urllib.parse import urlsplit

import httpx
import ollama

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
from poetry_tui.llm.chat import ChatEnd, ChatMessage, ChatOptions, Chunk, StopReason, TextChunk, Usage
from poetry_tui.llm.nearest import nearest
from poetry_tui.llm.thinking import ThinkingSplitter

# A live Ollama answers lists and its version at once, even while it loads a model; a first token may take minutes.
PROBE_SECONDS = 5.0
CHAT_SECONDS = 600.0
# Without these Ollama cuts a long prompt to half the context, and shifts the context, in silence.
_NO_CUTS = {"truncate": False, "shift": False}
# What it says of a runner that died: while loading, between two requests, in the middle of a prompt or a reply.
_RUNNER_DIED = (
    "process has terminated",
    "process no longer running",
    "runner has unexpectedly stopped",
    "encountered while running the model",
)


class _Client(ollama.AsyncClient):
    """The official client, with what its own methods have no arguments for: chat fields and time-outs per request."""

    async def stream_chat(self, body: dict[str, Any]) -> AsyncGenerator[ollama.ChatResponse]:
        lines = await self._request(
            ollama.ChatResponse, "POST", "/api/chat", json={**body, "stream": True}, stream=True
        )
        return cast("AsyncGenerator[ollama.ChatResponse]", lines)

    async def post_chat(self, body: dict[str, Any], patience: float) -> ollama.ChatResponse:
        return await self._request(ollama.ChatResponse, "POST", "/api/chat", json=body, timeout=patience)

    async def sizes(self) -> dict[str, int]:
        answer = await self._request(ollama.ListResponse, "GET", "/api/tags", timeout=PROBE_SECONDS)
        return {model.model: int(model.size or 0) for model in answer.models if model.model}

    async def version(self) -> str:
        answer = await self._request_raw("GET", "/api/version", timeout=PROBE_SECONDS)  # type: ignore[no-untyped-call]
        return str(answer.json()["version"])


class OllamaApi:
    """One server. Every method may raise a `ModelError`."""

    def __init__(self, url: str) -> None:
        self._url = url
        # A proxy of the environment is for the world outside, never for this machine.
        local = urlsplit(url).hostname in ("127.0.0.1", "::1", "localhost")
        self._client = _Client(url, timeout=httpx.Timeout(CHAT_SECONDS, connect=PROBE_SECONDS), trust_env=not local)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()  # type: ignore[no-untyped-call]

    async def version(self) -> str:
        """The server's version."""
        async with self.explained():
            return await self._client.version()

    async def installed(self) -> dict[str, int]:
        """The models it has, in its order, with their sizes on disk in bytes."""
        async with self.explained():
            return await self._client.sizes()

    async def load(self, model: str, context_length: int | None, keep_alive: str) -> None:
        """Load `model` for chats of this `num_ctx` and keep it for `keep_alive`."""
        body: dict[str, Any] = {
            "model": model,
            "messages": [],
            "keep_alive": _duration(keep_alive),
            "stream": False,
            **_NO_CUTS,  # a chat whose `num_ctx` or `shift` differs from these would load the model again
        }
        if context_length is not None:
            body["options"] = {"num_ctx": context_length}
        await self.version()  # a server that accepts and never answers is found out in seconds
        await self._post_chat(model, body, CHAT_SECONDS)

    async def unload(self, model: str) -> None:
        """Free the model's memory; fine when it is not loaded."""
        await self._post_chat(model, {"model": model, "messages": [], "keep_alive": 0, "stream": False}, PROBE_SECONDS)

    async def chat(
        self, model: str, messages: Sequence[ChatMessage], options: ChatOptions, keep_alive: str
    ) -> AsyncGenerator[Chunk]:
        """Stream a reply. Closing the generator closes the connection, at which Ollama stops generating."""
        body = {
            "model": model,
            "messages": [{"role": m.role, "content": m.content} for m in messages],
            "options": _engine_options(options),
            "keep_alive": _duration(keep_alive),
            **_NO_CUTS,
        }
        await self.version()  # as above
        splitter = ThinkingSplitter()
        started = time.monotonic()
        first: float | None = None
        async with self.explained(model), aclosing(await self._client.stream_chat(body)) as lines:
            async for line in lines:
                first = first or time.monotonic() - started
                if line.message.thinking:
                    yield TextChunk(line.message.thinking, thinking=True)
                for chunk in splitter.feed(line.message.content or ""):
                    yield chunk
                if line.done:
                    for chunk in splitter.flush():
                        yield chunk
                    yield ChatEnd(_usage(line, first, time.monotonic() - started))
                    return
        raise StreamBroken(f"Ollama at {self._url} closed the connection in the middle of a reply.")

    async def _post_chat(self, model: str, body: dict[str, Any], patience: float) -> None:
        async with self.explained(model):
            await self._client.post_chat(body, patience)

    @asynccontextmanager
    async def explained(self, model: str = "") -> AsyncGenerator[None]:
        """Turn whatever goes wrong inside into a `ModelError` with a message for people."""
        try:
            yield
        except ollama.ResponseError as error:
            raise await self._answered(error, model) from None
        except (httpx.ConnectError, httpx.ConnectTimeout, ConnectionError):
            raise EngineNotReachable(
                f"No Ollama answers at {self._url}. Start it with `ollama serve`, or give its address in OLLAMA_HOST."
            ) from None
        except httpx.TimeoutException:
            raise EngineNotReachable(
                f"Something at {self._url} accepts connections but does not answer. Restart Ollama there, "
                "or give another address in OLLAMA_HOST."
            ) from None
        except (httpx.ReadError, httpx.RemoteProtocolError):
            raise StreamBroken(f"Ollama at {self._url} closed the connection in the middle of a reply.") from None
        except (ValueError, AttributeError, TypeError, KeyError):  # how the client fails on lines that are not Ollama's
            raise BadReply(
                f"What answers at {self._url} does not speak Ollama's language. Give Ollama's address in OLLAMA_HOST."
            ) from None

    async def _answered(self, error: ollama.ResponseError, model: str) -> ModelError:
        """The `ModelError` for an answer of status 400 and up, or an error line in a stream."""
        text, status = str(error.error), error.status_code
        if status == 403:
            return EngineRefused(
                f"Ollama at {self._url} refuses this address (403). Use 127.0.0.1, or set OLLAMA_HOST and "
                "OLLAMA_ORIGINS on the server so that it accepts it."
            )
        if model and status == 404 and "not found" in text:
            return await self._missing(model)
        if overflow := _overflow(text):
            return overflow
        if "system memory" in text or "out of memory" in text.lower():
            return OutOfMemory(
                f"'{model}' does not fit into this machine's memory: {text}. Use a smaller model or quantization, "
                "a shorter context, or swap: true."
            )
        if any(sign in text for sign in _RUNNER_DIED):
            return StreamBroken(
                f"Ollama's runner for '{model}' died: {text}. Try again; if it happens again, the model or its adapter "
                f"is broken: try `ollama run {model}` and look at Ollama's log."
            )
        if status == 503:
            return EngineNotReachable(f"Ollama at {self._url} is busy: {text}. Try again in a while.")
        return BadReply(f"Ollama at {self._url} answered{f' {status}' if status > 0 else ''}: {text or 'nothing'}")

    async def _missing(self, model: str) -> ModelNotFound:
        try:
            near = nearest(model, list(await self.installed()))
        except ModelError:
            near = []
        likely = f" Did you mean {' or '.join(near)}?" if near else ""
        return ModelNotFound(f"Ollama has no model '{model}'.{likely} Get it with `ollama pull {model}`.")


def _engine_options(options: ChatOptions) -> dict[str, Any]:
    named: dict[str, Any] = {
        "num_ctx": options.context_length,
        "num_predict": options.max_tokens,
        "temperature": options.temperature,
        "top_p": options.top_p,
        "top_k": options.top_k,
        "min_p": options.min_p,
        "repeat_penalty": options.repeat_penalty,
        "seed": options.seed,
        "stop": list(options.stop) or None,
    }
    return {name: value for name, value in named.items() if value is not None}


def _duration(keep_alive: str) -> str | int:
    """Ollama reads "10m" as a duration but wants plain seconds, such as -1, as a number."""
    try:
        return int(keep_alive)
    except ValueError:
        return keep_alive


def _usage(line: ollama.ChatResponse, first: float | None, total: float) -> Usage:
    reasons: dict[str | None, StopReason] = {"stop": "stop", "length": "length"}
    return Usage(
        prompt_tokens=line.prompt_eval_count or 0,
        generated_tokens=line.eval_count or 0,
        first_token_seconds=first or 0.0,
        prompt_seconds=(line.prompt_eval_duration or 0) / 1e9,
        generation_seconds=(line.eval_duration or 0) / 1e9,
        load_seconds=(line.load_duration or 0) / 1e9,
        total_seconds=total,
        stop_reason=reasons.get(line.done_reason, "unknown"),
    )


def _overflow(text: str) -> ContextFull | None:
    """The error for a prompt over `num_ctx`: its sizes come in a JSON string inside the error."""
    try:
        inner = json.loads(text)["error"]
        needed, size = int(inner["n_prompt_tokens"]), int(inner["n_ctx"])
    except (ValueError, TypeError, KeyError):
        return None
    return ContextFull(
        f"The chat has {needed} tokens and the context holds {size}. Raise context_length in the settings.",
        needed,
        size,
    )
