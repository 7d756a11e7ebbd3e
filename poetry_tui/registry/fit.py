"""What models need in memory, and whether both roles' fit into this machine together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psutil

from poetry_tui.registry.gguf import GgufFile

_BYTES_PER_CELL = 2
"""Of a cache of keys and values in F16, as engines keep it by default."""
_OVERHEAD_SHARE, _OVERHEAD_BYTES = 0.05, 16_000_000
_SYSTEM_SHARE, _SYSTEM_BYTES = 0.25, 2_000_000_000
"""What is left to everything else: a rule of thumb, a quarter of the memory and at least 2 GB."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides how much memory a model needs: bytes of weights, layers, numbers of the attention cache."""

    weights: int
    layers: int
    kv_heads: int
    key_length: int
    value_length: int
    context_length: int | None


@dataclass(frozen=True, slots=True)
class Need:
    """Bytes of memory a loaded model takes."""

    weights: int
    kv_cache: int
    overhead: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.weights + self.kv_cache + self.overhead


@dataclass(frozen=True, slots=True)
class Advice:
    """One sentence for the person; whether both models fit together, and whether they would one at a time."""

    sentence: str
    together: bool
    in_turn: bool


def facts_of_file(file: GgufFile) -> Facts:
    """The facts of a model file."""
    head = (file.embedding or 0) // (file.heads or 1)
    return Facts(
        file.size,
        file.layers or 0,
        file.kv_heads or 0,
        file.key_length or head,
        file.value_length or head,
        file.context_length,
    )


def facts_of_model(size: int, info: Mapping[str, Any]) -> Facts:
    """The facts of a model of Ollama, from its size on disk in bytes and the `model_info` of `/api/show`."""
    name = info.get("general.architecture", "")

    def number(key: str) -> int:
        value = info.get(f"{name}.{key}")
        return int(value) if isinstance(value, int | float) else 0

    heads = number("attention.head_count")
    head = number("embedding_length") // (heads or 1)
    return Facts(
        size,
        number("block_count"),
        number("attention.head_count_kv") or heads,
        number("attention.key_length") or head,
        number("attention.value_length") or head,
        number("context_length") or None,
    )


def need(facts: Facts, context_length: int) -> Need:
    """Bytes for the weights, the cache of a context of so many tokens, and what an engine needs besides.

    The overhead is a rule found against `/api/ps` of Ollama 0.32 on a CPU (SmolLM2-135M Q4_1 at 512 to 8192 tokens, F16
    at 2048): the sum is within 8 % of what the server said.
    """
    tokens = min(context_length, facts.context_length or context_length)
    cache = facts.layers * facts.kv_heads * (facts.key_length + facts.value_length) * tokens * _BYTES_PER_CELL
    overhead = int(_OVERHEAD_SHARE * (facts.weights + cache)) + _OVERHEAD_BYTES
    return Need(facts.weights, cache, overhead)


def machine_memory() -> int:
    """Bytes of memory of this machine."""
    return int(psutil.virtual_memory().total)


def advice(poet: Need, educator: Need, *, shared: bool, swap: bool, memory: int) -> Advice:
    """Whether the models of both roles fit into `memory` bytes. `shared`: one model plays both and is loaded once."""
    room = memory - max(int(memory * _SYSTEM_SHARE), _SYSTEM_BYTES)
    both = poet.total if shared else poet.total + educator.total
    larger = max(poet.total, educator.total)
    of = f"of this machine's {gigabytes(memory)}"
    if both <= room:
        needs = "The model needs" if shared else "Both models need"
        fits = "it fits" if shared else "both fit"
        return Advice(f"{needs} {gigabytes(both)} {of}: {fits}, with {gigabytes(room - both)} to spare.", True, True)
    if larger <= room:
        what = "one at a time, as set (swap)" if swap else "load one at a time: turn on swap in the settings"
        return Advice(f"Together the models need {gigabytes(both)} {of}: {what}.", False, True)
    too_large = "It is" if shared else "The larger one is"
    sentence = (
        f"{too_large} {gigabytes(larger)}, too large for the {gigabytes(memory)} of this machine. "
        "Take a smaller model or quantization, or a shorter context."
    )
    return Advice(sentence, False, False)


def gigabytes(count: int) -> str:
    """A number of bytes in words: "6.1 GB", "310 MB"."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
