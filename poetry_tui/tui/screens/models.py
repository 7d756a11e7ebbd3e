"""`ModelsScreen`: what Ollama has, what lies on disk, who plays which role, and what fits into this machine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import events, getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import DataTable, ProgressBar, Static

from poetry_tui.errors import PoetryError
from poetry_tui.llm.spec import ModelSpec
from poetry_tui.tui.app import StudioApp
from poetry_tui.tui.widgets.footer import StudioFooter
from poetry_tui.tui.widgets.header import StudioHeader

if TYPE_CHECKING:
    from poetry_tui.registry.ollama import Status
    from poetry_tui.shelf import Shelf, ShelfModel

_COLUMNS = ("model", "role", "weights", "size", "context", "loaded")
_ROLES = [("poet", "the Poet"), ("educator", "the Educator"), ("vanilla", "the untrained model to compare with")]
_ASKING = "Asking Ollama …"
_NONE = "Ollama has no model yet. u gets one from its registry, i brings in a GGUF file."
_WATCH_SECONDS = 5.0
"""How often the models folder is looked at while the screen is in front."""


class Models(DataTable[Text]):
    """The table; enter shows what a model is made of, or brings a file in."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select_cursor", "show", id="models.show", tooltip="What the model is made of.")
    ]


class ModelsScreen(Screen[None]):
    """A table of models; files that have not been brought in yet stand below the models of Ollama, dim."""

    CSS_PATH = "models.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("i", "bring_in", "import", id="models.import", tooltip="Bring a GGUF file into Ollama."),
        Binding(
            "s", "role", "give role", id="models.role", tooltip="Have it play Poet, Educator or the vanilla model."
        ),
        Binding("l", "load", "load/unload", id="models.load", tooltip="Load it into memory now, or free its memory."),
        Binding("u", "pull", "pull", id="models.pull", tooltip="Get a model from Ollama's registry."),
        Binding("c", "copy", "copy", id="models.copy", tooltip="Give it a second name.", show=False),
        Binding("delete,D", "delete", "delete", id="models.delete", tooltip="Delete it (asks first).", show=False),
        Binding("f5", "refresh", "look again", id="models.refresh", show=False),
        Binding("escape", "stop", "stop", id="models.stop", tooltip="Stop what is being fetched."),
    ]

    app = getters.app(StudioApp)

    def __init__(self) -> None:
        super().__init__()
        self._found: dict[str, ShelfModel] = {}
        self._offered: list[Path] = []

    def compose(self) -> ComposeResult:
        """Two sentences about Ollama and memory, the table, and a bar for what is being fetched."""
        yield StudioHeader()
        with Vertical(id="about"):
            yield Static(_ASKING, id="server", markup=False)
            yield Static("", id="fit", markup=False)
        with Container(id="shelf"):
            table = Models(id="models", cursor_type="row")
            table.border_title = "models"
            yield table
        with Vertical(id="busy"):
            yield Static("", id="doing", markup=False)
            yield ProgressBar(id="bar", show_eta=True)
        yield StudioFooter()

    def on_mount(self) -> None:
        """Look at the folder now and then: a file that is put there is offered."""
        table = self._table
        for column in _COLUMNS:
            table.add_column(column, key=column)
        table.focus()
        self.watch(self.app, "standing", self._app_changed, init=False)
        self.set_interval(_WATCH_SECONDS, self._look_at_folder)

    def _app_changed(self) -> None:
        self.action_refresh()

    def on_screen_resume(self, _event: events.ScreenResume) -> None:
        """Something may have changed meanwhile."""
        self.action_refresh()

    @property
    def _table(self) -> Models:
        return self.query_one(Models)

    @property
    def current(self) -> ShelfModel | None:
        """The model under the cursor; None on a file."""
        return self._found.get(self._key())

    @property
    def current_file(self) -> Path | None:
        """The file under the cursor; None on a model."""
        key = self._key()
        return Path(key) if key and key not in self._found else None

    def _key(self) -> str:
        table = self._table
        if not table.row_count or not table.is_valid_row_index(table.cursor_row):
            return ""
        return str(table.coordinate_to_cell_key(table.cursor_coordinate).row_key.value)

    # ── looking ──────────────────────────────────────────────────────────────────────────────────────────────────────

    @work(exclusive=True, group="look")
    async def action_refresh(self) -> None:
        """Ask Ollama what it has, and look what lies in the models folder; the cursor stays where it was."""
        shelf = await self.app.shelf()
        if shelf is None:
            self.query_one("#server", Static).update(self.app.hindrance)
            return
        try:
            found = await shelf.models()
        except PoetryError as error:
            self._found = {}
            about = f"{error}{' o starts it.' if self.app.step.start_ollama else ''}"
            self.query_one("#fit", Static).update("")
        else:
            self._found = {one.model.name: one for one in found}
            self._show_rows()  # at once: what follows takes longer
            about = await shelf.about_server() + ("" if found else f". {_NONE}")
            self._say_fit()
        self.query_one("#server", Static).update(about)
        self._offered = await asyncio.to_thread(shelf.offered)
        self._show_rows()

    @work(exclusive=True, group="folder")
    async def _look_at_folder(self) -> None:
        shelf = await self.app.shelf()
        if shelf is None or not self.is_current:
            return
        offered = await asyncio.to_thread(shelf.offered)
        if offered != self._offered:
            new = [path.name for path in offered if path not in self._offered]
            self._offered = offered
            self._show_rows()
            if new:
                self.app.say(f"{', '.join(new)} lies in the models folder. i brings it in.")

    @work(exclusive=True, group="fit")
    async def _say_fit(self) -> None:
        shelf = await self.app.shelf()
        cast = self.app.cast
        if shelf is not None and cast is not None:
            self.query_one("#fit", Static).update((await shelf.fit(cast)).sentence)

    def _show_rows(self) -> None:
        table, key = self._table, self._key()
        table.clear()
        for name, one in self._found.items():
            table.add_row(*_cells(one, self._plays(one)), key=name)
        for path in self._offered:
            cells = (path.name, "not in Ollama yet", "", _size(path.stat().st_size), "", "")
            table.add_row(*(Text(cell, style="dim") for cell in cells), key=str(path))
        keys = [*self._found, *map(str, self._offered)]
        if key in keys:
            table.move_cursor(row=keys.index(key))
        table.border_subtitle = Content(f"{len(self._found)} in Ollama")
        self.refresh_bindings()

    def _plays(self, one: ShelfModel) -> Text:
        """The roles the settings give to a model, and those that `auto` found for it."""
        plays = Text(", ".join(one.roles), style="bold")
        cast = self.app.cast
        if cast is not None:
            spec = ModelSpec("ollama", one.model.name)
            found = [part for part, player in (("poet", cast.poet), ("educator", cast.educator)) if player == spec]
            chosen = [part for part in found if part not in one.roles]
            if chosen:
                plays.append(f"{', ' if plays else ''}auto {', '.join(chosen)}", style="not bold")
        return plays

    @on(DataTable.RowHighlighted)
    def _moved(self) -> None:
        self.refresh_bindings()

    @on(DataTable.RowSelected)
    def _selected(self) -> None:
        if self.current_file:
            self.action_bring_in()
        else:
            self.action_show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What needs a model needs one under the cursor."""
        if not self.is_mounted:
            return False
        if action in {"show", "role", "load", "copy", "delete"}:
            return self.current is not None
        if action == "stop":
            return self.has_class("-busy")
        return super().check_action(action, parameters)

    # ── doing ────────────────────────────────────────────────────────────────────────────────────────────────────────

    @work(exclusive=True, group="dialog")
    async def action_show(self) -> None:
        """Show what the model is made of."""
        from poetry_tui.tui.screens.model_facts import ModelFacts

        current, shelf = self.current, await self.app.shelf()
        if current and shelf:
            await self.app.push_screen_wait(ModelFacts(current, await shelf.server.show(current.model.name)))

    @work(exclusive=True, group="dialog")
    async def action_bring_in(self) -> None:
        """Choose a file, look at it, and bring it in."""
        from poetry_tui.tui.screens.importing import ImportScreen
        from poetry_tui.tui.screens.pick_file import PickFile

        shelf = await self.app.shelf()
        if shelf is None:
            return
        path = self.current_file or await self.app.push_screen_wait(PickFile(self._offered))
        if path and (said := await self.app.push_screen_wait(ImportScreen(shelf, path, list(self._found)))):
            self.app.say(said)
        self._changed(shelf)

    @work(exclusive=True, group="dialog")
    async def action_role(self) -> None:
        """Give the model a role, from now on."""
        from poetry_tui.shelf import PARTS
        from poetry_tui.tui.screens.dialogs import Choose

        current, shelf = self.current, await self.app.shelf()
        if current is None or shelf is None:
            return
        name = current.model.name
        chosen = await self.app.push_screen_wait(Choose(f"{name} plays", _ROLES))
        for part in PARTS:
            if part == chosen:
                await asyncio.to_thread(shelf.set_role, part, name)
                self.app.say(f"{name} plays {dict(_ROLES)[part]} from now on.")
                self._changed(shelf)

    def _changed(self, shelf: Shelf) -> None:
        """Roles or models are others now: let the app look again for who plays."""
        self.app.use(shelf.settings)
        self.app.look()
        self.action_refresh()

    def action_load(self) -> None:
        """Load the model into memory, or free its memory."""
        if (current := self.current) is None:
            return
        name = current.model.name

        async def load(shelf: Shelf) -> str:
            if current.model.loaded:
                await shelf.server.unload(name)
                return f"{name} is no longer in memory."
            await shelf.load(name)
            return f"{name} is loaded."

        self._do(f"{'freeing' if current.model.loaded else 'loading'} {name} …", load)

    @work(exclusive=True, group="dialog")
    async def action_pull(self) -> None:
        """Ask for a name and get the model."""
        from poetry_tui.tui.screens.dialogs import Ask

        name = await self.app.push_screen_wait(Ask("pull", "A name of Ollama's registry, such as llama3.1:8b"))
        if name is None:
            return

        async def pull(shelf: Shelf) -> str:
            await self._follow(shelf.server.pull(name))
            return f"{name} is there."

        self._do(f"pulling {name} …", pull)

    @work(exclusive=True, group="dialog")
    async def action_copy(self) -> None:
        """Ask for a second name."""
        from poetry_tui.tui.screens.dialogs import Ask, Confirm

        current, shelf = self.current, await self.app.shelf()
        if current is None or shelf is None:
            return
        name = await self.app.push_screen_wait(
            Ask(f"copy {current.model.name}", "Its second name; the weights are shared")
        )
        if name is None:
            return
        taken = f"Ollama has a model {name} already. Replace it? Nothing of the old one stays."
        if await shelf.has(name) and not await self.app.push_screen_wait(Confirm(taken)):
            return
        await shelf.server.copy(current.model.name, name)
        self.action_refresh()

    @work(exclusive=True, group="dialog")
    async def action_delete(self) -> None:
        """Ask, and delete the model from Ollama."""
        from poetry_tui.tui.screens.dialogs import Confirm

        current, shelf = self.current, await self.app.shelf()
        if current is None or shelf is None:
            return
        plays = f" It plays {' and '.join(current.roles)}." if current.roles else ""
        if await self.app.push_screen_wait(Confirm(f"Delete {current.model.name} from Ollama for good?{plays}")):
            await shelf.delete(current.model.name)
            self.action_refresh()

    def action_stop(self) -> None:
        """Stop what is being fetched or loaded."""
        self.workers.cancel_group(self, "busy")

    @work(exclusive=True, group="busy")
    async def _do(self, words: str, what: Callable[[Shelf], Awaitable[str]]) -> None:
        """Something that takes a while: said while it runs, and when it is done."""
        shelf = await self.app.shelf()
        if shelf is None:
            return
        self.query_one("#doing", Static).update(words)
        self.query_one("#bar", ProgressBar).update(total=None)
        self.add_class("-busy")
        self.refresh_bindings()
        try:
            self.app.say(await what(shelf))
        except asyncio.CancelledError:
            self.app.say("Stopped.")
            raise
        finally:
            self.remove_class("-busy")
            self.action_refresh()

    async def _follow(self, statuses: AsyncGenerator[Status]) -> None:
        bar, doing = self.query_one("#bar", ProgressBar), self.query_one("#doing", Static)
        async with aclosing(statuses):
            async for status in statuses:
                doing.update(status.text)
                bar.update(total=status.total or None, progress=status.done)


def _cells(one: ShelfModel, plays: Text) -> list[Text]:
    model = one.model
    context = f"{model.context_length // 1024}k" if model.context_length else ""
    memory = ""
    if model.loaded:
        on_gpu = (
            f", {model.loaded.size_vram * 100 // max(1, model.loaded.size)} % on the GPU"
            if model.loaded.size_vram
            else ""
        )
        memory = f"{_size(model.loaded.size)}{on_gpu}"
    return [
        Text(model.name.removesuffix(":latest")),
        plays,
        *map(Text, (f"{model.parameters} {model.quantization}", _size(model.size), context, memory)),
    ]


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
