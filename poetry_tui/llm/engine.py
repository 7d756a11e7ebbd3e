"""One GGUF in this process: llama.cpp's server engine, loaded once for all handles on the file.

Everything here blocks and is called from worker threads. Only one of loading, generating and unloading goes on at a
time in the whole process, for two models generating at once on a CPU slow each other about tenfold: `TURN` sees to that.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from poetry_tui.errors import BadReply, ModelError, ModelNotFound

TURN = threading.Lock()
DEFAULT_CONTEXT = 4096
# Tokens of a prompt evaluated between two looks at whether the chat was cancelled.
_PROMPT_STEP = 64


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a loaded engine can serve: slots, tokens of context in each, adapters in the order of their ids."""

    slots: int
    context_length: int
    adapters: tuple[Path, ...]

    def covers(self, other: _Shape) -> bool:
        return (
            self.slots >= other.slots
            and self.context_length >= other.context_length
            and set(self.adapters) >= set(other.adapters)
        )


class Engine:
    """The weights of one GGUF and the slots on them. A slot belongs to one handle and keeps its prefix cache."""

    def __init__(self, gguf: Path, threads: int | None) -> None:
        self.gguf = gguf
        self._threads = threads
        self._seats: dict[int, Path | None] = {}
        self._server: Any = None
        self._shape = _Shape(0, 0, ())

    def join(self, adapter: Path | None) -> int:
        """A slot for a new handle, which speaks through `adapter` (None: the bare base)."""
        slot = next(n for n in range(len(self._seats) + 1) if n not in self._seats)
        self._seats[slot] = adapter
        return slot

    def leave(self, slot: int) -> bool:
        """Give a slot back; True when it was the last."""
        self._seats.pop(slot, None)
        return not self._seats

    def load(self, context_length: int | None) -> float:
        """Load the file unless what is loaded serves every slot, adapter and this context already. Returns seconds."""
        needed = _Shape(
            slots=max(self._seats, default=0) + 1,
            context_length=max(context_length or DEFAULT_CONTEXT, self._shape.context_length),
            adapters=tuple(dict.fromkeys(adapter for adapter in self._seats.values() if adapter)),
        )
        if self._server is not None and self._shape.covers(needed):
            return 0.0
        started = time.monotonic()
        self.unload()
        for file in (self.gguf, *needed.adapters):
            require_gguf(file)
        self._server = _start(self.gguf, needed, self._threads)
        self._shape = needed
        return time.monotonic() - started

    def unload(self) -> None:
        """Free the memory."""
        self._server = None
        self._shape = _Shape(0, 0, ())

    def chat(self, slot: int, body: dict[str, Any], on_piece: Callable[[dict[str, Any]], bool]) -> None:
        """Generate in `slot`; `on_piece` gets each streamed object and stops the engine by returning True."""
        adapter = self._seats.get(slot)
        scales = [{"id": n, "scale": float(path == adapter)} for n, path in enumerate(self._shape.adapters)]
        self._server.handle_chat_completions({**body, "id_slot": slot, "lora": scales}, on_piece)


_engines: dict[Path, Engine] = {}
_engines_lock = threading.Lock()


def seat(gguf: Path, adapter: Path | None, threads: int | None) -> tuple[Engine, int]:
    """The engine of this file, made or shared, and a slot on it. Give it back with `unseat`."""
    with _engines_lock:
        engine = _engines.setdefault(gguf.resolve(), Engine(gguf, threads))
        return engine, engine.join(adapter)


def unseat(engine: Engine, slot: int) -> None:
    """Give a slot back; with the last one the memory is freed."""
    with _engines_lock:
        last = engine.leave(slot)
        if last:
            _engines.pop(engine.gguf.resolve(), None)
    if last:
        with TURN:
            engine.unload()


def require_gguf(file: Path) -> None:
    """Raise `ModelNotFound` unless `file` can be read and begins as a GGUF does."""
    try:
        with file.open("rb") as stream:
            magic = stream.read(4)
    except OSError as error:
        raise ModelNotFound(f"Cannot read the model file {file}: {error.strerror}. Check the path.") from None
    if magic != b"GGUF":
        raise ModelNotFound(f"{file} is not a GGUF file. Give the path of a .gguf model or adapter.")


def _start(gguf: Path, shape: _Shape, threads: int | None) -> Any:
    try:
        import xllamacpp
    except ImportError:
        raise ModelError(
            "Models in this process need xllamacpp. Install it with: pip install 'poetry-tui[embedded]'"
        ) from None
    params = xllamacpp.CommonParams()
    params.model.path = str(gguf)
    params.n_parallel = shape.slots
    params.n_ctx = shape.slots * shape.context_length
    params.n_batch = _PROMPT_STEP
    params.n_ubatch = _PROMPT_STEP
    params.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(str(path), 0.0) for path in shape.adapters]
    if threads:
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.verbosity = -1
    # Each slot keeps its own prefix; the server's further cache in main memory would only grow (to 8 GiB by default).
    params.cache_ram_mib = 0
    # The engine opens a port that we do not use: nobody else shall.
    params.api_keys = [secrets.token_hex(32)]
    params.endpoint_slots = False
    params.ui = False
    try:
        return xllamacpp.Server(params)
    except RuntimeError as error:
        raise BadReply(f"llama.cpp cannot load {gguf}: {error}") from None
