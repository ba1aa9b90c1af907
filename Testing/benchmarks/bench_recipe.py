"""Widths, crops, rates and mixes of samples against each other, at equal time of the processor.

`python -m Testing.benchmarks.bench_recipe FOLDER [SEED ...]` trains DSANet on phantoms once for
each try and seed (1 and 2), and writes a table: every try against the first. All tries of a seed
see the same phantoms, kept in FOLDER (11 GB), and each has as many steps as six minutes of one
core allowed on the machine that the table in Training/README.md is from. The runs that are judged
are those of `dsatrain ablate`. What is done lies in FOLDER and is not done again, so seeds may be
trained one beside the other.
"""

import json
import pickle
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

from dsanet.atomic import write_bytes, write_text
from dsatrain.ablate import VARIANTS, StudyPlan
from dsatrain.ablate.runs import StudyRun, study_runs
from dsatrain.ablate.scoring import score_runs
from dsatrain.ablate.study import plain, trained_network
from dsatrain.ablate.table import COLUMNS, difference, markdown_table, score_cell, scores_of
from dsatrain.augment import WHOLE_SHARE
from dsatrain.crops import Drawn, PhantomCrops
from dsatrain.train import TrainConfig
from dsatrain.train.data import PHANTOMS, TrainingData

NETWORK = "timestamps"
SEEDS = (1, 2)
TEST_COUNT = 60


class KeptPhantoms(PhantomCrops):
    """Phantoms that are made once for all tries of a seed."""

    def __init__(self, folder: Path, whole_share: float, config: TrainConfig, lane: int) -> None:
        """Say where they are kept, and how often a crop is a whole run."""
        super().__init__(config.seed, replace(config.crops, whole_share=whole_share), lane)
        self.folder = folder

    def load(self, number: int) -> Drawn:
        """Read a phantom, or make and keep it."""
        path = self.folder / f"phantom-{self.seed}-{self.lane}-{number}.pickle"
        if not path.is_file():
            write_bytes(path, pickle.dumps(super().load(number), protocol=5))
        return pickle.loads(path.read_bytes())


@dataclass(frozen=True)
class Try:
    """One recipe.

    Attributes:
        words: For the table.
        steps: In six minutes of one core.
        width: Of the network.
        crop_px: Side of a crop.
        learning_rate: At its highest.
        whole_share: Of the samples that show the whole run.
    """

    words: str
    steps: int
    width: int = 12
    crop_px: int = 256
    learning_rate: float = 2e-3
    whole_share: float = WHOLE_SHARE

    def config(self, seed: int) -> TrainConfig:
        """Settings of one training, warmed up and averaged as in `dsatrain ablate`."""
        plan = StudyPlan(steps=self.steps, crop_px=self.crop_px, width=self.width)
        return replace(plan.config(NETWORK, seed), learning_rate=self.learning_rate)


TRIES = {
    "first": Try("width 12, crops of 256 px, rate 0.002", 240),
    "width8": Try("width 8", 370, width=8),
    "width16": Try("width 16", 178, width=16),
    "crop320": Try("crops of 320 px", 152, crop_px=320),
    "rate1": Try("rate 0.001", 240, learning_rate=1e-3),
    "rate4": Try("rate 0.004", 240, learning_rate=4e-3),
    "parts": Try("no whole runs, four of ten else", 240, whole_share=0.0),
}


def main(arguments: list[str]) -> int:
    """Train what is not done, and write the table over the seeds.

    Args:
        arguments: Folder, then seeds if not all.
    """
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    seeds = [int(seed) for seed in arguments[1:]] or list(SEEDS)
    runs = cache(lambda: study_runs(TEST_COUNT))
    found = {key: [trained(key, seed, folder, runs)["runs"] for seed in seeds] for key in TRIES}
    sys.stdout.write(table(found))
    return 0


def trained(
    key: str, seed: int, folder: Path, runs: Callable[[], list[StudyRun]]
) -> dict[str, Any]:
    """The scores of one training, from the folder or made now."""
    path = folder / f"{key}-{seed}.json"
    if not path.is_file():
        recipe = TRIES[key]
        crops = partial(KeptPhantoms, folder, recipe.whole_share)
        data = TrainingData(PHANTOMS, crops, lambda _count: [])
        place, build = folder / f"{key}-{seed}", VARIANTS[NETWORK].build
        network = trained_network(recipe.config(seed), place, build, data=data)
        write_text(path, json.dumps({"runs": plain(score_runs(network, runs()))}))
    return json.loads(path.read_text("utf-8"))


def table(found: dict[str, list[list[dict[str, Any]]]]) -> str:
    """The first try's scores, and how every other differs from it, in Markdown."""
    lines = []
    for key, rows in found.items():
        cells = [cell(rows, found["first"], score) for _, score in COLUMNS]
        lines.append([TRIES[key].words, str(TRIES[key].steps), *cells])
    return markdown_table(["recipe", "steps", *(title for title, _ in COLUMNS)], lines)


def cell(rows: list[Any], first: list[Any], score: str) -> str:
    """A score of the first try with its interval, or another try's difference from it."""
    if rows is first:
        return score_cell(scores_of(rows, score))
    return difference(scores_of(rows, score), scores_of(first, score))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
