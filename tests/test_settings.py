"""The settings: who wins, and what a wrong file says."""

from __future__ import annotations

import pytest

from poetry_tui.errors import BadConfig, BadRequest
from poetry_tui.settings import Settings, save_user, user_file


def write_own(text: str | bytes) -> None:
    own = user_file()
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_bytes(text if isinstance(text, bytes) else text.encode())


def test_flag_before_environment_before_own_file_before_shipped(monkeypatch):
    assert Settings.load().poet.model == "auto"
    write_own("poet: {model: 'ollama:own'}\nrounds: 7\n")
    assert Settings.load().poet.model == "ollama:own"
    monkeypatch.setenv("POETRY_TUI_POET", "ollama:environment")
    assert Settings.load().poet.model == "ollama:environment"
    assert Settings.load(poet={"model": "ollama:flag"}).poet.model == "ollama:flag"
    assert Settings.load(poet={"model": None}).poet.model == "ollama:environment"
    assert Settings.load().rounds == 7


def test_own_file_may_hold_a_single_option_and_the_rest_stays():
    shipped = Settings.load().poet.options
    write_own("poet: {options: {temperature: 0.3}}\n")
    options = Settings.load().poet.options
    assert options.temperature == 0.3
    assert options.max_tokens == shipped.max_tokens


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ("rounds: 2\npoet:\n  options:\n    temperature: warm\n", 4, "poet.options.temperature"),
        ("rounds: 2\nbreif: true\n", 2, "breif"),
        ("# mine\n\nrounds: -1\n", 3, "rounds"),
        ("poet:\n  model: llama\n", 2, "poet.model"),
        ("rounds: [1, 2]\n", 1, "rounds"),
    ],
)
def test_a_wrong_value_names_file_line_and_key(text, line, key):
    write_own(text)
    with pytest.raises(BadConfig) as error:
        Settings.load()
    assert str(user_file()) in str(error.value)
    assert f"line {line}," in str(error.value)
    assert f"key {key}:" in str(error.value)


@pytest.mark.parametrize(
    ("text", "line"), [("rounds: 2\nbrief: [1,\n", 3), ("- a\n- b\n", 1), (b"rounds: 2\n# \xff\n", 2)]
)
def test_what_is_not_yaml_names_file_and_line(text, line):
    write_own(text)
    with pytest.raises(BadConfig, match=f"{user_file().name}, line {line}"):
        Settings.load()


def test_a_wrong_flag_is_a_bad_request():
    with pytest.raises(BadRequest, match=r"poet\.model"):
        Settings.load(poet={"model": "nonsense"})


def test_an_empty_file_changes_nothing():
    before = Settings.load()
    write_own("# nothing yet\n")
    assert Settings.load() == before


class TestSaving:
    def test_keeps_the_other_keys_and_the_comments(self):
        write_own("# my settings\nrounds: 7  # a lucky number\npoet:\n  model: ollama:own\n")
        save_user({"poet": {"model": "embedded"}, "theme": "vellum"})
        text = user_file().read_text()
        assert "# my settings" in text
        assert "# a lucky number" in text
        settings = Settings.load()
        assert (settings.rounds, settings.poet.model, settings.theme) == (7, "embedded", "vellum")

    def test_a_wrong_value_writes_nothing(self):
        write_own("rounds: 7\n")
        with pytest.raises(BadConfig):
            save_user({"rounds": -3})
        assert user_file().read_text() == "rounds: 7\n"

    def test_no_place_to_write_is_said(self, home):
        home.parent.mkdir(exist_ok=True)
        home.write_text("a file where the folder should be")
        with pytest.raises(BadConfig, match="cannot be written"):
            save_user({"rounds": 2})


def test_what_a_person_sets_for_a_role_holds_for_small_models_unless_these_have_their_own():
    shipped = Settings.load().small.poet
    write_own("poet: {options: {temperature: 0.3, top_p: 0.5}}\nsmall: {poet: {top_p: 0.7}}\n")
    small = Settings.load().small.poet
    assert (small.temperature, small.top_p, small.max_tokens) == (0.3, 0.7, shipped.max_tokens)
    assert Settings.load().changed(educator={"options": {"max_tokens": 50}}).small.educator.max_tokens == 50
