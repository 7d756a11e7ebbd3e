"""What is measured of a draft, said so that a poet can use it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poetry_tui.errors import BadRequest
from poetry_tui.prosody.form_registry import detect, form_named, forms
from poetry_tui.prosody.pronunciation import pronunciations
from poetry_tui.prosody.report import report
from poetry_tui.prosody.rhyme_analyzer import rhyme_letters
from poetry_tui.prosody.rhyme_kinds import rhyme_of
from poetry_tui.prosody.suggestions import words_that_rhyme
from poetry_tui.verse import Poem
from tests.prosody.poems import POEMS

SONNET = POEMS["sonnet"]
HAIKU = "rain on the tin roof\nthe cat turns over one ear\nand gives up on noon"


class TestRhyme:
    @pytest.mark.parametrize(
        ("first", "second", "kind"),
        [
            ("light", "night", "perfect"),
            ("moonlight", "night", "perfect"),
            ("enough", "rough", "perfect"),
            ("heav'n", "seven", "perfect"),
            ("stone", "stone", "identical"),
            ("enough", "love", "slant"),
            ("majesty", "be", "slant"),
            ("orange", "kettle", "none"),
        ],
    )
    def test_kinds(self, first, second, kind):
        assert rhyme_of(first, second) == kind

    def test_letters_are_given_in_order_of_appearance(self):
        assert rhyme_letters([["fall", "light", "wall", "night", "lend"]]) == ["A", "B", "A", "B", ""]

    def test_suggestions_rhyme_and_are_not_the_words_at_hand(self):
        found = words_that_rhyme("enough", ["rough"])
        assert found
        assert "rough" not in found
        assert all(rhyme_of(word, "enough") == "perfect" for word in found)


def test_no_entry_of_the_dictionary_carries_a_comment():
    assert all(
        phone.isalnum() for word in ("d'artagnan", "aalborg") for said in pronunciations(word) for phone in said.phones
    )


class TestSonnet:
    def test_a_sonnet_holds(self):
        found = report(Poem.parse(SONNET), form_named("sonnet"))
        assert found.holds
        assert found.scheme == "ABAB CDCD EFEF GG"
        assert found.meter == "iambic pentameter"
        assert found.rhyme_faults == ()

    def test_a_failing_rhyme_is_named_by_line_word_and_partner(self):
        broken = SONNET.replace("the hand is rough", "the hand is love")
        found = report(Poem.parse(broken), form_named("sonnet"))
        assert not found.holds
        (fault,) = found.rhyme_faults
        assert (fault.line, fault.word, fault.partner, fault.partner_word, fault.kind) == (
            14,
            "love",
            13,
            "enough",
            "slant",
        )
        assert "rough" in fault.suggestions
        assert not found.lines[13].rhymes
        assert "line 14 'love' should rhyme with line 13 'enough'" in found.block()

    def test_a_missing_line_breaks_the_contract(self):
        short = Poem.parse(SONNET.rsplit("\n", 1)[0])
        assert not report(short, form_named("sonnet")).holds

    def test_other_stanzas_are_reported_but_do_not_break_it(self):
        found = report(Poem.parse(SONNET.replace("\n\n", "\n")), form_named("sonnet"))
        assert found.holds
        assert any(not rule.met and not rule.hard for rule in found.rules)

    def test_a_line_off_meter_says_why(self):
        longer = SONNET.replace("their iron music", "their small and tired and iron music")
        line = report(Poem.parse(longer), form_named("sonnet")).lines[7]
        assert not line.on_meter
        assert "10 wanted" in line.faults[0]

    def test_scansion_marks_stand_over_letters(self):
        poem = Poem.parse(SONNET)
        for line, text in zip(report(poem, form_named("sonnet")).lines, poem.lines, strict=True):
            assert all(text.text[at].isalpha() for at, mark in enumerate(line.scansion) if mark in "x/")


def test_haiku_counts_syllables():
    assert report(Poem.parse(HAIKU), form_named("haiku")).holds
    found = report(Poem.parse(HAIKU.replace("the cat", "the small grey cat")), form_named("haiku"))
    assert not found.holds
    assert found.lines[1].faults == ("9 syllables, 7 wanted",)


def test_a_line_off_the_beat_names_the_word():
    off = SONNET.replace("It pays in pewter, then", "It pays pewter, silver,")
    assert report(Poem.parse(off), form_named("sonnet")).lines[5].faults == (
        "the stress of 'pewter' falls off the beat of iambic pentameter",
    )


def test_a_ballad_is_heard_in_four_beats_and_three_by_turns():
    ballad = """The miller kept a lantern lit
for boats that came in late,
and no one asked him what he feared
or why he swung the gate."""
    found = report(Poem.parse(ballad), form_named("common measure"))
    assert found.meter == "iambic tetrameter and iambic trimeter"
    assert found.on_meter == 4
    assert found.holds
    assert found.scheme == "xAxA"


def test_without_a_form_everything_holds_and_is_described():
    found = report(Poem.parse(SONNET), None)
    assert found.holds
    assert found.scheme == "ABAB CDCD EFEF GG"
    assert found.meter == "iambic pentameter"


@given(st.text(max_size=300), st.sampled_from([*forms(), ""]))
@settings(deadline=None)
def test_any_text_can_be_measured(text, name):
    found = report(Poem.parse(text), form_named(name) if name else None)
    assert found.block()
    assert len(found.lines) == len(Poem.parse(text).lines)


class TestForms:
    def test_a_request_names_its_form(self):
        assert detect("A Petrarchan sonnet on rust").name == "petrarchan sonnet"
        assert detect("two haikus").name == "haiku"
        assert detect("a poem about winter light") is None

    def test_an_unknown_form_lists_the_nearest(self):
        with pytest.raises(BadRequest, match="Did you mean sonnet"):
            form_named("sonet")

    def test_aliases_and_spelling_do_not_matter(self):
        assert form_named("Shakespearean_Sonnet").name == "sonnet"

    @pytest.mark.parametrize("name", list(forms()))
    def test_a_fixed_form_has_a_letter_and_a_place_for_every_line(self, name):
        form = forms()[name]
        assert form.contract.startswith(name)
        if form.lines and form.scheme:
            assert len(form.scheme_for(form.lines)) == form.lines
        if form.lines and form.stanzas:
            assert sum(form.stanzas) == form.lines
        if form.stanza and form.scheme:
            assert len(form.scheme) == form.stanza
