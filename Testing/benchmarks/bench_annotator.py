"""How many clicks the correction tools save a simulated annotator, on frozen phantoms.

Run with `python Testing/benchmarks/bench_annotator.py FOLDER [FIRST_SEED COUNT [SETTINGS]]`.
For each phantom the annotator of `dsatrain.annotator` works until surface Dice at 1 px and clDice
of both classes are 0.97: (a) from the model's labels with all tools of the module, (b) from these
with brush and rubber alone, (c) from an empty mask with brush and rubber. What a click is stands at
`dsatrain.annotator.annotate`. Where the goal was not reached, the clicks made so far count, which
makes that setting look better than it is; such runs are counted. Takes minutes a run; each answer
is kept in FOLDER at once, and what is there already is not measured again.
"""

import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from dsanet.atomic import write_text
from dsanet.edit import Reading, Tracer
from dsanet.engine import Engine
from dsatrain.annotator import Session, Tools, annotate
from dsatrain.phantom import make_phantom, sample_settings

FIRST_SEED, COUNT = 960_000, 20
"""Used nowhere else: neither trained, nor tuned, nor tested on."""

SIZE = (384, 320)
"""Small, so that 20 runs take minutes; vessels are as wide in pixels as in any other phantom."""

BUDGET = 1000
"""Clicks after which the annotator gives up."""

SETTINGS = "abc"
RESAMPLES = 2000


def main(arguments: list[str]) -> int:
    """Write a line a phantom and setting, then medians and ratios.

    Args:
        arguments: Folder, then if given first seed and count, and which of the settings.
    """
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    first, count = map(int, arguments[1:3]) if arguments[1:] else (FIRST_SEED, COUNT)
    settings = arguments[3] if arguments[3:] else SETTINGS
    engine = Engine.load()
    done = [sessions(engine, seed, folder, settings) for seed in range(first, first + count)]
    summarise(done, settings)
    return 0


def sessions(engine: Engine, seed: int, folder: Path, settings: str) -> dict[str, dict[str, Any]]:
    """Correct one phantom in some settings, as far as that was not done before."""
    files = {name: folder / f"{seed}-{name}.json" for name in settings}
    missing = [name for name, file in files.items() if not file.is_file()]
    if missing:
        phantom = make_phantom(sample_settings(seed, size=SIZE))
        found = engine.segment(phantom.run, phantom.arterial_window)
        empty = np.zeros_like(found.labels)
    for name in missing:
        started = time.perf_counter()
        labels = empty if name == "c" else found.labels
        tools = tools_for(found) if name == "a" else None
        session = annotate(labels, phantom.labels, tools, budget=BUDGET)
        write_text(files[name], json.dumps(facts(session)))
        seconds = time.perf_counter() - started
        write(f"{seed} {name} {session.clicks:5d} clicks, {worst(session):.3f}, {seconds:.0f} s")
    return {name: json.loads(file.read_text("utf-8")) for name, file in files.items()}


def tools_for(found) -> Tools:
    """All tools for one segmented run, with probabilities of 8 bits, as a scene keeps them."""
    shares = np.rint(found.probabilities[1:].astype(np.float32) * 255) / 255
    chance = shares.sum(axis=0)
    reading = Reading.of(np.concatenate([1 - chance[None], shares]))
    tracers = [Tracer(found.prepared.minip, found.prepared.field, chance) for _ in range(2)]
    return Tools(*tracers, reading, picks=True)


def facts(session: Session) -> dict[str, Any]:
    """What is kept of a session."""
    return {
        "clicks": session.clicks,
        "reached": session.reached,
        "worst score": worst(session),
        "tools": session.tools,
    }


def worst(session: Session) -> float:
    """The lowest score at the end."""
    return min(score for pair in session.scores.values() for score in pair)


def summarise(done: list[dict[str, dict[str, Any]]], settings: str) -> None:
    """Write medians and ratios with their intervals over runs."""
    clicks = {name: np.array([run[name]["clicks"] for run in done]) for name in settings}
    write("")
    for name in settings:
        reached = sum(run[name]["reached"] for run in done)
        tools = sum((Counter(run[name]["tools"]) for run in done), Counter())
        write(
            f"{name}: clicks {spread(clicks[name])}, goal reached in {reached} of {len(done)};"
            f" {dict(tools.most_common())}"
        )
    for other in settings.replace("a", "") if "a" in settings else "":
        write(f"a / {other} in each run: {spread(clicks['a'] / clicks[other])}")


def spread(values) -> str:
    """The median over runs with its 95 % bootstrap interval, and the range."""
    rng = np.random.default_rng(0)
    drawn = np.median(rng.choice(values, (RESAMPLES, len(values))), axis=1)
    low, high = np.percentile(drawn, [2.5, 97.5])
    at = f"{np.median(values):.3g} ({low:.3g} to {high:.3g})"
    return f"{at}, range {values.min():.3g} to {values.max():.3g}"


def write(line: str) -> None:
    """Show a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
