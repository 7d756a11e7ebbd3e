"""The screens of the app: one a module, each with its own stylesheet beside it.

`SCREENS` is the one table of those that have a key of their own. A screen is imported when it is first shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.screen import Screen


@dataclass(frozen=True, slots=True)
class Entry:
    """A screen with a key: the mode it lives in, what the header calls it, and the class that it is."""

    key: str
    mode: str
    title: str
    module: str
    name: str

    def screen(self) -> Screen[Any]:
        """A new screen of this kind, imported now."""
        made: Screen[Any] = getattr(import_module(self.module), self.name)()
        return made


SCREENS = (
    Entry("1", "workshop", "Workshop", "poetry_tui.tui.screens.workshop", "WorkshopScreen"),
    Entry("3", "models", "Models", "poetry_tui.tui.screens.models", "ModelsScreen"),
    Entry("4", "library", "Library", "poetry_tui.tui.screens.library", "LibraryScreen"),
)
"""In the order of the header. The first is the one the app opens with."""
