"""`preflight`: what Ollama would make of a file, said before anything is sent.

Some of what is wrong with a file Ollama refuses at once; some it accepts, and fails at the first chat.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from poetry_tui import resources
from poetry_tui.registry.gguf import GgufFile
from poetry_tui.registry.parameters import PARAMETERS

Level = Literal["refused", "fails", "note"]

_FULL = frozenset(("F32", "F16", "BF16"))
_QUANTIZATIONS = ("F32", "F16", "Q4_K_S", "Q4_K_M", "Q8_0")
_LORA = re.compile(r"^(?P<base>.+)\.lora_(?P<side>[ab])$")
_GENERATION = re.compile(r"\{%-?\s*(?:end)?generation\s*-?%\}")
"""A tag of training templates, which marks what the model wrote; engines pass over it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a file: Ollama would refuse it, would fail at the first chat, or it is worth knowing."""

    level: Level
    text: str


def preflight(
    file: GgufFile,
    *,
    use: Literal["model", "adapter"],
    base: Mapping[str, tuple[int, ...]] | None = None,
    parameters: Mapping[str, object] | None = None,
    quantize: str | None = None,
    free_bytes: int | None = None,
) -> list[Finding]:
    """What there is to say about bringing this file in as a model, or as an adapter on one.

    `base` holds the tensors' shapes of the adapter's base model, `free_bytes` the room where Ollama keeps its models.
    """
    found = [*_kind(file, use), *_parameters(parameters or {}), *_disk(file, free_bytes)]
    if file.kind == use == "adapter":
        found += _shapes(file, base or {})
    elif file.kind == use == "model":
        found += [*_architecture(file), *_template(file), *_quantization(file, quantize)]
    return found


def _kind(file: GgufFile, use: str) -> Iterator[Finding]:
    if file.kind == "adapter" and use == "model":
        yield Finding("fails", "It is an adapter, not a model: say which model of Ollama it is for (base).")
    if file.kind == "model" and use == "adapter":
        yield Finding("fails", "It is a whole model, not an adapter: bring it in without a base model.")


def _shapes(file: GgufFile, base: Mapping[str, tuple[int, ...]]) -> Iterator[Finding]:
    for name, shape in file.tensors.items():
        match = _LORA.match(name)
        if not match or len(shape) < 2:
            continue
        wanted = base.get(match["base"])
        side = 0 if match["side"] == "a" else 1  # a takes what goes into the weights, b gives what comes out
        if wanted is None:
            yield Finding("fails", f"The adapter changes {match['base']}, which the base model does not have.")
            return
        if len(wanted) < 2 or shape[side] != wanted[side]:
            yield Finding(
                "fails",
                f"The adapter was made for another model: {match['base']} is {_by(wanted)} in this base, "
                f"and the adapter's side of it is {shape[side]}.",
            )
            return
    yield Finding("note", "An adapter is loaded apart: two roles on one base with an adapter each load in turn.")


def _architecture(file: GgufFile) -> Iterator[Finding]:
    if file.architecture not in _known_architectures():
        yield Finding(
            "refused",
            f"Its architecture, {file.architecture}, is not one that llama.cpp is known to load. "
            "If your Ollama is newer than this program, try all the same.",
        )


def _template(file: GgufFile) -> Iterator[Finding]:
    if not file.chat_template:
        yield Finding("note", "It brings no chat template: Llama 3's is written. For another family, edit TEMPLATE.")
        return
    from jinja2 import Environment, TemplateError

    try:
        Environment(extensions=["jinja2.ext.loopcontrols"]).parse(_GENERATION.sub("", file.chat_template))
    except (TemplateError, RecursionError) as error:
        yield Finding("fails", f"Its chat template does not parse ({error}): write a TEMPLATE into the Modelfile.")


def _quantization(file: GgufFile, wanted: str | None) -> Iterator[Finding]:
    if not wanted:
        return
    if wanted.upper() not in _QUANTIZATIONS:
        yield Finding("refused", f"Ollama does not quantize to {wanted}; it knows {', '.join(_QUANTIZATIONS)}.")
    elif file.quantization not in _FULL:
        yield Finding("refused", f"It is quantized already ({file.quantization}): bring it in as it is.")


def _parameters(parameters: Mapping[str, object]) -> Iterator[Finding]:
    for name, value in parameters.items():
        kind = PARAMETERS.get(name)
        if kind is None:
            yield Finding("fails", f"There is no parameter {name}: Ollama would pass over it for ever. Take it out.")
        elif not _is_of(kind, value):
            words = {int: "a whole number", float: "a number", bool: "true or false", list: "texts"}[kind]
            yield Finding("fails", f"The parameter {name} is {value!r}, and must be {words}.")


def _is_of(kind: type, value: object) -> bool:
    if isinstance(value, bool) or kind is bool:
        return kind is bool and isinstance(value, bool)
    if kind is list:
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    return isinstance(value, int | float if kind is float else kind)


def _disk(file: GgufFile, free_bytes: int | None) -> Iterator[Finding]:
    if free_bytes is not None and free_bytes < 2 * file.size:
        yield Finding(
            "refused",
            f"Ollama needs {2 * file.size / 1e9:.1f} GB of disk for it (it keeps the file and its own copy), "
            f"and {free_bytes / 1e9:.1f} GB are free. Make room first.",
        )


@cache
def _known_architectures() -> frozenset[str]:
    lines = resources.read_text("config", "architectures.txt").splitlines()
    return frozenset(name for line in lines if not line.startswith("#") for name in line.split())


def _by(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))
