"""How the embedded model is best sampled and asked: each role over a set of requests, one thing changed at a time.

    python -m benchmarks.embedded_sampling [--quick]

The prompts are those of the style `short` in `config/prompts.yaml`; the row `as shipped` samples as `small` in
`config/inference_config.yaml` says, the others change one option, or the words in which the Poet is asked for its first
draft (the rows of `prompt`, first drafts alone). Per row, shares of replies in [0, 1]:

- poem: the draft is a poem and nothing else: `extract` removed nothing and left 4 to 24 lines, none over 80 characters.
- revised: the same of the revision, which also keeps some words of its draft and changes some (0 < flux < 1). Only
  drafts that are poems are critiqued and revised.
- quotes: the critique quotes two or more words in a row that stand in the poem.
- directs: a sentence of the critique begins with a verb of command, or says should, must, can be or needs to.
- critique: it quotes, directs, and is not the poem again (fewer than half of the poem's lines stand in it whole).
- stopped: the reply ended by itself, before the token limit.
- repeated: lines of the reply that stand in it already. trigrams: distinct word trigrams ÷ word trigrams.
- lines: verse lines of a draft, on average.

The same seeds are used in every row. With n replies a share is good to about ±√(0.25/n): 0.09 for 28.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass, replace
from typing import Any

from benchmarks.table import RESULTS
from poetry_tui.llm import ChatMessage, ChatModel, ChatOptions, ModelSettings, ModelSpec, open_model
from poetry_tui.llm.chat import ChatEnd
from poetry_tui.places import data_folder
from poetry_tui.prosody.form_registry import detect
from poetry_tui.prosody.report import report
from poetry_tui.settings import Settings
from poetry_tui.verse import Poem, extract, flux, tokens
from poetry_tui.workshop.loop import NO_FORM
from poetry_tui.workshop.prompts import PromptStyle, style_named

REQUESTS = (
    "a poem about winter light in a kitchen",
    "a sonnet about the sea",
    "a haiku about a train",
    "write something about my grandmother's hands",
    "a poem about losing a friend",
    "a short poem for my sister's wedding",
    "a poem about rust",
    "a villanelle about sleep",
    "a funny poem about a cat who hates Mondays",
    "a poem about the first day of school",
    "the last bus home",
    "a love poem without the word love",
    "a ballad of a lost fisherman",
    "four lines about snow",
)
POET: dict[str, dict[str, Any]] = {
    "as shipped": {},
    "temperature 0.5": {"temperature": 0.5},
    "temperature 1.0": {"temperature": 1.0},
    "repeat_penalty 1.0": {"repeat_penalty": 1.0},
    "repeat_penalty 1.1": {"repeat_penalty": 1.1},
    "dry_multiplier 0": {"dry_multiplier": 0.0},
    "min_p 0.05": {"min_p": 0.05},
}
EDUCATOR: dict[str, dict[str, Any]] = {
    "as shipped": {},
    "temperature 0.1": {"temperature": 0.1},
    "temperature 0.6": {"temperature": 0.6},
    "temperature 0.9": {"temperature": 0.9},
    "repeat_penalty 1.0": {"repeat_penalty": 1.0},
    "repeat_penalty 1.1": {"repeat_penalty": 1.1},
}
STYLE = style_named("short")
PROMPTS = {
    "two stanzas": "{request}\n\nWrite it as a rhyming poem of two stanzas. Each stanza has four short lines.",
    "no word of rhyme": "{request}\n\nWrite it as a poem of three stanzas. Each stanza has four short lines.",
    "no prose, it says": f"{STYLE.draft_without_brief} No title and no prose.",
    "form's contract": STYLE.draft_without_brief.replace("{request}", "{request}\n\nThe form: {form}."),
    "request alone": "{request}",
}
COMMANDS = frozenset(
    "add ask begin break bring change choose close cut delete drop end find fix give keep leave let listen look lose "
    "make move name pick put read remove reorder replace rework rewrite say sharpen show split start strike swap take "
    "tell tighten trim try turn use write".split()
)
ADVICE = re.compile(r"\b(?:should|must|can be|could be|needs? to)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back to a prompt. `poem` is what was found in it, or what it was about (critiques)."""

    text: str
    poem: Poem
    stopped: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """One request with one seed: a draft and, where the draft is a poem, its critique and its revision."""

    draft: Reply
    critique: Reply | None = None
    revision: Reply | None = None


