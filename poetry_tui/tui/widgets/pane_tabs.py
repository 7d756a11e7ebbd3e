"""`PaneTabs`: the names of the panes, where only one of them fits on the screen."""

from __future__ import annotations

from rich.style import Style
from rich.text import Text
from textual import events
from textual.message import Message
from textual.widget import Widget

from poetry_tui.tui.inks import inks_of


class PaneTabs(Widget):
    """One row of names; the one in front is reversed. A click brings a pane to the front."""

    DEFAULT_CSS = "PaneTabs { height: 1; padding: 0 2; }"

    class Chosen(Message):
        """This pane is to come to the front."""

        def __init__(self, pane: str) -> None:
            super().__init__()
            self.pane = pane

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._text = Text("")
        self._spans: list[tuple[int, int, str]] = []

    def show(self, panes: list[tuple[str, str]], front: str) -> None:
        """`panes` are ids and names, in their order."""
        inks = inks_of(self.app)
        text = Text(no_wrap=True, end="")
        self._spans = []
        for pane, name in panes:
            start = text.cell_len
            style = inks.good + Style(reverse=True, bold=True) if pane == front else inks.quiet
            text.append(f" {name} ", style)
            self._spans.append((start, text.cell_len, pane))
            text.append("  ")
        text.append("  tab next", inks.faint)
        if text != self._text:
            self._text = text
            self.refresh()

    def render(self) -> Text:
        return self._text

    def on_click(self, event: events.Click) -> None:
        """Bring the pane to the front whose name was clicked."""
        offset = event.get_content_offset(self)
        for start, end, pane in self._spans:
            if offset is not None and start <= offset.x < end:
                self.post_message(self.Chosen(pane))
