"""What the command palette offers: only what works where it is opened."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.app import SystemCommand
from textual.screen import Screen

from poetry_tui.tui.folders import can_open_folders
from poetry_tui.tui.screens import SCREENS

if TYPE_CHECKING:
    from poetry_tui.tui.app import StudioApp


def commands(app: StudioApp, screen: Screen[Any]) -> Iterator[SystemCommand]:
    """The actions of the screen, the other screens, what the app itself can do, and the themes."""
    here = {
        active.binding.id: active
        for active in reversed(screen.active_bindings.values())
        if active.node is not app and active.enabled and active.binding.id
    }
    for active in here.values():
        binding = active.binding
        yield SystemCommand(
            sentence(binding.description),
            f"Here: {app.get_key_display(binding)}",
            partial(app.run_action, binding.action, active.node),
        )
    for entry in SCREENS:
        if entry.mode != app.current_mode:
            yield SystemCommand(entry.title, f"Go there: {entry.key}", partial(app.run_action, f"show('{entry.mode}')"))
    yield SystemCommand("Settings", "Models, rounds, theme", app.action_settings)
    yield SystemCommand("Help", "The keys of this screen, in words", app.action_help)
    if app.studio is not None:
        yield SystemCommand("Look for models again", "After Ollama was started or a model came", app.look)
        yield SystemCommand("Use the built-in model", "For both roles, until you quit", app.action_use_embedded)
        for name in app.available_themes:
            if name != app.theme:
                yield SystemCommand(f"Theme {name}", "Kept in your settings", partial(app.keep_theme, name))
    if can_open_folders():
        yield SystemCommand("Open the exports folder", "In the file manager", app.action_open_exports)
    yield SystemCommand("Quit", "What was written is kept", app.action_quit)


def sentence(words: str) -> str:
    """The words with a capital letter."""
    return words[:1].upper() + words[1:]
