"""The training loss: Dice and cross-entropy at three resolutions, centreline terms on request."""

import torch
from monai.losses import DiceCELoss, SoftclDiceLoss
from monai.networks import one_hot
from torch import Tensor, nn
from torch.nn import functional

from dsanet.labels import CLASS_COUNT

LEVEL_WEIGHTS = (4 / 7, 2 / 7, 1 / 7)
"""1, 1/2, 1/4, normalised: nnU-Net's deep supervision. The paper's weights are not known."""


class TrainingLoss(nn.Module):
    """Dice over BV and MAT plus cross-entropy over all classes, summed over the resolutions.

    Dice counts a whole batch as one image, so that a run without MAT asks for no MAT instead of
    asking for an undefined score.
    """

    def __init__(self, skeleton_recall: float = 0.0, cl_dice: float = 0.0) -> None:
        """Choose the terms at full resolution beside Dice and cross-entropy.

        Args:
            skeleton_recall: Weight of `skeleton_recall_loss`.
            cl_dice: Weight of MONAI's soft clDice (Shit et al., CVPR 2021).
        """
        super().__init__()
        self.skeleton_recall, self.cl_dice = skeleton_recall, cl_dice
        self.level = DiceCELoss(
            include_background=False, to_onehot_y=True, softmax=True, batch=True
        )
        self.centreline = SoftclDiceLoss(include_background=False, to_onehot_y=True, softmax=True)

    def forward(
        self, scores: list[Tensor], labels: Tensor, skeletons: Tensor | None = None
    ) -> Tensor:
        """Compare scores with the truth.

        Args:
            scores: (B, 3, H, W), (B, 3, H / 2, W / 2), ...; at most three.
            labels: Whole numbers (B, H, W).
            skeletons: Whole numbers (B, H, W), from `dsatrain.batches`, for Skeleton Recall.

        Returns:
            A single number, 0 for a perfect answer.
        """
        total = torch.zeros((), device=labels.device)
        for score, weight in zip(scores, LEVEL_WEIGHTS, strict=False):
            size = score.shape[-2:]
            truth = functional.interpolate(labels[:, None].float(), size=size, mode="nearest")
            total = total + weight * self.level(score.float(), truth)
        if self.skeleton_recall and skeletons is not None:
            recall = skeleton_recall_loss(scores[0].float(), skeletons)
            total = total + self.skeleton_recall * recall
        if self.cl_dice:
            total = total + self.cl_dice * self.centreline(scores[0].float(), labels[:, None])
        return total


def skeleton_recall_loss(scores: Tensor, skeletons: Tensor) -> Tensor:
    """Share of each class's thickened centrelines that is not answered, over the whole batch.

    Args:
        scores: (B, 3, H, W), before softmax.
        skeletons: Whole numbers (B, H, W): the class along its centrelines, else 0.

    Returns:
        0 to 1, the mean over the classes that have centrelines; 0 where none has.

    Source: Kirchhoff et al., Skeleton Recall Loss, ECCV 2024, eq. 2.
    """
    wanted = one_hot(skeletons[:, None], CLASS_COUNT)[:, 1:]
    answered = scores.softmax(dim=1)[:, 1:] * wanted
    lengths = wanted.sum(dim=(0, 2, 3))
    recall = answered.sum(dim=(0, 2, 3)) / lengths.clamp(min=1)
    present = lengths > 0
    return (1 - recall[present]).sum() / present.sum().clamp(min=1)


def distillation_loss(scores: Tensor, targets: Tensor) -> Tensor:
    """How far answers are from those of the network that they are to keep to.

    Args:
        scores: (B, 3, H, W), before softmax.
        targets: (B, 3, H, W), the other network's, before softmax.

    Returns:
        The Kullback-Leibler divergence, the mean over the pixels; 0 for the same answer.

    Source: Li and Hoiem, Learning without forgetting, ECCV 2016, eq. 2, at temperature 1.
    """
    logs, wanted = scores.log_softmax(dim=1), targets.log_softmax(dim=1)
    return functional.kl_div(logs, wanted, reduction="none", log_target=True).sum(dim=1).mean()
