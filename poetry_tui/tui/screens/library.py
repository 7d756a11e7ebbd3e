"""`LibraryScreen`: every poem written so far, found as one types."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import ClassVar, cast

from textual import events, getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content, Span
from textual.screen import Screen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from poetry_tui.library import ExportFormat, SessionSummary
from poetry_tui.tui.app import StudioApp
from poetry_tui.tui.widgets.footer import StudioFooter
from poetry_tui.tui.widgets.header import StudioHeader
from poetry_tui.tui.widgets.session_preview import SessionPreview, moment, plain
from poetry_tui.workshop import fold

_PAGE = 50
_TYPING_SECONDS = 0.15
_BROWSING_SECONDS = 0.05
_LEAD = 24
"""Characters of an excerpt before the first word found."""

_STATES = {"finished": "✓ finished", "stopped": "◦ stopped", "failed": "! broken off", "open": "… not finished"}
_EMPTY = "No poem yet. Press 1, say what one is to be about, and it will be kept here."


class Sessions(OptionList):
    """The list; enter opens."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter",
            "select",
            "open",
            key_display="enter",
            tooltip="Open the poem in the Workshop, to read or go on.",
            id="library.open",
        )
    ]


class LibraryScreen(Screen[None]):
    """Sessions, the one last written to first; the one under the cursor is shown beside (or below) the list."""

    CSS_PATH = "library.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012 (Textual's declaration)
    VERTICAL_BREAKPOINTS = [(0, "-low"), (18, "-high")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("R", "replay", "replay", tooltip="Watch again how the poem was made.", id="library.replay"),
        Binding("x", "export", "export", tooltip="Write the poem to a file.", id="library.export"),
        Binding("delete,D", "delete", "delete", tooltip="Delete it for good (asks first).", id="library.delete"),
        Binding("slash", "search", "search", tooltip="Find poems by their words.", id="library.search"),
        Binding("escape", "back", "back to the list", id="library.back"),
    ]

    app = getters.app(StudioApp)

    def __init__(self) -> None:
        super().__init__()
        self._found: list[SessionSummary] = []
        self._more = False

    def compose(self) -> ComposeResult:
        """A search field above, list and preview below it."""
        yield StudioHeader()
        search = Input(id="search", placeholder="words of a request, a draft, a critique")
        search.border_title = "search"
        yield search
        with Container(id="shelf"):
            sessions = Sessions(id="sessions")
            sessions.border_title = "poems"
            yield sessions
            yield SessionPreview()
        yield Static(id="empty", markup=False)
        yield StudioFooter()

    def on_mount(self) -> None:
        """Begin on the list: its keys are the ones most used."""
        self.query_one(Sessions).focus()
        self.watch(self.app, "standing", self._app_changed, init=False)

    def _app_changed(self) -> None:
        self.find()

    def on_screen_resume(self, _event: events.ScreenResume) -> None:
        """Something may have been written meanwhile."""
        self.find()

    @on(Input.Changed, "#search")
    def _typed(self) -> None:
        self.find(_TYPING_SECONDS)

    @on(Input.Submitted, "#search")
    def _searched(self) -> None:
        self.query_one(Sessions).focus()

    @work(exclusive=True, group="find")
    async def find(self, delay: float = 0.0) -> None:
        """Show the sessions that hold the words in the search field, keeping the cursor where it was if it can."""
        await asyncio.sleep(delay)
        studio = self.app.studio
        if studio is None:
            self._show_empty(self.app.hindrance if self.app.standing == "problem" else "Looking …")
            return
        query = self.query_one("#search", Input).value
        found = await asyncio.to_thread(studio.library.summaries, query, _PAGE)
        before = self.current
        self._found, self._more = found, len(found) == _PAGE
        sessions = self.query_one(Sessions)
        sessions.clear_options()
        sessions.add_options(_options(found))
        sessions.border_subtitle = _count(len(found), self._more, bool(query.strip()))
        if not found and not query.strip():
            self._show_empty(_EMPTY)
            return
        self.remove_class("-empty")
        ids = [summary.id for summary in found]
        if found:
            sessions.highlighted = ids.index(before.id) if before and before.id in ids else 0
        else:
            self.query_one(SessionPreview).show(None)
        self.refresh_bindings()

    def _show_empty(self, sentence: str) -> None:
        self.query_one("#empty", Static).update(sentence)
        self.add_class("-empty")
        self.refresh_bindings()

    @property
    def current(self) -> SessionSummary | None:
        """The session under the cursor."""
        row = self.query_one(Sessions).highlighted
        return self._found[row] if row is not None and row < len(self._found) else None

    @on(OptionList.OptionHighlighted)
    def _moved(self, event: OptionList.OptionHighlighted) -> None:
        self._preview(self._found[event.option_index].id)
        if self._more and event.option_index == len(self._found) - 1:
            self._find_more()

    @work(exclusive=True, group="find")
    async def _find_more(self) -> None:
        studio = self.app.studio
        if studio is None:
            return
        query = self.query_one("#search", Input).value
        found = await asyncio.to_thread(studio.library.summaries, query, _PAGE, len(self._found))
        self._found, self._more = [*self._found, *found], len(found) == _PAGE
        sessions = self.query_one(Sessions)
        sessions.add_options(_options(found))
        sessions.border_subtitle = _count(len(self._found), self._more, bool(query.strip()))

    @work(exclusive=True, group="preview")
    async def _preview(self, session_id: str) -> None:
        await asyncio.sleep(_BROWSING_SECONDS)
        if (studio := self.app.studio) is not None:
            session = await asyncio.to_thread(lambda: fold(studio.library.events(session_id)))
            self.query_one(SessionPreview).show(session)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What needs a session needs one under the cursor."""
        if not self.is_mounted:
            return False
        if action in {"replay", "export", "delete"}:
            return self.current is not None and not self.has_class("-empty")
        searching = self.focused is not None and self.focused.id == "search"
        if action == "search":
            return not searching
        if action == "back":
            return searching or bool(self.query_one("#search", Input).value)
        return super().check_action(action, parameters)

    @on(OptionList.OptionSelected)
    async def _selected(self, event: OptionList.OptionSelected) -> None:
        self._open(self._found[event.option_index].id)

    @work(exclusive=True, group="open")
    async def _open(self, session_id: str) -> None:
        await self.app.open_piece(session_id)

    async def action_replay(self) -> None:
        """Show in the Workshop how it was made."""
        if current := self.current:
            await self.app.replay_piece(current.id)

    @work(exclusive=True, group="dialog")
    async def action_export(self) -> None:
        """Ask for a format, and write the file."""
        from poetry_tui.tui.exporting import FORMATS
        from poetry_tui.tui.screens.dialogs import Choose

        current = self.current
        if current and (chosen := await self.app.push_screen_wait(Choose("export as", FORMATS))):
            await self.app.export_session(current.id, cast("ExportFormat", chosen))

    @work(exclusive=True, group="dialog")
    async def action_delete(self) -> None:
        """Ask, and delete it for good."""
        from poetry_tui.tui.screens.dialogs import Confirm

        studio, current = self.app.studio, self.current
        if studio is None or current is None:
            return
        if self.app.at_work_on == current.id:
            self.app.say("This poem is being written just now. Press 1 and stop it there with esc first.", "warning")
            return
        name = plain(current.title or current.request)[:60]
        if await self.app.push_screen_wait(Confirm(f"Delete “{name}” and all its drafts for good?")):
            await asyncio.to_thread(studio.library.delete, current.id)
            self.find()

    def action_search(self) -> None:
        """Type words to find."""
        self.query_one("#search").focus()

    def action_back(self) -> None:
        """From the field to the list; from the list, all poems again."""
        sessions = self.query_one(Sessions)
        if self.focused is sessions:
            self.query_one("#search", Input).value = ""
        sessions.focus()


def _options(found: list[SessionSummary]) -> Iterator[Option | None]:
    """An entry for each session, and a blank line after it."""
    for summary in found:
        yield _option(summary)
        yield None


def _option(summary: SessionSummary) -> Option:
    title = Content.styled(_line(summary.request), "bold")
    below = _excerpt(summary) if summary.excerpt else Content(_line(summary.title) or "no draft yet")
    details = " · ".join([moment(summary.opened_at), summary.form or "free", _STATES[summary.state]])
    return Option(Content("\n").join([title, below, Content.styled(details, "$foreground 70%")]), id=summary.id)


def _excerpt(summary: SessionSummary) -> Content:
    """Where the words were found, the first of them near enough to the start to be seen in a narrow list."""
    text = summary.excerpt
    if plain(text) != text:  # the places of the words would be other ones
        return Content(plain(text))
    first = summary.matches[0][0] if summary.matches else 0
    skipped = text.find(" ", first - _LEAD) + 1 if first > _LEAD else 0
    found = Content(text, spans=[Span(start, end, "bold underline $primary") for start, end in summary.matches])
    return Content.assemble("…", found[skipped:]) if skipped else found


def _line(text: str) -> str:
    return " ".join(plain(text).split())[:200]


def _count(number: int, more: bool, searching: bool) -> str:
    many = f"{number}{' or more' if more else ''}"
    return f"{many} found" if searching else many
