"""The revision loop: a poem goes round between two models, and everything that happens is an event.

Here are the events and their `fold` into a `Session`, the loop that makes them (`run`), the prompts, and the `Hand` by
which a person steps in. The room may import `verse`, `prosody` and `llm`; it knows no screen, no database and no HTTP.
"""

from poetry_tui.workshop.events import Event
from poetry_tui.workshop.hand import Hand, Intervention
from poetry_tui.workshop.session import Critique, Draft, Session, apply, fold, opened

__all__ = ["Critique", "Draft", "Event", "Hand", "Intervention", "Session", "apply", "fold", "opened"]
