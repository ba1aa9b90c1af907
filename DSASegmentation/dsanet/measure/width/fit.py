"""Fits blurred tubes to many profiles at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsanet.measure.width.tube import tube

Reals = NDArray[np.float32]
Floats = NDArray[np.float64]

ITERATIONS = 12
HUBER = 1.7
"""Residuals beyond this many standard deviations pull linearly: a neighbour that nobody marked."""
LEAST_RADIUS_PX = 0.3
TINY = 1e-9
CONTRAST, LEVEL, SLOPE, CENTRE, RADIUS = range(5)


@dataclass(frozen=True, eq=False)
class Profiles:
    """Darkness across vessels.

    Attributes:
        offset: float32 (P,), pixels from the line, evenly spaced.
        values: float32 (N, P), darker is higher.
        weight: float32 (N, P), 0 for samples that belong neither to the vessel nor to its
            background, else 1, or the reciprocal variance of a sample with more noise.
        radius: float64 (N,), first guess, pixels.
    """

    offset: Reals
    values: Reals
    weight: Reals
    radius: Floats

    def pick(self, chosen: NDArray[np.generic]) -> "Profiles":
        """Some of the profiles."""
        return Profiles(self.offset, self.values[chosen], self.weight[chosen], self.radius[chosen])


@dataclass(frozen=True, eq=False)
class Tubes:
    """What fits the profiles best.

    Attributes:
        contrast: float64 (N,), darkness of a pixel of chord.
        centre: float64 (N,), of the tube, pixels from the line.
        radius: float64 (N,), pixels.
        contrast_error: float64 (N,), standard deviation.
        radius_error: float64 (N,), standard deviation from the noise, pixels.
        noise: float64 (N,), standard deviation of the residuals of samples of weight 1.
        cost: float64 (N,), mean of the squared residuals after robust weighting.
    """

    contrast: Floats
    centre: Floats
    radius: Floats
    contrast_error: Floats
    radius_error: Floats
    noise: Floats
    cost: Floats


def fit_tubes(
    profiles: Profiles,
    blur: float,
    *,
    contrast: tuple[Floats, Floats] | None = None,
    iterations: int = ITERATIONS,
) -> Tubes:
    """Fit contrast, background level and slope, centre and radius to each profile.

    Levenberg-Marquardt with Huber weights; the centre is held near the line.

    Args:
        profiles: The profiles.
        blur: Standard deviation of the point spread function, pixels.
        contrast: What is known of the contrast: expected value and its standard deviation, each
            float64 (N,); None where nothing is.
        iterations: How often to improve.

    Returns:
        One tube a profile.
    """
    fitter = _Fitter(profiles, blur, contrast)
    values = fitter.start()
    state = fitter.look(values)
    damping = np.full(len(values), 1e-2)
    for _ in range(iterations):
        changed = fitter.step(values, state, damping)
        tried = fitter.look(changed)
        better = tried.cost <= state.cost
        values = np.where(better[:, None], changed, values)
        state = state.where(better, tried)
        damping = np.clip(np.where(better, damping / 4, damping * 6), 1e-6, 1e6)
    return fitter.result(values, state)


@dataclass(eq=False)
class _State:
    """Where a fit stands: objective, J'WJ and J'Wr with the priors."""

    cost: Floats
    normal: Floats
    gradient: Floats

    def where(self, chosen: NDArray[np.bool_], other: "_State") -> "_State":
        pick = chosen[:, None]
        return _State(
            np.where(chosen, other.cost, self.cost),
            np.where(pick[..., None], other.normal, self.normal),
            np.where(pick, other.gradient, self.gradient),
        )


class _Fitter:
    def __init__(
        self, profiles: Profiles, blur: float, contrast: tuple[Floats, Floats] | None
    ) -> None:
        self.profiles, self.blur = profiles, blur
        self.used = profiles.weight > 0
        self.count = np.maximum(self.used.sum(axis=1), 1).astype(np.float64)
        self.noise = self._first_noise()
        self.contrast = contrast
        self.centre_sd = np.maximum(1.0, 0.4 * profiles.radius)

    def _first_noise(self) -> Floats:
        """Standard deviation of the samples about their neighbours."""
        values, used = self.profiles.values, self.used
        turn = values[:, 2:] - 2 * values[:, 1:-1] + values[:, :-2]
        seen = used[:, 2:] & used[:, 1:-1] & used[:, :-2]
        squares = np.where(seen, turn, 0) ** 2 * self.profiles.weight[:, 1:-1]
        each = np.sqrt(squares.sum(axis=1) / np.maximum(seen.sum(axis=1), 1) / 6)
        return np.asarray(np.maximum(each, 0.3 * np.median(each) + 1e-6), np.float64)

    def start(self) -> Floats:
        """First values from the profile's level inside and outside the guessed radius."""
        profiles, radius = self.profiles, np.maximum(self.profiles.radius, 0.7)
        distance = np.abs(profiles.offset)[None]
        inner = self.used & (distance <= np.maximum(0.5 * radius, 0.6)[:, None])
        outer = self.used & (distance >= (radius + 1)[:, None])
        top, level = _mean(profiles.values, inner), _mean(profiles.values, outer)
        contrast = np.maximum(top - level, self.noise) / (2 * radius)
        if self.contrast is not None:
            contrast = self.contrast[0]
        zero = np.zeros_like(radius)
        return np.stack((contrast, level, zero, zero, radius), axis=1)

    def look(self, values: Floats) -> _State:
        """Objective and normal equations at some values, (N, 5)."""
        columns, residual = self._model(values)
        weight = self._weights(residual)
        weighted = columns * weight[:, None]
        normal = np.einsum("nip,njp->nij", weighted, columns, optimize=True).astype(np.float64)
        gradient = np.einsum("nip,np->ni", weighted, residual, optimize=True).astype(np.float64)
        z = np.abs(residual) * self._precision()
        huber = np.where(z <= HUBER, z * z, 2 * HUBER * z - HUBER**2)
        cost = huber.sum(axis=1, dtype=np.float64)
        for place, expected, spread in self._priors():
            off = (values[:, place] - expected) / spread
            cost += off**2
            normal[:, place, place] += spread**-2.0
            gradient[:, place] -= off / spread
        return _State(cost, normal, gradient)

    def _priors(self) -> list[tuple[int, Floats, Floats]]:
        known = [(CENTRE, np.zeros_like(self.centre_sd), self.centre_sd)]
        if self.contrast is not None:
            known.append((CONTRAST, *self.contrast))
        return known

    def _model(self, values: Floats) -> tuple[Reals, Reals]:
        """Derivatives (N, 5, P) and residuals (N, P)."""
        contrast, level, slope, centre, radius = (
            column[:, None] for column in values.astype(np.float32).T
        )
        offset = self.profiles.offset[None]
        chord, by_offset, by_radius = tube(offset - centre, radius, self.blur)
        ones = np.ones_like(chord)
        columns = np.stack(
            (chord, ones, offset * ones, -contrast * by_offset, contrast * by_radius), axis=1
        )
        return columns, self.profiles.values - (contrast * chord + level + slope * offset)

    def _weights(self, residual: Reals) -> Reals:
        precision = self._precision()
        robust = np.minimum(1, HUBER / np.maximum(np.abs(residual) * precision, 1e-9))
        return np.asarray(robust * precision**2)

    def _precision(self) -> Reals:
        """Reciprocal standard deviation of each sample, (N, P)."""
        noise = self.noise[:, None].astype(np.float32)
        return np.asarray(np.sqrt(self.profiles.weight) / noise)

    def step(self, values: Floats, state: _State, damping: Floats) -> Floats:
        """Values after one damped step."""
        scale, scaled = _scaled(state.normal)
        damped = scaled + (damping[:, None, None] + TINY) * np.eye(5)
        move = np.linalg.solve(damped, (state.gradient / scale)[..., None])[..., 0] / scale
        limit = 0.5 * values[:, RADIUS] + 0.3
        move[:, RADIUS] = np.clip(move[:, RADIUS], -limit, limit)
        changed = values + move
        most = 0.5 * float(np.ptp(self.profiles.offset))
        changed[:, RADIUS] = np.clip(changed[:, RADIUS], LEAST_RADIUS_PX, most)
        return np.asarray(changed)

    def result(self, values: Floats, state: _State) -> Tubes:
        """Values with errors, for the noise that the residuals show."""
        _, residual = self._model(values)
        weight = self._weights(residual) * self.noise[:, None].astype(np.float32) ** 2
        squares = (weight * residual**2).sum(axis=1, dtype=np.float64)
        noise = np.sqrt(squares / np.maximum(self.count - 5, 1))
        scale, scaled = _scaled(state.normal)
        inverse = np.linalg.inv(scaled + TINY * np.eye(5))
        errors = np.sqrt(np.maximum(np.einsum("nii->ni", inverse), 0)) / scale
        errors *= (noise / self.noise)[:, None]
        return Tubes(
            contrast=values[:, CONTRAST],
            centre=values[:, CENTRE],
            radius=values[:, RADIUS],
            contrast_error=errors[:, CONTRAST],
            radius_error=errors[:, RADIUS],
            noise=noise,
            cost=state.cost / self.count,
        )


def _scaled(normal: Floats) -> tuple[Floats, Floats]:
    """Bring matrices to a diagonal of ones, that of nothing but zeros to zeros.

    So a small number on the diagonal keeps those regular that too few samples leave singular.
    """
    scale = np.sqrt(np.maximum(np.einsum("nii->ni", normal), TINY))
    return scale, normal / (scale[:, :, None] * scale[:, None, :])


def _mean(values: Reals, chosen: NDArray[np.bool_]) -> Floats:
    total = np.where(chosen, values, 0).sum(axis=1, dtype=np.float64)
    return np.asarray(total / np.maximum(chosen.sum(axis=1), 1))
