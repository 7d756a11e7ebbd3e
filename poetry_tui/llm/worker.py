"""Starting and talking to the process that holds a GGUF, and finding out why it will not start.

llama.cpp runs in a process of its own because the binding holds Python's lock while it loads (measured: the screen
stood still for 0.7 s with the smallest model; a large one takes minutes), because llama.cpp ends its process when a
check of its own fails, and because only the end of a process surely gives back its memory.

Measured on two cores, with the embedded model, tokens per second idle / while another program keeps one core busy:

    threads                      prompt       generation
    2, libgomp's own spinning    270 / 100    100 / 24
    2, GOMP_SPINCOUNT=1000       270 / 125     90 / 28
    2, GOMP_SPINCOUNT=0          230 / 140     37 / 49
    1                            150 / 165     70 / 75

So generation, during which the app paints, leaves one core free; a prompt is evaluated by all cores; and threads that
wait for each other soon sleep.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from poetry_tui.errors import BadReply, ModelError, OutOfMemory, StreamBroken
from poetry_tui.llm.gguf_header import require_adapter, require_model

_PROGRAM = Path(__file__).with_name("llama_worker.py")
_KILLED = -9  # how a process ends that the system's memory ran out for
_EXIT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Shape:
    """What an engine can serve: slots, tokens of context in each, adapters in the order of their ids."""

    slots: int
    context_length: int
    adapters: tuple[Path, ...]

    def covers(self, other: Shape) -> bool:
        """Whether an engine of this shape can serve all that one of the other could."""
        return (
            self.slots >= other.slots
            and self.context_length >= other.context_length
            and set(self.adapters) >= set(other.adapters)
        )


class Worker:
    """A process with one GGUF loaded. Making one blocks until it is; raises a `ModelError` that says why it cannot be.

    A context beyond the one the model was trained for is cut to it. `threads` None is the number of physical cores.
    """

    def __init__(self, gguf: Path, shape: Shape, threads: int | None) -> None:
        trained = require_model(gguf)
        for adapter in shape.adapters:
            require_adapter(adapter)
        if find_spec("xllamacpp") is None:
            raise ModelError("GGUF files need xllamacpp. Get it with: pip install 'poetry-tui[embedded]'")
        self._gguf, self._shape = gguf, shape
        self._chats = 0
        self._sending = threading.Lock()
        self._log = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115 (closed in `close`)
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(_PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env={"GOMP_SPINCOUNT": "1000", **os.environ},
            encoding="utf-8",
            start_new_session=True,  # Ctrl-C in the terminal is the app's to handle
        )
        self._send(
            {
                "gguf": str(gguf),
                "slots": shape.slots,
                "context_length": min(shape.context_length, trained or shape.context_length),
                "adapters": [str(path) for path in shape.adapters],
                "cores": threads or _cores(),
            }
        )
        if not self._receive():
            error = self._not_loaded()
            self.close()
            raise error

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def chat(self, body: dict[str, Any], on_piece: Callable[[dict[str, Any]], None]) -> None:
        """Have a reply generated; `on_piece` gets each object llama.cpp streams. Blocks until the engine is silent."""
        self._chats += 1
        self._send({"id": self._chats, "chat": body})
        while piece := self._receive():
            if "end" in piece:
                return
            on_piece(piece)
        raise self._died()

    def stop(self) -> None:
        """Stop the chat that runs, from any thread; `chat` returns soon after."""
        self._send({"stop": self._chats})

    def close(self) -> None:
        """End the process, and with it free the memory."""
        try:
            self._process.communicate(timeout=_EXIT_SECONDS)
        except (subprocess.TimeoutExpired, ValueError, OSError):
            self._process.kill()
            self._process.wait()
        self._log.close()

    def _send(self, request: dict[str, Any]) -> None:
        assert self._process.stdin
        try:
            with self._sending:
                self._process.stdin.write(json.dumps(request) + "\n")
                self._process.stdin.flush()
        except (BrokenPipeError, ValueError):
            pass  # it has ended: `_receive` will find out

    def _receive(self) -> dict[str, Any] | None:
        """The next line of the process; None when it has ended."""
        assert self._process.stdout
        line = self._process.stdout.readline()
        return json.loads(line) if line.endswith("\n") else None

    def _not_loaded(self) -> ModelError:
        code, log = self._process.wait(), self._read_log()
        if code == _KILLED or re.search(r"(failed|unable) to allocate|out of memory|bad_alloc", log, re.IGNORECASE):
            return OutOfMemory(
                f"{self._gguf.name} does not fit into this machine's memory. Use a smaller model or quantization, "
                "a shorter context, or swap: true."
            )
        reason = re.search(
            r"(?:error loading model|failed to apply lora adapter|failed to load lora adapter): (.+)", log
        )
        adapters = f" with {', '.join(path.name for path in self._shape.adapters)}" if self._shape.adapters else ""
        return BadReply(
            f"llama.cpp cannot load {self._gguf}{adapters}: {reason[1] if reason else _last_line(log)}. "
            "Download or convert the file again, or use another."
        )

    def _died(self) -> ModelError:
        code = self._process.wait()
        if code == _KILLED:
            return OutOfMemory(
                f"The system ended {self._gguf.name} for want of memory. Use a smaller model or context."
            )
        return StreamBroken(f"llama.cpp ended in the middle of a reply ({_last_line(self._read_log())}).")

    def _read_log(self) -> str:
        self._log.seek(0)
        return self._log.read()


def _last_line(log: str) -> str:
    return (log.strip().splitlines() or ["it gives no reason"])[-1]


def _cores() -> int:
    """Physical cores that this process may use: two threads of one core only get in each other's way."""
    if not hasattr(os, "sched_getaffinity"):
        return os.cpu_count() or 1
    allowed = os.sched_getaffinity(0)
    try:
        pairs = {Path(f"/sys/devices/system/cpu/cpu{n}/topology/thread_siblings_list").read_text() for n in allowed}
    except OSError:
        return len(allowed)
    return len(pairs)
