"""Writing GGUF files byte by byte: whole ones, and ones that no real writer would make."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

CODES = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
STRING, ARRAY, U32, U16, F32, BOOL = 8, 9, 4, 2, 6, 7
ALIGNMENT = 32

Tensors = Mapping[str, tuple[Sequence[int], int, int]]
"""name → shape, ggml's number of the type, bytes of weights."""


@dataclass(frozen=True)
class Array:
    """An array of values of one type."""

    kind: int
    values: Sequence[object]


def text(value: str) -> bytes:
    raw = value.encode()
    return struct.pack("<Q", len(raw)) + raw


def value(content: object) -> bytes:
    """A value with its type in front: bool, int (u32), float, str, or `Array`."""
    match content:
        case bool():
            return struct.pack("<I?", BOOL, content)
        case int():
            return struct.pack("<II", U32, content)
        case float():
            return struct.pack("<If", F32, content)
        case str():
            return struct.pack("<I", STRING) + text(content)
        case Array(kind, values):
            start = struct.pack("<IIQ", ARRAY, kind, len(values))
            if kind == STRING:
                return start + b"".join(map(text, values))
            return start + struct.pack(f"<{len(values)}{CODES[kind]}", *values)
    raise TypeError(content)


def header(metadata: Mapping[str, object], tensors: Tensors, *, version: int = 3) -> bytes:
    """Everything before the weights, padded to where they begin."""
    parts = [b"GGUF", struct.pack("<IQQ", version, len(tensors), len(metadata))]
    parts += [text(key) + value(content) for key, content in metadata.items()]
    offset = 0
    for name, (shape, kind, size) in tensors.items():
        parts.append(text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, kind, offset))
        offset += -(-size // ALIGNMENT) * ALIGNMENT
    whole = b"".join(parts)
    return whole.ljust(-(-len(whole) // ALIGNMENT) * ALIGNMENT, b"\0")


def gguf(metadata: Mapping[str, object], tensors: Tensors, *, version: int = 3) -> bytes:
    """A whole file; its weights are zeros."""
    weights = sum(-(-size // ALIGNMENT) * ALIGNMENT for _, _, size in tensors.values())
    return header(metadata, tensors, version=version) + bytes(weights)


LLAMA = {
    "general.architecture": "llama",
    "general.type": "model",
    "general.name": "A small poet",
    "general.file_type": 15,
    "llama.block_count": 2,
    "llama.context_length": 2048,
    "llama.embedding_length": 64,
    "llama.attention.head_count": 4,
    "llama.attention.head_count_kv": 2,
    "tokenizer.ggml.model": "gpt2",
    "tokenizer.ggml.tokens": Array(STRING, ["a", "rose", "is", ""]),
    "tokenizer.ggml.scores": Array(F32, [0.0, 1.0, 2.0, 3.0]),
    "tokenizer.chat_template": "{% for m in messages %}{{ m['content'] }}{% endfor %}",
}
WEIGHTS: Tensors = {
    "token_embd.weight": ((64, 4), 1, 512),
    "blk.0.attn_q.weight": ((64, 64), 0, 16384),
    "blk.0.attn_k.weight": ((64, 32), 8, 2176),
}
LORA = {
    "general.architecture": "llama",
    "general.type": "adapter",
    "adapter.type": "lora",
    "adapter.lora.alpha": 16.0,
}
LORA_WEIGHTS: Tensors = {
    "blk.0.attn_q.weight.lora_a": ((64, 8), 0, 2048),
    "blk.0.attn_q.weight.lora_b": ((8, 64), 0, 2048),
    "blk.0.attn_k.weight.lora_a": ((64, 8), 0, 2048),
    "blk.0.attn_k.weight.lora_b": ((8, 32), 0, 1024),
}


def write(path: Path, metadata: Mapping[str, object] = LLAMA, tensors: Tensors = WEIGHTS) -> Path:
    path.write_bytes(gguf(metadata, tensors))
    return path


def write_split(folder: Path, *, parts: int = 2, stem: str = "poet") -> list[Path]:
    """The small model with each tensor in the part that its turn gives it, as `llama-gguf-split` writes them."""
    paths = []
    for number in range(parts):
        metadata = {**(LLAMA if number == 0 else {}), "split.no": number, "split.count": parts}
        metadata["split.tensors.count"] = len(WEIGHTS)
        tensors = {name: tensor for place, (name, tensor) in enumerate(WEIGHTS.items()) if place % parts == number}
        paths.append(write(folder / f"{stem}-{number + 1:05}-of-{parts:05}.gguf", metadata, tensors))
    return paths
