"""nnU-Net v2 raw data sets: a round trip, foreign ones, and what is refused."""

import json

import numpy as np
import pytest
import SimpleITK as sitk

from dsanet.cases import list_cases, prepared_run, read_case
from dsanet.errors import CaseError, DSAError, WriteError
from dsatrain.data import dias as dias_layout
from dsatrain.data import dsca as dsca_layout
from dsatrain.data.importing import import_runs
from dsatrain.data.nnunet import find_runs
from dsatrain.data.nnunet_export import FOLDER, export_nnunet, frame_channels


def bring(source, dataset, **choices):
    return list(import_runs(find_runs(source), dataset, **choices))


def own_set(source, dataset):
    outcomes = list(import_runs(dsca_layout.find_runs(source), dataset))
    return [outcome.case for outcome in outcomes]


def test_the_layout_is_nnunets(dsca, tmp_path, make):
    train, _, test = own_set(dsca, tmp_path / "set")
    outcomes = list(export_nnunet(tmp_path / "set", tmp_path / "raw", frames=4))
    assert [outcome.result for outcome in outcomes] == [*["exported"] * 3, "left out"]
    root = tmp_path / "raw" / FOLDER
    described = json.loads((root / "dataset.json").read_text())
    assert described["labels"] == {"background": 0, "BV": 1, "MAT": 2}
    assert described["channel_names"]["0"] == "MinIP"
    assert (described["numTraining"], described["file_ending"]) == (2, ".nrrd")
    for number, expected in [(0, make.frames(0).min(axis=0)), (3, make.frames(0)[2])]:
        image = sitk.ReadImage(str(root / "imagesTr" / f"{train}_{number:04d}.nrrd"))
        assert np.array_equal(sitk.GetArrayFromImage(image), expected)
        assert image.GetSpacing() == (0.2, 0.3)
    label = sitk.ReadImage(str(root / "labelsTr" / f"{train}.nrrd"))
    assert np.array_equal(sitk.GetArrayFromImage(label), make.labels())
    assert (root / "labelsTs" / f"{test}.nrrd").is_file()
    assert len(list((root / "imagesTs").iterdir())) == 5


def test_a_round_trip_gives_the_same_cases(dsca, tmp_path):
    names = own_set(dsca, tmp_path / "set")
    list(export_nnunet(tmp_path / "set", tmp_path / "raw", frames=4))
    outcomes = bring(tmp_path / "raw" / FOLDER, tmp_path / "back")
    assert sorted(outcome.case for outcome in outcomes) == sorted(names)
    for name in names:
        one, two = read_case(tmp_path / "set" / name), read_case(tmp_path / "back" / name)
        assert one.facts == two.facts
        assert one.arterial_window == two.arterial_window
        for array in ("frames", "times", "field", "labels"):
            assert np.array_equal(getattr(one, array), getattr(two, array))


def test_the_minip_alone_comes_back_as_a_run_of_one_frame(dsca, tmp_path, make):
    name = own_set(dsca, tmp_path / "set")[0]
    list(export_nnunet(tmp_path / "set", tmp_path / "raw"))
    bring(tmp_path / "raw" / FOLDER, tmp_path / "back")
    case = read_case(tmp_path / "back" / name)
    assert np.array_equal(case.frames[0], make.frames(0).min(axis=0).astype(np.float32))
    assert case.times.tolist() == [0.0]


@pytest.mark.parametrize(
    ("count", "numbers"), [(1, [0]), (2, [0, 3]), (3, [0, 1, 3]), (6, [0, 1, 1, 2, 2, 3])]
)
def test_a_fixed_number_of_frames_is_chosen_or_repeated(dsca, tmp_path, count, numbers):
    case = read_case(tmp_path / "set" / own_set(dsca, tmp_path / "set")[0])
    frames, times = frame_channels(prepared_run(case), count)
    assert [
        int(np.flatnonzero((case.frames == frame).all(axis=(1, 2)))[0]) for frame in frames
    ] == (numbers)
    assert times.tolist() == [0.25 * number for number in numbers]


