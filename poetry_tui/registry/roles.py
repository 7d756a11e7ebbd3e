"""The Modelfile of each role: a template of `modelfiles/`, filled in with the persona, the sampling and the file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal, get_args

from poetry_tui import resources
from poetry_tui.registry.modelfile import Modelfile, ParameterValue, parse

ModelRole = Literal["poet", "educator", "rhyme_poet", "vanilla"]
MODEL_ROLES: tuple[ModelRole, ...] = get_args(ModelRole)
NAMES: Mapping[ModelRole, str] = {
    "poet": "poetry-poet",
    "educator": "poetry-educator",
    "rhyme_poet": "poetry-rhyme-poet",
    "vanilla": "poetry-vanilla",
}
"""What a model of the role is called in Ollama, where the person does not say."""

LLAMA3_TEMPLATE = """{{- range .Messages }}<|start_header_id|>{{ .Role }}<|end_header_id|>

{{ .Content }}<|eot_id|>{{ end }}<|start_header_id|>assistant<|end_header_id|>

"""
"""The chat format of Llama 3 (its model card) in Ollama's template language, for a GGUF that brings no template."""
_LLAMA3_STOPS = ["<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"]
_PLACEHOLDER = re.compile(r"\{([\w.]+)\}")


def role_modelfile(
    role: ModelRole,
    source: str | tuple[str, ...],
    options: Mapping[str, ParameterValue],
    *,
    licenses: tuple[str, ...] = (),
    has_template: bool = True,
    adapter: str | None = None,
) -> Modelfile:
    """What a model of this role is made of. `source` names the GGUF (all parts of a split one) or the base model.

    `options` are parameters under Ollama's names; what the role's template says goes before them. Without a template of
    its own, the model gets Llama 3's.
    """
    filled = parse(_template(role))
    stops = {} if has_template else {"stop": list(_LLAMA3_STOPS)}
    return replace(
        filled,
        sources=(source,) if isinstance(source, str) else source,
        adapter=adapter,
        system=_persona(filled.system),
        template=None if has_template else LLAMA3_TEMPLATE,
        parameters={**options, **stops, **filled.parameters},
        licenses=licenses or filled.licenses,
    )


def commented(role: ModelRole, modelfile: Modelfile) -> str:
    """The text of a Modelfile with the role's explanation above it. Raises `BadRequest` as `render` does."""
    comments = [line for line in _template(role).splitlines() if line.startswith("#") and "{" not in line]
    return "\n".join([*comments, modelfile.render()])


def write_modelfile(folder: Path, name: str, text: str) -> Path:
    """Keep a Modelfile in `folder`, to be used by hand with `ollama create NAME -f`. Raises `OSError`."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (re.sub(r"[^\w.-]+", "-", name) + ".modelfile")
    path.write_text(text, encoding="utf-8", newline="")
    return path


def _template(role: ModelRole) -> str:
    return resources.read_text("modelfiles", f"{role}.modelfile")


def _persona(system: str | None) -> str | None:
    match = _PLACEHOLDER.fullmatch(system or "")
    return resources.read_text("persona", match[1]).strip() if match else system
