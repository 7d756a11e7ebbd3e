"""Where the details of an error go that should not happen: a person gets one sentence, the log gets the traceback."""

from __future__ import annotations

import traceback
from datetime import datetime
from pathlib import Path

from poetry_tui.places import data_folder


def write_log(error: BaseException) -> Path:
    """Append the traceback to `poetry-tui.log` in the data folder (if it can be written), and give the path."""
    path = data_folder() / "poetry-tui.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as log:
            log.write(f"{datetime.now().astimezone().isoformat(timespec='seconds')}\n")
            log.write("".join(traceback.format_exception(error)) + "\n")
    except OSError:
        pass
    return path
