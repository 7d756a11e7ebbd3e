"""The forms people write OLLAMA_HOST in, read as Ollama reads them."""

from __future__ import annotations

from urllib.parse import urlsplit

from poetry_tui.errors import BadConfig

_DEFAULT_PORTS = {"": 11434, "http": 80, "https": 443}
_ANY_ADDRESS = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # where it listens is not where it is


def ollama_url(host: str) -> str:
    """`scheme://host:port[/path]` for "", `host`, `host:port`, `:port`, `[::1]`, `http://…`, `https://…`.

    Raises `BadConfig` for anything else.
    """
    text = host.strip().strip("\"'").strip()
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "", text
    try:
        parts = urlsplit(f"//{rest}")
        name, port = parts.hostname or "", parts.port
    except ValueError:
        name, port = " ", None
    if scheme.lower() not in _DEFAULT_PORTS or any(c.isspace() for c in rest) or name == " " or parts.username:
        raise BadConfig(
            f"'{host}' is not an address of an Ollama server. "
            "Write OLLAMA_HOST (or ollama.host in the config) as 127.0.0.1:11434 or http://my-server:11434."
        )
    name = _ANY_ADDRESS.get(name, name)
    if ":" in name:
        name = f"[{name}]"
    return f"{scheme.lower() or 'http'}://{name}:{port or _DEFAULT_PORTS[scheme.lower()]}{parts.path.rstrip('/')}"
