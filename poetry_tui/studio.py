"""`Studio`: what every front end needs to work on poems, put together: settings, library, models, loop.

The app, the command line and the server differ in how they show events, not in how a session is run.
"""

from __future__ import annotations

import asyncio
import math
import secrets
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from poetry_tui import __version__
from poetry_tui.errors import BadRequest, ModelError
from poetry_tui.library import Library
from poetry_tui.llm import ChatModel, ChatOptions, ModelSettings, ModelSpec, open_model
from poetry_tui.places import data_folder
from poetry_tui.prosody.form_registry import detect, form_named
from poetry_tui.prosody.report import report
from poetry_tui.settings import Settings
from poetry_tui.workshop import Event, Hand, Intervention, Session, apply, fold, opened
from poetry_tui.workshop.asking import Players
from poetry_tui.workshop.events import (
    ROLES,
    DraftWritten,
    Failed,
    FormMeasured,
    Role,
    RoleSettings,
    SessionOpened,
    SessionResumed,
    SessionSettings,
    SessionStopped,
)
from poetry_tui.workshop.loop import run
from poetry_tui.workshop.prompts import style_named

LONGEST_REQUEST = 8000
"""Characters; more would leave a small context no room for the poem."""


SMALL = 1_000_000_000
"""Bytes; models below this lose their way in long prompts, and are asked in the short style with their own sampling."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays which role, and one sentence for the person where that is not what they asked for ("" else).

    `small` are the models among them that are asked in the short style.
    """

    poet: ModelSpec
    educator: ModelSpec
    remark: str = ""
    small: frozenset[ModelSpec] = frozenset()


class Studio:
    """Opens sessions, and keeps their models loaded for the next. `opening` makes a handle from a spec."""

    def __init__(
        self,
        settings: Settings,
        library: Library,
        opening: Callable[[ModelSpec, ModelSettings], ChatModel] = open_model,
    ) -> None:
        self.settings = settings
        self.library = library
        self._opening = opening
        self._handles: dict[tuple[Role, ModelSpec], ChatModel] = {}

    def model_settings(self) -> ModelSettings:
        """Where the engines are, from the settings."""
        return ModelSettings(
            ollama_host=self.settings.ollama.host or "",
            keep_alive=self.settings.ollama.keep_alive,
            openai_base_url=self.settings.openai.base_url or "",
            models_folder=data_folder() / "models",
        )

    async def cast(self, poet: str = "", educator: str = "") -> Cast:
        """Decide which models play: those given, else of the settings; for `auto`, what Ollama has, else the embedded.

        Raises `BadRequest` for what is no model spec, `ModelNotFound` where there is no model at all.
        """
        wanted = (poet or self.settings.poet.model, educator or self.settings.educator.model)
        asks_ollama = any(spec == "auto" or spec.startswith("ollama:") for spec in wanted)
        sizes = await self._ollama_models() if asks_ollama else {}
        names = [name for name in sizes if "embed" not in name]
        poet_spec, educator_spec = (
            self._choose(role, names) if spec == "auto" else ModelSpec.parse(spec)
            for role, spec in zip(ROLES, wanted, strict=True)
        )
        remark = ""
        if "auto" in wanted and not names:
            remark = "Ollama does not answer or has no model yet: the small built-in model writes."
        small = frozenset(spec for spec in (poet_spec, educator_spec) if _weight(spec, sizes) < SMALL)
        return Cast(poet_spec, educator_spec, remark, small)

    async def _ollama_models(self) -> dict[str, int]:
        from poetry_tui.llm.ollama import installed

        try:
            return await installed(self.settings.ollama.host or "")
        except ModelError:
            return {}

    def _choose(self, role: str, names: list[str]) -> ModelSpec:
        from poetry_tui.llm.embedded import find_embedded

        trained = next((name for name in names if name.removesuffix(":latest") == f"poetry-{role}"), None)
        if names:
            return ModelSpec("ollama", trained or names[0])
        find_embedded(data_folder() / "models")
        return ModelSpec("embedded")

    async def warm(self, cast: Cast) -> None:
        """Load both models while the person still types (with `swap` on, the Poet's alone)."""
        handles: list[tuple[ChatModel, ChatOptions]] = []
        roles = ROLES[:1] if self.settings.swap else ROLES
        for role in roles:
            spec = cast.poet if role == "poet" else cast.educator
            handles.append((self._handle(role, spec), self.role_settings(role, cast).options))
        for handle, options in handles:  # only now, since an engine that serves both is loaded with a slot for each
            await handle.warm(options)

    def begin(
        self, request: str, cast: Cast, *, form: str | None = None, rounds: int | None = None, seed: int | None = None
    ) -> Piece:
        """A new session in the library. `form` None takes the form that the request names, if any.

        Raises `BadRequest` for an empty or very long request, an unknown form, or rounds below 0.
        """
        request = request.strip()
        if not request:
            raise BadRequest('There is no request yet. Say what the poem is to be about: "a poem about winter light".')
        if len(request) > LONGEST_REQUEST:
            raise BadRequest(
                f"The request has {len(request):,} characters; the models can take {LONGEST_REQUEST:,}. Shorten it."
            )
        rounds = self.settings.rounds if rounds is None else rounds
        if rounds < 0:
            raise BadRequest(f"There cannot be {rounds} rounds. Give 0 (the Poet alone) or more.")
        found = form_named(form) if form else detect(request)
        settings = SessionSettings(
            request=request,
            poet=self.role_settings("poet", cast),
            educator=self.role_settings("educator", cast),
            rounds=rounds,
            form=found.name if found else None,
            seed=secrets.randbelow(2**31) if seed is None else seed,
            brief=self.settings.brief and cast.educator not in cast.small,  # their briefs lead the Poet astray
            note=self.settings.note,
            approval=self.settings.approval,
            swap=self.settings.swap,
        )
        opening = SessionOpened(settings=settings, at=_now(), version=__version__)
        return Piece(self, self.library.begin(opening), opened(opening))

    def reopen(self, session_id: str) -> Piece:
        """A session from the library. Raises `LibraryError` when it is not there or damaged."""
        return Piece(self, session_id, fold(self.library.open_journal(session_id)))

    def players(self, settings: SessionSettings) -> Players:
        """The two handles for a session. Raises a `ModelError` for models that cannot be there."""
        return Players(
            self._handle("poet", ModelSpec.parse(settings.poet.model)),
            self._handle("educator", ModelSpec.parse(settings.educator.model)),
        )

    async def aclose(self) -> None:
        """Let go of the models and close the library."""
        for handle in self._handles.values():
            await handle.aclose()
        self._handles.clear()
        await asyncio.to_thread(self.library.close)

    def _handle(self, role: Role, spec: ModelSpec) -> ChatModel:
        if (role, spec) not in self._handles:
            self._handles[role, spec] = self._opening(spec, self.model_settings())
        return self._handles[role, spec]

    def role_settings(self, role: Role, cast: Cast) -> RoleSettings:
        """How a role is played by a cast's model."""
        spec = cast.poet if role == "poet" else cast.educator
        section = self.settings.poet if role == "poet" else self.settings.educator
        small = self.settings.small.poet if role == "poet" else self.settings.small.educator
        style = "short" if spec in cast.small else "full"
        return RoleSettings(
            model=str(spec),
            options=(small if style == "short" else section.options).chat_options(),
            style=style,
            system=style_named(style).system(role),
        )


