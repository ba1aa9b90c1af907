"""Case export: who, what and how much was changed, and nothing that names anyone."""

import numpy as np
import pytest
from pydicom.dataset import Dataset

from dsanet.cases import list_cases, read_case
from dsanet.cases.browse import find_cases, set_status
from dsanet.cases.burned_in import (
    CLEAN,
    TEXT,
    burned_in_answer,
    needs_burned_in_answer,
    remember_burned_in,
)
from dsanet.cases.compare import OTHER_CLASS, compare, compare_sets
from dsanet.cases.exporting import Correction, ExportTerms, export_case
from dsanet.cases.journal import JOURNAL_FILE, append, replay, start_journal
from dsanet.cases.patients import SECRET_FILE, dataset_salt, identity
from dsanet.errors import CaseError, WriteError
from dsanet.io import DSARun, RunFacts
from dsanet.io.facts import burned_in
from dsanet.lock import locked
from dsanet.prepare import prepare

SHAPE = (48, 40)
UIDS = {"StudyInstanceUID": "1.2.3", "SeriesInstanceUID": "1.2.3.4", "SOPInstanceUID": "1.2.3.4.5"}


def make_run(seed=1, uids=UIDS, **facts):
    pixels = np.random.default_rng(seed).integers(90, 110, (4, *SHAPE)).astype(np.uint16)
    pixels[1:, 20:, 10:14] = 20
    facts = {"viewing_mode": "SUB", "times_stated": True, "burned_in": "NO", **facts}
    return DSARun(pixels, np.arange(4) / 3, None, RunFacts(uids=uids, **facts), "DOE^JANE")


RUN = make_run()
PREPARED = prepare(RUN)


def some_labels(columns=14):
    labels = np.zeros(SHAPE, np.uint8)
    labels[20:, 10:columns] = 2
    labels[0, :3] = 1
    return labels


PROVENANCE = {"model": "m", "model_sha256": "00", "input": {"uids": UIDS}, "time": "now"}


@pytest.fixture
def export(tmp_path):
    terms = {"home": tmp_path / "home"}

    def make(run=RUN, dataset="set", correction=None, **given):
        found = correction or Correction(some_labels(), reader="rb", status="accepted")
        prepared = PREPARED if run is RUN else prepare(run)
        return export_case(tmp_path / dataset, run, prepared, found, ExportTerms(**terms | given))

    return make


def test_a_case_says_who_corrected_how_much_of_what(export, tmp_path):
    prediction = some_labels(12)
    correction = Correction(some_labels(), "rb", "accepted", "Look.", prediction, PROVENANCE)
    case = read_case(export(correction=correction))
    facts = case.facts
    assert (facts.reader, facts.status, facts.note) == ("rb", "accepted", "Look.")
    assert facts.changed_pixels == np.count_nonzero(prediction != some_labels()) == 56
    assert facts.proposal == {"model": "m", "model_sha256": "00"}
    assert not facts.is_unedited_prediction
    assert np.array_equal(case.labels, some_labels())
    assert [path.name for path in (tmp_path / "set").iterdir() if path.is_dir()] == [
        f"own-{RUN.pixel_hash[:12]}"
    ]


def test_an_untouched_prediction_is_marked(export, tmp_path):
    correction = Correction(some_labels(), "rb", "accepted", prediction=some_labels())
    assert read_case(export(correction=correction)).facts.is_unedited_prediction
    assert not read_case(export(dataset="empty")).facts.is_unedited_prediction
    assert len(find_cases(tmp_path / "set", unedited=True)) == 1
    assert find_cases(tmp_path / "set", unedited=False) == []


def test_a_case_written_before_changes_were_counted_is_read(export):
    record = export() / "case.json"
    text = record.read_text()
    assert '"changed_pixels": null' in text
    record.write_text(text.replace(' "changed_pixels": null,\n', ""))
    assert read_case(record.parent).facts.changed_pixels is None
    record.write_text(text.replace('"changed_pixels": null', '"changed_pixels": "many"'))
    with pytest.raises(CaseError, match="changed_pixels is 'many'"):
        read_case(record.parent)


def test_patients_are_grouped_within_a_data_set_and_cannot_be_matched_between_two(export, tmp_path):
    other = make_run(2, {**UIDS, "StudyInstanceUID": "1.2.9"})

    def key(*args, **given):
        return read_case(export(*args, replace=True, **given)).facts.patient_key

    assert key(RUN, patient="7") == key(other, patient="7")
    assert key(RUN, patient="7") != key(other, patient="8")
    assert key(RUN) != key(other)
    assert key(RUN) == key(make_run(3))
    assert key(RUN, patient="7") != key(RUN, "other set", patient="7")
    assert key(make_run(4, {})) != key(make_run(5, {}))
    secret = (tmp_path / "home" / SECRET_FILE).read_text().strip()
    salt = dataset_salt(tmp_path / "set", tmp_path / "home").hex()
    written = b"".join(path.read_bytes() for path in (tmp_path / "set").rglob("*.json"))
    assert secret.encode() not in written
    assert salt.encode() not in written
    assert identity(RUN, " 7 ") == "patient 7"


