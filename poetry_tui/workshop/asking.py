"""Asking a model one thing: its chat so far, the question, the reply as it comes, and how it can fail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from poetry_tui.errors import ContextFull, ModelError
from poetry_tui.llm.chat import ChatEnd, ChatMessage, ChatModel, ChatOptions, Usage
from poetry_tui.verse import Poem, extract
from poetry_tui.workshop.events import (
    Event,
    ExchangesDropped,
    Role,
    RoleSettings,
    RoundClosed,
    TokenWritten,
    Turn,
    TurnFinished,
    TurnStarted,
    Warned,
)
from poetry_tui.workshop.repetition import RepetitionGuard
from poetry_tui.workshop.session import Session, apply

BACKOFF = (0.5, 1.0, 2.0)
"""Seconds before each new try when the engine did not answer and nothing had been shown."""

_WARMER = 0.2
_REFILL = 0.7
"""How much of the context a chat may take after old exchanges were dropped."""
_CHARACTERS_PER_TOKEN = 3
"""On the safe side: English verse has about 4."""


@dataclass(frozen=True, slots=True)
class Players:
    """The model handles of the two roles; each keeps its own prefix cache."""

    poet: ChatModel
    educator: ChatModel

    @property
    def share_weights(self) -> bool:
        """Whether one model in memory serves both roles: unloading it for one would unload it for the other."""
        poet, educator = self.poet.spec, self.educator.spec
        return (poet.engine, poet.name) == (educator.engine, educator.name)

    def of(self, role: Role) -> ChatModel:
        """The handle that plays `role`."""
        return self.poet if role == "poet" else self.educator


@dataclass(slots=True)
class RunState:
    """One run of the loop: the session as folded so far, the models, and who spoke last."""

    session: Session
    players: Players
    last_speaker: Role | None = None

    def record(self, event: Event) -> Event:
        """Fold an event into the session, and give it back to be yielded."""
        self.session = apply(self.session, event)
        return event

    def role(self, role: Role) -> RoleSettings:
        """The settings of a role in this session."""
        settings = self.session.settings
        return settings.poet if role == "poet" else settings.educator


@dataclass(slots=True)
class Question:
    """What a role is asked in a turn, and what has come of it so far."""

    turn: Turn
    role: Role
    round: int
    draft: int
    prompt: str
    attempt: int = 1
    reply: str = ""
    usage: Usage = field(default_factory=Usage)
    shown: bool = False
    repeating: bool = False

    def finished(self, *, kept: bool) -> TurnFinished:
        """The event that ends the turn."""
        return TurnFinished(reply=self.reply, usage=self.usage, repeating=self.repeating, kept=kept)


async def ask_for_words(state: RunState, question: Question) -> AsyncGenerator[Event]:
    """Ask; where the reply is empty, ask once more, warmer and with another seed."""
    for attempt in (1, 2):
        question.attempt = attempt
        async with aclosing(_ask(state, question)) as events:
            async for event in events:
                yield event
        yield state.record(question.finished(kept=bool(question.reply) or attempt == 2))
        if question.reply:
            return
        yield state.record(Warned(message=f"The Educator's {question.turn} came back empty."))


async def ask_for_poem(state: RunState, question: Question) -> AsyncGenerator[Event]:
    """Ask; where the reply is no poem, or the last draft again, ask once more, warmer and with another seed.

    A first draft that cannot be had raises `ModelError`; a revision that cannot be had closes its round.
    """
    for attempt in (1, 2):
        question.attempt = attempt
        async with aclosing(_ask(state, question)) as events:
            async for event in events:
                yield event
        poem = extract(question.reply).poem
        fault = _fault(state.session, poem)
        kept = bool(poem.lines) and (not fault or attempt == 2)
        yield state.record(question.finished(kept=kept))
        if fault:
            yield state.record(Warned(message=f"{fault}: asking once more." if attempt == 1 else f"{fault}, twice."))
        if kept:
            return
    if not state.session.drafts:
        raise ModelError(
            f"{state.players.poet.spec} was asked twice and wrote no poem. "
            "Ask in other words, or give the Poet another model."
        )
    yield state.record(RoundClosed(round=question.round))


def _fault(session: Session, poem: Poem) -> str:
    if not poem.lines:
        return "The Poet's reply holds no poem"
    if session.drafts and poem == session.drafts[-1].poem:
        return "The Poet sent the same poem again"
    return ""


async def _ask(state: RunState, question: Question) -> AsyncGenerator[Event]:
    """Stream one reply; drops old exchanges when the context is full, tries again when nobody answers."""
    before, state.last_speaker = state.last_speaker, question.role
    if state.session.settings.swap and before not in (None, question.role) and not state.players.share_weights:
        await state.players.of(before).unload()
    options = _options(state, question)
    for event in _make_room(state, question, options):
        yield event
    waits, warned = iter(BACKOFF), False
    while True:
        yield state.record(
            TurnStarted(
                turn=question.turn,
                role=question.role,
                round=question.round,
                draft=question.draft,
                model=str(state.players.of(question.role).spec),
                prompt=question.prompt,
                options=options,
                attempt=question.attempt,
            )
        )
        try:
            async with aclosing(_stream(state, question, options)) as events:
                async for event in events:
                    yield event
            return
        except ContextFull:
            if not _droppable(state, question.role):
                raise
            yield state.record(ExchangesDropped(role=question.role, count=1))
        except ModelError as error:
            wait = next(waits, None)
            if not error.retryable or question.shown or wait is None:
                raise
            if not warned:
                warned = True
                yield state.record(Warned(message=f"{error} Asking again by itself, {len(BACKOFF)} times at most."))
            await asyncio.sleep(wait)


async def _stream(state: RunState, question: Question, options: ChatOptions) -> AsyncGenerator[Event]:
    guard, parts = RepetitionGuard(), list[str]()
    question.usage, question.shown, question.repeating = Usage(), False, False
    async with aclosing(state.players.of(question.role).chat(_messages(state, question), options)) as chunks:
        async for chunk in chunks:
            if isinstance(chunk, ChatEnd):
                question.usage = chunk.usage
                break
            question.shown = True
            yield state.record(TokenWritten(text=chunk.text, thinking=chunk.thinking))
            if chunk.thinking:
                continue
            parts.append(chunk.text)
            if guard.feed(chunk.text):
                question.repeating = True
                break
    question.reply = (guard.sound_part() if question.repeating else "".join(parts)).strip("\n ")
    if question.usage.stop_reason == "length":
        yield state.record(
            Warned(message=f"The {question.role.capitalize()}'s reply was cut off at its longest length.")
        )
    if question.repeating:
        question.usage = replace(question.usage, generated_tokens=len(parts))
        yield state.record(Warned(message=f"The {question.role.capitalize()} began to repeat itself and was stopped."))


def _messages(state: RunState, question: Question) -> list[ChatMessage]:
    messages = [ChatMessage("system", state.role(question.role).system)]
    for exchange in state.session.chat(question.role):
        messages += [ChatMessage("user", exchange.prompt), ChatMessage("assistant", exchange.reply)]
    return [*messages, ChatMessage("user", question.prompt)]


def _options(state: RunState, question: Question) -> ChatOptions:
    options = state.role(question.role).options
    options = replace(options, seed=(state.session.settings.seed + len(state.session.calls)) % 2**31)
    if question.attempt > 1:
        options = replace(options, temperature=(options.temperature or 0.8) + _WARMER)
    return options


def _make_room(state: RunState, question: Question, options: ChatOptions) -> Iterator[Event]:
    """Drop the oldest exchanges where this turn might not fit, by the counts of the role's last call.

    A dropped exchange costs the prefix cache of all that follows it, so enough go at once to last for a while.
    """
    last = next((call for call in reversed(state.session.calls) if call.turn.role == question.role), None)
    if last is None or options.context_length is None:
        return
    need = last.usage.prompt_tokens + last.usage.generated_tokens + len(question.prompt) // _CHARACTERS_PER_TOKEN
    need += options.max_tokens or 0
    count, droppable = 0, _droppable(state, question.role)
    chat = state.session.chat(question.role)
    room = options.context_length * _REFILL if need > options.context_length else options.context_length
    while need > room and count < droppable:
        oldest = chat[1 + count]
        need -= (len(oldest.prompt) + len(oldest.reply)) // _CHARACTERS_PER_TOKEN
        count += 1
    if count:
        yield state.record(ExchangesDropped(role=question.role, count=count))


def _droppable(state: RunState, role: Role) -> int:
    """How many exchanges may go: not the first, which holds the request, nor the last, on which the turn builds."""
    return max(0, len(state.session.chat(role)) - 2)
