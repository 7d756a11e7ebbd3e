"""`ModelSpec`: the one way a model is named, on the command line, in the config and in a session's journal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from poetry_tui.errors import BadRequest

Engine = Literal["ollama", "gguf", "openai", "embedded"]
FORMS = "ollama:NAME, gguf:PATH, gguf:PATH+ADAPTER.gguf, openai:NAME or embedded"


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """`engine:name`; `embedded` has no name. For `gguf`, an adapter may follow: `gguf:base.gguf+poet-lora.gguf`."""

    engine: Engine
    name: str = ""
    adapter: str = ""

    @classmethod
    def parse(cls, text: str) -> ModelSpec:
        """Read a spec; raises `BadRequest` that lists the forms a spec can have."""
        engine, _, name = text.strip().partition(":")
        match engine:
            case "embedded" if not name:
                return cls("embedded")
            case "ollama" | "openai" if name.strip():
                return cls(engine, name.strip())
            case "gguf" if name.strip():
                base, adapter = name.strip(), ""
                if ".gguf+" in base:
                    base, _, adapter = base.partition(".gguf+")
                    base += ".gguf"
                return cls("gguf", base, adapter)
        raise BadRequest(f"'{text}' does not name a model. Write {FORMS}.")

    def __str__(self) -> str:
        if self.engine == "embedded":
            return "embedded"
        return f"{self.engine}:{self.name}" + (f"+{self.adapter}" if self.adapter else "")
