"""What every language model of the app can do: one protocol, and the values that go in and out of it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from poetry_tui.llm.spec import ModelSpec

ChatRole = Literal["system", "user", "assistant"]
StopReason = Literal["stop", "length", "unknown"]


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One turn of a chat."""

    role: ChatRole
    content: str


@dataclass(frozen=True, slots=True)
class ChatOptions:
    """How a reply is sampled. None leaves the choice to the engine (for Ollama: to the model's Modelfile).

    temperature ≥ 0; top_p, min_p in [0, 1]; repeat_penalty > 0 (1 = off); dry_multiplier ≥ 0 (0 = off, llama.cpp only);
    max_tokens ≥ 1 is the longest reply; context_length is in tokens.
    """

    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    min_p: float | None = None
    repeat_penalty: float | None = None
    dry_multiplier: float | None = None
    seed: int | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    context_length: int | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """What one reply cost. Times in seconds; `cached_tokens` is None where the engine does not tell.

    `prompt_tokens` is the whole prompt, cached or not; `prompt_seconds` is the engine's own time for evaluating it.
    `generation_seconds` is from the first to the last generated token by the engine's clock where it gives one.
    """

    prompt_tokens: int = 0
    cached_tokens: int | None = None
    generated_tokens: int = 0
    first_token_seconds: float = 0.0
    prompt_seconds: float = 0.0
    generation_seconds: float = 0.0
    load_seconds: float = 0.0
    total_seconds: float = 0.0
    stop_reason: StopReason = "unknown"


@dataclass(frozen=True, slots=True)
class TextChunk:
    """Some characters of the reply, or of what a thinking model says to itself first."""

    text: str
    thinking: bool = False


@dataclass(frozen=True, slots=True)
class ChatEnd:
    """The last chunk of a complete reply."""

    usage: Usage = field(default_factory=Usage)


Chunk = TextChunk | ChatEnd


class ChatModel(Protocol):
    """One conversation's handle on a language model.

    A handle keeps its own prefix cache where the engine has slots, so each role opens its own, on the same spec or
    another. Every method may raise a `poetry_tui.errors.ModelError`.
    """

    @property
    def spec(self) -> ModelSpec:
        """Which model this is."""
        ...

    def chat(self, messages: Sequence[ChatMessage], options: ChatOptions) -> AsyncGenerator[Chunk]:
        """Stream a reply; the last chunk is a `ChatEnd`. Closing the generator stops the engine (within 200 ms)."""
        ...

    async def warm(self, options: ChatOptions) -> None:
        """Load the model with the context length of `options`, so that the first reply does not wait for it."""
        ...

    async def unload(self) -> None:
        """Free the model's memory in the engine. The next chat loads it again."""
        ...

    async def aclose(self) -> None:
        """Let go of this handle and of what only it holds. Safe to call twice."""
        ...
