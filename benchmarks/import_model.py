"""Bringing a model into Ollama: against hashing it and copying it, against `ollama create`, and a second time.

The file of 1 GB has a true header and zeros for weights. The server of the first rows is the peer of the tests, in a
process of its own; the plain way is sha256 of the file and one streamed POST of it to that server. Each import is a
process of its own, in turn with the plain way; the figures are medians of the ratios. The time of an import is that of
`bring_in` (which opens the connections), without Python's start. Memory is the peak over that before it.

Where `ollama` is installed and answers at OLLAMA_HOST, an import of the embedded model, filled up to 1 GB, is held
against `ollama create -f` of a file like it, each first in turn: up to the moment at which the model is made, since our
short trial comes after that.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from benchmarks.table import Row, median, show
from poetry_tui.llm.embedded import find_embedded
from tests.peers import OllamaPeer, poem

PAIRS = 3
WEIGHTS = 500_000_000
NAME = "poetry-benchmark"
PADDED = 1_000_000_000
"""Bytes to which the embedded model is filled up; what follows the weights means nothing to a server."""
IMPORT = """
import asyncio, resource, sys, time
from pathlib import Path
from poetry_tui.library import ModelRecords
from poetry_tui.registry.importing import Order, bring_in
from poetry_tui.registry.ollama import OllamaServer
from poetry_tui.registry.roles import role_modelfile

host, name, file, records = sys.argv[1], sys.argv[2], Path(sys.argv[3]), ModelRecords(Path(sys.argv[4]))

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)

async def work():
    order = Order(name, "vanilla", role_modelfile("vanilla", str(file), {}), files=(file,))
    made = []

    def tell(told):
        if told.step == "try":
            made.append(time.perf_counter())

    started = time.perf_counter()
    server = OllamaServer(host)
    await bring_in(server, order, records, tell)
    whole = time.perf_counter() - started
    await server.aclose()
    return whole, made[0] - started

idle = peak()
print(*asyncio.run(work()), peak() - idle)
"""


def write_file(path: Path, name: str) -> None:
    """A GGUF of one tensor of half a billion weights in 16 bits; its zeros take no disk."""

    def text(content: str) -> bytes:
        return struct.pack("<Q", len(content)) + content.encode()

    facts = {"general.architecture": "llama", "general.name": name}
    head = b"GGUF" + struct.pack("<IQQ", 3, 1, len(facts))
    head += b"".join(text(key) + struct.pack("<I", 8) + text(said) for key, said in facts.items())
    head += text("token_embd.weight") + struct.pack("<IQIQ", 1, WEIGHTS, 1, 0)
    path.write_bytes(head.ljust(-(-len(head) // 32) * 32, b"\0"))
    os.truncate(path, path.stat().st_size + 2 * WEIGHTS)
    warm(path)


def warm(path: Path) -> None:
    """Read a file into the system's cache, whose filling would be measured else."""
    with path.open("rb") as stream:
        while stream.read(1 << 20):
            pass


def plain(host: str, file: Path) -> float:
    """Seconds to hash a file and to send it in one stream."""

    def pieces() -> Iterator[bytes]:
        with file.open("rb") as stream:
            while piece := stream.read(1 << 20):
                yield piece

    started = time.perf_counter()
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    headers = {"Content-Length": str(file.stat().st_size)}
    httpx.post(f"http://{host}/api/blobs/sha256:{digest}", content=pieces(), headers=headers, timeout=600)
    return time.perf_counter() - started


def brought_in(host: str, name: str, file: Path, records: Path) -> tuple[float, float, float]:
    """Seconds in all, seconds until the model was made, and MB over idle."""
    command = [sys.executable, "-c", IMPORT, host, name, str(file), str(records)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    whole, made, memory = map(float, done.stdout.split())
    return whole, made, memory


def against_a_copy(folder: Path) -> list[Row]:
    """An import against hash and copy, its memory, and the same import again."""
    command = [sys.executable, "-m", "benchmarks.import_model", "--serve"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        host = server.stdout.readline().strip()
        ratios, again, memory, seconds = [], [], [], []
        for number in range(PAIRS):
            one, other = folder / f"one-{number}.gguf", folder / f"other-{number}.gguf"
            write_file(one, f"one {number}")
            write_file(other, f"other {number}")
            base = plain(host, one)
            records = folder / f"{number}.db"
            whole, _, peak = brought_in(host, f"m{number}", other, records)
            second, *_ = brought_in(host, f"n{number}", other, records)
            ratios.append(whole / base)
            again.append(second / whole)
            memory.append(peak)
            seconds.append(whole)
            one.unlink()
            other.unlink()
        assert server.stdin
        server.stdin.close()
    ratio, share = median(ratios), median(again)
    return [
        Row("import of 1 GB ÷ (sha256 + copy)", f"{ratio:.2f}", "≤ 1.15", ratio <= 1.15, f"{median(seconds):.2f} s"),
        Row("memory over idle, at most", f"{max(memory):.0f} MB", "≤ 100 MB", max(memory) <= 100),
        Row("the same import again ÷ the first", f"{share:.3f}", "≤ 0.1", share <= 0.1, "nothing hashed, nothing sent"),
    ]


def against_ollama(folder: Path) -> list[Row]:
    """An import against `ollama create -f`, where there is a real Ollama."""
    binary, host = shutil.which("ollama"), os.environ.get("OLLAMA_HOST", "127.0.0.1:11434")
    try:
        httpx.get(f"http://{host}/api/version", timeout=5).raise_for_status()
    except httpx.HTTPError:
        binary = None
    if binary is None:
        print("\nimport_model: no real Ollama here (the command and a server at OLLAMA_HOST): its row is left out")
        return []
    ratios, seconds = [], []
    for number in range(2 * PAIRS):
        file, took = folder / "real.gguf", dict[str, float]()
        for side in ("ours", "theirs") if number % 2 else ("theirs", "ours"):  # the first one leaves the disk busy
            write_real(file)
            took[side] = created(binary, file) if side == "theirs" else brought_in(host, NAME, file, folder / "r.db")[1]
            subprocess.run([binary, "rm", NAME], check=True, capture_output=True)
            os.sync()
        ratios.append(took["ours"] / took["theirs"])
        seconds.append(took["ours"])
    ratio = median(ratios)
    return [Row("import of 1 GB ÷ `ollama create`", f"{ratio:.2f}", "≤ 1.1", ratio <= 1.1, f"{median(seconds):.2f} s")]


def write_real(file: Path) -> None:
    """The embedded model, filled up, with an end (and so a digest) that the server has not seen."""
    shutil.copyfile(find_embedded(file.parent), file)
    os.truncate(file, PADDED)
    with file.open("ab") as stream:
        stream.write(str(time.time_ns()).encode())
    warm(file)


def created(binary: str, file: Path) -> float:
    """Seconds that `ollama create -f` takes."""
    modelfile = file.with_name("Modelfile")
    modelfile.write_text(f"FROM {file}\n")
    started = time.perf_counter()
    subprocess.run([binary, "create", NAME, "-f", modelfile], check=True, capture_output=True)
    return time.perf_counter() - started


def serve() -> None:
    """Answer until the input ends."""
    with OllamaPeer(models=[], chats=[poem("Rain.")]) as peer:
        print(peer.host, flush=True)
        sys.stdin.read()


def main() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        return show("import_model", [*against_a_copy(Path(folder)), *against_ollama(Path(folder))])


if __name__ == "__main__":
    if "--serve" in sys.argv:
        serve()
    else:
        sys.exit(not main())
