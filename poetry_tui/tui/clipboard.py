"""The clipboard, honestly: True only when the text really went there."""

from __future__ import annotations

import shutil
import subprocess
import sys

from textual.app import App

_COMMANDS = (["wl-copy"], ["xclip", "-selection", "clipboard"], ["xsel", "--clipboard", "--input"])


def copy_text(app: App[object], text: str) -> bool | None:
    """Copy by the system's own command (True); else ask the terminal (OSC 52) and say None: nobody knows if it did."""
    commands = (["pbcopy"],) if sys.platform == "darwin" else _COMMANDS
    for command in commands:
        if shutil.which(command[0]):
            try:
                subprocess.run(command, input=text.encode(), check=True, timeout=3, capture_output=True)
            except (subprocess.SubprocessError, OSError):
                continue
            return True
    app.copy_to_clipboard(text)
    return None
