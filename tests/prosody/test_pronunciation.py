"""How words sound that the dictionary has, that it has in another shape, and that it does not have."""

from __future__ import annotations

import pytest

from poetry_tui.prosody.pronunciation import pronunciations


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("night", "N AY1 T"),
        ("o'er", "AO1 R"),
        ("heav'n", "HH EH1 V AH0 N"),
        ("lighthouse's", "L AY1 T HH AW2 S IH0 Z"),
        ("shimmered", "SH IH1 M ER0 D"),
        ("leafless", "L IY1 F L AH0 S"),
        ("walketh", "W AO1 K AH0 TH"),
    ],
)
def test_known_words_in_the_shapes_that_poems_have(word, phones):
    said = pronunciations(word)
    assert " ".join(said[0].phones) == phones
    assert all(one.known for one in said)


def test_a_word_said_in_two_ways_has_both():
    assert {one.stresses for one in pronunciations("record")} >= {"01", "10"}


def test_halves_of_a_compound_keep_their_sounds():
    said, *_ = pronunciations("salt-white")
    assert said.phones == ("S", "AO1", "L", "T", "W", "AY2", "T")
    assert said.known


@pytest.mark.parametrize(
    ("word", "count"), [("shimbrelow", 3), ("thrumble", 2), ("snarbed", 1), ("snarted", 2), ("ploosh", 1), ("tzk", 1)]
)
def test_an_unknown_word_has_a_guess_that_says_so(word, count):
    (said,) = pronunciations(word)
    assert len(said.stresses) == count
    assert not said.known


@pytest.mark.parametrize("word", ["", "'", "-", "42", "sh", "SH", "hmm", "th'", "pst", "水", "ſ", "a-", "e" * 5000])
def test_any_word_has_a_syllable(word):
    assert all(one.stresses for one in pronunciations(word))
