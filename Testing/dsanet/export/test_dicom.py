"""DICOM out, judged by dciodvfy, and read back by dcmqi and by pydicom."""

import io
import shutil
import subprocess
import sys
import sysconfig

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk

from dsanet.errors import DSAError, ReadError
from dsanet.export.dicom_files import MINIP_FILE, SEGMENTATION_FILE, dicom_files
from dsanet.export.dicom_source import anonymous_source, identified_source
from dsanet.export.nifti import labels_nifti
from dsanet.io import DSARun, RunFacts, Spacing, find_sources, read_run
from dsanet.io.dicom_file import HEADER_TAGS
from dsanet.prepare import PreparedRun, prepare
from dsatrain.phantom.dicom_file import write_xa_dicom

pytest.importorskip("highdicom")

ROWS, COLUMNS = 24, 17
SCRIPTS = sysconfig.get_path("scripts")
DCIODVFY = shutil.which("dciodvfy", path=SCRIPTS) or shutil.which("dciodvfy")
READ_BACK = shutil.which("segimage2itkimage", path=SCRIPTS) or shutil.which("segimage2itkimage")
SPACINGS = {
    "detector": Spacing(0.5, 0.25, "detector", "(0018,1164)"),
    "magnified": Spacing(0.4, 0.3, "object by magnification", "(0018,1164) / (0018,1114)"),
    "calibrated": Spacing(0.1 + 0.2, 1 / 3, "calibrated", "(0028,0030)"),
    "unknown": None,
}
PROVENANCE = {"model": "dsanet", "model_sha256": "ab" * 32, "engine": "dsanet 0.1.0"}


def some_labels():
    labels = np.zeros((ROWS, COLUMNS), np.uint8)
    labels[10:, 5:8] = 2
    labels[0, :6] = 1
    labels[4, 9:] = 1
    return labels


def make_run(spacing):
    pixels = np.random.default_rng(3).integers(90, 110, (4, ROWS, COLUMNS)).astype(np.uint16)
    facts = RunFacts(viewing_mode="SUB", bits_stored=12, times_stated=True, equipment="Maker")
    return DSARun(pixels, np.arange(4) / 4, spacing, facts, "run")


def make_prepared(run):
    frames = run.pixels.astype(np.float32)
    frames[1:3, some_labels() > 0] = 20
    field = np.ones((ROWS, COLUMNS), bool)
    field[-1] = False
    return PreparedRun(
        frames, run.times, field, (1, 2), frames[1:3].min(axis=0), 100.0, 40.0, "as stored", ()
    )


@pytest.fixture
def make(tmp_path):
    def files(spacing="detector", change=lambda header: None, identity=True, **given):
        run = make_run(SPACINGS[spacing])
        write_xa_dicom(run, tmp_path / "run.dcm")
        header = pydicom.dcmread(tmp_path / "run.dcm")
        change(header)
        header.save_as(tmp_path / "run.dcm")
        (found,) = find_sources(tmp_path / "run.dcm")
        source = identified_source(found) if identity else anonymous_source("0123456789abcdef")
        labels = given.pop("labels", some_labels())
        return dicom_files(run, make_prepared(run), labels, source, **given)

    return files


def parsed(files):
    return [pydicom.dcmread(io.BytesIO(files[name])) for name in (MINIP_FILE, SEGMENTATION_FILE)]


def problems(path):
    found = subprocess.run([DCIODVFY, path], capture_output=True, text=True, check=False)
    lines = (found.stdout + found.stderr).splitlines()
    return [line for line in lines if line.startswith(("Error", "Warning"))]


@pytest.mark.skipif(DCIODVFY is None, reason="dciodvfy (dicom3tools) is not installed")
@pytest.mark.parametrize("identity", [True, False])
@pytest.mark.parametrize(("spacing", "bits"), [("detector", 16), ("magnified", 8), ("unknown", 16)])
def test_dciodvfy_finds_no_error_and_nothing_else_unexplained(
    make, tmp_path, spacing, bits, identity
):
    """It warns of the private coding scheme, and of what is unknown without identity."""
    files = make(spacing, identity=identity, bits=bits, prediction=some_labels())
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
        known = ["99DSASEG", *([] if identity else ["to build DICOMDIR", "actually unknown"])]
        found = problems(tmp_path / name)
        assert [line for line in found if not any(text in line for text in known)] == [], name
        assert not [line for line in found if line.startswith("Error")]


@pytest.mark.skipif(DCIODVFY is None, reason="dciodvfy (dicom3tools) is not installed")
def test_dciodvfy_would_have_found_a_missing_attribute(make, tmp_path):
    minip, _ = parsed(make())
    del minip.ConversionType
    minip.save_as(tmp_path / "bad.dcm")
    assert any("ConversionType" in line for line in problems(tmp_path / "bad.dcm"))


