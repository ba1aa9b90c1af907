"""Segmenting runs of the scene in the background, and folders of runs.

- `Segmenter` sends runs to the warm worker and puts the answers into the scene.
- `Job` is one of its runs.
- `BatchRun` segments a folder in a process of its own.
"""

from DSASegmentationLib.jobs.batch import BatchResult, BatchRun
from DSASegmentationLib.jobs.job import ENDED, Job
from DSASegmentationLib.jobs.python import Python, workerPython
from DSASegmentationLib.jobs.segmenter import Segmenter

__all__ = ["ENDED", "BatchResult", "BatchRun", "Job", "Python", "Segmenter", "workerPython"]