def test_repeated_frames_are_dropped_on_the_way_back(dsca, tmp_path):
    name = own_set(dsca, tmp_path / "set")[0]
    list(export_nnunet(tmp_path / "set", tmp_path / "raw", frames=9))
    bring(tmp_path / "raw" / FOLDER, tmp_path / "back")
    one, two = read_case(tmp_path / "set" / name), read_case(tmp_path / "back" / name)
    assert np.array_equal(one.frames, two.frames)
    assert one.times.tolist() == two.times.tolist()


def test_splits_keep_patients_together(tmp_path, dsca, make):
    for number in range(4):
        make.dicom(dsca / "imagesTr" / f"pro_P{number}_AP.dcm", make.frames(10 + number))
        make.nifti(dsca / "labelsTr" / f"fu_P{number}_AP.nii.gz", make.labels())
    own_set(dsca, tmp_path / "set")
    list(export_nnunet(tmp_path / "set", tmp_path / "raw"))
    made = json.loads((tmp_path / "raw" / FOLDER / "splits_final.json").read_text())
    keys = {e.name: e.record.facts.patient_key for e in list_cases(tmp_path / "set")}
    assert len(made) == 5
    for split in made:
        train, val = ({keys[name] for name in split[part]} for part in ("train", "val"))
        assert train
        assert val
        assert not train & val
    assert sorted(len(split["val"]) for split in made) == [1, 1, 1, 1, 2]


def test_an_export_is_not_written_over(dsca, tmp_path):
    own_set(dsca, tmp_path / "set")
    list(export_nnunet(tmp_path / "set", tmp_path / "raw"))
    with pytest.raises(WriteError, match="is not empty; remove it"):
        list(export_nnunet(tmp_path / "set", tmp_path / "raw"))


def test_what_nobody_accepted_is_left_out_and_nothing_is_no_data_set(dsca, tmp_path):
    names = own_set(dsca, tmp_path / "set")
    for name in names:
        path = tmp_path / "set" / name / "case.json"
        path.write_text(path.read_text().replace('"accepted"', '"in progress"'))
    stream = export_nnunet(tmp_path / "set", tmp_path / "raw")
    assert next(stream).detail == "its status is in progress, not accepted"
    with pytest.raises(CaseError, match="holds no accepted case"):
        list(stream)
    assert not (tmp_path / "raw").exists()


def test_a_damaged_case_is_refused_and_the_others_exported(dsca, tmp_path):
    name = own_set(dsca, tmp_path / "set")[0]
    path = tmp_path / "set" / name / "labels.nrrd"
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    outcomes = list(export_nnunet(tmp_path / "set", tmp_path / "raw"))
    assert sorted(o.result for o in outcomes) == ["exported", "exported", "left out", "refused"]
    described = json.loads((tmp_path / "raw" / FOLDER / "dataset.json").read_text())
    assert described["numTraining"] == 1
    assert not list((tmp_path / "raw" / FOLDER).rglob(f"{name}*"))


def test_two_kinds_of_labels_make_no_data_set(dsca, dias, tmp_path):
    own_set(dsca, tmp_path / "set")
    list(import_runs(dias_layout.find_runs(dias), tmp_path / "set"))
    with pytest.raises(CaseError, match="cases of BV and MAT and of vessel; nnU-Net needs"):
        list(export_nnunet(tmp_path / "set", tmp_path / "raw"))


@pytest.fixture
def foreign(tmp_path, make):
    """Two cases as another program writes them: .nii.gz, MAT 1 and BV 2, MinIP and two frames."""
    root = tmp_path / "Dataset007_Other"
    for folder in ("imagesTr", "labelsTr"):
        (root / folder).mkdir(parents=True)
    swapped = np.array([0, 2, 1], np.uint8)
    for number in range(2):
        name = f"p{number}_run1"
        frames = make.frames(number).astype(np.float32) / 4096
        frames[:, :, :6] = 0
        for channel, image in enumerate((frames.min(axis=0), frames[0], frames[2])):
            make.nifti(root / "imagesTr" / f"{name}_{channel:04d}.nii.gz", image, 16)
        labels = make.labels()
        labels[:, :6] = 0
        make.nifti(root / "labelsTr" / f"{name}.nii.gz", swapped[labels])
    describe(root)
    return root


