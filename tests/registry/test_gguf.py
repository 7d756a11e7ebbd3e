"""Model files: what stands in them, and what a person is told of those that cannot be used."""

from __future__ import annotations

import struct
import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poetry_tui.errors import BadModelFile, ModelNotFound
from poetry_tui.llm.embedded import find_embedded
from poetry_tui.llm.gguf_header import TENSOR_TYPES, require_adapter, require_model
from poetry_tui.registry.gguf import is_later_part, read
from tests.registry.gguf_files import (
    ARRAY,
    F32,
    LLAMA,
    LORA,
    LORA_WEIGHTS,
    STRING,
    U32,
    WEIGHTS,
    Array,
    gguf,
    header,
    text,
    value,
    write,
    write_split,
)


def test_what_a_model_is(tmp_path):
    path = write(tmp_path / "poet.gguf")
    found = read(path)
    assert (found.kind, found.architecture, found.name, found.quantization) == (
        "model",
        "llama",
        "A small poet",
        "Q4_K_M",
    )
    assert found.parameters == 64 * 4 + 64 * 64 + 64 * 32
    assert (found.context_length, found.layers, found.heads, found.kv_heads, found.embedding) == (2048, 2, 4, 2, 64)
    assert (found.key_length, found.value_length) == (None, None)
    assert found.tokenizer == "gpt2"
    assert found.chat_template == LLAMA["tokenizer.chat_template"]
    assert found.tensors["blk.0.attn_k.weight"] == (64, 32)
    assert (found.parts, found.size) == ((path,), path.stat().st_size)
    assert "tokenizer.ggml.tokens" not in found.metadata


def test_what_an_adapter_is(tmp_path):
    found = read(write(tmp_path / "poet-lora.gguf", LORA, LORA_WEIGHTS))
    assert (found.kind, found.name, found.quantization, found.chat_template) == ("adapter", "poet-lora", "F32", None)


def test_the_real_model_is_read_as_its_own_tools_read_it():
    import gguf as theirs

    path = find_embedded(None)
    found, fields = read(path), theirs.GGUFReader(path)
    assert found.tensors == {one.name: tuple(map(int, one.shape)) for one in fields.tensors}
    assert found.parameters == sum(int(one.n_elements) for one in fields.tensors) == 134_515_008
    assert found.chat_template == fields.fields["tokenizer.chat_template"].contents()
    assert (found.quantization, found.context_length, found.layers, found.heads, found.kv_heads, found.embedding) == (
        "Q4_1",
        8192,
        30,
        9,
        3,
        576,
    )


def test_tensor_types_are_those_of_ggml():
    import gguf as theirs

    assert {number: (kind.weights, kind.bytes) for number, kind in TENSOR_TYPES.items()} == {
        int(kind): sizes for kind, sizes in theirs.GGML_QUANT_SIZES.items()
    }


def test_mixtures_are_named_as_llama_cpp_names_them(tmp_path):
    import gguf as theirs

    for mixture in theirs.LlamaFileType:
        if mixture.name != "GUESSED":
            found = read(write(tmp_path / "m.gguf", LLAMA | {"general.file_type": int(mixture)}))
            assert found.quantization == mixture.name.removeprefix("MOSTLY_").removeprefix("ALL_")


def test_without_a_stated_mixture_most_weights_decide(tmp_path):
    metadata = {key: fact for key, fact in LLAMA.items() if key != "general.file_type"}
    assert read(write(tmp_path / "poet.gguf", metadata)).quantization == "F32"


def test_layers_that_differ_count_as_the_largest(tmp_path):
    metadata = LLAMA | {"llama.attention.head_count_kv": Array(U32, [0, 4, 0, 2])}
    assert read(write(tmp_path / "hybrid.gguf", metadata)).kv_heads == 4


def test_without_groups_every_head_has_its_own_keys(tmp_path):
    metadata = {key: fact for key, fact in LLAMA.items() if not key.endswith("head_count_kv")}
    assert read(write(tmp_path / "old.gguf", metadata)).kv_heads == 4


@pytest.mark.parametrize("given_part", [0, 1, 2])
def test_a_split_model_is_one_whichever_part_is_given(tmp_path, given_part):
    parts = write_split(tmp_path, parts=3)
    found = read(parts[given_part])
    assert found.parts == tuple(parts)
    assert found.name == "A small poet"
    assert found.size == sum(part.stat().st_size for part in parts)
    assert found.tensors == {name: tuple(shape) for name, (shape, _, _) in WEIGHTS.items()}


