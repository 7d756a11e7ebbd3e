"""`Shelf`: the models at hand, in Ollama and as files, and what becomes of them: brought in, given a role, measured.

The command line and the Models screen are two views of it.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from poetry_tui.errors import BadModelFile, BadRequest
from poetry_tui.library import ModelRecords
from poetry_tui.llm.address import ollama_url
from poetry_tui.llm.chat import ChatOptions
from poetry_tui.llm.embedded import find_embedded
from poetry_tui.llm.spec import ModelSpec
from poetry_tui.places import data_folder
from poetry_tui.registry import gguf, roles
from poetry_tui.registry.fit import Advice, Facts, Need, advice, machine_memory, need
from poetry_tui.registry.gguf import GgufFile
from poetry_tui.registry.importing import Order, Progress, bring_in
from poetry_tui.registry.modelfile import Modelfile, ParameterValue
from poetry_tui.registry.ollama import InstalledModel, OllamaServer
from poetry_tui.registry.preflight import Finding, preflight
from poetry_tui.registry.roles import ModelRole
from poetry_tui.registry.server import models_folder, server_environment, server_settings
from poetry_tui.settings import Settings, save_user
from poetry_tui.studio import SMALL, Cast

Part = Literal["poet", "educator", "vanilla"]
PARTS: tuple[Part, ...] = get_args(Part)
"""The roles that the settings give to models."""


@dataclass(frozen=True, slots=True)
class ShelfModel:
    """A model in Ollama, the roles that it has in the settings, and the file it was made from, where we made it."""

    model: InstalledModel
    roles: tuple[Part, ...]
    origin: Path | None


@dataclass(frozen=True, slots=True)
class Prepared:
    """An import that could begin: what the file is, what is to be done, and what there is to say about it before."""

    file: GgufFile
    order: Order
    findings: tuple[Finding, ...]

    @property
    def hindered(self) -> bool:
        """Whether Ollama would refuse it, or fail at the first chat."""
        return any(finding.level != "note" for finding in self.findings)


class Shelf:
    """The models of one Ollama server and of this machine's folders. Closing it closes the connections."""

    def __init__(self, settings: Settings, records: ModelRecords) -> None:
        self.settings = settings
        self.server = OllamaServer(settings.ollama.host or "")
        self._records = records

    async def aclose(self) -> None:
        """Close the connections."""
        await self.server.aclose()
        await asyncio.to_thread(self._records.close)

    async def models(self) -> list[ShelfModel]:
        """The models of the server, the newest first. Raises a `ModelError`."""
        found, records = await asyncio.gather(self.server.models(), asyncio.to_thread(self._records.all))
        origins = {record.name: record.path for record in records}
        return [
            ShelfModel(model, self.roles_of(model.name), origins.get(model.name))
            for model in found
            if not model.name.endswith("importing")
        ]

    def roles_of(self, name: str) -> tuple[Part, ...]:
        """The roles a model has in the settings."""
        names = {f"ollama:{name}", f"ollama:{name.removesuffix(':latest')}"}
        return tuple(part for part in PARTS if getattr(self.settings, part).model in names)

    def offered(self) -> list[Path]:
        """GGUF files in the models folder that have not been brought in; of a split file the first part. Blocks."""
        known = {record.path for record in self._records.all()}
        files = sorted((data_folder() / "models").glob("**/*.gguf"))
        return [file for file in files if file not in known and not gguf.is_later_part(file)]

    async def prepare(
        self,
        path: Path,
        role: ModelRole,
        *,
        name: str = "",
        base: str = "",
        quantize: str = "",
        modelfile: Modelfile | None = None,
    ) -> Prepared:
        """Look at a file and say what bringing it in would mean; nothing is sent.

        With `base`, a model of the server, the file is an adapter for it. `modelfile` goes before the role's own.
        Raises `BadModelFile`, or a `ModelError` where the base cannot be looked at.
        """
        file = await asyncio.to_thread(gguf.read, path)
        shapes = (await self.server.show(base)).tensors if base else None
        told = modelfile or self.modelfile(role, file, base=base)
        findings = preflight(
            file,
            use="adapter" if base else "model",
            base=shapes,
            parameters=told.parameters,
            quantize=quantize or None,
            free_bytes=await asyncio.to_thread(self._free_bytes),
        )
        order = Order(
            name=name or roles.NAMES[role],
            role=role,
            modelfile=told,
            files=() if base else file.parts,
            adapter=file.path if base else None,
            base=base,
            quantize=quantize,
        )
        return Prepared(file, order, tuple(findings))

    def modelfile(self, role: ModelRole, file: GgufFile, *, base: str = "") -> Modelfile:
        """The Modelfile of a role for a file, or for an adapter on a base model."""
        section = self.settings.educator if role == "educator" else self.settings.poet
        small = self.settings.small.educator if role == "educator" else self.settings.small.poet
        options = small if file.size < SMALL and not base else section.options
        license_name = file.metadata.get("general.license")
        return roles.role_modelfile(
            role,
            base or tuple(map(str, file.parts)),
            parameters(options.chat_options()),
            licenses=(str(license_name),) if license_name else (),
            has_template=bool(base or file.chat_template),
            adapter=str(file.path) if base else None,
        )

    async def bring_in(self, prepared: Prepared, tell: Callable[[Progress], None]) -> str:
        """Bring it in; returns what the model said when it was tried. Raises as `registry.importing.bring_in` does.

        Its Modelfile is kept in the data folder, unless no Modelfile can hold its texts.
        """
        reply = await bring_in(self.server, prepared.order, self._records, tell)
        with suppress(BadRequest, OSError):
            order = prepared.order
            text = roles.commented(order.role, order.modelfile)
            await asyncio.to_thread(roles.write_modelfile, data_folder() / "modelfiles", order.name, text)
        return reply

    async def has(self, name: str) -> bool:
        """Whether the server has a model of this name."""
        names = {model.name for model in await self.server.models()}
        return name in names or f"{name}:latest" in names

    async def delete(self, name: str) -> None:
        """Delete a model and what is remembered of it."""
        await self.server.delete(name)
        await asyncio.to_thread(self._records.forget, name if ":" in name else f"{name}:latest")

    def set_role(self, part: Part, name: str) -> None:
        """Have a model of the server play a role from now on, in the person's own settings. Raises `BadConfig`."""
        change: dict[str, Any] = {part: {"model": f"ollama:{name.removesuffix(':latest')}"}}
        save_user(change)
        self.settings = self.settings.changed(**change)

    async def load(self, name: str) -> None:
        """Load a model as the Workshop would for its role, so that it need not be loaded again."""
        section = self.settings.educator if "educator" in self.roles_of(name) else self.settings.poet
        await self.server.load(name, section.options.context_length, self.settings.ollama.keep_alive)

    async def fit(self, cast: Cast) -> Advice:
        """Whether the models of a cast fit into this machine's memory. Raises a `ModelError`."""
        poet = await self._need(cast.poet, self.settings.poet.options.context_length)
        educator = await self._need(cast.educator, self.settings.educator.options.context_length)
        same = cast.poet == cast.educator or await asyncio.to_thread(self._same_weights, cast)
        return advice(poet, educator, same_weights=same, memory=machine_memory())

    def _same_weights(self, cast: Cast) -> bool:
        """Whether two names in Ollama were made from the same files alone."""
        files = {record.name.removesuffix(":latest"): record.file_digests for record in self._records.all()}
        one, other = (files.get(spec.name.removesuffix(":latest")) for spec in (cast.poet, cast.educator))
        return one is not None and one == other

    async def fit_with(self, file: GgufFile, role: ModelRole, cast: Cast) -> Advice:
        """Whether a file would fit beside the model of the other role, if it played this one. Raises a `ModelError`."""
        other = cast.poet if role == "educator" else cast.educator
        section, others = self.settings.poet, self.settings.educator
        if role == "educator":
            section, others = others, section
        ours = need(Facts.of_file(file), section.options.context_length)
        theirs = await self._need(other, others.options.context_length)
        poet, educator = (theirs, ours) if role == "educator" else (ours, theirs)
        return advice(poet, educator, same_weights=False, memory=machine_memory())

    async def _need(self, spec: ModelSpec, context_length: int) -> Need:
        """What a model needs here; nothing where it runs elsewhere."""
        if spec.engine == "openai":
            return Need(0, 0, 0)
        if spec.engine == "ollama":
            sizes = {model.name: model.size for model in await self.server.models()}
            shown = await self.server.show(spec.name)
            size = sizes.get(spec.name) or sizes.get(f"{spec.name}:latest", 0)
            return need(Facts.of_info(shown.info, size), context_length)
        path = find_embedded(data_folder() / "models") if spec.engine == "embedded" else Path(spec.name)
        return need(Facts.of_file(await asyncio.to_thread(gguf.read, path)), context_length)

    async def about_server(self) -> str:
        """Its version and, where that can be seen, how it was started. Raises a `ModelError`."""
        version = await self.server.version()
        environment = await asyncio.to_thread(server_environment, self.settings.ollama.host or "")
        started = [one.meaning for one in server_settings(environment)[:2]] if environment is not None else []
        return " · ".join([f"Ollama {version}", *started])

    def _free_bytes(self) -> int | None:
        """Free space where Ollama keeps its models; None where that is on another machine, or unknown."""
        if urlsplit(ollama_url(self.settings.ollama.host or "")).hostname not in {"127.0.0.1", "::1", "localhost"}:
            return None
        folder = models_folder(server_environment(self.settings.ollama.host or ""))
        while not folder.is_dir() and folder != folder.parent:
            folder = folder.parent
        return shutil.disk_usage(folder).free


def parameters(options: ChatOptions) -> Mapping[str, ParameterValue]:
    """Sampling under Ollama's names, for a Modelfile. The longest reply is left out: `ollama run` has no need of it."""
    named = {
        "temperature": options.temperature,
        "top_p": options.top_p,
        "top_k": options.top_k,
        "min_p": options.min_p,
        "repeat_penalty": options.repeat_penalty,
        "num_ctx": options.context_length,
        "stop": list(options.stop) or None,
    }
    return {name: value for name, value in named.items() if value is not None}


def hindrance(prepared: Prepared) -> BadModelFile:
    """What stands in the way of an import, as the error to raise."""
    said = " ".join(finding.text for finding in prepared.findings if finding.level != "note")
    return BadModelFile(f"{prepared.file.path.name}: {said}")


def role_named(text: str) -> ModelRole:
    """The role a person names. Raises `BadRequest` with the roles there are."""
    wanted = text.strip().lower().replace("-", "_").replace(" ", "_")
    for role in roles.MODEL_ROLES:
        if role == wanted:
            return role
    raise BadRequest(f"There is no role '{text}'. The roles are: {', '.join(roles.MODEL_ROLES)}.")
