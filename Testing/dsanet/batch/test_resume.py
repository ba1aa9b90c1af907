"""What is done again, and what is kept."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import dsanet
from dsanet.batch import Batch
from dsanet.batch.record import content_sha256
from dsanet.errors import CancelledError, ReadError
from dsanet.prepare import PrepareChoices

Run = Callable[..., Batch]
Make = Callable[..., Path]
Change = Callable[[Path], object]


@pytest.fixture
def once(tmp_path: Path, batch: Run, worked: Any, nrrd: Make) -> Path:
    """A batch of two runs that was done; gives its output folder."""
    for name in "ab":
        nrrd(tmp_path / "in" / f"{name}.nrrd", ord(name))
    assert batch().count("done") == 2
    assert worked.scored == 2
    return tmp_path / "out"


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def rewrite(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    report = json.loads(path.read_text(encoding="utf-8"))
    change(report)
    path.write_text(json.dumps(report), encoding="utf-8")


def test_a_second_call_loads_no_model_and_changes_no_result(
    once: Path, batch: Run, worked: Any
) -> None:
    before = contents(once)
    first = batch()
    assert (worked.loaded, worked.scored) == (1, 2)
    after = contents(once)
    assert before.pop("summary.csv") != after.pop("summary.csv")
    assert after == before
    assert [(row.status, row.reason, row.before) for row in first.rows] == [
        ("done", "done before", True)
    ] * 2
    assert set(first.rows[0].facts["pixels"]) == {"BV", "MAT"}


@pytest.mark.parametrize(
    "options",
    [
        {"choices": PrepareChoices(arterial_window=(0, 1))},
        {"choices": PrepareChoices(pixel_shift=(0.5, 0.0))},
        {"choices": PrepareChoices(mask_frames=(0,))},
        {"choices": PrepareChoices(invert=False)},
    ],
    ids=str,
)
def test_another_choice_does_all_again_and_that_is_kept(
    once: Path, batch: Run, worked: Any, options: dict[str, Any]
) -> None:
    assert not any(row.before for row in batch(**options).rows)
    assert worked.scored == 4
    assert all(row.before for row in batch(**options).rows)
    assert worked.scored == 4


def test_another_model_or_version_does_all_again(
    once: Path, batch: Run, worked: Any, another: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch(model=another)
    assert worked.scored == 4
    monkeypatch.setattr(dsanet, "__version__", "9.9.9")
    batch(model=another)
    assert worked.scored == 6
    batch(model=another)
    assert worked.scored == 6


def test_another_input_is_done_again_and_the_same_under_a_new_time_is_not(
    tmp_path: Path, once: Path, batch: Run, worked: Any, nrrd: Make
) -> None:
    nrrd(tmp_path / "in" / "a.nrrd", ord("z"))
    nrrd(tmp_path / "in" / "b.nrrd", ord("b"))
    assert [row.before for row in batch().rows] == [False, True]
    assert worked.scored == 3


@pytest.mark.parametrize(
    "change",
    [
        lambda out: (out / "a.seg.nrrd").unlink(),
        lambda out: (out / "a_labels.png").unlink(),
        lambda out: (out / "a.json").unlink(),
        lambda out: (out / "a.json").write_bytes((out / "a.json").read_bytes()[:-30]),
        lambda out: (out / "a.json").write_bytes(b"[1, 2]"),
        lambda out: (out / "a.json").write_bytes(b"\xff\xfe"),
        lambda out: rewrite(out / "a.json", lambda report: report.pop("batch")),
        lambda out: rewrite(out / "a.json", lambda report: report.pop("pixels")),
        lambda out: rewrite(out / "a.json", lambda report: report["batch"].update(files=7)),
    ],
    ids=["seg", "labels", "report", "cut", "list", "no text", "no record", "no pixels", "no files"],
)
def test_a_half_written_result_is_done_again(
    once: Path, batch: Run, worked: Any, change: Change
) -> None:
    change(once)
    assert [row.before for row in batch().rows] == [False, True]
    assert worked.scored == 3
    assert [row.before for row in batch().rows] == [True, True]


def test_a_result_changed_by_hand_is_kept_and_told(once: Path, batch: Run, worked: Any) -> None:
    (once / "a.seg.nrrd").write_bytes(b"corrected in Slicer")
    found = batch()
    assert found.rows[0].reason == "done before; a.seg.nrrd was changed since"
    assert found.count("done") == 2
    assert worked.scored == 2


def test_a_result_changed_by_hand_is_never_replaced(
    once: Path, batch: Run, worked: Any, another: Any
) -> None:
    (once / "a.seg.nrrd").write_bytes(b"corrected in Slicer")
    found = batch(model=another)
    assert [row.status for row in found.rows] == ["failed", "done"]
    assert "a.seg.nrrd was changed after it was written and is not replaced" in found.rows[0].reason
    assert (once / "a.seg.nrrd").read_bytes() == b"corrected in Slicer"
    (once / "a_labels.png").unlink()
    assert batch().rows[0].status == "failed"
    (once / "a.json").unlink()
    (once / "a.seg.nrrd").unlink()
    assert batch(model=another).count("done") == 2


def test_the_hash_is_that_of_the_contents_in_order(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in "abc"]
    for path, content in zip(paths, (b"1", b"23", b""), strict=True):
        path.write_bytes(content)
    same = content_sha256(paths)
    moved = [path.rename(path.with_name(f"new {path.name}")) for path in paths]
    assert content_sha256(moved) == same
    assert content_sha256(moved[::-1]) != same
    moved[0].write_bytes(b"12")
    moved[1].write_bytes(b"3")
    assert content_sha256(moved) != same


def test_hashing_stops_when_asked_and_names_a_file_that_is_gone(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    with pytest.raises(CancelledError):
        content_sha256([tmp_path / "a"], lambda: True)
    with pytest.raises(ReadError, match="b cannot be read: No such file"):
        content_sha256([tmp_path / "b"])
