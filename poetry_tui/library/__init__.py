"""The library: every event is journaled in SQLite as it comes, and every session can be found and opened again.

`Library` journals, lists, searches, finds, deletes and brings back sessions; `SessionSummary` is one row of its list;
`export` turns a session into Markdown, plain text, JSON, HTML or a picture, and `write_export` makes a file of that.
The room may import `workshop` and what that imports. All of it blocks, briefly: only `append` is made to be called on
an event loop.
"""

from poetry_tui.library.catalogue import SessionState, SessionSummary
from poetry_tui.library.exports import ExportFormat, export, file_name, format_of, write_export
from poetry_tui.library.library import Library
from poetry_tui.library.models import ModelRecord, ModelRecords

__all__ = [
    "ExportFormat",
    "Library",
    "ModelRecord",
    "ModelRecords",
    "SessionState",
    "SessionSummary",
    "export",
    "file_name",
    "format_of",
    "write_export",
]
