"""Prosody against poems that people have marked: rhyme, meter, form, speed, beside the best other tools.

    python -m benchmarks.prosody [--data ../shared/data/prosody] [--peers PYTHON]

The evaluators of the data folder measure; this file runs them, holds our figures against what is promised, and, with
the interpreter of an environment that has the other tools (`pip install rhymetagger rhymediscovery==0.2.1 prosodic
espeakng-loader`, and the program espeak-ng), prints theirs from the same run. Times are of one core. The tables of the
analysers are learned from the DEV half of the same data: what is promised is promised of the half that nobody here has
seen, and `--cross-validate` measures each fifth of the meter poems, and each third of the rhyme poems, by tables that
were learned without them.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.table import Row, median, show

ROOT = Path(__file__).resolve().parent.parent
FIRST_CALLS = 5
PERIODS = "chicago 1"
"""Rows of the rhyme evaluator that are of one period."""


@dataclass(frozen=True, slots=True)
class Peer:
    """Another tool: the adapter of the evaluators that calls it, and what it is asked for."""

    name: str
    kind: str
    adapter: str


PEERS = (
    Peer("RhymeTagger 1.0", "rhyme", "peer_rhymetagger:schemes"),
    Peer("pronouncing 0.3", "rhyme", "base_pronouncing:rhyme_any"),
    Peer("rhymediscovery 0.2", "transductive", "peer_rhymediscovery.py"),
    Peer("prosodic", "meter", "peer_prosodic:scan"),
    Peer("pronouncing 0.3", "meter", "base_pronouncing:scan_stress"),
    Peer("prosodic", "form", "peer_prosodic:form"),
)


class Evaluators:
    """The evaluators in a data folder, run by an interpreter, each in a process of its own."""

    def __init__(self, data: Path, python: str) -> None:
        self.data, self.python = data.resolve(), python

    def json(self, name: str, gold: str, plugin: str) -> dict[str, Any]:
        """The figures that `eval_NAME.py` writes. Raises `RuntimeError` with the last line of its complaint."""
        with tempfile.TemporaryDirectory() as folder:
            found = Path(folder) / "figures.json"
            self._run(f"eval_{name}.py", str(self.data / gold), plugin, "--json", str(found))
            figures: dict[str, Any] = json.loads(found.read_text(encoding="utf-8"))
        return figures

    def broken(self, plugin: str) -> dict[str, float]:
        """Share of replaced rhymes found, and of their stanzas that are right."""
        said = self._run("eval_broken.py", str(self.data / "rhyme_broken_dev.jsonl"), plugin)
        return {key: float(value) for key, value in re.findall(r"'(\w+)': ([\d.]+)", said)}

    def forms(self, plugin: str) -> dict[str, tuple[int, int]]:
        """Poems counted and poems asked, by row of `eval_form.py`."""
        golds = (str(self.data / name) for name in ("form_dev.jsonl", "rhyme_dev.jsonl"))
        said = self._run("eval_form.py", *golds, plugin)
        return {
            row.strip(): (int(a), int(b)) for row, a, b in re.findall(r"^(.+?)\s+(\d+)/(\d+) =", said, re.MULTILINE)
        }

    def transductive(self, script: str) -> dict[str, Any]:
        """The figures of a tool that has to see the whole file at once."""
        with tempfile.TemporaryDirectory() as folder:
            found = Path(folder) / "figures.json"
            self._run(script, str(self.data / "rhyme_dev.jsonl"), str(found))
            figures: dict[str, Any] = json.loads(found.read_text(encoding="utf-8"))
        return figures

    def _run(self, script: str, *arguments: str) -> str:
        done = subprocess.run(
            [self.python, str(self.data / "eval" / script), *arguments],
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=False,
        )
        if done.returncode:
            raise RuntimeError((done.stderr.strip() or done.stdout.strip() or "it failed").splitlines()[-1])
        return done.stdout


def ours(evaluators: Evaluators) -> list[Row]:
    """Our figures, each with what is promised of it."""
    rhyme = evaluators.json("rhyme", "rhyme_dev.jsonl", "benchmarks.prosody_plugins:schemes")
    broken = evaluators.broken("benchmarks.prosody_plugins:schemes")
    meter = evaluators.json("meter", "meter_dev.jsonl", "benchmarks.prosody_plugins:scan")
    form = evaluators.forms("benchmarks.prosody_plugins:form")
    periods = {name.removeprefix("chicago "): row["F1"] for name, row in rhyme.items() if name.startswith(PERIODS)}
    worst = min(periods, key=lambda period: periods[period])
    blank = rhyme["neg_blank"]["false_pairs_per_100_lines"]
    sonnets, alarms = form["recall sonnet"], form["sonnet false alarm (14 lines of blank verse)"]
    rows = [
        _at_least("rhyme: pair F1", rhyme["ALL"]["F1"], 0.965),
        _at_least("rhyme: stanzas exact", rhyme["ALL"]["exact"], 0.90),
        _at_least("rhyme: F1 of the worst period", periods[worst], 0.95, worst),
        Row("rhyme: false pairs in 100 lines of blank verse", f"{blank:.2f}", "≤ 0.5", blank <= 0.5),
        _at_least("broken rhymes found", broken["found"], 0.95),
        _at_least("broken rhymes: stanzas exact", broken["stanza_exact"], 0.77),
    ]
    for name, source, syllables, lines in (
        ("For Better For Verse, performed", "fbfv_real", 0.915, 0.54),
        ("EPG64", "epg64", 0.945, 0.72),
        ("LitLab", "litlab", 0.96, 0.81),
    ):
        rows.append(_at_least(f"meter: {name}: syllables", meter[source]["syl"], syllables))
        rows.append(_at_least(f"meter: {name}: lines", meter[source]["line"], lines))
    first = median([_first_call(evaluators) for _ in range(FIRST_CALLS)])
    return [
        *rows,
        _at_least("meter: foot", meter["foot all"]["acc"], 0.93),
        _at_least("meter: name", meter["meter all"]["acc"], 0.80),
        _at_least("form: 14-line sonnets recognised", sonnets[0] / sonnets[1], 0.92),
        Row(
            "form: blank verse called a sonnet",
            f"{alarms[0]} of {alarms[1]}",
            "≤ 3 %",
            alarms[0] <= 0.03 * alarms[1],
        ),
        _at_least("speed: rhyme, lines/s", rhyme["_speed"]["lines_per_s"], 1500),
        _at_least("speed: meter, lines/s", meter["_speed"]["lines_per_s"], 300),
        Row("speed: import and first analysis", f"{first:.2f} s", "≤ 1.0 s", first <= 1.0),
    ]


def _first_call(evaluators: Evaluators) -> float:
    """Seconds for a fresh process to import the analysers and report on a couplet."""
    code = (
        "import time; start = time.perf_counter()\n"
        "from poetry_tui.prosody.report import report\n"
        "from poetry_tui.verse import Poem\n"
        "report(Poem.parse('The cat sat on the mat,\\nand wore a pretty hat.'), None)\n"
        "print(time.perf_counter() - start)"
    )
    done = subprocess.run([evaluators.python, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    return float(done.stdout)


def _at_least(what: str, figure: float, bound: float, detail: str = "") -> Row:
    shown, promised = (f"{figure:.3f}", f"≥ {bound:.3f}") if bound < 2 else (f"{figure:,.0f}", f"≥ {bound:,.0f}")
    return Row(what, shown, promised, figure >= bound, detail)


def show_peers(evaluators: Evaluators, mine: Evaluators) -> None:
    """The others' figures, and ours beside them, from the same evaluators; what does not run says why."""
    print("\nThe same measured of others")
    for peer in (Peer("poetry-tui", "rhyme", "benchmarks.prosody_plugins:schemes"), *PEERS):
        runner = mine if peer.name == "poetry-tui" else evaluators
        try:
            said = _peer_figures(peer, runner)
        except (RuntimeError, OSError) as error:
            said = f"does not run here: {error}"
        print(f"  {peer.name:<20} {peer.kind:<12} {said}", flush=True)


