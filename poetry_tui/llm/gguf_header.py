"""What stands in a GGUF file before its weights: metadata, and the names, shapes and places of its tensors.

The format is that of ggml's `docs/gguf.md`, versions 2 and 3, little-endian. Nothing in a file is trusted: what
promises more than the file can hold, or than any real file has, ends the reading before memory or time is spent on it.
"""

from __future__ import annotations

import mmap
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from struct import Struct
from struct import error as StructError

from poetry_tui.errors import BadModelFile, ModelNotFound

Scalar = int | float | bool | str
Value = Scalar | tuple[int | float | bool, ...]

_U32, _U64 = Struct("<I"), Struct("<Q")
_STRING, _ARRAY = 8, 9
_NUMBERS = {
    kind: Struct(f"<{code}") for kind, code in zip((0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12), "BbHhIif?Qqd", strict=True)
}

# No real header comes near these: the largest vocabularies fill some 20 MB, have 64 keys and a few thousand tensors.
_LONGEST_HEADER = 1 << 26
_MOST_KEYS, _MOST_TENSORS = 1 << 12, 1 << 16
_MOST_TEXT = 1 << 23  # bytes of all keys, names and texts together
_MOST_DIMENSIONS = 4  # ggml's own limit
_MOST_KEPT = 512  # elements: one a layer. What is longer is a vocabulary, and passed over.


@dataclass(frozen=True, slots=True)
class TensorType:
    """How ggml stores weights: `weights` of them in a block of `bytes`."""

    name: str
    weights: int
    bytes: int


