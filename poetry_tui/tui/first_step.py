"""`FirstStep`: what a person should do before they can write, by what is installed. One sentence, one or two keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from poetry_tui.doctor import Engines
    from poetry_tui.errors import PoetryError
    from poetry_tui.studio import Cast

_SIZE = "98 MB"
_PULL = "ollama pull llama3.1:8b"


@dataclass(frozen=True, slots=True)
class FirstStep:
    """A sentence ("" when there is nothing to say), and which of the keys it names work."""

    sentence: str = ""
    start_ollama: bool = False
    get_embedded: bool = False


def first_step(found: Engines) -> FirstStep:
    """The step for a machine on which this was found, where the roles are left to `auto`."""
    if any("embed" not in name for name in found.ollama_models):  # those that make vectors cannot chat
        return FirstStep()
    small_is_here = found.in_process and found.embedded is not None
    if not found.in_process:
        small = "For a small built-in model, install its engine: pip install 'poetry-tui[embedded]'"
    else:
        small = f"press g to get the small built-in model ({_SIZE})"
    can_get = found.in_process and not small_is_here
    if found.ollama_version:
        what = "Ollama has no model yet"
        if small_is_here:
            return FirstStep(f"{what}: the small built-in model writes. A larger one comes with: {_PULL}")
        return FirstStep(f"{what}. Get one with: {_PULL}{_or(small, can_get)}", get_embedded=can_get)
    if found.ollama_binary:
        if small_is_here:
            return FirstStep(
                "Ollama is not running: the small built-in model writes. Press o to start Ollama.", start_ollama=True
            )
        return FirstStep(
            f"Ollama is not running. Press o to start it{_or(small, can_get)}", start_ollama=True, get_embedded=can_get
        )
    if small_is_here:
        return FirstStep("The small built-in model is ready to write. Ollama (ollama.com) brings larger ones.")
    if can_get:
        return FirstStep(
            f"There is no model yet. Press g to get the small built-in one ({_SIZE}), or install Ollama (ollama.com).",
            get_embedded=True,
        )
    return FirstStep(f"There is no model yet. Install Ollama (ollama.com). {small}")


def step_for(cast: Cast, error: PoetryError, found: Engines) -> FirstStep:
    """The step where these models were chosen and one of them cannot be loaded."""
    engines = {cast.poet.engine, cast.educator.engine}
    if "ollama" in engines and found.ollama_binary and not found.ollama_version:
        return FirstStep("Ollama is not running. Press o to start it.", start_ollama=True)
    if "embedded" in engines and found.in_process and found.embedded is None:
        return FirstStep(f"The small built-in model is not here yet. Press g to get it ({_SIZE}).", get_embedded=True)
    return FirstStep(str(error))


def _or(small: str, can_get: bool) -> str:
    return f", or {small}." if can_get else f". {small}"
