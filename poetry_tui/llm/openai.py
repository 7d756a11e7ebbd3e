"""Models behind any OpenAI-compatible address.

Light: the client is imported (two seconds' work) on first use, in a thread.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from poetry_tui.errors import (
    BadReply,
    ContextFull,
    EngineNotReachable,
    EngineRefused,
    ModelError,
    ModelNotFound,
    StreamBroken,
)
from poetry_tui.llm.chat import ChatEnd, ChatMessage, ChatOptions, Chunk, StopReason, TextChunk, Usage
from poetry_tui.llm.spec import ModelSpec
from poetry_tui.llm.thinking import ThinkingSplitter

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from openai.types import CompletionUsage

_REASONS: dict[str | None, StopReason] = {"stop": "stop", "length": "length"}


class OpenAIModel:
    """A `ChatModel` at `base_url` ("" = OPENAI_BASE_URL, else the service's own), with the key in OPENAI_API_KEY.

    The context length is the server's own, and there is nothing to load or unload from here.
    """

    def __init__(self, spec: ModelSpec, base_url: str = "") -> None:
        self._spec = spec
        self._base_url = base_url
        self._client: AsyncOpenAI | None = None

    @property
    def spec(self) -> ModelSpec:
        """Which model this is."""
        return self._spec

    async def chat(self, messages: Sequence[ChatMessage], options: ChatOptions) -> AsyncGenerator[Chunk]:
        """Stream a reply; closing the generator closes the connection."""
        client = await self._connected()
        splitter = ThinkingSplitter()
        started = time.monotonic()
        first: float | None = None
        reason: StopReason = "unknown"
        counted: CompletionUsage | None = None
        with self._explained():
            stream = await client.chat.completions.create(stream=True, **_request(self._spec.name, messages, options))
            async with stream:
                async for piece in stream:
                    counted = piece.usage or counted
                    for choice in piece.choices:
                        reason = _REASONS.get(choice.finish_reason, reason)
                        thought = getattr(choice.delta, "reasoning_content", None)
                        if first is None and (choice.delta.content or thought):
                            first = time.monotonic() - started
                        if thought:
                            yield TextChunk(thought, thinking=True)
                        for chunk in splitter.feed(choice.delta.content or ""):
                            yield chunk
        for chunk in splitter.flush():
            yield chunk
        if reason == "unknown" and first is None:
            raise self._foreign()
        if reason == "unknown":
            raise self._broken()
        yield ChatEnd(_usage(counted, first, time.monotonic() - started, reason))

    async def warm(self, options: ChatOptions) -> None:  # noqa: ARG002 (the server chooses its context)
        """Import and open the client; the server loads what it serves by itself."""
        await self._connected()

    async def unload(self) -> None:
        """Nothing: the memory is the server's."""

    async def aclose(self) -> None:
        """Close the client's connections."""
        if self._client is not None:
            client, self._client = self._client, None
            await client.close()

    async def _connected(self) -> AsyncOpenAI:
        if self._client is None:
            self._client = await asyncio.to_thread(_open, self._base_url)
        return self._client

    @property
    def _where(self) -> str:
        return f"The model server at {self._base_url}" if self._base_url else "The OpenAI service"

    @contextmanager
    def _explained(self) -> Generator[None]:
        """Turn the client's errors into `ModelError`s with a message for people."""
        import httpx2
        import openai

        try:
            yield
        except openai.APITimeoutError:
            raise EngineNotReachable(f"{self._where} does not answer in time. Is it running?") from None
        except openai.APIStatusError as error:
            raise self._answered(error.status_code, error.message, error.body) from None
        except openai.APIConnectionError as error:
            if isinstance(error.__cause__, httpx2.ConnectError):
                raise EngineNotReachable(
                    f"{self._where} cannot be reached. Start it, or give another address in OPENAI_BASE_URL."
                ) from None
            raise self._broken() from None
        except openai.APIError as error:  # an error object inside the stream
            raise self._answered(0, error.message, error.body) from None
        except httpx2.TransportError:  # the client lets it through while a stream is read
            raise self._broken() from None
        except ValueError:
            raise self._foreign() from None

    def _broken(self) -> StreamBroken:
        return StreamBroken(f"{self._where} closed the connection in the middle of a reply.")

    def _foreign(self) -> BadReply:
        return BadReply(f"{self._where} does not speak the OpenAI language. Check OPENAI_BASE_URL.")

    def _answered(self, status: int, message: str, body: object) -> ModelError:
        details = body if isinstance(body, dict) else {}
        if details.get("type") == "exceed_context_size_error" or details.get("code") == "context_length_exceeded":
            needed, size = details.get("n_prompt_tokens"), details.get("n_ctx")
            return ContextFull(
                f"The chat does not fit into the context of '{self._spec.name}': {message}", needed, size
            )
        if status in (401, 403):
            return EngineRefused(
                f"{self._where} refuses the key ({status}). Set OPENAI_API_KEY to one that it accepts."
            )
        if status == 404:
            return ModelNotFound(
                f"{self._where} has no model '{self._spec.name}', or OPENAI_BASE_URL is not its address "
                f"(it usually ends with /v1): {message}"
            )
        if status in (429, 503):
            return EngineNotReachable(f"{self._where} is busy ({status}): {message}. Try again in a while.")
        return BadReply(f"{self._where} answered{f' {status}' if status else ''}: {message}")


def _open(base_url: str) -> AsyncOpenAI:
    from openai import AsyncOpenAI, Timeout

    return AsyncOpenAI(
        base_url=base_url or None,
        api_key=os.environ.get("OPENAI_API_KEY")
        or "none",  # the client refuses to be without; local servers do not look at it
        timeout=Timeout(600.0, connect=5.0),
        max_retries=0,  # the loop retries, and says so
    )


def _request(model: str, messages: Sequence[ChatMessage], options: ChatOptions) -> dict[str, Any]:
    wanted: dict[str, Any] = {
        "temperature": options.temperature,
        "top_p": options.top_p,
        "seed": options.seed,
        "max_tokens": options.max_tokens,
        "stop": list(options.stop) or None,
    }
    return {
        "model": model,
        "messages": [{"role": m.role, "content": m.content} for m in messages],
        "stream_options": {"include_usage": True},
        **{name: value for name, value in wanted.items() if value is not None},
    }


def _usage(counted: CompletionUsage | None, first: float | None, total: float, reason: StopReason) -> Usage:
    if counted is None:
        return Usage(first_token_seconds=first or total, total_seconds=total, stop_reason=reason)
    details = counted.prompt_tokens_details
    return Usage(
        prompt_tokens=counted.prompt_tokens,
        cached_tokens=details.cached_tokens if details else None,
        generated_tokens=counted.completion_tokens,
        first_token_seconds=first or total,
        generation_seconds=total - (first or total),
        total_seconds=total,
        stop_reason=reason,
    )
