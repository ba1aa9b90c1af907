"""The terms BV and MAT, as Slicer's Terminologies logic reads them."""

import json
from pathlib import Path
from typing import Any

import pytest

from dsanet.export import terminology
from dsanet.labels import CLASSES

slicer = pytest.importorskip("slicer")

from DSASegmentationLib import runs, segments  # noqa: E402
from DSASegmentationLib.errors import SceneError  # noqa: E402
from DSASegmentationLib.terminology import FILE, loadTerminology  # noqa: E402

from .conftest import make_prediction, make_run  # noqa: E402

RESOURCES = Path(__file__).resolve().parents[2] / "DSASegmentation" / "Resources"


@pytest.fixture
def logic() -> Any:
    return slicer.vtkSlicerTerminologiesModuleLogic()


def entry_of(logic: Any, text: str) -> Any:
    entry = slicer.vtkSlicerTerminologyEntry()
    assert logic.DeserializeTerminologyEntry(text, entry)
    return entry


@pytest.mark.parametrize("label", CLASSES, ids=lambda label: label.name)
def test_slicer_finds_the_term_of_a_class_in_its_color(logic: Any, label: Any) -> None:
    name = loadTerminology(logic, RESOURCES)
    assert logic.IsTerminologyContextLoaded(name)
    entry = entry_of(logic, terminology(label))
    assert logic.UpdateEntryFromLoadedTerminologies(entry, [name], [])
    assert entry.GetTerminologyContextName() == name
    modifier = entry.GetTypeModifierObject()
    assert (modifier.GetCodeValue(), modifier.GetCodeMeaning()) == (label.name, label.title)
    assert tuple(modifier.GetRecommendedDisplayRGBValue()) == label.color
    assert logic.SerializeTerminologyEntry(entry) == terminology(label)


def test_the_list_has_no_other_terms(logic: Any) -> None:
    name = loadTerminology(logic, RESOURCES)
    assert loadTerminology(logic, RESOURCES) == name
    assert logic.GetNumberOfCategoriesInTerminology(name) == 1
    category = slicer.vtkSlicerTerminologyCategory()
    logic.GetNthCategoryInTerminology(name, 0, category)
    assert logic.GetNumberOfTypesInTerminologyCategory(name, category) == 1
    kind = slicer.vtkSlicerTerminologyType()
    logic.GetNthTypeInTerminologyCategory(name, category, 0, kind)
    assert logic.GetNumberOfTypeModifiersInTerminologyType(name, category, kind) == len(CLASSES)


@pytest.mark.parametrize("label", CLASSES, ids=lambda label: label.name)
def test_the_term_is_understood_where_the_list_is_not_loaded(logic: Any, label: Any) -> None:
    entry = entry_of(logic, terminology(label))
    assert entry.GetTypeObject().GetCodeMeaning() == "Artery"
    assert entry.GetTypeModifierObject().GetCodeMeaning() == label.title


def test_segments_carry_the_terms(host: Any, logic: Any) -> None:
    name = loadTerminology(logic, RESOURCES)
    run = make_run()
    node = segments.addPrediction(runs.addRun(host.scene, run), make_prediction(run))
    for label in CLASSES:
        segment = node.GetSegmentation().GetSegment(label.name)
        entry = entry_of(logic, segment.GetTerminology())
        assert logic.UpdateEntryFromLoadedTerminologies(entry, [name], [])
        color = entry.GetTypeModifierObject().GetRecommendedDisplayRGBValue()
        assert [round(255 * part) for part in segment.GetColor()] == list(color)


def test_both_classes_differ_for_programs_that_go_by_terms() -> None:
    assert len({terminology(label) for label in CLASSES}) == len(CLASSES)


def test_codes_of_our_own_are_in_a_scheme_of_our_own() -> None:
    text = (RESOURCES / FILE).read_text(encoding="utf-8")
    (category,) = json.loads(text)["SegmentationCodes"]["Category"]
    (kind,) = category["Type"]
    assert [code["CodingSchemeDesignator"] for code in (category, kind)] == ["SCT", "SCT"]
    assert {code["CodingSchemeDesignator"] for code in kind["Modifier"]} == {"99DSASEG"}
    assert len("99DSASEG") <= 16  # PS3.5: a value representation SH


def test_a_missing_file_is_told(logic: Any, tmp_path: Path) -> None:
    with pytest.raises(SceneError, match="reinstall"):
        loadTerminology(logic, tmp_path)
