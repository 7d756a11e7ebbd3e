"""Start-up: first paint of the app against a minimal Textual app, and `--version` against an empty Python.

Processes in a pseudo-terminal of 120×40, A and B in turn. First paint is the time from the start of the process to the
moment at which the words of its first frame have come out of the terminal; `--version` is timed as a whole process.
Each figure is the median of the ratios, or of the differences.
"""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

from benchmarks.table import Row, median, show

RUNS = 9
FRAME = b"winter light"

MINIMAL = """
from textual.app import App
from textual.widgets import Label

class Minimal(App):
    def compose(self):
        yield Label("a poem about winter light")

Minimal().run()
"""

OURS = """
from poetry_tui.tui.app import StudioApp

StudioApp({}).run()
"""


def seconds(arguments: list[str], home: str, awaited: bytes = b"") -> float:
    """Seconds until `awaited` has been printed (the process is then ended), or until the process ends."""
    environment = {**os.environ, "POETRY_TUI_HOME": home, "OLLAMA_HOST": "127.0.0.1:9", "TERM": "xterm-256color"}
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    started = time.perf_counter()
    process = subprocess.Popen(arguments, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    seen = b""
    try:
        while not awaited or awaited not in seen:
            try:
                seen += os.read(ours, 65536)
            except OSError:
                break
        if awaited and awaited not in seen:
            raise RuntimeError(f"never painted: {seen[-500:]!r}")
        if not awaited:
            process.wait(60)
        return time.perf_counter() - started
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(60)
        os.close(ours)


def main() -> bool:
    python = sys.executable
    with tempfile.TemporaryDirectory() as home:
        pairs = [
            (seconds([python, "-c", OURS], home, FRAME), seconds([python, "-c", MINIMAL], home, FRAME))
            for _ in range(RUNS + 1)
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
