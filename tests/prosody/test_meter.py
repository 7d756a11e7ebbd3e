"""How lines are scanned: meter of the poem, beats of the line, substitutions, performed stress."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poetry_tui.prosody.meter_analyzer import Meter, analyze_meter, marks_over, scan_stanzas
from poetry_tui.prosody.readings import words_of
from poetry_tui.verse import Poem
from tests.prosody.poems import POEMS

TROCHAIC = """Tell the kettle, tell the ladle,
tell the spider in the cradle,
tell the sparrow, tell the starling,
winter comes for every darling."""
DACTYLIC = """Over the meadow the evening is carrying
lanterns of yellow and ribbons of gray to us,
under the willows the children are tarrying,
singing the songs that their mothers would say to us."""


def name_of(text: str) -> str:
    return analyze_meter(Poem.parse(text)).name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (POEMS["sonnet"], "iambic pentameter"),
        (POEMS["blank verse"], "iambic pentameter"),
        (POEMS["long measure"], "iambic tetrameter"),
        (POEMS["common measure"], "iambic tetrameter and iambic trimeter"),
        (POEMS["couplets"], "anapestic tetrameter"),
        (TROCHAIC, "trochaic tetrameter"),
        (DACTYLIC, "dactylic tetrameter"),
        (POEMS["free verse"], ""),
        ("one line only, and no more than that", ""),
    ],
)
def test_a_poem_has_a_meter(text, name):
    assert name_of(text) == name


def test_the_foot_is_chosen_for_the_poem_as_a_whole():
    first, *_ = analyze_meter(Poem.parse("Winter is coming, and the roads are white,\n" + POEMS["blank verse"])).lines
    assert first.foot == "iambic"
    assert first.metrical == "+--+-+-+-+"
    assert first.division.substitutions[0] == (1, "inversion")


def line_in_pentameter(text: str):
    return scan_stanzas([[text]], (Meter("iambic", 5),)).lines[0]


class TestLine:
    def test_metrical_and_performed_stress_are_told_apart(self):
        line = line_in_pentameter("I lift one hand to where the pane still gave")
        assert line.metrical == "-+-+-+-+-+"
        assert line.performed == "-+-+-+-+++"
        assert line.division.barred == "-+|-+|-+|-+|-+"

    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ("I had a thought that nothing could be ending", "feminine ending"),
            ("Winter is coming, and the roads are white", "inversion"),
            ("The sill keeps what the afternoon lets fall", "spondee"),
        ],
    )
    def test_substitutions_have_names(self, text, name):
        assert name in {said for _, said in line_in_pentameter(text).division.substitutions}

    def test_an_elision_that_the_meter_needs_is_told(self):
        line = line_in_pentameter("and every wandering heaven of the mind")
        assert len(line.metrical) == 10
        assert line.elisions
        assert not line.fault

    def test_a_line_of_another_length_says_so(self):
        assert line_in_pentameter("the cat is on the mat").fault == "6 syllables, 10 wanted"

    def test_a_line_off_the_beat_names_the_word(self):
        assert "'pewter'" in line_in_pentameter("It pays pewter, silver, it pays in lead").fault

    @pytest.mark.parametrize("text", ["", "…", "— — —", "🙂🙂"])
    def test_what_cannot_be_heard_is_said(self, text):
        assert line_in_pentameter(text).fault == "no words that could be heard"

    def test_marks_stand_over_the_letters_of_their_syllables(self):
        line = line_in_pentameter("The sill keeps what the afternoon lets fall")
        over = marks_over(line)
        assert all(line.text[at].isalpha() for at, mark in enumerate(over) if mark != " ")
        assert over.replace(" ", "") == line.performed.replace("+", "/").replace("-", "x")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Of th ' end , do n't tell", ["of", "th", "end", "don't", "tell"]),
        ("'T was o’er; the boys' heads", ["twas", "o'er", "the", "boys", "heads"]),
        ("salt-white wingèd", ["salt", "white", "wingèd"]),
    ],
)
def test_words_of_old_editions(text, words):
    found = words_of(text)
    assert [word.text for word in found] == words
    assert [word.pause for word in found][-1] == 2


@given(st.lists(st.lists(st.text(max_size=40), max_size=4), max_size=3))
@settings(deadline=None)
def test_any_text_can_be_scanned(stanzas):
    found = scan_stanzas(stanzas)
    assert len(found.lines) == sum(map(len, stanzas))
    for line in found.lines:
        assert line.metrical.count("+") == line.feet
        assert line.division.barred.replace("|", "") == line.metrical
        assert set(line.performed) <= {"+", "-"}
