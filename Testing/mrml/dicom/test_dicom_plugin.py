"""What the DICOM plugin offers, from the database alone."""

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydicom import uid
from pydicom.dataset import Dataset

from dsanet.io import Limits, read_run, survey

slicer = pytest.importorskip("slicer")

from dsanet.io.facts import view as view_of  # noqa: E402

from .conftest import PIXELS, offers, write_frames  # noqa: E402


def test_the_module_is_hidden_and_keeps_other_plugins(application: Any) -> None:
    app = application()
    slicer.modules.dicomPlugins["Other"] = object
    parent = SimpleNamespace()
    app.module.DICOMDSAPlugin(parent)
    assert parent.hidden
    assert set(slicer.modules.dicomPlugins) == {"DICOMDSAPlugin", "Other"}


def test_a_run_is_offered_before_slicers_image_sequence(application: Any, write: Any) -> None:
    path = write("a.dcm", PositionerPrimaryAngle=-29.6, PositionerSecondaryAngle=15)
    (offer,) = offers(application())
    assert offer.files == [str(path)]
    assert offer.name == "3: XA Carotid L [1] (RAO 30 CRA 15)"
    assert offer.tooltip == "5 frames of 24 x 32 pixels as a DSA run"
    assert (offer.confidence, offer.selected, offer.warning) == (0.75, True, "")


def test_nothing_of_the_patient_is_asked_for_or_shown(application: Any, write: Any) -> None:
    write("a.dcm")
    app = application()
    (offer,) = offers(app)
    assert not any(tag.startswith("0010") for _, tag in app.database.asked)
    shown = f"{offer.name} {offer.tooltip} {offer.warning}"
    assert not any(text in shown for text in ("Secret", "4711", "1970"))


def test_offers_come_from_the_database_and_its_cached_tags_alone(
    application: Any, write: Any
) -> None:
    path = write("a.dcm")
    write_frames(write, SeriesInstanceUID="1.2.9")
    app = application()
    for file in path.parent.iterdir():
        file.unlink()
    assert len(offers(app)) == 2
    assert {tag for _, tag in app.database.asked} <= set(app.plugin.tags.values())


def test_of_other_images_one_value_a_file_is_asked(application: Any, write: Any) -> None:
    ct = {"SOPClassUID": uid.CTImageStorage, "Modality": "CT"}
    write_frames(write, **ct)
    app = application()
    assert app.plugin.examineFiles(list(app.database.files)) == []
    assert len(app.database.asked) == len(PIXELS)


def test_the_setting_switches_all_offers_off(application: Any, write: Any) -> None:
    write("a.dcm")
    app = application()
    for value, count in (("false", 0), ("true", 1)):
        app.settings["DSASegmentation/OfferDICOMRuns"] = value
        assert len(offers(app)) == count


