"""The Models screen: from the key to its first rows, with fifty models in Ollama.

The app runs headless against the peer of the tests, with models that answer from a script; each opening is an app of
its own that has begun. The figure is the worst.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.table import Row, show
from poetry_tui.library import Library
from poetry_tui.settings import Settings
from poetry_tui.studio import Studio
from poetry_tui.tui.app import StudioApp
from poetry_tui.tui.screens.models import Models
from tests.peers import OllamaPeer
from tests.scripted import ScriptedModel

RUNS = 5


def rows(app: StudioApp) -> int:
    """Rows of the table that is in front; 0 while there is none."""
    table = app.screen.query(Models).first() if app.current_mode == "models" and app.screen.query(Models) else None
    return table.row_count if table else 0


async def seconds(host: str, folder: Path) -> float:
    """From the key until the table has its rows."""
    settings = Settings.load(ollama={"host": host}, poet={"model": "ollama:m0"}, educator={"model": "ollama:m0"})
    studio = Studio(settings, Library(folder / "library.db"), lambda spec, _: ScriptedModel([""], name=spec.name))
    app = StudioApp({}, studio)
    async with app.run_test(size=(120, 40)) as pilot:
        while app.standing != "ready":
            await pilot.pause(0.02)
        await pilot.press("escape")
        started = time.perf_counter()
        app.simulate_key("3")
        while not rows(app):  # noqa: ASYNC110 (what is waited for is a paint)
            await asyncio.sleep(0.002)
        return time.perf_counter() - started


def main() -> bool:
    with tempfile.TemporaryDirectory() as home, OllamaPeer([f"m{number}:latest" for number in range(50)]) as peer:
        os.environ["POETRY_TUI_HOME"] = home
        worst = max(asyncio.run(seconds(peer.host, Path(home))) for _ in range(RUNS))
    found = Row("key to first rows, 50 models", f"{worst * 1000:.0f} ms", "≤ 300 ms", worst <= 0.3, f"worst of {RUNS}")
    return show("models_screen", [found])


if __name__ == "__main__":
    sys.exit(not main())
