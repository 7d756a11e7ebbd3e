"""`Page`: a scrolling pane of styled lines, painted line by line. Text on it is never markup."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip


@dataclass(frozen=True, slots=True)
class PageLine:
    """A line of a page; `verse_line` is the line of the poem it shows or speaks of, `item` the remark it belongs to."""

    text: Text
    verse_line: int | None = None
    item: int | None = None


class Page(ScrollView, can_focus=True, inherit_bindings=False):
    """Lines of text in a frame. The frame's title says what it is, the subtitle what is true of it.

    Up and down belong to the screen (they move its cursor); the others scroll.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup,ctrl+b", "page_up", "page up", id="page.up", show=False),
        Binding("pagedown,space", "page_down", "page down", id="page.down", show=False),
        Binding("home", "scroll_home", "to the top", id="page.home", show=False),
        Binding("end", "scroll_end", "to the end", id="page.end", show=False),
    ]

    virtual_size = Reactive(Size(0, 0))
    """A page grows inside its frame: unlike Textual's own, this does not lay the whole screen out anew."""

    class Clicked(Message):
        """A line of the page was clicked."""

        def __init__(self, page: Page, line: PageLine) -> None:
            super().__init__()
            self.page = page
            self.line = line

        @property
        def control(self) -> Page:
            """The page, for `@on` selectors."""
            return self.page

    class Resized(Message):
        """The page has another size, or its first: what is on it was laid out for another width."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.lines: Sequence[PageLine] = ()
        self._strips: dict[int, Strip] = {}
        self._width = 0
        self._label = ("", "")
        self._followed: int | None = None

    @property
    def text_width(self) -> int:
        """Columns between the paddings."""
        return max(10, self.scrollable_content_region.width)

    def label(self, title: str, subtitle: str) -> None:
        """Write into the frame what the page is and what is true of it.

        Textual paints a whole widget anew whenever a title is set, so it is set only when it is another.
        """
        if self._label != (title, subtitle):
            self._label = (title, subtitle)
            self.border_title, self.border_subtitle = Content(title), Content(subtitle)

    def show_lines(self, lines: Sequence[PageLine], *, follow: int | None = None) -> None:
        """Show these lines. A line that is the same object in the same place keeps its paint.

        `follow` is the index of a line to keep in view as the page grows, until the person looks elsewhere.
        """
        following = self._followed is None or self._sees(self._followed)
        changed = [y for y, (was, now) in enumerate(zip_longest(self.lines, lines)) if was is not now]
        if self._width != self.text_width:
            self._strips.clear()
            self._width = self.text_width
        for y in changed:
            self._strips.pop(y, None)
        self.lines, self._followed = lines, follow
        self.virtual_size = Size(self.text_width, len(lines))
        if changed:
            self.refresh_lines(changed[0], changed[-1] - changed[0] + 1)
        if follow is not None and following:
            self.scroll_to_region(Region(0, follow, 1, 1), animate=False, immediate=True)

    def watch_virtual_size(self, size: Size) -> None:
        self._scroll_update(size)

    def _sees(self, index: int) -> bool:
        return self.scroll_offset.y <= index < self.scroll_offset.y + self.scrollable_content_region.height

    def scroll_to_line(self, verse_line: int) -> None:
        """Bring a line of the poem into view."""
        found = [y for y, line in enumerate(self.lines) if line.verse_line == verse_line]
        if found:
            self.scroll_to_region(Region(0, found[0], 1, len(found)), animate=False, immediate=True)

    def scroll_to_item(self, item: int) -> None:
        """Bring a remark into view."""
        found = [y for y, line in enumerate(self.lines) if line.item == item]
        if found:
            self.scroll_to_region(Region(0, found[0], 1, len(found)), animate=False, immediate=True)

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        index = y + self.scroll_offset.y
        background = self.rich_style
        if not 0 <= index < len(self.lines):
            return Strip.blank(width, background)
        strip = self._strips.get(index)
        if strip is None:
            text = Text.assemble(self.lines[index].text)  # render() leaves out the style of a text without spans
            strip = Strip(text.render(self.app.console)).adjust_cell_length(width, Style())
            strip = self._strips[index] = strip.apply_style(background)
        return strip

    def notify_style_update(self) -> None:
        self._strips.clear()
        super().notify_style_update()

    def on_resize(self) -> None:
        """Say that the lines should be laid out anew."""
        self.post_message(self.Resized())

    def on_click(self, event: events.Click) -> None:
        """Say which line was clicked."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        index = offset.y + self.scroll_offset.y
        if 0 <= index < len(self.lines):
            self.post_message(self.Clicked(self, self.lines[index]))
