"""Where the person's own files lie. `POETRY_TUI_HOME`, when set, holds them all (tests, portable installs)."""

from __future__ import annotations

import os
from pathlib import Path


def data_folder() -> Path:
    """Sessions, models and exports. The folder need not exist yet."""
    if home := os.environ.get("POETRY_TUI_HOME"):
        return Path(home).expanduser()
    from platformdirs import user_data_path

    return user_data_path("poetry-tui", appauthor=False)


def config_folder() -> Path:
    """The person's own versions of the files in `config/`."""
    if home := os.environ.get("POETRY_TUI_HOME"):
        return Path(home).expanduser() / "config"
    from platformdirs import user_config_path

    return user_config_path("poetry-tui", appauthor=False)
