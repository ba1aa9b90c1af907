"""The training loss: Dice and cross-entropy at three resolutions."""

import torch
from monai.losses import DiceCELoss
from torch import Tensor, nn
from torch.nn import functional

LEVEL_WEIGHTS = (4 / 7, 2 / 7, 1 / 7)
"""1, 1/2, 1/4, normalised: nnU-Net's deep supervision. The paper's weights are not known."""


class DeepSupervisionLoss(nn.Module):
    """Dice over BV and MAT plus cross-entropy over all classes, summed over the resolutions.

    Dice counts a whole batch as one image, so that a run without MAT asks for no MAT instead of
    asking for an undefined score.
    """

    def __init__(self) -> None:
        super().__init__()
        self.level = DiceCELoss(
            include_background=False, to_onehot_y=True, softmax=True, batch=True
        )

    def forward(self, scores: list[Tensor], labels: Tensor) -> Tensor:
        """Compare scores with the truth.

        Args:
            scores: (B, 3, H, W), (B, 3, H / 2, W / 2), ...; at most three.
            labels: Whole numbers (B, H, W).

        Returns:
            A single number, 0 for a perfect answer.
        """
        total = torch.zeros((), device=labels.device)
        for score, weight in zip(scores, LEVEL_WEIGHTS, strict=False):
            size = score.shape[-2:]
            truth = functional.interpolate(labels[:, None].float(), size=size, mode="nearest")
            total = total + weight * self.level(score.float(), truth)
        return total