def describe(root, **changes):
    described = {
        "channel_names": {"0": "MinIP", "1": "first", "2": "last"},
        "labels": {"background": 0, "MAT": 1, "BV": 2},
        "numTraining": 2,
        "file_ending": ".nii.gz",
        **changes,
    }
    (root / "dataset.json").write_text(json.dumps(described))


def test_a_foreign_data_set_is_read_by_its_names_and_not_by_its_numbers(foreign, tmp_path, make):
    outcomes = bring(foreign, tmp_path / "set")
    assert [outcome.result for outcome in outcomes] == ["imported"] * 2
    case = read_case(tmp_path / "set" / outcomes[0].case)
    expected = make.labels()
    expected[:, :6] = 0
    assert np.array_equal(case.labels, expected)
    assert case.frames.shape == (2, 40, 56)
    shown = make.frames(0)[[0, 2], :, 12:].astype(np.float32) / 4096
    assert np.array_equal(case.frames[:, :, 12:], shown)
    assert not case.field[:, :6].any()
    assert case.field[:, 10:].all()
    assert np.ptp(case.frames[:, :, :6]) == 0
    assert case.facts.spacing is None


def test_patients_of_a_foreign_data_set_are_found_by_a_pattern(foreign, tmp_path, make):
    import re

    alone = bring(foreign, tmp_path / "set")
    assert len({read_case(tmp_path / "set" / o.case).facts.patient_key for o in alone}) == 2
    same = bring(foreign, tmp_path / "one", patient=re.compile("^(p)[0-9]"))
    assert len({read_case(tmp_path / "one" / o.case).facts.patient_key for o in same}) == 1
    none = bring(foreign, tmp_path / "two", patient=re.compile("^x"))
    assert none[0].detail == "--patient '^x' finds no patient in p0_run1"


@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        ({"background": 0, "artery": 1}, "vessel"),
        ({"background": 0, "artery": 255}, "vessel"),
    ],
)
def test_one_class_is_the_whole_vessel(foreign, tmp_path, make, labels, kind):
    describe(foreign, labels=labels)
    for path in (foreign / "labelsTr").iterdir():
        make.nifti(path, (make.labels() > 0).astype(np.uint8) * labels["artery"])
    outcome = bring(foreign, tmp_path / "set")[0]
    case = read_case(tmp_path / "set" / outcome.case)
    assert case.facts.label_kind == kind
    assert case.labels.max() == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"labels": {"background": 0, "BV": 1}}, "expected background 0 with BV and MAT"),
        ({"labels": {"background": 0, "BV": [1, 2], "MAT": 2}}, "expected background 0"),
        ({"labels": {"background": 0, "BV": 1, "MAT": 2, "ignore": 3}}, "expected background 0"),
        ({"labels": {"background": 1, "BV": 0, "MAT": 2}}, "expected background 0"),
        ({"labels": {"artery": 1}}, "expected background 0"),
        ({"channel_names": {}}, "states no channel"),
        ({"channel_names": None}, "must state channel_names"),
        ({"file_ending": ".jpg"}, "a file_ending of .png"),
        ({"file_ending": ".png"}, r"holds no labelsTr/\*.png"),
    ],
)
def test_a_description_that_cannot_be_mapped_is_refused(foreign, changes, message):
    describe(foreign, **changes)
    with pytest.raises(CaseError, match=message):
        find_runs(foreign)


@pytest.mark.parametrize("text", [None, "", "[]", "{"])
def test_a_folder_without_a_description_is_refused(tmp_path, text):
    if text is not None:
        (tmp_path / "dataset.json").write_text(text)
    with pytest.raises(CaseError, match=r"dataset.json (cannot be read|is no JSON object)"):
        find_runs(tmp_path)


