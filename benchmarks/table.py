"""How a benchmark shows what it found."""

from __future__ import annotations

import json
import os
import platform
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True)
class Row:
    """One measured figure. `bound` is what we promise, as text ("≥ 0.97"); `met` whether the figure keeps it."""

    what: str
    figure: str
    bound: str
    met: bool
    detail: str = ""


def show(name: str, rows: list[Row]) -> bool:
    """Print the rows, write them to `results/NAME.json`, and say whether every bound is kept."""
    width = max(len(row.what) for row in rows)
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"\n{name}  ({machine})")
    for row in rows:
        mark = "ok  " if row.met else "MISS"
        print(f"  {mark} {row.what:<{width}}  {row.figure:>12}  (promised {row.bound})  {row.detail}")
    sys.stdout.flush()
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(
        json.dumps([asdict(row) for row in rows], indent=2, ensure_ascii=False) + "\n"
    )
    return all(row.met for row in rows)


def median(values: list[float]) -> float:
    """The middle value (the mean of the two middle ones)."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
