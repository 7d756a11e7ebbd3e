"""Everything that can happen in a session, as values.

A session is the list of its events; `poetry_tui.workshop.session.fold` turns it into the state that readers show.
Events are plain data: the library journals them as JSON, the server streams them, the tests compare them. Drafts are
numbered from 1 in the order in which they came. Round 0 is the brief and the first draft, each later round a critique
and the revision that answers it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from poetry_tui.llm.chat import ChatOptions, Usage
from poetry_tui.prosody.report import FormReport

Role = Literal["poet", "educator"]
ROLES: tuple[Role, ...] = ("poet", "educator")
Turn = Literal["brief", "draft", "critique", "revision", "note"]
DraftMaker = Literal["poet", "person"]
CloseReason = Literal["approved", "rounds", "accepted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleSettings:
    """Which model plays a role (a model spec), how it samples, in which style it is prompted, and its system prompt."""

    model: str
    options: ChatOptions = field(default_factory=ChatOptions)
    style: str = "full"
    system: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSettings:
    """All that is needed to run a session (again). `rounds` ≥ 0; 0 asks the Poet alone for one draft.

    `form` names a form of the registry, or is None for no contract. `seed` is the session's; each call derives its own.
    """

    request: str
    poet: RoleSettings
    educator: RoleSettings
    rounds: int = 3
    form: str | None = None
    seed: int = 0
    brief: bool = True
    note: bool = False
    approval: str = "This poem has found its shape."
    swap: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOpened:
    """A person asked for a poem. `at` is the time, ISO 8601 with offset."""

    settings: SessionSettings
    at: str
    version: str
    type: Literal["session_opened"] = "session_opened"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionResumed:
    """A stopped or closed session goes on, up to `rounds` in all. A role that is given is played anew from here on."""

    rounds: int
    at: str
    poet: RoleSettings | None = None
    educator: RoleSettings | None = None
    type: Literal["session_resumed"] = "session_resumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnStarted:
    """A model is asked. `prompt` is the whole user message that is added to the role's chat.

    `draft` is the number of the draft it is asked about, 0 where there is none yet.
    """

    turn: Turn
    role: Role
    round: int
    model: str
    prompt: str
    options: ChatOptions
    draft: int = 0
    attempt: int = 1
    type: Literal["turn_started"] = "turn_started"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenWritten:
    """Some characters the model in turn wrote, or thought."""

    text: str
    thinking: bool = False
    type: Literal["token"] = "token"


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnFinished:
    """The model in turn has answered with `reply` (without its thinking). `repeating`: stopped by the repetition guard.

    `kept`: the exchange stays in the role's chat; a reply that could not be used does not.
    """

    reply: str
    usage: Usage
    repeating: bool = False
    kept: bool = True
    type: Literal["turn_finished"] = "turn_finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefWritten:
    """The Educator turned the request into a brief."""

    text: str
    type: Literal["brief"] = "brief"


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftWritten:
    """A new draft. `removed` is what was taken out of the reply; `restored` the locked lines that had to be put back.

    Line numbers count verse lines from 1; `locked` are those of this draft that must stay.
    """

    number: int
    round: int
    text: str
    by: DraftMaker = "poet"
    removed: tuple[str, ...] = ()
    restored: tuple[int, ...] = ()
    locked: tuple[int, ...] = ()
    type: Literal["draft"] = "draft"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormMeasured:
    """Prosody has read the draft."""

    draft: int
    report: FormReport
    type: Literal["form_measured"] = "form_measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class CritiqueWritten:
    """The Educator has answered a draft."""

    round: int
    draft: int
    text: str
    type: Literal["critique"] = "critique"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalJudged:
    """Whether the critique ended with the approval sentence (`said`), and whether the form holds by measurement."""

    round: int
    said: bool
    holds: bool
    type: Literal["approval"] = "approval"

    @property
    def approved(self) -> bool:
        """Only what is said and measured ends the loop."""
        return self.said and self.holds


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundClosed:
    """Critique and revision of a round are done."""

    round: int
    type: Literal["round_closed"] = "round_closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteWritten:
    """The Educator's last word on the poem."""

    text: str
    type: Literal["note"] = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangesDropped:
    """The oldest exchanges (after the first) left a role's chat, because it would not have fitted into the context."""

    role: Role
    count: int
    type: Literal["exchanges_dropped"] = "exchanges_dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """Something a person should know; the loop goes on."""

    message: str
    type: Literal["warned"] = "warned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The loop waits for the person, after the critique of this round."""

    round: int
    type: Literal["waiting"] = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectionGiven:
    """The person tells the Poet something for the next revision."""

    text: str
    type: Literal["direction"] = "direction"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinesLocked:
    """From now on exactly these lines of the draft must stay as they are."""

    draft: int
    lines: tuple[int, ...]
    type: Literal["lines_locked"] = "lines_locked"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStopped:
    """The person stopped the loop; what was written is kept, and the session can be resumed."""

    type: Literal["session_stopped"] = "session_stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The loop cannot go on: `message` says why and what to do; `error` is the name of the error's class."""

    message: str
    error: str
    type: Literal["failed"] = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionClosed:
    """The poem is done."""

    reason: CloseReason
    type: Literal["session_closed"] = "session_closed"


Event = (
    SessionOpened
    | SessionResumed
    | TurnStarted
    | TokenWritten
    | TurnFinished
    | BriefWritten
    | DraftWritten
    | FormMeasured
    | CritiqueWritten
    | ApprovalJudged
    | RoundClosed
    | NoteWritten
    | ExchangesDropped
    | Warned
    | Waiting
    | DirectionGiven
    | LinesLocked
    | SessionStopped
    | Failed
    | SessionClosed
)
