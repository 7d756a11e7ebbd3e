"""`HelpScreen`: the keys of the screen below it, in words; the mouse; where the person's files lie."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.dom import DOMNode
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from poetry_tui.doctor import places
from poetry_tui.tui.app import StudioApp

_MOUSE = (
    "Click a screen's name above, a key below, a line or a remark to choose it; the wheel scrolls. "
    "To select text with the terminal, hold Shift (Option on a Mac) while you drag."
)
_WIDE = 100
"""From this width there is room for the ids of bindings."""

_FIRST_STEPS = {"app.start_ollama", "app.get_embedded", "app.stop_fetching"}
"""Their sentence names their keys when they work."""

Row = tuple[str, str, str]


class HelpScreen(ModalScreen[None]):
    """Help for one screen. Keys that the person changed are shown as they are now."""

    app = getters.app(StudioApp)
    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q", "dismiss", "back", id="help.back"),
    ]

    def __init__(self, of: Screen[Any]) -> None:
        super().__init__()
        self._of = of

    def compose(self) -> ComposeResult:
        """One page that scrolls."""
        with VerticalScroll() as page:
            page.border_title = "help"
            page.border_subtitle = "[@click=screen.dismiss]esc back[/]"
            yield Static(self._words())

    def _words(self) -> Content:
        parts: list[Content | str] = []
        wide = self.app.size.width >= _WIDE
        nodes = (*self._of.walk_children(), self._of)
        here = dict.fromkeys(row for node in nodes for row in keys_of(node, self.app))
        everywhere = [row for row in keys_of(self.app, self.app) if row[2] not in _FIRST_STEPS]
        for title, rows in (("Here", here), ("Everywhere", everywhere)):
            parts.append(_heading(title))
            parts += [line for row in rows for line in (_row(*row[:2], row[2] if wide else ""), "\n")]
            parts.append("\n")
        parts += [_heading("Mouse"), f"{_MOUSE}\n\n", _heading("Files")]
        parts += [line for name, path in places() for line in (_row(name, str(path), ""), "\n")]
        return Content.assemble(*parts).rstrip()


def keys_of(node: DOMNode, app: StudioApp) -> Iterator[Row]:
    """What the node's keys do: the keys, the words, and the id by which the keymap of the settings names them."""
    bindings = node._bindings.copy()
    bindings.apply_keymap(app.settings.keymap if app.settings else {})
    rows: dict[str, list[Binding]] = {}
    for _, binding in bindings:
        if binding.id and binding.description:
            rows.setdefault(binding.id, []).append(binding)
    for name, (first, *others) in rows.items():
        keys = dict.fromkeys(app.get_key_display(binding) for binding in (first, *others))
        yield " ".join(keys), _sentence(first.tooltip or first.description), name


def _heading(title: str) -> Content:
    return Content.styled(f"{title}\n", "bold $primary")


def _row(keys: str, words: str, name: str) -> Content:
    told = Content.assemble((f"{keys:<10}", "bold"), f" {words}")
    return told if not name else Content.assemble(told, " " * max(1, 62 - told.cell_length), (name, "$text-muted"))


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:].rstrip(".")
