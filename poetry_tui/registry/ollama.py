"""`OllamaServer`: the models of an Ollama server, and what one does with them besides chatting."""

from __future__ import annotations

import asyncio
import http
import os
import socket
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing, closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import httpx
import ollama

from poetry_tui.errors import BadReply, StreamBroken
from poetry_tui.llm.address import ollama_url
from poetry_tui.llm.ollama_api import CHAT_SECONDS, PROBE_SECONDS, OllamaApi

_PIECE, _TOLD = 1 << 18, 1 << 22
"""Bytes that are sent at a time, and between two words about how much has been sent."""


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A model the server has. Sizes are bytes on disk and in memory; `loaded` None means it is not in memory."""

    name: str
    digest: str
    size: int
    family: str
    parameters: str
    quantization: str
    context_length: int | None
    loaded: LoadedModel | None = None


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """How a model lies in memory: bytes in all and on the GPU, context in tokens, when it will be let go (ISO 8601)."""

    size: int
    size_vram: int
    context_length: int | None
    expires_at: str


@dataclass(frozen=True, slots=True)
class ShownModel:
    """What the server says of one model. `tensors` are the shapes of its weights by name."""

    template: str
    system: str
    parameters: str
    license: str
    capabilities: tuple[str, ...]
    info: Mapping[str, Any]
    tensors: Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Status:
    """A line of a long request: the server's word for what it does, and bytes done of a total where it counts them."""

    text: str
    done: int = 0
    total: int = 0


class OllamaServer(OllamaApi):
    """The server at `host` (every form of OLLAMA_HOST). Every method may raise a `ModelError`."""

    def __init__(self, host: str = "") -> None:
        super().__init__(ollama_url(host))

    async def models(self) -> list[InstalledModel]:
        """The models there are, in the server's order (the newest first), with those in memory marked."""
        async with self.explained():
            tags, running = await asyncio.gather(self._listed("/api/tags"), self._listed("/api/ps"))
            loaded = {one["digest"]: _loaded(one) for one in running}
            return [_installed(one, loaded.get(one["digest"])) for one in tags]

    async def show(self, model: str) -> ShownModel:
        """All that the server says of a model, the shapes of its tensors among it."""
        async with self.explained(model):
            answer = await self._client._request_raw(  # type: ignore[no-untyped-call]
                "POST", "/api/show", json={"model": model, "verbose": True}, timeout=CHAT_SECONDS
            )
            found = answer.json()
            return ShownModel(
                template=found.get("template", ""),
                system=found.get("system", ""),
                parameters=found.get("parameters", ""),
                license=found.get("license", ""),
                capabilities=tuple(found.get("capabilities") or ()),
                info={key: value for key, value in found["model_info"].items() if not isinstance(value, list)},
                tensors={one["name"]: tuple(one["shape"]) for one in found.get("tensors") or ()},
            )

    async def copy(self, model: str, name: str) -> None:
        """Give a model a second name; the weights are shared. A model of that name is replaced."""
        async with self.explained(model):
            await self._client.copy(model, name)

    async def delete(self, model: str) -> None:
        """Delete a model; weights that another one uses stay."""
        async with self.explained(model):
            await self._client.delete(model)

    def pull(self, model: str) -> AsyncGenerator[Status]:
        """Get a model from its registry."""
        return self._streamed("/api/pull", {"model": model}, model)

    def create(self, name: str, body: Mapping[str, Any]) -> AsyncGenerator[Status]:
        """Make a model from `files`, `adapters` (name → digest), `from` and what a Modelfile says."""
        return self._streamed("/api/create", {"model": name, **body})

    async def has_blob(self, digest: str) -> bool:
        """Whether the server holds the file with this digest ("sha256:…")."""
        async with self.explained():
            answer = await self._client._client.head(f"/api/blobs/{digest}", timeout=PROBE_SECONDS)
            return bool(answer.status_code == httpx.codes.OK)

    async def upload(self, file: Path, digest: str, sent: Callable[[int, int], None]) -> None:
        """Send a file, telling `sent` now and then how many bytes of how many have gone. It never is in memory."""
        connection = _connection(self._url)
        path = f"{urlsplit(self._url).path}/api/blobs/{digest}"
        try:
            status, text = await asyncio.to_thread(_post_file, connection, path, file, sent)
        except OSError as error:
            raise StreamBroken(f"Ollama at {self._url} broke the connection off ({error}).") from error
        except asyncio.CancelledError:
            if connection.sock is not None:
                connection.sock.shutdown(socket.SHUT_RDWR)  # the thread ends with an error of its own
            raise
        if status >= http.HTTPStatus.BAD_REQUEST:
            raise await self._answered(ollama.ResponseError(text, status), "")

    async def _listed(self, path: str) -> list[dict[str, Any]]:
        answer = await self._client._request_raw("GET", path, timeout=PROBE_SECONDS)  # type: ignore[no-untyped-call]
        return list(answer.json()["models"])

    async def _streamed(self, path: str, body: Mapping[str, Any], model: str = "") -> AsyncGenerator[Status]:
        await self.version()  # a server that accepts and never answers is found out in seconds
        async with self.explained(model):
            lines = await self._client._request(
                ollama.ProgressResponse, "POST", path, json={**body, "stream": True}, stream=True
            )
            last = ""
            async with aclosing(cast("AsyncGenerator[ollama.ProgressResponse]", lines)):
                async for line in lines:
                    last = line.status or ""
                    yield Status(last, int(line.completed or 0), int(line.total or 0))
        if last != "success":
            raise BadReply(f"Ollama at {self._url} stopped in the middle ({last or 'at once'}). Try again.")


def _connection(url: str) -> HTTPConnection:
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    return kind(parts.hostname or "", parts.port, timeout=CHAT_SECONDS)


def _post_file(connection: HTTPConnection, path: str, file: Path, sent: Callable[[int, int], None]) -> tuple[int, str]:
    """Status and text of the answer. Pieces that fit into the processor's cache go faster than `sendfile` (measured).

    Of a file that it has, or cannot store, the server says so before it has read it, and closes the connection under
    the sender: then the answer counts. Raises `OSError`.
    """
    with closing(connection), file.open("rb") as stream:
        size, done = os.fstat(stream.fileno()).st_size, 0
        connection.putrequest("POST", path)
        connection.putheader("Content-Length", str(size))
        connection.endheaders()
        try:
            while piece := stream.read(_PIECE):
                connection.sock.sendall(piece)
                done += len(piece)
                if done % _TOLD < _PIECE or done == size:
                    sent(done, size)
        except (BrokenPipeError, ConnectionResetError):
            pass
        else:
            if done < size:
                raise OSError(f"{file.name} became shorter while it was sent")
        try:
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        except HTTPException as error:
            raise ConnectionError(str(error) or "no answer") from error


def _installed(model: dict[str, Any], loaded: LoadedModel | None) -> InstalledModel:
    details = model.get("details") or {}
    return InstalledModel(
        name=model["name"],
        digest=model["digest"],
        size=model.get("size", 0),
        family=details.get("family", ""),
        parameters=details.get("parameter_size", ""),
        quantization=details.get("quantization_level", ""),
        context_length=details.get("context_length"),
        loaded=loaded,
    )


def _loaded(model: dict[str, Any]) -> LoadedModel:
    return LoadedModel(
        model.get("size", 0), model.get("size_vram", 0), model.get("context_length"), model.get("expires_at", "")
    )
