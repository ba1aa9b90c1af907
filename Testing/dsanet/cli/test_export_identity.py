"""R10: a sentinel in whatever may name a patient is in no output that names nobody."""

import base64
import logging
import re
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.datadict import DicomDictionary
from pydicom.dataset import Dataset

from dsanet.cases.journal import append, start_journal
from dsanet.cli import main
from dsanet.io import DSARun, RunFacts, read_run
from dsatrain.phantom.dicom_file import write_xa_dicom

pytest.importorskip("highdicom")

WORD, UID, DATE, CLOCK, AGE, NUMBER = (
    "ZQSENTINELQZ",
    "1.2.826.777424242777",
    "19771123",
    "112233.777",
    "077Y",
    "7742427",
)
SENTINELS = (WORD, "777424242777", DATE, CLOCK, AGE, NUMBER)
VALUES = {
    **dict.fromkeys(("LO", "SH", "ST", "LT", "UT", "UC", "UR", "AE"), WORD),
    "PN": f"{WORD}^JANE",
    "UI": UID,
    "DA": DATE,
    "DT": f"{DATE}{CLOCK}",
    "TM": CLOCK,
    "AS": AGE,
}
KEPT = ("SOPClassUID", "Manufacturer", "ManufacturerModelName")
"""Needed to read the run, and the equipment, which is on the allow-list of a case."""

UNREAD = ("PixelDataProviderURL", "TransferSyntaxUID")


def named_run(folder: Path) -> Path:
    """A run with a sentinel in every attribute of a text, date or UID, and wherever else one fits.

    That is more than Table E.1-1 of DICOM PS3.15 lists, which changes from year to year.
    """
    pixels = np.random.default_rng(7).integers(190, 211, (4, 40, 56)).astype(np.uint16)
    pixels[1:, 5:35, 10:15] = 30
    facts = RunFacts(viewing_mode="SUB", bits_stored=12, times_stated=True, equipment="Maker")
    folder.mkdir()
    path = folder / f"{WORD}^JANE {DATE}.dcm"
    write_xa_dicom(DSARun(pixels, np.arange(4) / 3, None, facts, WORD), path)
    header = pydicom.dcmread(path)
    count = fill(header)
    assert count > 1000
    for keyword in ("RequestAttributesSequence", "OtherPatientIDsSequence", "ContentSequence"):
        inner, outer = Dataset(), Dataset()
        fill(inner)
        outer.ReferencedStudySequence = [inner]
        fill(outer)
        setattr(header, keyword, [outer])
    header.MaskSubtractionSequence = [outer]
    header.PatientWeight = header.PatientSize = NUMBER
    header.BurnedInAnnotation = "NO"
    for group in (0x0009, 0x0029, 0x1001):
        block = header.private_block(group, f"{WORD} PRIVATE", create=True)
        block.add_new(1, "LO", WORD)
        block.add_new(2, "UN", WORD.encode("utf-16-le"))
    for tag, vr, value in (
        (0x60003000, "OW", (WORD * 30).encode()[:280]),
        (0x60001500, "LO", WORD),
        (0x60000022, "LO", WORD),
        (0x50000030, "SH", WORD),
        (0xFFFCFFFC, "OB", WORD.encode()),
    ):
        header.add_new(tag, vr, value)
    header.file_meta.SourceApplicationEntityTitle = WORD
    header.file_meta.MediaStorageSOPInstanceUID = header.SOPInstanceUID
    header.preamble = (WORD * 11).encode()[:128]
    header.save_as(path)
    return path


def fill(dataset: Dataset) -> int:
    """Set all that the dictionary has of these kinds, but for what the run cannot do without."""
    count = 0
    for tag, (vr, _, _, _, keyword) in DicomDictionary.items():
        if tag < 0x00080000 or not keyword or keyword in (*KEPT, *UNREAD):
            continue
        value = VALUES.get(vr.split(" ")[0])
        if value is not None:
            dataset.add_new(tag, vr, value)
            count += 1
    return count


