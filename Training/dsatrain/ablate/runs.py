"""The runs that the ablation is judged on: phantoms that nothing else uses."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dsatrain.data.phantoms import prepared_phantom
from dsatrain.phantom import PhantomSettings, make_phantom, sample_settings
from dsatrain.sample import Sample, make_sample

SEEDS_FROM = 600_000
"""Below all that `dsatrain.crops.SEEDS_APART` lets train, apart from validation and test."""

DENSE_SEEDS_FROM = 650_000
SIZE = (320, 320)

DENSE_RATE_HZ = 7.5
"""The fastest usual rate of DSA: thinned to any number of frames at their true times."""

LONGEST_S = 8.0


@dataclass(frozen=True, eq=False)
class StudyRun:
    """What a network sees of a run, and the truth.

    Attributes:
        name: Of the phantom.
        sample: Its true arterial window, whole.
    """

    name: str
    sample: Sample


def study_runs(count: int) -> list[StudyRun]:
    """Phantoms with the frames and times that they come with."""
    seeds = range(SEEDS_FROM, SEEDS_FROM + count)
    return [_study_run(sample_settings(seed, size=SIZE)) for seed in seeds]


def dense_runs(count: int) -> list[StudyRun]:
    """Phantoms at 7.5 frames a second, to be thinned."""
    seeds = range(DENSE_SEEDS_FROM, DENSE_SEEDS_FROM + count)
    return [_study_run(_dense(sample_settings(seed, size=SIZE))) for seed in seeds]


def thinned(run: StudyRun, count: int, *, uneven: bool = False) -> StudyRun:
    """Keep so many frames, as a slower acquisition would have taken them; its MinIP follows.

    Args:
        run: A dense run.
        count: Frames to keep; a run with fewer keeps all.
        uneven: Draw them at random, first and last kept, instead of evenly in time.
    """
    sample = run.sample
    total = len(sample.frames)
    if total <= count:
        return run
    kept = _drawn(run.name, total, count) if uneven else _even(total, count)
    frames = sample.frames[kept]
    return replace(
        run,
        sample=replace(sample, frames=frames, times=sample.times[kept], minip=frames.min(axis=0)),
    )


def _even(total: int, count: int) -> NDArray[np.intp]:
    return np.linspace(0, total - 1, count).round().astype(np.intp)


def _drawn(name: str, total: int, count: int) -> NDArray[np.intp]:
    rng = np.random.default_rng([*name.encode(), count])
    inner = rng.choice(np.arange(1, total - 1), count - 2, replace=False)
    return np.sort(np.concatenate(([0], inner, [total - 1]))).astype(np.intp)


def _dense(settings: PhantomSettings) -> PhantomSettings:
    first, last = settings.flow.times[0], min(settings.flow.times[-1], LONGEST_S)
    times = tuple(np.arange(first, last + 1e-9, 1 / DENSE_RATE_HZ).tolist())
    return replace(settings, flow=replace(settings.flow, times=times))


def _study_run(settings: PhantomSettings) -> StudyRun:
    phantom = make_phantom(settings)
    name = phantom.run.name
    return StudyRun(name, make_sample(prepared_phantom(phantom), phantom.labels, name))
