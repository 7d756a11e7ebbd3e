"""What stands in the frames of the panes: what a pane is, and what is true of it."""

from __future__ import annotations

from collections.abc import Sequence

from poetry_tui.tui.widgets.remarks import Remark
from poetry_tui.tui.widgets.verse_layout import changed_lines
from poetry_tui.workshop import Critique, Draft, Session


def draft_name(draft: Draft) -> str:
    """Its number, and whether the person made it."""
    return f"draft {draft.number}{'  · yours' if draft.by == 'person' else ''}"


def form_kept(draft: Draft | None) -> str:
    """How many lines are in form; how many there are, where no form was asked for."""
    if draft is None or draft.report is None:
        return ""
    total = len(draft.report.lines)
    if draft.report.rules:
        return f"{draft.report.in_form} of {total} in form"
    return f"{total} line{'' if total == 1 else 's'}"


def fault_at(draft: Draft | None, number: int) -> str:
    """Why a line breaks its form; "" if it does not."""
    if draft is None or draft.report is None or not 0 < number <= len(draft.report.lines):
        return ""
    faults = draft.report.lines[number - 1].faults
    return f"line {number}: {'; '.join(faults)}" if faults else ""


def lines_changed(old: Draft, new: Draft) -> str:
    """How much of a draft is not as it was; "" for one without lines."""
    total = len(new.poem.lines)
    return f"{changed_lines(old.poem, new.poem)} of {total} line{'' if total == 1 else 's'} changed" if total else ""


def critique_name(session: Session, critique: Critique | None, about: int, *, live: bool, thinking: bool) -> str:
    """What the Educator's pane holds; `about` is the draft it speaks of, `live` that it is being written."""
    if live:
        return f"educator on draft {about}  ▸ {'thinking …' if thinking else 'writing'}"
    if critique:
        return f"educator on draft {critique.draft}"
    return "educator's last note" if session.note is not None else "educator"


def critique_state(session: Session, critique: Critique | None, found: Sequence[Remark]) -> str:
    """What can be done now, or whether the poem is approved."""
    if session.waiting:
        return "waiting for you: g go on · d direct · e edit · l lock · a accept"
    if critique and critique.approval and critique.approval.said:
        return "approved" if critique.approval.approved else "approved in words, but the measured form does not hold"
    return "tab next remark" if any(remark.lines for remark in found) else ""
