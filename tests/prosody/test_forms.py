"""Every form in the registry: a poem of ours keeps it, keeps no other that it should not, and is recognised."""

from __future__ import annotations

import pytest

from poetry_tui.prosody.form_registry import detect, form_named, forms
from poetry_tui.prosody.identify import identify
from poetry_tui.prosody.report import report
from poetry_tui.verse import Poem
from tests.prosody.poems import POEMS

ALSO = {
    "miltonic sonnet": {"petrarchan sonnet"},
    "ballad": {"common measure"},
    "common measure": {"ballad", "quatrains"},
    "quatrains": {"ballad", "common measure"},
    "long measure": {"quatrains"},
    "short measure": {"quatrains"},
    "in memoriam stanza": {"long measure"},
    "heroic quatrain": {"quatrains"},
    "heroic couplets": {"couplets"},
}
"""Forms that contain another: a poem in the one keeps the other, too."""


def broken(text: str, form: str) -> list[str]:
    found = report(Poem.parse(text), form_named(form))
    return [rule.text for rule in found.rules if not rule.met]


def test_there_is_a_poem_for_every_form():
    assert set(POEMS) == set(forms())
    assert len(forms()) >= 24


@pytest.mark.parametrize("name", list(POEMS))
def test_a_poem_keeps_its_own_form_and_no_other(name):
    poem = Poem.parse(POEMS[name])
    kept = {other for other, form in forms().items() if report(poem, form).holds}
    assert kept == {name, "free verse"} | ALSO.get(name, set())


@pytest.mark.parametrize("name", list(POEMS))
def test_a_poem_is_recognised(name):
    assert name in {found.form.name for found in identify(Poem.parse(POEMS[name]))}


@pytest.mark.parametrize("name", [name for name in POEMS if name not in ("free verse", "blank verse", "acrostic")])
def test_a_poem_without_its_third_line_breaks_its_form(name):
    third = Poem.parse(POEMS[name]).lines[2].text
    assert not report(Poem.parse(POEMS[name].replace(f"{third}", "", 1)), form_named(name)).holds


class TestRules:
    def test_a_refrain_that_changes_is_named_by_its_lines(self):
        changed = POEMS["villanelle"].replace(
            "The river takes the color of the stone.\n\nI learned", "A stone.\n\nI learned"
        )
        assert "lines 1, 6, 12, 18 the same" in broken(changed, "villanelle")

    def test_a_sestina_keeps_the_order_of_its_end_words(self):
        swapped = POEMS["sestina"].replace("toward light\n", "toward wall\n", 1)
        assert broken(swapped, "sestina") == ["end words come in the order 6-1-5-2-4-3 of the stanza before"]

    def test_a_pantoum_carries_its_lines(self):
        dropped = POEMS["pantoum"].replace("\n\nThe windows full of faces", "\n\nThe corridors of faces", 1)
        (rule,) = [
            rule for rule in report(Poem.parse(dropped), form_named("pantoum")).rules if rule.hard and not rule.met
        ]
        assert rule.lines == (5,)

    def test_a_ghazal_ends_on_its_refrain_and_rhymes_before_it(self):
        other = POEMS["ghazal"].replace("and learned to write, at night", "and learned to sing, at night")
        assert any("a rhyme stands before them" in text for text in broken(other, "ghazal"))
        assert broken(POEMS["ghazal"].replace("sight at night", "sight all day"), "ghazal")

    def test_a_rondeau_takes_up_its_opening_words(self):
        assert broken(
            POEMS["rondeau"].replace("ran away\nbefore the snow", "ran away\nwithout the snow"), "rondeau"
        ) == ["lines 9, 15 are the opening words of line 1"]

    def test_an_acrostic_spells_a_word(self):
        kept = report(Poem.parse(POEMS["acrostic"]), form_named("acrostic")).rules
        assert any("winter" in rule.text for rule in kept)
        assert broken(POEMS["acrostic"].replace("nothing", "zero"), "acrostic")

    def test_blank_verse_that_rhymes_is_none(self):
        assert "no rhyme" in broken(POEMS["heroic couplets"], "blank verse")

    def test_a_hymn_with_a_beat_too_many_leaves_its_measure(self):
        found = report(Poem.parse(POEMS["long measure"]), form_named("common measure"))
        assert not found.holds
        assert any("wanted" in fault for line in found.lines for fault in line.faults)

    def test_terza_rima_may_end_on_one_line_or_two(self):
        form = form_named("terza rima")
        assert form.scheme_for(7) == "ABABCBC"
        assert form.scheme_for(8) == "ABABCBCC"


class TestDetect:
    @pytest.mark.parametrize(
        ("request_text", "name"),
        [
            ("a Spenserian sonnet on mud", "spenserian sonnet"),
            ("write an Italian sonnet", "petrarchan sonnet"),
            ("something in rhyme royal about a duck", "rhyme royal"),
            ("common metre, please", "common measure"),
            ("Ten GHAZALS for my aunt", "ghazal"),
            ("terza_rima", "terza rima"),
        ],
    )
    def test_a_request_names_its_form(self, request_text, name):
        assert detect(request_text).name == name

    @pytest.mark.parametrize("request_text", ["", "a poem about a bellad", "sonnets' ghost? no: sonnetish", "水"])
    def test_no_form_is_read_into_other_words(self, request_text):
        found = detect(request_text)
        assert found is None or found.name == "sonnet"


def test_contracts_name_what_is_asked():
    assert "the first letters of its lines spell a word" in form_named("acrostic").contract
    assert "line 2 of a stanza is line 1 of the next" in form_named("pantoum").contract
    assert all(form.contract.startswith(name) for name, form in forms().items())
