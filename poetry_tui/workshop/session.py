"""`Session`: what the events of a session amount to. `fold` is pure; every reader of events uses it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce

from poetry_tui.llm.chat import Usage
from poetry_tui.prosody.report import FormReport
from poetry_tui.verse import Poem
from poetry_tui.workshop.events import (
    ApprovalJudged,
    BriefWritten,
    CloseReason,
    CritiqueWritten,
    DirectionGiven,
    DraftMaker,
    DraftWritten,
    Event,
    ExchangesDropped,
    Failed,
    FormMeasured,
    LinesLocked,
    NoteWritten,
    Role,
    RoundClosed,
    SessionClosed,
    SessionOpened,
    SessionResumed,
    SessionSettings,
    SessionStopped,
    TokenWritten,
    TurnFinished,
    TurnStarted,
    Waiting,
    Warned,
)


@dataclass(frozen=True, slots=True)
class Draft:
    """One state of the poem. `report` is None until it is measured."""

    number: int
    round: int
    poem: Poem
    by: DraftMaker = "poet"
    removed: tuple[str, ...] = ()
    restored: tuple[int, ...] = ()
    locked: frozenset[int] = frozenset()
    report: FormReport | None = None


@dataclass(frozen=True, slots=True)
class Critique:
    """What the Educator said about a draft; `approval` is None until it is judged."""

    round: int
    draft: int
    text: str
    approval: ApprovalJudged | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question to a role and its answer, as they stand in the role's chat."""

    prompt: str
    reply: str


@dataclass(frozen=True, slots=True)
class Writing:
    """A turn that is going on, or was broken off: what has been written and thought so far.

    `directions` counts the pending directions that its prompt holds.
    """

    turn: TurnStarted
    text: str = ""
    thinking: str = ""
    directions: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """One finished call to a model: what was asked, what came, and what it cost."""

    turn: TurnStarted
    reply: str
    usage: Usage
    repeating: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """A session's state.

    `rounds` is how many were asked for; approvals up to round `overruled` no longer count, since the person went on.
    `answered` is the call whose reply has yet to become a brief, a draft, a critique or a note.
    """

    settings: SessionSettings
    opened_at: str = ""
    rounds: int = 0
    overruled: int = 0
    brief: str | None = None
    drafts: tuple[Draft, ...] = ()
    critiques: tuple[Critique, ...] = ()
    closed_rounds: int = 0
    note: str | None = None
    directions: tuple[str, ...] = ()
    pending_directions: tuple[str, ...] = ()
    writing: Writing | None = None
    answered: Call | None = None
    waiting: bool = False
    chats: tuple[tuple[Exchange, ...], tuple[Exchange, ...]] = ((), ())
    calls: tuple[Call, ...] = ()
    warnings: tuple[str, ...] = ()
    stopped: bool = False
    failure: Failed | None = None
    closed: CloseReason | None = None

    def chat(self, role: Role) -> tuple[Exchange, ...]:
        """The exchanges in a role's chat, oldest first."""
        return self.chats[_CHAT[role]]

    @property
    def poem(self) -> Poem | None:
        """The latest draft's poem."""
        return self.drafts[-1].poem if self.drafts else None

    def draft(self, number: int) -> Draft:
        """Draft `number`, counted from 1."""
        return self.drafts[number - 1]

    @property
    def approved(self) -> bool:
        """Whether the last critique ends the loop: approval said, borne out by measurement, and not overruled."""
        last = self.critiques[-1] if self.critiques else None
        return last is not None and last.approval is not None and last.approval.approved and last.round > self.overruled

    def critique_of(self, draft: int) -> Critique | None:
        """The last critique written about a draft."""
        return next((critique for critique in reversed(self.critiques) if critique.draft == draft), None)

    @property
    def running(self) -> bool:
        """Whether the journal ends in the middle of things (the loop runs, or was killed)."""
        return self.closed is None and self.failure is None and not self.stopped


_CHAT: dict[Role, int] = {"poet": 0, "educator": 1}


def fold(events: Iterable[Event]) -> Session:
    """The state after all these events; the first must be a `SessionOpened`, else ValueError."""
    iterator = iter(events)
    first = next(iterator, None)
    if not isinstance(first, SessionOpened):
        raise ValueError("a session begins with session_opened")
    return reduce(apply, iterator, opened(first))