class Bench:
    """The embedded model in both roles, each in its own slot."""

    def __init__(self) -> None:
        # One thread: the same on every machine, and no spinning where others work too.
        where = ModelSettings(models_folder=data_folder() / "models", threads=1)
        self.poet = open_model(ModelSpec("embedded"), where)
        self.educator = open_model(ModelSpec("embedded"), where)
        small = Settings.load().small
        self.poet_options = small.poet.chat_options()
        self.educator_options = small.educator.chat_options()

    async def trial(self, request: str, poet: ChatOptions) -> Trial:
        """Draft, critique and revise as a session without a brief does in its first round."""
        asked = STYLE.ask_draft(request, contract(request), "")
        text, stopped = await _ask(self.poet, [STYLE.poet_system, asked], poet)
        draft = Reply(text, extract(text).poem, stopped)
        if not is_poem(text):
            return Trial(draft)
        critique = await self.critique(request, draft.poem, replace(self.educator_options, seed=poet.seed))
        measured = report(draft.poem, detect(request)).block()
        revise = STYLE.ask_revision(critique.text, measured, None, (), ())
        text, stopped = await _ask(self.poet, [STYLE.poet_system, asked, draft.text, revise], poet)
        return Trial(draft, critique, Reply(text, extract(text).poem, stopped))

    async def first_draft(self, request: str, style: PromptStyle, options: ChatOptions) -> Trial:
        """A draft alone, asked for in another style."""
        asked = style.ask_draft(request, contract(request), "")
        text, stopped = await _ask(self.poet, [style.poet_system, asked], options)
        return Trial(Reply(text, extract(text).poem, stopped))

    async def critique(self, request: str, poem: Poem, options: ChatOptions) -> Reply:
        """The Educator's first critique of a poem."""
        measured = report(poem, detect(request)).block()
        prompt = STYLE.ask_critique(request, contract(request), "", poem, measured, "")
        text, stopped = await _ask(self.educator, [STYLE.educator_system, prompt], options)
        return Reply(text, poem, stopped)


def contract(request: str) -> str:
    """The form that the request names, in words."""
    form = detect(request)
    return form.contract if form else NO_FORM


async def _ask(model: ChatModel, texts: Sequence[str], options: ChatOptions) -> tuple[str, bool]:
    """The reply to a chat given as system, user, assistant, user …, and whether it ended by itself."""
    roles = ("system", *("user", "assistant") * len(texts))
    messages = [ChatMessage(role, text) for role, text in zip(roles, texts, strict=False)]  # type: ignore[arg-type]
    parts, stopped = list[str](), False
    async with aclosing(model.chat(messages, options)) as chunks:
        async for chunk in chunks:
            if isinstance(chunk, ChatEnd):
                stopped = chunk.usage.stop_reason == "stop"
                break
            parts.append(chunk.text)
    return "".join(parts), stopped


def is_poem(reply: str) -> bool:
    """A poem and nothing else."""
    found = extract(reply)
    lines = found.poem.lines
    return not found.removed and 4 <= len(lines) <= 24 and all(len(line.text) <= 80 for line in lines)


def is_revision(draft: Poem, reply: str) -> bool:
    """A poem and nothing else, in which some words of the draft were kept and some changed."""
    return is_poem(reply) and 0 < flux(draft, extract(reply).poem) < 1


def quotes(critique: Reply) -> bool:
    """Some quoted words, two or more, stand in the poem in that order."""
    poem = " ".join(tokens(critique.poem.text))
    quoted = (tokens(words) for words in re.findall(r'["“]([^"“”\n]{1,200})["”]', critique.text))
    return any(len(words) >= 2 and f" {' '.join(words)} " in f" {poem} " for words in quoted)


def directs(critique: Reply) -> bool:
    """Some sentence tells the poet to do something."""
    sentences = re.split(r"(?<=[.!?:])\s+|\n", critique.text)
    return any(ADVICE.search(sentence) or COMMANDS.intersection(tokens(sentence)[:1]) for sentence in sentences)


def copies(critique: Reply) -> bool:
    """At least half of the poem's lines stand in the critique as lines of their own."""
    own = {tuple(tokens(re.sub(r"^\s*\d+[.)]?\s+", "", line))) for line in critique.text.splitlines()}
    lines = critique.poem.lines
    return sum(tuple(tokens(line.text)) in own for line in lines) * 2 >= len(lines)


def repeated(text: str) -> float:
    """Share of lines that stood in the text before, in [0, 1]."""
    lines = [tuple(words) for line in text.splitlines() if (words := tokens(line))]
    return 1 - len(set(lines)) / len(lines) if lines else 0.0


