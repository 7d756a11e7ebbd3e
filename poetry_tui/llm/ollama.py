"""Models of an Ollama server. Light: the official client is imported (a second's work) on first use, in a thread."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING

from poetry_tui.llm.address import ollama_url
from poetry_tui.llm.chat import ChatMessage, ChatOptions, Chunk
from poetry_tui.llm.spec import ModelSpec

if TYPE_CHECKING:
    from poetry_tui.llm.ollama_api import OllamaApi


class OllamaModel:
    """A `ChatModel` on an Ollama server.

    `host` takes every form of OLLAMA_HOST; a bad one raises `BadConfig` here. Ollama keeps the prefixes of several
    conversations by itself and runs one request at a time per model, so handles need neither slots nor locks.
    """

    def __init__(self, spec: ModelSpec, host: str = "", keep_alive: str = "10m") -> None:
        self._spec = spec
        self._url = ollama_url(host)
        self._keep_alive = keep_alive
        self._api: OllamaApi | None = None

    @property
    def spec(self) -> ModelSpec:
        """Which model this is."""
        return self._spec

    async def chat(self, messages: Sequence[ChatMessage], options: ChatOptions) -> AsyncGenerator[Chunk]:
        """Stream a reply; closing the generator closes the connection, at which Ollama stops generating."""
        api = await self._connected()
        async with aclosing(api.chat(self._spec.name, messages, options, self._keep_alive)) as chunks:
            async for chunk in chunks:
                yield chunk

    async def warm(self, options: ChatOptions) -> None:
        """Load the model for chats of this context length, and keep it for `keep_alive`."""
        api = await self._connected()
        await api.load(self._spec.name, options.context_length, self._keep_alive)

    async def unload(self) -> None:
        """Have Ollama free the model's memory at once."""
        api = await self._connected()
        await api.unload(self._spec.name)

    async def aclose(self) -> None:
        """Close the connections; the model stays loaded for `keep_alive`."""
        if self._api is not None:
            api, self._api = self._api, None
            await api.aclose()

    async def _connected(self) -> OllamaApi:
        if self._api is None:
            self._api = await asyncio.to_thread(_open, self._url)
        return self._api


async def installed(host: str = "") -> dict[str, int]:
    """The models the server has, in its order, with their sizes on disk in bytes.

    Raises a `ModelError` within seconds where nobody answers.
    """
    api = await asyncio.to_thread(_open, ollama_url(host))
    try:
        return await api.installed()
    finally:
        await api.aclose()


async def version(host: str = "") -> str:
    """The server's version. Raises a `ModelError` within seconds where nobody answers."""
    api = await asyncio.to_thread(_open, ollama_url(host))
    try:
        return await api.version()
    finally:
        await api.aclose()


def _open(url: str) -> OllamaApi:
    from poetry_tui.llm.ollama_api import OllamaApi

    return OllamaApi(url)
