"""Draws the settings of a phantom from a seed."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from dsatrain.phantom.sampling_image import sample_image, sample_patient
from dsatrain.phantom.sampling_lesion import sample_lesion
from dsatrain.phantom.settings import (
    Anatomy,
    FlowSettings,
    MatRule,
    PhantomSettings,
    VesselSettings,
    ViewSettings,
)

SIZES = (384, 416, 448, 480, 512, 560, 600, 640, 704, 768)
RATES = (1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0, 6.0, 7.0, 7.5)
"""Frames a second: 4, 6 and 7 in DSCA, 1 to 3 elsewhere."""
ARTERIAL_ONLY_SHARE = 0.15
NAMELESS_WITH_TRUNK = 0.75
NAMELESS = ("random", "forking")
ANATOMY_SHARES: dict[Anatomy, float] = {"ICA": 0.53, "VA": 0.20, "ECA": 0.17, "random": 0.10}
"""Near DSCA's 126 ICA, 43 VA and 55 ECA runs of 224, of which 18 % have no MAT; here the ECA's runs
and a quarter of the nameless ones have none."""
TRAINING_SHARES: dict[Anatomy, float] = {
    "ICA": 0.40, "VA": 0.16, "ECA": 0.16, "random": 0.08, "forking": 0.20,
}  # fmt: skip
"""What trainings draw: a fifth are forking trees of no name, which no set of phantoms to judge on
has. Without them the network finds no trunk in trees that look like none of the named ones."""
TIP: dict[Anatomy, tuple[float, float]] = {
    "ICA": (0.25, 0.42),
    "VA": (0.0, 0.35),
    "ECA": (0.38, 0.55),
    "random": (0.0, 0.05),
    "forking": (0.0, 0.05),
}
"""Where the catheter's tip lies along the first artery: cervical ICA, V1 to V2, ECA's origin."""
COMMON_CAROTID_TIP, SUPERSELECTIVE_TIP = (0.0, 0.12), (0.75, 0.95)
HEART_HZ = (1.0, 1.5)
"""60 to 90 beats a minute."""


def sample_settings(
    seed: int,
    size: tuple[int, int] | None = None,
    frame_count: int | None = None,
    *,
    native: bool = False,
    shares: Mapping[Anatomy, float] = ANATOMY_SHARES,
) -> PhantomSettings:
    """Draw the settings of one phantom.

    Args:
        seed: Any integer >= 0; the same seed gives the same settings in every process.
        size: Rows and columns, or None to draw them.
        frame_count: Number of frames T >= 1, or None to draw it (1 to 40).
        native: Store frames that are not subtracted, LOG or LIN, the mask named in the header; they
            begin before contrast arrives.
        shares: How often each anatomy is drawn; the sum is 1.

    Returns:
        The settings, ranges as in the literature named beside each constant.
    """
    rng = np.random.default_rng([seed, 0])
    vessels = _vessels(rng, shares)
    if size is None:
        size = (int(rng.choice(SIZES)), int(rng.choice(SIZES)))
    view = _view(rng, size, vessels.anatomy)
    flow = _flow(rng, frame_count, native=native)
    patient = sample_patient(rng)
    image = sample_image(rng, view, native=native)
    if native:
        before = sum(time <= flow.injection_s for time in flow.times)
        image = replace(image, mask_frames=max(1, min(image.mask_frames, before)))
    return PhantomSettings(seed, vessels, view, flow, patient, image)


def _between(rng: np.random.Generator, low: float, high: float) -> float:
    return float(rng.uniform(low, high))


def _between_log(rng: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _vessels(rng: np.random.Generator, shares: Mapping[Anatomy, float]) -> VesselSettings:
    names = list(shares)
    anatomy = names[int(rng.choice(len(names), p=list(shares.values())))]
    joined = bool(rng.random() < (0.25 if anatomy == "ICA" else 0.8))
    tip = TIP[anatomy]
    if anatomy == "ICA" and joined:
        tip = COMMON_CAROTID_TIP
    if anatomy == "ECA" and rng.random() < 0.2:
        tip = SUPERSELECTIVE_TIP
    # Old arteries are wide and winding, those of children narrow and straight.
    age = float(rng.normal())
    return VesselSettings(
        anatomy=anatomy,
        side=int(rng.choice((-1, 1))),
        mat_rule=_rule(anatomy, rng),
        scale=float(np.clip(1 + 0.06 * age + rng.normal(0, 0.12), 0.65, 1.4)),
        branch_scale=float(np.clip(rng.normal(1.0, 0.13), 0.7, 1.4)),
        density=_between_log(rng, 0.3, 1.5),
        tortuosity=float(np.clip(np.exp(0.25 * age + rng.normal(0, 0.35)), 0.4, 2.4)),
        folding_mm=_between(rng, 0.3, 3.0),
        exponent=_between(rng, 2.3, 2.7),
        thinnest_mm=_between(rng, 0.10, 0.18),
        joined=joined,
        tip=_between(rng, *tip),
        lesion=sample_lesion(rng, anatomy, common_carotid=joined),
    )


def _rule(anatomy: Anatomy, rng: np.random.Generator) -> MatRule:
    """Choose the rule that the picture itself tells, see `dsatrain.phantom.rule`."""
    if anatomy == "ECA":
        return "none"
    if anatomy == "random" and rng.random() > NAMELESS_WITH_TRUNK:
        return "none"
    return "trunk"


def _view(rng: np.random.Generator, size: tuple[int, int], anatomy: Anatomy) -> ViewSettings:
    lateral = bool(rng.random() < 0.52)
    primary = (90.0 if lateral else 0.0) + float(rng.normal(0, 8))
    if rng.random() < 0.1:
        primary = _between(rng, 15, 75)
    field_mm = _between(rng, 140, 265)
    pixel_mm = float(np.clip(field_mm / max(size), 0.15, 0.45))
    spread = 12.0 if anatomy in NAMELESS else 16.0
    roll = 25.0 if anatomy == "forking" else 4.0
    return ViewSettings(
        size=size,
        angles_deg=(primary, float(rng.normal(0, 7)), float(rng.normal(0, roll))),
        pixel_mm=pixel_mm,
        centre_mm=(float(rng.normal(0, spread)), float(rng.normal(0, spread))),
        source_mm=_between(rng, 700, 820),
        magnification=_between(rng, 1.2, 1.5),
        mirrored=bool(rng.random() < 0.25),
    )


def _flow(rng: np.random.Generator, frame_count: int | None, *, native: bool) -> FlowSettings:
    bolus_s = _between(rng, 1.0, 2.0)
    arterial_only = bool(rng.random() < ARTERIAL_ONLY_SHARE) and not native
    rate = float(rng.choice(RATES))
    if arterial_only:
        count = frame_count or int(rng.choice((6, 7, 8, 8, 8, 8, 9, 12)))
        rate = max(rate, (count - 1) / (1.6 * bolus_s + 0.5))
        injection_s = -_between(rng, 0.4, 0.7) * bolus_s
    else:
        duration = _between(rng, 6, 14)
        count = frame_count or int(np.clip(round(duration * rate), 1, 40))
        rate = float(np.clip(rate if frame_count is None else count / duration, 1.0, 7.5))
        late = _between(rng, 1.2, 2.4) if native else _between(rng, 0.05, 1.4)
        injection_s = late if count > 4 else -_between(rng, 0.0, 0.5)
    if frame_count is None and not native and rng.random() < 0.02:
        count = 1
    if count == 1:
        injection_s = -1.1 * bolus_s - 0.3
    return FlowSettings(
        times=_times(count, rate, rng),
        injection_s=injection_s,
        bolus_s=bolus_s,
        dispersion=_between(rng, 0.1, 0.5),
        speed=_between_log(rng, 0.7, 1.4),
        capillary_s=_between(rng, 1.2, 2.2),
        venous_s=_between(rng, 3.8, 5.8),
        pulse=_between(rng, 0.0, 0.25),
        heart_hz=_between(rng, *HEART_HZ),
        streaming=_between(rng, 0.1, 0.6) if rng.random() < 0.4 else 0.0,
    )


def _times(count: int, rate: float, rng: np.random.Generator) -> tuple[float, ...]:
    """Draw frame times in seconds to the microsecond: even, slowing down, or with a jitter."""
    steps = np.full(count - 1, 1.0 / rate)
    kind = rng.choice(("even", "slowing", "twice", "jitter"), p=(0.78, 0.1, 0.06, 0.06))
    if kind in ("slowing", "twice"):
        steps[count // 2 :] *= 2.0
    if kind == "twice":
        steps[3 * count // 4 :] *= 1.5
    if kind == "jitter":
        steps *= rng.uniform(1.0, 1.25, count - 1)
    steps = np.clip(steps, None, 2.0)
    return tuple(float(t) for t in np.round(np.concatenate(([0.0], np.cumsum(steps))), 6))
