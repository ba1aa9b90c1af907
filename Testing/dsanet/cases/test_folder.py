"""A case on disk: exact, readable elsewhere, refused when damaged, whole after any failure."""

import errno
import gzip
import json
import os
import struct
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

import numpy as np
import pytest
import SimpleITK as sitk

import dsanet
from dsanet.cases import list_cases, read_case, write_case
from dsanet.cases.record import FILES
from dsanet.errors import CaseError, WriteError
from dsanet.io import Spacing, read_run

SPACING = Spacing(0.3, 0.2, "detector", "ImagerPixelSpacing")
SOURCES = Path(dsanet.__file__).parents[1]


def same(one, other):
    arrays = all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("frames", "times", "field", "labels")
    )
    return arrays and (one.arterial_window, one.facts) == (other.arterial_window, other.facts)


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def change_record(folder, change):
    record = json.loads((folder / "case.json").read_text())
    change(record)
    (folder / "case.json").write_text(json.dumps(record))


def test_a_written_case_is_read_back_exactly(make_case_of, make_facts, tmp_path):
    facts = make_facts(
        spacing=SPACING,
        reader="reader-1",
        note="größer?",
        proposal={"model": "m"},
        warnings=("Short run.",),
        times_stated=True,
        equipment="Maker",
    )
    case = make_case_of(facts=facts, times=np.array([0.0, 1 / 3]))
    write_case(tmp_path / "a", case)
    assert same(read_case(tmp_path / "a"), case)
    assert set(content(tmp_path / "a")) == {*FILES, "case.json"}
    write_case(tmp_path / "b", read_case(tmp_path / "a"))
    assert content(tmp_path / "b") == content(tmp_path / "a")


def test_other_programs_see_rows_and_columns_where_they_are(make_case_of, make_facts, tmp_path):
    case = make_case_of(facts=make_facts(spacing=SPACING))
    write_case(tmp_path / "a", case)
    for name, expected in (
        ("frames.nrrd", case.frames),
        ("labels.nrrd", case.labels[None]),
        ("field.nrrd", case.field[None]),
    ):
        image = sitk.ReadImage(str(tmp_path / "a" / name))
        assert np.array_equal(sitk.GetArrayFromImage(image), expected)
        assert image.GetSpacing() == (0.2, 0.3, 1.0)
    assert np.array_equal(read_run(tmp_path / "a" / "labels.nrrd").pixels[0], case.labels)


def test_the_labels_lie_in_the_file_row_by_row(make_case_of, tmp_path):
    write_case(tmp_path / "a", make_case_of())
    header, _, pixels = (tmp_path / "a" / "labels.nrrd").read_bytes().partition(b"\n\n")
    assert b"\nsizes: 5 3 1\n" in header
    assert gzip.decompress(pixels) == bytes([1, 1, 1, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0])


def test_a_case_whose_files_another_program_wrote_is_read(make_case_of, tmp_path):
    import hashlib

    case = make_case_of()
    write_case(tmp_path / "a", case)
    head = b"NRRD0001\ntype: float\ndimension: 3\nsizes: 5 3 2\nendian: big\nencoding: raw\n\n"
    data = head + struct.pack(">30f", *case.frames.ravel().tolist())
    (tmp_path / "a" / "frames.nrrd").write_bytes(data)
    stated = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    change_record(tmp_path / "a", lambda record: record["files"].update({"frames.nrrd": stated}))
    assert np.array_equal(read_case(tmp_path / "a").frames, case.frames)


def flip(path):
    data = bytearray(path.read_bytes())
    data[-9] ^= 1
    path.write_bytes(bytes(data))


def link(path):
    path.rename(path.parent.parent / path.name)
    path.symlink_to(path.parent.parent / path.name)


def setting(key, value):
    return lambda folder: change_record(folder, lambda record: record.update({key: value}))


