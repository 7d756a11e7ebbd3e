"""`CastingApp`: the part of the app that knows who plays which role, and what a person should do before they can."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from textual import work
from textual.app import App
from textual.reactive import reactive

from poetry_tui.errors import ModelError, PoetryError
from poetry_tui.tui.first_step import FirstStep, first_step, step_for

if TYPE_CHECKING:
    from poetry_tui.doctor import Engines
    from poetry_tui.settings import Settings
    from poetry_tui.shelf import Shelf
    from poetry_tui.studio import Cast, Studio

Standing = Literal["looking", "loading", "ready", "problem"]

_TOLD_LONG = 12.0
"""Seconds that a sentence about trouble stays."""


class CastingApp(App[object]):
    """`settings`, `studio` and `cast` are None until they are there.

    `studio` stays None, and no session can be begun, where the library cannot be opened. `hindrance` says why none can
    be begun just now. Screens watch `cast`, `standing` (how far the models are), `step` (what the person should do
    first) and `fetching` (what is being done to get the built-in model and the share of it that is done, or None).
    """

    cast: reactive[Cast | None] = reactive(None, init=False)
    standing: reactive[Standing] = reactive[Standing]("looking", init=False)
    step: reactive[FirstStep] = reactive(FirstStep(), init=False, bindings=True)
    fetching: reactive[tuple[str, float] | None] = reactive(None, init=False, bindings=True)

    def __init__(self, studio: Studio | None) -> None:
        super().__init__()
        self.studio = studio
        self.settings: Settings | None = studio.settings if studio else None
        self._shelf: Shelf | None = None
        self.hindrance = "Still looking for a model; one moment."

    @work(exclusive=True, group="cast")
    async def look(self) -> None:
        """Decide who plays and load the models; where that is not Ollama, find out what the person could do."""
        if self.studio is None:
            self.standing = "problem"
            return
        self.standing = "looking"
        try:
            cast = await self.studio.cast()
        except PoetryError as error:
            found = await self._found()
            self.step = first_step(found) if isinstance(error, ModelError) else FirstStep(str(error))
            self.cast, self.hindrance, self.standing = None, self.step.sentence, "problem"
            return
        self.cast, self.hindrance, self.step, self.standing = cast, "", FirstStep(), "loading"
        try:
            await self.studio.warm(cast)
        except PoetryError as error:
            self.step, self.standing = step_for(cast, error, await self._found()), "problem"
            self.say(str(error), "error")
        else:
            self.standing = "ready"
            if cast.remark:
                self.step = first_step(await self._found())

    async def _found(self) -> Engines:
        """What could play on this machine; an Ollama elsewhere cannot be started from here."""
        from poetry_tui.doctor import engines
        from poetry_tui.tui.starting import is_here

        assert self.studio is not None
        settings = self.studio.settings
        found = await engines(settings)
        return replace(found, ollama_binary=found.ollama_binary and is_here(settings.ollama.host or ""))

    @work(exclusive=True, group="cast")
    async def action_start_ollama(self) -> None:
        """Start Ollama, which goes on when the app is gone, and look again when it answers."""
        from poetry_tui.tui.starting import start_ollama

        before, self.step = self.step, FirstStep("Ollama is starting …")
        try:
            await start_ollama(self.settings.ollama.host or "" if self.settings else "")
        except ModelError:
            self.step = before
            raise
        self.look()

    @work(exclusive=True, group="fetching")
    async def action_get_embedded(self) -> None:
        """Get the built-in model, and look again."""
        from poetry_tui.places import data_folder
        from poetry_tui.tui.fetching import fetch

        def progress(step: str, share: float) -> None:
            self.fetching = (step, share)

        progress("downloading", 0.0)
        try:
            await fetch(data_folder() / "models", progress)
        finally:
            self.fetching = None
        self.say("The small built-in model is here.")
        self.look()

    async def shelf(self) -> Shelf | None:
        """The models at hand; None while the settings are not read, or where the library cannot be opened."""
        if self.settings is None or self.studio is None:
            return None
        if self._shelf is None or self._shelf.settings.ollama != self.settings.ollama:
            if self._shelf is not None:
                await self._shelf.aclose()
            self._shelf = await asyncio.to_thread(_shelf, self.settings, self.studio)
        self._shelf.settings = self.settings
        return self._shelf

    def action_stop_fetching(self) -> None:
        """Stop getting the built-in model."""
        self.workers.cancel_group(self, "fetching")
        self.say("Stopped. Nothing half-finished was kept.")

    def action_use_embedded(self) -> None:
        """Let the built-in model play both roles until the app is closed."""
        if self.settings is not None:
            self.use(self.settings.changed(poet={"model": "embedded"}, educator={"model": "embedded"}))
            self.look()

    @work(exclusive=True, group="keep")
    async def keep_theme(self, name: str) -> None:
        """Let this theme count from now on, and write it into the person's file."""
        from poetry_tui.settings import save_user

        if self.settings is not None:
            self.use(self.settings.changed(theme=name))
            await asyncio.to_thread(save_user, {"theme": name})

    def use(self, settings: Settings) -> None:
        """Let these settings count from now on: keys and theme at once, the models when they are next looked for."""
        self.settings = settings
        if self.studio:
            self.studio.settings = settings
        self.set_keymap(settings.keymap)
        if settings.theme in self.available_themes:
            self.theme = settings.theme
        else:
            self.say(f"There is no theme {settings.theme!r}. Choose one in the settings: press the comma.", "warning")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that lead nowhere just now are neither shown nor taken."""
        match action:
            case "start_ollama":
                return self.step.start_ollama
            case "get_embedded":
                return self.step.get_embedded and self.fetching is None
            case "stop_fetching":
                return self.fetching is not None
        return super().check_action(action, parameters)

    def say(self, sentence: str, severity: Literal["information", "warning", "error"] = "information") -> None:
        """A toast. What stands in the sentence is text; one about trouble stays long enough to be read."""
        timeout: float | None = None if severity == "information" else _TOLD_LONG
        self.notify(sentence, severity=severity, timeout=timeout, markup=False)


def _shelf(settings: Settings, studio: Studio) -> Shelf:
    from poetry_tui.library import ModelRecords
    from poetry_tui.shelf import Shelf

    return Shelf(settings, ModelRecords(studio.library.path))
