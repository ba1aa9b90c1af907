"""Stenoses along a path: where, how narrow, how long, and percentages by three rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import ndimage

from dsanet.errors import MeasureError
from dsanet.measure.lines.paths import Path
from dsanet.measure.stenosis.lumen import LEAST_DIAMETER_PX, Lumen, lumen_at
from dsanet.measure.stenosis.profile import DiameterProfile, profile_of
from dsanet.measure.width.doubts import DENSITOMETRIC_PX, Doubt

Rule = Literal["NASCET", "WASID", "ECST"]
RULES: dict[Rule, str] = {
    "NASCET": "normal artery beyond the lesion",
    "WASID": "normal artery before the lesion",
    "ECST": "diameter at the lesion, interpolated from both sides (the outer wall is not seen)",
}
"""Reference of each rule. NASCET: 1 - D_min / D_distal. WASID: 1 - D_stenosis / D_normal, proximal
first. ECST: the original diameter at the lesion, here an estimate.

Source: http://radclarity.herokuapp.com/r/neuro/carotid-stenosis,
https://captiva.neurosurgery.ufl.edu/resources/wasid/,
https://pmc.ncbi.nlm.nih.gov/articles/PMC10401652."""

LEAST_PERCENT, SUSPECT_PERCENT = 30.0, 15.0
CERTAIN = 3.0
"""A candidate is narrower than its reference by so many standard deviations."""

END_WIDTHS = 1.0
"""Places nearer to a path's end than so many diameters are where the vessel or its label ends."""

LEAST_STATIONS = 3

LEAST_REFERENCE_PX = 4.0
"""In thinner vessels an error of a pixel looks like a stenosis, so none is looked for."""

NO_REFERENCES: Mapping[Rule, float] = {}

QUANTILE = 1.96
"""Of the normal distribution, for intervals of 95 %."""


@dataclass(frozen=True)
class Percent:
    """A percentage of diameter stenosis, or why there is none.

    Attributes:
        rule: Which reference it is against.
        value: In percent, None where it is withheld.
        interval: 95 % interval, None likewise.
        reference_px: Diameter of the reference, None likewise.
        reference_at_px: Where along the path that lies, None likewise.
        reason: Why it is withheld, empty where it is not.
    """

    rule: Rule
    value: float | None
    interval: tuple[float, float] | None
    reference_px: float | None
    reference_at_px: float | None
    reason: str


@dataclass(frozen=True)
class Lesion:
    """A narrow place.

    Attributes:
        path: Name of the path.
        at_px: Where along it the narrowest place lies.
        row: Of that place.
        column: Of that place.
        minimum_px: Smallest diameter, nan where none counts.
        minimum_error_px: Its standard deviation, nan likewise.
        begin_px: Where along the path it begins.
        end_px: Where it ends.
        densitometric: Below 3 px, so the diameter comes from the area that darkness tells.
        percents: By rule.
    """

    path: str
    at_px: float
    row: float
    column: float
    minimum_px: float
    minimum_error_px: float
    begin_px: float
    end_px: float
    densitometric: bool
    percents: Mapping[Rule, Percent]

    @property
    def length_px(self) -> float:
        """From begin to end."""
        return self.end_px - self.begin_px


def find_lesions(path: Path) -> tuple[Lesion, ...]:
    """Find places at least `LEAST_PERCENT` narrower than their reference, most severe first.

    Args:
        path: With its diameters.
    """
    profile = profile_of(path)
    if profile is None:
        return ()
    share = profile.diameter_px / profile.reference_px
    narrow = np.nan_to_num(share, nan=1.0) < 1 - SUSPECT_PERCENT / 100
    parts, _ = ndimage.label(narrow)
    found = []
    for (span,) in ndimage.find_objects(parts):
        inside = np.where(profile.measured[span], share[span], np.inf)
        if not np.isfinite(inside).any():
            continue
        lowest = span.start + int(np.nanargmin(inside))
        if _believed(profile, lowest) and not _steps(path, profile, lowest):
            found.append(lesion_at(path, float(path.along[lowest]), profile=profile))
    return tuple(sorted(found, key=_severity, reverse=True))


def _severity(lesion: Lesion) -> float:
    return lesion.percents["ECST"].value or 0.0


def _believed(profile: DiameterProfile, lowest: int) -> bool:
    """Narrow enough, certainly so, and with the vessel going on at both sides."""
    diameter, reference = profile.diameter_px[lowest], profile.reference_px[lowest]
    error = float(np.hypot(profile.error_px[lowest], profile.reference_error_px[lowest]))
    margin = END_WIDTHS * reference
    inside = margin < profile.along[lowest] < profile.along[-1] - margin
    enough = 100 * (1 - diameter / reference) >= LEAST_PERCENT
    wide = profile.measured & (profile.diameter_px > 0.85 * profile.reference_px)
    both = wide[:lowest].sum() >= LEAST_STATIONS and wide[lowest:].sum() >= LEAST_STATIONS
    certain = reference - diameter > CERTAIN * error and reference >= LEAST_REFERENCE_PX
    return bool(inside and enough and both and certain)


