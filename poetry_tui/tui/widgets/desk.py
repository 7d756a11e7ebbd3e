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
from poetry_tui.tui.widgets.page import Page
from poetry_tui.tui.widgets.remarks import Remark, remarks
from poetry_tui.tui.widgets.verse_layout import Look, alone, changed_lines, facing, prose, written_so_far
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
        writing = (
            session.writing if session.writing and session.writing.turn.role == "poet" and not view.right else None
        )
        text = printable(writing.text) if writing else ""
        thinking = bool(writing and writing.thinking and not writing.text)
        one = session.draft(left) if left else None
        other = session.draft(right) if right else None
        lit, about = self._lit(session, view)
        widths = self._widths()
        key = (
            one,
            other,
            text,
            thinking,
            view,
            lit,
            about,
            widths,
            inks,
            session.running,
            session.brief,
            self._briefing(session),
        )
        if self._painted.get("drafts") == key:
            return
        self._painted["drafts"] = key
        looks = [
            Look(
                inks=inks,
                width=width,
                scansion=view.scansion,
                lit=(lit if number == about else frozenset()) | (view.review_lines if side == "right" else frozenset()),
                cursor=view.cursor if side == view.side else 0,
            )
            for side, number, width in zip(("left", "right"), (left, right), widths, strict=True)
        ]
        self._paint_drafts(session, one, other, text if writing else None, looks)
        self._name_drafts(session, one, other, "" if writing is None else "thinking …" if thinking else "writing")
        self._say_what_is_true(view, one, other)

    def _widths(self) -> tuple[int, int]:
        """Columns of both drafts; a pane that is not in front has those of the one that is."""
        widths = [page.text_width for page in (self.pane("left"), self.pane("right")) if page.display]
        return (widths[0], widths[-1]) if widths else (self.size.width - 4,) * 2

    def _paint_drafts(
        self, session: Session, one: Draft | None, other: Draft | None, text: str | None, looks: list[Look]
    ) -> None:
        """Two drafts facing; else the one there is, or is being written (`text`), beside the next one or the brief."""
        console, (left, right) = self.app.console, (self.pane("left"), self.pane("right"))
        if one and other:
            lines = facing(one, other, looks[0], looks[1], console)
            left.show_lines(lines[0])
            right.show_lines(lines[1])
        else:
            new = [written_so_far(text, look, console) if text is not None else None for look in looks]
            left.show_lines(alone(one, looks[0], console) if one else new[0] or [], follow=one is None)
            brief = prose(printable(self._briefing(session)), looks[1], console, looks[1].inks.quiet)
            right.show_lines((new[1] if one else None) or brief, follow=one is not None and text is not None)
        if text is None and self._writing:
            for page in (left, right):  # it is written: now both are read from the beginning
                page.scroll_home(animate=False, immediate=True)
        self._writing = text is not None

    def _briefing(self, session: Session) -> str:
        writing = session.writing
        return writing.text if writing and writing.turn.turn == "brief" else session.brief or ""

    def _name_drafts(self, session: Session, one: Draft | None, other: Draft | None, doing: str) -> None:
        """What the panes are, in their frames; `doing` is what the Poet does just now ("" for nothing)."""
        left, right = self.pane("left"), self.pane("right")
        new = f"draft {len(session.drafts) + 1}" + (f"  ▸ {doing}" if session.running else "  broken off")
        briefing = session.running and session.writing is not None and session.writing.turn.turn == "brief"
        brief = "brief  ▸ writing" if briefing else "brief" if self._briefing(session) else ""
        left.border_title = Content(_name(one) if one else new if doing else "draft 1")
        right.border_title = Content(_name(other) if other else new if one and doing else brief)
        writing = session.running and bool(doing)
        left.set_class(writing and one is None, "-writing")
        right.set_class((writing and one is not None) or briefing, "-writing")

    def _say_what_is_true(self, view: View, one: Draft | None, other: Draft | None) -> None:
        """The line at hand if it breaks its form; else how much is in form, and how much was changed."""
        on_left, on_right = (view.cursor, 0) if view.side == "left" else (0, view.cursor)
        changed = ""
        if one and other:
            changed = f"{changed_lines(one.poem, other.poem)} of {len(other.poem.lines)} lines changed"
        self.pane("left").border_subtitle = Content(_truth(one, on_left))
        self.pane("right").border_subtitle = Content(view.review or _fault_at(other, on_right) or changed)

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
            columns=2 if page.text_width >= 100 else 1,
        )
        page.show_lines(lines, follow=live is not None)
        if live is None and self._followed:
            page.scroll_home(animate=False, immediate=True)  # it is written: now it can be read from its beginning
        self._followed = live is not None
        page.border_title = Content(self._critique_title(session, live is not None, thinking, critique, about))
        page.set_class(live is not None and session.running, "-writing")
        page.border_subtitle = Content(_critique_truth(session, critique, found))

    def _critique_title(
        self, session: Session, live: bool, thinking: bool, critique: Critique | None, about: int
    ) -> str:
        if live:
            return f"educator on draft {about}  ▸ {'thinking …' if thinking else 'writing'}"
        if critique:
            return f"educator on draft {critique.draft}"
        return "educator's last note" if session.note is not None else "educator"

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


def _name(draft: Draft) -> str:
    return f"draft {draft.number}{'  · yours' if draft.by == 'person' else ''}"


def _truth(draft: Draft | None, cursor: int) -> str:
    """What is true of a draft: the fault of the line at hand, else how many lines are in form."""
    if draft is None or draft.report is None:
        return ""
    if fault := _fault_at(draft, cursor):
        return fault
    total = len(draft.report.lines)
    if draft.report.rules:
        return f"{draft.report.in_form} of {total} in form"
    return f"{total} line{'' if total == 1 else 's'}"


def _fault_at(draft: Draft | None, cursor: int) -> str:
    if draft is None or draft.report is None or not 0 < cursor <= len(draft.report.lines):
        return ""
    faults = draft.report.lines[cursor - 1].faults
    return f"line {cursor}: {'; '.join(faults)}" if faults else ""


def _critique_truth(session: Session, critique: Critique | None, found: list[Remark]) -> str:
    if session.waiting:
        return "waiting for you: g go on · d direct · e edit · l lock · a accept"
    if critique and critique.approval and critique.approval.said:
        return "approved" if critique.approval.approved else "approved in words, but the measured form does not hold"
    return "tab next remark" if any(remark.lines for remark in found) else ""
