"""The clipboard, honestly: True only when the text really went there."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys

from textual.app import App

_COMMANDS = (["wl-copy"], ["xclip", "-selection", "clipboard"], ["xsel", "--clipboard", "--input"])


async def copy_text(app: App[object], text: str) -> bool:
    """Copy by the system's own command (True); else ask the terminal (OSC 52): then nobody knows if it did (False)."""
    commands = (["pbcopy"],) if sys.platform == "darwin" else _COMMANDS
    for command in commands:
        if shutil.which(command[0]):
            try:
                await asyncio.to_thread(_run, command, text)
            except (subprocess.SubprocessError, OSError):
                continue
            return True
    app.copy_to_clipboard(text)
    return False


def _run(command: list[str], text: str) -> None:
    """Hand the text over. xclip and wl-copy leave a child behind that would keep a captured pipe open for good."""
    quiet = subprocess.DEVNULL
    subprocess.run(command, input=text.encode(), check=True, timeout=3, stdout=quiet, stderr=quiet)
