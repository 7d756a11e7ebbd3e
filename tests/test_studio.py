"""`Studio`: who plays which role, what a session is opened with, and how a person steps in."""

from __future__ import annotations

from contextlib import aclosing

import pytest

from poetry_tui.errors import BadRequest, ModelNotFound
from poetry_tui.library import Library
from poetry_tui.llm import ModelSpec, embedded
from poetry_tui.settings import Settings
from poetry_tui.studio import LONGEST_REQUEST, Cast, Studio
from poetry_tui.workshop import fold
from poetry_tui.workshop.events import DirectionGiven, DraftWritten, LinesLocked, SessionClosed
from tests.peers import OllamaPeer
from tests.scripted import ScriptedModel

POEM = "The sill keeps what the window lets fall,\na coin of sun, a pin, a wasp gone light."
REVISED = POEM.replace("window", "afternoon")
CAST = Cast(ModelSpec("ollama", "poet"), ModelSpec("ollama", "educator"))


@pytest.fixture
def studio(tmp_path):
    """Two scripted players, and a library in a file."""
    players = {"poet": ScriptedModel([POEM, REVISED]), "educator": ScriptedModel(["A brief.", "Name the hour."])}
    settings = Settings.load(pause=False)
    with Library(tmp_path / "library.db") as library:
        yield Studio(settings, library, lambda spec, _: players[spec.name])


def studio_of(library, **settings) -> Studio:
    return Studio(Settings.load(**settings), library)


async def run(piece, *arguments):
    async with aclosing(piece.run(*arguments)) as events:
        return [event async for event in events]


class TestCast:
    async def cast(self, tmp_path, *models, **settings):
        with OllamaPeer(models=models) as peer, Library(tmp_path / "library.db") as library:
            return await studio_of(library, ollama={"host": peer.host}, **settings).cast()

    async def test_named_models_play(self, tmp_path):
        cast = await self.cast(tmp_path, "a", poet={"model": "openai:x"}, educator={"model": "ollama:y"})
        assert (str(cast.poet), str(cast.educator), cast.remark) == ("openai:x", "ollama:y", "")

    async def test_auto_takes_what_ollama_lists_first_but_no_embedding_model(self, tmp_path):
        cast = await self.cast(tmp_path, "nomic-embed-text:latest", "llama3.1:8b", "qwen3:4b")
        assert {str(cast.poet), str(cast.educator)} == {"ollama:llama3.1:8b"}

    async def test_auto_takes_the_trained_models_before_all_others(self, tmp_path):
        cast = await self.cast(tmp_path, "llama3.1:8b", "poetry-educator:latest", "poetry-poet:latest")
        assert (str(cast.poet), str(cast.educator)) == (
            "ollama:poetry-poet:latest",
            "ollama:poetry-educator:latest",
        )

    @pytest.mark.parametrize("host", ["127.0.0.1:9", None])
    async def test_without_a_model_in_ollama_the_embedded_one_plays_and_it_is_said(self, tmp_path, monkeypatch, host):
        monkeypatch.setattr(embedded, "find_embedded", lambda _: tmp_path / "small.gguf")
        if host is None:
            cast = await self.cast(tmp_path)
        else:
            with Library(tmp_path / "library.db") as library:
                cast = await studio_of(library, ollama={"host": host}).cast()
        assert {cast.poet.engine, cast.educator.engine} == {"embedded"}
        assert "small built-in model" in cast.remark
        assert cast.small == {cast.poet}

    async def test_with_no_model_at_all_it_says_how_to_get_one(self, tmp_path, monkeypatch):
        def missing(_):
            raise ModelNotFound("The embedded model is not here. Get it: poetry-tui doctor --get-embedded")

        monkeypatch.setattr(embedded, "find_embedded", missing)
        with pytest.raises(ModelNotFound, match="--get-embedded"):
            await self.cast(tmp_path)

    async def test_small_models_are_asked_in_the_short_style_and_get_no_brief(self, tmp_path):
        file = tmp_path / "tiny.gguf"
        file.write_bytes(b"GGUF")
        with Library(tmp_path / "library.db") as library:
            studio = studio_of(library, poet={"model": f"gguf:{file}"}, educator={"model": f"gguf:{file}"})
            settings = studio.begin("winter", await studio.cast()).session.settings
        assert (settings.poet.style, settings.brief) == ("short", False)
        assert settings.poet.options == studio.settings.small.poet.chat_options()

    async def test_what_is_no_model_spec_is_refused(self, studio):
        with pytest.raises(BadRequest, match="ollama:NAME"):
            await studio.cast(poet="nonsense")


class TestBegin:
    @pytest.mark.parametrize(
        ("request_text", "options", "says"),
        [
            (" \n", {}, "no request yet"),
            ("x" * (LONGEST_REQUEST + 1), {}, "Shorten it"),
            ("winter", {"form": "sonet"}, "sonnet"),
            ("winter", {"rounds": -1}, "-1 rounds"),
        ],
    )
    def test_what_cannot_be_asked_for_opens_nothing(self, studio, request_text, options, says):
        with pytest.raises(BadRequest, match=says):
            studio.begin(request_text, CAST, **options)
        assert studio.library.count() == 0

    def test_the_form_is_taken_from_the_request_unless_one_is_given(self, studio):
        assert studio.begin("a haiku about rust", CAST).session.settings.form == "haiku"
        assert studio.begin("a haiku about rust", CAST, form="sonnet").session.settings.form == "sonnet"
        assert studio.begin("rust", CAST).session.settings.form is None

    def test_each_session_has_its_own_seed_unless_one_is_given(self, studio):
        assert studio.begin("rust", CAST, seed=7).session.settings.seed == 7
        assert len({studio.begin("rust", CAST).session.settings.seed for _ in range(5)}) == 5


class TestPerson:
    async def test_what_a_person_does_at_rest_is_kept_at_once_and_a_draft_of_theirs_is_measured(self, studio):
        piece = studio.begin("a poem about rust", CAST, rounds=0)
        await run(piece)
        piece.intervene(LinesLocked(draft=1, lines=(2,)))
        given = piece.intervene(DraftWritten(number=0, round=0, text=REVISED, by="person", locked=(2,)))
        assert given.number == 2
        kept = fold(studio.library.events(piece.id))
        assert kept == piece.session
        assert kept.drafts[-1].by == "person"
        assert kept.drafts[-1].report is not None

    async def test_in_a_run_it_is_taken_up_by_the_loop(self, studio):
        piece = studio.begin("a poem about rust", CAST, rounds=1)
        async with aclosing(piece.run()) as events:
            async for event in events:
                if isinstance(event, DraftWritten) and event.number == 1:
                    assert piece.intervene(DirectionGiven(text="Name the hour.")) is None
        assert [event for event in studio.library.events(piece.id) if isinstance(event, DirectionGiven)]
        assert piece.session.closed == "rounds"

    async def test_an_accepted_poem_gets_one_more_round_on_request(self, studio):
        piece = studio.begin("a poem about rust", CAST, rounds=0)
        await run(piece)
        assert piece.session.closed == "rounds"
        piece = studio.reopen(piece.id)
        await run(piece)
        assert [draft.poem.text for draft in piece.session.drafts] == [POEM, REVISED]
        assert piece.session.rounds == 1

    async def test_accepting_while_it_waits_closes_the_session(self, studio):
        piece = studio.begin("a poem about rust", CAST, rounds=3)
        piece.hand.pause = True
        async with aclosing(piece.run()) as events:
            async for event in events:
                if event.type == "waiting":
                    piece.intervene(SessionClosed(reason="accepted"))
        assert piece.session.closed == "accepted"
