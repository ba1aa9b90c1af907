"""A simulated annotator, which measures how many clicks the correction tools save."""

from dsatrain.annotator.desk import Tools
from dsatrain.annotator.session import BUDGET, GOAL, Session, annotate

__all__ = ["BUDGET", "GOAL", "Session", "Tools", "annotate"]
