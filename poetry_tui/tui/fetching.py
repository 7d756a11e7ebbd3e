"""Getting the embedded model in a process of its own, so that it can be stopped at any moment."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from poetry_tui.errors import ModelError

_SCRIPT = """
import sys
from pathlib import Path
from poetry_tui.errors import ModelError
from poetry_tui.llm.embedded import fetch_embedded
try:
    fetch_embedded(Path(sys.argv[1]), lambda step, share: print(step, share, flush=True))
except ModelError as error:
    sys.exit(str(error))
"""


async def fetch(models_folder: Path, progress: Callable[[str, float], None]) -> None:
    """Get the embedded model into `models_folder`; `progress` gets the step and the share of it done, in [0, 1].

    Raises `ModelError`. Cancelled, it stops within a second and leaves nothing half-written behind.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _SCRIPT,
        str(models_folder),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        async for line in process.stdout:
            step, _, share = line.decode().partition(" ")
            progress(step, float(share))
        trouble = (await process.stderr.read()).decode(errors="replace").strip()
        if await process.wait() != 0:
            raise ModelError(
                trouble.splitlines()[-1] if trouble else "Getting the embedded model broke off. Try again."
            )
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)  # it takes its download down with it, and its scratch folder
            await process.wait()
