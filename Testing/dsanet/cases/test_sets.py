"""R9: a set of cases from others comes in whole, or not at all and without a trace."""

import errno
import io
import json
import os
import shutil
import stat
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile, ZipInfo

import numpy as np
import pytest

from dsanet.cases import list_cases, read_case, write_case
from dsanet.cases.sets import CASE_SET, import_cases, pack_cases
from dsanet.errors import CaseError, WriteError

PARTS = CASE_SET.files


@pytest.fixture
def dataset(make_case_of, make_facts, tmp_path):
    for name, seed in (("a-1", 1), ("b-2", 2)):
        facts = make_facts(pixel_sha256=f"{seed}" * 64, changed_pixels=seed)
        write_case(tmp_path / "own" / name, make_case_of(seed=seed, facts=facts))
    (tmp_path / "own" / "a-1" / "journal.jsonl").write_text("who worked when")
    (tmp_path / "own" / "dataset.json").write_text("its number")
    return tmp_path / "own"


@pytest.fixture
def packed(dataset, tmp_path):
    pack_cases(dataset, tmp_path / "set.zip")
    return tmp_path / "set.zip"


def content(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name in PARTS
    }


def test_what_is_packed_comes_in_bit_for_bit_and_nothing_else(dataset, packed, tmp_path):
    found = import_cases(packed, tmp_path / "new")
    assert (found.added, found.present) == (("a-1", "b-2"), ())
    assert content(tmp_path / "new") == content(dataset)
    assert sorted(path.name for path in (tmp_path / "new").rglob("*") if path.is_file()) == sorted(
        [".lock", *PARTS, *PARTS]
    )
    again = import_cases(packed, tmp_path / "new")
    assert (again.added, again.present) == ((), ("a-1", "b-2"))


