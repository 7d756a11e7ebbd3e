"""Making a LoRA adapter for a GGUF, small and strong enough to change what the model says."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np


def write_adapter(base: Path, target: Path, *, rank: int = 4, strength: float = 0.5) -> Path:
    """A random adapter of `rank` on the attention outputs of `base` (an architecture "llama")."""
    fields = gguf.GGUFReader(base).fields
    width = int(fields["llama.embedding_length"].contents())
    blocks = int(fields["llama.block_count"].contents())
    random = np.random.default_rng(7)
    writer = gguf.GGUFWriter(target, "llama")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", float(rank))
    for block in range(blocks):
        name = f"blk.{block}.attn_output.weight"
        writer.add_tensor(f"{name}.lora_a", random.normal(0, 0.1, (rank, width)).astype(np.float32))
        writer.add_tensor(f"{name}.lora_b", random.normal(0, strength, (width, rank)).astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return target
