"""The learning rate over the steps."""

import math

POLY_POWER = 0.9
"""nnU-Net's polynomial decay."""


def learning_rate_factor(step: int, warmup: int, steps: int, decay: str = "cosine") -> float:
    """Linear rise, then a fall to 0.

    Args:
        step: From 0.
        warmup: Steps of the rise.
        steps: All steps.
        decay: `cosine` or `poly`.

    >>> learning_rate_factor(0, 10, 110), learning_rate_factor(10, 10, 110)
    (0.1, 1.0)
    >>> [round(learning_rate_factor(60, 10, 110, decay), 3) for decay in ("cosine", "poly")]
    [0.5, 0.536]
    """
    if step < warmup:
        return (step + 1) / warmup
    progress = min(1.0, (step - warmup) / max(1, steps - warmup))
    if decay == "poly":
        return float((1 - progress) ** POLY_POWER)
    return 0.5 * (1 + math.cos(math.pi * progress))
