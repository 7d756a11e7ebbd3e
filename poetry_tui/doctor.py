"""What is installed, reachable or missing, and the next step for each: `poetry-tui doctor` and the app's first run."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as package_version
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from poetry_tui import __version__
from poetry_tui.errors import BadConfig, LibraryError, ModelError
from poetry_tui.places import config_folder, data_folder
from poetry_tui.settings import Settings, user_file

State = Literal["good", "note", "bad"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: what is true of it, and what to do where that is not as it should be ("" = nothing)."""

    subject: str
    state: State
    text: str
    step: str = ""


@dataclass(frozen=True, slots=True)
class Engines:
    """What could play a role on this machine."""

    ollama_binary: bool
    ollama_version: str
    ollama_models: tuple[str, ...]
    ollama_error: str
    in_process: bool
    embedded: Path | None

    @property
    def can_write(self) -> bool:
        """Whether there is any local model to write with."""
        return bool(self.ollama_models) or (self.in_process and self.embedded is not None)


async def engines(settings: Settings) -> Engines:
    """Look for Ollama (a few seconds at most) and for the embedded model."""
    from poetry_tui.llm.embedded import find_embedded
    from poetry_tui.llm.ollama import installed, version

    host = settings.ollama.host or ""
    running, models, error = "", tuple[str, ...](), ""
    try:
        running = await version(host)
        models = tuple(await installed(host))
    except (ModelError, BadConfig) as problem:
        error = str(problem)
    try:
        embedded = find_embedded(data_folder() / "models")
    except ModelError:
        embedded = None
    in_process = find_spec("xllamacpp") is not None
    return Engines(shutil.which("ollama") is not None, running, models, error, in_process, embedded)


async def examine() -> list[Finding]:
    """Look at everything a session needs; never raises."""
    findings = [Finding("poetry-tui", "good", f"{__version__} on Python {sys.version.split()[0]}")]
    try:
        settings = Settings.load()
        own = user_file()
        findings.append(
            Finding("settings", "good", str(own) if own.is_file() else f"as shipped; your own may lie at {own}")
        )
    except BadConfig as error:
        findings.append(Finding("settings", "bad", str(error), "Correct the file, or move it away."))
        settings = Settings()
    found = await engines(settings)
    ollama = _ollama(found, settings.ollama.host or "")
    return [*findings, _library(), *ollama, _embedded(found), _openai(settings), _roles(settings, found)]


def _library() -> Finding:
    from poetry_tui.library import Library

    path = data_folder() / "library.db"
    try:
        library = Library(path)
        count = library.count()
        library.close()
    except LibraryError as error:
        return Finding("library", "bad", str(error))
    return Finding("library", "good", f"{path}, {count} session{'' if count == 1 else 's'}")


def _ollama(found: Engines, host: str) -> list[Finding]:
    if found.ollama_error and not found.ollama_version:
        step = "" if found.ollama_binary else "It is not installed here: get it from ollama.com, or go on without it."
        return [Finding("Ollama", "note", found.ollama_error, step)]
    findings = [Finding("Ollama", "good", f"version {found.ollama_version}")]
    if found.ollama_models:
        findings.append(Finding("its models", "good", ", ".join(found.ollama_models)))
    else:
        findings.append(Finding("its models", "note", "none yet", "Get one with: ollama pull llama3.1:8b"))
    return [*findings, *_server(host)]


def _server(host: str) -> list[Finding]:
    """How the server was started, where it runs on this machine."""
    from poetry_tui.registry.server import server_environment, server_settings

    environment = server_environment(host)
    if environment is None:
        return []
    settings = server_settings(environment)
    step = ""
    if environment.get("OLLAMA_MAX_LOADED_MODELS") == "1":
        step = "Two models would load in turn: set OLLAMA_MAX_LOADED_MODELS=2 for it, or give both roles one model."
    words = "; ".join(f"{one.meaning}{f' ({one.name})' if one.value else ''}" for one in settings)
    return [Finding("its settings", "note" if step else "good", words, step)]


def _embedded(found: Engines) -> Finding:
    if not found.in_process:
        return Finding(
            "embedded model",
            "note",
            "the engine for GGUF files is not installed",
            "Install it with: pip install 'poetry-tui[embedded]'",
        )
    if found.embedded is None:
        return Finding(
            "embedded model", "note", "not on this machine (98 MB)", "Get it with: poetry-tui doctor --get-embedded"
        )
    try:
        engine = f", xllamacpp {package_version('xllamacpp')}"
    except PackageNotFoundError:
        engine = ""
    return Finding("embedded model", "good", f"{found.embedded.name}{engine}")


def _openai(settings: Settings) -> Finding:
    where = settings.openai.base_url or "the provider's own address"
    if os.environ.get("OPENAI_API_KEY") or settings.openai.base_url:
        return Finding("OpenAI endpoint", "good", where)
    return Finding("OpenAI endpoint", "note", "no OPENAI_API_KEY set (only needed for models named openai:NAME)")


def _roles(settings: Settings, found: Engines) -> Finding:
    named = [spec for spec in (settings.poet.model, settings.educator.model) if spec != "auto"]
    if len(named) == 2 or found.can_write:
        return Finding("roles", "good", f"Poet {settings.poet.model}, Educator {settings.educator.model}")
    return Finding("roles", "bad", "there is no model to write with", "Do one of the steps above.")


def places() -> list[tuple[str, Path]]:
    """Where the person's files lie."""
    return [
        ("sessions", data_folder() / "library.db"),
        ("exports", data_folder() / "exports"),
        ("models", data_folder() / "models"),
        ("settings", config_folder()),
    ]