BROKEN = [
    (lambda folder: (folder / "case.json").unlink(), "case.json is missing; the case was not"),
    (lambda folder: (folder / "labels.nrrd").unlink(), "labels.nrrd is missing"),
    (lambda folder: flip(folder / "labels.nrrd"), "labels.nrrd is damaged or was changed"),
    (lambda folder: (folder / "field.nrrd").write_bytes(b""), "field.nrrd has not the"),
    (lambda folder: link(folder / "frames.nrrd"), "frames.nrrd is a link"),
    (lambda folder: link(folder / "case.json"), "case.json is a link"),
    (lambda folder: (folder / "case.json").write_bytes(b"{"), "case.json is no valid JSON"),
    (lambda folder: (folder / "case.json").write_bytes(b"\xff"), "case.json is no valid JSON"),
    (lambda folder: (folder / "case.json").write_bytes(b"[" * 99999), "no valid JSON"),
    (lambda folder: (folder / "case.json").write_bytes(b"[]"), "it is no JSON object"),
    (lambda folder: (folder / "case.json").write_bytes(b" " * (4 << 20) + b"{}"), "is larger than"),
    (setting("format", 2), "format is 2, expected 1; update the software"),
    (setting("status", "done"), "status is 'done', expected one of"),
    (setting("times_s", [0.0]), r"times are float64 \(1,\)"),
    (setting("times_s", [0, True]), "times_s is"),
    (setting("times_s", [0.0, float("nan")]), "times_s is"),
    (setting("times_s", [0, 10**400]), "times_s is"),
    (setting("times_s", [0.0, -1.0]), "times must rise from 0"),
    (setting("arterial_window", [0, 1.5]), "arterial_window is .* two frame numbers"),
    (setting("arterial_window", [0, 9]), "lies outside 2 frames"),
    (setting("classes", {"background": 0, "MAT": 1, "BV": 2}), "classes are"),
    (setting("spacing_mm", {"row": 0, "column": 1, "meaning": "detector", "source": ""}), "null"),
    (
        setting("shape", {"frames": 2, "rows": 5, "columns": 3}),
        "holds float of size 5 3 2, expected float of size 3 5 2",
    ),
    (setting("shape", {"frames": 2, "rows": 10**5, "columns": 10**5}), "frames of more than"),
    (setting("shape", {"frames": 0, "rows": 3, "columns": 5}), "states 0 frames"),
    (setting("files", {}), "files is {}, expected sha256 and bytes of frames.nrrd"),
    (setting("reader", "Jane Doe"), "reader is 'Jane Doe', expected an alias"),
    (setting("patient_key", 7), "patient_key is 7, expected text"),
]


@pytest.mark.parametrize(("damage", "message"), BROKEN)
def test_a_damaged_case_is_refused_by_name(make_case_of, tmp_path, damage, message):
    write_case(tmp_path / "sick", make_case_of())
    damage(tmp_path / "sick")
    with pytest.raises(CaseError, match=f"case .*sick is broken: .*{message}"):
        read_case(tmp_path / "sick")


def test_a_list_shows_broken_cases_as_broken(make_case_of, tmp_path):
    for name in ("b", "a", "c"):
        write_case(tmp_path / name, make_case_of())
    (tmp_path / "b" / "labels.nrrd").unlink()
    (tmp_path / "patients.salt").write_text("x")
    (tmp_path / ".hidden").mkdir()
    entries = list_cases(tmp_path)
    assert [entry.name for entry in entries] == ["a", "b", "c"]
    assert [entry.problem for entry in entries][::2] == ["", ""]
    assert entries[1].record is None
    assert "labels.nrrd is missing" in entries[1].problem
    assert entries[0].record.shape == (2, 3, 5)


def test_a_data_set_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(CaseError, match="is no data set: .*choose a folder of cases"):
        list_cases(tmp_path / "none")


FAULTS = [(os, "open"), (os, "write"), (os, "fsync"), (Path, "replace"), (Path, "unlink")]


def faulty(patch, nth, action):
    """Let the nth call that changes a disk do something else, and count the calls."""
    made = [0]

    def wrap(real):
        def call(*args, **kwargs):
            made[0] += 1
            if made[0] == nth:
                action()
            return real(*args, **kwargs)

        return call

    for owner, name in FAULTS:
        patch.setattr(owner, name, wrap(getattr(owner, name)))
    return made


def full():
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_at_any_moment_leaves_the_old_case_and_a_retry_works(make_case_of, tmp_path):
    old, new = make_case_of(), make_case_of(seed=1, labels=np.ones((3, 5), np.uint8))
    for nth in range(1, 200):
        write_case(tmp_path / "a", old)
        (tmp_path / "a" / "journal.jsonl").write_bytes(b"old")
        before = content(tmp_path / "a")
        with pytest.MonkeyPatch.context() as patch:
            made = faulty(patch, nth, full)
            with suppress(WriteError):
                write_case(tmp_path / "a", new, {"journal.jsonl": b"new"})
                before = None  # nothing failed
        if before is not None:
            assert content(tmp_path / "a") == before
            write_case(tmp_path / "a", new, {"journal.jsonl": b"new"})
        found = read_case(tmp_path / "a")
        assert same(found, new)
        assert (tmp_path / "a" / "journal.jsonl").read_bytes() == b"new"
        if made[0] < nth:
            break
    assert 20 < nth < 199