def _steps(path: Path, profile: DiameterProfile, lowest: int) -> bool:
    """Whether a branching lies within the narrow stretch: vessels are narrower beyond it."""
    begin, end = _extent(profile, lowest)
    return bool(np.any(path.doubt[begin : end + 1] == Doubt.MEETING))


def lesion_at(
    path: Path,
    at_px: float,
    *,
    references: Mapping[Rule, float] = NO_REFERENCES,
    profile: DiameterProfile | None = None,
) -> Lesion:
    """Grade the stenosis at a place, against references found or moved.

    Args:
        path: With its diameters.
        at_px: Where along the path it is narrowest.
        references: Where along the path the references of NASCET and WASID are to be taken; those
            not named are found.
        profile: The path's, if already computed.

    Returns:
        The lesion; percentages that cannot be told say why.

    Raises:
        MeasureError: Too few diameters of the path count.
    """
    profile = profile or profile_of(path)
    if profile is None:
        msg = f"too few diameters along the {path.name} count to grade a stenosis"
        raise MeasureError(msg)
    lowest = int(np.argmin(np.abs(path.along - at_px)))
    lumen = lumen_at(path, lowest, float(profile.reference_px[lowest]))
    begin, end = _extent(profile, lowest)
    half = 0.5 * (path.along[end] - path.along[begin])
    places: dict[Rule, float] = {
        "NASCET": float(path.along[end]) + half,
        "WASID": float(path.along[begin]) - half,
    }
    places |= references
    percents: dict[Rule, Percent] = {
        rule: _against(rule, place, lumen, path, profile, (begin, end))
        for rule, place in places.items()
    }
    at_lesion = float(profile.reference_px[lowest]), float(profile.reference_error_px[lowest])
    percents["ECST"] = _percent("ECST", lumen, at_lesion, float(path.along[lowest]))
    if lumen.reason:
        percents = {rule: Percent(rule, None, None, None, None, lumen.reason) for rule in RULES}
    return Lesion(
        path=path.name,
        at_px=float(path.along[lowest]),
        row=float(path.points[lowest, 0]),
        column=float(path.points[lowest, 1]),
        minimum_px=lumen.least_px,
        minimum_error_px=lumen.error_px,
        begin_px=float(path.along[begin]),
        end_px=float(path.along[end]),
        densitometric=bool(lumen.least_px < DENSITOMETRIC_PX),
        percents=percents,
    )


def _extent(profile: DiameterProfile, lowest: int) -> tuple[int, int]:
    """First and last station before the vessel is nearly as wide as its reference again."""
    share = np.nan_to_num(profile.diameter_px / profile.reference_px, nan=0.0)
    healthy = (share >= 0.95) & np.isfinite(profile.diameter_px)
    before = np.flatnonzero(healthy[: lowest + 1])
    after = np.flatnonzero(healthy[lowest:])
    begin = int(before[-1]) if before.size else 0
    end = lowest + int(after[0]) if after.size else len(share) - 1
    return begin, end


def _against(
    rule: Rule,
    place: float,
    lumen: Lumen,
    path: Path,
    profile: DiameterProfile,
    extent: tuple[int, int],
) -> Percent:
    """Grade against the mean diameter of a stretch one diameter long."""
    if not 0 <= place <= path.along[-1]:
        return Percent(rule, None, None, None, None, f"the {RULES[rule]} is not seen")
    here = float(np.interp(place, path.along, profile.reference_px))
    near = path.counts & (np.abs(path.along - place) <= max(3.0, 0.5 * here))
    near[extent[0] + 1 : extent[1]] = False
    if np.count_nonzero(near) < LEAST_STATIONS:
        return Percent(rule, None, None, None, None, f"no diameter counts in the {RULES[rule]}")
    weight = 1 / path.error_px[near] ** 2
    value = float(np.average(path.diameter_px[near], weights=weight))
    spread = float(np.std(path.diameter_px[near])) / 2
    error = float(np.hypot(np.median(path.error_px[near]) / np.sqrt(2), spread))
    return _percent(rule, lumen, (value, error), place)


def _percent(rule: Rule, lumen: Lumen, reference: tuple[float, float], place: float) -> Percent:
    """100 (1 - least / reference), with first-order propagation of both errors.

    The interval reaches further up, for a vessel may run obliquely.
    """
    if reference[0] < LEAST_DIAMETER_PX:
        return Percent(rule, None, None, None, None, f"no diameter counts in the {RULES[rule]}")
    share = lumen.least_px / reference[0]
    value = 100 * (1 - share)
    parts = lumen.error_px / reference[0], share * reference[1] / reference[0]
    spread = QUANTILE * 100 * float(np.hypot(*parts))
    oblique = 100 * (lumen.least_px - lumen.narrowest_px) / reference[0]
    low, high = value - spread, min(value + float(np.hypot(spread, oblique)), 100.0)
    return Percent(rule, float(value), (low, high), float(reference[0]), float(place), "")