def opened(event: SessionOpened) -> Session:
    """The state of a session in which nothing has happened yet."""
    return Session(settings=event.settings, opened_at=event.at, rounds=event.settings.rounds)


def apply(session: Session, event: Event) -> Session:  # noqa: PLR0912 (one branch an event reads best)
    """The state after one more event."""
    match event:
        case TokenWritten(text=text, thinking=thinking):
            writing = session.writing
            if writing is None:
                return session
            if thinking:
                return replace(session, writing=replace(writing, thinking=writing.thinking + text))
            return replace(session, writing=replace(writing, text=writing.text + text))
        case TurnStarted():
            directions = len(session.pending_directions) if event.turn == "revision" else 0
            writing = Writing(event, directions=directions)
            return replace(session, writing=writing, waiting=False, stopped=False, failure=None)
        case TurnFinished():
            return _finish_turn(session, event)
        case BriefWritten(text=text):
            return replace(session, brief=text, answered=None)
        case DraftWritten():
            draft = Draft(
                number=event.number,
                round=event.round,
                poem=Poem.parse(event.text),
                by=event.by,
                removed=event.removed,
                restored=event.restored,
                locked=frozenset(event.locked),
            )
            answered = None if event.by == "poet" else session.answered
            return replace(session, drafts=(*session.drafts, draft), answered=answered)
        case FormMeasured(draft=number, report=report):
            return _with_draft(session, replace(session.draft(number), report=report))
        case CritiqueWritten():
            critique = Critique(event.round, event.draft, event.text)
            return replace(session, critiques=(*session.critiques, critique), answered=None)
        case ApprovalJudged():
            judged = replace(session.critiques[-1], approval=event)
            return replace(session, critiques=(*session.critiques[:-1], judged))
        case RoundClosed(round=number):
            return replace(session, closed_rounds=number)
        case NoteWritten(text=text):
            return replace(session, note=text, answered=None)
        case ExchangesDropped(role=role, count=count):
            first, *rest = session.chat(role)
            return _with_chat(session, role, (first, *rest[count:]))
        case Warned(message=message):
            return replace(session, warnings=(*session.warnings, message))
        case Waiting():
            return replace(session, waiting=True)
        case DirectionGiven(text=text):
            return replace(
                session,
                directions=(*session.directions, text),
                pending_directions=(*session.pending_directions, text),
            )
        case LinesLocked(draft=number, lines=lines):
            return _with_draft(session, replace(session.draft(number), locked=frozenset(lines)))
        case SessionStopped():
            return replace(session, stopped=True, waiting=False)
        case Failed():
            return replace(session, failure=event, waiting=False)
        case SessionClosed(reason=reason):
            return replace(session, closed=reason, waiting=False, writing=None)
        case SessionResumed(rounds=rounds, poet=poet, educator=educator):
            overruled = session.overruled if session.closed is None else len(session.critiques)
            old = session.settings
            settings = replace(old, poet=poet or old.poet, educator=educator or old.educator)
            session = replace(session, settings=settings, rounds=rounds, overruled=overruled, writing=None)
            return replace(session, closed=None, stopped=False, failure=None)
        case SessionOpened():
            raise ValueError("a session is opened only once")


def _finish_turn(session: Session, event: TurnFinished) -> Session:
    if session.writing is None:
        return session
    turn, used = session.writing.turn, session.writing.directions
    call = Call(turn, event.reply, event.usage, event.repeating)
    session = replace(session, writing=None, calls=(*session.calls, call))
    if not event.kept:
        return session
    session = replace(session, answered=call, pending_directions=session.pending_directions[used:])
    return _with_chat(session, turn.role, (*session.chat(turn.role), Exchange(turn.prompt, event.reply)))


def _with_chat(session: Session, role: Role, chat: tuple[Exchange, ...]) -> Session:
    poet, educator = session.chats
    return replace(session, chats=(chat, educator) if role == "poet" else (poet, chat))


def _with_draft(session: Session, draft: Draft) -> Session:
    drafts = list(session.drafts)
    drafts[draft.number - 1] = draft
    return replace(session, drafts=tuple(drafts))
