"""Correction tools: labels in, labels out, never in place; the host draws, undoes and stores."""

from dsanet.edit.arrival import arrival_time
from dsanet.edit.brush import painted, stroke_mask
from dsanet.edit.pick import (
    Change,
    Reach,
    clicked,
    erased,
    reassigned,
    reassigned_between,
    selected,
)
from dsanet.edit.pieces import VesselPieces, split
from dsanet.edit.places import UncertainPlace, uncertain_places
from dsanet.edit.reread import Reading, levelled, with_fewer, with_more
from dsanet.edit.trace import Tracer
from dsanet.edit.width import VesselLine

__all__ = [
    "Change",
    "Reach",
    "Reading",
    "Tracer",
    "UncertainPlace",
    "VesselLine",
    "VesselPieces",
    "arrival_time",
    "clicked",
    "erased",
    "levelled",
    "painted",
    "reassigned",
    "reassigned_between",
    "selected",
    "split",
    "stroke_mask",
    "uncertain_places",
    "with_fewer",
    "with_more",
]
