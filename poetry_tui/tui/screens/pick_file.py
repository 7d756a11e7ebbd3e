"""`PickFile`: a GGUF on this machine, chosen from those that are offered or by its path."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

_MOST = 200
"""Entries of a folder that are listed."""


class PickFile(ModalScreen[Path | None]):
    """As one types a path, the folders and .gguf files that begin so; enter goes into a folder or takes a file."""

    DEFAULT_CSS = """
    PickFile {
        align: center middle; background: $background 60%;
        & > Vertical {
            width: 90; max-width: 94%; height: auto; max-height: 80%; padding: 0 1;
            background: $surface; border: round $primary; border-title-color: $foreground;
        }
        & Input, & OptionList { border: none; background: $surface; padding: 0; }
        & Input:focus, & OptionList:focus { border: none; background-tint: $surface 0%; }
        & Input { height: 1; }
        & OptionList { margin-top: 1; height: auto; max-height: 16; }
        & .hint { color: $text-muted; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "back", id="pick.back"),
        Binding("down", "to_list", "to the list", id="pick.list", show=False),
    ]

    def __init__(self, offered: Sequence[Path]) -> None:
        super().__init__()
        self._offered = list(offered)
        self._listed: list[Path] = []

    def compose(self) -> ComposeResult:
        """A field, and what fits to it."""
        with Vertical() as frame:
            frame.border_title = Content("bring in a GGUF file")
            yield Input(placeholder="path of a .gguf file")
            yield OptionList()
            yield Static("enter takes it or goes in, down to the list, esc back", classes="hint", markup=False)

    def on_mount(self) -> None:
        """Begin with what is offered, else with the home folder."""
        field = self.query_one(Input)
        field.focus()
        if self._offered:
            self._list(self._offered)
        else:
            field.value = f"{Path.home()}{os.sep}"
            field.action_end()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._complete(event.value)

    @work(exclusive=True, group="complete")
    async def _complete(self, text: str) -> None:
        self._list(await asyncio.to_thread(_beginning_with, text) if text.strip() else self._offered)

    def _list(self, paths: list[Path]) -> None:
        self._listed = paths
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(Option(Content(_words(path))) for path in paths)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        path = Path(event.value.strip()).expanduser()
        if path.is_file():
            self.dismiss(path)
        elif self._listed:
            self._take(self._listed[0])

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self._take(self._listed[event.option_index])

    def _take(self, path: Path) -> None:
        if path.is_dir():
            field = self.query_one(Input)
            field.value = f"{path}{os.sep}"
            field.action_end()
            field.focus()
        else:
            self.dismiss(path)

    def action_to_list(self) -> None:
        """From the field into the list."""
        self.query_one(OptionList).focus()


def _words(path: Path) -> str:
    return f"{path}{os.sep}" if path.is_dir() else str(path)


def _beginning_with(text: str) -> list[Path]:
    """Folders and GGUF files whose path begins so, folders last; none where the folder cannot be read."""
    typed = Path(text.strip()).expanduser()
    folder, start = (typed, "") if text.strip().endswith(os.sep) else (typed.parent, typed.name)
    try:
        found = [path for path in folder.iterdir() if path.name.lower().startswith(start.lower())]
        shown = [path for path in found if not path.name.startswith(".") or start.startswith(".")]
        fitting = [path for path in shown if path.suffix.lower() == ".gguf" or path.is_dir()]
    except OSError:
        return []
    return sorted(fitting, key=lambda path: (path.is_dir(), path.name.lower()))[:_MOST]
