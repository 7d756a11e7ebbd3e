"""Reading the header of a large GGUF: time, and memory over idle.

The file is a Llama 3 8B in shape: 4.9 GB (sparse, so it takes a few MB of disk), 128,256 tokens, 280,147 merges, 291
tensors. Each reading is a process of its own; the figures are the medians. Before every one but the first the header
lies in the system's cache, as it does once somebody has picked the file.
"""

from __future__ import annotations

import multiprocessing
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.table import Row, median, show

RUNS = 7
TOKENS, MERGES, LAYERS, SIZE = 128_256, 280_147, 32, 4_920_000_000

MEASURE = """
import resource, sys, time
from pathlib import Path
from poetry_tui.registry import gguf

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)

idle, started = peak(), time.perf_counter()
found = gguf.read(Path(sys.argv[1]))
print(time.perf_counter() - started, peak() - idle, found.layers, len(found.tensors))
"""


def text(content: str) -> bytes:
    raw = content.encode()
    return struct.pack("<Q", len(raw)) + raw


def write_large(path: Path) -> None:
    """A file with the header of a Llama 3 8B and holes for weights."""
    numbers = {
        "llama.block_count": LAYERS,
        "llama.context_length": 131072,
        "llama.embedding_length": 4096,
        "llama.attention.head_count": 32,
        "llama.attention.head_count_kv": 8,
        "general.file_type": 15,
    }
    texts = {
        "general.architecture": "llama",
        "general.type": "model",
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.chat_template": "{{ messages }}" * 400,
    }
    words = [f"tok{number % 7919:x}{number:x}" for number in range(TOKENS)]
    arrays = {
        "tokenizer.ggml.tokens": (8, TOKENS, b"".join(map(text, words))),
        "tokenizer.ggml.token_type": (5, TOKENS, struct.pack("<i", 1) * TOKENS),
        "tokenizer.ggml.merges": (8, MERGES, b"".join(text(f"{number:x} {number:x}") for number in range(MERGES))),
    }
    names = [f"blk.{layer}.{part}.weight" for layer in range(LAYERS) for part in PARTS] + OUTER
    each = (SIZE - (32 << 20)) // len(names) // 144 // 32 * 144 * 32  # bytes of a tensor of Q4_K blocks
    with path.open("wb") as stream:
        stream.write(b"GGUF" + struct.pack("<IQQ", 3, len(names), len(numbers) + len(texts) + len(arrays)))
        for key, number in numbers.items():
            stream.write(text(key) + struct.pack("<II", 4, number))
        for key, (kind, count, content) in arrays.items():
            stream.write(text(key) + struct.pack("<IIQ", 9, kind, count) + content)
        for key, content in texts.items():
            stream.write(text(key) + struct.pack("<I", 8) + text(content))
        for place, name in enumerate(names):
            stream.write(text(name) + struct.pack("<IQIQ", 1, each // 144 * 256, 12, place * each))
        stream.truncate(SIZE)


PARTS = "attn_norm attn_q attn_k attn_v attn_output ffn_norm ffn_gate ffn_up ffn_down".split()
OUTER = ["token_embd.weight", "output_norm.weight", "output.weight"]


def main() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "poet-8b.Q4_K_M.gguf"
        # In a process of its own: a process begins with its parent's peak memory as its own.
        writer = multiprocessing.get_context("spawn").Process(target=write_large, args=(path,))
        writer.start()
        writer.join()
        found = []
        for _ in range(RUNS):
            done = subprocess.run(
                [sys.executable, "-c", MEASURE, str(path)], capture_output=True, text=True, check=True
            )
            found.append([float(figure) for figure in done.stdout.split()])
        assert all(one[2:] == [LAYERS, len(PARTS) * LAYERS + len(OUTER)] for one in found)
    seconds, megabytes = median([one[0] for one in found]), median([one[1] for one in found])
    detail = f"{SIZE / 1e9:.1f} GB, {TOKENS:,} tokens, {MERGES:,} merges"
    return show(
        "gguf_header",
        [
            Row("seconds to read the header", f"{seconds:.3f} s", "< 0.1 s", seconds < 0.1, detail),
            Row("memory over idle, at most", f"{megabytes:.1f} MB", "< 50 MB", megabytes < 50),
        ],
    )


if __name__ == "__main__":
    sys.exit(not main())
