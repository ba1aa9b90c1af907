"""Learning from corrected cases: `dsatrain` in processes of its own, and what it leaves on disk.

The host never imports dsatrain. It starts it with Slicer's Python, or another that the user names,
polls it, and reads its files:

- `planning`, `fineTuning`, `gating` and `ranking` start a `Task` each.
- `Training` is the folder of one fine-tuning: curves, child, gate report. It outlives Slicer, and a
  fine-tuning that was stopped goes on when it is started again.
- `Models` activates and goes back.
"""

from DSASegmentationLib.learning.errors import LearningError, MissingPackagesError
from DSASegmentationLib.learning.models import Candidate, Models
from DSASegmentationLib.learning.report import Report, readReport
from DSASegmentationLib.learning.task import Task
from DSASegmentationLib.learning.tasks import (
    RECIPE,
    Options,
    Plan,
    Ranked,
    fineTuning,
    gating,
    planning,
    ranking,
)
from DSASegmentationLib.learning.training import Row, Training, latest, trainingOf
from DSASegmentationLib.learning.waiting import waitFor

__all__ = [
    "RECIPE",
    "Candidate",
    "LearningError",
    "MissingPackagesError",
    "Models",
    "Options",
    "Plan",
    "Ranked",
    "Report",
    "Row",
    "Task",
    "Training",
    "fineTuning",
    "gating",
    "latest",
    "planning",
    "ranking",
    "readReport",
    "trainingOf",
    "waitFor",
]