@pytest.mark.parametrize("content", ["", "xy", "ab" * 31])
def test_a_damaged_secret_is_told_and_not_made_anew(export, tmp_path, content):
    export()
    (tmp_path / "home" / SECRET_FILE).write_text(content)
    with pytest.raises(CaseError, match=r"patients.secret .*put the original back"):
        export(make_run(2))
    assert (tmp_path / "home" / SECRET_FILE).read_text() == content
    assert len(list_cases(tmp_path / "set")) == 1


@pytest.mark.parametrize("content", ["{}", "[]", '{"id": "1"}', "x"])
def test_a_damaged_number_of_a_data_set_is_told(export, tmp_path, content):
    export()
    (tmp_path / "set" / "dataset.json").write_text(content)
    with pytest.raises(CaseError, match=r"dataset.json .*put the original back"):
        export(make_run(2))


@pytest.mark.parametrize("stated", [None, "YES"])
def test_a_run_that_may_hold_text_is_exported_only_after_somebody_looked(export, tmp_path, stated):
    run, home = make_run(burned_in=stated), tmp_path / "home"
    assert needs_burned_in_answer(run, home)
    with pytest.raises(CaseError, match="look for text in the pixels"):
        export(run)
    assert not (tmp_path / "set").exists()
    export(run, burned_in_checked=True)
    assert needs_burned_in_answer(run, home)
    remember_burned_in(run, CLEAN, home)
    assert not needs_burned_in_answer(make_run(2, burned_in=stated), home)
    assert needs_burned_in_answer(make_run(burned_in=stated, uids={}), home)
    export(run)
    remember_burned_in(run, TEXT, home)
    with pytest.raises(CaseError, match="hold text"):
        export(run)
    assert needs_burned_in_answer(run, home)  # who was wrong may say so
    written = [path.read_text() + path.name for path in (home / "burned-in").iterdir()]
    assert len(written) == 1
    assert "1.2.3" not in written[0]
    assert RUN.pixel_hash[:12] not in written[0]


def test_an_answer_that_is_none_is_refused_and_a_damaged_one_asked_again(tmp_path):
    run = make_run(burned_in=None)
    with pytest.raises(CaseError, match="expected 'clean' or 'text'"):
        remember_burned_in(run, "maybe", tmp_path)
    remember_burned_in(run, CLEAN, tmp_path)
    (path,) = (tmp_path / "burned-in").iterdir()
    for content in ("", "[]", '{"answer": 1}'):
        path.write_text(content)
        assert burned_in_answer(run, tmp_path) is None
    assert not needs_burned_in_answer(RUN, tmp_path)


def test_nobody_writes_over_another_readers_case_unasked(export, tmp_path):
    folder = export()
    other = Correction(some_labels(20), reader="xy", status="accepted")
    with pytest.raises(CaseError, match="is there already, by rb"):
        export(correction=other)
    assert read_case(folder).facts.reader == "rb"
    export(correction=Correction(some_labels(19), "rb"))
    assert np.array_equal(read_case(folder).labels, some_labels(19))
    export(correction=other, replace=True)
    assert read_case(folder).facts.reader == "xy"


def test_labels_that_nobody_accepted_or_that_do_not_fit_are_refused(export, tmp_path):
    for correction, reason in (
        (Correction(some_labels(), status="accepted"), "alias of who accepted"),
        (Correction(some_labels().T.copy(), "rb"), "labels are uint8"),
        (Correction(some_labels(), "rb", prediction=some_labels().T), "the prediction has"),
        (Correction(some_labels(), "Jane Doe"), "an alias"),
    ):
        with pytest.raises(CaseError, match=reason):
            export(correction=correction)
    assert not (tmp_path / "set").exists()


def test_the_journal_goes_along_and_another_runs_does_not(export, tmp_path):
    with start_journal(tmp_path / "j", some_labels(12), RUN.pixel_hash, editor="rb") as journal:
        append(journal, journal.labels, some_labels(), cause="Paint", editor="rb")
        folder = export(correction=Correction(some_labels(), "rb", journal=tmp_path / "j"))
    assert np.array_equal(replay(folder, 0), some_labels(12))
    assert np.array_equal(replay(folder), read_case(folder).labels)
    assert (folder / JOURNAL_FILE).is_file()
    with pytest.raises(CaseError, match="journal of another run"):
        export(make_run(2), correction=Correction(some_labels(), "rb", journal=tmp_path / "j"))


