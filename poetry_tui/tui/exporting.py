"""Writing a session of the library to a file in the person's exports."""

from __future__ import annotations

from itertools import count
from pathlib import Path

from poetry_tui.library import ExportFormat, Library, export, file_name, write_export
from poetry_tui.places import data_folder
from poetry_tui.workshop import fold

FORMATS: tuple[tuple[ExportFormat, str], ...] = (
    ("markdown", "Markdown: the poem and its making"),
    ("text", "text: the poem alone"),
    ("html", "HTML: a page with drafts side by side"),
    ("svg", "SVG: a picture of the poem"),
    ("json", "JSON: everything, to be run again"),
)
"""What can be chosen, and the words for it."""


def export_session(library: Library, session_id: str, export_format: ExportFormat) -> Path:
    """Write the file and return its path. A name that is taken gets a number: nothing is ever replaced.

    Blocks. Raises `LibraryError`, and `BadRequest` where there is no poem yet to make a picture or a text of.
    """
    events = library.events(session_id)
    text = export(events, export_format)
    path = _free(data_folder() / "exports" / file_name(fold(events).settings.request, export_format))
    write_export(path, text)
    return path


def _free(path: Path) -> Path:
    if not path.exists():
        return path
    numbered = (path.with_stem(f"{path.stem}-{number}") for number in count(2))
    return next(candidate for candidate in numbered if not candidate.exists())