def test_the_switch_is_in_the_settings_panel(
    application: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, rows, kept = application(), [], []
    box = SimpleNamespace(checked=False, toolTip="")
    layout = SimpleNamespace(addRow=lambda label, widget: rows.append((label, widget)))
    qt = SimpleNamespace(
        QFormLayout=lambda parent: layout, QCheckBox=lambda: box, SIGNAL=lambda text: f"2{text}"
    )
    monkeypatch.setitem(sys.modules, "qt", qt)
    panel = SimpleNamespace(registerProperty=lambda *values: kept.append(values))
    type(app.plugin).settingsPanelEntry(panel, object())
    assert rows == [("Offer DSA runs:", box)]
    assert box.checked
    assert kept == [(app.module.SETTING, box, "checked", "2toggled(bool)")]


@pytest.mark.parametrize(
    ("changes", "confidence"),
    [
        ({"SOPClassUID": uid.EnhancedXAImageStorage}, 0.75),
        ({"SOPClassUID": uid.XRayRadiofluoroscopicImageStorage, "Modality": "RF"}, 0.6),
        ({"SOPClassUID": uid.MultiFrameGrayscaleWordSecondaryCaptureImageStorage}, 0.6),
        ({"pixels": PIXELS[:1]}, 0.6),
        ({"SOPClassUID": uid.CTImageStorage, "Modality": "CT"}, None),
        (
            {
                "SOPClassUID": uid.MultiFrameGrayscaleByteSecondaryCaptureImageStorage,
                "Modality": "US",
            },
            None,
        ),
        ({"PositionerPrimaryAngleIncrement": ["0", *["20"] * 4]}, 0.2),
        ({"PhotometricInterpretation": "RGB", "SamplesPerPixel": 3}, 0.2),
        ({"BitsStored": 20}, 0.2),
        ({"NumberOfFrames": 999999}, 0.2),
        ({"PositionerPrimaryAngleIncrement": ["0", *["0.1"] * 4]}, 0.75),
    ],
)
def test_confidence_follows_what_is_known(
    application: Any, write: Any, changes: dict[str, Any], confidence: float | None
) -> None:
    write("a.dcm", **changes)
    found = offers(application())
    assert [offer.confidence for offer in found] == ([] if confidence is None else [confidence])


@pytest.mark.parametrize(
    "changes",
    [
        {"PositionerPrimaryAngleIncrement": ["0", *["20"] * 4]},
        {"PhotometricInterpretation": "RGB", "SamplesPerPixel": 3},
        {"BitsStored": 20},
        {"HighBit": 10},
    ],
)
def test_a_warning_is_what_the_reader_says(
    application: Any, write: Any, changes: dict[str, Any]
) -> None:
    path = write("a.dcm", **changes)
    (offer,) = offers(application())
    assert not offer.selected
    with pytest.raises(Exception, match="Cannot read a.dcm") as refused:
        read_run(path)
    assert offer.warning in str(refused.value)


def test_instances_of_a_series_are_runs_in_the_order_of_their_numbers(
    application: Any, write: Any
) -> None:
    for name, number in (("x.dcm", 10), ("y.dcm", 2), ("z.dcm", 1)):
        write(name, InstanceNumber=number)
    names = [offer.name for offer in offers(application())]
    assert names == [f"3: XA Carotid L [{number}]" for number in (1, 2, 10)]


def test_the_planes_of_a_biplane_run_are_two_runs(application: Any, write: Any) -> None:
    for plane, angle in (("B", 90), ("A", -10)):
        kind = ["ORIGINAL", "PRIMARY", f"BIPLANE {plane}"]
        angles = {"PositionerPrimaryAngle": angle, "PositionerSecondaryAngle": -20}
        write(f"{plane}.dcm", ImageType=kind, **angles)
    names = [offer.name for offer in offers(application())]
    assert names == [
        "3: XA Carotid L [1] (RAO 10 CAU 20)",
        "3: XA Carotid L [1] (LAO 90 CAU 20)",
    ]


def test_single_frames_are_one_run_in_the_order_of_their_numbers(
    application: Any, write: Any
) -> None:
    write_frames(write)
    (offer,) = offers(application())
    assert [Path(file).name for file in offer.files] == [f"f{n}.dcm" for n in (4, 3, 2, 1, 0)]
    assert (offer.name, offer.confidence) == ("3: XA Carotid L", 0.75)


def test_acquisitions_and_planes_of_single_frames_are_runs_of_their_own(
    application: Any, write: Any
) -> None:
    for acquisition in (1, 2):
        for plane in "AB":
            kind = ["ORIGINAL", "PRIMARY", f"BIPLANE {plane}"]
            prefix = f"{acquisition}{plane}"
            write_frames(write, prefix, ImageType=kind, AcquisitionNumber=acquisition)
    found = offers(application())
    starts = [Path(offer.files[0]).name[:2] for offer in found]
    assert sorted(starts) == ["1A", "1B", "2A", "2B"]
    assert starts[0][1] == "A"
    assert found[0].name == "3: XA Carotid L [acquisition 1]"


def test_frames_without_an_order_are_refused_as_by_the_reader(application: Any, write: Any) -> None:
    write_frames(write, InstanceNumber=1)
    (offer,) = offers(application())
    assert "a number of its own for each frame" in offer.warning
    assert not offer.selected
    assert len(offer.files) == len(PIXELS)


def test_runs_are_those_of_the_survey(application: Any, write: Any, tmp_path: Path) -> None:
    write("multi.dcm", InstanceNumber=9)
    write("other.dcm", InstanceNumber=4, SeriesInstanceUID="1.2.7")
    write_frames(write, AcquisitionNumber=1)
    write_frames(write, "g", AcquisitionNumber=2)
    write_frames(write, "h", SeriesInstanceUID="1.2.8")
    write("still.dcm", PIXELS[:1], SeriesInstanceUID="1.2.9", InstanceNumber=None)
    write("ct.dcm", SOPClassUID=uid.CTImageStorage, SeriesInstanceUID="1.2.10")
    ours = {tuple(Path(file) for file in offer.files) for offer in offers(application())}
    assert ours == {source.files for _, source in survey(tmp_path, Limits()).runs}


def test_values_that_make_no_sense_neither_crash_nor_hide_a_run(
    application: Any, write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("a.dcm")
    app = application()
    known = app.database.fileValue
    odd = {"0020,0013": "one", "0018,1510": "a\\b", "0028,0010": "many", "0028,0008": "x"}
    monkeypatch.setattr(app.database, "fileValue", lambda file, tag: odd.get(tag, known(file, tag)))
    (offer,) = offers(app)
    assert "Rows (0028,0010) is missing or damaged" in offer.warning
    assert offer.name == "3: XA Carotid L"


def test_views_are_named_as_radiologists_do() -> None:
    header = Dataset()
    assert view_of(header) == ""
    header.PositionerPrimaryAngle, header.PositionerSecondaryAngle = "30.4", "-0.4"
    assert view_of(header) == "LAO 30 CAU 0"
