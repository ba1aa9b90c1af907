"""The classes that Slicer looks up by name. All else is in the Lib.

Slicer imports this file at each start, also of users who never open the module. So the Lib, and the
packages that it is built on, are imported when they are first needed.
"""

from pathlib import Path
from typing import Annotated, Any

import slicer
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.parameterNodeWrapper import WithinRange, parameterNodeWrapper
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)
from slicer.util import VTKObservationMixin


class DSASegmentation(ScriptedLoadableModule):
    """What Slicer shows of the module in its lists."""

    def __init__(self, parent: Any) -> None:
        """Describe the module.

        Args:
            parent: The application's side of the module.
        """
        super().__init__(parent)
        parent.title = "DSA Segmentation"
        parent.categories = [translate("qSlicerAbstractCoreModule", "Segmentation")]
        parent.dependencies = ["Markups", "Segmentations", "Sequences"]
        parent.contributors = ["DSASegmentation contributors"]
        parent.helpText = _(
            "Segments main artery trunk (MAT) and bifurcated vessels (BV) in digital subtraction"
            " angiography (DSA) runs. Research software, not a medical device."
        )
        parent.acknowledgementText = _("The network is DSANet. Licence: Apache 2.0.")
        slicer.app.connect("startupCompleted()", self.onStartupCompleted)

    def onStartupCompleted(self) -> None:
        """Called once, when all modules are there."""
        from DSASegmentationLib.gui.startup import start

        start(Path(self.resourcePath("")))


@parameterNodeWrapper
class DSASegmentationParameterNode:
    """What a scene remembers of the panel.

    Attributes:
        fillOpacity: Of the segments' fill, in percent.
        outlineOnly: Whether segments are not filled.
    """

    fillOpacity: Annotated[int, WithinRange(0, 100)] = 35
    outlineOnly: bool = False


class DSASegmentationWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """The panel's place in the application: what Slicer calls goes on to `Panel`."""

    def __init__(self, parent: Any = None) -> None:
        """Called once, when the module is opened for the first time."""
        self.logic: DSASegmentationLogic | None = None
        self.panel: Any = None
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)

    def setup(self) -> None:
        """Build the panel."""
        from DSASegmentationLib.gui.panel import Panel
        from DSASegmentationLib.gui.workplace import Workplace

        super().setup()
        scene = slicer.mrmlScene
        self.logic = DSASegmentationLogic()
        self.panel = Panel(Workplace(scene, self.logic.segmenter), self.resourcePath)
        self.layout.addWidget(self.panel.widget)
        self.addObserver(scene, scene.StartCloseEvent, self.onSceneStartClose)
        self.addObserver(scene, scene.EndCloseEvent, self.onSceneEndClose)

    def enter(self) -> None:
        """Called each time the user comes to the module."""
        self.panel.setParameters(self.logic.getParameterNode())
        self.panel.enter()

    def exit(self) -> None:
        """Called each time the user goes to another module; a segmentation goes on."""
        self.panel.setParameters(None)
        self.panel.exit()

    def cleanup(self) -> None:
        """Called when the application closes or the module is loaded again."""
        self.removeObservers()
        if self.panel is not None:
            self.panel.close()

    def onSceneStartClose(self, _caller: Any, _event: Any) -> None:
        """End all work before the scene's nodes go."""
        self.panel.close()

    def onSceneEndClose(self, _caller: Any, _event: Any) -> None:
        """Begin anew with the empty scene, if the panel is seen."""
        if self.parent.isEntered:
            self.enter()


class DSASegmentationLogic(ScriptedLoadableModuleLogic):
    """Loading, segmenting, measuring and learning, for panel and Python console.

    It offers what `DSASegmentationLib.logic.SegmentationLogic` does; `help(logic.segment)`.
    """

    def __init__(self, parent: Any = None) -> None:
        """Called by the panel, and by scripts of their own."""
        super().__init__(parent)
        self._offers: Any = None

    def __getattr__(self, name: str) -> Any:
        """Give what `SegmentationLogic` has of a name."""
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._offered(), name)

    def __dir__(self) -> list[str]:
        """List it too, for the console's completion."""
        offered = (name for name in dir(self._offered()) if not name.startswith("_"))
        return sorted({*super().__dir__(), *offered})

    def _offered(self) -> Any:
        if self._offers is None:
            from DSASegmentationLib.logic import SegmentationLogic

            self._offers = SegmentationLogic()
        return self._offers

    def getParameterNode(self) -> DSASegmentationParameterNode:
        """Give the module's parameter node, with types."""
        return DSASegmentationParameterNode(super().getParameterNode())


class DSASegmentationTest(ScriptedLoadableModuleTest):
    """The test of an installed module, by "Reload and Test" of Slicer's developer mode."""

    def runTest(self, **_options: Any) -> None:
        """Check the whole path of a run on this machine, which takes about a minute."""
        from DSASegmentationLib.selftest import selftest

        for line in selftest(slicer.mrmlScene):
            self.delayDisplay(line)
