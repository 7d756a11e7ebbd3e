"""The revision loop: what happens, in which order, and every row of its failure table."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace

import pytest

from poetry_tui.errors import ContextFull, EngineNotReachable, ModelNotFound, StreamBroken
from poetry_tui.llm import ChatEnd
from poetry_tui.workshop import Hand, asking, fold
from poetry_tui.workshop.asking import Players
from poetry_tui.workshop.events import (
    ApprovalJudged,
    DirectionGiven,
    DraftWritten,
    ExchangesDropped,
    Failed,
    LinesLocked,
    RoundClosed,
    SessionClosed,
    SessionResumed,
    TokenWritten,
    TurnFinished,
    TurnStarted,
    Waiting,
    Warned,
)
from poetry_tui.workshop.loop import run
from tests.scripted import ScriptedModel
from tests.workshop.sessions import AGAIN, APPROVAL, CRITIQUE, POEM, REVISED, SETTINGS, new_session, play, resume


def of_type(journal, kind):
    return [event for event in journal if isinstance(event, kind)]


def turns(journal):
    return [(event.turn, event.round) for event in of_type(journal, TurnStarted)]


@pytest.fixture(autouse=True)
def _no_backoff(monkeypatch):
    monkeypatch.setattr(asking, "BACKOFF", (0.0, 0.0, 0.0))


async def test_a_poem_goes_round_until_the_last_round():
    poet = ScriptedModel([POEM, REVISED, AGAIN])
    educator = ScriptedModel(["Winter, indoors.", CRITIQUE, CRITIQUE])
    journal = await play(poet, educator)
    assert turns(journal) == [
        ("brief", 0),
        ("draft", 0),
        ("critique", 1),
        ("revision", 1),
        ("critique", 2),
        ("revision", 2),
    ]
    session = fold(journal)
    assert [draft.poem.text for draft in session.drafts] == [POEM, REVISED, AGAIN]
    assert session.brief == "Winter, indoors."
    assert session.closed == "rounds"
    assert all(draft.report is not None for draft in session.drafts)


async def test_each_round_costs_two_calls():
    poet, educator = ScriptedModel([POEM, REVISED, AGAIN]), ScriptedModel(["Brief.", CRITIQUE])
    await play(poet, educator, rounds=2)
    assert len(poet.asked) + len(educator.asked) == 2 + 2 * 2


async def test_tokens_are_events_and_join_to_the_reply():
    journal = await play(ScriptedModel([POEM]), ScriptedModel([""]), rounds=0)
    assert "".join(event.text for event in of_type(journal, TokenWritten)) == POEM


async def test_no_rounds_is_the_poet_alone():
    educator = ScriptedModel(["never asked"])
    journal = await play(ScriptedModel([POEM]), educator, rounds=0)
    assert turns(journal) == [("draft", 0)]
    assert educator.asked == []
    assert fold(journal).closed == "rounds"


async def test_without_a_brief_the_poet_gets_the_request():
    poet = ScriptedModel([POEM, REVISED, AGAIN])
    journal = await play(poet, ScriptedModel([CRITIQUE]), brief=False)
    assert turns(journal)[0] == ("draft", 0)
    assert "winter light" in poet.asked[0][0][-1].content


async def test_a_note_is_written_last_when_asked_for():
    educator = ScriptedModel(["Brief.", CRITIQUE, CRITIQUE, "It holds."])
    journal = await play(ScriptedModel([POEM, REVISED, AGAIN]), educator, note=True)
    assert fold(journal).note == "It holds."
    assert isinstance(journal[-1], SessionClosed)


async def test_approval_ends_the_loop_when_the_form_holds():
    journal = await play(ScriptedModel([POEM]), ScriptedModel(["Brief.", APPROVAL]), rounds=5)
    session = fold(journal)
    assert session.closed == "approved"
    assert len(session.drafts) == 1


async def test_approval_against_the_measured_form_is_shown_and_the_loop_goes_on():
    journal = await play(ScriptedModel([POEM, REVISED]), ScriptedModel(["Brief.", APPROVAL]), rounds=1, form="sonnet")
    assert of_type(journal, ApprovalJudged) == [ApprovalJudged(round=1, said=True, holds=False)]
    session = fold(journal)
    assert session.closed == "rounds"
    assert len(session.drafts) == 2


async def test_each_role_talks_in_one_growing_chat_whose_prefix_never_changes():
    poet, educator = ScriptedModel([POEM, REVISED, AGAIN]), ScriptedModel(["Brief.", CRITIQUE])
    await play(poet, educator)
    for model, system in ((poet, "You are the Poet."), (educator, "You are the Educator.")):
        assert model.asked[0][0][0].content == system
        for (earlier, _), (later, _) in zip(model.asked, model.asked[1:], strict=False):
            assert later[: len(earlier)] == earlier
            assert later[len(earlier)].role == "assistant"


async def test_every_call_is_accounted_for_with_its_own_seed():
    journal = await play(ScriptedModel([POEM, REVISED, AGAIN]), ScriptedModel(["Brief.", CRITIQUE]))
    calls = fold(journal).calls
    assert [call.turn.options.seed for call in calls] == [11, 12, 13, 14, 15, 16]
    assert all(call.usage.prompt_tokens > 0 and call.turn.model for call in calls)


class TestFailures:
    async def test_engine_not_reachable_is_tried_again_while_nothing_was_shown(self):
        down = EngineNotReachable("Ollama does not answer at 127.0.0.1:11434.")
        journal = await play(ScriptedModel([down, down, POEM]), ScriptedModel([""]), rounds=0)
        assert len(of_type(journal, TurnStarted)) == 3
        (said,) = of_type(journal, Warned)
        assert "asking again" in said.message.lower()
        assert fold(journal).poem.text == POEM

    async def test_engine_that_stays_away_fails_with_its_message(self):
        journal = await play(ScriptedModel([EngineNotReachable("Ollama is gone.")]), ScriptedModel([""]), rounds=0)
        assert journal[-1] == Failed(message="Ollama is gone.", error="EngineNotReachable")

    async def test_a_stream_that_breaks_keeps_what_was_written_and_resumes(self):
        poet = ScriptedModel([(POEM[:40], StreamBroken("Ollama went away.")), POEM])
        journal = await play(poet, ScriptedModel([""]), rounds=0)
        session = fold(journal)
        assert session.failure.message == "Ollama went away."
        assert session.writing.text == POEM[:40]
        journal.append(SessionResumed(rounds=0, at="later"))
        journal = await resume(fold(journal), journal, poet, ScriptedModel([""]))
        assert fold(journal).poem.text == POEM
        assert fold(journal).closed == "rounds"

    async def test_a_missing_model_is_not_asked_twice(self):
        poet = ScriptedModel([ModelNotFound("no model 'x'; nearest: y")])
        journal = await play(poet, ScriptedModel([""]), rounds=0)
        assert len(poet.asked) == 1
        assert fold(journal).failure.error == "ModelNotFound"

    async def test_no_poem_is_asked_for_once_more_with_another_seed_and_warmer(self):
        poet = ScriptedModel(["I'm sorry, but I can't help with that.", POEM])
        journal = await play(poet, ScriptedModel([""]), rounds=0)
        first, second = (options for _, options in poet.asked)
        assert second.seed != first.seed
        assert second.temperature > first.temperature
        assert poet.asked[0][0] == poet.asked[1][0], "the bad reply does not stay in the chat"
        assert fold(journal).poem.text == POEM
        assert len(of_type(journal, Warned)) == 1

    async def test_no_poem_twice_for_the_first_draft_is_a_failure_that_says_so(self):
        journal = await play(ScriptedModel(["", ""]), ScriptedModel([""]), rounds=0)
        assert "no poem" in journal[-1].message
        assert fold(journal).drafts == ()

    async def test_no_poem_twice_in_a_revision_closes_the_round_with_a_warning(self):
        poet = ScriptedModel([POEM, "", "", REVISED])
        journal = await play(poet, ScriptedModel(["Brief.", CRITIQUE]))
        assert [event.round for event in of_type(journal, RoundClosed)] == [1, 2]
        assert [draft.poem.text for draft in fold(journal).drafts] == [POEM, REVISED]

    async def test_the_same_poem_twice_is_recorded_as_such(self):
        journal = await play(ScriptedModel([POEM]), ScriptedModel(["Brief.", CRITIQUE]), rounds=1)
        assert [draft.poem.text for draft in fold(journal).drafts] == [POEM, POEM]
        assert len([event for event in of_type(journal, Warned) if "same poem" in event.message]) == 2

    async def test_endless_repetition_is_stopped_and_recorded(self):
        line = "and the light was on the light was on the light,\n"
        poet = ScriptedModel([POEM + "\n" + line * 500, REVISED])
        journal = await play(poet, ScriptedModel([""]), rounds=0)
        assert poet.closed == 1
        assert of_type(journal, TurnFinished)[0].repeating
        assert fold(journal).poem.text.count(line.strip()) == 1
        assert POEM in fold(journal).poem.text

    async def test_a_full_context_drops_whole_old_rounds_and_asks_again(self):
        full = ContextFull("too long", prompt_tokens=9000, context_length=8192)
        educator = ScriptedModel(["Brief.", CRITIQUE, CRITIQUE, full, CRITIQUE])
        journal = await play(ScriptedModel([POEM, REVISED, AGAIN, POEM]), educator, rounds=3)
        assert of_type(journal, ExchangesDropped) == [ExchangesDropped(role="educator", count=1)]
        before, after = educator.asked[3][0], educator.asked[4][0]
        assert after[:3] == before[:3], "the first exchange holds the request and stays"
        assert after[3:] == before[5:]
        assert fold(journal).closed == "rounds"

    async def test_a_context_that_can_never_fit_fails_with_both_sizes(self):
        full = ContextFull("The chat has 9,000 tokens, the context 512.", 9000, 512)
        journal = await play(ScriptedModel([full]), ScriptedModel([""]), rounds=0)
        assert journal[-1].error == "ContextFull"

    async def test_rounds_are_dropped_before_the_context_overflows(self):
        long = CRITIQUE + "".join(f"\nLine {n}: more to say, {n * n} times over." for n in range(60))
        options = replace(SETTINGS.educator.options, context_length=1200, max_tokens=100)
        journal = await play(
            ScriptedModel([POEM, REVISED, AGAIN, POEM, REVISED]),
            ScriptedModel(["Brief.", long]),
            rounds=4,
            educator=replace(SETTINGS.educator, options=options),
        )
        assert of_type(journal, ExchangesDropped)
        assert fold(journal).closed == "rounds"

    async def test_cancelling_closes_the_stream(self):
        poet = ScriptedModel([POEM], delay=0.01)
        task = asyncio.create_task(play(poet, ScriptedModel([""]), rounds=0))
        await asyncio.sleep(0.02)
        assert poet.asked
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert poet.closed == 1


class TestThePerson:
    async def test_with_pause_the_loop_waits_after_the_critique(self):
        hand = Hand(pause=True)
        poet = ScriptedModel([POEM, REVISED, AGAIN])
        journal = await play(poet, ScriptedModel(["Brief.", CRITIQUE]), hand=hand, until=Waiting)
        assert len(poet.asked) == 1
        assert fold(journal).waiting

    async def test_what_the_person_does_while_it_waits_reaches_the_poet(self):
        hand, poet = Hand(pause=True), ScriptedModel([POEM, REVISED])
        session, journal = new_session(rounds=1)
        async with aclosing(run(session, Players(poet, ScriptedModel(["Brief.", CRITIQUE])), hand)) as events:
            async for event in events:
                journal.append(event)
                if isinstance(event, Waiting):
                    hand.put(DirectionGiven(text="Let the wasp speak."))
                    hand.put(LinesLocked(draft=1, lines=(2,)))
                if isinstance(event, LinesLocked):
                    hand.go_on()
        prompt = poet.asked[1][0][-1].content
        assert "Let the wasp speak." in prompt
        assert "a coin of sun, a pin, a wasp gone light," in prompt
        assert fold(journal).pending_directions == ()

    async def test_a_locked_line_that_the_poet_touched_is_restored_and_recorded(self):
        hand = Hand()
        hand.put(LinesLocked(draft=1, lines=(2,)))
        poet = ScriptedModel([POEM, POEM.replace("a wasp gone light", "a hornet gone dark").replace("wall", "stone")])
        educator = ScriptedModel(["Brief.", CRITIQUE])
        journal = await play(poet, educator, until=DraftWritten, rounds=1)
        journal = await resume(fold(journal), journal, poet, educator, hand=hand)
        revised = fold(journal).drafts[-1]
        assert revised.poem.lines[1].text == "a coin of sun, a pin, a wasp gone light,"
        assert revised.poem.lines[2].text == "the shadow of the bottle on the stone."
        assert revised.restored == (2,)
        assert revised.locked == {2}

    async def test_an_edit_by_hand_is_what_the_poet_revises(self):
        hand, poet = Hand(pause=True), ScriptedModel([POEM, REVISED])
        educator = ScriptedModel(["Brief.", CRITIQUE])
        journal = await play(poet, educator, hand=hand, until=Waiting, rounds=1)
        hand.put(DraftWritten(number=0, round=0, text="A wasp.\nA window.", by="person"))
        hand.go_on()
        journal = await resume(fold(journal), journal, poet, educator, hand=hand)
        session = fold(journal)
        assert [draft.by for draft in session.drafts] == ["poet", "person", "poet"]
        assert "A wasp.\nA window." in poet.asked[-1][0][-1].content

    async def test_accepting_ends_the_session(self):
        hand = Hand(pause=True)
        poet, educator = ScriptedModel([POEM]), ScriptedModel(["Brief.", CRITIQUE])
        journal = await play(poet, educator, hand=hand, until=Waiting)
        hand.put(SessionClosed(reason="accepted"))
        journal = await resume(fold(journal), journal, poet, educator, hand=hand)
        assert fold(journal).closed == "accepted"

    async def test_an_approved_session_can_go_on_all_the_same(self):
        poet, educator = ScriptedModel([POEM, REVISED]), ScriptedModel(["Brief.", APPROVAL])
        journal = await play(poet, educator)
        journal.append(SessionResumed(rounds=1, at="later"))
        journal = await resume(fold(journal), journal, poet, educator)
        assert [draft.poem.text for draft in fold(journal).drafts] == [POEM, REVISED]


async def test_swap_unloads_a_role_before_the_other_speaks():
    poet, educator = ScriptedModel([POEM, REVISED], name="large"), ScriptedModel(["Brief.", CRITIQUE], name="wise")
    await play(poet, educator, rounds=1, swap=True)
    assert (poet.unloaded, educator.unloaded) == (1, 2)


async def test_swap_leaves_a_model_alone_that_plays_both_roles():
    poet, educator = ScriptedModel([POEM, REVISED]), ScriptedModel(["Brief.", CRITIQUE])
    await play(poet, educator, rounds=1, swap=True)
    assert (poet.unloaded, educator.unloaded) == (0, 0)


@pytest.mark.parametrize("cut", range(0, 60, 3))
async def test_a_journal_cut_off_anywhere_can_be_resumed(cut):
    def models():
        return ScriptedModel([POEM, REVISED, AGAIN], piece=40), ScriptedModel(["Brief.", CRITIQUE, CRITIQUE], piece=40)

    journal = (await play(*models()))[: cut + 1]
    poet, educator = models()
    done = fold(journal)
    poet.asked = [([], None)] * sum(call.turn.role == "poet" for call in done.calls)
    educator.asked = [([], None)] * sum(call.turn.role == "educator" for call in done.calls)
    journal.append(SessionResumed(rounds=2, at="later"))
    journal = await resume(fold(journal), journal, poet, educator)
    session = fold(journal)
    assert [draft.poem.text for draft in session.drafts] == [POEM, REVISED, AGAIN]
    assert [critique.text for critique in session.critiques] == [CRITIQUE, CRITIQUE]


async def test_a_reply_that_was_cut_off_says_so():
    class Short(ScriptedModel):
        async def chat(self, messages, options):
            async for chunk in super().chat(messages, options):
                cut = isinstance(chunk, ChatEnd)
                yield ChatEnd(replace(chunk.usage, stop_reason="length")) if cut else chunk

    journal = await play(Short([POEM]), ScriptedModel([""]), rounds=0)
    assert "cut off" in of_type(journal, Warned)[0].message
