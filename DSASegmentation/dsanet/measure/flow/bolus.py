"""Fits gamma variates to time-density curves, many at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

Floats = NDArray[np.float64]

SHAPE = (3.0, 0.35)
RISE_S = (1.6, 0.6)
"""Expected exponent a (2 to 4) and time from arrival to peak (a times 0.4 to 1.0 s), each with the
standard deviation of its logarithm: what the literature on the gamma variate of a bolus gives.
They decide only where frames are too few to."""

FALLEN_SHARE = 0.5
"""The fit ends where the curve has fallen to this share of its peak: blush, veins and a second
passage follow."""

ITERATIONS = 25
PEAK, BEGIN, RISE, EXPONENT = range(4)


@dataclass(frozen=True, eq=False)
class Boluses:
    """Gamma variates c = peak s^a exp(a (1 - s)) with s = (t - begin) / rise.

    Attributes:
        peak: float64 (n,), greatest darkness.
        begin: float64 (n,), seconds, where the curve leaves 0.
        rise: float64 (n,), seconds from there to the peak.
        exponent: float64 (n,).
        peak_error_s: float64 (n,), standard deviation of the time of the peak.
        arrival_error_s: float64 (n,), standard deviation of the arrival.
    """

    peak: Floats
    begin: Floats
    rise: Floats
    exponent: Floats
    peak_error_s: Floats
    arrival_error_s: Floats

    @property
    def peak_s(self) -> Floats:
        """Time to peak from the run's first frame, float64 (n,)."""
        return self.begin + self.rise

    def reaching(self, share: float) -> Floats:
        """When each curve first has a share of its peak, float64 (n,), seconds."""
        return self.begin + self.rise * _solved(self.exponent, share, rising=True)

    def leaving(self, share: float) -> Floats:
        """When each curve last has a share of its peak, float64 (n,), seconds."""
        return self.begin + self.rise * _solved(self.exponent, share, rising=False)

    @property
    def area(self) -> Floats:
        """Integral over all times, float64 (n,), grey values times seconds."""
        a = self.exponent
        return np.asarray(self.peak * self.rise * np.exp(a + gammaln(a + 1) - (a + 1) * np.log(a)))

    @property
    def mean_s(self) -> Floats:
        """First moment, float64 (n,), seconds from the first frame."""
        return self.begin + self.rise * (self.exponent + 1) / self.exponent

    @property
    def steepest(self) -> Floats:
        """Greatest slope, float64 (n,), grey values a second; at s = 1 - 1 / sqrt(a)."""
        a = np.maximum(self.exponent, 1.05)
        s = 1 - 1 / np.sqrt(a)
        value = s**a * np.exp(a * (1 - s))
        return np.asarray(self.peak / self.rise * value * a * (1 / s - 1))


def fit_boluses(times: Floats, values: Floats, noise: Floats) -> Boluses:
    """Fit a gamma variate to each curve by Levenberg-Marquardt.

    Args:
        times: float64 (T,), seconds, T >= 4.
        values: float64 (n, T), darkness above the baseline.
        noise: float64 (n,), standard deviation of a value.

    Source: H. Thompson et al., Circulation Research 14, 1964; in the form of M. Madsen, Physics in
    Medicine and Biology 37, 1992.
    """
    parameters = _start(times, values)
    weight = _weights(values, noise)
    prior_at = np.log([RISE_S[0], SHAPE[0]])
    prior = np.array([RISE_S[1], SHAPE[1]]) ** -2.0
    damping = np.full(len(values), 1e-2)
    cost, normal, gradient = _look(parameters, times, values, weight, prior_at, prior)
    for _ in range(ITERATIONS):
        diagonal = np.einsum("nii->ni", normal)
        damped = normal + (damping[:, None] * diagonal + 1e-9)[..., None] * np.eye(4)
        move = np.linalg.solve(damped, gradient[..., None])[..., 0]
        tried = parameters + np.clip(move, -1.5, 1.5)
        tried[:, RISE:] = np.clip(tried[:, RISE:], np.log([0.15, 1.1]), np.log([8.0, 12.0]))
        found = _look(tried, times, values, weight, prior_at, prior)
        better = found[0] <= cost
        parameters = np.where(better[:, None], tried, parameters)
        cost = np.where(better, found[0], cost)
        normal = np.where(better[:, None, None], found[1], normal)
        gradient = np.where(better[:, None], found[2], gradient)
        damping = np.clip(np.where(better, damping / 4, damping * 6), 1e-7, 1e7)
    return _boluses(parameters, normal)


