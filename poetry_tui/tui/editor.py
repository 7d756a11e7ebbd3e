"""The person's own editor, for a draft."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from textual.app import App, SuspendNotSupported

from poetry_tui.errors import BadRequest


def edited_outside(app: App[object], text: str) -> str:
    """Open a text in $VISUAL or $EDITOR and give back what was saved. Raises `BadRequest` where that cannot be done."""
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "poem.txt"
        path.write_text(text + "\n", encoding="utf-8")
        try:
            with app.suspend():
                subprocess.run([*shlex.split(command), str(path)], check=True)
            return path.read_text(encoding="utf-8", errors="replace")
        except SuspendNotSupported:
            raise BadRequest("This terminal cannot be lent to an editor. e edits here.") from None
        except (OSError, subprocess.CalledProcessError, ValueError) as error:
            raise BadRequest(
                f"The editor '{command}' did not work ({error}). Set $EDITOR, or edit here with e."
            ) from error
