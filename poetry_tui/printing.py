"""A session printed as it happens: with Rich in a terminal, plain where the output goes elsewhere."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from poetry_tui.verse import printable
from poetry_tui.workshop import Event, Session
from poetry_tui.workshop.events import (
    ApprovalJudged,
    DraftWritten,
    ExchangesDropped,
    FormMeasured,
    SessionClosed,
    TokenWritten,
    TurnFinished,
    TurnStarted,
    Warned,
)

if TYPE_CHECKING:
    from poetry_tui.studio import Piece

_TITLES = {"brief": "Brief", "draft": "Draft", "critique": "Critique", "revision": "Draft", "note": "Last note"}
_ENDINGS = {
    "approved": "The Educator approves, and the form holds.",
    "rounds": "All rounds are done.",
    "accepted": "Accepted as it is.",
}


def console(*, err: bool = False) -> Console:
    """A console that never reads markup or emoji codes in a text, and never wraps where the output is no terminal."""
    stream = sys.stderr if err else sys.stdout
    return Console(file=stream, markup=False, emoji=False, highlight=False, soft_wrap=not stream.isatty())


class SessionPrinter:
    """Prints the events of a session, each as it comes."""

    def __init__(self, remark: str) -> None:
        self._out = console()
        self._remark = remark
        self._thinking = self._begun = False
        self._asked: tuple[str, int, int] | None = None

    def show(self, event: Event, session: Session) -> None:  # noqa: PLR0912 (one branch an event reads best)
        """Print what this event adds. `session` is the state after it."""
        if not self._begun:
            self._begun = True
            self._begin(session)
        match event:
            case TurnStarted() if (event.turn, event.round, event.attempt) != self._asked:
                self._asked = (event.turn, event.round, event.attempt)
                self._heading(event, session)
            case TokenWritten(text=text, thinking=thinking):
                if thinking and not self._thinking:
                    self._out.print("(thinking …)", style="dim italic")
                self._thinking = thinking
                if not thinking:
                    self._out.print(Text(printable(text)), end="")
            case TurnFinished(usage=usage):
                self._out.print()
                if usage.generated_tokens and usage.generation_seconds:
                    speed = usage.generated_tokens / usage.generation_seconds
                    self._out.print(f"{usage.generated_tokens} tokens · {speed:.0f} tok/s", style="dim")
            case DraftWritten(restored=restored) if restored:
                self._out.print(f"Locked lines put back: {', '.join(map(str, restored))}", style="yellow")
            case FormMeasured(report=report):
                self._out.print(report.block(), style="cyan")
            case ApprovalJudged(said=True, holds=False):
                self._out.print(
                    "The Educator approves, but the measured form does not hold: it goes on.", style="yellow"
                )
            case ExchangesDropped(role=role, count=count):
                rounds = f"{count} round{'' if count == 1 else 's'}"
                self._out.print(f"The {role}'s context is full: it lets go of its oldest {rounds}.", style="yellow")
            case Warned(message=message):
                self._out.print(message, style="yellow")
            case SessionClosed(reason=reason):
                self._out.print(f"\n{_ENDINGS[reason]}", style="green")
            case _:
                pass

    def end(self, piece: Piece) -> None:
        """The poem as it stands, and where to find the session again."""
        if piece.session.poem and piece.session.closed:
            self._out.rule("The poem") if self._out.is_terminal else self._out.print("\n== The poem ==")
            self._out.print(Text(piece.session.poem.text))
        self._out.print(f"\nKept as {piece.id}: poetry-tui sessions show {piece.id}", style="dim")

    def _begin(self, session: Session) -> None:
        settings, rounds = session.settings, f"{session.rounds} round{'' if session.rounds == 1 else 's'}"
        self._out.print(settings.request, style="bold")
        who = f"poet {settings.poet.model} · educator {settings.educator.model} · seed {settings.seed}"
        self._out.print(f"{settings.form or 'no form'} · {rounds} · {who}", style="dim")
        if self._remark:
            self._out.print(self._remark, style="yellow")

    def _heading(self, event: TurnStarted, session: Session) -> None:
        title = _TITLES[event.turn]
        if event.turn in ("draft", "revision"):
            title = f"Draft {len(session.drafts) + 1}"
        elif event.turn == "critique":
            title = f"Critique of draft {len(session.drafts)}"
        self._out.print(f"\n── {title} · {event.model}", style="bold")