def test_what_a_kill_left_staged_is_packed_and_known_again(dataset, packed, tmp_path):
    """case.json names files that are not in their places yet."""
    for part in PARTS[1:]:
        path = dataset / "a-1" / part
        path.rename(path.with_name(f"{part}.new"))
        path.write_bytes(b"old")
    pack_cases(dataset, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == packed.read_bytes()
    assert import_cases(packed, dataset).present == ("a-1", "b-2")


def test_a_set_is_the_same_bytes_each_time_and_can_be_a_part(dataset, packed, tmp_path):
    assert pack_cases(dataset, tmp_path / "again.zip") == ["a-1", "b-2"]
    assert (tmp_path / "again.zip").read_bytes() == packed.read_bytes()
    pack_cases(dataset, tmp_path / "again.zip", ["b-2"])
    assert import_cases(tmp_path / "again.zip", tmp_path / "new").added == ("b-2",)
    for names, reason in ((["c"], "holds no case c"), ([], "holds no case")):
        with pytest.raises(CaseError, match=reason):
            pack_cases(dataset, tmp_path / "again.zip", names)
    (dataset / "a-1" / "labels.nrrd").unlink()
    before = (tmp_path / "again.zip").read_bytes()
    with pytest.raises(CaseError, match="is broken"):
        pack_cases(dataset, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == before


def test_another_case_of_a_name_stays_and_nothing_comes_in(packed, make_case_of, tmp_path):
    write_case(tmp_path / "new" / "B-2", make_case_of(seed=7))
    before = content(tmp_path / "new")
    with pytest.raises(CaseError, match=r"set\.zip: another case B-2 is there already"):
        import_cases(packed, tmp_path / "new")
    assert content(tmp_path / "new") == before
    assert [path.name for path in (tmp_path / "new").iterdir() if path.name != ".lock"] == ["B-2"]


def zipped(contents, kind=0, entries=()):
    stream = io.BytesIO()
    with ZipFile(stream, "w", kind) as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
        for entry, data in entries:
            archive.writestr(entry, data)
    return stream.getvalue()


def unzipped(data):
    with ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def with_file(name, data=b"evil"):
    return lambda whole: zipped(unzipped(whole) | {name: data})


def without(name):
    return lambda whole: zipped({key: data for key, data in unzipped(whole).items() if key != name})


def renamed(old, new):
    return lambda whole: zipped({k.replace(old, new): data for k, data in unzipped(whole).items()})


def doubled(old, new):
    def make(whole):
        found = unzipped(whole)
        return zipped(found | {k.replace(old, new): d for k, d in found.items() if old in k})

    return make


def changed(name, change):
    return lambda whole: zipped(unzipped(whole) | {name: change(unzipped(whole)[name])})


def said(change):
    """Change what case.json says."""

    def edit(data):
        record = json.loads(data)
        change(record)
        return json.dumps(record).encode()

    return changed("b-2/case.json", edit)


def as_kind(mode):
    def make(whole):
        entry = ZipInfo("a-1/labels.nrrd")
        entry.external_attr = mode << 16
        return zipped(unzipped(without("a-1/labels.nrrd")(whole)), 0, [(entry, b"/etc/passwd")])

    return make


def packed_as(kind, data=None):
    def make(whole):
        found = unzipped(whole)
        entry = ZipInfo("a-1/labels.nrrd")
        entry.compress_type = kind
        body = found.pop("a-1/labels.nrrd")
        return zipped(found, 0, [(entry, body if data is None else data)])

    return make


def inner_bomb(whole):
    """A labels.nrrd whose gzip grows to 100 MB, with the hash that case.json states."""
    import gzip
    import hashlib

    found = unzipped(whole)
    head = found["b-2/labels.nrrd"].partition(b"\n\n")[0]
    bomb = head + b"\n\n" + gzip.compress(bytes(100_000_000), 9)
    record = json.loads(found["b-2/case.json"])
    stated = {"sha256": hashlib.sha256(bomb).hexdigest(), "bytes": len(bomb)}
    record["files"]["labels.nrrd"] = stated
    return zipped(found | {"b-2/labels.nrrd": bomb, "b-2/case.json": json.dumps(record).encode()})


def overlapping(whole):
    data = bytearray(whole)
    second = data.index(b"PK\1\2", data.index(b"PK\1\2") + 1)
    data[second + 42 : second + 46] = bytes(4)
    return bytes(data)


HOSTILE = {
    "slip": (with_file("../evil"), "lies in no plain folder"),
    "deep slip": (with_file("a-1/../../case.json"), "lies in no plain folder"),
    "absolute": (with_file("/tmp/evil/case.json"), "lies in no plain folder"),
    "drive": (with_file("C:\\evil\\case.json"), "is no file of a set of cases"),
    "backslash": (with_file("a-1\\..\\..\\case.json"), "is no file of a set of cases"),
    "flat": (with_file("case.json"), "is no file of a set of cases"),
    "python": (with_file("a-1/__init__.py"), "is no file of a set of cases"),
    "dicom": (with_file("a-1/run.dcm"), "is no file of a set of cases"),
    "journal": (with_file("a-1/journal.jsonl"), "is no file of a set of cases"),
    "hidden": (renamed("a-1/", ".a-1/"), "lies in no plain folder"),
    "device name": (renamed("a-1/", "nul/"), "lies in no plain folder"),
    "sub-folder": (renamed("a-1/", "x/a-1/"), "lies in no plain folder"),
    "case": (doubled("a-1/", "A-1/"), "differ only in upper and lower case"),
    "link": (as_kind(stat.S_IFLNK | 0o777), "as a link or device"),
    "device": (as_kind(stat.S_IFCHR | 0o666), "as a link or device"),
    "bzip2": (packed_as(ZIP_BZIP2), "in compression 12"),
    "ratio": (packed_as(ZIP_DEFLATED, bytes(9_000_000)), r"packed \d+ to 1, expected at most 20"),
    "inner bomb": (inner_bomb, "case b-2 is broken: labels.nrrd does not hold 15 bytes"),
    "overlap": (overlapping, "over the bytes of another entry|is damaged"),
    "missing": (without("b-2/field.nrrd"), "case b-2 lacks field.nrrd"),
    "changed labels": (
        changed("b-2/labels.nrrd", lambda data: data[:-9] + bytes([data[-9] ^ 1]) + data[-8:]),
        "case b-2 is broken: labels.nrrd is damaged or was changed",
    ),
    "no json": (changed("b-2/case.json", lambda _: b"x"), "case b-2 is broken: .*valid JSON"),
    "deep json": (changed("b-2/case.json", lambda _: b"[" * 99_999), "no valid JSON"),
    "huge shape": (said(lambda r: r["shape"].update(rows=2**20, columns=2**20)), "frames of more"),
    "name in the alias": (said(lambda r: r.update(reader="Dr. Doe")), "an alias"),
    "unknown label": (said(lambda r: r.update(label_kind="vein")), "label_kind is"),
    "escaping name": (said(lambda r: r["files"].update({"../x": {}})), "files is"),
    "empty": (lambda _: b"PK\5\6" + bytes(18), "holds 0 cases"),
    "no zip": (lambda _: b"x" * 999, "is no zip file"),
    "cut off": (lambda whole: whole[:-40], "is cut off"),
    "something before": (lambda whole: b"MZ" + whole, "belong to no entry"),
    "zip64": (lambda whole: whole[:-22] + b"PK\6\7" + bytes(16) + whole[-22:], "more than 65534"),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("case", HOSTILE)
@pytest.mark.parametrize("there", [False, True])
def test_a_hostile_set_is_refused_by_name_without_a_trace(packed, tmp_path, case, there):
    make, reason = HOSTILE[case]
    source = tmp_path / "in" / "hostile.zip"
    source.parent.mkdir()
    source.write_bytes(make(packed.read_bytes()))
    if there:
        import_cases(packed, tmp_path / "new")
        shutil.rmtree(tmp_path / "new" / "b-2")
    before = {path: path.is_file() and path.read_bytes() for path in tmp_path.rglob("*")}
    with pytest.raises(CaseError, match=rf"(?s)set of cases {source}: .*({reason})"):
        import_cases(source, tmp_path / "new")
    after = {path: path.is_file() and path.read_bytes() for path in tmp_path.rglob("*")}
    assert after == before


def test_what_only_a_stranger_says_stays_outside(packed, tmp_path):
    """Unknown keys and header fields are not carried on."""
    make = said(lambda record: record.update(patient_name="Doe^Jane"))
    (tmp_path / "said.zip").write_bytes(make(packed.read_bytes()))
    import_cases(tmp_path / "said.zip", tmp_path / "new")
    assert not [
        p for p in (tmp_path / "new").rglob("*") if p.is_file() and b"Doe" in p.read_bytes()
    ]


def test_damaged_sets_come_in_right_or_not_at_all(dataset, packed, tmp_path):
    """Seeded mutants of the whole file, its directory most of all."""
    dice = np.random.default_rng(3)
    whole, good = packed.read_bytes(), content(dataset)
    taken = 0
    for _ in range(25):
        mutant = bytearray(whole)
        at = dice.integers(len(whole) - 600 if dice.random() < 0.7 else 0, len(whole))
        mutant[at] ^= 1 << dice.integers(8)
        (tmp_path / "mutant.zip").write_bytes(mutant)
        try:
            import_cases(tmp_path / "mutant.zip", tmp_path / "new")
        except CaseError:
            assert not (tmp_path / "new").exists()
            continue
        found = content(tmp_path / "new")
        assert sorted(found.values()) == sorted(good.values())
        shutil.rmtree(tmp_path / "new")
        taken += 1
    assert taken < 20


@pytest.mark.parametrize("owner", [(os, "write"), (Path, "rename"), (Path, "replace")])
def test_a_full_disk_at_any_moment_leaves_the_data_set_as_it_was(packed, tmp_path, owner):
    target, name = owner
    (tmp_path / "new").mkdir()
    for nth in range(1, 400):
        left = [nth]
        real = getattr(target, name)

        def fail(*args, left=left, real=real):
            left[0] -= 1
            if left[0] == 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return real(*args)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(target, name, fail)
            try:
                import_cases(packed, tmp_path / "new")
            except WriteError:
                assert [path.name for path in (tmp_path / "new").iterdir()] in ([], [".lock"])
                continue
        break
    assert nth > 2
    assert [entry.problem for entry in list_cases(tmp_path / "new")] == ["", ""]
    assert read_case(tmp_path / "new" / "a-1").labels.any()


def test_a_killed_import_is_cleared_by_the_next(packed, tmp_path):
    left = tmp_path / "new" / f".staged-{'0' * 8}-1-{'0' * 16}"
    left.mkdir(parents=True)
    os.utime(left, (0, 0))
    import_cases(packed, tmp_path / "new")
    assert not left.exists()


def test_the_forge_itself_is_sound(packed, tmp_path):
    """What the hostile sets are made of is taken, stored or deflated."""
    for kind in (0, ZIP_DEFLATED):
        (tmp_path / "made.zip").write_bytes(zipped(unzipped(packed.read_bytes()), kind))
        target = tmp_path / f"new-{kind}"
        assert len(import_cases(tmp_path / "made.zip", target).added) == 2
