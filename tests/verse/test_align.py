"""The alignment of two drafts: the golden examples, and what must hold for any text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poetry_tui.verse import Poem, align, flux

GOLDEN = json.loads((Path(__file__).parents[1] / "revflux" / "golden_dev.json").read_text(encoding="utf-8"))["examples"]
WORDS = st.sampled_from("the a of tide stone rope gull and salt light turns against harbour slack".split())
LINES = st.lists(WORDS, min_size=0, max_size=6).map(" ".join)
POEMS = st.lists(LINES, max_size=8).map("\n".join)


@pytest.mark.parametrize("example", GOLDEN, ids=[example["id"] for example in GOLDEN])
def test_golden(example):
    drafts = [Poem.parse(text) for text in example["drafts"]]
    assert [len(draft.lines) for draft in drafts] == example["expected"]["lines"]
    for old, new, expected in zip(drafts[:-1], drafts[1:], example["expected"]["revisions"], strict=True):
        groups = align(old, new)
        found = [[g.kind, [i + 1 for i in g.old], [j + 1 for j in g.new]] for g in groups]
        assert found == expected["alignment"]
        assert flux(old, new, groups) == pytest.approx(expected["flux"], abs=1e-6)
        touched = sorted({i + 1 for g in groups if g.touched for i in g.old})
        assert touched == expected["touched"]


@given(POEMS, POEMS)
def test_every_line_stands_in_one_group(first, second):
    old, new = Poem.parse(first), Poem.parse(second)
    groups = align(old, new)
    assert sorted(i for g in groups for i in g.old) == list(range(len(old.lines)))
    assert sorted(j for g in groups for j in g.new) == list(range(len(new.lines)))
    assert 0 <= flux(old, new, groups) <= 1


@given(POEMS)
def test_a_poem_aligned_with_itself_is_untouched(text):
    poem = Poem.parse(text)
    assert flux(poem, poem) == 0
    assert not any(g.touched for g in align(poem, poem))


@given(st.permutations(["salt on the rope", "a gull turns", "the tide is slack", "stone light"]))
def test_reordering_whole_lines_has_no_flux(lines):
    old = Poem.parse("salt on the rope\na gull turns\nthe tide is slack\nstone light")
    assert flux(old, Poem.parse("\n".join(lines))) == 0


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_can_be_aligned(first, second):
    align(Poem.parse(first), Poem.parse(second))


def test_of_two_equally_alike_lines_the_longer_has_moved():
    old = Poem.parse("stone and\na stone salt and rope\ntide light tide light")
    new = Poem.parse("tide light tide light\ngull\na and stone tide")
    moves = [(group.old, group.new) for group in align(old, new) if group.kind == "move"]
    assert moves == [((1,), (2,))]


def test_a_long_draft_is_aligned_at_once():
    old = Poem.parse("\n".join(f"the tide takes stone {n} and rope {n + 1}" for n in range(120)))
    new = Poem.parse("\n".join(f"the tide takes stone {n} and salt {n + 2}" for n in range(120)))
    assert len(align(old, new)) >= 120
