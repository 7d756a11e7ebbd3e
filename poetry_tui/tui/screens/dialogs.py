"""Small questions: choose one of a list, write a line, say yes or no. Each dismisses with the answer, or None."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

_FRAME = """
    align: center middle;
    background: $background 60%;
    & > Vertical {
        width: 60; max-width: 90%; height: auto; max-height: 80%;
        background: $surface; border: round $primary; border-title-color: $foreground; padding: 0 1;
    }
    & OptionList, & Input {
        border: none; background: $surface; height: auto; max-height: 18; padding: 0;
        &:focus { border: none; background-tint: $surface 0%; }
    }
    & .hint { color: $text-muted; }
"""


class Choose(ModalScreen[str | None]):
    """One of several answers; each is a value and its words."""

    DEFAULT_CSS = f"Choose {{ {_FRAME} }}"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "back", id="choose.back")]

    def __init__(self, title: str, answers: Sequence[tuple[str, str]], chosen: str = "") -> None:
        super().__init__()
        self._title, self._answers, self._chosen = title, answers, chosen

    def compose(self) -> ComposeResult:
        with Vertical() as frame:
            frame.border_title = Content(self._title)
            yield OptionList(*(Option(Content(words), id=value) for value, words in self._answers))

    def on_mount(self) -> None:
        values = [value for value, _ in self._answers]
        options = self.query_one(OptionList)
        options.highlighted = values.index(self._chosen) if self._chosen in values else 0
        options.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option.id)


class Ask(ModalScreen[str | None]):
    """A line of text; an empty one counts as no answer."""

    DEFAULT_CSS = f"Ask {{ {_FRAME} }}"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "back", id="ask.back")]

    def __init__(self, title: str, hint: str) -> None:
        super().__init__()
        self._title, self._hint = title, hint

    def compose(self) -> ComposeResult:
        with Vertical() as frame:
            frame.border_title = Content(self._title)
            yield Input()
            yield Static(self._hint, classes="hint", markup=False)

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.dismiss(event.value.strip() or None)


class Confirm(ModalScreen[bool]):
    """Yes or no; escape is no."""

    DEFAULT_CSS = f"Confirm {{ {_FRAME} }}"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "dismiss(True)", "yes", id="confirm.yes"),
        Binding("n,escape", "dismiss(False)", "no", id="confirm.no"),
    ]

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(self._question, markup=False)
            yield Static(
                "[@click=screen.dismiss(True)]y yes[/]   [@click=screen.dismiss(False)]n no[/]", classes="hint"
            )
