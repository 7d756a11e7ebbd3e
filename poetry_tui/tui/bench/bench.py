"""`Bench`: a session at work. It runs the loop, shows what happens, and lets the person step in."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input
from textual.worker import Worker, WorkerState

from poetry_tui.errors import PoetryError
from poetry_tui.log import write_log
from poetry_tui.prosody.pronunciation import dictionary
from poetry_tui.tui.bench.hand import BenchHand
from poetry_tui.tui.bench.replaying import word_by_word
from poetry_tui.tui.screens.dialogs import Choose
from poetry_tui.tui.widgets.desk import Pane, View
from poetry_tui.tui.widgets.round_strip import RoundStrip
from poetry_tui.workshop import Event, apply, opened
from poetry_tui.workshop.events import (
    DraftWritten,
    Failed,
    SessionClosed,
    SessionOpened,
    SessionStopped,
    TokenWritten,
    TurnStarted,
    Waiting,
    Warned,
)

if TYPE_CHECKING:
    from poetry_tui.studio import Piece

_ENDINGS = {
    "approved": "The Educator approves, and the form holds. The poem is done.",
    "rounds": "All rounds are done. r gives it one more.",
    "accepted": "Accepted. The poem is done.",
}
_NEED_A_DRAFT = {"edit", "edit_outside", "lock", "review", "accept", "scansion", "drafts", "left", "copy", "take"}


class Bench(BenchHand):
    """Drafts, critique, strip, and the keys for them; it is mounted when the first poem is asked for or opened."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "stop", id="workshop.stop", tooltip="Stop the model; what was written is kept."),
        Binding("escape", "back", "back", id="workshop.back", tooltip="Leave what you are in.", show=False),
        Binding("r", "resume", "go on", id="workshop.resume", tooltip="Go on, or one more round."),
        Binding("p", "pause", "pause", id="workshop.pause", tooltip="Wait for you after each critique, or no longer."),
        Binding("g,enter", "go_on", "go on", id="workshop.go_on", tooltip="Go on to the revision.", show=False),
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
        Binding("n", "new", "new poem", id="workshop.new", tooltip="Begin a new poem.", show=False),
        Binding("tab", "next", "next", id="workshop.next", tooltip="Next remark, then next pane.", show=False),
        Binding("shift+tab", "previous", "previous", id="workshop.previous", show=False),
        Binding("up,k", "cursor(-1)", "line up", id="workshop.up", show=False),
        Binding("down,j", "cursor(1)", "line down", id="workshop.down", show=False),
        Binding("y", "take", "take", id="workshop.take", tooltip="Take this change.", show=False),
        Binding("ctrl+s", "keep_edit", "keep the edit", id="workshop.keep", show=False),
    ]

    class Happened(Message):
        """An event of the running loop, for the handlers that own the screen's state."""

        def __init__(self, event: Event) -> None:
            super().__init__()
            self.event = event

    def __init__(self) -> None:
        super().__init__()
        self._run: Worker[None] | None = None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only keys that do something now are shown."""
        if action in _NEED_A_DRAFT and self.last is None:
            return False
        match action:
            case "stop":
                return self.running and not self.review and not self.has_class("-editing")
            case "resume":
                return self.piece is not None and not self.running
            case "pause":
                return self.session is not None and self.session.closed is None
            case _:
                return super().check_action(action, parameters)

    def show_piece(self, piece: Piece) -> None:
        """Put a session on the desk; `r` goes on with it."""
        self.replayed, self.piece = None, piece
        settings = piece.session.settings
        self.bar.show(settings.request, settings.form or "", piece.session.rounds)
        self._fresh_desk()

    def _fresh_desk(self) -> None:
        self.view, self.front = View(scansion=self.view.scansion), "left"
        self.follow()
        self._end_review()
        self.query_one("#strip", RoundStrip).clear()
        self.desk.clear()
        self.desk.pane("right").focus()
        self.refresh_bindings()
        self.dirty = True

    # ── the loop ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def begin(self, request: str, form: str, rounds: int) -> None:
        """A new session, which runs at once. Raises a `PoetryError` where there cannot be one."""
        studio, cast = self.studio_app.studio, self.studio_app.cast
        assert studio is not None
        assert cast is not None
        self.piece = await asyncio.to_thread(studio.begin, request, cast, form=form or None, rounds=rounds)
        self.replayed = None
        self._fresh_desk()
        self._go(None)

    def _go(self, rounds: int | None) -> None:
        assert self.piece is not None
        self.stopwatch.start(self.piece.session)
        if self.piece.session.drafts:  # else it is read when the first draft is measured; a revision is as it grows
            self.run_worker(dictionary, thread=True, group="dictionary")
        self._run = self._work(self.piece, rounds)
        self.refresh_bindings()

    @work(exclusive=True, group="loop", exit_on_error=False)
    async def _work(self, piece: Piece, rounds: int | None) -> None:
        """Run the loop. It touches no widget: what happens is posted, and tokens only ask for a new frame."""
        async with aclosing(piece.run(rounds)) as events:
            async for event in events:
                if isinstance(event, TokenWritten):
                    self.stopwatch.count()
                    self.dirty = True
                else:
                    self.post_message(self.Happened(event))

    @on(Happened)
    def _happened(self, message: Happened) -> None:
        self.dirty = True
        self.refresh_bindings()
        match message.event:
            case TurnStarted(role=role):
                self.stopwatch.begin_turn()
                self._follow(role)
            case DraftWritten(restored=restored) if restored:
                lines = ", ".join(map(str, restored))
                self.say(f"The Poet had touched locked lines; put back: {lines}.", "warning")
            case Waiting():
                self.show_front("critique")
            case Warned(message=text):
                self.say(text, "warning")
            case Failed(message=text):
                self.say(f"{text} What was written is kept; r goes on.", "error")
            case SessionClosed(reason=reason):
                self.say(_ENDINGS[reason])
            case _:
                pass

    def _follow(self, role: str) -> None:
        """A pane that is being written comes to the front, unless the person looks at something else."""
        if self.following:
            self.view = replace(self.view, remark=None)
            drafts = len(self.session.drafts) if self.session else 0
            writing: Pane = "critique" if role == "educator" and drafts else "right"
            self.show_front("left" if role == "poet" and not drafts else writing)

    @on(Worker.StateChanged)
    def _ended(self, event: Worker.StateChanged) -> None:
        if event.worker is not self._run or event.worker.is_running:
            return
        self.stopwatch.stop()
        self.refresh_bindings()
        self.dirty = True
        if event.state == WorkerState.ERROR and event.worker.error is not None:
            error = event.worker.error
            if not isinstance(error, PoetryError):
                write_log(error)
            self.say(f"{error} What was written so far is on the screen.", "error")

    def action_stop(self) -> None:
        """Stop the model at once."""
        if self._run is not None:
            self._run.cancel()
            self.say("Stopped. What was written is kept; r goes on.")

    def action_back(self) -> None:
        """Leave what one is in: changes, the editor, the request, a replay, an older pair of drafts."""
        if self.review:
            self._finish_review()
        elif self.has_class("-editing"):
            self._leave_editor()
        elif isinstance(self.screen.focused, Input) and self.session is not None:
            self.desk.pane("right").focus()
        elif self.replayed is not None:
            self.workers.cancel_group(self, "replay")
        else:
            self.follow()

    def action_resume(self) -> None:
        """Go on with a stopped session, or give a finished one another round."""
        if self.piece is not None and not self.running:
            self.replayed = None
            self.follow()
            self._go(None)

    def action_pause(self) -> None:
        """Wait after each critique, or no longer."""
        if self.piece is not None:
            self.piece.hand.pause = not self.piece.hand.pause
            on = self.piece.hand.pause
            self.say("Pause is on: the loop waits after each critique." if on else "Pause is off: the loop goes on.")

    def action_go_on(self) -> None:
        """Let the waiting loop go on."""
        if self.piece is not None and self.session and self.session.waiting:
            self.piece.hand.go_on()

    # ── out of here ──────────────────────────────────────────────────────────────────────────────────────────────────

    @work(group="dialog", exclusive=True)
    async def action_export(self) -> None:
        """Choose a format and write the session to a file."""
        from poetry_tui.tui.exporting import FORMATS

        if self.piece is None:
            return
        chosen = await self.app.push_screen_wait(Choose("export as", FORMATS))
        for export_format, _ in FORMATS:
            if export_format == chosen:
                try:
                    await self.studio_app.export_session(self.piece.id, export_format)
                except PoetryError as error:
                    self.say(str(error), "error")

    @work(exclusive=True, group="replay", exit_on_error=False)
    async def replay(self, events: list[Event]) -> None:
        """Show the making of a session again, at reading speed; esc stays where it is."""
        first, *rest = events
        if not isinstance(first, SessionOpened):
            return
        self.replayed = opened(first)
        self._fresh_desk()
        for event in word_by_word(rest):
            self.replayed = apply(self.replayed, event)
            self.dirty = True
            await asyncio.sleep(_reading_time(event))


def _reading_time(event: Event) -> float:
    match event:
        case TokenWritten(text=text):
            return 0.02 * len(text)
        case DraftWritten():
            return 1.5
        case SessionStopped() | SessionClosed():
            return 0.0
        case _:
            return 0.1
