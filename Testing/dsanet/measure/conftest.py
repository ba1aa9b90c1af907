"""A drawn run: a straight trunk from below with a stenosis, and a branch to the right."""

from collections.abc import Callable

import numpy as np
import pytest

from dsanet.labels import BV, MAT
from dsanet.prepare import PreparedRun

ROWS, COLUMNS, FRAMES = 160, 120, 12
TRUNK_COLUMN, TRUNK_PX, BRANCH_ROW, BRANCH_PX = 50.3, 12.0, 60.4, 5.0
BACKGROUND, CONTRAST = 200.0, 6.0
SPEED_PX_S = 200.0


def gamma(seconds: np.ndarray) -> np.ndarray:
    share = np.maximum(seconds / 1.2, 0)
    return share**3 * np.exp(3 * (1 - share))


def chord(distance: np.ndarray, diameter: np.ndarray | float) -> np.ndarray:
    """Path through a round vessel, averaged over a blur of boxes in sub-pixel steps."""
    steps = np.linspace(-0.9, 0.9, 13)
    parts = [
        np.sqrt(np.maximum((np.asarray(diameter) / 2) ** 2 - (distance + s) ** 2, 0)) for s in steps
    ]
    return 2 * np.mean(parts, axis=0)


Draw = Callable[..., tuple[PreparedRun, np.ndarray]]


@pytest.fixture(scope="session")
def draw() -> Draw:
    def make(
        percent: float = 60.0,
        frames: int = FRAMES,
        noise: float = 1.0,
        upwards: bool = True,
        begin_s: float = 1.0,
    ) -> tuple[PreparedRun, np.ndarray]:
        row, column = np.mgrid[:ROWS, :COLUMNS].astype(float)
        narrow = 0.5 * (1 + np.cos(np.pi * np.clip((row - 100) / 14, -1, 1)))
        width = TRUNK_PX * (1 - percent / 100 * narrow)
        in_trunk = row >= 30
        trunk = np.where(in_trunk, chord(column - TRUNK_COLUMN, width), 0)
        in_branch = column >= TRUNK_COLUMN
        branch = np.where(in_branch, chord(row - BRANCH_ROW, BRANCH_PX), 0)
        way = (ROWS - row) if upwards else row
        delay = np.where(trunk > 0, way, (ROWS - BRANCH_ROW) + column - TRUNK_COLUMN) / SPEED_PX_S
        times = np.arange(frames) * 0.25
        rng = np.random.default_rng(3)
        depth = CONTRAST * np.maximum(trunk, branch)
        stack = np.stack([BACKGROUND - depth * gamma(t - begin_s - delay) for t in times])
        stack = (stack + rng.normal(0, noise, stack.shape)).astype(np.float32)
        labels = np.zeros((ROWS, COLUMNS), np.uint8)
        labels[(np.abs(row - BRANCH_ROW) < BRANCH_PX / 2) & in_branch & (column < 110)] = BV
        labels[(np.abs(column - TRUNK_COLUMN) < width / 2) & in_trunk] = MAT
        window = (min(5, frames - 1), frames - 1)
        prepared = PreparedRun(
            frames=stack,
            times=times,
            field=np.ones((ROWS, COLUMNS), np.bool_),
            arterial_window=window,
            minip=stack[window[0] :].min(axis=0),
            center=BACKGROUND,
            scale=CONTRAST * TRUNK_PX,
            subtraction="as stored",
            warnings=(),
        )
        return prepared, labels

    return make
