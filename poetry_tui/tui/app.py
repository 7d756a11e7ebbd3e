"""`StudioApp`: the frame around the screens. It begins the studio, shows screens, says what goes wrong, and quits well.

Only what the first paint needs is imported here; the rest comes after it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, work
from textual.actions import SkipAction
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widgets import Input, TextArea
from textual.worker import Worker, WorkerFailed

from poetry_tui.errors import PoetryError
from poetry_tui.tui.casting import CastingApp
from poetry_tui.tui.screens import SCREENS
from poetry_tui.tui.themes import THEMES

if TYPE_CHECKING:
    from poetry_tui.library import ExportFormat
    from poetry_tui.studio import Studio
    from poetry_tui.tui.beginning import Beginning

_SMALLEST = (40, 10)
_SECONDS_TO_STOP = 1.0
_BREATH = 0.05
"""Seconds for the paint to reach the terminal before imports keep the interpreter busy."""


class StudioApp(CastingApp):
    """The app. `flags` are settings from the command line (nested, None where not given); tests bring a `studio`.

    A `PoetryError` raised in an action or a worker becomes a toast, and the app goes on.
    """

    TITLE = "poetry"
    CSS_PATH = Path(__file__).with_name("app.tcss")
    MODES: ClassVar[dict[str, Any]] = {entry.mode: entry.screen for entry in SCREENS}
    DEFAULT_MODE = SCREENS[0].mode
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "start_ollama", "start Ollama", id="app.start_ollama"),
        Binding("g", "get_embedded", "get the built-in model", id="app.get_embedded"),
        Binding("escape", "stop_fetching", "stop", id="app.stop_fetching"),
        Binding("escape", "leave_field", "leave the field", id="app.leave_field"),
        *(
            Binding(entry.key, f"show('{entry.mode}')", entry.title, show=False, id=f"app.{entry.mode}")
            for entry in SCREENS
        ),
        Binding("comma", "settings", "settings", id="app.settings", tooltip="Models, rounds, theme."),
        Binding("question_mark,f1", "help", "help", id="app.help", tooltip="The keys of this screen, in words."),
        Binding("ctrl+p", "command_palette", "commands", show=False, id="app.commands", tooltip="Everything by name."),
        Binding("q", "quit", "quit", show=False, id="app.quit", tooltip="Quit; what was written is kept."),
        Binding("ctrl+q", "quit", "quit at once", show=False, priority=True, id="app.quit_anywhere"),
    ]

    def __init__(self, flags: dict[str, Any], studio: Studio | None = None) -> None:
        super().__init__(studio)
        self._flags = flags
        self._clashes: set[str] = set()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name

    def on_ready(self) -> None:
        """The first paint is done: now comes what takes time."""
        self.set_timer(_BREATH, self.begin)

    @work(exclusive=True, group="begin")
    async def begin(self) -> None:
        """Read the settings, open the library, look for models."""
        if self.studio is None:
            beginning = await asyncio.to_thread(_begun, self._flags)
            self.settings, self.studio = beginning.settings, beginning.studio
            for problem in beginning.problems:
                self.say(problem, "error")
            if self.studio is None:
                self.hindrance = beginning.hindrance
        if self.settings is not None:
            self.use(self.settings)
        self.look()

    # ── screens and sessions ─────────────────────────────────────────────────────────────────────────────────────────

    async def action_show(self, mode: str) -> None:
        """Go to a screen of the table."""
        await self.switch_mode(mode)

    def action_settings(self) -> None:
        """Open the settings, once they are read."""
        from poetry_tui.tui.screens.settings import SettingsScreen

        if self.settings is not None:
            self.push_screen(SettingsScreen(self.settings))

    def action_help(self) -> None:
        """Say what the keys of this screen do."""
        from poetry_tui.tui.screens.help import HelpScreen

        self.push_screen(HelpScreen(self.screen))

    def action_leave_field(self) -> None:
        """Let the keys of the screen count again."""
        self.screen.set_focus(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A field can be left while one is in it."""
        if action == "leave_field":
            return isinstance(self.focused, Input | TextArea)
        return super().check_action(action, parameters)

    @property
    def workshop(self) -> Any:
        """The Workshop, with which the app opens."""
        return self._screen_stacks["workshop"][0]

    @property
    def at_work_on(self) -> str | None:
        """The id of the session that is being written now."""
        return self.workshop.piece.id if self.workshop.running else None

    async def open_piece(self, session_id: str) -> None:
        """Open a session of the library in the Workshop. Raises `LibraryError`."""
        if self.studio is not None and self._desk_is_free(session_id):
            piece = await asyncio.to_thread(self.studio.reopen, session_id)
            await self.switch_mode("workshop")
            await self.workshop.show_piece(piece)

    async def replay_piece(self, session_id: str) -> None:
        """Show in the Workshop how a session of the library was made. Raises `LibraryError`."""
        if self.studio is not None and self._desk_is_free(session_id):
            journal = await asyncio.to_thread(self.studio.library.events, session_id)
            await self.switch_mode("workshop")
            await self.workshop.replay(journal)

    async def export_session(self, session_id: str, export_format: ExportFormat) -> None:
        """Write a session to a file among the exports, and say where. Raises `LibraryError` and `BadRequest`."""
        from poetry_tui.tui.exporting import export_session

        if self.studio is not None:
            path = await asyncio.to_thread(export_session, self.studio.library, session_id, export_format)
            self.say(f"Written: {path}")

    def action_open_exports(self) -> None:
        """Show the folder of exports in the file manager."""
        from poetry_tui.places import data_folder
        from poetry_tui.tui.folders import open_folder

        open_folder(data_folder() / "exports")

    def _desk_is_free(self, session_id: str) -> bool:
        if self.at_work_on == session_id:
            self.say("This poem is being written just now: press 1 to watch.")
        elif self.at_work_on is not None:
            self.say("A poem is being written. Press 1, stop it there with esc, and open this one then.", "warning")
        return self.at_work_on is None

    # ── the frame ────────────────────────────────────────────────────────────────────────────────────────────────────

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """What the command palette offers."""
        from poetry_tui.tui.commands import commands

        return commands(self, screen)

    def on_resize(self, event: events.Resize) -> None:
        """Where there is no room for anything else, the header says so (see app.tcss)."""
        self.set_class(event.size.width < _SMALLEST[0] or event.size.height < _SMALLEST[1], "-too-small")

    def handle_bindings_clash(self, clashed_bindings: set[Binding], _node: DOMNode) -> None:
        """The person's keymap gives one key to two things: say so, once."""
        names = ", ".join(sorted(binding.id or binding.description for binding in clashed_bindings))
        if names not in self._clashes:
            self._clashes.add(names)
            self.say(f"The keymap gives one key to two things, so it no longer reaches {names}.", "warning")

    # ── what goes wrong, and the end ─────────────────────────────────────────────────────────────────────────────────

    async def run_action(self, *arguments: Any, **named: Any) -> bool:
        """Perform an action; what goes wrong in it is said, and the app goes on."""
        try:
            return await super().run_action(*arguments, **named)
        except SkipAction:
            raise
        except Exception as error:
            self.tell(error)
            return True

    def tell(self, error: BaseException) -> None:
        """Say what went wrong in one sentence; the details of what should not have happened go to the log."""
        self.say(str(error) if isinstance(error, PoetryError) else _mishap(error), "error")

    def _handle_exception(self, error: Exception) -> None:
        # Textual ends an app with a traceback. Here a worker that fails ends alone; but where a handler failed, its
        # widget or screen is dead, and to quit with a sentence is all that is left.
        if isinstance(error, WorkerFailed):
            self.tell(error.error)
            return
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self.exit(return_code=1, message=f"{_mishap(error)}\nWhat was written is kept.")

    async def action_quit(self) -> None:
        """Stop the model, let the last words be written, close the library, go."""
        running = [worker for worker in self.workers if worker.group in {"loop", "fetching"}]
        for worker in running:
            worker.cancel()
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*map(_ended, running)), _SECONDS_TO_STOP)
        self.exit()

    async def on_unmount(self) -> None:
        """However the app ends, nothing stays open."""
        for kept in (self._shelf, self.studio):
            if kept is not None:
                with suppress(TimeoutError):
                    await asyncio.wait_for(kept.aclose(), _SECONDS_TO_STOP)


def _begun(flags: dict[str, Any]) -> Beginning:
    from poetry_tui.tui.beginning import begin

    return begin(flags)


async def _ended(worker: Worker[Any]) -> None:
    with suppress(Exception):
        await worker.wait()


def _mishap(error: BaseException) -> str:
    from poetry_tui.log import write_log

    return f"{error or type(error).__name__}: this should not happen. Details: {write_log(error)}"