def test_only_the_first_part_stands_for_a_split_model(tmp_path):
    assert [is_later_part(part) for part in write_split(tmp_path)] == [False, True]
    assert not is_later_part(Path("poet.gguf"))


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_a_missing_part_is_named(tmp_path, missing):
    parts = write_split(tmp_path, parts=3)
    parts[missing].unlink()
    with pytest.raises(BadModelFile, match=rf"{parts[missing].name} is missing"):
        read(parts[(missing + 1) % 3])


def test_a_part_that_was_renamed(tmp_path):
    lone = write_split(tmp_path)[0].rename(tmp_path / "poet.gguf")
    with pytest.raises(BadModelFile, match=r"one of the 2 parts.*names back: MODEL-00001-of-00002\.gguf"):
        read(lone)


def test_parts_of_two_models(tmp_path):
    first, second = write_split(tmp_path)
    write(second, {"split.no": 1, "split.count": 2, "split.tensors.count": 1}, {})
    with pytest.raises(BadModelFile, match="do not belong together"):
        read(first)


def test_a_damaged_part_is_named(tmp_path):
    first, second = write_split(tmp_path)
    second.write_bytes(second.read_bytes()[:60])
    with pytest.raises(BadModelFile, match=second.name):
        read(first)


WHOLE = gguf(LLAMA, WEIGHTS)
BIG_ENDIAN = b"GGUF" + struct.pack(">IQQ", 3, 1, 1)
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 4920739232\n"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", r"is empty.*Download"),
        (LFS, r"Git LFS pointer.*git lfs pull"),
        (b"  <!DOCTYPE html><html><body>Sign in", r"a web page.*another address, or a login"),
        (b'{"error": "Repository not found"}', r"a text.*Give the path"),
        ("Schnee fällt auf die Fähre\n".encode(), "a text"),
        (struct.pack("<Q", 40) + b'{"__metadata__":{}}', r"a safetensors file.*convert_hf_to_gguf"),
        (b"PK\x03\x04" + bytes(60), "zip or PyTorch"),
        (b"tjgg" + bytes(60), "its predecessor"),
        (bytes(4096), r"a row of zeros.*did not finish"),
        (b"\x7fELF" + bytes(range(256)), "something else"),
        (b"GGUF", "cut off in the middle of its header"),
        (BIG_ENDIAN, r"big-endian.*gguf-convert-endian"),
        (gguf(LLAMA, WEIGHTS, version=1), "version 1, which is no longer read"),
        (gguf(LLAMA, WEIGHTS, version=4), r"version 4; 2 and 3 can be read.*Update"),
        (WHOLE[:20], "cut off in the middle of its header"),
        (WHOLE[:300], "cut off"),
        (WHOLE[:-64], r"'blk\.0\.attn_k\.weight' ends at byte [\d,]+, the file at [\d,]+\. Download"),
        (gguf({}, {}), r"does not say what it is \(no general\.architecture\)"),
        (gguf({"general.architecture": 7}, {}), "does not say what it is"),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_what_cannot_be_used_says_why_and_what_to_do(tmp_path, content, says):
    path = tmp_path / "poet.gguf"
    path.write_bytes(content)
    with pytest.raises(BadModelFile, match=says) as error:
        read(path)
    assert str(path) in str(error.value)


def test_version_2_is_read(tmp_path):
    path = tmp_path / "poet.gguf"
    path.write_bytes(gguf(LLAMA, WEIGHTS, version=2))
    assert read(path).layers == 2


def test_no_file_and_a_folder(tmp_path):
    with pytest.raises(ModelNotFound, match=r"none\.gguf: No such file.*Check the path"):
        read(tmp_path / "none.gguf")
    with pytest.raises(ModelNotFound, match="Is a directory"):
        read(tmp_path)


HUGE = 1 << 62


def one_key(content: bytes) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text("k") + content


def one_tensor(dimensions: int, *numbers: int) -> bytes:
    shaped = text("t") + struct.pack(f"<I{len(numbers) - 2}QIQ", dimensions, *numbers)
    return b"GGUF" + struct.pack("<IQQ", 3, 1, 0) + shaped


