"""`poetry-tui analyze` and `poetry-tui forms`: what they print, for people and for programs, and how they refuse."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from poetry_tui.cli import app
from poetry_tui.errors import BadRequest
from tests.prosody.poems import POEMS


def said(*arguments: str, given: str | bytes = "") -> str:
    """What the command prints; its errors are raised."""
    result = CliRunner().invoke(app, arguments, input=given, catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


@pytest.fixture
def sonnet(tmp_path):
    path = tmp_path / "sonnet.txt"
    path.write_text(POEMS["sonnet"].replace("the hand is rough", "the hand is love"), encoding="utf-8")
    return str(path)


def test_rhyme_of_a_file_says_what_fails_and_what_would_rhyme(sonnet):
    text = said("analyze", "rhyme", sonnet, "--form", "sonnet")
    assert "should rhyme with line 13 'enough': " in text
    assert "rough" in text
    assert "rhyme scheme ABAB CDCD EFEF GG" in text


def test_rhyme_as_json(sonnet):
    found = json.loads(said("analyze", "rhyme", sonnet, "--form", "sonnet", "--json"))
    assert found["letters"][:4] == ["A", "B", "A", "B"]
    assert found["deviations"][0]["line"] == 14


def test_a_form_may_have_more_schemes_than_one():
    assert "✗" not in said("analyze", "rhyme", "-", "--form", "miltonic sonnet", given=POEMS["petrarchan sonnet"])
    assert "✗" not in said("analyze", "rhyme", "-", "--form", "ballad", given=POEMS["common measure"])


def test_meter_from_standard_input():
    text = said("analyze", "meter", "-", given=POEMS["blank verse"])
    assert "iambic pentameter; 100% of the lines keep it" in text
    assert "-+|-+|-+|-+|-+" in text


def test_meter_as_json_tells_metrical_from_performed_stress():
    found = json.loads(said("analyze", "meter", "-", "--json", given=POEMS["common measure"]))
    assert found["meter"] == "iambic tetrameter and iambic trimeter"
    assert found["lines"][2]["metrical"] == "-+-+-+-+"


def test_form_names_what_it_finds():
    assert said("analyze", "form", "-", given=POEMS["villanelle"]).startswith("villanelle (kept to 100%)")
    found = json.loads(said("analyze", "form", "-", "--json", given=POEMS["sestina"]))
    assert found["identified"][0]["form"] == "sestina"
    assert found["holds"]


def test_form_against_a_form_tells_each_rule(sonnet):
    text = said("analyze", "form", sonnet, "--form", "petrarchan sonnet")
    assert "broken: rhyme scheme ABBA" in text
    assert "kept: 14 lines (there are 14)" in text


@pytest.mark.parametrize("kind", ["rhyme", "meter", "form"])
@pytest.mark.parametrize("given", [b"", b"***\n---", b"\xff\xfe\x00"])
def test_what_holds_no_verse_is_said(kind, given):
    text = said("analyze", kind, "-", given=given)
    assert "no line holds a word" in text or given.startswith(b"\xff")
    json.loads(said("analyze", kind, "-", "--json", given=given))


def test_forms_are_listed_and_shown():
    assert said("forms").count("\n") >= 24
    assert "lines 1, 6, 12, 18 are the same line" in said("forms", "villanelle")
    assert {form["name"] for form in json.loads(said("forms", "--json"))} >= {"sonnet", "free verse"}


@pytest.mark.parametrize("path", ["nowhere.txt", ".", "a\x00b"])
def test_a_file_that_cannot_be_read_is_named(path):
    with pytest.raises(BadRequest, match="Name a text file, or - for standard input"):
        said("analyze", "rhyme", path)


def test_an_unknown_form_lists_the_nearest(sonnet):
    with pytest.raises(BadRequest, match="Did you mean sonnet"):
        said("analyze", "form", sonnet, "--form", "sonet")