def trigrams(text: str) -> float:
    """Distinct word trigrams ÷ word trigrams, in (0, 1]; 1 for fewer than three words."""
    words = tokens(text)
    found = list(zip(words, words[1:], words[2:], strict=False))
    return len(set(found)) / len(found) if found else 1.0


def poet_row(trials: Sequence[Trial]) -> dict[str, float]:
    """The figures of a Poet's setting."""
    revisions = [(trial.draft.poem, trial.revision) for trial in trials if trial.revision]
    replies = [trial.draft for trial in trials] + [revision for _, revision in revisions]
    return {
        "poem": mean(is_poem(trial.draft.text) for trial in trials),
        "revised": mean(is_revision(draft, revision.text) for draft, revision in revisions),
        "stopped": mean(reply.stopped for reply in replies),
        "repeated": mean(repeated(reply.text) for reply in replies),
        "trigrams": mean(trigrams(reply.text) for reply in replies),
        "lines": mean(len(trial.draft.poem.lines) for trial in trials),
    }


def educator_row(critiques: Sequence[Reply]) -> dict[str, float]:
    """The figures of an Educator's setting."""
    return {
        "critique": mean(quotes(reply) and directs(reply) and not copies(reply) for reply in critiques),
        "quotes": mean(map(quotes, critiques)),
        "directs": mean(map(directs, critiques)),
        "stopped": mean(reply.stopped for reply in critiques),
        "repeated": mean(repeated(reply.text) for reply in critiques),
        "trigrams": mean(trigrams(reply.text) for reply in critiques),
    }


def mean(values: Iterable[float]) -> float:
    """The mean, 0 of nothing."""
    found = list(values)
    return sum(found) / len(found) if found else 0.0


async def measure(
    requests: Sequence[str], seeds: range, settings: int
) -> AsyncGenerator[tuple[str, str, int, dict[str, float]]]:
    """Rows as they are measured: role, setting, replies, figures. `settings` is how many rows a role gets."""
    bench = Bench()
    poems: list[tuple[str, Poem]] = []
    cases = [(request, seed) for seed in seeds for request in requests]
    for name, change in list(POET.items())[:settings]:
        options = replace(bench.poet_options, **change)
        trials = [await bench.trial(request, replace(options, seed=seed)) for request, seed in cases]
        yield "poet", name, len(trials), poet_row(trials)
        if not change:
            poems = [(case[0], trial.draft.poem) for case, trial in zip(cases, trials, strict=True) if trial.revision]
    for name, change in list(EDUCATOR.items())[:settings]:
        options = replace(bench.educator_options, **change)
        critiques = [
            await bench.critique(request, poem, replace(options, seed=seed))
            for seed, (request, poem) in enumerate(poems)
        ]
        yield "educator", name, len(critiques), educator_row(critiques)
    for name, text in list(PROMPTS.items())[:settings]:
        style = STYLE.model_copy(update={"draft_without_brief": text})
        options = [replace(bench.poet_options, seed=seed) for _, seed in cases]
        trials = [await bench.first_draft(case[0], style, given) for case, given in zip(cases, options, strict=True)]
        figures = poet_row(trials)
        del figures["revised"]
        yield "prompt", name, len(trials), figures
    await bench.poet.aclose()
    await bench.educator.aclose()


async def run(*, quick: bool) -> list[dict[str, Any]]:
    """Measure and print row by row."""
    rows: list[dict[str, Any]] = []
    last = ""
    requests, seeds, settings = (REQUESTS[:4], range(1, 2), 2) if quick else (REQUESTS, range(1, 3), len(POET))
    async for role, name, count, figures in measure(requests, seeds, settings):
        if role != last:
            print(f"\n| {role:<20} | " + " | ".join(figures) + " |\n|" + "---|" * (len(figures) + 1))
        last = role
        shown = (f"{value:{len(key)}.{1 if key == 'lines' else 2}f}" for key, value in figures.items())
        print(f"| {name:<20} | " + " | ".join(shown) + " |", flush=True)
        rows.append({"role": role, "setting": name, "replies": count, **figures})
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a few requests and settings, to see that it works")
    quick = parser.parse_args().quick
    small = Settings.load().small
    rows = asyncio.run(run(quick=quick))
    if not quick:
        shipped = {role: asdict(getattr(small, role).chat_options()) for role in ("poet", "educator")}
        RESULTS.mkdir(exist_ok=True)
        found = json.dumps({"shipped": shipped, "rows": rows}, indent=2, ensure_ascii=False)
        (RESULTS / "embedded_sampling.json").write_text(found + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
