"""Start-up: first paint of the app against a minimal Textual app, and `--version` against an empty Python.

Whole processes in a pseudo-terminal, A and B in turn; the time runs from the start of the process to the end of the
first painted frame (the app then quits). Each figure is the median of the ratios, or of the differences.
"""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.table import Row, median, show

RUNS = 7

MINIMAL = """
from textual.app import App
from textual.widgets import Label

class Minimal(App):
    def compose(self):
        yield Label("poetry")
    def on_ready(self):
        self.call_after_refresh(self.exit)

Minimal().run()
"""

OURS = """
from poetry_tui.tui.app import StudioApp

class Studio(StudioApp):
    def on_ready(self):
        self.call_after_refresh(self.exit)

Studio({}).run()
"""


def seconds(arguments: list[str], home: str) -> float:
    """Wall time of a whole process in a 120×40 pseudo-terminal."""
    environment = {**os.environ, "POETRY_TUI_HOME": home, "OLLAMA_HOST": "127.0.0.1:9", "TERM": "xterm-256color"}
    environment.update(COLUMNS="120", LINES="40", TEXTUAL_ANIMATIONS="none")
    ours, theirs = pty.openpty()
    started = time.perf_counter()
    process = subprocess.Popen(arguments, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    try:
        while process.poll() is None:
            try:
                os.read(ours, 65536)
            except OSError:
                break
        process.wait(60)
        return time.perf_counter() - started
    finally:
        os.close(ours)


def main() -> bool:
    python = sys.executable
    with tempfile.TemporaryDirectory() as home:
        pairs = [
            (seconds([python, "-c", OURS], home), seconds([python, "-c", MINIMAL], home)) for _ in range(RUNS + 1)
        ][1:]
        versions = [
            (
                seconds([str(Path(python).with_name("poetry-tui")), "--version"], home),
                seconds([python, "-c", "pass"], home),
            )
            for _ in range(RUNS + 1)
        ][1:]
    ratio = median([ours / theirs for ours, theirs in pairs])
    extra = median([ours - theirs for ours, theirs in versions])
    detail = f"{median([ours for ours, _ in pairs]):.2f} s against {median([theirs for _, theirs in pairs]):.2f} s"
    return show(
        "startup",
        [
            Row("first paint ÷ minimal Textual app", f"{ratio:.2f}", "≤ 1.5", ratio <= 1.5, detail),
            Row("--version − python -c pass", f"{extra:.3f} s", "≤ 0.15 s", extra <= 0.15),
        ],
    )


if __name__ == "__main__":
    sys.exit(not main())