TENSOR_TYPES: Mapping[int, TensorType] = {
    number: TensorType(name, weights, size)
    for number, name, weights, size in (
        *((0, "F32", 1, 4), (1, "F16", 1, 2), (28, "F64", 1, 8), (30, "BF16", 1, 2)),
        *((2, "Q4_0", 32, 18), (3, "Q4_1", 32, 20), (6, "Q5_0", 32, 22), (7, "Q5_1", 32, 24)),
        *((8, "Q8_0", 32, 34), (9, "Q8_1", 32, 40), (10, "Q2_K", 256, 84), (11, "Q3_K", 256, 110)),
        *((12, "Q4_K", 256, 144), (13, "Q5_K", 256, 176), (14, "Q6_K", 256, 210), (15, "Q8_K", 256, 292)),
        *((16, "IQ2_XXS", 256, 66), (17, "IQ2_XS", 256, 74), (18, "IQ3_XXS", 256, 98), (19, "IQ1_S", 256, 50)),
        *((20, "IQ4_NL", 32, 18), (21, "IQ3_S", 256, 110), (22, "IQ2_S", 256, 82), (23, "IQ4_XS", 256, 136)),
        *((24, "I8", 1, 1), (25, "I16", 1, 2), (26, "I32", 1, 4), (27, "I64", 1, 8), (29, "IQ1_M", 256, 56)),
        *((34, "TQ1_0", 256, 54), (35, "TQ2_0", 256, 66), (39, "MXFP4", 32, 17)),
        *((40, "NVFP4", 64, 36), (41, "Q1_0", 128, 18)),
    )
}
"""By ggml's number for the type (`ggml_type` in its `ggml.h`)."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor: its shape (the dimension that lies closest together first), type and place after the header's end."""

    name: str
    shape: tuple[int, ...]
    kind: int
    offset: int

    @property
    def stored_bytes(self) -> int:
        """Its size in the file; 0 where the type is not one of `TENSOR_TYPES`."""
        kind = TENSOR_TYPES.get(self.kind)
        return -(-prod(self.shape) // kind.weights) * kind.bytes if kind else 0


@dataclass(frozen=True, slots=True)
class Header:
    """What stands before the weights of a file of `size` bytes. Arrays longer than one value a layer are left out."""

    metadata: Mapping[str, Value]
    tensors: tuple[Tensor, ...]
    size: int


def read_header(file: Path) -> Header:
    """Read the header, and see that the file holds all tensors that it names.

    Raises `ModelNotFound` where there is no file to read, `BadModelFile` for what is no GGUF, cut off or damaged.
    """
    try:
        with file.open("rb") as stream:
            if not stream.seek(0, 2):
                raise BadModelFile(f"{file} is empty (0 bytes). Download or convert it again.")
            with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
                _require_gguf(file, data[:512])
                return _Reading(data).header()
    except (StructError, OverflowError):  # a number lies beyond the end of the file
        raise BadModelFile(f"{file} is cut off in the middle of its header. {_AGAIN}") from None
    except _Damaged as damage:
        raise BadModelFile(f"{file} is damaged or cut off: {damage}. {_AGAIN}") from None
    except OSError as error:
        raise ModelNotFound(f"Cannot read the model file {file}: {error.strerror}. Check the path.") from None


def require_model(file: Path) -> int | None:
    """The longest context the model was trained for, in tokens, if the file says.

    Raises `BadModelFile` unless the file is a GGUF that holds a model, `ModelNotFound` where there is none.
    """
    facts = read_header(file).metadata
    if is_adapter(facts):
        raise BadModelFile(f"{file} is an adapter, not a model. Write gguf:MODEL.gguf+{file.name} with its base model.")
    context = facts.get(f"{facts.get('general.architecture')}.context_length")
    return context if isinstance(context, int) else None


def require_adapter(file: Path) -> None:
    """Raise `BadModelFile` unless the file is a GGUF that holds an adapter, `ModelNotFound` where there is none."""
    if not is_adapter(read_header(file).metadata):
        raise BadModelFile(f"{file} is not an adapter. What follows the + must be a LoRA adapter in GGUF form.")


def is_adapter(metadata: Mapping[str, Value]) -> bool:
    """Whether a file with this metadata holds an adapter, not a model."""
    return metadata.get("general.type") == "adapter" or "adapter.type" in metadata


_AGAIN = "Download or convert it again."


class _Damaged(Exception):
    """Something in the file that cannot be true; the words finish "it is damaged: …"."""


def _require_gguf(file: Path, start: bytes) -> None:
    if not start.startswith(b"GGUF"):
        what, next_step = _recognized(start)
        raise BadModelFile(f"{file} is not a GGUF file but {what}. {next_step}")
    if len(start) < 8:
        raise BadModelFile(f"{file} is cut off in the middle of its header. {_AGAIN}")
    version = int.from_bytes(start[4:8], "little")
    if version in (2, 3):
        return
    if version == 1:
        raise BadModelFile(f"{file} is a GGUF of version 1, which is no longer read. Convert the model again.")
    if int.from_bytes(start[4:8], "big") < 1 << 16:
        raise BadModelFile(f"{file} is a big-endian GGUF. Turn it round with gguf-convert-endian (pip install gguf).")
    raise BadModelFile(
        f"{file} is a GGUF of version {version}; 2 and 3 can be read. Update poetry-tui, or convert the model again."
    )


def _recognized(start: bytes) -> tuple[str, str]:
    """What a file is that is no GGUF, and what to do about it."""
    lower = start.lstrip().lower()
    give = "Give the path of a .gguf model."
    if start.startswith(b"version https://git-lfs"):
        return "a Git LFS pointer to one", "Get the file itself: git lfs pull"
    if lower.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
        return "a web page", "The download needs another address, or a login: open it in a browser to see."
    if start[8:10] == b'{"':
        return "a safetensors file", "Convert it with llama.cpp's convert_hf_to_gguf.py."
    if start.startswith(b"PK\x03\x04"):
        return "a zip or PyTorch file", "Unpack it, or convert it with llama.cpp's convert_hf_to_gguf.py."
    if start.startswith((b"lmgg", b"fmgg", b"tjgg", b"algg")):
        return "its predecessor, GGML", "Convert the model again from its original."
    if not any(start):
        return "a row of zeros", "Its download did not finish: do it again."
    # Control characters other than tab, newline, return and form feed are in no text.
    return ("something else" if set(start) & {*range(9), *range(14, 32)} else "a text"), give


class _Reading:
    """A place in the file that moves on. Reading beyond the end raises `struct.error` or `IndexError`."""

    def __init__(self, data: mmap.mmap) -> None:
        self._data, self._size, self._at = data, len(data), 8
        self._end = min(self._size, _LONGEST_HEADER)
        self._text_left = _MOST_TEXT

    def header(self) -> Header:
        tensor_count, key_count = self._number(_U64), self._number(_U64)
        if tensor_count > _MOST_TENSORS or key_count > _MOST_KEYS:
            raise _Damaged(f"it promises {tensor_count:,} tensors and {key_count:,} facts")
        metadata: dict[str, Value] = {}
        for _ in range(key_count):
            key = self._string()
            if key in metadata:
                raise _Damaged(f"{key!r} is in it twice")
            value = self._value(key)
            if value is not None:
                metadata[key] = value
        tensors = tuple(self._tensor() for _ in range(tensor_count))
        if len({tensor.name for tensor in tensors}) < tensor_count:
            raise _Damaged("it has two tensors of one name")
        self._require_weights(tensors, metadata.get("general.alignment", 32))
        return Header(metadata, tensors, self._size)

    def _require_weights(self, tensors: tuple[Tensor, ...], alignment: Value) -> None:
        if not isinstance(alignment, int) or alignment < 1 or alignment & (alignment - 1):
            raise _Damaged(f"its alignment is {alignment!r}, which is no power of two")
        start = -(-self._at // alignment) * alignment
        for tensor in tensors:
            end = start + tensor.offset + tensor.stored_bytes
            if end > self._size:
                raise _Damaged(f"the tensor {tensor.name!r} ends at byte {end:,}, the file at {self._size:,}")

    def _tensor(self) -> Tensor:
        name, dimensions = self._string(), self._number(_U32)
        if dimensions > _MOST_DIMENSIONS:
            raise _Damaged(f"the tensor {name!r} has {dimensions:,} dimensions")
        shape = tuple(self._number(_U64) for _ in range(dimensions))
        return Tensor(name, shape, self._number(_U32), self._number(_U64))

    def _value(self, key: str) -> Value | None:
        """The value at this place; None for an array of texts or one that is too long."""
        kind = self._number(_U32)
        if kind == _STRING:
            return self._string()
        if kind in _NUMBERS:
            return self._scalar(_NUMBERS[kind])
        if kind != _ARRAY:
            raise _Damaged(f"{key!r} is of the unknown type {kind}")
        kind, count = self._number(_U32), self._number(_U64)
        if kind in _NUMBERS:
            return self._array(_NUMBERS[kind], count)
        if kind != _STRING:
            raise _Damaged(f"{key!r} is an array of the unknown type {kind}")
        self._pass_strings(count)
        return None

    def _array(self, form: Struct, count: int) -> Value | None:
        end = self._at + count * form.size
        if end > self._end:
            raise _Damaged(f"an array of {count:,} numbers goes beyond its end")
        if count <= _MOST_KEPT:
            return tuple(self._scalar(form) for _ in range(count))
        self._at = end
        return None

    def _pass_strings(self, count: int) -> None:
        """Pass over a vocabulary: the one loop that runs hundreds of thousands of times."""
        if count * _U64.size > self._end - self._at:
            raise _Damaged(f"an array of {count:,} texts goes beyond its end")
        at, data, length_at = self._at, self._data, _U64.unpack_from
        for _ in range(count):
            at += 8 + length_at(data, at)[0]
        if at > self._end:
            raise _Damaged("a word of its vocabulary goes beyond its end")
        self._at = at

    def _string(self) -> str:
        length = self._number(_U64)
        self._text_left -= length
        end = self._at + length
        if end > self._end or self._text_left < 0:
            raise _Damaged(f"it promises a text of {length:,} bytes")
        text = self._data[self._at : end]
        self._at = end
        try:
            return text.decode()
        except UnicodeDecodeError:
            raise _Damaged("a text in it is not UTF-8") from None

    def _number(self, form: Struct) -> int:
        return int(self._scalar(form))

    def _scalar(self, form: Struct) -> int | float | bool:
        value: int | float | bool = form.unpack_from(self._data, self._at)[0]
        self._at += form.size
        return value