class Piece:
    """One poem in the making: its session, kept in the library, and the hand of the person in it."""

    def __init__(self, studio: Studio, session_id: str, session: Session) -> None:
        self.id = session_id
        self.session = session
        self.hand = Hand(pause=studio.settings.pause)
        self.running = False
        self._studio = studio

    async def run(self, rounds: int | None = None, recast: Cast | None = None) -> AsyncGenerator[Event]:
        """Go on from where the session stands until it closes, fails or the generator is closed.

        Each event is journaled and folded into `session` before it is yielded. A cancelled or closed run journals
        `SessionStopped`. `rounds` (in all) says how far to go; a closed session goes on for one more round by default.
        With `recast`, a session that goes on does so with these models. Raises `LibraryError` when the journal cannot
        be written.
        """
        self.running = True
        try:
            if self.session.calls or self.session.writing or not self.session.running:
                yield self._keep(self._resumed(rounds, recast))
            players = self._studio.players(self.session.settings)
            async with aclosing(run(self.session, players, self.hand)) as events:
                async for event in events:
                    yield self._keep(event)
        except ModelError as error:
            yield self._keep(Failed(message=str(error), error=type(error).__name__))
        except (asyncio.CancelledError, GeneratorExit):
            self._keep(SessionStopped())
            raise
        finally:
            self.running = False

    def intervene(self, intervention: Intervention) -> Event | None:
        """The person steps in.

        In a running loop it is left to the hand (None is returned) and comes back as an event of `run`. At rest it is
        journaled and folded at once and returned; a draft by hand is measured at once too.
        """
        if self.running:
            self.hand.put(intervention)
            return None
        if isinstance(intervention, DraftWritten):
            intervention = replace(intervention, number=len(self.session.drafts) + 1)
        self._keep(intervention)
        if isinstance(intervention, DraftWritten):
            form = self.session.settings.form
            measured = report(self.session.drafts[-1].poem, form_named(form) if form else None)
            self._keep(FormMeasured(draft=intervention.number, report=measured))
        return intervention

    def _resumed(self, rounds: int | None, recast: Cast | None) -> SessionResumed:
        """A role whose model stays keeps the options that the session began with."""
        played = self.session.settings
        poet, educator = (self._studio.role_settings(role, recast) for role in ROLES) if recast else (None, None)
        return SessionResumed(
            rounds=self._goal(rounds),
            at=_now(),
            poet=poet if poet and poet.model != played.poet.model else None,
            educator=educator if educator and educator.model != played.educator.model else None,
        )

    def _goal(self, rounds: int | None) -> int:
        if rounds is not None:
            return rounds
        session = self.session
        return session.rounds if session.closed is None else max(session.rounds, session.closed_rounds + 1)

    def _keep(self, event: Event) -> Event:
        self._studio.library.append(self.id, event)
        self.session = apply(self.session, event)
        return event


def _weight(spec: ModelSpec, ollama_sizes: dict[str, int]) -> float:
    """Bytes of a model's weights, as far as they can be known here; infinite where they cannot."""
    match spec.engine:
        case "embedded":
            return 0
        case "gguf":
            path = Path(spec.name).expanduser()
            return path.stat().st_size if path.is_file() else math.inf
        case "ollama":
            name = spec.name if ":" in spec.name.rpartition("/")[2] else f"{spec.name}:latest"
            return ollama_sizes.get(name) or math.inf
        case "openai":
            return math.inf


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")
