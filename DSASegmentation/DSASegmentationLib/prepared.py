"""The prepared run in the scene: subtracted frames beside the native ones, field, arterial window.

| what | where, on the run's browser node |
| --- | --- |
| `PreparedRun.frames` | reference `Subtracted`: a sequence in step with the native one |
| `PreparedRun.field` | reference `Field`: a hidden volume of 0 and 1 |
| `PreparedRun.minip` | reference `MinIP`: the run's MinIP volume, which showed all frames before |
| the rest of it | attribute `Prepared` |
| what the user decided | attribute `Choices` |
"""

from collections.abc import Iterator
from dataclasses import asdict, fields, replace
from typing import Any

import numpy as np

from dsanet.prepare import PrepareChoices, PreparedRun, with_window
from DSASegmentationLib.errors import SceneError
from DSASegmentationLib.nodes import factOf, imageOf, referenceOf, setFact, showGrey
from DSASegmentationLib.runs import (
    FIELD,
    MINIP,
    SUBTRACTED,
    greyRange,
    proxyOf,
    putVolume,
    sizeOf,
    spacingOf,
)
from DSASegmentationLib.sequences import addingSequence, framesOf, timesOf

NO_CHOICES = PrepareChoices()
TUPLES = ("arterial_window", "mask_frames", "pixel_shift")
"""Choices that JSON turns into lists."""


def addPrepared(browser: Any, prepared: PreparedRun, choices: PrepareChoices = NO_CHOICES) -> Any:
    """Put a prepared run beside its run; one that is there already is replaced.

    Args:
        browser: The run's browser node.
        prepared: Made of the run by `dsanet.prepare.prepare`.
        choices: What it was made with.

    Returns:
        The vtkMRMLSequenceNode of the subtracted frames.

    Raises:
        SceneError: It was made of another run, or the browser node is no run.
    """
    for _ in addingPrepared(browser, prepared, choices):
        pass
    return referenceOf(browser, SUBTRACTED)


def addingPrepared(
    browser: Any, prepared: PreparedRun, choices: PrepareChoices = NO_CHOICES
) -> Iterator[None]:
    """Do what `addPrepared` does in short steps, for a host that must not wait.

    Yields:
        Nothing, after each step.

    Raises:
        SceneError: Before the first step, as `addPrepared` does.
    """
    _check(browser, prepared)
    timed = factOf(browser, "Facts")["times_stated"]
    yield from addingSequence(
        browser, SUBTRACTED, prepared.frames, prepared.times, timed, spacingOf(browser)
    )
    yield
    first, last = prepared.arterial_window
    arterial = prepared.frames[first : last + 1]
    proxy = proxyOf(browser, referenceOf(browser, SUBTRACTED))
    showGrey(proxy, *greyRange(arterial, prepared.field))
    yield
    field = putVolume(browser, FIELD, prepared.field.astype(np.uint8))
    field.SetHideFromEditors(True)
    _put_window(browser, prepared)
    setChoices(browser, choices)


def preparedOf(browser: Any) -> PreparedRun | None:
    """Rebuild the prepared run, with the arterial window as it stands; None before there is one.

    Args:
        browser: A run's browser node.

    Raises:
        SceneError: Parts of it were removed from the scene or damaged.
    """
    found = partsOf(browser)
    if found is None:
        return None
    values, parts = found
    try:
        return PreparedRun(
            frames=framesOf(parts[SUBTRACTED]),
            times=timesOf(parts[SUBTRACTED]),
            field=imageOf(parts[FIELD]).astype(np.bool_),
            arterial_window=tuple(values["arterial_window"]),
            minip=imageOf(parts[MINIP]),
            center=values["center"],
            scale=values["scale"],
            subtraction=values["subtraction"],
            warnings=tuple(values["warnings"]),
        )
    except (KeyError, TypeError) as error:
        msg = f"what {browser.GetName()} says of its preparation is damaged; prepare it again"
        raise SceneError(msg) from error


