"""What is asked of the Slicer application, and what stands for it where there is none.

The one module of the scene's and the jobs' that knows of the application.
"""

from typing import Any

import slicer


def scene() -> Any:
    """Give the application's scene.

    Raises:
        AttributeError: There is no application; make a scene with `DSASegmentationLib.headless`.
    """
    return slicer.mrmlScene


def processEvents() -> None:
    """Let the application handle what the user did meanwhile; nothing without one."""
    application = getattr(slicer, "app", None)
    if application is not None:
        application.processEvents()


def slicerHome() -> str | None:
    """Give the folder that Slicer is installed in, None outside of Slicer."""
    application = getattr(slicer, "app", None)
    return None if application is None else getattr(application, "slicerHome", None)
