"""Key press to paint while a draft and a critique stream.

The app runs in a pseudo-terminal of 120×40 on models that say a piece of four characters 200 times a second: as
many as two panes at 100 tokens a second each. Letters that stand nowhere else are typed into the request, one at a
time; the time runs from writing the key to the terminal until the letter comes out of it. Measured while the Poet
writes a draft and while the Educator writes a critique.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

from benchmarks.table import Row, show

LETTERS = "ЖЩЮЯЭЪЫЦЧШФБГДИЙЛПУЗ"
PAUSE = 0.12

APP = """
import asyncio
from pathlib import Path
from poetry_tui.library import Library
from poetry_tui.llm import ChatEnd, ModelSpec, TextChunk, Usage
from poetry_tui.settings import Settings
from poetry_tui.studio import Studio
from poetry_tui.tui.app import StudioApp
from poetry_tui.places import data_folder

LINE = "the shadow of the bottle on the wall, {}\\n"

class Streaming:
    def __init__(self, spec, settings):
        self.spec = spec
    async def chat(self, messages, options):
        text = "".join(LINE.format(n) for n in range(400))
        for start in range(0, len(text), 4):
            await asyncio.sleep(1 / 200)
            yield TextChunk(text[start : start + 4])
            if self.spec.name == "poet" and start > 3600:
                break
        yield ChatEnd(Usage(generated_tokens=1))
    async def warm(self, options): ...
    async def unload(self): ...
    async def aclose(self): ...

settings = Settings.load(poet={"model": "ollama:poet"}, educator={"model": "ollama:educator"}, brief=False)
StudioApp({}, Studio(settings, Library(data_folder() / "library.db"), Streaming)).run()
"""


class Terminal:
    """The app behind a pseudo-terminal."""

    def __init__(self, home: str) -> None:
        environment = {**os.environ, "POETRY_TUI_HOME": home, "OLLAMA_HOST": "127.0.0.1:9", "TERM": "xterm-256color"}
        self.ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-c", APP], stdin=theirs, stdout=theirs, stderr=theirs, env=environment
        )
        os.close(theirs)

    def wait_for(self, text: str, seconds: float = 30.0) -> float:
        """Read until the text has come; the seconds it took."""
        started, seen = time.perf_counter(), b""
        while text.encode() not in seen:
            left = seconds - (time.perf_counter() - started)
            if left <= 0 or not select.select([self.ours], [], [], left)[0]:
                raise RuntimeError(f"{text!r} never came: {seen[-300:]!r}")
            seen += os.read(self.ours, 65536)
        return time.perf_counter() - started

    def drain(self, seconds: float) -> None:
        """Read and forget what comes for a while."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            if select.select([self.ours], [], [], left)[0]:
                os.read(self.ours, 65536)

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self.ours, keys.encode())

    def close(self) -> None:
        """End the app."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        os.close(self.ours)


def typed(terminal: Terminal) -> list[float]:
    """Seconds from each key to its paint."""
    found = []
    for letter in LETTERS:
        terminal.drain(PAUSE)
        terminal.press(letter)
        found.append(terminal.wait_for(letter))
    return found


def main() -> bool:
    with tempfile.TemporaryDirectory() as home:
        terminal = Terminal(home)
        try:
            terminal.wait_for("●")
            terminal.press("winter light\r")
            terminal.wait_for("writing")
            terminal.drain(0.5)
            terminal.press("\x1b[Z")
            poet = typed(terminal)
            terminal.wait_for("educator on draft 1", 60)
            terminal.drain(0.5)
            terminal.press("\x7f" * len(LETTERS))
            educator = typed(terminal)
        finally:
            terminal.close()
    rows = []
    for who, times in (("a draft", poet), ("a critique", educator)):
        p95 = sorted(times)[int(len(times) * 0.95) - 1] * 1000
        detail = f"median {sorted(times)[len(times) // 2] * 1000:.0f} ms, {len(times)} keys"
        rows.append(Row(f"key to paint while {who} streams, p95", f"{p95:.0f} ms", "≤ 50 ms", p95 <= 50, detail))
    return show("responsiveness", rows)


if __name__ == "__main__":
    sys.exit(not main())
