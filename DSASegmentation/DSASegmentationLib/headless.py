"""A host without the Slicer application: scene and logics on slicer-core.

`python -m DSASegmentationLib.headless RUN SCENE.mrb [--picture FILE.png]` reads a run, segments it,
and writes a scene that Slicer opens, and a picture of it as Slicer would show it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import slicer
import vtk
from numpy.typing import NDArray

from dsanet import atomic
from dsanet.cli.arguments import OneLineParser, path
from dsanet.cli.main import guarded
from dsanet.cli.streams import show
from dsanet.engine import Engine, Prediction
from dsanet.export import NOTICE
from dsanet.export.png import encode
from dsanet.io import DSARun, read_run
from dsanet.prepare import PrepareChoices
from DSASegmentationLib.offscreen import OffscreenSlice
from DSASegmentationLib.prepared import addPrepared
from DSASegmentationLib.runs import MINIP, addRun
from DSASegmentationLib.segments import addPrediction
from DSASegmentationLib.storage import checkPlace, saveScene
from DSASegmentationLib.uncertainty import addUncertainty
from DSASegmentationLib.visibility import refresh, setActiveRun, showImage

PICTURE_SIZE = (1024, 1024)
"""Rows and columns of the picture."""


@dataclass
class Host:
    """A scene with the logics that Slicer's application would give it.

    Attributes:
        scene: The vtkMRMLScene.
        application: The vtkSlicerApplicationLogic.
        view: The vtkMRMLSliceLogic of the one slice view, axial.
        logics: The others, kept alive.
    """

    scene: Any
    application: Any
    view: Any
    logics: tuple[Any, ...]

    def close(self) -> None:
        """Empty the scene."""
        self.scene.Clear(True)
        self.application.SetMRMLScene(None)


def openHost() -> Host:
    """Make a scene on slicer-core: colours, sequences, segmentations, markups, one slice view."""
    scene = slicer.vtkMRMLScene()
    application = slicer.vtkSlicerApplicationLogic()
    application.SetMRMLScene(scene)
    colors = application.GetColorLogic()
    colors.SetMRMLScene(scene)
    colors.AddDefaultColorNodes()
    scene.RegisterNodeClass(slicer.vtkMRMLColorLegendDisplayNode())  # as the Colors module does
    application.SetModuleLogic("Colors", colors)
    logics = {
        "Sequences": slicer.vtkSlicerSequencesLogic(),
        "Segmentations": slicer.vtkSlicerSegmentationsModuleLogic(),
        "Markups": slicer.vtkSlicerMarkupsLogic(),
    }
    for name, logic in logics.items():
        logic.SetMRMLScene(scene)
        logic.SetMRMLApplicationLogic(application)
        application.SetModuleLogic(name, logic)
    return Host(scene, application, _add_view(scene, application), tuple(logics.values()))


def showPrediction(scene: Any, run: DSARun, prediction: Prediction, choices: PrepareChoices) -> Any:
    """Put a run and its prediction into a scene and show it.

    Args:
        scene: The scene.
        run: As read.
        prediction: What the engine answered for it.
        choices: What it was prepared with.

    Returns:
        The run's browser node, the active one.
    """
    browser = addRun(scene, run)
    addPrepared(browser, prediction.prepared, choices)
    addPrediction(browser, prediction)
    addUncertainty(browser, prediction.probabilities)
    setActiveRun(scene, browser)
    return browser


def picture(host: Host, size: tuple[int, int] = PICTURE_SIZE) -> NDArray[np.uint8]:
    """Give the active run as a slice view shows it, uint8 (rows, columns, 3), row 0 on top."""
    view = OffscreenSlice(host.application, host.view, size)
    try:
        refresh(host.scene)
        view.fit()
        return view.grab()
    finally:
        view.close()


def main(argv: Sequence[str] | None = None) -> int:
    """Segment a run into a scene file.

    Args:
        argv: The arguments, those of the process if None.

    Returns:
        The exit code: 0, or 2 after an error.
    """
    parser = OneLineParser(prog="DSASegmentationLib.headless", description=__doc__)
    parser.add_argument("run", type=path, help="a DSA run: file or folder")
    parser.add_argument("scene", type=path, help="the scene to write, .mrb or .mrml")
    parser.add_argument("--picture", type=path, metavar="PNG", help="a picture of the MinIP")
    parser.add_argument("--model", help="name or folder of a model package")
    parser.add_argument("--debug", action="store_true", help="show where an error came from")
    arguments = parser.parse_args(argv)
    vtk.vtkOutputWindow.SetInstance(vtk.vtkStringOutputWindow())  # Slicer tells of every file

    def segment() -> None:
        checkPlace(arguments.scene)
        choices = PrepareChoices()
        run = read_run(arguments.run)
        prediction = Engine.load(arguments.model).segment(run, choices=choices)
        _write(run, prediction, choices, arguments.scene, arguments.picture)
        show(f"{'scene':<13} {arguments.scene}\n")

    return guarded(
        "DSASegmentationLib.headless", segment, source=arguments.run, debug=arguments.debug
    )


def _add_view(scene: Any, application: Any) -> Any:
    """Make the one slice view, under the name of Slicer's first, so that Slicer shows the same."""
    application.SetSliceLogics(vtk.vtkCollection())
    application.SetViewLogics(vtk.vtkCollection())
    view = slicer.vtkMRMLSliceLogic()
    view.SetMRMLApplicationLogic(application)
    view.SetMRMLScene(scene)
    view.AddSliceNode("Red").SetOrientationToAxial()
    application.GetSliceLogics().AddItem(view)
    return view


def _write(
    run: DSARun, prediction: Prediction, choices: PrepareChoices, scene: Path, png: Path | None
) -> None:
    from PIL import Image

    host = openHost()
    try:
        browser = showPrediction(host.scene, run, prediction, choices)
        showImage(browser, MINIP)
        image = Image.fromarray(picture(host)) if png else None  # fits the view, which is saved
        saveScene(host.scene, scene)
        if png and image:
            atomic.write_bytes(png, encode(image, {"DSASegmentation_Notice": NOTICE}))
    finally:
        host.close()


if __name__ == "__main__":
    raise SystemExit(main())
