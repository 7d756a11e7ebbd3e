"""Two drafts side by side: nothing of either is lost, and what belongs together stands level."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from poetry_tui.verse import Poem, rows, word_diff

OLD = Poem.parse(
    "The sill keeps what the golden day lets fall,\na coin of sun.\n\nmy heart is cold, the radiators bend"
)
NEW = Poem.parse(
    "The sill keeps what the afternoon lets fall:\na coin of sun.\n\nthe kettle ticks; the radiators bend\nand sing"
)


def marked(segments):
    return "".join(f"[{segment.text}]" if segment.changed else segment.text for segment in segments)


def test_changed_words_form_runs_and_punctuation_stands_apart():
    old, new = word_diff(OLD.lines[0].text, NEW.lines[0].text)
    assert marked(old) == "The sill keeps what the [golden day] lets fall[,]"
    assert marked(new) == "The sill keeps what the [afternoon] lets fall[:]"


def test_a_small_word_between_changes_belongs_to_the_change():
    old, new = word_diff(
        "that whispers softly of the coming night.", "that thins and lengthens inward toward the night."
    )
    assert marked(old) == "that [whispers softly of the coming] night."
    assert marked(new) == "that [thins and lengthens inward toward the] night."


@given(st.text(max_size=80), st.text(max_size=80))
def test_segments_give_the_text_back(old, new):
    left, right = word_diff(old, new)
    assert "".join(segment.text for segment in left) == old
    assert "".join(segment.text for segment in right) == new


def test_lines_that_belong_together_stand_level():
    found = [(row.old and row.old.line.number, row.new and row.new.line.number) for row in rows(OLD, NEW)]
    assert found == [(1, 1), (2, 2), (None, None), (3, 3), (None, 4)]


def test_states_of_lines():
    states = [(row.old and row.old.state, row.new and row.new.state) for row in rows(OLD, NEW)]
    assert states == [("changed", "changed"), ("same", "same"), (None, None), ("changed", "changed"), (None, "only")]


def test_a_split_line_stands_beside_its_first_half():
    old, new = (
        Poem.parse("the tide came in and took the rope away"),
        Poem.parse("the tide came in\nand took the rope away"),
    )
    found = rows(old, new)
    assert [(row.old and row.old.line.number, row.new.line.number) for row in found] == [(1, 1), (None, 2)]
    assert not any(segment.changed for row in found for segment in row.new.segments)


@given(st.text(max_size=150), st.text(max_size=150))
def test_every_line_is_shown_once_and_in_order(first, second):
    old, new = Poem.parse(first), Poem.parse(second)
    found = rows(old, new)
    assert [row.old.line.number for row in found if row.old] == [line.number for line in old.lines]
    assert [row.new.line.number for row in found if row.new] == [line.number for line in new.lines]
    for row in found:
        for cell in (row.old, row.new):
            if cell:
                assert "".join(segment.text for segment in cell.segments) == cell.line.text
