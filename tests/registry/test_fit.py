"""What models need in memory, held against what Ollama reported, and the sentence a person reads about it."""

from __future__ import annotations

import os

import httpx
import psutil
import pytest

from poetry_tui.llm.address import ollama_url
from poetry_tui.llm.embedded import find_embedded
from poetry_tui.registry.fit import Facts, Need, advice, machine_memory, need
from poetry_tui.registry.gguf import read
from tests.registry.gguf_files import LLAMA, U32, Array, write

GB = 1_000_000_000
# `/api/ps` of Ollama 0.32 on a CPU after loading SmolLM2-135M (98.4 MB) with each context.
REPORTED = {
    256: 109_880_277,
    512: 123_260_107,
    1024: 135_580_875,
    2048: 160_222_411,
    4096: 209_505_483,
    6144: 279_246_273,
    8192: 330_626_497,
    16384: 330_626_497,  # it was trained for 8,192
}
LLAMA_8B = Facts(4_920_000_000, layers=32, kv_width=2048, embedding=4096, feed_forward=14336, longest_context=131072)


@pytest.mark.parametrize("context", REPORTED)
def test_need_is_what_ollama_reported(context):
    found = need(Facts.of_file(read(find_embedded(None))), context).total
    assert REPORTED[context] <= found <= 1.02 * REPORTED[context]


@pytest.mark.ollama
@pytest.mark.slow
def test_need_is_what_this_ollama_reports():
    """Within a tenth: other versions and machines lay out their buffers otherwise."""
    url = ollama_url(os.environ.get("OLLAMA_HOST", ""))
    try:
        tags = httpx.get(f"{url}/api/tags", timeout=5).json()["models"]
    except httpx.HTTPError as absent:
        pytest.skip(f"no Ollama at {url}: {absent}")
    model = min(tags, key=lambda one: one["size"], default=None)
    if model is None:
        pytest.skip("Ollama has no model: ollama pull smollm2:135m")
    info = httpx.post(f"{url}/api/show", json={"model": model["name"]}, timeout=60).json()["model_info"]
    facts = Facts.of_info(info, model["size"])
    for context in (1024, 4096):
        load = {"model": model["name"], "messages": [], "options": {"num_ctx": context}}
        httpx.post(f"{url}/api/chat", json=load, timeout=120).raise_for_status()
        running = httpx.get(f"{url}/api/ps", timeout=5).json()["models"]
        reported = next(one["size"] for one in running if one["name"] == model["name"])
        assert need(facts, context).total == pytest.approx(reported, rel=0.1)
    httpx.post(f"{url}/api/chat", json={"model": model["name"], "messages": [], "keep_alive": 0}, timeout=60)


def test_a_file_and_a_model_in_ollama_say_the_same():
    file = read(find_embedded(None))
    assert Facts.of_info(file.metadata, file.size) == Facts.of_file(file)


def test_llama_3_8b_at_8192_tokens():
    """Its keys and values are 8 heads of 128 in 32 layers, in 16 bits: 128 KiB a token."""
    found = need(LLAMA_8B, 8192)
    assert (found.weights, found.kv_cache) == (4_920_000_000, 8192 * 128 * 1024)
    assert 0.1 * GB < found.overhead < 0.5 * GB


def test_heads_may_be_wider_than_their_share(tmp_path):
    wide = LLAMA | {"llama.attention.key_length": 256, "llama.attention.value_length": 128}
    assert Facts.of_file(read(write(tmp_path / "wide.gguf", wide))).kv_width == 2 * (256 + 128)


def test_layers_that_differ_count_as_the_widest(tmp_path):
    hybrid = LLAMA | {"llama.attention.head_count_kv": Array(U32, [0, 4])}
    assert Facts.of_file(read(write(tmp_path / "hybrid.gguf", hybrid))).kv_width == 4 * 2 * 16


def test_what_a_model_does_not_say_counts_nothing():
    assert need(Facts.of_info({"general.architecture": "mamba"}, 100), 4096) == Need(100, 0, 512 * 2 * 4096)


def test_both_fit():
    found = advice(need(LLAMA_8B, 8192), need(LLAMA_8B, 8192), same_weights=False, memory=32 * GB)
    assert (found.fits, found.swap) == (True, False)
    assert found.sentence == "Both fit with 11.5 GB to spare."


def test_one_at_a_time():
    found = advice(Need(5 * GB, GB, 0), Need(7 * GB, GB, 0), same_weights=False, memory=16 * GB)
    assert (found.fits, found.swap) == (False, True)
    assert (
        "both need 14.0 GB, more than this machine's memory (16.0 GB, of which models can have 12.0 GB)"
        in found.sentence
    )
    assert "one at a time (swap: true)" in found.sentence


@pytest.mark.parametrize("large", ["Poet", "Educator"])
def test_one_is_too_large_by_itself(large):
    needs = (Need(5 * GB, 2 * GB, 0), Need(GB, 0, 0))
    poet, educator = needs if large == "Poet" else needs[::-1]
    found = advice(poet, educator, same_weights=False, memory=8 * GB)
    assert (found.fits, found.swap) == (False, False)
    assert found.sentence.startswith(f"The {large} needs 7.0 GB and is larger than this machine's memory (8.0 GB")
    assert "the context takes 2.0 GB of it" in found.sentence


def test_the_same_weights_are_loaded_once():
    one = Need(5 * GB, GB, 0)
    found = advice(one, one, same_weights=True, memory=9 * GB)
    assert found.sentence == "Both fit with 750 MB to spare: they are the same weights, loaded once."
    other = advice(one, Need(5 * GB, 0, 0), same_weights=True, memory=9 * GB)
    assert other.fits
    assert "give both the same context length" in other.sentence


@pytest.mark.parametrize(("memory", "room"), [(4, 2), (8, 6), (16, 12), (64, 48)])
def test_the_system_keeps_a_quarter_and_at_least_2_gb(memory, room):
    half = Need(room * GB // 2, 0, 0)
    assert advice(half, half, same_weights=False, memory=memory * GB).fits
    assert advice(half, half, same_weights=False, memory=memory * GB - 4).swap


def test_a_machine_smaller_than_its_system():
    found = advice(Need(GB, 0, 0), Need(GB, 0, 0), same_weights=False, memory=GB)
    assert "(1.0 GB, of which models can have 0 MB)" in found.sentence


def test_the_memory_of_this_machine():
    assert machine_memory() == psutil.virtual_memory().total
