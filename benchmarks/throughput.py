"""Tokens a second through the app's whole path (loop, journal, screen) ÷ tokens a second of the bare engine.

The embedded model writes the same long reply (same messages, options and seed), bare and in the app running headless at
120×40, in turn. Both are measured at the reader: from the first piece of the reply to the last.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

from benchmarks.table import Row, median, show

PAIRS = 6
REQUEST = "a long poem about the sea, the harbour, the boats and the people who wait for them"


async def bare(model: object, messages: list, options: object) -> tuple[float, int]:
    """Tokens a second, and tokens, of one reply of the bare engine."""
    first, usage = 0.0, None
    async with aclosing(model.chat(messages, options)) as chunks:
        async for chunk in chunks:
            first = first or time.perf_counter()
            usage = getattr(chunk, "usage", None)
    seconds = time.perf_counter() - first
    return usage.generated_tokens / seconds, usage.generated_tokens


async def measure() -> tuple[list[float], list[float], int]:
    from poetry_tui.library import Library
    from poetry_tui.llm import ChatMessage, ModelSpec
    from poetry_tui.settings import Settings
    from poetry_tui.studio import Studio
    from poetry_tui.tui.app import StudioApp
    from poetry_tui.workshop.events import TokenWritten, TurnFinished

    folder = Path(tempfile.mkdtemp())
    roles = {role: {"model": "embedded"} for role in ("poet", "educator")}
    settings = Settings.load(**roles, small={"poet": {"max_tokens": 400}})
    studio = Studio(settings, Library(folder / "library.db"))
    app = StudioApp({}, studio)
    ours: list[float] = []
    theirs: list[float] = []
    tokens = 0
    async with app.run_test(size=(120, 40)) as pilot:
        while app.standing != "ready":
            await pilot.pause(0.05)
        screen = app.workshop
        cast = app.cast
        assert cast is not None
        assert cast.poet == ModelSpec("embedded")
        for run in range(PAIRS + 1):
            piece = studio.begin(REQUEST, cast, rounds=0, seed=run)
            await screen.show_piece(piece)
            first = last = 0.0
            seen = 0

            original = piece._keep

            def keep(event: object, original: object = original) -> object:
                nonlocal first, last, seen
                if isinstance(event, TokenWritten):
                    first = first or time.perf_counter()
                elif isinstance(event, TurnFinished) and not seen:
                    last, seen = time.perf_counter(), event.usage.generated_tokens
                return original(event)

            piece._keep = keep
            screen.bench.action_resume()
            while not piece.session.closed and not piece.session.failure:
                await pilot.pause(0.05)
            turn = piece.session.calls[0].turn
            poet = piece.session.settings.poet
            messages = [ChatMessage("system", poet.system), ChatMessage("user", turn.prompt)]
            handle = studio.players(piece.session.settings).poet
            speed, count = await bare(handle, messages, replace(turn.options))
            if run:
                ours.append(seen / (last - first))
                theirs.append(speed)
                tokens += count
    return ours, theirs, tokens


def main() -> bool:
    ours, theirs, tokens = asyncio.run(measure())
    ratio = median([a / b for a, b in zip(ours, theirs, strict=True)])
    detail = f"{median(ours):.0f} against {median(theirs):.0f} tok/s, {PAIRS} pairs, {tokens} tokens"
    return show("throughput", [Row("whole path ÷ bare engine", f"{ratio:.3f}", "≥ 0.97", ratio >= 0.97, detail)])


if __name__ == "__main__":
    sys.exit(not main())
