"""The few facts of a GGUF file that must be known before llama.cpp is asked to load it."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from poetry_tui.errors import ModelNotFound

_SCALARS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
_STRING, _ARRAY = 8, 9
_LONGEST = 1 << 20  # bytes of one value; a damaged length must not fill the memory

Scalar = int | float | bool | str


def require_model(file: Path) -> int | None:
    """The longest context the model was trained for, in tokens, if the file says.

    Raises `ModelNotFound` unless the file is a GGUF that holds a model.
    """
    facts = dict(_scalars(file))
    if facts.get("general.type") == "adapter":
        raise ModelNotFound(
            f"{file} is an adapter, not a model. Write gguf:MODEL.gguf+{file.name} with its base model."
        )
    context = facts.get(f"{facts.get('general.architecture')}.context_length")
    return context if isinstance(context, int) else None


def require_adapter(file: Path) -> None:
    """Raise `ModelNotFound` unless the file is a GGUF that holds a LoRA adapter."""
    if dict(_scalars(file)).get("general.type") != "adapter":
        raise ModelNotFound(f"{file} is not an adapter. What follows the + must be a LoRA adapter in GGUF form.")


def _scalars(file: Path) -> Iterator[tuple[str, Scalar]]:
    """Keys and values of a GGUF (versions 2 and 3, little-endian) up to its vocabulary, without arrays."""
    try:
        with file.open("rb") as stream:
            if stream.read(4) != b"GGUF":
                raise ModelNotFound(f"{file} is not a GGUF file. Give the path of a .gguf model.")
            version, _, count = _unpack(stream, "<IQQ")
            if version not in (2, 3):
                raise ModelNotFound(f"{file} is a GGUF of a version ({version}) that llama.cpp does not read here.")
            for _ in range(count):
                key = _string(stream)
                if key.startswith("tokenizer."):
                    return
                value = _value(stream, _unpack(stream, "<I")[0])
                if value is not None:
                    yield key, value
    except (struct.error, KeyError, UnicodeDecodeError):
        raise ModelNotFound(f"{file} is cut off or damaged. Download or convert it again.") from None
    except OSError as error:
        raise ModelNotFound(f"Cannot read the model file {file}: {error.strerror}. Check the path.") from None


def _value(stream: BinaryIO, kind: int) -> Scalar | None:
    if kind == _STRING:
        return _string(stream)
    if kind == _ARRAY:
        of, length = _unpack(stream, "<IQ")
        for _ in range(length):
            _value(stream, of)
        return None
    value: Scalar = _unpack(stream, _SCALARS[kind])[0]
    return value


def _string(stream: BinaryIO) -> str:
    (length,) = _unpack(stream, "<Q")
    return _read(stream, length).decode()


def _unpack(stream: BinaryIO, form: str) -> tuple[Any, ...]:
    return struct.unpack(form, _read(stream, struct.calcsize(form)))


def _read(stream: BinaryIO, length: int) -> bytes:
    data = stream.read(length) if length <= _LONGEST else b""
    if len(data) < length:
        raise struct.error("the file ends before this value does")
    return data
