"""Having llama.cpp load a GGUF, and finding out why it will not.

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

import os
import re
import secrets
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from poetry_tui.errors import BadReply, ModelError, OutOfMemory
from poetry_tui.llm.gguf_header import require_adapter, require_model

# Tokens of a prompt evaluated between two looks at whether the chat was cancelled. On a CPU this keeps a stop under
# 200 ms for small models at a tenth of the speed of one large step; a GPU needs larger steps to be fast, and is fast.
_PROMPT_STEP_CPU, _PROMPT_STEP_GPU = 32, 256
_SILENT, _ERRORS = -1, 1  # of llama.cpp's log
_GPUS = (1, 2)  # ggml's device types "GPU" and "integrated GPU"


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


def load_server(gguf: Path, shape: Shape, threads: int | None) -> Any:
    """xllamacpp's `Server` on the file; its log is kept off the screen. A context beyond the trained one is cut to it.

    `threads` None is as many as there are physical cores. Raises a `ModelError` that says why it cannot be loaded.
    """
    trained = require_model(gguf)
    for adapter in shape.adapters:
        require_adapter(adapter)
    if trained is not None and trained < shape.context_length:
        shape = replace(shape, context_length=trained)
    server = _server_or_none(gguf, shape, threads or _cores(), verbosity=_SILENT)
    if server is None:
        raise _explained(gguf, shape)
    return server


def _server_or_none(gguf: Path, shape: Shape, cores: int, verbosity: int) -> Any:
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", "1000")
    try:
        import xllamacpp
    except ImportError:
        raise ModelError(
            "Models in this process need xllamacpp. Install it with: pip install 'poetry-tui[embedded]'"
        ) from None
    on_gpu = any(device["type"].value in _GPUS for device in xllamacpp.get_device_info())
    params = xllamacpp.CommonParams()
    params.model.path = str(gguf)
    params.n_parallel = shape.slots
    params.n_ctx = shape.slots * shape.context_length
    params.n_batch = params.n_ubatch = _PROMPT_STEP_GPU if on_gpu else _PROMPT_STEP_CPU
    params.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(str(path), 0.0) for path in shape.adapters]
    params.cpuparams.n_threads = max(1, cores - 1)
    params.cpuparams_batch.n_threads = cores
    params.verbosity = verbosity
    # Each slot keeps its own prefix; the server's further cache in main memory would only grow (to 8 GiB by default).
    params.cache_ram_mib = 0
    # The engine opens a port that we do not use: nobody else shall.
    params.api_keys = [secrets.token_hex(32)]
    params.endpoint_slots = False
    params.ui = False
    try:
        return xllamacpp.Server(params)
    except RuntimeError:
        return None


def _explained(gguf: Path, shape: Shape) -> ModelError:
    """Why it cannot be loaded. The binding does not say, so it is tried again in another process with its log on."""
    program = "import sys; from poetry_tui.llm.loading import log_of_loading; log_of_loading(*sys.argv[1:])"
    arguments = [str(gguf), str(shape.slots), str(shape.context_length), *map(str, shape.adapters)]
    try:
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False, timeout=120
        )
        log = done.stderr
    except (OSError, subprocess.TimeoutExpired):
        log = ""
    if re.search(r"failed to allocate|unable to allocate|out of memory|bad_alloc", log, re.IGNORECASE):
        return OutOfMemory(
            f"{gguf.name} does not fit into this machine's memory. Use a smaller model or quantization, "
            "a shorter context, or swap: true."
        )
    reason = re.search(r"(?:error loading model|failed to apply lora adapter|failed to load lora adapter): (.+)", log)
    with_adapters = f" with {', '.join(path.name for path in shape.adapters)}" if shape.adapters else ""
    return BadReply(
        f"llama.cpp cannot load {gguf}{with_adapters}: {reason[1] if reason else 'it gives no reason'}. "
        "Download or convert the file again, or use another."
    )


def log_of_loading(gguf: str, slots: str, context_length: str, *adapters: str) -> None:
    """Load as `load_server` does, with the errors of llama.cpp on stderr. Runs in a process of its own."""
    shape = Shape(int(slots), int(context_length), tuple(map(Path, adapters)))
    _server_or_none(Path(gguf), shape, 1, verbosity=_ERRORS)


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