def test_a_renamed_case_is_written_over_under_its_new_name(export, tmp_path):
    folder = export()
    renamed = folder.rename(folder.with_name("siphon"))
    assert export(correction=Correction(some_labels(19), "rb")) == renamed
    assert [entry.name for entry in list_cases(tmp_path / "set")] == ["siphon"]
    assert np.array_equal(read_case(renamed).labels, some_labels(19))
    with pytest.raises(CaseError, match="siphon is there already, by rb"):
        export(correction=Correction(some_labels(19), "xy"))
    other = export(source="elsewhere")
    assert other.name == f"elsewhere-{RUN.pixel_hash[:12]}"
    export().rename(tmp_path / "away")  # a data set's folder may be renamed as well
    before = read_case(other).facts.patient_key
    (tmp_path / "set").rename(tmp_path / "moved")
    assert read_case(export(make_run(2), "moved")).facts.patient_key == before


def test_two_exports_at_once_do_not_meet(export, tmp_path):
    export()
    with (
        locked(tmp_path / "set" / ".lock", "-"),
        pytest.raises(WriteError, match="another program"),
    ):
        export()


def test_cases_are_found_by_status_reader_and_note(export, tmp_path):
    export(correction=Correction(some_labels(), "rb", "in progress", "Moyamoya?"))
    second = export(make_run(2), correction=Correction(some_labels(), "xy", "accepted"))
    broken = export(make_run(3))
    (broken / "labels.nrrd").unlink()
    names = {entry.name for entry in list_cases(tmp_path / "set")}
    for query, fits in (
        ({}, 3),
        ({"status": "accepted"}, 2),
        ({"reader": "rb"}, 2),
        ({"text": "moyaM"}, 2),
        ({"text": second.name[4:]}, 2),
        ({"status": "set aside"}, 1),
    ):
        found = {entry.name for entry in find_cases(tmp_path / "set", **query)}
        assert len(found) == fits
        assert broken.name in found <= names
    set_status(second, "set aside", reader="rb", note="Other side.")
    case = read_case(second)
    assert (case.facts.status, case.facts.reader) == ("set aside", "rb")
    assert case.facts.note == "Other side."
    assert np.array_equal(case.labels, some_labels())
    with pytest.raises(CaseError, match="alias of who accepted"):
        set_status(second, "accepted", reader="")


def test_two_readers_are_compared(export):
    first = read_case(export())
    labels = some_labels(16)
    labels[0, :3] = 2
    labels[0, 9] = 1
    second = read_case(export(dataset="xy", correction=Correction(labels, "xy")))
    found = compare(first, second)
    assert found.dice == {"BV": 0.0, "MAT": pytest.approx(2 * 112 / (112 + 168 + 3))}
    assert found.changed == 56 + 3 + 1
    assert np.bincount(found.difference.ravel(), minlength=4).tolist()[1:] == [0, 57, 3]
    assert (found.difference[0, :3] == OTHER_CLASS).all()
    empty = read_case(export(dataset="e", correction=Correction(np.zeros(SHAPE, np.uint8), "rb")))
    assert compare(empty, empty).dice == {"BV": None, "MAT": None}
    with pytest.raises(CaseError, match="compare equal runs"):
        compare(first, read_case(export(make_run(2))))


@pytest.mark.parametrize(
    ("stated", "whole"),
    [
        (["NO", "NO"], "NO"),
        (["NO", None], None),
        (["NO", "YES"], "YES"),
        ([None, "YES"], "YES"),
        (["no "], "NO"),
        (["MAYBE"], None),
    ],
)
def test_only_a_no_of_all_frames_is_a_no(stated, whole):
    headers = []
    for value in stated:
        headers.append(Dataset())
        if value:
            headers[-1].BurnedInAnnotation = value
    assert burned_in(headers) == whole


def test_two_data_sets_are_compared_run_by_run_under_any_name(export, tmp_path):
    second = make_run(2)
    export()
    export(second).rename(tmp_path / "set" / "siphon")
    other = Correction(some_labels(17), "xy", "accepted")
    export(dataset="theirs", correction=other)
    export(second, "theirs")
    export(make_run(3), "theirs")  # of one reader alone
    found = compare_sets(tmp_path / "set", tmp_path / "theirs")
    assert list(found) == [f"own-{RUN.pixel_hash[:12]}", "siphon"]
    first, same = found.values()
    assert (first.changed, same.changed) == (28 * 3, 0)
    assert first.dice == {"BV": 1.0, "MAT": pytest.approx(2 * 4 / (4 + 7))}
    (tmp_path / "empty").mkdir()
    with pytest.raises(CaseError, match="no run in common"):
        compare_sets(tmp_path / "set", tmp_path / "empty")
