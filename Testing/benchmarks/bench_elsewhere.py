"""Scores on runs that are unlike those that the bundled model has learned from.

`python -m Testing.benchmarks.bench_elsewhere KIND [--model MODEL] [--count COUNT] [--output DIR]`,
arterial windows found automatically; DIR gets what `dsatrain evaluate --output` writes. KIND is
`generator`, the flat trees of `plain_trees`, or `hospital`, the phantoms of `dsatrain.shifted`.
"""

import argparse
import sys
from pathlib import Path

from Testing.benchmarks.plain_trees import plain_tree

from dsanet.engine import Engine
from dsatrain.evaluate.command import judge
from dsatrain.evaluate.labelled import LabelledRun, labelled_phantom
from dsatrain.phantom import make_phantom
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


KINDS = {
    "generator": (of_another_generator, 0, 60),
    "hospital": (of_another_hospital, 740_000, 40),
}
"""What makes a run from its seed, the first seed, and how many."""

if __name__ == "__main__":
    sys.exit(main())