@pytest.mark.skipif(READ_BACK is None, reason="segimage2itkimage (dcmqi) is not installed")
@pytest.mark.parametrize("spacing", SPACINGS)
@pytest.mark.parametrize("identity", [True, False])
def test_dcmqi_reads_the_very_labels_back(make, tmp_path, spacing, identity):
    (tmp_path / "seg.dcm").write_bytes(make(spacing, identity=identity)[SEGMENTATION_FILE])
    command = [READ_BACK, "--inputDICOM", tmp_path / "seg.dcm", "--outputDirectory", tmp_path]
    subprocess.run([*command, "-t", "nrrd", "-p", "s"], check=True, capture_output=True)
    found = np.zeros((ROWS, COLUMNS), np.uint8)
    for value in (1, 2):
        image = sitk.ReadImage(str(tmp_path / f"s-{value}.nrrd"))
        array = sitk.GetArrayFromImage(image)
        assert array.shape == (1, ROWS, COLUMNS)
        found[array[0] > 0] = value
        wanted = SPACINGS[spacing] or Spacing(1, 1, "detector", "")
        assert image.GetSpacing()[:2] == pytest.approx((wanted.column_mm, wanted.row_mm))
        assert image.GetDirection() == pytest.approx((1, 0, 0, 0, 1, 0, 0, 0, 1))
    assert np.array_equal(found, some_labels())


def test_the_minip_is_the_arterial_frames_minimum(make):
    run = make_run(None)
    prepared = make_prepared(run)
    for bits in (8, 16):
        minip, _ = parsed(make("unknown", bits=bits))
        assert list(minip.ImageType) == ["DERIVED", "SECONDARY", "SINGLE PLANE", "MINIP"]
        assert (minip.BitsStored, minip.pixel_array.shape) == (bits, (ROWS, COLUMNS))
        inside = minip.pixel_array[prepared.field].astype(float)
        grey = prepared.minip[prepared.field]
        assert np.corrcoef(inside, grey)[0, 1] > 0.9999
        assert (inside.min(), minip.pixel_array.max()) == (0, 2**bits - 1)
        assert len(np.unique(minip.pixel_array[-1])) == 1
        assert 0 < minip.WindowCenter < 2**bits


def test_the_pair_goes_back_to_its_patient_study_and_frames(make):
    def change(header):
        header.SpecificCharacterSet = "ISO_IR 192"
        header.PatientName = "Müller^Jürgen"
        header.PatientID = "4711"

    minip, seg = parsed(make(change=change))
    for found in (minip, seg):
        assert (str(found.PatientName), found.PatientID) == ("Müller^Jürgen", "4711")
        assert found.file_meta.TransferSyntaxUID == pydicom.uid.ExplicitVRLittleEndian
        assert found.preamble == bytes(128)
        assert "Research use only" in found.ImageComments
        assert "PatientIdentityRemoved" not in found
    (source,) = minip.SourceImageSequence
    assert [int(number) for number in source.ReferencedFrameNumber] == [2, 3]
    assert source.ReferencedSOPClassUID == pydicom.uid.XRayAngiographicImageStorage
    assert minip.DerivationCodeSequence[0].CodeValue == "113079"
    assert seg.StudyInstanceUID == minip.StudyInstanceUID
    assert len({seg.SeriesInstanceUID, minip.SeriesInstanceUID}) == 2
    assert seg.FrameOfReferenceUID == minip.FrameOfReferenceUID
    reference = seg.ReferencedSeriesSequence[0].ReferencedInstanceSequence[0]
    assert reference.ReferencedSOPInstanceUID == minip.SOPInstanceUID


def test_single_frame_files_are_referred_to_one_by_one(make, tmp_path):
    make()
    whole = pydicom.dcmread(tmp_path / "run.dcm")
    (tmp_path / "series").mkdir()
    for number, frame in enumerate(whole.pixel_array):
        one = pydicom.dcmread(tmp_path / "run.dcm")
        for keyword in ("NumberOfFrames", "FrameTime", "FrameIncrementPointer"):
            del one[keyword]
        one.SOPInstanceUID = f"1.2.3.{number}"
        one.file_meta.MediaStorageSOPInstanceUID = one.SOPInstanceUID
        one.InstanceNumber = str(number + 1)
        one.PixelData = frame.tobytes()
        one.save_as(tmp_path / "series" / f"{number}.dcm")
    run = read_run(tmp_path / "series")
    (found,) = find_sources(tmp_path / "series")
    files = dicom_files(run, make_prepared(run), some_labels(), identified_source(found))
    items = parsed(files)[0].SourceImageSequence
    assert [item.ReferencedSOPInstanceUID for item in items] == ["1.2.3.1", "1.2.3.2"]
    assert "ReferencedFrameNumber" not in items[0]


def test_a_run_of_one_frame_is_referred_to_without_a_number(make, tmp_path):
    make()
    one = pydicom.dcmread(tmp_path / "run.dcm")
    for keyword in ("NumberOfFrames", "FrameTime", "FrameIncrementPointer"):
        del one[keyword]
    one.PixelData = one.PixelData[: 2 * ROWS * COLUMNS]
    one.save_as(tmp_path / "one.dcm")
    run = read_run(tmp_path / "one.dcm")
    (found,) = find_sources(tmp_path / "one.dcm")
    files = dicom_files(run, prepare(run), some_labels(), identified_source(found))
    (item,) = parsed(files)[0].SourceImageSequence
    assert "ReferencedFrameNumber" not in item


