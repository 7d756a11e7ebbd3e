"""`export`: a session as text of one of the formats."""

from __future__ import annotations

from collections.abc import Sequence

from poetry_tui.errors import BadRequest
from poetry_tui.library.codec import unbroken
from poetry_tui.library.exports.files import ExportFormat
from poetry_tui.library.exports.html import as_html
from poetry_tui.library.exports.json import as_json
from poetry_tui.library.exports.markdown import as_markdown
from poetry_tui.library.exports.svg import as_svg
from poetry_tui.workshop import Event, Session, fold


def export(events: Sequence[Event], export_format: ExportFormat) -> str:
    """The session that these events amount to.

    Markdown and HTML tell how the poem was made; JSON holds all that is needed to run the session again, or to bring it
    into another library; text and SVG are the latest draft alone, and BadRequest is raised if there is none yet.
    """
    return unbroken(_exported(fold(events), events, export_format))


def _exported(session: Session, events: Sequence[Event], export_format: ExportFormat) -> str:
    if export_format == "json":
        return as_json(session, events)
    if export_format == "markdown":
        return as_markdown(session)
    if export_format == "html":
        return as_html(session)
    if session.poem is None or not session.poem.lines:
        raise BadRequest("There is no poem in this session yet. It can be exported as Markdown, HTML or JSON.")
    return as_svg(session, session.poem) if export_format == "svg" else session.poem.text + "\n"
