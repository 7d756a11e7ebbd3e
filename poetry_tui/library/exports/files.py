"""Exports as files: what they are called, and writing them so that nothing is ever lost."""

from __future__ import annotations

import os
import re
import secrets
import unicodedata
from pathlib import Path
from typing import Literal

from poetry_tui.errors import BadRequest, LibraryError

ExportFormat = Literal["markdown", "text", "json", "html", "svg"]

_ENDINGS: dict[ExportFormat, str] = {"markdown": ".md", "text": ".txt", "json": ".json", "html": ".html", "svg": ".svg"}
_NAME_LENGTH = 48


def format_of(path: Path) -> ExportFormat:
    """The format that a file's ending asks for; BadRequest if it asks for none."""
    for export_format, ending in _ENDINGS.items():
        if path.suffix.lower() == ending:
            return export_format
    raise BadRequest(f"{path} says no format by its ending. Use one of {', '.join(_ENDINGS.values())}.")


def file_name(request: str, export_format: ExportFormat) -> str:
    """A name for the export of a poem with this request, such as `winter-light-in-a-kitchen.md`."""
    plain = unicodedata.normalize("NFKC", request).lower()
    words = re.sub(r"[^\w]+|_", "-", plain).strip("-")
    if len(words) > _NAME_LENGTH:
        whole, _, _ = words[: _NAME_LENGTH + 1].rpartition("-")
        words = whole or words[:_NAME_LENGTH]
    return (words or "poem") + _ENDINGS[export_format]


def write_export(path: Path, text: str, *, replace: bool = False) -> None:
    """Write a file (UTF-8), whole or not at all; its folder is made if it is missing.

    LibraryError if it cannot be written, or if there is such a file already and it is not to be replaced.
    """
    whole = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with whole.open("x", encoding="utf-8", errors="replace", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            if not replace:
                path.touch(exist_ok=False)  # from here on the name is ours
            whole.replace(path)
        finally:
            whole.unlink(missing_ok=True)
    except FileExistsError:
        raise LibraryError(f"{path} is there already and was left as it is. Choose another name.") from None
    except OSError as error:
        raise LibraryError(f"{path} cannot be written: {error.strerror}. Choose another place.") from error
