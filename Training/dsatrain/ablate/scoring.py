"""What a network that is no package answers for a run, and its scores."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from dsanet.labels import BV, MAT
from dsatrain.ablate.runs import StudyRun
from dsatrain.evaluate.score import dice_scores
from dsatrain.metrics.topology import cl_dice


@dataclass(frozen=True)
class RunScore:
    """The scores of one run, nan where one has no meaning.

    Attributes:
        name: The run's.
        bv: Dice of BV.
        mat: Dice of MAT; nan where the truth has none.
        whole: Dice of both as one vessel.
        bv_cl_dice: Centreline Dice of BV.
        mat_painted: Whether MAT was painted; None where the truth has some.
    """

    name: str
    bv: float
    mat: float
    whole: float
    bv_cl_dice: float
    mat_painted: bool | None

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


def score_runs(network: nn.Module, runs: Sequence[StudyRun]) -> list[RunScore]:
    """Segment whole runs and compare with their truth; no cleaning up."""
    return [scored(run, labels_of(network, run)) for run in runs]


@torch.inference_mode()
def labels_of(network: nn.Module, run: StudyRun) -> NDArray[np.uint8]:
    """Give the likeliest class of each pixel, uint8 (H, W)."""
    sample = run.sample
    arrays = (sample.frames, sample.minip, sample.times)
    frames, minip, times = (torch.from_numpy(np.ascontiguousarray(a))[None] for a in arrays)
    scores = network.eval()(frames, minip, times.float())[0]
    return np.asarray(scores[0].argmax(dim=0).to(torch.uint8))


def scored(run: StudyRun, answer: NDArray[np.uint8]) -> RunScore:
    """Compare an answer, uint8 (H, W), with a run's truth."""
    truth = run.sample.labels
    dice = dice_scores(answer, truth)
    has_mat = bool((truth == MAT).any())
    return RunScore(
        name=run.name,
        bv=dice["BV"],
        mat=dice["MAT"] if has_mat else float("nan"),
        whole=dice["whole"],
        bv_cl_dice=cl_dice(answer == BV, truth == BV),
        mat_painted=None if has_mat else bool((answer == MAT).any()),
    )
