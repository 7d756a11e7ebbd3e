"""What is heard to rhyme, of what kind, and where a wanted rhyme is missing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poetry_tui.prosody import rhyme_scheme
from poetry_tui.prosody.rhyme_analyzer import analyze_rhyme
from poetry_tui.prosody.rhyme_kinds import accepted, gender, rhyme_of, slant_of
from poetry_tui.prosody.rhyme_scheme import end_word, schemes
from poetry_tui.prosody.rhyme_sounds import likeness
from poetry_tui.prosody.suggestions import words_that_rhyme
from poetry_tui.verse import Poem
from tests.prosody.poems import POEMS


class TestKinds:
    @pytest.mark.parametrize(
        ("one", "other", "slant"),
        [
            ("majesty", "be", "promotion"),
            ("love", "prove", "historical"),
            ("come", "tomb", "historical"),
            ("cough", "though", "eye"),
            ("hall", "hell", "pararhyme"),
            ("enough", "love", "assonance"),
            ("light", "gold", ""),
            ("light", "night", ""),
        ],
    )
    def test_a_slant_rhyme_has_a_kind(self, one, other, slant):
        assert slant_of(one, other) == slant
        assert slant_of(other, one) == slant

    def test_a_word_rhymes_by_any_of_its_pronunciations(self):
        assert rhyme_of("wind", "mind") == "perfect"
        assert rhyme_of("wind", "sinned") == "perfect"

    def test_strict_wants_the_dictionary(self):
        assert accepted("love", "prove")
        assert not accepted("love", "prove", strict=True)
        assert accepted("snarve", "carve")
        assert not accepted("snarve", "carve", strict=True)

    @pytest.mark.parametrize(
        ("word", "kind"),
        [("night", "masculine"), ("slumber", "feminine"), ("tenderly", "triple"), ("alone", "masculine")],
    )
    def test_gender(self, word, kind):
        assert gender(word) == kind

    @given(st.text(max_size=12), st.text(max_size=12))
    @settings(deadline=None)
    def test_any_two_words_can_be_compared_either_way(self, one, other):
        assert rhyme_of(one, other) == rhyme_of(other, one)
        assert likeness(one, other) == likeness(other, one)


class TestScheme:
    def test_stanzas_share_a_scheme(self):
        assert schemes([["gate", "stone", "late", "alone"], ["fall", "bread", "wall", "dead"]]) == [(0, 1, 0, 1)] * 2

    def test_no_scheme_invents_a_rhyme(self):
        stanzas = [["gate", "stone", "late", "alone"]] * 3 + [["fall", "bread", "wall", "orange"]]
        assert schemes(stanzas)[3] == (0, 1, 0, 2)

    def test_blank_verse_does_not_rhyme(self):
        assert not any(analyze_rhyme(Poem.parse(POEMS["blank verse"])).letters)

    def test_old_spelling_and_custom_are_heard(self):
        assert schemes([["loue", "skie", "proue", "libertie"]]) == [(0, 1, 0, 1)]

    def test_a_long_stanza_is_heard_throughout(self):
        pairs = [("gate", "late"), ("stone", "alone"), ("fall", "wall"), ("bread", "dead"), ("light", "night")]
        words = [word for turn in range(40) for word in pairs[turn % 5]]
        (scheme,) = schemes([words])
        assert all(scheme[at] == scheme[at + 1] for at in range(0, len(words), 2))
        assert all(scheme[at] != scheme[at + 1] for at in range(1, len(words) - 1, 2))

    def test_work_grows_with_the_length_only(self, monkeypatch):
        compared: list[tuple[str, str]] = []
        monkeypatch.setattr(rhyme_scheme, "likeness", lambda one, other: compared.append((one, other)) or -1.0)

        def pairs(lines: int) -> int:
            compared.clear()
            schemes([[f"word{at}" for at in range(lines)]])
            return len(compared)

        assert pairs(4000) < 11 * pairs(400)

    @pytest.mark.parametrize(
        ("line", "word"),
        [("to the light,", "light"), ("a gate, 15", "gate"), ("in 1914", "in"), ("1914", "1914"), ("…", "")],
    )
    def test_the_end_word_is_the_last_word(self, line, word):
        assert end_word(line) == word

    @given(st.lists(st.lists(st.text(max_size=8), max_size=9), max_size=4))
    @settings(deadline=None)
    def test_any_words_have_a_scheme(self, stanzas):
        assert [len(scheme) for scheme in schemes(stanzas)] == [len(stanza) for stanza in stanzas]


class TestAnalyzer:
    def test_a_rhyme_keeps_its_letter_in_later_stanzas(self):
        assert analyze_rhyme(Poem.parse(POEMS["villanelle"])).scheme == "ABA ABA ABA ABA ABA ABAA"
        assert analyze_rhyme(Poem.parse(POEMS["terza rima"])).scheme == "ABA BCB CDC DED E"

    def test_deviations_name_line_word_and_partner(self):
        poem = Poem.parse(POEMS["heroic couplets"].replace("the tune,", "the song,"))
        (fault,) = analyze_rhyme(poem, "AABBCC").deviations
        assert (fault.line, fault.word, fault.partner, fault.partner_word) == (4, "moon", 3, "song")

    def test_densities_and_pairs(self):
        found = analyze_rhyme(Poem.parse(POEMS["limerick"]))
        assert found.dense == found.dense_strict == 1.0
        assert [(pair.line, pair.partner) for pair in found.pairs] == [(2, 1), (4, 3), (5, 2)]
        assert all(pair.kind == "perfect" and pair.confidence > 0.9 for pair in found.pairs)

    def test_strict_drops_what_is_not_full(self):
        poem = Poem.parse(
            "I gave my love\na thing to prove,\na cup of tea,\na reverie,\na bird, a bee,\nand so will he"
        )
        loose, strict = analyze_rhyme(poem), analyze_rhyme(poem, strict=True)
        assert loose.letters[0] == loose.letters[1] != ""
        assert strict.letters[:2] == ("", "")

    def test_internal_rhyme_on_request(self):
        poem = Poem.parse("and the silken sad uncertain rustling of each purple curtain")
        assert not analyze_rhyme(poem).internal
        assert [(one.word, one.end) for one in analyze_rhyme(poem, internal=True).internal] == [
            ("uncertain", "curtain")
        ]

    def test_what_is_guessed_is_said(self):
        assert analyze_rhyme(Poem.parse("the thrumble\ncame down with a grumble")).unheard == ("thrumble",)


class TestSuggestions:
    def test_they_rhyme_and_are_common(self):
        found = words_that_rhyme("late", replaces="gold")
        assert {"state", "gate", "weight"} & set(found)
        assert all(rhyme_of(word, "late") == "perfect" for word in found)

    def test_they_fit_the_slot(self):
        assert all(word.endswith("ation") for word in words_that_rhyme("nation", replaces="relation", limit=3))

    def test_the_vocabulary_of_the_poem_comes_first(self):
        plain = words_that_rhyme("bring", limit=30)
        assert plain.index("string") > 0
        assert words_that_rhyme("bring", vocabulary=["stringed"], limit=1) == ("string",)

    def test_a_word_without_rhyme_has_none(self):
        assert words_that_rhyme("") == ()
