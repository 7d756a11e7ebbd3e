"""Run every benchmark of the app and say whether each promise is kept."""

from __future__ import annotations

import subprocess
import sys

NAMES = (
    "startup",
    "prefix_cache",
    "throughput",
    "cancel",
    "responsiveness",
    "gguf_header",
    "import_model",
    "models_screen",
)

# A process each: none inherits another's loaded engine or warm caches.
sys.exit(max(subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode for name in NAMES))
