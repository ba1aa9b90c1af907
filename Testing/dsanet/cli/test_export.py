"""`dsanet export` and `dsanet cases`, as somebody types them."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dsanet.cases import list_cases, read_case
from dsanet.cases.labels_file import read_labels
from dsanet.cli import main
from dsanet.errors import CaseError, DSAError
from dsanet.export import labels_png, segmentation_nrrd

SHAPE = (40, 48)


@pytest.fixture
def segmented(loaded, frames, tmp_path):
    """A run's frames and the labels that a model found in it."""
    assert main(["segment", str(frames), "--output", str(tmp_path / "seg"), "--quiet"]) == 0
    (labels,) = (tmp_path / "seg").glob("*_labels.png")
    return frames, labels


@pytest.fixture
def corrected(segmented, tmp_path):
    frames, labels = segmented
    pixels = np.array(Image.open(labels))
    pixels[2, :7] = 2
    Image.fromarray(pixels).save(tmp_path / "corrected.png")
    return frames, labels, tmp_path / "corrected.png"


def export_case(frames, labels, dataset, *more):
    command = ["export", "case", str(frames), str(labels), "--dataset", str(dataset)]
    return main([*command, "--burned-in-checked", *map(str, more)])


def test_a_corrected_run_becomes_a_case(corrected, tmp_path, capsys):
    frames, labels, fixed = corrected
    more = ["--prediction", labels, "--reader", "rb", "--status", "accepted", "--json"]
    assert export_case(frames, fixed, tmp_path / "set", *more) == 0
    (written,) = json.loads(capsys.readouterr().out)["written"]
    case = read_case(Path(written))
    assert (case.facts.reader, case.facts.changed_pixels) == ("rb", 7)
    assert case.facts.proposal["model"] == "stand-in"
    assert np.array_equal(case.labels, np.array(Image.open(fixed)))


def test_a_case_is_prepared_as_its_prediction_was(loaded, corrected, tmp_path):
    frames, _, fixed = corrected
    output = tmp_path / "seg2"
    assert main(["segment", str(frames), "--output", str(output), "--window", "1:2"]) == 0
    (labels,) = output.glob("*_labels.png")
    assert export_case(frames, fixed, tmp_path / "set", "--prediction", labels) == 0
    (entry,) = list_cases(tmp_path / "set")
    assert entry.record.arterial_window == (1, 2)
    more = ["--prediction", labels, "--window", "0:3"]
    assert export_case(frames, fixed, tmp_path / "set", *more) == 0
    assert list_cases(tmp_path / "set")[0].record.arterial_window == (0, 3)