def found_in(data: bytes, depth: int = 0) -> set[str]:
    """The sentinels in bytes: plain, as UTF-16, packed or in base64, to some depth."""
    hits = {
        sentinel
        for sentinel in SENTINELS
        for coding in ("ascii", "utf-16-le", "utf-16-be")
        if sentinel.encode(coding) in data
    }
    if depth == 3:
        return hits
    for match in re.finditer(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]", data):
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32)
        try:
            hits |= found_in(unpacker.decompress(data[match.start() :]), depth + 1)
        except zlib.error:
            continue
    for text in re.findall(rb"[A-Za-z0-9+/]{40,}={0,2}", data) if depth == 0 else ():
        hits |= found_in(base64.b64decode(text[: len(text) // 4 * 4]), depth + 1)
    return hits


def leaks(folder: Path) -> dict[str, set[str]]:
    """The sentinels in all files below a folder, their names and, if zips, their entries."""
    found = {}
    for path in sorted(folder.rglob("*")):
        hits = found_in(str(path.relative_to(folder)).encode())
        if path.is_file():
            hits |= found_in(path.read_bytes())
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    hits |= found_in(archive.read(name) + name.encode())
        if hits:
            found[str(path.relative_to(folder))] = hits
    return found


@pytest.fixture
def exported(loaded, tmp_path, monkeypatch, caplog, capsys):
    """All exports of a named run that was segmented and corrected; the log beside them."""
    monkeypatch.setenv("DSANET_HOME", str(tmp_path / "out" / "home"))
    caplog.set_level(logging.DEBUG)
    run = named_run(tmp_path / f"{WORD} studies")
    assert main(["segment", str(run), "--output", str(tmp_path / "seg")]) == 0
    (labels,) = (tmp_path / "seg").glob("*.seg.nrrd")
    out = tmp_path / "out"
    out.mkdir(exist_ok=True)

    def export(*arguments):
        assert main(["export", arguments[0], str(run), str(labels), *map(str, arguments[1:])]) == 0

    export("case", "--dataset", out / "set", "--prediction", labels, "--reader", "rb")
    export("dicom", "--no-identity", "--output", out / "dicom", "--prediction", labels)
    export("nrrd", "--output", out / "a.seg.nrrd")
    export("nifti", "--output", out / "a.nii.gz")
    export("png", "--output", out / "a.png")
    assert main(["cases", "pack", str(out / "set"), "--output", str(out / "set.zip")]) == 0
    pixels = read_run(run)
    with start_journal(out / "j", np.ones((40, 56), np.uint8), pixels.pixel_hash) as journal:
        append(journal, journal.labels, 2 * journal.labels, cause="Paint")
    (out / "log.txt").write_text(caplog.text)
    capsys.readouterr()
    return run, labels, out


def test_no_sentinel_leaves_in_anything_that_names_nobody(exported):
    _, _, out = exported
    assert len([path for path in out.rglob("*") if path.is_file()]) > 14
    assert leaks(out) == {}


def test_the_search_finds_sentinels_where_there_are_some(exported, tmp_path):
    run, labels, out = exported
    with_identity = ["export", "dicom", str(run), str(labels), "--output", str(tmp_path / "pacs")]
    assert main(with_identity) == 0
    assert WORD in leaks(tmp_path / "pacs")["minip.dcm"]
    assert WORD in leaks(tmp_path / "pacs")["segmentation.dcm"]
    assert leaks(labels.parent)
    packed = zlib.compress(WORD.encode("utf-16-le"))
    assert found_in(b"x" + packed) == {WORD}
    assert found_in(base64.b64encode(b"123456" * 8 + packed)) == {WORD}
    with zipfile.ZipFile(out / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", WORD * 50)
    assert leaks(out) == {"a.zip": {WORD}}


def test_the_answer_about_text_is_asked_for_on_the_command_line(exported, tmp_path, capsys):
    run, labels, _ = exported
    header = pydicom.dcmread(run)
    header.BurnedInAnnotation = "YES"
    header.save_as(run)
    for kind in (["case", "--dataset"], ["dicom", "--no-identity", "--output"]):
        command = ["export", kind[0], str(run), str(labels), *kind[1:], str(tmp_path / "x")]
        assert main(command) == 2
        assert "is YES, expected NO: look for text" in (told := capsys.readouterr().err)
        assert "--burned-in-checked" in told
        assert not (tmp_path / "x").exists()
        assert main([*command, "--burned-in-checked"]) == 0
        (tmp_path / "x").rename(tmp_path / kind[0])
