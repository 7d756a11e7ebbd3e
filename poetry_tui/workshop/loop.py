"""The revision loop: one async generator of events.

What comes next is read off the session's state alone (`next_step`), so a new session and one that was killed in the
middle are run by the same code: fold the journal, call `run`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import replace
from typing import Literal

from poetry_tui.errors import ModelError
from poetry_tui.prosody.form_registry import form_named
from poetry_tui.prosody.report import FormReport, report
from poetry_tui.verse import Poem, extract, restore_locked
from poetry_tui.workshop.approval import says_approval
from poetry_tui.workshop.asking import Players, Question, RunState, ask_for_poem, ask_for_words
from poetry_tui.workshop.events import (
    ApprovalJudged,
    BriefWritten,
    CritiqueWritten,
    DraftWritten,
    Event,
    Failed,
    FormMeasured,
    NoteWritten,
    RoundClosed,
    SessionClosed,
    Waiting,
)
from poetry_tui.workshop.hand import Hand
from poetry_tui.workshop.prompts import style_named
from poetry_tui.workshop.session import Call, Draft, Session

Asked = Literal["brief", "draft", "critique", "revise", "note"]
Step = Asked | Literal["take", "measure", "judge", "wait", "close_round", "close"]

NO_FORM = "free verse: no rhyme scheme, meter or line count is asked for"


def next_step(session: Session, *, pause: bool) -> Step:
    """What the loop does next. With `pause`, it waits between critique and revision."""
    if session.answered is not None:
        return "take"
    if not session.drafts:
        wants_brief = session.settings.brief and session.rounds > 0 and session.brief is None
        return "brief" if wants_brief else "draft"
    if session.drafts[-1].report is None:
        return "measure"
    last = session.critiques[-1] if session.critiques else None
    if last is not None and last.approval is None:
        return "judge"
    if session.approved:
        return _ending(session)
    if last is None or last.round <= session.closed_rounds:
        return "critique" if session.closed_rounds < session.rounds else _ending(session)
    if any(draft.round == last.round and draft.by == "poet" for draft in session.drafts):
        return "close_round"
    return "wait" if pause else "revise"


def _ending(session: Session) -> Step:
    return "note" if session.settings.note and session.rounds > 0 and session.note is None else "close"


async def run(session: Session, players: Players, hand: Hand) -> AsyncGenerator[Event]:
    """Go on from `session` until it closes or fails; yields every event that happens.

    Closing the generator, or cancelling the task that iterates it, stops the engine. A `ModelError` ends it as
    `Failed`.
    """
    loop = _Loop(RunState(session, players), hand)
    try:
        async with aclosing(loop.events()) as events:
            async for event in events:
                yield event
    except ModelError as error:
        yield Failed(message=str(error), error=type(error).__name__)


class _Loop:
    def __init__(self, state: RunState, hand: Hand) -> None:
        self.state = state
        self.hand = hand
        form = state.session.settings.form
        self.form = form_named(form) if form else None
        self.contract = self.form.contract if self.form else NO_FORM
        self.released = False

    async def events(self) -> AsyncGenerator[Event]:
        while True:
            for event in self._interventions():
                yield event
            if self.state.session.closed is not None:
                return
            step = next_step(self.state.session, pause=self.hand.pause and not self.released)
            async with aclosing(self._perform(step)) as events:
                async for event in events:
                    yield event

    def _interventions(self) -> Iterator[Event]:
        for given in self.hand.take():
            if isinstance(given, DraftWritten):
                yield self.state.record(replace(given, number=len(self.state.session.drafts) + 1))
            else:
                yield self.state.record(given)

    async def _perform(self, step: Step) -> AsyncGenerator[Event]:
        session, record = self.state.session, self.state.record
        match step:
            case "take":
                assert session.answered is not None
                yield record(_product(session, session.answered))
            case "measure":
                draft = session.drafts[-1]
                yield record(
                    FormMeasured(draft=draft.number, report=await asyncio.to_thread(report, draft.poem, self.form))
                )
            case "judge":
                critique = session.critiques[-1]
                said = says_approval(critique.text, session.settings.approval)
                yield record(ApprovalJudged(round=critique.round, said=said, holds=_report(session).holds))
            case "wait":
                if not session.waiting:
                    yield record(Waiting(round=session.critiques[-1].round))
                await self.hand.changed()
                self.released = self.hand.take_release()
            case "close_round":
                yield record(RoundClosed(round=session.critiques[-1].round))
            case "close":
                yield record(SessionClosed(reason="approved" if session.approved else "rounds"))
            case _:
                self.released = False
                async with aclosing(self._turn(step)) as events:
                    async for event in events:
                        yield event

    def _turn(self, step: Asked) -> AsyncGenerator[Event]:
        session, draft = self.state.session, len(self.state.session.drafts)
        prompt = self._prompt(step)
        match step:
            case "brief":
                return ask_for_words(self.state, Question("brief", "educator", 0, draft, prompt))
            case "draft":
                return ask_for_poem(self.state, Question("draft", "poet", 0, draft, prompt))
            case "critique":
                return ask_for_words(
                    self.state, Question("critique", "educator", session.closed_rounds + 1, draft, prompt)
                )
            case "revise":
                return ask_for_poem(
                    self.state, Question("revision", "poet", session.critiques[-1].round, draft, prompt)
                )
            case "note":
                return ask_for_words(self.state, Question("note", "educator", session.closed_rounds, draft, prompt))

    def _prompt(self, step: Asked) -> str:
        session, settings = self.state.session, self.state.session.settings
        style = style_named((settings.poet if step in ("draft", "revise") else settings.educator).style)
        brief = session.brief or ""
        if step == "brief":
            return style.ask_brief(settings.request, self.contract)
        if step == "draft":
            return style.ask_draft(settings.request, self.contract, brief)
        draft = session.drafts[-1]
        if step == "note":
            return style.ask_note(draft.poem)
        measured = _report(session).block()
        if step == "revise":
            locked = tuple(draft.poem.lines[number - 1].text for number in sorted(draft.locked))
            directions = session.pending_directions
            return style.ask_revision(session.critiques[-1].text, measured, _standing(session), directions, locked)
        if session.critiques:
            return style.ask_critique_again(draft.poem, measured, settings.approval)
        return style.ask_critique(settings.request, self.contract, brief, draft.poem, measured, settings.approval)


def _product(session: Session, call: Call) -> Event:
    """What a reply amounts to: the poem in it is taken out, and locked lines that it touched are put back."""
    turn = call.turn
    match turn.turn:
        case "brief":
            return BriefWritten(text=call.reply)
        case "critique":
            return CritiqueWritten(round=turn.round, draft=turn.draft, text=call.reply)
        case "note":
            return NoteWritten(text=call.reply)
        case "draft" | "revision":
            found = extract(call.reply)
            before: Draft | None = session.drafts[-1] if session.drafts else None
            poem, restored, locked = found.poem, frozenset[int](), frozenset[int]()
            if before is not None and before.locked:
                poem, restored, locked = restore_locked(before.poem, poem, before.locked)
            return DraftWritten(
                number=len(session.drafts) + 1,
                round=turn.round,
                text=poem.text,
                removed=found.removed,
                restored=tuple(sorted(restored)),
                locked=tuple(sorted(locked)),
            )


def _report(session: Session) -> FormReport:
    """The report of the last draft, which is measured before anything is asked about it."""
    measured = session.drafts[-1].report
    assert measured is not None
    return measured


def _standing(session: Session) -> Poem | None:
    """The last draft, unless it is just what the Poet said last (and so stands at the end of its chat)."""
    chat, poem = session.chat("poet"), session.drafts[-1].poem
    return None if chat and extract(chat[-1].reply).poem == poem else poem
