"""`ModelFacts`: what a model of Ollama is made of."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from poetry_tui.registry.ollama import ShownModel
from poetry_tui.shelf import ShelfModel
from poetry_tui.verse import printable


class ModelFacts(ModalScreen[None]):
    """Persona, parameters, template and the facts of the file, to be read; escape goes back."""

    DEFAULT_CSS = """
    ModelFacts {
        align: center middle; background: $background 60%;
        & > VerticalScroll {
            width: 96; max-width: 94%; height: auto; max-height: 90%; padding: 0 2;
            background: $surface; border: round $primary; border-title-color: $foreground;
            border-subtitle-color: $text-muted;
        }
        & .title { color: $primary; margin-top: 1; }
        & Static { height: auto; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "dismiss", "back", id="facts.back", key_display="esc")
    ]

    def __init__(self, model: ShelfModel, shown: ShownModel) -> None:
        super().__init__()
        self._model, self._shown = model, shown

    def compose(self) -> ComposeResult:
        """A part for each thing that the server says."""
        model, shown = self._model.model, self._shown
        facts = [f"{key:<44} {value}" for key, value in shown.info.items() if not key.startswith("tokenizer.")]
        origin = f"from {self._model.origin}\n" if self._model.origin else ""
        with VerticalScroll() as page:
            page.border_title = Content(model.name)
            page.border_subtitle = Content("esc back")
            for title, text in (
                ("digest", f"{origin}{model.digest}"),
                ("parameters", shown.parameters),
                ("persona", shown.system),
                ("template", shown.template),
                ("facts", "\n".join(facts)),
                ("licence", shown.license),
            ):
                if text:
                    yield Static(title, classes="title", markup=False)
                    yield Static(printable(text).strip(), markup=False)

    def on_mount(self) -> None:
        """The keys scroll."""
        self.query_one(VerticalScroll).focus()
