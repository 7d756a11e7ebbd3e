"""Taking and refusing single changes, and lines that are locked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from poetry_tui.verse import Poem, changes, refuse, restore_locked

OLD = Poem.parse("the tide is slack\na gull walks the rail\nsalt on the rope\n\nstone by the door\nlight on the stone")
WORDS = st.sampled_from(["tide", "stone", "rope", "gull", "salt", "light", "harbour", "slack", "door", "turns"])
LINES = st.lists(WORDS, min_size=2, max_size=5).map(" ".join)
POEMS = st.lists(st.lists(LINES, min_size=1, max_size=4).map("\n".join), min_size=1, max_size=3).map("\n\n".join)


def test_changes_are_the_touched_lines_in_order():
    new = Poem.parse("the tide is slack\na gull walks the long rail\n\nstone by the door\nlight on the stone\nand done")
    found = changes(OLD, new)
    assert [([line.text for line in c.gone], [line.text for line in c.come]) for c in found] == [
        (["a gull walks the rail"], ["a gull walks the long rail"]),
        (["salt on the rope"], []),
        ([], ["and done"]),
    ]


def test_a_refused_change_puts_the_old_line_back_in_its_stanza():
    new = Poem.parse("the tide is slack\na gull walks the long rail\n\nstone by the door\nlight on the stone\nand done")
    longer, deleted, added = changes(OLD, new)
    assert refuse(OLD, new, [longer]).lines[1].text == "a gull walks the rail"
    assert refuse(OLD, new, [deleted]).text == new.text.replace("long rail", "long rail\nsalt on the rope")
    assert "and done" not in refuse(OLD, new, [added]).text
    assert refuse(OLD, new, []) == new


def test_a_first_line_of_a_stanza_comes_back_to_its_stanza():
    new = Poem.parse("the tide is slack\na gull walks the rail\nsalt on the rope\n\nlight on the stone")
    assert refuse(OLD, new, changes(OLD, new)) == OLD


def test_a_whole_stanza_comes_back_as_a_stanza():
    new = Poem.parse("the tide is slack\na gull walks the rail\nsalt on the rope")
    assert refuse(OLD, new, changes(OLD, new)) == OLD


@given(POEMS, POEMS)
def test_refusing_everything_keeps_every_old_line(first, second):
    old, new = Poem.parse(first), Poem.parse(second)
    texts = [line.text for line in refuse(old, new, changes(old, new)).lines]
    assert sorted(texts) == sorted(line.text for line in old.lines)


@given(POEMS, POEMS, st.data())
def test_every_locked_line_is_in_the_result_to_the_letter(first, second, data):
    old, new = Poem.parse(first), Poem.parse(second)
    locked = data.draw(st.sets(st.integers(1, len(old.lines))))
    poem, restored, numbers = restore_locked(old, new, locked)
    texts = sorted(old.lines[number - 1].text for number in locked)
    assert sorted(poem.lines[number - 1].text for number in numbers) == texts
    assert restored <= numbers
    if not restored:
        assert [line.text for line in poem.lines] == [line.text for line in new.lines]


def test_a_locked_line_that_was_rewritten_comes_back_and_is_said():
    new = Poem.parse(OLD.text.replace("a gull walks the rail", "a gull walks the long white rail"))
    poem, restored, locked = restore_locked(OLD, new, {2, 4})
    assert poem == OLD
    assert restored == {2}
    assert locked == {2, 4}


def test_a_locked_line_that_only_moved_stays_where_it_is():
    new = Poem.parse(
        "salt on the rope\nthe tide is slack\na gull walks the rail\n\nstone by the door\nlight on the stone"
    )
    poem, restored, locked = restore_locked(OLD, new, {3})
    assert poem == new
    assert (restored, locked) == (frozenset(), {1})


def test_a_merged_line_comes_back_with_the_line_it_was_merged_with():
    old = Poem.parse("the tide came in\nand took the rope away\nthe gull stayed")
    new = Poem.parse("the tide came in and took the rope away\nthe gull stayed")
    poem, restored, locked = restore_locked(old, new, {2})
    assert poem == old
    assert (restored, locked) == ({2}, {2})


def test_marks_between_stanzas_stay_where_they_are():
    old = Poem.parse(OLD.text.replace("\n\n", "\n\n* * *\n\n"))
    new = Poem.parse(old.text.replace("the rope", "the long rope"))
    assert refuse(old, new, []) == new
    assert refuse(old, new, changes(old, new)) == old
    assert restore_locked(old, new, {3})[0] == old
