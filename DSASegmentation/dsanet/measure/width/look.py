"""How the run draws a vessel: how blurred, and how bent its grey scale is."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dsanet.measure.width.fit import Profiles, Reals, fit_tubes

USUAL_BLUR_PX = 0.7
"""Where no wide vessel shows it: detector and focal spot of usual systems make 0.4 to 1.6 px."""

BLURS = np.geomspace(0.4, 1.8, 6)
BENDS = np.array([-0.6, -0.3, 0.0, 0.3, 0.6, 0.9])
"""What is tried; bends as shares of the reciprocal of the darkest profiles' depth."""

USUAL_BEND, BELIEVED = (0.1, 0.2), 250
"""Expected bend and its standard deviation in the same unit, and how many samples of a profile
count as independent beside it: faint vessels do not show their bend."""

ENOUGH, MOST = 25, 100


@dataclass(frozen=True)
class Look:
    """How profiles are drawn.

    Attributes:
        blur_px: Standard deviation of the point spread function, pixels.
        bend: How much darkness saturates, a reciprocal of grey values: what should be D is
            (1 - exp(-bend D)) / bend. Scattered X-rays make it positive, display curves either.
        level: Grey of the background as darkness (the negative of the grey value).
        found: Whether blur and bend were found in the run and not assumed.
    """

    blur_px: float
    bend: float
    level: float
    found: bool

    def straight(self, profiles: Profiles) -> Profiles:
        """Undo the bend; the level becomes 0, and samples whose noise grows count less."""
        depth = profiles.values - np.float32(self.level)
        if self.bend == 0:
            return replace(profiles, values=depth)
        left = np.maximum(1 - np.float32(self.bend) * depth, np.float32(0.05))
        values = -np.log(left) / np.float32(self.bend)
        return replace(profiles, values=values, weight=profiles.weight * left**2)


def find_look(profiles: list[Profiles], level: float) -> Look:
    """Find the blur and the bend with which tubes fit best.

    Args:
        profiles: Of vessels with half widths of 3 px and more, free on both sides.
        level: Grey of the background as darkness.

    Returns:
        The look; a usual one where there are too few such vessels.
    """
    look = Look(USUAL_BLUR_PX, 0.0, level, found=False)
    count = sum(len(part.values) for part in profiles)
    if count < ENOUGH:
        return look
    every = max(1, count // MOST)
    few = [part.pick(np.arange(0, len(part.values), every)) for part in profiles]
    few = [part for part in few if len(part.values)]
    depth = max(float(np.percentile(np.concatenate([_depth(part) for part in few]), 90)), 1e-6)
    unlikely = 0.5 * ((BENDS - USUAL_BEND[0]) / USUAL_BEND[1]) ** 2 / BELIEVED
    for _ in range(2):
        blur = _best(
            BLURS, [_misfit(few, replace(look, blur_px=float(b))) for b in BLURS], log=True
        )
        look = replace(look, blur_px=blur)
        bends = BENDS / depth
        misfits = [_misfit(few, replace(look, bend=float(b))) for b in bends]
        bend = _best(bends, (np.array(misfits) + unlikely).tolist())
        look = replace(look, bend=bend)
    return replace(look, found=True)


def _depth(profiles: Profiles) -> Reals:
    values = profiles.values
    return np.asarray(values.max(axis=1) - np.median(values, axis=1))


def _misfit(profiles: list[Profiles], look: Look) -> float:
    """Mean logarithm of the residuals, as they are before the bend is undone."""
    fits = [fit_tubes(look.straight(part), look.blur_px, iterations=6) for part in profiles]
    return float(np.mean(np.log(np.concatenate([fit.noise for fit in fits]) + 1e-12)))


def _best(at: NDArray[np.float64], costs: list[float], *, log: bool = False) -> float:
    """Where the cost is lowest: the vertex of the parabola through the lowest three values."""
    places, values = np.log(at) if log else at, np.array(costs)
    middle = int(np.clip(np.argmin(values), 1, len(at) - 2))
    near = slice(middle - 1, middle + 2)
    unit = places[middle + 1] - places[middle - 1]
    bend, slope, _ = np.polyfit((places[near] - places[middle]) / unit, values[near], 2)
    if bend <= 0:
        return float(at[int(np.argmin(values))])
    found = np.clip(places[middle] - unit * slope / (2 * bend), places[0], places[-1])
    return float(np.exp(found) if log else found)
