"""The engine of one GGUF, shared by all handles on the file: a slot for each, one process for all.

Everything here blocks and is called from threads. Only one of loading, generating and unloading goes on at a time, for
two models generating at once on a CPU slow each other tenfold: `TURN` sees to that, for all engines of the app.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from poetry_tui.llm.worker import Shape, Worker

TURN = threading.Lock()
_DEFAULT_CONTEXT = 4096
_NOTHING = Shape(0, 0, ())


class Engine:
    """The slots on one GGUF, each with a prefix cache and held by one handle, and the process that serves them."""

    def __init__(self, gguf: Path, threads: int | None) -> None:
        self.gguf = gguf
        self.worker: Worker | None = None
        self._threads = threads
        self._seats: dict[int, Path | None] = {}
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
        """Load the file unless what is loaded serves every slot, adapter and this context already. Returns seconds.

        Raises a `ModelError` that says why the file cannot be loaded.
        """
        needed = Shape(
            slots=max(self._seats, default=0) + 1,
            context_length=max(context_length or _DEFAULT_CONTEXT, self._shape.context_length),
            adapters=tuple(dict.fromkeys(adapter for adapter in self._seats.values() if adapter)),
        )
        if self._shape.covers(needed):
            return 0.0
        started = time.monotonic()
        self.unload()
        self.worker = Worker(self.gguf, needed, self._threads)
        self._shape = needed
        return time.monotonic() - started

    def unload(self) -> None:
        """Free the memory."""
        if self.worker is not None:
            self.worker.close()
        self.worker, self._shape = None, _NOTHING

    def chat(self, slot: int, body: dict[str, Any], on_piece: Callable[[dict[str, Any]], None]) -> None:
        """Generate in `slot` of the loaded engine; `on_piece` gets each object llama.cpp streams."""
        adapter = self._seats.get(slot)
        scales = [{"id": n, "scale": float(path == adapter)} for n, path in enumerate(self._shape.adapters)]
        assert self.worker is not None
        try:
            self.worker.chat({**body, "id_slot": slot, "lora": scales}, on_piece)
        except BaseException:
            self.unload()  # the process has ended, or its pipe is no longer at the start of a line
            raise


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
