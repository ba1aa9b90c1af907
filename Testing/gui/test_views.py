"""Views: one run fitted, two planes beside each other, and no claim to a place in the patient."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from DSASegmentationLib.gui import workplace
from DSASegmentationLib.nodes import referenceOf
from DSASegmentationLib.runs import removeRun

from .conftest import addPlane, addRun, slicer

LAYOUT = slicer.vtkMRMLLayoutNode


def view(app: Any, name: str) -> Any:
    return app.layoutManager().sliceWidget(name)


def normal(widget: Any) -> list[float]:
    matrix = widget.mrmlSliceNode().GetSliceToRAS()
    return [abs(matrix.GetElement(row, 2)) for row in range(3)]


def test_one_run_fills_one_view(app: Any, panel: Any) -> None:
    browser = addRun(app)
    red = view(app, "Red")
    assert app.layoutManager().layout == LAYOUT.SlicerLayoutOneUpRedSliceView
    assert normal(red) == [0, 0, 1]
    width, height, _ = red.mrmlSliceNode().GetFieldOfView()
    # 40 rows of 0.5 mm and 56 columns of 0.25 mm in a view of 400 x 300
    np.testing.assert_allclose((width, height), (20 * 4 / 3, 20), rtol=1e-6)
    assert referenceOf(red.mrmlSliceCompositeNode(), "Run") is browser


def test_nothing_in_a_view_claims_a_place_in_the_patient(app: Any, panel: Any) -> None:
    node = view(app, "Red").mrmlSliceNode()
    node.SetOrientationMarkerType(node.OrientationMarkerTypeHuman)
    node.SetRulerType(node.RulerTypeThin)
    browser = addRun(app)
    assert node.GetOrientationMarkerType() == node.OrientationMarkerTypeNone
    assert node.GetRulerType() == node.RulerTypeNone
    assert view(app, "Red").sliceController().isHidden()
    assert app.annotations.shown is False
    panel.place.remove(browser)
    assert node.GetOrientationMarkerType() == node.OrientationMarkerTypeHuman
    assert node.GetRulerType() == node.RulerTypeThin
    assert not view(app, "Red").sliceController().isHidden()
    assert app.annotations.shown is True


def test_an_annotation_that_was_off_stays_off(app: Any, panel: Any) -> None:
    app.annotations.sliceViewAnnotationsEnabled = 0
    app.annotations.updateSliceViewFromGUI()
    panel.place.remove(addRun(app))
    assert app.annotations.shown is False


def test_two_planes_are_shown_beside_each_other(app: Any, panel: Any) -> None:
    lateral, frontal = addPlane(app, "B"), addPlane(app, "A")
    box = panel.tabs["RunTab"].ui.pairBox
    assert box.enabled is True
    box.click()
    assert app.layoutManager().layout == LAYOUT.SlicerLayoutSideBySideView
    for name, browser in (("Red", frontal), ("Yellow", lateral)):
        widget = view(app, name)
        assert referenceOf(widget.mrmlSliceCompositeNode(), "Run") is browser
        assert normal(widget) == [0, 0, 1]
    panel.place.activate(frontal)
    assert panel.place.active is frontal
    assert app.layoutManager().layout == LAYOUT.SlicerLayoutSideBySideView
    box.click()
    assert app.layoutManager().layout == LAYOUT.SlicerLayoutOneUpRedSliceView
    assert referenceOf(view(app, "Yellow").mrmlSliceCompositeNode(), "Run") is frontal


def test_two_planes_that_are_loaded_together_are_shown_together(
    app: Any, panel: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    planes: list[Any] = []

    def load(_scene: Any, _paths: Any) -> tuple[list[Any], list[Any]]:
        planes.extend(addPlane(app, plane) for plane in "AB")
        return planes, []

    monkeypatch.setattr(workplace, "loadReadable", load)
    panel.place.load([Path("biplane")])
    assert panel.place.paired
    shown = [
        referenceOf(view(app, name).mrmlSliceCompositeNode(), "Run") for name in ("Red", "Yellow")
    ]
    assert shown == planes


def test_the_planes_are_named_in_the_list(app: Any, panel: Any) -> None:
    addPlane(app, "A")
    addPlane(app, "B")
    texts = [panel.tabs["RunTab"]._list.item(number).text() for number in range(2)]
    assert [text.split(" · ")[1] for text in texts] == ["plane A", "plane B"]


def test_a_run_without_a_partner_has_no_second_plane(app: Any, panel: Any) -> None:
    addPlane(app, "A")
    addRun(app, 4)
    assert panel.tabs["RunTab"].ui.pairBox.enabled is False
    assert panel.place.partner is None


def test_a_view_is_given_back_as_it_was(app: Any, panel: Any) -> None:
    before = normal(view(app, "Yellow"))
    first, second = addPlane(app, "A"), addPlane(app, "B")
    panel.place.showPair(True)
    assert normal(view(app, "Yellow")) != before
    for browser in (first, second):
        removeRun(browser)
    panel.place.refresh()
    assert normal(view(app, "Yellow")) == before


@pytest.mark.parametrize("probe", [None, "module"])
def test_slicer_without_the_data_probe_module_will_do(app: Any, panel: Any, probe: Any) -> None:
    slicer.modules.DataProbeInstance = probe
    browser = addRun(app)
    panel.place.remove(browser)
    assert app.messages.errors == []
