"""The files that are shipped with the app: `persona/`, `config/`, `modelfiles/`.

In a wheel they lie inside the package, in a checkout beside it.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_SHIPPED = _PACKAGE / "shipped"
_ROOT = _SHIPPED if _SHIPPED.is_dir() else _PACKAGE.parent


def shipped(folder: str, name: str) -> Path:
    """The path of a shipped file."""
    return _ROOT / folder / name


def read_text(folder: str, name: str) -> str:
    """The text of a shipped file (UTF-8)."""
    return shipped(folder, name).read_text(encoding="utf-8")
