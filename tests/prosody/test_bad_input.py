"""Anything can be pasted: a report comes back that says what could not be heard, in time that grows with the length."""

from __future__ import annotations

import time

import pytest

from poetry_tui.prosody.form_registry import form_named
from poetry_tui.prosody.identify import identify
from poetry_tui.prosody.meter_analyzer import analyze_meter
from poetry_tui.prosody.report import report
from poetry_tui.prosody.rhyme_analyzer import analyze_rhyme
from poetry_tui.verse import Poem

TEXTS = {
    "empty": "",
    "one word": "snow",
    "spaces": " \n\t\n ",
    "no words": "***\n---\n…\n!!!",
    "emoji": "🙂🙃\n🙂🙃 🙂",
    "chinese": "床前明月光\n疑是地上霜\n举头望明月\n低头思故乡",
    "russian": "Я помню чудное мгновенье\nпередо мной явилась ты",
    "arabic": "قفا نبك من ذكرى حبيب ومنزل\nبسقط اللوى بين الدخول فحومل",
    "numbers": "1914\n3.14159 26535\n42\n100000000000000000000",
    "markup": "<b>[bold]</b>\n[/sic] **x** `y`\n{{z}} & c.",
    "controls": "a\x00b\x1b[31mc\n\ud800x\u202ey",
    "one letter": "a\nb\nc\nd",
    "long word": "x" * 20_000 + "\n" + "aeiou" * 5_000,
    "accents": "naïve façade\nlovèd Ærøskøbing\nœuvre ſhall",
    "apostrophes": "''' ' ’tis ’\n'''\no' th' i' t'",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("form", ["", "sonnet", "haiku", "ghazal", "sestina", "acrostic", "terza rima", "blank verse"])
def test_any_text_is_reported_on(text, form):
    poem = Poem.parse(text)
    found = report(poem, form_named(form) if form else None)
    assert len(found.lines) == len(poem.lines)
    assert found.block()
    assert len(analyze_rhyme(poem, "AABB", internal=True).letters) == len(poem.lines)
    identify(poem)


def test_what_was_guessed_is_named():
    assert report(Poem.parse(TEXTS["russian"]), None).unheard == ("мгновенье", "ты")


@pytest.mark.slow
def test_a_megabyte_of_prose_takes_seconds():
    sentence = "The committee, having considered the matter at length, decided to postpone its decision till spring. "
    prose = "\n".join(sentence * (1 + at % 6) for at in range(3000))
    poem = Poem.parse(prose)
    assert len(prose) > 1_000_000
    started = time.perf_counter()
    analyze_rhyme(poem)
    analyze_meter(poem)
    assert time.perf_counter() - started < 20
