"""How far the outlines of two masks lie apart, from MONAI."""

from typing import Any

import numpy as np

from dsatrain.metrics.overlap import Mask

TOLERANCE_PX = 1.0
"""Annotators' outlines of the same vessel differ by about a pixel."""


def surface_dice(answer: Mask, truth: Mask) -> float:
    """Share of both outlines' pixels that lie within 1 px of the other outline.

    Returns:
        0 to 1; 0 where one mask is empty, nan where both are.

    Source: Nikolov et al., Clinically applicable segmentation of head and neck anatomy, JMIR 2021,
    in MONAI's form, which counts outline pixels.
    """
    from monai.metrics import compute_surface_dice

    if not answer.any() or not truth.any():
        return 0.0 if answer.any() or truth.any() else float("nan")
    score = compute_surface_dice(*_batched(answer, truth), [TOLERANCE_PX], include_background=True)
    return float(score)


def hausdorff_95(answer: Mask, truth: Mask) -> float:
    """95th percentile of the outlines' distances to each other, the larger of both directions.

    Returns:
        Pixels; nan where a mask is empty.
    """
    from monai.metrics import compute_hausdorff_distance

    if not answer.any() or not truth.any():
        return float("nan")
    images = _batched(answer, truth)
    return float(compute_hausdorff_distance(*images, include_background=True, percentile=95))


def _batched(*masks: Mask) -> tuple[Any, ...]:
    """Tensors (1, 1, H, W), as MONAI takes them."""
    import torch

    return tuple(torch.from_numpy(np.ascontiguousarray(mask))[None, None] for mask in masks)