def _peer_figures(peer: Peer, runner: Evaluators) -> str:
    match peer.kind:
        case "rhyme":
            return _rhyme_figures(runner.json("rhyme", "rhyme_dev.jsonl", peer.adapter), runner.broken(peer.adapter))
        case "transductive":
            return _rhyme_figures(runner.transductive(peer.adapter), {})
        case "form":
            found = runner.forms(peer.adapter)
            return ", ".join(f"{row} {a}/{b}" for row, (a, b) in found.items() if "sonnet" in row)
        case _:
            return _meter_figures(runner.json("meter", "meter_dev.jsonl", peer.adapter))


def _rhyme_figures(rhyme: Mapping[str, Any], broken: Mapping[str, float]) -> str:
    said = f"F1 {rhyme['ALL']['F1']:.3f}, exact {rhyme['ALL']['exact']:.3f}"
    said += f", blank {rhyme['neg_blank']['false_pairs_per_100_lines']:.2f}"
    if broken:
        said += f", broken {broken['found']:.3f}/{broken['stanza_exact']:.3f}"
    return said + (f", {rhyme['_speed']['lines_per_s']:,.0f} lines/s" if "_speed" in rhyme else "")


def _meter_figures(meter: Mapping[str, Any]) -> str:
    sources = {"FBFV": "fbfv_real", "EPG64": "epg64", "LitLab": "litlab"}
    said = ", ".join(f"{name} {meter[key]['syl']:.3f}/{meter[key]['line']:.3f}" for name, key in sources.items())
    said += f", foot {meter['foot all']['acc']:.2f}, name {meter['meter all']['acc']:.2f}"
    return f"{said}, {meter['_speed']['lines_per_s']:,.0f} lines/s"


def main() -> bool:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "prosody")
    parser.add_argument("--peers", metavar="PYTHON", help="interpreter of an environment that has the other tools")
    parser.add_argument("--cross-validate", action="store_true", help="learn without the poems that are measured")
    chosen = parser.parse_args()
    if not (chosen.data / "eval").is_dir():
        print(f"The poems are not here: {chosen.data} has no folder eval. Name theirs with --data.")
        return True
    if chosen.cross_validate:
        from benchmarks.prosody_held_out import held_out

        print(held_out(chosen.data))
        return True
    mine = Evaluators(chosen.data, sys.executable)
    kept = show("prosody", ours(mine))
    if chosen.peers:
        show_peers(Evaluators(chosen.data, chosen.peers), mine)
    return kept


if __name__ == "__main__":
    sys.exit(not main())