def test_cases_are_listed_judged_compared_packed_and_imported(corrected, tmp_path, capsys):
    frames, labels, fixed = corrected
    assert export_case(frames, labels, tmp_path / "a", "--prediction", labels) == 0
    assert export_case(frames, fixed, tmp_path / "b", "--reader", "xy") == 0
    (case,) = (path for path in (tmp_path / "a").iterdir() if path.is_dir())
    capsys.readouterr()
    assert main(["cases", "list", str(tmp_path / "a"), "--unedited"]) == 0
    assert "unedited" in capsys.readouterr().out
    status = ["cases", "status", str(case), "accepted", "--reader", "rb", "--note", "Good."]
    assert main(status) == 0
    capsys.readouterr()
    assert main(["cases", "list", str(tmp_path / "a"), "--json", "--status", "accepted"]) == 0
    (entry,) = json.loads(capsys.readouterr().out)
    assert (entry["reader"], entry["note"], entry["changed_pixels"]) == ("rb", "Good.", 0)
    assert main(["cases", "compare", str(case), str(tmp_path / "b" / case.name), "--json"]) == 0
    compared = json.loads(capsys.readouterr().out)
    assert compared["changed_pixels"] == 7
    assert compared["dice"]["MAT"] == 0
    assert main(["cases", "pack", str(tmp_path / "a"), "--output", str(tmp_path / "a.zip")]) == 0
    assert main(["cases", "import", str(tmp_path / "a.zip"), "--dataset", str(tmp_path / "c")]) == 0
    assert "1 cases added, 0 were there" in capsys.readouterr().out
    assert read_case(tmp_path / "c" / case.name).facts.note == "Good."


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["export", "case", "{run}", "{labels}", "--dataset", "{out}"], "look for text .*checked"),
        (["export", "dicom", "{run}", "{labels}", "--output", "{out}"], "is no DICOM run"),
        (["export", "png", "{run}", "{run}", "--output", "{out}"], "holds 4 images"),
        (["export", "png", "{run}", "{none}", "--output", "{out}"], "no such file"),
        (["export", "png", "{run}", "{labels}", "--output", "{run}/a.png"], "inside the input"),
        (["cases", "list", "{none}"], "is no data set"),
        (["cases", "status", "{none}", "accepted", "--reader", "rb"], "is broken"),
        (["cases", "import", "{labels}", "--dataset", "{out}"], "is no zip file"),
        (["cases", "pack", "{run}", "--output", "{out}"], "holds no case"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(segmented, tmp_path, capsys, arguments, reason):
    run, labels = segmented
    places = {"run": run, "labels": labels, "out": tmp_path / "out", "none": tmp_path / "none"}
    capsys.readouterr()
    assert main([argument.format(**places) for argument in arguments]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert re.search(reason, told), told
    assert not (tmp_path / "out").exists()


def test_a_prediction_of_another_run_is_refused(corrected, tmp_path, capsys):
    frames, _, fixed = corrected
    notes = {"DSASegmentation_Provenance": json.dumps({"input": {"pixel_sha256": "0" * 64}})}
    other = tmp_path / "other.png"
    other.write_bytes(labels_png(np.zeros(SHAPE, np.uint8), notes))
    assert export_case(frames, fixed, tmp_path / "set", "--prediction", other) == 2
    assert "made from other pixels" in capsys.readouterr().err


def some_labels():
    labels = np.zeros(SHAPE, np.uint8)
    labels[3:9, 4:40] = 1
    labels[20:, 11] = 2
    return labels


def test_labels_and_their_provenance_are_read_from_what_dsanet_writes(tmp_path):
    notes = {"DSASegmentation_Provenance": '{"model": "größe"}'}
    (tmp_path / "a.seg.nrrd").write_bytes(segmentation_nrrd(some_labels(), None, notes))
    (tmp_path / "a.png").write_bytes(labels_png(some_labels(), notes))
    for name in ("a.seg.nrrd", "a.png"):
        found = read_labels(tmp_path / name, SHAPE)
        assert np.array_equal(found.labels, some_labels())
        assert found.provenance == {"model": "größe"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Segment0_LabelValue:=1", b"Segment0_LabelValue:=x"),
        (b"ExtentOffset:=0 0 0", b"ExtentOffset:=9 9 0"),
        (b"ExtentOffset:=0 0 0", b"ExtentOffset:=-9 0 0"),
        (b"Segment1_Layer:=0", b"Segment1_Layer:=7"),
        (b"sizes: 48 40 1", b"sizes: 40 48 1"),
        (b"sizes: 48 40 1", b"sizes: 9999999 9999999 1"),
        (b"NRRD0004", b"NOTHING!"),
    ],
)
def test_a_damaged_segmentation_is_refused(tmp_path, old, new):
    data = segmentation_nrrd(some_labels(), None, {"DSASegmentation_Provenance": "[["})
    (tmp_path / "a.seg.nrrd").write_bytes(data)
    assert read_labels(tmp_path / "a.seg.nrrd", SHAPE).provenance == {}
    (tmp_path / "a.seg.nrrd").write_bytes(data.replace(old, new))
    with pytest.raises(DSAError, match=r"a\.seg\.nrrd"):
        read_labels(tmp_path / "a.seg.nrrd", SHAPE)


def test_values_that_are_no_labels_are_refused(tmp_path):
    (tmp_path / "a.png").write_bytes(labels_png(some_labels() * 3, {}))
    with pytest.raises(CaseError, match=r"values \[0, 3, 6\]"):
        read_labels(tmp_path / "a.png", SHAPE)
    (tmp_path / "a.png").write_bytes(labels_png(np.ascontiguousarray(some_labels().T), {}))
    with pytest.raises(CaseError, match=r"expected one of \(40, 48\)"):
        read_labels(tmp_path / "a.png", SHAPE)