def test_no_warning_quotes_a_name_into_a_log(make, recwarn, caplog):
    make(change=lambda header: setattr(header, "PatientName", "JANE DOE"))
    assert "DOE" not in caplog.text + "".join(str(entry.message) for entry in recwarn)


@pytest.mark.parametrize(
    ("prediction", "kind"),
    [(None, "MANUAL"), (some_labels(), "AUTOMATIC"), (0 * some_labels(), "SEMIAUTOMATIC")],
)
def test_segments_say_what_they_are_and_who_made_them(make, prediction, kind):
    _, seg = parsed(make(prediction=prediction, provenance=PROVENANCE))
    bv, mat = seg.SegmentSequence
    assert [segment.SegmentLabel for segment in (bv, mat)] == ["BV", "MAT"]
    for segment in (bv, mat):
        assert segment.SegmentedPropertyTypeCodeSequence[0].CodeValue == "51114001"
        assert segment.SegmentedPropertyCategoryCodeSequence[0].CodeValue == "85756007"
        assert segment.SegmentAlgorithmType == kind
        if kind == "MANUAL":
            assert "SegmentationAlgorithmIdentificationSequence" not in segment
            continue
        (made,) = segment.SegmentationAlgorithmIdentificationSequence
        assert made.AlgorithmName == "DSANet dsanet"
        assert made.AlgorithmVersion == "dsanet 0.1.0 abababababab"


def test_a_class_without_a_pixel_has_no_segment_and_no_vessel_no_file(make):
    labels = some_labels()
    labels[labels == 1] = 0
    _, seg = parsed(make(labels=labels))
    assert [segment.SegmentLabel for segment in seg.SegmentSequence] == ["MAT"]
    assert np.array_equal(seg.pixel_array.reshape(ROWS, COLUMNS), labels > 0)
    with pytest.raises(DSAError, match="hold no vessel"):
        make(labels=0 * labels)


def test_without_identity_nothing_leads_back(make):
    def change(header):
        header.PatientName, header.PatientID = "Doe^Jane", "number-4711"

    files = make(change=change, identity=False)
    with pytest.raises(AssertionError):
        without_traces(make(change=change))
    without_traces(files)
    for found in parsed(files):
        assert found.PatientID == "0123456789abcdef"
        assert found.PatientIdentityRemoved == "YES"
        assert found.BurnedInAnnotation == "NO" if found.Modality == "XA" else True
        assert "allow-list" in found.DeidentificationMethod
    assert "SourceImageSequence" not in parsed(files)[0]


def without_traces(files):
    traces = [b"Doe", b"number-4711", b"20000101"]
    assert not [trace for data in files.values() for trace in traces if trace in data]


def test_unknown_spacing_is_said_and_a_calibration_carried_on(make):
    assert "do not measure in mm" in parsed(make("unknown"))[0].ImageComments
    assert parsed(make("magnified"))[0].PixelSpacingCalibrationType == "GEOMETRY"
    detector, _ = parsed(make("detector"))
    assert "PixelSpacingCalibrationType" not in detector
    assert "detector, from (0018,1164)" in detector.ImageComments


def test_what_cannot_be_exported_is_told(make, tmp_path, monkeypatch):
    with pytest.raises(DSAError, match="the labels have"):
        make(labels=some_labels().T)
    with pytest.raises(DSAError, match="12 bits"):
        make(bits=12)

    def drop(header):
        del header.StudyInstanceUID

    with pytest.raises(ReadError, match=r"run.dcm lacks Study Instance UID"):
        make(change=drop)
    (tmp_path / "a.nrrd").write_bytes(b"NRRD0004\n")
    (found,) = find_sources(tmp_path / "a.nrrd")
    with pytest.raises(ReadError, match="is no DICOM run"):
        identified_source(found)
    monkeypatch.setitem(sys.modules, "highdicom", None)
    with pytest.raises(DSAError, match=r"pip install dsa-segmentation\[dicom\]"):
        make()


def test_readers_of_runs_still_do_not_look_at_who_the_patient_is():
    names = {pydicom.datadict.keyword_for_tag(tag) for tag in HEADER_TAGS}
    assert not [name for name in names if "Patient" in name and "Distance" not in name]


def test_nifti_holds_the_labels_where_slicer_has_the_run(tmp_path):
    spacing = SPACINGS["detector"]
    (tmp_path / "a.nii.gz").write_bytes(labels_nifti(some_labels(), spacing))
    image = sitk.ReadImage(str(tmp_path / "a.nii.gz"))
    assert np.array_equal(sitk.GetArrayFromImage(image)[0], some_labels())
    assert image.GetSpacing() == (0.25, 0.5, 1.0)
    assert image.GetDirection() == (1, 0, 0, 0, 1, 0, 0, 0, 1)
    assert np.array_equal(read_run(tmp_path / "a.nii.gz").pixels[0], some_labels())
