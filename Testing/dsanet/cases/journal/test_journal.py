"""The journal: exact both ways, whole after any fault, one writer at a time."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsanet.cases.journal import (
    DISCARDED,
    EXPORTED,
    JOURNAL_FILE,
    append,
    changes,
    open_journal,
    recover,
    replay,
    scan,
    start_journal,
    unfinished,
)
from dsanet.errors import CaseError, WriteError

from .making import PIXELS, SHAPE, some_labels, write_edits

ENGINE = Path(changes.__file__).parents[3]


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
@settings(max_examples=50, deadline=None)
def test_changes_lead_from_one_image_to_the_other_and_back(first, second):
    old, new = some_labels(first), some_labels(second)
    found = old.copy()
    assert changes.apply(changes.pack(old, new), found) == np.count_nonzero(old != new)
    assert np.array_equal(found, new)
    changes.apply(changes.pack(new, old), found)
    assert np.array_equal(found, old)


def test_a_stroke_takes_few_bytes():
    old = np.zeros((1024, 1000), np.uint8)
    new = old.copy()
    new[300:311, 100:400] = 2
    assert len(changes.pack(old, new)) < 200


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ([[30], [6], [0], [1]], "outside"),
        ([[2**31], [1], [0], [1]], "impossible"),
        ([[0, 1], [3, 3], [0, 0], [1, 1]], "over each other"),
        ([[0], [0], [0], [1]], "impossible"),
        ([[0], [1], [0], [256]], "impossible"),
        ([[0], [1], [2], [1]], "other labels"),
    ],
)
def test_changes_that_no_image_can_have_change_nothing(table, reason, monkeypatch):
    monkeypatch.setattr(changes, "_table", lambda *_: np.array(table, np.int64))
    if reason == "impossible":
        monkeypatch.undo()
    packed = changes.base64.b64encode(
        changes.zlib.compress(np.array(table, "<u4").tobytes())
    ).decode()
    labels = np.zeros(SHAPE, np.uint8)
    with pytest.raises(CaseError, match=f"damaged.*{reason}"):
        changes.apply(packed, labels)
    assert not labels.any()


def test_a_bomb_of_changes_is_not_unpacked():
    packed = changes.base64.b64encode(changes.zlib.compress(bytes(50_000_000))).decode()
    with pytest.raises(CaseError, match="more than the image has"):
        changes.apply(packed, np.zeros(SHAPE, np.uint8))


def test_any_line_can_be_replayed(tmp_path):
    seen = write_edits(tmp_path / "j")
    for number, labels in enumerate(seen):
        assert np.array_equal(replay(tmp_path / "j", number), labels)
    assert np.array_equal(replay(tmp_path / "j"), seen[-1])
    with pytest.raises(CaseError, match="no line 4, only 0 to 3"):
        replay(tmp_path / "j", 4)


def test_lines_say_who_when_why_and_follow_each_other(tmp_path):
    write_edits(tmp_path / "j", 2)
    lines = (tmp_path / "j" / JOURNAL_FILE).read_text().splitlines()
    entries = [json.loads(line[65:]) for line in lines]
    assert [entry["number"] for entry in entries] == [0, 1, 2]
    assert [entry["previous"] for entry in entries] == ["0" * 64, lines[0][:64], lines[1][:64]]
    assert [(entry["editor"], entry["cause"]) for entry in entries[1:]] == [("rb", "Paint")] * 2
    assert (entries[0]["rows"], entries[0]["columns"]) == SHAPE
    assert entries[1]["time"].endswith("Z")


def test_a_journal_goes_on_where_it_was_closed(tmp_path):
    seen = write_edits(tmp_path / "j", 1)
    with open_journal(tmp_path / "j") as journal:
        assert np.array_equal(journal.labels, seen[-1])
        append(journal, seen[-1], some_labels(9), cause="Undo")
    assert np.array_equal(replay(tmp_path / "j"), some_labels(9))


def test_what_is_no_change_of_these_labels_is_refused(tmp_path):
    seen = write_edits(tmp_path / "j", 1)
    before = (tmp_path / "j" / JOURNAL_FILE).read_bytes()
    with open_journal(tmp_path / "j") as journal:
        for old, new, words, reason in (
            (seen[0], seen[1], {}, "not made from the labels"),
            (seen[1], seen[1].T, {}, "expected uint8 of shape"),
            (seen[1], seen[0].astype(int), {}, "expected uint8"),
            (seen[1], seen[0], {"editor": "Doe, Jane"}, "an alias"),
            (seen[1], seen[0], {"cause": "Paint 'Doe^Jane'"}, "the cause is"),
        ):
            with pytest.raises(CaseError, match=reason):
                append(journal, old, new, **words)
    assert (tmp_path / "j" / JOURNAL_FILE).read_bytes() == before


def test_a_torn_last_line_is_cut_off_and_told(tmp_path):
    seen = write_edits(tmp_path / "j")
    path = tmp_path / "j" / JOURNAL_FILE
    whole = path.read_bytes()
    last = whole.rindex(b"\n", 0, -1) + 1
    for end in range(last + 1, len(whole), 37):
        path.write_bytes(whole[:end])
        found = recover(tmp_path / "j")
        assert "was never finished" in found.problem
        assert np.array_equal(found.labels, seen[-2])
        assert path.read_bytes() == whole[:end]
    with open_journal(tmp_path / "j") as journal:
        assert "was never finished" in journal.problem
        append(journal, journal.labels, seen[-1], cause="Paint")
    assert np.array_equal(replay(tmp_path / "j"), seen[-1])
    assert sorted(p.name for p in (tmp_path / "j").iterdir()) == [".lock", JOURNAL_FILE]


def test_what_a_disk_appends_after_a_power_cut_is_a_torn_line_too(tmp_path):
    seen = write_edits(tmp_path / "j")
    path = tmp_path / "j" / JOURNAL_FILE
    path.write_bytes(path.read_bytes() + bytes(4096))
    with open_journal(tmp_path / "j") as journal:
        assert np.array_equal(journal.labels, seen[-1])


@pytest.mark.parametrize("place", [0.4, 0.7, 0.999])
def test_a_broken_chain_gives_its_longest_sound_part_and_deletes_nothing(tmp_path, place):
    seen = write_edits(tmp_path / "j")
    path = tmp_path / "j" / JOURNAL_FILE
    damaged = bytearray(path.read_bytes())
    at = int(place * len(damaged)) - 3
    damaged[at] ^= 1
    path.write_bytes(damaged)
    line = damaged[:at].count(b"\n")
    found = recover(tmp_path / "j")
    assert f"line {line + 1} was changed or is cut off" in found.problem
    assert np.array_equal(found.labels, seen[line - 1])
    with open_journal(tmp_path / "j") as journal:
        assert "the damaged file is kept" in journal.problem
        append(journal, journal.labels, some_labels(9), cause="Paint")
    assert (tmp_path / "j" / "journal.broken-1.jsonl").read_bytes() == damaged
    assert np.array_equal(replay(tmp_path / "j"), some_labels(9))


@pytest.mark.parametrize("moved", ["swapped", "doubled", "dropped"])
def test_lines_out_of_order_break_the_chain(tmp_path, moved):
    write_edits(tmp_path / "j")
    path = tmp_path / "j" / JOURNAL_FILE
    a, b, c, d = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(
        b"".join({"swapped": [a, c, b, d], "doubled": [a, b, b, c, d]}.get(moved, [a, c, d]))
    )
    found = scan(path)
    assert len(found.entries) == (2 if moved == "doubled" else 1)
    assert "does not follow" in found.broken


def test_what_is_no_journal_is_refused(tmp_path):
    for content in (b"", b"x", b"{}\n", bytes(99)):
        (tmp_path / JOURNAL_FILE).write_bytes(content)
        with pytest.raises(CaseError, match="is no journal"):
            open_journal(tmp_path)
    (tmp_path / JOURNAL_FILE).unlink()
    for call in (open_journal, recover, replay):
        with pytest.raises(CaseError, match="holds no journal|cannot be read"):
            call(tmp_path)


def test_a_journal_is_not_started_twice(tmp_path):
    write_edits(tmp_path / "j")
    before = (tmp_path / "j" / JOURNAL_FILE).read_bytes()
    with pytest.raises(CaseError, match="is there already"):
        start_journal(tmp_path / "j", some_labels(), PIXELS)
    assert (tmp_path / "j" / JOURNAL_FILE).read_bytes() == before


def test_two_processes_never_write_to_one_journal(tmp_path):
    write_edits(tmp_path / "j")
    code = (
        "import sys; from pathlib import Path; from dsanet.cases.journal import open_journal\n"
        "open_journal(Path(sys.argv[1]))"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "j")]
    environment = {**os.environ, "PYTHONPATH": str(ENGINE)}
    with open_journal(tmp_path / "j") as journal:
        with pytest.raises(WriteError, match="another program is writing the edits"):
            open_journal(tmp_path / "j")
        other = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False
        )
        assert "HeldError: another program is writing the edits" in other.stderr
        append(journal, journal.labels, some_labels(9), cause="Paint")
    with open_journal(tmp_path / "j") as journal:
        assert np.array_equal(journal.labels, some_labels(9))


def test_a_journal_that_someone_else_wrote_to_is_not_written_over(tmp_path):
    seen = write_edits(tmp_path / "j")
    path = tmp_path / "j" / JOURNAL_FILE
    with open_journal(tmp_path / "j") as journal:
        path.write_bytes(path.read_bytes() + b"?\n")
        with pytest.raises(WriteError, match=r"journal.jsonl could not be written: .*expected"):
            append(journal, seen[-1], some_labels(9), cause="Paint")
        assert path.read_bytes().endswith(b"?\n")


def test_journals_are_unfinished_until_their_edits_went_somewhere(tmp_path):
    folder = tmp_path / "journals" / "a"
    seen = write_edits(folder)
    write_edits(tmp_path / "journals" / "untouched", 0)
    (tmp_path / "journals" / "no journal").mkdir()
    (found,) = unfinished(tmp_path)
    assert (found.folder, found.edits, found.editor) == (folder, 3, "rb")
    assert (found.pixel_sha256, found.shape, found.labels) == (PIXELS, SHAPE, None)
    assert unfinished(tmp_path, "cd" * 32) == []
    for old, new, cause, edits in (
        (seen[-1], seen[-1], EXPORTED, 0),
        (seen[-1], seen[0], "Paint", 1),
        (seen[0], seen[-1], "Undo", 0),
        (seen[-1], seen[0], "Paint", 3),
        (seen[0], seen[0], DISCARDED, 0),
    ):
        with open_journal(folder) as journal:
            append(journal, old, new, cause=cause)
            assert unfinished(tmp_path) == []
        assert [entry.edits for entry in unfinished(tmp_path)] == ([edits] if edits else [])
    assert unfinished(tmp_path) == []
    assert unfinished(tmp_path / "none") == []


def test_an_edit_of_a_large_image_is_on_disk_within_30_ms(tmp_path):
    dice = np.random.default_rng(1)
    labels = np.zeros((1024, 1000), np.uint8)
    seconds = []
    with start_journal(tmp_path / "j", labels, PIXELS) as journal:
        for _ in range(12):
            top, left = dice.integers(0, 900, 2)
            labels = journal.labels.copy()
            labels[top : top + 9, left : left + 90] = 2
            started = time.perf_counter()
            append(journal, journal.labels, labels, cause="Paint")
            seconds.append(time.perf_counter() - started)
    assert min(seconds) < 0.03
