"""`OllamaPeer`: an Ollama on a loopback port that answers as recorded ones do, or fails as a test wants it to.

It runs in a thread of its own, so that async tests, the app under a pilot and a command in a subprocess can all use it:

    with OllamaPeer(models=["poet:latest"], chats=[poem("Snow falls.")]) as peer:
        model = OllamaModel(ModelSpec("ollama", "poet"), peer.host)

Each chat takes the next of `chats` (the last one again and again); `requests` holds what was asked, `cut` counts the
streams that the client closed before their end.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

RECORDINGS = Path(__file__).resolve().parents[2] / "shared" / "data" / "ollama"
needs_recordings = pytest.mark.skipif(
    not RECORDINGS.is_dir(), reason="the recorded exchanges of a real Ollama are not beside this checkout"
)
POEM = "The light comes late,\nand thin as milk,\nand lies along the sill."


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked: `body` is parsed JSON, None where there was none."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any = None


class Exchange:
    """One request and the means to answer it."""

    def __init__(self, request: Request, writer: asyncio.StreamWriter) -> None:
        self.request = request
        self.writer = writer

    async def whole(self, status: int, body: Any = None, *, text: str = "") -> None:
        """A complete answer: JSON, or plain text."""
        payload = text if body is None else json.dumps(body)
        kind = "text/plain" if body is None else "application/json; charset=utf-8"
        await self._write(
            f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(payload.encode())}\r\n\r\n{payload}"
        )

    async def begin(self, kind: str = "application/x-ndjson") -> None:
        """The head of a streamed answer."""
        await self._write(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n")

    async def line(self, value: Any) -> None:
        """One line of a streamed answer."""
        text = (value if isinstance(value, str) else json.dumps(value)) + "\n"
        await self._write(f"{len(text.encode()):x}\r\n{text}\r\n")

    async def end(self) -> None:
        """The proper end of a streamed answer."""
        await self._write("0\r\n\r\n")

    async def _write(self, text: str) -> None:
        self.writer.write(text.encode())
        await self.writer.drain()


Answer = Callable[[Exchange], Awaitable[None]]


def poem(text: str = POEM, *, delay: float = 0.0, thinking: str = "", pieces: int = 5) -> Answer:
    """A streamed reply in pieces of `pieces` characters, `delay` seconds before each."""

    async def answer(exchange: Exchange) -> None:
        model = exchange.request.body["model"]
        await exchange.begin()
        if thinking:
            await exchange.line(_line(model, {"role": "assistant", "content": "", "thinking": thinking}))
        for start in range(0, len(text), pieces):
            await asyncio.sleep(delay)
            await exchange.line(_line(model, {"role": "assistant", "content": text[start : start + pieces]}))
        await exchange.line(_line(model, {"role": "assistant", "content": ""}) | _DONE | {"eval_count": len(text) // 4})
        await exchange.end()

    return answer


def recorded(scenario: str, step: str) -> Answer:
    """The answer a real Ollama gave. Tests that use it are marked `needs_recordings`."""

    async def answer(exchange: Exchange) -> None:
        exchanges = json.loads((RECORDINGS / f"{scenario}.json").read_text())["exchanges"]
        response = next(entry["response"] for entry in exchanges if entry.get("step") == step)
        if "lines" not in response:
            await exchange.whole(response["status"], response.get("json"), text=response.get("text", ""))
            return
        await exchange.begin(response["headers"]["Content-Type"])
        for line in response["lines"]:
            await exchange.line(line.get("json", line.get("text")))
        await exchange.end()

    return answer


def status(code: int, error: str = "") -> Answer:
    """An answer of this status, with Ollama's error object, or an empty body."""

    async def answer(exchange: Exchange) -> None:
        await exchange.whole(code, {"error": error} if error else None)

    return answer


def error_line(error: str, *, after: str = "") -> Answer:
    """Status 200, some text, then a line that is an error."""

    async def answer(exchange: Exchange) -> None:
        await exchange.begin()
        if after:
            await exchange.line(_line("x", {"role": "assistant", "content": after}))
        await exchange.line({"error": error})
        await exchange.end()

    return answer


def broken(text: str = "The light", *, properly: bool = False) -> Answer:
    """A stream that ends before its last line: cut off, or `properly` ended as HTTP goes."""

    async def answer(exchange: Exchange) -> None:
        await exchange.begin()
        await exchange.line(_line("x", {"role": "assistant", "content": text}))
        if properly:
            await exchange.end()
        exchange.writer.close()

    return answer


