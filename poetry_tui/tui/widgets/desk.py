"""`Desk`: two drafts and a critique, laid out for the width at hand, as a session stands."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal

from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.widgets import TextArea

from poetry_tui.tui.inks import Inks, inks_of
from poetry_tui.tui.widgets.critique_layout import critique_lines
from poetry_tui.tui.widgets.frame_words import (
    critique_name,
    critique_state,
    draft_name,
    fault_at,
    form_kept,
    lines_changed,
)
from poetry_tui.tui.widgets.growing import Growing, growing, growing_alone, growing_beside
from poetry_tui.tui.widgets.page import Page
from poetry_tui.tui.widgets.remarks import Remark, remarks
from poetry_tui.tui.widgets.verse_layout import Look, Looks, alone, facing, prose
from poetry_tui.verse import Poem, printable
from poetry_tui.workshop import Critique, Draft, Session

CRITIQUE_SECONDS = 0.1
"""Prose is laid out anew as it grows, which costs more than verse: at most so often."""

Side = Literal["left", "right"]
Pane = Side | Literal["critique"]


@dataclass(frozen=True, slots=True)
class View:
    """What the person looks at.

    `left` and `right` are draft numbers (0: as the session goes); `cursor` is a line of the draft on `side`; `remark`
    is the index of the lit remark; `review` a sentence that stands on the right while changes are taken or refused.
    """

    left: int = 0
    right: int = 0
    side: Side = "right"
    cursor: int = 0
    remark: int | None = None
    scansion: bool = False
    review: str = ""
    review_lines: frozenset[int] = frozenset()


class Desk(Container):
    """Three panes; each says in its frame what it is and what is true of it."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._painted: dict[str, object] = {}
        self._writing = self._followed = False
        self._critique_painted = 0.0
        self._remarks: tuple[tuple[str, Poem], list[Remark]] | None = None

    def compose(self) -> ComposeResult:
        for pane in ("left", "right"):
            page = Page(id=pane)
            page.add_class("pane")
            yield page
        editor = TextArea(id="editor", soft_wrap=True, show_line_numbers=True)
        editor.border_title = "your hand"
        editor.border_subtitle = Content("ctrl+s keep · esc discard")
        yield editor
        page = Page(id="critique")
        page.add_class("pane")
        yield page

    def on_mount(self) -> None:
        left, right = self.pane("left"), self.pane("right")
        self.watch(left, "scroll_y", lambda: _level(left, right), init=False)
        self.watch(right, "scroll_y", lambda: _level(right, left), init=False)

    def pane(self, name: Pane) -> Page:
        """One of the three."""
        return self.query_one(f"#{name}", Page)

    def clear(self) -> None:
        """Forget what was painted, so that everything is painted again."""
        self._painted.clear()

    # ── what is where ────────────────────────────────────────────────────────────────────────────────────────────────

    def shown(self, session: Session, view: View) -> tuple[int, int]:
        """The numbers of the drafts on the left and on the right; 0 where there is none, or one is being written."""
        count = len(session.drafts)
        if view.right:
            return min(view.left, count), min(view.right, count)
        writing = session.writing is not None and session.writing.turn.role == "poet"
        if writing or count < 2:
            return (count, 0)
        return count - 1, count

    def critique_shown(self, session: Session, view: View) -> Critique | None:
        """The critique of the draft on the right, else of the one on the left."""
        left, right = self.shown(session, view)
        return session.critique_of(right) or session.critique_of(left)

    def remarks_shown(self, session: Session, view: View) -> list[Remark]:
        """The remarks of the critique in the critique pane."""
        critique = self.critique_shown(session, view)
        if critique is None:
            return []
        return self._taken_apart(printable(critique.text), session.draft(critique.draft).poem)

    def _taken_apart(self, text: str, poem: Poem) -> list[Remark]:
        key = (text, poem)
        if self._remarks is None or self._remarks[0] != key:
            self._remarks = (key, remarks(text, poem))
        return self._remarks[1]

    # ── painting ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def show(self, session: Session, view: View) -> bool:
        """Paint what has changed since the last call; False if a growing critique has to wait for its turn."""
        inks = inks_of(self.app)
        self._show_drafts(session, view, inks)
        writing = session.writing is not None and session.writing.turn.role == "educator"
        if writing and session.running and time.monotonic() - self._critique_painted < CRITIQUE_SECONDS:
            return False
        self._critique_painted = time.monotonic()
        self._show_critique(session, view, inks)
        return True

    def _show_drafts(self, session: Session, view: View, inks: Inks) -> None:
        left, right = self.shown(session, view)
        one = session.draft(left) if left else None
        other = session.draft(right) if right else None
        verse = self._verse_in_making(session, view, one)
        lit, about = self._lit(session, view)
        looks = (
            self._look("left", left, view, inks, lit if left == about else frozenset()),
            self._look("right", right, view, inks, (lit if right == about else frozenset()) | view.review_lines),
        )
        key = (one, other, verse, looks, view, session.running, self._briefing(session))
        if self._painted.get("drafts") == key:
            return
        self._painted["drafts"] = key
        self._paint_drafts(session, one, other, verse, looks)
        self._label_drafts(session, view, one, other, verse)

    def _verse_in_making(self, session: Session, view: View, one: Draft | None) -> Growing | None:
        writing = session.writing
        if writing is None or writing.turn.role != "poet" or view.right:
            return None
        thinking = bool(writing.thinking and not writing.text)
        return growing(printable(writing.text), one, session.settings.form, thinking=thinking)

    def _look(self, side: Side, number: int, view: View, inks: Inks, lit: frozenset[int]) -> Look:
        width = self._widths()[side == "right"]
        return Look(inks, width, view.scansion, lit, view.cursor if number and side == view.side else 0)

    def _widths(self) -> tuple[int, int]:
        """Columns of both drafts; a pane that is not in front, or only just, has those of the one that is or was."""
        pages = [page for page in (self.pane("left"), self.pane("right")) if page.size.width]
        widths = [page.text_width for page in pages if page.display] or [page.text_width for page in pages[:1]]
        return (widths[0], widths[-1]) if widths else (self.size.width - 4,) * 2

    def _paint_drafts(
        self, session: Session, one: Draft | None, other: Draft | None, verse: Growing | None, looks: Looks
    ) -> None:
        """Two drafts facing; else the one there is, or is being written, beside the next one or the brief."""
        console, (left, right) = self.app.console, (self.pane("left"), self.pane("right"))
        if one and other:
            before, after = facing(one, other, looks, console)
            left.show_lines(before)
            right.show_lines(after)
        elif one and verse:
            (before, after), at = growing_beside(one, verse, looks, console)
            left.show_lines(before)
            right.show_lines(after, follow=at)
        else:
            lines = alone(one, looks[0], console) if one else growing_alone(verse, looks[0], console) if verse else []
            left.show_lines(lines, follow=len(lines) - 1 if verse else None)
            right.show_lines(prose(printable(self._briefing(session)), looks[1], console, looks[1].inks.quiet))
        if verse is None and self._writing:
            for page in (left, right):  # it is written: now both are read from the beginning
                page.scroll_home(animate=False, immediate=True)
        self._writing = verse is not None

    def _briefing(self, session: Session) -> str:
        writing = session.writing
        return writing.text if writing and writing.turn.turn == "brief" else session.brief or ""

    def _label_drafts(
        self, session: Session, view: View, one: Draft | None, other: Draft | None, verse: Growing | None
    ) -> None:
        """What the panes are; then the line at hand if it breaks its form, else how much is in form or was changed."""
        left, right = self.pane("left"), self.pane("right")
        doing = (
            "  broken off" if not session.running else "  ▸ thinking …" if verse and verse.thinking else "  ▸ writing"
        )
        new = f"draft {len(session.drafts) + 1}{doing}"
        briefing = session.running and session.writing is not None and session.writing.turn.turn == "brief"
        brief = "brief  ▸ writing" if briefing else "brief" if self._briefing(session) else ""
        on_left, on_right = (view.cursor, 0) if view.side == "left" else (0, view.cursor)
        newer = verse.finished if verse and verse.compared else other
        left.label(
            draft_name(one) if one else new if verse else "draft 1",
            fault_at(one, on_left) or form_kept(one),
        )
        right.label(
            draft_name(other) if other else new if one and verse else brief,
            view.review or fault_at(other, on_right) or (lines_changed(one, newer) if one and newer else ""),
        )
        writing = session.running and verse is not None
        left.set_class(writing and one is None, "-writing")
        right.set_class((writing and one is not None) or briefing, "-writing")

    def _show_critique(self, session: Session, view: View, inks: Inks) -> None:
        page, writing = self.pane("critique"), session.writing
        if not page.display:
            return
        live = writing if writing and writing.turn.turn in ("critique", "note") and not view.right else None
        critique = None if live else self.critique_shown(session, view)
        about = live.turn.draft if live else critique.draft if critique else len(session.drafts)
        draft = session.draft(about) if about else None
        text = printable(live.text if live else critique.text if critique else "")
        if session.note is not None and not live and not view.right:
            text, critique = printable(session.note), None
        thinking = bool(live and live.thinking and not live.text)
        key = (text, draft, view.remark, page.text_width, inks, session.running, session.waiting, thinking, bool(live))
        if self._painted.get("critique") == key:
            return
        self._painted["critique"] = key
        found = self._taken_apart(text, draft.poem if draft else Poem())
        lines = critique_lines(
            found,
            draft.report if draft else None,
            view.remark,
            inks,
            page.text_width,
            self.app.console,
            columns=2 if page.text_width >= 100 and len(found) > 1 else 1,
        )
        page.show_lines(lines, follow=len(lines) - 1 if live else None)
        if live is None and self._followed:
            page.scroll_home(animate=False, immediate=True)  # it is written: now it can be read from its beginning
        self._followed = live is not None
        page.label(
            critique_name(session, critique, about, live=live is not None, thinking=thinking),
            critique_state(session, critique, found),
        )
        page.set_class(live is not None and session.running, "-writing")

    def _lit(self, session: Session, view: View) -> tuple[frozenset[int], int]:
        """The lines of which the lit remark speaks, and the draft they are lines of."""
        critique = self.critique_shown(session, view)
        found = self.remarks_shown(session, view)
        if critique is None or view.remark is None or view.remark >= len(found):
            return frozenset(), 0
        return frozenset(found[view.remark].lines), critique.draft


def _level(moved: Page, other: Page) -> None:
    """Both drafts scroll together. The one that moved is left alone: it may be in the middle of an animation."""
    if other.scroll_offset.y != moved.scroll_offset.y:
        other.scroll_to(y=moved.scroll_offset.y, animate=False, immediate=True)
