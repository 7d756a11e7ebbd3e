"""`kill -9` at any moment: the session is there, its drafts are whole, and at most 250 ms of tokens are lost."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time

from poetry_tui.library import Library
from poetry_tui.workshop import fold
from poetry_tui.workshop.events import DraftWritten, TokenWritten

PROMISED_SECONDS = 0.25

# Writes a token about every 4 ms and a draft after every 40th, and tells when each was handed over.
WRITER = """
import sys, time
from pathlib import Path
from poetry_tui.library import Library
from poetry_tui.workshop.events import DraftWritten, TokenWritten
from tests.library.sessions import OPENED, turn

library = Library(Path(sys.argv[1]))
session = library.begin(OPENED)
print(session, flush=True)
library.append(session, turn("draft", 0, "")[0])
for number in range(1, 10_000):
    library.append(session, TokenWritten(text=f"{number} "))
    print("token", number, time.monotonic(), flush=True)
    if number % 40 == 0:
        library.append(session, DraftWritten(number=number // 40, round=0, text=f"draft {number // 40}\\n" * 14))
        print("draft", number // 40, time.monotonic(), flush=True)
    time.sleep(0.004)
"""


def journal_and_kill(path, seconds: float) -> tuple[str, float, list[tuple[str, int, float]]]:
    """The session, the moment of the kill, and what was handed over: kind, number, time (s, monotonic)."""
    with subprocess.Popen([sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout
        session_id = writer.stdout.readline().strip()
        time.sleep(seconds)
        killed = time.monotonic()
        os.kill(writer.pid, signal.SIGKILL)
        lines = [line.split() for line in writer.stdout.read().splitlines()]
    return session_id, killed, [(line[0], int(line[1]), float(line[2])) for line in lines if len(line) == 3]


def test_killed_at_any_moment(path):
    moments = random.Random(7)
    for _ in range(5):
        session_id, killed, handed_over = journal_and_kill(path, moments.uniform(0.3, 0.9))
        owed = [(kind, number) for kind, number, at in handed_over if at < killed - PROMISED_SECONDS]
        with Library(path) as library:
            assert library.find(session_id) == session_id
            events = library.events(session_id)
        tokens = "".join(event.text for event in events if isinstance(event, TokenWritten)).split()
        drafts = [event for event in events if isinstance(event, DraftWritten)]
        assert tokens == [str(number) for number in range(1, len(tokens) + 1)]
        assert len(tokens) >= max(number for kind, number in owed if kind == "token")
        assert len(drafts) >= max((number for kind, number in owed if kind == "draft"), default=0)
        assert all(draft.text == f"draft {number}\n" * 14 for number, draft in enumerate(drafts, 1))
        assert len(fold(events).drafts) == len(drafts)
