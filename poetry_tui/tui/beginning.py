"""What the app does after its first paint, in a thread: reading the settings and opening the library.

This module is imported there too, since what it needs takes longer to import than the app takes to paint.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from textual.dom import DOMNode

from poetry_tui.errors import BadConfig, BadRequest, LibraryError
from poetry_tui.library import Library
from poetry_tui.places import data_folder
from poetry_tui.settings import Settings
from poetry_tui.studio import Studio
from poetry_tui.tui.screens import SCREENS

_DIALOGS = (
    *(f"poetry_tui.tui.screens.{name}" for name in ("dialogs", "settings", "help")),
    "poetry_tui.tui.bench.bench",
)


@dataclass(frozen=True, slots=True)
class Beginning:
    """What was found, and sentences for the person about what is wrong.

    `studio` is None where the library cannot be opened; `hindrance` says why then.
    """

    settings: Settings
    studio: Studio | None
    hindrance: str
    problems: tuple[str, ...]


def begin(flags: dict[str, Any]) -> Beginning:
    """Read the settings and open the library. Blocks; never raises a `PoetryError`."""
    settings, problem = _settings(flags)
    studio, hindrance = None, ""
    try:
        studio = Studio(settings, Library(data_folder() / "library.db"))
    except LibraryError as error:
        hindrance = str(error)
    problems = [problem] if problem else []
    return Beginning(settings, studio, hindrance, (*problems, *_unknown_bindings(settings.keymap)))


def _settings(flags: dict[str, Any]) -> tuple[Settings, str]:
    """The settings; where a file or a flag is wrong, those of the app without it, and what is wrong."""
    try:
        return Settings.load(**flags), ""
    except BadRequest as error:
        settings, problem = _settings({})
        return settings, problem or str(error)
    except BadConfig as error:
        problem = f"{error} Until then the settings are as shipped."
    try:
        return Settings.shipped().changed(**flags), problem
    except BadConfig as error:
        return Settings.shipped(), f"{problem} {error}"


def _unknown_bindings(keymap: dict[str, str]) -> list[str]:
    """A sentence about the ids in the keymap that no binding has, if there are any."""
    if not keymap:
        return []
    for module in (*(entry.module for entry in SCREENS), *_DIALOGS):
        import_module(module)
    unknown = sorted(set(keymap) - _binding_ids(DOMNode))
    return [f"The keymap names what has no key: {', '.join(unknown)}. The ids stand in the help."] if unknown else []


def _binding_ids(node: type[DOMNode]) -> set[str]:
    own = {getattr(binding, "id", None) for binding in node.__dict__.get("BINDINGS", ())}
    return {binding_id for binding_id in own if binding_id}.union(
        *(_binding_ids(kind) for kind in node.__subclasses__())
    )
