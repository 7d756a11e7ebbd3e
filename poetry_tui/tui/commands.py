"""What the command palette offers: only what works where it is opened."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.app import SystemCommand
from textual.screen import Screen

from poetry_tui.tui.screens import SCREENS

if TYPE_CHECKING:
    from poetry_tui.tui.app import StudioApp


def commands(app: StudioApp, screen: Screen[Any]) -> Iterator[SystemCommand]:
    """The actions of the screen, the other screens, what the app itself can do, and the themes."""
    for active in screen.active_bindings.values():
        binding = active.binding
        if active.node is screen and active.enabled and binding.description:
            yield SystemCommand(
                sentence(binding.description),
                f"Here: {app.get_key_display(binding)}",
                partial(app.run_action, binding.action, screen),
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
            yield SystemCommand(
                f"Theme {name}", "Until you quit; the settings keep it", partial(setattr, app, "theme", name)
            )
    yield SystemCommand("Quit", "What was written is kept", app.action_quit)


def sentence(words: str) -> str:
    """The words with a capital letter."""
    return words[:1].upper() + words[1:]