@pytest.mark.parametrize(
    "content",
    {
        "keys": b"GGUF" + struct.pack("<IQQ", 3, 0, HUGE),
        "tensors": b"GGUF" + struct.pack("<IQQ", 3, HUGE, 0),
        "length of a key": b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 2**64 - 1),
        "length of a text": one_key(struct.pack("<IQ", STRING, HUGE)),
        "numbers of an array": one_key(struct.pack("<IIQ", ARRAY, F32, HUGE)),
        "texts of an array": one_key(struct.pack("<IIQ", ARRAY, STRING, HUGE)),
        "length of a word": one_key(struct.pack("<IIQQ", ARRAY, STRING, 2, 2**64 - 1)),
        "arrays in an array": one_key(struct.pack("<IIQ", ARRAY, ARRAY, 1) + struct.pack("<IQ", ARRAY, 1) * 999),
        "type of a value": one_key(struct.pack("<I", 99)),
        "the same key twice": b"GGUF" + struct.pack("<IQQ", 3, 0, 2) + (text("k") + value(1)) * 2,
        "the same tensor twice": b"GGUF"
        + struct.pack("<IQQ", 3, 2, 0)
        + (text("t") + struct.pack("<IIQ", 0, 0, 0)) * 2,
        "not UTF-8": one_key(struct.pack("<IQ", STRING, 2) + b"\xff\xfe"),
        "dimensions": one_tensor(HUGE >> 32, 1, 0, 0),
        "shape": one_tensor(4, HUGE, HUGE, HUGE, HUGE, 0, 0),
        "place of a tensor": one_tensor(1, 1, 0, HUGE),
        "alignment 0": gguf({"general.alignment": 0}, {}),
        "alignment in words": gguf({"general.alignment": "wide"}, {}),
    }.items(),
    ids=lambda case: case[0],
)
def test_what_promises_more_than_there_is_costs_nothing(tmp_path, content):
    path = tmp_path / "hostile.gguf"
    path.write_bytes(content[1] + bytes(64))
    tracemalloc.start()
    started = time.perf_counter()
    try:
        with pytest.raises(BadModelFile, match=r"hostile\.gguf is (damaged|cut off)"):
            read(path)
        assert time.perf_counter() - started < 0.5
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


def test_a_large_file_cannot_hold_the_reader_up(tmp_path):
    """A file that is as large as its counts promise, and holds nothing but them."""
    path = tmp_path / "hollow.gguf"
    with path.open("wb") as stream:
        stream.write(one_key(struct.pack("<IIQ", ARRAY, STRING, 1 << 28)))
        stream.truncate(1 << 32)
    started = time.perf_counter()
    with pytest.raises(BadModelFile, match="268,435,456 texts"):
        read(path)
    assert time.perf_counter() - started < 0.5


def test_who_loads_a_file_asks_for_the_right_kind(tmp_path):
    model = write(tmp_path / "poet.gguf")
    adapter = write(tmp_path / "lora.gguf", LORA, LORA_WEIGHTS)
    assert require_model(model) == 2048
    require_adapter(adapter)
    with pytest.raises(BadModelFile, match=r"is an adapter.*gguf:MODEL\.gguf\+lora\.gguf"):
        require_model(adapter)
    with pytest.raises(BadModelFile, match="is not an adapter"):
        require_adapter(model)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "fuzzed.gguf"


HEADER = len(header(LLAMA, WEIGHTS))
EDGES = st.sampled_from([0, 1, 127, 128, 255]) | st.integers(0, 255)


@given(
    changes=st.lists(st.tuples(st.integers(0, HEADER - 1), EDGES), max_size=8), end=st.none() | st.integers(0, HEADER)
)
def test_any_file_is_read_or_refused(scratch, changes, end):
    content = bytearray(WHOLE)
    for place, byte in changes:
        content[place] = byte
    refused_or_read(scratch, bytes(content[:end]))


@given(
    place=st.integers(4, HEADER - 8),
    number=st.sampled_from([2**64 - 1, 2**63, 2**63 - 1, 2**32, 2**31, 65536, 4096]) | st.integers(0, 2**64 - 1),
)
def test_any_number_anywhere(scratch, place, number):
    refused_or_read(scratch, WHOLE[:place] + struct.pack("<Q", number) + WHOLE[place + 8 :])


@given(st.binary(max_size=300))
def test_any_bytes_after_the_magic(scratch, content):
    refused_or_read(scratch, b"GGUF" + struct.pack("<I", 3) + content)


def refused_or_read(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    try:
        kept_promise = read(path).size == len(content)
    except BadModelFile as error:
        kept_promise = str(path) in str(error)
    assert kept_promise
