"""The revision loop: one async generator of events.

What comes next is read off the session's state alone (`next_step`), so a new session and one that was killed in the middle
are run by the same code: fold the journal, call `run`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Literal

from poetry_tui.errors import ContextFull, ModelError
from poetry_tui.llm.chat import ChatEnd, ChatMessage, ChatModel, ChatOptions, Usage
from poetry_tui.prosody.forms import Form, form_named
from poetry_tui.prosody.report import FormReport, report
from poetry_tui.verse import Poem, extract, restore_locked
from poetry_tui.workshop.approval import says_approval
from poetry_tui.workshop.events import (
    ApprovalJudged,
    BriefWritten,
    CloseReason,
    CritiqueWritten,
    DraftWritten,
    Event,
    ExchangesDropped,
    Failed,
    FormMeasured,
    NoteWritten,
    Role,
    RoundClosed,
    SessionClosed,
    TokenWritten,
    Turn,
    TurnFinished,
    TurnStarted,
    Waiting,
    Warned,
)
from poetry_tui.workshop.hand import Hand
from poetry_tui.workshop.prompts import PromptStyle, style_named
from poetry_tui.workshop.repetition import RepetitionGuard
from poetry_tui.workshop.session import Draft, Session, apply

Step = Literal["brief", "draft", "measure", "critique", "judge", "wait", "revise", "close_round", "note", "close"]

BACKOFF = (0.5, 1.0, 2.0)
"""Seconds before each new try when the engine did not answer and nothing had been shown."""

_WARMER = 0.2
_CHARACTERS_PER_TOKEN = 3
"""On the safe side: English verse has about 4."""


@dataclass(frozen=True, slots=True)
class Players:
    """The model handles of the two roles; each keeps its own prefix cache."""

    poet: ChatModel
    educator: ChatModel

    def of(self, role: Role) -> ChatModel:
        """The handle that plays `role`."""
        return self.poet if role == "poet" else self.educator


def next_step(session: Session, *, pause: bool) -> Step:
    """What the loop does next. With `pause`, it waits between critique and revision."""
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

    Closing the generator, or cancelling the task that iterates it, stops the engine. A `ModelError` ends it as `Failed`.
    """
    loop = _Loop(session, players, hand)
    try:
        async with aclosing(loop.events()) as events:
            async for event in events:
                yield event
    except ModelError as error:
        yield Failed(message=str(error), error=type(error).__name__)


