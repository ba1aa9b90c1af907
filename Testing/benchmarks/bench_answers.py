"""What a package says of how its network is used, and what each choice is worth.

`python -m Testing.benchmarks.bench_answers CHOICE [--model MODEL] [--count COUNT]`, where CHOICE is
`thresholds`, how probable a vessel must be, or `looks`, how large a picture the network is shown
and how much smaller a second one. It segments runs as the model was trained on, of 512 and of
1024 px, flat trees of another generator (`plain_trees`) and runs of another hospital
(`dsatrain.shifted`), of seeds that no score is told from. It writes a line for each class and
choice: means, and the difference to the first choice with its 95 % interval over runs.
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from Testing.benchmarks.bench_elsewhere import (
    as_trained_on,
    of_another_generator,
    of_another_hospital,
)
from Testing.benchmarks.compare_scores import in_words

from dsanet.engine import Engine
from dsanet.prepare import prepare
from dsatrain.evaluate.labelled import LabelledRun
from dsatrain.evaluate.score import class_masks
from dsatrain.metrics.overlap import dice
from dsatrain.metrics.topology import cl_dice

CLASSES = ("BV", "MAT", "whole")
Facts = dict[str, float | None]

CHOICES: dict[str, dict[str, Facts]] = {
    "thresholds": {
        "the most probable class": {"vessel_threshold": None},
        **{str(at): {"vessel_threshold": at} for at in (0.5, 0.45, 0.4, 0.35, 0.3, 0.25)},
    },
    "looks": {
        "as large as it is": {"look_px": None, "second_look": None},
        "and 0.7 times": {"look_px": None, "second_look": 0.7},
        "up to 512 px": {"look_px": 512, "second_look": None},
        "up to 512 px, and 0.7 times": {"look_px": 512, "second_look": 0.7},
        "up to 640 px": {"look_px": 640, "second_look": None},
        "up to 640 px, and 0.7 times": {"look_px": 640, "second_look": 0.7},
        "up to 768 px, and 0.7 times": {"look_px": 768, "second_look": 0.7},
    },
}
"""What is written into the manifest; the first is what the others are compared with."""


KINDS: dict[str, tuple[Callable[[int], LabelledRun], int, int]] = {
    "usual, 512 px": (partial(as_trained_on, 512), 864_000, 60),
    "usual, 1024 px": (partial(as_trained_on, 1024), 866_000, 20),
    "another generator": (of_another_generator, 2000, 40),
    "another hospital": (of_another_hospital, 745_000, 40),
}
"""What makes a run from its seed, the first seed, and how many."""


class Remembering:
    """A backend that is asked the same only once; of one run."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._answers: dict[bytes, Any] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._backend, name)

    def score(self, frames: Any, minip: Any, times: Any, on_frame: Any) -> Any:
        """What the backend says."""
        asked = frames.tobytes() + minip.tobytes()
        if asked not in self._answers:
            self._answers[asked] = self._backend.score(frames, minip, times, on_frame)
        return self._answers[asked]


def main() -> int:
    """Write a table for each kind of runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("choice", choices=CHOICES)
    parser.add_argument("--model")
    parser.add_argument("--count", type=int, help="of the runs of each kind")
    asked = parser.parse_args()
    engine, choices = Engine.load(asked.model), CHOICES[asked.choice]
    for name, (made, first, usual_count) in KINDS.items():
        count = asked.count or usual_count
        found = [scores(engine, choices, made(seed)) for seed in range(first, first + count)]
        sys.stdout.write(f"\n{name}, {count} runs\n\n{table(choices, np.array(found))}")
        sys.stdout.flush()
    return 0


def scores(engine: Engine, choices: dict[str, Facts], run: LabelledRun) -> NDArray[np.float64]:
    """Scores of a run, (choices, classes, 2): Dice and clDice; nan where the truth has no class."""
    backend = Remembering(engine.backend)
    prepared = prepare(run.source)
    rows = []
    for facts in choices.values():
        package = replace(engine.package, manifest={**engine.package.manifest, **facts})
        answer = Engine(package, backend).segment_prepared(prepared, {}).labels
        masks = class_masks(answer, run.labels)
        pairs = [masks[name] for name in CLASSES]
        rows.append(
            [[f(*pair) if pair[1].any() else np.nan for f in (dice, cl_dice)] for pair in pairs]
        )
    return np.array(rows)


def table(choices: dict[str, Facts], found: NDArray[np.float64]) -> str:
    """One line a class and choice, in Markdown.

    Args:
        choices: By name.
        found: (runs, choices, classes, 2).
    """
    lines = [
        "| class | choice | Dice | clDice | Dice, difference | clDice, difference |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for place, of in enumerate(CLASSES):
        for at, name in enumerate(choices):
            values = found[:, at, place]
            means = [f"{value:.3f}" for value in np.nanmean(values, axis=0)]
            gains = [in_words(gain) for gain in (values - found[:, 0, place]).T]
            lines.append(f"| {of} | {name} | {' | '.join([*means, *gains])} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
