"""The library: every event is journaled in SQLite as it comes, and every session can be found and opened again.

`Library` journals, lists, searches, finds, deletes and brings back sessions; `SessionSummary` is one row of its list;
`poetry_tui.library.export` turns a session into Markdown, plain text, JSON, HTML or a picture. The room may import
`workshop` and what that imports. All of it blocks, briefly: only `append` is made to be called on an event loop.
"""

from poetry_tui.library.catalogue import SessionState, SessionSummary
from poetry_tui.library.library import Library

__all__ = ["Library", "SessionState", "SessionSummary"]
