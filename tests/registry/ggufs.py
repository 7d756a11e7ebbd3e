"""A writer of small GGUF files, so that tests can make right and wrong ones."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ALIGNMENT = 32
MODEL = {
    "general.architecture": "llama",
    "general.name": "Tiny",
    "general.file_type": 1,
    "llama.context_length": 2048,
    "llama.block_count": 1,
    "llama.embedding_length": 8,
    "llama.attention.head_count": 2,
    "llama.attention.head_count_kv": 1,
    "tokenizer.ggml.model": "gpt2",
    "tokenizer.ggml.tokens": ["a", "b", "c"],
    "tokenizer.chat_template": "{% for message in messages %}{{ message.content }}{% endfor %}",
}
ADAPTER = {
    "general.architecture": "llama",
    "general.type": "adapter",
    "adapter.type": "lora",
    "adapter.lora.alpha": 16.0,
}
SHAPES = {"token_embd.weight": (8, 3), "blk.0.attn_q.weight": (8, 8)}
LORA = {"blk.0.attn_q.weight.lora_a": (8, 2), "blk.0.attn_q.weight.lora_b": (2, 8)}


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()


def value(one: Any) -> bytes:
    match one:
        case bool():
            return struct.pack("<I?", 7, one)
        case int():
            return struct.pack("<II", 4, one)
        case float():
            return struct.pack("<If", 6, one)
        case str():
            return struct.pack("<I", 8) + text(one)
        case list() if all(isinstance(part, str) for part in one):
            return struct.pack("<IIQ", 9, 8, len(one)) + b"".join(map(text, one))
        case list():
            return struct.pack("<IIQ", 9, 4, len(one)) + struct.pack(f"<{len(one)}I", *one)
    raise TypeError(type(one))


def gguf_bytes(
    metadata: Mapping[str, Any] = MODEL, shapes: Mapping[str, Sequence[int]] = SHAPES, *, weights: bool = True
) -> bytes:
    """A file of version 3 with F16 tensors of these shapes."""
    head = b"GGUF" + struct.pack("<IQQ", 3, len(shapes), len(metadata))
    head += b"".join(text(key) + value(one) for key, one in metadata.items())
    offset = 0
    for name, shape in shapes.items():
        size = 2
        for dimension in shape:
            size *= dimension
        head += text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, 1, offset)
        offset += -(-size // ALIGNMENT) * ALIGNMENT
    return head + b"\0" * (-len(head) % ALIGNMENT) + (b"\0" * offset if weights else b"")


def write_gguf(path: Path, metadata: Mapping[str, Any] = MODEL, shapes: Mapping[str, Sequence[int]] = SHAPES) -> Path:
    path.write_bytes(gguf_bytes(metadata, shapes))
    return path
