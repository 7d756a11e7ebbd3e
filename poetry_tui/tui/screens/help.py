"""`HelpScreen`: the keys of the screen below it, in words; the mouse; where the person's files lie."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.dom import DOMNode
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from poetry_tui.doctor import places

_MOUSE = (
    "Click a screen's name above, a key below, a line or a remark to choose it; the wheel scrolls. "
    "To select text with the terminal, hold Shift (Option on a Mac) while you drag."
)
Row = tuple[str, str, str]


class HelpScreen(ModalScreen[None]):
    """Help for one screen. Keys that the person changed are shown as they are now."""

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
            page.border_subtitle = "esc back"
            yield Static(self._words())

    def _words(self) -> Content:
        parts: list[Content | str] = []
        for title, rows in (("Here", keys_of(self._of, self.app)), ("Everywhere", keys_of(self.app, self.app))):
            parts += [_heading(title), *(_row(*row) for row in rows), "\n"]
        parts += [_heading("Mouse"), f"{_MOUSE}\n\n", _heading("Files")]
        parts += [_row(name, str(path), "") for name, path in places()]
        return Content.assemble(*parts).rstrip()


def keys_of(node: DOMNode, app: App[object]) -> list[Row]:
    """The node's keys: as shown, in words, and the binding's id, by which the keymap of the settings can change it."""
    rows: dict[str, Row] = {}
    bindings = node._bindings.copy()
    bindings.apply_keymap(app._keymap)
    for _, binding in bindings:
        name = binding.id or binding.action
        if not binding.description:
            continue
        shown = app.get_key_display(binding)
        before = rows.get(name)
        keys = f"{before[0]} {shown}" if before and shown not in before[0].split() else shown
        rows[name] = (keys, _sentence(binding.tooltip or binding.description), binding.id or "")
    return list(rows.values())


def _heading(title: str) -> Content:
    return Content.styled(f"{title}\n", "bold $primary")


def _row(keys: str, words: str, name: str) -> Content:
    return Content.assemble((f"{keys:<10}", "bold"), f" {words:<44} ", (f"{name}\n", "$text-muted"))


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:].rstrip(".")
