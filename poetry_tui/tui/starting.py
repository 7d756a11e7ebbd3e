"""Starting Ollama for the person."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from urllib.parse import urlsplit

from poetry_tui.errors import BadConfig, EngineNotReachable, ModelError
from poetry_tui.llm.address import ollama_url
from poetry_tui.llm.ollama import version

_SECONDS = 15.0


def is_here(host: str) -> bool:
    """Whether an Ollama at this address would run on this machine; it would not at what is no address."""
    try:
        return urlsplit(ollama_url(host)).hostname in {"127.0.0.1", "::1", "localhost"}
    except BadConfig:
        return False


async def start_ollama(host: str) -> None:
    """Run `ollama serve` at this address, where it goes on without us, and return when it answers.

    Raises `EngineNotReachable` when it cannot be run or does not answer within some seconds.
    """
    process = _serve(urlsplit(ollama_url(host)).netloc)
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            await version(host)
        except ModelError:
            await asyncio.sleep(0.25)
        else:
            return
    raise EngineNotReachable("Ollama was started but does not answer. See what it says: ollama serve")


def _serve(address: str) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            ["ollama", "serve"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, "OLLAMA_HOST": address},
        )
    except OSError as error:
        raise EngineNotReachable(
            f"Ollama cannot be started: {error.strerror}. Start it by hand: ollama serve"
        ) from None
