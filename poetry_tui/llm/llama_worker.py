"""The process that holds one GGUF: llama.cpp's server engine between two pipes. `engine.Worker` is its other end.

Lines of JSON. In: first the parameters of `load`; then {"id": n, "chat": body} and {"stop": n}. Out: {"ready": true};
then, for each chat, the objects that llama.cpp streams, and {"end": n}. Of llama.cpp's log, errors go to stderr. The
end of the input is the end of the process, so it never outlives the app.

A chat is stopped through the binding's callback, after the token being generated or the step of a long prompt being
evaluated; llama.cpp's own HTTP port would notice a closed connection only once a second while no token comes.

This file is run as a script and imports nothing of ours, so that it starts at once.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
import threading
from typing import Any, TextIO

# Tokens of a prompt evaluated between two looks at whether the chat was stopped. The step after the one in which the
# stop came is evaluated too. On a CPU this keeps a stop under 200 ms for small models, for a tenth of the speed
# (measured: 231 tokens/s, 267 in steps of 64); a GPU needs larger steps to be fast, and is fast.
PROMPT_STEP_CPU, PROMPT_STEP_GPU = 16, 256
_ERRORS_ONLY = 1
_GPU_TYPES = (1, 2)  # ggml's device types "GPU" and "integrated GPU"


def load(gguf: str, slots: int, context_length: int, adapters: list[str], cores: int) -> Any:
    """xllamacpp's `Server` with `slots` slots of `context_length` tokens each."""
    import xllamacpp

    on_gpu = any(device["type"].value in _GPU_TYPES for device in xllamacpp.get_device_info())
    params = xllamacpp.CommonParams()
    params.model.path = gguf
    params.n_parallel = slots
    params.n_ctx = slots * context_length
    params.n_batch = params.n_ubatch = PROMPT_STEP_GPU if on_gpu else PROMPT_STEP_CPU
    params.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(path, 0.0) for path in adapters]
    params.cpuparams.n_threads = max(1, cores - 1)
    params.cpuparams_batch.n_threads = cores
    params.verbosity = _ERRORS_ONLY
    # Each slot keeps its own prefix; the server's further cache in main memory would only grow (to 8 GiB by default).
    params.cache_ram_mib = 0
    # The engine opens a port that we do not use: nobody else shall.
    params.api_keys = [secrets.token_hex(32)]
    params.endpoint_slots = False
    params.ui = False
    return xllamacpp.Server(params)


class _Session:
    """One engine, the chat it is busy with, and the pipe its words go to."""

    def __init__(self, server: Any, out: TextIO) -> None:
        self._server = server
        self._out = out
        self._stopped = 0

    def chat(self, number: int, body: dict[str, Any]) -> None:
        def on_piece(piece: str) -> bool:
            print(piece, file=self._out, flush=True)
            return self._stopped >= number

        try:
            self._server.handle_chat_completions(json.dumps(body), on_piece)
        except Exception as error:  # of the binding, whatever it is: the other end must not wait for ever
            on_piece(json.dumps({"error": {"message": str(error)}}))
        print(json.dumps({"end": number}), file=self._out, flush=True)

    def stop(self, number: int) -> None:
        self._stopped = max(self._stopped, number)


def main() -> None:
    """Load what the first line asks for, then serve the following ones."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints must not get between our lines
    session = _Session(load(**json.loads(sys.stdin.readline())), out)
    print(json.dumps({"ready": True}), file=out, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        if "stop" in request:
            session.stop(request["stop"])
        else:
            threading.Thread(target=session.chat, args=(request["id"], request["chat"]), daemon=True).start()
    os._exit(0)  # without waiting for a chat that still runs


if __name__ == "__main__":
    main()
