"""Bringing a GGUF into Ollama: hashed, sent, created, tried with one short reply, and remembered.

The model is made under a name of its own and takes the wanted one only when it has answered: whatever goes wrong before
that, no half-made model stays and the one that had the name is as it was.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from poetry_tui.errors import BadModelFile, ModelError
from poetry_tui.llm.chat import ChatMessage, ChatOptions, TextChunk
from poetry_tui.registry.modelfile import Modelfile
from poetry_tui.registry.ollama import OllamaServer
from poetry_tui.registry.roles import ModelRole

Step = Literal["hash", "send", "create", "try", "name"]
_PIECE, _TOLD = 1 << 20, 1 << 22  # bytes read at a time, and between two words about it
_TRIAL = [ChatMessage("system", "You are a poet."), ChatMessage("user", "Say one line about rain.")]
"""With a system message of its own, so that a long persona need not be read first."""
_TRIAL_TOKENS = 16
_WORDS = {
    "parsing GGUF": "Ollama reads the file",
    "verifying conversion": "Ollama checks the tensors",
    "quantizing": "Ollama quantizes the weights",
    "using autodetected template": "its chat format is one that Ollama knows",
    "using existing layer": "the weights are there already",
    "creating new layer": "Ollama stores the weights",
    "writing manifest": "Ollama writes down what the model is made of",
    "success": "made",
}
"""What Ollama says while it makes a model, by how its line begins, in a person's words."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is: `done` of `total` bytes while a file is hashed or sent, 0 of 0 else."""

    step: Step
    text: str
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be brought in: `files` (all parts of a split GGUF) or an `adapter` on the model `base` of the server.

    `modelfile` is what else the model is made of; `quantize` the quantization wanted on the way, "" for none.
    """

    name: str
    role: ModelRole
    modelfile: Modelfile
    files: tuple[Path, ...] = ()
    adapter: Path | None = None
    base: str = ""
    quantize: str = ""


class Record(Protocol):
    """A model that was brought in before."""

    @property
    def name(self) -> str:
        """Its name in Ollama."""

    @property
    def role(self) -> str:
        """The role it was made for."""

    @property
    def model_digest(self) -> str:
        """Its digest in Ollama when it was made."""


class Records(Protocol):
    """What is remembered of files and models. Ollama rewrites a file that it takes in, so only we know it again."""

    def known_digest(self, file: Path) -> str | None:
        """The digest of a file that was hashed before and has the same size, time and inode."""

    def keep_digest(self, file: Path, digest: str) -> None:
        """Remember the digest of a file as it is now."""

    def made_from(self, file_digests: Sequence[str]) -> Sequence[Record]:
        """Models made from these files alone, the newest first."""

    def keep(self, name: str, role: str, file: Path, file_digests: Sequence[str], model_digest: str) -> None:
        """Remember a model and where it came from."""


async def bring_in(server: OllamaServer, order: Order, records: Records, tell: Callable[[Progress], None]) -> str:
    """Bring a model in; returns what it said when it was tried. A model of that name is replaced: ask before.

    Raises a `ModelError` or `BadModelFile` that says at which step and why; then the server is as it was, but for the
    file it may hold already, so that the next attempt need not send it again. Cancelling it does the same.
    """
    paths = (order.adapter,) if order.adapter else order.files
    digests = [await _digest(path, records, tell) for path in paths]
    source = await _source(server, order, digests, records)
    if "from" not in source or order.adapter:
        for path, digest in zip(paths, digests, strict=True):
            await _send(server, path, digest, tell)
    staged = _staged(order.name)
    try:
        await _create(server, staged, {**_body(order), **source}, tell)
        tell(Progress("try", "loading it, and asking for one line"))
        reply = await _try(server, staged)
        tell(Progress("name", f"naming it {order.name}"))
        await server.copy(staged, order.name)
    finally:
        with suppress(ModelError):
            await asyncio.shield(server.delete(staged))
    made = next((model for model in await server.models() if model.name == _full(order.name)), None)
    await asyncio.to_thread(records.keep, _full(order.name), order.role, paths[0], digests, made.digest if made else "")
    return reply


async def _digest(path: Path, records: Records, tell: Callable[[Progress], None]) -> str:
    if known := records.known_digest(path):
        return known
    digest = await asyncio.to_thread(_hashed, path, tell)
    records.keep_digest(path, digest)
    return digest


def _hashed(path: Path, tell: Callable[[Progress], None]) -> str:
    """sha256:<hex> of a file, read in pieces."""
    digest, piece, done = hashlib.sha256(), bytearray(_PIECE), 0
    try:
        total = path.stat().st_size
        with path.open("rb", buffering=0) as stream:
            while count := stream.readinto(piece):
                digest.update(memoryview(piece)[:count])
                done += count
                if done % _TOLD < _PIECE or done == total:
                    tell(Progress("hash", f"reading {path.name}", done, total))
    except OSError as error:
        raise BadModelFile(f"{path} cannot be read: {error.strerror}. Check the path and its permissions.") from error
    return f"sha256:{digest.hexdigest()}"


async def _source(server: OllamaServer, order: Order, digests: Sequence[str], records: Records) -> dict[str, Any]:
    """What the model is created from: files to send, or, where these files were brought in before, that model.

    A model's persona cannot be taken away over the API, so one that has a persona serves only where there is a new one.
    """
    if order.adapter:
        return {"from": order.base, "adapters": {order.adapter.name: digests[0]}}
    before = [] if order.quantize else records.made_from(digests)
    there = {model.name: model.digest for model in await server.models()} if before else {}
    for made in before:
        plain = made.role == "vanilla" or order.modelfile.system
        if plain and made.model_digest and there.get(made.name) == made.model_digest:
            return {"from": made.name}
    return {"files": {path.name: digest for path, digest in zip(order.files, digests, strict=True)}}


async def _send(server: OllamaServer, path: Path, digest: str, tell: Callable[[Progress], None]) -> None:
    if await server.has_blob(digest):
        return
    try:
        await server.upload(path, digest, lambda *bytes_: tell(Progress("send", f"sending {path.name}", *bytes_)))
    except ModelError as error:
        if not await server.has_blob(digest):
            raise type(error)(f"{path.name} could not be sent. {error} It will not be hashed again.") from error


def _body(order: Order) -> dict[str, Any]:
    """The request to create a model, as the Modelfile says; what it leaves out is left to Ollama."""
    told = order.modelfile
    body: Mapping[str, Any] = {
        "template": told.template,
        "system": told.system,
        "parameters": told.parameters,
        "license": list(told.licenses),
        "messages": [{"role": role, "content": text} for role, text in told.messages],
        "requires": told.requires,
        "quantize": order.quantize,
    }
    return {key: value for key, value in body.items() if value}


async def _create(server: OllamaServer, name: str, body: Mapping[str, Any], tell: Callable[[Progress], None]) -> None:
    try:
        async for status in server.create(name, body):
            words = next((words for start, words in _WORDS.items() if status.text.startswith(start)), status.text)
            tell(Progress("create", words, status.done, status.total))
    except ModelError as error:
        raise type(error)(f"Ollama could not make the model. {error}") from error


async def _try(server: OllamaServer, name: str) -> str:
    """One short reply, which shows that the model loads and chats."""
    parts = list[str]()
    try:
        if "completion" not in (await server.show(name)).capabilities:
            raise BadModelFile("Ollama says that it cannot write text.")
        options = ChatOptions(max_tokens=_TRIAL_TOKENS, context_length=None)
        async for chunk in server.chat(name, _TRIAL, options, "1m"):
            if isinstance(chunk, TextChunk):
                parts.append(chunk.text)
    except ModelError as error:
        raise type(error)(f"The model was made but does not answer, so it was taken away again. {error}") from error
    return "".join(parts).strip()


def _staged(name: str) -> str:
    """The name a model has until it has answered."""
    base, colon, tag = name.rpartition(":")
    return f"{base}:{tag}-importing" if colon and "/" not in tag else f"{name}:importing"


def _full(name: str) -> str:
    """A name with its tag, as Ollama lists it."""
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"
