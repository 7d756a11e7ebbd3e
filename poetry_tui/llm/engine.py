"""One GGUF in this process: llama.cpp's server engine, loaded once for all handles on the file.

Everything here blocks and is called from worker threads. Only one of loading, generating and unloading goes on at a
time in the whole process, for two models generating at once on a CPU slow each other tenfold: `TURN` sees to that.

Chats go through the binding's callback rather than its HTTP port. Returning True from it stops the engine after the
token being generated (measured: 4 ms), or the step of a long prompt being evaluated; a closed connection would be
noticed only by a look once a second while no token comes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from poetry_tui.llm.loading import Shape, load_server

TURN = threading.Lock()
_DEFAULT_CONTEXT = 4096
_NOTHING = Shape(0, 0, ())


class Engine:
    """The weights of one GGUF and the slots on them. A slot belongs to one handle and keeps its prefix cache."""

    def __init__(self, gguf: Path, threads: int | None) -> None:
        self.gguf = gguf
        self._threads = threads
        self._seats: dict[int, Path | None] = {}
        self._server: Any = None
        self._shape = _NOTHING

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
        needed = Shape(
            slots=max(self._seats, default=0) + 1,
            context_length=max(context_length or _DEFAULT_CONTEXT, self._shape.context_length),
            adapters=tuple(dict.fromkeys(adapter for adapter in self._seats.values() if adapter)),
        )
        if self._shape.covers(needed):
            return 0.0
        started = time.monotonic()
        self.unload()
        self._server = load_server(self.gguf, needed, self._threads)
        self._shape = needed
        return time.monotonic() - started

    def unload(self) -> None:
        """Free the memory."""
        self._server = None
        self._shape = _NOTHING

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
