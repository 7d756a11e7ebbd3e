"""What models need in memory, and whether two of them fit into this machine together.

The sums are those of Ollama's engine, llama.cpp, found by measuring. With Ollama 0.32 on a CPU (flash attention, one
slot), `/api/ps` reports for SmolLM2-135M (98.4 MB on disk) and contexts of 256, 512, 2,048, 4,096, 6,144 and 8,192
tokens 109.9, 123.3, 160.2, 209.5, 279.2 and 330.6 MB. That is: the tensors; 23,040 bytes of keys and values a token
(two 16-bit numbers for each of 3 × 64 dimensions in each of 30 layers); and for every row of a batch 27,670 bytes of
activations and 2 bytes a token of attention mask. A batch has 512 rows, above 4,096 tokens of context 1,024, above
32,768 tokens 2,048 (Ollama's `sched.go`). Synthetic models of other widths show the activations to be 4 vectors of the
embedding and 3 of the feed-forward layer, in 32 bits (the narrowest took a fifth less). `need` comes out 0.5 to 1.4 %
above each figure, for a file's header counts as weights.

More is needed with `OLLAMA_NUM_PARALLEL` (keys and values for every slot), without flash attention, and by versions of
Ollama with other engines; less with `OLLAMA_KV_CACHE_TYPE` and by models with sliding windows or recurrent layers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import psutil

from poetry_tui.registry.gguf import GgufFile

_BYTES_OF_A_KEY = 2  # 16 bits, Ollama's default
_SYSTEM_SHARE, _SYSTEM_BYTES = 4, 2_000_000_000
"""A quarter of the memory, and at least 2 GB, is left to the system and its programs: a rule of thumb, and about what
macOS keeps the graphics processor from using."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides how much memory a model takes: bytes of weights, layers, and widths in dimensions.

    `kv_width` is that of a token's key and value together, in one layer. What a model does not say is 0, and the
    longest context None.
    """

    weights: int
    layers: int
    kv_width: int
    embedding: int
    feed_forward: int
    longest_context: int | None

    @classmethod
    def of_file(cls, file: GgufFile) -> Self:
        """The facts of a model file."""
        return cls.of_info({**file.metadata, **_counts(file)}, file.size)

    @classmethod
    def of_info(cls, info: Mapping[str, object], size: int) -> Self:
        """The facts of a model in Ollama: `model_info` of `/api/show`, and its size in bytes."""
        architecture = info.get("general.architecture")

        def number(key: str) -> int:
            value = info.get(f"{architecture}.{key}")
            return value if isinstance(value, int) else 0

        heads = number("attention.head_count")
        each = number("embedding_length") // heads if heads else 0
        key, value = number("attention.key_length") or each, number("attention.value_length") or each
        return cls(
            weights=size,
            layers=number("block_count"),
            kv_width=(number("attention.head_count_kv") or heads) * (key + value),
            embedding=number("embedding_length"),
            feed_forward=number("feed_forward_length"),
            longest_context=number("context_length") or None,
        )


@dataclass(frozen=True, slots=True)
class Need:
    """Bytes of memory that a loaded model takes."""

    weights: int
    kv_cache: int
    overhead: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.weights + self.kv_cache + self.overhead


@dataclass(frozen=True, slots=True)
class Advice:
    """Whether two models fit, in a sentence. `swap`: not together, but each by itself."""

    sentence: str
    fits: bool
    swap: bool


def need(facts: Facts, context_length: int) -> Need:
    """What a model needs with a context of so many tokens; Ollama cuts it to the longest the model was trained for."""
    context = min(context_length, facts.longest_context or context_length)
    rows = min(512 if context <= 4096 else 1024 if context <= 32768 else 2048, context)
    activations = 4 * (4 * facts.embedding + 3 * facts.feed_forward)
    return Need(
        weights=facts.weights,
        kv_cache=context * facts.layers * facts.kv_width * _BYTES_OF_A_KEY,
        overhead=rows * (activations + 2 * context),
    )


def machine_memory() -> int:
    """Bytes of memory in this machine."""
    return int(psutil.virtual_memory().total)


def advice(poet: Need, educator: Need, *, same_weights: bool, memory: int) -> Advice:
    """Whether both role models fit into `memory` bytes, of which a quarter, and at least 2 GB, is the system's.

    With `same_weights` they are one model in Ollama under one name or two, and lie in memory once.
    """
    room = memory - max(memory // _SYSTEM_SHARE, _SYSTEM_BYTES)
    there = f"this machine's memory ({_size(memory)}, of which models can have {_size(max(room, 0))})"
    for role, one in (("Poet", poet), ("Educator", educator)):
        if one.total > room:
            return Advice(
                f"The {role} needs {_size(one.total)} and is larger than {there}. Take a smaller model, a stronger "
                f"quantization or a shorter context: the context takes {_size(one.kv_cache)} of it.",
                fits=False,
                swap=False,
            )
    together = max(poet.total, educator.total) if same_weights else poet.total + educator.total
    if together > room:
        return Advice(
            f"They do not fit together: both need {_size(together)}, more than {there}. "
            "Load one at a time (swap: true).",
            fits=False,
            swap=True,
        )
    sentence = f"Both fit with {_size(room - together)} to spare"
    if not same_weights:
        sentence += "."
    elif poet == educator:
        sentence += ": they are the same weights, loaded once."
    else:
        sentence += ". They are the same weights: give both the same context length, or every turn loads them again."
    return Advice(sentence, fits=True, swap=False)


def _counts(file: GgufFile) -> Mapping[str, int]:
    """What a file may say layer by layer, under the names of its metadata."""
    found = {"attention.head_count": file.heads, "attention.head_count_kv": file.kv_heads}
    return {f"{file.architecture}.{key}": count for key, count in found.items() if count is not None}


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
