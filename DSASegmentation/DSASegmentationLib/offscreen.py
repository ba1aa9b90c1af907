"""One slice view without a window: what Slicer's Red view shows, as an array.

It renders where there is neither display nor graphics card (EGL with Mesa on Linux).
"""

import os
from typing import Any

import numpy as np
import slicer
import vtk
from numpy.typing import NDArray
from vtk.util.numpy_support import vtk_to_numpy

MANAGERS = ("vtkMRMLVolumeGlyphSliceDisplayableManager", "vtkMRMLSegmentationsDisplayableManager2D")


class OffscreenSlice:
    """What a slice view of the scene shows, rendered out of sight.

    Attributes:
        logic: The view's vtkMRMLSliceLogic.
        window: The vtkRenderWindow.
    """

    def __init__(self, application: Any, logic: Any, size: tuple[int, int]) -> None:
        """Open a window for a view.

        Args:
            application: The scene's vtkSlicerApplicationLogic.
            logic: The view's vtkMRMLSliceLogic, with its nodes.
            size: Rows and columns in pixels.
        """
        rows, columns = size
        self.logic = logic
        self._renderer, self.window = _window(rows, columns)
        self._picture = _picture(self._renderer)
        self._managers = _managers(application, self._renderer, logic.GetSliceNode())
        logic.ResizeSliceNode(columns, rows)

    def fit(self) -> None:
        """Fit the view to the picture in it, one slice whatever its place."""
        self.logic.FitSliceToBackground()
        self.logic.SnapSliceOffsetToIJK()

    def grab(self) -> NDArray[np.uint8]:
        """Render and give the picture, uint8 (rows, columns, 3), row 0 on top."""
        connection = self.logic.GetImageDataConnection()
        self._picture.GetMapper().SetInputConnection(connection)
        self._picture.SetVisibility(connection is not None)
        self.window.Render()
        grab = vtk.vtkWindowToImageFilter()
        grab.SetInput(self.window)
        grab.ReadFrontBufferOff()
        grab.Update()
        columns, rows, _ = grab.GetOutput().GetDimensions()
        values = vtk_to_numpy(grab.GetOutput().GetPointData().GetScalars())
        return np.array(values.reshape(rows, columns, 3)[::-1], np.uint8)

    def close(self) -> None:
        """Give back the window; the view and its nodes stay."""
        self._picture.GetMapper().SetInputConnection(None)
        self.window.Finalize()


def _window(rows: int, columns: int) -> tuple[Any, Any]:
    os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")
    renderer = vtk.vtkRenderer()
    renderer.GetActiveCamera().ParallelProjectionOn()
    window = vtk.vtkRenderWindow()
    window.SetOffScreenRendering(True)
    window.SetMultiSamples(0)  # on a processor smoothing takes three to five times as long
    window.SetSize(columns, rows)
    window.AddRenderer(renderer)
    interactor = vtk.vtkGenericRenderWindowInteractor()  # the displayable managers ask for one
    interactor.SetRenderWindow(window)
    interactor.Initialize()
    return renderer, window


def _picture(renderer: Any) -> Any:
    """The actor of the slice's blended layers, whose grey values are 0 to 255 already."""
    mapper = vtk.vtkImageMapper()
    mapper.SetColorWindow(255)
    mapper.SetColorLevel(127.5)
    actor = vtk.vtkActor2D()
    actor.SetMapper(mapper)
    actor.GetProperty().SetDisplayLocationToBackground()
    renderer.AddViewProp(actor)
    return actor


def _managers(application: Any, renderer: Any, node: Any) -> Any:
    """What draws segments on the slice."""
    factory = slicer.vtkMRMLSliceViewDisplayableManagerFactory.GetInstance()
    factory.SetMRMLApplicationLogic(application)
    for name in MANAGERS:
        if not factory.IsDisplayableManagerRegistered(name):
            factory.RegisterDisplayableManager(name)
    group = slicer.vtkMRMLDisplayableManagerGroup()
    group.Initialize(factory, renderer)
    group.SetMRMLDisplayableNode(node)
    return group
