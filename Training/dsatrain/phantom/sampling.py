"""Draws the settings of a phantom from a seed."""

import numpy as np

from dsatrain.phantom.settings import (
    Anatomy,
    FlowSettings,
    ImageSettings,
    MatRule,
    PhantomSettings,
    VesselSettings,
    ViewSettings,
)

SIZES = (384, 416, 448, 480, 512, 560, 600, 640, 704, 768)
RATES = (1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0, 6.0, 7.0, 7.5)
ARTERIAL_ONLY_SHARE = 0.15
ANATOMY_SHARES: dict[Anatomy, float] = {"ICA": 0.44, "VA": 0.19, "ECA": 0.27, "random": 0.10}
"""Near DSCA's 126 ICA, 43 VA and 55 ECA runs of 224; with MAT_RULE_SHARES one in six has no MAT."""
MAT_RULE_SHARES: dict[Anatomy, tuple[float, float, float]] = {
    "ICA": (0.7, 0.3, 0.0),
    "VA": (1.0, 0.0, 0.0),
    "ECA": (0.5, 0.0, 0.5),
    "random": (0.65, 0.0, 0.35),
}
MAT_RULES: tuple[MatRule, ...] = ("trunk", "trunk and first continuation", "none")


def sample_settings(
    seed: int, size: tuple[int, int] | None = None, frame_count: int | None = None
) -> PhantomSettings:
    """Draw the settings of one phantom.

    Args:
        seed: Any integer >= 0; the same seed gives the same settings in every process.
        size: Rows and columns, or None to draw them.
        frame_count: Number of frames T >= 1, or None to draw it (1 to 40).

    Returns:
        The settings, ranges as in the literature named beside each constant.
    """
    rng = np.random.default_rng([seed, 0])
    vessels = _vessels(rng)
    if size is None:
        size = (int(rng.choice(SIZES)), int(rng.choice(SIZES)))
    view = _view(rng, size, vessels.anatomy)
    flow = _flow(rng, frame_count)
    return PhantomSettings(seed, vessels, view, flow, _image(rng, view))


def _between(rng: np.random.Generator, low: float, high: float) -> float:
    return float(rng.uniform(low, high))


