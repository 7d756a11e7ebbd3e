"""What one sees of a session on the workbench, and every key that only looks: cursor, remarks, drafts, scansion."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, TextArea

from poetry_tui.tui.widgets.desk import Desk, Pane, Side, View
from poetry_tui.tui.widgets.page import Page
from poetry_tui.tui.widgets.pane_tabs import PaneTabs
from poetry_tui.tui.widgets.request_bar import RequestBar
from poetry_tui.tui.widgets.round_strip import RoundStrip, Stopwatch
from poetry_tui.workshop import Draft, Session

if TYPE_CHECKING:
    from poetry_tui.studio import Piece
    from poetry_tui.tui.app import StudioApp

_DRAFT_PANES: tuple[Side, ...] = ("left", "right")
FRAMES_PER_SECOND = 20
_PANES: tuple[Pane, ...] = ("left", "right", "critique")


class BenchSight(Vertical):
    """A session laid out. `dirty` asks for a new frame, `replayed` is a session that is being shown again.

    While `following`, what is being written comes to the front; looking elsewhere ends that, esc begins it again.
    """

    def __init__(self) -> None:
        super().__init__(id="bench")
        self.piece: Piece | None = None
        self.view = View()
        self.front: Pane = "left"
        self.replayed: Session | None = None
        self.dirty = True
        self.following = True
        self.stopwatch = Stopwatch()

    def compose(self) -> ComposeResult:
        yield PaneTabs(id="tabs")
        yield Desk(id="desk")
        yield RoundStrip(id="strip")

    def on_mount(self) -> None:
        self.set_interval(1 / FRAMES_PER_SECOND, self._paint)

    # ── what there is ────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def bar(self) -> RequestBar:
        """The request and its choices."""
        return self.screen.query_one("#bar", RequestBar)

    @property
    def desk(self) -> Desk:
        """Drafts and critique."""
        return self.query_one("#desk", Desk)

    @property
    def session(self) -> Session | None:
        """The session on the desk."""
        return self.replayed or (self.piece.session if self.piece else None)

    @property
    def running(self) -> bool:
        """Whether the loop runs on this session."""
        return self.piece is not None and self.piece.running

    @property
    def last(self) -> Draft | None:
        """The latest draft."""
        return self.session.drafts[-1] if self.session and self.session.drafts else None

    @property
    def studio_app(self) -> StudioApp:
        """The app this screen is part of."""
        return cast("StudioApp", self.app)

    # ── painting ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _paint(self) -> None:
        """Paint at most so often; between two frames any number of tokens may have come."""
        session = self.session
        if session is None or not self.screen.is_current or not (self.dirty or self.running):
            return
        dirty, self.dirty = self.dirty, False
        if dirty:
            self._bring_to_front(session)
            self.dirty = not self.desk.show(session, self.view)
        self.query_one("#strip", RoundStrip).show(
            session, self.stopwatch.pace(session), self.desk.shown(session, self.view)
        )

    def _bring_to_front(self, session: Session) -> None:
        """In a narrow terminal one pane is in front; the tabs say what the others are."""
        names = {"left": "draft 1", "right": "draft 2", "critique": "critique"}
        left, right = self.desk.shown(session, self.view)
        writing = session.writing.turn.role if session.writing and session.running else ""
        if left or right:
            names["left"] = f"draft {left}"
            names["right"] = f"draft {right or len(session.drafts) + 1}"
        else:
            names["right"] = "brief"
        if writing == "poet" and not self.view.right:
            names["right" if left else "left"] += " ▸"
        elif writing == "educator":
            names["critique" if session.drafts else "right"] += " ▸"
        self.query_one("#tabs", PaneTabs).show([(pane, names[pane]) for pane in _PANES], self.front)
        for pane in _PANES:
            self.desk.pane(pane).set_class(pane == self.front, "-front")

    def follow(self) -> None:
        """Show the session as it goes."""
        self.following = True
        self.view = replace(self.view, left=0, right=0, remark=None)
        self.dirty = True

    @on(Page.Resized)
    def on_resize(self) -> None:
        """Lay everything out again."""
        self.dirty = True

    # ── looking around ───────────────────────────────────────────────────────────────────────────────────────────────

    def action_scansion(self) -> None:
        """Show or hide the scansion."""
        self.view = replace(self.view, scansion=not self.view.scansion)
        self.dirty = True

    def action_drafts(self, step: int) -> None:
        """Compare an earlier or a later pair of drafts."""
        session = self.session
        if session is None or len(session.drafts) < 2:
            return
        _, right = self.desk.shown(session, self.view)
        self._show_pair(max(2, min(len(session.drafts), (right or len(session.drafts) + 1) + step)))

    def action_left(self, step: int) -> None:
        """Compare the draft on the right with an earlier or a later one."""
        session = self.session
        if session is None or len(session.drafts) < 2:
            return
        left, right = self.desk.shown(session, self.view)
        right = right or len(session.drafts)
        self.view = replace(self.view, left=max(1, min(right - 1, left + step)), right=right, remark=None)
        self.following = False
        self.dirty = True

    @on(RoundStrip.DraftChosen)
    def _draft_chosen(self, event: RoundStrip.DraftChosen) -> None:
        if self.session and 2 <= event.number <= len(self.session.drafts):
            self._show_pair(event.number)

    def _show_pair(self, right: int) -> None:
        self.view = replace(self.view, left=right - 1, right=right, remark=None, cursor=0)
        self.following = False
        self.dirty = True

    def action_cursor(self, step: int) -> None:
        """Move the line cursor in the pane at hand; in the critique, go from remark to remark."""
        session = self.session
        if session is None:
            return
        if self.screen.focused is self.desk.pane("critique"):
            self._move_remark(step)
            return
        left, right = self.desk.shown(session, self.view)
        side: Side = "left" if self.screen.focused is self.desk.pane("left") or not right else "right"
        number = left if side == "left" else right
        if not number:
            return
        count = len(session.draft(number).poem.lines)
        cursor = max(1, min(count, self.view.cursor + step)) if self.view.side == side else 1
        self.view = replace(self.view, side=side, cursor=cursor)
        self.dirty = True
        self.desk.show(session, self.view)
        self.desk.pane(side).scroll_to_line(cursor)

    def _draft_at_cursor(self) -> Draft | None:
        if self.session is None:
            return None
        left, right = self.desk.shown(self.session, self.view)
        number = left if self.view.side == "left" else right
        return self.session.draft(number) if number else None

    def action_next(self) -> None:
        """The next remark of the critique at hand, else the next pane."""
        if isinstance(self.screen.focused, TextArea):
            return
        if isinstance(self.screen.focused, Input) or not self._move_remark(1):
            self._cycle(1)

    def action_previous(self) -> None:
        """The remark before, else the pane before."""
        if isinstance(self.screen.focused, Input) or not self._move_remark(-1):
            self._cycle(-1)

    def _move_remark(self, step: int) -> bool:
        """Light the next remark that speaks of a line, if the critique has the focus and there is one."""
        session = self.session
        if session is None or self.screen.focused is not self.desk.pane("critique"):
            return False
        found = self.desk.remarks_shown(session, self.view)
        at = self.view.remark
        order = range((-1 if at is None else at) + 1, len(found)) if step > 0 else range((at or 0) - 1, -1, -1)
        target = next((index for index in order if found[index].lines), None)
        self.view = replace(self.view, remark=target)
        self.dirty = True
        if target is None:
            return False
        self.desk.show(session, self.view)
        self.desk.pane("critique").scroll_to_item(target)
        for pane in _DRAFT_PANES:
            self.desk.pane(pane).scroll_to_line(found[target].lines[0])
        return True

    def _cycle(self, step: int) -> None:
        stops: list[Page | Input] = [self.desk.pane("left"), self.desk.pane("right"), self.desk.pane("critique")]
        stops.append(self.bar.input)
        at = stops.index(self.screen.focused) if self.screen.focused in stops else -1 if step > 0 else 0
        target = stops[(at + step) % len(stops)]
        self.following = False
        if target is not self.bar.input:
            self.show_front(_PANES[stops.index(target)])
        self.screen.set_focus(target)
        if target is self.desk.pane("critique"):
            self._move_remark(1)

    def show_front(self, pane: Pane) -> None:
        self.front = pane
        if not isinstance(self.screen.focused, Input | TextArea):
            for name in _PANES:
                self.desk.pane(name).set_class(name == pane, "-front")
            self.screen.set_focus(self.desk.pane(pane))
        self.dirty = True

    @on(PaneTabs.Chosen)
    def _tab_chosen(self, event: PaneTabs.Chosen) -> None:
        self.following = False
        self.screen.set_focus(None)
        self.show_front(next(pane for pane in _PANES if pane == event.pane))

    @on(Page.Clicked)
    def _page_clicked(self, event: Page.Clicked) -> None:
        if event.page.id == "critique":
            self.view = replace(self.view, remark=event.line.item)
        elif event.line.verse_line:
            side: Side = "left" if event.page.id == "left" else "right"
            self.view = replace(self.view, side=side, cursor=event.line.verse_line)
        self.dirty = True

    async def action_copy(self) -> None:
        """Copy the latest draft."""
        if self.last is None:
            return
        from poetry_tui.tui.clipboard import copy_text

        copied = await copy_text(self.app, self.last.poem.text)
        self.say("The poem is copied." if copied else "The poem was sent to the terminal's clipboard, if it has one.")

    def say(self, text: str, severity: Literal["information", "warning", "error"] = "information") -> None:
        self.studio_app.say(text, severity)