def partsOf(browser: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Give what a prepared run consists of in the scene, without copying its frames.

    Args:
        browser: A run's browser node.

    Returns:
        The attribute `Prepared`, and the nodes by their role; None before the run is prepared.

    Raises:
        SceneError: Field or MinIP were removed from the scene.
    """
    values = factOf(browser, "Prepared")
    parts = {role: referenceOf(browser, role) for role in (SUBTRACTED, FIELD, MINIP)}
    missing = [role for role, node in parts.items() if node is None]
    if values is None or SUBTRACTED in missing:
        return None
    if missing:
        msg = f"{browser.GetName()} {missing[0]} was removed from the scene; subtract the run again"
        raise SceneError(msg)
    return values, parts


def isPrepared(browser: Any) -> bool:
    """Whether a run was prepared and no part of that was removed from the scene."""
    try:
        return partsOf(browser) is not None
    except SceneError:
        return False


def arterialWindowOf(browser: Any) -> tuple[int, int] | None:
    """Give the first and last arterial frame, from 0; None before the run is prepared."""
    values = factOf(browser, "Prepared")
    return values and tuple(values["arterial_window"])


def setArterialWindow(browser: Any, window: tuple[int, int]) -> PreparedRun:
    """Move the arterial window of a prepared run; its MinIP and normalisation follow.

    Args:
        browser: The run's browser node.
        window: First and last frame, both included, from 0. It is the user's choice from now on.

    Returns:
        The prepared run as it stands then.

    Raises:
        SceneError: The run is not prepared.
        PrepareError: The window lies outside the run; nothing was changed.
    """
    prepared = preparedOf(browser)
    if prepared is None:
        msg = f"{browser.GetName()} has no arterial window before it is prepared; prepare it first"
        raise SceneError(msg)
    moved = with_window(prepared, window)
    _put_window(browser, moved)
    setChoices(browser, replace(choicesOf(browser), arterial_window=window))
    return moved


def choicesOf(browser: Any) -> PrepareChoices:
    """Give what the user decided about a run's preparation, the defaults where nothing was.

    Raises:
        SceneError: The scene's values are damaged.
    """
    values = factOf(browser, "Choices") or {}
    names = {part.name for part in fields(PrepareChoices)}
    try:
        known = {name: value for name, value in values.items() if name in names}
        tuples = {name: tuple(known[name]) for name in TUPLES if known.get(name) is not None}
    except (AttributeError, TypeError) as error:
        msg = f"what was decided about {browser.GetName()} is damaged; decide it again"
        raise SceneError(msg) from error
    return PrepareChoices(**{**known, **tuples})


def setChoices(browser: Any, choices: PrepareChoices) -> None:
    """Keep what the user decided about a run's preparation."""
    setFact(browser, "Choices", asdict(choices))


def _check(browser: Any, prepared: PreparedRun) -> None:
    count, size = browser.GetNumberOfItems(), sizeOf(browser)
    if prepared.frames.shape != (count, *size):
        msg = (
            f"{len(prepared.frames)} frames of {prepared.minip.shape} rows and columns were"
            f" prepared, {browser.GetName()} has {count} of {size}; prepare that run"
        )
        raise SceneError(msg)


def _put_window(browser: Any, prepared: PreparedRun) -> None:
    """Write all that follows from the arterial window."""
    setFact(
        browser,
        "Prepared",
        {
            "arterial_window": [int(frame) for frame in prepared.arterial_window],
            "center": float(prepared.center),
            "scale": float(prepared.scale),
            "subtraction": prepared.subtraction,
            "warnings": list(prepared.warnings),
        },
    )
    volume = putVolume(browser, MINIP, prepared.minip)
    showGrey(volume, *greyRange(prepared.minip[None], prepared.field))
    first, last = prepared.arterial_window
    setFact(volume, "Shows", f"frames {first} to {last}, from 0, subtracted")
