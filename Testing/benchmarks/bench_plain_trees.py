"""Scores on runs of another generator than the one that the bundled model has learned from.

`python -m Testing.benchmarks.bench_plain_trees [--model MODEL] [--count COUNT] [--output FOLDER]`
segments the runs of `plain_trees`, arterial windows found automatically, and writes means with 95 %
intervals; into FOLDER it writes pictures of the best and worst runs, truth on the left.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from Testing.benchmarks.plain_trees import plain_tree

from dsanet.engine import Engine
from dsatrain.evaluate.labelled import LabelledRun
from dsatrain.evaluate.pictures import Gallery
from dsatrain.evaluate.score import evaluate
from dsatrain.evaluate.summary import summarise
from dsatrain.evaluate.table import score_table


def main() -> int:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model")
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--output", type=Path)
    asked = parser.parse_args()
    gallery, scores = Gallery(), []
    for case, prediction, score in evaluate(Engine.load(asked.model), runs(asked.count)):
        gallery.add(case, prediction, score)
        scores.append(score)
    sys.stdout.write(score_table(summarise(scores), {}))
    if asked.output:
        asked.output.mkdir(parents=True, exist_ok=True)
        gallery.write(asked.output)
    return 0


def runs(count: int) -> Iterator[LabelledRun]:
    """The first runs."""
    for seed in range(count):
        tree = plain_tree(seed)
        yield LabelledRun(tree.run.name, tree.run, tree.labels, None, {})


if __name__ == "__main__":
    sys.exit(main())
