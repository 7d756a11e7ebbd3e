"""The Workshop: ask for a poem, watch it get better, and step in."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Literal

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input, TextArea
from textual.worker import Worker, WorkerState

from poetry_tui.errors import PoetryError
from poetry_tui.log import write_log
from poetry_tui.tui.screens.dialogs import Ask, Choose
from poetry_tui.tui.widgets.desk import Desk, Pane, View
from poetry_tui.tui.widgets.first_run import FirstRun
from poetry_tui.tui.widgets.footer import StudioFooter
from poetry_tui.tui.widgets.header import StudioHeader
from poetry_tui.tui.widgets.page import Page
from poetry_tui.tui.widgets.pane_tabs import PaneTabs
from poetry_tui.tui.widgets.request_bar import RequestBar
from poetry_tui.tui.widgets.round_strip import Pace, RoundStrip
from poetry_tui.verse import Change, Poem, changes, refuse
from poetry_tui.workshop import Draft, Event, Intervention, Session, apply, opened
from poetry_tui.workshop.events import (
    DirectionGiven,
    DraftWritten,
    Failed,
    LinesLocked,
    SessionClosed,
    SessionOpened,
    SessionStopped,
    TokenWritten,
    TurnFinished,
    TurnStarted,
    Waiting,
    Warned,
)

if TYPE_CHECKING:
    from poetry_tui.studio import Piece
    from poetry_tui.tui.app import StudioApp

FRAMES_PER_SECOND = 20
_PANES: tuple[Pane, ...] = ("left", "right", "critique")
_ENDINGS = {
    "approved": "The Educator approves, and the form holds. The poem is done.",
    "rounds": "All rounds are done. r gives it one more.",
    "accepted": "Accepted. The poem is done.",
}
_NEED_A_SESSION = {"stop", "pause", "go_on", "direct", "export", "resume", "next", "previous", "cursor"}
_NEED_A_DRAFT = {"edit", "edit_outside", "lock", "review", "accept", "scansion", "drafts", "left", "copy", "take"}
_FORMATS = (
    ("markdown", "Markdown: the poem and its making"),
    ("text", "text: the poem alone"),
    ("html", "HTML: a page with drafts side by side"),
    ("svg", "SVG: a picture of the poem"),
    ("json", "JSON: everything, to be run again"),
)


class WorkshopScreen(Screen[None]):
    """Request, drafts, critique, and the person's hand in them."""

    CSS_PATH = "workshop.tcss"
    HORIZONTAL_BREAKPOINTS: ClassVar[list[tuple[int, str]]] = [(0, "-narrow"), (110, "-medium"), (160, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "stop", id="workshop.stop", tooltip="Stop the model; what was written is kept."),
        Binding("p", "pause", "pause", id="workshop.pause", tooltip="Wait for you after each critique, or no longer."),
        Binding("g", "go_on", "go on", id="workshop.go_on", tooltip="Go on to the revision.", show=False),
        Binding("d", "direct", "direct", id="workshop.direct", tooltip="Give the Poet a direction for the next draft."),
        Binding("e", "edit", "edit", id="workshop.edit", tooltip="Edit the latest draft here."),
        Binding("E", "edit_outside", "editor", id="workshop.editor", tooltip="Edit it in $EDITOR.", show=False),
        Binding("l", "lock", "lock", id="workshop.lock", tooltip="Lock the line under the cursor, or unlock it."),
        Binding(
            "t", "review", "take/refuse", id="workshop.review", tooltip="Go through the changed lines.", show=False
        ),
        Binding("a", "accept", "accept", id="workshop.accept", tooltip="Accept the poem as it stands.", show=False),
        Binding("m", "scansion", "scansion", id="workshop.scansion", tooltip="Show or hide the scansion."),
        Binding("left_square_bracket", "drafts(-1)", "drafts", id="workshop.earlier", key_display="[ ]"),
        Binding("right_square_bracket", "drafts(1)", "later drafts", id="workshop.later", show=False, key_display="]"),
        Binding("left_curly_bracket", "left(-1)", "left: earlier", id="workshop.left_earlier", show=False),
        Binding("right_curly_bracket", "left(1)", "left: later", id="workshop.left_later", show=False),
        Binding("x", "export", "export", id="workshop.export", tooltip="Write the session to a file."),
        Binding("c", "copy", "copy", id="workshop.copy", tooltip="Copy the poem.", show=False),
        Binding("r", "resume", "resume", id="workshop.resume", tooltip="Go on, or one more round.", show=False),
        Binding("n", "new", "new poem", id="workshop.new", tooltip="Begin a new poem.", show=False),
        Binding("tab", "next", "next", id="workshop.next", tooltip="Next remark, then next pane.", show=False),
        Binding("shift+tab", "previous", "previous", id="workshop.previous", show=False),
        Binding("up,k", "cursor(-1)", "line up", id="workshop.up", show=False),
        Binding("down,j", "cursor(1)", "line down", id="workshop.down", show=False),
        Binding("y", "take", "take", id="workshop.take", tooltip="Take this change.", show=False),
        Binding("f2", "choose_form", "form", id="workshop.form", tooltip="Choose a form."),
        Binding("f3", "choose_rounds", "rounds", id="workshop.rounds", tooltip="Choose how many rounds."),
        Binding("ctrl+s", "keep_edit", "keep the edit", id="workshop.keep", show=False, priority=True),
    ]

    app: StudioApp

    class Happened(Message):
        """An event of the running loop, for the handlers that own the screen's state."""

        def __init__(self, event: Event) -> None:
            super().__init__()
            self.event = event

    def __init__(self) -> None:
        super().__init__()
        self.piece: Piece | None = None
        self.view = View()
        self.front: Pane = "left"
        self._replayed: Session | None = None
        self._dirty = True
        self._run: Worker[None] | None = None
        self._started = 0.0
        self._elapsed = 0.0
        self._turn_began = 0.0
        self._pieces = 0
        self._review: list[Change] = []
        self._refused: list[Change] = []
        self._review_of: tuple[Draft, Draft] | None = None

    def compose(self) -> ComposeResult:
        yield StudioHeader()
        yield RequestBar(3, id="bar")
        yield PaneTabs(id="tabs")
        yield FirstRun(id="welcome")
        yield Desk(id="desk")
        yield RoundStrip(id="strip")
        yield StudioFooter()

    def on_mount(self) -> None:
        self.add_class("-empty")
        self.set_interval(1 / FRAMES_PER_SECOND, self._paint)
        self.bar.input.focus()

    # ── what there is ────────────────────────────────────────────────────────────────────────────────────────────────

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only keys that do something now are shown."""
        if action in _NEED_A_SESSION and self.session is None:
            return False
        if action in _NEED_A_DRAFT and self.last is None:
            return False
        return super().check_action(action, parameters)

    @property
    def bar(self) -> RequestBar:
        """The request and its choices."""
        return self.query_one("#bar", RequestBar)

    @property
    def desk(self) -> Desk:
        """Drafts and critique."""
        return self.query_one("#desk", Desk)

    @property
    def session(self) -> Session | None:
        """The session on the desk."""
        return self._replayed or (self.piece.session if self.piece else None)

    @property
    def running(self) -> bool:
        """Whether the loop runs here."""
        return self._run is not None and self._run.is_running

    @property
    def last(self) -> Draft | None:
        """The latest draft."""
        return self.session.drafts[-1] if self.session and self.session.drafts else None

    def show_piece(self, piece: Piece) -> None:
        """Put a session on the desk; `r` goes on with it."""
        self._replayed, self.piece = None, piece
        settings = piece.session.settings
        self.bar.show(settings.request, settings.form or "", piece.session.rounds)
        self._elapsed = sum(call.usage.total_seconds for call in piece.session.calls)
        self._fresh_desk()

    def _fresh_desk(self) -> None:
        self.view, self.front = View(scansion=self.view.scansion), "left"
        self._end_review()
        self.remove_class("-empty")
        self.query_one("#strip", RoundStrip).clear()
        self.desk.clear()
        self.desk.pane("right").focus()
        self.refresh_bindings()
        self._dirty = True

    # ── painting ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _paint(self) -> None:
        """Paint at most so often; between two frames any number of tokens may have come."""
        session = self.session
        if session is None or not self.is_current or not (self._dirty or self.running):
            return
        dirty, self._dirty = self._dirty, False
        if dirty:
            self._bring_to_front(session)
            self.desk.show(session, self.view)
        self.query_one("#strip", RoundStrip).show(session, self._pace(), self.desk.shown(session, self.view))

    def _pace(self) -> Pace:
        now = time.monotonic()
        session = self.session
        if self.running and session and session.writing and self._pieces > 4:
            return Pace(self._pieces / max(0.1, now - self._turn_began), self._elapsed + now - self._started)
        calls = session.calls if session else ()
        spent = calls[-1].usage.generation_seconds if calls else 0.0
        speed = calls[-1].usage.generated_tokens / spent if calls and spent else 0.0
        return Pace(speed, self._elapsed + (now - self._started if self.running else 0.0))

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

    def on_resize(self) -> None:
        """Lay everything out again."""
        self._dirty = True

    def on_screen_resume(self) -> None:
        """Another screen was in front; the theme may be another, too."""
        self._dirty = True

    # ── the loop ─────────────────────────────────────────────────────────────────────────────────────────────────────

    @on(RequestBar.Submitted)
    async def begin(self, event: RequestBar.Submitted) -> None:
        """Ask for a poem."""
        if self.running:
            self._say("A poem is being written. esc stops it; then ask again.", "warning")
            return
        studio, cast = self.app.studio, self.app.cast
        if studio is None or cast is None:
            self._say(self.app.step.sentence or "Still looking for a model; one moment.", "warning")
            return
        try:
            self.piece = await asyncio.to_thread(
                studio.begin, event.request, cast, form=event.form or None, rounds=event.rounds
            )
        except PoetryError as error:
            self._say(str(error), "error")
            return
        self._replayed, self._elapsed = None, 0.0
        self._fresh_desk()
        self._go(None)

    def _go(self, rounds: int | None) -> None:
        assert self.piece is not None
        self._started, self._pieces = time.monotonic(), 0
        self._run = self._work(self.piece, rounds)

    @work(exclusive=True, group="loop", exit_on_error=False)
    async def _work(self, piece: Piece, rounds: int | None) -> None:
        """Run the loop. It touches no widget: what happens is posted, and tokens only ask for a new frame."""
        async with aclosing(piece.run(rounds)) as events:
            async for event in events:
                if isinstance(event, TokenWritten):
                    self._pieces += 1
                    self._dirty = True
                else:
                    self.post_message(self.Happened(event))

    @on(Happened)
    def _happened(self, message: Happened) -> None:
        self._dirty = True
        self.refresh_bindings()
        match message.event:
            case TurnStarted(role=role):
                self._turn_began, self._pieces = time.monotonic(), 0
                self._follow(role)
            case TurnFinished():
                self._pieces = 0
            case DraftWritten(restored=restored) if restored:
                lines = ", ".join(map(str, restored))
                self._say(f"The Poet had touched locked lines; put back: {lines}.", "warning")
            case Waiting():
                self._show_front("critique")
            case Warned(message=text):
                self._say(text, "warning")
            case Failed(message=text):
                self._say(f"{text} What was written is kept; r goes on.", "error")
            case SessionClosed(reason=reason):
                self._say(_ENDINGS[reason])
            case _:
                pass

    def _follow(self, role: str) -> None:
        """A pane that is being written comes to the front, unless the person chose drafts by hand."""
        self.view = replace(self.view, remark=None)
        if not self.view.right:
            drafts = len(self.session.drafts) if self.session else 0
            writing: Pane = "critique" if role == "educator" and drafts else "right"
            self._show_front("left" if role == "poet" and not drafts else writing)

    @on(Worker.StateChanged)
    def _ended(self, event: Worker.StateChanged) -> None:
        if event.worker is not self._run or event.worker.is_running:
            return
        self._elapsed += time.monotonic() - self._started
        self._dirty = True
        if event.state == WorkerState.ERROR and event.worker.error is not None:
            error = event.worker.error
            if not isinstance(error, PoetryError):
                write_log(error)
            self._say(f"{error} What was written so far is on the screen.", "error")

    async def action_stop(self) -> None:
        """Stop the model at once; else leave what one is in."""
        if self._review:
            self._finish_review()
        elif self.has_class("-editing"):
            self._leave_editor()
        elif self.running and self._run:
            self._run.cancel()
            self._say("Stopped. What was written is kept; r goes on.")
        elif isinstance(self.focused, Input) and self.session is not None:
            self.desk.pane("right").focus()
        elif self.view.right:
            self.view = replace(self.view, left=0, right=0)
            self._dirty = True

    def action_resume(self) -> None:
        """Go on with a stopped session, or give a finished one another round."""
        if self.piece is not None and not self.running:
            self._replayed = None
            self.view = replace(self.view, left=0, right=0, remark=None)
            self._go(None)

    def action_pause(self) -> None:
        """Wait after each critique, or no longer."""
        if self.piece is not None:
            self.piece.hand.pause = not self.piece.hand.pause
            on = self.piece.hand.pause
            self._say("Pause is on: the loop waits after each critique." if on else "Pause is off: the loop goes on.")

    def action_go_on(self) -> None:
        """Let the waiting loop go on."""
        if self.piece is not None and self.session and self.session.waiting:
            self.piece.hand.go_on()

    # ── the person's hand ────────────────────────────────────────────────────────────────────────────────────────────

    def _intervene(self, intervention: Intervention) -> None:
        if self.piece is None:
            return
        try:
            self.piece.intervene(intervention)
        except PoetryError as error:
            self._say(str(error), "error")
        self._dirty = True

    @work(group="dialog", exclusive=True)
    async def action_direct(self) -> None:
        """Ask for a direction."""
        if self.piece is None:
            return
        text = await self.app.push_screen_wait(
            Ask("direction", "What should the Poet do in the next draft? enter gives it, esc goes back")
        )
        if text:
            self._intervene(DirectionGiven(text=text))
            self._say("The Poet gets your direction with the next revision.")

    def action_lock(self) -> None:
        """Lock or unlock the line under the cursor, in the latest draft."""
        draft = self._draft_at_cursor()
        if draft is None or not self.view.cursor:
            self._say("Move onto a line first, with up and down or a click; then l locks it.", "warning")
            return
        if draft is not self.last:
            self._say("Only lines of the latest draft can be locked.", "warning")
            return
        self._intervene(LinesLocked(draft=draft.number, lines=tuple(sorted(draft.locked ^ {self.view.cursor}))))

    def action_accept(self) -> None:
        """Finish here."""
        if self.last is None or self.session is None or self.session.closed:
            return
        if self.running and not self.session.waiting and self._run:
            self._say("The model is still writing. esc stops it; then a accepts.", "warning")
            return
        self._intervene(SessionClosed(reason="accepted"))
        if not self.running:
            self._say(_ENDINGS["accepted"])

    def _may_edit(self) -> bool:
        if self.last is None:
            return False
        if self.running and self.session and not self.session.waiting:
            self._say("The model is writing. esc stops it, or p lets it wait after the critique.", "warning")
            return False
        return True

    def action_edit(self) -> None:
        """Open the latest draft in place."""
        if self._may_edit() and self.last:
            editor = self.query_one("#editor", TextArea)
            editor.text = self.last.poem.text
            self.add_class("-editing")
            self._show_front("right")
            editor.focus()

    def action_keep_edit(self) -> None:
        """Keep what the person wrote as a draft of their own."""
        if self.has_class("-editing"):
            text = self.query_one("#editor", TextArea).text
            self._leave_editor()
            self._draft_by_hand(Poem.parse(text))

    def _leave_editor(self) -> None:
        self.remove_class("-editing")
        self.desk.pane("right").focus()
        self._dirty = True

    def action_edit_outside(self) -> None:
        """Open the latest draft in $EDITOR."""
        if self._may_edit() and self.last:
            from poetry_tui.tui.editor import edited_outside

            try:
                text = edited_outside(self.app, self.last.poem.text)
            except PoetryError as error:
                self._say(str(error), "error")
                return
            self._draft_by_hand(Poem.parse(text))

    def _draft_by_hand(self, poem: Poem) -> None:
        last = self.last
        if last is None or poem == last.poem:
            self._say("Nothing was changed.")
            return
        if not poem.lines:
            self._say("There is no line left, so the draft stays as it was.", "warning")
            return
        kept = {last.poem.lines[number - 1].text for number in last.locked}
        locked = tuple(line.number for line in poem.lines if line.text in kept)
        self._intervene(DraftWritten(number=0, round=last.round, text=poem.text, by="person", locked=locked))
        self.view = replace(self.view, left=0, right=0)

    # ── take or refuse ───────────────────────────────────────────────────────────────────────────────────────────────

    def action_review(self) -> None:
        """Go through the changes of the latest draft, one by one."""
        session = self.session
        if session is None or len(session.drafts) < 2 or not self._may_edit():
            return
        old, new = session.drafts[-2:]
        self._review, self._refused, self._review_of = list(changes(old.poem, new.poem)), [], (old, new)
        if not self._review:
            self._say("Nothing changed between the last two drafts.")
            return
        self.view = replace(self.view, left=old.number, right=new.number, remark=None)
        self._show_front("right")
        self._show_change()

    def action_take(self) -> None:
        """Take the change at hand."""
        if self._review:
            self._review.pop(0)
            self._show_change()

    def action_new(self) -> None:
        """Refuse the change at hand; where none is, begin a new poem."""
        if self._review:
            self._refused.append(self._review.pop(0))
            self._show_change()
        elif self.running:
            self._say("A poem is being written. esc stops it; then n begins a new one.", "warning")
        else:
            self.bar.input.value = ""
            self.bar.input.focus()

    def _show_change(self) -> None:
        if not self._review:
            self._finish_review()
            return
        change = self._review[0]
        lines = frozenset(line.number for line in change.come)
        gone = "" if change.come else f"gone: {change.gone[0].text.strip()[:30]} · "
        self.view = replace(
            self.view, review=f"{gone}{len(self._review)} to go · y take · n refuse · esc done", review_lines=lines
        )
        if lines:
            self.desk.pane("right").scroll_to_line(min(lines))
        self._dirty = True

    def _finish_review(self) -> None:
        refused, pair = self._refused, self._review_of
        self._end_review()
        if refused and pair:
            old, new = pair
            self._draft_by_hand(refuse(old.poem, new.poem, refused))

    def _end_review(self) -> None:
        self._review, self._refused, self._review_of = [], [], None
        self.view = replace(self.view, left=0, right=0, review="", review_lines=frozenset())
        self._dirty = True

    # ── looking around ───────────────────────────────────────────────────────────────────────────────────────────────

    def action_scansion(self) -> None:
        """Show or hide the scansion."""
        self.view = replace(self.view, scansion=not self.view.scansion)
        self._dirty = True

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
        self._dirty = True

    @on(RoundStrip.DraftChosen)
    def _draft_chosen(self, event: RoundStrip.DraftChosen) -> None:
        if self.session and 2 <= event.number <= len(self.session.drafts):
            self._show_pair(event.number)

    def _show_pair(self, right: int) -> None:
        self.view = replace(self.view, left=right - 1, right=right, remark=None, cursor=0)
        self._dirty = True

    def action_cursor(self, step: int) -> None:
        """Move the line cursor in the pane at hand; in the critique, go from remark to remark."""
        session = self.session
        if session is None:
            return
        if self.focused is self.desk.pane("critique"):
            self._move_remark(step)
            return
        left, right = self.desk.shown(session, self.view)
        side = "left" if self.focused is self.desk.pane("left") or not right else "right"
        number = left if side == "left" else right
        if not number:
            return
        count = len(session.draft(number).poem.lines)
        cursor = max(1, min(count, self.view.cursor + step)) if self.view.side == side else 1
        self.view = replace(self.view, side=side, cursor=cursor)
        self._dirty = True
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
        if isinstance(self.focused, Input) or not self._move_remark(1):
            self._cycle(1)

    def action_previous(self) -> None:
        """The remark before, else the pane before."""
        if isinstance(self.focused, Input) or not self._move_remark(-1):
            self._cycle(-1)

    def _move_remark(self, step: int) -> bool:
        """Light the next remark that speaks of a line, if the critique has the focus and there is one."""
        session = self.session
        if session is None or self.focused is not self.desk.pane("critique"):
            return False
        found = self.desk.remarks_shown(session, self.view)
        at = self.view.remark
        order = range((-1 if at is None else at) + 1, len(found)) if step > 0 else range((at or 0) - 1, -1, -1)
        target = next((index for index in order if found[index].lines), None)
        self.view = replace(self.view, remark=target)
        self._dirty = True
        if target is None:
            return False
        self.desk.show(session, self.view)
        self.desk.pane("critique").scroll_to_item(target)
        for pane in ("left", "right"):
            self.desk.pane(pane).scroll_to_line(found[target].lines[0])
        return True

    def _cycle(self, step: int) -> None:
        stops: list[Page | Input] = [self.desk.pane("left"), self.desk.pane("right"), self.desk.pane("critique")]
        if self.has_class("-empty"):
            self.bar.input.focus()
            return
        stops.append(self.bar.input)
        at = stops.index(self.focused) if self.focused in stops else -1 if step > 0 else 0
        target = stops[(at + step) % len(stops)]
        if target is not self.bar.input:
            self._show_front(_PANES[stops.index(target)])
        target.focus()
        if target is self.desk.pane("critique"):
            self._move_remark(1)

    def _show_front(self, pane: Pane) -> None:
        self.front = pane
        if not isinstance(self.focused, Input | TextArea):
            for name in _PANES:
                self.desk.pane(name).set_class(name == pane, "-front")
            self.desk.pane(pane).focus()
        self._dirty = True

    @on(PaneTabs.Chosen)
    def _tab_chosen(self, event: PaneTabs.Chosen) -> None:
        self.set_focus(None)
        self._show_front(next(pane for pane in _PANES if pane == event.pane))

    @on(Page.Clicked)
    def _page_clicked(self, event: Page.Clicked) -> None:
        if event.page.id == "critique":
            self.view = replace(self.view, remark=event.line.item)
        elif event.line.verse_line:
            side = "left" if event.page.id == "left" else "right"
            self.view = replace(self.view, side=side, cursor=event.line.verse_line)
        self._dirty = True

    # ── out of here ──────────────────────────────────────────────────────────────────────────────────────────────────

    def action_copy(self) -> None:
        """Copy the latest draft."""
        if self.last is None:
            return
        from poetry_tui.tui.clipboard import copy_text

        copied = copy_text(self.app, self.last.poem.text)
        self._say("The poem is copied." if copied else "The poem was sent to the terminal's clipboard, if it has one.")

    @work(group="dialog", exclusive=True)
    async def action_export(self) -> None:
        """Choose a format and write the session to a file."""
        if self.piece is not None and self.session is not None:
            chosen = await self.app.push_screen_wait(Choose("export as", _FORMATS))
            if chosen:
                await self.app.export_session(self.piece.id, chosen)

    @work(group="dialog", exclusive=True)
    async def action_choose_form(self) -> None:
        """Choose a form for the next poem."""
        from poetry_tui.prosody.forms import forms

        answers = [
            ("any", "as the request says"),
            *((form.name, f"{form.name}: {form.about}") for form in forms().values()),
        ]
        values = [(f"form-{index}", words) for index, (_, words) in enumerate(answers)]
        chosen = await self.app.push_screen_wait(Choose("form", values))
        if chosen:
            name = answers[int(chosen.removeprefix("form-"))][0]
            self.bar.choose(form="" if name == "any" else name)

    @work(group="dialog", exclusive=True)
    async def action_choose_rounds(self) -> None:
        """Choose how many rounds the next poem gets."""
        answers = [("r0", "0: the Poet alone"), *((f"r{number}", f"{number}") for number in range(1, 9))]
        chosen = await self.app.push_screen_wait(Choose("rounds", answers, f"r{self.bar.rounds}"))
        if chosen:
            self.bar.choose(rounds=int(chosen[1:]))

    @work(exclusive=True, group="replay", exit_on_error=False)
    async def replay(self, events: list[Event]) -> None:
        """Show the making of a session again, at reading speed; esc or any new poem ends it."""
        first, *rest = events
        if not isinstance(first, SessionOpened):
            return
        self._replayed = opened(first)
        self._fresh_desk()
        for event in rest:
            if self._replayed is None:
                return
            self._replayed = apply(self._replayed, event)
            self._dirty = True
            await asyncio.sleep(_reading_time(event))
        self._replayed = None
        self._dirty = True

    def _say(self, text: str, severity: Literal["information", "warning", "error"] = "information") -> None:
        self.app.say(text, severity)


def _reading_time(event: Event) -> float:
    match event:
        case TokenWritten(text=text):
            return min(0.4, 0.012 * len(text))
        case DraftWritten():
            return 1.5
        case SessionStopped() | SessionClosed():
            return 0.0
        case _:
            return 0.1
