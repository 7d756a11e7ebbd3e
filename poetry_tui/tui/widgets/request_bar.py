"""`RequestBar`: what the poem is to be, with its form and rounds in the frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input

if TYPE_CHECKING:
    from poetry_tui.tui.app import StudioApp

LONGEST_REQUEST = 2000
"""Characters in which a form is looked for at every key."""

ANY_FORM = ""
"""The form is taken from the request, if it names one."""


class RequestBar(Vertical):
    """Enter in the input asks for a poem; the words in the lower frame open the choosers of form and rounds."""

    DEFAULT_CSS = """
    RequestBar {
        height: 3; margin: 0 1; padding: 0 1; border: round $primary 60%;
        border-title-color: $text-muted; border-title-align: left;
        border-subtitle-color: $text-muted; border-subtitle-align: right;
        &:focus-within { border: round $primary; }
        & Input, & Input:focus { border: none; background: transparent; padding: 0; height: 1; }
    }
    """

    class Submitted(Message):
        """The person asks for a poem. `form` is "" where it is to be taken from the request."""

        def __init__(self, request: str, form: str, rounds: int) -> None:
            super().__init__()
            self.request, self.form, self.rounds = request, form, rounds

    def __init__(self, rounds: int, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.border_title = "request"
        self.form, self.rounds = ANY_FORM, rounds
        self._detected = ""

    def compose(self) -> ComposeResult:
        yield Input(placeholder="a poem about winter light in a kitchen", id="request", max_length=20_000)

    def on_mount(self) -> None:
        self._show_choices()

    @property
    def input(self) -> Input:
        """The field itself."""
        return self.query_one(Input)

    def choose(self, *, form: str | None = None, rounds: int | None = None) -> None:
        """Set form ("" to take it from the request) or rounds."""
        self.form = self.form if form is None else form
        self.rounds = self.rounds if rounds is None else rounds
        self._show_choices()

    def show(self, request: str, form: str, rounds: int) -> None:
        """Show the request of a session."""
        with self.prevent(Input.Changed):
            self.input.value = request
        self._detected = form
        self.choose(form=ANY_FORM, rounds=rounds)

    def on_input_changed(self, event: Input.Changed) -> None:
        """See whether the request names a form; not before the app has begun, since that takes imports."""
        event.stop()
        if cast("StudioApp", self.app).studio is None or len(event.value) > LONGEST_REQUEST:
            return
        from poetry_tui.prosody.form_registry import detect

        found = detect(event.value)
        self._detected = found.name if found else ""
        self._show_choices()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Submitted(event.value, self.form, self.rounds))

    def _show_choices(self) -> None:
        form = self.form or self._detected or "any form"
        rounds = "poet alone" if self.rounds == 0 else f"{self.rounds} round{'' if self.rounds == 1 else 's'}"
        self.border_subtitle = Content.from_markup(
            "[@click=screen.choose_form]$form ▾[/]   [@click=screen.choose_rounds]$rounds ▾[/]",
            form=form,
            rounds=rounds,
        )
