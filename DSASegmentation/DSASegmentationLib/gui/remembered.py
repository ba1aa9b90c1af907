"""What the panel remembers from one start of Slicer to the next, for one user.

Source: Slicer 5.10 `Base/QTCore/qSlicerCoreApplication.h`, `userSettings`.
"""

import slicer

DATA_SET = "DSASegmentation/dataset"
"""Also where the Correct tab exports to."""

PYTHON = "DSASegmentation/trainingPython"


def remembered(key: str) -> str:
    """Give a text; empty where there is none."""
    return str(slicer.app.userSettings().value(key) or "")


def remember(key: str, text: str) -> None:
    """Keep a text."""
    slicer.app.userSettings().setValue(key, text)
