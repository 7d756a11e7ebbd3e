"""A session as something to keep, print or pass on: Markdown, plain text, JSON, a page of HTML, a picture (SVG).

Whatever the models and the person wrote is text in all of them, never markup.
"""

from poetry_tui.library.exports.files import ExportFormat, file_name, format_of, write_export
from poetry_tui.library.exports.formats import export

__all__ = ["ExportFormat", "export", "file_name", "format_of", "write_export"]
