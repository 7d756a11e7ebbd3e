"""`SettingsScreen`: who plays, how many rounds, what the loop does, and the theme; kept in the person's own file."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList
from textual.widget import Widget
from textual.widgets import Checkbox, Input, Select, Static

from poetry_tui.errors import BadConfig
from poetry_tui.places import data_folder
from poetry_tui.settings import Settings, save_user, user_file
from poetry_tui.tui.app import StudioApp
from poetry_tui.tui.themes import THEMES

_SWITCHES = (
    ("brief", "Brief", "the Educator first writes a brief"),
    ("note", "Note", "the Educator has a last word"),
    ("pause", "Pause", "wait for you after each critique"),
    ("swap", "Swap", "keep only the speaking model in memory"),
)
_MODELS = "Write auto, embedded, ollama:NAME, gguf:PATH or openai:NAME."
_RIGHT = {"poet": _MODELS, "educator": _MODELS, "rounds": "Write a number from 0 (the Poet alone) to 50."}
_LOOKING = "Looking for what is installed …"


class Setting(Widget):
    """A field with its name, and beneath it what is wrong with what stands in it."""

    def __init__(self, label: str, field: Widget) -> None:
        super().__init__(id=f"{field.id}-setting")
        self._label, self._field = label, field

    def compose(self) -> ComposeResult:
        """Name, field, and a line for trouble."""
        yield Static(self._label, classes="label", markup=False)
        yield self._field
        yield Static(classes="trouble", markup=False)

    def say(self, trouble: str) -> None:
        """Say what is wrong; "" takes it back."""
        self.query_one(".trouble", Static).update(trouble)
        self.set_class(bool(trouble), "-wrong")


class Tick(Checkbox):
    """A checkbox that shows without colour whether it is ticked."""

    BUTTON_INNER = " "

    def watch_value(self) -> None:
        """Tick it, or take the tick away."""
        self.BUTTON_INNER = "✓" if self.value else " "
        super().watch_value()


class SettingsScreen(ModalScreen[None]):
    """What is changed counts at once when it is kept (ctrl+s, or enter in a field); escape leaves all as it was."""

    CSS_PATH = "settings.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "keep", "keep", id="settings.keep", tooltip="Keep what you changed."),
        Binding("escape", "leave", "back", id="settings.leave", tooltip="Leave everything as it was."),
    ]

    app = getters.app(StudioApp)

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._before = settings
        self._theme_before = self.app.theme

    def compose(self) -> ComposeResult:
        """One page that scrolls."""
        before = self._before
        with VerticalScroll(id="page", can_focus=False) as page:
            page.border_title = "settings"
            page.border_subtitle = "[@click=screen.keep]ctrl+s keep[/] · [@click=screen.leave]esc back[/]"
            yield Setting("Poet", Input(before.poet.model, id="poet", compact=True))
            yield Setting("Educator", Input(before.educator.model, id="educator", compact=True))
            yield Static(_LOOKING, id="installed", markup=False)
            rounds = Input(str(before.rounds), id="rounds", type="integer", max_length=2, compact=True)
            yield Setting("Rounds", rounds)
            yield Setting("Theme", self._themes())
            for name, label, hint in _SWITCHES:
                yield Tick(Content(f"{label}: {hint}"), getattr(before, name), id=name, compact=True)
            paths = f"Kept in {user_file()}\nPoems, exports and models lie in {data_folder()}"
            yield Static(paths, classes="note", markup=False)

    def _themes(self) -> Select[str]:
        ours = [theme.name for theme in THEMES]
        others = sorted(name for name in self.app.available_themes if name not in ours and name != "textual-ansi")
        return Select(
            [(name, name) for name in ours + others], value=self.app.theme, allow_blank=False, compact=True, id="theme"
        )

    def on_mount(self) -> None:
        """Begin with the Poet, and look for what could play."""
        self.query_one("#poet").focus()
        self._suggest()

    @work(exclusive=True, group="installed")
    async def _suggest(self) -> None:
        from poetry_tui.doctor import engines

        found = await engines(self._before)
        names = [f"ollama:{name}" for name in found.ollama_models]
        if found.embedded is not None and found.in_process:
            names.append("embedded")
        self.query_one("#installed", Static).update("auto chooses. Installed: " + (", ".join(names) or "none"))
        for role in ("poet", "educator"):
            self.query_one(f"#{role}", Input).suggester = SuggestFromList(["auto", *names], case_sensitive=False)

    @on(Input.Changed)
    def _checked(self, event: Input.Changed) -> None:
        self._wrong(event.input)

    @on(Select.Changed, "#theme")
    def _theme_shown(self, event: Select.Changed) -> None:
        self.app.theme = str(event.value)

    def _wrong(self, field: Input) -> bool:
        """Whether what stands in the field cannot be; it is said beneath the field."""
        try:
            self._before.changed(**self._change(field))
        except BadConfig:
            wrong = True
        else:
            wrong = False
        self.query_one(f"#{field.id}-setting", Setting).say(_RIGHT[field.id or ""] if wrong else "")
        return wrong

    def _change(self, field: Input | Checkbox | Select[str]) -> dict[str, Any]:
        """What the field says, as a change of the settings."""
        name = field.id or ""
        if name in {"poet", "educator"}:
            return {name: {"model": str(field.value).strip() or "auto"}}
        if name == "rounds" and str(field.value).isdecimal():
            return {name: int(str(field.value))}
        return {name: field.value}

    def _changes(self) -> dict[str, Any]:
        """Everything on the page that is not as it was."""
        found: dict[str, Any] = {}
        before = self._before.model_dump()
        for field in self.query("Input, Checkbox, Select").results():
            if isinstance(field, Input | Checkbox | Select) and field.id:
                change = self._change(field)
                if self._before.changed(**change).model_dump() != before:
                    found |= change
        return found

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.action_keep()

    def action_keep(self) -> None:
        """Keep the changes, if there is nothing wrong on the page."""
        wrong = [field for field in self.query(Input) if self._wrong(field)]
        if wrong:
            wrong[0].focus()
        else:
            self._keep(self._changes())

    @work(exclusive=True, group="keep")
    async def _keep(self, changes: dict[str, Any]) -> None:
        """Let the changes count, write them into the person's file, and look again for who plays."""
        if changes:
            self.app.use((self.app.settings or self._before).changed(**changes))
            self.app.look()
            try:
                await asyncio.to_thread(save_user, changes)
            except BadConfig as error:
                self.app.say(str(error), "error")
            else:
                self.app.say(f"Kept in {user_file()}")
        self.dismiss()

    def action_leave(self) -> None:
        """Leave everything as it was."""
        self.app.theme = self._theme_before
        self.dismiss()
