"""Draws the lesion of a run, if it has one."""

import numpy as np

from dsatrain.phantom.settings import Anatomy, LesionKind, LesionSettings

ILL_SHARE = 1 / 3
KIND_SHARES: dict[LesionKind, float] = {
    "stenosis": 0.40,
    "occlusion": 0.22,
    "aneurysm": 0.26,
    "moyamoya": 0.12,
}
STENOSIS, LENGTH_MM = (0.3, 0.95), (3.0, 10.0)
MOYAMOYA, MOYAMOYA_MM = (0.5, 0.9), (8.0, 16.0)
SAC_MM, STASIS_S = (2.0, 10.0), (0.4, 2.5)
"""Ranges of the science notes, section 6; stasis is a choice."""

Site = tuple[str, float, float]
SITES: dict[tuple[LesionKind, Anatomy], tuple[Site, ...]] = {
    ("stenosis", "ICA"): (
        ("ICA", 0.5, 0.75), ("ICA", 0.85, 0.96), ("M1", 0.25, 0.75), ("M1", 0.25, 0.75),
        ("A1", 0.4, 0.6), ("superior", 0.3, 0.7),
    ),
    ("stenosis", "VA"): (("VA", 0.4, 0.93), ("BA", 0.25, 0.75), ("PCA", 0.08, 0.3)),
    ("stenosis", "ECA"): (("ECA", 0.65, 0.9), ("maxillary", 0.1, 0.4)),
    ("stenosis", "random"): (("trunk", 0.3, 0.8),),
    ("stenosis", "forking"): (("trunk", 0.3, 0.8), ("trunk 0", 0.3, 0.7)),
    ("occlusion", "ICA"): (
        ("ICA", 0.6, 0.98), ("M1", 0.1, 0.95), ("M1", 0.1, 0.95), ("superior", 0.15, 0.8),
        ("inferior", 0.15, 0.8), ("A2", 0.15, 0.6),
    ),
    ("occlusion", "VA"): (("VA", 0.75, 0.97), ("BA", 0.3, 0.95), ("PCA", 0.1, 0.5)),
    ("occlusion", "ECA"): (("maxillary", 0.3, 0.7), ("superficial temporal", 0.1, 0.6)),
    ("occlusion", "random"): (("trunk", 0.6, 0.9),),
    ("occlusion", "forking"): (("trunk", 0.6, 0.9), ("trunk 0", 0.1, 0.8)),
    ("aneurysm", "ICA"): (
        ("ICA", 0.88, 0.99), ("ICA", 0.88, 0.99), ("M1", 1.0, 1.0), ("A1", 1.0, 1.0),
        ("A2", 0.2, 0.3),
    ),
    ("aneurysm", "VA"): (("BA", 1.0, 1.0), ("BA", 0.85, 0.97), ("VA", 0.85, 0.92)),
    ("aneurysm", "random"): (("trunk", 0.4, 1.0),),
    ("aneurysm", "forking"): (("trunk", 1.0, 1.0), ("trunk 0", 1.0, 1.0)),
    ("moyamoya", "ICA"): (("ICA", 1.0, 1.0),),
}  # fmt: skip
"""Where lesions sit: artery, and from which to which share of its length. Those of the ECA have no
aneurysm, as in DSCA."""
BULB: Site = ("ICA", 0.3, 0.38)
"""Where most stenoses of the carotid are, seen if the common carotid was injected."""


def sample_lesion(
    rng: np.random.Generator, anatomy: Anatomy, *, common_carotid: bool
) -> LesionSettings | None:
    """Draw a lesion for about a third of the runs.

    Args:
        rng: Random stream.
        anatomy: Which artery was injected.
        common_carotid: Whether the carotid bulb is filled.

    Returns:
        The lesion or None.
    """
    if rng.random() > ILL_SHARE:
        return None
    kinds = [kind for kind in KIND_SHARES if (kind, anatomy) in SITES]
    shares = np.array([KIND_SHARES[kind] for kind in kinds])
    kind = kinds[int(rng.choice(len(kinds), p=shares / shares.sum()))]
    sites = SITES[kind, anatomy]
    if kind == "stenosis" and anatomy == "ICA" and common_carotid:
        sites = (BULB, BULB, BULB, *sites)
    artery, low, high = sites[int(rng.integers(len(sites)))]
    at = float(rng.uniform(low, high))
    if kind == "aneurysm":
        sac = float(np.exp(rng.uniform(*np.log(SAC_MM))))
        return LesionSettings(kind, artery, at, sac_mm=sac, stasis_s=float(rng.uniform(*STASIS_S)))
    if kind == "occlusion":
        return LesionSettings(kind, artery, at)
    severity, length = (STENOSIS, LENGTH_MM) if kind == "stenosis" else (MOYAMOYA, MOYAMOYA_MM)
    return LesionSettings(
        kind,
        artery,
        at,
        severity=float(rng.uniform(*severity)),
        length_mm=float(rng.uniform(*length)),
        eccentric=float(rng.uniform(0, 1)) if kind == "stenosis" else 0.0,
    )
