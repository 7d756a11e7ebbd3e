"""`Settings`: the one reader of `inference_config.yaml`, the shipped file and the person's own."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from poetry_tui import resources
from poetry_tui.config_file import merged, parse_yaml, read_yaml, validated
from poetry_tui.errors import BadConfig, BadRequest
from poetry_tui.llm.chat import ChatOptions
from poetry_tui.llm.spec import ModelSpec
from poetry_tui.places import config_folder

FILE_NAME = "inference_config.yaml"


def _model_name(text: str) -> str:
    if text != "auto":
        try:
            ModelSpec.parse(text)
        except BadRequest as error:
            raise ValueError(f"{error} Or auto.".replace(". Or", ", or")) from error
    return text


ModelName = Annotated[str, AfterValidator(_model_name)]
"""A model spec, or `auto`."""


class Section(BaseModel):
    """A part of the file: unknown keys are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Options(Section):
    """Sampling, as in `ChatOptions`; what is left out is the engine's choice."""

    temperature: Annotated[float, Field(ge=0, le=5)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    top_k: Annotated[int, Field(ge=0)] | None = None
    min_p: Annotated[float, Field(ge=0, le=1)] | None = None
    repeat_penalty: Annotated[float, Field(gt=0)] | None = None
    dry_multiplier: Annotated[float, Field(ge=0)] | None = None
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    stop: tuple[str, ...] = ()
    context_length: Annotated[int, Field(ge=512)] = 8192

    def chat_options(self) -> ChatOptions:
        """The same as the value the engines take."""
        return ChatOptions(**self.model_dump())


class RoleConfig(Section):
    """A role: its model and how it samples."""

    model: ModelName = "auto"
    options: Options = Options()


class Small(Section):
    """How small models sample in each role, the embedded one among them."""

    poet: Options = Options()
    educator: Options = Options()


class Vanilla(Section):
    """The untrained model that trained ones are compared with. It samples as the Poet does."""

    model: ModelName = "auto"


class Ollama(Section):
    """Where Ollama is, and how long it keeps a model loaded after use (its own notation: 30m, 24h, -1)."""

    host: str | None = None
    keep_alive: str = "30m"


class OpenAI(Section):
    """An OpenAI-compatible endpoint."""

    base_url: str | None = None


class Settings(Section):
    """Everything in `inference_config.yaml`."""

    poet: RoleConfig = RoleConfig()
    educator: RoleConfig = RoleConfig()
    vanilla: Vanilla = Vanilla()
    small: Small = Small()
    rounds: Annotated[int, Field(ge=0, le=50)] = 3
    brief: bool = True
    note: bool = False
    pause: bool = False
    approval: Annotated[str, Field(min_length=3)] = "This poem has found its shape."
    swap: bool = False
    ollama: Ollama = Ollama()
    openai: OpenAI = OpenAI()
    theme: str = "ink"
    keymap: dict[str, str] = {}

    @classmethod
    def load(cls, **flags: Any) -> Self:
        """Shipped file, then the person's file, then the environment, then `flags` (nested mappings; None is left out).

        Raises `BadConfig` that names file, line and key.
        """
        data, sources = _shipped()
        own = user_file()
        if own.is_file():
            own_text = read_yaml(own)
            data = _over(data, parse_yaml(own_text, own))
            sources.insert(0, (str(own), own_text))
        settings = validated(cls, merged(data, _environment()), sources)
        try:
            return settings.changed(**flags)
        except BadConfig as error:
            raise BadRequest(str(error)) from error

    @classmethod
    def shipped(cls) -> Self:
        """The shipped file alone: what is left where the person's own is wrong."""
        return validated(cls, *_shipped())

    def changed(self, **changes: Any) -> Self:
        """These settings with some values replaced (nested mappings; None is left out). Raises `BadConfig`."""
        wanted = _without_none(changes)
        return validated(type(self), _over(self.model_dump(), wanted), [("the value given", "")]) if wanted else self


def user_file() -> Path:
    """The person's own settings file, which need not exist."""
    return config_folder() / FILE_NAME


def save_user(changes: dict[str, Any]) -> None:
    """Write what the person changed in the app into their own file, keeping its other keys and its comments.

    Raises `BadConfig` when the file cannot be read or written, or when a value is wrong (then nothing is written).
    """
    from io import StringIO

    from ruamel.yaml import YAML

    Settings.load().changed(**changes)
    own = user_file()
    yaml = YAML()
    data = (yaml.load(read_yaml(own)) if own.is_file() else None) or {}
    _assign(data, changes)
    out = StringIO()
    yaml.dump(data, out)
    try:
        own.parent.mkdir(parents=True, exist_ok=True)
        fresh = own.with_suffix(".new")
        fresh.write_text(out.getvalue(), encoding="utf-8")
        fresh.replace(own)
    except OSError as error:
        raise BadConfig(f"{own} cannot be written: {error.strerror}. Your choice holds until you quit.") from error


def overridden(options: ChatOptions, over: ChatOptions) -> ChatOptions:
    """`options` with every value that `over` gives."""
    given = {key: value for key, value in asdict(over).items() if value not in (None, ())}
    return ChatOptions(**{**asdict(options), **given})


def _shipped() -> tuple[dict[str, Any], list[tuple[str, str]]]:
    path = resources.shipped("config", FILE_NAME)
    text = read_yaml(path)
    return parse_yaml(text, path), [(str(path), text)]


def _over(data: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """`data` with changes. Options of a role are those of small models too, unless `small` is given its own."""
    for role in ("poet", "educator"):
        section = changes.get(role)
        if isinstance(section, dict) and isinstance(section.get("options"), dict):
            data = merged(data, {"small": {role: section["options"]}})
    return merged(data, changes)


def _assign(data: Any, changes: dict[str, Any]) -> None:
    for key, value in changes.items():
        if isinstance(value, dict) and isinstance(data.get(key), dict):
            _assign(data[key], value)
        else:
            data[key] = value


def _environment() -> dict[str, Any]:
    roles = {role: os.environ.get(f"POETRY_TUI_{role.upper()}") for role in ("poet", "educator")}
    return _without_none(
        {
            "ollama": {"host": os.environ.get("OLLAMA_HOST") or None},
            "openai": {"base_url": os.environ.get("OPENAI_BASE_URL") or None},
            **{role: {"model": model or None} for role, model in roles.items()},
        }
    )


def _without_none(values: dict[str, Any]) -> dict[str, Any]:
    """The mapping without None values and without mappings that become empty by it."""
    kept = {key: _without_none(value) if isinstance(value, dict) else value for key, value in values.items()}
    return {key: value for key, value in kept.items() if value is not None and value != {}}
