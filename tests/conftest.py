"""Every test has its own home, and no engine of this machine is reached by accident."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    """The person's folders, empty; Ollama at a port where nobody listens, but for tests marked `ollama`."""
    folder = tmp_path / "home"
    monkeypatch.setenv("POETRY_TUI_HOME", str(folder))
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY", "POETRY_TUI_POET", "POETRY_TUI_EDUCATOR"):
        monkeypatch.delenv(name, raising=False)
    if "ollama" not in request.keywords:
        monkeypatch.setenv("OLLAMA_HOST", "127.0.0.1:9")
    return folder


def pytest_report_header() -> str:
    return f"OLLAMA_HOST for tests marked ollama: {os.environ.get('OLLAMA_HOST') or '127.0.0.1:11434'}"
