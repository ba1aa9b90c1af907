"""Measuring: diameters, stenoses, vessel statistics and flow, from a prepared run and labels."""

from dsanet.measure.flow.circulation import Interval, circulation_time
from dsanet.measure.measurements import Flow, Measurements
from dsanet.measure.pipeline import measure
from dsanet.measure.scale import Scale, catheter_scale, stated_scale
from dsanet.measure.stenosis.lesions import RULES, Lesion, Percent, lesion_at

__all__ = [
    "RULES",
    "Flow",
    "Interval",
    "Lesion",
    "Measurements",
    "Percent",
    "Scale",
    "catheter_scale",
    "circulation_time",
    "lesion_at",
    "measure",
    "stated_scale",
]
