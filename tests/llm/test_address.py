"""Every form of OLLAMA_HOST that people use is understood as Ollama understands it."""

from __future__ import annotations

import pytest

from poetry_tui.errors import BadConfig
from poetry_tui.llm.address import ollama_url


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("", "http://127.0.0.1:11434"),
        ("  ", "http://127.0.0.1:11434"),
        ("localhost", "http://localhost:11434"),
        ("192.168.1.7", "http://192.168.1.7:11434"),
        ("192.168.1.7:5000", "http://192.168.1.7:5000"),
        (":5000", "http://127.0.0.1:5000"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("0.0.0.0:5000", "http://127.0.0.1:5000"),
        ("http://0.0.0.0:5000", "http://127.0.0.1:5000"),
        ("http://box", "http://box:80"),
        ("https://box.example", "https://box.example:443"),
        ("https://box.example/ollama/", "https://box.example:443/ollama"),
        ("HTTP://Box:1", "http://box:1"),
        ("[::1]:5000", "http://[::1]:5000"),
        ("[::]", "http://[::1]:11434"),
        ("'127.0.0.1:11434'", "http://127.0.0.1:11434"),
        ("127.0.0.1:11434/", "http://127.0.0.1:11434"),
    ],
)
def test_forms_of_a_host(host: str, url: str) -> None:
    assert ollama_url(host) == url


@pytest.mark.parametrize("host", ["ftp://box", "box:port", "box:70000", "my box", "http://a b", "[::1", "user@box"])
def test_what_is_no_address_is_refused_with_the_forms_that_are(host: str) -> None:
    with pytest.raises(BadConfig, match="OLLAMA_HOST") as caught:
        ollama_url(host)
    assert host in str(caught.value)
