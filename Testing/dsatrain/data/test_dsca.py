"""DSCA in its published layout, and what holds for every import."""

import hashlib
import json
import shutil

import numpy as np
import pytest

from dsanet.cases import list_cases, read_case
from dsanet.cases.patients import OLD_SALT_FILE
from dsanet.errors import CaseError, WriteError
from dsanet.io import read_run
from dsatrain.data import case_sets
from dsatrain.data.dsca import find_runs
from dsatrain.data.importing import import_runs


def bring(source, dataset, **choices):
    return list(import_runs(find_runs(source), dataset, **choices))


def results(outcomes):
    return [outcome.result for outcome in outcomes]


def content(folder):
    return {
        path.relative_to(folder): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def only(outcomes, result):
    (outcome,) = [outcome for outcome in outcomes if outcome.result == result]
    return outcome


def test_runs_become_cases_row_by_row(dsca, tmp_path, make):
    outcomes = bring(dsca, tmp_path / "set")
    assert results(outcomes) == ["imported"] * 3
    assert [outcome.name for outcome in outcomes] == [
        "pro_CXL_AP_38.dcm",
        "pro_CXL_LAT_39.dcm",
        "pro_WM_AP_1.dcm",
    ]
    case = read_case(tmp_path / "set" / outcomes[0].case)
    assert np.array_equal(case.frames, make.frames(0).astype(np.float32))
    assert np.array_equal(case.labels, make.labels())
    assert case.times.tolist() == [0.0, 0.25, 0.5, 0.75]
    assert case.arterial_window == (0, 3)
    facts = case.facts
    assert (facts.source, facts.status, facts.label_kind) == ("DSCA", "accepted", "BV and MAT")
    assert (facts.spacing.row_mm, facts.spacing.column_mm) == (0.3, 0.2)
    assert facts.pixel_sha256 == read_run(dsca / "imagesTr" / "pro_CXL_AP_38.dcm").pixel_hash


def test_patients_and_the_published_test_set_are_kept_apart(dsca, tmp_path):
    outcomes = bring(dsca, tmp_path / "set")
    facts = [read_case(tmp_path / "set" / outcome.case).facts for outcome in outcomes]
    keys = [fact.patient_key for fact in facts]
    assert keys[0] == keys[1] != keys[2]
    assert [fact.split for fact in facts] == ["train", "train", "test"]
    bring(dsca, tmp_path / "other")
    others = {entry.record.facts.patient_key for entry in list_cases(tmp_path / "other")}
    assert not others & set(keys)


def test_no_name_of_the_source_enters_the_data_set(dsca, tmp_path):
    bring(dsca, tmp_path / "set")
    everything = b"".join(
        str(path).encode() + data for path, data in content(tmp_path / "set").items()
    )
    for secret in (b"CXL", b"WM_", b"Secret", b"4711", b"1.2.826", b"DSA_public"):
        assert secret not in everything


def test_the_source_is_not_touched_and_a_second_import_changes_nothing(dsca, tmp_path):
    before = content(dsca)
    first = bring(dsca, tmp_path / "set")
    written = content(tmp_path / "set")
    again = bring(dsca, tmp_path / "set")
    assert results(again) == ["present"] * 3
    assert [outcome.case for outcome in again] == [outcome.case for outcome in first]
    assert content(tmp_path / "set") == written
    assert content(dsca) == before


def test_an_import_that_was_stopped_is_taken_up(dsca, tmp_path):
    stream = import_runs(find_runs(dsca), tmp_path / "set")
    first = next(stream)
    stream.close()
    key = read_case(tmp_path / "set" / first.case).facts.patient_key
    (tmp_path / "set" / first.case / "case.json").unlink()  # as after a kill
    assert results(bring(dsca, tmp_path / "set")) == ["imported"] * 3
    assert not any(entry.problem for entry in list_cases(tmp_path / "set"))
    assert read_case(tmp_path / "set" / first.case).facts.patient_key == key


@pytest.mark.parametrize("damage", [b"", None])
def test_a_damaged_case_is_not_written_over(dsca, tmp_path, damage):
    first = bring(dsca, tmp_path / "set")[0]
    path = tmp_path / "set" / first.case / "labels.nrrd"
    path.write_bytes(path.read_bytes()[:-1] + b"?" if damage is None else damage)
    before = content(tmp_path / "set")
    refused = only(bring(dsca, tmp_path / "set"), "refused")
    assert "broken" in refused.detail
    assert "repair that case, or remove it and import again" in refused.detail
    assert content(tmp_path / "set") == before


def test_labels_that_a_reader_changed_stay(dsca, tmp_path):
    from dataclasses import replace

    from dsanet.cases import write_case

    first = bring(dsca, tmp_path / "set")[0]
    folder = tmp_path / "set" / first.case
    changed = read_case(folder).labels.copy()
    changed[0, 0] = 1
    write_case(folder, replace(read_case(folder), labels=changed))
    again = bring(dsca, tmp_path / "set")[0]
    assert again.detail == "with other labels, which stay as they are"
    assert read_case(folder).labels[0, 0] == 1


def test_a_full_disk_stops_the_import_and_what_is_there_is_whole(dsca, tmp_path, monkeypatch):
    stream = import_runs(find_runs(dsca), tmp_path / "set")
    next(stream)

    def full(*_):
        msg = "no space left"
        raise WriteError(msg)

    monkeypatch.setattr("dsatrain.data.importing.write_case", full)
    with pytest.raises(WriteError, match="no space left"):
        list(stream)
    assert [entry.problem for entry in list_cases(tmp_path / "set")] == [""]


TURNED = {
    "upside-down": lambda image: image[::-1],
    "mirrored": lambda image: image[:, ::-1],
    "half-turn": lambda image: image[::-1, ::-1],
}


@pytest.mark.parametrize("name", list(TURNED))
def test_labels_the_wrong_way_round_are_refused_and_can_be_turned(dsca, tmp_path, make, name):
    for part in ("Tr", "Ts"):
        for path in (dsca / f"labels{part}").iterdir():
            make.nifti(path, TURNED[name](make.labels()))
    outcomes = bring(dsca, tmp_path / "set")
    assert results(outcomes) == ["refused"] * 3
    assert f"use --orientation {name}" in outcomes[0].detail
    outcomes = bring(dsca, tmp_path / "set", orientation=name)
    assert results(outcomes) == ["imported"] * 3
    assert np.array_equal(read_case(tmp_path / "set" / outcomes[0].case).labels, make.labels())


def test_a_transposed_square_label_is_refused(tmp_path, make):
    """As nibabel's (x, y) arrays become when they are saved as rows and columns."""
    for folder in ("imagesTr", "labelsTr"):
        (tmp_path / "square" / folder).mkdir(parents=True)
    make.dicom(tmp_path / "square/imagesTr/pro_A_1.dcm", make.frames(0, 56, 56))
    make.nifti(tmp_path / "square/labelsTr/fu_A_1.nii", make.labels(56, 56).T)
    (outcome,) = bring(tmp_path / "square", tmp_path / "set")
    assert "use --orientation transposed" in outcome.detail
    assert list_cases(tmp_path / "set") == []


def test_labels_saved_columns_first_are_refused_and_can_be_turned(dsca, tmp_path, make):
    for part in ("Tr", "Ts"):
        for path in (dsca / f"labels{part}").iterdir():
            make.nifti(path, make.labels().T)
    assert results(bring(dsca, tmp_path / "set")) == ["refused"] * 3
    outcomes = bring(dsca, tmp_path / "set", orientation="transposed")
    assert results(outcomes) == ["imported"] * 3
    assert np.array_equal(read_case(tmp_path / "set" / outcomes[0].case).labels, make.labels())


def test_labels_that_fit_nothing_are_imported_for_a_reader_to_check(dsca, tmp_path, make):
    nowhere = np.zeros((40, 56), np.uint8)
    nowhere[1::4, 1::4] = 1
    make.nifti(dsca / "labelsTr" / "fu_CXL_AP_38.nii.gz", nowhere)
    flagged = only(bring(dsca, tmp_path / "set"), "to check")
    facts = read_case(tmp_path / "set" / flagged.case).facts
    assert facts.status == "in progress"
    assert facts.note.startswith("Check the labels: labels fit about as well")


def remove(root, _):
    (root / "labelsTr" / "fu_CXL_AP_38.nii.gz").unlink()


def transposed(root, make):
    make.nifti(root / "labelsTr" / "fu_CXL_AP_38.nii.gz", make.labels().T)


def smaller(root, make):
    make.nifti(root / "labelsTr" / "fu_CXL_AP_38.nii.gz", make.labels()[:39])


def outside(root, make):
    make.nifti(root / "labelsTr" / "fu_CXL_AP_38.nii.gz", make.labels() * 127)


def empty(root, make):
    make.nifti(root / "labelsTr" / "fu_CXL_AP_38.nii.gz", np.zeros((40, 56), np.uint8))


def fractions(root, make):
    image = (make.labels() * 0.4).astype(np.float32)
    make.nifti(root / "labelsTr" / "fu_CXL_AP_38.nii.gz", image, 16)


def cut_off(root, _):
    path = root / "labelsTr" / "fu_CXL_AP_38.nii.gz"
    path.write_bytes(path.read_bytes()[:-20])


def no_dicom(root, _):
    (root / "imagesTr" / "pro_CXL_AP_38.dcm").write_bytes(b"nothing")


def twice(root, _):
    shutil.copy(root / "labelsTr" / "fu_CXL_AP_38.nii.gz", root / "labelsTr" / "CXL_AP_38.nii.gz")


def same_pixels(root, _):
    shutil.copy(root / "imagesTr" / "pro_CXL_LAT_39.dcm", root / "imagesTr" / "pro_CXL_AP_38.dcm")


WRONG = [
    (remove, r"CXL_AP_38 has 1 runs and 0 labels \(pro_CXL_AP_38.dcm\), expected one each"),
    (transposed, "56 rows x 40 columns, the run 40 rows x 56 columns; they look transposed"),
    (smaller, "39 rows x 56 columns, the run 40 rows x 56 columns; check the pair"),
    (outside, r"fu_CXL_AP_38.nii.gz holds the values \[127, 254\], expected only \[0, 1, 2\]"),
    (empty, "fu_CXL_AP_38.nii.gz has no labelled pixel"),
    (fractions, "Cannot read fu_CXL_AP_38.nii.gz: its pixels are no whole numbers"),
    (cut_off, "Cannot read fu_CXL_AP_38.nii.gz"),
    (no_dicom, "Cannot read pro_CXL_AP_38.dcm: its content is not of a known kind"),
    (twice, "CXL_AP_38 has 1 runs and 2 labels"),
    (same_pixels, "it has the same pixels as pro_CXL_AP_38.dcm; keep one of them"),
]


@pytest.mark.parametrize(("damage", "message"), WRONG)
def test_one_wrong_run_is_refused_with_its_reason_and_the_others_come_in(
    dsca, tmp_path, make, damage, message
):
    damage(dsca, make)
    outcomes = bring(dsca, tmp_path / "set")
    assert sorted(results(outcomes)) == ["imported", "imported", "refused"]
    with pytest.raises(CaseError, match=message):
        raise CaseError(only(outcomes, "refused").detail)
    assert len(list_cases(tmp_path / "set")) == 2


def test_links_are_followed_inside_the_source_and_nowhere_else(dsca, tmp_path):
    path = dsca / "labelsTr" / "fu_CXL_AP_38.nii.gz"
    path.rename(dsca / "kept.nii.gz")
    path.symlink_to(dsca / "kept.nii.gz")
    assert results(bring(dsca, tmp_path / "set")) == ["imported"] * 3
    (dsca / "kept.nii.gz").rename(tmp_path / "outside.nii.gz")
    path.unlink()
    path.symlink_to(tmp_path / "outside.nii.gz")
    with pytest.raises(CaseError, match="is a link that leads out of .*; copy the file itself"):
        find_runs(dsca)


@pytest.mark.parametrize("folder", ["none", "empty"])
def test_a_folder_of_another_kind_is_refused(tmp_path, folder):
    (tmp_path / "empty").mkdir()
    with pytest.raises(CaseError, match=r"holds no imagesTr/\*.dcm"):
        find_runs(tmp_path / folder)


@pytest.mark.parametrize("salt", ["", "abc", "zz" * 32, "ab" * 31])
def test_a_damaged_salt_stops_the_import(dsca, tmp_path, salt):
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / OLD_SALT_FILE).write_text(salt)
    with pytest.raises(CaseError, match=OLD_SALT_FILE):
        bring(dsca, tmp_path / "set")


