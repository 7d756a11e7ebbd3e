"""`StudioFooter`: the keys that do something on this screen now. One line."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widget import Widget

_GAP = "   "
HELP_ID = "app.help"
"""The binding that is never dropped: it leads to all the others."""


@dataclass(frozen=True, slots=True)
class Key:
    """One entry: the keys shown, what they do, and the action of the first on its node."""

    keys: str
    description: str
    node: DOMNode
    binding: Binding

    @property
    def width(self) -> int:
        """In cells."""
        return Content(f"{self.keys} {self.description}").cell_length


class StudioFooter(Widget):
    """The shown bindings of the screen; those that find no room are dropped from the right, but for `? help`.

    Of a binding with several keys the first that works is shown; bindings of one `Binding.Group` stand together under
    the group's description. Each entry can be clicked.
    """

    DEFAULT_CSS = """
    StudioFooter { dock: bottom; height: 1; padding: 0 2; background: $surface; color: $text-muted; }
    """

    def on_mount(self) -> None:
        """Follow the screen's bindings."""
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_updated)

    def _bindings_updated(self, _screen: Screen[object]) -> None:
        self.refresh()

    def render(self) -> Content:
        """The line."""
        parts: list[Content | str | tuple[str, str]] = []
        for entry in self._entries():
            parts += [(entry.keys, "bold $primary"), f" {entry.description}{_GAP}"]
        return Content.assemble(*parts)

    async def on_click(self, event: events.Click) -> None:
        """Do what was clicked."""
        end = -len(_GAP)
        for entry in self._entries():
            start = end + len(_GAP)
            end = start + entry.width
            if start <= event.x - self.styles.padding.left < end:
                await self.app.run_action(entry.binding.action, entry.node)

    def _entries(self) -> list[Key]:
        found = self._all()
        help_key = [entry for entry in found if entry.binding.id == HELP_ID]
        fitting: list[Key] = []
        room = self.content_size.width - sum(entry.width for entry in help_key)
        for entry in found:
            if entry in help_key:
                continue
            room -= entry.width + len(_GAP)
            if room < 0:
                break
            fitting.append(entry)
        return fitting + help_key

    def _all(self) -> list[Key]:
        shown = [
            (active.node, active.binding)
            for active in self.screen.active_bindings.values()
            if active.binding.show and active.enabled
        ]
        entries = []
        for _, members in groupby(shown, key=lambda pair: pair[1].group or pair[1].action):
            pairs = list(members)
            node, first = pairs[0]
            one_each = {binding.id or binding.key: binding for _, binding in reversed(pairs)}
            keys = " ".join(self.app.get_key_display(binding) for binding in reversed(one_each.values()))
            entries.append(Key(keys, first.group.description if first.group else first.description, node, first))
        return entries
