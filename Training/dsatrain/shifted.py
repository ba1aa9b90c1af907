"""A hospital whose runs look otherwise: phantoms of a domain that no training draws.

| what | here | `dsatrain.phantom.sampling` |
| --- | --- | --- |
| detector dose of a frame | 0.08 to 0.15 microgray | 0.2 to 10 |
| width of the point spread function | 1.7 to 2.0 px: fine vessels are dimmer | 0.4 to 1.6 |
| edge enhancement, display curve, compression | 1.6, 1.6, 0.85 | up to 1.2, 0.7 to 1.4, up to 0.8 |
| contrast at the bolus' peak | 0.8 times | 1 |
| frames a second | 0.65 | 1 to 7.5 |
"""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from dsanet.cases import list_cases, write_case
from dsatrain.data.phantoms import phantom_case
from dsatrain.phantom import PhantomSettings, make_phantom, sample_settings
from dsatrain.phantom.noise import photons

SIZE = (384, 384)
FRAMES, RATE = 8, 0.65


def source_settings(seed: int, size: tuple[int, int] = SIZE) -> PhantomSettings:
    """Draw what the bundled model has learned from, at one size.

    Args:
        seed: Of the phantom.
        size: Rows and columns.
    """
    return sample_settings(seed, size=size)


def shifted_settings(seed: int, size: tuple[int, int] = SIZE) -> PhantomSettings:
    """Draw the same anatomy in the other hospital.

    Args:
        seed: Of the phantom.
        size: Rows and columns.
    """
    settings = source_settings(seed, size)
    rng = np.random.default_rng([seed, 77])
    side = settings.view.pixel_mm * settings.view.magnification
    image = replace(
        settings.image,
        attenuation=0.8 * settings.image.attenuation,
        photons=photons(float(rng.uniform(0.08, 0.15)), side),
        denoising=0.3,
        grain=0.28,
        blur_px=float(rng.uniform(1.7, 2.0)),
        edge_enhancement=1.6,
        gamma=1.6,
        compression=0.85,
        bits=10,
    )
    times = tuple(round(number / RATE, 6) for number in range(FRAMES))
    flow = replace(settings.flow, times=times, injection_s=float(rng.uniform(0.1, 1.0)))
    return replace(settings, image=image, flow=flow)


def write_cases(folder: Path, drawn: Iterable[PhantomSettings], split: str) -> list[str]:
    """Write phantoms as accepted cases with their exact labels, as a perfect reader corrects them.

    Those that are there stay.

    Args:
        folder: The data set.
        drawn: Settings of the phantoms.
        split: `train` or `test`.

    Returns:
        The cases' names, in the order given.
    """
    there = {entry.name for entry in list_cases(folder)} if folder.is_dir() else set()
    names = []
    for settings in drawn:
        name = f"phantom-{settings.seed}"
        names.append(name)
        if name not in there:
            case = phantom_case(make_phantom(settings))
            write_case(folder / name, replace(case, facts=replace(case.facts, split=split)))
    return names
