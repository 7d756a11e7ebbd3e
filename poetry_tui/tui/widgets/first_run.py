"""`FirstRun`: what to do before the first poem can be written. One sentence, and a key that does the right thing."""

from __future__ import annotations

from textual import getters
from textual.content import Content
from textual.widgets import Input, Static

from poetry_tui.tui.app import StudioApp

_BAR = 30
_DOING = {
    "downloading": "Getting the small built-in model (98 MB) …",
    "checking": "Checking that it is the right one …",
    "unpacking": "Unpacking it …",
}


class FirstRun(Static):
    """The app's `step`, or how far the built-in model has come. Hidden when there is nothing to say."""

    app = getters.app(StudioApp)
    DEFAULT_CSS = """
    FirstRun { height: auto; padding: 1 2; text-align: center; color: $text-muted; }
    """

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self._waiting: Input | None = None

    def on_mount(self) -> None:
        """Follow the app."""
        for name in ("step", "fetching", "standing"):
            self.watch(self.app, name, self._say, init=False)
        self.watch(self.app, "step", self._free_keys, init=False)
        self._say()

    def _free_keys(self) -> None:
        """Leave a field that waits for its first word, which would take the keys of the sentence, until one is used."""
        field = self.screen.query_one(Input)
        wanted = self.app.step.start_ollama or self.app.step.get_embedded
        if wanted and self.screen.focused is field and not field.value:
            self.screen.set_focus(None)
            self._waiting = field
        elif not wanted and self._waiting is not None:
            if self.screen.focused is None:
                self._waiting.focus()
            self._waiting = None

    def _say(self) -> None:
        if self.app.fetching is not None:
            self.update(_progress(*self.app.fetching))
        elif self.app.studio is None and self.app.standing == "problem":
            self.update(Content.styled(self.app.hindrance, "$error"))
        else:
            self.update(self.app.step.sentence)
        self.display = bool(self.content)


def _progress(step: str, share: float) -> Content:
    """What is being done; a bar once it can be measured."""
    done = round(share * _BAR)
    bar = ("━" * done, "$primary"), ("━" * (_BAR - done), "$surface-lighten-2")
    measured = Content.assemble(*bar, f" {share:4.0%}   ") if step != "downloading" else ""
    return Content.assemble(f"{_DOING[step]}   ", measured, "esc stops")
