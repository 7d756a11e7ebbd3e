"""`GgufFile`: what a model file is: its architecture, size, quantization, template, and whether it is all there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Literal

from poetry_tui.errors import BadModelFile
from poetry_tui.llm.gguf_header import Header, Value, read_header

_PART = re.compile(r"^(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf$")
# ggml's tensor types by number: weights in a block and bytes of a block (`ggml.c`, type traits).
_BLOCKS: dict[int, tuple[str, int, int]] = {
    0: ("F32", 1, 4), 1: ("F16", 1, 2), 2: ("Q4_0", 32, 18), 3: ("Q4_1", 32, 20), 6: ("Q5_0", 32, 22),
    7: ("Q5_1", 32, 24), 8: ("Q8_0", 32, 34), 9: ("Q8_1", 32, 40), 10: ("Q2_K", 256, 84), 11: ("Q3_K", 256, 110),
    12: ("Q4_K", 256, 144), 13: ("Q5_K", 256, 176), 14: ("Q6_K", 256, 210), 15: ("Q8_K", 256, 292),
    16: ("IQ2_XXS", 256, 66), 17: ("IQ2_XS", 256, 74), 18: ("IQ3_XXS", 256, 98), 19: ("IQ1_S", 256, 50),
    20: ("IQ4_NL", 32, 18), 21: ("IQ3_S", 256, 110), 22: ("IQ2_S", 256, 82), 23: ("IQ4_XS", 256, 136),
    24: ("I8", 1, 1), 25: ("I16", 1, 2), 26: ("I32", 1, 4), 27: ("I64", 1, 8), 28: ("F64", 1, 8),
    29: ("IQ1_M", 256, 56), 30: ("BF16", 1, 2), 34: ("TQ1_0", 256, 54), 35: ("TQ2_0", 256, 66),
    39: ("MXFP4", 32, 17), 40: ("NVFP4", 64, 36), 41: ("Q1_0", 128, 18),
}  # fmt: skip
# llama.cpp's names for mixtures of types, by `general.file_type` (`llama.h`, llama_ftype).
_MIXTURES = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K", 11: "Q3_K_S", 12: "Q3_K_M",
    13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S", 17: "Q5_K_M", 18: "Q6_K", 19: "IQ2_XXS", 20: "IQ2_XS",
    21: "Q2_K_S", 22: "IQ3_XS", 23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL", 26: "IQ3_S", 27: "IQ3_M", 28: "IQ2_S",
    29: "IQ2_M", 30: "IQ4_XS", 31: "IQ1_M", 32: "BF16", 36: "TQ1_0", 37: "TQ2_0", 38: "MXFP4", 39: "NVFP4", 40: "Q1_0",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class GgufFile:
    """A model or an adapter. `parts` are all files of a split one, in order; `size` is in bytes, `parameters` counts
    weights, lengths are in tokens or dimensions; None is what the file does not say. `tensors` holds shapes by name.
    """

    path: Path
    parts: tuple[Path, ...]
    size: int
    kind: Literal["model", "adapter"]
    architecture: str
    name: str
    parameters: int
    quantization: str
    context_length: int | None
    layers: int | None
    heads: int | None
    kv_heads: int | None
    embedding: int | None
    key_length: int | None
    value_length: int | None
    chat_template: str | None
    tokenizer: str
    tensors: Mapping[str, tuple[int, ...]]
    metadata: Mapping[str, Value]


def read(path: Path) -> GgufFile:
    """Read a file, or all parts of a split one from any of them, and see that nothing of it is missing.

    `path` may begin with ~. Raises `BadModelFile` that names the file and what to do, `ModelNotFound` where none is.
    """
    parts = _parts(path.expanduser().absolute())
    headers = [read_header(part) for part in parts]
    for part, header in zip(parts, headers, strict=True):
        _check_whole(part, header)
    facts = headers[0].metadata
    tensors = [tensor for header in headers for tensor in header.tensors]
    architecture = str(facts.get("general.architecture", ""))
    if not architecture:
        raise BadModelFile(f"{path} does not say what it is (no general.architecture). Convert it again.")

    def number(key: str) -> int | None:
        value = facts.get(f"{architecture}.{key}")
        largest = max(value, default=None) if isinstance(value, tuple) else value  # one a layer, in some models
        return int(largest) if isinstance(largest, int) else None

    return GgufFile(
        path=parts[0],
        parts=parts,
        size=sum(header.size for header in headers),
        kind="adapter" if facts.get("general.type") == "adapter" else "model",
        architecture=architecture,
        name=str(facts.get("general.name") or facts.get("general.basename") or path.stem),
        parameters=sum(prod(tensor.shape) for tensor in tensors),
        quantization=_quantization(headers),
        context_length=number("context_length"),
        layers=number("block_count"),
        heads=number("attention.head_count"),
        kv_heads=number("attention.head_count_kv") or number("attention.head_count"),
        embedding=number("embedding_length"),
        key_length=number("attention.key_length"),
        value_length=number("attention.value_length"),
        chat_template=str(facts["tokenizer.chat_template"]) if "tokenizer.chat_template" in facts else None,
        tokenizer=str(facts.get("tokenizer.ggml.model", "")),
        tensors={tensor.name: tensor.shape for tensor in tensors},
        metadata={key: value for key, value in facts.items() if not isinstance(value, tuple)},
    )


def is_later_part(path: Path) -> bool:
    """Whether this is a part of a split file, but not the first."""
    match = _PART.match(path.name)
    return bool(match) and int(match["number"]) > 1 if match else False


def _parts(path: Path) -> tuple[Path, ...]:
    match = _PART.match(path.name)
    if not match:
        split = read_header(path, vocabulary=False).metadata.get("split.count", 1)
        if isinstance(split, int) and split > 1:
            raise BadModelFile(
                f"{path} is one of {split} parts, but its name does not say which. "
                f"Name the parts {path.stem}-00001-of-{split:05}.gguf and so on."
            )
        return (path,)
    count = int(match["count"])
    if not 1 <= count <= 1000:
        raise BadModelFile(f"{path} says it is one of {count} parts. Download it again.")
    names = [f"{match['stem']}-{number:05}-of-{match['count']}.gguf" for number in range(1, count + 1)]
    parts = tuple(path.with_name(name) for name in names)
    missing = [part.name for part in parts if not part.is_file()]
    if missing:
        raise BadModelFile(
            f"{path.name} is split into {count} files, and {missing[0]} is missing beside it. Get it, too."
        )
    return parts


def _check_whole(path: Path, header: Header) -> None:
    """See that every tensor ends inside the file."""
    for tensor in header.tensors:
        _, weights, block = _BLOCKS.get(tensor.kind, ("", 1, 0))
        end = header.data_start + tensor.offset + prod(tensor.shape) // weights * block
        if end > header.size:
            raise BadModelFile(
                f"{path} is cut off: the tensor {tensor.name!r} would end at byte {end:,}, "
                f"and the file ends at {header.size:,}. Download it again."
            )


def _quantization(headers: list[Header]) -> str:
    mixture = headers[0].metadata.get("general.file_type")
    if isinstance(mixture, int) and mixture in _MIXTURES:
        return _MIXTURES[mixture]
    weights = Counter[int]()
    for header in headers:
        for tensor in header.tensors:
            weights[tensor.kind] += prod(tensor.shape)
    kind = max(weights, key=weights.__getitem__, default=-1)
    return _BLOCKS.get(kind, ("unknown", 1, 0))[0]
