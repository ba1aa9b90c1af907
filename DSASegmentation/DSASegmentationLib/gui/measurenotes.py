"""What the Measure tab says in words: what to do, what changed, what is missing and why."""

from collections.abc import Iterator
from typing import Any

from slicer.i18n import tr as _

from dsanet.measure import Lesion
from dsanet.measure.flow.maps import QUANTITIES
from DSASegmentationLib.gui.calibrating import scaleSentence
from DSASegmentationLib.measuring import Measured, staleness
from DSASegmentationLib.measuring.maps import withheld
from DSASegmentationLib.measuring.tables import LESIONS
from DSASegmentationLib.nodes import referenceOf
from DSASegmentationLib.segments import segmentationOf


def measureNotes(browser: Any, measured: Measured | None, chosen: str) -> list[str]:
    """Give sentences about a run's measurements.

    Args:
        browser: A run's browser node, or None.
        measured: Its measurements, None before there are any.
        chosen: The key of the map that was chosen, empty for none.

    Returns:
        What to do first where nothing is measured; else what has changed since, what is missing
        with the reason, what distances are distances of, and the warnings.
    """
    if browser is None:
        return [_("Load a DSA run first.")]
    if measured is None:
        return [_toDo(browser)]
    notes = (
        *_changed(measured),
        *_map(measured, chosen),
        *_lesions(measured),
        _scale(measured),
        *measured.values.warnings,
    )
    return [f"• {note}" for note in notes]


def _toDo(browser: Any) -> str:
    if segmentationOf(browser) is None:
        return _("Segment the run, then measure it.")
    if referenceOf(browser, LESIONS) is not None:
        return _("The tables and markers are of an earlier measurement. Measure again to go on.")
    return _("Not measured yet.")


def _changed(measured: Measured) -> Iterator[str]:
    changed = staleness(measured)
    if changed:
        yield _("Since this was measured {changed}. Measure again.").format(changed=changed)


def _map(measured: Measured, chosen: str) -> Iterator[str]:
    reason = withheld(measured, chosen) if chosen else ""
    if reason:
        title = QUANTITIES[chosen].title
        yield _("{title} is not shown: {reason}.").format(title=title, reason=reason)
    elif chosen and measured.values.flow is not None:
        mind = measured.values.flow.maps[chosen].reason
        if mind:
            yield f"{QUANTITIES[chosen].title}: {mind}."


def _lesions(measured: Measured) -> Iterator[str]:
    if measured.values.trunk is not None and not measured.values.lesions:
        yield _("No place is 30 % narrower than its reference or more.")
    for number, lesion in enumerate(measured.values.lesions, start=1):
        yield from _missing(number, lesion)


def _missing(number: int, lesion: Lesion) -> Iterator[str]:
    for rule, percent in lesion.percents.items():
        if percent.value is None:
            yield _("Stenosis {number}, no {rule}: {reason}.").format(
                number=number, rule=rule, reason=percent.reason
            )


def _scale(measured: Measured) -> str:
    scale = measured.values.scale
    if scale is None:
        return _("Lengths are in pixels: {reason}.").format(reason=measured.values.no_scale)
    return scaleSentence(scale)