def test_a_full_disk_leaves_no_half_new_case(make_case_of, tmp_path):
    with pytest.MonkeyPatch.context() as patch:
        faulty(patch, 9, full)
        with pytest.raises(WriteError, match="no space left"):
            write_case(tmp_path / "a", make_case_of())
    assert not (tmp_path / "a").exists()


KILLED = """
import os, shutil, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from dsanet.cases import read_case, write_case
root = Path(sys.argv[1])
case, left = read_case(root / "new"), 0
def wrap(real):
    def call(*args, **kwargs):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **kwargs)
    return call
for owner, name in ((os, "write"), (Path, "replace"), (Path, "unlink")):
    setattr(owner, name, wrap(getattr(owner, name)))
for nth in range(1, 40):
    folder = shutil.copytree(root / "old", root / f"killed-{nth}")
    child = os.fork()
    if child == 0:
        left = nth
        write_case(folder, case)
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        break
"""


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_a_kill_leaves_the_old_case_or_the_new_and_the_next_write_heals(make_case_of, tmp_path):
    old, new = make_case_of(), make_case_of(seed=1, labels=np.ones((3, 5), np.uint8))
    write_case(tmp_path / "new", new)
    write_case(tmp_path / "old", old)
    subprocess.run([sys.executable, "-c", KILLED, tmp_path, SOURCES], check=True)
    killed = sorted(tmp_path.glob("killed-*"))
    assert 10 < len(killed) < 39
    news = 0
    for nth, folder in enumerate(killed):
        found = read_case(folder)
        assert same(found, old) or same(found, new)
        news += same(found, new)
        third = make_case_of(seed=2)
        with pytest.MonkeyPatch.context() as patch, suppress(WriteError):
            faulty(patch, 5 + nth, full)
            write_case(folder, third)
        healed = read_case(folder)
        assert same(healed, found) or same(healed, third)
        write_case(folder, third)
        assert same(read_case(folder), third)
    assert 3 < news < len(killed)


def staged(folder, old, new):
    """What a kill leaves between case.json and the files that it names."""
    write_case(folder, old)
    write_case(folder.parent / "whole", new)
    for path in (folder.parent / "whole").iterdir():
        name = path.name if path.name == "case.json" else f"{path.name}.new"
        (folder / name).write_bytes(path.read_bytes())


def test_a_second_kill_right_after_the_first_loses_nothing(make_case_of, tmp_path, monkeypatch):
    from dsanet.cases import folder

    old, new, third = (make_case_of(seed=seed) for seed in range(3))
    staged(tmp_path / "a", old, new)
    assert same(read_case(tmp_path / "a"), new)
    write = folder._write

    def finish_and_die(where, content):
        if len(content) > 1:
            raise KeyboardInterrupt
        write(where, content)

    monkeypatch.setattr(folder, "_write", finish_and_die)
    with pytest.raises(KeyboardInterrupt):
        write_case(tmp_path / "a", third)
    assert content(tmp_path / "a")["frames.nrrd"] == content(tmp_path / "whole")["frames.nrrd"]
    assert same(read_case(tmp_path / "a"), new)


def test_readers_meet_the_old_case_or_the_new_while_it_is_written(make_case_of, tmp_path):
    old, new = make_case_of(), make_case_of(seed=1, labels=np.ones((3, 5), np.uint8))
    write_case(tmp_path / "a", old)
    done = Event()

    def write_on():
        while not done.is_set():
            write_case(tmp_path / "a", new)
            write_case(tmp_path / "a", old)

    writer = Thread(target=write_on)
    writer.start()
    try:
        for _ in range(60):
            found = read_case(tmp_path / "a")
            assert same(found, old) or same(found, new)
            assert [entry.problem for entry in list_cases(tmp_path)] == [""]
    finally:
        done.set()
        writer.join()


def test_a_staged_file_that_is_moved_away_while_it_is_looked_at_is_no_matter(
    make_case_of, tmp_path, monkeypatch
):
    case = make_case_of()
    write_case(tmp_path / "a", case)
    is_file = Path.is_file
    monkeypatch.setattr(Path, "is_file", lambda path: path.suffix == ".new" or is_file(path))
    assert [entry.problem for entry in list_cases(tmp_path)] == [""]
    assert same(read_case(tmp_path / "a"), case)


def test_staged_files_are_cleared_by_a_finished_write(make_case_of, tmp_path):
    write_case(tmp_path / "a", make_case_of())
    write_case(tmp_path / "a", make_case_of(labels=np.ones((3, 5), np.uint8)))
    assert set(content(tmp_path / "a")) == {*FILES, "case.json"}
