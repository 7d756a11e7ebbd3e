"""Suggestions for a name that is not there."""

from __future__ import annotations

from collections.abc import Sequence


def nearest(name: str, names: Sequence[str], limit: int = 3) -> list[str]:
    """Up to `limit` of `names` that look like `name`, the likest first."""
    from rapidfuzz import fuzz, process

    return [found for found, _, _ in process.extract(name, names, scorer=fuzz.WRatio, limit=limit, score_cutoff=60)]