class _Loop:
    """The state of one run: the session as folded so far, and who spoke last."""

    def __init__(self, session: Session, players: Players, hand: Hand) -> None:
        self.session = session
        self.players = players
        self.hand = hand
        self.form: Form | None = form_named(session.settings.form) if session.settings.form else None
        self.contract = self.form.contract if self.form else "free verse: no rhyme scheme, meter or line count is asked for"
        self.last_speaker: Role | None = None
        self.released = False

    def _is(self, event: Event) -> Event:
        self.session = apply(self.session, event)
        return event

    async def events(self) -> AsyncGenerator[Event]:
        while self.session.closed is None:
            for event in self._interventions():
                yield event
            if self.session.closed is not None:
                return
            async with aclosing(self._perform(next_step(self.session, pause=self._pauses()))) as events:
                async for event in events:
                    yield event

    def _pauses(self) -> bool:
        return self.hand.pause and not self.released

    def _interventions(self) -> Iterator[Event]:
        for given in self.hand.take():
            if isinstance(given, DraftWritten):
                given = replace(given, number=len(self.session.drafts) + 1)
            yield self._is(given)

    async def _perform(self, step: Step) -> AsyncGenerator[Event]:
        session = self.session
        match step:
            case "measure":
                draft = session.drafts[-1]
                measured = await asyncio.to_thread(report, draft.poem, self.form)
                yield self._is(FormMeasured(draft=draft.number, report=measured))
            case "judge":
                critique = session.critiques[-1]
                said = says_approval(critique.text, session.settings.approval)
                yield self._is(ApprovalJudged(round=critique.round, said=said, holds=self._report_of_last_draft().holds))
            case "wait":
                if not session.waiting:
                    yield self._is(Waiting(round=session.critiques[-1].round))
                await self.hand.changed()
                self.released = self.hand.take_release()
            case "close_round":
                yield self._is(RoundClosed(round=session.critiques[-1].round))
            case "close":
                yield self._is(SessionClosed(reason=self._close_reason()))
            case "brief" | "draft" | "critique" | "revise" | "note":
                make = {
                    "brief": self._brief,
                    "draft": self._draft,
                    "critique": self._critique,
                    "revise": self._revise,
                    "note": self._note,
                }[step]
                async with aclosing(make()) as events:
                    async for event in events:
                        yield event

    def _close_reason(self) -> CloseReason:
        return "approved" if self.session.approved else "rounds"

    def _report_of_last_draft(self) -> FormReport:
        measured = self.session.drafts[-1].report
        assert measured is not None
        return measured

    # ── the five turns ───────────────────────────────────────────────────────────────────────────────────────────────

    async def _brief(self) -> AsyncGenerator[Event]:
        settings = self.session.settings
        prompt = self._style("educator").ask_brief(settings.request, self.contract)
        reply = _Reply("brief", "educator", 0, prompt)
        async with aclosing(self._ask_for_words(reply)) as events:
            async for event in events:
                yield event
        yield self._is(BriefWritten(text=reply.text))

    async def _draft(self) -> AsyncGenerator[Event]:
        settings = self.session.settings
        prompt = self._style("poet").ask_draft(settings.request, self.contract, self.session.brief or "")
        reply = _Reply("draft", "poet", 0, prompt)
        async with aclosing(self._ask_for_poem(reply, previous=None)) as events:
            async for event in events:
                yield event
        if reply.poem is None:
            raise ModelError(
                f"{self.players.poet.spec} was asked twice and wrote no poem. Ask in other words, or give the Poet another model."
            )
        for event in self._new_draft(reply, previous=None):
            yield event

    async def _critique(self) -> AsyncGenerator[Event]:
        session, settings = self.session, self.session.settings
        self.released = False
        draft, style = session.drafts[-1], self._style("educator")
        block = self._report_of_last_draft().block()
        if session.critiques:
            prompt = style.ask_critique_again(draft.poem, block, settings.approval)
        else:
            prompt = style.ask_critique(
                settings.request, self.contract, session.brief or "", draft.poem, block, settings.approval
            )
        reply = _Reply("critique", "educator", session.closed_rounds + 1, prompt)
        async with aclosing(self._ask_for_words(reply)) as events:
            async for event in events:
                yield event
        yield self._is(CritiqueWritten(round=reply.round, draft=draft.number, text=reply.text))

    async def _revise(self) -> AsyncGenerator[Event]:
        session = self.session
        before, critique = session.drafts[-1], session.critiques[-1]
        prompt = self._style("poet").ask_revision(
            critique.text,
            self._report_of_last_draft().block(),
            self._standing(before),
            session.pending_directions,
            tuple(before.poem.lines[number - 1].text for number in sorted(before.locked)),
        )
        reply = _Reply("revision", "poet", critique.round, prompt)
        async with aclosing(self._ask_for_poem(reply, previous=before.poem)) as events:
            async for event in events:
                yield event
        for event in self._interventions():
            yield event
        if reply.poem is None:
            yield self._is(Warned(message="The Poet sent no poem, twice: this round ends without a new draft."))
            yield self._is(RoundClosed(round=critique.round))
            return
        for event in self._new_draft(reply, previous=self.session.draft(before.number)):
            yield event

    async def _note(self) -> AsyncGenerator[Event]:
        prompt = self._style("educator").ask_note(self.session.drafts[-1].poem)
        reply = _Reply("note", "educator", self.session.closed_rounds, prompt)
        async with aclosing(self._ask_for_words(reply)) as events:
            async for event in events:
                yield event
        yield self._is(NoteWritten(text=reply.text))

    def _style(self, role: Role) -> PromptStyle:
        settings = self.session.settings
        return style_named((settings.poet if role == "poet" else settings.educator).style)

    def _standing(self, draft: Draft) -> Poem | None:
        """The draft, unless it is just what the Poet said last (and so stands at the end of its chat)."""
        chat = self.session.chat("poet")
        return None if chat and extract(chat[-1].reply).poem == draft.poem else draft.poem

    # ── asking ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _ask_for_words(self, reply: _Reply) -> AsyncGenerator[Event]:
        """Ask; where the reply is empty, ask once more, warmer and with another seed."""
        for attempt in (1, 2):
            reply.attempt = attempt
            async with aclosing(self._ask(reply)) as events:
                async for event in events:
                    yield event
            reply.text = reply.text.strip()
            yield self._is(reply.finished(kept=bool(reply.text) or attempt == 2))
            if reply.text:
                return
            yield self._is(Warned(message=f"The Educator's {reply.turn} came back empty."))

    async def _ask_for_poem(self, reply: _Reply, previous: Poem | None) -> AsyncGenerator[Event]:
        """Ask; where the reply is no poem, or `previous` again, ask once more, warmer and with another seed."""
        for attempt in (1, 2):
            reply.attempt = attempt
            async with aclosing(self._ask(reply)) as events:
                async for event in events:
                    yield event
            found = extract(reply.text)
            fault = _fault(found.poem, previous)
            usable = bool(found.poem.lines)
            last = attempt == 2
            yield self._is(reply.finished(kept=usable and (not fault or last)))
            if fault:
                yield self._is(Warned(message=f"{fault}." if last else f"{fault}: asking once more, with another seed."))
            if usable and (not fault or last):
                reply.poem, reply.removed = found.poem, found.removed
                return

    def _new_draft(self, reply: _Reply, previous: Draft | None) -> Iterator[Event]:
        poem, restored, locked = reply.poem, (), ()
        assert poem is not None
        if previous is not None and previous.locked:
            poem, restored, locked = restore_locked(previous.poem, poem, previous.locked)
        yield self._is(
            DraftWritten(
                number=len(self.session.drafts) + 1,
                round=reply.round,
                text=poem.text,
                removed=reply.removed,
                restored=tuple(sorted(restored)),
                locked=tuple(sorted(locked)),
            )
        )

    async def _ask(self, reply: _Reply) -> AsyncGenerator[Event]:
        """One turn of a role: its chat so far, the prompt, and the reply as it comes, into `reply`."""
        if self.session.settings.swap and self.last_speaker not in (None, reply.role):
            await self.players.of(self.last_speaker).unload()
        self.last_speaker = reply.role
        options = self._options(reply)
        for event in self._make_room(reply, options):
            yield event
        tries = iter(BACKOFF)
        while True:
            model = self.players.of(reply.role)
            yield self._is(
                TurnStarted(
                    turn=reply.turn,
                    role=reply.role,
                    round=reply.round,
                    model=str(model.spec),
                    prompt=reply.prompt,
                    options=options,
                    attempt=reply.attempt,
                )
            )
            try:
                async with aclosing(self._stream(reply, options)) as events:
                    async for event in events:
                        yield event
                return
            except ContextFull:
                if not self._droppable(reply.role):
                    raise
                yield self._is(ExchangesDropped(role=reply.role, count=1))
            except ModelError as error:
                wait = next(tries, None)
                if not error.retryable or reply.shown or wait is None:
                    raise
                yield self._is(Warned(message=f"{error} Trying again in {wait:g} s."))
                await asyncio.sleep(wait)

    async def _stream(self, reply: _Reply, options: ChatOptions) -> AsyncGenerator[Event]:
        guard, parts = RepetitionGuard(), []
        reply.text, reply.usage, reply.shown, reply.repeating = "", Usage(), False, False
        async with aclosing(self.players.of(reply.role).chat(self._messages(reply), options)) as chunks:
            async for chunk in chunks:
                if isinstance(chunk, ChatEnd):
                    reply.usage = chunk.usage
                    break
                reply.shown = True
                yield self._is(TokenWritten(text=chunk.text, thinking=chunk.thinking))
                if chunk.thinking:
                    continue
                parts.append(chunk.text)
                if guard.feed(chunk.text):
                    reply.repeating = True
                    break
        reply.text = guard.sound_part() if reply.repeating else "".join(parts)
        if reply.repeating:
            reply.usage = replace(reply.usage, generated_tokens=len(parts))
            yield self._is(Warned(message=f"{reply.role.capitalize()} began to repeat itself and was stopped."))

    def _messages(self, reply: _Reply) -> list[ChatMessage]:
        settings = self.session.settings
        system = (settings.poet if reply.role == "poet" else settings.educator).system
        messages = [ChatMessage("system", system)]
        for exchange in self.session.chat(reply.role):
            messages += [ChatMessage("user", exchange.prompt), ChatMessage("assistant", exchange.reply)]
        return [*messages, ChatMessage("user", reply.prompt)]

    def _options(self, reply: _Reply) -> ChatOptions:
        settings = self.session.settings
        options = (settings.poet if reply.role == "poet" else settings.educator).options
        options = replace(options, seed=(settings.seed + len(self.session.calls)) % 2**31)
        if reply.attempt > 1:
            options = replace(options, temperature=(options.temperature or 0.8) + _WARMER)
        return options

    def _make_room(self, reply: _Reply, options: ChatOptions) -> Iterator[Event]:
        """Drop the oldest exchanges that would push this turn out of the context, by the counts of the last reply."""
        last = next((call for call in reversed(self.session.calls) if call.turn.role == reply.role), None)
        if last is None or options.context_length is None:
            return
        need = last.usage.prompt_tokens + last.usage.generated_tokens + len(reply.prompt) // _CHARACTERS_PER_TOKEN
        need += options.max_tokens or 0
        count, droppable = 0, self._droppable(reply.role)
        chat = self.session.chat(reply.role)
        while need > options.context_length and count < droppable:
            oldest = chat[1 + count]
            need -= (len(oldest.prompt) + len(oldest.reply)) // _CHARACTERS_PER_TOKEN
            count += 1
        if count:
            yield self._is(ExchangesDropped(role=reply.role, count=count))

    def _droppable(self, role: Role) -> int:
        """How many exchanges may go: not the first, which holds the request, nor the last, which holds the poem or advice."""
        return max(0, len(self.session.chat(role)) - 2)


@dataclass(slots=True)
class _Reply:
    """A turn's question and what has come of it."""

    turn: Turn
    role: Role
    round: int
    prompt: str
    attempt: int = 1
    text: str = ""
    usage: Usage = Usage()
    shown: bool = False
    repeating: bool = False
    poem: Poem | None = None
    removed: tuple[str, ...] = ()

    def finished(self, *, kept: bool) -> TurnFinished:
        return TurnFinished(reply=self.text, usage=self.usage, repeating=self.repeating, kept=kept)


def _fault(poem: Poem, previous: Poem | None) -> str:
    if not poem.lines:
        return "The Poet's reply holds no poem"
    if previous is not None and poem == previous:
        return "The Poet sent the same poem again"
    return ""
