"""Prefix cache: prompt tokens evaluated per session ÷ distinct tokens, and calls per round, with the embedded model.

The distinct tokens of a session are those of each role's last prompt (it holds the whole chat). With a prefix cache
each is evaluated about once; without one, every call evaluates its whole prompt again.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from contextlib import aclosing
from pathlib import Path

from benchmarks.table import Row, show

REQUEST = "a poem about winter light in a kitchen"
ROUNDS = 4


async def session_calls() -> tuple:
    """The calls of one session on the embedded model in both roles."""
    from poetry_tui.library import Library
    from poetry_tui.settings import Settings
    from poetry_tui.studio import Studio

    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.load(poet={"model": "embedded"}, educator={"model": "embedded"})
        studio = Studio(settings, Library(Path(folder) / "library.db"))
        piece = studio.begin(REQUEST, await studio.cast(), rounds=ROUNDS, seed=1)
        async with aclosing(piece.run()) as events:
            async for _ in events:
                pass
        await studio.aclose()
        assert piece.session.failure is None, piece.session.failure
        return piece.session.calls


def main() -> bool:
    calls = asyncio.run(session_calls())
    whole = sum(call.usage.prompt_tokens for call in calls)
    evaluated = sum(call.usage.prompt_tokens - (call.usage.cached_tokens or 0) for call in calls)
    last = {call.turn.role: call.usage.prompt_tokens for call in calls}
    distinct = sum(last.values())
    first_tries = [call for call in calls if call.turn.attempt == 1]
    per_round = sum(call.turn.turn in ("critique", "revision") for call in first_tries) / ROUNDS
    ratio = evaluated / distinct
    detail = f"{evaluated} of {distinct} distinct; {whole / distinct:.2f} without a cache"
    return show(
        "prefix_cache",
        [
            Row("prompt tokens evaluated ÷ distinct", f"{ratio:.2f}", "≤ 1.15", ratio <= 1.15, detail),
            Row(
                "calls per round",
                f"{per_round:g}",
                "2",
                per_round == 2,
                f"{len(calls) - len(first_tries)} second tries",
            ),
        ],
    )


if __name__ == "__main__":
    sys.exit(not main())