def test_data_sets_of_cases_are_joined_and_duplicates_found(dsca, tmp_path):
    bring(dsca, tmp_path / "one")
    names = [entry.name for entry in list_cases(tmp_path / "one")]
    shutil.copytree(tmp_path / "one" / names[0], tmp_path / "two" / "another-name")
    shutil.copytree(tmp_path / "one" / names[0], tmp_path / "two" / "again")
    shutil.copytree(tmp_path / "one" / names[1], tmp_path / "two" / "broken")
    (tmp_path / "two" / "broken" / "case.json").write_text("{")
    found = list(import_runs(case_sets.find_runs(tmp_path / "two"), tmp_path / "set"))
    assert results(found) == ["imported", "refused", "refused"]
    assert [outcome.name for outcome in found] == ["again", "another-name", "broken"]
    assert found[1].detail == "it has the same pixels as again; keep one of them"
    assert "case.json is no valid JSON" in found[2].detail
    original, copy = (tmp_path / part / names[0] for part in ("one", "set"))
    assert content(copy) == content(original)
    joined = list(import_runs(case_sets.find_runs(tmp_path / "one"), tmp_path / "set"))
    assert sorted(results(joined)) == ["imported", "imported", "present"]


def test_cases_can_be_turned_too(dsca, tmp_path, make):
    from dataclasses import replace

    from dsanet.cases import write_case

    bring(dsca, tmp_path / "one")
    entry = list_cases(tmp_path / "one")[0]
    case = read_case(entry.folder)
    write_case(tmp_path / "two" / "a", replace(case, labels=case.labels[::-1].copy()))
    runs = case_sets.find_runs(tmp_path / "two")
    (outcome,) = import_runs(runs, tmp_path / "set")
    assert "use --orientation upside-down" in outcome.detail
    (outcome,) = import_runs(runs, tmp_path / "set", orientation="upside-down")
    assert np.array_equal(read_case(tmp_path / "set" / outcome.case).labels, make.labels())
    (outcome,) = import_runs(runs, tmp_path / "three", orientation="transposed")
    assert "labels are uint8 (56, 40), expected uint8 (40, 56)" in outcome.detail


def test_an_empty_folder_is_no_data_set(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(CaseError, match="holds no cases"):
        case_sets.find_runs(tmp_path / "empty")


def test_a_case_whose_json_was_changed_by_hand_is_refused(dsca, tmp_path):
    bring(dsca, tmp_path / "one")
    entry = list_cases(tmp_path / "one")[0]
    record = json.loads((entry.folder / "case.json").read_text())
    record["files"]["labels.nrrd"]["sha256"] = hashlib.sha256(b"other").hexdigest()
    (entry.folder / "case.json").write_text(json.dumps(record))
    found = list(import_runs(case_sets.find_runs(tmp_path / "one"), tmp_path / "set"))
    assert "labels.nrrd is damaged or was changed" in only(found, "refused").detail