def garbage(text: str = "<html>It works!</html>") -> Answer:
    """Status 200 and something that is not NDJSON."""

    async def answer(exchange: Exchange) -> None:
        await exchange.whole(200, text=text)

    return answer


async def never(exchange: Exchange) -> None:
    """Accept the request and say nothing."""
    await asyncio.Event().wait()


class OllamaPeer:
    """See the module. `answers` replaces the answers of whole routes, such as {"/api/tags": status(500, "…")}."""

    def __init__(
        self,
        models: Sequence[str] = ("poet:latest", "educator:latest"),
        chats: Sequence[Answer] = (poem(),),
        answers: dict[str, Answer] | None = None,
    ) -> None:
        self.models = list(models)
        self.chats = list(chats)
        self.answers = answers or {}
        self.blobs: dict[str, int] = {}
        self.made: dict[str, Any] = {}
        self.loaded: set[str] = set()
        self.requests: list[Request] = []
        self.cut = 0
        self.host = ""
        self._asked = 0
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._started.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(10)

    def chat_bodies(self) -> list[Any]:
        """The bodies of the chats that asked for a reply, in order."""
        return [r.body for r in self.requests if r.path == "/api/chat" and r.body["messages"]]

    def _serve(self) -> None:
        asyncio.run(self._run())

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopped = asyncio.Event()
        server = await asyncio.start_server(self._connection, "127.0.0.1", 0)
        self.host = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._started.set()
        await self._stopped.wait()
        server.close()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                request = await _read(reader)
                self.requests.append(request)
                if request.path.startswith("/api/blobs/") and request.method == "POST":
                    await self._blob(Exchange(request, writer), reader)
                    return
                answering = asyncio.ensure_future(self._answer(Exchange(request, writer)))
                hearing = asyncio.ensure_future(_hung_up(reader))
                done, _ = await asyncio.wait((answering, hearing), return_when=asyncio.FIRST_COMPLETED)
                hearing.cancel()
                if answering not in done:
                    self.cut += 1
                    answering.cancel()
                    return
                try:
                    answering.result()
                except ConnectionError:
                    self.cut += 1
                    return
        writer.close()

    async def _answer(self, exchange: Exchange) -> None:
        request = exchange.request
        if request.path in self.answers:
            await self.answers[request.path](exchange)
        elif request.path == "/api/version":
            await exchange.whole(200, {"version": "0.33.0"})
        elif request.path in ("/api/tags", "/api/ps"):
            names = self.models if request.path == "/api/tags" else [one for one in self.models if one in self.loaded]
            await exchange.whole(200, {"models": [self._listed(name) for name in names]})
        elif request.path.startswith("/api/blobs/"):
            await exchange.whole(200 if request.path.rpartition("/")[2] in self.blobs else 404)
        elif request.path in ("/api/create", "/api/pull"):
            await self._create(exchange)
        elif request.path in ("/api/show", "/api/copy", "/api/delete"):
            await self._one_model(exchange)
        elif request.path == "/api/chat":
            await self._chat(exchange)
        else:
            await exchange.whole(404, text="404 page not found")

    def _listed(self, name: str) -> dict[str, Any]:
        """An entry of a list; the digest depends on what the model was made of, as a real one's does."""
        made = json.dumps(self.made.get(name, name), sort_keys=True)
        details = {"family": "llama", "parameter_size": "134.52M", "quantization_level": "Q4_1", "context_length": 8192}
        digest = hashlib.sha256(made.encode()).hexdigest()
        return {
            "name": name,
            "model": name,
            "digest": digest,
            "size": 4_920_753_328,
            "size_vram": 0,
            "details": details,
        }

    async def _blob(self, exchange: Exchange, reader: asyncio.StreamReader) -> None:
        """A file comes. One that is there is answered before it is read, and the connection closed under the sender."""
        digest, length = exchange.request.path.rpartition("/")[2], int(exchange.request.headers["content-length"])
        if "/api/blobs" in self.answers:
            await self.answers["/api/blobs"](exchange)
        elif digest in self.blobs:
            await exchange.whole(200)
        else:
            hashed = hashlib.sha256()
            left = length
            while left:
                piece = await reader.read(min(left, 1 << 20))
                if not piece:
                    self.cut += 1
                    return
                left -= len(piece)
                hashed.update(piece)
            found = f"sha256:{hashed.hexdigest()}"
            if found != digest:
                await exchange.whole(400, {"error": f'digest mismatch, expected "{digest}", got "{found}"'})
            else:
                self.blobs[digest] = length
                await exchange.whole(201)
        exchange.writer.close()

    async def _create(self, exchange: Exchange) -> None:
        body = exchange.request.body
        await exchange.begin()
        digests = [*body.get("files", {}).values(), *body.get("adapters", {}).values()]
        if any(digest not in self.blobs for digest in digests):
            await exchange.line({"error": "open /path/to/models/blobs: no such file or directory"})
        elif "from" in body and _tagged(body["from"]) not in self.models:
            await exchange.line({"error": f"pull model manifest: {body['from']}: file does not exist"})
        else:
            for words in ("parsing GGUF", "verifying conversion", "writing manifest", "success"):
                await exchange.line({"status": words})
            name = _tagged(body["model"])
            self.made[name] = {key: value for key, value in body.items() if key not in ("model", "stream")}
            if name not in self.models:
                self.models.insert(0, name)
        await exchange.end()

    async def _one_model(self, exchange: Exchange) -> None:
        body, path = exchange.request.body, exchange.request.path
        name = _tagged(body.get("model") or body["source"])
        if name not in self.models:
            await exchange.whole(404, {"error": f"model '{name.removesuffix(':latest')}' not found"})
        elif path == "/api/show":
            made = self.made.get(name, {})
            shown = {"template": "{{ .Prompt }}", "system": made.get("system", ""), "parameters": "num_ctx 8192"}
            info = {"general.architecture": "llama", "llama.block_count": 30, "llama.attention.head_count": 9}
            info |= {"llama.attention.head_count_kv": 3, "llama.embedding_length": 576, "llama.context_length": 8192}
            tensors = [{"name": "blk.0.attn_q.weight", "type": "Q4_1", "shape": [576, 576]}]
            await exchange.whole(200, shown | {"model_info": info, "tensors": tensors, "capabilities": ["completion"]})
        elif path == "/api/copy":
            new = _tagged(body["destination"])
            self.made[new] = self.made.get(name, {"from": name})
            if new not in self.models:
                self.models.insert(0, new)
            await exchange.whole(200)
        else:
            self.models.remove(name)
            self.made.pop(name, None)
            await exchange.whole(200)

    async def _chat(self, exchange: Exchange) -> None:
        body = exchange.request.body
        name = _tagged(body["model"])
        if name not in self.models:
            await exchange.whole(404, {"error": f"model '{body['model']}' not found"})
        elif not body["messages"]:
            reason = "unload" if body.get("keep_alive") == 0 else "load"
            (self.loaded.discard if reason == "unload" else self.loaded.add)(name)
            await exchange.whole(200, _line(body["model"], _EMPTY) | {"done": True, "done_reason": reason})
        else:
            self._asked += 1
            await self.chats[min(self._asked, len(self.chats)) - 1](exchange)


def _tagged(name: str) -> str:
    """A name as Ollama lists it."""
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"


_EMPTY = {"role": "assistant", "content": ""}
_DONE = {
    "done": True,
    "done_reason": "stop",
    "total_duration": 650_000_000,
    "load_duration": 2_000_000,
    "prompt_eval_count": 35,
    "prompt_eval_duration": 147_000_000,
    "eval_duration": 490_000_000,
}


def _line(model: str, message: dict[str, str]) -> dict[str, Any]:
    return {"model": model, "created_at": "2026-11-23T05:47:17.957619265Z", "message": message, "done": False}


async def _read(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    method, path, _ = head[0].split(" ")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
    length = int(headers.get("content-length", 0))
    raw = path.startswith("/api/blobs/")  # read piece by piece, or not at all
    body = json.loads(await reader.readexactly(length)) if length and not raw else None
    return Request(method, path, headers, body)


async def _hung_up(reader: asyncio.StreamReader) -> None:
    """Return when the client closes: a client of ours sends nothing more before it has its answer."""
    while not reader.at_eof():  # noqa: ASYNC110 (reading would eat the next request of a kept connection)
        await asyncio.sleep(0.005)
