"""Events as JSON and back. The shape of the JSON is that of the dataclasses in `poetry_tui.workshop.events`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

from poetry_tui.errors import LibraryError
from poetry_tui.workshop.events import Event, TokenWritten

if TYPE_CHECKING:
    from pydantic import TypeAdapter


@cache
def _adapter() -> TypeAdapter[Event]:
    from pydantic import Field, TypeAdapter

    return TypeAdapter(Annotated[Event, Field(discriminator="type")])


def to_plain(event: Event) -> dict[str, Any]:
    """An event as JSON values. Defaults are written out: a later change of one must not change old sessions."""
    plain: dict[str, Any] = _adapter().dump_python(event, mode="json", warnings="error")
    return plain


def from_plain(plain: object, where: str) -> Event:
    """The event that `to_plain` made these values from; LibraryError, naming `where` they stand, if they are none."""
    from pydantic import ValidationError

    try:
        return _adapter().validate_python(plain)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise LibraryError(
            f"{where} is not an event this version of poetry-tui knows: {place and place + ': '}{first['msg']}. "
            "It may come from a newer version: update poetry-tui and try again."
        ) from None


def encode(event: Event) -> str:
    """One line of JSON."""
    return unbroken(json.dumps(to_plain(event), ensure_ascii=False, separators=(",", ":")))


def decode(text: str, where: str) -> Event:
    """The event in one line of JSON; LibraryError, naming `where` it stands, if there is none."""
    try:
        plain = json.loads(text)
    except ValueError as error:
        raise LibraryError(f"{where} cannot be read, it is damaged: {error}.") from None
    return from_plain(plain, where)


def unbroken(text: str) -> str:
    """Text that can be written as UTF-8: surrogate halves that belong together are joined, others become U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def merged(events: Iterable[Event]) -> list[Event]:
    """The same events with each run of written (or of thought) tokens as one token; they fold to the same session."""
    merged: list[Event] = []
    run: list[str] = []
    thinking = False

    def end_run() -> None:
        if run:
            merged.append(TokenWritten(text="".join(run), thinking=thinking))
            run.clear()

    for event in events:
        if not isinstance(event, TokenWritten):
            end_run()
            merged.append(event)
            continue
        if event.thinking != thinking:
            end_run()
            thinking = event.thinking
        run.append(event.text)
    end_run()
    return merged
