"""`ImportScreen`: a file is looked at, gets a role, a name and a Modelfile, and is brought into Ollama."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, ProgressBar, Select, Static, TextArea

from poetry_tui.errors import BadRequest, PoetryError
from poetry_tui.registry import roles
from poetry_tui.registry.modelfile import Modelfile, parse
from poetry_tui.registry.roles import MODEL_ROLES, NAMES, ModelRole
from poetry_tui.shelf import PARTS, Prepared, Shelf
from poetry_tui.tui.app import StudioApp
from poetry_tui.tui.screens.dialogs import Confirm

if TYPE_CHECKING:
    from poetry_tui.registry.importing import Progress

_MARKS = {"refused": "✗", "fails": "✗", "note": "·"}
_AS_IT_IS = "as it is"
_QUANTIZATIONS = (_AS_IT_IS, "q4_K_M", "q4_K_S", "q8_0")


class ImportScreen(ModalScreen[str | None]):
    """Dismisses with a sentence about what was done, or None. Nothing is sent before `ctrl+s`."""

    CSS_PATH = "importing.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "bring_in", "bring it in", id="import.bring_in"),
        Binding("escape", "leave", "back", id="import.leave", tooltip="Stop, or leave without bringing it in."),
    ]

    app = getters.app(StudioApp)

    def __init__(self, shelf: Shelf, path: Path, installed: Sequence[str]) -> None:
        super().__init__()
        self._shelf, self._path, self._installed = shelf, path, list(installed)
        self._prepared: Prepared | None = None
        self._written = ""
        self._warned = False

    def compose(self) -> ComposeResult:
        """What the file says and what is chosen on the left, the Modelfile on the right, the bar below."""
        with Vertical(id="page") as page:
            page.border_title = Content(f"import {self._path.name}")
            page.border_subtitle = "[@click=screen.bring_in]ctrl+s bring it in[/] · [@click=screen.leave]esc back[/]"
            with Horizontal(id="columns"):
                with VerticalScroll(id="choices", can_focus=False):
                    yield Static("Reading the file …", id="facts", markup=False)
                    yield Static("", id="fit", markup=False)
                    yield Static("role", classes="label", markup=False)
                    yield Select(
                        [(_title(role), role) for role in MODEL_ROLES],
                        value="poet",
                        allow_blank=False,
                        id="role",
                        compact=True,
                    )
                    yield Static("name in Ollama", classes="label", markup=False)
                    yield Input(NAMES["poet"], id="name", compact=True)
                    yield Static("base model of the adapter", classes="label adapter", markup=False)
                    yield Select(
                        [(name, name) for name in self._installed],
                        id="base",
                        classes="adapter",
                        prompt="choose",
                        compact=True,
                    )
                    yield Static("weights", classes="label full", markup=False)
                    yield Select(
                        [(name, name) for name in _QUANTIZATIONS],
                        value=_AS_IT_IS,
                        allow_blank=False,
                        id="quantize",
                        classes="full",
                        compact=True,
                    )
                    yield Static("", id="findings", markup=False)
                editor = TextArea(id="modelfile", soft_wrap=True)
                editor.border_title = "Modelfile"
                yield editor
            with Vertical(id="busy"):
                yield Static("", id="doing", markup=False)
                yield ProgressBar(id="bar", show_eta=True)

    def on_mount(self) -> None:
        """Look at the file."""
        self.query_one("#role").focus()
        self._look()

    @property
    def _role(self) -> ModelRole:
        value = self.query_one("#role", Select).value
        return next(role for role in MODEL_ROLES if role == value)

    @property
    def _base(self) -> str:
        base = self.query_one("#base", Select)
        return str(base.value) if self.has_class("-adapter") and not base.is_blank() else ""

    @property
    def _quantize(self) -> str:
        value = str(self.query_one("#quantize", Select).value)
        return value if self.has_class("-full") and value != _AS_IT_IS else ""

    @on(Select.Changed)
    @on(Input.Changed, "#name")
    def _chosen(self, event: Select.Changed | Input.Changed) -> None:
        if isinstance(event, Select.Changed) and event.select.id == "role":
            name = self.query_one("#name", Input)
            if name.value in (*NAMES.values(), ""):
                name.value = NAMES[self._role]
        self._look()

    @work(exclusive=True, group="look")
    async def _look(self) -> None:
        """Read the file, and say what it is and what bringing it in so would mean."""
        name = self.query_one("#name", Input).value.strip()
        told = self._edited()
        try:
            self._prepared = prepared = await self._shelf.prepare(
                self._path, self._role, name=name, base=self._base, quantize=self._quantize, modelfile=told
            )
        except PoetryError as error:
            self._prepared = None
            self.query_one("#facts", Static).update(str(error))
            return
        file = prepared.file
        self.set_class(file.kind == "adapter", "-adapter")
        self.set_class(file.kind == "model" and file.quantization in {"F16", "BF16", "F32"}, "-full")
        self.query_one("#facts", Static).update(_facts(prepared))
        self._say_fit(prepared)
        if told is None:
            self._write(prepared)
        findings = [f"{_MARKS[finding.level]} {finding.text}" for finding in prepared.findings]
        self.query_one("#findings", Static).update("\n".join(findings))
        self._warned = False

    @work(exclusive=True, group="fit")
    async def _say_fit(self, prepared: Prepared) -> None:
        if prepared.file.kind == "model" and (cast := self.app.cast) is not None:
            fit = await self._shelf.fit_with(prepared.file, self._role, cast)
            self.query_one("#fit", Static).update(fit.sentence)

    def _write(self, prepared: Prepared) -> None:
        try:
            self._written = roles.commented(self._role, prepared.order.modelfile)
        except BadRequest as error:
            self._written = f"# {error}\n"
        editor = self.query_one("#modelfile", TextArea)
        if editor.text != self._written:
            editor.text = self._written

    def _edited(self) -> Modelfile | None:
        """What the person made of the Modelfile; None while it is as it was written, or cannot be read."""
        editor = self.query_one("#modelfile", TextArea)
        if editor.text == self._written:
            return None
        try:
            return parse(editor.text)
        except BadRequest:
            return None

    @work(exclusive=True, group="bring in")
    async def action_bring_in(self) -> None:
        """Bring it in; what is likely to fail, or would replace a model, is asked first."""
        if self.has_class("-busy"):
            return
        editor = self.query_one("#modelfile", TextArea)
        if editor.text != self._written:
            parse(editor.text)  # what is wrong with it is said, and nothing begins
        await self._look().wait()
        prepared = self._prepared
        if prepared is None:
            return
        if prepared.hindered and not self._warned:
            self._warned = True
            self.app.say("It is not likely to work, see ✗. ctrl+s again tries it all the same.", "warning")
            return
        name = prepared.order.name
        taken = f"Ollama has a model {name} already. Replace it? Nothing of the old one stays."
        if await self._shelf.has(name) and not await self.app.push_screen_wait(Confirm(taken)):
            return
        self._run(prepared)

    @work(exclusive=True, group="busy")
    async def _run(self, prepared: Prepared) -> None:
        self.add_class("-busy")
        try:
            reply = await self._shelf.bring_in(prepared, self._tell)
        except asyncio.CancelledError:
            self.app.say("Stopped. Nothing half-made is left in Ollama.")
            raise
        finally:
            self.remove_class("-busy")
        name, part = prepared.order.name, "poet" if self._role == "rhyme_poet" else self._role
        play = next(one for one in PARTS if one == part)
        question = f"{name} is there and answers: “{reply[:120]}”. Shall it play {_title(self._role)} from now on?"
        if await self.app.push_screen_wait(Confirm(question)):
            await asyncio.to_thread(self._shelf.set_role, play, name)
            self.dismiss(f"{name} plays {_title(self._role)} from now on.")
        else:
            self.dismiss(f"{name} is there. s gives it a role.")

    def _tell(self, progress: Progress) -> None:
        self.app.call_later(self._show, progress)

    def _show(self, progress: Progress) -> None:
        self.query_one("#doing", Static).update(progress.text)
        self.query_one("#bar", ProgressBar).update(total=progress.total or None, progress=progress.done)

    def action_leave(self) -> None:
        """Stop what runs; else leave."""
        if self.has_class("-busy"):
            self.workers.cancel_group(self, "busy")
        else:
            self.dismiss(None)


def _title(role: ModelRole) -> str:
    return {
        "poet": "the Poet",
        "educator": "the Educator",
        "rhyme_poet": "the rhyme Poet",
        "vanilla": "the vanilla model",
    }[role]


def _facts(prepared: Prepared) -> str:
    file = prepared.file
    context = f"{file.context_length:,} tokens" if file.context_length else "unknown"
    template = "the file's own" if file.chat_template else "none in the file: Llama 3's is written"
    rows = [
        ("kind", file.kind),
        ("architecture", file.architecture),
        ("weights", f"{file.parameters / 1e6:,.0f} million, {file.quantization}"),
        ("size", f"{file.size / 1e9:.2f} GB" + (f" in {len(file.parts)} parts" if len(file.parts) > 1 else "")),
        ("context", context),
        ("template", "the base model's" if file.kind == "adapter" else template),
    ]
    return "\n".join(f"{name:<13}{value}" for name, value in rows)
