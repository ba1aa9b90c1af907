"""The panel on a real scene, in an application of stand-ins."""

import importlib.util
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

slicer = pytest.importorskip("slicer")
pytest.importorskip("PySide6")

from dsanet.io import RunFacts  # noqa: E402

from ..mrml.conftest import make_prediction, make_run  # noqa: E402
from . import modules, pythonqt, widgets  # noqa: E402

qt = pythonqt.install()
from . import segment_editor  # noqa: E402

pythonqt.register(*widgets.WIDGETS, segment_editor.qMRMLSegmentEditorWidget)
modules.install()
segment_editor.install()

from .application import openApplication  # noqa: E402


def startQt() -> Any:
    """The one QApplication of the process, in Slicer's style."""
    application = qt.QApplication.instance() or qt.QApplication(["tests"])
    application.setStyle("Fusion")
    application.setPalette(widgets.palette())
    return application


@pytest.fixture(scope="session")
def qtApplication() -> Any:
    return startQt()


@pytest.fixture
def app(qtApplication: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """`slicer.app` with a scene, a layout and three slice views."""
    opened = openApplication(monkeypatch)
    yield opened
    opened.host.close()


@pytest.fixture
def bareApp(qtApplication: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """`slicer.app` without a main window."""
    opened = openApplication(monkeypatch, window=False)
    yield opened
    opened.host.close()


def loadModule() -> Any:
    """Run DSASegmentation.py as Slicer does, also a second time."""
    spec = importlib.util.spec_from_file_location("DSASegmentation", modules.MODULE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["DSASegmentation"] = module
    spec.loader.exec_module(module)
    return module


OPEN: list[Any] = []
"""The module's widgets; those that were cleaned up prepare nothing."""


def openWidget() -> Any:
    """Open the module as Slicer does: parent, widget, setup, enter."""
    parent = widgets.qMRMLWidget()
    qt.QVBoxLayout(parent)
    parent.__dict__["isEntered"] = True
    widget = loadModule().DSASegmentationWidget(parent)
    OPEN[:] = [widget]
    widget.setup()
    widget.enter()
    return widget


@pytest.fixture
def makeWidget(app: Any) -> Iterator[Callable[[], Any]]:
    made = []

    def make() -> Any:
        made.append(openWidget())
        return made[-1]

    yield make
    for widget in made:
        widget.cleanup()
        widget.parent.deleteLater()


@pytest.fixture
def panel(makeWidget: Callable[[], Any]) -> Any:
    return makeWidget().panel


@pytest.fixture
def home(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A folder of one test, with the user's folder in it: journals, answers."""
    monkeypatch.setenv("DSANET_HOME", str(tmp_path / "home"))
    return tmp_path


@pytest.fixture
def window(app: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The main window, which takes shortcuts."""
    made = qt.QMainWindow()
    monkeypatch.setattr(slicer.util, "mainWindow", lambda: made)
    yield made
    made.deleteLater()


@pytest.fixture
def twoTabs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A panel of two tabs."""
    from DSASegmentationLib.gui import correcttab, panel, runtab

    tabs = (("RunTab", runtab.RunTab), ("CorrectTab", correcttab.CorrectTab))
    monkeypatch.setattr(panel, "TABS", tabs)


@pytest.fixture
def correctTab(home: Any, window: Any, twoTabs: None, makeWidget: Any) -> Iterator[Any]:
    """The Correct tab, turned to."""
    settings = slicer.app.userSettings()
    settings.remove("DSASegmentation")
    panel = makeWidget().panel
    panel._ui.tabs.setCurrentIndex(1)
    found = panel.tabs["CorrectTab"]
    found.panel = panel
    found.ui.aliasEdit.text = "ab"
    found.ui.aliasEdit.editingFinished.emit()
    yield found
    settings.remove("DSASegmentation")


def settle() -> None:
    """Let timers and events of Qt happen, and what is being prepared be done."""
    qt.QApplication.processEvents()
    while any(widget.panel.place._preparations.busy for widget in OPEN):
        qt.QApplication.processEvents()
    for _ in range(3):
        qt.QApplication.processEvents()


def addRun(app: Any, frames: int = 6, **changes: Any) -> Any:
    """Put a small run into the scene, as another module would, and let the panel see it."""
    from DSASegmentationLib import loading, runs

    browser = runs.addRun(app.host.scene, make_run(frames, **changes))
    loading.linkPlanes(app.host.scene)
    settle()
    return browser


def addPlane(app: Any, plane: str) -> Any:
    """Put one plane of a biplane acquisition into the scene."""
    shift = "AB".index(plane)
    facts = RunFacts(
        viewing_mode="SUB",
        times_stated=True,
        image_type=("ORIGINAL", "PRIMARY", f"BIPLANE {plane}"),
        uids={"SOPInstanceUID": f"1.2.{shift}", "SeriesInstanceUID": "1.2"},
    )
    return addRun(app, facts=facts, pixels=make_run(6).pixels + shift)


def predict(browser: Any) -> Any:
    """Give a run the segmentation that an engine might have made."""
    from DSASegmentationLib.runs import runOf
    from DSASegmentationLib.segments import addPrediction
    from DSASegmentationLib.uncertainty import addUncertainty

    prediction = make_prediction(runOf(browser))
    segmentation = addPrediction(browser, prediction)
    addUncertainty(browser, prediction.probabilities)
    settle()
    return segmentation
