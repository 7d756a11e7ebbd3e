"""The Workshop: ask for a poem, watch it get better, and step in.

The screen itself is light, so that the app paints at once. What a session needs is imported in a thread after the first
paint; the workbench is mounted when the first poem is asked for or opened.
"""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Static

from poetry_tui.errors import PoetryError
from poetry_tui.tui.screens.dialogs import Choose
from poetry_tui.tui.widgets.first_run import FirstRun
from poetry_tui.tui.widgets.footer import StudioFooter
from poetry_tui.tui.widgets.header import StudioHeader
from poetry_tui.tui.widgets.request_bar import RequestBar

if TYPE_CHECKING:
    from poetry_tui.studio import Piece
    from poetry_tui.tui.app import StudioApp
    from poetry_tui.tui.bench.bench import Bench
    from poetry_tui.workshop import Event

_WELCOME = "Say what the poem is to be, and press enter.\nThe Poet drafts, the Educator critiques, the Poet revises."


class WorkshopScreen(Screen[None]):
    """The request, and below it the workbench, or a welcome while there is none."""

    AUTO_FOCUS = ""  # who left the request for the keys does not find themselves in it after a dialog
    CSS_PATH = "workshop.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-medium"), (160, "-wide")]  # noqa: RUF012 (Textual's declaration)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape", "leave", "leave", id="workshop.leave", show=False, tooltip="Stop the model, or leave the request."
        ),
        Binding("tab", "to_bench", "to the drafts", id="workshop.to_bench", show=False),
        Binding("f2", "choose_form", "form", id="workshop.form", tooltip="Choose a form for the next poem."),
        Binding("f3", "choose_rounds", "rounds", id="workshop.rounds", tooltip="Choose how many rounds it gets."),
    ]

    def compose(self) -> ComposeResult:
        yield StudioHeader()
        yield RequestBar(3, id="bar")
        with Vertical(id="welcome"):
            yield Static(_WELCOME, markup=False)
            yield FirstRun()
        yield StudioFooter()

    def on_mount(self) -> None:
        self.watch(self.app, "cast", self._cast_chosen)
        self.bar.input.focus()

    @property
    def studio_app(self) -> StudioApp:
        """The app this screen is part of."""
        return cast("StudioApp", self.app)

    @property
    def bar(self) -> RequestBar:
        """The request and its choices."""
        return self.query_one("#bar", RequestBar)

    @property
    def bench(self) -> Bench | None:
        """The workbench, once there is one."""
        return cast("Bench | None", next(iter(self.query("#bench")), None))

    @property
    def piece(self) -> Piece | None:
        """The session on the workbench."""
        return self.bench.piece if self.bench else None

    @property
    def running(self) -> bool:
        """Whether a poem is being written."""
        return self.bench is not None and self.bench.running

    def _cast_chosen(self) -> None:
        """The settings are known now; a new poem gets as many rounds as they say."""
        if self.piece is None and self.studio_app.settings is not None:
            self.bar.choose(rounds=self.studio_app.settings.rounds)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While there is no workbench, escape is the app's: it leaves the request."""
        return self.bench is not None if action == "leave" else super().check_action(action, parameters)

    async def mounted_bench(self) -> Bench:
        """The workbench, mounted now if it was not."""
        if self.bench is None:
            module = await asyncio.to_thread(import_module, "poetry_tui.tui.bench.bench")
            await self.mount(module.Bench(), after=self.query_one("#welcome"))
            self.query_one("#welcome").display = False
        assert self.bench is not None
        return self.bench

    @on(RequestBar.Submitted)
    async def _asked(self, event: RequestBar.Submitted) -> None:
        app = self.studio_app
        if self.running:
            app.say("A poem is being written. esc stops it; then ask again.", "warning")
        elif not event.request.strip():
            app.say("There is no request yet. Say what the poem is to be about, and press enter.", "warning")
        elif app.studio is None or app.cast is None:
            app.say(app.hindrance, "warning")
            if app.standing == "problem":
                app.look()  # it may have been mended meanwhile
        else:
            bench = await self.mounted_bench()
            try:
                await bench.begin(event.request, event.form, event.rounds)
            except PoetryError as error:
                app.say(str(error), "error")

    async def show_piece(self, piece: Piece) -> None:
        """Put a session of the library on the workbench."""
        (await self.mounted_bench()).show_piece(piece)

    async def replay(self, events: list[Event]) -> None:
        """Show the making of a session again."""
        (await self.mounted_bench()).replay(events)

    def on_screen_resume(self) -> None:
        """Another screen was in front; the theme may be another, too."""
        if self.bench is not None:
            self.bench.dirty = True

    def action_leave(self) -> None:
        """From the request: stop the model, or go back to the drafts."""
        if self.bench is not None:
            (self.bench.action_stop if self.bench.running else self.bench.action_back)()

    def action_to_bench(self) -> None:
        """From the request to the workbench; where there is none, to the request."""
        if self.bench is not None:
            self.bench.action_next()
        else:
            self.bar.input.focus()

    @work(group="dialog", exclusive=True)
    async def action_choose_form(self) -> None:
        """Choose a form for the next poem."""
        from poetry_tui.prosody.form_registry import forms

        answers = [
            ("any", "as the request says"),
            *((form.name, f"{form.name}: {form.about}") for form in forms().values()),
        ]
        values = [(f"form-{index}", words) for index, (_, words) in enumerate(answers)]
        chosen = await self.app.push_screen_wait(Choose("form", values))
        if chosen:
            name = answers[int(chosen.removeprefix("form-"))][0]
            self.bar.choose(form="" if name == "any" else name)

    @work(group="dialog", exclusive=True)
    async def action_choose_rounds(self) -> None:
        """Choose how many rounds the next poem gets."""
        answers = [("r0", "0: the Poet alone"), *((f"r{number}", f"{number}") for number in range(1, 9))]
        chosen = await self.app.push_screen_wait(Choose("rounds", answers, f"r{self.bar.rounds}"))
        if chosen:
            self.bar.choose(rounds=int(chosen[1:]))
