"""`RoundStrip`: one line that says where the session stands: rounds, flux, rhyme, meter, speed and time."""

from __future__ import annotations

import time
from dataclasses import dataclass

from rich.text import Text
from textual import events
from textual.message import Message
from textual.widget import Widget

from poetry_tui.llm import Usage
from poetry_tui.tui.inks import Inks, inks_of
from poetry_tui.verse import flux
from poetry_tui.workshop import Session

_ENOUGH = 4
"""Tokens; the speed of fewer says nothing."""
_BARS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the model in turn writes (tokens a second, 0: unknown) and how long the session has run (seconds)."""

    speed: float = 0.0
    seconds: float = 0.0


class Stopwatch:
    """Measures a session as it runs: time in all, and tokens a second of the turn that is going on."""

    def __init__(self) -> None:
        self._before = 0.0
        self._started: float | None = None
        self._turn_began = 0.0
        self._tokens = 0

    def start(self, session: Session) -> None:
        """The loop runs; what the session took before counts too."""
        self._before = sum(call.usage.total_seconds for call in session.calls)
        self._started = time.monotonic()

    def stop(self) -> None:
        """The loop has ended."""
        self._before, self._started = self._elapsed(), None

    def begin_turn(self) -> None:
        """A model is asked."""
        self._turn_began, self._tokens = time.monotonic(), 0

    def count(self) -> None:
        """A token came."""
        if not self._tokens:
            self._turn_began = time.monotonic()
        self._tokens += 1

    def pace(self, session: Session) -> Pace:
        """Of the turn that is going on, else of the last one."""
        spent = sum(call.usage.total_seconds for call in session.calls)
        seconds = spent if self._started is None else self._elapsed()
        if self._started is not None and session.writing and self._tokens > _ENOUGH:
            return Pace(self._tokens / max(0.1, time.monotonic() - self._turn_began), seconds)
        last = session.calls[-1].usage if session.calls else Usage()
        writing = last.generation_seconds
        return Pace(last.generated_tokens / writing if writing else 0.0, seconds)

    def _elapsed(self) -> float:
        return self._before + (time.monotonic() - self._started if self._started is not None else 0.0)


class RoundStrip(Widget):
    """Drops from the right where the terminal is narrow. A click on a draft's dot shows that draft."""

    DEFAULT_CSS = "RoundStrip { height: 1; padding: 0 2; }"

    class DraftChosen(Message):
        """The dot of this draft was clicked."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._text = Text("")
        self._dots: dict[int, int] = {}
        self._fluxes: dict[tuple[int, int], float] = {}

    def show(self, session: Session, pace: Pace, shown: tuple[int, int]) -> None:
        """Show this state; `shown` are the drafts on the left and on the right (0: none)."""
        inks = inks_of(self.app)
        text = Text(no_wrap=True, end="")
        self._dots = {}
        text.append("round ", inks.faint)
        self._append_rounds(text, session, shown, inks)
        fluxes = [self._flux(session, number) for number in range(2, len(session.drafts) + 1)]
        if fluxes:
            text.append("    flux ", inks.faint)
            bars = "".join(_BARS[min(7, int(value * 8))] for value in fluxes)
            text.append(bars[-12:], inks.hues[0])
        report = session.drafts[-1].report if session.drafts else None
        if report:
            text.append("    rhyme ", inks.faint)
            text.append(report.scheme or "none", inks.text)
            if any(rule.text.startswith("rhyme") for rule in report.rules):
                text.append(" ✗" if report.rhyme_faults else " ✓", inks.bad if report.rhyme_faults else inks.good)
            if report.meter:
                text.append("    meter ", inks.faint)
                text.append(f"{report.meter} ", inks.text)
                text.append(f"{report.on_meter}/{len(report.lines)}", inks.heading)
        if pace.seconds:
            speed = f"{pace.speed:.0f} tok/s · " if pace.speed else ""
            text.append(f"    {speed}{int(pace.seconds) // 60}:{int(pace.seconds) % 60:02}", inks.faint)
        if text != self._text:
            self._text = text
            self.refresh()

    def _append_rounds(self, text: Text, session: Session, shown: tuple[int, int], inks: Inks) -> None:
        """A dot a draft: filled when done, ringed when shown on the right, empty when to come."""
        expected = max(session.rounds + 1, len(session.drafts))
        writing = session.writing is not None and session.writing.turn.role == "poet"
        for number in range(1, min(expected, 24) + 1):
            if number > 1:
                text.append(
                    "━" if number <= len(session.drafts) else "─",
                    inks.text if number <= len(session.drafts) else inks.faint,
                )
            self._dots[text.cell_len] = number
            if number > len(session.drafts):
                now = writing and number == len(session.drafts) + 1
                text.append("◉" if now else "○", inks.good if now else inks.faint)
            else:
                here = number in shown
                text.append("◉" if number == shown[1] else "●", inks.heading if here else inks.text)

    def _flux(self, session: Session, number: int) -> float:
        if (number, len(session.drafts)) not in self._fluxes:
            old, new = session.draft(number - 1), session.draft(number)
            self._fluxes[number, len(session.drafts)] = flux(old.poem, new.poem)
        return self._fluxes[number, len(session.drafts)]

    def clear(self) -> None:
        """Show nothing."""
        self._text, self._dots, self._fluxes = Text(""), {}, {}
        self.refresh()

    def render(self) -> Text:
        return self._text

    def on_click(self, event: events.Click) -> None:
        """Choose the draft whose dot was clicked."""
        offset = event.get_content_offset(self)
        if offset is not None and offset.x in self._dots:
            self.post_message(self.DraftChosen(self._dots[offset.x]))
