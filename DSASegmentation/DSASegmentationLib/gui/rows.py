"""What the list says about a run."""

from dataclasses import dataclass
from typing import Any

from slicer.i18n import tr as _

from dsanet.errors import DSAError
from DSASegmentationLib.loading import planeOf
from DSASegmentationLib.nodes import factOf
from DSASegmentationLib.segments import segmentationOf, statusOf


@dataclass(frozen=True)
class Row:
    """One line of the list of runs.

    Attributes:
        title: Which run it is.
        details: From where it was taken if that is known, frames and rate.
        status: How far it is.
    """

    title: str
    details: str
    status: str

    @property
    def text(self) -> str:
        """All of it, one line each."""
        return "\n".join((self.title, self.details, self.status))


def rowOf(browser: Any, job: Any = None) -> Row:
    """Describe a run.

    Args:
        browser: Its browser node.
        job: The `jobs.Job` of its last segmentation, None if there was none.

    Returns:
        Of a run that is damaged in the scene, what is wrong with it.
    """
    try:
        return Row(_title(browser), _details(browser), statusText(browser, job))
    except DSAError as error:
        return Row(browser.GetName(), str(error), _("damaged"))


def statusText(browser: Any, job: Any = None) -> str:
    """Say how far a run is."""
    if job is not None and not job.ended:
        return _("segmenting") if job.state == "running" else _("waiting")
    segmentation = segmentationOf(browser)
    if segmentation is not None:
        return _status(statusOf(segmentation))
    failed = job is not None and job.state == "failed"
    return _("could not be segmented") if failed else _("not segmented")


def _status(status: str) -> str:
    words = {
        "not started": _("segmented"),
        "in progress": _("in progress"),
        "accepted": _("accepted"),
        "set aside": _("set aside"),
    }
    return words[status]


def _title(browser: Any) -> str:
    plane = planeOf(browser)
    name = factOf(browser, "Name")
    parts = [browser.GetName(), plane and _("plane {plane}").format(plane=plane), name]
    return " · ".join(part for part in parts if part)


def _details(browser: Any) -> str:
    view = (factOf(browser, "Facts") or {}).get("view")
    return ", ".join(part for part in (view, _frames(browser)) if part)


def _frames(browser: Any) -> str:
    count = browser.GetNumberOfItems()
    frames = _("1 frame") if count == 1 else _("{count} frames").format(count=count)
    if count > 1 and (factOf(browser, "Facts") or {}).get("times_stated"):
        rate = _("{rate:.1f} per second").format(rate=browser.GetPlaybackRateFps())
        return f"{frames}, {rate}"
    return frames if count == 1 else f"{frames}, {_('rate not stated')}"
