"""A spec becomes a model without touching files, servers or heavy imports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from poetry_tui.errors import BadConfig
from poetry_tui.llm import ModelSettings, ModelSpec, open_model


def test_opening_imports_no_engine() -> None:
    program = """
import sys
from poetry_tui.llm import ModelSettings, ModelSpec, open_model
for text in ("ollama:poet", "openai:small", "gguf:/nowhere/model.gguf+/nowhere/lora.gguf"):
    assert str(open_model(ModelSpec.parse(text), ModelSettings()).spec) == text
print(*{"ollama", "openai", "httpx", "httpx2", "xllamacpp", "pydantic"} & set(sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_a_home_folder_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(Path("/somewhere")))
    model = open_model(ModelSpec.parse("gguf:~/models/a.gguf"), ModelSettings())
    assert str(model._engine.gguf) == "/somewhere/models/a.gguf"  # type: ignore[attr-defined]


def test_a_bad_address_is_refused_at_once() -> None:
    with pytest.raises(BadConfig, match="OLLAMA_HOST"):
        open_model(ModelSpec.parse("ollama:poet"), ModelSettings(ollama_host="my box"))
