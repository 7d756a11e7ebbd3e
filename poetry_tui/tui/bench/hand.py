"""What a person does to a session on the workbench: directions, locks, edits, changes taken or refused, acceptance."""

from __future__ import annotations

from dataclasses import replace

from textual import work
from textual.widgets import TextArea

from poetry_tui.errors import PoetryError
from poetry_tui.tui.bench.sight import BenchSight
from poetry_tui.tui.screens.dialogs import Ask
from poetry_tui.verse import Change, Poem, changes, refuse
from poetry_tui.workshop import Draft, Intervention
from poetry_tui.workshop.events import DirectionGiven, DraftWritten, LinesLocked, SessionClosed


class BenchHand(BenchSight):
    """The person's hand in a session. While changes are gone through, `y` takes one and `n` refuses it."""

    def __init__(self) -> None:
        super().__init__()
        self.review: list[Change] = []
        self._refused: list[Change] = []
        self._review_of: tuple[Draft, Draft] | None = None

    @property
    def writing(self) -> bool:
        """Whether a model is at work (the loop runs and does not wait for the person)."""
        return self.piece is not None and self.piece.running and not self.piece.session.waiting

    # ── the person's hand ────────────────────────────────────────────────────────────────────────────────────────────

    def _intervene(self, intervention: Intervention) -> None:
        if self.piece is None:
            return
        try:
            self.piece.intervene(intervention)
        except PoetryError as error:
            self.say(str(error), "error")
        self.dirty = True

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
            self.say("The Poet gets your direction with the next revision.")

    def action_lock(self) -> None:
        """Lock or unlock the line under the cursor, in the latest draft."""
        draft = self._draft_at_cursor()
        if draft is None or not self.view.cursor:
            self.say("Move onto a line first, with up and down or a click; then l locks it.", "warning")
            return
        if draft is not self.last:
            self.say("Only lines of the latest draft can be locked.", "warning")
            return
        self._intervene(LinesLocked(draft=draft.number, lines=tuple(sorted(draft.locked ^ {self.view.cursor}))))

    def action_accept(self) -> None:
        """Finish here."""
        if self.last is None or self.session is None or self.session.closed:
            return
        if self.writing:
            self.say("The model is still writing. esc stops it; then a accepts.", "warning")
            return
        self._intervene(SessionClosed(reason="accepted"))
        if not self.running:
            self.say("Accepted. The poem is done.")

    def _may_edit(self) -> bool:
        if self.last is None:
            return False
        if self.writing:
            self.say("The model is writing. esc stops it, or p lets it wait after the critique.", "warning")
            return False
        return True

    def action_edit(self) -> None:
        """Open the latest draft in place."""
        if self._may_edit() and self.last:
            editor = self.query_one("#editor", TextArea)
            editor.text = self.last.poem.text
            self.add_class("-editing")
            self.refresh_bindings()
            self.show_front("right")
            editor.focus()

    def action_keep_edit(self) -> None:
        """Keep what the person wrote as a draft of their own."""
        if self.has_class("-editing"):
            text = self.query_one("#editor", TextArea).text
            self._leave_editor()
            self._draft_by_hand(Poem.parse(text))

    def _leave_editor(self) -> None:
        self.remove_class("-editing")
        self.refresh_bindings()
        self.desk.pane("right").focus()
        self.dirty = True

    def action_edit_outside(self) -> None:
        """Open the latest draft in $EDITOR."""
        if self._may_edit() and self.last:
            from poetry_tui.tui.editor import edited_outside

            try:
                text = edited_outside(self.app, self.last.poem.text)
            except PoetryError as error:
                self.say(str(error), "error")
                return
            self._draft_by_hand(Poem.parse(text))

    def _draft_by_hand(self, poem: Poem) -> None:
        last = self.last
        if last is None or poem == last.poem:
            self.say("Nothing was changed.")
            return
        if not poem.lines:
            self.say("There is no line left, so the draft stays as it was.", "warning")
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
        self.review, self._refused, self._review_of = list(changes(old.poem, new.poem)), [], (old, new)
        if not self.review:
            self.say("Nothing changed between the last two drafts.")
            return
        self.view = replace(self.view, left=old.number, right=new.number, remark=None)
        self.refresh_bindings()
        self.show_front("right")
        self._show_change()

    def action_take(self) -> None:
        """Take the change at hand."""
        if self.review:
            self.review.pop(0)
            self._show_change()

    def action_new(self) -> None:
        """Refuse the change at hand; where none is, begin a new poem."""
        if self.review:
            self._refused.append(self.review.pop(0))
            self._show_change()
        elif self.running:
            self.say("A poem is being written. esc stops it; then n begins a new one.", "warning")
        else:
            self.bar.input.value = ""
            self.bar.input.focus()

    def _show_change(self) -> None:
        if not self.review:
            self._finish_review()
            return
        change = self.review[0]
        lines = frozenset(line.number for line in change.come)
        gone = "" if change.come else f"gone: {change.gone[0].text.strip()[:30]} · "
        self.view = replace(
            self.view, review=f"{gone}{len(self.review)} to go · y take · n refuse · esc done", review_lines=lines
        )
        if lines:
            self.desk.pane("right").scroll_to_line(min(lines))
        self.dirty = True

    def _finish_review(self) -> None:
        refused, pair = self._refused, self._review_of
        self._end_review()
        if refused and pair:
            old, new = pair
            self._draft_by_hand(refuse(old.poem, new.poem, refused))

    def _end_review(self) -> None:
        self.review, self._refused, self._review_of = [], [], None
        self.view = replace(self.view, left=0, right=0, review="", review_lines=frozenset())
        self.refresh_bindings()
        self.dirty = True
