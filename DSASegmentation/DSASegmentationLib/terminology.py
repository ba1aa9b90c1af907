"""BV and MAT in Slicer's list of terms, so that segments can be given them by hand too.

The terms are in `Resources/Terminologies/DSASegmentation.term.json`. SNOMED CT has the artery, but
neither a trunk nor what branches off it, so both are modifiers of a scheme of our own; DICOM wants
the names of such schemes to begin with 99 (PS3.16 section 8). The segments that this extension
makes carry the same terms, see `dsanet.export.terminology`.
"""

from pathlib import Path
from typing import Any

from DSASegmentationLib.errors import SceneError

FILE = Path("Terminologies", "DSASegmentation.term.json")


def loadTerminology(logic: Any, resources: Path) -> str:
    """Add the terms to those that Slicer offers; loading them again changes nothing.

    Args:
        logic: The Terminologies module's vtkSlicerTerminologiesModuleLogic.
        resources: The module's folder `Resources`.

    Returns:
        Name of the list of terms.

    Raises:
        SceneError: The file is missing or damaged.
    """
    file = resources / FILE
    name = str(logic.LoadTerminologyFromFile(str(file))) if file.is_file() else ""
    if not name:
        msg = f"{file} is missing or damaged, so Slicer lacks the terms BV and MAT; reinstall"
        raise SceneError(msg)
    return name