CHANNEL = "imagesTr/p0_run1_0001.nii.gz"


def frames_of(make):
    return make.frames(0).astype(np.float32)[1]


def no_channel(root, _):
    (root / CHANNEL).unlink()


def no_label(root, _):
    (root / "labelsTr/p0_run1.nii.gz").unlink()


def not_finite(root, make):
    image = frames_of(make)
    image[3, 4] = np.nan
    make.nifti(root / CHANNEL, image, 16)


def other_size(root, make):
    make.nifti(root / CHANNEL, frames_of(make)[:, :50], 16)


def cut_off(root, make):
    import gzip

    whole = gzip.decompress((root / CHANNEL).read_bytes())
    (root / CHANNEL).write_bytes(gzip.compress(whole[:-4000]))


def cut_off_zip(root, make):
    (root / CHANNEL).write_bytes((root / CHANNEL).read_bytes()[:-2000])


def other_values(root, make):
    make.nifti(root / "labelsTr/p0_run1.nii.gz", make.labels() + 1)


def transposed(root, make):
    make.nifti(root / "labelsTr/p0_run1.nii.gz", make.labels().T)


def volume(root, _):
    image = sitk.GetImageFromArray(np.zeros((3, 40, 56), np.float32))
    sitk.WriteImage(image, str(root / CHANNEL))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (no_channel, "p0_run1 has no imagesTr/p0_run1_0001.nii.gz"),
        (no_label, "p0_run1 has no labelsTr/p0_run1.nii.gz"),
        (not_finite, "Cannot read p0_run1_0001.nii.gz: it holds 1 values that are no finite"),
        (other_size, r"p0_run1_0002.nii.gz has the size \(40, 56\), p0_run1_0001.nii.gz has"),
        (cut_off, "Cannot read p0_run1_0001.nii.gz: it is cut off"),
        (cut_off_zip, "Cannot read p0_run1_0001.nii.gz"),
        (other_values, r"p0_run1.nii.gz holds the values \[3\], expected only \[0, 1, 2\]"),
        (transposed, "they look transposed"),
        (volume, r"it has the shape \(3, 40, 56\), expected one slice"),
    ],
)
def test_one_wrong_case_is_refused_with_its_reason(foreign, tmp_path, make, damage, message):
    damage(foreign, make)
    outcomes = bring(foreign, tmp_path / "set")
    assert [outcome.result for outcome in outcomes] == ["refused", "imported"]
    with pytest.raises(DSAError, match=message):
        raise DSAError(outcomes[0].detail)


def test_nrrd_frames_that_are_not_finite_are_refused(dsca, tmp_path):
    from dsanet.cases.nrrd import encode

    name = own_set(dsca, tmp_path / "set")[0]
    list(export_nnunet(tmp_path / "set", tmp_path / "raw", frames=1))
    root = tmp_path / "raw" / FOLDER
    (root / "imagesTr" / f"{name}_0001.nrrd").write_bytes(
        encode(np.full((40, 56), np.inf, np.float32), None)
    )
    refused = [o for o in bring(root, tmp_path / "back") if o.result == "refused"]
    assert "it holds 2240 values that are no finite numbers" in refused[0].detail


def test_a_sidecar_that_does_not_fit_is_refused(dsca, tmp_path):
    name = own_set(dsca, tmp_path / "set")[0]
    list(export_nnunet(tmp_path / "set", tmp_path / "raw", frames=4))
    path = tmp_path / "raw" / FOLDER / "dsanet_cases.json"
    cases = json.loads(path.read_text())
    cases[name]["times_s"] = [0.0, 1.0]
    path.write_text(json.dumps(cases))
    refused = [o for o in bring(path.parent, tmp_path / "back") if o.result == "refused"]
    assert "dsanet_cases.json does not fit the images" in refused[0].detail