def _between_log(rng: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _vessels(rng: np.random.Generator) -> VesselSettings:
    names = list(ANATOMY_SHARES)
    anatomy = names[int(rng.choice(len(names), p=list(ANATOMY_SHARES.values())))]
    rule = MAT_RULES[int(rng.choice(3, p=MAT_RULE_SHARES[anatomy]))]
    return VesselSettings(
        anatomy=anatomy,
        side=int(rng.choice((-1, 1))),
        mat_rule=rule,
        scale=float(np.clip(rng.normal(1.0, 0.12), 0.75, 1.35)),
        branch_scale=float(np.clip(rng.normal(1.0, 0.12), 0.75, 1.35)),
        density=_between_log(rng, 0.4, 1.5),
        tortuosity=_between_log(rng, 0.5, 1.8),
        exponent=_between(rng, 2.3, 2.7),
        thinnest_mm=_between(rng, 0.10, 0.18),
        joined=bool(rng.random() < (0.25 if anatomy == "ICA" else 0.8)),
    )


def _view(rng: np.random.Generator, size: tuple[int, int], anatomy: Anatomy) -> ViewSettings:
    lateral = bool(rng.random() < 0.52)
    primary = (90.0 if lateral else 0.0) + float(rng.normal(0, 8))
    if rng.random() < 0.1:
        primary = _between(rng, 15, 75)
    field_mm = _between(rng, 130, 250)
    pixel_mm = float(np.clip(field_mm / max(size), 0.15, 0.45))
    spread = 12.0 if anatomy == "random" else 16.0
    return ViewSettings(
        size=size,
        angles_deg=(primary, float(rng.normal(0, 7)), float(rng.normal(0, 4))),
        pixel_mm=pixel_mm,
        centre_mm=(float(rng.normal(0, spread)), float(rng.normal(0, spread))),
        source_mm=_between(rng, 700, 820),
        magnification=_between(rng, 1.2, 1.5),
        mirrored=bool(rng.random() < 0.25),
    )


def _flow(rng: np.random.Generator, frame_count: int | None) -> FlowSettings:
    bolus_s = _between(rng, 1.0, 2.0)
    speed = _between_log(rng, 0.7, 1.4)
    arterial_only = bool(rng.random() < ARTERIAL_ONLY_SHARE)
    uneven = bool(rng.random() < 0.15)
    rate = float(rng.choice(RATES))
    if arterial_only:
        count = frame_count or int(rng.choice((6, 7, 8, 8, 8, 8, 9, 12)))
        rate = max(rate, (count - 1) / (1.6 * bolus_s + 0.5))
        injection_s = -_between(rng, 0.4, 0.7) * bolus_s
    else:
        duration = _between(rng, 6, 14)
        count = frame_count or int(np.clip(round(duration * rate), 1, 40))
        rate = float(np.clip(rate if frame_count is None else count / duration, 1.0, 7.5))
        injection_s = _between(rng, 0.05, 1.4) if count > 4 else -_between(rng, 0.0, 0.5)
    if frame_count is None and rng.random() < 0.02:
        count = 1
    if count == 1:
        injection_s = -1.1 * bolus_s - 0.3
    venous_s = _between(rng, 3.8, 5.8)
    return FlowSettings(
        times=_times(count, rate, uneven),
        injection_s=injection_s,
        bolus_s=bolus_s,
        dispersion=_between(rng, 0.1, 0.5),
        speed=speed,
        capillary_s=_between(rng, 1.2, 2.2),
        venous_s=venous_s,
        pulse=_between(rng, 0.0, 0.2),
    )


def _times(count: int, rate: float, uneven: bool) -> tuple[float, ...]:
    """Frame times in seconds to the microsecond; uneven ones slow down after half the frames."""
    steps = np.full(count - 1, 1.0 / rate)
    if uneven:
        steps[count // 2 :] *= 2.0
    return tuple(float(t) for t in np.round(np.concatenate(([0.0], np.cumsum(steps))), 6))


def _image(rng: np.random.Generator, view: ViewSettings) -> ImageSettings:
    still = bool(rng.random() < 0.25)
    edge = _between(rng, 0.3, 1.2) if rng.random() < 0.3 else 0.0
    columns = int(rng.uniform(0.02, 0.14) * view.size[1]) if rng.random() < 0.2 else 0
    rows = int(rng.uniform(0.02, 0.1) * view.size[0]) if rng.random() < 0.08 else 0
    detector_pixel = view.pixel_mm * view.magnification
    offset = _between(rng, 0.45, 0.8)
    return ImageSettings(
        attenuation=_between_log(rng, 0.15, 0.36),
        venous=_between(rng, 0.25, 0.5),
        blush=_between_log(rng, 0.02, 0.2),
        motion_px=0.0 if still else _between_log(rng, 0.06, 1.0),
        motion_steps=int(rng.integers(0, 4)),
        bone=_between(rng, 0.6, 1.3),
        catheter=_between(rng, -0.12, 0.12) if rng.random() < 0.3 else 0.0,
        noise=_between_log(rng, 0.006, 0.04) / (1 + 0.6 * edge),
        mask_noise=_between(rng, 0.1, 0.5),
        blur_px=float(np.clip(_between(rng, 0.15, 0.3) / detector_pixel, 0.4, 1.6)),
        scatter=_between(rng, 0.02, 0.3),
        drift=_between_log(rng, 0.002, 0.03),
        edge_enhancement=edge,
        shutter=("none", "round", "rectangle", "blades")[
            int(rng.choice(4, p=(0.45, 0.2, 0.15, 0.2)))
        ],
        shutter_grey=float(rng.choice((0.0, 0.0, 0.1, 1.0, offset))),
        padding=(columns, rows),
        bits=int(rng.choice((8, 12))),
        offset=offset,
        gain=offset * _between(rng, 0.6, 1.15),
        gamma=_between(rng, 0.7, 1.4) if rng.random() < 0.25 else 1.0,
        spacing="detector" if rng.random() < 0.5 else "object by magnification",
    )
