"""`StudioHeader`: the screens, who plays which role, and whether they are ready. One line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events, getters
from textual.content import Content
from textual.widget import Widget

from poetry_tui.tui.app import StudioApp
from poetry_tui.tui.screens import SCREENS

if TYPE_CHECKING:
    from poetry_tui.llm import ModelSpec

DOTS = {
    "looking": ("○", "$text-muted"),
    "loading": ("◐", "$primary"),
    "ready": ("●", "$success"),
    "problem": ("!", "bold $error"),
}
"""What `StudioApp.standing` looks like; the shapes differ, so that the colour need not be seen."""

_GAP = "   "


class StudioHeader(Widget):
    """`poetry   1 Workshop   4 Library        poet NAME  educator NAME ●`; the names of screens can be clicked.

    The roles' names are cut, then left out, where there is no room for them.
    """

    app = getters.app(StudioApp)
    DEFAULT_CSS = """
    StudioHeader { dock: top; height: 1; padding: 0 2; background: $background; color: $text-muted; }
    """

    def on_mount(self) -> None:
        """Follow the app: who plays, and how far they are."""
        self.watch(self.app, "cast", self._changed, init=False)
        self.watch(self.app, "standing", self._changed, init=False)

    def _changed(self) -> None:
        self.refresh()

    def render(self) -> Content:
        """The line, as wide as the widget; where there is no room for a screen, a word about that."""
        if self.app.has_class("-too-small"):
            return Content("Too small: a poem needs 40×10.")
        left = self._screens()
        glyph, style = DOTS[self.app.standing]
        room = self.size.width - left.cell_length - 2 - len(_GAP)
        players = self._players(room)
        right = Content.assemble(players, "  " if players.cell_length else "", (glyph, style))
        space = max(1, self.size.width - left.cell_length - right.cell_length)
        return Content.assemble(left, " " * space, right)

    def _screens(self) -> Content:
        parts: list[Content | str] = [Content.styled("poetry", "bold $primary")]
        for entry in SCREENS:
            here = entry.mode == self.app.current_mode
            name = Content.styled(entry.title, "bold underline $foreground" if here else "")
            parts += [_GAP, Content.assemble(f"{entry.key} ", name)]
        return Content.assemble(*parts)

    def _players(self, room: int) -> Content:
        cast = self.app.cast
        if cast is None:
            return Content("")
        names = [("poet", short_name(cast.poet)), ("educator", short_name(cast.educator))]
        each = (room - len("poet   educator ")) // 2
        if each < 6:
            return Content("")
        if sum(len(name) for _, name in names) > each * 2:
            names = [(role, name if len(name) <= each else name[: each - 1] + "…") for role, name in names]
        (poet, poet_name), (educator, educator_name) = names
        return Content.assemble(f"{poet} ", (poet_name, "$secondary"), f"  {educator} ", (educator_name, "$secondary"))

    async def on_click(self, event: events.Click) -> None:
        """Go to the screen whose name was clicked."""
        column = len("poetry")
        for entry in SCREENS:
            start = column + len(_GAP)
            column = start + len(f"{entry.key} {entry.title}")
            if start <= event.x - self.styles.padding.left < column:
                await self.app.run_action(f"app.show('{entry.mode}')")


def short_name(spec: ModelSpec) -> str:
    """A model as the header names it: without its engine, a file without its folder."""
    return spec.name.rpartition("/")[2].removesuffix(".gguf").removesuffix(":latest") or "built-in"
