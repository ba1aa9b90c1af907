import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest

from dsanet.io.run import DSARun, RunFacts, Spacing
from dsatrain.phantom import make_phantom, sample_settings
from dsatrain.phantom.dicom_file import write_xa_dicom

SCRIPTS = Path(sys.executable).parent
DCIODVFY = shutil.which("dciodvfy", path=str(SCRIPTS)) or shutil.which("dciodvfy")


def run_with(times: list[float], dtype: str = "uint16", meaning: str = "detector") -> DSARun:
    pixels = np.arange(len(times) * 15, dtype=dtype).reshape(len(times), 3, 5)
    facts = RunFacts(
        bits_stored=8 if dtype == "uint8" else 12, mask_subtraction=({"MaskOperation": "NONE"},)
    )
    return DSARun(pixels, np.array(times), Spacing(0.2, 0.2, meaning, "test"), facts, "run")


@pytest.mark.parametrize("seed", [0, 2])
def test_a_phantom_comes_back_pixel_for_pixel(tmp_path, seed):
    run = make_phantom(sample_settings(seed, (33, 35), 5)).run
    write_xa_dicom(run, tmp_path / "run.dcm")
    assert np.array_equal(pydicom.dcmread(tmp_path / "run.dcm").pixel_array, run.pixels)


@pytest.mark.skipif(DCIODVFY is None, reason="dciodvfy (dicom3tools) is not installed")
@pytest.mark.parametrize(("seed", "native"), [(0, False), (1, True), (3, True), (5, False)])
def test_dciodvfy_finds_no_error_in_phantoms(tmp_path, seed, native):
    run = make_phantom(sample_settings(seed, (33, 35), 6, native=native)).run
    write_xa_dicom(run, tmp_path / "run.dcm")
    report = subprocess.run(
        [DCIODVFY, tmp_path / "run.dcm"], capture_output=True, text=True, check=False
    )
    assert "Error" not in report.stdout + report.stderr


def test_a_native_run_names_its_mask_and_is_original(tmp_path):
    run = make_phantom(sample_settings(1, (33, 35), 6, native=True)).run
    write_xa_dicom(run, tmp_path / "run.dcm")
    dataset = pydicom.dcmread(tmp_path / "run.dcm")
    assert dataset.ImageType[0] == "ORIGINAL"
    assert dataset.PixelIntensityRelationship in ("LIN", "LOG")
    assert dataset.MaskSubtractionSequence[0].MaskOperation == "AVG_SUB"
    assert "DerivationDescription" not in dataset


def test_the_same_run_gives_the_same_file(tmp_path):
    for name in ("a.dcm", "b.dcm"):
        write_xa_dicom(run_with([0, 0.5]), tmp_path / name)
    assert (tmp_path / "a.dcm").read_bytes() == (tmp_path / "b.dcm").read_bytes()


def test_even_times_become_one_frame_time_in_ms(tmp_path):
    write_xa_dicom(run_with([0, 0.25, 0.5]), tmp_path / "run.dcm")
    dataset = pydicom.dcmread(tmp_path / "run.dcm")
    assert float(dataset.FrameTime) == 250
    assert "FrameTimeVector" not in dataset


def test_uneven_times_become_a_frame_time_vector_in_ms(tmp_path):
    write_xa_dicom(run_with([0, 0.25, 1]), tmp_path / "run.dcm")
    assert list(pydicom.dcmread(tmp_path / "run.dcm").FrameTimeVector) == [0, 250, 750]


def test_object_spacing_is_written_as_detector_spacing_and_magnification(tmp_path):
    write_xa_dicom(run_with([0], meaning="object by magnification"), tmp_path / "run.dcm")
    dataset = pydicom.dcmread(tmp_path / "run.dcm")
    factor = float(dataset.EstimatedRadiographicMagnificationFactor)
    assert [float(v) / factor for v in dataset.ImagerPixelSpacing] == pytest.approx([0.2, 0.2])


def test_the_patient_is_plainly_made_up(tmp_path):
    write_xa_dicom(run_with([0]), tmp_path / "run.dcm")
    assert pydicom.dcmread(tmp_path / "run.dcm").PatientName == "PHANTOM^DSA"


def test_fourteen_bits_are_stored_as_sixteen_as_xa_allows(tmp_path):
    run = run_with([0])
    write_xa_dicom(replace(run, facts=replace(run.facts, bits_stored=14)), tmp_path / "run.dcm")
    dataset = pydicom.dcmread(tmp_path / "run.dcm")
    assert (dataset.BitsStored, dataset.HighBit) == (16, 15)


def test_signed_pixels_are_refused(tmp_path):
    with pytest.raises(ValueError, match="int16"):
        write_xa_dicom(run_with([0], "int16"), tmp_path / "run.dcm")


@pytest.mark.skipif(DCIODVFY is None, reason="dciodvfy (dicom3tools) is not installed")
@pytest.mark.parametrize("times", [[0], [0, 0.5, 1], [0, 0.5, 2]])
@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize("meaning", ["detector", "object by magnification"])
def test_dciodvfy_finds_no_error(tmp_path, times, dtype, meaning):
    write_xa_dicom(run_with(times, dtype, meaning), tmp_path / "run.dcm")
    report = subprocess.run(
        [DCIODVFY, tmp_path / "run.dcm"], capture_output=True, text=True, check=False
    )
    assert "Error" not in report.stdout + report.stderr
    assert "XAImage" in report.stdout + report.stderr
