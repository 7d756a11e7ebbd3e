"""Showing a folder in the file manager of the desktop, where there is one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path


def can_open_folders() -> bool:
    """Whether this session has a desktop and a command that opens folders on it."""
    desktop = sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return desktop and shutil.which(_command()) is not None


def open_folder(folder: Path) -> None:
    """Make the folder if there is none yet, and show it. Raises `OSError`."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.Popen(
        [_command(), str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _command() -> str:
    return "open" if sys.platform == "darwin" else "xdg-open"
