"""GGUF files without any server, through xllamacpp (llama.cpp's own server engine)."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from poetry_tui.errors import BadReply, ContextFull
from poetry_tui.llm.chat import ChatEnd, ChatMessage, ChatOptions, Chunk, StopReason, TextChunk, Usage
from poetry_tui.llm.engine import TURN, Engine, seat, unseat
from poetry_tui.llm.spec import ModelSpec
from poetry_tui.llm.thinking import ThinkingSplitter
from poetry_tui.llm.worker import Worker


class LlamaCppModel:
    """A `ChatModel` on a GGUF file, with or without a LoRA adapter, in a slot of its own.

    Nothing is loaded before the first chat or `warm`. Handles on one file share its weights.
    """

    def __init__(self, spec: ModelSpec, gguf: Path, adapter: Path | None = None, threads: int | None = None) -> None:
        self._spec = spec
        self._engine, self._slot = seat(gguf, adapter, threads)
        self._closed = False

    @property
    def spec(self) -> ModelSpec:
        """Which model this is."""
        return self._spec

    @property
    def engine_pid(self) -> int | None:
        """The number of the process in which llama.cpp runs; None while nothing is loaded."""
        worker = self._engine.worker
        return worker.pid if worker else None

    async def chat(self, messages: Sequence[ChatMessage], options: ChatOptions) -> AsyncGenerator[Chunk]:
        """Stream a reply; closing the generator stops the engine at its next token (or step of a long prompt)."""
        generation = _Generation(self._engine, self._slot, _body(messages, options), options.context_length)
        splitter = ThinkingSplitter()
        started = time.monotonic()
        first: float | None = None
        reason: StopReason = "unknown"
        try:
            async for piece in generation.pieces():
                if error := piece.get("error"):
                    raise _model_error(error)
                for choice in piece["choices"]:
                    reason = _REASONS.get(choice["finish_reason"], reason)
                    delta = choice["delta"]
                    if first is None and (delta.get("content") or delta.get("reasoning_content")):
                        first = time.monotonic() - started
                    if thought := delta.get("reasoning_content"):
                        yield TextChunk(thought, thinking=True)
                    for chunk in splitter.feed(delta.get("content") or ""):
                        yield chunk
                if "usage" in piece:
                    for chunk in splitter.flush():
                        yield chunk
                    total = time.monotonic() - started
                    yield ChatEnd(_usage(piece, first or total, total, generation.load_seconds, reason))
        finally:
            generation.stop()

    async def warm(self, options: ChatOptions) -> None:
        """Load the file, for all handles on it, with at least this context length."""
        await asyncio.to_thread(_in_turn, self._engine.load, options.context_length)

    async def unload(self) -> None:
        """Free the memory of the file, for all handles on it. The next chat loads it again."""
        await asyncio.to_thread(_in_turn, self._engine.unload)

    async def aclose(self) -> None:
        """Give the slot back; with the last handle on a file its memory is freed."""
        if not self._closed:
            self._closed = True
            await asyncio.to_thread(unseat, self._engine, self._slot)


class _Generation:
    """One reply being generated in a thread of its own, and its pieces as they come."""

    def __init__(self, engine: Engine, slot: int, body: dict[str, Any], context_length: int | None) -> None:
        self.load_seconds = 0.0
        self._engine = engine
        self._slot = slot
        self._body = body
        self._context_length = context_length
        self._running = threading.Lock()  # held while `_stopped` and `_worker` change together
        self._stopped = False
        self._worker: Worker | None = None
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[dict[str, Any] | Exception | None] = asyncio.Queue()

    async def pieces(self) -> AsyncGenerator[dict[str, Any]]:
        threading.Thread(target=self._run, name=f"llama.cpp {self._engine.gguf.name}", daemon=True).start()
        while (item := await self._queue.get()) is not None:
            if isinstance(item, Exception):
                raise item
            yield item

    def stop(self) -> None:
        """Tell the engine to stop. Does not wait: the next to use the engine will, for it needs the turn."""
        with self._running:
            self._stopped = True
            if self._worker is not None:
                self._worker.stop()

    def _run(self) -> None:
        try:
            with TURN:
                if not self._stopped:
                    self.load_seconds = self._engine.load(self._context_length)
                    self._generate()
            self._put(None)
        except Exception as error:  # raised again where the chat is awaited
            self._put(error)

    def _generate(self) -> None:
        with self._running:
            if self._stopped:
                return
            self._worker = self._engine.worker
        try:
            self._engine.chat(self._slot, self._body, self._put)
        finally:
            with self._running:
                self._worker = None

    def _put(self, item: dict[str, Any] | Exception | None) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody listens any more
            self._loop.call_soon_threadsafe(self._queue.put_nowait, item)


_REASONS: dict[str | None, StopReason] = {"stop": "stop", "length": "length"}


def _in_turn(action: Callable[..., object], *arguments: Any) -> None:
    with TURN:
        action(*arguments)


def _body(messages: Sequence[ChatMessage], options: ChatOptions) -> dict[str, Any]:
    wanted: dict[str, Any] = {
        "temperature": options.temperature,
        "top_p": options.top_p,
        "top_k": options.top_k,
        "min_p": options.min_p,
        "repeat_penalty": options.repeat_penalty,
        "dry_multiplier": options.dry_multiplier,
        "seed": options.seed,
        "max_tokens": options.max_tokens,
        "stop": list(options.stop) or None,
    }
    return {
        "messages": [{"role": m.role, "content": m.content} for m in messages],
        "stream": True,
        "stream_options": {"include_usage": True},
        # Reports between the steps of a long prompt: the only moments at which its evaluation can be stopped.
        "return_progress": True,
        "cache_prompt": True,
        **{name: value for name, value in wanted.items() if value is not None},
    }


def _usage(piece: dict[str, Any], first: float, total: float, load: float, reason: StopReason) -> Usage:
    timings = piece["timings"]
    return Usage(
        prompt_tokens=piece["usage"]["prompt_tokens"],
        cached_tokens=timings["cache_n"],
        generated_tokens=timings["predicted_n"],
        first_token_seconds=first,
        prompt_seconds=timings["prompt_ms"] / 1000,
        generation_seconds=timings["predicted_ms"] / 1000,
        load_seconds=load,
        total_seconds=total,
        stop_reason=reason,
    )


def _model_error(error: dict[str, Any]) -> ContextFull | BadReply:
    if error.get("type") == "exceed_context_size_error":
        needed, size = error["n_prompt_tokens"], error["n_ctx"]
        return ContextFull(
            f"The chat has {needed} tokens and the context holds {size}. Raise context_length in the settings.",
            needed,
            size,
        )
    return BadReply(f"llama.cpp answered: {error.get('message', error)}")
