"""Starting Ollama for the person."""

from __future__ import annotations

import asyncio
import subprocess
import time

from poetry_tui.errors import EngineNotReachable, ModelError
from poetry_tui.llm.ollama import version

_SECONDS = 15.0


async def start_ollama(host: str) -> None:
    """Run `ollama serve`, which goes on without us, and return when it answers.

    Raises `EngineNotReachable` when it cannot be run or does not answer within some seconds.
    """
    process = _serve()
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            await version(host)
        except ModelError:
            await asyncio.sleep(0.25)
        else:
            return
    raise EngineNotReachable("Ollama was started but does not answer. See what it says: ollama serve")


def _serve() -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            ["ollama", "serve"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise EngineNotReachable(
            f"Ollama cannot be started: {error.strerror}. Start it by hand: ollama serve"
        ) from None
