"""What a person is told of a model file before anything is sent to Ollama."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from functools import cache
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from poetry_tui.llm.address import ollama_url
from poetry_tui.llm.embedded import find_embedded
from poetry_tui.registry.gguf import GgufFile, read
from poetry_tui.registry.parameters import PARAMETERS
from poetry_tui.registry.preflight import Finding, preflight
from tests.registry.gguf_files import LLAMA, LORA, LORA_WEIGHTS, WEIGHTS, write

BASE = {name: tuple(shape) for name, (shape, _, _) in WEIGHTS.items()}
CHAT = "{% for message in messages %}{{ message.content }}{% endfor %}"


@cache
def small_model() -> GgufFile:
    return read(find_embedded(None))


@pytest.fixture
def model(tmp_path: Path) -> GgufFile:
    return read(write(tmp_path / "poet.gguf"))


@pytest.fixture
def adapter(tmp_path: Path) -> GgufFile:
    return read(write(tmp_path / "lora.gguf", LORA, LORA_WEIGHTS))


def with_template(folder: Path, template: str) -> GgufFile:
    return read(write(folder / "poet.gguf", LLAMA | {"tokenizer.chat_template": template}))


def lora(folder: Path, target: str, down: tuple[int, int], up: tuple[int, int], **facts: object) -> GgufFile:
    tensors = {
        f"{target}.lora_{side}": (shape, 0, shape[0] * shape[1] * 4) for side, shape in {"a": down, "b": up}.items()
    }
    return read(write(folder / "lora.gguf", LORA | facts, tensors))


def hindering(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.level != "note"]


def only(findings: list[Finding]) -> Finding:
    (finding,) = hindering(findings) or findings
    return finding


def test_all_is_well(model, adapter):
    fine = {"temperature": 0.7, "top_k": 40, "num_ctx": 8192.0, "stop": ["<|eot_id|>"], "use_mmap": True, "top_p": 1}
    assert preflight(model, use="model", parameters=fine, free_bytes=2 * model.size) == []
    assert hindering(preflight(adapter, use="adapter", base=BASE, parameters=fine)) == []
    assert preflight(small_model(), use="model") == []


def test_an_adapter_comes_with_a_word_about_loading(adapter):
    found = only(preflight(adapter, use="adapter", base=BASE))
    assert (found.level, "loads it again whenever they take turns" in found.text) == ("note", True)


def test_an_adapter_as_a_model_and_a_model_as_an_adapter(model, adapter):
    swapped = only(preflight(adapter, use="model", free_bytes=0))
    assert (swapped.level, "bring it in on its base model" in swapped.text) == ("fails", True)
    swapped = only(preflight(model, use="adapter", base=BASE, free_bytes=0))
    assert (swapped.level, "bring it in as a model" in swapped.text) == ("fails", True)


@pytest.mark.parametrize(
    ("down", "up", "base", "says"),
    [
        (
            (128, 8),
            (8, 64),
            BASE,
            "fit a shape of 128 × 64, and the base has 64 × 64. It was trained for another model",
        ),
        ((64, 8), (8, 96), BASE, "fit a shape of 64 × 96, and the base has 64 × 64"),
        ((64, 8), (4, 64), BASE, "have the ranks 8 and 4"),
        ((64, 8), (4, 64), None, "have the ranks 8 and 4"),
        ((64, 8), (8, 64), {"output.weight": (64, 4)}, "Its base model has no blk.0.attn_q.weight"),
    ],
)
def test_an_adapter_of_another_model(tmp_path, down, up, base, says):
    found = only(preflight(lora(tmp_path, "blk.0.attn_q.weight", down, up), use="adapter", base=base))
    assert (found.level, says in found.text) == ("fails", True), found.text


def test_an_adapter_is_not_held_against_an_unknown_base(tmp_path):
    file = lora(tmp_path, "blk.0.attn_q.weight", (512, 8), (8, 512))
    assert hindering(preflight(file, use="adapter")) == hindering(preflight(file, use="adapter", base={})) == []


def test_an_adapter_may_change_embeddings_that_are_not_the_output(tmp_path):
    file = lora(tmp_path, "token_embd.weight", (8, 4), (8, 64))
    assert hindering(preflight(file, use="adapter", base=BASE | {"output.weight": (64, 4)})) == []
    tied = only(preflight(file, use="adapter", base=BASE))
    assert (tied.level, "uses for its output, too" in tied.text) == ("fails", True)


@pytest.mark.parametrize(
    ("tensors", "says"),
    [
        ({}, "no LoRA weights"),
        ({"blk.0.attn_q.weight.lora_a": ((64, 8), 0, 2048)}, "Half of its weights for blk.0.attn_q.weight are missing"),
        (LORA_WEIGHTS | {"blk.0.attn_q.weight": ((64, 64), 0, 16384)}, "no part of a LoRA adapter"),
    ],
)
def test_an_adapter_that_is_not_whole(tmp_path, tensors, says):
    found = only(preflight(read(write(tmp_path / "lora.gguf", LORA, tensors)), use="adapter", base=BASE))
    assert (found.level, says in found.text) == ("fails", True), found.text


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"adapter.type": "control_vector"}, "of the kind 'control_vector'; Ollama runs LoRA"),
        ({"adapter.lora.alpha": "much"}, "does not say its strength"),
    ],
)
def test_an_adapter_of_another_kind(tmp_path, facts, says):
    file = read(write(tmp_path / "lora.gguf", LORA | facts, LORA_WEIGHTS))
    found = only(preflight(file, use="adapter", base=BASE))
    assert (found.level, says in found.text) == ("fails", True), found.text


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("{% for m in messages %}{{ m.content }}", "line 1: Unexpected end of template"),
        ("{{ bos_token }}\n{{ messages | sadly }}", "line 2: there is no filter 'sadly'"),
        ("{% poem %}{% endpoem %}", "unknown tag 'poem'"),
        ("{{ " + "9" * 5000 + " }}", "integer"),
        ("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}", "recursion"),
    ],
)
def test_a_chat_template_that_cannot_be_read(tmp_path, template, says):
    found = only(preflight(with_template(tmp_path, template), use="model"))
    assert found.level == "fails"
    assert says in found.text
    assert "TEMPLATE" in found.text


@pytest.mark.parametrize(
    "template",
    [
        CHAT,
        "{%- for m in messages -%}{% generation %}{{ m.content | trim }}{% endgeneration %}{%- endfor -%}",
        "{% for m in messages %}{% if m.tool %}{% continue %}{% endif %}{{ m | tojson }}{% break %}{% endfor %}",
        "{{ raise_exception('no system prompt') if messages[0].role == 'system' }}{{ strftime_now('%d %b %Y') }}",
        "{% macro say(m) %}{{ m['content'] }}{% endmacro %}{% set ns = namespace(n=0) %}{{ say(messages[0]) }}",
        "{{ 'a' * 10 ** 12 }}{{ 'a' | center(999999999999) }}",  # not run
        "",
    ],
)
def test_what_real_chat_templates_do_is_read(tmp_path, template):
    assert preflight(with_template(tmp_path, template), use="model") == []


PIECES = (
    "{{ }} {% %} {# #} {%- -%} for if endif endfor generation endgeneration in ' ( [ m.content | trim 1e999 0 ** \n"
)


@given(st.lists(st.sampled_from(PIECES.split(" ")) | st.text(max_size=4), max_size=40))
def test_any_chat_template_is_read_or_explained(pieces):
    for finding in preflight(replace(small_model(), chat_template=" ".join(pieces)), use="model"):
        assert finding.level == "fails"
        assert "line " in finding.text


def test_without_a_chat_template_there_is_a_note(tmp_path):
    metadata = {key: fact for key, fact in LLAMA.items() if key != "tokenizer.chat_template"}
    found = only(preflight(read(write(tmp_path / "poet.gguf", metadata)), use="model"))
    assert (found.level, "Llama 3" in found.text) == ("note", True)


@pytest.mark.parametrize(
    ("architecture", "level", "says"),
    [
        ("lama", "refused", "'lama' is not one that llama.cpp loads"),
        ("clip", "fails", "projector of a vision model"),
    ],
)
def test_an_architecture_that_does_not_chat(tmp_path, architecture, level, says):
    file = read(write(tmp_path / "poet.gguf", LLAMA | {"general.architecture": architecture}))
    found = only(preflight(file, use="model"))
    assert (found.level, says in found.text) == (level, True), found.text


def test_every_architecture_of_its_own_tools_is_known(tmp_path):
    import gguf

    for name in gguf.MODEL_ARCH_NAMES.values():
        file = read(write(tmp_path / "poet.gguf", LLAMA | {"general.architecture": name}))
        assert [found.level for found in preflight(file, use="model")] == (["fails"] if name == "clip" else [])


@pytest.mark.parametrize(
    ("name", "value", "level", "says"),
    [
        ("temprature", 0.7, "refused", "no parameter 'temprature' (near: temperature)"),
        ("temperature", "warm", "fails", "temperature must be a number, and is 'warm'"),
        ("temperature", True, "fails", "must be a number"),
        ("num_ctx", 0.5, "fails", "num_ctx must be a whole number, and is 0.5"),
        ("num_ctx", "8192", "fails", "must be a whole number"),
        ("num_ctx", True, "fails", "must be a whole number"),
        ("use_mmap", 1, "fails", "use_mmap must be true or false"),
        ("stop", "<|eot_id|>", "fails", "stop must be a list of texts"),
        ("stop", [1], "fails", "stop must be a list of texts"),
    ],
)
def test_parameters_of_a_wrong_name_or_type(model, name, value, level, says):
    found = only(preflight(model, use="model", parameters={name: value}))
    assert (found.level, says in found.text) == (level, True), found.text


@given(st.sampled_from(sorted(PARAMETERS)), st.integers() | st.floats() | st.booleans() | st.lists(st.text()))
def test_a_parameter_is_right_for_one_kind_of_value_only(name, value):
    kinds = {int: (int,), float: (int, float), bool: (bool,), list: (list,)}[PARAMETERS[name]]
    right = type(value) in kinds or (kinds == (int,) and isinstance(value, float) and value.is_integer())
    assert (preflight(small_model(), use="model", parameters={name: value}) == []) == right


@pytest.mark.parametrize(
    ("mixture", "wanted", "says"),
    [
        (1, "q4_K_M", ""),
        (0, "F16", ""),
        (32, "Q8_0", ""),
        (15, "Q8_0", r"quantized already (Q4_K_M)"),
        (1, "Q5_K_M", "cannot quantize to Q5_K_M. It can to F32, F16, Q4_K_S, Q4_K_M, Q8_0"),
    ],
)
def test_what_ollama_can_quantize(tmp_path, mixture, wanted, says):
    file = read(write(tmp_path / "poet.gguf", LLAMA | {"general.file_type": mixture}))
    found = preflight(file, use="model", quantize=wanted)
    assert [(one.level, says in one.text) for one in found] == ([("refused", True)] if says else [])


def test_too_little_room(model):
    found = only(preflight(model, use="model", free_bytes=2 * model.size - 1))
    assert (found.level, "twice the size of the file" in found.text) == ("refused", True)


def test_everything_is_said_at_once(tmp_path):
    file = with_template(tmp_path, "{% if %}")
    found = preflight(file, use="model", parameters={"no_such": 1}, quantize="Q8_0", free_bytes=0)
    assert sorted(one.level for one in found) == ["fails", "refused", "refused", "refused"]


REAL = "blk.0.attn_q.weight"
ACCEPTED_AND_FAILING = {
    "other shapes": (REAL, (64, 8), (8, 64)),
    "other ranks": (REAL, (576, 8), (4, 576)),
    "not in the base": ("blk.99.attn_q.weight", (576, 8), (8, 576)),
    "tied embeddings": ("token_embd.weight", (8, 49152), (8, 576)),
}


@pytest.mark.ollama
@pytest.mark.slow
@pytest.mark.parametrize("case", ["fits", *ACCEPTED_AND_FAILING])
def test_ollama_fails_where_preflight_says_so(tmp_path, case):
    """On the embedded model, with an adapter that fits and those that do not."""
    target, down, up = ACCEPTED_AND_FAILING.get(case, (REAL, (576, 8), (8, 576)))
    file = lora(tmp_path, target, down, up)
    base = find_embedded(None)
    says_so = [one.level for one in hindering(preflight(file, use="adapter", base=small_model().tensors))]
    assert says_so == ([] if case == "fits" else ["fails"])
    url = ollama_url(os.environ.get("OLLAMA_HOST", ""))
    try:
        httpx.get(f"{url}/api/version", timeout=5)
    except httpx.HTTPError as absent:
        pytest.skip(f"no Ollama at {url}: {absent}")
    with httpx.Client(base_url=url, timeout=120) as client:
        body = {"files": {"base.gguf": sent(client, base)}, "adapters": {"lora.gguf": sent(client, file.path)}}
        try:
            made = client.post("/api/create", json={"model": "preflight-base", "files": body["files"], "stream": False})
            assert made.status_code == 200, made.text
            on_base = {"model": "preflight-test", "from": "preflight-base", "adapters": body["adapters"]}
            made = client.post("/api/create", json={**on_base, "stream": False})
            assert made.status_code == 200, made.text
            said = client.post(
                "/api/chat",
                json={
                    "model": "preflight-test",
                    "messages": [{"role": "user", "content": "Snow."}],
                    "options": {"num_predict": 4, "num_ctx": 512},
                    "keep_alive": 0,
                    "stream": False,
                },
            )
            assert said.status_code == (200 if case == "fits" else 500), said.text
        finally:
            for name in ("preflight-test", "preflight-base"):
                client.request("DELETE", "/api/delete", json={"model": name})


def sent(client: httpx.Client, path: Path) -> str:
    """Have the server hold the file; its digest."""
    digest = f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
    if client.head(f"/api/blobs/{digest}").status_code != 200:
        client.post(f"/api/blobs/{digest}", content=path.read_bytes()).raise_for_status()
    return digest
