"""Scores on another hospital's runs (`dsatrain.shifted`), which no model is trained on.

`python Testing/benchmarks/bench_shifted.py [--model MODEL] [--count COUNT] [--output FOLDER]`,
seeds from 740000, arterial windows found automatically; FOLDER gets pictures of the best and worst
runs and `cases.csv` for `compare_scores`.
"""

import argparse
import sys
from pathlib import Path

from dsanet.atomic import write_text
from dsanet.engine import Engine
from dsatrain.evaluate.command import cases_csv
from dsatrain.evaluate.labelled import labelled_phantom
from dsatrain.evaluate.pictures import Gallery
from dsatrain.evaluate.score import evaluate
from dsatrain.evaluate.summary import summarise
from dsatrain.evaluate.table import score_table
from dsatrain.phantom import make_phantom
from dsatrain.shifted import shifted_settings

FIRST_SEED = 740_000


def main() -> int:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model")
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--output", type=Path)
    asked = parser.parse_args()
    seeds = range(FIRST_SEED, FIRST_SEED + asked.count)
    runs = (labelled_phantom(make_phantom(shifted_settings(seed))) for seed in seeds)
    gallery, scores = Gallery(), []
    for case, prediction, score in evaluate(Engine.load(asked.model), runs):
        gallery.add(case, prediction, score)
        scores.append(score)
    sys.stdout.write(score_table(summarise(scores), {}))
    if asked.output:
        asked.output.mkdir(parents=True, exist_ok=True)
        gallery.write(asked.output)
        write_text(asked.output / "cases.csv", cases_csv(scores))
    return 0


if __name__ == "__main__":
    sys.exit(main())
