"""What stands in a GGUF file before its weights: metadata and the names, shapes and places of its tensors.

The format is that of ggml's `docs/gguf.md`, versions 2 and 3, little-endian. Nothing in a file is trusted: a length or
a count that promises more than the file holds ends the reading with `BadModelFile`.
"""

from __future__ import annotations

import mmap
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from struct import Struct
from struct import error as StructError

from poetry_tui.errors import BadModelFile, ModelNotFound

Value = int | float | bool | str | tuple[int | float | bool, ...]

_MAGIC = b"GGUF"
_SCALARS = {
    kind: Struct(f"<{code}") for kind, code in zip((0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12), "BbHhIif?Qqd", strict=True)
}
_STRING, _ARRAY = 8, 9
_U32, _U64, _KEPT = Struct("<I"), Struct("<Q"), 4096
"""An array of more elements than `_KEPT` is passed over: it is a vocabulary."""
_MOST_ENTRIES, _MOST_DIMENSIONS = 1 << 22, 8
"""Of anything that is counted. The largest vocabularies and lists of merges have a tenth of that."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor: its shape (the fastest dimension first), ggml's number for its type, its place after `data_start`."""

    name: str
    shape: tuple[int, ...]
    kind: int
    offset: int


@dataclass(frozen=True, slots=True)
class Header:
    """All that stands before the weights, which begin at byte `data_start` of a file of `size` bytes."""

    metadata: Mapping[str, Value]
    tensors: tuple[Tensor, ...]
    data_start: int
    size: int


def read_header(file: Path, *, vocabulary: bool = True) -> Header:
    """Read the header. Without `vocabulary` reading stops at the tokenizer, and there are no tensors.

    Raises `ModelNotFound` where there is no such file, `BadModelFile` for what is no GGUF or is damaged.
    """
    try:
        with file.open("rb") as stream:
            size = stream.seek(0, 2)
            if size < 4:
                raise BadModelFile(f"{file} is empty. Download it again.")
            with closing(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)) as data:
                _check_magic(file, data)
                return _Reading(data).header(vocabulary=vocabulary)
    except (StructError, _Impossible, UnicodeDecodeError) as error:
        why = f" ({error})" if isinstance(error, _Impossible) else ""
        raise BadModelFile(f"{file} is cut off or damaged{why}. Download or convert it again.") from None
    except OSError as error:
        raise ModelNotFound(f"Cannot read the model file {file}: {error.strerror}. Check the path.") from None


def require_model(file: Path) -> int | None:
    """The longest context the model was trained for, in tokens, if the file says.

    Raises `BadModelFile` unless the file is a GGUF that holds a model.
    """
    facts = read_header(file, vocabulary=False).metadata
    if facts.get("general.type") == "adapter":
        raise BadModelFile(f"{file} is an adapter, not a model. Write gguf:MODEL.gguf+{file.name} with its base model.")
    context = facts.get(f"{facts.get('general.architecture')}.context_length")
    return context if isinstance(context, int) else None


def require_adapter(file: Path) -> None:
    """Raise `BadModelFile` unless the file is a GGUF that holds a LoRA adapter."""
    if read_header(file, vocabulary=False).metadata.get("general.type") != "adapter":
        raise BadModelFile(f"{file} is not an adapter. What follows the + must be a LoRA adapter in GGUF form.")


class _Impossible(Exception):
    """A number in the file that cannot be true."""


def _check_magic(file: Path, data: mmap.mmap) -> None:
    start = data[:256]
    if start.startswith(b"version https://git-lfs"):
        raise BadModelFile(f"{file} is not a GGUF file but a Git LFS pointer to one. Get the file itself: git lfs pull")
    if not start.startswith(_MAGIC):
        what = "a web page" if b"<html" in start.lower() or b"<!doctype" in start.lower() else "something else"
        raise BadModelFile(f"{file} is not a GGUF file but {what}. Give the path of a .gguf model.")
    version = int.from_bytes(start[4:8], "little")
    if version & 0xFFFF == 0 and version:
        raise BadModelFile(f"{file} is a big-endian GGUF. Convert it anew on a machine like this one.")
    if version not in (2, 3):
        raise BadModelFile(f"{file} is a GGUF of version {version}; 2 and 3 can be read. Convert it anew, or update.")


class _Reading:
    """A place in the file that moves on. Reading past the end raises `struct.error`."""

    def __init__(self, data: mmap.mmap) -> None:
        self._data, self._at, self._size = data, 8, len(data)

    def header(self, *, vocabulary: bool) -> Header:
        tensor_count, entries = self._count(), self._count()
        metadata: dict[str, Value] = {}
        for _ in range(entries):
            key = self._string()
            if not vocabulary and key.startswith("tokenizer."):
                return Header(metadata, (), 0, self._size)
            value = self._value(self._number(_U32))
            if value is not None:
                metadata[key] = value
        tensors = tuple(self._tensor() for _ in range(tensor_count if vocabulary else 0))
        alignment = metadata.get("general.alignment", 32)
        if not isinstance(alignment, int) or alignment < 1:
            raise _Impossible("its alignment is no number")
        return Header(metadata, tensors, -(-self._at // alignment) * alignment, self._size)

    def _tensor(self) -> Tensor:
        name, dimensions = self._string(), self._number(_U32)
        if dimensions > _MOST_DIMENSIONS:
            raise _Impossible(f"the tensor {name!r} has {dimensions} dimensions")
        shape = tuple(self._number(_U64) for _ in range(dimensions))
        return Tensor(name, shape, self._number(_U32), self._number(_U64))

    def _value(self, kind: int, depth: int = 0) -> Value | None:
        if kind == _STRING:
            return self._string()
        if kind == _ARRAY:
            return self._array(depth + 1)
        if kind not in _SCALARS:
            raise _Impossible(f"a value is of the unknown type {kind}")
        value: int | float | bool = self._scalar(_SCALARS[kind])
        return value

    def _array(self, depth: int) -> Value | None:
        kind, count = self._number(_U32), self._number(_U64)
        if scalar := _SCALARS.get(kind):
            if count * scalar.size > self._size - self._at:
                raise _Impossible("an array is longer than the file")
            if count <= _KEPT:
                return tuple(self._scalar(scalar) for _ in range(count))
            self._at += count * scalar.size
        elif count > _MOST_ENTRIES or depth > 2:
            raise _Impossible("an array is longer than any vocabulary")
        elif kind == _STRING:
            self._skip_strings(count)
        else:
            for _ in range(count):
                self._value(kind, depth)
        return None

    def _skip_strings(self, count: int) -> None:
        at, data, unpack, size = self._at, self._data, _U64.unpack_from, self._size
        for _ in range(count):
            at += 8 + unpack(data, at)[0]
            if at > size:
                raise _Impossible("a word of the vocabulary is longer than the file")
        self._at = at

    def _string(self) -> str:
        length = self._number(_U64)
        if length > self._size - self._at:
            raise _Impossible("a text is longer than the file")
        self._at += length
        return self._data[self._at - length : self._at].decode()

    def _count(self) -> int:
        count = self._number(_U64)
        if count > _MOST_ENTRIES:
            raise _Impossible(f"it promises {count:,} entries")
        return count

    def _number(self, form: Struct) -> int:
        return int(self._scalar(form))

    def _scalar(self, form: Struct) -> int | float | bool:
        value: int | float | bool = form.unpack_from(self._data, self._at)[0]
        self._at += form.size
        return value