def _start(times: Floats, values: Floats) -> Floats:
    """First values: height and place of the greatest sample, rise from the half height."""
    at = values.argmax(axis=1)
    peak = np.maximum(values[np.arange(len(values)), at], 1e-9)
    above = values >= 0.5 * peak[:, None]
    first = above.argmax(axis=1)
    step = float(np.median(np.diff(times)))
    half = times[first] - 0.5 * step
    rise = np.clip((times[at] - half) / 0.54, 0.6, 4.0)
    return np.stack(
        (np.log(peak), times[at] - rise, np.log(rise), np.full(len(at), np.log(3.0))), 1
    )


def _weights(values: Floats, noise: Floats) -> Floats:
    """Reciprocal variances; 0 from where a curve has fallen and, in part, for the model's error."""
    at = values.argmax(axis=1)[:, None]
    peak = np.take_along_axis(values, at, axis=1)
    frame = np.arange(values.shape[1])[None]
    fallen = (values < FALLEN_SHARE * peak) & (frame > at)
    over = np.maximum.accumulate(fallen, axis=1)
    variance = noise[:, None] ** 2 + (0.04 * peak) ** 2
    return np.asarray(np.where(over, 0.0, 1 / np.maximum(variance, 1e-18)))


def _look(
    parameters: Floats,
    times: Floats,
    values: Floats,
    weight: Floats,
    prior_at: Floats,
    prior: Floats,
) -> tuple[Floats, Floats, Floats]:
    peak, begin, rise, a = (column[:, None] for column in parameters.T)
    peak, rise, a = np.exp(peak), np.exp(rise), np.exp(a)
    s = np.maximum((times[None] - begin) / rise, 1e-6)
    log = np.log(s)
    curve = peak * np.exp(a * (log + 1 - s))
    by_s = curve * a * (1 / s - 1)
    by_s[s <= 1e-6] = 0
    columns = np.stack((curve, -by_s / rise, -by_s * s, curve * a * (log + 1 - s)), axis=1)
    residual = values - curve
    weighted = columns * weight[:, None]
    normal = np.einsum("nit,njt->nij", weighted, columns, optimize=True)
    gradient = np.einsum("nit,nt->ni", weighted, residual, optimize=True)
    off = parameters[:, RISE:] - prior_at
    cost = (weight * residual**2).sum(axis=1) + (prior * off**2).sum(axis=1)
    for place in (RISE, EXPONENT):
        normal[:, place, place] += prior[place - RISE]
        gradient[:, place] -= prior[place - RISE] * off[:, place - RISE]
    return cost, normal, gradient


def _boluses(parameters: Floats, normal: Floats) -> Boluses:
    covariance = np.linalg.inv(normal + 1e-9 * np.eye(4))
    rise = np.exp(parameters[:, RISE])
    exponent = np.exp(parameters[:, EXPONENT])

    def error(s: Floats) -> Floats:
        """Of begin + rise s, s taken as fixed."""
        variance = (
            covariance[:, BEGIN, BEGIN]
            + (rise * s) ** 2 * covariance[:, RISE, RISE]
            + 2 * rise * s * covariance[:, BEGIN, RISE]
        )
        return np.asarray(np.sqrt(np.maximum(variance, 0)))

    return Boluses(
        np.exp(parameters[:, PEAK]),
        parameters[:, BEGIN],
        rise,
        exponent,
        error(np.ones_like(rise)),
        error(_solved(exponent, 0.1, rising=True)),
    )


def _solved(exponent: Floats, share: float, *, rising: bool) -> Floats:
    """Find the s at which s^a exp(a (1 - s)) has a value, by bisection."""
    low = np.full_like(exponent, 1e-9 if rising else 1.0)
    high = np.full_like(exponent, 1.0 if rising else 60.0)
    wanted = np.log(share)
    for _ in range(50):
        middle = 0.5 * (low + high)
        above = exponent * (np.log(middle) + 1 - middle) > wanted
        upwards = above != rising
        low, high = np.where(upwards, middle, low), np.where(upwards, high, middle)
    return np.asarray(0.5 * (low + high))
