"""Scores on runs that are unlike those of the frozen test set.

`python -m Testing.benchmarks.bench_elsewhere KIND [--model MODEL] [--count COUNT] [--output DIR]`,
arterial windows found automatically; DIR gets what `dsatrain evaluate --output` writes. KIND is
`generator`, the flat trees of `plain_trees`, `hospital`, the phantoms of `dsatrain.shifted`, or
`large`, phantoms of 1024 x 1024 px.
"""

import argparse
import sys
from functools import partial
from pathlib import Path

from Testing.benchmarks.plain_trees import plain_tree

from dsanet.engine import Engine
from dsatrain.evaluate.command import judge
from dsatrain.evaluate.labelled import LabelledRun, labelled_phantom
from dsatrain.phantom import make_phantom, sample_settings
from dsatrain.shifted import shifted_settings


def main() -> int:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--model")
    parser.add_argument("--count", type=int)
    parser.add_argument("--output", type=Path)
    asked = parser.parse_args()
    made, first, usual_count = KINDS[asked.kind]
    runs = (made(first + number) for number in range(asked.count or usual_count))
    sys.stdout.write(judge(Engine.load(asked.model), runs, asked.output)[1])
    return 0


def of_another_generator(seed: int) -> LabelledRun:
    """A flat tree."""
    tree = plain_tree(seed)
    return LabelledRun(tree.run.name, tree.run, tree.labels, None, {})


def of_another_hospital(seed: int) -> LabelledRun:
    """A phantom that looks otherwise."""
    return labelled_phantom(make_phantom(shifted_settings(seed)))


def as_trained_on(side: int, seed: int) -> LabelledRun:
    """A phantom as trainings draw them, square, of a size."""
    return labelled_phantom(make_phantom(sample_settings(seed, size=(side, side))))


KINDS = {
    "generator": (of_another_generator, 0, 60),
    "hospital": (of_another_hospital, 746_000, 40),
    "large": (partial(as_trained_on, 1024), 867_000, 30),
}
"""What makes a run from its seed, the first seed, and how many."""

if __name__ == "__main__":
    sys.exit(main())
