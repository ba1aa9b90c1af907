"""The module file: what Slicer and its Python console find in it."""

import ast
import re
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from dsanet.engine.sample_run import sample_run
from dsanet.errors import DSAError
from DSASegmentationLib import runs, segments
from DSASegmentationLib.errors import SceneError
from DSASegmentationLib.visibility import parameterNode

from ..mrml.conftest import make_prediction, make_run, some_labels
from .conftest import loadModule, modules, slicer
from .test_runtab import write_run

EXTENSION = modules.MODULE.parent
GUI = sorted((EXTENSION / "DSASegmentationLib" / "gui").glob("*.py"))


def names(scene: Any) -> set[str]:
    """Of all nodes of a scene but storage nodes, which come with the first saving."""
    nodes = [scene.GetNthNode(nth) for nth in range(scene.GetNumberOfNodes())]
    return {node.GetName() for node in nodes if not node.IsA("vtkMRMLStorageNode")}


class Parent:
    """The application's side of a module: qSlicerScriptedLoadableModule's properties."""


def test_the_module_describes_itself(app: Any) -> None:
    parent = Parent()
    loadModule().DSASegmentation(parent)
    assert parent.title == "DSA Segmentation"
    assert parent.categories == ["Segmentation"]
    assert set(parent.dependencies) == {"Markups", "Segmentations", "Sequences"}
    assert "not a medical device" in parent.helpText


def test_terms_and_sample_run_are_there_after_the_start(
    app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from DSASegmentationLib.gui import startup

    told: list[Any] = []
    terminologies = SimpleNamespace(logic=lambda: "terminologies")
    monkeypatch.setattr(slicer.modules, "terminologies", terminologies, raising=False)
    monkeypatch.setitem(sys.modules, "SampleData", SimpleNamespace(SampleDataLogic="samples"))
    monkeypatch.setattr(startup, "loadTerminology", lambda *given: told.append(given))
    monkeypatch.setattr(startup, "registerSampleData", lambda *given: told.append(given[:2]))
    loadModule().DSASegmentation(Parent())
    assert told == []
    app.slots["startupCompleted()"]()
    resources = EXTENSION / "Resources"
    assert told == [("terminologies", resources), ("samples", resources)]


def test_terms_that_are_damaged_leave_the_sample_run(
    app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from DSASegmentationLib.gui import startup

    def fail(*_given: Any) -> None:
        raise SceneError("no terms")

    told: list[Any] = []
    terminologies = SimpleNamespace(logic=lambda: None)
    monkeypatch.setattr(slicer.modules, "terminologies", terminologies, raising=False)
    monkeypatch.setitem(sys.modules, "SampleData", SimpleNamespace(SampleDataLogic=None))
    monkeypatch.setattr(startup, "loadTerminology", fail)
    monkeypatch.setattr(startup, "registerSampleData", lambda *_given: told.append("samples"))
    startup.start(EXTENSION / "Resources")
    assert (told, app.messages.errors) == (["samples"], ["no terms"])


def test_the_sample_run_is_loaded_into_the_panel(
    app: Any, panel: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from DSASegmentationLib.gui import startup
    from DSASegmentationLib.sampledata import FILE

    from .conftest import settle

    monkeypatch.setattr(slicer.util, "selectModule", lambda _name: None)
    logic = loadModule().DSASegmentationLogic()
    monkeypatch.setattr(slicer.util, "getModuleLogic", lambda _name: logic)
    startup.loadSample(EXTENSION / "Resources" / FILE)
    settle()
    assert app.messages.errors == []
    assert panel.place.active is runs.runs(app.host.scene)[0]


def test_the_logic_works_without_a_main_window(bareApp: Any, tmp_path: Path) -> None:
    logic = loadModule().DSASegmentationLogic()
    browser = logic.loadRun(write_run(tmp_path / "run.nrrd", 5))
    assert runs.runs(bareApp.host.scene) == [browser]
    with pytest.raises(DSAError, match="missing"):
        logic.loadRun(tmp_path / "missing.nrrd")
    logic.cleanup()


def test_the_parameter_node_is_the_one_that_the_scene_layer_uses(app: Any) -> None:
    node = loadModule().DSASegmentationLogic().getParameterNode()
    assert node.parameterNode is parameterNode(app.host.scene)
    assert (node.fillOpacity, node.outlineOnly) == (35, False)
    with pytest.raises(ValueError, match="within"):
        node.fillOpacity = 101


def test_the_panel_works_without_views(bareApp: Any) -> None:
    from .conftest import openWidget, settle

    widget = openWidget()
    browser = runs.addRun(bareApp.host.scene, make_run())
    settle()
    assert widget.panel.place.active is browser
    assert bareApp.messages.errors == []
    widget.cleanup()


def test_the_self_test_checks_this_machine_and_leaves_the_scene_alone(app: Any) -> None:
    other = runs.addRun(app.host.scene, make_run())
    before = names(app.host.scene)
    test = loadModule().DSASegmentationTest()
    test.runTest()
    assert len(test.told) == 4
    assert "100%" in test.told[1] or re.search(r"[5-9]\d%", test.told[1])
    assert runs.runs(app.host.scene) == [other]
    assert names(app.host.scene) - before == {"DSASegmentation"}  # the module's parameter node


def test_the_self_test_sees_labels_at_a_wrong_place(
    app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from DSASegmentationLib import selftest

    def segmented(_segmenter: Any, browser: Any) -> Any:
        run = sample_run()
        prediction = make_prediction(run, np.fliplr(some_labels(256, 256)).copy())
        return SimpleNamespace(segmentation=segments.addPrediction(browser, prediction))

    monkeypatch.setattr(selftest, "_segmented", segmented)
    with pytest.raises(DSAError, match=r"only \d% of the labels lie in vessels"):
        loadModule().DSASegmentationTest().runTest()
    assert runs.runs(app.host.scene) == []


def test_the_panel_says_that_it_is_no_medical_device(panel: Any) -> None:
    assert panel._ui.noticeLabel.text == "Research software, not a medical device"


def test_each_tab_has_its_ui_file_and_its_class() -> None:
    from DSASegmentationLib.gui.panel import TABS
    from DSASegmentationLib.gui.tab import Tab

    for key, made in TABS:
        assert (EXTENSION / "Resources" / "UI" / f"{key}.ui").is_file()
        assert issubclass(made, Tab)


@pytest.mark.parametrize("path", [modules.MODULE, *GUI], ids=lambda path: path.stem)
def test_texts_can_be_translated(path: Path) -> None:
    """In `_()` stands one plain text; a text with values in it would be found in no catalogue."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_":
            assert isinstance(node.args[0], ast.Constant)
            assert isinstance(node.args[0].value, str)


@pytest.mark.parametrize("path", GUI, ids=lambda path: path.stem)
def test_what_is_shown_is_translated(path: Path) -> None:
    """No plain text goes straight into a widget."""
    shown = re.compile(
        r"\.(?:text|toolTip) = \"\w|set(?:Text|ToolTip|WindowTitle)\(\"|addAction\(\""
    )
    assert shown.findall(path.read_text(encoding="utf-8")) == []
