"""Flow quantities of each cell, and maps of them that are withheld where they would mislead."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsanet.measure.flow.bolus import Boluses
from dsanet.measure.flow.curves import Curves

Floats = NDArray[np.float64]

ARRIVAL_SHARE = 0.1
"""Contrast has arrived when it first exceeds this share of its peak
(http://www.ajnr.org/cgi/content/full/25/5/775/F3)."""

LEAST_FRAMES = 4
WASH_IN_STEP_S = 0.26
"""Wash-in needs 4 frames a second (https://frontiersin.org/articles/10.3389/fneur.2023.1136847)."""

VALID_SHARE = 0.5
"""A map is shown if it holds for this share of the vessels' pixels."""

SIGNAL = 4.0
"""A curve whose peak is lower than so many standard deviations of its values shows no bolus."""


@dataclass(frozen=True)
class Quantity:
    """A flow quantity.

    Attributes:
        title: What it is, for people.
        unit: `s`, or grey values with time.
        needs: Conditions that a cell must meet: `baseline`, `wash-in`, `half`, `bolus`.
        value: Computes it.
    """

    title: str
    unit: str
    needs: tuple[str, ...]
    value: Callable[[Boluses], Floats]


QUANTITIES: Mapping[str, Quantity] = {
    "arrival": Quantity("Arrival", "s", ("baseline", "wash-in"), lambda b: b.reaching(0.1)),
    "ttp": Quantity("Time to peak", "s", ("wash-in",), lambda b: b.peak_s),
    "rise": Quantity(
        "Rise time, 10 to 90 %",
        "s",
        ("baseline", "wash-in"),
        lambda b: b.reaching(0.9) - b.reaching(0.1),
    ),
    "peak": Quantity("Peak height", "grey", ("wash-in",), lambda b: b.peak),
    "wash_in": Quantity(
        "Wash-in, greatest slope", "grey/s", ("baseline", "wash-in"), lambda b: b.steepest
    ),
    "fwhm": Quantity(
        "Full width at half maximum",
        "s",
        ("baseline", "wash-in", "half"),
        lambda b: b.leaving(0.5) - b.reaching(0.5),
    ),
    "auc": Quantity("Area under the curve", "grey s", ("baseline", "bolus"), lambda b: b.area),
    "mtt": Quantity(
        "Mean transit time, first moment after arrival",
        "s",
        ("baseline", "bolus"),
        lambda b: b.mean_s - b.reaching(0.1),
    ),
}
"""By key; definitions as in the project's science notes, section 4. The mean transit time is the
projected first moment, without an input function."""

REASONS = {
    "signal": "its contrast does not rise above the noise",
    "baseline": "there are no frames without contrast before it arrives",
    "wash-in": "its contrast still rises at the run's end",
    "half": "its contrast does not fall to half of its peak within the run",
    "bolus": "its contrast does not fall to a quarter of its peak within the run",
}


@dataclass(frozen=True, eq=False)
class FlowMap:
    """One quantity over the cells.

    Attributes:
        key: Of `QUANTITIES`.
        values: float64 (cells,), nan where it does not hold.
        valid: Whether the map may be shown.
        reason: Why not, or what to mind; empty if nothing.
    """

    key: str
    values: Floats
    valid: bool
    reason: str

    def image(self, curves: Curves, owners: NDArray[np.int64]) -> NDArray[np.float32]:
        """Paint pixels with their cell's value: float32 (H, W), nan elsewhere and if withheld."""
        painted = np.full(owners.shape, np.nan, np.float32)
        if self.valid:
            inside = owners >= 0
            painted[inside] = self.values[curves.cell[owners[inside]]]
        return painted


def conditions(curves: Curves, boluses: Boluses) -> dict[str, NDArray[np.bool_]]:
    """Which cells meet each condition of `REASONS`, bool (cells,) each."""
    values, peak = curves.values, boluses.peak[:, None]
    top = values.max(axis=1)
    at = values.argmax(axis=1)
    step = float(np.median(np.diff(curves.times)))
    last = values[:, -1] / np.maximum(top, 1e-9)
    first = np.abs(values[:, 0]) / np.maximum(top, 1e-9)
    risen = (boluses.peak_s < curves.times[-1] - 0.25 * step) & (at < values.shape[1] - 1)
    return {
        "signal": (top > SIGNAL * curves.noise) & (curves.pixels > 0) & (peak[:, 0] < 2 * top),
        "baseline": (first < 2 * ARRIVAL_SHARE) & (boluses.reaching(0.1) > curves.times[0]),
        "wash-in": risen,
        "half": risen & (last < 0.5),
        "bolus": risen & (last < 0.25),
    }


def flow_maps(curves: Curves, boluses: Boluses, obstacle: str) -> dict[str, FlowMap]:
    """Compute every quantity, each with whether it holds.

    Args:
        curves: Of the cells.
        boluses: Fitted to them.
        obstacle: What speaks against all maps, as motion; empty if nothing.
    """
    met = conditions(curves, boluses)
    return {
        key: _map(key, quantity, curves, boluses, met, obstacle)
        for key, quantity in QUANTITIES.items()
    }


def _map(
    key: str,
    quantity: Quantity,
    curves: Curves,
    boluses: Boluses,
    met: Mapping[str, NDArray[np.bool_]],
    obstacle: str,
) -> FlowMap:
    needs = ("signal", *quantity.needs)
    holds = np.logical_and.reduce([met[need] for need in needs])
    values = np.where(holds, quantity.value(boluses), np.nan)
    shares = {need: _share(met[need], curves.pixels) for need in needs}
    step = float(np.median(np.diff(curves.times)))
    if obstacle:
        return FlowMap(key, values, False, obstacle)
    if key == "wash_in" and step > WASH_IN_STEP_S:
        return FlowMap(key, values, False, f"{1 / step:.2g} frames a second are too few (4 needed)")
    whole = _share(holds, curves.pixels)
    worst = min(shares, key=lambda need: shares[need])
    part = f"in {100 * (1 - shares[worst]):.0f} % of the vessels' area, {REASONS[worst]}"
    if whole < VALID_SHARE:
        return FlowMap(key, values, False, part)
    return FlowMap(key, values, True, part if whole < 0.9 else "")


def _share(holds: NDArray[np.bool_], pixels: NDArray[np.int64]) -> float:
    return float(pixels[holds].sum() / max(int(pixels.sum()), 1))
