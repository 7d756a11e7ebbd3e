"""The Modelfile language, held against what a real server understood (`modelfile_cases.json`)."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poetry_tui.errors import BadRequest
from poetry_tui.registry.modelfile import Modelfile, parse

CASES = json.loads((Path(__file__).parent / "modelfile_cases.json").read_text(encoding="utf-8"))
# What a parser cannot know: whether the base model, the adapter or a file is there, and Go's template language.
OUTSIDE = {
    "from a file that is not there",
    "from a name that is not there",
    "adapter that is not there",
    "template that does not parse",
}
BASE_STOPS = ["<|im_start|>", "<|im_end|>"]


def understood(text: str) -> dict[str, object]:
    """A parameter table as `show` prints it, as a mapping; the stop words of the base model left out."""
    found: dict[str, object] = {}
    for line in text.splitlines():
        name, _, value = line.partition(" ")
        value = value.strip()
        if name == "stop":
            found.setdefault("stop", []).append(json.loads(value))
        else:
            found[name] = float(value)
    if found.get("stop") == BASE_STOPS:
        del found["stop"]
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_as_a_real_server_understands_it(case):
    if case["exit"] and case["case"] not in OUTSIDE:
        with pytest.raises(BadRequest) as error:
            parse(case["modelfile"])
        assert case["error"] in str(error.value)
        return
    found = parse(case["modelfile"])
    if case["exit"]:
        return
    wanted = case["understood"]
    assert (found.system or "") == wanted.get("system", "")
    assert "\n".join(found.licenses) == wanted.get("license", "")
    assert [{"role": role, "content": text} for role, text in found.messages] == wanted.get("messages", [])
    assert found.parameters == pytest.approx(understood(wanted["parameters"]))
    if found.template is not None:
        assert found.template == wanted["template"]


@pytest.mark.parametrize("case", [case for case in CASES if not case["exit"]], ids=lambda case: case["case"])
def test_what_is_read_is_written_so_that_it_is_read_again(case):
    found = parse(case["modelfile"])
    assert parse(found.render()) == found


@given(
    st.text(alphabet=st.sampled_from('ab"\n\r\t {}#\\é雪'), max_size=30),
    st.text(alphabet=st.sampled_from('ab"\n '), max_size=12),
)
def test_any_text_comes_back_or_is_refused(system, stop):
    model = Modelfile(("base",), system=system, parameters={"stop": [stop]}, messages=(("user", system),))
    if re.search(r'"""[ \t]*[\r\n]', system + "\0" + stop):
        with pytest.raises(BadRequest, match='"""'):
            model.render()
    else:
        assert parse(model.render()) == model


@pytest.mark.parametrize("text", ['a\nline"""\nb', 'a\nline"""  \nb', '"""\n'])
def test_a_line_that_ends_in_triple_quotes_is_refused_with_the_reason(text):
    with pytest.raises(BadRequest, match=r"SYSTEM.*ends with"):
        Modelfile(("base",), system=text).render()


def test_characters_that_ollama_would_drop_are_refused_and_a_byte_order_mark_is_left_out():
    with pytest.raises(BadRequest, match=r"U\+00A0"):
        Modelfile(("base",), system="no\u00a0break").render()
    assert parse(Modelfile(("base",), system="\ufeffYou are a poet.").render()).system == "You are a poet."
    assert parse("\ufeffFROM base\n").sources == ("base",)


def test_parameters_have_their_types():
    found = parse(
        "FROM x\nPARAMETER temperature 1\nPARAMETER num_ctx 8192\nPARAMETER use_mmap false\nPARAMETER stop a\n"
    )
    assert found.parameters == {"temperature": 1.0, "num_ctx": 8192, "use_mmap": False, "stop": ["a"]}
    for wrong in ("num_ctx 1.5", "use_mmap maybe", "Temperature 1", "num_ctx 99999999999999999999"):
        with pytest.raises(BadRequest):
            parse(f"FROM x\nPARAMETER {wrong}\n")


def test_the_parts_of_a_split_file_are_all_named():
    assert parse("FROM ./a-1.gguf\nFROM ./a-2.gguf\n").sources == ("./a-1.gguf", "./a-2.gguf")
