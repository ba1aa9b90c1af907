"""Train every variant from several seeds on the same data, and score all on the same runs.

What is done lies in the study's folder, one folder a variant and seed, so a study that was stopped
goes on where it was. The samples of a seed lie there too until all its variants have learned.
"""

import json
import logging
import math
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from torch import nn

from dsanet.atomic import new_folder, write_bytes
from dsanet.model import DSANetConfig
from dsatrain.ablate.kept import kept_phantoms
from dsatrain.ablate.runs import StudyRun, dense_runs, study_runs, thinned
from dsatrain.ablate.scoring import RunScore, score_runs
from dsatrain.ablate.variants import VARIANTS
from dsatrain.train import TrainConfig, Watch, train
from dsatrain.train.config import PHANTOMS
from dsatrain.train.data import TrainingData
from dsatrain.train.loop import Stop
from dsatrain.train.trainer import Build

log = logging.getLogger(__name__)

FRAME_COUNTS = (3, 5, 8, 12, 16, 22)
COUNTED = ("fixed8", "timestamps")
"""The variants of the table of frame counts: all frames of a run, or always eight."""

SCORES = "scores.json"


@dataclass(frozen=True)
class StudyPlan:
    """What a study does.

    Attributes:
        variants: Keys of `VARIANTS`.
        seeds: Of the trainings; each seed gives all variants the same phantoms.
        steps: Optimiser steps of each training.
        crop_px: Side of a crop.
        width: Of the networks.
        heads: Of the TemporalFormer.
        test_count: Runs to score on; half as many for each number of frames.
    """

    variants: tuple[str, ...] = tuple(VARIANTS)
    seeds: tuple[int, ...] = (1, 2, 3)
    steps: int = 800
    crop_px: int = 160
    width: int = 8
    heads: int = 4
    test_count: int = 60

    def config(self, variant: str, seed: int) -> TrainConfig:
        """Settings of one training."""
        network = DSANetConfig(width=self.width, heads=self.heads)
        return TrainConfig(
            network=VARIANTS[variant].config(network),
            steps=self.steps,
            crop_px=self.crop_px,
            warmup=max(1, self.steps // 20),
            ema_decay=1 - min(0.1, 10 / self.steps),
            seed=seed,
        )


def run_study(plan: StudyPlan, folder: Path, stop: Stop = lambda: False) -> dict[str, Any]:
    """Train and score what is not done yet.

    Args:
        plan: What to do; a folder holds the study of one plan.
        folder: Where trainings and scores lie.
        stop: Asked after each step whether to stop.

    Returns:
        JSON values: `plan`, and under `trainings` by variant and seed `parameters`, `runs` and
        `frames`, the scores of each run.

    Raises:
        ValueError: The folder holds the study of another plan, or of other phantoms.
        CancelledError: `stop` answered True; the same call goes on.
    """
    with new_folder(folder):
        _check_plan(plan, folder)
        tests = _Tests(plan.test_count)
        found: dict[str, Any] = {variant: {} for variant in plan.variants}
        for seed in plan.seeds:
            samples = folder / f"samples-{seed}"
            data = kept_phantoms(samples)
            for variant in plan.variants:
                place = folder / f"{variant}-{seed}"
                found[variant][str(seed)] = _one(plan, variant, seed, place, data, tests, stop)
            shutil.rmtree(samples, ignore_errors=True)
    return {"plan": asdict(plan), "trainings": found}


class _Tests:
    """Runs to score on, made when first asked for: a finished study needs none."""

    def __init__(self, count: int) -> None:
        self._count = count

    @cached_property
    def usual(self) -> list[StudyRun]:
        """With the frames that they come with."""
        return study_runs(self._count)

    @cached_property
    def dense(self) -> list[StudyRun]:
        """Half as many, to be thinned."""
        return dense_runs(math.ceil(self._count / 2))


def _check_plan(plan: StudyPlan, folder: Path) -> None:
    """Remember the plan, all but which variants and seeds: these can be added."""
    same = asdict(replace(plan, variants=(), seeds=())) | {"data": PHANTOMS}
    wanted = json.dumps(same, indent=2)
    path = folder / "plan.json"
    if path.is_file() and path.read_text(encoding="utf-8") != wanted:
        msg = f"{folder} holds a study of another plan, see {path}; choose another folder"
        raise ValueError(msg)
    write_bytes(path, wanted.encode())


def _one(
    plan: StudyPlan,
    variant: str,
    seed: int,
    place: Path,
    data: TrainingData,
    tests: _Tests,
    stop: Stop,
) -> dict[str, Any]:
    """One training's scores, from its folder or made now."""
    path = place / SCORES
    if path.is_file():
        return dict(json.loads(path.read_text(encoding="utf-8")))
    log.info("%s, seed %d", VARIANTS[variant].name, seed)
    config = plan.config(variant, seed)
    network = trained_network(config, place, VARIANTS[variant].build, data=data, stop=stop)
    scores = {
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "runs": plain(score_runs(network, tests.usual)),
        "frames": _by_frames(network, tests.dense) if variant in COUNTED else {},
    }
    write_bytes(path, json.dumps(scores).encode())
    return scores


def trained_network(
    config: TrainConfig,
    place: Path,
    build: Build,
    *,
    data: TrainingData | None = None,
    stop: Stop = lambda: False,
) -> nn.Module:
    """Train on the CPU, or go on with it, and give the network with its averaged weights.

    Args:
        config: Settings of the training.
        place: Its folder.
        build: Makes the network.
        data: What it learns from; None is phantoms.
        stop: Asked after each step whether to stop.

    Raises:
        CancelledError: `stop` answered True.
    """
    watch = Watch(validation_runs=0)
    trainer = train(config, place, data=data, watch=watch, device="cpu", build=build, stop=stop)
    network = build(config.network)
    network.load_state_dict(trainer.averaged_weights())
    return network


def _by_frames(network: nn.Module, dense: Sequence[StudyRun]) -> dict[str, list[dict[str, Any]]]:
    """Scores at every number of frames, evenly and unevenly spaced."""
    return {
        f"{count} {'uneven' if uneven else 'even'}": plain(
            score_runs(network, [thinned(run, count, uneven=uneven) for run in dense])
        )
        for count in FRAME_COUNTS
        for uneven in (False, True)
    }


def plain(scores: Sequence[RunScore]) -> list[dict[str, Any]]:
    """Scores as JSON values, which have no nan."""
    return [
        {
            key: None if isinstance(value, float) and math.isnan(value) else value
            for key, value in score.as_dict().items()
        }
        for score in scores
    ]
