"""The Ollama process on this machine: how it was started, and what of that matters here."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from poetry_tui.errors import BadConfig
from poetry_tui.llm.address import ollama_url


@dataclass(frozen=True, slots=True)
class ServerSetting:
    """A variable of Ollama's environment ("" where it is not set, and its default counts), and what it means here."""

    name: str
    value: str
    meaning: str


def server_environment(host: str = "") -> Mapping[str, str] | None:
    """The environment of the server that listens at `host`; None where it is not on this machine or not ours to see."""
    wanted = ollama_url(host)
    for process in psutil.process_iter(["name", "cmdline"]):
        if process.info["name"] in ("ollama", "ollama.exe") and "serve" in (process.info["cmdline"] or ()):
            try:
                environment = process.environ()
                if ollama_url(environment.get("OLLAMA_HOST", "")) == wanted:
                    return environment
            except (psutil.Error, BadConfig):
                continue
    return None


def server_settings(environment: Mapping[str, str]) -> list[ServerSetting]:
    """The settings that matter to a workshop, in words (the defaults are those of Ollama 0.32)."""

    def setting(name: str, default: str, words: str) -> ServerSetting:
        value = environment.get(name, "")
        return ServerSetting(name, value, words.format(value or default))

    return [
        setting("OLLAMA_NUM_PARALLEL", "1", "requests at a time for each model: {}"),
        setting("OLLAMA_MAX_LOADED_MODELS", "as many as fit", "models in memory: {}"),
        setting("OLLAMA_KEEP_ALIVE", "5m", "a model is kept for {} unless a request says otherwise, as ours do"),
        setting("OLLAMA_CONTEXT_LENGTH", "by memory", "context where a request does not say, as ours do: {}"),
        setting("OLLAMA_KV_CACHE_TYPE", "f16", "the cache of keys and values is in {}"),
    ]


def models_folder(environment: Mapping[str, str] | None) -> Path:
    """Where the server keeps its models, as far as can be known: its own setting, ours, or the home folder."""
    folder = (environment or {}).get("OLLAMA_MODELS") or os.environ.get("OLLAMA_MODELS")
    return Path(folder) if folder else Path.home() / ".ollama" / "models"
