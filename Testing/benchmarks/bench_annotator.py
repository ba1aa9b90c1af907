"""How many clicks the correction tools save a simulated annotator, on frozen phantoms.

Run with `python Testing/benchmarks/bench_annotator.py [FIRST_SEED COUNT]`. For each phantom the
annotator of `dsatrain.annotator` works until surface Dice at 1 px and clDice of both classes are
0.97: (a) from the model's labels with all tools, (b) from these with brush and rubber alone, (c)
from an empty mask with brush and rubber. Where the goal was not reached, the clicks made so far
count, which makes that setting look better than it is; such runs are counted. Takes minutes a run.
"""

import sys
import time
from collections import Counter
from dataclasses import replace

import numpy as np

from dsanet.edit import Tracer
from dsanet.engine import Engine
from dsatrain.annotator import Session, annotate
from dsatrain.phantom import make_phantom, sample_settings

FIRST_SEED, COUNT = 960_000, 20
"""Used nowhere else: neither trained, nor tuned, nor tested on."""

SIZE = (384, 320)
"""Small, so that 20 runs take minutes; vessels are as wide in pixels as in any other phantom."""

BUDGET = 500
"""Clicks after which the annotator gives up."""

SETTINGS = ("a", "b", "c")
RESAMPLES = 2000


def main(arguments: list[str]) -> int:
    """Write a line a phantom and setting, then medians and ratios.

    Args:
        arguments: First seed and count, or nothing.
    """
    first, count = (int(text) for text in arguments) if arguments else (FIRST_SEED, COUNT)
    engine = Engine.load()
    done = [sessions(engine, seed) for seed in range(first, first + count)]
    clicks = {name: np.array([run[name].clicks for run in done]) for name in SETTINGS}
    write("")
    for name in SETTINGS:
        reached = sum(run[name].reached for run in done)
        tools = sum((Counter(run[name].tools) for run in done), Counter())
        median = spread(lambda chosen, name=name: float(np.median(clicks[name][chosen])), count)
        write(f"{name}: clicks {median}, goal reached in {reached} of {count}; {dict(tools)}")
    for other in ("b", "c"):
        of_medians = spread(
            lambda chosen, other=other: float(
                np.median(clicks["a"][chosen]) / np.median(clicks[other][chosen])
            ),
            count,
        )
        write(f"a / {other}: {of_medians}")
    return 0


def sessions(engine: Engine, seed: int) -> dict[str, Session]:
    """Correct one phantom in all settings."""
    phantom = make_phantom(sample_settings(seed, size=SIZE))
    found = engine.segment(phantom.run, phantom.arterial_window)
    tracer = Tracer(found.prepared.minip, found.prepared.field)
    empty = np.zeros_like(found.labels)
    work = {
        "a": lambda: annotate(found.labels, phantom.labels, tracer, picks=True, budget=BUDGET),
        "b": lambda: annotate(found.labels, phantom.labels, budget=BUDGET),
        "c": lambda: annotate(empty, phantom.labels, budget=BUDGET),
    }
    answers = {}
    for name, correct in work.items():
        started = time.perf_counter()
        session = correct()
        answers[name] = replace(session, labels=empty, points=[])
        worst = min(score for pair in session.scores.values() for score in pair)
        seconds = time.perf_counter() - started
        write(f"{seed} {name} {session.clicks:5d} clicks, worst score {worst:.3f}, {seconds:.0f} s")
    return answers


def spread(statistic, count: int) -> str:
    """A statistic over all runs with its 95 % bootstrap interval over runs."""
    rng = np.random.default_rng(0)
    drawn = [statistic(rng.integers(count, size=count)) for _ in range(RESAMPLES)]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return f"{statistic(np.arange(count)):.3g} ({low:.3g} to {high:.3g})"


def write(line: str) -> None:
    """Show a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
