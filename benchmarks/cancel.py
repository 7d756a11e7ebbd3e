"""Cancel to silence: from closing the stream to the engine no longer computing, with the embedded model.

Silence is judged from outside the engine: the processor time of the process in which llama.cpp runs stays under half of
one core over 40 ms (Linux only). Once while it generates, once while it still evaluates a long prompt.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

from benchmarks.table import Row, show

RUNS = 8
WINDOW = 0.04


def computed_seconds(model: object) -> float:
    """Processor time that the engine has used so far."""
    user, system = Path(f"/proc/{model.engine_pid}/stat").read_text().rpartition(") ")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


async def silence_after_close(model: object, messages: list, options: object, *, wait_for_text: bool) -> float:
    """Seconds until the engine is silent; the judging window itself is not counted."""
    chunks = model.chat(messages, options)
    reading = asyncio.ensure_future(anext(chunks))
    if wait_for_text:
        await reading
        for _ in range(5):
            await anext(chunks)
    else:
        await asyncio.sleep(0.25)
    started = time.perf_counter()
    if not reading.done():
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
    await chunks.aclose()
    while True:
        used, at = computed_seconds(model), time.perf_counter()
        await asyncio.sleep(WINDOW)
        if (computed_seconds(model) - used) / (time.perf_counter() - at) < 0.5:
            return at - started


async def measure() -> dict[str, list[float]]:
    from poetry_tui.llm import ChatMessage, ChatOptions, ModelSettings, ModelSpec, open_model
    from poetry_tui.places import data_folder

    model = open_model(ModelSpec("embedded"), ModelSettings(models_folder=data_folder() / "models"))
    options = ChatOptions(context_length=4096, max_tokens=600, temperature=0.8)
    await model.warm(options)
    found: dict[str, list[float]] = {"generating": [], "evaluating a prompt": []}
    for run in range(RUNS):
        short = [ChatMessage("user", f"Write a long poem about the sea, number {run}.")]
        found["generating"].append(await silence_after_close(model, short, options, wait_for_text=True))
        long = [ChatMessage("user", f"{run} " + "the tide and the stone and the gull and the rope " * 300)]
        found["evaluating a prompt"].append(await silence_after_close(model, long, options, wait_for_text=False))
    await model.aclose()
    return found


def main() -> bool:
    found = asyncio.run(measure())
    return show(
        "cancel",
        [
            Row(
                f"cancel to silence, {name}", f"{max(times) * 1000:.0f} ms", "≤ 200 ms", max(times) <= 0.2, "worst of 8"
            )
            for name, times in found.items()
        ],
    )


if __name__ == "__main__":
    sys.exit(not main())
